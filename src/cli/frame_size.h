/* SPDX-License-Identifier: MIT
 * How large frames of plain text are. */
#ifndef CLI_FRAME_SIZE_H
#define CLI_FRAME_SIZE_H

#include "cli/command.h"

/* COLUMNS and LINES, where 0 is as much as there is to say; preset where nothing is said,
 * whatever terminal there may be: the frame goes into a pipe or a file. */
unsigned frame_width(const struct cli *cli, unsigned preset);
unsigned frame_height(const struct cli *cli, unsigned preset);

#endif
