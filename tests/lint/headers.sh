#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone, and twice, with each compiler that is installed.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

status=77
for compiler in gcc clang; do
	command -v $compiler >/dev/null || continue
	test $status = 77 && status=0
	for header in $(cd src && find . -name '*.h' | sed 's,^\./,,' | LC_ALL=C sort); do
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		$compiler -std=gnu17 -D_GNU_SOURCE -Isrc -Wall -Wextra -Werror -fsyntax-only -x c - || {
			echo "src/$header: does not compile alone with $compiler"
			status=1
		}
	done
done
test $status = 77 && echo "SKIP: neither gcc nor clang is installed"
exit $status
