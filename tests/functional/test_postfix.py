"""Real mail through a real Postfix: what arrives, what is refused, what is kept back."""
import os
import re
import signal
import threading
import time

import pytest

from logfmt import fallen, moved, recipients
from postfix import OUTSIDE, TRACE, Session, header_values, headers_of, without_trace
from samples import SPAM, SPAM_POINTS, gtube, message, spam
from system import alive, connections_to, descendants, socket_owner, wait_until
from winnow import LOG_ID

RELAY = "192.0.2.77"

CONFIG = f"""
networks {{ own = {{ "127.0.0.0/8", "::1" }}, trusted_relays = {{ "{RELAY}" }} }}
profile {{ scores = {{ {SPAM} = {SPAM_POINTS} }} }}
address "ham@test.local"     {{ scores = {{ {SPAM} = 0.5 }} }}
address "subject@test.local" {{ subject_prefix = "[SPAM] " }}
address "junk@test.local"    {{ junk = 6.5 }}
address "ext@test.local"     {{ junk = 6.5, junk_delivery = "extension" }}
address "redir@test.local"   {{ redirect = 6.5, redirect_to = "catcher@test.local" }}
address "disc@test.local"    {{ discard = 6.5 }}
address "defer@test.local"   {{ defer = 6.5 }}
address "hold@test.local"    {{ hold = 6.5 }}
address "strict@test.local"  {{ reject = 6.5 }}
address "percent@test.local" {{ reject_text = "100% spam, 50%off %s %d" }}
address "observe@test.local" {{ enforce = false, subject_prefix = "[SPAM] ", discard = 6.5 }}
domain  "drop.local"         {{ discard = 6.5 }}
"""

NAMES = ("ham", "plain", "subject", "junk", "ext", "redir", "catcher", "disc", "defer", "hold",
         "strict", "percent", "observe")


def users():
    found = {}
    for name in NAMES:
        found[f"{name}@test.local"] = f"{name}/"
        found[f"{name}+junk@test.local"] = f"{name}/.Junk/"
    for name in ("postmaster", "abuse", "someone"):
        found[f"{name}@drop.local"] = f"{name}/"
    return found


@pytest.fixture(scope="module")
def server(launch, milters, postfix_server):
    postfix_server.set_users(users())
    return launch(CONFIG, name="postfix", milter_port=milters.port, milter_unix=milters.unix)


@pytest.fixture
def winnow(server):
    """The daemon, started again where a test before stopped it."""
    if not server.is_alive():
        server.start()
    server.mark()
    return server


def only(postfix, maildir):
    """The one message delivered anywhere."""
    assert postfix.delivered() == {maildir: 1}
    return postfix.messages(maildir)[0]


def the_scan(winnow, count=1):
    wait_until("the scan's log line", lambda: len(winnow.scans(winnow.marked)) >= count)
    lines = winnow.scans(winnow.marked)
    assert len(lines) == count
    return lines[-1]


def spam_headers(raw):
    """The two headers of a tagged mail as dicts, checked for form."""
    flag, info = header_values(raw, "X-Spam"), header_values(raw, "X-Winnow")
    assert len(flag) == 1 and len(info) == 1, headers_of(raw)
    match = re.fullmatch(rf"Yes; id=({LOG_ID}); score=(-?\d+\.\d\d); required=(\d+\.\d\d)", flag[0])
    assert match, flag[0]
    fields = dict(pair.split("=", 1) for pair in info[0].split("; "))
    assert fields["id"] == match.group(1)
    assert fields["score"] == match.group(2)
    return {"id": match.group(1), "score": float(match.group(2)), "required": float(match.group(3)),
            "action": fields["action"], "symbols": "".join(fields["symbols"].split())}


def own_headers(raw):
    """A delivered message's headers without what Postfix and Winnow added."""
    return [h for h in headers_of(raw) if h[0].lower() not in TRACE + ("x-spam", "x-winnow")]


# Clean mail -----------------------------------------------------------------

