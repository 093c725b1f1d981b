# SPDX-License-Identifier: MIT
"""File systems in image files whose power can be cut.

A cut shuts the file system down without flushing its log: what was not synced is gone. What
it was asked to write out by somebody else's fsync meanwhile is a second way to lose: the name
can come before the bytes. A cut of the disk's own cache is not made: that a sync flushes it
is taken from the kernel.
"""
import ctypes
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import rig

FILE_SYSTEMS = {
    # Without commit= the journal would be written every five seconds, cut or not.
    "ext4": ("64M", ["mkfs.ext4", "-q", "-F"], "commit=300"),
    "ext4-noauto": ("64M", ["mkfs.ext4", "-q", "-F"], "commit=300,noauto_da_alloc"),
    "xfs": ("320M", ["mkfs.xfs", "-q", "-f"], "defaults"),
}


class FileSystem:
    """One that can be cut. Mounted in a namespace that ends with this process."""

    def __init__(self, name, folder):
        self.name = name
        size, make, self.options = FILE_SYSTEMS[name]
        self.image = os.path.join(folder, name + ".img")
        self.place = os.path.join(folder, name)
        os.mkdir(self.place)
        with open(self.image, "wb") as file:
            file.truncate({"64M": 64, "320M": 320}[size] << 20)
        subprocess.run([*make, self.image], check=True)
        self.mount()

    def mount(self):
        subprocess.run(
            ["mount", "-o", "loop," + self.options, self.image, self.place], check=True
        )

    def sync(self):
        subprocess.run(["sync", "-f", self.place], check=True)

    def flush_by_other(self):
        """Somebody else syncs a file of theirs, and the log goes out with it."""
        with open(os.path.join(self.place, "other"), "w") as file:
            file.write("other")
            file.flush()
            os.fsync(file.fileno())

    def cut(self, before_unmount):
        subprocess.run(["xfs_io", "-x", "-c", "shutdown", self.place], check=True)
        before_unmount()
        subprocess.run(["umount", self.place], check=True)
        self.mount()

    def close(self):
        subprocess.run(["umount", self.place], check=True)
        os.remove(self.image)


# --- where mounting is allowed ---

CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000


def enter_namespace():
    """Mounts of ours are nobody else's, and end with us."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0:
        rig.skip("only root can mount")
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(
        b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None
    ):
        rig.skip("no namespace for mounts: " + os.strerror(ctypes.get_errno()))


def need_mounts():
    with tempfile.TemporaryDirectory(prefix="ckptop-powerloss.") as folder:
        image = os.path.join(folder, "image")
        with open(image, "wb") as file:
            file.truncate(8 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        tried = subprocess.run(
            ["mount", "-o", "loop", image, folder], capture_output=True, text=True
        )
        if tried.returncode != 0:
            rig.skip("no file system can be mounted: " + tried.stderr.strip())
        subprocess.run(["umount", folder], check=True)


def need_disks():
    """Mounts from here on end with this process, or the test is skipped."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    rig.need("mkfs.ext4", "mkfs.xfs", "xfs_io", "mount")
    enter_namespace()
    need_mounts()
