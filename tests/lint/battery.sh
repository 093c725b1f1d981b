#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fault of the battery (battery.txt) is met by a test that says so: its ID and name
# stand in a comment directly above a test of tests/, several in one comment a line each.
# What is owed is owed in writing, and no longer than until it is there.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

find tests -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.cli' \) |
LC_ALL=C sort | grep -v '^tests/lint/' |
awk '
function complain(where, text) {
	print where ": " text
	failed = 1
}
BEGIN {
	list = "tests/lint/battery.txt"
	while ((getline line < list) > 0) {
		row++
		if (line ~ /^(#|$)/)
			continue
		is_owed = sub(/^owed /, "", line)
		id = substr(line, 1, 3)
		if (line !~ /^[A-Z][0-9][0-9] ./ || id in name)
			complain(list ":" row, "not \"ID name\", or the ID is there twice")
		name[id] = substr(line, 5)
		owed[id] = is_owed
		ids[++count] = id
	}
	if (count == 0)
		complain(list, "no names found")
}
# A line of a comment without its decoration, or "" with is_comment 0. In C a comment
# ends where it is closed.
function comment_text(line, is_c) {
	is_comment = is_c ? line ~ /^[ \t]*(\/\*|\*)/ : line ~ /^[ \t]*#/
	if (!is_comment)
		return ""
	sub(/^[ \t]*(\/\*+|\*+|#+)[ \t]*/, "", line)
	sub(/[ \t]*\*\/[ \t]*$/, "", line)
	return line
}
function take_mark(file, row, text,    id, rest) {
	id = substr(text, 1, 3)
	if (!(id in name))
		return
	rest = substr(text, 5 + length(name[id]))
	if (substr(text, 5, length(name[id])) != name[id] || rest ~ /^[[:alnum:]_]/) {
		complain(file ":" row, id " is named \"" name[id] "\"")
		return
	}
	if (owed[id] && !(id in met))
		print file ":" row ": " id " is there, so it is not owed any more: see " list
	met[id] = 1
	marked = 1
}
{
	file = $0
	is_c = file ~ /\.[ch]$/
	marked = 0
	for (row = 1; (getline line < file) > 0; row++) {
		text = comment_text(line, is_c)
		if (is_comment && text ~ /^[SNFTDCOXKA][0-9][0-9] /) {
			take_mark(file, row, text)
		} else if (!is_comment && marked) {
			# Functions of C and parts of scripts begin at the margin or indented.
			if (line ~ (is_c ? "^[^a-z]|^$" : "^[ \t]*$"))
				complain(file ":" row, "there is no test directly below its name")
			marked = 0
		}
	}
	if (marked)
		complain(file ":" row, "there is no test directly below its name")
	close(file)
}
END {
	for (i = 1; i <= count; i++)
		if (!(ids[i] in met) && !owed[ids[i]])
			complain(list, "no test in tests/ says that it is \"" ids[i] " " \
				name[ids[i]] "\"")
	exit failed
}'
