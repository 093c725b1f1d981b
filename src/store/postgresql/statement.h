/* SPDX-License-Identifier: MIT
 * Changes of what a query returns, by the statements of the configuration. They are made
 * in a transaction that sees one moment (REPEATABLE READ): what is compared is what was
 * there then, and a statement that meets a row which somebody else has changed since is
 * refused by the server. */
#ifndef STORE_POSTGRESQL_STATEMENT_H
#define STORE_POSTGRESQL_STATEMENT_H

#include "store/postgresql/edit.h"

/* Finds the statements and the table that they write, for pg_query_find(). What the
 * server has against them is told when they are asked for. */
int pg_statements_find(struct pg_table *table, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err);

/* The effect of a function may outlive a ROLLBACK. */
bool pg_statements_call(const struct pg_table *table);

/* Whether the server would run them for this role; none is run. ERR_REFUSED: a right is
 * missing. ERR_USAGE: one is wrong, with its origin. */
int pg_statements_check(struct pg_store *pg, struct err *err);

/* Asks guard_sql with nothing locked; one that wants to lock is left for later. */
int pg_statement_foretell(struct pg_store *pg, struct key key,
	const struct pg_image *seen, const struct pg_image *wanted, struct err *err);

/* The steps of an edit, see edit.h. */
enum change_result pg_statement_lock(struct pg_work *work, size_t index);
enum change_result pg_statement_write(struct pg_work *work, size_t index);
int pg_statement_check(struct pg_work *work, size_t index, struct err *err);

/* See store_image_add_unlike(). */
void pg_store_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out);

/* All rows of the query but those of the edits, as one text. */
int pg_statement_sum(const struct pg_work *work, struct str *out, struct err *err);

#endif
