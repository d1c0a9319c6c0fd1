#!/usr/bin/env python3
"""How good the learned model is, and bogofilter's in the same runs: splits, a chronological split, streams, noise, imbalance.

    tests/bench/model-quality.py                        # everything, SpamAssassin public corpus
    tests/bench/model-quality.py --splits 5 --no-bogofilter
    tests/bench/model-quality.py --corpus DIR           # folders with "spam" or "ham" in their names

Splits: by the first hex digit of each file's MD5 (below 8 trains); N random halves, near-duplicates on one side; the older half against the newer. What
is learned comes in random order (the same in every run). Streams: judged, then learned, over the whole corpus. bogofilter: Debian's, unpacked
privately into build/bench/debs (WINNOW_BENCH_DIR), default configuration. One process at a time.
"""
import argparse
import collections
import email.utils
import hashlib
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = pathlib.Path(os.environ.get("WINNOW_BENCH_DIR", ROOT / "build" / "bench"))
RATES = (0, 0.001, 0.005, 0.01)
SKETCH = 24  # lowest hashes of a message's shingles
WORD = re.compile(rb"[a-z0-9]+")
RECEIVED_DATE = re.compile(rb"^received:[^\n]*(?:\n[ \t][^\n]*)*?;([^\n;]*(?:\n[ \t][^\n]*)?)$", re.I | re.M)

Mail = collections.namedtuple("Mail", "path spam digest date sketch")


def sketch_of(raw):
    """Bottom-k sketch of the body's shingles of five words; digits are alike."""
    body = raw.partition(b"\n\n")[2].lower()
    words = WORD.findall(re.sub(rb"[0-9]+", b"0", re.sub(rb"<[^>]*>", b" ", body)))[:3000]
    shingles = {hash_of(b" ".join(words[i:i + 5])) for i in range(max(1, len(words) - 4))}
    return sorted(shingles)[:SKETCH]


def hash_of(data):
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def date_of(raw):
    """Of the topmost Received field, which our side wrote; else of Date."""
    head = raw.partition(b"\n\n")[0]
    for found in (RECEIVED_DATE.search(head), re.search(rb"^date:([^\n]*)$", head, re.I | re.M)):
        if found:
            parsed = email.utils.parsedate_tz(found.group(1).decode("latin-1").replace("\n", " ").strip())
            if parsed:
                return email.utils.mktime_tz(parsed)
    return 0


def read_corpus(folder):
    mails = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        where = str(path.parent.relative_to(folder)).lower()
        if "spam" not in where and "ham" not in where:
            continue
        raw = path.read_bytes().replace(b"\r\n", b"\n")
        mails.append(Mail(path, "spam" in where, hashlib.md5(path.read_bytes()).hexdigest(), date_of(raw), sketch_of(raw)))
    return mails


def clusters_of(mails):
    """The cluster of each mail: those that share half of their sketches belong together, transitively."""
    parent = list(range(len(mails)))

    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    holders = collections.defaultdict(list)
    for i, mail in enumerate(mails):
        shared = collections.Counter(j for value in mail.sketch for j in holders[value][:50])
        for j, n in shared.items():
            if 2 * n >= min(len(mail.sketch), len(mails[j].sketch)):
                parent[find(i)] = find(j)
        for value in mail.sketch:
            holders[value].append(i)
    return [find(i) for i in range(len(mails))]


def measure(scored):
    """(1-AUC)% and recall at RATES in percent, from (score, spam)."""
    scored = sorted(scored, key=lambda row: -row[0])
    spam = sum(1 for _, is_spam in scored if is_spam)
    ham = len(scored) - spam
    false, true, above, recall, i = 0, 0, 0.0, [0.0] * len(RATES), 0
    while i < len(scored):
        j, h, s = i, 0, 0
        while j < len(scored) and scored[j][0] == scored[i][0]:
            h, s, j = h + (not scored[j][1]), s + scored[j][1], j + 1
        above += h * (spam - true - s / 2)
        false, true, i = false + h, true + s, j
        for r, rate in enumerate(RATES):
            if false <= rate * ham:
                recall[r] = 100 * true / spam
    return [100 * above / (ham * spam)] + recall


