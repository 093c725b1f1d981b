#!/bin/sh
# SPDX-License-Identifier: MIT
# A file includes headers of its own room and of the floors below it, as layers.txt says,
# and writes them from src/: "base/err.h". A folder within a room is seen by nobody else
# in that room.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

find src -type f \( -name '*.[ch]' -o -name '*.def' \) | LC_ALL=C sort |
awk -v rules="$here/layers.txt" '
function complain(file, line, text) {
	print file ":" line ": " text
	failed = 1
}
function room_of(path, part) {
	return split(path, part, "/") > 1 ? part[1] : "main"
}
function folder_of(path) {
	sub(/\/[^\/]*$/, "", path)
	return path
}
function check(file, line, header, quoted,    mine, theirs) {
	mine = room_of(substr(file, 5))
	theirs = room_of(header)
	if (!quoted) {
		if (header ~ /\// && (theirs in known))
			complain(file, line, "headers of our own are written in quotes: " header)
		return
	}
	if (header !~ /\// || !(theirs in known))
		complain(file, line, "\"" header "\" is not written from src/, as ROOM/FILE")
	else if (mine != theirs && !((mine, theirs) in may))
		complain(file, line, mine "/ must not include " header)
	else if (mine == theirs && folder_of(header) != mine &&
		folder_of(header) != folder_of(substr(file, 5)))
		complain(file, line, folder_of(substr(file, 5)) "/ must not include " header)
	else if ((header in only) && !((header, mine) in exception))
		complain(file, line, header " is only for" only[header])
}
BEGIN {
	while ((getline text < rules) > 0) {
		sub(/#.*/, "", text)
		count = split(text, word, " ")
		if (count == 0)
			continue
		room = word[1]
		if (word[2] == "only") {
			for (i = 3; i <= count; i++) {
				exception[room, word[i]] = 1
				only[room] = only[room] " " word[i] "/"
			}
			continue
		}
		sub(/:$/, "", room)
		known[room] = 1
		for (i = 2; i <= count; i++)
			may[room, word[i]] = 1
	}
}
{
	file = $0
	files++
	if (!(room_of(substr(file, 5)) in known))
		complain(file, 1, "its room has no line in tests/lint/layers.txt")
	for (line = 1; (getline text < file) > 0; line++)
		if (text ~ /^[ \t]*#[ \t]*include[ \t]*["<]/) {
			split(text, part, /["<>]/)
			check(file, line, part[2], text ~ /include[ \t]*"/)
		}
	close(file)
}
END {
	if (files == 0)
		complain("src", 0, "no source files found")
	exit failed
}'
