/* SPDX-License-Identifier: MIT
 * Rows of any list as identities: what a cursor or a mark is on. */
#ifndef TUI_LIST_ROWS_H
#define TUI_LIST_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/column.h"
#include "model/health.h"
#include "tui/style.h"

/* Borrows its bytes; job and partition are none where they have no meaning. */
struct row_id {
	struct span store, job, partition;
};

struct row_id row_id_of(enum column_list kind, const void *row);
bool row_id_equal(const struct row_id *a, const struct row_id *b);
unsigned long long row_id_hash(const struct row_id *id);

/* A copy in one piece of memory, which is returned: free() it. */
void *row_id_copy(struct row_id *out, const struct row_id *id);

/* What a row looks like. */
enum state row_state(enum column_list kind, const void *row);
enum style row_state_style(enum column_list kind, const void *row);
/* Its store does not answer: the values are the last ones known. */
bool row_is_old(enum column_list kind, const void *row);
/* Its value moved within the last interval of polls. */
bool row_moved(enum column_list kind, const void *row);

#endif
