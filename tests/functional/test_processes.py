"""Processes: replaced when they die, patient when they stop, humble in privileges, and honest when the machine is full."""
import os
import pwd
import signal
import socket
import time
from pathlib import Path

import pytest

import milter
from milter import Closed, MilterClient
from postfix import Session
from samples import as_milter, gtube, message
from system import alive, command_line, descendants, socket_owner, wait_until


@pytest.fixture(scope="module")
def winnow(launch):
    return launch()


def client(winnow):
    return MilterClient(winnow.milter_port)


def works(winnow):
    return winnow.scan(gtube())[1]["action"] == "reject"


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass            # the last signal was still at work on it


def owner_of(winnow, conn):
    return wait_until("the scanner that accepted", lambda: socket_owner(
        winnow.milter_port, conn.local_port, winnow.scanner_pids()))


# Death ----------------------------------------------------------------------

def test_killed_scanners_are_replaced(winnow):
    for number in (signal.SIGKILL, signal.SIGSYS):      # the latter is how the sandbox kills
        old = winnow.wait_scanners()
        winnow.mark()
        for pid in old:
            kill(pid, number)
        new = wait_until("new scanners", lambda: (lambda p: p if len(p) == 2 and not set(p) & set(old) else None)(
            winnow.scanner_pids()))
        assert not set(new) & set(old)
        assert works(winnow)
        assert [line for line in winnow.lines(winnow.marked) if line.get("level") in ("error", "warn")], "nothing logged"


def test_scanner_killed_in_the_middle_of_a_message_never_accepts(winnow):
    headers, _ = as_milter(message())
    with client(winnow) as conn:
        conn.begin()
        conn.envelope()
        for name, value in headers:
            conn.header(name, value)
        conn.go(milter.EOH)
        for _ in range(20):
            conn.go(milter.BODY, b"x" * 60000)
        os.kill(owner_of(winnow, conn), signal.SIGKILL)
        with pytest.raises((Closed, ConnectionError)):
            conn.go(milter.BODY, b"x" * 60000)
            conn.eom()
    winnow.wait_scanners()
    assert works(winnow)


def test_one_scanner_dies_the_other_goes_on(winnow):
    """A session held by one scanner is not touched by the death of the other."""
    winnow.wait_scanners()
    with client(winnow) as conn:
        conn.begin()
        conn.envelope()
        mine = owner_of(winnow, conn)
        for pid in winnow.scanner_pids():
            if pid != mine:
                kill(pid)
        conn.content(*as_milter(gtube()))
        assert conn.eom().refusal.startswith("550 ")
    winnow.wait_scanners()


def test_crash_loop_does_not_take_the_master_down(winnow):
    for _ in range(3):
        for pid in winnow.wait_scanners():
            kill(pid)
    winnow.wait_scanners()
    assert winnow.is_alive() and works(winnow)


def test_hanging_scanner_is_replaced(launch):
    """Found by its missing heartbeat, half a minute past the limit; the others go on meanwhile."""
    daemon = launch('server { hang_limit = "1s" }\n')
    frozen = daemon.wait_scanners()[0]
    daemon.freeze(frozen)
    assert all(works(daemon) for _ in range(10))
    wait_until("the frozen scanner to be killed", lambda: not alive(frozen), 90)
    assert frozen not in daemon.wait_scanners()
    assert any("hang" in line.get("msg", "") for line in daemon.lines())
    assert works(daemon)


# Stop and reload ------------------------------------------------------------

def test_graceful_stop_finishes_the_running_message(launch):
    daemon = launch()
    with client(daemon) as conn:
        conn.begin()
        conn.envelope()
        headers, body = as_milter(gtube())
        for name, value in headers:
            conn.header(name, value)
        daemon.process.terminate()
        wait_until("the listener to close", lambda: not daemon.ping())
        assert daemon.is_alive()
        conn.go(milter.EOH)
        conn.go(milter.BODY, body)
        assert conn.eom().refusal.startswith("550 5.7.1 ")
    assert daemon.stop() == 0


def test_stop_with_idle_connections_is_quick(launch):
    """Only an SMTP session under way is waited for."""
    daemon = launch()
    idle = [client(daemon) for _ in range(3)] + [client(daemon).negotiate() for _ in range(3)]
    idle.append(socket.create_connection(("127.0.0.1", daemon.http_port)))
    begin = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - begin < 20, "waited for connections without a session"
    for conn in idle:
        conn.close()


def test_reload_finishes_the_running_message(winnow):
    old = winnow.wait_scanners()
    with client(winnow) as conn:
        conn.begin()
        conn.envelope()
        winnow.mark()
        winnow.reload()
        wait_until("the new generation", lambda: any(
            line.get("msg") == "ready" for line in winnow.lines(winnow.marked)))
        conn.content(*as_milter(gtube()))
        assert conn.eom().refusal.startswith("550 5.7.1 ")
        conn.quit()
    wait_until("the old scanners to go", lambda: not any(map(alive, old)))
    assert len(winnow.wait_scanners()) == 2 and works(winnow)


def test_stopped_daemon_leaves_no_socket_file(launch, folder):
    path = folder / "milter.sock"
    folder.chmod(0o777)
    daemon = launch(milter_unix=path)
    with MilterClient(path=path) as conn:
        conn.begin()
        assert conn.message(*as_milter(message())).accepted
    assert daemon.stop() == 0
    daemon.start()
    with MilterClient(path=path) as conn:
        conn.begin()
        assert conn.message(*as_milter(message())).accepted


