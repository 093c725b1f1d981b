/* SPDX-License-Identifier: MIT */
#include "tui/panel_checkpoint.h"

#include "model/advice.h"
#include "tui/view_parts.h"

/* Where the second, third and fourth part of a line stand on wide screens. */
#define SECOND_X 33
#define THIRD_X	 55
#define FOURTH_X 85
#define WIDE	 100

/* "11,020/min", of a speed a second. */
static void
add_per_minute(struct str *out, double per_second)
{
	number_add_grouped(
		out, (int64_t)(per_second * 60 + (per_second < 0 ? -0.5 : 0.5)));
	str_add(out, "/min");
}

static void
add_movement(struct str *out, const struct frame *frame, const struct board_row *row)
{
	if (row->speed.known && row->speed.per_second != 0) {
		str_add(out, "moves ");
		add_per_minute(out, row->speed.per_second);
	} else if (row->moved.at == TIME_NONE || row->moved.at_least) {
		str_add(out, "not seen to move");
	} else {
		str_add(out, "moved last ");
		parts_add_time(out, row->moved.at, frame, "%H:%M:%S");
	}
}

static void
add_movement_before(struct str *out, const struct board_row *row)
{
	if (row->speed_before.known) {
		str_add(out, "was ");
		add_per_minute(out, row->speed_before.per_second);
		str_add(out, " before");
	}
}

static void
add_saves(struct str *out, const struct board_row *row)
{
	if (row->cadence != TIME_NONE) {
		str_add(out, "saves: 1 every ");
		duration_add(out, row->cadence);
	} else if (row->cadence_before != TIME_NONE) {
		str_add(out, "saves: 1 every ");
		duration_add(out, row->cadence_before);
		str_add(out, " before, 0 now");
	} else {
		str_add(out, "saves: none seen yet");
	}
}

/* "grows 184/s = the speed of the input", "falls 39/s", "stands". */
static void
add_lag_trend(struct str *out, const struct board_row *row, bool wide)
{
	double rate = row->lag_rate.per_second;

	if (row->lag.kind == LAG_UNKNOWN) {
		if (row->lag_reason != NULL)
			str_addf(out, "(%s)", row->lag_reason);
		return;
	}
	if (!row->lag_rate.known) {
		str_add(out, "its trend is known after the second read");
		return;
	}
	if (rate > -0.5 && rate < 0.5) {
		str_add(out, "stands");
		return;
	}
	str_add(out, rate > 0 ? "grows " : "falls ");
	number_add_grouped(out, (int64_t)(rate < 0 ? -rate + 0.5 : rate + 0.5));
	str_add(out, "/s");
	if (rate > 0 && row->speed.known && row->speed.per_second == 0)
		str_add(out, wide ? " = the speed of the input (nothing is being read)"
				  : " = input speed");
}

/* The partition with the lowest watermark beside this one; NULL: none has any. */
static const struct board_row *
next_watermark(const struct board_row *row)
{
	const struct board_row *next = NULL;

	for (size_t i = 0; row->job->rows != NULL && i < row->job->partitions; i++) {
		const struct board_row *other = row->job->rows[i];

		if (key_equal(other->key, row->key) || other->watermark == TIME_NONE)
			continue;
		if (next == NULL || other->watermark < next->watermark)
			next = other;
	}
	return next;
}

/* What the watermark of this partition means for the job. */
static void
add_watermark_role(struct str *out, const struct frame *frame,
	const struct board_row *row, bool wide)
{
	const struct board_row *holder = row->job->holds_watermark, *next;

	if (row->job->partitions < 2)
		return;
	if (holder == NULL || !key_equal(holder->key, row->key)) {
		str_add(out, "not the lowest of the job");
		return;
	}
	next = next_watermark(row);
	if (next == NULL || next->watermark == row->watermark) {
		str_add(out, "the job's minimum");
		return;
	}
	str_add(out, wide ? "the job's minimum: p" : "p");
	str_add_span(out, row->key.partition);
	str_add(out,
		wide ? " alone holds it back (next: p" : " alone holds the job back");
	if (!wide)
		return;
	str_add_span(out, next->key.partition);
	str_add_char(out, ' ');
	parts_add_time(out, next->watermark, frame, "%H:%M:%S");
	str_add_char(out, ')');
}

/* One line of up to four parts, each at its place. */
static void
draw_parts(struct panel *panel, const char *label, const struct str *parts, size_t count)
{
	static const unsigned places[] = { 11, SECOND_X, THIRD_X, FOURTH_X, 0 };
	unsigned y = panel->y;

	if (!panel_begin_line(panel))
		return;
	for (size_t i = 1; i < count; i++) {
		unsigned end = i + 1 < count && places[i + 1] > 0
				       ? places[i + 1] - 1
				       : canvas_width(panel->canvas) - 1;

		canvas_text(panel->canvas, y, places[i], end - places[i], STYLE_PLAIN,
			str_span(&parts[i]));
	}
	/* The first part may not run into the second. */
	canvas_text(panel->canvas, y, 1, 9, STYLE_LABEL, span_of(label));
	canvas_text(panel->canvas, y, places[0],
		(count > 1 ? SECOND_X : canvas_width(panel->canvas)) - places[0] - 1,
		STYLE_PLAIN, str_span(&parts[0]));
	panel_end_line(panel);
}

static void
clear_parts(struct str *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		str_clear(&parts[i]);
}

static void
draw_numbers(struct panel *panel, const struct board_row *row)
{
	const struct frame *frame = panel->frame;
	struct str parts[4] = { 0 };

	panel_add_cell(&parts[0], frame, COLUMNS_PARTITIONS, "value", row);
	add_movement(&parts[1], frame, row);
	add_movement_before(&parts[2], row);
	add_saves(&parts[3], row);
	draw_parts(panel, "value", parts, 4);
	clear_parts(parts, 4);
	str_add(&parts[0], "end ");
	panel_add_cell(&parts[0], frame, COLUMNS_PARTITIONS, "head", row);
	str_add(&parts[1], "lag   ");
	panel_add_cell(&parts[1], frame, COLUMNS_PARTITIONS, "lag", row);
	add_lag_trend(&parts[2], row, true);
	draw_parts(panel, "source", parts, 3);
	clear_parts(parts, 4);
	if (row->watermark != TIME_NONE) {
		parts_add_time(&parts[0], row->watermark, frame, "%H:%M:%S %Z");
		panel_add_cell(&parts[1], frame, COLUMNS_PARTITIONS, "wmark", row);
		str_add(&parts[1], " behind");
		add_watermark_role(&parts[2], frame, row, true);
		draw_parts(panel, "watermark", parts, 3);
	}
	for (size_t i = 0; i < 4; i++)
		str_free(&parts[i]);
}

static void
add_error(struct str *out, const struct frame *frame, const struct board_row *row)
{
	str_add_span(out, row->error);
	if (row->error_since != TIME_NONE) {
		str_add(out, "   (first saved ");
		parts_add_time(out, row->error_since, frame, "%H:%M:%S");
		str_add_char(out, ')');
	}
}

static void
draw_wide(struct panel *panel, const struct board_row *row)
{
	struct str text = { 0 };

	draw_numbers(panel, row);
	if (row->error.at != NULL) {
		add_error(&text, panel->frame, row);
		panel_field(panel, "error", str_span(&text));
		str_clear(&text);
	}
	if (row->status != NULL)
		panel_field(panel, "status", span_of(row->status));
	if (row->why.sentence[0] != '\0')
		panel_field(panel, "why",
			span_of(panel_words(panel->frame, &row->why)->sentence));
	advice_add(&text, row);
	if (text.len > 0)
		panel_field(panel, "reading", str_span(&text));
	else if (row->note != NULL && row->note[0] != '\0')
		panel_field(panel, "worker", span_of(row->note));
	str_free(&text);
}

static void
draw_narrow(struct panel *panel, const struct board_row *row)
{
	const struct frame *frame = panel->frame;
	struct str text = { 0 };

	advice_add(&text, row);
	if (text.len > 0)
		panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	add_movement(&text, frame, row);
	if (row->speed_before.known) {
		str_add(&text, ", was ");
		add_per_minute(&text, row->speed_before.per_second);
	}
	str_add(&text, "; lag ");
	panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "lag", row);
	str_add_char(&text, ' ');
	add_lag_trend(&text, row, false);
	panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	if (row->watermark != TIME_NONE) {
		str_add(&text, "watermark ");
		parts_add_time(&text, row->watermark, frame, "%H:%M:%S");
		str_add(&text, " (");
		panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "wmark", row);
		str_add(&text, " behind)");
		if (row->job->partitions > 1)
			str_add(&text, ": ");
		add_watermark_role(&text, frame, row, false);
		panel_line(panel, STYLE_PLAIN, str_span(&text));
		str_clear(&text);
	}
	if (row->error.at != NULL) {
		str_add(&text, "error ");
		add_error(&text, frame, row);
		panel_line(panel, STYLE_PLAIN, str_span(&text));
	} else if (row->why.sentence[0] != '\0') {
		panel_line(panel, STYLE_PLAIN,
			span_of(panel_words(frame, &row->why)->sentence));
	}
	if (row->status != NULL) {
		str_clear(&text);
		str_addf(&text, "status %s", row->status);
		panel_line(panel, STYLE_PLAIN, str_span(&text));
	}
	str_free(&text);
}

void
panel_checkpoint(struct panel *panel, const void *row)
{
	if (canvas_width(panel->canvas) >= WIDE)
		draw_wide(panel, row);
	else
		draw_narrow(panel, row);
}
