#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A save onto a file system that has no room says so, leaves the old file whole and takes its
temporary file away. Of quotas see quota_test.py."""
import os

from mounts import fill, has_room_again, need, new_store, run, save_fails


def no_blocks(place):
    need("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place)
    store = new_store(place)
    fill(store)
    save_fails(store, "No space left on device")
    os.remove(os.path.join(store, "filling"))
    has_room_again(store)


def no_inodes(place):
    need("mount", "-t", "tmpfs", "-o", "nr_inodes=20", "tmpfs", place)
    store = new_store(place)
    try:
        for i in range(20):
            open(os.path.join(place, "file%d" % i), "x").close()
    except OSError:
        pass
    save_fails(store, "No space left on device")
    os.remove(os.path.join(place, "file0"))
    has_room_again(store)


# F04 disk_full: blocks and inodes
run(no_blocks, no_inodes)
