/* SPDX-License-Identifier: MIT
 *
 * A plan for people: the table of its rows, what it costs, what speaks against it, what
 * must be typed. */
#include "action/plan_inside.h"

#include "base/utf8.h"
#include "model/number.h"

#define INDENT 8 /* of the sentences, behind their words */
#define WIDTH  79

enum { COLUMN_KEY, COLUMN_NOW, COLUMN_NEW, COLUMN_CHANGE, COLUMN_MEANING, COLUMNS };

/* The cells of one line, safe to be shown. */
struct line {
	struct str cells[COLUMNS];
};

typedef void add_value_fn(struct str *out, const struct plan_row *row);

static void
add_cell_value(
	struct str *out, add_value_fn *add, const struct plan_row *row, bool exists)
{
	struct str text = { 0 };

	add(&text, row);
	safe_text(out, exists ? str_span(&text) : SPAN("-"));
	str_free(&text);
}

static void
add_change(struct str *out, const struct plan_row *row)
{
	if (row->direction == DIRECTION_SAME) {
		str_add_char(out, '0');
		return;
	}
	if (!row->distance_known || row->distance == 0 || !row->exists ||
		!row->will_exist) {
		str_add_char(out, row->exists && row->will_exist ? '?' : '-');
		return;
	}
	if (row->direction == DIRECTION_SKIP)
		str_add_char(out, '+');
	else if (row->direction == DIRECTION_REWIND)
		str_add_char(out, '-');
	if (row->type == VALUE_TIME)
		duration_add(out, row->distance);
	else
		number_add_grouped(out, row->distance);
}

static void
fill(struct line *line, const struct plan_row *row)
{
	struct str name = { 0 };

	key_add(&name, row->key);
	safe_text(&line->cells[COLUMN_KEY], str_span(&name));
	add_cell_value(&line->cells[COLUMN_NOW], plan_row_add_old, row, row->exists);
	add_cell_value(&line->cells[COLUMN_NEW], plan_row_add_new, row, row->will_exist);
	add_change(&line->cells[COLUMN_CHANGE], row);
	safe_text(&line->cells[COLUMN_MEANING], span_of(row->meaning));
	str_free(&name);
}

static void
add_line(struct str *out, const struct line *line, const size_t *widths)
{
	for (int c = 0; c < COLUMNS; c++) {
		const struct str *cell = &line->cells[c];
		size_t width = safe_width(str_span(cell));
		size_t room = widths[c] > width ? widths[c] - width : 0;
		bool right = c != COLUMN_KEY && c != COLUMN_MEANING;

		str_add(out, "  ");
		str_add_repeated(out, ' ', right ? room : 0);
		str_add_span(out, str_span(cell));
		str_add_repeated(out, ' ', right || c == COLUMN_MEANING ? 0 : room);
	}
	str_add_char(out, '\n');
}

static void
add_table(struct str *out, const struct plan *plan)
{
	static const char *const heads[COLUMNS] = { "CHECKPOINT", "NOW", "NEW", "CHANGE",
		"MEANING" };
	size_t widths[COLUMNS] = { 0 };
	struct arena *arena = arena_new();
	struct line *lines = arena_alloc(arena, plan->row_count + 1, sizeof(*lines));

	for (size_t i = 0; i <= plan->row_count; i++)
		for (int c = 0; c < COLUMNS; c++) {
			size_t width;

			if (i == 0)
				str_add(&lines[0].cells[c], heads[c]);
			else if (c == 0)
				fill(&lines[i], &plan->rows[i - 1]);
			width = safe_width(str_span(&lines[i].cells[c]));
			if (width > widths[c])
				widths[c] = width;
		}
	for (size_t i = 0; i <= plan->row_count; i++) {
		add_line(out, &lines[i], widths);
		for (int c = 0; c < COLUMNS; c++)
			str_free(&lines[i].cells[c]);
	}
	arena_free(arena);
}

/* The bytes of the next word, and of its blank. */
static size_t
next_word(struct span text, size_t *blanks)
{
	size_t len = 0;

	while (len < text.len && text.at[len] != ' ')
		len++;
	*blanks = len < text.len;
	return len;
}

