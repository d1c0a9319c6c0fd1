#!/bin/sh
# registry.sh OUTPUT SOURCE...: the list of plugins, from the descriptors that the sources define.
set -eu
out=$1
shift
mkdir -p "$(dirname "$out")"
names=$(sed -n 's/^const struct sa_plugin \(sa_plugin_[a-z0-9_]*\) = .*/\1/p' "$@" | sort)
{
	echo '/* Made by src/spamassassin/registry.sh from the folder. */'
	echo '#include "spamassassin/plugin.h"'
	echo
	for n in $names; do echo "extern const struct sa_plugin $n;"; done
	echo
	echo 'const struct sa_plugin *const sa_plugins[] = {'
	for n in $names; do printf '\t&%s,\n' "$n"; done
	printf '\tNULL,\n};\n'
} >"$out.new"
mv "$out.new" "$out"
