"""winnow evaluate: judges and learns labelled mail in order."""
import json
import re
import subprocess
import xml.dom.minidom

import pytest

from samples import message
from system import PATIENCE

SALE = "Buy cheap pills now, limited offer, click here to order and save money today, number {n}.\n"
WORK = "The minutes of the meeting are attached, please review the budget of project {n} before Friday.\n"


@pytest.fixture(scope="module")
def mails(folder):
    """Lines of an index: 40 spam and 40 ham in turn, under paths relative to the index."""
    rows = []
    for n in range(40):
        (folder / f"s{n}").write_bytes(b"From x Mon Oct  6 10:00:00 2025\n" + message(subject=f"offer {n}", body=SALE.format(n=n), sender="Shop <shop@example.net>"))
        (folder / f"h{n}").write_bytes(message(subject=f"project {n}", body=WORK.format(n=n)))
        rows += [f"spam s{n}", f"ham h{n}"]
    return rows


@pytest.fixture
def evaluate(build, folder):
    def run(*args, status=0):
        done = subprocess.run([str(build / "winnow"), "evaluate", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE * 4, cwd=folder)
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr
    return run


def write(folder, name, rows):
    (folder / name).write_text("".join(row + "\n" for row in rows))
    return str(folder / name)


def test_stream(evaluate, folder, mails):
    out = evaluate("--index", write(folder, "index", mails), "--plot", str(folder / "plot.svg"), "--scores", str(folder / "scores"))
    assert re.search(r"messages\s+80 \(40 ham, 40 spam\), 80 learned", out)
    assert re.search(r"recall at 0.1 *% false positives", out) and "(1-AUC)%" in out
    assert xml.dom.minidom.parse(str(folder / "plot.svg")).documentElement.tagName == "svg"
    scores = [line.split() for line in (folder / "scores").read_text().splitlines()]
    assert [row[0] for row in scores] == [row.split()[0] for row in mails]
    # The last of them are known by then.
    assert all((float(row[1]) > 0) == (row[0] == "spam") for row in scores[-20:])
    assert float(scores[0][2]) == 0.5


def test_feedback(evaluate, folder, mails):
    index = write(folder, "index", mails)
    learned = {when: json.loads(evaluate("--index", index, "--json", "--feedback", when))["learned"] for when in ("immediate", "delayed:30", "none")}
    assert learned == {"immediate": 80, "delayed:30": 50, "none": 0}


def test_split(evaluate, folder, mails):
    result = json.loads(evaluate("--train", write(folder, "train", mails[:60]), "--test", write(folder, "test", mails[60:]), "--json"))
    assert (result["messages"], result["learned"]) == (20, 60)
    assert result["area_above"] == 0 and result["recall_0"] == 1


def test_users(evaluate, folder, mails):
    """Two users who disagree about the same mail each get their way."""
    train = [f"{row} anna" for row in mails[:40]]
    train += [f"{'ham' if row[0] == 's' else 'spam'} {row.split()[1]} bert" for row in mails[:40] if row[0] == "s"]
    test = [f"spam {row.split()[1]} anna" for row in mails[60:] if row[0] == "s"] + [f"ham {row.split()[1]} bert" for row in mails[60:] if row[0] == "s"]
    result = json.loads(evaluate("--train", write(folder, "train", train), "--test", write(folder, "test", test), "--user-column", "--json"))
    assert (result["ham_wrong"], result["spam_wrong"]) == (0, 0)


def test_the_same_every_time(evaluate, folder, mails):
    for name in ("one", "two"):
        evaluate("--index", write(folder, "index", mails), "--save", str(folder / name), "--bits", "14")
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()


@pytest.mark.parametrize("args", [(), ("--index", "a", "--train", "b", "--test", "c"), ("--train", "a"), ("--index", "a", "--bits", "40"), ("--index", "a", "--feedback", "delayed:0"),
                                  ("--index", "a", "--without", "nothing"), ("--index", "a", "extra")])
def test_wrong_usage(evaluate, args):
    evaluate(*args, status=2)


def test_what_cannot_be_read(evaluate, folder, mails):
    assert "no-such-index" in evaluate("--index", "no-such-index", status=1)
    assert "missing" in evaluate("--index", write(folder, "index", [*mails, "ham missing"]), status=1)
    assert ":81: " in evaluate("--index", write(folder, "index", [*mails, "perhaps s1"]), status=1)
