"""The milter socket, byte by byte: rubbish, stalls, disconnects, limits, and what was negotiated."""
import itertools
import socket
import struct
import threading

import pytest

import milter
from logfmt import recipients
from milter import MilterClient, frame, zero
from samples import SPAM, as_milter, gtube, message, spam
from system import wait_until

CONFIG = f"""
profile {{ scores = {{ {SPAM} = 7 }} }}
scan {{ max_recipients = 1000 }}
address "subject@test.local" {{ subject_prefix = "[SPAM] " }}
address "ext@test.local"     {{ junk = 6.5, junk_delivery = "extension" }}
address "Mixed@test.local"   {{ redirect = 6.5, redirect_to = "other@test.local" }}
address "disc@test.local"    {{ discard = 6.5 }}
address "hold@test.local"    {{ hold = 6.5 }}
address "ham@test.local"     {{ scores = {{ {SPAM} = 0 }} }}
"""


@pytest.fixture(scope="module")
def server(launch):
    return launch(CONFIG)


@pytest.fixture
def winnow(server):
    """The daemon; afterwards it lives, works, and has no more descriptors open than before."""
    server.mark()
    assert server.ping()
    pids, before = server.wait_scanners(), server.open_descriptors()
    yield server
    assert server.is_alive()
    assert server.scanner_pids() == pids, "a scanner died"
    with client(server) as other:
        other.begin()
        assert other.message(*as_milter(message())).accepted
    server.settled_descriptors(before)


def client(winnow):
    return MilterClient(winnow.milter_port)


def complaint(winnow):
    """A log line that is not about a scan."""
    return wait_until("a log line about the peer", lambda: [
        line for line in winnow.lines(winnow.marked) if line.get("msg") != "scan"])


# Conversations --------------------------------------------------------------

@pytest.mark.parametrize("version,actions,steps", [
    (2, 0x3F, 0x7F), (3, 0x3F, 0x1FF), (4, 0x7F, 0x3FF), (6, 0x1FF, 0x1FFFFF), (6, 0x1FF, 0), (6, 0, 0)])
def test_versions(winnow, version, actions, steps):
    with client(winnow) as conn:
        conn.begin(version=version, actions=actions, steps=steps)
        assert conn.message(*as_milter(message())).accepted
        refused = conn.message(*as_milter(gtube()))
        assert refused.refusal.startswith("550 5.7.1 ")


def test_newer_server_is_answered_with_our_version(winnow):
    with client(winnow) as conn:
        conn.negotiate(version=8, actions=0xFFFFFFFF, steps=0xFFFFFFFF)
        assert conn.version == 6
        assert conn.actions & ~0x1FF == 0


def test_version_1_is_refused(winnow):
    with client(winnow) as conn:
        conn.send(milter.OPTNEG, struct.pack(">III", 1, 0x3F, 0x7F))
        assert conn.closed_by_peer()
    complaint(winnow)


@pytest.mark.parametrize("actions", [0x000, 0x001, 0x010, 0x020, 0x00C, 0x011, 0x1FF & ~0x10])
def test_only_negotiated_edits_are_sent(winnow, actions):
    """Bits: 1 add header, 4 add recipient, 8 delete recipient, 16 change header, 32 quarantine."""
    needs = {milter.ADDHEADER: 1, milter.INSHEADER: 1, milter.ADDRCPT: 4, milter.DELRCPT: 8,
             milter.CHGHEADER: 16, milter.QUARANTINE: 32, milter.ADDRCPT_PAR: 0x80, milter.CHGFROM: 0x40,
             milter.REPLBODY: 2}
    for name in ("plain", "subject", "ext", "mixed", "hold", "disc"):
        with client(winnow) as conn:
            conn.begin(actions=actions)
            result = conn.message(*as_milter(spam(extra=("X-Spam: No",))), recipients=(f"<{name}@test.local>",
                                                                                      "<plain@test.local>"))
            for got in result.frames:
                assert needs.get(got.command, 0) & ~actions == 0, got


def test_tag(winnow):
    with client(winnow) as conn:
        conn.begin()
        result = conn.message(*as_milter(spam()))
        assert result.accepted
        assert result.header("X-Spam").startswith("Yes; id=")
        assert "action=tag" in result.header("X-Winnow")


def test_subject_prefix(winnow):
    with client(winnow) as conn:
        conn.begin()
        result = conn.message(*as_milter(spam(subject="Offer")), recipients=("<subject@test.local>",))
        change = [data for data in result.all(milter.CHGHEADER) if data[4:].lower().startswith(b"subject\0")]
        assert len(change) == 1
        assert change[0][4:].split(b"\0")[1].strip() == b"[SPAM] Offer"


