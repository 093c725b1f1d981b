/* SPDX-License-Identifier: MIT
 * The filter line. A tree is made of the bytes, written as a filter with all the ways
 * that the grammar leaves, and evaluated here in plain steps: the program must find the
 * same lines. The bytes as a text: what is wrong is said with its column; "not" turns
 * every answer round; parentheses change none. */
#include "fuzz.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/filter.h"

#define NOW	      (INT64_C(1795316861) * SECOND)
#define AGO(duration) (NOW - (duration))

/* --- what is filtered --- */

static const struct board board = { .store = { .name = "pg:main" } };

static const struct board_row rows[] = {
	{ .board = &board,
		.key = { { "orders-daily", 12 }, { "eu-7", 4 } },
		.state = STATE_CRIT,
		.finding = FINDING_STOPPED,
		.since = { AGO(53 * MINUTE), false },
		.lag = { .kind = LAG_POSITIONS, .amount = 592345 },
		.updated = AGO(53 * MINUTE),
		.watermark = AGO(131 * MINUTE),
		.why = { "p7 stuck: deadlock", "p7 stuck", "stuck", "", NULL },
		.error = { "Deadlock detected", 17 } },
	{ .board = &board,
		.key = { { "orders-daily", 12 }, { "us-3", 4 } },
		.state = STATE_OK,
		.since = { AGO(DAY), true },
		.lag = { .kind = LAG_POSITIONS, .amount = 0 },
		.updated = AGO(-4 * MINUTE),
		.watermark = TIME_NONE,
		.why = { "", "", "", "", NULL } },
	{ .board = &board,
		.key = { { "Tmp import (old)", 16 }, { "", 0 } },
		.state = STATE_OK,
		.finding = FINDING_DORMANT,
		.since = { TIME_NONE, false },
		.lag = { .kind = LAG_UNKNOWN },
		.updated = TIME_NONE,
		.watermark = TIME_NONE,
		.why = { "", "", "", "", NULL } },
	{ .board = &board,
		.key = { { "clock", 5 }, { "0", 1 } },
		.state = STATE_WARN,
		.since = { AGO(HOUR), true },
		.lag = { .kind = LAG_TIME, .amount = 90 * SECOND, .partial = true },
		.updated = AGO(90 * SECOND),
		.watermark = AGO(15 * MINUTE),
		.why = { "wmark 15m behind", "wmark", "", "", NULL } },
};

#define ROWS (sizeof(rows) / sizeof(*rows))

/* --- a tree of the bytes --- */

enum kind { ALL, ANY, NOT, TERM };

enum field { WORD, STATE, JOB, PART, STORE, WHY, LAG, AGE, UPD, WMARK, FIELDS };

struct amount {
	const char *text;
	int64_t amount;
	bool is_duration;
};

static const struct amount amounts[] = { { "0", 0, false }, { "592345", 592345, false },
	{ "592k", 592000, false }, { "1M", 1000000, false }, { "90s", 90 * SECOND, true },
	{ "15m", 15 * MINUTE, true }, { "1h", HOUR, true }, { "53m", 53 * MINUTE, true },
	{ "2h11m", 131 * MINUTE, true }, { "0s", 0, true } };

static const char *const texts[] = { "orders", "ORDERS*", "*daily", "eu-[0-9]", "us-?",
	"pg:*", "pg:main", "stuck", "*deadlock*", "0", "clock", "o", "tmp import (old)",
	"Tmp*", "old)" };

static const char *const states[] = { "crit", "WARN", "ok", "unkn", "rply", "dormant",
	"[co]*" };

static const char *const compares[] = { "<", "<=", "=", ">=", ">" };

struct node {
	enum kind kind;
	enum field field;
	size_t choice, compare; /* of the tables above */
	struct node *parts[3];
	size_t count;
};

struct bytes {
	const uint8_t *at;
	size_t len;
};

static size_t
take(struct bytes *bytes, size_t below)
{
	if (bytes->len == 0)
		return 0;
	bytes->len--;
	return *bytes->at++ % below;
}

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static struct node *
make(struct bytes *bytes, unsigned depth)
{
	struct node *node = mem_new(1, sizeof(*node));

	node->kind = depth == 0 || bytes->len == 0 ? TERM : (enum kind)take(bytes, 4);
	if (node->kind != TERM) {
		node->count = node->kind == NOT ? 1 : 1 + take(bytes, 3);
		for (size_t i = 0; i < node->count; i++)
			node->parts[i] = make(bytes, depth - 1);
		return node;
	}
	node->field = (enum field)take(bytes, FIELDS);
	node->compare = take(bytes, COUNT(compares));
	node->choice = take(bytes, node->field >= LAG	  ? COUNT(amounts)
				   : node->field == STATE ? COUNT(states)
							  : COUNT(texts));
	/* A moment is compared with a duration alone. */
	if (node->field > LAG && !amounts[node->choice].is_duration)
		node->choice = 4;
	return node;
}

