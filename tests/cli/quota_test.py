#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A save where a quota is used up says so, leaves the old file whole and takes its temporary
file away. The first kind of quota that there is here is tried; all need root and a loop
device."""
import ctypes
import os
import struct
import subprocess

from mounts import check, fill, has_room_again, new_store, run, save_fails, skip, trouble_with

NOBODY = 65534
Q_SETQUOTA, Q_USER, LIMITS_OF_BLOCKS = 0x800008, 0, 1


def set_quota(device, user, blocks):
    # struct dqblk: hard and soft limit of blocks and the space, the same of inodes, two times,
    # and which of them are meant.
    limits = struct.pack("=8QI4x", blocks, blocks, 0, 0, 0, 0, 0, 0, LIMITS_OF_BLOCKS)
    libc = ctypes.CDLL(None, use_errno=True)
    command = ctypes.c_int(ctypes.c_uint(Q_SETQUOTA << 8 | Q_USER).value)
    return libc.quotactl(command, device.encode(), user, limits) == 0


def user_of_ext4(image, place):
    trouble = trouble_with("truncate", "-s", "16M", image) or trouble_with(
        "mkfs.ext4", "-q", "-O", "quota", "-E", "quotatype=usrquota", image
    ) or trouble_with("mount", "-o", "loop,usrquota", image, place)
    if trouble:
        return trouble
    device = subprocess.run(["findmnt", "-no", "SOURCE", place], stdout=subprocess.PIPE).stdout
    return "" if set_quota(device.decode().strip(), NOBODY, 64) else "the quota cannot be set"


def volume_of_btrfs(image, place):
    return trouble_with("truncate", "-s", "256M", image) or trouble_with(
        "mkfs.btrfs", "-q", "-f", image
    ) or trouble_with("mount", "-o", "loop", image, place) or trouble_with(
        "btrfs", "quota", "enable", place
    ) or trouble_with("btrfs", "qgroup", "limit", "1M", place)


def no_quota_left(place):
    if os.geteuid() != 0:
        skip("only root can set quotas")
    image, troubles = place + ".image", []
    try:
        for prepare in (user_of_ext4, volume_of_btrfs):
            troubles.append(prepare(image, place))
            if not troubles[-1]:
                break
        else:
            skip("; ".join(troubles))
        os.chmod(place, 0o755)
        os.mkdir(os.path.join(place, "of-nobody"))
        os.chown(os.path.join(place, "of-nobody"), NOBODY, NOBODY)
        store = new_store(os.path.join(place, "of-nobody"), user=NOBODY)
        fill(store, user=NOBODY)
        save_fails(store, "Disk quota exceeded", user=NOBODY)
        os.remove(os.path.join(store, "filling"))
        has_room_again(store, user=NOBODY)
    finally:
        if os.path.exists(image):
            os.remove(image)


# F04 disk_full: quota
run(no_quota_left)
