#!/bin/sh
# SPDX-License-Identifier: MIT
# Removes one guard after the other and wants the test that is named for it to fail: a promise
# whose guard nobody would miss is not a promise.
#
#	run.sh SOURCE BUILD [NAME...]     SOURCE is copied, BUILD is configured from the copy
#
# A mutant is a patch with two lines before it: "Promise: WORDS" and "Test: TARGET", a target of make
# check. The last line counts the mutants that were caught, missed and could not be tried.
set -u

source_dir=$(cd "$1" && pwd)
build_dir=$2
shift 2
mkdir -p "$build_dir"
build_dir=$(cd "$build_dir" && pwd)
copy=$build_dir/source
caught=0 missed=0 broken=0

prepare() {
	rm -rf "$copy" && mkdir -p "$copy" &&
		(cd "$source_dir" && tar cf - --exclude=./build --exclude=./.git .) |
		(cd "$copy" && tar xf -) || return 1
	[ -x "$copy/configure" ] || (cd "$copy" && autoreconf -i >/dev/null 2>&1) || return 1
	cd "$build_dir" || return 1
	[ -f Makefile ] || "$copy/configure" -q CFLAGS=-O0 || return 1
	make -s clean >make.log 2>&1 # a run that was cut off left a mutant built
	make -s -j"$(nproc)" all >make.log 2>&1
}

fail() {
	broken=$((broken + 1))
	printf 'BROKEN  %s: %s\n' "$name" "$1"
}

# Everything that is installed, then the test; at once they would make the same files twice.
build() {
	make -s -j"$(nproc)" all && make -s -j"$(nproc)" "$1"
}

# Builds and runs one test; a plain "make check" would link all of them anew.
run() {
	make -s -j"$(nproc)" check TESTS="$1" check_PROGRAMS=
}

# A test passes without the mutant and fails with it; one that does not even build with it says
# nothing about the promise.
try() {
	name=$(basename "$1" .patch)
	promise=$(sed -n 's/^Promise: //p' "$1")
	target=$(sed -n 's/^Test: //p' "$1")
	if ! run "$target" >"$name.before" 2>&1; then
		fail "$target does not pass before the guard is removed"
		return
	fi
	if ! patch -s -p1 -d "$copy" <"$1"; then
		fail "the patch does not apply"
		return
	fi
	if ! build "$target" >"$name.make" 2>&1; then
		fail "it or $target does not build"
	elif run "$target" >"$name.after" 2>&1; then
		missed=$((missed + 1))
		printf 'MISSED  %s: %s does not notice (%s)\n' "$name" "$target" "$promise"
	else
		caught=$((caught + 1))
		printf 'CAUGHT  %s: %s (%s)\n' "$name" "$target" "$promise"
	fi
	patch -s -R -p1 -d "$copy" <"$1" && make -s -j"$(nproc)" all >>"$name.make" 2>&1
}

if ! prepare; then
	tail -n 20 make.log 2>/dev/null
	echo "run.sh: the copy could not be built in $build_dir" >&2
	exit 99
fi
for patch in "$source_dir"/tests/mutants/*.patch; do
	if [ $# -gt 0 ]; then
		case " $* " in
		*" $(basename "$patch" .patch) "*) ;;
		*) continue ;;
		esac
	fi
	try "$patch"
done
printf '%d caught, %d missed, %d broken\n' "$caught" "$missed" "$broken"
[ "$missed" = 0 ] && [ "$broken" = 0 ] && [ "$caught" -gt 0 ]
