#!/usr/bin/env python3
"""What Debian's python3-dkim says of a message: dkim_oracle.py MESSAGE RECORDS, where RECORDS holds lines "NAME TEXT". Prints "dkim=pass,fail arc=pass"; exit 3 without python3-dkim."""
import sys

try:
    import dkim
except ImportError:
    sys.exit(3)

message = open(sys.argv[1], "rb").read()
records = dict(line.rstrip(b"\n").split(b" ", 1) for line in open(sys.argv[2], "rb"))


def look_up(name, timeout=5):
    name = name if isinstance(name, bytes) else name.encode()
    return records.get(name.rstrip(b"."))


def one(index):
    try:
        return "pass" if dkim.DKIM(message).verify(idx=index, dnsfunc=look_up) else "fail"
    except dkim.DKIMException as e:
        return f"error({e})"


count = sum(1 for name, _ in dkim.rfc822_parse(message)[0] if name.lower() == b"dkim-signature")
print("dkim=" + ",".join(one(i) for i in range(count)), end=" ")
cv, _, reason = dkim.arc_verify(message, dnsfunc=look_up)
print("arc=" + cv.decode())
