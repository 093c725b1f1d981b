# SPDX-License-Identifier: MIT
# For tests in a real terminal: sourced by them. They wait for events, and a watchdog ends
# what does not come; nothing sleeps for luck.

program=${CKPTOP:-$PWD/ckptop}
watchdog=${WATCHDOG:-60}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ckptop-tty.XXXXXX") || exit 99
LC_ALL=C.UTF-8
export LC_ALL
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
			if tmux -S "$scratch/tmux" has-session 2>/dev/null; then screen; fi
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

# terminal WIDTH HEIGHT COMMAND: the command has it all for itself.
terminal() {
	in_tmux start-server \; set-option -g status off \; set-option -g remain-on-exit on \; \
		new-session -d -s tty -x "$1" -y "$2" "exec $3"
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

pane() {
	in_tmux display-message -p -t tty "#{$1}"
}

pane_has_ended() {
	[ "$(pane pane_dead)" = 1 ]
}

# ended_with STATUS: tmux knows that a pane is dead before it knows how it died, and on a busy
# machine it may never learn it; then only the end itself is known.
ended_with() {
	for look in 1 2 3 4 5 6 7 8 9 10; do
		died=$(pane pane_dead_status)$(pane pane_dead_signal)
		[ -z "$died" ] || break
		sleep 0.1
	done
	[ -z "$died" ] || [ "$died" = "$1" ]
}

# --- at the end ---

clean_up() {
	end_terminal
	rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
