"""Messages made to hurt: bounded time and memory, a verdict, and the scanners live."""
import time

import pytest

from samples import message, now
from system import memory, memory_reset_peak

SECONDS = 20                # for one message, under sanitizers on a busy machine
MEMORY_KIB = 300 * 1024     # above what the scanner needs anyway ...
MEMORY_PER_BYTE = 12        # ... and for each byte of the message, sanitizer included


@pytest.fixture(scope="module")
def winnow(launch):
    return launch()


HEAD = b"From: a@example.com\r\nTo: b@test.local\r\nSubject: hostile\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n"


def date():
    return b"Date: " + now().encode() + b"\r\n"


def mail(headers=b"", body=b"Hello\r\n"):
    return HEAD + date() + headers + b"\r\n" + body


def html(text):
    return mail(b"Content-Type: text/html; charset=utf-8\r\n", text)


def part(kind, body, headers=b""):
    return mail(b"Content-Type: " + kind + b"\r\n" + headers, body)


def nested(depth, close=True):
    out = [HEAD, date(), b'Content-Type: multipart/mixed; boundary="b0"\r\n\r\n']
    for n in range(depth):
        out.append(b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1))
    out.append(b"--b%d\r\n\r\ndeep\r\n" % depth)
    if close:
        out += [b"--b%d--\r\n" % n for n in range(depth, -1, -1)]
    return b"".join(out)


def nested_messages(depth):
    return b"".join(HEAD + date() + b"Content-Type: message/rfc822\r\n\r\n" for _ in range(depth)) + mail()


def nested_same_boundary(depth):
    return mail(b'Content-Type: multipart/mixed; boundary="b"\r\n',
                b'--b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' * depth)


def many_parts(count, head=b""):
    return part(b'multipart/mixed; boundary="b"', (b"--b\r\n" + head + b"\r\nx\r\n") * count + b"--b--\r\n")


def parameters(count):
    return part(b"text/plain" + b"".join(b"; name%d=value" % n for n in range(count)), b"x\r\n")


def continued_parameters(count):
    return part(b"text/plain" + b"".join(b";\r\n filename*%d*=utf-8''%%41" % n for n in range(count)), b"x\r\n")


def boundary(length):
    name = b"B" * length
    return part(b'multipart/mixed; boundary="' + name + b'"', b"--" + name + b"\r\n\r\nx\r\n--" + name + b"--\r\n")


MIB = 1 << 20

