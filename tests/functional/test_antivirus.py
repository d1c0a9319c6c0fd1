"""Viruses: found however they are packed; the inspector's processes may die, hang and be replaced without a file going unseen."""
import email.encoders
import email.mime.application
import email.mime.message
import email.mime.multipart
import email.mime.text
import base64
import binascii
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest

import packages
from system import command_line, descendants, free_port, wait_until

TESTFILES = Path("/usr/share/clamav-testfiles")
# Finds a text anywhere in a file, and one that keeps libclamav busy for hours: its own limit of time does not see into rules.
MARK = b"WINNOW-TEST-MARK"
NDB = "Winnow.Test.Mark:0:*:%s\n" % binascii.hexlify(MARK).decode()
SLOW = b"WINNOW-TEST-SLOW"
YARA = 'rule Slow { strings: $a = "WINNOW-TEST-SLOW" condition: for all i in (0..#a * 9000000000) : (#a > 0) }\n'
FOUND = "VIRUS_UNOFFICIAL"


def mail(*parts, text="The file is attached.\n"):
    m = email.mime.multipart.MIMEMultipart()
    m["From"], m["To"], m["Subject"] = "Sales <sales@example.org>", "user@example.com", "Your order"
    m["Date"], m["Message-ID"] = "Sun, 22 Nov 2026 01:00:00 +0000", "<1@example.org>"
    m.attach(email.mime.text.MIMEText(text))
    for part in parts:
        m.attach(part)
    return m.as_bytes().replace(b"\n", b"\r\n")


def attachment(data, name="file.bin", encoding="base64"):
    part = email.mime.application.MIMEApplication(b"", _encoder=lambda p: None)
    if encoding == "base64":
        part.set_payload(base64.encodebytes(data).decode())
    else:
        part.set_payload("".join("".join(f"={b:02X}" for b in data[i:i + 20]) + "=\n" for i in range(0, len(data), 20)))
    part["Content-Transfer-Encoding"] = encoding
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def uuencoded(data, name):
    lines = [binascii.b2a_uu(data[i:i + 45]).decode() for i in range(0, len(data), 45)]
    return f"See below.\n\nbegin 644 {name}\n" + "".join(lines) + "`\nend\n"


def nested(message):
    return email.mime.message.MIMEMessage(email.message_from_bytes(message.replace(b"\r\n", b"\n")))


def symbols(answer):
    return answer[1]["symbols"]


def inspectors(daemon):
    return [pid for pid in descendants(daemon.process.pid) if command_line(pid).startswith("winnowd: inspector ")]


def loaders(daemon):
    return [pid for pid in descendants(daemon.process.pid) if command_line(pid).startswith("winnowd: inspect-loader")]


def ready(daemon, count=1, since=0):
    """Wait until the inspector came up COUNT times after byte SINCE of the log."""
    wait_until(f"{count} times an inspector", lambda: sum(
        line.get("msg") == "inspector ready" for line in daemon.lines(since)) >= count, 60)


@pytest.fixture(scope="module")
def signatures(folder):
    path = folder / "signatures"
    path.mkdir()
    path.chmod(0o755)
    (path / "mark.ndb").write_text(NDB)
    (path / "slow.yara").write_text(YARA)
    return path


def config(path, more=""):
    return f'antivirus {{ databases = {{ "{path}" }} {more} }}\n'


@pytest.fixture(scope="module")
def daemon(launch, signatures):
    d = launch(config(signatures, ', max_time = "2s"'))
    ready(d)
    return d


# Finding --------------------------------------------------------------------

def test_marked_file_is_found(daemon):
    answer = daemon.scan(mail(attachment(b"some " + MARK)))
    assert symbols(answer)[FOUND]["options"] == ["Winnow.Test.Mark.UNOFFICIAL"]
    assert not [s for s in symbols(daemon.scan(mail(attachment(b"some other")))) if "VIRUS" in s]


def test_mail_without_files_is_not_sent(daemon):
    assert not [s for s in symbols(daemon.scan(mail())) if "VIRUS" in s]


def test_all_that_clamscan_finds(launch, suites, debs, folder):
    """Debian's test files, by the signature of ClamAV's own tests, in every wrapping."""
    if suites is None or not TESTFILES.is_dir():
        pytest.skip("no test files")
    database = folder / "clamav"
    database.mkdir()
    source = suites / "files" / "clamav-sigs" / "unit_tests" / "input" / "clamav.hdb"
    (database / "clamav.hsb").write_bytes(source.read_bytes())   # it is a SHA-256
    database.chmod(0o755)
    tree = packages.fetch(debs, "clamav")
    out = subprocess.run([tree / "usr/bin/clamscan", "-d", database / "clamav.hsb", "--no-summary", "-i", TESTFILES],
                         stdout=subprocess.PIPE, text=True, timeout=300).stdout
    files = [Path(line.split(": ")[0]) for line in out.splitlines() if line.endswith("FOUND")]
    assert len(files) > 30
    d = launch(config(database))
    ready(d)
    missed = []
    for path in files:
        data = path.read_bytes()
        ways = {"base64": mail(attachment(data, path.name)), "rfc822": mail(nested(mail(attachment(data, path.name))))}
        if len(data) < 100000:
            ways["qp"] = mail(attachment(data, path.name, "quoted-printable"))
            ways["uu"] = mail(text=uuencoded(data, path.name))
        missed += [(path.name, way) for way, message in ways.items() if FOUND not in symbols(d.scan(message))]
    assert not missed


