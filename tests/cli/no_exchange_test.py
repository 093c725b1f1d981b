#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A file system that cannot exchange two files: nobody can tell there whether a pipeline
saves in the same moment. The plan says so where the type of the file system tells it, a
change refuses where only the attempt does, and --accept-no-cas goes on all the same: then
file, journal and store audit agree. Once with a real file system in user space, which
root alone can mount, and once with a kernel that is made to answer so."""
import json
import os
import shutil
import subprocess
import tempfile

from mounts import CKPTOP, SKIPPED, check, contents, trouble_with

FILE = b'{"value": 7, "metadata": {"n": 0.10}, "timestamp": "2026-11-22T03:07:31Z"}'
ACCEPT = "--accept-no-cas"
ANNOUNCED = "we cannot detect concurrent writes here"


class World:
    """A home with a journal, and a directory of checkpoints."""

    def __init__(self, home, store, trace=()):
        self.store, self.trace = store, trace
        self.environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8",
                            "TZ": "UTC"}
        # Who looks for leaks stops all threads, as strace does.
        self.environment["ASAN_OPTIONS"] = ("detect_leaks=0:" if trace else "") + \
            os.environ.get("ASAN_OPTIONS", "")
        self.put(FILE)

    def put(self, what):
        with open(os.path.join(self.store, "orders_0.json"), "wb") as file:
            file.write(what)

    def ckptop(self, *arguments):
        done = subprocess.run(
            [*self.trace, CKPTOP, "--no-config", *arguments, "-s", "dir:" + self.store],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120)
        return done.returncode, " ".join(done.stdout.split()), done.stderr

    def change(self, *arguments):
        return self.ckptop(*arguments, "--observe", "0", "--confirm", "orders", "--reason",
                           "INC-1")

    def does(self, *arguments):
        """What ends as done."""
        status, said, complaint = self.change(*arguments, ACCEPT)
        check(status == 0, "%r: %d %s %s" % (arguments, status, said, complaint))
        check(ANNOUNCED in said, "it does not say what is risked: " + said)
        return self.entries()[0]["op"]

    def refuses(self, *arguments):
        """What says why, and what else to give, and changes nothing."""
        before = contents(self.store)
        status, said, complaint = self.change(*arguments)
        check(status == 4, "%r: %d %s %s" % (arguments, status, said, complaint))
        for words in (ANNOUNCED, "nothing was written", ACCEPT):
            check(words in complaint, "no %r in: %s" % (words, complaint))
        check(contents(self.store) == before, "%r, then %r" % (
            before, contents(self.store)))

    def entries(self):
        """Newest first, as the journal and the store audit agree on."""
        return json.loads(self.ckptop("audit", "--json")[1])["operations"]

    def agree(self, action, phase, new, in_store):
        entry = self.entries()[0]
        got = (entry["action"], entry["phase"], entry["new"], entry["in_journal"],
               entry["in_store"])
        check(got == (action, phase, new, True, in_store), "audit: %r" % (got,))
        status, said, complaint = self.ckptop("load", "orders", "0")
        check((status, said) == ((0, new) if new is not None else (3, "")),
              "there is %d %r, not %r: %s" % (status, said, new, complaint))

    def left_over(self):
        return [name for name in os.listdir(self.store)
                if name not in ("orders_0.json", ".ckptop-audit.jsonl")]


def changes(world, in_store):
    """All of them, each as it is without an exchange of files."""
    reset = world.does("reset", "orders/0", "--to", "5")
    world.agree("reset", "done", "5", in_store)
    world.does("undo", reset)
    world.agree("undo", "done", "7", in_store)
    check(contents(world.store)["orders_0.json"] == FILE, "not every byte is back")
    delete = world.does("delete", "orders/0")
    world.agree("delete", "done", None, in_store)
    world.does("undo", delete)
    world.agree("undo", "done", "7", in_store)
    check(contents(world.store)["orders_0.json"] == FILE, "not every byte is back")
    check(world.left_over() == [], "left over: %r" % world.left_over())


# F21 exchange_unsupported
def a_file_system_in_user_space(home):
    """The type is known not to exchange: the plan itself refuses."""
    image, place = os.path.join(home, "image"), os.path.join(home, "mounted")
    os.mkdir(place)
    trouble = "" if os.geteuid() == 0 else "only root can mount file systems"
    trouble = trouble or trouble_with("truncate", "-s", "8M", image) or trouble_with(
        "mkfs.vfat", image) or trouble_with("fusefat", "-o", "rw+", image, place)
    if trouble:
        return trouble
    try:
        store = os.path.join(place, "store")
        os.mkdir(store)
        world = World(home, store)
        world.refuses("reset", "orders/0", "--to", "5")
        check(world.entries() == [], "a plan that is refused was begun")
        status, said, _ = world.change("reset", "orders/0", "--to", "5", "--dry-run")
        check(status == 4 and ANNOUNCED in said and ACCEPT in said, said)
        plan = json.loads(world.change(
            "reset", "orders/0", "--to", "5", "--dry-run", "--json")[1])
        check(plan["rows"][0]["hazards"] == ["unguarded"], "plan: %r" % plan)
        changes(world, False)
        somebody_saved_before(world)
    finally:
        subprocess.run(["umount", "--lazy", place], stderr=subprocess.DEVNULL)
    return ""


# F21 exchange_unsupported
def a_kernel_that_says_so(home):
    """Only the attempt tells. Nothing is done by it, and the journal says so."""
    told = os.path.join(home, "trace")
    trace = ("strace", "-f", "-qq", "-o", told, "-e", "trace=renameat2", "-e",
             "inject=renameat2:error=EINVAL")
    trouble = trouble_with(*trace, "true")
    if trouble:
        return trouble
    store = os.path.join(home, "store")
    os.mkdir(store)
    world = World(home, store, trace)
    check(world.ckptop("init")[0] == 0, "no audit was made")
    world.refuses("reset", "orders/0", "--to", "5")
    with open(told) as file:
        check("RENAME_EXCHANGE" in file.read(), "it was not tried")
    entry = world.entries()[0]
    check((entry["phase"], entry["in_store"]) == ("failed", False), "audit: %r" % entry)
    changes(world, True)
    somebody_saved_before(world)
    return ""


def somebody_saved_before(world):
    """What can be seen is seen: the guard compares all the same."""
    plan = json.loads(world.change(
        "reset", "orders/0", "--to", "5", "--dry-run", "--json", ACCEPT)[1])
    world.put(FILE.replace(b"7", b"8", 1))
    before = contents(world.store)
    status, _, complaint = world.change(
        "reset", "orders/0", "--to", "5", ACCEPT, "--if-digest", plan["digest"])
    check(status == 6, "%d %s" % (status, complaint))
    check(contents(world.store) == before, "it was written over")


def main():
    troubles = []
    for test in (a_kernel_that_says_so, a_file_system_in_user_space):
        home = tempfile.mkdtemp(prefix="ckptop-")
        try:
            trouble = test(home)
            print("skipped: " + trouble if trouble else "ok", test.__name__)
            troubles.append(trouble)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    return SKIPPED if all(troubles) else 0


raise SystemExit(main())
