#!/usr/bin/env python3
"""Do SpamAssassin's rules hit in Winnow what they hit in SpamAssassin?

  tests/functional/spamassassin_compare.py --winnow build/release/winnow corpus/spamassassin ../shared/suites/modern/ham
  tests/functional/spamassassin_compare.py --winnow build/release/winnow --truth easy-ham-1.jsonl --truth spam-1.jsonl
  tests/functional/spamassassin_compare.py --rules empty/ --site tests/functional/sa_rules corpus

Every PATH (a folder or a message) is a set of its own, asked of spamassassin_oracle.pl and remembered in --cache; every --truth is a file
that spamassassin_oracle.pl wrote.  A hit is a pair of message and rule.  agreement = same / (same + missed + extra).
"""
import argparse
import collections
import concurrent.futures
import datetime
import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
ORACLE = HERE / "spamassassin_oracle.pl"
RULES, SITE = Path("/usr/share/spamassassin"), Path("/etc/spamassassin")
BATCH = 500  # messages per run of winnow
_DEFINES = re.compile(r"^\s*(?:lang\s+\S+\s+)?(?:header|body|rawbody|uri|full|meta|mimeheader|uri_detail|askdns|uri\w*(?:sub|bl)|score|describe|tflags)\s+(\w+)",
                      re.MULTILINE | re.IGNORECASE)
_INCLUDES = re.compile(r"^\s*include\s+(\S+)", re.MULTILINE | re.IGNORECASE)


def rule_names(path):
    """The names that one rule file, and those that it includes, define or score."""
    text = Path(path).read_text(errors="replace")
    names = set(_DEFINES.findall(text))
    for included in _INCLUDES.findall(text):
        if (Path(path).parent / included).is_file():
            names |= rule_names(Path(path).parent / included)
    return names


# What SpamAssassin says ---------------------------------------------------------

class Oracle:
    """SpamAssassin with the rules of two folders; its answers are kept in CACHE by content of message and rules."""

    def __init__(self, rules=RULES, site=SITE, cache=None, jobs=1):
        self.rules, self.site, self.jobs = Path(rules), Path(site), jobs
        self.cache = Path(cache) if cache else None

    def _arguments(self):
        return [str(ORACLE), "--rules", str(self.rules), "--site", str(self.site), "--jobs", str(self.jobs)]

    def _key(self):
        """What the answers depend on beside the message: version, rules, plugins, the oracle itself, and the month (some rules ask for a message's age)."""
        version = subprocess.run([str(ORACLE), "--version"], check=True, stdout=subprocess.PIPE).stdout
        digest = hashlib.sha256(version + ORACLE.read_bytes() + datetime.date.today().strftime("%Y-%m").encode())
        for folder in (self.rules, self.site, SITE):
            for path in sorted(folder.glob("*")):
                if path.suffix in (".cf", ".pre", ".inc") and path.is_file():
                    digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:24]

    def _ask(self, files):
        """One answer per file, in order."""
        done = subprocess.run(self._arguments(), input="".join(f"{path}\n" for path in files).encode(), check=True, stdout=subprocess.PIPE)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if [answer["file"] for answer in answers] != [str(path) for path in files]:
            raise RuntimeError("the oracle did not answer for every file")
        return answers

    def loaded_rules(self):
        """The rules that SpamAssassin has after version, plugin and other conditions: name -> description."""
        done = subprocess.run(self._arguments() + ["--list"], stdin=subprocess.DEVNULL, check=True, stdout=subprocess.PIPE)
        return {rule["name"]: rule for rule in map(json.loads, done.stdout.splitlines())}

    def judge(self, files):
        """{path: answer} for FILES."""
        files = [str(path) for path in files]
        if self.cache is None:
            return dict(zip(files, self._ask(files)))
        store = self.cache / f"{self._key()}.jsonl"
        known = {}
        if store.exists():
            known = {answer["message"]: answer for answer in map(json.loads, store.read_text().splitlines())}
        content = {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in files}
        unknown = [path for path in files if content[path] not in known]
        if unknown:
            fresh = self._ask(unknown)
            for path, answer in zip(unknown, fresh):
                known[content[path]] = answer | {"message": content[path]}
            self.cache.mkdir(parents=True, exist_ok=True)
            with open(store, "a") as sink:
                fcntl.flock(sink, fcntl.LOCK_EX)
                sink.writelines(json.dumps(known[content[path]]) + "\n" for path in unknown if "error" not in known[content[path]])
        return {path: known[content[path]] | {"file": path} for path in files}


