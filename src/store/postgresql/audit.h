/* SPDX-License-Identifier: MIT
 * The store audit in a PostgreSQL database: beside the table of the checkpoints, in its
 * schema, ckptop_audit has a row for each change, and ckptop_store gives the schema an
 * identity. */
#ifndef STORE_POSTGRESQL_AUDIT_H
#define STORE_POSTGRESQL_AUDIT_H

#include "store/postgresql/transaction.h"

/* The store audit as this role sees it. */
struct pg_audit {
	bool exists;
	bool is_foreign; /* what has its name is somebody else's */
	bool may_add;	 /* this role may write rows and read them back */
	struct span oid; /* of the table of rows */
};

/* Whether there is one. Inside a transaction of ours. */
int pg_audit_look(struct pg_audit *out, const struct pg_store *pg, struct arena *arena,
	struct err *err);

/* The same as a query of pg_read(), into what must live until it has run. */
struct pg_audit_asked {
	struct pg_audit audit;
	struct arena *arena;
	struct span parameters[4];
};
struct pg_query
pg_audit_ask(struct pg_audit_asked *out, const struct pg_store *pg, struct arena *arena);

/* ERR_REFUSED, where nothing could be recorded: another's table has its name. */
int
pg_audit_check(const struct pg_store *pg, const struct pg_audit *audit, struct err *err);

/* When it was made, by the clock of the server as ours would say it; TIME_NONE: not
 * known. Inside a transaction of ours. */
int pg_audit_since(const struct pg_store *pg, int64_t *out, struct err *err);

/* Writes the rows of an operation, inside the transaction of what they tell of, and reads
 * them back. ERR_REFUSED: the table holds something else now (a trigger on it). */
int pg_audit_add(const struct pg_transaction *transaction, const struct pg_audit *audit,
	const struct audit_row *rows, size_t count, struct err *err);

/* Whether the operation has rows. Inside a transaction of ours. */
int pg_audit_has(
	const struct pg_store *pg, struct span operation, bool *out, struct err *err);

/* Entry points, see backend.h. */
int pg_store_audit_create(struct store *store, bool *made, struct err *err);
int pg_store_audit_add_script(struct store *store, struct str *out, struct err *err);
int
pg_store_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err);
int
pg_store_audit_gaps(struct store *store, store_gap_fn *gap, void *arg, struct err *err);
int pg_store_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err);

#endif
