# SPDX-License-Identifier: MIT
# One row of manual.txt: takes the entries out of a table and looks for them among the
# tags of a section. Called by manual.sh.
function complain(text) {
	print text
	failed = 1
}

# A tag as the reader sees it: without macros, fonts and escapes, in blanks.
function plain(line) {
	sub(/^\.[A-Z]+[ \t]+/, "", line)
	gsub(/\\f[BIRP]/, "", line)
	gsub(/\\&/, "", line)
	gsub(/\\-/, "-", line)
	gsub(/\\~/, " ", line)
	gsub(/\\\(ha/, "^", line)
	gsub(/\\\(ti/, "~", line)
	gsub(/\\e|\\\(rs/, "\\", line)
	gsub(/["]/, " ", line)
	gsub(/[,()\t]/, " ", line)
	# "sqlite: PATH" is about sqlite.
	while (match(line, /[a-z]: /))
		line = substr(line, 1, RSTART) " " substr(line, RSTART + 2)
	return " " line " "
}

function want(word) {
	if (!(word in tags))
		complain(page ": " section " has no entry for \"" word "\" of " table)
}

# The text of a file without comments, as one line.
function joined(file,    text, line, start, stop) {
	while ((getline line < file) > 0)
		text = text " " line
	close(file)
	while ((start = index(text, "/*")) > 0) {
		stop = index(substr(text, start + 2), "*/")
		if (stop == 0)
			break
		text = substr(text, 1, start - 1) " " substr(text, start + stop + 3)
	}
	gsub(/[ \t]+/, " ", text)
	return text
}

function take(text, before, entry,    found, word, count, i) {
	while (match(text, before entry)) {
		found = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		sub("^" before, "", found)
		count = split(found, word, " ")
		for (i = 1; i <= count; i++) {
			gsub(/\\\\/, "\\", word[i])
			want(word[i])
			entries++
		}
	}
}

BEGIN {
	table = ENVIRON["table"]
	before = ENVIRON["before"]
	entry = ENVIRON["entry"]
	page = ENVIRON["page"]
	section = ENVIRON["section"]
	while ((getline line < page) > 0) {
		read = 1
		if (line ~ /^\.SH/)
			inside = plain(line) == " " section " "
		else if (inside && is_tag) {
			count = split(plain(line), word, " ")
			for (i = 1; i <= count; i++) {
				tags[word[i]] = 1
				# An option goes by its name as well.
				if (sub(/^--/, "", word[i]))
					tags[word[i]] = 1
			}
		}
		is_tag = line ~ /^\.T[PQ]/
	}
	if (!read) {
		complain(page ": there is no such page")
		exit 1
	}

	text = joined(table)
	if (entry == "LIST") {
		while (match(text, before)) {
			text = substr(text, RSTART + RLENGTH)
			take(substr(text, 1, index(text, "};")), "[{] \"", "[a-z_-]+")
		}
		exit failed
	}
	take(text, before, entry)
	# A file that a pattern with * names need not be a table.
	if (!entries && before !~ /^\[{]/)
		complain(table ": no entry was found; see tests/lint/manual.txt")
	exit failed
}