static void
end(struct node *node)
{
	for (size_t i = 0; i < node->count; i++)
		end(node->parts[i]);
	free(node);
}

/* --- written --- */

static const char *const names[] = { "",
	"state:", "job:", "part:", "store:", "why:", "lag", "age", "upd", "wmark" };

/* A text in quotes where it needs them, and sometimes where it does not. */
static void
write_text(struct str *out, const char *text, bool quoted)
{
	quoted = quoted || strpbrk(text, " ()") != NULL;
	str_addf(out, quoted ? "\"%s\"" : "%s", text);
}

static void
write_term(struct str *out, const struct node *node, struct bytes *style)
{
	str_add(out, names[node->field]);
	if (node->field >= LAG)
		str_addf(
			out, "%s%s", compares[node->compare], amounts[node->choice].text);
	else if (node->field == STATE)
		str_add(out, states[node->choice]);
	/* Quotes take the meaning from a colon and from the wildcards of a word. */
	else if (node->field == WORD)
		write_text(out, texts[node->choice],
			strchr(texts[node->choice], ':') != NULL);
	else
		write_text(out, texts[node->choice], take(style, 3) == 0);
}

/* "and" binds closer than "or", and "not" closer than both. */
static bool
needs_group(const struct node *node, enum kind around)
{
	return (around == NOT && (node->kind == ALL || node->kind == ANY)) ||
	       (around == ALL && node->kind == ANY);
}

/* Parentheses where the tree needs them, and as many more as there is style for. */
static void
write_node(
	struct str *out, const struct node *node, enum kind around, struct bytes *style)
{
	static const char *const ands[] = { " ", " and ", " AND ", "\t " };
	static const char *const ors[] = { " or ", " OR ", "\tor\n", " Or " };
	static const char *const nots[] = { "not ", "!", "NOT ", "! " };
	bool group = needs_group(node, around) || take(style, 5) == 1;

	if (group)
		str_add(out, take(style, 2) == 0 ? "(" : " ( ");
	switch (node->kind) {
	case TERM: write_term(out, node, style); break;
	case NOT:
		str_add(out, nots[take(style, 4)]);
		write_node(out, node->parts[0], NOT, style);
		break;
	case ALL:
	case ANY:
		for (size_t i = 0; i < node->count; i++) {
			if (i > 0)
				str_add(out, node->kind == ALL ? ands[take(style, 4)]
							       : ors[take(style, 4)]);
			write_node(out, node->parts[i], node->kind, style);
		}
		break;
	}
	if (group)
		str_add(out, ")");
}

/* --- evaluated in plain steps --- */

static bool
text_is(const char *pattern, struct span text, bool whole, bool any_case)
{
	char *copy = mem_copy(text.len > 0 ? text.at : "", text.len);
	bool matches;

	if (whole || strpbrk(pattern, "*?[") != NULL)
		matches = fnmatch(pattern, copy, any_case ? FNM_CASEFOLD : 0) == 0;
	else
		matches = any_case ? strcasestr(copy, pattern) != NULL
				   : strstr(copy, pattern) != NULL;
	free(copy);
	return matches;
}

static bool
word_is(const struct node *node, const struct board_row *row)
{
	const char *pattern = texts[node->choice];

	/* A word in quotes has no wildcards: "pg:*" is in no name either way. */
	return text_is(pattern, row->key.job, false, true) ||
	       text_is(pattern, row->key.partition, false, true);
}

static bool
state_is(const struct node *node, const struct board_row *row)
{
	const char *pattern = states[node->choice];

	return fnmatch(pattern, state_word(row->state), FNM_CASEFOLD) == 0 ||
	       (row->finding == FINDING_DORMANT &&
		       fnmatch(pattern, "dormant", FNM_CASEFOLD) == 0);
}

