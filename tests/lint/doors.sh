#!/bin/sh
# SPDX-License-Identifier: MIT
# Each foreign header is included by exactly one file, as doors.txt says; a library that
# is not listed there has no door yet.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

find src -type f \( -name '*.[ch]' -o -name '*.def' \) | LC_ALL=C sort |
awk -v doors="$here/doors.txt" '
function complain(where, text) {
	print where ": " text
	failed = 1
}
function fits(pattern, name) {
	if (pattern ~ /\*$/)
		return index(name, substr(pattern, 1, length(pattern) - 1)) == 1
	return pattern == name
}
function check(where, file, header,    i) {
	for (i = 1; i <= headers; i++)
		if (fits(pattern[i], header)) {
			if (!fits(door[i], file))
				complain(where, "<" header "> is only for src/" door[i])
			return
		}
	for (i = 1; i <= systems; i++)
		if (fits(system_header[i], header))
			return
	complain(where, "<" header "> has no door: name one in tests/lint/doors.txt")
}
BEGIN {
	while ((getline text < doors) > 0) {
		sub(/#.*/, "", text)
		count = split(text, word, " ")
		if (count == 0)
			continue
		if (word[1] == "system") {
			for (i = 2; i <= count; i++)
				system_header[++systems] = word[i]
			continue
		}
		if (word[1] in listed)
			complain("tests/lint/doors.txt", word[1] " has two doors")
		listed[word[1]] = 1
		pattern[++headers] = word[1]
		door[headers] = word[2]
	}
}
{
	files++
	file = $0
	for (line = 1; (getline text < file) > 0; line++)
		if (text ~ /^[ \t]*#[ \t]*include[ \t]*</) {
			split(text, part, /[<>]/)
			check(file ":" line, substr(file, 5), part[2])
		}
	close(file)
}
END {
	if (files == 0)
		complain("src", "no source files found")
	exit failed
}'
