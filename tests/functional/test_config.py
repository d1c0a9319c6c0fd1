"""The configuration: errors that help, what is in force and why, and reloads that fail safely."""
import re

import pytest

from samples import SPAM, message, spam
from system import alive, wait_until
from winnow import Winnow

OUTSIDE = ("IP", "192.0.2.10")


@pytest.fixture(scope="module")
def idle(build, folder):
    """A daemon that never starts: only its programs and its configuration file are used."""
    return Winnow(build, folder / "idle")


def check(idle, text, name="winnow.lua"):
    path = idle.folder / name
    path.write_text(text)
    done = idle.command("--check-config", "--config", path, binary="binary")
    return done.returncode, (done.stdout + done.stderr).decode()


def test_good_configuration_passes(idle):
    status, text = check(idle, idle.preamble() + 'profile { tag = 5, reject = "off" }\n')
    assert status == 0, text


def test_empty_configuration_passes(idle):
    assert check(idle, "")[0] == 0


# Text, line, and words that the error must hold.
WRONG = {
    "unknown key": ('profile { tag = 6 }\n\nprofile {\n  rejct = 15,\n}\n', None, ["rejct", "reject"]),
    "unknown key in one line": ('\nprofile { tagg = 6 }\n', 2, ["tagg", "tag"]),
    "unknown key of an address": ('\n\naddress "a@test.local" { subject_prefx = "x" }\n', 3, ["subject_prefx", "subject_prefix"]),
    "unknown section": ('\n\nprofil { tag = 6 }\n', 3, ["profil", "profile"]),
    "wrong type": ('scan { max_recipients = "many" }\n', 1, ["max_recipients"]),
    "word for a number": ('profile { tag = "six" }\n', 1, ["tag"]),
    "number for a list": ('networks { own = 5 }\n', 1, ["own"]),
    "text for a boolean": ('profile { enforce = "yes" }\n', 1, ["enforce"]),
    "out of range": ('\n\n\nscan { max_recipients = 0 }\n', 4, ["max_recipients"]),
    "negative": ('scan { max_size = -1 }\n', 1, ["max_size"]),
    "unknown word": ('scan { headers = "sometimes" }\n', 1, ["headers", "sometimes", "always"]),
    "no network": ('networks { own = { "10.0.0.0/33" } }\n', None, ["10.0.0.0/33", "own"]),
    "no size": ('scan { max_size = "50X" }\n', 1, ["max_size", "50X"]),
    "unknown symbol": (f'\nprofile {{\n tag = 5,\n scores = {{ {SPAM}X = 1 }} }}\n', 4, [f"{SPAM}X", SPAM]),
    "unknown symbol of a domain": (f'profile {{ scores = {{ {SPAM} = 1 }} }}\ndomain "test.local" {{ scores = {{ {SPAM}X = 1 }} }}\n', 2,
                                   [f"{SPAM}X", SPAM, "test.local"]),
    "unknown symbol of an address": (f'domain "test.local" {{ tag = 1 }}\naddress "a@test.local" {{\n tag = 2,\n scores = {{ {SPAM}X = 1 }} }}\n', 4,
                                     [f"{SPAM}X", SPAM, "a@test.local"]),
    "syntax": ('profile {\n  tag = = 6\n}\n', 2, ["="]),
    "runtime error": ('local x = nil\nprofile { tag = x.y }\n', 2, []),
    "endless": ('while true do end\n', None, []),
    "no files": ('io.open("/etc/passwd")\n', 1, ["io"]),
    "no programs": ('os.execute("true")\n', 1, ["os"]),
    "a bad listener": ('\nmilter { listen = { "tcp:here" } }\n', 2, ["tcp:here", "listen"]),
    "a listener without a port": ('\nhttp { listen = { "inet:127.0.0.1:1", "inet:127.0.0.1" } }\n', 2, ["inet:127.0.0.1", "listen"]),
}


@pytest.mark.parametrize("text,line,words", WRONG.values(), ids=WRONG.keys())
def test_error_names_file_line_and_key(idle, text, line, words):
    status, out = check(idle, text)
    assert status != 0
    assert "winnow.lua" in out
    assert line is None or f"winnow.lua:{line}:" in out, out
    for word in words:
        assert word in out, out
    assert len(out.splitlines()) <= 3, out


def test_error_in_an_included_file_names_that_file(idle):
    (idle.folder / "conf.d").mkdir(exist_ok=True)
    (idle.folder / "conf.d/10-good.lua").write_text("profile { tag = 5 }\n")
    (idle.folder / "conf.d/20-bad.lua").write_text("\nprofile { junkk = 8 }\n")
    status, out = check(idle, 'include "conf.d/*.lua"\n')
    assert status != 0 and "20-bad.lua:2:" in out and "junkk" in out and "'junk'" in out
    (idle.folder / "conf.d/20-bad.lua").write_text("profile { junk = 9 }\n")
    assert check(idle, 'include "conf.d/*.lua"\n')[0] == 0
    dump = idle.command("config", "dump", "--config", idle.folder / "winnow.lua").stdout.decode()
    assert re.search(r"\bjunk = 9\b", dump) and re.search(r"\btag = 5\b", dump)


