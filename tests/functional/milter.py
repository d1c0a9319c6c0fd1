"""A milter client on the wire: what a mail server says to a filter, byte by byte."""
import socket
import struct
from collections import namedtuple

from system import PATIENCE

# Commands (server to filter) and replies (filter to server), protocol version 6.
OPTNEG, CONNECT, HELO, MAIL, RCPT, DATA = b"O", b"C", b"H", b"M", b"R", b"T"
HEADER, EOH, BODY, EOM, ABORT, MACRO, QUIT, QUIT_NC, UNKNOWN = (
    b"L", b"N", b"B", b"E", b"A", b"D", b"Q", b"K", b"U")

CONTINUE, ACCEPT, REJECT, DISCARD, TEMPFAIL, REPLYCODE, SKIP, PROGRESS = (
    b"c", b"a", b"r", b"d", b"t", b"y", b"s", b"p")
ADDRCPT, ADDRCPT_PAR, DELRCPT, ADDHEADER, INSHEADER, CHGHEADER, CHGFROM, REPLBODY, QUARANTINE = (
    b"+", b"2", b"-", b"h", b"i", b"m", b"e", b"b", b"q")

ALL_ACTIONS = 0x1FF
ALL_STEPS = 0x1FFFFF

# Which protocol bits say "do not send" and "will not answer" for a command.
_NO_SEND = {CONNECT: 0x01, HELO: 0x02, MAIL: 0x04, RCPT: 0x08, BODY: 0x10, HEADER: 0x20,
            EOH: 0x40, UNKNOWN: 0x100, DATA: 0x200}
_NO_REPLY = {HEADER: 0x80, CONNECT: 0x1000, HELO: 0x2000, MAIL: 0x4000, RCPT: 0x8000,
             DATA: 0x10000, UNKNOWN: 0x20000, EOH: 0x40000, BODY: 0x80000}
_LEADSPC = 0x100000

_FINAL = (CONTINUE, ACCEPT, REJECT, DISCARD, TEMPFAIL, REPLYCODE)

Frame = namedtuple("Frame", "command data")


class Closed(Exception):
    """The filter closed the connection."""


def frame(command, data=b""):
    return struct.pack(">I", len(data) + 1) + command + data


def zero(*words):
    return b"".join((w if isinstance(w, bytes) else w.encode()) + b"\0" for w in words)


class Result:
    """Everything the filter said at the end of a message."""

    def __init__(self, frames):
        self.frames = frames
        self.last = frames[-1]

    @property
    def accepted(self):
        return self.last.command in (ACCEPT, CONTINUE)

    @property
    def refusal(self):
        """Code and text of the SMTP reply, or None."""
        if self.last.command != REPLYCODE:
            return None
        return self.last.data.rstrip(b"\0").decode()

    def all(self, command):
        return [f.data for f in self.frames if f.command == command]

    def added(self):
        """Headers added or inserted: [(name, value)]."""
        found = []
        for f in self.frames:
            data = f.data if f.command == ADDHEADER else f.data[4:]
            if f.command in (ADDHEADER, INSHEADER):
                name, value = data.split(b"\0")[:2]
                found.append((name.decode(), value.decode(errors="replace")))
        return found

    def header(self, name):
        """The value of the added header NAME; fails unless there is just one."""
        values = [v for n, v in self.added() if n.lower() == name.lower()]
        assert len(values) == 1, f"{len(values)} headers {name} in {self.added()}"
        return " ".join(values[0].split())

    def removed(self):
        """Headers deleted: [(name, index)]."""
        found = []
        for data in self.all(CHGHEADER):
            name, value = data[4:].split(b"\0")[:2]
            if not value.strip():
                found.append((name.decode(), struct.unpack(">I", data[:4])[0]))
        return found

    def __repr__(self):
        return repr([(f.command, f.data[:80]) for f in self.frames])


