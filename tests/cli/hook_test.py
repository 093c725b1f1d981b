#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The program that is told of changes: what it gets, whatever the values are, and that
nothing it does, or fails to do, touches a change."""
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.path.abspath("ckptop")
HOSTILE = ["--help", "-rf", "$(touch pwned)", "`touch pwned`", "a\nb", "'; touch pwned; '",
           '"', "\\", "%s%n", "\x1b]0;owned\x07", "x" * 1000000]
RECORDER = """#!/bin/sh
n=$(ls "%(told)s" | wc -l)
mkdir "%(told)s/$n"
printf '%%s\\0' "$@" >"%(told)s/$n/arguments"
cat >"%(told)s/$n/input"
ls -l /proc/$$/fd >"%(told)s/$n/descriptors"
cut -d ' ' -f 1,5,6,7 "/proc/$$/stat" >"%(told)s/$n/session"
pwd >"%(told)s/$n/directory"
echo 'nobody shall see this'; echo 'nor this' >&2
"""


class Hook(unittest.TestCase):
    def setUp(self):
        # /tmp is everybody's, but what is in it is only its owner's.
        self.directory = os.path.realpath(tempfile.mkdtemp(prefix="ckptop-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.directory, "TZ": "UTC",
                            "LC_ALL": "C.UTF-8"}
        if "ASAN_OPTIONS" in os.environ:
            self.environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        self.told, self.journal = self.path("told"), self.path("journal.jsonl")
        os.mkdir(self.told)
        self.hook(RECORDER % {"told": self.told})
        database = sqlite3.connect(self.path("etl.db"))
        database.execute(
            "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, checkpoint_value TEXT, "
            "metadata TEXT, updated_at TEXT, PRIMARY KEY (job_id, partition_id))")
        database.executemany("INSERT INTO checkpoints VALUES (?, ?, '100', '{}', "
                             "'2026-11-22 03:07:36')", [("orders", "0"), ("orders", "1")])
        database.commit()
        database.close()
        # A store may be called as an option is.
        os.mkdir(self.path("--help"))
        with open(self.path("--help/orders_0.json"), "w") as file:
            file.write('{"value": "100", "metadata": {}, "timestamp": "2026-11-22T03:07:36Z"}')
        self.configure()

    def path(self, name):
        return os.path.join(self.directory, name)

    def configure(self, hook=None):
        hook = self.path("hook") if hook is None else hook
        with open(self.path("ckptop.conf"), "w") as file:
            file.write(f"[env]\njournal = {self.journal}\n" +
                       (f"hook = {hook}\n" if hook else "") +
                       f"[store etl]\nuri = sqlite:{self.path('etl.db')}\n")
        os.chmod(self.path("ckptop.conf"), 0o600)

    def hook(self, text, mode=0o700):
        # A file that is still open for writing cannot be run.
        subprocess.run(["sh", "-c", 'cat >"$0" && chmod "$1" "$0"', self.path("hook"),
                        oct(mode)[2:]], input=text, text=True, check=True)

    def ckptop(self, *arguments, store="etl", **more):
        return subprocess.run(
            [*more.pop("before", ()), PROGRAM, "--config", self.path("ckptop.conf"),
             *arguments, "-s", store],
            env={**self.environment, **more}, cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def change(self, *arguments, status=0, store="etl", **more):
        done = self.ckptop(*arguments, "--observe", "0", "--confirm", "orders", "--reason",
                           "INC-1", store=store, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn("nobody shall see this", done.stdout + done.stderr)
        self.assertNotIn("nor this", done.stdout + done.stderr)
        return done

    def records(self):
        with open(self.journal, encoding="utf-8", newline="\n") as file:
            return file.readlines()

    def calls(self):
        found = []
        for name in sorted(os.listdir(self.told), key=int):
            call = {}
            for part in os.listdir(os.path.join(self.told, name)):
                with open(os.path.join(self.told, name, part), newline="\n") as file:
                    call[part] = file.read()
            found.append(call)
        return found

    def value(self):
        database = sqlite3.connect(self.path("etl.db"))
        row = database.execute("SELECT checkpoint_value FROM checkpoints WHERE "
                               "partition_id = '0'").fetchone()
        database.close()
        return row[0] if row else None

    def newest(self):
        return json.loads(self.records()[-1])["op"]

    # --- what it is told ---

    def test_it_is_told_of_every_outcome_after_the_journal(self):
        self.change("reset", "orders/0", "--to", "90")
        self.change("undo", self.newest())
        self.change("delete", "orders/0")
        self.change("undo", self.newest())
        records, calls = self.records(), self.calls()
        self.assertEqual(len(records), 8)
        self.assertEqual([call["input"] for call in calls], records[1::2])
        for call, action in zip(calls, ("reset", "undo", "delete", "undo")):
            op = json.loads(call["input"])["op"]
            self.assertEqual(call["arguments"], "\0".join(
                ["--", action, "done", op, "etl", ""]))
            self.assertEqual(call["directory"], "/\n")
        told = json.loads(calls[0]["input"])
        self.assertEqual((told["phase"], told["reason"], told["rows"][0]["old"]["value"],
                          told["rows"][0]["new"]["value"]), ("done", "INC-1", "100", "90"))

    def test_it_has_nothing_of_ours(self):
        self.change("reset", "orders/0", "--to", "90")
        call, = self.calls()
        lines = call["descriptors"].splitlines()[1:]
        names = [line.split(" -> ")[0].split()[-1] for line in lines]
        # The others are what its own shell reads, and has put aside.
        self.assertLessEqual({"0", "1", "2"}, set(names))
        for name, line in zip(names, lines):
            self.assertTrue(name in "012" or line.endswith(self.path("hook")) or
                            "pipe:" in line, line)
        pid, group, session, terminal = call["session"].split()
        self.assertEqual((group, session, terminal), (pid, pid, "0"))

    def put(self, store, text):
        if store == "etl":
            database = sqlite3.connect(self.path("etl.db"))
            database.execute("UPDATE checkpoints SET checkpoint_value = ?", (text,))
            database.commit()
            database.close()
        else:
            with open(self.path("--help/orders_0.json"), "w") as file:
                json.dump({"value": text, "metadata": {}, "timestamp": "2026-11-22T03:07:36Z"},
                          file)

    # D16 hook_argument
    def test_values_are_texts_whatever_they_are(self):
        for store, name in (("etl", "etl"), ("dir:--help", "_-help")):
            for number, text in enumerate(HOSTILE):
                with self.subTest(store=store, value=text[:20]):
                    before = len(self.calls())
                    self.put(store, text)
                    # What is too long for an argument of ours is only there before.
                    new = text + "!" if len(text) < 1000 else "!"
                    self.change("reset", "orders/0", f"--to=text:{new}", "--replace-damaged",
                                store=store)
                    call = self.calls()[before]
                    arguments = call["arguments"].split("\0")
                    self.assertEqual(arguments[:3], ["--", "reset", "done"])
                    self.assertEqual(arguments[4:], [name, ""])
                    self.assertEqual(call["input"], self.records()[-1])
                    row, = json.loads(call["input"])["rows"]
                    self.assertEqual((row["old"]["value"], row["new"]["value"]), (text, new))
                    for place in (self.directory, "/", self.path("told")):
                        self.assertNotIn("pwned", os.listdir(place))

    # --- when it fails ---

    def fails(self, *words, told=0):
        """The change is made, what failed is said and recorded, and nothing else."""
        count = len(self.records()) if os.path.exists(self.journal) else 0
        done = self.change("reset", "orders/0", "--to", "-1")
        self.assertIn("done, read back", done.stdout)
        for word in ("ckptop: the hook ", self.path("hook"), *words):
            self.assertIn(word, done.stderr)
        records = [json.loads(line) for line in self.records()[count:]]
        self.assertEqual([(record["action"], record["phase"]) for record in records],
                         [("reset", "intent"), ("reset", "done"), ("hook", "failed")])
        self.assertIn(records[1]["op"][:8], records[2]["note"])
        self.assertNotEqual(records[1]["op"], records[2]["op"])
        self.assertEqual(self.ckptop("audit", "verify").returncode, 0)
        self.assertEqual(len(self.calls()), told)
        return done, records

    # D16 hook_argument
    def test_its_failure_is_no_failure_of_the_change(self):
        self.hook("#!/bin/sh\necho 'no route\x1b[2J to pager' >&2\nexit 3\n")
        done, records = self.fails("was told of reset", "(done), but it ended with 3: no route")
        self.assertNotIn("\x1b", done.stderr)
        self.assertEqual(self.value(), "99")
        # It has an entry of its own, and nothing that could be undone.
        audit = json.loads(self.ckptop("audit", "--json").stdout)["operations"]
        self.assertIn(("hook", "failed"), [(row["action"], row["phase"]) for row in audit])
        self.change("undo", records[2]["op"], status=4)
        self.change("undo", records[1]["op"])
        self.assertEqual(self.value(), "100")
        document = json.loads(self.change("reset", "orders/0", "--to", "-1", "--json").stdout)
        self.assertEqual(document["phase"], "done")
        self.assertIn("ended with 3", document["hook_error"])

    def test_it_dies(self):
        self.hook("#!/bin/sh\nkill -9 $$\n")
        self.fails("was told of reset", "but it was ended by signal 9")

    # D16 hook_argument
    def test_what_takes_too_long_is_killed_with_all_that_it_started(self):
        self.hook(f"#!/bin/sh\ntrap '' TERM INT HUP\nsleep 1000 &\n"
                  f"echo $! $$ >{self.path('pids')}\nsleep 1000\n")
        before = time.monotonic()
        self.fails("was told of reset", "but it did not end in time (5s)")
        self.assertGreaterEqual(time.monotonic() - before, 5)
        with open(self.path("pids")) as file:
            for pid in file.read().split():
                self.assertTrue(gone(int(pid)), pid)

    def test_what_it_leaves_behind_does_not_stay(self):
        self.hook(f"#!/bin/sh\nsleep 1000 &\necho $! >{self.path('pids')}\n")
        self.change("reset", "orders/0", "--to", "-1")
        with open(self.path("pids")) as file:
            self.assertTrue(gone(int(file.read())))

    def test_it_reads_nothing_and_writes_without_an_end(self):
        self.put("etl", "x" * 1000000)
        self.hook("#!/bin/sh\nexec <&-\nhead -c 30000000 /dev/zero\n")
        self.change("reset", "orders/0", "--to", "text:1", "--replace-damaged")
        self.hook("#!/bin/sh\nexec >&- 2>&-\nexec sleep 0.3\n")
        self.change("reset", "orders/0", "--to", "text:0")

    # --- who may say what is run ---

    def test_what_others_could_replace_is_not_run(self):
        self.hook(RECORDER % {"told": self.told}, mode=0o722)
        self.fails("others may write to it", "0722")
        os.chmod(self.path("hook"), 0o700)
        os.chmod(self.directory, 0o777)
        # The configuration and the journal are where nobody else may write.
        os.mkdir(self.path("safe"), 0o700)
        self.assertIn("others may write to " + self.directory, self.ckptop_from_safe())
        os.chmod(self.directory, 0o700)
        os.rename(self.path("hook"), self.path("real"))
        os.symlink("real", self.path("hook"))
        self.fails("link", self.path("real"))
        os.remove(self.path("hook"))
        self.fails("was not told of reset", "(done): ", "No such file")
        os.mkdir(self.path("hook"))
        self.fails("is no file")
        os.rmdir(self.path("hook"))
        self.hook("neither a program nor a script\n", mode=0o600)
        self.fails("was not told of reset", "it cannot be started", "Permission denied")
        if os.geteuid() == 0:
            os.chmod(self.path("hook"), 0o755)
            os.chown(self.path("hook"), 65534, 65534)
            self.fails("belongs to the user 65534")

    def ckptop_from_safe(self):
        self.journal = self.path("safe/journal.jsonl")
        self.configure()
        done = self.change("reset", "orders/0", "--to", "-1")
        self.journal = self.path("journal.jsonl")
        self.configure()
        return done.stderr

    def test_only_a_file_says_which_it_is(self):
        self.configure(hook="")
        done = self.ckptop("audit", CKPTOP_HOOK=self.path("hook"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("CKPTOP_HOOK: hook is only set in the configuration files", done.stderr)
        self.configure(hook="bin/hook")
        done = self.ckptop("audit")
        self.assertEqual(done.returncode, 2)
        self.assertIn("must be the whole path", done.stderr)

    # D16 hook_argument
    def test_what_changes_nothing_tells_it_nothing(self):
        change = ("reset", "orders/0", "--to", "90")
        self.change(*change, "--dry-run")
        self.change(*change, "--read-only", status=4)
        self.change(*change[:2], "--to", "100")
        self.assertEqual(self.ckptop(*change, "--observe", "0", "--reason", "INC-1").returncode,
                         4)
        self.change(*change, "--if-value", "5", status=6)
        for arguments in (["list"], ["show", "orders"], ["audit"], ["stores"], ["wall", "-b"],
                          ["load", "orders", "0"], ["save", "orders", "1", "5"], ["init"]):
            self.ckptop(*arguments)
        self.assertEqual(self.calls(), [])

    def test_it_is_told_what_was_found_out_later(self):
        trace = ["strace", "-f", "-qq", "-o", self.path("trace"), "-e", "trace=fdatasync,fsync"]
        if shutil.which("strace") is None or subprocess.run([*trace, "true"]).returncode != 0:
            return
        # Dead after the intent.
        for call in range(1, 20):
            done = self.ckptop("reset", "orders/0", "--to", "90", "--observe", "0", "--reason",
                               "INC-1", "--confirm", "orders",
                               before=[*trace, "-e", f"inject=all:signal=KILL:when={call}"])
            if os.path.exists(self.journal) and len(self.records()) == 1:
                break
        self.assertEqual(json.loads(self.records()[-1])["phase"], "intent")
        self.assertEqual(self.calls(), [])
        self.change("reset", "orders/0", "--to", "80")
        self.assertEqual([call["arguments"].split("\0")[1:3] for call in self.calls()],
                         [["reset", "resolved"], ["reset", "done"]])


def gone(pid):
    """Killed is gone soon, whoever reaps it."""
    for _ in range(500):
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.01)
    return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
