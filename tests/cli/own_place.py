# SPDX-License-Identifier: MIT
"""What tests of ckptop with databases of their own share: a directory that is also its HOME."""
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.path.abspath("ckptop")
STAMP = "2026-11-22 03:07:36"


class OwnPlace(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.directory.name,
                            "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        if "ASAN_OPTIONS" in os.environ:
            self.environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def run_ckptop(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)

    def ckptop(self, *arguments):
        """What it prints; it must succeed without a word of complaint."""
        done = self.run_ckptop(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout
