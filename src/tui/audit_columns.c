/* SPDX-License-Identifier: MIT
 * The columns of the audit screen, for three widths. */
#include <string.h>

#include "base/utf8.h"
#include "tui/audit_lines.h"
#include "tui/view_parts.h"

#define PLACE_WIDTH 15 /* of a job and its partition */

enum align { TO_LEFT, TO_RIGHT };

struct audit_column {
	unsigned x, width; /* width 0: all that is left */
	enum align align;
	const char *title;
	struct span (*text)(const struct audit_line *line, const struct frame *frame,
		struct str *room);
};

static bool
is_same_day(int64_t a, int64_t b, const struct frame *frame)
{
	struct str days = { 0 };
	bool same;

	parts_add_time(&days, a, frame, "%F");
	parts_add_time(&days, b, frame, "%F");
	same = memcmp(days.text, days.text + days.len / 2, days.len / 2) == 0;
	str_free(&days);
	return same;
}

static struct span
when(const struct audit_line *line, const struct frame *frame, struct str *room)
{
	int64_t age = frame->now - line->at;

	if (line->at_least)
		str_add(room, frame->ascii ? ">=" : "\u2265");
	if (frame->times == TIMES_RELATIVE)
		duration_add_short(room, frame->age_now - line->at);
	else
		parts_add_time(room, line->at, frame,
			age >= 6 * DAY				    ? "%F"
			: !is_same_day(line->at, frame->now, frame) ? "%a %H:%M"
								    : "%H:%M:%S");
	return str_span(room);
}

static struct span
short_op(const struct audit_line *line, const struct frame *frame, struct str *room)
{
	(void)frame;
	(void)room;
	return (struct span){ line->op.at, line->op.len < 4 ? line->op.len : 4 };
}

/* "alice" of "alice@jump1". */
static struct span
user(const struct audit_line *line, const struct frame *frame, struct str *room)
{
	const char *at =
		line->who.at != NULL ? memchr(line->who.at, '@', line->who.len) : NULL;

	(void)frame;
	(void)room;
	if (at == NULL)
		return line->who;
	return (struct span){ line->who.at, (size_t)(at - line->who.at) };
}

static struct span
place(const struct audit_line *line, const struct frame *frame, struct str *room)
{
	struct span partition = line->count > 1 ? SPAN("*") : line->partition;
	size_t width = safe_width(partition);

	(void)frame;
	if (line->job.at == NULL)
		return line->store;
	/* Of a long name the end goes first, not the partition. */
	safe_text_cut(
		room, line->job, PLACE_WIDTH > width + 2 ? PLACE_WIDTH - width - 1 : 1);
	str_add_char(room, '/');
	str_add_span(room, partition);
	return str_span(room);
}

static struct span
job_or_store(const struct audit_line *line, const struct frame *frame, struct str *room)
{
	(void)frame;
	(void)room;
	return line->job.at != NULL ? line->job : line->store;
}

#define MEMBER(name)                                                                     \
	static struct span name(const struct audit_line *line,                           \
		const struct frame *frame, struct str *room)                             \
	{                                                                                \
		(void)frame;                                                             \
		(void)room;                                                              \
		return line->name;                                                       \
	}

MEMBER(op)
MEMBER(who)
MEMBER(what)
MEMBER(partition)
MEMBER(old_value)
MEMBER(new_value)
MEMBER(change)
MEMBER(reason)

static const struct audit_column wide[] = {
	{ 2, 9, TO_LEFT, "WHEN", when },
	{ 12, 8, TO_LEFT, "OP", op },
	{ 21, 11, TO_LEFT, "WHO", who },
	{ 33, 8, TO_LEFT, "WHAT", what },
	{ 42, 15, TO_LEFT, "JOB", job_or_store },
	{ 58, 5, TO_LEFT, "PART", partition },
	{ 64, 12, TO_RIGHT, "OLD", old_value },
	{ 77, 12, TO_RIGHT, "NEW", new_value },
	{ 90, 7, TO_RIGHT, "CHANGE", change },
	{ 99, 0, TO_LEFT, "REASON", reason },
	{ 0, 0, TO_LEFT, NULL, NULL },
};

/* The tail of the reason goes first: OLD and NEW are what one looks for. */
static const struct audit_column narrow[] = {
	{ 1, 9, TO_LEFT, "WHEN", when },
	{ 11, 4, TO_LEFT, "OP", short_op },
	{ 16, 5, TO_LEFT, "WHO", user },
	{ 22, 7, TO_LEFT, "WHAT", what },
	{ 30, PLACE_WIDTH, TO_LEFT, "JOB/PART", place },
	{ 46, 11, TO_RIGHT, "OLD", old_value },
	{ 58, 11, TO_RIGHT, "NEW", new_value },
	{ 70, 0, TO_LEFT, "REASON", reason },
	{ 0, 0, TO_LEFT, NULL, NULL },
};

static const struct audit_column tiny[] = {
	{ 1, 9, TO_LEFT, "WHEN", when },
	{ 11, 7, TO_LEFT, "WHAT", what },
	{ 19, 0, TO_LEFT, "JOB/PART", place },
	{ 0, 0, TO_LEFT, NULL, NULL },
};

static const struct audit_column *
columns_of(unsigned width)
{
	return width >= 110 ? wide : width >= 60 ? narrow : tiny;
}

/* --- drawing --- */

static void
draw_cell(const struct audit_column *column, struct canvas *canvas, unsigned y,
	enum style style, struct span text)
{
	unsigned end = canvas_width(canvas);
	unsigned width = column->width > 0 ? column->width
			 : end > column->x ? end - column->x
					   : 0;

	if (column->align == TO_RIGHT)
		canvas_text_right(canvas, y, column->x, width, style, text);
	else
		canvas_text(canvas, y, column->x, width, style, text);
}

void
audit_draw_titles(struct canvas *canvas, unsigned y)
{
	canvas_fill(canvas, y, 0, canvas_width(canvas), STYLE_HEADER, " ");
	for (const struct audit_column *column = columns_of(canvas_width(canvas));
		column->text != NULL; column++)
		draw_cell(column, canvas, y, STYLE_HEADER, span_of(column->title));
}

void
audit_draw_line(const struct audit_line *line, const struct frame *frame,
	struct canvas *canvas, unsigned y)
{
	enum style style = line->entries == NULL ? STYLE_STATE_CRIT : STYLE_PLAIN;
	struct str room = { 0 };

	for (const struct audit_column *column = columns_of(canvas_width(canvas));
		column->text != NULL; column++) {
		str_clear(&room);
		draw_cell(column, canvas, y, style, column->text(line, frame, &room));
	}
	str_free(&room);
}
