"""winnow scan: files in, verdicts out, through the daemon and without it."""
import json
import os
import pty
import re
import subprocess

import pytest

from conftest import REPO
from samples import SPAM, gtube, message, spam
from system import PATIENCE, free_port
from winnow import LOG_ID

CONFIG = f"""
profile {{ scores = {{ {SPAM} = 7 }} }}
address "junk@test.local" {{ junk = 6.5 }}
address "ham@test.local"  {{ scores = {{ {SPAM} = 0.25 }} }}
"""

OUTSIDE = ("--ip", "192.0.2.10")


@pytest.fixture(scope="module")
def unix(folder):
    return folder / "http.sock"


@pytest.fixture(scope="module")
def winnow(launch, unix):
    port = free_port()
    return launch(f'http {{ listen = {{ "inet:127.0.0.1:{port}", "unix:{unix}" }} }}\n' + CONFIG, http_port=port)


@pytest.fixture(scope="module")
def mails(folder):
    """Paths of a few messages by what they are."""
    paths = {}
    for name, raw in (("clean", message()), ("spam", spam()), ("gtube", gtube())):
        paths[name] = folder / f"{name}.eml"
        paths[name].write_bytes(raw)
    return paths


@pytest.fixture(params=["daemon", "local"])
def scan(request, winnow):
    """Runs winnow scan ARGS in one of its two ways; (exit status, output, errors)."""
    def run(*args, stdin=None):
        way = ["--local"] if request.param == "local" else []
        done = winnow.command("scan", "--config", winnow.config_path, *way, *args, stdin=stdin)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
    return run


# Readable -------------------------------------------------------------------

def test_readable_verdict(scan, mails):
    status, text, errors = scan(*OUTSIDE, mails["spam"])
    assert (status, errors) == (0, "")
    head, *symbols = text.splitlines()
    assert re.fullmatch(rf"tag +7\.00  {re.escape(str(mails['spam']))}", head)
    assert any(re.match(rf" +7\.00  {SPAM} +\S", line) for line in symbols), text


def test_headline_without_recipients(scan, mails):
    for name, action in (("clean", "none"), ("gtube", "reject")):
        assert scan(mails[name])[1].startswith(action + " ")


def test_each_recipient_has_its_line(scan, mails):
    text = scan(*OUTSIDE, "--rcpt", "junk@test.local", "--rcpt", "<ham@test.local>", mails["spam"])[1]
    assert re.search(r"^  junk +7\.00 of 6\.50  junk@test\.local  \(score\)$", text, re.MULTILINE), text
    assert re.search(r"^  none +0\.25 of 6\.00  ham@test\.local  \(score\)$", text, re.MULTILINE), text


def test_nothing_in_a_mail_reaches_the_terminal_as_control(scan, folder):
    path = folder / "evil\x1b[2J.eml"
    path.write_bytes(message(sender='"\x1b]0;owned\x07 bank@example.org" <x@example.com>', extra=(
        'Content-Disposition: attachment; filename="a\x1b[31m.pdf.exe"', "X-Mailer: \x1b[0m", "Reply-To: \x1b\x9b <a@b>")))
    status, text, _ = scan(*OUTSIDE, path)
    assert status == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), repr(text)
    assert "evil\\x1b[2J.eml" in text


# JSON -----------------------------------------------------------------------

def test_json_is_one_object_a_line(scan, mails):
    status, text, _ = scan("--json", *OUTSIDE, "--from", "a@example.com", "--rcpt", "junk@test.local", *mails.values())
    answers = [json.loads(line) for line in text.splitlines()]
    assert status == 0
    assert [a["file"] for a in answers] == [str(path) for path in mails.values()]
    assert [a["verdict"] for a in answers] == ["none", "junk", "reject"]
    assert [a["recipients"]["junk@test.local"]["action"] for a in answers] == ["none", "junk", "reject"]
    assert all(re.fullmatch(LOG_ID, a["id"]) for a in answers)
    assert answers[1]["symbols"][SPAM]["score"] == 7


def test_user_is_outbound(scan, mails):
    status, text, _ = scan("--json", *OUTSIDE, "--user", "jane", mails["spam"])
    assert status == 0 and json.loads(text)["verdict"] == "none"


def test_standard_input(scan):
    status, text, _ = scan("--json", "-", stdin=gtube())
    assert status == 0 and json.loads(text)["verdict"] == "reject" and json.loads(text)["file"] == "-"


def verdicts(winnow, *args):
    """What winnow scan --json says, without what differs from run to run."""
    done = winnow.command("scan", "--config", winnow.config_path, "--json", *args)
    assert done.returncode == 0, done.stderr.decode()
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    own = ("id", "time_real", "messages", "milter")
    return {answer["file"]: {key: value for key, value in answer.items() if key not in own} for answer in answers}


