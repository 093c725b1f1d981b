/* SPDX-License-Identifier: MIT */
#include "store/statements.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "store/backend.h"
#include "store/sql_text.h"

/* --- the tables --- */

static const char *const keys[STATEMENTS] = {
#define LAYOUT_STATEMENT(kind, name, help) name,
#include "store/layout.def"
};

static const struct {
	const char *name;
	enum layout_role role;
	bool is_old;
} parameters[STATEMENT_PARAMETERS] = {
#define LAYOUT_PARAMETER(parameter, name, role, is_old) { name, LAYOUT_##role, is_old },
#include "store/layout.def"
};

#define KEY_USES (STATEMENT_USES(JOB) | STATEMENT_USES(PARTITION))
#define OLD_USES                                                                         \
	(STATEMENT_USES(OLD_VALUE) | STATEMENT_USES(OLD_UPDATED) |                       \
		STATEMENT_USES(OLD_METADATA))
#define NEW_USES                                                                         \
	(STATEMENT_USES(VALUE) | STATEMENT_USES(UPDATED) | STATEMENT_USES(METADATA) |    \
		STATEMENT_USES(KEPT_METADATA))

/* What each kind may begin with (a list with a NULL behind it), name, and must name; and
 * without which other one it makes no sense. */
static const struct {
	const char *verbs[7];
	unsigned uses, needs;
	enum statement_kind behind;
} rules[STATEMENTS] = {
	[STATEMENT_RESET] = { { "UPDATE", "INSERT", "MERGE", "WITH", "SELECT" },
		KEY_USES | NEW_USES | OLD_USES, STATEMENT_USES(VALUE), STATEMENT_RESET },
	[STATEMENT_DELETE] = { { "DELETE", "UPDATE", "WITH", "SELECT" },
		KEY_USES | OLD_USES, 0, STATEMENT_RESET },
	[STATEMENT_INSERT] = { { "INSERT", "UPDATE", "MERGE", "WITH", "SELECT" },
		KEY_USES | NEW_USES, STATEMENT_USES(VALUE), STATEMENT_DELETE },
	[STATEMENT_GUARD] = { { "SELECT", "WITH" }, KEY_USES | NEW_USES | OLD_USES, 0,
		STATEMENT_RESET },
};

const char *
statement_key(enum statement_kind kind)
{
	return keys[kind];
}

bool
statement_is_key(const char *key)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

const char *
statement_parameter_name(enum statement_parameter parameter)
{
	return parameters[parameter].name;
}

enum layout_role
statement_parameter_role(enum statement_parameter parameter)
{
	return parameters[parameter].role;
}

bool
statement_parameter_is_old(enum statement_parameter parameter)
{
	return parameters[parameter].is_old;
}

/* --- parameters --- */

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static enum statement_parameter
find_parameter(struct span name)
{
	size_t i = 0;

	while (i < STATEMENT_PARAMETERS && !span_is(name, parameters[i].name))
		i++;
	return (enum statement_parameter)i;
}

bool
statement_next_parameter(const char **at, struct span *before,
	enum statement_parameter *parameter, struct span *name)
{
	const char *start = *at, *c = start;

	while (*c != '\0') {
		size_t length = 0;

		/* A '$' within a name begins no quotation. */
		if (*c != '$' || c == start || !is_word(c[-1]))
			length = sql_quoted_length(c);
		if (length == 0 && strncmp(c, "::", 2) == 0)
			length = 2;
		if (length == 0 && *c == ':' && is_word(c[1]) &&
			!isdigit((unsigned char)c[1])) {
			*before = (struct span){ start, (size_t)(c - start) };
			*at = c + 1;
			while (is_word(**at))
				(*at)++;
			*name = (struct span){ c, (size_t)(*at - c) };
			*parameter = find_parameter(*name);
			return true;
		}
		c += length > 0 ? length : 1;
	}
	*before = (struct span){ start, (size_t)(c - start) };
	*at = c;
	return false;
}

static unsigned
uses_of(const char *sql)
{
	enum statement_parameter parameter;
	struct span before, name;
	unsigned uses = 0;

	while (statement_next_parameter(&sql, &before, &parameter, &name))
		uses |= 1u << parameter;
	return uses;
}

unsigned
statement_written_roles(const struct statement_text *text)
{
	unsigned roles = 1u << LAYOUT_VALUE;

	if (text->uses & STATEMENT_USES(UPDATED))
		roles |= 1u << LAYOUT_UPDATED;
	if (text->uses & STATEMENT_USES(METADATA))
		roles |= 1u << LAYOUT_METADATA;
	return roles;
}

unsigned
statements_written_roles(const struct statements *statements)
{
	return statement_written_roles(&statements->of[STATEMENT_RESET]);
}

