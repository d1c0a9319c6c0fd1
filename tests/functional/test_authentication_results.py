"""Authentication-Results as clients of the daemon get them: ours on top, forged ones of our own name away, others' left alone."""
import pytest

from nameserver import zone_from_lines

ZONE = """
example.com TXT v=spf1 ip4:192.0.2.10 -all
_dmarc.example.com TXT v=DMARC1; p=reject
"""
CONFIG = 'authentication { header = true, authserv_id = "mx.example.org" }'
FORGED = "Authentication-Results: mx.example.org; dmarc=pass header.from=bank.example\r\n"
FOREIGN = "Authentication-Results: relay.example.net; spf=pass smtp.mailfrom=example.com\r\n"
MAIL = ("From: Anna <anna@example.com>\r\nTo: maria@example.org\r\nSubject: Minutes\r\nDate: Thu, 15 Jan 2026 10:12:44 +0100\r\n"
        "Message-ID: <1@example.com>\r\n\r\nDear Maria, here they are.\r\n")


@pytest.fixture(scope="module")
def winnow(launch, nameserver):
    return launch(CONFIG, dns=nameserver({".": zone_from_lines(ZONE)}).port)


def scan(winnow, mail, ip="192.0.2.10", **more):
    headers = {"IP": ip, "Helo": "mail.example.com", "From": "anna@example.com", "Rcpt": "maria@example.org", **more}
    status, reply = winnow.scan(mail, headers=list(headers.items()))
    assert status == 200
    return reply


def ours(reply):
    return reply.get("milter", {}).get("add_headers", {}).get("Authentication-Results")


def removed(reply):
    return reply.get("milter", {}).get("remove_headers", {}).get("Authentication-Results")


def test_written(winnow):
    field = ours(scan(winnow, MAIL))
    assert field["order"] == 0
    assert field["value"].startswith("mx.example.org;")
    for part in ("spf=pass", "smtp.mailfrom=anna@example.com", "dkim=none", "dmarc=pass (p=reject) header.from=example.com"):
        assert part in field["value"], field["value"]
    assert all(len(line) <= 78 for line in field["value"].splitlines())


def test_failure_is_told(winnow):
    field = ours(scan(winnow, MAIL, ip="198.51.100.9"))
    assert "spf=fail" in field["value"] and "dmarc=fail (p=reject)" in field["value"]


def test_forged_ones_go(winnow):
    reply = scan(winnow, FOREIGN + FORGED + MAIL)
    assert removed(reply) == 2
    assert "AUTH_RESULTS_FORGED" in reply["symbols"]
    assert "bank.example" not in ours(reply)["value"]


def test_foreign_ones_stay(winnow):
    reply = scan(winnow, FOREIGN + MAIL)
    assert removed(reply) is None
    assert "AUTH_RESULTS_FORGED" not in reply["symbols"]


def test_not_for_outbound(winnow):
    reply = scan(winnow, MAIL, User="anna")
    assert ours(reply) is None


def test_switched_off(launch, nameserver):
    daemon = launch("authentication { header = false }", dns=nameserver({".": zone_from_lines(ZONE)}).port)
    assert ours(scan(daemon, MAIL)) is None
    reply = scan(daemon, FORGED + MAIL, **{"MTA-Name": "mx.example.org"})
    assert removed(reply) is None and "AUTH_RESULTS_FORGED" not in reply["symbols"]
    daemon = launch("authentication { header = true }", dns=nameserver({".": zone_from_lines(ZONE)}).port)
    assert removed(scan(daemon, FORGED + MAIL, **{"MTA-Name": "mx.example.org"})) == 1
