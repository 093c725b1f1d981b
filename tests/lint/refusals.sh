#!/bin/sh
# SPDX-License-Identifier: MIT
# Every refusal stands in the manual, and in a transcript that shows how it comes about;
# refusals.txt lists those that no command line can meet, and why.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
cd "${srcdir:-$here/../..}" || exit 99

awk -f "$here/refusals.awk" tests/lint/refusals.txt docs/man/ckptop-refusals.7 tests/cli/*.cli \
	$(find src -name '*.c' | LC_ALL=C sort)
