/* SPDX-License-Identifier: MIT
 * What the files of the PostgreSQL back end that write share. */
#ifndef STORE_POSTGRESQL_OPERATE_H
#define STORE_POSTGRESQL_OPERATE_H

#include "store/postgresql/edit.h"

extern const struct backend_operations pg_operations;

/* Begins a transaction with what an operation needs in it: its images, the columns of
 * the table, the store audit. pg_work_end() it, whatever came of this. */
int pg_work_begin(struct pg_work *work, struct err *err);
void pg_work_end(struct pg_work *work);

/* Without a unique key nothing else keeps two from making the same row: locks the table
 * where an edit makes one. */
int pg_work_lock_table(const struct pg_work *work, struct err *err);

/* Puts the place of the server before what the server has said, and behind it what that
 * means for what was asked ("" where nothing was to be written) and what to do next;
 * where the database refuses what was to be written the kind is ERR_CONFLICT or
 * ERR_REFUSED. */
void pg_store_blame(const struct pg_store *pg, const char *done, struct err *err);

/* Entry points, see backend.h. */
backend_save_fn pg_store_save;
backend_create_fn pg_store_create;
int
pg_store_permit(struct store *store, struct key key, struct span image, struct err *err);
int pg_store_permit_delete(struct store *store, struct key key, struct err *err);
void pg_store_settle(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count);

#endif
