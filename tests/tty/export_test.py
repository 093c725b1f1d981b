#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What the audit lists becomes a file of its own: whole, for its owner alone, and over nothing."""
import json
import os
import stat

from session import Session, path_of, set_value
from terminal import check, main


def export(session, name, says):
    session.send(b"e")
    session.expect(r"export \d+ to: ckptop-audit-\d{8}T\d{6}Z.jsonl")
    session.send(b"\x15")
    session.expect(r"export \d+ to: +Enter")
    session.type_text(name)
    session.send(b"\r")
    session.expect(says)


def what_is_listed_is_written(uri):
    path = os.path.join(os.path.dirname(path_of(uri)), "audit.jsonl")
    with Session(uri) as session:
        session.open()
        session.fill()
        session.seen()
        session.type_text("\t\r")
        session.expect(r"42 -> 40, read back ok")
        session.expect(r"(?m)^>.*RPLY|reset by")
        set_value(uri, "10")
        session.send(b"a")
        session.expect(r"BACK +orders-daily(.|\n)*OVERWRI~ +orders-daily +0 +42 +40")
        # Nothing is written by somebody who changes his mind, or says no name.
        session.send(b"e")
        session.expect(r"export 2 to: ")
        session.send(b"\x15\r")
        session.expect(r"a file has a name")
        session.send(b"\x1b")
        session.expect(r"cancelled; nothing was written")
        export(session, path, r"wrote /.*audit\.jsonl")
        with open(path, encoding="utf-8") as file:
            entries = [json.loads(line) for line in file]
        check(len(entries) == 2, "there are %d" % len(entries))
        lost, reset = entries
        check(lost["op"] is None and lost["action"] == "unexplained", "it is %r" % lost)
        check((lost["job"], lost["old"], lost["new"]) == ("orders-daily", "40", "10"), "it is %r" % lost)
        check((reset["old"], reset["new"], reset["phase"]) == ("42", "40", "overwritten"), "it is %r" % reset)
        check(reset["reason"] == "INC-1 tax table" and reset["uid"] == os.getuid(), "it is %r" % reset)
        check(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "others may read it")
        with open(path, "w", encoding="utf-8") as file:
            file.write("mine\n")
        export(session, path, r"is there already; nothing was written; choose another name")
        with open(path, encoding="utf-8") as file:
            check(file.read() == "mine\n", "it was written over")
        # Only what the filter leaves.
        session.send(b"/INC-1\r")
        session.expect(r"1-1 of 1")
        export(session, path + ".one", r"wrote /")
        with open(path + ".one", encoding="utf-8") as file:
            check(len(file.readlines()) == 1, "it is not what is listed")
        session.send(b"Q")
        check(session.finish() == 0, "it did not end well")


def who_may_not_write_leaves_no_file(uri):
    with Session(uri, "--read-only") as session:
        session.ready()
        session.send(b"ae")
        session.expect(r"e \(export\) is off")
        session.send(b"Q")
        session.finish()


if __name__ == "__main__":
    main(what_is_listed_is_written, who_may_not_write_leaves_no_file)
