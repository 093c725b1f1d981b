# SPDX-License-Identifier: MIT
"""sql FILE STATEMENT: runs it and prints the rows, cells separated by blanks."""
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
for row in database.execute(sys.argv[2]):
    print(*row)
database.commit()
