#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a transcript and compares what is printed with what it says.
#
#	# a comment
#	$ ckptop list -s sqlite:a.db
#	> more of the command (a here-document)
#	what it prints, standard output and standard error
#	[3]				its exit status, if it is not 0
#
# All commands run in one shell, in an empty directory that is also HOME, with a clock that
# stands still; `live` runs one with the real clock, which writing needs. `server` starts a
# PostgreSQL server of the transcript's own, which psql and libpq then find by themselves. Blank
# lines at the end of an output do not count.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
transcript=$1
case $transcript in /*) ;; *) transcript=$PWD/$transcript ;; esac
program=$(cd "${builddir:-.}" && pwd)
if grep -q '^\$ server$' "$transcript" && ! python3 -B -c "
import sys
sys.path.insert(0, '$here/../store')
import postgres
sys.exit(postgres.binaries() is None)"; then
	echo 'SKIPPED: PostgreSQL is not installed'
	exit 77
fi
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
mkdir "$scratch/home" "$scratch/config" "$scratch/state" "$scratch/data"

# The transcript as a shell script that prints itself anew.
awk '
function quoted(text) {
	gsub(/\047/, "\047\\\047\047", text)
	return "\047" text "\047"
}
function flush() {
	if (command != "")
		printf "step %s\n", quoted(command)
	command = ""
}
/^\$ / { flush(); command = substr($0, 3); next }
/^> / && command != "" && !printed { command = command "\n" substr($0, 3); next }
/^#/ { flush(); printf "printf \"%%s\\n\" %s\n", quoted($0) }
END { flush() }
' "$transcript" >"$scratch/commands" || exit 99

cat >"$scratch/script" <<'END'
live() { env -u CKPTOP_NOW "$@"; }
store() { python3 "$here/store.py" "$@"; }
sql() { python3 "$here/sql.py" "$@"; }
on_tty() { python3 "$here/terminal.py" "$@"; }
server() {
	mkfifo ../hold
	python3 "$here/../store/postgres.py" <../hold >../port &
	exec 9>../hold
	until test -s ../port; do sleep 0.1; done
	export PGHOST=127.0.0.1 PGPORT="$(cat ../port)" PGUSER=postgres PGDATABASE=postgres
}
step() {
	printf '%s\n' "$1" | sed '1s/^/$ /; 2,$s/^/> /'
	eval "$1"
	status=$?
	test $status = 0 || echo "[$status]"
}
END
cat "$scratch/commands" >>"$scratch/script"

(cd "$scratch/home" && env -i PATH="$program:$PATH" HOME="$scratch/home" LC_ALL=C.UTF-8 \
	XDG_CONFIG_HOME="$scratch/config" XDG_STATE_HOME="$scratch/state" \
	XDG_DATA_HOME="$scratch/data" TERM=dumb TZ=UTC PYTHONDONTWRITEBYTECODE=1 \
	CKPTOP_NOW=2026-11-22T03:07:41Z here="$here" \
	${ASAN_OPTIONS+"ASAN_OPTIONS=$ASAN_OPTIONS"} \
	sh "$scratch/script" 2>&1 </dev/null) >"$scratch/actual"

# Without the blank lines before the next command.
normal() {
	awk '/^$/ { blank++; next }
	{ if (!/^[$#] ?/) for (; blank > 0; blank--) print ""; blank = 0; print }' "$1"
}
normal "$transcript" >"$scratch/expected.normal"
test ! -s "$scratch/port" || sed -i "s/:$(cat "$scratch/port")\b/:PORT/g" "$scratch/actual"
normal "$scratch/actual" >"$scratch/actual.normal"
test -z "$TRANSCRIPT_TO" || cp "$scratch/actual.normal" "$TRANSCRIPT_TO"
diff -u "$scratch/expected.normal" "$scratch/actual.normal"
