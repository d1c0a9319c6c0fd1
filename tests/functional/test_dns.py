"""DNS: the daemon asks a real name server on a loopback port; and one that is not there."""
import time

import pytest

from nameserver import quoted
from system import free_port, wait_until

RULES = """
rule "DNS_A" { score = 0.1, doc = "Test.", check = function(m)
	local v, why = dns.a(m.subject) return v and table.concat(v, " ") or why end }
rule "DNS_TXT" { score = 0.1, doc = "Test.", check = function(m)
	local v, why = dns.txt(m.subject) return v and tostring(#v[1]) or why end }
rule "DNS_MX" { score = 0.1, doc = "Test.", check = function(m)
	local v, why = dns.mx(m.subject) return v and v[1].host or why end }
rule "DNS_PTR" { score = 0.1, doc = "Test.", check = function(m)
	local v, why = dns.ptr(m.client.ip) return v and table.concat(v, " ") or why end }
"""

ZONE = f"""
a.example. A 192.0.2.1
a.example. A 192.0.2.2
alias.example. CNAME a.example.
long.example. TXT {quoted("x" * 700)}
huge.example. TXT {quoted("y" * 4000)}
m.example. MX 20 second.example.
m.example. MX 10 First.example.
1.2.0.192.in-addr.arpa. PTR one.example.
1.2.0.192.in-addr.arpa. PTR two.example.
"""


def message(subject):
    return f"From: a@example.com\r\nTo: b@example.com\r\nSubject: {subject}\r\n\r\nHello\r\n"


def config(folder):
    path = folder / "dns.rules.lua"
    path.write_text(RULES)
    return f'rules {{ files = {{ "{path}" }}, prefilter = false }}\n'


@pytest.fixture(scope="module")
def ns(nameserver):
    return nameserver({".": ZONE})


@pytest.fixture(scope="module")
def winnow(launch, ns, folder):
    return launch(config(folder), name="asks", dns=ns.port)


def looked_up(winnow, subject):
    status, reply = winnow.scan(message(subject), headers=[("IP", "192.0.2.1")])
    assert status == 200
    return {name: hit.get("options", [""])[0] for name, hit in reply["symbols"].items() if name.startswith("DNS_")}


@pytest.mark.parametrize("subject, symbol, answer", [
    ("a.example", "DNS_A", "192.0.2.1 192.0.2.2"),
    ("alias.example", "DNS_A", "192.0.2.1 192.0.2.2"),
    ("A.Example", "DNS_A", "192.0.2.1 192.0.2.2"),
    ("none.example", "DNS_A", "nxdomain"),
    ("m.example", "DNS_A", "nodata"),
    ("long.example", "DNS_TXT", "700"),
    ("huge.example", "DNS_TXT", "4000"),        # over TCP
    ("m.example", "DNS_MX", "first.example"),
    ("a.example", "DNS_PTR", "one.example two.example"),
])
def test_answers(winnow, subject, symbol, answer):
    found = looked_up(winnow, subject)[symbol]
    assert sorted(found.split()) == sorted(answer.split())


def test_local_scan(winnow, folder):
    mail = folder / "mail.eml"
    mail.write_text(message("a.example"))
    done = winnow.command("scan", "--local", "--json", "--config", winnow.config_path, mail)
    assert done.returncode == 0 and b"192.0.2.1" in done.stdout, done.stderr
    done = winnow.command("scan", "--local", "--no-dns", "--json", "--config", winnow.config_path, mail)
    assert done.returncode == 0 and b"unavailable" in done.stdout, done.stderr


def test_nobody_listens(launch, folder):
    """A port that refuses: known at once, and no message waits."""
    winnow = launch(config(folder), name="refused", dns=free_port())
    begin = time.monotonic()
    for number in range(20):
        assert looked_up(winnow, f"n{number}.example")["DNS_A"] == "failed"
    assert time.monotonic() - begin < 20    # 20 messages, each far below its time-out of 5 s
    assert any("does not answer" in line.get("msg", "") for line in winnow.lines())


def test_self_test_tells(launch, folder, nameserver):
    """A wildcard for everything is told as what it is, by one scanner."""
    liar = nameserver({".": "*. A 192.0.2.66"})
    winnow = launch(config(folder) + "dns { self_test = true }\n", name="lied", dns=liar.port)
    looked_up(winnow, "a.example")
    told = [line for line in winnow.lines() if "invent addresses (192.0.2.66)" in line.get("msg", "")]
    assert len(told) <= 1
    wait_until("the warning", lambda: "invent addresses (192.0.2.66)" in winnow.log_text())


def test_reload_takes_other_servers(winnow, launch, folder, nameserver):
    second = nameserver({".": "a.example. A 198.51.100.1"})
    winnow.mark()
    winnow.configure(config(folder) + f'dns {{ servers = {{ "127.0.0.1:{second.port}" }} }}\n')
    winnow.reload()

    def answered():
        return looked_up(winnow, "a.example")["DNS_A"] == "198.51.100.1"
    wait_until("answers of the other server", answered)


def test_wrong_settings(winnow, folder):
    bad = folder / "bad.lua"
    bad.write_text('dns { servers = { "ns.example.com" } }\n')
    done = winnow.command("--check-config", "--config", bad, binary="binary")
    assert done.returncode != 0 and b"is no address" in done.stderr
