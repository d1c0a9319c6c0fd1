"""The HTTP socket, byte by byte: good requests of every form, bad ones, and peers that go away."""
import json
import re
import socket
import struct
import time

import pytest

from samples import SPAM, gtube, message, spam
from system import PATIENCE, wait_until
from winnow import LOG_ID

CONFIG = f"""
profile {{ scores = {{ {SPAM} = 7 }} }}
address "junk@test.local"  {{ junk = 6.5 }}
address "disc@test.local"  {{ discard = 6.5 }}
address "hold@test.local"  {{ hold = 6.5 }}
address "defer@test.local" {{ defer = 6.5 }}
address "ham@test.local"   {{ scores = {{ {SPAM} = 0.25 }} }}
"""

OUTSIDE = ("IP", "192.0.2.10")


@pytest.fixture(scope="module")
def server(launch):
    return launch(CONFIG)


@pytest.fixture
def winnow(server):
    """The daemon; afterwards it lives, answers, and has no more descriptors open than before."""
    server.mark()
    assert server.ping()
    pids, before = server.wait_scanners(), server.open_descriptors()
    yield server
    assert server.is_alive() and server.ping()
    assert server.scanner_pids() == pids, "a scanner died"
    server.settled_descriptors(before)


class Raw:
    """A socket with a reader of HTTP answers."""

    def __init__(self, winnow, data=b""):
        self.sock = socket.create_connection(("127.0.0.1", winnow.http_port), timeout=PATIENCE)
        self.buffer = b""
        self.send(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        try:
            self.sock.sendall(data)
        except ConnectionError:
            pass            # refused before all was sent; the answer tells

    def _more(self):
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            data = b""
        self.buffer += data
        return bool(data)

    def answer(self):
        """(status, headers, body) of the next answer; None if the peer closed instead."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        length = int(headers["content-length"])
        while len(self.buffer) < length:
            assert self._more(), "answer cut short"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(lines[0].split()[1]), headers, body

    def closed(self):
        """True once the peer closes; whatever it still says is read."""
        try:
            while self._more():
                pass
            return True
        except socket.timeout:
            return False


def post(raw, *headers, path="/checkv2", version="1.1"):
    lines = [f"POST {path} HTTP/{version}", "Host: localhost", f"Content-Length: {len(raw)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw


def chunked(raw, size, *headers, trailer=b""):
    lines = ["POST /checkv2 HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", *headers]
    out = ("\r\n".join(lines) + "\r\n\r\n").encode()
    for at in range(0, len(raw), size):
        piece = raw[at:at + size]
        out += f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    return out + b"0\r\n" + trailer + b"\r\n"


# Good requests --------------------------------------------------------------

def test_ping_and_healthy(winnow):
    with Raw(winnow, b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /healthy HTTP/1.1\r\nHost: x\r\n\r\n") as raw:
        status, headers, body = raw.answer()
        assert (status, body) == (200, b"pong\r\n")
        assert headers["content-type"].startswith("text/plain")
        assert raw.answer()[0] == 200


def test_answer_has_the_keys_of_rspamd(winnow):
    status, answer = winnow.scan(spam(), headers=[OUTSIDE, ("From", "<a@example.com>"), ("Rcpt", "<plain@test.local>"),
                                                  ("Helo", "client.example.com"), ("Hostname", "client.example.com"),
                                                  ("Queue-ID", "4QID")])
    assert status == 200
    assert answer["is_skipped"] is False
    assert answer["action"] == "add header" and answer["verdict"] == "tag"
    assert answer["score"] >= 7
    assert answer["required_score"] == 15
    assert answer["thresholds"]["reject"] == 15 and answer["thresholds"]["add header"] == 6
    symbol = answer["symbols"][SPAM]
    assert symbol["name"] == SPAM and symbol["score"] == 7 and symbol["metric_score"] == 7
    assert isinstance(answer["urls"], list) and isinstance(answer["emails"], list)
    assert "message-id" in answer and answer["time_real"] >= 0
    assert re.fullmatch(LOG_ID, answer["id"])
    mine = answer["recipients"]["plain@test.local"]
    assert mine["action"] == "tag" and mine["required"] == 6 and mine["symbols"][SPAM] == 7
    assert mine["score"] == answer["score"] and mine["reason"] == "score"
    line = winnow.wait_scan(winnow.marked, id=answer["id"])
    assert line["qid"] == "4QID" and line["helo"] == "client.example.com" and line["from"] == "a@example.com"


@pytest.mark.parametrize("path", ["/check", "/symbols", "/scan"])
def test_older_paths(winnow, path):
    status, answer = winnow.scan(gtube(), path=path)
    assert status == 200
    assert "GTUBE" in json.dumps(answer) and "reject" in json.dumps(answer)


def test_gtube(winnow):
    status, answer = winnow.scan(gtube(), headers=[("Rcpt", "plain@test.local")])
    assert status == 200 and answer["action"] == "reject"
    assert answer["id"] in answer["messages"]["smtp_message"]
    assert answer["recipients"]["plain@test.local"]["action"] == "reject"


@pytest.mark.parametrize("name,top,own", [
    ("ham", "no action", "none"), ("plain", "add header", "tag"), ("junk", "add header", "junk"),
    ("disc", "discard", "discard"), ("hold", "quarantine", "hold"), ("defer", "soft reject", "defer")])
def test_actions(winnow, name, top, own):
    answer = winnow.scan(spam(), headers=[OUTSIDE, ("Rcpt", f"{name}@test.local")])[1]
    assert answer["action"] == top and answer["verdict"] == own
    assert answer["recipients"][f"{name}@test.local"]["action"] == own


def test_recipients_get_their_own_verdicts(winnow):
    names = ["plain@test.local", "ham@test.local", "junk@test.local"]
    answer = winnow.scan(spam(), headers=[OUTSIDE] + [("Rcpt", f"<{n}>") for n in names])[1]
    got = {name: verdict["action"] for name, verdict in answer["recipients"].items()}
    assert got == {"plain@test.local": "tag", "ham@test.local": "none", "junk@test.local": "junk"}


def test_without_recipient(winnow):
    status, answer = winnow.scan(spam(), headers=[OUTSIDE])
    assert status == 200 and answer["action"] == "add header" and answer["verdict"] == "tag"


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
def test_chunked(winnow, size):
    with Raw(winnow, chunked(gtube(), size, "Rcpt: plain@test.local")) as raw:
        status, _, body = raw.answer()
        assert status == 200 and json.loads(body)["action"] == "reject"


def test_chunked_with_extension_and_trailer(winnow):
    data = chunked(gtube(), 100, trailer=b"X-Trailer: yes\r\n").replace(b"\r\n64\r\n", b"\r\n64;name=\"v;x\"\r\n")
    with Raw(winnow, data) as raw:
        status, _, body = raw.answer()
        assert status == 200 and json.loads(body)["action"] == "reject"
        raw.send(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.answer()[2] == b"pong\r\n"


def test_keep_alive(winnow):
    with Raw(winnow) as raw:
        for round_ in range(10):
            raw.send(post(gtube() if round_ % 2 else message(), "Rcpt: plain@test.local"))
            status, _, body = raw.answer()
            assert status == 200
            assert json.loads(body)["action"] == ("reject" if round_ % 2 else "no action")


def test_pipelined(winnow):
    requests = [post(message()), chunked(gtube(), 50), b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n", post(gtube())]
    with Raw(winnow, b"".join(requests)) as raw:
        assert json.loads(raw.answer()[2])["action"] == "no action"
        assert json.loads(raw.answer()[2])["action"] == "reject"
        assert raw.answer()[2] == b"pong\r\n"
        assert json.loads(raw.answer()[2])["action"] == "reject"


def test_byte_by_byte(winnow):
    with Raw(winnow) as raw:
        raw.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(gtube()):
            raw.send(bytes([byte]))
        assert json.loads(raw.answer()[2])["action"] == "reject"


def test_http_1_0_and_connection_close(winnow):
    for data in (post(message(), version="1.0"), post(message(), "Connection: close")):
        with Raw(winnow, data) as raw:
            assert raw.answer()[0] == 200
            assert raw.closed()


def test_expect_continue(winnow):
    body = gtube()
    head, _ = post(body, "Expect: 100-continue").split(b"\r\n\r\n", 1)
    with Raw(winnow, head + b"\r\n\r\n") as raw:
        wait_until("100 Continue", lambda: raw._more() and b"\r\n\r\n" in raw.buffer)
        assert raw.buffer.startswith(b"HTTP/1.1 100 ")
        raw.buffer = b""
        raw.send(body)
        assert json.loads(raw.answer()[2])["action"] == "reject"


def test_empty_message(winnow):
    status, answer = winnow.scan(b"")
    assert status == 200 or (400 <= status < 600 and "error" in answer)


def test_header_names_ignore_case(winnow):
    with Raw(winnow, post(spam(), "iP: 192.0.2.10", "rCPT: ham@test.local", "RCPT: junk@test.local")) as raw:
        answer = json.loads(raw.answer()[2])
        assert set(answer["recipients"]) == {"ham@test.local", "junk@test.local"}


def test_untrusted_text_is_escaped_in_the_log(winnow):
    winnow.scan(message(), headers=[("Helo", 'x" action=reject\ty'), ("From", "a\\\"b@example.com"),
                                    ("Queue-ID", "\u00e4 = b")])
    line = wait_until("the log line", lambda: winnow.scans(winnow.marked))[-1]
    assert line["action"] == "none"
    assert line["helo"].startswith('x" action=reject')


# Bad requests ---------------------------------------------------------------

BAD = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n",
    "no version": b"GET /ping\r\n\r\n",
    "version 3": b"GET /ping HTTP/3.0\r\nHost: x\r\n\r\n",
    "length and chunked": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "negative length": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "signed length": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde",
    "length overflow": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551617\r\n\r\na",
    "length no number": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5 6\r\n\r\nabcde",
    "unknown coding": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    "bad chunk size": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "huge chunk size": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "chunk without end": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    "space before colon": b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nabcde",
    "header without colon": b"GET /ping HTTP/1.1\r\nHost x\r\n\r\n",
    "NUL in header": b"GET /ping HTTP/1.1\r\nHost: x\0y\r\n\r\n",
    "long request line": b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": b"GET /ping HTTP/1.1\r\nX: " + b"a" * 2000000 + b"\r\n\r\n",
    "endless headers": b"GET /ping HTTP/1.1\r\n" + b"X-A: b\r\n" * 300000 + b"\r\n",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_bad_request_is_refused(winnow, data):
    with Raw(winnow, data) as raw:
        answer = raw.answer()
        if answer is not None:
            assert 400 <= answer[0] < 600, answer
        assert raw.closed(), "the connection stays open behind a bad request"
    wait_until("a log line", lambda: [line for line in winnow.lines(winnow.marked) if line.get("msg") != "scan"])
    assert winnow.scans(winnow.marked) == []


def test_unknown_path_and_method(winnow):
    for line in (b"GET /nowhere", b"POST /nowhere", b"DELETE /checkv2", b"GET /checkv2"):
        with Raw(winnow, line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n") as raw:
            assert 400 <= raw.answer()[0] < 600


def test_oversized_announcement(winnow):
    """A length far beyond any limit is refused before it is read, or read without keeping it."""
    with Raw(winnow, b"POST /checkv2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n") as raw:
        raw.sock.settimeout(2)
        try:
            answer = raw.answer()
            assert answer is None or 400 <= answer[0] < 600
        except socket.timeout:
            pass


def test_disconnect_at_every_point(winnow):
    requests = [post(message() + b"x" * 300000), chunked(message(), 30)]
    for data in requests:
        steps = list(range(0, 400, 9)) + [len(data) // 2, len(data) - 1]
        for length in steps:
            with Raw(winnow, data[:length]):
                pass


def test_reset_instead_of_reading_the_answer(winnow):
    for _ in range(20):
        with Raw(winnow, post(message()) * 3) as raw:
            raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_half_closed_peer_still_gets_its_answer(winnow):
    with Raw(winnow, post(gtube())) as raw:
        raw.sock.shutdown(socket.SHUT_WR)
        assert json.loads(raw.answer()[2])["action"] == "reject"
        assert raw.closed()


def test_stalled_peers_do_not_hinder_others(winnow):
    stalled = [Raw(winnow, data) for data in
               [b"", b"POST /check", b"POST /checkv2 HTTP/1.1\r\nContent-Len", post(message())[:-5],
                chunked(message(), 20)[:-9]] * 8]
    try:
        for _ in range(4):
            assert winnow.scan(gtube())[1]["action"] == "reject"
    finally:
        for raw in stalled:
            raw.sock.close()


def test_peer_that_does_not_read_its_answers(winnow):
    """It asks and asks and never reads; the daemon stops reading instead of piling up answers."""
    with Raw(winnow) as raw:
        raw.sock.setblocking(False)
        data, rest, sent, moved = post(message()) * 50, b"", 0, time.monotonic()
        while time.monotonic() - moved < 1 and sent < 64 << 20:
            rest = rest or data
            try:
                done = raw.sock.send(rest)
                sent, rest, moved = sent + done, rest[done:], time.monotonic()
            except BlockingIOError:
                assert winnow.scan(message())[0] == 200
        assert sent < 64 << 20
