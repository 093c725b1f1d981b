#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The bytes that the dashboard sends on a tour over every screen, with stores full of
hostile text: nothing of them is outside of what grammar.txt allows, and a terminal that
gets them keeps its title, clipboard and modes."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from grammar import Bad, Parser
from hostile import ALL, leaks, make_stores
from terminal import CKPTOP, WATCHDOG, Terminal, check, environment, main

HERE = os.path.dirname(os.path.abspath(__file__))
# Typed into prompts, as it comes from a keyboard or a paste.
TYPED = "\u202ex\u200b\u0301\u4e2d\U000e0041\u00e9"


def stores_of(uri):
    """The options for stores that are full of it, and two that cannot be read."""
    uris = make_stores(os.path.dirname(uri[len("sqlite:") :]))
    return [word for one in uris for word in ("-s", one)]


def press(terminal, key, pattern, absent=None):
    terminal.send(key)
    return terminal.expect(pattern, absent)


def all_are_read(terminal):
    terminal.expect(r"77 jobs, \d+ check|/77")
    return 77


def columns_stand(terminal):
    """Whatever the names are: the column behind them begins in the same cell."""
    lines = terminal.screen.lines
    titles = next(y for y, line in enumerate(lines) if "".join(line).startswith(" ST "))
    x = "".join(lines[titles]).index("STORE")
    rows = [line[x - 1 : x + 6] for line in lines[titles + 1 : titles + 24]]
    for row in rows:
        check("".join(row) in (" etl.db", " files "), "a column moved:\n%s" % terminal.screen.text())


def jobs_and_what_is_in_them(terminal, count, step):
    """Down the list of jobs. The panel tells where the cursor is; it is on the first."""
    for row in range(1, count + 1):
        if row > 1:
            press(terminal, b"j", r"(?m) %d of %d ..$" % (row, count))
            # The panel is painted last.
            columns_stand(terminal)
        if row % step != 0:
            continue
        press(terminal, b"\r", r"(?m)^ JOBS > .* poll .* 1-\d+ of \d+$")
        press(terminal, b"\r", r"(?m)^ CHECKPOINT ")
        press(terminal, b"y", r"copied:\s")
        press(terminal, b"l", r"has no meaning|no command", absent="copied: ")
        press(terminal, b"\x1b", r"(?m)^ JOBS > ", absent=r"(?m)^ CHECKPOINT ")
        press(terminal, b"\x1b", r"(?m)^ JOBS  ")


def partitions(terminal):
    """The job that has all of it as partitions; reached by its name."""
    press(terminal, b":many\r", r"JOBS > many .* partitions .* 1-\d+ of %d" % len(ALL))
    count = len(ALL)
    for row in range(1, count + 1):
        if row > 1:
            press(terminal, b"j", r"(?m) %d of %d ..$" % (row, count))
    press(terminal, b"\r", r"(?m)^ CHECKPOINT many")
    for _ in range(count):
        press(terminal, b"p", r"PAUSED")
        press(terminal, b"p", r"(?m)^ CHECKPOINT many", absent="PAUSED")
        press(terminal, b"n", r"(?m)^ CHECKPOINT many")
    press(terminal, b"\x1b", r"JOBS > many .* partitions")
    press(terminal, b"\x1b", r"(?m)^ JOBS  ")


def stores(terminal):
    press(terminal, b"S", r"(?m)^ STORES    4 stores")
    for row in range(2, 5):
        press(terminal, b"j", r"(?m) %d of 4 ..$" % row)
    press(terminal, b"y", r"copied:\s")
    press(terminal, b"P", r"stopped|not polled|polling")
    press(terminal, b"\x1b", r"(?m)^ JOBS  ")


def the_help(terminal):
    # The first page down takes the cursor to the last line, the others scroll.
    terminal.send(b"?\x1b[6~")
    last, count = 0, 1
    while last < count:
        text = terminal.expect(r"HELP on .*-(?!%d )\d+ of \d+" % last)
        last, count = map(int, re.search(r"HELP on .*-(\d+) of (\d+)", text).groups())
        terminal.send(b"\x1b[6~" if last < count else b"\x1b")
    terminal.expect(r"(?m)^ JOBS  ")


