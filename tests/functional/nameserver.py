"""An authoritative name server of Debian (NSD) on a loopback port, with zones of our own.

    ns = Nameserver(debs, folder)
    port = ns.start({".": '''
    example.com.      A   192.0.2.1
    example.com.      TXT "v=spf1 -all"
    *.bl.example.     A   127.0.0.2
    '''})
    ...
    ns.stop()

A zone is the text of a zone file without $ORIGIN, $TTL and SOA, which are
written here (TTL 300; a zone with other wishes brings its own SOA).  A zone "."
answers for all names: what it does not have does not exist (NXDOMAIN), and
CNAMEs lead anywhere.  Without it, names outside of the zones are REFUSED.
zone_from_lines() makes such a zone from lines "NAME TYPE DATA", as sample
mails and unit tests have them.  The fixture "nameserver" of conftest.py starts servers that end with
the test module; Winnow(..., dns=PORT) makes the daemon ask one.
"""
import functools
import os
import re
import subprocess
from pathlib import Path

import packages
from system import free_port, wait_until

_TREES = ("nsd", "libfstrm0", "libprotobuf-c1")
_SOA = "@ 300 IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 300\n@ 300 IN NS ns.invalid.\n"
_ONE_NAME = {"CNAME", "PTR", "NS"}


@functools.lru_cache(maxsize=None)
def _fetch(debs):
    """Once per run: asking apt takes seconds."""
    return [packages.fetch(debs, name) for name in _TREES]


def quoted(text, size=255):
    """TXT data as a zone file has it: strings of at most SIZE bytes, everything odd escaped."""
    data = text if isinstance(text, bytes) else text.encode()
    pieces = [data[i:i + size] for i in range(0, len(data), size)] or [b""]

    def escape(byte):
        if byte in b'"\\':
            return "\\" + chr(byte)
        return chr(byte) if 32 <= byte < 127 else f"\\{byte:03d}"
    return " ".join('"' + "".join(map(escape, piece)) + '"' for piece in pieces)


def _absolute(name):
    return name if name.endswith(".") else name + "."


def record(name, kind, data, ttl=""):
    """One line of a zone file; names need no trailing dot, the text of a TXT no quotes."""
    if kind == "TXT":
        data = quoted(data)
    elif kind == "MX":
        preference, host = data.split()
        data = f"{preference} {_absolute(host)}"
    elif kind in _ONE_NAME:
        data = _absolute(data)
    return f"{_absolute(name)} {ttl} IN {kind} {data}\n"


def zone_from_lines(lines):
    """The zone "." from lines "NAME TYPE DATA"; EXISTS, TIMEOUT and SERVFAIL have no place in it."""
    zone = ""
    for line in lines.splitlines() if isinstance(lines, str) else lines:
        match = re.match(r"\s*(\S+)\s+(\S+)\s+(.*\S)\s*$", line)
        if match and not line.lstrip().startswith("#"):
            zone += record(*match.groups())
    return zone


class Nameserver:
    def __init__(self, debs, folder, port=None):
        self.trees = _fetch(debs)
        self.folder = Path(folder)
        self.port = port or free_port()
        self.process = None

    def _write(self, zones):
        self.folder.mkdir(parents=True, exist_ok=True)
        config = (f'server:\n  ip-address: 127.0.0.1@{self.port}\n  username: ""\n  chroot: ""\n  pidfile: ""\n'
                  f'  zonesdir: "{self.folder}"\n  database: ""\n  zonelistfile: "{self.folder}/zone.list"\n'
                  f'  xfrdfile: "{self.folder}/xfrd.state"\n  xfrdir: "{self.folder}"\n  server-count: 1\n'
                  '  rrl-ratelimit: 0\n  hide-version: yes\n  tcp-count: 200\n  verbosity: 1\n'
                  'remote-control:\n  control-enable: no\n')
        for number, (origin, text) in enumerate(zones.items()):
            head = f"$ORIGIN {_absolute(origin)}\n$TTL 300\n"
            soa = "" if re.search(r"\sSOA\s", text) else _SOA
            # Every line is a record; leading blanks would mean "the same name as before".
            body = "".join(line.strip() + "\n" for line in text.splitlines())
            (self.folder / f"zone{number}").write_text(head + soa + body)
            config += f'zone:\n  name: "{origin}"\n  zonefile: "zone{number}"\n'
        (self.folder / "nsd.conf").write_text(config)

    def start(self, zones):
        """Serve ZONES (origin -> text); the port."""
        self._write(zones)
        env = dict(os.environ)
        env["LD_LIBRARY_PATH"] = ":".join(str(next(tree.glob("usr/lib/*-linux-gnu"), tree)) for tree in self.trees[1:])
        program = str(self.trees[0] / "usr/sbin/nsd")
        with open(self.folder / "nsd.log", "wb") as log:
            self.process = subprocess.Popen([program, "-d", "-c", str(self.folder / "nsd.conf")], env=env,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until("the name server", self._is_ready, 30)
        return self.port

    def log(self):
        return (self.folder / "nsd.log").read_text(errors="replace")

    def _is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"nsd ended with {self.process.returncode}:\n{self.log()}")
        if "[error]" in self.log() or "error:" in self.log():
            self.stop()
            raise AssertionError("nsd does not like its zones:\n" + self.log())
        return "nsd started" in self.log()

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def restart(self, zones):
        """Other zones on the same port."""
        self.stop()
        return self.start(zones)
