"""SpamAssassin's rule files: what hits in Winnow is what hits in SpamAssassin, rule by rule, over real mail and mail made for it."""
import json
import os

import pytest

import spamassassin_compare as sa
from conftest import REPO

OWN_RULES = REPO / "tests/functional/sa_rules"
AGREEMENT = 0.98
LOADED = 0.95

# Folders of the suites, and how many messages of each are looked at.
FOREIGN = {"modern/ham": 22, "modern/spam": 22, "auth/archived-dkim": 10, "reports/sisimai": 6}


def sample(suites):
    """The messages that every comparison here is about."""
    corpus = sorted(path for path in (REPO / "corpus").rglob("*.eml") if "fuzz" not in path.parts)
    files = sa.spread(corpus, 16) + sorted((REPO / "corpus/spamassassin").glob("*.eml")) + sorted((OWN_RULES / "mails").glob("*.eml"))
    if suites is None:
        print("no foreign messages: WINNOW_SUITES is no folder")
    else:
        for name, count in FOREIGN.items():
            messages = [path for path in sa.messages_in(suites / name) if path.suffix in (".eml", ".msg", "")]
            files += sa.spread(messages, count)
    return list(dict.fromkeys(str(path) for path in files if path.is_file()))


class Pair:
    """Winnow and SpamAssassin with the same rules over the same messages."""

    def __init__(self, program, cache, files, rules, site):
        self.oracle = sa.Oracle(rules, site, cache, jobs=os.cpu_count() or 1)
        self.client = sa.Client(program, rules, site)
        self.truths = self.oracle.judge(files)
        self.answers = self.client.judge(files)

    def compare(self, **kw):
        """With the sub-rules where Winnow tells them."""
        subtests = all("subtests" in answer for answer in self.answers.values())
        return sa.compare(self.truths, self.answers, self.client, subtests=subtests, **kw)


@pytest.fixture(scope="module")
def files(suites):
    return sample(suites)


@pytest.fixture(scope="module")
def stock(build, files):
    return Pair(build / "winnow", build / "spamassassin-truth", files, sa.RULES, sa.SITE)


@pytest.fixture(scope="module")
def top_level_domains(folder):
    """Of the stock rules only what SpamAssassin cannot find links without."""
    rules = folder / "rules"
    rules.mkdir()
    name = "20_aux_tlds.cf"
    (rules / name).write_bytes((sa.RULES / name).read_bytes())
    return rules


@pytest.fixture(scope="module")
def own(build, files, top_level_domains):
    return Pair(build / "winnow", build / "spamassassin-truth", files, top_level_domains, OWN_RULES)


def assert_agreement(tally, least):
    assert tally.messages > 30 and not tally.failed, tally.failed
    assert tally.unanswered == 0, f"Winnow gave no answer for {tally.unanswered} messages"
    assert tally.agreement >= least, tally.describe(40)


# The comparison itself --------------------------------------------------------

class FakeClient:
    """Three rules, one of whose names a check of Winnow's has already."""

    names = {"RULE_A", "RULE_B", "TAKEN"}
    own = {"TAKEN"}
    rules_of = sa.Client.rules_of


def answer(*symbols, **subtests):
    return {"symbols": {name: {"score": 1} for name in symbols}, "subtests": subtests}


def truth(*tests, **subtests):
    return {"tests": dict.fromkeys(tests, 1), "subtests": subtests, "score": float(len(tests))}


TALLIES = {
    "same": (truth("RULE_A"), answer("RULE_A", "OUR_OWN"), (1, 0, 0)),
    "missed": (truth("RULE_A", "RULE_B"), answer("RULE_A"), (1, 1, 0)),
    "extra": (truth("RULE_A"), answer("RULE_A", "RULE_B"), (1, 0, 1)),
    "our own symbol of that name": (truth(), answer("TAKEN"), (0, 0, 0)),
    "renamed": (truth("TAKEN"), answer("SA_TAKEN"), (1, 0, 0)),
    "renamed beside our own": (truth("TAKEN"), answer("SA_TAKEN", "TAKEN"), (1, 0, 0)),
    "renamed and missed": (truth("TAKEN"), answer("TAKEN"), (0, 1, 0)),
    "no answer": (truth("RULE_A"), None, (0, 1, 0)),
    "sub-rules": (truth("RULE_A", __SUB_A=1, __SUB_B=1), answer("RULE_A", __SUB_A=1, __SUB_C=1), (2, 1, 1)),
}


