"""winnowd under test: started with a configuration, watched, stopped."""
import http.client
import json
import os
import pwd
import re
import resource
import signal
import subprocess
import time
from pathlib import Path

import logfmt
from system import (PATIENCE, alive, command_line, descendants, descriptors, free_port, stopped,
                    wait_until)

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
LOG_ID = r"[0-9A-HJKMNP-TV-Z]{13}"
_REPORT = re.compile(r"(ERROR: AddressSanitizer|ERROR: LeakSanitizer|runtime error:|Assertion .* failed)")

# Freed memory kept back by ASan would hide what the daemon itself needs.
_ASAN = "quarantine_size_mb=16:abort_on_error=0:handle_abort=1"


def _environment(extra):
    env = dict(os.environ)
    env["ASAN_OPTIONS"] = ":".join(filter(None, [env.get("ASAN_OPTIONS"), _ASAN]))
    env["UBSAN_OPTIONS"] = ":".join(filter(None, [env.get("UBSAN_OPTIONS"), "print_stacktrace=1"]))
    env.update(extra or {})
    return env


class Winnow:
    """One daemon.  CONFIG is Lua text in which %(milter)d, %(http)d, %(folder)s are filled in.

    The sections server, log, milter and http are written here unless the
    text has its own; the daemon always gets its own ports and folder.
    It asks the name server on port DNS of this machine; without one it is
    refused at once: no test depends on the network.
    """

    def __init__(self, build, folder, config="", milter_port=None, http_port=None,
                 milter_unix=None, scanners=2, nofile=None, log_target="stderr", env=None,
                 stderr=None, dns=1):
        self.binary = Path(build) / "winnowd"
        self.client = Path(build) / "winnow"
        self.folder = Path(folder)
        self.milter_port = milter_port or free_port()
        self.http_port = http_port or free_port()
        self.milter_unix = milter_unix
        self.scanners = scanners
        self.nofile = nofile
        self.log_target = log_target
        self.env = env
        self.stderr = stderr
        self.dns = dns
        self.process = None
        self.marked = 0
        self.config_path = self.folder / "winnow.lua"
        self.log_path = self.folder / "winnow.log"
        self._prepare_folder()
        self.configure(config)

    # Configuration ---------------------------------------------------------

    def _prepare_folder(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        state = self.folder / "state"
        state.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(state, nobody.pw_uid, nobody.pw_gid)

    def preamble(self):
        listen = [f'"inet:127.0.0.1:{self.milter_port}"']
        if self.milter_unix:
            listen.append(f'"unix:{self.milter_unix}"')
        return (f'server {{ user = "nobody", state = "{self.folder}/state", scanners = {self.scanners} }}\n'
                f'log    {{ target = "{self.log_target}", level = "info" }}\n'
                f'milter {{ listen = {{ {", ".join(listen)} }} }}\n'
                f'http   {{ listen = {{ "inet:127.0.0.1:{self.http_port}" }} }}\n'
                f'dns    {{ servers = {{ "127.0.0.1:{self.dns}" }}, self_test = false }}\n'
                # What the tests look for are all edits; those of test_authentication_results.py switch it on.
                'authentication { header = false }\n'
                # Compiling them would start a second generation in the middle of a test.
                'rules  { files = {}, prefilter = false }\n')

    def configure(self, text, raw=False):
        """Write the configuration; RAW leaves the preamble out."""
        self.config_path.write_text(text if raw else self.preamble() + text)
        self.config_path.chmod(0o644)

    # Life ------------------------------------------------------------------

    def _limits(self):
        if self.nofile:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.nofile, self.nofile))

    def start(self, ready=True):
        self._started = self.log_size()
        with open(self.stderr or self.log_path, "ab") as sink:
            self.process = subprocess.Popen(
                [str(self.binary), "--config", str(self.config_path)], stdin=subprocess.DEVNULL,
                stdout=sink, stderr=sink, start_new_session=True, preexec_fn=self._limits,
                env=_environment(self.env))
        if ready and self.stderr is None and self.log_target == "stderr":
            wait_until('the log line msg="ready"', self._is_ready)
        elif ready:
            wait_until("an answer to GET /ping", self.ping)
        return self

    def _is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"winnowd ended with {self.process.returncode}:\n{self.log_text()}")
        return any(line.get("msg") == "ready" for line in self.lines(since=self._started))

    def stop(self, patience=PATIENCE):
        """SIGTERM, wait, and return the exit status.  Leaves nothing behind, whatever happens."""
        if self.process is None:
            return None
        family = descendants(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill_all(family)
            raise AssertionError("winnowd did not stop after SIGTERM:\n" + self.log_text()[-4000:])
        finally:
            left = [pid for pid in family if alive(pid)]
            self.process = None
        if left:
            try:
                wait_until("the children to end", lambda: not any(map(alive, left)), 10)
            except AssertionError:
                self.kill_all(left)
                raise
        return status

    def kill_all(self, family=None):
        """SIGKILL for the master and everything below it."""
        family = family or (descendants(self.process.pid) if self.process else [])
        if self.process:
            self.process.kill()
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.process:
            self.process.wait()
            self.process = None
        wait_until("killed processes to go", lambda: not any(map(alive, family)), 10)

    def reload(self):
        """SIGHUP."""
        self.process.send_signal(signal.SIGHUP)

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def assert_sound(self):
        """No sanitizer report, no failed assertion, in anything it ever logged."""
        found = _REPORT.search(self.log_text())
        if found:
            at = self.log_text().index(found.group(0))
            raise AssertionError("winnowd reported:\n" + self.log_text()[at:at + 6000])

    # Processes -------------------------------------------------------------

    def scanner_pids(self):
        """The processes that answer the sockets, by their command line or title."""
        named = [pid for pid in descendants(self.process.pid) if "scanner" in self._title(pid)]
        return [pid for pid in named if "loader" not in self._title(pid)]

    @staticmethod
    def _title(pid):
        try:
            comm = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            comm = ""
        return comm + " " + command_line(pid)

    def wait_scanners(self, count=None):
        count = count or self.scanners
        return wait_until(f"{count} scanners",
                          lambda: (lambda p: p if len(p) == count else None)(self.scanner_pids()))

    def freeze(self, pid):
        os.kill(pid, signal.SIGSTOP)
        wait_until("the scanner to stop", lambda: stopped(pid), 10)

    def _inspector_is_up(self):
        return any(line.get("msg") == "inspector ready" for line in self.lines(since=self._started))

    def open_descriptors(self):
        """How many descriptors all processes of the daemon have open.  The inspector comes up after the scanners."""
        end = time.monotonic() + 10
        while not self._inspector_is_up() and time.monotonic() < end:
            time.sleep(0.05)
        pids = [self.process.pid] + descendants(self.process.pid)
        return {pid: len(descriptors(pid)) for pid in pids}

    # Log -------------------------------------------------------------------

    def log_text(self):
        try:
            return self.log_path.read_text(errors="replace")
        except OSError:
            return ""

    def log_size(self):
        try:
            return self.log_path.stat().st_size
        except OSError:
            return 0

    def mark(self):
        """Remember where the log ends now; `marked` is that byte."""
        self.marked = self.log_size()
        return self.marked

    def lines(self, since=0):
        """Parsed log lines written after byte SINCE."""
        try:
            with open(self.log_path, "rb") as log:
                log.seek(since)
                text = log.read().decode(errors="replace")
        except OSError:
            return []
        return [line for line in map(logfmt.parse, text.splitlines()) if line]

    def scans(self, since=0):
        return [line for line in self.lines(since) if line.get("msg") == "scan"]

    def wait_scan(self, since=0, **want):
        """The first scan line after SINCE whose fields have the values WANT."""
        def look():
            for line in self.scans(since):
                if all(line.get(key) == value for key, value in want.items()):
                    return line
            return None
        return wait_until(f"a scan line with {want}", look)

    # HTTP ------------------------------------------------------------------

    def http(self):
        return http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=PATIENCE)

    def ping(self):
        try:
            link = self.http()
            link.request("GET", "/ping")
            answer = link.getresponse()
            return answer.status == 200 and answer.read() == b"pong\r\n"
        except (OSError, http.client.HTTPException):
            return False

    def scan(self, message, path="/checkv2", headers=()):
        """POST a message; (status, JSON).  HEADERS is a list of pairs: names may repeat."""
        if isinstance(message, str):
            message = message.encode()
        link = self.http()
        link.putrequest("POST", path)
        link.putheader("Content-Length", str(len(message)))
        for name, value in headers:
            link.putheader(name, value)
        link.endheaders()
        link.send(message)
        answer = link.getresponse()
        body = answer.read()
        link.close()
        return answer.status, json.loads(body)

    # The command -----------------------------------------------------------

    def command(self, *args, stdin=None, binary="client"):
        """Run `winnow ARGS` (or winnowd with binary="binary"); the finished process."""
        return subprocess.run([str(getattr(self, binary))] + [str(a) for a in args], input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 2,
                              env=_environment(self.env))

    def settled_descriptors(self, before):
        """Wait until no process has more descriptors open than BEFORE says."""
        def same():
            now = self.open_descriptors()
            return all(now.get(pid, 0) <= count for pid, count in before.items())
        end = time.monotonic() + 20
        while not same():
            if time.monotonic() > end:
                raise AssertionError(f"descriptors leak: before {before}, now {self.open_descriptors()}")
            time.sleep(0.05)
