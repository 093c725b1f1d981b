#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes docs/screen.svg, the picture of the README: the real dashboard in a real terminal,
# over the world of the expected screens and with the clock of that night.
#
#	docs/make-screenshot.sh [CKPTOP]    default: build/ckptop
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:-$here/../build/ckptop}")
scratch=$(mktemp -d)
trap 'tmux -S "$scratch/tmux" kill-server 2>/dev/null; rm -rf "$scratch"' EXIT

in_tmux() {
	tmux -S "$scratch/tmux" -f /dev/null "$@"
}

# All stores have been read, and nothing is on the screen that only says that it will be.
is_complete() {
	in_tmux capture-pane -p >"$scratch/text" && grep -q quit "$scratch/text" &&
		! grep -q opening "$scratch/text"
}

unset NO_COLOR COLUMNS LINES
export LC_ALL=C.UTF-8 CKPTOP_NOW=2026-11-22T03:07:39Z
cd "$here/../tests/screen/fixture"
in_tmux start-server \; set-option -g status off \; set-option -g remain-on-exit on \; \
	set-option -g default-terminal tmux-256color \; \
	new-session -d -x 120 -y 36 "exec '$program' --config fixture.conf --theme dark"
tries=600
until is_complete; do
	tries=$((tries - 1))
	if [ $tries = 0 ]; then
		cat "$scratch/text"
		echo "make-screenshot.sh: the dashboard does not come up" >&2
		exit 1
	fi
	sleep 0.1
done
in_tmux capture-pane -e -p >"$scratch/screen"
python3 "$here/screen_svg.py" 120 <"$scratch/screen" >"$scratch/svg"
mv "$scratch/svg" "$here/screen.svg"
