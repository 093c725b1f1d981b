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

/* Row-level security of table c lets through what one permissive policy lets through:
 * where none is for this role and for changes ('w') or deletes ('d'), it can make none.
 */
#define PG_HAS_POLICY(command)                                                           \
	"EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid "           \
	"AND p.polpermissive AND p.polcmd IN ('*', '" command "') AND EXISTS (SELECT "   \
	"FROM pg_catalog.unnest(p.polroles) r (oid) WHERE r.oid = 0 "                    \
	"OR pg_catalog.pg_has_role(r.oid, 'USAGE')))"

/* Which right this role lacks to reset its rows: "role etl lacks UPDATE on metadata of
 * …". NULL: none. In the arena. */
const char *pg_rights_lacking(const struct pg_table *table, struct arena *arena);

/* Why it resets none of its rows: that, or that no policy lets it. NULL: it may. In the
 * arena. */
const char *pg_rights_refusing(const struct pg_table *table, struct arena *arena);

/* The same of removing them. */
const char *pg_rights_refusing_deletes(const struct pg_table *table, struct arena *arena);

/* 0: this role sees whole rows. Else ERR_REFUSED, -1: it changes none. */
int pg_rights_check(const struct pg_table *table, struct err *err);

#endif
