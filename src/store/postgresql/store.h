/* SPDX-License-Identifier: MIT
 * What the files of the PostgreSQL back end share. */
#ifndef STORE_POSTGRESQL_STORE_H
#define STORE_POSTGRESQL_STORE_H

#include "store/backend.h"
#include "store/keyset.h"
#include "store/postgresql/conn.h"
#include "store/postgresql/table.h"

struct pg_fields;

/* The last operation that was brought to its COMMIT here, for those who look later. */
struct pg_last {
	struct str operation, transaction, server; /* its ids; empty: none */
};

struct pg_store {
	struct store store;
	struct pg_link *link; /* NULL: not connected */
	struct pg_table *table;
	struct keyset *keys; /* of the rows of the last whole scan and what came since;
				NULL: none was whole */
	size_t rows;	     /* how many those were */
	size_t again;	     /* those of them with the key of an earlier one */
	bool cut;	     /* it ended at a limit before the last row */
	bool scanned;
	int64_t reconcile_at; /* clock_monotonic(), when all are read again */
	struct str snapshot;  /* what the last scan or look for changes began with; empty:
				nothing is known */
	struct arena *facts;
	const struct pg_fields *fields; /* of the table at the last look at a row, in its
					   arena; NULL: none yet */
	const char *triggers;	 /* names of those on the table, and of its rules, in its
				    arena; NULL: none */
	const char *inserters;	 /* those of them that act on an INSERT; NULL: none */
	const char *referred;	 /* names of the tables that its foreign keys refer to, in
				    its arena; NULL: none */
	const char *foretelling; /* the statement of pg_foretell(), in its arena; NULL:
				    none, or it was not looked for yet */
	struct pg_names {
		struct span *list;
		size_t count;
	} foretelling_names; /* the columns of the table, in the order it wants them */
	bool can_foretell;   /* it was */
	const char *refuses; /* why nothing can be changed by this role on this server, as
				it was when the connection was made; NULL: nothing that
				was asked says so */
	const char *refuses_delete; /* the same where it is only that nothing can be
				       deleted */
	bool is_pooled;		    /* a pooler stood between when it was made */
	struct pg_last last;
};

/* A store that is not connected; end it with pg_store_free(). */
struct pg_store *pg_store_new(const struct store_config *config, enum store_mode mode);
void pg_store_free(struct pg_store *pg);

/* Connects to the server, without a look at what is there. */
int pg_store_join(struct pg_store *pg, struct err *err);

/* A setting of this name says which table it is, and not only how to connect. */
bool pg_store_is_mapping(const char *name);

/* Connects where there is no connection, and finds the table. */
int pg_store_connect(struct pg_store *pg, struct err *err);

/* After a failure: a connection that is of no use any more is given up. Returns -1. */
int pg_store_failed(struct pg_store *pg);

/* pg_read() in the time that is left of the call, given up with pg_store_failed(). */
int pg_store_read(struct pg_store *pg, enum pg_author author,
	const struct pg_query *queries, size_t count, struct err *err);

/* How much of the time of the call is left. */
int64_t pg_store_time_left(const struct pg_store *pg);

/* The last failure was that a column cannot hold a name: then no row has it. */
bool pg_store_is_no_name(const struct pg_store *pg);

/* ERR_NOT_FOUND, for a key. Returns -1. */
int pg_store_not_found(const struct pg_store *pg, struct key key, struct err *err);

/* The present snapshot, as text: as long as it is the same, nothing has become visible in
 * any table of the server. */
int pg_store_snapshot(struct pg_store *pg, struct str *out, struct err *err);

/* The question whether anything can be changed here: sets pg->refuses and
 * pg->refuses_delete. */
struct pg_query pg_refusal_ask(struct pg_store *pg);

/* Makes the facts anew. */
void pg_store_set_facts(struct pg_store *pg);

/* Appends SQL in which :job and :partition stand for parameters with numbers in their
 * places; what is in quotes or a comment stays. Returns how many parameters it has, which
 * are borrowed from the key. */
#define PG_NAMED_PARAMETERS 2
size_t pg_number_parameters(struct str *out, const char *sql, struct key key,
	struct span parameters[PG_NAMED_PARAMETERS]);

backend_scan_fn pg_store_scan;
backend_scan_changes_fn pg_store_scan_changes;

#endif
