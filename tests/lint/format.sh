#!/bin/sh
# SPDX-License-Identifier: MIT
# The sources have the layout of .clang-format. Other versions than 14 lay out some
# corners differently, so only that one decides.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

for tool in clang-format-14 clang-format; do
	case $($tool --version 2>/dev/null) in
	*"version 14."*)
		# A distributed tree has no dot-files.
		test -f .clang-format || break
		find src tests -type f -name '*.[ch]' -exec $tool --dry-run -Werror {} + || exit 1
		exit 0
		;;
	esac
done
echo "SKIP: clang-format 14 or .clang-format is missing"
exit 77
