"""Small helpers on the machine: ports, waiting, processes, privileges."""
import os
import socket
import time
from pathlib import Path

# Sanitizers make everything several times slower, and test machines are busy.
PATIENCE = float(os.environ.get("WINNOW_PATIENCE", "60"))

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


def free_port():
    """A loopback port nobody listens on.  Chosen by the kernel."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_until(what, test, seconds=PATIENCE, pause=0.02):
    """Return the first true value of test(); fail naming what never came."""
    end = time.monotonic() + seconds
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)


def _stat(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    return {"state": fields[0], "ppid": int(fields[1])}


def alive(pid):
    stat = _stat(pid)
    return stat is not None and stat["state"] not in "ZX"


def stopped(pid):
    stat = _stat(pid)
    return stat is not None and stat["state"] == "T"


def descendants(pid):
    """All living processes below PID, without PID itself."""
    parent = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = _stat(entry)
            if stat and stat["state"] not in "ZX":
                parent[int(entry)] = stat["ppid"]
    found, fresh = [], {pid}
    while fresh:
        fresh = {p for p, up in parent.items() if up in fresh}
        found += sorted(fresh)
    return found


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def descriptors(pid):
    """What each open descriptor of PID points to."""
    found = {}
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return found
    for name in names:
        try:
            found[int(name)] = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            pass
    return found


def memory(pid, field):
    """A field of /proc/PID/status in KiB, for example VmRSS or VmHWM; 0 if gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def memory_reset_peak(pid):
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        pass


def socket_owner(port, peer_port, pids):
    """Which of PIDS holds the accepted connection PORT <- PEER_PORT, if any."""
    want = (f"0100007F:{port:04X}", f"0100007F:{peer_port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        field = line.split()
        if (field[1], field[2]) == want:
            link = f"socket:[{field[9]}]"
            for pid in pids:
                if link in descriptors(pid).values():
                    return pid
    return None


def connections_to(port):
    """Peer ports of established connections accepted on loopback port PORT."""
    local, peers = f"0100007F:{port:04X}", []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        field = line.split()
        if field[1] == local and field[3] == "01":
            peers.append(int(field[2].split(":")[1], 16))
    return peers
