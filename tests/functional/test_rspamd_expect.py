"""What rspamd's own functional tests expect of SPF, DKIM, DMARC and ARC, asked of Winnow.

Each case of suites/rspamd/rspamd-expect.jsonl on these subjects is one scan over HTTP with the arguments that rspamd got, and a name server
that answers as theirs did (rspamd_zone.txt).  SYMBOLS says which of our symbols mean the same; DIFFERENT says where the answers differ on
purpose, and why: such a case must give exactly what stands there.  Symbols of other subjects are added to SYMBOLS and ROBOTS.
"""
import json
import re
import socket
import struct
import threading
from pathlib import Path

import pytest

from nameserver import zone_from_lines

# rspamd's symbol -> ours, any of which counts.
SYMBOLS = {
    "R_SPF_ALLOW": ["SPF_PASS"],
    "R_SPF_FAIL": ["SPF_FAIL"],
    "R_SPF_PLUSALL": ["SPF_PASS_ALL"],
    "R_SPF_NA": ["SPF_NONE"],
    "R_SPF_PERMFAIL": ["SPF_PERMERROR"],
    "R_SPF_DNSFAIL": ["SPF_UNAVAILABLE"],
    "R_DKIM_ALLOW": ["DKIM_PASS"],
    "R_DKIM_REJECT": ["DKIM_FAIL"],
    "R_DKIM_PERMFAIL": ["DKIM_PERMERROR", "DKIM_REVOKED"],
    "R_DKIM_TEMPFAIL": ["DKIM_UNAVAILABLE"],
    "DMARC_POLICY_ALLOW": ["DMARC_PASS"],
    "DMARC_POLICY_SOFTFAIL": ["DMARC_FAIL_NONE"],
    "DMARC_POLICY_QUARANTINE": ["DMARC_FAIL_QUARANTINE"],
    "DMARC_POLICY_REJECT": ["DMARC_FAIL_REJECT"],
    "DMARC_NA": ["DMARC_NONE"],
    "DMARC_DNSFAIL": ["DMARC_UNAVAILABLE"],
    "ARC_ALLOW": ["ARC_PASS"],
    "ARC_INVALID": ["ARC_FAIL"],
}

# Which cases are about the subjects, by file.
ROBOTS = re.compile(r"(115_dmarc|116_dkim|117_spf|321_arc_check)\.robot$")

LIMITS = "RFC 7208, 4.6.4: ten look-ups, no more; rspamd allows 30"
VOIDS = "RFC 7208, 4.6.4: more than two look-ups without an answer (five ptr terms, no PTR record) are a permerror"
NO_KEY = "the key is neither in rspamd's test records nor in the message: they ask the real DNS"
BODY = "the body hash is no match, and that is seen before the key is asked for; keys of all forms are tested in tests/auth"

# (case, argument that tells equal names apart) -> our symbol, or None (not to be compared), and the reason.
DIFFERENT = {
    ("SPF ALLOW DNS REQUESTS AT LIMIT", ""): ("SPF_PERMERROR", LIMITS),
    ("SPF FAIL UNRESOLVEABLE INCLUDE", ""): ("SPF_PERMERROR", "RFC 7208, 5.2: an include whose domain has no record is a permerror; rspamd passes over it"),
    ("SPF NA HELO IP LITERAL", ""): (None, "the null sender with an address for HELO has no domain to ask: we say nothing at all"),
    ("SPF NA NA", ""): ("SPF_NONE", "one label is no domain of mail (RFC 7208, 4.3: none)"),
    ("SPF PTRS", "128.66.0.1"): ("SPF_PERMERROR", VOIDS),
    ("DKIM NA NOSIG", ""): (None, "no signature is no symbol"),
    ("DKIM Ignore Unknown Tags", ""): ("DKIM_PERMERROR", NO_KEY),
    ("DKIM Signatures At Limit Are Still Checked", ""): ("DKIM_PERMERROR", NO_KEY),
    ("DKIM Verify Unknown Key Type", ""): ("DKIM_FAIL", BODY),
    ("DKIM Verify Revoked Key (missing p=)", ""): ("DKIM_FAIL", BODY),
    ("DKIM Self Verify", ""): (None, "rspamd signs for itself first; our signatures are verified in tests/auth"),
    ("DKIM Reject Oversized Key Record", ""): ("DKIM_FAIL", BODY),
    ("DKIM Reject Oversized Key Modulus", ""): ("DKIM_FAIL", BODY),
    ("DMARC EVALUATES WIRE FROM AFTER REWRITE", ""): (None, "a rewritten From is a thing of rspamd's Lua; our checks see the message as it came"),
    ("ARC ALLOW CHECK", ""): ("ARC_FAIL", NO_KEY),
}


