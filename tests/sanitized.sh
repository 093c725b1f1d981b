#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test in a build with sanitizers: what they report anywhere below it, also of a
# program whose output nobody looks at, fails the test and is shown.
#
#	sanitized.sh COMMAND...
#
# Tests that give ckptop an environment of its own pass ASAN_OPTIONS and TSAN_OPTIONS on. A
# report ends a program with 86, which nothing here expects.
reports=$(mktemp -d) || exit 99
trap 'rm -rf "$reports"' EXIT
trap 'exit 99' HUP INT TERM
# Some tests run ckptop as nobody.
chmod 1777 "$reports"
told="exitcode=86:log_path=$reports/report"
ASAN_OPTIONS="$told${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
TSAN_OPTIONS="$told${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
export ASAN_OPTIONS TSAN_OPTIONS
"$@"
status=$?
for report in "$reports"/report*; do
	[ -f "$report" ] || continue
	cat "$report"
	status=1
done
exit $status