def read_truth(path):
    with open(path) as lines:
        return {answer["file"]: answer for answer in map(json.loads, lines)}


# What Winnow says -----------------------------------------------------------------

class Client:
    """The winnow command with SpamAssassin's rules in its configuration."""

    def __init__(self, program, rules=RULES, site=SITE, jobs=1, config=None, settings="", options=(), env=None):
        self.program, self.jobs, self.options = str(program), jobs, list(options)
        self.env = dict(os.environ) | (env or {})
        self.folders = [Path(folder) for folder in (rules, site)]
        self._temporary = None
        self.config = str(config) if config else self._write_config(settings)
        self.names = self._rule_names()
        self.own = self._own_symbols() & self.names

    def _write_config(self, settings):
        self._temporary = tempfile.NamedTemporaryFile("w", suffix=".lua", prefix="winnow-compare-")
        globs = [folder for folder in self.folders if any(folder.glob("*.cf"))]
        files = ", ".join(f'"{folder.resolve()}/*.cf"' for folder in globs)
        self._temporary.write(f'log {{ level = "error" }}\nspamassassin {{ files = {{ {files} }}{", " + settings if settings else ""} }}\n')
        self._temporary.flush()
        return self._temporary.name

    def _rule_names(self):
        """Names that the rule files define or score: only these are compared."""
        return {name for folder in self.folders for path in folder.glob("*.cf") for name in rule_names(path)}

    def command(self, *args):
        return subprocess.run([self.program, *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)

    def _own_symbols(self):
        """Symbols of checks that are not SpamAssassin's: where a rule has such a name, Winnow calls it SA_NAME."""
        lines = [line.split() for line in self.command("rules", "list").stdout.decode(errors="replace").splitlines()]
        return {words[0] for words in lines if words and "spamassassin" not in words[1:4]}

    def unsupported(self):
        """{rule: line} of winnow rules list --unsupported; the rule is the first name on a line that the files define."""
        done = self.command("rules", "list", "--unsupported", "--config", self.config)
        if done.returncode != 0:
            raise RuntimeError(f"winnow rules list --unsupported: {done.stderr.decode(errors='replace')}")
        rules = {}
        for line in done.stdout.decode(errors="replace").splitlines():
            if ": unsupported" not in line: # "waits": a rule that -L switches off as well; "mistake": one that SpamAssassin refuses, too
                continue
            name = next((word for word in re.findall(r"\w+", line) if word in self.names), None)
            if name:
                rules[name] = line
        return rules

    def rules_of(self, answer):
        """{rule: score} of one answer of winnow rules test --json."""
        rules = {}
        for symbol, value in answer["symbols"].items():
            if symbol.startswith("SA_") and symbol[3:] in self.names:
                symbol = symbol[3:]
            elif symbol not in self.names or symbol in self.own:
                continue
            rules[symbol] = value.get("score", 0) if isinstance(value, dict) else value
        return rules

    def _batch(self, files):
        args = ["rules", "test", "--json", "--config", self.config, *self.options, *files]
        done = self.command(*args)
        answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
        for answer in answers:
            answer["subtests"] = {name: count for name, count in answer["spamassassin"].items() if name.startswith("__")}
        if not answers or done.returncode < 0:
            print(f"winnow ended with {done.returncode} after {len(answers)} of {len(files)} messages:\n{done.stderr.decode(errors='replace')[-2000:]}",
                  file=sys.stderr)
        return answers

    def judge(self, files):
        """{path: answer} for FILES; a message without answer is missing."""
        files = [str(path) for path in files]
        size = max(1, min(BATCH, -(-len(files) // self.jobs)))
        batches = [files[i:i + size] for i in range(0, len(files), size)]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return {answer["file"]: answer for answers in pool.map(self._batch, batches) for answer in answers}


# Comparison -------------------------------------------------------------------------

class Tally:
    """Same, missed and extra hits, in all and by rule."""

    def __init__(self):
        self.same, self.missed, self.extra = (collections.Counter() for _ in range(3))
        self.messages = self.alike = self.unanswered = self.scored_alike = 0
        self.example = {}
        self.counts = collections.defaultdict(list)
        self.failed = []

    def add(self, path, truth, ours):
        """TRUTH and OURS: names of rules that hit in one message."""
        self.messages += 1
        self.alike += truth == ours
        self.same.update(truth & ours)
        self.missed.update(truth - ours)
        self.extra.update(ours - truth)
        for name in truth - ours:
            self.example.setdefault((name, "missed"), path)
        for name in ours - truth:
            self.example.setdefault((name, "extra"), path)

    @property
    def totals(self):
        return self.same.total(), self.missed.total(), self.extra.total()

    @property
    def agreement(self):
        same, missed, extra = self.totals
        return same / (same + missed + extra) if same + missed + extra else 1.0

    def merge(self, other):
        for name in ("same", "missed", "extra"):
            getattr(self, name).update(getattr(other, name))
        for name in ("messages", "alike", "unanswered", "scored_alike"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.example = other.example | self.example
        for rule, differences in other.counts.items():
            self.counts[rule] += differences
        self.failed += other.failed
        return self

    def worst(self):
        """[(rule, same, missed, extra)], worst first."""
        rules = set(self.missed) | set(self.extra)
        rows = [(rule, self.same[rule], self.missed[rule], self.extra[rule]) for rule in rules]
        return sorted(rows, key=lambda row: (-row[2] - row[3], row[0]))

    def line(self, name):
        same, missed, extra = self.totals
        return (f"{name:<24} {self.messages:>8} {same + missed:>9} {same:>9} {missed:>8} {extra:>8}  {100 * self.agreement:>8.3f} %"
                f"  {100 * self.alike / max(1, self.messages):>7.2f} %")

    def describe(self, worst=10):
        """For a failed test."""
        rows = [f"  {rule}: same {same}, missed {missed}, extra {extra}; {self.where(rule)}" for rule, same, missed, extra in self.worst()[:worst]]
        return "\n".join([f"agreement {self.agreement:.4f}: same %d, missed %d, extra %d" % self.totals, *rows])

    def where(self, rule):
        return " ".join(f"{kind} in {self.example[rule, kind]}" for kind in ("missed", "extra") if (rule, kind) in self.example)


def differing_counts(truth, ours):
    """{rule: (SpamAssassin's value, ours)} where both hit but not as often."""
    return {name: (truth[name], ours[name]) for name in truth.keys() & ours.keys() if truth[name] != ours[name]}


def compare(truths, answers, client, subtests=False, only=None, each=None):
    """One Tally over {path: truth} and {path: answer of winnow}.  EACH: called with path, missed, extra of every message that differs."""
    tally = Tally()
    for path, truth in truths.items():
        if "error" in truth:
            tally.failed.append((path, truth["error"]))
            continue
        answer = answers.get(path)
        if answer is None:
            tally.unanswered += 1
            answer = {"symbols": {}}
        scores = client.rules_of(answer)
        expected, ours = dict(truth["tests"]), dict.fromkeys(scores, 1)
        if subtests:
            expected |= truth["subtests"]
            ours |= answer.get("subtests", {})
            for rule, values in differing_counts(truth["subtests"], answer.get("subtests", {})).items():
                tally.counts[rule].append((path, *values))
        names, got = set(expected), set(ours)
        if only:
            names, got = names & only, got & only
        tally.add(path, names, got)
        tally.scored_alike += abs(sum(scores.values()) - truth["score"]) < 0.0051
        if each and names != got:
            each(path, sorted(names - got), sorted(got - names))
    return tally


# The command ---------------------------------------------------------------------------

def messages_in(path):
    path = Path(path)
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".json")


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="folder with messages, or a message")
    add("--truth", action="append", default=[], metavar="FILE", help="what spamassassin_oracle.pl wrote")
    add("--winnow", default=str(REPO / "build/release/winnow"), help="the program (default build/release/winnow)")
    add("--config", help="Winnow's configuration (default: one that loads the rules of both folders)")
    add("--settings", default="", help='more settings of the block spamassassin, such as "score_set = 0"')
    add("--option", action="append", default=[], help="one more option for winnow rules test")
    add("--rules", default=str(RULES), help=f"folder with stock rules (default {RULES})")
    add("--site", default=str(SITE), help=f"folder with the site's rules (default {SITE})")
    add("--cache", default=str(REPO / "build/spamassassin-truth"), help="where SpamAssassin's answers are kept (default build/spamassassin-truth)")
    add("--jobs", type=int, default=1, help="processes of SpamAssassin and of Winnow")
    add("--limit", type=int, help="at most so many messages of each set, spread over it")
    add("--subtests", action="store_true", help="compare the __RULES as well")
    add("--rules-only", nargs="+", metavar="NAME", help="compare these rules alone")
    add("--worst", type=int, default=30, metavar="N", help="how many rules the table shows (default 30; 0: all)")
    add("--each", action="store_true", help="print what differs, message by message")
    add("--json", metavar="FILE", help="write the result for programs")
    add("--at-least", type=float, metavar="SHARE", help="exit with 1 below this agreement, such as 0.98")
    args = parser.parse_args(argv)
    if not args.paths and not args.truth:
        parser.error("nothing to compare: give a PATH or --truth")
    if args.jobs < 1:
        parser.error("--jobs must be at least 1")
    return args


def spread(items, limit):
    """At most LIMIT of ITEMS, evenly taken."""
    if not limit or len(items) <= limit:
        return items
    return [items[i * len(items) // limit] for i in range(limit)]


def sets_of(args):
    """Yields (name, {path: truth})."""
    for path in args.truth:
        truth = read_truth(path)
        yield Path(path).stem, {file: truth[file] for file in spread(list(truth), args.limit)}
    oracle = Oracle(args.rules, args.site, args.cache, args.jobs)
    for path in args.paths:
        name = "/".join(Path(path).resolve().parts[-2:])
        yield name, oracle.judge(spread(messages_in(path), args.limit))


def print_worst(tally, limit):
    rows = tally.worst()
    shown = rows[:limit or None]
    if not shown:
        return
    print(f"\n{'rule':<40} {'hits':>7} {'same':>7} {'missed':>7} {'extra':>7}  example")
    for rule, same, missed, extra in shown:
        print(f"{rule:<40} {same + missed:>7} {same:>7} {missed:>7} {extra:>7}  {tally.where(rule)}")
    if len(rows) > len(shown):
        print(f"... and {len(rows) - len(shown)} more rules; --worst 0 shows all")


def print_counts(tally, limit):
    rows = sorted(tally.counts.items(), key=lambda row: (-len(row[1]), row[0]))
    if rows:
        print(f"\n{'hits, but not as often':<40} {'messages':>8}  example: SpamAssassin, Winnow")
    for rule, differences in rows[:limit or None]:
        path, theirs, ours = differences[0]
        print(f"{rule:<40} {len(differences):>8}  {path}: {theirs}, {ours}")


def print_each(path, missed, extra):
    print(path)
    for sign, names in (("-", missed), ("+", extra)):
        if names:
            print(f"  {sign} {' '.join(names)}")


def report(tally, sets, args):
    for name, part in sets:
        print(part.line(name))
    if len(sets) != 1:
        print(tally.line("all"))
    if tally.unanswered:
        print(f"\nWinnow gave no answer for {tally.unanswered} messages.")
    for path, error in tally.failed[:5]:
        print(f"\nSpamAssassin failed on {path}: {error}")
    print(f"\nThe sum of the rules' scores is SpamAssassin's in {100 * tally.scored_alike / max(1, tally.messages):.2f} % of the messages.")
    print_worst(tally, args.worst)
    print_counts(tally, args.worst)


def write_json(tally, sets, path):
    def numbers(part):
        same, missed, extra = part.totals
        return {"messages": part.messages, "same": same, "missed": missed, "extra": extra, "agreement": part.agreement}
    rules = {rule: {"same": same, "missed": missed, "extra": extra} for rule, same, missed, extra in tally.worst()}
    Path(path).write_text(json.dumps(numbers(tally) | {"sets": {name: numbers(part) for name, part in sets}, "rules": rules}, indent=1) + "\n")


def main(argv=None):
    args = arguments(argv)
    client = Client(args.winnow, args.rules, args.site, args.jobs, args.config, args.settings, args.option)
    only = set(args.rules_only) if args.rules_only else None
    tally, sets = Tally(), []
    for name, truths in sets_of(args):
        answers = client.judge(truths)
        part = compare(truths, answers, client, args.subtests, only, print_each if args.each else None)
        sets.append((name, part))
        tally.merge(part)
    print(f"{'set':<24} {'messages':>8} {'SA hits':>9} {'same':>9} {'missed':>8} {'extra':>8}  {'agreement':>10}  {'alike':>9}")
    report(tally, sets, args)
    if args.json:
        write_json(tally, sets, args.json)
    if args.at_least is not None and (tally.agreement < args.at_least or tally.messages == 0):
        print(f"\nagreement {tally.agreement:.4f} is below {args.at_least}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
