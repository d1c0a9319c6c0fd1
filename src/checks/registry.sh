#!/bin/sh
# registry.sh OUTPUT SOURCE...: one descriptor per source file, in the order of their names.
set -eu
out=$1
shift
mkdir -p "$(dirname "$out")"
names=$(for f in "$@"; do case $f in *_check.c) basename "$f" _check.c ;; esac; done | sort)
{
	echo '/* Made by src/checks/registry.sh from the folder. */'
	echo '#include "checks/registry.h"'
	echo
	for n in $names; do echo "extern const struct check check_$n;"; done
	echo
	echo 'const struct check *const checks_all[] = {'
	for n in $names; do printf '\t&check_%s,\n' "$n"; done
	printf '\tNULL,\n};\n'
} >"$out.new"
mv "$out.new" "$out"
