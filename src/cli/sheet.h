/* SPDX-License-Identifier: MIT
 * All that is known about one thing, a line "label  text" each. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "cli/look.h"

void sheet_checkpoint(const struct look *look, const struct board_row *row);
void sheet_job(const struct look *look, const struct board_job *job);
void sheet_store(const struct look *look, const struct board *board);

/* One line; the text is foreign and passes the gate. For facts of other kinds. */
void sheet_line(struct cli *cli, const char *label, struct span text);

#endif
