/* SPDX-License-Identifier: MIT
 * The tables of the store audit: what they are called, and by which columns they are
 * known. Their names are known to table.c, which never takes them for checkpoints. */
#ifndef STORE_POSTGRESQL_AUDIT_TABLES_H
#define STORE_POSTGRESQL_AUDIT_TABLES_H

#include "store/postgresql/store.h"

/* Columns of a row that are given when it is written; the server adds the others. */
#define PG_AUDIT_WRITTEN                                                                 \
	"of_table,op,at,who,action,job,partition,old_value,new_value,reason,anchor,"     \
	"undo_of,existed,exists"

struct pg_own_table {
	const char *name, *columns; /* by which it is known: an array of PostgreSQL */
};

extern const struct pg_own_table pg_audit_table;    /* a row for each change */
extern const struct pg_own_table pg_identity_table; /* of the schema */

/* Appends its name in the schema of the checkpoints, quoted. */
void pg_audit_add_name(
	struct str *out, const struct pg_store *pg, const struct pg_own_table *table);

/* ERR_REFUSED: what has its name is not ours. See audit_table_foreign(). */
int pg_audit_refuse(const struct pg_store *pg, const struct pg_own_table *table,
	const char *undone, struct err *err);

/* Finds one: $1 the schema, $2 its name, $3 its columns, $4 those that are written. A row
 * says its oid, whether it is ours, whether this role may read it, and write it. */
extern const char pg_audit_find_sql[];

#endif
