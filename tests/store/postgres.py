# SPDX-License-Identifier: MIT
"""A PostgreSQL server of the tests: a cluster of its own in a directory of its own, on loopback,
with nothing of another one. As a program it starts one, prints its port and ends it when its
input ends, so that it never outlives the test that started it.
"""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

# Nothing here must survive a loss of power, and nothing may move the snapshot but the test.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "40",
    "max_prepared_transactions": "4",
    "shared_buffers": "32MB",
    "log_line_prefix": "%p ",
}
ACCOUNT = "postgres"  # who runs it where we are root, which it refuses


def binaries():
    """The newest PostgreSQL that is installed, or None."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    found.sort(key=lambda path: int(path.split("/")[4]))
    path = found[-1] if found else shutil.which("initdb")
    return os.path.dirname(path) if path else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, **settings):
        self.binaries = binaries()
        self.directory = tempfile.mkdtemp(prefix="ckptop-postgres-")
        self.data = os.path.join(self.directory, "data")
        self.settings = {**SETTINGS, **settings, "unix_socket_directories": self.directory}
        self.process = None
        self.port = None
        if os.getuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        self.run("initdb", "-D", self.data, "-A", "trust", "-N", "-U", "postgres", "-E", "UTF8",
                 "--locale=C.UTF-8")

    def as_account(self):
        return {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.getuid() == 0 else {}

    def run(self, program, *arguments):
        return self.run_any(os.path.join(self.binaries, program), *arguments)

    def run_any(self, program, *arguments):
        """Any program, as the one who runs the server."""
        done = subprocess.run([program, *arguments],
                              cwd=self.directory, capture_output=True, text=True,
                              **self.as_account())
        if done.returncode:
            raise OSError(program + ": " + done.stderr)
        return done.stdout

    def start(self):
        """Returns when it answers. The port stays the same over restarts."""
        for _ in range(10):
            port = self.port or free_port()
            with open(os.path.join(self.directory, "log"), "a") as log:
                self.process = subprocess.Popen(
                    [os.path.join(self.binaries, "postgres"), "-D", self.data, "-p", str(port)]
                    + ["-c%s=%s" % item for item in self.settings.items()],
                    cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    **self.as_account())
            if self.is_ready(port):
                self.port = port
                return self
            self.process.wait()
        raise OSError("no server: " + self.log())

    def is_ready(self, port):
        """False: it has ended, most likely because somebody else has the port."""
        while self.process.poll() is None:
            ready = subprocess.run([os.path.join(self.binaries, "pg_isready"), "-q", "-h",
                                    self.directory, "-p", str(port)])
            if ready.returncode == 0:
                return True
            try:
                self.process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                pass
        return False

    def log(self):
        with open(os.path.join(self.directory, "log")) as log:
            return log.read()

    def stop(self, how=signal.SIGINT):
        """SIGINT: fast; SIGQUIT: at once, as after a crash."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait()

    def end(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def uri(self, database="postgres", user="postgres"):
        return "postgresql://%s@127.0.0.1:%d/%s" % (user, self.port, database)


def main():
    if binaries() is None:
        print("none", flush=True)
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = Server()
    try:
        server.start()
        print(server.port, flush=True)
        sys.stdin.read()
    finally:
        server.end()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
