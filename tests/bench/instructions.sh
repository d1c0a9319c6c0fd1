#!/bin/bash
# Instructions a message costs in the pipeline itself: `winnow scan --local` under callgrind with N messages, and with
# the same ones twice; the difference leaves start-up out. Hardly any noise, so it shows changes of a percent. Then the hottest functions by
# callgrind, and by perf where the kernel allows it.
#
#   instructions.sh [-n N] [-c spamassassin|modern] [-f FUNCTIONS]     N: 200, functions: 25
#
# WINNOW: the program (build/release/winnow). WINNOW_BENCH_DIR, WINNOW_SUITES: as for scan-bench.py.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bench=${WINNOW_BENCH_DIR:-$root/build/bench}
suites=${WINNOW_SUITES:-$root/../shared/suites}
winnow=${WINNOW:-$root/build/release/winnow}
count=200 corpus=spamassassin functions=25

while getopts n:c:f: option; do
    case $option in
    n) count=$OPTARG ;;
    c) corpus=$OPTARG ;;
    f) functions=$OPTARG ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done
die() { echo "instructions: $*" >&2; exit 1; }

[ -x "$winnow" ] || die "$winnow is not built (./run)"
if ! command -v valgrind >/dev/null && [ -x "$root/.ci/install" ]; then
    "$root/.ci/install" bench
fi
command -v valgrind >/dev/null || die "valgrind is not installed"
case $corpus in
spamassassin) folders=("$("$here/fetch-corpora.sh")") ;;
modern) folders=("$suites/modern/spam" "$suites/modern/ham") ;;
*) die "no corpus $corpus" ;;
esac

work=$bench/instructions
mkdir -p "$work"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here python3 - "$count" "${folders[@]}" >"$work/files" <<'PY'
import pathlib, sys
import bench_corpus
for path in bench_corpus.ordered_files([pathlib.Path(name) for name in sys.argv[2:]])[: int(sys.argv[1])]:
    print(path)
PY
mapfile -t files <"$work/files"
[ ${#files[@]} -eq "$count" ] || die "only ${#files[@]} messages in $corpus, $count wanted"

# Exit status says the worst verdict only on request; anything but 0 is a failure here.
scan() { # PREFIX... -- FILES...
    local prefix=()
    while [ "$1" != -- ]; do prefix+=("$1"); shift; done
    shift
    "${prefix[@]}" "$winnow" scan --local --json "$@" >"$work/verdicts" 2>"$work/stderr" ||
        { tail -n 20 "$work/stderr" >&2; die "scan failed"; }
    [ "$(grep -c . "$work/verdicts")" -eq $# ] || die "$# messages, $(grep -c . "$work/verdicts") verdicts"
}

# Sum over the processes: a pipeline that forks writes one profile each.
instructions() { # NAME FILES...
    local name=$1
    shift
    rm -f "$work/$name".*
    scan valgrind --tool=callgrind --trace-children=yes --callgrind-out-file="$work/$name.%p" -- "$@"
    awk '/^(summary|totals):/ && !seen[FILENAME]++ { sum += $2 } END { printf "%.0f\n", sum }' "$work/$name".*
}

echo "instructions: $count messages of $corpus under callgrind" >&2
single=$(instructions single "${files[@]}")
double=$(instructions double "${files[@]}" "${files[@]}")
echo "instructions per message: $(((double - single) / count)) (start-up $((2 * single - double)))"

echo
echo "hottest functions (callgrind, $((2 * count)) scans and start-up)"
profile=$(find "$work" -name 'double.*' -printf '%s %p\n' | sort -rn | head -n 1 | cut -d' ' -f2)
callgrind_annotate --auto=no --show-percs=yes "$profile" 2>/dev/null | grep -E '^ *[0-9,]+ +\( *[0-9.]+%\)' |
    head -n "$functions" | cut -c1-150

echo
if perf record -q -F 4999 -o "$work/perf.data" true >/dev/null 2>&1; then
    echo "hottest functions (perf, the same messages twenty times)"
    repeated=()
    for _ in {1..20}; do repeated+=("${files[@]}"); done
    scan perf record -q -F 4999 -o "$work/perf.data" -- "${repeated[@]}"
    perf report -i "$work/perf.data" --stdio --sort dso,symbol 2>/dev/null | grep -E '^ +[0-9.]+%' |
        head -n "$functions" | cut -c1-150 || true
else
    echo "perf does not work here (kernel.perf_event_paranoid, or no counters): callgrind only"
fi