def prompts(terminal):
    press(terminal, b"/", r"filter: ")
    press(terminal, TYPED.encode(), r"0 of \d+ shown")
    press(terminal, b"\r", r"nothing matches")
    press(terminal, b"\x1b", r"\d+ jobs", absent="nothing matches")
    press(terminal, b"/lag>>\r", r"filter: lag>>")
    press(terminal, b"\x1b", r"filter: -")
    press(terminal, b":", r"go to: ")
    press(terminal, b"c\t", r"go to: c")
    press(terminal, TYPED.encode() + b"\r", r"no job '")
    press(terminal, b"\x1b", r"\d+ jobs", absent="no job '")
    press(terminal, b"s", r"sort by")
    press(terminal, b"\x1b", r"\d+ jobs", absent="sort by")
    press(terminal, b"T", r"times are")
    press(terminal, b"!", r"filter: problems only")
    press(terminal, b"!", r"filter: -")
    press(terminal, b" ", r"marked: 1")
    press(terminal, b"U", r"marked: 0")
    press(terminal, b"\x1b[200~" + TYPED.encode() + b"\n\x1b[201~", r"pasted text")


def sizes(terminal):
    for size, wanted in (
        ((80, 24), r"\d+/77"), ((60, 15), r"\d+/77"), ((40, 10), r"\d+/77"),
        ((20, 5), None), ((2, 1), None), ((1, 1), None), ((200, 50), r"-\d+ of 77"),
    ):
        start = terminal.mark()
        terminal.resize(*size)
        if wanted:
            terminal.expect(wanted)
            press(terminal, b"?", "HELP|SIGNS")
            press(terminal, b"\x1b", wanted, absent="SIGNS")
        else:
            terminal.expect_bytes(rb"\x1b\[2?J", start)
    terminal.resize(120, 36)
    terminal.expect(r"-\d+ of 77")


# What the keys of keys.def send.
NAMED_KEYS = {
    "Up": b"\x1b[A", "Down": b"\x1b[B", "Right": b"\x1b[C", "Left": b"\x1b[D", "PgUp": b"\x1b[5~",
    "PgDn": b"\x1b[6~", "Home": b"\x1b[H", "End": b"\x1b[F", "Enter": b"\r", # What comes behind it makes sure that it is taken for a key of its own.
    "Esc": b"\x1b\x1b[I", "Tab": b"\t", "Backspace": b"\x7f", "Space": b" ", "F1": b"\x1bOP", "F4": b"\x1bOS",
    "F5": b"\x1b[15~",
}
ENDING_KEYS = ("QUIT", "SUSPEND")


def all_keys(others=True):
    """Of the table that the program is made of, but for those that end or stop it; without
    others only the first one of each action."""
    keys = []
    with open(os.path.join(HERE, "..", "..", "src", "tui", "keys.def"), encoding="utf-8") as file:
        for action, names in re.findall(r'(?m)^KEY\((\w+), "((?:[^"\\]|\\.)*)"', file.read()):
            for name in names.replace("\\\\", "\\").split()[: None if others else 1]:
                if action not in ENDING_KEYS:
                    control = len(name) == 2 and name[0] == "^"
                    code = bytes([ord(name[1]) & 0x1F]) if control else name.encode()
                    keys.append(NAMED_KEYS.get(name, code))
    check(len(keys) > 30, "the table of keys was not read: %r" % keys)
    return keys


def type_and_read(terminal, keys):
    terminal.type(keys, lambda: terminal.read_once(0))
    terminal.settle()


# Keys that lead from the list of jobs to every screen, each with what tells that it is there.
MANY = (b":many\r", r"(?m)^ JOBS > many .* 1-\d+ of %d$" % len(ALL))
PLACES = (
    (b"", r"(?m)^ JOBS  .* filter: - .* of 77$"),
    MANY,
    (*MANY, b"\r", r"(?m)^ CHECKPOINT many"),
    (b"S", r"(?m)^ STORES    4 stores"),
    (b"?", r"HELP on JOBS"),
    (*MANY, b"?", r"HELP on PARTITIONS"),
    (b"p", r"PAUSED"),
    (b"!", r"filter: problems only"),
    (b"/many\r", r"filter: many .*1-1 of 1"),
    (b"/many", r"(?m)^ filter: many +1 of 77 shown"),
    (b"s", r"sort by"),
)
ON_JOBS = (r"PAUSED", r"filter: problems only", r"filter: many .*1-1 of 1", PLACES[0][-1])
EVERY_SIZE = (
    (120, 36), (200, 50), (80, 24), (100, 30), (60, 15), (40, 10), (20, 5), (3, 2), (1, 1),
)


