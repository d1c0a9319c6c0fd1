#!/bin/sh
# shipped.sh OUTPUT FILE...: the files of lists/ as bytes of the program, in the order of their names.
set -eu
out=$1
shift
mkdir -p "$(dirname "$out")"
{
	echo '/* Made by src/lists/shipped.sh from the folder lists/. */'
	echo '#include "lists/list_file.h"'
	echo
	n=0
	for f in "$@"; do
		echo "static const unsigned char file_$n[] = {"
		od -An -v -tu1 "$f" | sed 's/\([0-9][0-9]*\)/\1,/g'
		echo '0 };'
		n=$((n + 1))
	done
	echo
	echo 'const struct list_shipped_file list_shipped_files[] = {'
	n=0
	for f in "$@"; do
		printf '\t{ "lists/%s", file_%s, sizeof(file_%s) - 1 },\n' "$(basename "$f")" $n $n
		n=$((n + 1))
	done
	printf '\t{ NULL, NULL, 0 },\n};\n'
} >"$out.new"
mv "$out.new" "$out"
