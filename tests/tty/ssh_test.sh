#!/bin/sh
# SPDX-License-Identifier: MIT
# The dashboard over a real sshd: it shows, takes keys, changes what it is told to, and is gone
# when the line is cut.
set -u
PATH=$PATH:/usr/sbin
here=$(dirname "$0")
. "$here/tty.sh"
need tmux pgrep ssh sshd ssh-keygen python3

# --- a server of our own ---

server_pid=

end_server() {
	[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null
	[ -z "${made_run_sshd:-}" ] || rmdir /run/sshd 2>/dev/null
	clean_up
}
trap end_server EXIT

make_keys() {
	ssh-keygen -q -t ed25519 -N '' -f "$scratch/host_key" &&
		ssh-keygen -q -t ed25519 -N '' -f "$scratch/user_key" &&
		cp "$scratch/user_key.pub" "$scratch/authorized_keys"
}

write_config() {
	cat <<-END >"$scratch/sshd_config"
		ListenAddress 127.0.0.1
		Port $1
		HostKey $scratch/host_key
		AuthorizedKeysFile $scratch/authorized_keys
		PidFile none
		UsePAM no
		StrictModes no
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin prohibit-password
		SetEnv LC_ALL=C.UTF-8 ${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS"}
	END
}

is_listening_or_ended() {
	grep -q '^Server listening' "$scratch/sshd.log" || ! is_alive "$server_pid"
}

# Somebody else may have the port: then try another.
start_server() {
	# Root's sshd wants this folder, which the system makes when it starts its own.
	if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
		mkdir -m 755 /run/sshd && made_run_sshd=yes
	fi
	for try in 1 2 3 4 5; do
		port=$((20000 + ($$ * 7 + try * 1009) % 30000))
		write_config "$port"
		: >"$scratch/sshd.log"
		"$(command -v sshd)" -D -e -f "$scratch/sshd_config" 2>"$scratch/sshd.log" &
		server_pid=$!
		await "sshd to listen" is_listening_or_ended
		is_alive "$server_pid" && return
	done
	cat "$scratch/sshd.log"
	fail "sshd does not start"
}

write_client() {
	cat <<-END >"$scratch/ssh_config"
		Host test
			HostName 127.0.0.1
			Port $port
			User $(id -un)
			IdentityFile $scratch/user_key
			IdentitiesOnly yes
			UserKnownHostsFile $scratch/known_hosts
			StrictHostKeyChecking accept-new
			LogLevel ERROR
	END
}

remote() {
	ssh -F "$scratch/ssh_config" -o BatchMode=yes "$@"
}

# --- what it shows ---

store=sqlite:$scratch/state.db

fill_store() {
	"$program" --no-config init -s "$store" >/dev/null || fail "no store"
	for partition in 0 1 2; do
		"$program" --no-config -s "$store" save -q orders "$partition" 88412007 ||
			fail "cannot save"
	done
}

# open_dashboard PREFIX: the dashboard on the other side; its process id is in $remote_pid.
open_dashboard() {
	rm -f "$scratch/pid"
	terminal 80 24 "env TERM=xterm-256color ssh -F $scratch/ssh_config -tt test \
		'$1 echo \$\$ >$scratch/pid.new; mv $scratch/pid.new $scratch/pid; \
		exec $program --no-config -s $store'"
	await "the dashboard over ssh" screen_has '^.*orders'
	remote_pid=$(cat "$scratch/pid")
}

is_80x24() {
	[ "$(in_tmux capture-pane -p -t tty | wc -l)" = 24 ] && screen | sed -n 24p | grep -q quit
}

# What a person does first: the list, on the terminal that ssh gives.
test_list() {
	env TERM=xterm-256color ssh -F "$scratch/ssh_config" -o BatchMode=yes -tt test \
		"exec $program --no-config -s $store list" </dev/null >"$scratch/out" 2>&1 ||
		fail "list on a terminal over ssh: $(cat "$scratch/out")"
	[ "$(grep -c "orders.*88,412,007" "$scratch/out")" = 3 ] ||
		fail "list on a terminal over ssh: $(cat "$scratch/out")"
}

test_keys() {
	open_dashboard ''
	await "a footer in line 24" is_80x24
	press S
	await "the screen of the stores" screen_has '^ STORES'
	press Escape
	await "the screen of the jobs" screen_has 'orders'
	press q
	ended_with 0
	await "the end of ckptop" not is_alive "$remote_pid"
	end_terminal
}

# test_cut WHAT PREFIX KILL: the line is cut, the program goes.
test_cut() {
	open_dashboard "$2"
	eval "$3"
	await "the end of ckptop after: $1" not is_alive "$remote_pid"
	end_terminal
}

# The parent of the remote process is the sshd of this session.
session_pid() {
	sed -n 's/^PPid:\t//p' "/proc/$remote_pid/status"
}

# --- terminals that cannot show it ---

test_term() {
	status=0
	TERM=$1 remote -tt test "exec $program --no-config -s $store" \
		</dev/null >"$scratch/out" 2>&1 || status=$?
	[ "$status" = 2 ] || fail "TERM=$1 ends with $status: $(cat "$scratch/out")"
	grep -q TERM "$scratch/out" || fail "TERM=$1 gives no hint: $(cat "$scratch/out")"
	! grep -q "$(printf '\033')" "$scratch/out" || fail "TERM=$1 gets an escape"
}

test_pipe() {
	remote test "$program --no-config -s $store list --json" </dev/null \
		>"$scratch/out" 2>"$scratch/err" || fail "list over ssh: $(cat "$scratch/err")"
	python3 - "$scratch/out" <<-'END' || fail "list over ssh is not plain JSON"
		import json, sys
		text = open(sys.argv[1], "rb").read()
		assert not any(byte < 32 and byte != 10 or byte == 127 for byte in text), text
		rows = json.loads(text)["checkpoints"]
		assert [row["partition"] for row in rows] == ["0", "1", "2"], rows
	END
}

# T17 real_sshd_loopback
test_all() {
	test_pipe
	for term in dumb nonsense; do
		test_term "$term"
	done
	test_list
	test_keys
	test_cut "the client was killed" '' 'kill -9 "$(command_pid)"'
	test_cut "the client was killed, hang-up ignored" "trap '' HUP;" 'kill -9 "$(command_pid)"'
	test_cut "the session was killed" '' 'kill -9 "$(session_pid)"'
	"$program" --no-config -s "$store" load orders 0 >"$scratch/out" || fail "nothing to load"
	[ "$(cat "$scratch/out")" = 88412007 ] || fail "the value is $(cat "$scratch/out") now"
	CKPTOP=$program python3 -B "$here/ssh_change.py" "$scratch/ssh_config" ||
		fail "see above"
}

fill_store
make_keys || fail "no keys"
start_server
write_client
remote test true || { cat "$scratch/sshd.log"; fail "nobody can log in"; }
if ! remote -tt test true </dev/null >/dev/null 2>&1; then
	cat "$scratch/sshd.log"
	# Where devpts is mounted without gid=tty only root's sshd can hand out a terminal.
	grep -q 'chown(/dev/pts' "$scratch/sshd.log" && skip "this user's sshd can give no terminal"
	fail "nobody gets a terminal"
fi
test_all
echo "all passed"