def test_subject_prefix_without_subject(winnow):
    headers, body = as_milter(spam())
    headers = [h for h in headers if h[0] != "Subject"]
    with client(winnow) as conn:
        conn.begin()
        result = conn.message(headers, body, recipients=("<subject@test.local>",))
        changed = [data[4:].split(b"\0")[1] for data in result.all(milter.CHGHEADER)
                   if data[4:].lower().startswith(b"subject\0")]
        added = [value.encode() for name, value in result.added() if name == "Subject"]
        assert [value.strip() for value in changed + added] == [b"[SPAM]"]


def test_recipients_are_echoed_verbatim(winnow):
    with client(winnow) as conn:
        conn.begin()
        result = conn.message(*as_milter(spam()), recipients=("<EXT@Test.Local>", "miXed@test.local", "<ham@test.local>"))
        assert sorted(d.rstrip(b"\0") for d in result.all(milter.DELRCPT)) == [b"<EXT@Test.Local>", b"miXed@test.local"]
        added = sorted(d.split(b"\0")[0] for d in result.all(milter.ADDRCPT) + result.all(milter.ADDRCPT_PAR))
        assert [a.strip(b"<>") for a in added] == [b"EXT+junk@Test.Local", b"other@test.local"]


def test_forged_headers_are_removed_from_the_end(winnow):
    """Deleting the first of two would make the second the first: indexes must go down."""
    with client(winnow) as conn:
        conn.begin()
        headers, body = as_milter(message(extra=("X-Spam: a", "X-Other: b", "x-spam: c", "X-Winnow-Seen: 1", "X-Spam-Status: No")))
        removed = conn.message(headers, body).removed()
        spams = [index for name, index in removed if name.lower() == "x-spam"]
        assert sorted(spams) == [1, 2]
        assert spams == [2, 1] or spams == [1, 1]
        assert ("x-winnow-seen", 1) in [(name.lower(), index) for name, index in removed]
        assert len(removed) == 3, "what other filters wrote is theirs"


def test_quarantine(winnow):
    with client(winnow) as conn:
        conn.begin()
        result = conn.message(*as_milter(spam()), recipients=("<hold@test.local>",))
        assert result.accepted and len(result.all(milter.QUARANTINE)) == 1


def test_discard(winnow):
    with client(winnow) as conn:
        conn.begin()
        result = conn.message(*as_milter(spam()), recipients=("<disc@test.local>",))
        assert result.last.command == milter.DISCARD or (
            result.accepted and result.all(milter.DELRCPT) == [b"<disc@test.local>\0"])


def test_several_messages_and_a_new_client_on_one_connection(winnow):
    with client(winnow) as conn:
        conn.begin()
        assert conn.message(*as_milter(spam()), qid="FIRST").header("X-Spam")
        assert conn.message(*as_milter(message()), qid="SECOND").added() == []
        conn.send(milter.QUIT_NC)
        conn.connect("localhost", "127.0.0.1")
        conn.helo("localhost")
        assert conn.message(*as_milter(spam()), qid="THIRD").added() == []
        conn.quit()
        assert conn.closed_by_peer()
    assert [winnow.wait_scan(winnow.marked, qid=q)["ip"] for q in ("FIRST", "SECOND", "THIRD")] == [
        "192.0.2.10", "192.0.2.10", "127.0.0.1"]


def test_authenticated_user_is_outbound_for_its_message_only(winnow):
    with client(winnow) as conn:
        conn.begin()
        conn.macros(milter.MAIL, [("{auth_authen}", "jane"), ("{auth_type}", "plain")])
        assert conn.message(*as_milter(spam()), qid="AUTH").added() == []
        conn.abort()
        conn.macros(milter.MAIL, [("{mail_addr}", "sender@example.com")])
        assert conn.message(*as_milter(spam()), qid="NOAUTH").header("X-Spam")
    assert winnow.wait_scan(winnow.marked, qid="AUTH")["user"] == "jane"


@pytest.mark.parametrize("kind", [b"U", b"L\0\0/run/socket\0", b"6\x9c\x40IPv6:2001:db8::1\0", b"6\x9c\x402001:db8::1\0"])
def test_kinds_of_client_address(winnow, kind):
    with client(winnow) as conn:
        conn.negotiate()
        conn.go(milter.CONNECT, zero("client.example.com") + kind)
        conn.helo()
        assert conn.message(*as_milter(message())).accepted