def set_size(terminal, size):
    """Without a new size the program would not be told to paint anew."""
    if (terminal.screen.width, terminal.screen.height) != size:
        terminal.resize(*size)


def go_to(terminal, steps, number):
    """From wherever it is. The number is another one each time: when it is seen, all that
    was typed before has been acted on, and what is on the screen is no older."""
    set_size(terminal, (120, 36))
    type_and_read(terminal, NAMED_KEYS["Esc"] * 4 + b"1U:visit%d" % number)
    terminal.expect(r"(?m)^ JOBS  (.|\n)*go to: visit%d\b" % number)
    type_and_read(terminal, NAMED_KEYS["Esc"])
    terminal.expect(r"(?m)^ JOBS  (.|\n)* q quit$", absent="go to: ")
    terminal.settle()
    for key, is_on in ((b"p", "PAUSED"), (b"!", "filter: problems only")):
        if is_on in terminal.screen.text():
            type_and_read(terminal, key)
    terminal.press(*steps)


def type_at_sizes(options, visits):
    """Goes to each screen, makes the terminal one of the size there, and types the key."""
    with Terminal(options) as terminal:
        all_are_read(terminal)
        for number, (steps, key, size) in enumerate(visits):
            go_to(terminal, steps, number)
            set_size(terminal, size)
            terminal.settle()
            # On the first screen it would end all.
            if key != b"q" or steps[-1] not in ON_JOBS:
                type_and_read(terminal, key)
        go_to(terminal, PLACES[0], len(visits))
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        return terminal.output


def tour(options, step=1, **changes):
    """All of it; returns the stream."""
    with Terminal(options, env=environment(**changes)) as terminal:
        count = all_are_read(terminal)
        jobs_and_what_is_in_them(terminal, count, step)
        partitions(terminal)
        stores(terminal)
        the_help(terminal)
        prompts(terminal)
        sizes(terminal)
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        if "TERM" not in changes:
            terminal.assert_clean()
        return terminal.output


def assert_harmless(stream, ascii_only=False):
    parser = Parser(ascii_only=ascii_only)
    try:
        parser.check(stream)
    except Bad as bad:
        check(False, "the grammar does not allow %s" % bad)
    check(not leaks(stream), "as they are: %r" % leaks(stream))
    return parser


# T01 escape_corpus
# T02 bidi_zero_width
# T03 invalid_utf8_row_not_hidden
def nothing_is_outside_of_the_grammar(uri):
    options = stores_of(uri)
    stream = tour(options)
    parser = assert_harmless(stream)
    # What was copied is what the user asked for: whole, and in base64 only.
    check(any(b"PWNED" in copied for copied in parser.clipboard), "nothing was copied")
    for spelt in (b"<202e>", rb"\x1b]0;PWNED", rb"x3a\xff\xfe", b"<200b>", b"<feff>",
                  b"<e0041>", b"<fe0f>", b"<115f>", rb"\x9b31m"):
        check(spelt in stream, "%r is not told" % spelt)
    a_terminal_keeps_what_it_had(stream)


