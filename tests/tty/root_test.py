#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Who works as root by habit is told so, is named in the audit by the name with which he
logged in, and leaves what belongs to the pipeline to the pipeline: on the command line and
in the dashboard."""
import json
import os
import pwd
import subprocess
import sys

from session import Session
from terminal import CKPTOP, check, environment, main

OWNER, LOGIN = 1, 1
MODE = 0o640


def become_somebody_who_is_root():
    """False where that cannot be had."""
    if os.geteuid() != 0:
        return False
    try:
        with open("/proc/self/loginuid", "w", encoding="ascii") as file:
            file.write(str(LOGIN))
    except OSError:
        return False
    return True


def make_files(uri):
    """A directory of the pipeline's beside the store that all tests get."""
    folder = os.path.join(os.path.dirname(uri.split(":", 1)[1]), "files")
    path = os.path.join(folder, "etl_0.json")
    os.mkdir(folder, 0o755)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"value": 42, "metadata": {}, "timestamp": "2026-11-22T03:07:41"}, file)
    os.chmod(path, MODE)
    for name in (folder, path):
        os.chown(name, OWNER, OWNER)
    return "dir:" + folder, path


def check_file(path, value):
    about = os.stat(path)
    check((about.st_uid, about.st_gid) == (OWNER, OWNER), "it belongs to %d now" % about.st_uid)
    check(about.st_mode & 0o7777 == MODE, "its mode is %o" % about.st_mode)
    with open(path, encoding="utf-8") as file:
        check(json.load(file)["value"] == value, "the value is another one")
    check(os.listdir(os.path.dirname(path)) == [os.path.basename(path)], "something was left")


def run(uri, home, *arguments):
    done = subprocess.run(
        [CKPTOP, "-s", uri, *arguments],
        # What anybody can set to anything names nobody.
        env=environment(HOME=home, SUDO_USER="mallory", LOGNAME="mallory", USER="mallory"),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    check(done.returncode == 0, done.stdout + done.stderr)
    return done.stdout


def check_audit(uri, home):
    for operation in json.loads(run(uri, home, "audit", "--json"))["operations"]:
        name = operation["who"].split("@")[0]
        check(name == pwd.getpwuid(LOGIN).pw_name, "the audit names %s" % name)


# O12 root by habit
def on_the_command_line(store):
    uri, path = make_files(store)
    home = os.path.dirname(os.path.dirname(path))
    change = ("--observe", "0", "--reason", "INC-1", "--confirm", "etl")
    text = run(uri, home, "reset", "etl/0", "--to", "40", *change)
    check("This is done as ROOT" in text, "nobody is told of it:\n" + text)
    check_file(path, 40)
    run(uri, home, "delete", "etl/0", *change)
    operation = json.loads(run(uri, home, "audit", "--json"))["operations"][0]["op"]
    run(uri, home, "undo", operation, *change)
    check_file(path, 40)
    check_audit(uri, home)


# O12 root by habit
def in_the_dashboard(store):
    uri, path = make_files(store)
    with Session(uri) as session:
        session.open(job="etl")
        session.fill()
        session.send(b"\x1b[5~\x1b[5~")
        session.expect(r"!! +This is done as ROOT")
        session.seen()
        session.type_text("\t")
        session.expect(r"\[ Reset 1 \]")
        session.send(b"\r")
        session.expect(r"reset etl/0 42 -> 40, read back ok")
        session.send(b"a")
        session.expect(r"AUDIT(.|\n)*%s@\S* +reset +etl +0 +42 +40" % pwd.getpwuid(LOGIN).pw_name)
        session.send(b"Q")
        session.finish()
    check_file(path, 40)
    check_audit(uri, os.path.dirname(os.path.dirname(path)))


if not become_somebody_who_is_root():
    print("SKIP: only root who may say who has logged in is root by habit")
    sys.exit(77)
main(on_the_command_line, in_the_dashboard)
