#!/usr/bin/env python3
"""Recall and false positives of checks and rules over folders whose kind is known, in all and by symbol, with 95 % Wilson intervals.

    tests/bench/rule-quality.py --spam DIR [--spam DIR ...] --ham DIR [--ham DIR ...] [--tag 6] [--junk 8] [--reject 15]
        [--winnow build/release/winnow] [--config FILE] [--split] [--symbols N] [--worst N] [--json FILE]

Every folder is read with everything below it; a name before the folder (modern=DIR) is shown instead of its last part. --split shows two halves of
each spam folder, drawn by a hash of the file name: rules are written looking at "first", and "second" tells what they are worth.
Nothing is learned and nothing asked of the network: `winnow scan --local`.
"""
import argparse
import collections
import hashlib
import json
import math
import pathlib
import subprocess
import sys

CHUNK = 250


def wilson(hits, n, z=1.96):
    """95 % interval of a share, in per cent."""
    if n == 0:
        return 0.0, 100.0
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half))


def share(hits, n):
    low, high = wilson(hits, n)
    return f"{hits:6d} {100 * hits / n if n else 0:6.2f} %  [{low:5.2f}, {high:5.2f}]"


def files_below(folder):
    files = sorted(str(p) for p in pathlib.Path(folder).rglob("*") if p.is_file() and p.suffix != ".env")
    if not files:
        sys.exit(f"{folder}: no files")
    return files


def scan(options, files):
    """One result per file, in order of the program's output."""
    results = []
    for at in range(0, len(files), CHUNK):
        command = [options.winnow, "scan", "--local", "--json"]
        if options.config:
            command += ["--config", options.config]
        done = subprocess.run(command + files[at:at + CHUNK], capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if len(lines) != len(files[at:at + CHUNK]):
            sys.exit(f"{options.winnow}: {len(lines)} results for {len(files[at:at + CHUNK])} files: {done.stderr[-400:]}")
        results += [json.loads(line) for line in lines]
    return results


def known_symbols(options):
    """Names and scores of all checks and rules, for those that never hit; empty when the program cannot list them."""
    command = [options.winnow, "rules", "list", "--markdown"] + (["--config", options.config] if options.config else [])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    known = {}
    for line in done.stdout.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[1].startswith("`"):
            known[cells[1].strip("`")] = cells[2]
    return known


def first_half(path):
    return hashlib.sha1(pathlib.Path(path).name.encode()).digest()[0] % 2 == 0


class Folder:
    def __init__(self, text, kind):
        name, equals, path = text.partition("=")
        self.kind = kind
        self.path = path if equals else text
        self.name = name if equals else "/".join(pathlib.Path(text).parts[-2:])
        self.results = []


def print_sets(options, folders):
    print(f"{'set':34} {'mails':>6}   tagged >= {options.tag:g}{'':17} junk >= {options.junk:g}{'':18} refused >= {options.reject:g}")
    for folder in folders:
        parts = [(folder.name, folder.results)]
        if options.split and folder.kind == "spam":
            parts += [("  first half", [r for r in folder.results if first_half(r["file"])]), ("  second half", [r for r in folder.results if not first_half(r["file"])])]
        for name, results in parts:
            cells = [share(sum(r["score"] >= limit - 1e-9 for r in results), len(results)) for limit in (options.tag, options.junk, options.reject)]
            print(f"{folder.kind:4} {name:29} {len(results):6d}  " + "  ".join(cells))
    for kind in ("spam", "ham"):
        every = [r for folder in folders if folder.kind == kind for r in folder.results]
        if every:
            print(f"{kind:4} {'in all':29} {len(every):6d}  " + "  ".join(share(sum(r["score"] >= limit - 1e-9 for r in every), len(every)) for limit in (options.tag, options.junk, options.reject)))


def print_symbols(options, spam, ham):
    hits = {"spam": collections.Counter(), "ham": collections.Counter(), "tagged": collections.Counter()}
    weight = {}
    for kind, results in (("spam", spam), ("ham", ham)):
        for result in results:
            for name, symbol in result["symbols"].items():
                hits[kind][name] += 1
                weight[name] = max(weight.get(name, symbol["score"]), symbol["score"])
                if kind == "ham" and result["score"] >= options.tag:
                    hits["tagged"][name] += 1
    names = sorted(weight, key=lambda name: (-hits["spam"][name], hits["ham"][name], name))
    print(f"\n{'symbol':36} {'score':>6}  {'in spam':32}  {'in ham':32}  in tagged ham")
    for name in names[:options.symbols or None]:
        print(f"{name:36} {weight[name]:6.2f}  {share(hits['spam'][name], len(spam)):32}  {share(hits['ham'][name], len(ham)):32}  {hits['tagged'][name] or ''}")
    never = sorted(set(known_symbols(options)) - set(weight))
    print(f"\n{len(never)} symbols that hit nothing here: {' '.join(never)}")


def print_worst(options, folders):
    for folder in folders:
        if folder.kind == "ham":
            for result in sorted(folder.results, key=lambda r: -r["score"])[:options.worst]:
                if result["score"] >= options.tag / 2:
                    symbols = " ".join(f"{name}={s['score']:g}" for name, s in result["symbols"].items() if s["score"] != 0)
                    print(f"{'TAGGED' if result['score'] >= options.tag - 1e-9 else '      '} {result['score']:5.2f} {folder.name} {pathlib.Path(result['file']).name}: {symbols}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spam", action="append", default=[], metavar="[NAME=]DIR")
    parser.add_argument("--ham", action="append", default=[], metavar="[NAME=]DIR")
    parser.add_argument("--tag", type=float, default=6)
    parser.add_argument("--junk", type=float, default=8)
    parser.add_argument("--reject", type=float, default=15)
    parser.add_argument("--winnow", default=str(pathlib.Path(__file__).resolve().parents[2] / "build/release/winnow"))
    parser.add_argument("--config")
    parser.add_argument("--split", action="store_true", help="show two halves of the spam")
    parser.add_argument("--symbols", type=int, default=0, help="how many symbols to print (0: all)")
    parser.add_argument("--worst", type=int, default=10, help="how many of the highest ham of each folder to print")
    parser.add_argument("--json", help="file for the results as they came")
    options = parser.parse_args()
    folders = [Folder(d, "spam") for d in options.spam] + [Folder(d, "ham") for d in options.ham]
    if not folders:
        parser.error("no folder given")
    for folder in folders:
        folder.results = scan(options, files_below(folder.path))
    print_sets(options, folders)
    spam, ham = ([r for f in folders if f.kind == kind for r in f.results] for kind in ("spam", "ham"))
    print_symbols(options, spam, ham)
    print()
    print_worst(options, folders)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            for folder in folders:
                for result in folder.results:
                    out.write(json.dumps({"set": folder.name, "kind": folder.kind, **result}) + "\n")


if __name__ == "__main__":
    main()
