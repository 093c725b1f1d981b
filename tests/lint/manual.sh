#!/bin/sh
# SPDX-License-Identifier: MIT
# Every row of every table has its entry in the manual, as manual.txt says; and the pages
# are well-formed.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

status=0
while IFS='	' read -r pattern before entry page section; do
	case $pattern in '#'* | '') continue ;; esac
	for table in $pattern; do
		test -f "$table" || continue
		table=$table before=$before entry=$entry page=$page section=$section \
			awk -f "$here/manual.awk" </dev/null || status=1
	done
done <"$here/manual.txt"

for page in docs/man/*.[1-8]; do
	if ! command -v mandoc >/dev/null; then
		echo "not tried: mandoc is not installed"
		break
	fi
	mandoc -Tlint "$page" || status=1
done
exit $status
