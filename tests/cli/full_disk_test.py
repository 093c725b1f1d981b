#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A save onto a file system that has no room says so, leaves the old file whole and takes its
temporary file away. Quotas need root and a loop device."""
import ctypes
import os
import struct
import subprocess

from mounts import check, ckptop, need, new_store, run, save_fails

NOBODY = 65534
Q_SETQUOTA, Q_USER, LIMITS_OF_BLOCKS = 0x800008, 0, 1


def fill(store, user=None):
    """Takes all the room that is left."""
    path = os.path.join(store, "filling")
    subprocess.run(["dd", "if=/dev/zero", "of=" + path, "bs=4k"], user=user, stderr=subprocess.DEVNULL)


def has_room_again(store, user=None):
    status, said = ckptop("save", "orders", "0", "2", "-s", "dir:" + store, user=user)
    check(status == 0, said)


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


def set_quota(device, user, blocks):
    # struct dqblk: hard and soft limit of blocks and the space, the same of inodes, two times,
    # and which of them are meant.
    limits = struct.pack("=8QI4x", blocks, blocks, 0, 0, 0, 0, 0, 0, LIMITS_OF_BLOCKS)
    libc = ctypes.CDLL(None, use_errno=True)
    command = ctypes.c_int(ctypes.c_uint(Q_SETQUOTA << 8 | Q_USER).value)
    return libc.quotactl(command, device.encode(), user, limits) == 0


def no_quota_left(place):
    image = place + ".image"
    try:
        need("truncate", "-s", "16M", image)
        need("mkfs.ext4", "-q", "-O", "quota", "-E", "quotatype=usrquota", image)
        need("mount", "-o", "loop,usrquota", image, place)
        device = subprocess.run(["findmnt", "-no", "SOURCE", place], stdout=subprocess.PIPE).stdout
        os.chmod(place, 0o755)
        check(set_quota(device.decode().strip(), NOBODY, 64), "the quota cannot be set")
        store = new_store(place, user=NOBODY)
        fill(store, user=NOBODY)
        save_fails(store, "Disk quota exceeded", user=NOBODY)
        os.remove(os.path.join(store, "filling"))
        has_room_again(store, user=NOBODY)
    finally:
        if os.path.exists(image):
            os.remove(image)


# F04 disk_full, inodes_full, quota
run(no_blocks, no_inodes, no_quota_left)
