#!/bin/sh
# SPDX-License-Identifier: MIT
# Each lint finds what it is there for: it passes on a small good tree and fails, with
# the words given here, once something bad is planted in it.
lints=$(cd "$(dirname "$0")" && pwd) || exit 99
home=$(cd "${srcdir:-$lints/../..}" && pwd) || exit 99
tree=$(mktemp -d) || exit 99
trap 'rm -rf "$tree"' EXIT
status=0

licence='/* SPDX-License-Identifier: MIT */'

# Writes the good tree that every case starts from.
good_tree() {
	rm -rf "$tree" && mkdir -p "$tree/src/base" "$tree/src/model" "$tree/src/tui" \
		"$tree/src/store" "$tree/tests/lint" "$tree/docs/man" || exit 99
	test ! -f "$home/.clang-format" || cp "$home/.clang-format" "$tree"
	plant src/base/text.h '/* SPDX-License-Identifier: MIT */' '#ifndef BASE_TEXT_H' \
		'#define BASE_TEXT_H' '#include <stddef.h>' 'size_t text_length(const char *text);' \
		'#endif'
	plant src/base/text.c '/* SPDX-License-Identifier: MIT */' '#include "base/text.h"' '' \
		'#include <string.h>' '' 'size_t' 'text_length(const char *text)' '{' \
		'	return strlen(text);' '}'
	plant Makefile.am 'x_SOURCES = src/base/text.c \' '	src/base/text.h src/tui/keys.def' \
		'dist_man_MANS = $(wildcard $(srcdir)/docs/man/*.1)' 'TESTS = tests/one_test'
	plant tests/one_test.c "$licence" '/* S01 locked' ' * S02 half done */' 'int main(void);'
	plant tests/lint/battery.txt '# What is met.' 'S01 locked' 'S02 half' 'owed S03 read'
	plant src/tui/keys.def '/* KEY(NAME, "x y", …) */' 'KEY(UP, "Up ^\\", "up",' '	"one up")'
	plant docs/man/ckptop.1 '.TH CKPTOP 1 2026-11-22' '.SH NAME' 'ckptop \- test' \
		'.SH KEYS' '.TP' '.BR Up ", " \(ha\(rs' 'One up.' '.SH SEE ALSO' '.BR ed (1)'
}

# plant FILE LINE...: writes a file of these lines, and makes its folder.
plant() {
	file=$1
	shift
	mkdir -p "$tree/$(dirname "$file")" || exit 99
	printf '%s\n' "$@" >"$tree/$file" || exit 99
}

# expect LINT STATUS WORDS: runs the lint on the tree.
expect() {
	output=$(srcdir=$tree "$lints/$1.sh" 2>&1)
	got=$?
	if test $got = 77 && test "$2" != 77; then
		echo "not tried: $1: $output"
		return
	fi
	case $got,$output in
	"$2",*"$3"*) ;;
	*)
		echo "$1: expected status $2 and \"$3\", got status $got: $output"
		status=1
		;;
	esac
}

for lint in layers doors headers sizes format words manual files battery; do
	good_tree
	expect $lint 0 ''
done

good_tree
plant src/base/text.c "$licence" '#include "model/key.h"'
expect layers 1 'src/base/text.c:2: base/ must not include model/key.h'
good_tree
plant src/tui/list.c "$licence" '#include "store/store_write.h"'
expect layers 1 'store/store_write.h is only for store/ action/ lib/'
good_tree
plant src/model/key.c "$licence" ' # include "text.h"'
expect layers 1 '"text.h" is not written from src/'
good_tree
plant src/model/key.c "$licence" '#include <base/text.h>'
expect layers 1 'headers of our own are written in quotes'
good_tree
mkdir "$tree/src/attic" && plant src/attic/old.c "$licence"
expect layers 1 'src/attic/old.c:1: its room has no line'
good_tree
plant src/model/key.def '#include "store/store.h"'
expect layers 1 'model/ must not include store/store.h'

good_tree
plant src/store/dir/file.c "$licence" '#include "store/sqlite/db.h"'
expect layers 1 'store/dir/ must not include store/sqlite/db.h'
good_tree
plant src/store/store.c "$licence" '#include "store/dir/file.h"'
expect layers 1 'store/ must not include store/dir/file.h'
good_tree
plant src/tui/list.c "$licence" '#include <curses.h>'
expect doors 1 'src/tui/list.c:2: <curses.h> is only for src/tui/term.c'
good_tree
plant src/store/sqlite/more.c "$licence" '#include <sqlite3.h>'
expect doors 1 '<sqlite3.h> is only for src/store/sqlite/db*'
good_tree
plant src/base/text.c "$licence" '#include <curl/curl.h>'
expect doors 1 '<curl/curl.h> has no door'

