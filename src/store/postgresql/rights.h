/* SPDX-License-Identifier: MIT
 * What a role may read and write of a table: rights may be on single columns. */
#ifndef STORE_POSTGRESQL_RIGHTS_H
#define STORE_POSTGRESQL_RIGHTS_H

#include "store/postgresql/table.h"

/* Finds out which rights this role has on the table that was chosen, and leaves out of
 * its layout the columns that it may not read. ERR_UNREACHABLE: one is among them without
 * which there are no checkpoints; the text names it and the GRANT that helps. Other
 * failures: pg_read(). */
int pg_rights_read(
	struct pg_table *table, struct pg_link *link, int64_t timeout, struct err *err);

/* Why this role resets none of its rows: "role etl lacks UPDATE on metadata of …". NULL:
 * it has the rights. In the arena. */
const char *pg_rights_lacking(const struct pg_table *table, struct arena *arena);

/* 0: this role sees whole rows. Else ERR_REFUSED, -1: it changes none. */
int pg_rights_check(const struct pg_table *table, struct err *err);

#endif
