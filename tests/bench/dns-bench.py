#!/usr/bin/python3
"""What look-ups cost, and what bad name servers do to scans.

    WINNOW_BUILD=build/release tests/bench/dns-bench.py [MESSAGES]

1. MESSAGES (10,000) messages with 30 look-ups each against a name server of
   Debian (NSD) on a loopback port; half of the names are new, half are known.
   Descriptors and memory of the scanners must not grow.
2. Two name servers: one drops 30 % of what it is asked, the other answers
   after 5 s.  The 99th percentile of a scan must stay below the deadline of
   30 s, and no message may lose its other hits.
"""
import asyncio
import http.client
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "functional"))

from nameserver import Nameserver                 # noqa: E402
from system import free_port                      # noqa: E402
from winnow import Winnow                         # noqa: E402

LOOKUPS = 30
CONNECTIONS = 16

RULE = """
for i = 1, %d do
	rule("ASK_" .. i) { score = 0.01, doc = "Test.", check = function(m)
		if m.subject == "nothing" then return "found" end
		local name = i %% 2 == 0 and "known" .. i or m.subject .. "-" .. i
		local v, why = dns.a(name .. ".bench.example")
		return v ~= nil and "found" or why end }
end
rule "OTHER" { score = 1, doc = "Test.", check = function(m) return true end }
""" % LOOKUPS


def message(number):
    """None: one that nothing is looked up for."""
    subject = "nothing" if number is None else f"n{number}"
    return f"From: a@example.com\r\nTo: b@example.com\r\nSubject: {subject}\r\n\r\nHello {number}\r\n".encode()


class Unreliable(asyncio.DatagramProtocol):
    """Answers every question for A with 192.0.2.1, some never, all late."""

    def __init__(self, loss, delay):
        self.loss, self.delay = loss, delay

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if random.random() < self.loss:
            return
        end = 12
        while data[end]:
            end += 1 + data[end]
        question = data[12:end + 5]
        answer = (data[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question +
                  b"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1")
        asyncio.get_event_loop().call_later(self.delay, self.transport.sendto, answer, address)


def unreliable(loss, delay):
    """A server in a thread of its own; its port."""
    loop, port = asyncio.new_event_loop(), free_port()

    def run():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(loop.create_datagram_endpoint(lambda: Unreliable(loss, delay),
                                                              local_addr=("127.0.0.1", port)))
        loop.run_forever()
    threading.Thread(target=run, daemon=True).start()
    return port


def scan_all(winnow, numbers, check):
    """Scan messages over a few connections; the seconds each took."""
    numbers, times, errors = list(numbers), [], []
    lock = threading.Lock()

    def work():
        link = http.client.HTTPConnection("127.0.0.1", winnow.http_port, timeout=120)
        while True:
            with lock:
                if not numbers:
                    return
                number = numbers.pop()
            begin = time.monotonic()
            link.request("POST", "/checkv2", message(number))
            reply = link.getresponse().read().decode()
            times.append(time.monotonic() - begin)
            if not check(reply):
                errors.append(reply)
    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), errors


def cpu(pids):
    tick = os.sysconf("SC_CLK_TCK")
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / tick
    return total


def resident(pids):
    return {pid: int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4 for pid in pids}


def daemon(build, folder, name, ports, extra=""):
    rules = folder / "bench.rules.lua"
    rules.write_text(RULE)
    servers = ", ".join(f'"127.0.0.1:{port}"' for port in ports)
    return Winnow(build, folder / name,
                  f'rules {{ files = {{ "{rules}" }}, prefilter = false }}\ndns {{ servers = {{ {servers} }}, {extra} }}\n',
                  scanners=1).start()


def percentile(times, p):
    return times[min(len(times) - 1, int(len(times) * p / 100))]


def steady(build, debs, folder, count):
    ns = Nameserver(debs, folder / "ns")
    ns.start({".": "*.bench.example. A 192.0.2.1"})
    # A small cache: it is full before the first measurement, so that what grows afterwards is a leak.
    winnow = None
    try:
        winnow = daemon(build, folder, "steady", [ns.port], "cache_entries = 10000")
        pids = winnow.scanner_pids()

        def good(reply):
            return reply.count('"found"') == LOOKUPS
        scan_all(winnow, range(count // 5), good)
        before, descriptors, used, begin = resident(pids), winnow.open_descriptors(), cpu(pids), time.monotonic()
        times, errors = scan_all(winnow, range(count, 2 * count), good)
        took, used = time.monotonic() - begin, cpu(pids) - used
        after = resident(pids)
        winnow.settled_descriptors(descriptors)
        print(f"steady: {count} messages, {LOOKUPS} look-ups each, half of them cached: {took:.1f} s, scanner CPU {used * 1e3 / count:.3f} ms a message, "
              f"p50 {percentile(times, 50) * 1e3:.1f} ms, p99 {percentile(times, 99) * 1e3:.1f} ms, wrong {len(errors)}")
        for pid in pids:
            print(f"steady: resident {before[pid]} KiB before, {after[pid]} KiB after; descriptors {descriptors[pid]}, the same after")
            if after[pid] > before[pid] + 8192:
                raise SystemExit("memory grows")
        if errors:
            raise SystemExit("messages without all answers: " + errors[0][:500])
        cost = {}
        for what, number in (("cached", 7), ("none", None)):
            scan_all(winnow, [number] * 20, good)
            used = cpu(pids)
            scan_all(winnow, [number] * (count // 2), good)
            cost[what] = (cpu(pids) - used) * 1e3 / (count // 2)
        print(f"cached: scanner CPU {cost['cached']:.3f} ms a message with {LOOKUPS} cached look-ups, {cost['none']:.3f} ms with the same rules and none: "
              f"{(cost['cached'] - cost['none']) * 1e3 / LOOKUPS:.1f} us a look-up, waiting of Lua rules included")
    finally:
        if winnow is not None:
            winnow.stop()
        ns.stop()


def bad(build, folder, count, name, servers):
    ports = [unreliable(loss, delay) for loss, delay in servers]
    winnow = daemon(build, folder, name, ports)
    try:
        lost = [0]

        def good(reply):
            lost[0] += LOOKUPS - reply.count('"found"')
            return '"OTHER"' in reply
        times, errors = scan_all(winnow, range(count), good)
        print(f"{name}: {count} messages: p50 {percentile(times, 50):.2f} s, p99 {percentile(times, 99):.2f} s, longest {times[-1]:.2f} s; "
              f"look-ups without answer {lost[0]} of {count * LOOKUPS}; messages that lost other hits {len(errors)}")
        if errors or percentile(times, 99) > 30:
            raise SystemExit(f"{name}: not as it should be")
    finally:
        winnow.stop()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    build = Path(os.environ.get("WINNOW_BUILD", ROOT / "build" / "release"))
    folder = Path(tempfile.mkdtemp(prefix="winnow-dns-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        steady(build, build / "debs", folder, count)
        bad(build, folder, count // 20, "loss-and-delay", [(0.3, 0), (0, 5)])
        bad(build, folder, count // 20, "delay-and-loss", [(0, 5), (0.3, 0)])
        bad(build, folder, count // 20, "silent", [(1, 0)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
