/* SPDX-License-Identifier: MIT
 * What is read before it is signed: rows, effects, risks, the command. */
#include <string.h>

#include "base/mem.h"
#include "base/shell.h"
#include "base/utf8.h"
#include "tui/audit_lines.h"
#include "tui/change_view.h"
#include "tui/panel.h"
#include "tui/view_parts.h"

#define LABEL_CELLS 8

static void
add(struct dialog *change, enum style style, const char *label, struct span text)
{
	if (change->line_count == change->line_capacity) {
		change->line_capacity = change->line_capacity * 2 + 32;
		change->lines = mem_resize(
			change->lines, change->line_capacity, sizeof(*change->lines));
	}
	change->lines[change->line_count++] = (struct change_line){
		style,
		label != NULL ? arena_text(change->body_arena, label) : NULL,
		arena_span(change->body_arena, text),
	};
}

/* Over as many lines as it takes: nothing that is signed is cut. */
static void
add_wrapped(struct dialog *change, enum style style, const char *label, struct span text,
	unsigned width)
{
	unsigned room = width > LABEL_CELLS + 10 ? width - LABEL_CELLS : 10;

	do {
		size_t length = panel_line_length(text, room);

		add(change, style, label, (struct span){ text.at, length });
		text = span_trim((struct span){ text.at + length, text.len - length });
		label = "";
	} while (text.len > 0);
}

/* --- rows --- */

static void
add_cell(struct str *out, struct span text, unsigned width, bool right)
{
	size_t cells = safe_width(text);

	if (right && cells < width)
		str_add_repeated(out, ' ', width - cells);
	if (cells > width)
		safe_text_cut(out, text, width);
	else
		str_add_span(out, text);
	if (!right && cells < width)
		str_add_repeated(out, ' ', width - cells);
	str_add(out, "  ");
}

struct widths {
	unsigned part, value;
};

static void
add_row_line(struct dialog *change, const struct widths *widths, enum style style,
	const struct span cells[5], unsigned width)
{
	struct str line = { 0 };
	unsigned used;

	add_cell(&line, cells[0], widths->part, false);
	add_cell(&line, cells[1], widths->value, true);
	add_cell(&line, cells[2], widths->value, true);
	add_cell(&line, cells[3], 10, true);
	used = widths->part + 2 * widths->value + 10 + 8;
	if (used + safe_width(cells[4]) <= width) {
		str_add_span(&line, cells[4]);
		add(change, style, NULL, str_span(&line));
	} else {
		add(change, style, NULL, str_span(&line));
		str_clear(&line);
		str_add_repeated(&line, ' ', widths->part + 2);
		str_add_span(&line, cells[4]);
		add(change, style, NULL, str_span(&line));
	}
	str_free(&line);
}

static void
add_change(struct str *out, const struct plan_row *row)
{
	if (row->exists && row->will_exist)
		audit_add_change(out, row->old_value, row->new_value, false);
}

/* Positions as people read them. */
static void
add_value(struct str *out, const struct plan_row *row, bool after)
{
	if (after && row->new_unreadable)
		plan_row_add_new(out, row);
	else if (after)
		audit_add_value(out, row->will_exist, row->new_value);
	else if (row->old_unreadable)
		plan_row_add_old(out, row);
	else
		audit_add_value(out, row->exists, row->old_value);
}

static struct widths
measure(const struct plan_row *rows, size_t count)
{
	struct widths widths = { 4, 8 };
	struct str text = { 0 };

	for (size_t i = 0; i < count; i++) {
		size_t part = safe_width(rows[i].key.partition), value;

		widths.part = part > widths.part ? (unsigned)part : widths.part;
		for (int after = 0; after < 2; after++) {
			str_clear(&text);
			add_value(&text, &rows[i], after);
			value = safe_width(str_span(&text));
			widths.value =
				value > widths.value ? (unsigned)value : widths.value;
		}
	}
	widths.part = widths.part > 16 ? 16 : widths.part;
	widths.value = widths.value > 26 ? 26 : widths.value;
	str_free(&text);
	return widths;
}

static void
add_rows(struct dialog *change, unsigned width)
{
	size_t count;
	const struct plan_row *rows = plan_rows(change->plan, &count);
	struct widths widths = measure(rows, count);
	const struct span titles[5] = { SPAN("PART"), SPAN("NOW"), SPAN("NEW"),
		SPAN("CHANGE"), SPAN("MEANING") };
	struct str texts[3] = { { 0 }, { 0 }, { 0 } };

	add_row_line(change, &widths, STYLE_HEADER, titles, width);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < 3; j++)
			str_clear(&texts[j]);
		add_value(&texts[0], &rows[i], false);
		add_value(&texts[1], &rows[i], true);
		add_change(&texts[2], &rows[i]);
		const struct span cells[5] = { rows[i].key.partition, str_span(&texts[0]),
			str_span(&texts[1]), str_span(&texts[2]),
			span_of(rows[i].meaning) };
		add_row_line(change, &widths,
			rows[i].direction == DIRECTION_SKIP ? STYLE_STATE_WARN
							    : STYLE_PLAIN,
			cells, width);
	}
	for (size_t j = 0; j < 3; j++)
		str_free(&texts[j]);
}

static void
add_last_read(struct str *out, const struct dialog *change, const struct frame *frame)
{
	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		if (strcmp(store->name, change->store) != 0 || store->reachable)
			continue;
		str_add(out, "   as it was read last, at ");
		parts_add_time(out, store->good_at, frame, "%H:%M:%S");
	}
}

