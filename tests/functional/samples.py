"""Messages for the tests, with scores that the configuration below makes known."""
import itertools

from winnow import GTUBE

_serial = itertools.count(1)

# A symbol whose score the tests set, so that they know what a message costs:
# a message without a Message-ID hits it.
SPAM = "MISSING_MESSAGE_ID"
SPAM_POINTS = 7.0

BODY = """\
Dear Jane,

the minutes of our meeting on Tuesday are ready. Please look through the
second paragraph; I was not sure about the date of the next one.

Kind regards,
John
"""


def message(subject="Minutes of the meeting", body=BODY, message_id=True, extra=(), top=(),
            sender="John Doe <john@example.com>", to="Jane Roe <jane@test.local>"):
    """A mail of today as bytes with LF.  EXTRA and TOP are header lines."""
    number = next(_serial)
    lines = list(top)
    lines += [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {now()}"]
    if message_id:
        lines.append(f"Message-ID: <{number}.4711.8f3a@mail.example.com>")
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
              "Content-Transfer-Encoding: 8bit"]
    lines += list(extra)
    return ("\n".join(lines) + "\n\n" + body).encode()


def now():
    from email.utils import formatdate
    return formatdate(localtime=False)


def spam(**kw):
    """Costs SPAM_POINTS where the profile says so, next to nothing otherwise."""
    return message(message_id=False, **kw)


def gtube(**kw):
    return message(body=BODY + "\n" + GTUBE + "\n", **kw)


def as_milter(raw):
    """A message as milter carries it: ([(name, value)], body with CRLF)."""
    head, body = raw.split(b"\n\n", 1)
    headers = []
    for line in head.decode().split("\n"):
        if line[:1] in " \t":
            headers[-1] = (headers[-1][0], headers[-1][1] + "\n" + line)
        else:
            name, value = line.split(":", 1)
            headers.append((name, value.removeprefix(" ")))
    return headers, body.replace(b"\n", b"\r\n")
