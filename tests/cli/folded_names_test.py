#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Where upper and lower case are the same in names of files, orders and ORDERS are still two
jobs: the file of one is neither read nor written as that of the other. So are two names that
look alike, one with a letter and an accent of its own. The first file system that folds names
here is tried; all need root."""
import os
import subprocess

from mounts import check, ckptop, contents, run, skip, trouble_with

FILE = b'{"value": 1, "metadata": {}, "timestamp": "2026-11-21T03:07:41.250000"}'
KEYED = FILE.replace(b"{", b'{"job": "ledger", "partition": "0", ', 1)
ONE_LETTER, WITH_ACCENT = "caf\u00e9", "cafe\u0301"


def put(store, name, text):
    with open(os.path.join(store, name), "wb") as file:
        file.write(text)


def ext4(image, place):
    return trouble_with("truncate", "-s", "16M", image) or trouble_with(
        "mkfs.ext4", "-q", "-O", "casefold", image
    ) or trouble_with("mount", "-o", "loop", image, place)


def vfat(image, place):
    return trouble_with("truncate", "-s", "8M", image) or trouble_with(
        "mkfs.vfat", image
    ) or trouble_with("mount", "-o", "loop", image, place)


def vfat_of_a_program(image, place):
    """In user space; the image is there from vfat()."""
    return trouble_with("fusefat", "-o", "rw+", image, place)


def two_jobs_of_one_name(place):
    if os.geteuid() != 0:
        skip("only root can mount file systems")
    image, troubles = place + ".image", []
    try:
        for prepare in (ext4, vfat, vfat_of_a_program):
            troubles.append(prepare(image, place))
            if not troubles[-1]:
                break
        else:
            skip("; ".join(troubles))
        orders_and_ORDERS(place)
    finally:
        subprocess.run(["umount", "--lazy", place], stderr=subprocess.DEVNULL)
        if os.path.exists(image):
            os.remove(image)


def orders_and_ORDERS(place):
    store = os.path.join(place, "store")
    os.mkdir(store)
    trouble_with("chattr", "+F", store)
    put(store, "orders_0.json", FILE)
    put(store, "Ledger_0.json", KEYED)
    others, own = ["ORDERS"], ["orders", "ledger"]
    try:
        put(store, ONE_LETTER + "_0.json", FILE)
        others.append(WITH_ACCENT)
        own.append(ONE_LETTER)
    except OSError:
        print("there are only ASCII names here")
    check(os.path.exists(os.path.join(store, "ORDERS_0.json")), "names are not folded here")
    before, uri = contents(store), "dir:" + store
    status, said = ckptop("list", "--plain", "-s", uri)
    check(status == 0 and said.count("orders") == 1 and "ORDERS" not in said, said)
    for job in others:
        status, said = ckptop("load", job, "0", "-s", uri)
        check(status == 3 and "no checkpoint " + job in said, "%d %s" % (status, said))
    for more in ([], ["--if-absent"]):
        status, said = ckptop("save", "ORDERS", "0", "2", "-s", uri, *more)
        check(status == 4 and "file orders_0.json holds the checkpoint orders/0, not ORDERS/0;"
              " nothing was written" in said, "%d %s" % (status, said))
    status, said = ckptop("save", "ORDERS", "0", "2", "--if-value", "1", "-s", uri)
    check(status == 6 and "ORDERS/0 is absent" in said, "%d %s" % (status, said))
    check(contents(store) == before, "it changed: %r" % contents(store))
    for job in own:
        status, said = ckptop("load", job, "0", "-s", uri)
        check((status, said) == (0, "1\n"), "%s: %d %s" % (job, status, said))


def two_jobs_that_look_alike(place):
    uri = "dir:" + place
    put(place, ONE_LETTER + "_0.json", FILE)
    put(place, WITH_ACCENT + "_0.json", FILE.replace(b"1", b"2", 1))
    status, said = ckptop("save", ONE_LETTER, "0", "3", "-s", uri)
    check(status == 0, said)
    for job, value in ((ONE_LETTER, "3\n"), (WITH_ACCENT, "2\n")):
        check(ckptop("load", job, "0", "-s", uri) == (0, value), job)
    check(len(os.listdir(place)) == 2, "files: %r" % os.listdir(place))


# F15 case-insensitive
run(two_jobs_that_look_alike, two_jobs_of_one_name)