good_tree
plant src/base/text.h "$licence" '#ifndef T' '#define T' 'size_t text_length(void);' '#endif'
expect headers 1 'src/base/text.h: does not compile alone'
good_tree
plant src/base/text.h "$licence" 'enum text { TEXT };'
expect headers 1 'src/base/text.h: does not compile alone'

good_tree
{ echo "$licence"; echo 'int f(void)'; echo '{'; yes '	g();' | head -n 99; echo '}'; } \
	>"$tree/src/base/long.c"
expect sizes 1 'src/base/long.c:3: a function of 101 lines'
good_tree
yes '/* a line */' | head -n 601 >"$tree/tests/long_test.c"
expect sizes 1 'tests/long_test.c: 601 lines'

good_tree
plant src/base/text.c "$licence" 'int f(void) { return 1; }'
test ! -f "$tree/.clang-format" || expect format 1 'src/base/text.c:2'

good_tree
plant src/base/text.c "$licence" '/* TOD''O: finish */'
expect words 1 'src/base/text.c:2:'
good_tree
plant src/base/more.c "$licence" 'int x;'
expect files 1 'src/base/more.c: Makefile.am does not name it'
good_tree
plant tests/two_test.c "$licence" 'int main(void);'
expect files 1 'tests/two_test.c: Makefile.am does not name it'
good_tree
plant docs/man/more.5 '.TH MORE 5'
expect files 1 'docs/man/more.5: Makefile.am does not name it'

good_tree
plant tests/one_test.c "$licence" '/* S01 locked */' 'int main(void);'
expect battery 1 'no test in tests/ says that it is "S02 half"'
good_tree
plant tests/one_test.c "$licence" '/* S01 looked */' 'int main(void);'
expect battery 1 'tests/one_test.c:2: S01 is named "locked"'
good_tree
plant tests/one_test.c "$licence" '/* S01 locked' ' * S02 halfway */' 'int main(void);'
expect battery 1 'tests/one_test.c:3: S02 is named "half"'
good_tree
plant tests/one_test.c "$licence" '/* S01 locked' ' * S02 half */' '' 'int main(void);'
expect battery 1 'tests/one_test.c:4: there is no test directly below its name'
good_tree
plant tests/two_test.py '# S03 read'
expect battery 1 'tests/two_test.py:1: S03 is there, so it is not owed any more'
expect battery 1 'tests/two_test.py:2: there is no test directly below its name'
good_tree
plant tests/lint/battery.txt 'S01 locked' 'S02 half' 'owed S01 locked'
expect battery 1 'battery.txt:3: not "ID name", or the ID is there twice'
good_tree
# One name, and a test with each kind of store.
plant tests/lint/battery.txt 'S01 locked (A)' 'owed S01 locked (B)' 'S02 half'
expect battery 1 'tests/one_test.c:2: S01 does not say with which kind of store'
plant tests/one_test.c "$licence" '/* S01 locked for long (A)' ' * S02 half (C) */' 'int main(void);'
expect battery 0 ''
plant tests/one_test.c "$licence" '/* S01 locked (B)' ' * S02 half */' 'int main(void);'
expect battery 1 'no test in tests/ says that it is "S01 locked (A)"'
plant tests/one_test.c "$licence" '/* S01 locked (C)' ' * S02 half */' 'int main(void);'
expect battery 1 'tests/one_test.c:2: S01 does not say with which kind of store'
plant tests/lint/battery.txt 'S01 locked (A)' 'S01 locked'
expect battery 1 'battery.txt:2: not "ID name", or the ID is there twice'
plant tests/lint/battery.txt 'S01 locked (A)' 'S01 latched (B)'
expect battery 1 'battery.txt:2: not "ID name", or the ID is there twice'
good_tree
rm "$tree/tests/lint/battery.txt"
expect battery 1 'no names found'

good_tree
plant Makefile.am 'INPUT = /wor''k/data'
expect words 1 'Makefile.am:1:'
good_tree
plant src/store/x.c "$licence" 'run(db, "BEGIN");'
expect words 1 'src/store/x.c:2:'
good_tree
plant src/store/x.c "$licence" 'run(db, "BEGIN IMMEDIATE");'
expect words 0 ''
good_tree
plant src/base/text.c 'int x;'
expect words 1 'src/base/text.c:1: does not start with its licence'