unsigned
statements_restored_roles(const struct statements *statements)
{
	unsigned roles = statements_written_roles(statements) | 1u << LAYOUT_JOB |
			 1u << LAYOUT_PARTITION;

	if (statements->of[STATEMENT_RESET].uses & STATEMENT_USES(KEPT_METADATA))
		roles |= 1u << LAYOUT_METADATA;
	return roles;
}

/* --- do they make sense? --- */

static void
add_names(struct str *out, unsigned uses)
{
	for (size_t i = 0; i < STATEMENT_PARAMETERS; i++)
		if (uses & (1u << i))
			str_addf(out, "%s%s", out->len > 0 ? ", " : "",
				parameters[i].name);
}

static int
check_parameters(enum statement_kind kind, const char *sql, struct err *err)
{
	unsigned allowed = rules[kind].uses, missing;
	enum statement_parameter parameter;
	struct span before, name;
	struct str names = { 0 };
	const char *at = sql;

	while (statement_next_parameter(&at, &before, &parameter, &name)) {
		if (parameter < STATEMENT_PARAMETERS && (allowed & (1u << parameter)))
			continue;
		add_names(&names, allowed);
		err_set(err, ERR_USAGE,
			"%s: nothing stands for %.*s there; the parameters of %s are %s",
			keys[kind], (int)name.len, name.at, keys[kind], str_text(&names));
		str_free(&names);
		return -1;
	}
	missing = rules[kind].needs & ~uses_of(sql);
	if (missing == 0)
		return 0;
	add_names(&names, missing);
	err_set(err, ERR_USAGE, "%s does not name %s, without which nothing is set",
		keys[kind], str_text(&names));
	str_free(&names);
	return -1;
}

/* The first word, whatever comments are before it. */
static struct span
first_word(const char *sql)
{
	size_t length = 0;

	while (isspace((unsigned char)*sql) ||
		((*sql == '-' || *sql == '/') && sql_quoted_length(sql) > 0))
		sql += isspace((unsigned char)*sql) ? 1 : sql_quoted_length(sql);
	while (is_word(sql[length]))
		length++;
	return (struct span){ sql, length };
}

static int
check_verb(enum statement_kind kind, const char *sql, struct err *err)
{
	struct span word = first_word(sql);
	struct str list = { 0 };

	for (const char *const *verb = rules[kind].verbs; *verb != NULL; verb++) {
		if (strlen(*verb) == word.len &&
			strncasecmp(word.at, *verb, word.len) == 0) {
			str_free(&list);
			return 0;
		}
		str_addf(&list, "%s%s", list.len > 0 ? ", " : "", *verb);
	}
	err_set(err, ERR_USAGE, "%s begins with '%.*s', and not with one of %s",
		keys[kind], (int)(word.len < 40 ? word.len : 40), word.at,
		str_text(&list));
	str_free(&list);
	return -1;
}

/* Whether it is a REPLACE of SQLite, in either spelling. */
static bool
makes_new_row(const char *sql)
{
	bool is_behind = false; /* behind a REPLACE */

	while (*sql != '\0') {
		size_t length = sql_quoted_length(sql);

		if (length == 0 && is_word(*sql)) {
			while (is_word(sql[length]))
				length++;
			if (is_behind && length == 4 && strncasecmp(sql, "INTO", 4) == 0)
				return true;
			is_behind = length == 7 && strncasecmp(sql, "REPLACE", 7) == 0;
		}
		sql += length > 0 ? length : 1;
	}
	return false;
}

/* The row is kept as far as the query returns it. */
static int
check_whole(enum statement_kind kind, const char *sql, struct err *err)
{
	if (kind != STATEMENT_RESET || !makes_new_row(sql))
		return 0;
	return err_set(err, ERR_USAGE,
		"%s is a REPLACE, which deletes the row and makes a new one: what else "
		"is "
		"in the row would be lost, and no undo would bring it back; write "
		"UPDATE, "
		"or INSERT with ON CONFLICT and DO UPDATE",
		keys[kind]);
}

static int
check_single(enum statement_kind kind, const char *sql, struct err *err)
{
	for (size_t at = 0; sql[at] != '\0';) {
		size_t length = sql_quoted_length(sql + at);

		if (sql[at] == ';')
			return err_set(err, ERR_USAGE,
				"%s: there is more behind a ';': write one statement",
				keys[kind]);
		if (sql[at] == '$' && isdigit((unsigned char)sql[at + 1]) &&
			(at == 0 || !is_word(sql[at - 1])))
			return err_set(err, ERR_USAGE,
				"%s: parameters have names here, such as :value, and no "
				"numbers",
				keys[kind]);
		at += length > 0 ? length : 1;
	}
	return 0;
}

