#!/usr/bin/env python3
"""What SpamAssassin's stock rules cost per message: in Winnow (with them less without them), and in Debian's SpamAssassin (-L, no Bayes), CPU time of the whole process less that of
loading, interleaved.

    tests/bench/spamassassin-bench.py [--winnow build/release/winnow] [--state FOLDER] [--rounds 3] FOLDER...

FOLDER: mails. The state folder holds compiled prefilters: start winnowd once with `server { state = FOLDER }` and the same rule files, until its log says "compiled patterns changed"; without
it the figures are those of PCRE2 alone.
"""
import argparse
import os
import resource
import subprocess
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
ORACLE = REPO / "tests/functional/spamassassin_oracle.pl"
FILES = 'spamassassin { files = { "/usr/share/spamassassin/*.cf", "/etc/spamassassin/*.cf" } }\n'


def cpu(command, text=None):
    """CPU seconds of a command with all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, input=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def winnow(program, config, files):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as f:
        f.write(config)
        f.flush()
        return cpu([program, "scan", "--local", "--json", "--config", f.name, *files])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--winnow", default=str(REPO / "build/release/winnow"))
    parser.add_argument("--state", default="", help="state folder of a daemon that has compiled the patterns")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=400, help="mails, spread over the folders")
    parser.add_argument("--spamd", type=int, default=40, help="mails that SpamAssassin itself is given")
    options = parser.parse_args()
    files = sorted(str(path) for folder in options.folders for path in Path(folder).rglob("*") if path.is_file() and path.suffix != ".json")
    files = files[::max(1, len(files) // options.limit)][:options.limit]
    few = files[::max(1, len(files) // options.spamd)][:options.spamd]
    base = f'log {{ level = "error" }}\nserver {{ state = "{os.path.abspath(options.state)}" }}\n' if options.state else 'log { level = "error" }\nrules { prefilter = false }\n'
    best = {}
    for _ in range(options.rounds):
        for name, config in (("without", base), ("with", base + FILES)):
            cost = (winnow(options.winnow, config, files) - winnow(options.winnow, config, files[:1])) / max(1, len(files) - 1)
            best[name] = min(best.get(name, 1e9), cost)
    # One process a message would load nothing anew, but fork: the difference of two numbers of mails leaves out what loading costs.
    half = few[:len(few) // 2]
    spamd = (cpu([str(ORACLE), "--chunk", "1000"], "\n".join(few).encode()) - cpu([str(ORACLE), "--chunk", "1000"], "\n".join(half).encode())) / max(1, len(few) - len(half))
    print(f"{len(files)} mails, mean {sum(os.path.getsize(f) for f in files) / len(files) / 1024:.1f} KiB; CPU ms per message, best of {options.rounds} rounds")
    print(f"  Winnow without SpamAssassin's rules   {best['without'] * 1000:8.3f}")
    print(f"  Winnow with them                      {best['with'] * 1000:8.3f}   {(best['with'] - best['without']) * 1000:+.3f}")
    print(f"  SpamAssassin itself                   {spamd * 1000:8.1f}")


if __name__ == "__main__":
    main()
