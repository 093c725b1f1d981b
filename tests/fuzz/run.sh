#!/bin/sh
# SPDX-License-Identifier: MIT
# Lets libFuzzer make up bytes for the targets, each for some seconds, with the address and
# undefined-behaviour sanitizers.
#
#	run.sh SOURCE BUILD SECONDS [NAME...]     BUILD is configured from SOURCE, with clang
#
# The corpus is the seed and is not written to: what is found gathers in BUILD/found/NAME and
# is used again. An input that breaks something is kept as BUILD/broken-NAME-*. One line a
# target, PASS or FAIL; the last line counts. FUZZ_LOG names a file to which these lines are
# appended.
set -u

source_dir=$(cd "$1" && pwd)
build_dir=$2
seconds=$3
shift 3
mkdir -p "$build_dir"
build_dir=$(cd "$build_dir" && pwd)
passed=0 failed=0

if ! command -v clang >/dev/null; then
	echo "SKIP: clang is not installed; the corpora are tried by make check"
	exit 77
fi
cd "$build_dir" || exit 99
if [ ! -f Makefile ]; then
	"$source_dir/configure" -q CC=clang CPPFLAGS=-DFUZZING --disable-shared --enable-static \
		CFLAGS='-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' ||
		exit 99
fi

say() {
	echo "$1"
	[ -z "${FUZZ_LOG:-}" ] || echo "$1" >>"$FUZZ_LOG"
}

# The numbers that libFuzzer gives at its end: "stat::NAME: NUMBER", and lines with "cov: N".
number() {
	sed -n "s/^stat::$1: *//p" "$name.log"
}

# D14 fuzz
run() {
	name=$1
	program=tests/fuzz/fuzz_$name
	if ! make -s "$program" FUZZ_LDFLAGS=-fsanitize=fuzzer >"$name.log" 2>&1; then
		tail -n 20 "$name.log"
		failed=$((failed + 1))
		say "FAIL  $name: it does not build"
		return
	fi
	mkdir -p "found/$name"
	dictionary=$source_dir/tests/fuzz/$name.dict
	[ -f "$dictionary" ] || dictionary=
	if ./"$program" -max_total_time="$seconds" -max_len=1024 -timeout=20 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="broken-$name-" \
		${dictionary:+-dict="$dictionary"} \
		"found/$name" "$source_dir/tests/fuzz/corpus/$name" >"$name.log" 2>&1; then
		passed=$((passed + 1))
		result=PASS
	else
		grep -v -e '^#[0-9]' -e '^NEW_FUNC' -e '^INFO' -e '^stat::' "$name.log" | tail -n 40
		failed=$((failed + 1))
		result=FAIL
	fi
	coverage=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$name.log" | tail -n 1)
	say "$result  $name: $(number number_of_executed_units) inputs in $seconds s, coverage ${coverage:-?}, $(
		find . -maxdepth 1 -name "broken-$name-*" | wc -l) findings"
}

if [ $# = 0 ]; then
	set -- $(cd "$source_dir/tests/fuzz" && ls fuzz_*.c | sed 's/^fuzz_\(.*\)\.c$/\1/')
fi
for target; do
	run "$target"
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