# States ---------------------------------------------------------------------

def test_no_database(launch, folder):
    d = launch(config(folder / "nowhere"))
    ready(d)
    status, answer = d.scan(mail(attachment(b"any file")))
    assert answer["symbols"]["ANTIVIRUS_NO_DATABASE"]["score"] == 0
    assert answer["action"] in ("no action", "add header")
    d.scan(mail(attachment(b"any other file")))
    assert sum("ANTIVIRUS_NO_DATABASE" in line.get("msg", "") for line in d.lines()) == 1


def test_signatures_that_appear_are_used(launch, folder):
    late = folder / "late"
    d = launch(config(late))
    ready(d)
    late.mkdir()
    late.chmod(0o755)
    (late / "mark.ndb").write_text(NDB)
    ready(d, 2)
    assert FOUND in symbols(d.scan(mail(attachment(MARK))))


def test_bad_signatures_defer(launch, folder):
    bad = folder / "bad"
    bad.mkdir()
    bad.chmod(0o755)
    (bad / "bad.ndb").write_text("this is no signature\n")
    d = launch(config(bad))
    ready(d)
    status, answer = d.scan(mail(attachment(b"a file")))
    assert "ANTIVIRUS_UNAVAILABLE" in answer["symbols"] and answer["action"] == "soft reject"
    assert any("bad.ndb" in line.get("msg", "") for line in d.lines())
    (bad / "bad.ndb").write_text(NDB)
    ready(d, 2)
    assert FOUND in symbols(d.scan(mail(attachment(MARK))))


def test_unavailable_may_be_delivered(launch, folder):
    bad = folder / "bad-but-open"
    bad.mkdir()
    bad.chmod(0o755)
    (bad / "bad.ndb").write_text("this is no signature\n")
    d = launch(config(bad, ', on_unavailable = "deliver"'))
    ready(d)
    status, answer = d.scan(mail(attachment(b"a file")))
    assert "ANTIVIRUS_UNAVAILABLE" in answer["symbols"] and answer["action"] == "no action"


def test_names_and_actions(launch, signatures):
    d = launch(config(signatures, ', names = { "*.Mark.* = MARKED reject 9" }') + 'domain "kind.example" { actions = { "MARKED=discard" } }\n')
    ready(d)
    message = mail(attachment(MARK))

    def scan(rcpt, client="192.0.2.1"):
        return d.scan(message, headers=[("Rcpt", rcpt), ("IP", client), ("From", "x@example.org")])[1]

    answer = scan("b@strict.example")
    assert answer["symbols"]["MARKED"]["score"] == 9 and FOUND not in answer["symbols"]
    assert answer["action"] == "reject"
    assert scan("a@kind.example")["action"] == "discard"
    assert scan("a@kind.example", "127.0.0.1")["action"] == "reject"     # outbound: a profile cannot lower it


# Death and hanging ----------------------------------------------------------

def in_background(daemon, message):
    result = []
    thread = threading.Thread(target=lambda: result.append(daemon.scan(message)))
    thread.start()
    return thread, result


def test_killed_workers_are_replaced_within_a_second(daemon):
    for number in (signal.SIGKILL, signal.SIGSYS):      # the latter is how the sandbox kills
        old = inspectors(daemon)
        for pid in old:
            os.kill(pid, number)
        start = time.monotonic()
        assert FOUND in symbols(daemon.scan(mail(attachment(os.urandom(8) + MARK))))
        wait_until("new workers", lambda: len(set(inspectors(daemon)) - set(old)) == len(old), 5)
        assert time.monotonic() - start < 5


def test_killed_loader_is_replaced(daemon):
    mark = daemon.mark()
    os.kill(loaders(daemon)[0], signal.SIGKILL)
    # Asked before the next one is up: the file waits for it.
    assert FOUND in symbols(daemon.scan(mail(attachment(os.urandom(8) + MARK))))
    ready(daemon, 1, mark)


