#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Where the system forbids to write, a save says which it is: a file system that has become
read-only, or files that nobody may change. What is there is read all the same."""
import os

from mounts import check, ckptop, need, new_store, reset_is_refused, run, save_fails


def is_listed(store):
    status, said = ckptop("list", "-s", "dir:" + store)
    check(status == 0 and "orders" in said, said)


def a_read_only_remount(place):
    need("mount", "-t", "tmpfs", "tmpfs", place)
    store = new_store(place)
    need("mount", "-o", "remount,ro", place)
    save_fails(store, "Read-only file system")
    reset_is_refused(store, "is on a file system that is read-only")
    is_listed(store)


def immutable(place, name):
    store = new_store(place)
    path = os.path.join(store, name)
    need("chattr", "+i", path)
    try:
        save_fails(store, "Operation not permitted")
        reset_is_refused(store, "is immutable or may only be appended to")
        is_listed(store)
    finally:
        need("chattr", "-i", path)


def an_immutable_file(place):
    immutable(place, "orders_0.json")


def an_immutable_directory(place):
    immutable(place, ".")


def new_database(place):
    """A directory that holds one, and its URI."""
    store = os.path.join(place, "store")
    os.mkdir(store)
    uri = "sqlite:" + os.path.join(store, "etl.db")
    for command in ["init"], ["save", "orders", "0", "1"]:
        status, said = ckptop(*command, "-s", uri)
        check(status == 0, said)
    return store, uri


def a_database_that_is_remounted(place):
    need("mount", "-t", "tmpfs", "tmpfs", place)
    store, uri = new_database(place)
    need("mount", "-o", "remount,ro", place)
    reset_is_refused(store, "is on a file system that is read-only", uri)


def an_immutable_database(place):
    store, uri = new_database(place)
    path = os.path.join(store, "etl.db")
    need("chattr", "+i", path)
    try:
        reset_is_refused(store, "is immutable or may only be appended to", uri)
    finally:
        need("chattr", "-i", path)


# F05 read_only_remount, chattr +i
run(a_read_only_remount, an_immutable_file, an_immutable_directory,
    a_database_that_is_remounted, an_immutable_database)
