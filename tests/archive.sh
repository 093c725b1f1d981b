#!/bin/sh
# SPDX-License-Identifier: MIT
# Is every file of the repository in the archive that is released?
#
#	archive.sh SRCDIR ARCHIVE
#
# Where the sources are no repository, as in an archive, nobody can know: nothing is said.
set -eu
[ -e "$1/.git" ] || exit 0
held=$(mktemp) && meant=$(mktemp) || exit 1
trap 'rm -f "$held" "$meant"' EXIT
tar -tf "$2" | sed 's,^[^/]*/,,' | LC_ALL=C sort >"$held"
# What git alone reads stays with it.
listed=$(git -C "$1" ls-files)
printf '%s\n' "$listed" | grep -vx '\.gitignore' | LC_ALL=C sort >"$meant"
missing=$(LC_ALL=C comm -13 "$held" "$meant")
[ -n "$missing" ] || exit 0
printf 'in the repository, but not in %s (EXTRA_DIST in Makefile.am):\n%s\n' "$2" "$missing" >&2
exit 1
