#!/bin/sh
# SPDX-License-Identifier: MIT
# No function is longer than 100 lines and no source file longer than 600. The layout
# (see format.sh) puts the braces of a function, and only those, alone in column one.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

find src tests -type f -name '*.[ch]' | LC_ALL=C sort |
awk '
function complain(where, text) {
	print where ": " text
	failed = 1
}
{
	files++
	file = $0
	start = 0
	for (line = 0; (getline text < file) > 0; ) {
		line++
		if (text == "{")
			start = line
		if (text == "}" && start) {
			if (line - start + 1 > 100)
				complain(file ":" start, "a function of " \
					line - start + 1 " lines, at most 100 are good")
			start = 0
		}
	}
	close(file)
	if (line > 600)
		complain(file, line " lines, at most 600 are good")
}
END {
	if (files == 0)
		complain("src", "no source files found")
	exit failed
}'