INSPECTED = ("ARCHIVE_", "OFFICE_", "PDF_", "EMBEDDED_", "LNK_", "ONENOTE_", "QR_", "VIRUS", "ANTIVIRUS", "RTF_", "FILE_")


def test_local_and_daemon_agree_on_the_corpus(winnow):
    """The same pipeline: every sample, and every seed of the fuzzers, gets the same verdict, score and symbols."""
    args = (*OUTSIDE, "--helo", "client.example.com", "--from", "a@example.com", "--rcpt", "junk@test.local", REPO / "corpus")
    remote, local = verdicts(winnow, *args), verdicts(winnow, "--local", *args)
    assert len(remote) >= 80, "the samples are not where they were"
    assert set(remote) == set(local)
    # --local opens no files: that is the inspector's.
    for answer in remote.values():
        for symbols in [answer["symbols"]] + [r["symbols"] for r in answer["recipients"].values()]:
            symbols.pop("ANTIVIRUS_NO_DATABASE", None)
    inspected = [path for path, answer in remote.items() if any(name.startswith(INSPECTED) for name in answer["symbols"])]
    assert len(inspected) < len(remote) / 10
    different = {path: (remote[path], local[path]) for path in remote if remote[path] != local[path] and path not in inspected}
    assert different == {}


# Sockets, exit status, errors -------------------------------------------------

def test_sockets(winnow, unix, mails):
    for address in (f"inet:127.0.0.1:{winnow.http_port}", f"unix:{unix}"):
        done = winnow.command("scan", "--json", "--socket", address, mails["gtube"])
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["verdict"] == "reject"


@pytest.mark.parametrize("listen", ["inet:*:{}", "inet:0.0.0.0:{}", "inet:{}@127.0.0.1", "inet:localhost:{}"])
def test_listener_of_the_configuration_is_found(winnow, mails, folder, listen):
    """However it is written, and where the daemon listens everywhere."""
    config = folder / "listen.lua"
    config.write_text(f'http {{ listen = {{ "{listen.format(winnow.http_port)}" }} }}\n')
    done = winnow.command("scan", "--json", "--config", config, mails["gtube"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "reject"


def test_exit_code_tells_the_worst_verdict(scan, mails):
    assert scan("--exit-code", *OUTSIDE, mails["clean"])[0] == 0
    assert scan("--exit-code", *OUTSIDE, mails["clean"], mails["spam"])[0] == 10
    assert scan("--exit-code", *OUTSIDE, "--rcpt", "ham@test.local", "--rcpt", "junk@test.local", mails["spam"])[0] == 11
    assert scan("--exit-code", mails["gtube"], mails["clean"])[0] == 16


def test_a_missing_file_does_not_keep_the_others(scan, mails, folder):
    status, text, errors = scan("--json", "--exit-code", folder / "nowhere.eml", mails["gtube"])
    assert status == 1
    assert json.loads(text)["verdict"] == "reject"
    assert "nowhere.eml" in errors and len(errors.splitlines()) == 1


def test_without_a_daemon(winnow, mails):
    done = winnow.command("scan", "--socket", f"inet:127.0.0.1:{free_port()}", mails["clean"])
    assert done.returncode == 1 and done.stdout == b""
    assert b"--local" in done.stderr and len(done.stderr.splitlines()) == 1


WRONG = {
    "no file": [],
    "unknown option": ["--jsn", "x"],
    "option without value": ["--rcpt"],
    "local and socket": ["--local", "--socket", "inet:127.0.0.1:1", "x"],
    "header injection": ["--helo", "x\r\nUser: admin", "x"],
}


@pytest.mark.parametrize("args", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage(winnow, args):
    done = winnow.command("scan", *args)
    assert done.returncode == 2 and done.stdout == b"" and done.stderr


@pytest.mark.parametrize("args", [["--socket", "nonsense"], ["--socket", "inet:127.0.0.1"], ["--local", "--ip", "1.2.3"],
                                  ["--local", "--config", "/nonexistent.lua"]])
def test_values_that_cannot_be(winnow, mails, args):
    done = winnow.command("scan", *args, mails["clean"])
    assert done.returncode == 1 and done.stdout == b""
    assert args[-1].encode() in done.stderr


def test_progress_bar_on_a_terminal(winnow, folder):
    many = folder / "many"
    many.mkdir()
    for number in range(25):
        (many / f"{number:02}.eml").write_bytes(message())
    ours, theirs = pty.openpty()
    done = subprocess.run([str(winnow.client), "scan", "--config", str(winnow.config_path), str(many)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=theirs, timeout=PATIENCE * 2)
    os.close(theirs)
    bar = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert re.search(r"\[#{20} {20}\] \d+/25", bar) or "13/25" in bar
    assert "25/25" in bar and bar.endswith("\x1b[K")
    assert [line.split("  ")[-1] for line in done.stdout.decode().splitlines() if line.startswith("none")] == [
        str(path) for path in sorted(many.iterdir())]