ODD_BUT_CLEAN = b"""\
Received: from inner.example.com (inner.example.com [198.51.100.7])
\tby mail.example.com with ESMTPS id 4abc
\tfor <jane@test.local>; Tue, 1 Jan 2030 10:00:00 +0000
From:   "Doe, John" <john@example.com>
To:Jane Roe <jane@test.local>,
 \tRichard Miles <dick@test.local>
SUBJECT: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and  two  blanks
Date: %s
message-id: <odd.%d@mail.example.com>
X-Empty:
X-Tab:\tvalue behind a tab\t
X-Long: %s
MIME-Version: 1.0
Content-Type: text/plain;
  charset="utf-8"
Content-Transfer-Encoding: 8bit

.a line that begins with a dot
..and two

\ttabs, trailing blanks   \t
Umlaute: \xc3\xa4\xc3\xb6\xc3\xbc
%s
From the beginning of a line.

"""


def odd_but_clean():
    from samples import now
    return ODD_BUT_CLEAN % (now().encode(), int(time.time() * 1000), b"x" * 400, b"long " * 180)


@pytest.mark.parametrize("make", [message, odd_but_clean], ids=["plain", "odd"])
def test_clean_mail_arrives_untouched(winnow, postfix, make):
    sent = make()
    answer = postfix.swaks(sent, "plain@test.local")
    assert answer.code == 250, answer.transcript
    assert without_trace(only(postfix, "plain")) == sent
    assert recipients(the_scan(winnow))["plain@test.local"][0] == "none"


def test_clean_mail_with_8_mb_attachment_arrives_untouched(winnow, postfix):
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\n"
    head, body = message().split(b"\n\n", 1)
    sent = head.replace(b"text/plain; charset=utf-8", b"application/octet-stream").replace(
        b"8bit", b"base64") + b"\n\n" + line * 100000
    assert postfix.swaks(sent, "plain@test.local").code == 250
    assert without_trace(only(postfix, "plain")) == sent


def test_unix_socket(winnow, postfix):
    port = postfix.ports["unix"]
    sent = message()
    assert postfix.swaks(sent, "plain@test.local", port=port).code == 250
    assert without_trace(only(postfix, "plain")) == sent
    assert postfix.swaks(gtube(), "plain@test.local", port=port).code == 550


def test_log_line_tells_the_envelope(winnow, postfix):
    answer = postfix.swaks(message(), ["plain@test.local", "ham@test.local"],
                           sender="\"we ird\"@example.com", helo="helo.example.com")
    assert answer.code == 250
    line = the_scan(winnow)
    assert line["qid"] == answer.text.rsplit(" ", 1)[1]
    assert line["ip"] == OUTSIDE
    assert line["helo"] == "helo.example.com"
    assert line["from"].replace('"', "") == "we ird@example.com"
    assert list(recipients(line)) == ["plain@test.local", "ham@test.local"]
    assert line["action"] == "none" and "would" not in line
    assert int(line["size"]) > 300
    assert {"total"} <= {pair.split("=")[0] for pair in line["ms"].split(",")}
    assert re.fullmatch(LOG_ID, line["id"])


# Tagged, moved, dropped -----------------------------------------------------

def test_spam_is_tagged(winnow, postfix):
    sent = spam()
    assert postfix.swaks(sent, "plain@test.local").code == 250
    got = only(postfix, "plain")
    tag = spam_headers(got)
    line = the_scan(winnow)
    assert tag["id"] == line["id"]
    assert tag["action"] == "tag"
    assert tag["required"] == 6.0
    assert 7.0 <= tag["score"] < 8.0
    assert f"{SPAM}=7.00" in tag["symbols"].split(",")
    assert f"{SPAM}=7.00" in line["symbols"].split(",")
    assert recipients(line)["plain@test.local"] == ("tag", pytest.approx(tag["score"], abs=0.005))
    assert header_values(got, "Subject") == ["Minutes of the meeting"]
    assert got.split(b"\n\n", 1)[1] == sent.split(b"\n\n", 1)[1]
    assert own_headers(got) == headers_of(sent)


