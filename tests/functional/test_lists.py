"""Block lists through the daemon, against a real name server: what is asked, what counts, what is switched off, and what the log says of it."""
import subprocess

import pytest

from samples import message
from system import wait_until

LISTS = """
list "bl" {
	zone = "bl.test", look_up = { "client", "received" }, refused = { ["127.0.0.1"] = "over quota" },
	test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = {
		{ code = "127.0.0.2", symbol = "T_CLIENT", look_up = "client", score = 4, doc = "x" },
		{ code = "127.0.0.10", policy = true, symbol = "T_POLICY", score = 2, doc = "x" },
	},
}
list "world" {
	zone = "world.test", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2", symbol = "T_WORLD", score = 4, doc = "x" } },
}
list "dead" {
	zone = "dead.test", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2", symbol = "T_DEAD", score = 4, doc = "x" } },
}
list "refusing" {
	zone = "refusing.test", look_up = "client", test = { listed = "127.0.0.2", unlisted = "127.0.0.1" },
	codes = { { code = "127.0.0.2-254", symbol = "T_REFUSING", score = 4, doc = "x" } },
}
list "other" { zone = "other.test", look_up = "client", codes = { { code = "127.0.0.2", symbol = "T_OTHER", score = 4, doc = "x" } } }
list "links" {
	zone = "{key}.links.test", key = "secret", look_up = "url_domain", codes = { { bit = 8, symbol = "T_LINK", score = 4, doc = "x" } },
}
list "local" { file = "local.txt", look_up = "client", symbol = "T_LOCAL", score = 3, doc = "x" }
"""

ZONE = """
2.0.0.127.bl.test.            A 127.0.0.2
1.2.0.192.bl.test.            A 127.0.0.2
2.2.0.192.bl.test.            A 127.0.0.10
9.2.0.192.bl.test.            A 127.0.0.99
*.world.test.                 A 127.0.0.2
*.refusing.test.              A 127.255.255.254
*.other.test.                 A 127.0.0.2
bad.example.k3y.links.test.   A 127.0.0.72
"""

CONFIG = """
lists { enable = { "bl", "world", "dead", "refusing", "links" }, files = { "%(lists)s" }, keys = { "secret=k3y" }, watch = { "192.0.2.1" } }
"""


@pytest.fixture(scope="module")
def lists(folder):
    path = folder / "lists"
    path.mkdir()
    path.chmod(0o755)
    (path / "own.lua").write_text(LISTS)
    (path / "local.txt").write_text("203.0.113.0/24\n")
    return path


@pytest.fixture(scope="module")
def zones(nameserver):
    return nameserver({".": ZONE})


@pytest.fixture(scope="module")
def winnow(launch, lists, zones):
    return launch(CONFIG % {"lists": lists / "own.lua"}, dns=zones.port)


def symbols(winnow, ip, raw=None, **headers):
    status, answer = winnow.scan(raw or message(), headers=[("IP", ip), *headers.items()])
    assert status == 200
    return answer["symbols"]


def test_listed(winnow):
    assert symbols(winnow, "192.0.2.1")["T_CLIENT"]["options"] == ["192.0.2.1:client"]
    assert "T_CLIENT" not in symbols(winnow, "192.0.2.3")
    assert "T_POLICY" in symbols(winnow, "192.0.2.2")
    assert not {"T_CLIENT", "T_POLICY", "BL_UNAVAILABLE"} & set(symbols(winnow, "192.0.2.9"))  # a code that nobody documented


def test_policy_never_for_earlier_hops_and_users(winnow):
    hop = b"Received: from x ([192.0.2.2]) by y; Mon, 1 Jan 2024 00:00:00 +0000\n" + message()
    assert "T_POLICY" not in symbols(winnow, "192.0.2.3", hop)
    assert "T_POLICY" not in symbols(winnow, "192.0.2.2", User="joe")


def test_links_with_a_key(winnow):
    found = symbols(winnow, "192.0.2.3", message(body="See http://www.bad.example/x\n"))
    assert found["T_LINK"]["options"] == ["bad.example:url_domain"]
    assert "k3y" not in winnow.log_text()


def test_broken_lists_never_count(winnow):
    for _ in range(5):
        found = symbols(winnow, "192.0.2.3")
        assert not {"T_WORLD", "T_DEAD", "T_REFUSING"} & set(found)
        assert {"WORLD_UNAVAILABLE", "DEAD_UNAVAILABLE", "REFUSING_UNAVAILABLE"} <= set(found)


def test_told_once(winnow):
    symbols(winnow, "192.0.2.3")
    told = [line for line in winnow.lines() if line.get("msg") == "list switched off"]
    assert sorted((line["list"], line["state"]) for line in told) == [
        ("dead", "dead"), ("refusing", "refuses"), ("world", "lists everything")]


def test_own_address_is_watched(winnow):
    wait_until("the alert", lambda: [line for line in winnow.lines() if line.get("msg") == "own address is listed"])
    alerts = [line for line in winnow.lines() if line.get("msg") == "own address is listed"]
    assert [(line["ip"], line["list"], line["symbol"]) for line in alerts] == [("192.0.2.1", "bl", "T_CLIENT")]


def test_not_enabled_is_not_asked(winnow):
    assert "T_OTHER" not in symbols(winnow, "192.0.2.3")


def test_local_file_is_read_again(winnow, lists):
    assert "T_LOCAL" in symbols(winnow, "203.0.113.9")
    assert "T_LOCAL" not in symbols(winnow, "198.51.100.9")
    (lists / "local.txt").write_text("198.51.100.0/24\n")
    wait_until("the new list", lambda: "T_LOCAL" in symbols(winnow, "198.51.100.9"), 30)
    assert "T_LOCAL" not in symbols(winnow, "203.0.113.9")


def test_command(winnow):
    def lists(*args):
        return subprocess.run([winnow.client, "lists", *args, "--config", winnow.config_path], capture_output=True, text=True)

    shown = lists()
    assert shown.returncode == 0 and shown.stderr == ""
    assert "spamhaus-zen             -" in shown.stdout and "sorbs                    closed" in shown.stdout
    assert "k3y" not in shown.stdout
    tested = lists("test")
    assert tested.returncode == 1
    states = {line.split()[0]: line.split(maxsplit=1)[1] for line in tested.stdout.splitlines()}
    assert states["bl"].strip() == "works" and states["local"].strip() == "works"
    assert states["world"].startswith("lists everything")
    assert states["dead"].startswith("dead") and states["refusing"].startswith("refuses")


def test_mistakes_are_refused(winnow):
    winnow.mark()
    good = winnow.config_path.read_text()
    winnow.config_path.write_text(good.replace('"bl", "world"', '"spamhaus-zn"'))
    checked = subprocess.run([winnow.binary, "--config", winnow.config_path, "--check-config"], capture_output=True, text=True)
    winnow.config_path.write_text(good)
    assert checked.returncode != 0
    assert "there is no list 'spamhaus-zn' (did you mean 'spamhaus-zen'?)" in checked.stdout + checked.stderr
