/* SPDX-License-Identifier: MIT */
#include "store/postgresql/words.h"

#include <string.h>

void
pg_add_message(struct str *out, const char *message, const char *secret)
{
	size_t length = secret != NULL ? strlen(secret) : 0;
	size_t end = strlen(message);

	while (end > 0 && message[end - 1] == '\n')
		end--;
	for (size_t i = 0; i < end; i++) {
		if (length > 0 && strncmp(message + i, secret, length) == 0) {
			str_add(out, "***");
			i += length - 1;
		} else if (message[i] == '\n') {
			str_add(out, "; ");
			while (message[i + 1] == '\t' || message[i + 1] == ' ')
				i++;
		} else {
			str_add_char(out, message[i]);
		}
	}
}

void
pg_add_without_quoted(struct str *out, const char *message)
{
	bool is_quoted = false;

	for (; *message != '\0' && *message != '\n'; message++) {
		if (*message == '"') {
			is_quoted = !is_quoted;
			str_add(out, is_quoted ? "\"***" : "\"");
		} else if (!is_quoted) {
			str_add_char(out, *message);
		}
	}
}

/* What the beginning of a SQLSTATE says of a failure. The longest that fits stands
 * first. */
static const struct {
	const char *state;
	enum err_kind kind;
	enum pg_trouble trouble;
} states[] = {
	{ "55P03", ERR_UNREACHABLE, PG_TROUBLE_LOCKED }, /* lock_not_available */
	{ "57014", ERR_UNREACHABLE, PG_TROUBLE_LOCKED }, /* query_canceled */
	{ "40001", ERR_UNREACHABLE, PG_TROUBLE_LOCKED }, /* serialization_failure */
	{ "40P01", ERR_UNREACHABLE, PG_TROUBLE_LOCKED }, /* deadlock_detected */
	{ "42501", ERR_REFUSED, PG_TROUBLE_STATEMENT },	 /* insufficient_privilege */
	{ "25006", ERR_REFUSED, PG_TROUBLE_STATEMENT },	 /* read_only_transaction */
	{ "42P01", ERR_DAMAGED, PG_TROUBLE_STATEMENT },	 /* undefined_table */
	{ "42703", ERR_DAMAGED, PG_TROUBLE_STATEMENT },	 /* undefined_column */
	{ "3F000", ERR_DAMAGED, PG_TROUBLE_STATEMENT },	 /* no such schema */
	{ "57P", ERR_UNREACHABLE, PG_TROUBLE_LOST },	 /* shutdown, and starting up */
	{ "08", ERR_UNREACHABLE, PG_TROUBLE_LOST },	 /* connection */
	{ "53", ERR_UNREACHABLE, PG_TROUBLE_STATEMENT }, /* resources */
	{ "", ERR_FAILED, PG_TROUBLE_STATEMENT },
};

enum pg_trouble
pg_complaint_tell(const struct pg_complaint *complaint, struct err *err)
{
	struct str text = { 0 };
	size_t row = 0;

	while (strncmp(complaint->state, states[row].state, strlen(states[row].state)) !=
		0)
		row++;
	pg_add_message(&text, complaint->primary != NULL ? complaint->primary : "", NULL);
	if (complaint->detail != NULL) {
		str_add(&text, " (");
		pg_add_message(&text, complaint->detail, NULL);
		str_add_char(&text, ')');
	}
	if (complaint->hint != NULL) {
		str_add(&text, "; ");
		pg_add_message(&text, complaint->hint, NULL);
	}
	err_set(err, states[row].kind, "%s", str_text(&text));
	str_free(&text);
	return states[row].trouble;
}

/* The data themselves are at fault, and not the connection or the program. The longest
 * that fits stands first. */
static const struct {
	const char *state;
	enum err_kind kind;
	const char *next;
} refusals[] = {
	{ "23505", ERR_CONFLICT,
		"another row has what must not come twice; look at the table itself" },
	{ "23P01", ERR_CONFLICT,
		"another row has what must not come twice; look at the table itself" },
	{ "23503", ERR_REFUSED,
		"see to the rows that refer to each other first, in the database "
		"itself" },
	{ "23001", ERR_REFUSED,
		"see to the rows that refer to each other first, in the database "
		"itself" },
	{ "23", ERR_REFUSED, "take what the table allows" },
	{ "22P05", ERR_REFUSED, "take a text that the encoding of the database has" },
	{ "22021", ERR_REFUSED, "take a text that the encoding of the database has" },
	{ "22", ERR_REFUSED, "take what the column can hold" },
	{ "0A000", ERR_REFUSED,
		"the table cannot be written so: make a trigger of a rule that it has, "
		"or name the table behind it" },
	{ "P0", ERR_REFUSED,
		"a function of the database refuses it: ask who made that, or a trigger "
		"that calls it" },
};

const char *
pg_refusal_of(const char *state, enum err_kind *kind)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		if (strncmp(state, refusals[i].state, strlen(refusals[i].state)) != 0)
			continue;
		*kind = refusals[i].kind;
		return refusals[i].next;
	}
	return NULL;
}