def a_terminal_keeps_what_it_had(stream):
    """tmux as the terminal: it would pass a title and a clipboard on."""
    tmux = shutil.which("tmux")
    if tmux is None:
        print("# not looked at in tmux: it is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="ckptop-stream-") as folder:
        path = os.path.join(folder, "stream")
        # What the user copied would be in a buffer, and rightly.
        with open(path, "wb") as file:
            file.write(re.sub(rb"\x1b\]52;c;[^\x07]*\x07", b"", stream) + b"the stream ends\r\n")

        def run(*arguments):
            return subprocess.run(
                [tmux, "-S", os.path.join(folder, "socket"), "-f", "/dev/null", *arguments],
                env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=WATCHDOG, encoding="utf-8", check=False).stdout

        run("start-server", ";", "set-option", "-s", "set-clipboard", "on", ";",
            "new-session", "-d", "-x", "120", "-y", "36", "-n", "window",
            "stty -opost; cat '%s'; exec cat" % path)
        try:
            end = time.monotonic() + WATCHDOG
            while "the stream ends" not in run("capture-pane", "-p"):
                check(time.monotonic() < end, "tmux did not come to its end")
                time.sleep(0.02)
            state = run(
                "display-message", "-p",
                "#{alternate_on} #{cursor_flag} #{insert_flag} #{keypad_cursor_flag}"
                " #{keypad_flag} #{mouse_any_flag} #{origin_flag} #{wrap_flag}"
                " #{scroll_region_upper} #{window_name} #{pane_title}")
            check("PWNED" not in state, "the title is %s" % state)
            check(state.startswith("0 1 0 0 0 0 0 1 0 window "), "the modes are %s" % state)
            check(run("list-buffers") == "", "the clipboard has %s" % run("list-buffers"))
        finally:
            run("kill-server")


def in_ascii_and_other_terminals_too(uri):
    options = stores_of(uri)
    for more, ascii_only, changes in (
        (["--ascii"], True, {}),
        ([], True, {"LANG": "C", "TERM": "vt100"}),
        (["--theme", "mono"], False, {"TERM": "linux"}),
        ([], False, {"TERM": "tmux-256color", "NO_COLOR": "1"}),
        ([], False, {"TERM": "screen-256color"}),
    ):
        assert_harmless(tour(more + options, 16, **changes), ascii_only)


def names_of_the_configuration(uri):
    """What a configuration says is shown as it is told, or refused; both without effect."""
    folder = os.path.dirname(uri[len("sqlite:") :])
    path = os.path.join(folder, "ckptop.conf")
    shown = 0
    forms = (b"[rule x]\nmatch = *\nowner = %s\nrunbook = %s\n", b"[env]\n%s = 1\n",
             b"[rule %s]\nmatch = items*\n", b"[%s]\n")
    for index, payload in enumerate(one for one in ALL if b"\n" not in one):
        for form in (b"[env]\nname = %s\n", forms[index % 4]):
            with open(path, "wb") as file:
                file.write(form.replace(b"%s", payload))
            with Terminal(["--config", path, "-s", uri]) as terminal:
                # Refused, or there: then its end is asked for.
                terminal.expect(r"ckptop: |read \d+s ago")
                if terminal.screen.text().startswith("ckptop: "):
                    status = terminal.finish()
                    check(status == 2, "it ended with %s" % status)
                    assert_harmless(terminal.output.replace(b"\r\n", b""))
                else:
                    terminal.send(b"Q")
                    check(terminal.finish() == 0, "it did not end well")
                    assert_harmless(terminal.output)
                    shown += 1
    check(shown > 0, "every configuration was refused")


def whatever_is_typed_at_any_size(uri):
    """Every key on every screen, also while text is asked for and a menu is open; each time
    at another size, and with CKPTOP_LONG=1 at every size."""
    options = stores_of(uri)
    themes = subprocess.run([CKPTOP, "theme", "--list"], stdout=subprocess.PIPE, check=True,
                            env=environment(), encoding="utf-8").stdout.split()
    check(len(themes) >= 2, "the themes are %r" % themes)
    is_long = os.environ.get("CKPTOP_LONG") == "1"
    visits = [(steps, key) for steps in PLACES for key in all_keys(is_long)]
    count = len(EVERY_SIZE)
    for turn in range(count) if is_long else (0,):
        at_sizes = [(*visit, EVERY_SIZE[(at + turn) % count]) for at, visit in enumerate(visits)]
        for number, theme in enumerate(themes):
            part = at_sizes[(number + turn) % len(themes) :: len(themes)]
            assert_harmless(type_at_sizes([*options, "--theme", theme], part))


main(
    nothing_is_outside_of_the_grammar,
    whatever_is_typed_at_any_size,
    in_ascii_and_other_terminals_too,
    names_of_the_configuration,
)
