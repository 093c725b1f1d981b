#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library shows what its header declares, and nothing else; the manual names it.
header=${srcdir:-.}/src/lib/ckpt.h
library=.libs/libckpt.so

if [ ! -e "$library" ]; then
	echo "there is no shared library in this build"
	exit 77
fi
declared=$(sed -e 's,/\*.*\*/,,' -e '/^ \*/d' -e '/^\/\*/d' "$header" |
	grep -o '\bckpt_[a-z_]*(' | tr -d '(' | sort -u)
shown=$(nm -D --defined-only "$library" | awk '{ print $3 }' | sort -u)
if [ -z "$declared" ] || [ "$declared" != "$shown" ]; then
	printf 'declared in %s:\n%s\nshown by %s:\n%s\n' "$header" "$declared" \
		"$library" "$shown"
	exit 1
fi
for name in $declared; do
	if ! grep -q "\\b$name(" "${srcdir:-.}/docs/man/libckpt.3"; then
		echo "docs/man/libckpt.3 does not have $name()"
		exit 1
	fi
done
