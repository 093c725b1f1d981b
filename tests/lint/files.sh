#!/bin/sh
# SPDX-License-Identifier: MIT
# Every file that a build or a test needs is named in Makefile.am, or it would be missing
# from a release. A program of tests/ may be named without its ".c", and many files with
# $(wildcard $(srcdir)/DIRECTORY/*.SUFFIX).
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

# Whoever works on the sources has them in git; a release holds only what was named.
if test -e .git; then
	git ls-files src tests themes presets docs/man
else
	find src tests themes presets docs/man -name '*.[ch1-8]' -o -name '*.def' 2>/dev/null
fi | LC_ALL=C sort |
awk '
BEGIN {
	while ((getline line < "Makefile.am") > 0) {
		gsub(/\$\(wildcard|\$\(srcdir\)\/|[\\=)]/, " ", line)
		count = split(line, word, " ")
		for (i = 1; i <= count; i++)
			if (word[i] ~ /\*/)
				pattern[++patterns] = word[i]
			else
				named[word[i]] = 1
	}
}
function is_named(path,    i, star) {
	if (path in named)
		return 1
	for (i = 1; i <= patterns; i++) {
		star = index(pattern[i], "*")
		if (index(path, substr(pattern[i], 1, star - 1)) == 1 &&
			substr(path, star) !~ /\// &&
			substr(path, length(path) - length(pattern[i]) + star + 1) == \
				substr(pattern[i], star + 1))
			return 1
	}
	return 0
}
{
	files++
	stem = $0
	if (stem ~ /^tests\//)
		sub(/\.c$/, "", stem)
	# configure names its own.
	if (stem ~ /\.in$/)
		next
	if (!is_named($0) && !is_named(stem)) {
		print $0 ": Makefile.am does not name it"
		failed = 1
	}
}
END {
	if (files == 0) {
		print "src: no files found"
		failed = 1
	}
	exit failed
}'
