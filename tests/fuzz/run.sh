#!/bin/sh
# run.sh SECONDS [NAME...]: builds the harnesses with libFuzzer and runs each for that long, starting from its seeds. Findings stay in build/fuzz.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
CC=clang cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DWINNOW_SANITIZE=ON -DWINNOW_FUZZ=ON >/dev/null
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's|.*/fuzz_||; s|\.c$||')
for name in "$@"; do
	ninja -C build/fuzz "fuzz_$name" >/dev/null
	mkdir -p "build/fuzz/corpus/$name"
	echo "fuzzing $name for $seconds s"
	build/fuzz/tests/"fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
		-artifact_prefix="build/fuzz/finding-$name-" "build/fuzz/corpus/$name" "corpus/fuzz/$name"
done
