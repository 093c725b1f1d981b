#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo without a terminal: one frame that tells all its stories, and nothing is left.
set -u
. "$(dirname "$0")/../tty/tty.sh"
TMPDIR=$scratch
export TMPDIR

# told JOB WORDS: the frame has a line that begins with the state and names the job, and
# says why.
told() {
	grep -q -e "^[> ]$1 .* $2 .*$3" "$scratch/out" && return
	cat "$scratch/out"
	fail "the frame does not tell: $1 $2 $3"
}

test_frame() {
	"$program" --no-config demo </dev/null >"$scratch/out" 2>"$scratch/err" ||
		fail "the demo ends with $?: $(cat "$scratch/err")"
	[ ! -s "$scratch/err" ] || fail "it complains: $(cat "$scratch/err")"
	! grep -q "$(printf '\033')" "$scratch/out" || fail "there is an escape in the frame"
	told ok orders ''
	told WARN clicks 'lag .* falling'
	told '\(WARN\|CRIT\)' payments 'lag .* rising'
	told CRIT invoices 'p2 stuck: deadlock detected'
	told WARN stock-sync 'all stuck'
	told ok returns 'idle: no new input'
	told WARN sensors 'wmark 2h11m behind (max 30m)'
	told CRIT geo-import ''
	told WARN mail-log 'in the FUTURE'
	told ok daily-report 'done for [0-9-]*'
}

only_our_files() {
	[ "$(ls "$scratch" | grep -c ckptop-demo)" = 0 ]
}

# Nothing of ours holds the folder any more, and the folder is gone.
test_clean() {
	await "the end of the folder: $1" only_our_files
}

test_refusals() {
	CKPTOP_NOW=2026-11-22T03:07:39Z "$program" --no-config demo </dev/null >"$scratch/out" 2>&1
	[ $? = 4 ] || fail "a frozen clock is not refused: $(cat "$scratch/out")"
	"$program" --no-config -s "dir:$scratch" demo </dev/null >"$scratch/out" 2>&1
	[ $? = 2 ] || fail "a store is not refused: $(cat "$scratch/out")"
}

test_frame
test_clean "after the frame"
test_refusals
test_clean "after what was refused"
echo "all passed"
