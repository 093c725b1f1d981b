# SPDX-License-Identifier: MIT
"""What tests on file systems of their own share. They run in a mount namespace of their own,
which takes their mounts with it however they end; where that is not allowed they are skipped."""
import os
import shutil
import subprocess
import sys
import tempfile

CKPTOP = os.path.abspath(os.environ.get("CKPTOP", "./ckptop"))
SKIPPED = 77


def skip(why):
    print("skipped:", why)
    sys.exit(SKIPPED)


def be_alone():
    """Starts the test anew in a mount namespace, as root of a user namespace if need be."""
    if "CKPTOP_TEST_ALONE" in os.environ:
        return
    command = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if shutil.which("unshare") is None or subprocess.run(
            command + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("no mount namespace may be made here")
    os.environ["CKPTOP_TEST_ALONE"] = "1"
    os.execvp(command[0], command + [sys.executable, "-B"] + sys.argv)


def trouble_with(*command):
    """Runs a command that prepares the test; why that is not possible here, or ""."""
    if shutil.which(command[0]) is None:
        return "there is no %s" % command[0]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = result.stdout.decode(errors="replace").strip().splitlines()
    return "%s: %s" % (" ".join(command), said[0] if said else "") if result.returncode else ""


def need(*command):
    """Runs a command that prepares the test, or skips it."""
    trouble = trouble_with(*command)
    if trouble:
        skip(trouble)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def ckptop(*arguments, user=None, state=None):
    """The exit status and what it said."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/proc/no-home", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    if state is not None:
        environment["XDG_STATE_HOME"] = state
    if "ASAN_OPTIONS" in os.environ:
        environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
    result = subprocess.run([CKPTOP, *arguments], env=environment, user=user, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return result.returncode, result.stdout.decode()


def save_fails(store, words, user=None):
    """A save of orders/0 ends with 1, says why, and leaves what was there and nothing else."""
    before = contents(store)
    status, said = ckptop("save", "orders", "0", "2", "-s", "dir:" + store, user=user)
    check(status == 1, "%s: status %d: %s" % (words, status, said))
    check(words in said and "nothing was changed" in said, "it said: " + said)
    check(contents(store) == before, "%s: %r, then %r" % (words, before, contents(store)))
    status, said = ckptop("load", "orders", "0", "-s", "dir:" + store)
    check((status, said) == (0, "1\n"), "it loads %d %s" % (status, said))


def reset_is_refused(store, words, uri=None):
    """Before anything is tried: with 4, and nothing is kept of it. A dry run says the same."""
    with tempfile.TemporaryDirectory(prefix="ckptop-") as state:
        before = contents(store)
        for how in "--dry-run", "--yes":
            status, said = ckptop("reset", "orders/0", "--to", "0", how, "--reason", "INC-1",
                                  "--observe", "0", "-s", uri or "dir:" + store, state=state)
            check(status == 4, "%s: status %d: %s" % (words, status, said))
            said = " ".join(said.split())
            check(words in said and "nothing was written" in said, "it said: " + said)
        check(contents(store) == before, "%s: %r, then %r" % (words, before, contents(store)))
        journal = os.path.join(state, "ckptop", "journal.jsonl")
        check(not os.path.exists(journal) or os.path.getsize(journal) == 0, "there is a record")


def contents(store):
    found = {}
    for name in sorted(os.listdir(store)):
        with open(os.path.join(store, name), "rb") as file:
            found[name] = file.read()
    return found


def new_store(place, user=None):
    """A directory with the checkpoint orders/0 = 1 that anyone may write to."""
    store = os.path.join(place, "store")
    os.mkdir(store)
    os.chmod(store, 0o777)
    status, said = ckptop("save", "orders", "0", "1", "-s", "dir:" + store, user=user)
    check(status == 0, said)
    return store


def fill(store, user=None):
    """Takes all the room that is left."""
    path = os.path.join(store, "filling")
    subprocess.run(["dd", "if=/dev/zero", "of=" + path, "bs=4k"], user=user, stderr=subprocess.DEVNULL)


def has_room_again(store, user=None):
    status, said = ckptop("save", "orders", "0", "2", "-s", "dir:" + store, user=user)
    check(status == 0, said)


def run(*tests):
    """Each test gets an empty directory to mount on."""
    be_alone()
    for test in tests:
        place = tempfile.mkdtemp(prefix="ckptop-")
        try:
            test(place)
            print("ok", test.__name__)
        finally:
            subprocess.run(["umount", "--lazy", place], stderr=subprocess.DEVNULL)
            shutil.rmtree(place, ignore_errors=True)
