# SPDX-License-Identifier: MIT
# Takes the texts of refusals out of the sources, and of each the longest clause that never
# varies, but for the one that says that nothing was done. Called by refusals.sh, with the list of those that no transcript can show first, the
# page of the manual second, the transcripts next, and then the sources.
function complain(text) {
	print text
	failed = 1
}

# The text of string literals that stand behind each other at the beginning of the rest.
function literals(rest,    text, piece) {
	while (match(rest, /^[ \t]*"([^"\\]|\\.)*"/)) {
		piece = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		sub(/^[ \t]*"/, "", piece)
		sub(/"$/, "", piece)
		text = text piece
	}
	gsub(/\\"/, "\"", text)
	return text
}

function longest_part(text,    part, count, i, best) {
	count = split(text, part, /;|%[-+ #0]*([0-9]+|\*)?(\.([0-9]+|\*))?(ll|z|l|t)?[a-zA-Z]/)
	for (i = 1; i <= count; i++) {
		gsub(/^[ :,.()"\047]+|[ :,("\047]+$/, "", part[i])
		if (part[i] !~ /^nothing was/ && length(part[i]) > length(best))
			best = part[i]
	}
	return best
}

function check(file, text,    part) {
	part = longest_part(text)
	if (length(part) < 12)
		return
	found++
	met[part] = 1
	if (part in why && why[part] ~ /^program/)
		return
	if (index(manual, part) == 0)
		complain(file ": the manual does not tell of \"" part "\"")
	if (index(shown, part) == 0 && !(part in why))
		complain(file ": no transcript shows \"" part "\"")
}

function take(file, text,    rest) {
	while (match(text, /ERR_(REFUSED|CONFLICT|UNKNOWN),[ \t]*(errno,[ \t]*)?"/)) {
		rest = substr(text, RSTART + RLENGTH - 1)
		check(file, literals(rest))
		text = rest
	}
}

# Roff as the reader sees it.
function add_manual(line) {
	if (line ~ /^\.(TP|TQ|PP|\\")/)
		return
	sub(/^\.[A-Z]+[ \t]+/, "", line)
	gsub(/\\f[BIRP]/, "", line)
	gsub(/\\&/, "", line)
	gsub(/\\-/, "-", line)
	gsub(/\\\(aq/, "\047", line)
	gsub(/\\\(dq/, "\"", line)
	manual = manual " " line
}

FILENAME ~ /refusals\.txt$/ {
	if ($0 !~ /^(#|$)/) {
		if (split($0, field, "\t") != 2 || field[2] !~ /^(program|race|fault|user|dashboard)/)
			complain(FILENAME ":" FNR ": not TEXT, a tab, and why")
		why[field[1]] = field[2]
	}
	next
}
FILENAME ~ /\.[1-8]$/ { add_manual($0); next }
FILENAME ~ /\.cli$/ { shown = shown "\n" $0; next }
{ source[FILENAME] = source[FILENAME] " " $0 }
END {
	gsub(/[ \t]+/, " ", manual)
	for (file in source) {
		gsub(/[ \t]+/, " ", source[file])
		take(file, source[file])
	}
	for (part in why)
		if (!(part in met))
			complain("tests/lint/refusals.txt: nothing says \"" part "\" any more")
	if (found == 0)
		complain("no refusals found in the sources")
	exit failed
}
