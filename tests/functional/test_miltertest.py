"""Debian's miltertest, driven by the scripts in miltertest/."""
import subprocess
from pathlib import Path

import pytest

from samples import SPAM, SPAM_POINTS
from system import PATIENCE

SCRIPTS = sorted((Path(__file__).parent / "miltertest").glob("*.lua"))

CONFIG = f"""
profile {{ scores = {{ {SPAM} = {SPAM_POINTS} }} }}
address "ext@test.local" {{ junk = 6.5, junk_delivery = "extension" }}
address "ham@test.local" {{ scores = {{ {SPAM} = 0 }} }}
"""


@pytest.fixture(scope="module")
def winnow(launch):
    return launch(CONFIG)


# miltertest keeps a script's errors to itself; this tells them.  One line, so that line numbers stay true.
HEAD = "local ok, problem = pcall(function() "
TAIL = "\nend) if not ok then mt.echo(problem) error(problem) end\n"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script(winnow, folder, script):
    told = folder / script.name
    told.write_text(HEAD + script.read_text() + TAIL)
    winnow.mark()
    before = winnow.open_descriptors()
    done = subprocess.run(["miltertest", "-w", "-D", f"port={winnow.milter_port}", "-s", str(told)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE * 2)
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    winnow.settled_descriptors(before)
    assert winnow.is_alive() and winnow.ping()


def test_macros_reach_the_log(winnow):
    line = winnow.wait_scan(qid="4TESTQID")
    assert line["ip"] == "192.0.2.10"
    assert line["from"] == "sender@example.com"