/* A sentence behind its word, broken at blanks. */
static void
add_sentence(struct str *out, const char *word, const char *sentence)
{
	struct str safe = { 0 };
	struct span rest;
	size_t at = INDENT, blanks;

	safe_text(&safe, span_of(sentence));
	str_addf(out, " %-*s", INDENT - 1, word);
	for (rest = str_span(&safe); rest.len > 0;) {
		size_t len = next_word(rest, &blanks);
		size_t width = safe_width((struct span){ rest.at, len });

		if (at > INDENT && at + 1 + width > WIDTH) {
			str_add_char(out, '\n');
			str_add_repeated(out, ' ', INDENT);
			at = INDENT;
		} else if (at > INDENT) {
			str_add_char(out, ' ');
			at++;
		}
		str_add_span(out, (struct span){ rest.at, len });
		at += width;
		rest.at += len + blanks;
		rest.len -= len + blanks;
	}
	str_add_char(out, '\n');
	str_free(&safe);
}

/* The word in front of the first sentence of its kind. */
static const char *
label_of(const struct plan *plan, size_t i)
{
	static const struct {
		const char *word, *label;
	} labels[] = {
		{ "effect", "EFFECT" },
		{ "ok", "ok" },
		{ "safe", "Safe" },
	};

	if (i > 0 && span_is(span_of(plan->effects[i].word), plan->effects[i - 1].word))
		return "";
	for (size_t l = 0; l < sizeof(labels) / sizeof(labels[0]); l++)
		if (span_is(span_of(plan->effects[i].word), labels[l].word))
			return labels[l].label;
	return "";
}

static void
add_heading(struct str *out, const struct plan *plan)
{
	static const char *const verbs[] = {
		[WISH_RESET] = "RESET",
		[WISH_DELETE] = "DELETE",
		[WISH_UNDO] = "UNDO",
	};
	struct str text = { 0 };

	str_addf(&text, "%s %s: %zu checkpoint%s in %s%s%s", verbs[plan->wish.kind],
		plan->name, plan->row_count, plan->row_count == 1 ? "" : "s",
		plan->environment, plan->environment[0] != '\0' ? " / " : "",
		plan->store);
	safe_text(out, str_span(&text));
	str_add(out, "\n\n");
	str_free(&text);
}

static void
add_question(struct str *out, const struct plan *plan)
{
	struct str text = { 0 };

	if (plan_is_empty(plan))
		return;
	if (plan->confirm == PLAN_CONFIRM_PLAIN)
		str_add(&text, "a plain yes");
	else
		str_addf(&text, "by typing \"%s\"", plan->phrase);
	if (plan->running_refusal != NULL && !plan->wish.while_running)
		str_add(&text, ", and --while-running");
	if (plan->reason_refusal != NULL)
		str_addf(&text, ", and %s reason",
			plan_is_reason_bad(plan) ? "another" : "a");
	str_add_char(&text, '.');
	add_sentence(out, "Wants", str_text(&text));
	str_free(&text);
}

void
plan_add_text(const struct plan *plan, struct str *out)
{
	struct str command = { 0 };

	add_heading(out, plan);
	add_table(out, plan);
	str_add_char(out, '\n');
	for (size_t i = 0; i < plan->effect_count; i++)
		add_sentence(out, label_of(plan, i), plan->effects[i].sentence);
	for (size_t i = 0; i < plan->risk_count; i++)
		add_sentence(out, plan->risks[i].grave ? "!!" : "note",
			plan->risks[i].sentence);
	if (plan->wish.reason.len > 0) {
		str_add_span(&command, plan->wish.reason);
		add_sentence(out, "Reason", str_text(&command));
		str_clear(&command);
	}
	if (plan_is_reason_bad(plan)) {
		str_addf(&command, "%s.", plan->reason_refusal);
		add_sentence(out, "!!", str_text(&command));
		str_clear(&command);
	}
	add_question(out, plan);
	plan_add_command(plan, &command);
	/* In one line, whatever its width: it is to be pasted. */
	str_add(out, " Same as ");
	safe_text(out, str_span(&command));
	str_add_char(out, '\n');
	str_free(&command);
}
