#!/bin/sh
# SPDX-License-Identifier: MIT
# Removes one guard after the other and wants the test that is named for it to fail: a promise
# whose guard nobody would miss is not a promise.
#
#	run.sh SOURCE BUILD [NAME...]     SOURCE is copied to a folder of BUILD and built there
#
# A mutant is a patch with two lines before it: "Promise: WORDS" and "Test: TARGET", a target of make
# check. The last line counts the mutants that were caught, missed and could not be tried. Without
# any of them all is built and each test is run once; that is kept, and a mutant builds only what it
# changes: BUILD in memory and TMPDIR, too, make it faster. What was said is in BUILD/log.
set -u

source_dir=$(cd "$1" && pwd)
top=$2
shift 2
mkdir -p "$top"
top=$(cd "$top" && pwd)
log=$top/log
caught=0 missed=0 broken=0

# The mutants that are asked for, of the copy: SOURCE may change meanwhile.
names=
for patch in "$source_dir"/tests/mutants/*.patch; do
	name=$(basename "$patch" .patch)
	if [ $# -gt 0 ]; then
		case " $* " in
		*" $name "*) ;;
		*) continue ;;
		esac
	fi
	names="$names $name"
done

header() {
	sed -n "s/^$1: //p" "$top/source/tests/mutants/$2.patch"
}

# In the folder of the build, without saying what it makes.
quiet_make() {
	make -s -C "$top/build" -j"$(nproc)" "$@"
}

# Programs among the targets; the others are scripts and have an extension.
programs() {
	for target; do
		case $target in
		*.*) ;;
		*) echo "$target" ;;
		esac
	done
}

# What became of a test in the last run: PASS, FAIL, SKIP or ERROR.
result() {
	base=${1%.cli}
	sed -n 's/^:global-test-result: //p' "$top/build/${base%.py}.trs" 2>/dev/null
}

# Builds and runs tests; a plain "make check" would link all of them anew. What is installed comes
# first: at once they would make the same files twice.
build() {
	quiet_make all && for program in $(programs "$@"); do
		quiet_make "$program" || return 1
	done
}

run() {
	quiet_make check TESTS="$*" check_PROGRAMS=
}

prepare() {
	rm -rf "$top/source" "$top/build" "$top/kept" "$log" &&
		mkdir "$top/source" "$top/build" "$top/kept" "$log" &&
		(cd "$source_dir" && tar cf - --exclude=./build --exclude=./.git .) |
		(cd "$top/source" && tar xf -) || return 1
	[ -x "$top/source/configure" ] ||
		(cd "$top/source" && autoreconf -i >/dev/null 2>&1) || return 1
	(cd "$top/build" && ../source/configure -q CFLAGS=-O0) >"$log/make" 2>&1 || return 1
	targets=$(for name in $names; do header Test "$name"; done | sort -u)
	build $targets >>"$log/make" 2>&1 || return 1
	run $targets >"$log/before" 2>&1
	cp -pPR "$top/source" "$top/build" "$top/kept"
}

# As it was without any mutant, with the old times: so nothing is made again.
put_back() {
	rm -rf "$top/source" "$top/build" && cp -pPR "$top/kept/." "$top"
}

fail() {
	broken=$((broken + 1))
	printf 'BROKEN  %s: %s\n' "$name" "$1"
}

# A test passes without the mutant and fails with it; one that does not even build with it says
# nothing about the promise.
try() {
	name=$1
	promise=$(header Promise "$name")
	target=$(header Test "$name")
	before=$(result "$target")
	if [ "$before" != PASS ]; then
		fail "$target does not pass before the guard is removed: ${before:-it was not run}"
		return
	fi
	if ! patch -s -p1 -d "$top/source" <"$top/kept/source/tests/mutants/$name.patch" \
		>"$log/$name.make" 2>&1; then
		fail "the patch does not apply"
	elif ! build "$target" >>"$log/$name.make" 2>&1; then
		fail "it or $target does not build"
	elif run "$target" >"$log/$name.after" 2>&1; then
		missed=$((missed + 1))
		printf 'MISSED  %s: %s does not notice (%s)\n' "$name" "$target" "$promise"
	else
		caught=$((caught + 1))
		printf 'CAUGHT  %s: %s (%s)\n' "$name" "$target" "$promise"
	fi
	put_back
}

if ! prepare; then
	tail -n 20 "$log/make" 2>/dev/null
	echo "run.sh: the copy could not be built in $top" >&2
	exit 99
fi
for name in $names; do
	try "$name"
done
printf '%d caught, %d missed, %d broken\n' "$caught" "$missed" "$broken"
[ "$missed" = 0 ] && [ "$broken" = 0 ] && [ "$caught" -gt 0 ]
