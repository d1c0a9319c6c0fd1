#!/usr/bin/env python3
"""Closed-loop load on POST /checkv2: winnowd and Debian's rspamd in the same run, in alternating rounds.

Prints messages per second, CPU time of the daemon's own processes per message, latency, private memory per scanner
and the ratios. Fails where any reply is not a 200 with a verdict. See README.md beside this file.
"""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import bench_corpus  # noqa: E402
import bench_proc  # noqa: E402

ROOT = HERE.parent.parent
BENCH = pathlib.Path(os.environ.get("WINNOW_BENCH_DIR", ROOT / "build" / "bench"))
SUITES = pathlib.Path(os.environ.get("WINNOW_SUITES", ROOT / ".." / "shared" / "suites"))
DRAIN_SECONDS = 2
WARM_UP_SECONDS = 2
SAMPLE = 40
WORKER_SHARE = 0.10  # a process with this share of a round's CPU time is a scanner
CPU_TARGET_MS = 0.35
CPU_TARGET_RATIO = 18
MEMORY_TARGET_MIB = 25


class BenchError(Exception):
    """The run is worth nothing; the text says why."""


class Daemon:
    """A running scanner: where to send, whom to charge."""

    def __init__(self, name: str, pid: int, port: int, helpers: dict[str, int]):
        self.name, self.pid, self.port, self.helpers = name, pid, port, helpers
        self.rounds: list[dict] = []
        self.position = 0

    def totals(self) -> dict:
        messages = sum(r["completed"] for r in self.rounds)
        return {
            "name": self.name,
            "rounds": len(self.rounds),
            "messages": messages,
            "messages_per_second": messages / sum(r["elapsed"] for r in self.rounds),
            "cpu_ms": sum(r["cpu_ms"] for r in self.rounds) / messages,
            "cpu_ms_least": min(r["cpu_ms"] / r["completed"] for r in self.rounds),
            "cpu_ms_most": max(r["cpu_ms"] / r["completed"] for r in self.rounds),
            "helpers_ms": sum(r["helpers_ms"] for r in self.rounds) / messages,
            "p50_ms": statistics.median(r["p50_us"] for r in self.rounds) / 1000,
            "p99_ms": statistics.median(r["p99_us"] for r in self.rounds) / 1000,
            "private_mib": max(r["private_kib"] for r in self.rounds) / 1024,
            "workers": max(r["workers"] for r in self.rounds),
        }


