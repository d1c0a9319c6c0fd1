"""rspamd's own functional expectations on block lists (its cases "rbl" and "surbl"), judged by Winnow with lists defined alike: each the same, or the difference explained.

Symbols are compared. Winnow's evidence is the first listed item as "ITEM:PLACE", where rspamd adds all of them.
"""
import json

import pytest

# What rspamd's configuration of these tests says, in Winnow's words.  test.uribl is asked plainly: rspamd's configuration hashes the name by a function of its own.
LISTS = """
local two = "127.0.0.2"
list "fake" { zone = "fake.rbl", ipv6 = true, look_up = { "client", "received" }, codes = {
	{ code = two, look_up = "client", symbol = "FAKE_RBL_CODE_2", score = 1, doc = "x" },
	{ code = "127.0.0.3", look_up = "client", symbol = "FAKE_RBL_CODE_3", score = 1, doc = "x" },
	{ code = two, look_up = "received", symbol = "FAKE_RECEIVED_RBL_CODE_2", score = 1, doc = "x" },
	{ code = "127.0.0.3", look_up = "received", symbol = "FAKE_RECEIVED_RBL_CODE_3", score = 1, doc = "x" } } }
list "fake-wl" { zone = "fake.wl", look_up = "client", codes = { { code = two, symbol = "FAKE_WL_RBL_CODE_2", score = -1, doc = "x" } } }
list "uribl" { zone = "test.uribl", look_up = { "url_domain", "email_domain" }, url_ips = true, codes = { { code = two, symbol = "RSPAMD_URIBL", score = 1, doc = "x" } } }
list "dbl" { zone = "test2.uribl", look_up = { "url_domain", "email_domain" }, codes = {
	{ code = "127.0.1.2", symbol = "DBL_SPAM", score = 1, doc = "x" }, { code = "127.0.1.4", symbol = "DBL_PHISH", score = 1, doc = "x" } } }
list "multi" { zone = "test3.uribl", look_up = { "url_domain", "email_domain" }, url_ips = true, refused = { ["127.0.0.1"] = "x" }, codes = {
	{ bit = 2, symbol = "URIBL_BLACK", score = 1, doc = "x" }, { bit = 4, symbol = "URIBL_GREY", score = 1, doc = "x" }, { bit = 8, symbol = "URIBL_RED", score = 1, doc = "x" } } }
list "zen" { zone = "test4.uribl", look_up = "url_a", ipv6 = true, codes = {
	{ code = two, symbol = "URIBL_SBL", score = 1, doc = "x" }, { code = "127.0.0.3", symbol = "URIBL_SBL_CSS", score = 1, doc = "x" },
	{ code = "127.0.0.4-7", symbol = "URIBL_XBL", score = 1, doc = "x" }, { code = "127.0.0.10-11", symbol = "URIBL_PBL", score = 1, doc = "x" } } }
list "email-full" { zone = "test5.uribl", look_up = "email", codes = { { code = two, symbol = "RSPAMD_EMAILBL_FULL", score = 1, doc = "x" } } }
list "email-domain" { zone = "test6.uribl", look_up = "email_domain", names = "whole", codes = { { code = two, symbol = "RSPAMD_EMAILBL_DOMAINONLY", score = 1, doc = "x" } } }
list "subdomain" { zone = "test7.uribl", look_up = "url_host", codes = { { code = two, symbol = "BAD_SUBDOMAIN", score = 1, doc = "x" } } }
list "emailbl" { zone = "test8.uribl", look_up = "email_domain", names = "whole", codes = { { code = two, symbol = "RSPAMD_EMAILBL", score = 1, doc = "x" } } }
"""
for number, (name, targets) in enumerate({"URIBL_NUMERIC": "url_domain", "URIBL_NUMERIC_IMAGES": "url_domain", "URIBL_NUMERIC_CONTENT": "url_domain",
                                          "URIBL_NUMERIC_EVERYTHING": "url_domain", "URIBL_NOCONTENT": "url_domain", "URIBL_WITHCONTENT": "url_domain",
                                          "URIBL_CONTENTONLY": "url_domain", "RBL_SELECTOR_SINGLE": "helo",
                                          "RBL_SELECTOR_MULTIPLE": "sender', 'helo"}.items()):
    LISTS += (f"list 'nine{number}' {{ zone = 'test9.uribl', look_up = {{ '{targets}' }}, url_ips = true, "
              f"codes = {{ {{ code = two, symbol = '{name}', score = 1, doc = 'x' }} }} }}\n")
for name in ("URIBL_NONNUMERIC_VANILLA", "URIBL_NONNUMERIC_EVERYTHING"):
    LISTS += (f"list '{name.lower().replace('_', '-')}' {{ zone = 'test10.uribl', look_up = 'url_domain', codes = {{ {{ code = two, symbol = '{name}', score = 1, doc = 'x' }} }} }}\n")

