/* SPDX-License-Identifier: MIT
 * The statements by which the rows of a query are changed: a person writes them into the
 * configuration, with parameters in the places of what differs from change to change. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "store/layout.h"

enum statement_kind {
#define LAYOUT_STATEMENT(kind, name, help) STATEMENT_##kind,
#include "store/layout.def"
	STATEMENTS
};

/* What a parameter stands for. Those of the image that is to be are KEPT_METADATA and
 * before; the others are of the image that is there. */
enum statement_parameter {
#define LAYOUT_PARAMETER(parameter, name, role, is_old) STATEMENT_##parameter,
#include "store/layout.def"
	STATEMENT_PARAMETERS
};

#define STATEMENT_USES(parameter) (1u << STATEMENT_##parameter)

struct statement_text {
	const char *sql; /* NULL: the configuration has none of this kind */
	unsigned uses;	 /* 1 << of each parameter that is in it */
};

/* Texts are borrowed of the arena that was given. */
struct statements {
	struct statement_text of[STATEMENTS];
};

/* Whether the configuration makes sense. ERR_USAGE, with the origin of the setting. */
int statements_check(const struct store_config *config, struct err *err);

/* The statements of a configuration that was checked. False: what is read is not written,
 * for there is no reset_sql. */
bool statements_read(
	struct statements *out, struct arena *arena, const struct store_config *config);

/* Whether the rows of this store come from a query that can be written. */
bool statements_make_writable(const struct store_config *config);

/* ":value", … */
const char *statement_parameter_name(enum statement_parameter parameter);
/* The column that it is taken from. */
enum layout_role statement_parameter_role(enum statement_parameter parameter);
/* It is of the image that is there, and not of the one that is to be. */
bool statement_parameter_is_old(enum statement_parameter parameter);

/* "reset_sql", … */
const char *statement_key(enum statement_kind kind);
bool statement_is_key(const char *key);

/* The roles, a bit each, of what a reset itself writes: these are compared afterwards
 * with what was meant, and the others are what the statement makes of them. */
unsigned statements_written_roles(const struct statements *statements);
/* The same of the columns of any statement. */
unsigned statement_written_roles(const struct statement_text *text);

/* What of a row comes back by a reset: the key, what it writes, and the metadata where
 * the statement is given those that were kept. */
unsigned statements_restored_roles(const struct statements *statements);

/* The next parameter in a statement from *at on, which is moved behind it; *before is
 * what stands in front of it. False: there is none, and *before is all the rest. What is
 * in quotes or in a comment is none. *parameter is STATEMENT_PARAMETERS for a name that
 * nobody knows. */
bool statement_next_parameter(const char **at, struct span *before,
	enum statement_parameter *parameter, struct span *name);

/* The capabilities that say what there is no statement for. */
unsigned statements_lacking(const struct statements *statements);

/* Which of the statements an edit takes: there is an image, and there is to be one. */
enum statement_kind statement_of_edit(bool exists, bool will_exist);

/* ERR_REFUSED: the configuration has no statement of this kind. Returns -1. */
int statement_missing(
	const struct store_config *config, enum statement_kind kind, struct err *err);

/* What came of guard_sql. Each returns -1. */
int statement_guard_without_row(struct key key, struct err *err);
int statement_guard_refuses(struct key key, struct span reason, struct err *err);

/* The column of guard_sql that says why a change is refused. */
#define STATEMENT_REFUSED "refused"

/* A statement did not change exactly one row. Returns -1. */
int statement_counted(
	enum statement_kind kind, struct key key, int64_t changes, struct err *err);

/* What is read afterwards is not what was meant: a column is another one, there is no
 * row, or there still is one. Each returns -1. */
int statement_made_other(enum statement_kind kind, struct key key, const char *column,
	struct span meant, struct span found, struct err *err);
int statement_lost_row(
	enum statement_kind kind, struct key key, bool is_there, struct err *err);

/* Other rows of the query are not as they were. Returns -1. */
int statement_touched_others(enum statement_kind kind, struct err *err);

#endif
