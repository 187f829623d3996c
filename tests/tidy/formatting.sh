#!/bin/sh
# Fails when a source is not laid out as .clang-format says, or grew past 400 lines.
set -eu
cd "$1"
sources=$(find platform gps offline client tests -name '*.cpp' -o -name '*.hpp')
clang-format-14 --style=file --dry-run --Werror $sources
long=$(wc -l $sources | awk '$1 > 400 && $2 != "total" { print $2 ": " $1 " lines: usually two things" }')
[ -z "$long" ] || { echo "$long"; exit 1; }
