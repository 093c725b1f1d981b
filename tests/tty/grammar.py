# SPDX-License-Identifier: MIT
"""Takes a stream of bytes apart as a terminal does, and says what in it grammar.txt does
not allow."""
import base64
import binascii
import codecs
import os
import unicodedata

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grammar.txt")

CONTROLS = {0x07: "BEL", 0x08: "BS", 0x0A: "LF", 0x0D: "CR", 0x0F: "SI"}
# What follows ESC and makes a string that ends with ST.
STRINGS = {"]": "OSC", "P": "DCS", "_": "APC", "^": "PM", "X": "SOS"}
# The same as single characters, which a terminal may obey in UTF-8 as well.
C1_STRINGS = {0x9D: "OSC", 0x90: "DCS", 0x9F: "APC", 0x9E: "PM", 0x98: "SOS"}
MARKS_MAX = 4

# Invisible although of a visible category.
INVISIBLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))


class Bad(Exception):
    """Something that is not allowed."""


def is_text(character):
    code = ord(character)
    if code < 0x80:
        return 0x20 <= code < 0x7F
    if code in INVISIBLE or any(code in selectors for selectors in SELECTORS):
        return False
    return unicodedata.category(character)[0] in "LNPSM"


class Rules:
    def __init__(self, path=RULES):
        self.allowed = set()
        self.looks = set()
        with open(path, encoding="ascii") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    self.add(line)

    def add(self, line):
        rule, found, reason = line.partition(" -- ")
        kind, *parts = rule.split()
        if not found or not reason.strip() or not parts:
            raise ValueError("no rule with a reason: %r" % line)
        if kind != "SGR":
            self.allowed.add((kind, *parts))
            return
        first, _, last = parts[0].partition("-")
        for number in range(int(first), int(last or first) + 1):
            self.looks.add("".join([str(number), *parts[1:]]))

    def check(self, kind, *parts):
        shape = tuple("N" if self.is_number(part) else part for part in parts)
        exact = (kind, *parts)
        if exact in self.allowed or (kind, *shape) in self.allowed:
            return
        raise Bad("%s %s" % (kind, " ".join(parts)))

    @staticmethod
    def is_number(text):
        return text.isascii() and text.isdigit() and len(text) <= 5 and str(int(text)) == text

    def check_looks(self, numbers):
        """The numbers of an m sequence: one look after the other; an empty one is 0."""
        rest = [number or "0" for number in numbers]
        while rest:
            of_256 = ";".join(rest[:2]) + ";N" in self.looks and len(rest) > 2
            if rest[0] in self.looks:
                rest = rest[1:]
            elif of_256 and self.is_number(rest[2]) and int(rest[2]) < 256:
                rest = rest[3:]
            else:
                raise Bad("SGR %s" % ";".join(numbers))


class Parser:
    """Reads a stream. `clipboard` has what OSC 52 carried."""

    def __init__(self, rules=None, ascii_only=False):
        self.rules = rules or Rules()
        self.ascii_only = ascii_only
        self.clipboard = []

    def check(self, data):
        """Raises Bad, with what is wrong and what stands around it."""
        characters = self.decode(data)
        at = 0
        self.marks = None
        while at < len(characters):
            try:
                at = self.part(characters, at)
            except Bad as bad:
                around = "".join(characters[max(0, at - 40) : at + 40])
                raise Bad("%s at %d, in %r" % (bad, at, around)) from None

    @staticmethod
    def decode(data):
        try:
            return codecs.decode(data, "utf-8", "strict")
        except UnicodeDecodeError as error:
            raise Bad("no UTF-8: %r" % data[max(0, error.start - 40) : error.end + 40]) from None

    def part(self, text, at):
        code = ord(text[at])
        if code == 0x1B:
            self.marks = None
            return self.escape(text, at + 1)
        if code in C1_STRINGS:
            raise Bad("%s as one character" % C1_STRINGS[code])
        if code < 0x20 or 0x7F <= code < 0xA0:
            self.marks = None
            self.rules.check("CONTROL", CONTROLS.get(code, "%02x" % code))
            return at + 1
        self.text(text[at])
        return at + 1

    def text(self, character):
        if not is_text(character) or (self.ascii_only and character > "\x7e"):
            raise Bad("U+%04X as text" % ord(character))
        if unicodedata.category(character)[0] != "M":
            self.marks = 0
        elif self.marks is None or self.marks == MARKS_MAX:
            raise Bad("U+%04X is a mark too many" % ord(character))
        else:
            self.marks += 1

    def escape(self, text, at):
        if at == len(text):
            raise Bad("the stream ends in an escape")
        if text[at] == "[":
            return self.control_sequence(text, at + 1)
        if text[at] in STRINGS:
            return self.string(STRINGS[text[at]], text, at + 1)
        end = at
        while end < len(text) and " " <= text[end] <= "/":
            end += 1
        if end == len(text) or not "0" <= text[end] <= "~":
            raise Bad("ESC %r" % text[at : end + 1])
        self.rules.check("ESC", *text[at : end + 1])
        return end + 1

    def control_sequence(self, text, at):
        end = at
        while end < len(text) and " " <= text[end] <= "?":
            end += 1
        if end == len(text) or not "@" <= text[end] <= "~":
            raise Bad("CSI %r" % text[at : end + 1])
        body, final = text[at:end], text[end]
        private = body[:1] if body[:1] in ("<", "=", ">", "?") else ""
        numbers = body[len(private) :]
        if any(not ("0" <= character <= "9" or character == ";") for character in numbers):
            raise Bad("CSI %s%s" % (body, final))
        if final == "m" and not private:
            self.rules.check_looks(numbers.split(";"))
            return end + 1
        parts = [private] if private else []
        for index, number in enumerate(numbers.split(";") if numbers else []):
            parts += [";", number] if index else [number]
        self.rules.check("CSI", *parts, final)
        return end + 1

    def string(self, kind, text, at):
        end = at
        while end < len(text) and text[end] not in "\x07\x1b\x9c\x18\x1a":
            end += 1
        if end == len(text) or text[end] != "\x07":
            raise Bad("%s %r" % (kind, text[at : at + 40]))
        parts = text[at:end].split(";")
        try:
            self.clipboard.append(base64.b64decode(parts[-1], validate=True))
        except (binascii.Error, ValueError):
            raise Bad("%s %r" % (kind, text[at:end][:40])) from None
        shape = [part for piece in parts[:-1] for part in (piece, ";")] + ["BASE64", "BEL"]
        self.rules.check(kind, *shape)
        return end + 1


def complaint(data, ascii_only=False):
    """What is wrong with a stream, or None."""
    try:
        Parser(ascii_only=ascii_only).check(data)
    except Bad as bad:
        return str(bad)
    return None