STEPS = [
    lambda c: c.mail(),
    lambda c: c.rcpt("<ext@test.local>"),
    lambda c: c.macro(milter.DATA, i="GONE"),
    lambda c: c.go(milter.DATA),
    lambda c: c.header("Subject", "Abandoned"),
    lambda c: c.go(milter.EOH),
    lambda c: c.go(milter.BODY, b"x" * 60000),
]


@pytest.mark.parametrize("length", range(len(STEPS) + 1))
def test_abort_leaves_nothing_behind(winnow, length):
    with client(winnow) as conn:
        conn.begin()
        for step in STEPS[:length]:
            step(conn)
        conn.abort()
        conn.abort()
        result = conn.message(*as_milter(message()), qid="WHOLE")
        assert result.accepted and len(result.frames) == 1
    assert list(recipients(winnow.wait_scan(winnow.marked, qid="WHOLE"))) == ["plain@test.local"]


@pytest.mark.parametrize("length", range(len(STEPS) + 1))
def test_disconnect_at_each_state(winnow, length):
    for hard in (False, True):
        with client(winnow) as conn:
            conn.begin()
            for step in STEPS[:length]:
                step(conn)
            if hard:
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_disconnect_before_the_answer(winnow):
    for _ in range(10):
        with client(winnow) as conn:
            conn.begin()
            conn.envelope()
            conn.content(*as_milter(spam()))
            conn.send(milter.EOM)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_byte_by_byte(winnow):
    with client(winnow) as conn:
        conn.begin()
        conn.envelope()
        conn.content(*as_milter(gtube()))
        conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(milter.MACRO, milter.EOM + zero("i", "SLOW")) + frame(milter.EOM):
            conn.raw(bytes([byte]))
        assert conn.receive().data.startswith(b"550 5.7.1 ")


def test_mail_of_local_programs_is_never_refused(winnow):
    """Postfix's non_smtpd_milters: a client on loopback with port 0. Refusing would bounce, so a forced refusal is held."""
    with client(winnow) as conn:
        conn.negotiate()
        conn.connect(name="localhost", ip="127.0.0.1", port=0)
        reply = conn.message(*as_milter(gtube()))
        assert reply.accepted
        assert [frame_.command for frame_ in reply.frames].count(milter.QUARANTINE) == 1


# Rubbish --------------------------------------------------------------------

NEGOTIATE = frame(milter.OPTNEG, struct.pack(">III", 6, 0x1FF, 0))
CONNECTED = NEGOTIATE + frame(milter.CONNECT, zero("c.example.com") + b"4" + b"\x9c\x40" + zero("192.0.2.10"))
STARTED = CONNECTED + frame(milter.HELO, zero("c")) + frame(milter.MAIL, zero("<a@example.com>"))

FATAL = {
    "length zero": b"\0\0\0\0",
    "length 4 GiB": b"\xff\xff\xff\xffO",
    "length 100 MB": struct.pack(">I", 100000000) + b"B" + b"x" * 100000,
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "short negotiation": frame(milter.OPTNEG, b"\0\0\0\6\0"),
    "empty negotiation": frame(milter.OPTNEG),
    "oversize frame in a message": STARTED + struct.pack(">I", 0x7FFFFFFF) + b"B",
}


@pytest.mark.parametrize("data", FATAL.values(), ids=FATAL.keys())
def test_rubbish_closes_the_connection(winnow, data):
    with client(winnow) as conn:
        try:
            conn.raw(data)
        except ConnectionError:
            pass
        assert conn.closed_by_peer()
    complaint(winnow)


