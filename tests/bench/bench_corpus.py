"""Corpora of real messages as pack files of ready-made scan requests (read by load.lua).

Every message keeps its bytes; only an mbox "From " line before the header is left out, since no MTA hands one over.
Envelope, client address and HELO come from the message's own header, so both daemons are asked the same question.
"""
import email.parser
import email.policy
import hashlib
import ipaddress
import math
import pathlib
import re

ADDRESS = re.compile(rb"[A-Za-z0-9._%+=-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
RECEIVED_IP = re.compile(r"[\[(](\d{1,3}(?:\.\d{1,3}){3})[\])]")
RECEIVED_FROM = re.compile(r"^\s*from\s+([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
HEADER_LIMIT = 64 * 1024


def strip_mbox_line(raw: bytes) -> bytes:
    if raw.startswith(b"From "):
        return raw[raw.find(b"\n") + 1:]
    return raw


def read_header(raw: bytes) -> email.message.Message:
    end = re.search(rb"\r?\n\r?\n", raw[:HEADER_LIMIT])
    head = raw[: end.end() if end else HEADER_LIMIT]
    return email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(head)


def first_address(header, names, fallback: str) -> str:
    for name in names:
        found = ADDRESS.search(str(header.get(name, "")).encode("ascii", "replace"))
        if found:
            return found.group().decode()
    return fallback


def client_of(header, digest: bytes) -> tuple[str, str]:
    """The public client address and the name nearest to us in the Received lines, else made up from the digest."""
    for line in header.get_all("Received", []):
        text = str(line)
        for literal in RECEIVED_IP.findall(text):
            try:
                address = ipaddress.ip_address(literal)
            except ValueError:
                continue
            if address.is_global:
                name = RECEIVED_FROM.match(text)
                return literal, name.group(1) if name else f"mail{digest[0]}.example.net"
    return f"203.0.113.{1 + digest[0] % 250}", f"mail{digest[1]}.example.net"


def make_request(raw: bytes) -> bytes:
    header = read_header(raw)
    digest = hashlib.sha256(raw).digest()
    sender = first_address(header, ("Return-Path", "Sender", "From"), "sender@example.net")
    recipient = first_address(header, ("Delivered-To", "X-Original-To", "To", "Cc"), "user@example.org")
    address, name = client_of(header, digest)
    head = (
        "POST /checkv2 HTTP/1.1\r\nHost: localhost\r\n"
        f"From: <{sender}>\r\nRcpt: <{recipient}>\r\nIP: {address}\r\nHelo: {name}\r\n"
        f"Queue-Id: {digest[:5].hex().upper()}\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode("ascii") + raw


def spread(count: int) -> list[int]:
    """An order in which every stretch of a list sorted by size holds small and large alike (golden-ratio stride)."""
    stride = max(1, round(count * (math.sqrt(5) - 1) / 2))
    while math.gcd(stride, count) != 1:
        stride += 1
    return [(i * stride) % count for i in range(count)]


def ordered_files(folders: list[pathlib.Path]) -> list[pathlib.Path]:
    """All messages of the folders, shuffled the same way every time."""
    files = [path for folder in folders for path in folder.rglob("*")
             if path.is_file() and path.suffix in (".txt", ".eml")]
    files.sort(key=lambda path: (path.stat().st_size, path.name))
    return [files[i] for i in spread(len(files))] if files else []


def make_pack(folders: list[pathlib.Path], target: pathlib.Path) -> tuple[int, float]:
    """Writes the pack file; returns the number of messages and their mean size in bytes."""
    files = ordered_files(folders)
    if not files:
        return 0, 0.0
    size = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "wb") as pack:
        for path in files:
            raw = strip_mbox_line(path.read_bytes())
            size += len(raw)
            request = make_request(raw)
            pack.write(b"%010d\n" % len(request) + request)
    return len(files), size / len(files)


def read_pack(path: pathlib.Path, limit: int) -> list[bytes]:
    requests = []
    with open(path, "rb") as pack:
        while len(requests) < limit and (head := pack.read(11)):
            requests.append(pack.read(int(head)))
    return requests
