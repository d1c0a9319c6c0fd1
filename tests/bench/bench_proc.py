"""What a daemon's processes cost, from /proc."""
import os
import pathlib

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def read_stat(pid: int) -> tuple[int, float, float] | None:
    """(parent, own CPU ms, CPU ms of children already waited for), or None where the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2:].split()
    own = (int(fields[11]) + int(fields[12])) * TICK_MS
    waited = (int(fields[13]) + int(fields[14])) * TICK_MS
    return int(fields[1]), own, waited


def process_tree(root: int) -> list[int]:
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = read_stat(int(entry))
            if stat:
                parents.setdefault(stat[0], []).append(int(entry))
    tree, queue = [], [root]
    while queue:
        pid = queue.pop()
        tree.append(pid)
        queue += parents.get(pid, [])
    return tree


def cpu_ms(root: int) -> dict[int, float]:
    """CPU ms by process of the tree. A child that ends is counted on with its parent once waited for."""
    result = {}
    for pid in process_tree(root):
        stat = read_stat(pid)
        if stat:
            result[pid] = stat[1] + stat[2]
    return result


def private_kib(pid: int) -> int:
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))