class Winnow:
    """winnowd with a configuration and a state folder of its own."""

    def __init__(self, program: pathlib.Path, scanners: int):
        self.program, self.scanners, self.process = program, scanners, None
        self.folder = BENCH / "winnow"
        self.dns_port = None  # the one that rspamd asks, too

    def write_configuration(self, port: int) -> pathlib.Path:
        shutil.rmtree(self.folder, ignore_errors=True)
        state = self.folder / "state"
        state.mkdir(parents=True)
        lines = [f'server {{ state = "{state}", scanners = {self.scanners}']
        if os.geteuid() == 0:
            lines[0] += ', user = "nobody"'
            shutil.chown(self.folder, "nobody", "nogroup")
            shutil.chown(state, "nobody", "nogroup")
        lines[0] += " }"
        lines.append(f'log {{ target = "file:{self.folder}/winnowd.log", level = "info" }}')
        lines.append("milter { listen = {} }")
        if self.dns_port:
            lines.append(f'dns {{ servers = {{ "127.0.0.1:{self.dns_port}" }}, self_test = false }}')
        lines.append(f'rules {{ files = {{}}, cache = "{BENCH}/patterns" }}')
        lines.append(f'http {{ listen = {{ "inet:127.0.0.1:{port}" }} }}')
        configuration = self.folder / "winnow.lua"
        configuration.write_text("\n".join(lines) + "\n")
        return configuration

    def start(self) -> Daemon:
        port = free_port()
        configuration = self.write_configuration(port)
        with open(self.folder / "stderr.log", "wb") as output:
            self.process = subprocess.Popen([self.program, "--config", configuration], stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output, start_new_session=True)
        deadline = time.monotonic() + 30
        while not answers_ping(port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"winnowd did not come up:\n{self.last_words()}")
            time.sleep(0.05)
        self.wait_for_patterns()
        return Daemon("winnow", self.process.pid, port, {})

    def wait_for_patterns(self) -> None:
        """The first start with these rules compiles beside the scanning, and ends with a second generation."""
        deadline = time.monotonic() + 180
        while True:
            log = (self.folder / "winnowd.log").read_text(errors="replace")
            if "being compiled" not in log or "ready version" in log.partition("compiled patterns changed")[2]:
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"the patterns were not compiled:\n{self.last_words()}")
            time.sleep(0.5)

    def last_words(self) -> str:
        text = ""
        for name in ("stderr.log", "winnowd.log"):
            path = self.folder / name
            if path.exists():
                text += path.read_text(errors="replace")[-2000:]
        return text

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers_ping(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def peers_values() -> dict[str, int]:
    text = subprocess.run([str(HERE / "peers.sh"), "env"], check=True, capture_output=True, text=True).stdout
    return {key: int(value) for key, value in (line.split("=", 1) for line in text.splitlines())}


def start_rspamd(variants: list[str]) -> list[Daemon]:
    subprocess.run([str(HERE / "peers.sh"), "start", *variants], check=True)
    values = peers_values()
    helpers = {"dns": values["dns_pid"], "redis": values["redis_pid"]}
    titles = {"default": "rspamd, default", "taught": "rspamd, Bayes taught",
              "lean": "rspamd, no DNS/Bayes"}
    return [Daemon(titles[v], values[f"rspamd_{v}_pid"], values[f"rspamd_{v}_port"], helpers) for v in variants]


def stop_rspamd() -> None:
    subprocess.run([str(HERE / "peers.sh"), "stop"], check=False)


def check_replies(daemon: Daemon, requests: list[bytes]) -> None:
    """Looks at a few replies closely: is this a scan at all? Prints what was found."""
    symbols, actions = 0, {}
    for request in requests:
        head, _, body = request.partition(b"\r\n\r\n")
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
        fields = dict(line.split(": ", 1) for line in head.decode("ascii").split("\r\n")[1:])
        connection.request("POST", "/checkv2", body, fields)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        if reply.status != 200:
            raise BenchError(f"{daemon.name}: status {reply.status}: {text[:300]!r}")
        verdict = json.loads(text)
        missing = {"action", "score", "required_score", "symbols"} - verdict.keys()
        if missing:
            raise BenchError(f"{daemon.name}: the reply lacks {', '.join(sorted(missing))}")
        symbols += len(verdict["symbols"])
        actions[verdict["action"]] = actions.get(verdict["action"], 0) + 1
    print(f"  {daemon.name}: {symbols / len(requests):.1f} symbols a message, actions {actions}", flush=True)
    if symbols == 0:
        raise BenchError(f"{daemon.name} found no symbol in {len(requests)} messages: it does not scan")


def run_wrk(daemon: Daemon, pack: pathlib.Path, seconds: float, connections: int) -> dict:
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{int(seconds + DRAIN_SECONDS + 0.999)}s",
               "--timeout", "60s", "-s", str(HERE / "load.lua"), f"http://127.0.0.1:{daemon.port}/checkv2",
               "--", str(pack), str(daemon.position), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    results = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not results:
        raise BenchError(f"wrk failed on {daemon.name}:\n{done.stdout}{done.stderr}")
    result = json.loads(results[0].removeprefix("RESULT "), strict=False)
    daemon.position += result["started"]
    check_result(daemon, result)
    return result


def check_result(daemon: Daemon, result: dict) -> None:
    if result["bad"]:
        raise BenchError(f"{daemon.name}: {result['bad']} of {result['completed']} replies were not a verdict with "
                         f"status 200; the first: {result['first_bad']}")
    lost = {key: result[key] for key in ("connect", "read", "write", "timeout") if result[key]}
    if lost:
        raise BenchError(f"{daemon.name}: socket errors {lost}")
    if result["completed"] == 0 or result["completed"] != result["started"]:
        raise BenchError(f"{daemon.name}: {result['started']} requests, {result['completed']} replies")


def run_round(daemon: Daemon, pack: pathlib.Path, options) -> dict:
    before = bench_proc.cpu_ms(daemon.pid)
    helpers_before = sum(sum(bench_proc.cpu_ms(pid).values()) for pid in daemon.helpers.values())
    result = run_wrk(daemon, pack, options.seconds, options.connections)
    after = bench_proc.cpu_ms(daemon.pid)
    helpers_after = sum(sum(bench_proc.cpu_ms(pid).values()) for pid in daemon.helpers.values())
    if daemon.pid not in after:
        raise BenchError(f"{daemon.name} died during the round")
    result["cpu_ms"] = sum(after.values()) - sum(before.values())
    result["helpers_ms"] = helpers_after - helpers_before
    spent = {pid: value - before.get(pid, 0) for pid, value in after.items()}
    workers = [pid for pid, value in spent.items() if value >= WORKER_SHARE * result["cpu_ms"]]
    result["workers"] = len(workers)
    result["private_kib"] = max(map(bench_proc.private_kib, workers), default=0)
    return result


def print_table(title: str, daemons: list[Daemon]) -> list[dict]:
    rows = [daemon.totals() for daemon in daemons]
    print(f"\n{title}")
    print(f"{'':22}{'messages':>10}{'msg/s':>9}{'CPU ms/msg':>12}{'(rounds)':>15}{'p50 ms':>8}{'p99 ms':>8}"
          f"{'private MiB':>13}{'scanners':>10}{'helpers ms':>12}")
    for row in rows:
        span = f"{row['cpu_ms_least']:.3f}-{row['cpu_ms_most']:.3f}"
        print(f"{row['name']:22}{row['messages']:>10}{row['messages_per_second']:>9.0f}{row['cpu_ms']:>12.3f}"
              f"{span:>15}{row['p50_ms']:>8.1f}{row['p99_ms']:>8.1f}{row['private_mib']:>13.1f}{row['workers']:>10}"
              f"{row['helpers_ms']:>12.3f}")
    return rows


def print_ratios(rows: list[dict]) -> None:
    winnow = next((row for row in rows if row["name"] == "winnow"), None)
    if winnow is None:
        return
    for row in rows:
        if row is not winnow:
            print(f"{row['name']}: {row['cpu_ms'] / winnow['cpu_ms']:.1f} times winnow's CPU a message, "
                  f"{row['private_mib'] / max(winnow['private_mib'], 0.001):.1f} times its private memory a scanner, "
                  f"{row['messages_per_second'] / winnow['messages_per_second']:.3f} times its messages/s")
    reference = next((row for row in rows if row["name"] == "rspamd, default"), None)
    met = winnow["cpu_ms"] < CPU_TARGET_MS
    if reference is not None:
        met = met or winnow["cpu_ms"] * CPU_TARGET_RATIO < reference["cpu_ms"]
    print(f"CPU below {CPU_TARGET_MS} ms or 1/{CPU_TARGET_RATIO} of rspamd's: {'met' if met else 'MISSED'}; "
          f"below {MEMORY_TARGET_MIB} MiB private a scanner: "
          f"{'met' if winnow['private_mib'] < MEMORY_TARGET_MIB else 'MISSED'}")


def bench_corpus_run(name: str, folders: list[pathlib.Path], daemons: list[Daemon], options) -> dict | None:
    pack = BENCH / "packs" / f"{name}.pack"
    count, mean = bench_corpus.make_pack(folders, pack)
    if count == 0:
        print(f"\n{name}: no material in {', '.join(map(str, folders))}")
        return None
    print(f"\n{name}: {count} messages, mean {mean / 1024:.1f} KiB", flush=True)
    sample = bench_corpus.read_pack(pack, SAMPLE)
    for daemon in daemons:
        daemon.rounds, daemon.position = [], 0
        check_replies(daemon, sample)
        run_wrk(daemon, pack, WARM_UP_SECONDS, options.connections)
    for number in range(options.rounds):
        shift = number % len(daemons)
        for daemon in daemons[shift:] + daemons[:shift]:
            daemon.rounds.append(run_round(daemon, pack, options))
    rows = print_table(f"{name}, {options.connections} connections, {options.rounds} rounds of {options.seconds:g} s, "
                       f"load average now {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", daemons)
    print_ratios(rows)
    return {"corpus": name, "messages": count, "mean_bytes": mean, "rows": rows}


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=10, help="length of a round (default 10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each daemon (default 3)")
    parser.add_argument("--connections", type=int, default=20, help="requests in flight (default 20)")
    parser.add_argument("--only", choices=("winnow", "rspamd"), help="measure one side alone")
    parser.add_argument("--no-rspamd", action="store_true", help="the same as --only winnow")
    parser.add_argument("--no-lean", action="store_true", help="leave out rspamd without DNS checks and Bayes")
    parser.add_argument("--taught", action="store_true", help="also rspamd with Bayes taught 500 messages")
    parser.add_argument("--corpus", choices=("spamassassin", "modern"), action="append", help="default: both")
    parser.add_argument("--scanners", type=int, default=0, help="winnowd's scanners (default 0: one for each core)")
    parser.add_argument("--winnowd", type=pathlib.Path, default=ROOT / "build" / "release" / "winnowd")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file too")
    options = parser.parse_args()
    if options.no_rspamd:
        options.only = "winnow"
    return options