def test_a_hang_ends_and_is_remembered(daemon):
    message = mail(attachment(SLOW + b" hangs"))
    mark = daemon.mark()
    start = time.monotonic()
    status, answer = daemon.scan(message)
    took = time.monotonic() - start
    assert "ANTIVIRUS_ERROR" in answer["symbols"] and answer["action"] == "soft reject"
    assert took < 15
    assert FOUND in symbols(daemon.scan(mail(attachment(os.urandom(8) + MARK))))
    # Not tried again by any scanner, once the master has told them.
    wait_until("the culprit and the death in the log", lambda: {"a file took the inspector too long", "worker of the inspector died"} <= {
        line.get("msg") for line in daemon.lines(mark)}, 5)
    deaths = sum("worker of the inspector died" in line.get("msg", "") for line in daemon.lines(mark))
    for _ in range(6):
        assert "ANTIVIRUS_ERROR" in symbols(daemon.scan(message))
    assert deaths == sum("worker of the inspector died" in line.get("msg", "") for line in daemon.lines(mark))


def busy(daemon):
    """The worker that computes: its processor time grows."""
    def used(pid):
        try:
            return int(Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[11])
        except OSError:
            return 0

    def look():
        before = {pid: used(pid) for pid in inspectors(daemon)}
        time.sleep(0.2)
        grown = [pid for pid, ticks in before.items() if used(pid) - ticks > 5]
        return grown[0] if grown else None
    return wait_until("a worker at work", look, 20)


def test_a_file_that_kills_twice_is_a_culprit(daemon):
    message = mail(attachment(SLOW + b" kills"))
    thread, result = in_background(daemon, message)
    first = busy(daemon)
    os.kill(first, signal.SIGKILL)
    wait_until("another worker to take the file", lambda: busy(daemon) != first, 20)
    os.kill(busy(daemon), signal.SIGSYS)
    thread.join(30)
    assert "ANTIVIRUS_ERROR" in symbols(result[0]) and result[0][1]["action"] == "soft reject"


def test_a_stopped_worker_is_killed(daemon):
    message = mail(attachment(SLOW + b" stops"))
    thread, result = in_background(daemon, message)
    pid = busy(daemon)
    os.kill(pid, signal.SIGSTOP)
    assert FOUND in symbols(daemon.scan(mail(attachment(os.urandom(8) + MARK))))     # by the other
    thread.join(60)
    assert result and {"ANTIVIRUS_ERROR", "ANTIVIRUS_UNAVAILABLE"} & set(symbols(result[0]))
    assert result[0][1]["action"] == "soft reject"
    wait_until("the stopped worker to be gone", lambda: pid not in inspectors(daemon), 10)


# Reload ---------------------------------------------------------------------