def test_stale_socket_file_is_replaced(launch, folder):
    folder.chmod(0o777)
    path = folder / "stale.sock"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    daemon = launch(milter_unix=path)
    with MilterClient(path=path) as conn:
        conn.begin()
        assert conn.message(*as_milter(message())).accepted
    assert daemon.is_alive()


def test_port_in_use_is_an_error(launch, winnow):
    second = launch(ready=False, milter_port=winnow.milter_port, http_port=winnow.http_port)
    assert second.process.wait(60) != 0
    assert str(winnow.milter_port) in second.log_text()
    assert works(winnow)


# Privileges -----------------------------------------------------------------

def status(pid):
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def test_scanners_have_no_privileges(winnow):
    nobody = str(pwd.getpwnam("nobody").pw_uid)
    for pid in winnow.wait_scanners():
        fields = status(pid)
        assert int(fields["CapEff"], 16) == 0
        assert int(fields["CapPrm"], 16) == 0
        assert fields["NoNewPrivs"] == "1"
        if os.geteuid() == 0:
            assert fields["Uid"].split() == [nobody] * 4
            assert fields["Gid"].split() == [str(pwd.getpwnam("nobody").pw_gid)] * 4
            assert set(fields["Groups"].split()) <= {str(pwd.getpwnam("nobody").pw_gid)}


def test_command_lines_hold_no_secrets_and_tell_the_role(winnow):
    roles = [command_line(pid) for pid in descendants(winnow.process.pid)]
    assert all("winnow" in role for role in roles), roles


# Full machine ---------------------------------------------------------------

@pytest.fixture
def mailboxes(postfix, milters):
    postfix.set_users({"plain@test.local": "plain/"})
    return postfix


def test_no_descriptors_left_means_deferral(launch, milters, mailboxes):
    daemon = launch(name="few", nofile=64, milter_port=milters.port)
    hogs = []
    try:
        for _ in range(200):
            hogs.append(socket.create_connection(("127.0.0.1", milters.port), timeout=5))
        wait_until("a log line about descriptors", lambda: [
            line for line in daemon.lines() if line.get("level") in ("error", "warn")])
        with Session(mailboxes, port=mailboxes.ports["impatient"]) as session:
            code, text = session.submit(message(), "plain@test.local")
        assert 400 <= code < 500, (code, text)
        assert mailboxes.delivered() == {}
    finally:
        for hog in hogs:
            hog.close()
    with Session(mailboxes) as session:
        assert session.submit(message(), "plain@test.local")[0] == 250
    assert mailboxes.delivered() == {"plain": 1}
    assert len(daemon.lines()) < 2000, "the log is flooded"
    daemon.stop()


def test_full_disk_for_the_log_loses_no_mail(launch, milters, mailboxes):
    daemon = launch(name="full", log_target="file:/dev/full", milter_port=milters.port)
    taken = 0
    for _ in range(5):
        with Session(mailboxes) as session:
            code = session.submit(message(), "plain@test.local")[0]
            assert code == 250 or 400 <= code < 500
            taken += code == 250
            assert session.submit(gtube(), "plain@test.local")[0] >= 400
    assert mailboxes.delivered() == ({"plain": taken} if taken else {})
    assert daemon.is_alive() and daemon.ping()
    daemon.stop()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1], ids=["reload", "rotation"])
def test_log_file_is_opened_again(launch, folder, number):
    log = folder / f"moved-{number}.log"
    log.touch()
    log.chmod(0o666)
    daemon = launch(log_target=f"file:{log}")
    wait_until("the first line", lambda: log.stat().st_size)
    log.rename(folder / "moved.log.1")
    daemon.process.send_signal(number)
    wait_until("a new log file", lambda: log.exists() and works(daemon) and "msg=scan" in log.read_text().replace('"', ""))


def test_admission_pauses_and_goes_on(launch):
    """More messages at once than allowed wait; none is lost, none accepted unread."""
    daemon = launch("scan { max_in_flight = 4 }\n")
    waiting = []
    for number in range(4 * daemon.scanners):
        conn = client(daemon)
        conn.sock.settimeout(3)
        try:
            conn.begin()
            conn.envelope()
        except (socket.timeout, TimeoutError):
            conn.close()
            break
        waiting.append(conn)
    assert len(waiting) >= 4
    late = client(daemon)
    for conn in waiting:
        conn.sock.settimeout(60)
        conn.content(*as_milter(message()))
        assert conn.eom().accepted
        conn.close()
    late.begin()
    assert late.message(*as_milter(gtube())).refusal.startswith("550 ")
    late.close()


def test_stalled_connections_are_closed(launch):
    daemon = launch('milter { idle_timeout = "1s" }\nhttp { idle_timeout = "1s", read_timeout = "1s" }\n')
    daemon.mark()
    with client(daemon) as silent, client(daemon) as started:
        started.begin()
        started.mail()
        with socket.create_connection(("127.0.0.1", daemon.http_port), timeout=60) as http, \
                socket.create_connection(("127.0.0.1", daemon.http_port), timeout=60) as half:
            half.sendall(b"POST /checkv2 HTTP/1.1\r\nContent-Length: 100\r\n\r\nFrom:")
            assert silent.closed_by_peer() and started.closed_by_peer()
            assert http.recv(10) == b""
            while half.recv(4096):
                pass
    assert daemon.lines(daemon.marked), "nothing logged"
    assert works(daemon)