class Winnow:
    name = "winnow"

    def __init__(self, program, work):
        self.program, self.work = program, work

    def _list(self, name, rows):
        path = self.work / name
        path.write_text("".join(f"{'spam' if spam else 'ham'} {mail.path}\n" for mail, spam in rows))
        return str(path)

    def _run(self, *args):
        done = subprocess.run([self.program, "evaluate", "--json", *args], stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    @staticmethod
    def _figures(result):
        return [100 * result["area_above"]] + [100 * result[f"recall_{rate}"] for rate in RATES]

    def split(self, train, test):
        """train: (mail, label); test: mails."""
        return self._figures(self._run("--train", self._list("train", train), "--test", self._list("test", [(m, m.spam) for m in test])))

    def stream(self, mails, feedback):
        result = self._run("--index", self._list("index", [(m, m.spam) for m in mails]), "--feedback", feedback)
        return self._figures(result), result


class Bogofilter:
    name = "bogofilter"

    def __init__(self, tree, work):
        self.program = str(tree / "usr" / "bin" / "bogofilter-bdb")
        self.work = work
        self.env = dict(os.environ, LD_LIBRARY_PATH=":".join(str(p) for p in (tree / "usr" / "lib").glob("*-linux-gnu")))

    def _run(self, home, flags, paths):
        return subprocess.run([self.program, "-C", "-d", str(home), *flags, "-b"], input="\n".join(map(str, paths)) + "\n", text=True,
                              stdout=subprocess.PIPE, env=self.env).stdout

    def split(self, train, test):
        with tempfile.TemporaryDirectory(dir=self.work) as home:
            self._run(home, ["-s"], [mail.path for mail, spam in train if spam])
            self._run(home, ["-n"], [mail.path for mail, spam in train if not spam])
            out = self._run(home, ["-v"], [mail.path for mail in test])
        scores = re.findall(r"^(\S+) .*?spamicity=([0-9.]+)", out, re.M)
        if len(scores) != len(test):
            raise SystemExit(f"bogofilter judged {len(scores)} of {len(test)} mails")
        spam = {str(mail.path): mail.spam for mail in test}
        return measure([(float(score), spam[path]) for path, score in scores])


def bogofilter_tree():
    sys.path.insert(0, str(ROOT / "tests" / "functional"))
    import packages
    trees = [packages.fetch(BENCH / "debs", name) for name in ("bogofilter-bdb", "libdb5.3", "libgsl27", "libgslcblas0")]
    merged = BENCH / "debs" / "bogofilter-tree"
    merged.mkdir(exist_ok=True)
    for tree in trees:
        subprocess.run(["cp", "-a", f"{tree}/.", str(merged)], check=True)
    return merged


def split_random(mails, clusters, seed):
    rng = random.Random(seed)
    side = {c: rng.random() < 0.5 for c in sorted(set(clusters))}
    train = [m for m, c in zip(mails, clusters) if side[c]]
    test = [m for m, c in zip(mails, clusters) if not side[c]]
    rng.shuffle(train)
    return train, test


def row(title, figures):
    """Mean, and the interval that holds nine of ten runs when there are several."""
    cells = []
    for values in zip(*figures):
        mean = statistics.fmean(values)
        values = sorted(values)
        cut = len(values) // 20
        cells.append(f"{mean:.4g}" + (f" ({values[cut]:.4g}-{values[-1 - cut]:.4g})" if len(values) > 1 else ""))
    print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


def labelled(mails):
    return [(m, m.spam) for m in mails]


def noisy(mails, share, seed):
    rng = random.Random(seed)
    return [(m, m.spam != (rng.random() < share)) for m in mails]


def unbalanced(mails, spam, keep):
    """One of "keep" of a class stays."""
    kept, n = [], 0
    for m in mails:
        n += m.spam == spam
        if m.spam != spam or n % keep == 0:
            kept.append(m)
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--winnow", default=os.environ.get("WINNOW", str(ROOT / "build" / "release" / "winnow")))
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--no-bogofilter", action="store_true")
    parser.add_argument("--quick", action="store_true", help="MD5 split, random splits, shuffled stream alone")
    args = parser.parse_args()
    corpus = args.corpus or pathlib.Path(subprocess.run([ROOT / "tests/bench/fetch-corpora.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
    mails = read_corpus(corpus)
    clusters = clusters_of(mails)
    with tempfile.TemporaryDirectory(prefix="winnow-quality-") as work:
        work = pathlib.Path(work)
        winnow = Winnow(args.winnow, work)
        learners = [winnow] + ([] if args.no_bogofilter else [Bogofilter(bogofilter_tree(), work)])
        print(f"{len(mails)} mails, {sum(m.spam for m in mails)} spam, {len(set(clusters))} clusters of near-duplicates\n")
        print("| | (1-AUC)% | recall at 0 | at 0.1 % | at 0.5 % | at 1 % |\n|---|---|---|---|---|---|")
        by_md5 = [m for m in mails if int(m.digest[0], 16) < 8]
        rest = [m for m in mails if int(m.digest[0], 16) >= 8]
        orders = [random.Random(seed).sample(by_md5, len(by_md5)) for seed in range(5)]
        by_date = sorted(mails, key=lambda m: m.date)
        old, new = by_date[:len(mails) // 2], by_date[len(mails) // 2:]
        halves = [split_random(mails, clusters, seed) for seed in range(args.splits)]
        for learner in learners:
            row(f"{learner.name}: MD5 split{', 5 orders' if learner is winnow else ''}", [learner.split(labelled(o), rest) for o in (orders if learner is winnow else orders[:1])])
            row(f"{learner.name}: {args.splits} random splits", [learner.split(labelled(train), test) for train, test in halves])
            if args.quick:
                continue
            row(f"{learner.name}: older half, newer half", [learner.split(labelled(old), new)])
            row(f"{learner.name}: 5 % of the labels wrong", [learner.split(noisy(train, 0.05, i), test) for i, (train, test) in enumerate(halves[:5])])
            row(f"{learner.name}: one spam of 10", [learner.split(labelled(unbalanced(train, True, 10)), test) for train, test in halves[:5]])
            row(f"{learner.name}: one ham of 20", [learner.split(labelled(unbalanced(train, False, 20)), test) for train, test in halves[:5]])
            row(f"{learner.name}: first 60 of the training half", [learner.split(labelled(train[:60]), test) for train, test in halves[:5]])
        shuffled = [random.Random(seed).sample(mails, len(mails)) for seed in range(5)]
        for feedback in ("immediate",) if args.quick else ("immediate", "delayed:500"):
            row(f"winnow: stream, shuffled, feedback {feedback}", [winnow.stream(s, feedback)[0] for s in shuffled])
        figures, result = winnow.stream(by_date, "immediate")
        row("winnow: stream, by date", [figures])
        print(f"\nCPU ms per message: {result['judge_ms']:.4f} features and verdict, {result['learn_ms']:.4f} learning; {result['features']:.0f} features")


if __name__ == "__main__":
    main()