ODD = {
    "unknown command": STARTED + frame(b"@", b"what"),
    "all commands": STARTED + b"".join(frame(bytes([c]), b"x") for c in range(256) if bytes([c]) not in b"OQK"),
    "end before a message": CONNECTED + frame(milter.EOM),
    "recipient before sender": CONNECTED + frame(milter.RCPT, zero("<a@test.local>")),
    "body before all": NEGOTIATE + frame(milter.BODY, b"x" * 1000) + frame(milter.EOM),
    "nothing negotiated": frame(milter.MAIL, zero("<a@example.com>")),
    "negotiated twice": NEGOTIATE + NEGOTIATE,
    "sender without NUL": CONNECTED + frame(milter.MAIL, b"<a@example.com>"),
    "empty sender": CONNECTED + frame(milter.MAIL),
    "header without value": STARTED + frame(milter.HEADER, b"Subject\0"),
    "header without NUL": STARTED + frame(milter.HEADER, b"Subject"),
    "header without name": STARTED + frame(milter.HEADER, b"\0\0"),
    "macro without value": STARTED + frame(milter.MACRO, b"Mi\0"),
    "empty macro": STARTED + frame(milter.MACRO),
    "connect without address": NEGOTIATE + frame(milter.CONNECT, zero("c") + b"4"),
    "connect with nonsense": NEGOTIATE + frame(milter.CONNECT, zero("c") + b"4\0\0not-an-address\0"),
    "connect with unknown family": NEGOTIATE + frame(milter.CONNECT, zero("c") + b"Z\0\0x\0"),
    "connect without NUL": NEGOTIATE + frame(milter.CONNECT, b"c"),
    "two senders": STARTED + frame(milter.MAIL, zero("<b@example.com>")),
    "megabytes of macros": STARTED + frame(milter.MACRO, b"M" + zero("x", "y" * 60000)) * 200,
    "megabytes of sender": CONNECTED + frame(milter.MAIL, zero("<" + "a" * 60000 + "@example.com>")) * 50,
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_odd_frames_are_survived(winnow, data):
    with client(winnow) as conn:
        try:
            conn.raw(data)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        assert conn.closed_by_peer()
    for line in winnow.scans(winnow.marked):
        assert line.get("qid") == "4XYZ", "a message that never was has been scanned"


def test_every_truncation_of_a_session(winnow):
    whole = STARTED + frame(milter.RCPT, zero("<a@test.local>")) + frame(milter.HEADER, zero("Subject", " x")) + frame(
        milter.EOH) + frame(milter.BODY, b"Hello\r\n") + frame(milter.EOM)
    for length in range(0, len(whole), 5):
        with client(winnow) as conn:
            conn.raw(whole[:length])


def test_stalled_peers_do_not_hinder_others(winnow):
    stalled = []
    try:
        for length in itertools.islice(itertools.cycle([0, 3, 10, 40, 80]), 60):
            conn = client(winnow)
            conn.raw(STARTED[:length])
            stalled.append(conn)
        for _ in range(3):
            with client(winnow) as conn:
                conn.begin()
                assert conn.message(*as_milter(gtube())).refusal.startswith("550 ")
    finally:
        for conn in stalled:
            conn.close()


# Limits ---------------------------------------------------------------------

def test_200000_recipients(winnow):
    """The first thousand are taken, all others get 452, and the mail is judged for the thousand."""
    total, replies = 200000, []
    with client(winnow) as conn:
        conn.begin(steps=0)
        conn.mail()

        def write():
            for start in range(0, total, 1000):
                conn.raw(b"".join(frame(milter.RCPT, zero(f"<user{n}@test.local>")) for n in range(start, start + 1000)))

        writer = threading.Thread(target=write)
        writer.start()
        for _ in range(total):
            replies.append(conn.receive())
        writer.join()
        assert all(r.command == milter.CONTINUE for r in replies[:1000])
        assert all(r.command == milter.REPLYCODE and r.data.startswith(b"452 4.5.3 ") for r in replies[1000:])
        conn.go(milter.DATA)
        conn.content(*as_milter(message()))
        assert conn.eom().accepted
    line = wait_until("the scan", lambda: winnow.scans(winnow.marked))[-1]
    assert 0 < len(recipients(line)) <= 1000


def test_message_over_the_size_limit(launch):
    small = launch(CONFIG.replace("max_recipients = 1000", 'max_size = "64K"'))
    with client(small) as conn:
        conn.begin()
        headers, _ = as_milter(message())
        assert conn.message(headers, b"0123456789abcdef\r\n" * 40000, qid="LARGE").accepted
    symbols = small.wait_scan(qid="LARGE")["symbols"]
    assert "MESSAGE_TRUNCATED_SCAN" in symbols
    status, answer = small.scan(message() + b"0123456789abcdef\n" * 10000)
    assert status == 200 and "MESSAGE_TRUNCATED_SCAN" in answer["symbols"]
    status, answer = small.scan(message() + b"0123456789abcdef\n" * 40000)
    assert status == 413 and "error" in answer, "beyond four times the limit"
    status, answer = small.scan(message())
    assert "MESSAGE_TRUNCATED_SCAN" not in answer["symbols"]


def test_header_section_over_the_size_limit(launch):
    small = launch('scan { max_size = "64K" }\n')
    with client(small) as conn:
        conn.begin()
        headers, body = as_milter(message())
        headers += [(f"X-Filler-{n}", "y" * 50000) for n in range(40)]
        assert conn.message(headers, body, qid="LARGE").accepted
    assert "MESSAGE_TRUNCATED_SCAN" in small.wait_scan(qid="LARGE")["symbols"]