def test_no_added_header_names_a_recipient(winnow, postfix):
    assert postfix.swaks(spam(), ["plain@test.local", "junk@test.local", "ham@test.local"]).code == 250
    assert postfix.delivered() == {"plain": 1, "junk": 1, "ham": 1}
    for box in ("plain", "junk", "ham"):
        ours = "\n".join(header_values(postfix.messages(box)[0], "X-Winnow") +
                         header_values(postfix.messages(box)[0], "X-Spam"))
        assert "@" not in ours and "plain" not in ours


def test_subject_prefix_for_the_user_who_wants_it(winnow, postfix):
    assert postfix.swaks(spam(), "subject@test.local").code == 250
    assert postfix.swaks(spam(), "plain@test.local").code == 250
    assert postfix.delivered() == {"plain": 1, "subject": 1}
    assert header_values(postfix.messages("subject")[0], "Subject") == ["[SPAM] Minutes of the meeting"]
    assert header_values(postfix.messages("plain")[0], "Subject") == ["Minutes of the meeting"]


def test_subject_prefix_before_an_encoded_subject(winnow, postfix):
    assert postfix.swaks(spam(subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?="), "subject@test.local").code == 250
    subject = header_values(only(postfix, "subject"), "Subject")
    assert subject == ["[SPAM] =?utf-8?q?Gr=C3=BC=C3=9Fe?="]


def test_subject_untouched_in_one_mail_to_both(winnow, postfix):
    assert postfix.swaks(spam(), ["subject@test.local", "plain@test.local"]).code == 250
    assert postfix.delivered() == {"plain": 1, "subject": 1}
    for box in ("subject", "plain"):
        got = postfix.messages(box)[0]
        assert header_values(got, "Subject") == ["Minutes of the meeting"]
        assert spam_headers(got)["action"] == "tag"


def test_clean_mail_gets_no_subject_prefix(winnow, postfix):
    sent = message()
    assert postfix.swaks(sent, "subject@test.local").code == 250
    assert without_trace(only(postfix, "subject")) == sent


def test_junk_extension_for_one_inbox_for_the_other(winnow, postfix):
    assert postfix.swaks(spam(), ["ext@test.local", "ham@test.local"]).code == 250
    assert postfix.delivered() == {"ext/.Junk": 1, "ham": 1}
    line = the_scan(winnow)
    assert recipients(line)["ext@test.local"][0] == "junk"
    assert recipients(line)["ham@test.local"][0] == "none"
    assert moved(line) == {"ext@test.local": "ext+junk@test.local"}


def test_junk_by_header(winnow, postfix):
    assert postfix.swaks(spam(), "junk@test.local").code == 250
    assert spam_headers(only(postfix, "junk"))["action"] == "junk"


def test_redirect(winnow, postfix):
    assert postfix.swaks(spam(), "redir@test.local").code == 250
    only(postfix, "catcher")


def test_redirect_of_one_of_two(winnow, postfix):
    assert postfix.swaks(spam(), ["redir@test.local", "ham@test.local"]).code == 250
    assert postfix.delivered() == {"catcher": 1, "ham": 1}


def test_discard(winnow, postfix):
    assert postfix.swaks(spam(), "disc@test.local").code == 250
    assert postfix.delivered() == {}
    assert recipients(the_scan(winnow))["disc@test.local"][0] == "discard"


def test_discard_for_one_of_two(winnow, postfix):
    assert postfix.swaks(spam(), ["disc@test.local", "ham@test.local"]).code == 250
    assert postfix.delivered() == {"ham": 1}


def test_hold(winnow, postfix):
    assert postfix.swaks(spam(), "hold@test.local").code == 250
    assert [entry["queue_name"] for entry in postfix.queue()] == ["hold"]


def test_hold_for_one_of_two_is_junk(winnow, postfix):
    assert postfix.swaks(spam(), ["hold@test.local", "ham@test.local"]).code == 250
    assert postfix.delivered() == {"hold": 1, "ham": 1}
    assert spam_headers(postfix.messages("hold")[0])["action"] == "junk"


def test_defer(winnow, postfix):
    answer = postfix.swaks(spam(), "defer@test.local")
    assert answer.code == 451
    assert answer.text.startswith("4.7.1 ")
    assert the_scan(winnow)["id"] in answer.text
    assert postfix.delivered() == {}


# Refused --------------------------------------------------------------------

def test_gtube_is_refused_with_our_text(winnow, postfix):
    answer = postfix.swaks(gtube(), "plain@test.local")
    assert answer.code == 550
    assert answer.text.startswith("5.7.1 Message refused as spam")
    assert the_scan(winnow)["id"] in answer.text
    assert postfix.delivered() == {}


def test_refused_if_all_recipients_refuse(winnow, postfix):
    assert postfix.swaks(gtube(), ["plain@test.local", "subject@test.local"]).code == 550
    assert postfix.delivered() == {}


def test_percent_in_the_refusal_text(winnow, postfix):
    answer = postfix.swaks(gtube(), "percent@test.local")
    assert answer.code == 550
    assert "100% spam, 50%off %s %d" in answer.text


def test_forced_refusal_of_one_refuses_for_all(winnow, postfix):
    assert postfix.swaks(gtube(), ["plain@test.local", "observe@test.local"]).code == 550
    assert postfix.delivered() == {}
    line = the_scan(winnow)
    assert line["action"] == "reject"
    assert {action for action, _ in recipients(line).values()} == {"reject"}


def test_refusal_by_score_takes_two_kinds_of_evidence(winnow, postfix):
    assert postfix.swaks(spam(), "strict@test.local").code == 250
    assert spam_headers(only(postfix, "strict"))["action"] == "junk"


def test_deferral_of_one_among_others_is_junk(winnow, postfix):
    answer = postfix.swaks(spam(), ["defer@test.local", "ham@test.local"])
    assert answer.code == 250, answer.transcript
    assert postfix.delivered() == {"defer": 1, "ham": 1}
    assert header_values(postfix.messages("defer")[0], "X-Spam")[0].startswith("Yes; ")
    line = the_scan(winnow)
    assert recipients(line)["defer@test.local"][0] == "junk"
    assert fallen(line) == {"defer@test.local": ("defer", "mixed")}
    assert line["would"] == "defer"


def test_behind_a_trusted_relay_a_forced_refusal_is_held(winnow, postfix):
    """Refusing would make the relay bounce to a forged sender."""
    assert postfix.swaks(gtube(), "plain@test.local", client=RELAY).code == 250
    assert [entry["queue_name"] for entry in postfix.queue()] == ["hold"]
    assert fallen(the_scan(winnow)) == {"plain@test.local": ("reject", "relayed")}


# Never too much -------------------------------------------------------------

def test_enforce_false_only_tells(winnow, postfix):
    sent = spam()
    assert postfix.swaks(sent, "observe@test.local").code == 250
    got = only(postfix, "observe")
    assert header_values(got, "X-Spam") == []
    assert header_values(got, "Subject") == ["Minutes of the meeting"]
    info = header_values(got, "X-Winnow")
    assert len(info) == 1 and "; would=discard; " in info[0] and "action=" not in info[0]
    assert own_headers(got) == headers_of(sent)


def test_enforce_false_does_not_refuse(winnow, postfix):
    assert postfix.swaks(gtube(), "observe@test.local").code == 250
    info = header_values(only(postfix, "observe"), "X-Winnow")
    assert "; would=reject; " in info[0]
    line = the_scan(winnow)
    assert (line["action"], line["would"]) == ("none", "reject")
    assert fallen(line) == {"observe@test.local": ("reject", "not_enforced")}


@pytest.mark.parametrize("name", ["postmaster", "abuse"])
def test_postmaster_is_never_dropped_for_score(winnow, postfix, name):
    assert postfix.swaks(spam(), f"{name}@drop.local").code == 250
    only(postfix, name)
    assert postfix.swaks(spam(), "someone@drop.local").code == 250
    assert postfix.delivered() == {name: 1}


def test_outbound_from_own_network_is_not_tagged(winnow, postfix):
    sent = spam()
    assert postfix.swaks(sent, "subject@test.local", client=None).code == 250
    got = only(postfix, "subject")
    assert header_values(got, "X-Spam") == []
    assert header_values(got, "Subject") == ["Minutes of the meeting"]


def test_outbound_authenticated_is_not_tagged(winnow, postfix):
    assert postfix.swaks(spam(), "subject@test.local", login="jane").code == 250
    got = only(postfix, "subject")
    assert header_values(got, "X-Spam") == []
    assert the_scan(winnow)["user"] == "jane"


def test_outbound_gtube_is_refused(winnow, postfix):
    assert postfix.swaks(gtube(), "plain@test.local", client=None).code == 550


FORGED = ("X-Spam: Yes; id=0000000000000; score=0.00; required=6.00", "X-Spam: No", "x-spam: yes",
          "X-WINNOW: id=1; action=none", "X-Winnow: id=2; action=none", "X-Winnow-Seen: plain@test.local")
# Not ours: what other filters wrote, and names that only begin alike.
STAYS = ("X-Spam-Status: No, score=-5", "X-Spam-Flag: NO", "X-Spammer: stays", "X-Winnowed: stays")


def test_forged_headers_are_removed(winnow, postfix):
    sent = message(extra=FORGED + STAYS, top=FORGED[:2])
    assert postfix.swaks(sent, "plain@test.local").code == 250
    want = sent
    for line in FORGED:
        want = want.replace(line.encode() + b"\n", b"")
    assert without_trace(only(postfix, "plain")) == want


def test_forged_headers_do_not_survive_beside_ours(winnow, postfix):
    assert postfix.swaks(spam(extra=FORGED, top=FORGED), "plain@test.local").code == 250
    tag = spam_headers(only(postfix, "plain"))
    assert tag["id"] == the_scan(winnow)["id"]


# Sessions -------------------------------------------------------------------

def test_several_messages_in_one_session(winnow, postfix):
    with Session(postfix) as session:
        answers = [session.submit(message(), "plain@test.local")[0],
                   session.submit(spam(), "ext@test.local", "ham@test.local")[0],
                   session.submit(gtube(), "plain@test.local")[0],
                   session.submit(message(), "ham@test.local")[0],
                   session.submit(spam(), "disc@test.local")[0],
                   session.submit(spam(), "subject@test.local")[0],
                   session.submit(message(), "subject@test.local")[0]]
    assert answers == [250, 250, 550, 250, 250, 250, 250]
    assert postfix.delivered() == {"plain": 1, "ext/.Junk": 1, "ham": 2, "subject": 2}
    assert header_values(postfix.messages("plain")[0], "X-Spam") == []
    assert header_values(postfix.messages("ham")[1], "X-Spam") == []
    assert sorted(header_values(m, "Subject")[0] for m in postfix.messages("subject")) == [
        "Minutes of the meeting", "[SPAM] Minutes of the meeting"]
    ids = [line["id"] for line in winnow.scans(winnow.marked)]
    assert len(ids) == 7 and len(set(ids)) == 7


def test_abandoned_transactions_leave_nothing_behind(winnow, postfix):
    with Session(postfix) as session:
        assert session.envelope("disc@test.local")[0] == 250
        session.rset()
        assert session.submit(message(), "ham@test.local")[0] == 250
    assert list(recipients(the_scan(winnow))) == ["ham@test.local"]
    assert postfix.delivered() == {"ham": 1}


# Failures -------------------------------------------------------------------

def holder_of_session(winnow, milters):
    """The scanner that holds the only milter connection."""
    peers = wait_until("the milter connection", lambda: connections_to(milters.port))
    return wait_until("its scanner", lambda: next(
        filter(None, (socket_owner(milters.port, peer, winnow.scanner_pids()) for peer in peers)), None))


@pytest.fixture
def no_connections(winnow, milters, postfix):
    """smtpd processes of earlier tests have let go of their milter connections."""
    wait_until("earlier milter connections to close", lambda: not connections_to(milters.port))


def test_scanner_killed_while_holding_a_message(winnow, postfix, milters, no_connections):
    sent = message()
    with Session(postfix) as session:
        assert session.envelope("plain@test.local")[0] == 250
        assert session.announce()[0] == 354
        pid = holder_of_session(winnow, milters)
        winnow.freeze(pid)
        killer = threading.Timer(1.0, os.kill, (pid, signal.SIGKILL))
        killer.start()
        code, text = session.content(sent)
        killer.join()
        assert 400 <= code < 500, (code, text)
    assert postfix.delivered() == {}
    winnow.wait_scanners()
    assert postfix.swaks(sent, "plain@test.local").code == 250
    assert without_trace(only(postfix, "plain")) == sent
    assert winnow.is_alive()


def test_whole_daemon_killed_while_holding_a_message(winnow, postfix, milters, no_connections):
    sent = message()
    with Session(postfix) as session:
        assert session.envelope("plain@test.local")[0] == 250
        assert session.announce()[0] == 354
        winnow.freeze(holder_of_session(winnow, milters))
        killer = threading.Timer(1.0, winnow.kill_all)
        killer.start()
        code, text = session.content(sent)
        killer.join()
        assert 400 <= code < 500, (code, text)
    assert postfix.delivered() == {}
    assert postfix.swaks(sent, "plain@test.local").code >= 400
    winnow.start()
    assert postfix.swaks(sent, "plain@test.local").code == 250
    assert without_trace(only(postfix, "plain")) == sent


def test_daemon_stopped_means_deferral(winnow, postfix):
    assert winnow.stop() == 0
    answer = postfix.swaks(message(), "plain@test.local")
    assert 400 <= answer.code < 500, answer.transcript
    assert postfix.delivered() == {}
    winnow.start()
    assert postfix.swaks(message(), "plain@test.local").code == 250
    only(postfix, "plain")


def test_master_killed_takes_its_scanners_along(winnow, postfix):
    family = descendants(winnow.process.pid)
    os.kill(winnow.process.pid, signal.SIGKILL)
    winnow.process.wait()
    winnow.process = None
    try:
        wait_until("orphaned processes to end", lambda: not any(map(alive, family)))
    finally:
        winnow.kill_all(family)
    answer = postfix.swaks(message(), "plain@test.local")
    assert 400 <= answer.code < 500, answer.transcript
    assert postfix.delivered() == {}


def test_reload_under_a_stream_of_mail_loses_none(winnow, postfix):
    answers, halt = [], threading.Event()

    def stream():
        while not halt.is_set():
            with Session(postfix) as session:
                for _ in range(4):
                    answers.append(session.submit(message(), "plain@test.local"))
                answers.append(session.submit(spam(), "ext@test.local", "ham@test.local"))

    senders = [threading.Thread(target=stream) for _ in range(2)]
    for sender in senders:
        sender.start()
    for _ in range(3):
        mark, sent = winnow.log_size(), len(answers)
        winnow.reload()
        wait_until("the new generation", lambda: any(
            line.get("msg") == "ready" for line in winnow.lines(mark)))
        wait_until("more mail", lambda: len(answers) >= sent + 10)
    halt.set()
    for sender in senders:
        sender.join()
    assert {code for code, _ in answers} == {250}, [a for a in answers if a[0] != 250][:3]
    fifth = len(answers) // 5
    assert postfix.delivered() == {"plain": 4 * fifth, "ext/.Junk": fifth, "ham": fifth}