ZONE = """
1.2.3.4.fake.rbl. A 127.0.0.2
2.2.3.4.fake.rbl. A 127.0.0.10
3.2.3.4.fake.rbl. A 127.0.0.2
3.2.3.4.fake.rbl. A 127.0.0.3
4.2.3.4.fake.rbl. A 127.0.0.2
4.2.3.4.fake.wl. A 127.0.0.2
131.193.18.151.fake.rbl. A 127.0.0.3
example.com.test.uribl. A 127.0.0.2
testtest.com.test.uribl. A 127.0.0.2
xn--80arbjktj.xn--p1ai.test.uribl. A 127.0.0.2
rspamd-test.com.test.uribl. A 127.0.0.2
xn--80arbjktj.xn--p1ai.test2.uribl. A 127.0.1.2
example.com.test2.uribl. A 127.0.1.2
example.net.test2.uribl. A 127.0.1.4
rspamd.tk.test2.uribl. A 127.0.1.4
rspamd-test.com.test2.uribl. A 127.0.1.2
example.org.test3.uribl. A 127.0.0.2
example.ru.test3.uribl. A 127.0.0.12
example.ru. A 8.8.8.8
example.ru. A 8.8.8.9
8.8.8.8.test4.uribl. A 127.0.0.4
8.8.8.8.test4.uribl. A 127.0.0.11
9.8.8.8.test4.uribl. A 127.0.0.3
user.emailbl.com.test5.uribl. A 127.0.0.2
user.subdomain.emailbl.com.test5.uribl. A 127.0.0.2
user.subdomain.baddomain.com.test5.uribl. A 127.0.0.2
baddomain.com.test6.uribl. A 127.0.0.2
4.very.dirty.sanchez.com.test7.uribl. A 127.0.0.2
clean.dirty.sanchez.com.test7.uribl. A 127.0.0.2
not.dirty.sanchez.com.test7.uribl. A 127.0.0.2
41.black.sanchez.com.test7.uribl. A 127.0.0.2
black.sanchez.com.test7.uribl. A 127.0.0.2
dirty.sanchez.com.test8.uribl. A 127.0.0.2
very.dirty.sanchez.com.test8.uribl. A 127.0.0.2
41.black.sanchez.com.test8.uribl. A 127.0.0.2
black.sanchez.com.test8.uribl. A 127.0.0.2
example.com.test9.uribl. A 127.0.0.2
example.org.test9.uribl. A 127.0.0.2
judo.za.org.test9.uribl. A 127.0.0.2
4.3.2.1.test9.uribl. A 127.0.0.2
12.11.10.9.test9.uribl. A 127.0.0.2
8.7.6.5.test9.uribl. A 127.0.0.2
8.8.8.8.test9.uribl. A 127.0.0.2
judo.za.org.test10.uribl. A 127.0.0.2
example.com.test10.uribl. A 127.0.0.2
example.org.test10.uribl. A 127.0.0.2
"""

# Cases that Winnow judges otherwise, and why.
DIFFERENT = {
    "RBL FROM UNKNOWN HIT": "a return code that nobody documented is no listing in Winnow",
    "RBL FROM HIT WL": "an allow list lowers the score; it does not hide what block lists say",
    "SURBL Example.com domain": "what a link shows is not where it leads: the address in its text is not looked up",
    "SURBL Example.com domain image false": "pictures are linked hosts like others, only asked for behind what a reader can click; there is no second list for them",
}

# Expectations on which names were found in one class of links alone: Winnow asks for all links, and its evidence tells the first that is listed.
OPTIONS = "With Option", "With Exact Options"


def cases(suites):
    path = suites / "rspamd" / "rspamd-expect.jsonl" if suites else None
    if path is None or not path.is_file():
        return []
    lines = map(json.loads, path.read_text().splitlines())
    return [case for case in lines if case["robot"].endswith(("300_rbl.robot", "340_surbl.robot"))]


@pytest.fixture(scope="module")
def winnow(launch, folder, nameserver):
    (folder / "rspamd.lua").write_text(LISTS)
    (folder / "rspamd.lua").chmod(0o644)
    names = sorted({line.split('"' if '"' in line else "'")[1] for line in LISTS.splitlines() if line.startswith("list ")})
    enable = ", ".join(f'"{name}"' for name in names)
    return launch(f'lists {{ enable = {{ {enable} }}, files = {{ "{folder}/rspamd.lua" }}, exempt = {{ ".rspamd-test.com" }} }}\n'
                  'networks { own = { "192.0.2.254" } }\n', dns=nameserver({".": ZONE}).port)


def scan(winnow, suites, case):
    given = dict(argument.split("=", 1) for argument in case["args"])
    headers = [(name, given[name]) for name in ("IP", "Helo", "From") if name in given]
    raw = (suites / "rspamd" / "messages" / case["message"].rsplit("/", 1)[-1]).read_bytes()
    status, answer = winnow.scan(raw, headers=headers + ([] if "IP" in given else [("IP", "198.51.100.1")]))
    assert status == 200
    return answer["symbols"]


def mismatches(case, symbols):
    for expectation in case["expect"]:
        kind, symbol = expectation[0], expectation[1]
        if kind.startswith("Do Not Expect Symbol") and not kind.endswith(OPTIONS):
            if symbol in symbols:
                yield f"{symbol} must not hit, but does: {symbols[symbol]}"
        elif kind.startswith("Expect Symbol") and symbol not in symbols:
            yield f"{symbol} must hit"


def test_expectations(winnow, suites):
    all_cases = cases(suites)
    if not all_cases:
        pytest.skip("no material: WINNOW_SUITES has no rspamd-expect.jsonl")
    wrong = {}
    for case in all_cases:
        found = list(mismatches(case, scan(winnow, suites, case)))
        if bool(found) != (case["case"] in DIFFERENT):
            wrong[case["case"]] = found or "judged the same now: take it out of DIFFERENT"
    assert not wrong, json.dumps(wrong, indent=1)
    assert len(all_cases) > 35