class Failing(threading.Thread):
    """In front of a name server: SERVFAIL for some domains, everything else as the server has it."""

    def __init__(self, upstream, domains):
        super().__init__(daemon=True)
        self.upstream = upstream
        self.domains = [d.lower().split(".") for d in domains]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.port = self.udp.getsockname()[1]
        self.tcp = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve_tcp, daemon=True).start()

    @staticmethod
    def _labels(question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("latin-1").lower())
            at += 1 + question[at]
        return labels, at + 5

    def _failure(self, question):
        labels, end = self._labels(question)
        if not any(labels[-len(d):] == d for d in self.domains):
            return None
        return question[:2] + struct.pack(">HHHHH", 0x8182, 1, 0, 0, 0) + question[12:end]

    def run(self):
        while True:
            try:
                question, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            answer = self._failure(question)
            if answer is None:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                    s.settimeout(5)
                    s.sendto(question, ("127.0.0.1", self.upstream))
                    answer = s.recv(65535)
            self.udp.sendto(answer, peer)

    def _serve_tcp(self):
        while True:
            try:
                client, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        with client, socket.create_connection(("127.0.0.1", self.upstream), 5) as server:
            data = client.recv(65537)
            while data:
                server.sendall(data)
                size = struct.unpack(">H", server.recv(2, socket.MSG_WAITALL))[0]
                client.sendall(struct.pack(">H", size) + server.recv(size, socket.MSG_WAITALL))
                data = client.recv(65537)

    def stop(self):
        self.udp.close()
        self.tcp.close()


@pytest.fixture(scope="module")
def winnow(launch, nameserver):
    lines = (Path(__file__).parent / "rspamd_zone.txt").read_text()
    failing = re.findall(r"^(\S+) ANY SERVFAIL$", lines, re.M)
    zone = zone_from_lines(line for line in lines.splitlines() if not line.endswith("SERVFAIL"))
    proxy = Failing(nameserver({".": zone}).port, failing)
    proxy.start()
    # The relay that rspamd's configuration names in external_relay_ip.list.
    yield launch('networks { trusted_relays = { "192.168.1.1" } }', dns=proxy.port)
    proxy.stop()


def cases(suites):
    lines = (suites / "rspamd" / "rspamd-expect.jsonl").read_text().splitlines()
    return [case for case in map(json.loads, lines) if ROBOTS.search(case["robot"])]


def message_of(suites, case):
    name = case["message"].split("test/functional/messages/")[-1]
    path = suites / "rspamd" / "messages" / name
    if case["message"] == "/dev/null":
        return b"From: a@example.invalid\r\nSubject: empty\r\n\r\n"
    return path.read_bytes() if path.is_file() else None


def headers_of(case):
    """rspamd evaluates without a client address, too; where none is given, one of nobody."""
    args = dict(arg.split("=", 1) for arg in case["args"])
    given = {name: args[name] for name in ("IP", "From", "Helo", "User") if name in args}
    given.setdefault("IP", "192.168.1.1" if "EXTERNAL RELAY" in case["case"] else "203.0.113.77")
    given.setdefault("From", "root@external.com" if "EXTERNAL RELAY" in case["case"] else "nobody@unknown.invalid")
    return {**given, "Rcpt": "user@recipient.invalid"}


def difference(case):
    for (name, mark), value in DIFFERENT.items():
        if case["case"] == name and (not mark or any(mark in arg for arg in case["args"])):
            return value
    return None


def judge(case, hits):
    """What is wrong, None: as expected."""
    special = difference(case)
    if special is not None:
        ours, why = special
        return None if ours is None or ours in hits else f"not even what DIFFERENT says ({ours}: {why})"
    for what, symbol, *_ in case["expect"]:
        if symbol not in SYMBOLS:
            return f"{symbol} has no counterpart in SYMBOLS"
        hit = any(ours in hits for ours in SYMBOLS[symbol])
        if hit != what.startswith("Expect"):
            return f"{what} {symbol} ({'/'.join(SYMBOLS[symbol])})"
    return None


def test_expectations(winnow, suites):
    if suites is None:
        pytest.skip("no material")
    wrong, same, explained = [], 0, 0
    for case in cases(suites):
        message = message_of(suites, case)
        special = difference(case)
        if message is None:
            assert special is not None and special[0] is None, f"no message for {case['case']}"
            explained += 1
            continue
        _, reply = winnow.scan(message, headers=list(headers_of(case).items()))
        hits = {name for name in reply["symbols"] if re.match(r"(SPF|DKIM|DMARC|ARC)_", name)}
        problem = judge(case, hits)
        if problem:
            wrong.append(f"{case['case']} {case['args']}: {problem}; got {sorted(hits)}")
        same += special is None
        explained += special is not None
    print(f"{same} cases the same, {explained} explained")
    assert not wrong, "\n".join(wrong)
    assert same > 55


def test_every_difference_is_a_case(suites):
    if suites is None:
        pytest.skip("no material")
    names = {case["case"] for case in cases(suites)}
    assert not {name for name, _ in DIFFERENT if name not in names}