@pytest.mark.parametrize("theirs, ours, expected", TALLIES.values(), ids=TALLIES.keys())
def test_tally(theirs, ours, expected):
    answers = {} if ours is None else {"mail": ours}
    assert sa.compare({"mail": theirs}, answers, FakeClient(), subtests=True).totals == expected


def test_tally_of_values_and_agreement():
    tally = sa.compare({"mail": truth("RULE_A", __SUB=3), "other": truth("RULE_B")},
                       {"mail": answer("RULE_A", __SUB=2), "other": answer("RULE_A", "RULE_B")}, FakeClient(), subtests=True)
    assert tally.counts == {"__SUB": [("mail", 3, 2)]}
    assert (tally.agreement, tally.alike, tally.messages) == (3 / 4, 1, 2)
    assert tally.worst() == [("RULE_A", 1, 0, 1)]
    assert "extra in other" in tally.where("RULE_A")


# The oracle ---------------------------------------------------------------------

def test_oracle_remembers(tmp_path, top_level_domains):
    oracle = sa.Oracle(top_level_domains, OWN_RULES, tmp_path / "cache")
    mail = OWN_RULES / "mails/plain.eml"
    first = oracle.judge([mail])[str(mail)]
    assert "H_SUBJECT_CASE" not in first["tests"] and "H_SUBJECT_WORD" in first["tests"]
    stored, = (tmp_path / "cache").iterdir()
    stored.write_text(json.dumps(first | {"score": 47.11}) + "\n")
    assert oracle.judge([mail])[str(mail)]["score"] == 47.11


def test_oracle_survives_what_it_cannot_read(tmp_path, top_level_domains):
    oracle = sa.Oracle(top_level_domains, OWN_RULES)
    nowhere, mail = tmp_path / "nowhere.eml", OWN_RULES / "mails/plain.eml"
    answers = oracle.judge([nowhere, mail])
    assert "error" in answers[str(nowhere)] and "tests" in answers[str(mail)]


def test_own_rules_are_worth_their_place(own):
    """Nearly every rule hits somewhere, and those that must never hit do not."""
    hits = set().union(*(truth["tests"].keys() | truth["subtests"].keys() for truth in own.truths.values()))
    loaded = set(own.oracle.loaded_rules())
    idle = loaded - hits
    assert not {name for name in hits if name.endswith("_NEVER")}
    assert len(idle) < 0.15 * len(loaded), sorted(idle)


# Winnow ---------------------------------------------------------------------------

def test_stock_rules_hit_the_same(stock):
    assert_agreement(stock.compare(), AGREEMENT)


def test_stock_rules_are_loaded(stock):
    loaded = set(stock.oracle.loaded_rules())
    assert len(loaded) > 2000, "SpamAssassin itself has no rules"
    unsupported = stock.client.unsupported().keys() & loaded
    assert len(unsupported) <= (1 - LOADED) * len(loaded), sorted(unsupported)


def test_own_rules_hit_the_same(own):
    assert_agreement(own.compare(), AGREEMENT)


@pytest.mark.parametrize("kind", sorted(path.stem for path in OWN_RULES.glob("*.cf")))
def test_own_rules_hit_the_same_file_by_file(own, kind):
    """No kind of rule may be bad while the others make up for it."""
    tally = own.compare(only=sa.rule_names(OWN_RULES / f"{kind}.cf"))
    assert tally.agreement >= AGREEMENT - 0.03, tally.describe(40)
