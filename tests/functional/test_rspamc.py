"""Debian's rspamc, the client of rspamd, against our HTTP socket."""
import json
import os
import re
import subprocess

import pytest

import packages
from samples import SPAM, gtube, message, spam
from system import PATIENCE


@pytest.fixture(scope="module")
def winnow(launch):
    return launch(f"profile {{ scores = {{ {SPAM} = 7 }} }}\n")


@pytest.fixture(scope="module")
def rspamc(debs, winnow):
    tree = packages.fetch(debs, "rspamd")
    scanner = packages.fetch(debs, "libhyperscan5")
    library = ":".join(str(p) for p in (tree / "usr/lib/rspamd", scanner / "usr/lib/x86_64-linux-gnu"))
    if not (scanner / "usr/lib/x86_64-linux-gnu").is_dir():
        library = ":".join([str(tree / "usr/lib/rspamd")] + [str(p.parent) for p in scanner.rglob("libhs.so.5")])

    def run(raw, *args):
        done = subprocess.run([str(tree / "usr/bin/rspamc"), "-h", f"127.0.0.1:{winnow.http_port}", *args],
                              input=raw, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE * 2,
                              env={**os.environ, "LD_LIBRARY_PATH": library})
        text = done.stdout.decode(errors="replace")
        assert done.returncode == 0, text + done.stderr.decode(errors="replace")
        return text

    return run


def test_symbols_of_clean_mail(rspamc):
    text = rspamc(message(), "symbols")
    assert re.search(r"^Action: no action$", text, re.MULTILINE), text
    assert re.search(r"^Spam: false$", text, re.MULTILINE), text


def test_no_command_means_symbols(rspamc):
    assert "Action: no action" in rspamc(message())


def test_symbols_of_spam(rspamc):
    text = rspamc(spam(), "-i", "192.0.2.10", "symbols")
    assert re.search(r"^Action: add header$", text, re.MULTILINE), text
    assert re.search(rf"^Symbol: {SPAM} \(7\.00\)", text, re.MULTILINE), text
    score = re.search(r"^Score: ([\d.]+) / ([\d.]+)$", text, re.MULTILINE)
    assert score and float(score.group(1)) >= 7


def test_gtube_is_reject(rspamc):
    text = rspamc(gtube(), "symbols")
    assert re.search(r"^Action: reject$", text, re.MULTILINE), text
    assert re.search(r"^Symbol: GTUBE ", text, re.MULTILINE), text


def test_json_with_envelope(rspamc, winnow):
    winnow.mark()
    text = rspamc(spam(), "--json", "-i", "192.0.2.99", "-F", "someone@example.com", "-r", "a@test.local",
                  "--helo", "helo.example.com", "--hostname", "client.example.com", "symbols")
    answer = json.loads(text[text.index("{"):])
    assert answer["action"] == "add header"
    assert answer["symbols"][SPAM]["score"] == 7
    assert "a@test.local" in answer["recipients"]
    line = winnow.wait_scan(winnow.marked, id=answer["id"])
    assert line["ip"] == "192.0.2.99"
    assert line["from"] == "someone@example.com"
    assert line["helo"] == "helo.example.com"
    assert line["rcpt"].startswith("a@test.local:tag:")


def test_user_is_outbound(rspamc, winnow):
    winnow.mark()
    text = rspamc(spam(), "-i", "192.0.2.99", "-u", "jane", "symbols")
    assert "Action: no action" in text
    assert winnow.scans(winnow.marked)[-1]["user"] == "jane"


def test_many_files(rspamc, winnow, tmp_path):
    for number in range(20):
        (tmp_path / f"{number}.eml").write_bytes(spam() if number % 2 else message())
    text = rspamc(None, "-i", "192.0.2.10", "symbols", *map(str, sorted(tmp_path.iterdir())))
    assert text.count("Action: add header") == 10
    assert text.count("Action: no action") == 10
