#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The checker of streams, checked: what it must refuse, and what it must let pass."""
import sys

from grammar import Parser, Rules, complaint

GOOD = (
    b"",
    b"plain text, 1/16 ~ {}",
    b"\x1b[?1049h\x1b[22;0;0t\x1b[1;36r\x1b(B\x1b[m\x1b[4l\x1b[?7h\x1b[?25l\x1b[?2004h",
    b"\x1b[H\x1b[2J\x1b[12;34Hx\x1b[34G\x1b[2d\x1b[K\x1b[3X\x1b[A\x1b[12C\x1b[5b",
    b"\x1b[0;1;36mbold\x1b[39;49m\x1b[0;10;7m\x1b[38;5;208;48;5;17mcolours\x1b[;1m",
    b"\x1b]52;c;aXRlbXM=\x07",
    "caf\u00e9 \u4e2d\u6587 \u2500\u2581\u2588 e\u0301\u0302\u0303\u0304".encode(),
)

# Every one is a way to act on a terminal, to hide something, or to halve a character.
BAD = (
    b"\x1b]0;title\x07",
    b"\x1b]2;title\x1b\\",
    b"\x1b]8;;http://x\x07link",
    b"\x1b]52;c;not base64!\x07",
    b"\x1b]52;c;?\x07",
    b"\x1b]52;p;aXRlbXM=\x07",
    b"\x1b]52;c;aXRlbXM=\x1b\\",
    b"\x1b]52;c;aXRl",
    b"\x1b]52;c;aXRl\x1b[mbXM=\x07",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_G\x1b\\",
    b"\x1b^x\x1b\\",
    b"\x1bXx\x1b\\",
    b"\xc2\x9b31m",
    b"\xc2\x9d0;title\x07",
    b"\xc2\x85",
    b"\x9b31m",
    b"a\xff\xfe",
    b"\xe4\xb8",
    b"\x1b[5mblink",
    b"\x1b[8mhidden",
    b"\x1b[0;5m",
    b"\x1b[38;5;256m",
    b"\x1b[38;5m",
    b"\x1b[38;2;1;2;3m",
    b"\x1b[1:2m",
    b"\x1b[01m",
    b"\x1b[?1000h",
    b"\x1b[?1049;1000h",
    b"\x1b[4h",
    b"\x1b[6n",
    b"\x1b[c",
    b"\x1b[>c",
    b"\x1b[21t",
    b"\x1b[22;0;1t",
    b"\x1b[3J",
    b"\x1b[1J",
    b"\x1b[123456G",
    b"\x1b[1;2;3H",
    b"\x1b[!p",
    b"\x1b[1 q",
    b"\x1b[12",
    b"\x1b[1\n2H",
    b"\x1b[1\x1b[2J",
    b"\x1bc",
    b"\x1b(0",
    b"\x1b=",
    b"\x1b#8",
    b"\x1b\x1b[m",
    b"\x1b",
    b"\t",
    b"\x0e",
    b"\x7f",
    b"\x00",
    b"\x18",
    "\u202e".encode(),
    "\u2066".encode(),
    "\u200b".encode(),
    "\u200d".encode(),
    "\ufeff".encode(),
    "\u2028".encode(),
    "\u00a0".encode(),
    "\u3000".encode(),
    "\u00ad".encode(),
    "\ufe0f".encode(),
    "\u115f".encode(),
    "\u2800".encode(),
    "\ue000".encode(),
    "\U000e0041".encode(),
    "\u0301".encode(),
    "e\x1b[m\u0301".encode(),
    "e\u0301\u0302\u0303\u0304\u0305".encode(),
)

failed = 0
for stream in GOOD:
    if complaint(stream) is not None:
        print("not ok - refuses %r: %s" % (stream, complaint(stream)))
        failed += 1
for stream in BAD:
    # Also in the midst of what is good.
    for data in (stream, b"x\x1b[1;1H" + stream + b" and more"):
        if complaint(data) is None:
            print("not ok - lets %r pass" % data)
            failed += 1
if complaint(b"\xc3\xa9", ascii_only=True) is None:
    print("not ok - lets more than ASCII pass")
    failed += 1
parser = Parser()
parser.check(GOOD[-2])
if parser.clipboard != [b"items"]:
    print("not ok - the clipboard is %r" % parser.clipboard)
    failed += 1
if len(Rules().allowed) < 40 or len(Rules().looks) < 40:
    print("not ok - the rules were not read")
    failed += 1
print("%d streams, %d failed" % (len(GOOD) + 2 * len(BAD), failed))
sys.exit(1 if failed else 0)