static bool
compare_is(const struct node *node, int64_t amount, bool at_least)
{
	int64_t wanted = amounts[node->choice].amount;

	if (at_least)
		return (strcmp(compares[node->compare], ">") == 0 && amount > wanted) ||
		       (strcmp(compares[node->compare], ">=") == 0 && amount >= wanted);
	switch (compares[node->compare][0]) {
	case '<':
		return amount < wanted ||
		       (compares[node->compare][1] == '=' && amount == wanted);
	case '>':
		return amount > wanted ||
		       (compares[node->compare][1] == '=' && amount == wanted);
	default: return amount == wanted;
	}
}

static bool
lag_is(const struct node *node, const struct board_row *row)
{
	const struct amount *amount = &amounts[node->choice];

	if (row->lag.kind == LAG_POSITIONS && amount->is_duration && amount->amount != 0)
		return false;
	if (row->lag.kind == LAG_TIME && !amount->is_duration && amount->amount != 0)
		return false;
	return row->lag.kind != LAG_UNKNOWN &&
	       compare_is(node, row->lag.amount, row->lag.partial);
}

static bool
ago_is(const struct node *node, int64_t at, bool at_least)
{
	return at != TIME_NONE && compare_is(node, NOW - at, at_least);
}

static bool
term_is(const struct node *node, const struct board_row *row)
{
	switch (node->field) {
	case WORD: return word_is(node, row);
	case STATE: return state_is(node, row);
	case JOB: return text_is(texts[node->choice], row->key.job, true, false);
	case PART: return text_is(texts[node->choice], row->key.partition, true, false);
	case STORE:
		return text_is(texts[node->choice], span_of(row->board->store.name), true,
			false);
	case WHY:
		return text_is(texts[node->choice], span_of(row->why.full), false,
			       true) ||
		       text_is(texts[node->choice], row->error, false, true);
	case LAG: return lag_is(node, row);
	case AGE: return ago_is(node, row->since.at, row->since.at_least);
	case UPD: return ago_is(node, row->updated, false);
	default: return ago_is(node, row->watermark, false);
	}
}

static bool
node_is(const struct node *node, const struct board_row *row)
{
	bool any = false, all = true;

	if (node->kind == TERM)
		return term_is(node, row);
	for (size_t i = 0; i < node->count; i++) {
		bool part = node_is(node->parts[i], row);

		any = any || part;
		all = all && part;
	}
	return node->kind == NOT ? !any : node->kind == ANY ? any : all;
}

static void
check_tree(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size }, style = { data, size };
	struct node *tree = make(&bytes, 4);
	struct filter *filter;
	struct str text = { 0 };

	write_node(&text, tree, TERM, &style);
	WANT(filter_parse(&filter, str_text(&text), NULL) == 0);
	for (size_t i = 0; i < ROWS; i++)
		if (filter_matches_row(filter, &rows[i], NOW) !=
			node_is(tree, &rows[i])) {
			fprintf(stderr, "row %zu: %s\n", i, str_text(&text));
			WANT(!"the same answer as plain steps give");
		}
	filter_free(filter);
	str_free(&text);
	end(tree);
}

/* --- any text --- */

/* The same filter within others: how often each row is found. */
static void
check_within(
	const struct filter *filter, const char *format, const char *text, bool turned)
{
	struct str around = { 0 };
	struct filter *other;
	struct err err = { 0 };

	str_addf(&around, "%s%s)", format, text);
	if (filter_parse(&other, str_text(&around), &err) == 0) {
		for (size_t i = 0; i < ROWS; i++)
			WANT(filter_matches_row(other, &rows[i], NOW) ==
				(filter_matches_row(filter, &rows[i], NOW) != turned));
		filter_free(other);
	} else {
		WANT(strstr(err.text, "too many parentheses") != NULL);
	}
	str_free(&around);
}

static void
check_text(const char *text)
{
	struct filter *filter;
	struct err err = { 0 };
	unsigned long column;

	if (filter_parse(&filter, text, &err) != 0) {
		WANT(err.kind == ERR_USAGE && filter == NULL);
		WANT(strncmp(err.text, "filter, column ", strlen("filter, column ")) ==
			0);
		column = strtoul(err.text + strlen("filter, column "), NULL, 10);
		WANT(column >= 1 && column <= strlen(text) + 1);
		return;
	}
	if (filter == NULL) {
		WANT(text[strspn(text, " \t\n\r\v\f")] == '\0');
		return;
	}
	check_within(filter, "(", text, false);
	check_within(filter, "not(", text, true);
	check_within(filter, "!\tNOT ! (", text, true);
	filter_free(filter);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_copy(fuzz_span(data, size).at, size);

	check_tree(data, size);
	check_text(text);
	free(text);
	return 0;
}