def need_tools(names: list[str]) -> None:
    missing = [name for name in names if shutil.which(name) is None]
    install = ROOT / ".ci" / "install"
    if missing and install.exists():
        subprocess.run([str(install), "bench"], check=True)
        missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise BenchError(f"not installed: {', '.join(missing)}")


def corpora(options) -> dict[str, list[pathlib.Path]]:
    wanted = options.corpus or ["spamassassin", "modern"]
    found = {}
    if "spamassassin" in wanted:
        text = subprocess.run([str(HERE / "fetch-corpora.sh")], check=True, capture_output=True, text=True).stdout
        found["spamassassin"] = [pathlib.Path(text.strip())]
    if "modern" in wanted:
        found["modern"] = [SUITES / "modern" / "spam", SUITES / "modern" / "ham"]
    return found


def run(options) -> None:
    need_tools(["wrk", "npm"] + ([] if options.only == "winnow" else ["cc", "setpriv"]))
    winnow = Winnow(options.winnowd, options.scanners)
    daemons, figures = [], []
    if options.only != "rspamd" and not options.winnowd.exists():
        raise BenchError(f"{options.winnowd} is not built (./run, or --only rspamd)")
    material = corpora(options)
    try:
        if options.only != "winnow":
            daemons += start_rspamd(["default"] + ["taught"] * options.taught + ["lean"] * (not options.no_lean))
            winnow.dns_port = int(peers_values()["dns_port"])
        if options.only != "rspamd":
            daemons.insert(0, winnow.start())
        for name, folders in material.items():
            figure = bench_corpus_run(name, folders, daemons, options)
            if figure:
                figures.append(figure)
    finally:
        winnow.stop()
        if options.only != "winnow":
            stop_rspamd()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


def on_signal(number, _frame):
    raise SystemExit(128 + number)


def main() -> int:
    options = parse_options()
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    try:
        run(options)
    except BenchError as error:
        print(f"scan-bench: FAILED: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"scan-bench: FAILED: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
