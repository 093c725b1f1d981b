#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Whatever the locale and the terminal are: ASCII where there is nothing else, no colours
where none are wanted, a clear refusal where no screen can be shown; and the command line
works everywhere."""
import re
import subprocess

from grammar import complaint
from terminal import CKPTOP, Terminal, check, environment, main

COLOUR = re.compile(rb"\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9;]*)?m")
NAME = "caf\u00e9-\u4e2d\u6587"
# ssh brings no LANG along; the last one is not installed anywhere.
OTHER_LOCALES = (
    {"LANG": None},
    {"LANG": ""},
    {"LANG": "C"},
    {"LC_ALL": "POSIX"},
    {"LC_ALL": "de_DE.ISO-8859-1"},
    {"LANG": "xx_YY.UTF-8"},
)
REFUSED = (
    (None, b"TERM is not set"),
    ("", b"TERM is not set"),
    ("no-such-terminal", b"'no-such-terminal'"),
    ("dumb", b"'dumb'"),
    ("unknown", b"'unknown'"),
)
TERMINALS = ("xterm", "xterm-256color", "linux", "vt100", "screen", "tmux-256color")
COMMANDS = (
    ("list",),
    ("list", "--json"),
    ("show", NAME + "/0"),
    ("load", NAME, "0"),
    ("stores",),
    ("info",),
    ("-b", "-n", "1"),
    ("--help",),
)


def command(uri, *options, **changes):
    result = subprocess.run(
        [CKPTOP, "--no-config", "-s", uri, *options], env=environment(**changes),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
    )
    check(
        result.returncode == 0 and result.stderr == b"",
        "%s %s: status %s: %r" % (changes, options, result.returncode, result.stderr),
    )
    return result.stdout


def screens(uri, *options, **changes):
    """What is sent over the list, a checkpoint, the help and the menu."""
    with Terminal([*options, "-s", uri], env=environment(**changes)) as terminal:
        terminal.press(
            b"", r"(?m)^>.*caf.*(.|\n)*1 of 4 ..$",
            b"\r", r"JOBS > caf.* 1-1 of 1",
            b"\r", r"(?m)^ CHECKPOINT caf(.|\n)* \{\}",
            b"?", r"HELP on CHECKPOINT",
            b"1", r"(?m)^>.*caf.*(.|\n)*1 of 4 ..$",
            b"s", r"sort by",
        )
        terminal.send(b"\x03Q")
        check(terminal.finish() == 0, "%s: it did not end well" % changes)
        terminal.assert_clean()
        return terminal.output


def ascii_where_there_is_nothing_else(uri):
    check(NAME.encode() in screens(uri), "no UTF-8 where it is")
    check(NAME.encode() in command(uri, "list"), "no UTF-8 where it is")
    for changes in OTHER_LOCALES:
        found = complaint(screens(uri, **changes), ascii_only=True)
        check(found is None, "%s: %s" % (changes, found))
    found = complaint(screens(uri, "--ascii"), ascii_only=True)
    check(found is None, "--ascii: %s" % found)


def no_colours_where_none_are_wanted(uri):
    check(COLOUR.search(screens(uri)), "there are no colours to be switched off")
    check(COLOUR.search(screens(uri, NO_COLOR="")), "an empty NO_COLOR is none")
    for options, changes in (
        ((), {"NO_COLOR": "1"}),
        ((), {"CKPTOP_NO_COLOR": "1"}),
        (("--color", "never"), {}),
        (("--theme", "dark"), {"NO_COLOR": "1"}),
    ):
        output = screens(uri, *options, **changes)
        found = COLOUR.search(output)
        check(not found, "%s %s: %r" % (options, changes, found and found.group()))


def terminals_that_cannot_are_refused(uri):
    for term, word in REFUSED:
        with Terminal(["-s", uri], env=environment(TERM=term)) as terminal:
            status = terminal.finish()
            check(status == 2, "TERM=%s: status %s" % (term, status))
            check(b"\x1b" not in terminal.output, "TERM=%s: %r" % (term, terminal.output))
            check(word in terminal.output, "TERM=%s: %r" % (term, terminal.output))
            check(b"ckptop list" in terminal.output, "TERM=%s: no hint" % term)


def all_others_show_it(uri):
    for term in TERMINALS:
        with Terminal(["-s", uri], env=environment(TERM=term)) as terminal:
            terminal.ready()
            terminal.send(b"q")
            check(terminal.finish() == 0, "TERM=%s: it did not end well" % term)
            found = complaint(terminal.output)
            check(found is None, "TERM=%s: %s" % (term, found))
            if term == "vt100":
                check(not COLOUR.search(terminal.output), "colours on a vt100")


def the_command_line_works(uri):
    places = [*OTHER_LOCALES, *({"TERM": term} for term, _ in REFUSED), {"NO_COLOR": "1"}]
    for options in COMMANDS:
        for changes in places:
            output = command(uri, *options, **changes)
            check(b"\x1b" not in output, "%s %s: an escape" % (changes, options))
            check(output.endswith(b"\n"), "%s %s: %r" % (changes, options, output))
    # JSON is UTF-8 by its definition, and a value is told as it is.
    for changes in OTHER_LOCALES:
        check(NAME.encode() in command(uri, "list", "--json", **changes), "JSON: no UTF-8")
        check(command(uri, "load", NAME, "0", **changes) == b"42\n", "the value is another")
        check(b"caf?-??" in command(uri, "list", **changes), "%s: no ASCII" % changes)


# T06 locale_C, LANG empty, TERM=dumb/unknown/vt100, NO_COLOR
def every_environment(uri):
    command(uri, "save", "-q", NAME, "0", "42", "--metadata", "{}")
    ascii_where_there_is_nothing_else(uri)
    no_colours_where_none_are_wanted(uri)
    terminals_that_cannot_are_refused(uri)
    all_others_show_it(uri)
    the_command_line_works(uri)


main(every_environment)