good_tree
plant src/tui/keys.def 'KEY(UP, "Up ^\\", "up",' '	"one up")' 'KEY(DOWN, "j", "", "")'
expect manual 1 'docs/man/ckptop.1: KEYS has no entry for "j" of src/tui/keys.def'
good_tree
# A word of the text is no entry, and neither is one of another section.
plant src/model/states.def 'STATE(OK, "One", false)'
expect manual 1 'STATES has no entry for "One"'
good_tree
plant src/tui/keys.def 'KEY("Up")'
expect manual 1 'src/tui/keys.def: no entry was found'
good_tree
plant src/store/backends.def 'BACKEND(dir)'
expect manual 1 'docs/man/ckptop.conf.5: there is no such page'
good_tree
plant src/store/x/backend.c "$licence" 'static const struct store_key keys[] = {' \
	'	{ "one", "a {job}" },' '	{ "two",' '		"b" }, { NULL, NULL },' '};'
plant docs/man/ckptop.conf.5 '.TH CKPTOP.CONF 5 2026-11-22' '.SH NAME' 'x \- y' \
	'.SH BACK ENDS' '.TP' '.BI one\~=\~ TEXT' 'Text.'
expect manual 1 'BACK ENDS has no entry for "two" of src/store/x/backend.c'
good_tree
mkdir "$tree/src/cli"
plant src/cli/arguments.c "$licence" 'static const struct cli_option options[] = {' \
	'	{ "all", 0, "a" }, { "no-more", 0, NULL, "b" }, CLI_OPTIONS_END' '};'
plant docs/man/ckptop.1 '.TH CKPTOP 1 2026-11-22' '.SH NAME' 'ckptop \- test' \
	'.SH OPTIONS' '.TP' '.B \-\-all' 'All.' '.SH KEYS' '.TP' '.BR Up ", " \(ha\(rs' 'Up.'
expect manual 1 'OPTIONS has no entry for "no-more"'
good_tree
plant docs/man/ckptop.1 '.TH CKPTOP 1 2026-11-22' '.SH NAME' 'ckptop \- test' \
	'.SH KEYS' '.TP' '.BR Up ", " \(ha\(rs' 'One up.' '.XX'
! command -v mandoc >/dev/null || expect manual 1 'unknown macro'

# refusing FILE: the good tree, where FILE refuses something.
refusing() {
	good_tree
	mkdir -p "$tree/tests/cli"
	plant docs/man/ckptop-refusals.7 '.TH X 7' '.TP' '.B TABLE is a view, so it cannot \-\- be' 'Do.'
	plant tests/cli/a.cli '$ x' 'ckptop: t is a view, so it cannot -- be; nothing was written'
	plant tests/lint/refusals.txt '# Why.' 'it was called twice	program'
	plant src/store/a.c "$licence" 'err_set(err, ERR_REFUSED,' '	"%s is a view, so it "' \
		'	"cannot -- be; nothing was written",' '	name);' \
		'err_set(err, ERR_CONFLICT, "%s: it was called twice", name);'
}
refusing
expect refusals 0 ''
plant docs/man/ckptop-refusals.7 '.TH X 7' '.TP' '.B it is a table, so it cannot be' 'Do.'
expect refusals 1 'the manual does not tell of "is a view, so it cannot -- be"'
refusing
plant tests/cli/a.cli '$ x' 'ckptop: nothing was written'
expect refusals 1 'no transcript shows "is a view, so it cannot -- be"'
refusing
plant tests/lint/refusals.txt 'it was called twice	program' 'nobody says this	race'
expect refusals 1 'nothing says "nobody says this" any more'
refusing
plant src/store/a.c "$licence"
expect refusals 1 'no refusals found'

# No lint, but watched like one: what a sanitizer reports fails a test that does not look.
report='path=${path##*log_path=}; echo report >"${path%%:*}.1"'
for case in '0 :' '3 exit 3' '77 exit 77' "1 path=\$ASAN_OPTIONS; $report" \
	"1 path=\$TSAN_OPTIONS; $report"; do
	sh "$home/tests/sanitized.sh" sh -c "${case#* }" >/dev/null
	got=$?
	test $got = "${case%% *}" && continue
	echo "tests/sanitized.sh: got status $got of \"${case#* }\""
	status=1
done

exit $status
