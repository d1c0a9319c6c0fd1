#!/bin/sh
# tidy.sh BUILD: clang-tidy over src/ with the rules of .clang-tidy and the compile commands of that build folder. Silent when there is nothing to say.
set -u
cd "$(dirname "$0")/.."
find src -name '*.c' | sort | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$1" 2>/dev/null