def test_missing_file_is_an_error(idle):
    done = idle.command("--check-config", "--config", idle.folder / "nowhere.lua", binary="binary")
    assert done.returncode != 0 and b"nowhere.lua" in done.stdout + done.stderr


def test_daemon_does_not_start_with_a_wrong_configuration(idle):
    idle.configure("profile { rejct = 15 }\n")
    done = idle.command("--config", idle.config_path, binary="binary")
    assert done.returncode not in (0, None) and b"rejct" in done.stdout + done.stderr


LAYERS = """\
profile { tag = 6, subject_prefix = "" }
domain "test.local" { tag = 5 }

address "a@test.local" { tag = 4, subject_prefix = "[SPAM] " }
"""


def test_dump_can_be_loaded_again(idle):
    path = idle.folder / "layers.lua"
    path.write_text(LAYERS)
    first = idle.command("config", "dump", "--config", path)
    assert first.returncode == 0, first.stderr
    again = idle.folder / "dump.lua"
    again.write_bytes(first.stdout)
    second = idle.command("config", "dump", "--config", again)
    assert second.returncode == 0, second.stderr
    strip = lambda text: [line.split("--")[0].rstrip() for line in text.decode().splitlines()]     # noqa: E731
    assert [line for line in strip(first.stdout) if line] == [line for line in strip(second.stdout) if line]
    assert b"[SPAM] " in first.stdout and b"a@test.local" in first.stdout


def test_explain_tells_the_layer_that_spoke(idle):
    path = idle.folder / "layers.lua"
    path.write_text(LAYERS)

    def explain(*args):
        done = idle.command("config", "explain", *args, "--config", path)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    default, domain, address = explain("profile.tag"), explain("profile.tag", "b@test.local"), explain("profile.tag", "a@test.local")
    assert "6" in default and "layers.lua:1" in default
    assert "5" in domain and "test.local" in domain and "layers.lua:2" in domain
    assert "4" in address and "a@test.local" in address and "layers.lua:4" in address
    assert "8" in explain("profile.junk", "a@test.local")


def test_explain_of_an_unknown_key_names_the_nearest(idle):
    done = idle.command("config", "explain", "profile.rejct")
    assert done.returncode != 0 and b"profile.rejct" in done.stderr and b"reject" in done.stderr.replace(b"rejct", b"")


# Reload ---------------------------------------------------------------------

@pytest.fixture(scope="module")
def winnow(launch):
    return launch(f"profile {{ scores = {{ {SPAM} = 7 }} }}\n")


def action(winnow):
    status, answer = winnow.scan(spam(), headers=[OUTSIDE, ("Rcpt", "plain@test.local")])
    assert status == 200
    return answer["recipients"]["plain@test.local"]["action"]


def reload(winnow, text):
    winnow.mark()
    winnow.configure(text)
    winnow.reload()


def reload_to(winnow, text):
    """Reload, and wait until only scanners of the new generation are left."""
    old = winnow.scanner_pids()
    reload(winnow, text)
    wait_until("the old scanners to go", lambda: not any(map(alive, old)))
    winnow.wait_scanners()


def test_reload_takes_effect(winnow):
    assert action(winnow) == "tag"
    reload_to(winnow, f"profile {{ junk = 6.5, scores = {{ {SPAM} = 7 }} }}\n")
    assert action(winnow) == "junk"


def test_reload_with_a_broken_file_keeps_the_old_generation(winnow):
    reload_to(winnow, f"profile {{ scores = {{ {SPAM} = 7 }} }}\n")
    assert action(winnow) == "tag"
    for text in ("profile { rejct = 1 }\n", "profile {\n", "while true do end\n"):
        reload(winnow, text)
        bad = wait_until("an error in the log", lambda: [
            line for line in winnow.lines(winnow.marked) if line.get("level") in ("error", "warn")])
        assert "rejct" not in text or any("winnow.lua:" in str(line) and "rejct" in str(line) for line in bad), bad
        for _ in range(5):
            assert action(winnow) == "tag"
        assert winnow.is_alive()
    reload_to(winnow, f"profile {{ junk = 6.5, scores = {{ {SPAM} = 7 }} }}\n")
    assert action(winnow) == "junk"


def test_reload_with_a_missing_file_keeps_the_old_generation(winnow):
    before = action(winnow)
    text = winnow.config_path.read_text()
    winnow.config_path.unlink()
    winnow.mark()
    winnow.reload()
    wait_until("an error in the log", lambda: [
        line for line in winnow.lines(winnow.marked) if line.get("level") in ("error", "warn")])
    assert action(winnow) == before
    winnow.configure(text, raw=True)


def test_many_reloads_leave_no_processes_behind(winnow):
    reload(winnow, "")
    wait_until("ready", lambda: any(line.get("msg") == "ready" for line in winnow.lines(winnow.marked)))
    for _ in range(3):
        winnow.reload()         # while another is under way
    wait_until("the last generation", lambda: winnow.ping() and len(winnow.scanner_pids()) == winnow.scanners)
    assert winnow.scan(message())[0] == 200
