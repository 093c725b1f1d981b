# SPDX-License-Identifier: MIT
"""on_tty WIDTH COMMAND...: runs it on a terminal of so many columns and prints what came,
escapes as ESC, without the carriage returns that the terminal adds."""
import fcntl
import os
import pty
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0)
    fcntl.ioctl(1, termios.TIOCSWINSZ, size)
    os.execvp(sys.argv[2], sys.argv[2:])
received = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # the other end is closed
        break
    if not piece:
        break
    received += piece
text = received.replace(b"\r\n", b"\n").replace(b"\x1b", b"ESC")
sys.stdout.buffer.write(text)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