class MilterClient:
    """One connection to the filter.  Every method checks what the protocol promises."""

    def __init__(self, port=None, path=None, timeout=PATIENCE):
        if path:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout)
            self.sock.connect(str(path))
        else:
            self.sock = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.buffer = b""
        self.steps = 0
        self.version = 6

    # Bytes -----------------------------------------------------------------

    @property
    def local_port(self):
        return self.sock.getsockname()[1]

    def raw(self, data):
        self.sock.sendall(data)

    def send(self, command, data=b""):
        self.raw(frame(command, data))

    def _fill(self, count):
        while len(self.buffer) < count:
            try:
                more = self.sock.recv(65536)
            except ConnectionError as gone:
                raise Closed from gone
            if not more:
                raise Closed
            self.buffer += more

    def receive(self):
        self._fill(4)
        length = struct.unpack(">I", self.buffer[:4])[0]
        assert 1 <= length <= 1 << 20, f"reply of {length} bytes"
        self._fill(4 + length)
        body, self.buffer = self.buffer[4:4 + length], self.buffer[4 + length:]
        return Frame(body[:1], body[1:])

    def closed_by_peer(self):
        """True if the filter closes the connection, with or without a last word."""
        try:
            while True:
                self.receive()
        except Closed:
            return True
        except socket.timeout:
            return False

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Protocol --------------------------------------------------------------

    def negotiate(self, version=6, actions=ALL_ACTIONS, steps=ALL_STEPS):
        self.send(OPTNEG, struct.pack(">III", version, actions, steps))
        reply = self.receive()
        assert reply.command == OPTNEG, f"negotiation answered with {reply}"
        self.version, self.actions, self.steps = struct.unpack(">III", reply.data[:12])
        assert 2 <= self.version <= version
        assert self.actions & ~actions == 0, "actions that were not offered"
        assert self.steps & ~steps == 0, "protocol steps that were not offered"
        return self

    def macro(self, command, **pairs):
        words = []
        for name, value in pairs.items():
            words += [name, value]
        self.send(MACRO, command + zero(*words))

    def macros(self, command, pairs):
        self.send(MACRO, command + zero(*[w for pair in pairs for w in pair]))

    def say(self, command, data=b""):
        """Send a command and return the reply, CONTINUE where none is to come."""
        if self.steps & _NO_SEND.get(command, 0):
            return Frame(CONTINUE, b"")
        self.send(command, data)
        if self.steps & _NO_REPLY.get(command, 0):
            return Frame(CONTINUE, b"")
        reply = self.receive()
        while reply.command == PROGRESS:
            reply = self.receive()
        return reply

    def go(self, command, data=b""):
        reply = self.say(command, data)
        assert reply.command in (CONTINUE, SKIP), f"{command} answered with {reply}"
        return reply

    def connect(self, name="client.example.com", ip="192.0.2.10", port=40000):
        family = b"6" if ":" in ip else b"4"
        address = "IPv6:" + ip if ":" in ip else ip
        return self.go(CONNECT, zero(name) + family + struct.pack(">H", port) + zero(address))

    def helo(self, name="client.example.com"):
        return self.go(HELO, zero(name))

    def mail(self, sender="<sender@example.com>", *args):
        return self.go(MAIL, zero(sender, *args))

    def rcpt(self, *words):
        return self.say(RCPT, zero(*words))

    def begin(self, **negotiation):
        """Negotiate and say who connects."""
        self.negotiate(**negotiation)
        self.connect()
        self.helo()
        return self

    def envelope(self, recipients=("<plain@test.local>",), sender="<sender@example.com>", qid="4XYZ"):
        self.mail(sender)
        for address in recipients:
            reply = self.rcpt(address)
            assert reply.command == CONTINUE, f"RCPT answered with {reply}"
        if self.version >= 4:
            self.macro(DATA, i=qid)
            self.go(DATA)

    def header(self, name, value):
        """VALUE without the blank after the colon; sent with it where negotiated."""
        lead = " " if self.steps & _LEADSPC else ""
        return self.go(HEADER, zero(name, lead + value if isinstance(value, str) else value))

    def content(self, headers, body):
        for name, value in headers:
            self.header(name, value)
        self.go(EOH)
        for at in range(0, len(body), 65535):
            if self.go(BODY, body[at:at + 65535]).command == SKIP:
                break

    def eom(self):
        self.send(EOM)
        frames = []
        while not frames or frames[-1].command not in _FINAL:
            got = self.receive()
            if got.command != PROGRESS:
                frames.append(got)
        return Result(frames)

    def message(self, headers, body, **envelope):
        self.envelope(**envelope)
        self.content(headers, body)
        return self.eom()

    def abort(self):
        self.send(ABORT)

    def quit(self):
        self.send(QUIT)
