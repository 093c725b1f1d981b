/* SPDX-License-Identifier: MIT
 * Words of a command that is shown, to be pasted into a shell. */
#ifndef BASE_SHELL_H
#define BASE_SHELL_H

#include "base/str.h"

/* Appends a word so that a shell takes it as it is: bare where that is safe, else in
 * quotes; one that a terminal would not show as it is, as $'\033'. A NUL, which no word
 * can hold, ends it. */
void shell_add_word(struct str *out, struct span word);

/* How many bytes of a command of such words go on a line of this many cells: all, or up
 * to a gap between two words, behind which a backslash continues it. 0: not even its
 * first word fits. */
size_t shell_line_length(struct span command, size_t cells);

#endif
