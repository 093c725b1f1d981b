#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""T01, T06: what leaves the program is what a terminal may get: known sequences, no
colours where none are wanted, ASCII where the locale has nothing else."""
import re
import sqlite3

from terminal import Terminal, check, environment, main

# Everything but text that may be written: the modes that are switched on and off again,
# cursor movement, attributes, erasing, scrolling, the character set of the start.
ALLOWED = re.compile(
    rb"\x1b\[\?(1049|2004|25|12|7|1)[hl]|\x1b\[22;0;0t|\x1b\[23;0;0t"
    rb"|\x1b\[[0-9;]*[ABCDGHJKLMPXabdefm@]|\x1b\[[0-9;]*r|\x1b\[(4|34)[hl]"
    rb"|\x1b\(B|\x1b\)0|\x1b[=>78M]|[\r\n\x0f\b]"
)
COLOUR = re.compile(rb"\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9;]*)?m")
CONTROL = re.compile(rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f]")

NASTY = (
    "csi\x1b[31mred",
    "osc\x1b]0;PWNED\x07title",
    "clip\x1b]52;c;cHduZWQ=\x07",
    "link\x1b]8;;http://x\x1b\\y",
    "dcs\x1bP1$r\x1b\\",
    "apc\x1b_G\x1b\\",
    "c1\x9b31mred",
    "so\x0e\x0fsi",
    "line\r\nbreak\ttab\bback",
    "bidi\u202eevil\u2066x\u2069",
    "zero\u200bwidth\u200djoin\ufeff",
    "tag\U000e0041\ufe0f",
    "wide\u4e2d\u6587",
    "e\u0301\u0302\u0303\u0304\u0305\u0306",
)


def run(uri, *options, keys=b"", size=(120, 36), **changes):
    with Terminal([*options, "-s", uri], env=environment(**changes), size=size) as terminal:
        terminal.ready()
        for key in keys:
            terminal.send(bytes([key]))
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        return terminal.output


def text_of_a_store_reaches_no_terminal_raw(uri):
    with sqlite3.connect(uri[len("sqlite:") :]) as db:
        for name in NASTY:
            db.execute(
                "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?)",
                (name, name, name, '{"error": "%s"}' % name, name),
            )
    db.close()
    output = run(uri, keys=b"jjjj\rjj\r?q")
    rest = ALLOWED.sub(b"", output)
    found = re.search(rb".{0,40}(" + CONTROL.pattern + rb").{0,40}", rest, re.DOTALL)
    check(not found, "a control character: %r" % (found and found.group()))
    for character in "\u202e\u2066\u200b\u200d\ufeff\U000e0041\ufe0f":
        check(character.encode() not in output, "U+%04X went through" % ord(character))
    check(b"<202e>" in output, "what is hidden is not spelt out")
    check("\u4e2d\u6587".encode() in output, "wide characters are lost")


def without_colours(uri):
    check(COLOUR.search(run(uri, keys=b"?")), "there are no colours to be switched off")
    for name, value in (("NO_COLOR", "1"), ("CKPTOP_NO_COLOR", "1"), ("TERM", "vt100")):
        output = run(uri, keys=b"?", **{name: value})
        found = COLOUR.search(output)
        check(not found, "%s=%s: %r" % (name, value, found and found.group()))
    check(COLOUR.search(run(uri, keys=b"?", NO_COLOR="")), "an empty NO_COLOR is none")


def in_other_locales_only_ascii(uri):
    with sqlite3.connect(uri[len("sqlite:") :]) as db:
        db.execute(
            "INSERT INTO checkpoints VALUES ('caf\u00e9-\u4e2d\u6587', '0', '1', '{}', '')"
        )
    db.close()
    check(re.search(rb"[\x80-\xff]", run(uri)), "nothing but ASCII even in UTF-8")
    for changes in (
        {"LANG": "C"},
        {"LANG": None},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "de_DE.ISO-8859-1"},
    ):
        output = run(uri, keys=b"j\r?s", **changes)
        found = re.search(rb"[\x80-\xff]", output)
        check(not found, "%s: byte %r" % (changes, found and found.group()))
        check(b"caf?-????" in output, "%s: the name is not told" % changes)
    check(not re.search(rb"[\x80-\xff]", run(uri, "--ascii")), "--ascii is not ASCII")


def few_bytes_are_sent(uri):
    with Terminal(["-s", uri]) as terminal:
        # The panel below the list is what is painted last.
        terminal.expect(r"store store\.db")
        first = terminal.mark()
        check(first <= 5000, "the first screen took %d bytes" % first)
        # The cursor on the second row: both rows anew, and no screen cleared.
        start = terminal.mark()
        terminal.send(b"j")
        terminal.expect(r"(?m)^>.*ledger-sync(.|\n)*-- ledger-sync|\u2500 ledger-sync")
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        spent = terminal.output[start:].find(b"\x1b[?2004l")
        check(0 < spent <= 500, "a key took %d bytes" % spent)
        for clear in (b"\x1b[2J", b"\x1b[J"):
            check(terminal.output.count(clear) <= 1, "it clears the screen again")


main(
    text_of_a_store_reaches_no_terminal_raw,
    without_colours,
    in_other_locales_only_ascii,
    few_bytes_are_sent,
)
