/* SPDX-License-Identifier: MIT
 * Table shapes: which table holds checkpoints, and which of its columns mean what. Knows
 * no database; a back end tells it what tables there are. */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include "base/arena.h"
#include "store/store.h"

/* The partition of all rows of what has no column for it. */
#define LAYOUT_ONLY_PARTITION "-"

/* What a column can mean. */
enum layout_role {
#define LAYOUT_COLUMN(role, name, help) LAYOUT_##role,
#include "store/layout.def"
	LAYOUT_ROLES
};

/* One table, understood. All texts live in the arena that was given. */
struct layout {
	const char *shape; /* "checkpoints", "kafka_offsets", "dated", "mapped" */
	const char *table;
	const char *query; /* what stands in the place of a table; or NULL */
	const char *columns[LAYOUT_ROLES]; /* NULL: the table has none for this */
	const char *hidden[LAYOUT_ROLES];  /* one that it has for this, and that we may
					      not read; NULL: none */
	const char *job;	  /* the job of all rows, when there is no column */
	const char *partition;	  /* the same for the partition */
	bool dated;		  /* the newest partition is live, older ones are done */
	bool whole_numbers;	  /* a new value is a number rather than a text */
	const char *unused;	  /* columns of a query that mean nothing; or NULL */
	const char *missing_note; /* an optional column that is not there; or NULL */
	const char *others; /* other tables with checkpoints, and how to read them; or
			       NULL */
};

/* One table of the database. Column names compare without regard to ASCII case. */
struct layout_table {
	const char *name;
	const char *const *columns;
	size_t column_count;
	const char *trouble; /* why its columns cannot be read; or NULL */
};

/*
 * Chooses the table and its columns. Without settings every table is looked at: first
 * `checkpoints`, then the default names of the other shapes, then any table with all
 * columns of a shape. `where` names the database and `uri` how it was called, for
 * messages. ERR_USAGE: a setting makes no sense; ERR_DAMAGED: no such table or column,
 * the text names what is missing.
 */
int layout_choose(struct layout *out, struct arena *arena,
	const struct store_config *config, const struct layout_table *tables,
	size_t count, const char *where, struct err *err);

/*
 * The same for the query that stands in the place of a table, whose columns are these:
 * job, partition, value, metadata, updated_at, watermark, head, lag and state, or what
 * the settings say. There must be a job (or the setting), and one of value, lag and
 * state. ERR_USAGE: what is missing, or there twice.
 */
int layout_choose_query(struct layout *out, struct arena *arena,
	const struct store_config *config, const char *const *columns, size_t count,
	struct err *err);

/* The query of the settings without what may stand behind it, which is no part of it;
 * none where a table is to be read. */
struct span layout_wanted_query(const struct store_config *config);

/* Appends "SELECT * FROM " and the query as a table, which nothing but one SELECT can be;
 * returns at which character of it the query begins, from 0. */
size_t layout_add_whole_query(struct str *out, struct span query);

/* What is wrong with a query that has parameters. */
#define LAYOUT_HAS_PARAMETER                                                             \
	"there is a parameter in it, and nothing that it could stand for"

/* layout_check() of a query. */
int layout_check_query(const struct store_config *config, struct err *err);

/* Puts before an error of the query where it is, and behind it what to do. before is the
 * part of the query that is in order; none: it is not known where it is not. Returns -1.
 */
int layout_blame_query(
	const struct store_config *config, struct span before, struct err *err);

/* What is kept of a row of a query that can be changed: all that is compared, and all
 * that an undo has. */
#define LAYOUT_KEPT                                                                      \
	LAYOUT_JOB, LAYOUT_PARTITION, LAYOUT_VALUE, LAYOUT_METADATA, LAYOUT_UPDATED

/* The names of those of these columns that have one of the roles (1 << LAYOUT_…), as a
 * list for people; NULL: there is none. */
const char *
layout_kept_names(const struct layout *layout, unsigned roles, struct arena *arena);

/* Whether a column has one of the roles (1 << LAYOUT_…). */
bool layout_is_named(const struct layout *layout, unsigned roles, struct span column);

/* Appends what the rows are read from: the quoted name of a table, or the query. */
void layout_add_source(struct str *out, const struct layout *layout);

/* Whether the settings make sense, as far as that can be said without the tables.
 * ERR_USAGE, with the origin of the setting. */
int layout_check(const struct store_config *config, struct err *err);

/* The name of the wanted table, or NULL when every table is to be looked at. */
const char *layout_wanted_table(const struct store_config *config);

/* The checkpoint in a row. It borrows from the cells, and what is made for it is in the
 * arena. cells are by the roles of their columns, none where it is NULL or there is no
 * column; superseded counts in dated tables. */
void layout_borrow(const struct layout *layout, const struct span cells[LAYOUT_ROLES],
	enum ckpt_storage storage, bool superseded, struct arena *arena,
	struct ckpt *out);

/* The same, with everything copied into the arena. */
void layout_row(const struct layout *layout, const struct span cells[LAYOUT_ROLES],
	enum ckpt_storage storage, bool superseded, struct arena *arena,
	struct ckpt *out);

/* Appends an SQL identifier in double quotes; what is inside is doubled. */
void layout_add_name(struct str *out, const char *name);

/* Appends the quoted column of a role, or NULL where there is none. */
void
layout_add_column(struct str *out, const struct layout *layout, enum layout_role role);

#endif
