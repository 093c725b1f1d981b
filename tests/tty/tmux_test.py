#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The dashboard in a real terminal, tmux, under a real shell."""
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from terminal import CKPTOP, WATCHDOG, check, environment, main


class Tmux:
    """A session with a shell in it, on a server of its own."""

    def __init__(self, width=120, height=36):
        self.folder = tempfile.TemporaryDirectory(prefix="ckptop-tmux-")
        self.socket = os.path.join(self.folder.name, "socket")
        self.run(
            "new-session", "-d", "-x", str(width), "-y", str(height),
            "env PS1='prompt> ' sh -i",
        )
        self.wait_for(r"prompt>")

    def run(self, *arguments, text=None):
        env = environment(TERM="xterm-256color", HOME=self.folder.name)
        return subprocess.run(
            ["tmux", "-u", "-S", self.socket, "-f", "/dev/null", *arguments],
            env=env, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=WATCHDOG, encoding="utf-8", check=False,
        )

    def screen(self):
        return self.run("capture-pane", "-p").stdout

    def wait_for(self, pattern, absent=None):
        end = time.monotonic() + WATCHDOG
        while True:
            screen = self.screen()
            if re.search(pattern, screen) and not (absent and re.search(absent, screen)):
                return screen
            check(time.monotonic() < end, "no %r on\n%s" % (pattern, screen))
            time.sleep(0.02)

    def keys(self, *keys):
        self.run("send-keys", *keys)

    def start(self, uri):
        self.keys("clear; echo before the start", "Enter")
        self.wait_for(r"(?m)^before the start")
        self.keys("'%s' -s '%s'" % (CKPTOP, uri), "Enter")
        self.wait_for(r"read \d+s ago")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("kill-server")
        self.folder.cleanup()


def it_shows_opens_filters_and_leaves(uri):
    with Tmux() as tmux:
        tmux.start(uri)
        screen = tmux.wait_for(r"(?m)^>.*items")
        check(screen.startswith(" ckptop"), "line 1 is %r" % screen.splitlines()[0])
        tmux.keys("Down")
        tmux.wait_for(r"(?m)^>.*ledger-sync")
        tmux.keys("Enter")
        tmux.wait_for(r"JOBS > ledger-sync")
        tmux.keys("Escape")
        tmux.wait_for(r"(?m)^>.*ledger-sync", absent="JOBS >")
        tmux.keys("/", "ord")
        tmux.wait_for(r"filter: ord +1 of 3 shown")
        tmux.keys("Enter")
        tmux.wait_for(r"(?m)^>.*orders-daily", absent="items")
        tmux.keys("Escape")
        tmux.wait_for(r"items")
        tmux.keys("q")
        # The shell's screen is back as it was.
        tmux.wait_for(r"before the start(.|\n)*prompt>", absent="STORES")


def a_resize_repaints_and_keeps_the_selection(uri):
    with Tmux() as tmux:
        tmux.start(uri)
        tmux.keys("Down")
        tmux.wait_for(r"(?m)^>.*ledger-sync")
        for width, height in ((80, 24), (40, 10), (100, 30), (120, 36)):
            tmux.run("resize-window", "-x", str(width), "-y", str(height))
            # The first line ends with the clock and fills the width; the last has keys.
            wanted = r"(?m)\A(?=.{%d}$).*\d\d:\d\d.*(.|\n)*Enter open" % width
            screen = tmux.wait_for(wanted)
            check(len(screen.splitlines()) == height, "%d lines" % len(screen.splitlines()))
            check(re.search(r"ledger-sync", screen), "the selected row is lost")
        tmux.wait_for(r"(?m)^>.*ledger-sync")


def it_can_be_stopped_and_go_on(uri):
    with Tmux() as tmux:
        tmux.start(uri)
        tmux.keys("Down")
        tmux.wait_for(r"(?m)^>.*ledger-sync")
        for _ in range(2):
            tmux.keys("C-z")
            tmux.wait_for(r"before the start(.|\n)*prompt>", absent="STORES")
            tmux.keys("stty -a", "Enter")
            tmux.wait_for(r"[^-]icanon", absent="-echo ")
            tmux.keys("clear; echo before the start; fg", "Enter")
            tmux.wait_for(r"(?m)^>.*ledger-sync")
        tmux.keys("q")
        tmux.wait_for(r"prompt>", absent="STORES")
        # Killed while it is stopped, it ends when it goes on, and tidily.
        tmux.start(uri)
        tmux.keys("C-z")
        tmux.wait_for(r"before the start(.|\n)*prompt>", absent="STORES")
        tmux.keys("kill %1; fg; clear; echo after the end", "Enter")
        tmux.wait_for(r"(?m)^after the end(.|\n)*prompt>", absent="STORES")


def a_paste_is_text(uri):
    with Tmux() as tmux:
        tmux.start(uri)
        tmux.run("load-buffer", "-", text="items\nQ")
        tmux.run("paste-buffer", "-p")
        tmux.wait_for(r"pasted text is not taken for commands")
        tmux.keys("/")
        tmux.wait_for(r"filter: ")
        tmux.run("paste-buffer", "-p")
        tmux.wait_for(r"filter: items Q")


def a_name_can_be_copied(uri):
    with Tmux() as tmux:
        tmux.run("set-option", "-s", "set-clipboard", "on")
        tmux.start(uri)
        tmux.wait_for(r"(?m)^>.*items")
        tmux.keys("y")
        tmux.wait_for(r"copied: items.*set-clipboard on")
        end = time.monotonic() + WATCHDOG
        while tmux.run("show-buffer").stdout.rstrip("\n") != "items":
            check(time.monotonic() < end, "the buffer has %r" % tmux.run("show-buffer").stdout)


# T05 wide_at_last_column
def wide_names_stay_in_their_line(uri):
    name = "\u4e2d\u6587\U0001f600" * 40
    with sqlite3.connect(uri[len("sqlite:") :]) as db:
        db.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?, '')", (name,) * 4)
        db.execute("INSERT INTO checkpoints VALUES ('e\u0301' || 'nd', '', '', '', '')")
    db.close()
    for width in (39, 40, 61, 80, 81, 120, 121):
        with Tmux(width, 24) as tmux:
            tmux.start(uri)
            screen = tmux.wait_for(r"\u4e2d").splitlines()
            # A character that does not fit would push the following lines down.
            check(len(screen) == 24, "%d lines at %d" % (len(screen), width))
            rows = [line for line in screen if re.match(r"[> ]?ok ", line)]
            check(len(rows) >= 5, "%d rows at %d:\n%s" % (len(rows), width, "\n".join(screen)))
            tmux.keys("q")
            tmux.wait_for(r"prompt>")


if shutil.which("tmux") is None:
    print("SKIP: tmux is missing")
    sys.exit(77)
main(
    it_shows_opens_filters_and_leaves,
    a_resize_repaints_and_keeps_the_selection,
    it_can_be_stopped_and_go_on,
    a_paste_is_text,
    a_name_can_be_copied,
    wide_names_stay_in_their_line,
)