def test_reload_under_load(launch, folder):
    """The signatures change five times during 2,000 messages: none is skipped, none is wrong."""
    path = folder / "changing"
    path.mkdir()
    path.chmod(0o755)
    (path / "mark.ndb").write_text(NDB)
    d = launch(config(path))
    ready(d)
    wrong, done, changes = [], [0], threading.Event()

    def send(number):
        while done[0] < 2000 or not changes.is_set():
            done[0] += 1
            evil = done[0] % 3 == 0
            content = os.urandom(64) + (MARK if evil else b"")
            reply = d.scan(mail(attachment(content)))
            if (FOUND in symbols(reply)) != evil:
                wrong.append((content, reply))

    threads = [threading.Thread(target=send, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for change in range(5):
        new = path / "more.new"
        new.write_text("".join(f"Winnow.Test.More-{i}:0:*:{binascii.hexlify(os.urandom(12)).decode()}\n" for i in range(100 + change)))
        new.rename(path / "more.ndb")
        ready(d, change + 2)
    changes.set()
    for thread in threads:
        thread.join()
    assert wrong == [] and done[0] >= 2000


def test_bad_replacement_keeps_the_old(daemon, signatures):
    mark = daemon.mark()
    (signatures / "broken.ndb").write_text("nonsense\n")
    wait_until("the error", lambda: any("broken.ndb" in line.get("msg", "") and line.get("level") == "error" for line in daemon.lines(mark)), 30)
    assert FOUND in symbols(daemon.scan(mail(attachment(os.urandom(8) + MARK))))
    (signatures / "broken.ndb").unlink()


# clamd's protocol -----------------------------------------------------------

@pytest.fixture(scope="module")
def port(launch, signatures, folder):
    port = free_port()
    d = launch(config(signatures) + f'clamd {{ listen = {{ "inet:127.0.0.1:{port}", "unix:{folder}/clamd.sock" }}, max_stream = "1M" }}\n')
    ready(d)
    return port


def talk(port, data, wait=True):
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.settimeout(60)
        s.sendall(data)
        out = b""
        while True:
            piece = s.recv(4096)
            if not piece:
                return out
            out += piece


def stream(data, size=100000):
    pieces = [data[i:i + size] for i in range(0, len(data), size)]
    return b"".join(struct.pack(">I", len(p)) + p for p in pieces) + struct.pack(">I", 0)


def test_clamd_commands(port):
    assert talk(port, b"zPING\0") == b"PONG\0"
    assert talk(port, b"nPING\n") == b"PONG\n"
    assert talk(port, b"PING\n") == b"PONG\n"
    assert talk(port, b"zVERSION\0").startswith(b"ClamAV")
    assert talk(port, b"zINSTREAM\0" + stream(b"clean")) == b"stream: OK\0"
    assert talk(port, b"zINSTREAM\0" + stream(b"")) == b"stream: OK\0"
    assert talk(port, b"nINSTREAM\n" + stream(b"x" * 300000 + MARK, 777)) == b"stream: Winnow.Test.Mark.UNOFFICIAL FOUND\n"
    assert talk(port, b"zINSTREAM\0" + stream(mail(attachment(MARK)))) == b"stream: Winnow.Test.Mark.UNOFFICIAL FOUND\0"
    assert talk(port, b"zINSTREAM\0" + stream(b"x" * 1100000)) == b"INSTREAM size limit exceeded. ERROR\0"
    assert talk(port, b"SCAN /etc/passwd\n").endswith(b"ERROR\n")
    assert talk(port, b"zNONSENSE\0") == b"UNKNOWN COMMAND\0"
    assert talk(port, b"zIDSESSION\0zPING\0zINSTREAM\0" + stream(MARK) + b"zINSTREAM\0" + stream(b"clean") + b"zEND\0") == (
        b"1: PONG\0" b"2: stream: Winnow.Test.Mark.UNOFFICIAL FOUND\0" b"3: stream: OK\0")


def test_clamdscan(port, debs, folder):
    tree = packages.fetch(debs, "clamdscan")
    conf = folder / "clamd.conf"
    conf.write_text(f"LocalSocket {folder}/clamd.sock\n")
    evil, good = folder / "evil.bin", folder / "good.bin"
    evil.write_bytes(b"a file with " + MARK)
    good.write_bytes(b"a file without")
    done = subprocess.run([tree / "usr/bin/clamdscan", "--stream", "--config-file", conf, evil, good], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60)
    assert done.returncode == 1, done.stdout
    assert "evil.bin: Winnow.Test.Mark.UNOFFICIAL FOUND" in done.stdout and "good.bin: OK" in done.stdout


class Clamd:
    """Debian's clamd on a unix socket and a port."""

    def __init__(self, tree, folder, database):
        self.port = free_port()
        self.socket = folder / "real-clamd.sock"
        conf = folder / "real-clamd.conf"
        conf.write_text(f"DatabaseDirectory {database}\nLocalSocket {self.socket}\nLocalSocketMode 666\nTCPSocket {self.port}\nTCPAddr 127.0.0.1\n"
                        "Foreground yes\n")
        self.process = subprocess.Popen([tree / "usr/sbin/clamd", "--config-file", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until("clamd", self.answers)

    def answers(self):
        try:
            return talk(self.port, b"zPING\0") == b"PONG\0"
        except OSError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def clamd(debs, folder):
    database = folder / "theirs"
    database.mkdir()
    (database / "other.ndb").write_text("Theirs.Mark:0:*:%s\n" % binascii.hexlify(b"MARK-OF-THE-OTHER").decode())
    server = Clamd(packages.fetch(debs, "clamav-daemon"), folder, database)
    yield server
    server.stop()


@pytest.mark.parametrize("way", ["inet", "unix"])
def test_external_clamd(launch, signatures, clamd, way):
    """Both engines are asked; what either finds counts; without the external one mail is deferred."""
    address = f"inet:127.0.0.1:{clamd.port}" if way == "inet" else f"unix:{clamd.socket}"
    d = launch(config(signatures, f', clamd = {{ "inet:127.0.0.1:1", "{address}" }}'))
    ready(d)
    theirs = symbols(d.scan(mail(attachment(b"some MARK-OF-THE-OTHER"))))
    assert theirs[FOUND]["options"] == ["Theirs.Mark.UNOFFICIAL"]
    assert symbols(d.scan(mail(attachment(b"some " + MARK))))[FOUND]["options"] == ["Winnow.Test.Mark.UNOFFICIAL"]
    assert not [s for s in symbols(d.scan(mail(attachment(b"some file" * 50000)))) if "VIRUS" in s]


def test_external_clamd_alone_and_gone(launch):
    dead = free_port()
    d = launch(f'antivirus {{ databases = {{}}, clamd = {{ "inet:127.0.0.1:{dead}" }} }}\n')
    ready(d)
    status, answer = d.scan(mail(attachment(b"a file")))
    assert "ANTIVIRUS_UNAVAILABLE" in answer["symbols"] and answer["action"] == "soft reject"
