#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo in a terminal: it shows, and after every kind of end nothing is left, neither a
# process nor a folder.
set -u
. "$(dirname "$0")/tty.sh"
need tmux pgrep ps

# Everything that the demo starts inherits this mark, which /proc shows.
mark=CKPTOP_DEMO_TEST=$$

family() {
	grep -lzxs -e "$mark" /proc/[0-9]*/environ | while read -r path; do
		pid=${path#/proc/}
		pid=${pid%/environ}
		if is_alive "$pid"; then echo "$pid"; fi
	done
}

no_family() {
	[ -z "$(family)" ]
}

folders() {
	find "$scratch/tmp" -mindepth 1 -maxdepth 1
}

no_folder() {
	[ -z "$(folders)" ]
}

open_demo() {
	terminal 120 36 "env TERM=xterm-256color TMPDIR=$scratch/tmp $mark $program --no-config demo"
	await "the story" screen_has 'p2 stuck: deadlock detected'
	[ "$(folders | wc -l)" = 1 ] || fail "there is no folder of the demo"
	[ "$(family | wc -l)" -gt 10 ] || fail "there are no pipelines: $(family)"
}

group() {
	ps -o pgid= -p "$demo" | tr -d ' '
}

# test_end WHAT KILL: after KILL everything goes.
test_end() {
	open_demo
	demo=$(command_pid)
	eval "$2"
	await "the end of all processes: $1" no_family
	await "the end of the folder: $1" no_folder
	end_terminal
}

# It moves: what is shown now is not what was shown.
screen_differs() {
	screen >"$scratch/now"
	! cmp -s "$scratch/then" "$scratch/now"
}

test_live() {
	open_demo
	screen >"$scratch/then"
	await "a change on the screen" screen_differs
	press q
	ended_with 0
	# When it has ended, all is gone already.
	no_family || fail "left after q: $(family)"
	no_folder || fail "left after q: $(folders)"
	end_terminal
}

mkdir "$scratch/tmp"
test_live
test_end "Ctrl-C" 'press C-c'
for signal in TERM INT HUP QUIT KILL; do
	test_end "SIG$signal" "kill -$signal \$demo"
done
test_end "SIGKILL of its group" 'kill -s KILL -- "-$(group)"'
test_end "the terminal is gone" end_terminal
echo "all passed"
