#!/usr/bin/env python3
"""What scanning for viruses costs: an engine of 1,000,000 hash signatures in winnowd, the same without, and clamd beside it.

tests/bench/antivirus-bench.py [--winnowd build/release/winnowd] [--clamd /usr/sbin/clamd] [--signatures 1000000] [FOLDER with messages ...]
CPU time of all processes of each daemon per message (patterns are matched without their compiled cache here: look at the difference and at the workers' column);
memory that a worker has alone, before and after the load.
"""
import argparse
import base64
import contextlib
import hashlib
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from bench_corpus import make_request, ordered_files, strip_mbox_line   # noqa: E402
from bench_proc import cpu_ms, private_kib, process_tree                # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = """server {{ state = "{folder}/state", scanners = 2 }}
log {{ target = "file:{folder}/log", level = "info" }}
milter {{ listen = {{}} }}
http {{ listen = {{ "inet:127.0.0.1:{port}" }} }}
rules {{ files = {{}}, prefilter = false }}
dns {{ servers = {{ "127.0.0.1:{dead}" }}, self_test = false, tries = 1, timeout = "100ms", failure_ttl = "5m" }}
antivirus {{ databases = {{ {databases} }} }}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write_signatures(path, count):
    with open(path, "w") as f:
        for i in range(count):
            f.write(f"{hashlib.md5(b'%d' % i).hexdigest()}:{1000 + i % 500000}:Bench.Hash-{i}\n")


def message(kind, number):
    """One of its kind; attachments differ, as no answer shall come from memory."""
    head = ("From: Sales <sales@example.org>\r\nTo: user@example.com\r\nSubject: Order %d\r\nDate: Sun, 22 Nov 2026 01:00:00 +0000\r\n"
            "Message-ID: <%d@example.org>\r\nMIME-Version: 1.0\r\n" % (number, number))
    words = "the order that you have placed with us is on its way and will arrive soon. " * 40
    if kind == "text":
        return (head + "Content-Type: text/plain\r\n\r\n" + words + "\r\n").encode()
    if kind == "html":
        return (head + "Content-Type: text/html\r\n\r\n<html><body><p>" + words + "</p><a href='https://example.org/'>here</a></body></html>\r\n").encode()
    data = {"binary": lambda: os.urandom(16384), "pdf": lambda: b"%PDF-1.4\n%" + os.urandom(16000).hex().encode()[:16000] + b"\n%%EOF\n"}[kind]()
    return (head + 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n' + words + "\r\n--b\r\n"
            f'Content-Type: application/octet-stream; name="file.{kind}"\r\nContent-Transfer-Encoding: base64\r\n\r\n').encode() + \
        base64.encodebytes(data).replace(b"\n", b"\r\n") + b"--b--\r\n"


