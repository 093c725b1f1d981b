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
# The kind of store at the end of a line, or "".
function kind_of(line) {
	return match(line, / \([A-Za-z]+\)$/) ? substr(line, RSTART + 2, RLENGTH - 3) : ""
}
function without_kind(line, kind) {
	return kind == "" ? line : substr(line, 1, length(line) - length(kind) - 3)
}
BEGIN {
	list = "tests/lint/battery.txt"
	while ((getline line < list) > 0) {
		row++
		if (line ~ /^(#|$)/)
			continue
		is_owed = sub(/^owed /, "", line)
		id = substr(line, 1, 3)
		kind = kind_of(line)
		line = without_kind(line, kind)
		if (line !~ /^[A-Z][0-9][0-9] ./ || (id, kind) in owed ||
			(id in name && (kind == "" || (id, "") in owed || name[id] != substr(line, 5))))
			complain(list ":" row, "not \"ID name\", or the ID is there twice")
		name[id] = substr(line, 5)
		owed[id, kind] = is_owed
		lines[++count] = id SUBSEP kind
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
function take_mark(file, row, text,    id, kind, rest) {
	id = substr(text, 1, 3)
	if (!(id in name))
		return
	kind = (id, "") in owed ? "" : kind_of(text)
	text = without_kind(text, kind)
	rest = substr(text, 5 + length(name[id]))
	if (substr(text, 5, length(name[id])) != name[id] || rest ~ /^[[:alnum:]_]/) {
		complain(file ":" row, id " is named \"" name[id] "\"")
		return
	}
	if (!((id, kind) in owed)) {
		complain(file ":" row, id " does not say with which kind of store")
		return
	}
	if (owed[id, kind] && !((id, kind) in met))
		print file ":" row ": " id " is there, so it is not owed any more: see " list
	met[id, kind] = 1
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
	for (i = 1; i <= count; i++) {
		split(lines[i], part, SUBSEP)
		if (!(lines[i] in met) && !owed[lines[i]])
			complain(list, "no test in tests/ says that it is \"" part[1] " " \
				name[part[1]] (part[2] == "" ? "" : " (" part[2] ")") "\"")
	}
	exit failed
}'
