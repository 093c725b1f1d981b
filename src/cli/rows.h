/* SPDX-License-Identifier: MIT
 * The tables that the command line prints for people, made from the columns of the
 * screens. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "cli/look.h"
#include "model/column.h"
#include "model/listing.h"

/* Prints these columns (names, NULL after the last) of all rows of the listing. */
void rows_print(const struct look *look, enum column_list list, const char *const *names,
	const struct listing *rows);

/* The same for checkpoints with the usual columns: no store where there is only one, no
 * job where the caller shows those of one. */
void
rows_print_checkpoints(const struct look *look, const struct listing *rows, bool one_job);

/* The SGR parameters in which a state stands out, or NULL. */
const char *rows_state_colour(enum state state);

#endif