/* What is there now, while there is no plan. */
static void
add_present(struct dialog *change, const struct frame *frame, unsigned width)
{
	struct str line = { 0 };

	for (size_t i = 0; i < change->key_count; i++) {
		const struct board_row *row =
			change_row(frame, change->store, change->keys[i]);

		str_clear(&line);
		key_add_partition(&line, change->keys[i].partition);
		str_add(&line, "  ");
		if (row == NULL)
			str_add_char(&line, '?');
		else
			audit_add_value(&line, row->finding != FINDING_LOST, row->value);
		if (i == 0)
			add_last_read(&line, change, frame);
		add_wrapped(
			change, STYLE_PLAIN, i == 0 ? "NOW" : "", str_span(&line), width);
	}
	str_free(&line);
}

/* --- words --- */

static void
add_risks(struct dialog *change, bool grave, unsigned width)
{
	size_t count;
	const struct plan_risk *risks = plan_risks(change->plan, &count);

	for (size_t i = 0; i < count; i++)
		if (risks[i].grave == grave)
			add_wrapped(change, grave ? STYLE_STATE_WARN : STYLE_PLAIN,
				grave ? "!!" : "note", span_of(risks[i].sentence), width);
}

/* What goes on with what was said before has no label of its own. */
static const char *
label_of(const char *word)
{
	static const struct {
		const char *word, *label;
	} labels[] = { { "effect", "EFFECT" }, { "ok", "ok" }, { "safe", "Safe" } };

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].word, word) == 0)
			return labels[i].label;
	return "";
}

static void
add_effects(struct dialog *change, unsigned width)
{
	size_t count;
	const struct plan_effect *effects = plan_effects(change->plan, &count);

	for (size_t i = 0; i < count; i++)
		add_wrapped(change, STYLE_PLAIN,
			i > 0 && strcmp(effects[i].word, effects[i - 1].word) == 0
				? ""
				: label_of(effects[i].word),
			span_of(effects[i].sentence), width);
}

/* The job's last error: a change does not touch its cause. */
static void
add_errors(struct dialog *change, const struct frame *frame, unsigned width)
{
	struct str text = { 0 };

	for (size_t i = 0; i < change->key_count; i++) {
		const struct board_row *row =
			change_row(frame, change->store, change->keys[i]);

		if (row == NULL || row->error.at == NULL)
			continue;
		key_add_partition(&text, row->key.partition);
		str_add(&text, ": the last error is \"");
		str_add_span(&text, row->error);
		str_add(&text, "\".");
		add_wrapped(change, STYLE_STATE_WARN, "!!", str_span(&text), width);
		break;
	}
	str_free(&text);
}

/* What moved first tells where from. */
static void
add_moved(struct dialog *change, unsigned width)
{
	struct str text = { 0 };
	size_t count, first = 0;
	const struct plan_row *rows = plan_rows(change->plan, &count);

	str_addf(&text, "%zu of %zu moved since you opened this", change->moved, count);
	while (first < count && span_equal(change->first[first], rows[first].old_value))
		first++;
	if (first < count) {
		str_add(&text, " (");
		key_add_partition(&text, rows[first].key.partition);
		str_add(&text, " was ");
		audit_add_value(
			&text, change->first[first].at != NULL, change->first[first]);
		str_add_char(&text, ')');
	}
	str_add(&text, "; it is looked at every second.");
	add_wrapped(change, change->moved > 0 ? STYLE_STATE_WARN : STYLE_PLAIN, "NOW",
		str_span(&text), width);
	str_free(&text);
}

/* Why there is no plan: nothing was typed yet, or what was cannot be done. */
static void
add_reason(struct dialog *change, unsigned width)
{
	const char *target = prompt_text(change->fields[FOCUS_TO]);

	if (change->kind == WISH_RESET && target[0] == '\0')
		add_wrapped(change, STYLE_PLAIN, "To do",
			SPAN("Type where to, and why. What it would do and cost then "
			     "stands here; nothing is written before it is confirmed."),
			width);
	else if (err_is_set(&change->err))
		add_wrapped(
			change, STYLE_STATE_WARN, "!!", span_of(change->err.text), width);
}

/* As it can be pasted: broken between words, and continued by a backslash. */
static void
add_command(struct dialog *change, unsigned width)
{
	struct str command = { 0 }, line = { 0 };
	const char *label = "Same as";
	struct span rest;

	plan_add_command(change->plan, &command);
	rest = str_span(&command);
	while (rest.len > 0) {
		size_t length = shell_line_length(rest, width - LABEL_CELLS);

		if (length == 0) /* a word that is longer than the line */
			length = panel_line_length(rest, width - LABEL_CELLS - 2);
		str_clear(&line);
		str_add_span(&line, (struct span){ rest.at, length });
		rest = span_trim((struct span){ rest.at + length, rest.len - length });
		str_add(&line, rest.len > 0 ? " \\" : "");
		add(change, STYLE_PLAIN, label, str_span(&line));
		label = "";
	}
	str_free(&command);
	str_free(&line);
}

void
change_make_body(struct dialog *change, const struct frame *frame, unsigned width)
{
	arena_free(change->body_arena);
	change->body_arena = arena_new();
	change->line_count = 0;
	if (change->undone.len > 0)
		add_wrapped(change, STYLE_PLAIN, "Undoes", change->undone, width);
	if (change->plan == NULL) {
		add_reason(change, width);
		add_errors(change, frame, width);
		add_present(change, frame, width);
		return;
	}
	/* What must not be overlooked stands where the eye begins. */
	add_risks(change, true, width);
	add_rows(change, width);
	add_moved(change, width);
	add_effects(change, width);
	add_risks(change, false, width);
	add_command(change, width);
}