static int
check_statement(const struct store_config *config, enum statement_kind kind,
	const char *text, struct err *err)
{
	struct span wanted = sql_without_end(text);
	struct str sql = { 0 };
	int status = -1;

	str_add_span(&sql, wanted);
	if (wanted.len == 0)
		err_set(err, ERR_USAGE, "%s is empty", keys[kind]);
	else if (store_setting(config, "query") == NULL)
		err_set(err, ERR_USAGE,
			"%s is for the rows of a query, and there is no query: a table "
			"is written without it; leave it out",
			keys[kind]);
	else if (store_setting(config, keys[rules[kind].behind]) == NULL)
		err_set(err, ERR_USAGE, "%s without %s: nothing would ever ask for it",
			keys[kind], keys[rules[kind].behind]);
	else if (kind == STATEMENT_DELETE && config->on_delete == NULL)
		err_set(err, ERR_USAGE,
			"delete_sql without on_delete: say with on_delete = WORDS what a "
			"delete means to the program whose store it is");
	else if (check_single(kind, str_text(&sql), err) == 0 &&
		 check_whole(kind, str_text(&sql), err) == 0 &&
		 check_verb(kind, str_text(&sql), err) == 0)
		status = check_parameters(kind, str_text(&sql), err);
	str_free(&sql);
	return status == 0 ? 0 : store_blame(config, keys[kind], err);
}

int
statements_check(const struct store_config *config, struct err *err)
{
	for (size_t i = 0; i < STATEMENTS; i++) {
		const char *text = store_setting(config, keys[i]);

		if (text != NULL &&
			check_statement(config, (enum statement_kind)i, text, err) != 0)
			return -1;
	}
	return 0;
}

bool
statements_make_writable(const struct store_config *config)
{
	return store_setting(config, "query") != NULL &&
	       store_setting(config, keys[STATEMENT_RESET]) != NULL;
}

bool
statements_read(
	struct statements *out, struct arena *arena, const struct store_config *config)
{
	*out = (struct statements){ 0 };
	for (size_t i = 0; i < STATEMENTS; i++) {
		const char *text = store_setting(config, keys[i]);

		if (text == NULL)
			continue;
		out->of[i].sql = arena_span(arena, sql_without_end(text)).at;
		out->of[i].uses = uses_of(out->of[i].sql);
	}
	return statements_make_writable(config);
}

/* --- what came of them --- */

unsigned
statements_lacking(const struct statements *statements)
{
	return (statements->of[STATEMENT_DELETE].sql == NULL ? STORE_NO_DELETE : 0u) |
	       (statements->of[STATEMENT_INSERT].sql == NULL ? STORE_NO_INSERT : 0u);
}

enum statement_kind
statement_of_edit(bool exists, bool will_exist)
{
	return !will_exist ? STATEMENT_DELETE
	       : exists	   ? STATEMENT_RESET
			   : STATEMENT_INSERT;
}

int
statement_missing(
	const struct store_config *config, enum statement_kind kind, struct err *err)
{
	const char *words = kind == STATEMENT_DELETE ? config->on_delete : NULL;

	return err_set(err, ERR_REFUSED,
		"%s has no %s, which would say how a row of its query is %s; nothing was "
		"written; %s%s%s",
		config->name, keys[kind],
		kind == STATEMENT_INSERT ? "brought back" : "deleted",
		kind == STATEMENT_INSERT
			? "bring it back with the program that it belongs to"
			: "delete it with the program that it belongs to",
		words != NULL ? ": " : "", words != NULL ? words : "");
}

int
statement_guard_without_row(struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s: guard_sql finds no row for it, so it is not to be changed now; "
		"nothing was written",
		str_text(&name));
	str_free(&name);
	return -1;
}

int
statement_guard_refuses(struct key key, struct span reason, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED, "%s: guard_sql refuses it: %.*s; nothing was written",
		str_text(&name), (int)reason.len, reason.at);
	str_free(&name);
	return -1;
}

int
statement_counted(
	enum statement_kind kind, struct key key, int64_t changes, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s: %s changes %lld rows, and not the one that it is about; nothing was "
		"written; correct %s",
		str_text(&name), keys[kind], (long long)changes, keys[kind]);
	str_free(&name);
	return -1;
}

int
statement_made_other(enum statement_kind kind, struct key key, const char *column,
	struct span meant, struct span found, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s: behind %s the query returns %.*s as its %s, and %.*s was meant; "
		"nothing was written; correct %s",
		str_text(&name), keys[kind], (int)(found.at != NULL ? found.len : 4),
		found.at != NULL ? found.at : "NULL", column,
		(int)(meant.at != NULL ? meant.len : 4),
		meant.at != NULL ? meant.at : "NULL", keys[kind]);
	str_free(&name);
	return -1;
}

int
statement_lost_row(
	enum statement_kind kind, struct key key, bool is_there, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s: behind %s the query %s; nothing was written; correct %s",
		str_text(&name), keys[kind],
		is_there ? "still returns its row" : "returns no row of it", keys[kind]);
	str_free(&name);
	return -1;
}

int
statement_touched_others(enum statement_kind kind, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s changes, adds or removes other rows of the query than the one that "
		"it is about, and no undo would bring them back; nothing was written; "
		"correct %s",
		keys[kind], keys[kind]);
}
