# SPDX-License-Identifier: MIT
"""Stores full of what would act on a terminal if it got there, or would hide something."""
import json
import os
import re
import sqlite3

# Each has a name of its own in it, so that what leaks can be found.
TEXTS = (
    "c0\x1b[31mred",
    "c1\x1b[5mblink\x1b[?1000h",
    "c2\x1b[2J\x1b[1;1Hhome",
    "o0\x1b]0;PWNED\x07title",
    "o2\x1b]2;PWNED\x1b\\title",
    "o8\x1b]8;;http://x.example\x1b\\link",
    "o52\x1b]52;c;UFdORUQ=\x07clip",
    "dc\x1bP1$r0m\x1b\\dcs",
    "ap\x1b_GPWNED\x1b\\apc",
    "so\x1bXPWNED\x1b\\sos",
    "pm\x1b^PWNED\x1b\\pm",
    "re\x1bcreset",
    "u1\u009b31mcsi",
    "u2\u009d0;PWNED\u009cosc",
    "u3\u0090q\u009c\u0085\u008d",
    "sh\x0e\x0fshift",
    "de\x7f\x7fdel",
    "li\r\nbreak",
    "bs\b\b\b\bback",
    "ta\tb\x0b\x0ctab",
    "be\x07\x07bell",
    "nu\x05\x18\x1a\x11\x13enq",
    "bi\u202eevil\u202c\u2066x\u2069\u200f",
    "ze\u200bwi\u200djoin\ufeff\u2060",
    "tg\U000e0041\U000e0042\U000e007f",
    "vs\ufe0f\U000e0100\u115f\u3164",
    "bl\u00a0\u3000\u2800\u2028\u2029",
    "pu\ue000\U000f0000\ufff9",
    "ma" + "\u0301" * 40,
    "\u0301\u20ddbare",
    "wi\u4e2d\u6587\U0001f600\uac00",
    "js\u1112\u1161\u11ab",
)
BYTES = (
    b"x1\x9b31mraw",
    b"x2\x9d0;PWNED\x07raw",
    b"x3a\xff\xfe",
    b"x4\xc0\xaf\xe0\x80\xaf\xed\xa0\x80",
    b"x5\xe4\xb8",
    b"x6\x1b[31m\xff",
)
ALL = tuple(text.encode("utf-8", "surrogatepass") for text in TEXTS) + BYTES

# What of them must not be seen as it is: all that is not plain printable ASCII, but for
# what a reader may see as it is.
HARMLESS = "\u4e2d\u6587\U0001f600\uac00\u1112\u1161\u11ab\u0301\u20dd"


def leaks(output):
    """The payloads that are in the output as they are."""
    harmless = re.compile("[ -~%s]*" % HARMLESS)
    found = []
    for payload in ALL:
        if harmless.fullmatch(payload.decode("utf-8", "replace")) is None and payload in output:
            found.append(payload)
    return found


def make_sqlite(path):
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT,"
            " checkpoint_value TEXT, metadata TEXT, updated_at TEXT,"
            " PRIMARY KEY (job_id, partition_id))"
        )
        for payload in ALL:
            text = payload.decode("utf-8", "replace")
            words = {"error": text, "host": text, "attempt": text, text: [text]}
            document = json.dumps(words, ensure_ascii=len(text) % 2 == 0).encode("utf-8")
            db.execute(
                "INSERT INTO checkpoints SELECT CAST(?1 AS TEXT), CAST(?1 AS TEXT),"
                " CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?1 AS TEXT)",
                (payload, document),
            )
        # One job with all of them as partitions, and metadata that is no JSON.
        for payload in ALL:
            db.execute(
                "INSERT INTO checkpoints SELECT 'many', CAST(?1 AS TEXT), '1',"
                " CAST(?1 AS TEXT), '2026-11-22 03:07:41'",
                (payload,),
            )
    db.close()


def make_directory(path):
    os.mkdir(path)
    for payload in ALL:
        name = payload.replace(b"/", b"|").replace(b"\0", b"") + b"_0.json"
        text = payload.decode("utf-8", "replace")
        # Some are no JSON: then it is the error text that names file and content.
        content = json.dumps({"value": text, "metadata": {"error": text}, "timestamp": text})
        if len(payload) % 3 == 0:
            content = content[: len(content) // 2]
        with open(os.path.join(os.fsencode(path), name), "wb") as file:
            file.write(content.encode("utf-8"))


def make_broken(path):
    """A database whose table and columns have such names, so that errors quote them."""
    with sqlite3.connect(path) as db:
        db.execute('CREATE TABLE "checkpoints" ("%s" TEXT)' % "o0\x1b]0;PWNED\x07title")
    db.close()


def make_stores(folder):
    """Makes them all; returns the URIs, the last ones of stores that cannot be read."""
    etl, files = os.path.join(folder, "etl.db"), os.path.join(folder, "files")
    broken = os.path.join(folder, "br\x1b]0;PWNED\x07oken.db")
    make_sqlite(etl)
    make_directory(files)
    make_broken(broken)
    return [
        "sqlite:" + etl,
        "dir:" + files,
        "sqlite:" + broken,
        "dir:" + os.path.join(folder, "no\u202esuch\x1b[5mfolder"),
    ]
