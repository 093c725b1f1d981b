# SPDX-License-Identifier: MIT
# For tests in a real terminal: sourced by them. They wait for events, and a watchdog ends
# what does not come; nothing sleeps for luck.

program=${CKPTOP:-$PWD/ckptop}
watchdog=${WATCHDOG:-60}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ckptop-tty.XXXXXX") || exit 99
LC_ALL=C.UTF-8 SHELL=/bin/sh
export LC_ALL SHELL
unset CKPTOP_NOW NO_COLOR XDG_RUNTIME_DIR TMUX COLUMNS LINES

# skip WHY: not here; but never where CI is to know.
skip() {
	echo "SKIPPED: $*"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

# need PROGRAM...: without them the test is skipped.
need() {
	for needed; do
		command -v "$needed" >/dev/null || skip "$needed is not installed"
	done
}

fail() {
	echo "FAILED: $*"
	exit 1
}

# await WHAT COMMAND...: until the command succeeds.
await() {
	awaited=$1
	shift
	until=$(($(date +%s) + watchdog))
	until "$@"; do
		if [ "$(date +%s)" -gt "$until" ]; then
			if in_tmux has-session 2>/dev/null; then screen; fi
			ps -e -o pid,ppid,stat,wchan:20,args | grep -F -e "$scratch" -e "$program"
			cat "$scratch"/*.log 2>/dev/null
			fail "waited $watchdog s for: $awaited"
		fi
		sleep 0.05
	done
}

not() {
	! "$@"
}

# A process that is there and not only waiting to be noticed by its parent.
is_alive() {
	{ read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null || return 1
	[ "$state" != Z ]
}

# --- a terminal: tmux with one pane ---

in_tmux() {
	tmux -S "$scratch/tmux" -f /dev/null "$@"
}

# terminal WIDTH HEIGHT COMMAND: its exit status is written down when it ends, because tmux
# sometimes misses it.
terminal() {
	rm -f "$scratch/status"
	in_tmux start-server \; set-option -g status off \; set-option -g remain-on-exit on \; \
		new-session -d -s tty -x "$1" -y "$2" \
		"$3; echo \$? >$scratch/status.new; mv $scratch/status.new $scratch/status"
}

# When this returns the terminal is gone, and not only about to go.
end_terminal() {
	server=$(in_tmux display-message -p '#{pid}' 2>/dev/null) || return 0
	in_tmux kill-server 2>/dev/null
	await "the end of the terminal" not is_alive "$server"
}

screen() {
	in_tmux capture-pane -p -t tty
}

screen_has() {
	screen | grep -q -e "$1"
}

press() {
	in_tmux send-keys -t tty "$@"
}

# The process of the command.
command_pid() {
	pgrep -P "$(in_tmux display-message -p -t tty '#{pane_pid}')"
}

command_has_ended() {
	[ -e "$scratch/status" ]
}

# ended_with STATUS: the command ends, and so.
ended_with() {
	await "the end of the command" command_has_ended
	[ "$(cat "$scratch/status")" = "$1" ] || fail "it ends with $(cat "$scratch/status"), not $1"
}

# --- at the end ---

clean_up() {
	end_terminal
	rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