def read_reply(sock):
    """One HTTP reply on a connection that is kept."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            raise SystemExit("the daemon closed the connection")
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += sock.recv(65536)
    return head, body


class Winnow:
    def __init__(self, program, folder, databases):
        self.port = free_port()
        folder.mkdir()
        (folder / "state").mkdir()
        config = folder / "winnow.lua"
        config.write_text(CONFIG.format(folder=folder, port=self.port, dead=free_port(), databases=databases))
        self.process = subprocess.Popen([program, "--config", config], stderr=subprocess.DEVNULL)
        self.log = folder / "log"
        self.wait()
        self.sock = socket.create_connection(("127.0.0.1", self.port))

    def wait(self):
        start = time.monotonic()
        while not self.log.exists() or "inspector ready" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() - start > 120:
                raise SystemExit("winnowd does not start")
            time.sleep(0.05)
        self.start_s = time.monotonic() - start

    def scan(self, raw):
        self.sock.sendall(make_request(raw))
        head, body = read_reply(self.sock)
        if b" 200 " not in head.split(b"\r\n")[0] or b"ANTIVIRUS_UNAVAILABLE" in body or b"ANTIVIRUS_ERROR" in body:
            raise SystemExit(f"a bad reply: {body[:300]}")

    def titled(self, title):
        pids = process_tree(self.process.pid)
        return [p for p in pids if pathlib.Path(f"/proc/{p}/cmdline").read_bytes().startswith(title)]

    def stop(self):
        self.sock.close()
        self.process.terminate()
        self.process.wait()


class Clamd:
    def __init__(self, program, folder, database):
        folder.mkdir()
        self.path = str(folder / "socket")
        conf = folder / "clamd.conf"
        conf.write_text(f"DatabaseDirectory {database}\nLocalSocket {self.path}\nForeground yes\nMaxThreads 2\n")
        self.process = subprocess.Popen([program, "--config-file", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1200):
            with contextlib.suppress(OSError):
                if self.talk(b"zPING\0") == b"PONG\0":
                    return
            time.sleep(0.1)
        raise SystemExit("clamd does not start")

    def talk(self, data):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path)
            s.sendall(data)
            return s.recv(4096)

    def scan(self, raw):
        if not self.talk(b"zINSTREAM\0" + struct.pack(">I", len(raw)) + raw + struct.pack(">I", 0)).endswith(b"OK\0"):
            raise SystemExit("clamd finds something, or fails")

    def stop(self):
        self.process.kill()
        self.process.wait()


def cpu_of(daemon, messages):
    """Milliseconds of CPU time per message: all processes, and the inspector's workers of them."""
    workers = daemon.titled(b"winnowd: inspector ") if isinstance(daemon, Winnow) else []

    def spent():
        by_pid = cpu_ms(daemon.process.pid)
        return sum(by_pid.values()), sum(by_pid.get(pid, 0) for pid in workers)

    for raw in messages[:20]:
        daemon.scan(raw)
    messages = messages[20:]
    before = spent()
    for raw in messages:
        daemon.scan(raw)
    return [(b - a) / len(messages) for a, b in zip(before, spent())]


def corpora(folders, count):
    kinds = ["text", "html", "binary", "pdf"]
    sets = {k: (lambda k=k, r=[0]: [message(k, r.__setitem__(0, r[0] + 1) or r[0]) for _ in range(count)]) for k in kinds}
    for folder in folders:
        files = ordered_files([pathlib.Path(folder)])[:count]
        sets[pathlib.Path(folder).name] = lambda files=files: [strip_mbox_line(f.read_bytes()) for f in files]
    return sets


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--winnowd", default=ROOT / "build/release/winnowd")
    args.add_argument("--clamd")
    args.add_argument("--signatures", type=int, default=1000000)
    args.add_argument("--count", type=int, default=600)
    args.add_argument("folders", nargs="*")
    args = args.parse_args()
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as place, contextlib.ExitStack() as stack:
        place = pathlib.Path(place)
        place.chmod(0o755)
        (place / "signatures").mkdir()
        write_signatures(place / "signatures" / "bench.hdb", args.signatures)
        daemons = {"without": Winnow(args.winnowd, place / "without", ""), "with": Winnow(args.winnowd, place / "with", f'"{place}/signatures"')}
        if args.clamd:
            daemons["clamd alone"] = Clamd(args.clamd, place / "clamd", place / "signatures")
        for daemon in daemons.values():
            stack.callback(daemon.stop)
        own = daemons["with"]
        print(f"{args.signatures} signatures: inspector ready after {own.start_s:.1f} s")
        before = [private_kib(p) for p in own.titled(b"winnowd: inspector ")]
        print("CPU ms per message".ljust(22) + "".join(name.rjust(14) for name in daemons) + "its workers".rjust(14))
        for name, make in corpora(args.folders, args.count).items():
            costs = [cpu_of(daemon, make()) for daemon in daemons.values()]
            print(name.ljust(22) + "".join(f"{c[0]:14.3f}" for c in costs) + f"{costs[1][1]:14.3f}")
        after = [private_kib(p) for p in own.titled(b"winnowd: inspector ")]
        loader = own.titled(b"winnowd: inspect-loader")
        rss = [int(line.split()[1]) for line in open(f"/proc/{loader[0]}/status") if line.startswith("VmRSS")][0]
        print(f"loader resident {rss / 1024:.0f} MiB; worker private KiB before {before}, after {after}")


if __name__ == "__main__":
    main()
