"""Rules of the administrator: loaded, tried, reloaded, refused; lists that change; prefilters compiled beside the running daemon."""
import json
import re

import pytest

from samples import message
from system import wait_until

HIT = message(subject="A red subject", body="Your parcel waits for a small fee of 2 EUR.\n")
OUTSIDE = ("IP", "192.0.2.10")

RULES = """
rule "T_PARCEL" {
	score = 2.5, doc = "A parcel waits for a fee.",
	body = [[/\\bparcel\\b.{0,40}\\bfee\\b/i]],
	none = { { header = { ["List-Id"] = true } } },
}
rule "T_FUNCTION" { score = 1, doc = "A function sees the subject.", check = function(m) return m.subject:match("red") end }
rule "T_BOTH" { score = 3, doc = "Both of them.", meta = "T_PARCEL and T_FUNCTION" }
"""


def symbols(winnow, raw=HIT):
    status, answer = winnow.scan(raw, headers=[OUTSIDE])
    assert status == 200
    return answer["symbols"]


def reload(winnow):
    winnow.mark()
    winnow.reload()


def wait_error(winnow, *words):
    return wait_until(f"an error with {words}", lambda: [
        line for line in winnow.lines(winnow.marked)
        if line.get("level") in ("error", "warn") and all(word in str(line) for word in words)])


@pytest.fixture(scope="module")
def rules(folder):
    path = folder / "rules"
    path.mkdir()
    path.chmod(0o755)
    (path / "own.lua").write_text(RULES)
    return path


@pytest.fixture(scope="module")
def config(rules):
    return f'rules {{ shipped = false, files = {{ "{rules}/*.lua" }} }}\n'


@pytest.fixture(scope="module")
def winnow(launch, config):
    return launch(config)


def test_rules_hit(winnow):
    found = symbols(winnow)
    assert found["T_PARCEL"]["score"] == 2.5
    assert found["T_FUNCTION"]["score"] == 1
    assert found["T_BOTH"]["score"] == 3
    assert not {"T_PARCEL", "T_FUNCTION", "T_BOTH"} & set(symbols(winnow, message()))


@pytest.mark.parametrize("text, words", [
    ('rule "T_A" {\n\tscore = 1,\n\tdoc = "x."\n\tbody = "y" }\n', ("own.lua:4",)),
    ('rule "T_A" { score = 1, doc = "A x.", bdy = "y" }\n', ("own.lua:1", "bdy", "body")),
    ('\n\nrule "T_A" { score = 1, doc = "A x.", body = [[/(unclosed/i]] }\n', ("own.lua:3", "(unclosed")),
    ('rule "T_A" { score = "much", doc = "A x.", body = "y" }\n', ("own.lua:1", "score")),
    ('rule "T_A" { doc = "A x.", meta = "T_NOBODY and T_A2" }\n', ("T_NOBODY",)),
    ('rule "T_A" { doc = "A x.", meta = "T_B" }\nrule "T_B" { doc = "B x.", meta = "T_A" }\n', ("T_A", "T_B")),
    ('rule "T_A" { doc = "A x.", body = list "none.txt" }\n', ("none.txt",)),
    ('\nrule "MISSING_DATE" { doc = "A check has it.", body = "y" }\n', ("own.lua:2", "MISSING_DATE")),
    ('\nrule "T_A" { doc = "A x.", check = function(m) end, after = "T_NOBODY" }\n', ("own.lua:2", "T_NOBODY")),
    ('while true do end\n', ("own.lua:1", "limit")),
    ('os.execute("true")\n', ("own.lua:1",)),
])
def test_mistake_is_named_and_the_old_rules_stay(winnow, rules, text, words):
    (rules / "own.lua").write_text(text)
    try:
        reload(winnow)
        wait_error(winnow, *words)
        assert "T_PARCEL" in symbols(winnow)
    finally:
        (rules / "own.lua").write_text(RULES)


def test_new_rules_after_reload(winnow, rules):
    (rules / "more.lua").write_text('rule "T_MORE" { score = 1, doc = "Another one.", subject = "red" }\n')
    try:
        reload(winnow)
        wait_until("the new rule", lambda: "T_MORE" in symbols(winnow))
    finally:
        (rules / "more.lua").unlink()


def test_failing_function_is_told_and_loses_nothing(launch, folder):
    path = folder / "failing.lua"
    path.write_text('rule "T_FAILS" {\n\tscore = 1, doc = "It fails.",\n\tcheck = function(m)\n\t\treturn m.nothing\n\tend,\n}\n'
                    'rule "T_LOOPS" { score = 1, doc = "It loops.", check = function(m) while true do end end }\n'
                    'rule "T_FINE" { score = 1, doc = "It works.", subject = "red" }\n')
    winnow = launch(f'rules {{ shipped = false, files = {{ "{path}" }} }}\n', name="failing")
    found = symbols(winnow)
    assert {"RULE_ERROR", "T_FINE"} <= set(found)
    assert not {"T_FAILS", "T_LOOPS"} & set(found)
    logged = wait_until("the log to tell", lambda: [line for line in winnow.lines() if "T_FAILS" in str(line) and "failing.lua:4" in str(line)])
    assert "traceback" in str(logged)
    for _ in range(5 * 8):  # five in a row at one of the scanners, whichever gets them
        assert "RULE_ERROR" in symbols(winnow)
    assert any("rests" in str(line) for line in winnow.lines())


