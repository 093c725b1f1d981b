#!/bin/sh
# SPDX-License-Identifier: MIT
# The sources name no path of a developer's machine and leave nothing to be done later,
# they begin no transaction of SQLite in a way that fails beside a writer, and every C file
# starts with its licence.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

status=0
# The brackets keep these lines from finding themselves.
found=$(grep -rnIE \
	-e '\<(TOD[O]|FIXM[E]|XX[X]|HAC[K])\>' \
	-e '(^|[^[:alnum:]_.-])/(wor[k]|tmp/w[t]|tmp/bl[d])/' \
	--exclude='*.log' --exclude='*.trs' --exclude='*.o' --exclude='*.lo' \
	--exclude-dir=.deps --exclude-dir=.libs --exclude-dir=__pycache__ \
	src themes presets tests docs configure.ac Makefile.am README.md bootstrap .ci 2>/dev/null)
if test -n "$found"; then
	echo "$found"
	echo "these lines name work left over or a path of somebody's machine"
	status=1
fi
# In SQLite a transaction that begins by reading cannot wait for a writer later.
found=$(grep -rnE '"BEGIN( (DEFERRED|TRANSACTION))?[";]' src 2>/dev/null)
if test -n "$found"; then
	echo "$found"
	echo "a transaction of SQLite is begun with BEGIN IMMEDIATE"
	status=1
fi
for file in $(find src tests -type f -name '*.[ch]' | LC_ALL=C sort); do
	case $(head -n 1 "$file") in
	"/* SPDX-License-Identifier: MIT"*) ;;
	*)
		echo "$file:1: does not start with its licence"
		status=1
		;;
	esac
done
exit $status
