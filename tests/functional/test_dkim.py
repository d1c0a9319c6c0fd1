"""Signing and sealing by the running daemon, verified by Debian's python3-dkim and by the daemon itself; keys made by "winnow dkim"."""
import re
import stat
import struct

import pytest

import milter
from milter import MilterClient
from nameserver import zone_from_lines
from samples import SPAM, as_milter, message

dkim = pytest.importorskip("dkim")

OWN, STRANGER = "127.0.0.1", "192.0.2.10"
AUTHOR = "John Doe <john@example.com>"


def keygen(build, path, selector, domain, *more):
    import subprocess
    return subprocess.run([str(build / "winnow"), "dkim", "keygen", "--domain", domain, "--selector", selector, "--file", str(path), *more],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def record_of(output):
    """(name, text) of the TXT record in the output of keygen."""
    line = next(text for text in output.splitlines() if " IN TXT (" in text)
    name, data = line.split(". IN TXT (")
    return name, "".join(re.findall(r'"([^"]*)"', data))


@pytest.fixture(scope="module")
def keys(build, folder):
    """{selector: (path, record)}"""
    made = {}
    for selector, domain, more in (("jan", "example.com", ()), ("ed", "example.com", ("--type", "ed25519")), ("seal", "relay.example", ())):
        path = folder / f"{selector}.pem"
        done = keygen(build, path, selector, domain, *more)
        assert done.returncode == 0, done.stderr
        made[selector] = (path, record_of(done.stdout))
    return made


@pytest.fixture(scope="module")
def records(keys):
    return dict(record for _, record in keys.values())


@pytest.fixture(scope="module")
def winnow(launch, keys, records, nameserver):
    zone = zone_from_lines(f"{name} TXT {text}" for name, text in records.items())
    return launch(f"""
dkim_key "example.com"         {{ selector = "jan", file = "{keys['jan'][0]}" }}
dkim_key "second"              {{ selector = "ed", file = "{keys['ed'][0]}", domains = {{ "example.com" }} }}
arc_seal {{ enabled = true, domain = "relay.example", selector = "seal", file = "{keys['seal'][0]}", domains = {{ "forward.local" }} }}
profile  {{ scores = {{ {SPAM} = 7 }} }}
address "subject@forward.local" {{ subject_prefix = "[SPAM] " }}
""", dns=nameserver({".": zone}).port)


@pytest.fixture(scope="module")
def look_up(records):
    def dnsfunc(name, timeout=5):
        name = name.decode() if isinstance(name, bytes) else name
        return records.get(name.rstrip("."), "").encode() or None
    return dnsfunc


def applied(headers, result):
    """The header as an MTA has it after the edits, in their order."""
    lines = [list(pair) for pair in headers]
    for frame in result.frames:
        if frame.command == milter.ADDHEADER:
            lines.append([w.decode() for w in frame.data.split(b"\0")[:2]])
        elif frame.command == milter.INSHEADER:
            at = struct.unpack(">I", frame.data[:4])[0]
            lines.insert(at, [w.decode() for w in frame.data[4:].split(b"\0")[:2]])
        elif frame.command == milter.CHGHEADER:
            nth = struct.unpack(">I", frame.data[:4])[0]
            name, value = (w.decode() for w in frame.data[4:].split(b"\0")[:2])
            same = [i for i, line in enumerate(lines) if line[0].lower() == name.lower()]
            if value:
                lines[same[nth - 1]][1] = value
            else:
                del lines[same[nth - 1]]
    return lines


def as_message(lines, body):
    header = "".join(f"{name}:{value if value.startswith(' ') else ' ' + value}\n" for name, value in lines)
    return (header.encode() + b"\n" + body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def send(winnow, raw, ip, recipient):
    headers, body = as_milter(raw)
    with MilterClient(winnow.milter_port) as client:
        client.negotiate()
        client.connect(ip=ip)
        client.helo()
        result = client.message(headers, body, recipients=(f"<{recipient}>",), sender="<john@example.com>")
    assert result.accepted, result
    return result, as_message(applied(headers, result), body)


def test_keygen(build, keys, folder):
    path, (name, text) = keys["jan"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert name == "jan._domainkey.example.com" and text.startswith("v=DKIM1; k=rsa; p=MII")
    assert keys["ed"][1][1].startswith("v=DKIM1; k=ed25519; p=")
    before = path.read_bytes()
    again = keygen(build, path, "jan", "example.com")
    assert again.returncode == 1 and "exists" in again.stderr
    assert path.read_bytes() == before
    assert keygen(build, folder / "x.pem", "jan", "example.com", "--bits", "1024").returncode == 1
    assert keygen(build, folder / "x.pem", "a b", "example.com").returncode == 1


def test_outbound_is_signed(winnow, look_up):
    """By both keys, over the header as it leaves: without fields of ours that it brought."""
    sent = message(sender=AUTHOR, top=["X-Spam: No", "Received: from a by b; Thu, 15 Jan 2026 12:58:20 +0100"])
    result, raw = send(winnow, sent, OWN, "plain@test.local")
    names = [name for name, _ in result.added()]
    assert names.count("DKIM-Signature") == 2 and "ARC-Seal" not in names
    assert b"\r\nX-Spam: No" not in raw
    assert raw.startswith(b"DKIM-Signature:")
    for index in (0, 1):
        assert dkim.DKIM(raw).verify(idx=index, dnsfunc=look_up), raw.decode()


def test_inbound_is_not_signed(winnow):
    result, _ = send(winnow, message(sender=AUTHOR), STRANGER, "plain@test.local")
    assert "DKIM-Signature" not in [name for name, _ in result.added()]


def test_other_authors_are_not_signed(winnow):
    result, _ = send(winnow, message(sender="Jane <jane@example.net>"), OWN, "plain@test.local")
    assert "DKIM-Signature" not in [name for name, _ in result.added()]
    result, _ = send(winnow, message(sender=f"{AUTHOR}, Jane <jane@example.net>"), OWN, "plain@test.local")
    assert "DKIM-Signature" not in [name for name, _ in result.added()]
    result, _ = send(winnow, message(sender=AUTHOR, top=["From: Jane <jane@example.net>"]), OWN, "plain@test.local")
    assert "DKIM-Signature" not in [name for name, _ in result.added()]


def test_http(winnow, look_up):
    raw = message(sender=AUTHOR)
    status, answer = winnow.scan(raw, headers=[("IP", STRANGER), ("User", "john")])
    added = answer["milter"]["add_headers"]["DKIM-Signature"]
    assert status == 200 and [one["order"] for one in added] == [0, 0]
    signed = b"".join(b"DKIM-Signature: " + one["value"].encode() + b"\n" for one in reversed(added)) + raw
    for index in (0, 1):
        assert dkim.DKIM(signed.replace(b"\n", b"\r\n")).verify(idx=index, dnsfunc=look_up)


def test_what_we_sign_we_verify(winnow):
    _, raw = send(winnow, message(sender=AUTHOR), OWN, "plain@test.local")
    status, answer = winnow.scan(raw, headers=[("IP", STRANGER)])
    assert status == 200 and "DKIM_PASS" in answer["symbols"], answer["symbols"]
    status, answer = winnow.scan(raw.replace(b"second paragraph", b"first paragraph"), headers=[("IP", STRANGER)])
    assert "DKIM_FAIL" in answer["symbols"] and "DKIM_PASS" not in answer["symbols"]


def test_inbound_is_sealed(winnow, look_up):
    """Twice, as when it comes by again."""
    _, raw = send(winnow, message(sender=AUTHOR), OWN, "plain@test.local")
    for hop in (1, 2):
        result, raw = send(winnow, raw.replace(b"\r\n", b"\n"), STRANGER, "jane@forward.local")
        names = [name for name, _ in result.added()]
        assert [n for n in names if n.startswith("ARC-")] == ["ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"]
        assert raw.startswith(f"ARC-Seal: i={hop};".encode())
        verdict, _, reason = dkim.arc_verify(raw, dnsfunc=look_up)
        assert verdict == b"pass", (reason, raw.decode())
        assert b"dkim=pass" in raw.split(b"\r\nDKIM-Signature:")[0]
    status, answer = winnow.scan(raw, headers=[("IP", STRANGER)])
    assert "ARC_PASS" in answer["symbols"]


def test_a_broken_chain_is_sealed_as_failed_once(winnow, look_up):
    _, raw = send(winnow, message(sender=AUTHOR), STRANGER, "jane@forward.local")
    raw = raw.replace(b"second paragraph", b"first paragraph").replace(b"\r\n", b"\n")
    result, raw = send(winnow, raw, STRANGER, "jane@forward.local")
    assert "cv=fail" in result.header("ARC-Seal")
    assert dkim.arc_verify(raw, dnsfunc=look_up)[0] != b"pass"
    result, _ = send(winnow, raw.replace(b"\r\n", b"\n"), STRANGER, "jane@forward.local")
    assert "ARC-Seal" not in [name for name, _ in result.added()]


def test_the_seal_covers_the_edited_header(winnow, look_up):
    _, raw = send(winnow, message(sender=AUTHOR, message_id=False), STRANGER, "subject@forward.local")
    assert b"\r\nSubject: [SPAM] Minutes" in raw and b"\r\nX-Spam: Yes" in raw and raw.startswith(b"ARC-Seal: i=1;")
    assert dkim.arc_verify(raw, dnsfunc=look_up)[0] == b"pass", raw.decode()
    assert dkim.arc_verify(raw.replace(b"[SPAM] ", b""), dnsfunc=look_up)[0] != b"pass"


def test_only_forwarding_domains_are_sealed(winnow):
    result, _ = send(winnow, message(sender=AUTHOR), STRANGER, "plain@test.local")
    assert "ARC-Seal" not in [name for name, _ in result.added()]


def test_bad_key_is_an_error_of_the_configuration(build, launch, folder):
    daemon = launch(f'dkim_key "example.com" {{ selector = "jan", file = "{folder}/missing.pem" }}\n', ready=False)
    done = daemon.command("--check-config", "--config", daemon.config_path, binary="binary")
    assert done.returncode != 0 and b"missing.pem" in done.stderr and b"No such file" in done.stderr