def test_list_is_read_again_when_it_changes(launch, folder):
    names = folder / "senders.txt"
    names.write_text("# friends\nother@example.net\n")
    path = folder / "list.lua"
    path.write_text('rule "T_LISTED" { score = 1, doc = "A sender of the list.", from = list "senders.txt" }\n')
    winnow = launch(f'rules {{ shipped = false, files = {{ "{path}" }} }}\n', name="list")
    assert "T_LISTED" not in symbols(winnow)
    names.write_text("other@example.net\njohn@example.com\n")
    wait_until("the list to be read", lambda: "T_LISTED" in symbols(winnow))
    winnow.mark()
    names.write_text("john@example.com\n/(broken/\n")
    wait_error(winnow, "senders.txt:2")
    assert "T_LISTED" in symbols(winnow)


# The command -------------------------------------------------------------------

@pytest.fixture(scope="module")
def mail(folder):
    path = folder / "hit.eml"
    path.write_bytes(HIT)
    return path


def test_list_and_show(winnow, rules):
    listed = winnow.command("rules", "list", "--config", winnow.config_path).stdout.decode()
    assert re.search(r"^T_PARCEL +2\.5 +content ", listed, re.M)
    shown = winnow.command("rules", "show", "T_PARCEL", "--config", winnow.config_path).stdout.decode()
    assert f"{rules}/own.lua:2" in shown and "A parcel waits for a fee." in shown
    wrong = winnow.command("rules", "show", "T_PARCELL", "--config", winnow.config_path)
    assert wrong.returncode == 1 and b"T_PARCEL'" in wrong.stderr


def test_test_tells_what_hit_and_where(winnow, mail):
    done = winnow.command("rules", "test", "--config", winnow.config_path, "--ip", "192.0.2.10", mail)
    assert done.returncode == 0
    assert re.search(r"T_PARCEL +2\.50 +parcel waits for a small fee", done.stdout.decode())
    answer = json.loads(winnow.command("rules", "test", "--json", "--config", winnow.config_path, mail).stdout)
    assert answer["symbols"]["T_FUNCTION"]["evidence"] == "red"


def test_try_shows_the_new_file_alone(winnow, folder, mail):
    new = folder / "new.lua"
    new.write_text('rule "__T_PART" { doc = "A part.", body = "parcel" }\nrule "T_NEW" { score = 1, doc = "New.", meta = "__T_PART and T_PARCEL" }\n')
    done = winnow.command("rules", "try", "--config", winnow.config_path, new, mail)
    text = done.stdout.decode()
    assert done.returncode == 0 and "T_NEW" in text and "__T_PART" in text and "T_FUNCTION" not in text
    new.write_text('rule "T_NEW" { doc = "New.", body = "/(/" }\n')
    done = winnow.command("rules", "try", "--config", winnow.config_path, new, mail)
    assert done.returncode == 1 and b"new.lua:1" in done.stderr


def test_profile_names_what_never_hits(winnow, mail):
    done = winnow.command("rules", "profile", "--config", winnow.config_path, mail, mail)
    text = done.stdout.decode()
    assert done.returncode == 0 and text.startswith("2 mails")
    assert re.search(r"^T_PARCEL +[0-9.]+ +2 ", text, re.M)
    assert re.search(r"^0 rules never hit", text, re.M)


# Prefilters -----------------------------------------------------------------------

def test_prefilter_is_compiled_beside_and_then_cached(launch, rules, folder):
    cache = folder / "patterns"
    text = f'rules {{ shipped = false, files = {{ "{rules}/*.lua" }}, prefilter = true, cache = "{cache}" }}\n'
    many = rules.parent / "many.lua"
    many.write_text("for i = 1, 40 do\n\trule('T_MANY_' .. i) { score = 0.1, doc = 'One of many.', body = '/word' .. i .. ' .{0,20}end/i' }\nend\n")
    text = text.replace('*.lua"', f'*.lua", "{many}"')
    winnow = launch(text, name="prefilter")
    wait_until("the generation with prefilters", lambda: [line for line in winnow.lines() if "compiled patterns changed" in str(line)])
    assert list(cache.iterdir())
    assert "T_PARCEL" in symbols(winnow)
    assert "T_MANY_7" in symbols(winnow, message(body="There was word7 and the end.\n"))
    again = launch(text, name="prefilter-again")
    assert "T_PARCEL" in symbols(again)
    assert not [line for line in again.lines() if "compil" in str(line)]