HOSTILE = {
    "empty": lambda: b"",
    "one newline": lambda: b"\n",
    "no header end": lambda: b"Subject: x",
    "only NULs": lambda: bytes(MIB),
    "10000 nested parts": lambda: nested(10000),
    "10000 nested parts unclosed": lambda: nested(10000, close=False),
    "10000 nested messages": lambda: nested_messages(10000),
    "10000 nested with one boundary": lambda: nested_same_boundary(10000),
    "100000 parts": lambda: many_parts(100000),
    "100000 message parts": lambda: many_parts(100000, b"Content-Type: message/rfc822\r\n"),
    "100000 html parts": lambda: many_parts(100000, b"Content-Type: text/html\r\n"),
    "header of 50 MiB in one line": lambda: b"X: " + b"a" * (49 * MIB) + b"\r\n\r\nbody",
    "header of 50 MiB folded": lambda: b"Subject: x\r\n" + b" aaaaaaaaaaaaa\r\n" * (3 * MIB) + b"\r\nbody",
    "header of 50 MiB in many fields": lambda: b"X-A: aaaaaaaaaa\r\n" * (49 * MIB // 17) + b"\r\nbody",
    "body of 49 MiB in one line": lambda: mail(body=b"a" * (49 * MIB)),
    "body of 49 MiB of newlines": lambda: mail(body=b"\n" * (49 * MIB)),
    "more than 50 MiB": lambda: mail(body=b"Hello world. \r\n" * (4 * MIB)),
    "To with 60000 groups": lambda: mail(b"To: " + b"a:" * 60000 + b"\r\n"),
    "64 KiB of a,a,a": lambda: mail(b"To: " + b"a," * 32768 + b"\r\n"),
    "To with 200000 addresses": lambda: mail(b"To: " + b"a@test.local,\r\n " * 200000 + b"b@test.local\r\n"),
    "To with 100000 comments": lambda: mail(b"To: " + b"(" * 100000 + b"a@b" + b")" * 100000 + b"\r\n"),
    "To with 100000 quotes": lambda: mail(b"To: " + b'"\\' * 100000 + b"\r\n"),
    "To with 100000 angles": lambda: mail(b"To: " + b"<" * 100000 + b"\r\n"),
    "400 KiB of encoded words": lambda: mail(b"Subject: " + b"=?utf-8?q?a" * 37236 + b"\r\n"),
    "400 KiB of finished encoded words": lambda: mail(b"Subject: " + b"=?utf-8?q?a?= " * 29257 + b"\r\n"),
    "400 KiB of encoded words in From": lambda: mail(b"From: " + b"=?utf-7?b?K0FB" * 29257 + b"?= <a@b>\r\n"),
    "200000 Content-Type parameters": lambda: parameters(200000),
    "100000 continued parameters": lambda: continued_parameters(100000),
    "boundary of 70 KiB": lambda: boundary(70 * 1024),
    "boundary of 1 MiB": lambda: boundary(MIB),
    "dashes against a boundary": lambda: part(b'multipart/mixed; boundary="' + b"-" * 70 + b'"', b"-" * (4 * MIB)),
    "50000 almost boundaries": lambda: part(b'multipart/mixed; boundary="' + b"b" * 70 + b'"', (b"--" + b"b" * 69 + b"c\r\n") * 50000),
    "broken UTF-8": lambda: part(b"text/plain; charset=utf-8", bytes(range(128, 256)) * 16384),
    "surrogates and overlong": lambda: part(b"text/plain; charset=utf-8", b"\xed\xa0\x80\xc0\x80\xf8\x88\x80\x80\x80\xff" * 100000),
    "unknown charset": lambda: part(b"text/plain; charset=x-klingon", b"\xe4\xf6\xfc" * 300000),
    "UTF-7": lambda: part(b"text/plain; charset=utf-7", b"+ADw-+AD4-+" * 100000),
    "UTF-16 cut": lambda: part(b"text/html; charset=utf-16", "<a href='http://x.example/'>ä</a>".encode("utf-16")[:-1] * 2000),
    "NULs everywhere": lambda: b"\0".join(bytes([c]) for c in mail(body=b"Hello <a href=http://x.example/>" * 3000)),
    "bare CRs": lambda: mail(body=b"a\r" * MIB),
    "bad base64": lambda: part(b"text/plain", b"=!A=B*C=D\r\n" * 200000, b"Content-Transfer-Encoding: base64\r\n"),
    "bad quoted-printable": lambda: part(b"text/plain", b"=" * MIB + b"=\r\n=Z" * 100000, b"Content-Transfer-Encoding: quoted-printable\r\n"),
    "uuencode": lambda: mail(body=b"begin 644 a\r\n" * 100000 + b"M" * MIB + b"\r\nend\r\n"),
    "100000 html elements deep": lambda: html(b"<div>" * 100000 + b"x"),
    "100000 html tables": lambda: html(b"<table><tr><td>" * 100000),
    "1 MiB of angle brackets": lambda: html(b"<" * MIB),
    "endless html comment": lambda: html(b"<!--" * 200000 + b"-" * MIB),
    "endless attribute": lambda: html(b'<a href="' + b"x" * (2 * MIB)),
    "100000 attributes": lambda: html(b"<a " + b"".join(b"a%d=b " % n for n in range(100000)) + b">x</a>"),
    "1 MiB of entities": lambda: html(b"&amp" * 131072 + b"&#x" * 131072 + b"&#99999999999;" * 20000),
    "style of 1 MiB": lambda: html(b"<style>" + b"p{display:none;" * 70000 + b"</style>x"),
    "inline style of 1 MiB": lambda: html(b'<p style="' + b"color:red;" * 100000 + b'">x</p>'),
    "200000 links": lambda: html(b"".join(b'<a href="http://h%d.example.com/">x</a>' % n for n in range(200000))),
    "200000 links in text": lambda: mail(body=b"".join(b"http://h%d.example.com/ " % n for n in range(200000))),
    "link of 1 MiB": lambda: mail(body=b"http://" + b"a." * (MIB // 2) + b"example.com/" + b"x" * MIB),
    "1 MiB of dots and ats": lambda: mail(body=b"a.b@" * (MIB // 4)),
    "1 MiB of http": lambda: mail(body=b"http://" * (MIB // 7)),
    "1 MiB of www": lambda: mail(body=b"www." * (MIB // 4)),
    "percent signs": lambda: mail(body=b"http://example.com/%25" + b"%25" * 300000),
    "IDN": lambda: mail(body=b"http://" + b"xn--" * 100000 + b".example.com/ http://" + "ä".encode() * 100000 + b".example/"),
    "1000 Received fields": lambda: b"Received: from x (y [192.0.2.1]) by z; " * 1 + b"".join(
        b"Received: from [192.0.2.%d] (((((by by by by;;;; \r\n\t;\r\n" % (n % 256) for n in range(1000)) + mail(),
    "100000 Subjects": lambda: b"Subject: x\r\n" * 100000 + mail(),
    "colons": lambda: b":" * MIB + b"\r\n:\r\n : \r\n\r\nx",
    "spaces": lambda: mail(b"Subject:" + b" " * (4 * MIB) + b"\r\n"),
    "tab folds": lambda: mail(b"Subject: x\r\n" + b"\t\r\n" * MIB),
    "date": lambda: mail(b"Date: " + b"(" * 100000 + b"Mon, 99 Foo 99999999999999999999 99:99:99 +99999\r\n"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_message(winnow, make):
    raw = make()
    pids = winnow.wait_scanners()
    base = {pid: memory(pid, "VmRSS") for pid in pids}
    for pid in pids:
        memory_reset_peak(pid)
    begin = time.monotonic()
    status, answer = winnow.scan(raw, headers=[("IP", "192.0.2.10"), ("From", "a@example.com"), ("Rcpt", "b@test.local")])
    took = time.monotonic() - begin
    assert status == 200, answer
    assert answer["recipients"]["b@test.local"]["action"]
    assert took < SECONDS, f"{took:.1f} s"
    assert winnow.scanner_pids() == pids, "a scanner died"
    limit = MEMORY_KIB + MEMORY_PER_BYTE * len(raw) // 1024
    for pid in pids:
        grown = memory(pid, "VmHWM") - base[pid]
        assert grown < limit, f"grew by {grown} KiB, limit {limit} KiB for {len(raw)} bytes"


def test_linear_time(winnow):
    """Four times the input may take some sixteen times as long only where the machine is very busy."""
    for make in (lambda n: nested(n), lambda n: many_parts(10 * n), lambda n: mail(b"To: " + b"a:" * (20 * n) + b"\r\n"),
                 lambda n: html(b"<div>" * (20 * n)), lambda n: mail(body=b"http://" * (50 * n))):
        took = []
        for count in (2500, 10000):
            raw = make(count)
            winnow.scan(raw)
            begin = time.process_time(), time.monotonic()
            winnow.scan(raw)
            took.append(time.monotonic() - begin[1])
        assert took[1] < 16 * took[0] + 0.5, took


def test_http_with_200000_recipients(winnow):
    status, answer = winnow.scan(message(), headers=[("Rcpt", f"u{n}@test.local") for n in range(200000)])
    assert status == 200 and len(answer["recipients"]) <= 1000 or 400 <= status < 600
    assert winnow.ping()
