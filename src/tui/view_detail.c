/* SPDX-License-Identifier: MIT
 * One checkpoint: everything that is known of it, and its metadata. */
#include <string.h>

#include "base/mem.h"
#include "model/advice.h"
#include "tui/list.h"
#include "tui/panel.h"
#include "tui/view.h"
#include "tui/view_parts.h"

struct detail {
	const char *store;    /* borrowed from the app for the life of the view */
	struct span job;      /* likewise */
	struct str partition; /* its own: n and N change it */
	unsigned scrolled;    /* lines of the body above the screen */
	unsigned lines, room; /* of the body as it was drawn last, and of the screen */
};

static const struct board_row *
find_row(const struct detail *detail, const struct frame *frame)
{
	const struct key key = { detail->job, str_span(&detail->partition) };

	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board *board = frame->boards[i];

		if (strcmp(board->store.name, detail->store) != 0)
			continue;
		for (size_t j = 0; j < board->row_count; j++)
			if (key_equal(board->rows[j].key, key))
				return &board->rows[j];
	}
	return NULL;
}

static void
look_at(struct detail *detail, struct app *app, struct span partition)
{
	struct str copy = { 0 };

	str_add_span(&copy, partition);
	str_free(&detail->partition);
	detail->partition = copy;
	detail->scrolled = 0;
	app_interest(app, detail->store, detail->job, str_span(&detail->partition));
}

static void
detail_open(void *state, struct app *app, const struct view_target *target)
{
	struct detail *detail = state;

	detail->store = target->store;
	detail->job = target->job;
	look_at(detail, app, target->partition);
}

static void
detail_close(void *state)
{
	str_free(&((struct detail *)state)->partition);
}

/* --- the body: fields, one below the other --- */

/* What the body is made of before it is known how much of it can be seen. */
struct body {
	const struct frame *frame;
	struct canvas *canvas; /* NULL: only counts */
	unsigned width;
	unsigned y, end;
	unsigned skip;	/* lines still above the screen */
	unsigned lines; /* all of the body */
	bool dim;
};

/* True when the next line of the body is to be drawn at y. */
static bool
begin_line(struct body *body)
{
	body->lines++;
	if (body->skip > 0) {
		body->skip--;
		return false;
	}
	return body->y < body->end;
}

static void
add_line(struct body *body, const char *label, struct span text)
{
	struct panel panel = {
		.canvas = body->canvas,
		.frame = body->frame,
		.y = body->y,
		.end = body->end,
		.dim = body->dim,
	};

	if (!begin_line(body))
		return;
	panel_field(&panel, label, text);
	body->y = panel.y;
}

/* Over as many lines as it takes: the body can be scrolled, so nothing needs to be cut.
 */
static void
add_field(struct body *body, const char *label, struct span text)
{
	unsigned room = panel_text_width(body->width, label != NULL);

	do {
		size_t length = panel_line_length(text, room);

		add_line(body, label, (struct span){ text.at, length });
		text = span_trim((struct span){ text.at + length, text.len - length });
		/* What follows begins below the text. */
		label = label != NULL ? "" : NULL;
	} while (text.len > 0);
}

static void
add_rule(struct body *body, struct span title)
{
	if (begin_line(body))
		canvas_rule(body->canvas, body->y++, title, SPAN_NONE);
}

static void
add_since(struct str *out, const struct frame *frame, struct since since)
{
	parts_add_since(out, since, frame, true);
	str_add(out, " (");
	panel_add_ago(out, frame, since.at);
	str_add_char(out, ')');
}

static void
add_state(struct body *body, const struct board_row *row)
{
	struct str text = { 0 };

	str_addf(
		&text, "%s  %s", state_word(row->state), why_finding_words(row->finding));
	add_field(body, "state", str_span(&text));
	str_clear(&text);
	add_since(&text, body->frame, row->since);
	if (row->state_since.at != row->since.at) {
		str_addf(&text, ", %s since ", state_word(row->state));
		add_since(&text, body->frame, row->state_since);
	}
	add_field(body, "since", str_span(&text));
	if (row->why.sentence[0] != '\0')
		add_field(body, "why",
			span_of(panel_words(body->frame, &row->why)->sentence));
	str_clear(&text);
	if (row->error.at != NULL) {
		str_add_span(&text, row->error);
		if (row->error_since != TIME_NONE) {
			str_add(&text, "   first saved ");
			add_since(&text, body->frame,
				(struct since){ .at = row->error_since });
		}
		add_field(body, "error", str_span(&text));
		str_clear(&text);
	}
	advice_add(&text, row);
	if (text.len > 0)
		add_field(body, "reading", str_span(&text));
	str_free(&text);
}

static void
add_position(struct body *body, const struct board_row *row)
{
	const struct frame *frame = body->frame;
	struct str text = { 0 };

	panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "value", row);
	if (row->value.at != NULL && row->parsed.type != VALUE_INT)
		str_addf(&text, "   (%s)", value_type_word(row->parsed.type));
	add_field(body, "value", str_span(&text));
	str_clear(&text);
	panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "head", row);
	if (row->head.at != NULL && row->head_at != TIME_NONE) {
		str_add(&text, "   (read ");
		parts_add_time(&text, row->head_at, frame, "%H:%M:%S");
		str_add_char(&text, ')');
	}
	add_field(body, "end", str_span(&text));
	str_clear(&text);
	panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "lag", row);
	if (row->lag_reason != NULL)
		str_addf(&text, "   (%s)", row->lag_reason);
	if (row->lag_rate.known) {
		str_add(&text, "   ");
		panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "rate", row);
		str_add(&text, "/s");
	}
	if (row->lag.kind != LAG_UNKNOWN) {
		str_add(&text, "   last hour ");
		panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "trend", row);
	}
	add_field(body, "lag", str_span(&text));
	str_clear(&text);
	if (row->eta.kind == ETA_NEVER)
		str_add(&text, "never at the present speed");
	else
		panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "eta", row);
	add_field(body, "catch-up", str_span(&text));
	str_free(&text);
}

static void
add_updated(struct body *body, const struct board_row *row)
{
	const struct frame *frame = body->frame;
	struct str text = { 0 };

	if (row->updated != TIME_NONE) {
		parts_add_time(&text, row->updated, frame, "%F %H:%M:%S %Z");
		str_add(&text, "   (");
		panel_add_ago(&text, frame, row->updated);
		str_add_char(&text, ')');
	} else if (row->updated_assumed != NULL) {
		str_addf(&text, "?   (if it is %s: ", row->updated_assumed);
		panel_add_ago(&text, frame, row->updated_if);
		str_add(&text, "; set tz for this store)");
	} else if (row->written_at != TIME_NONE) {
		str_add(&text, "?   (its file was written ");
		panel_add_ago(&text, frame, row->written_at);
		str_add_char(&text, ')');
	} else if (row->flags & CKPT_NO_UPDATED) {
		str_add(&text, "-   (this store keeps no time of a save)");
	} else {
		str_add_char(&text, '?');
	}
	if (row->updated_text.at != NULL) {
		str_add(&text, "   stored as ");
		str_add_span(&text, row->updated_text);
	}
	add_field(body, "updated", str_span(&text));
	str_free(&text);
}

static void
add_times(struct body *body, const struct board_row *row)
{
	const struct frame *frame = body->frame;
	struct str text = { 0 };

	add_updated(body, row);
	if (row->watermark != TIME_NONE) {
		parts_add_time(&text, row->watermark, frame, "%F %H:%M:%S %Z");
		str_add(&text, "   (");
		panel_add_cell(&text, frame, COLUMNS_PARTITIONS, "wmark", row);
		str_add(&text, " behind)");
	} else if (row->damage.at != NULL && row->metadata.at == NULL) {
		str_add_char(&text, '?');
	} else if (row->board->store.metadata_unread != NULL) {
		str_addf(&text, "?   (%s)", row->board->store.metadata_unread);
	} else if (row->metadata_more > 0) {
		str_add(&text, "?   (none in what was read of the metadata)");
	} else {
		str_add(&text, "-   (none in the checkpoint)");
	}
	add_field(body, "watermark", str_span(&text));
	str_clear(&text);
	if (row->cadence != TIME_NONE) {
		str_add(&text, "1 every ");
		duration_add(&text, row->cadence);
	} else if (row->cadence_before != TIME_NONE) {
		str_add(&text, "1 every ");
		duration_add(&text, row->cadence_before);
		str_add(&text, " before, none now");
	} else {
		str_add(&text, "?   (fewer than three seen)");
	}
	add_field(body, "saves", str_span(&text));
	str_free(&text);
}

static void
add_place(struct body *body, const struct board_row *row)
{
	struct str text = { 0 };

	str_addf(&text, "%s   %s", row->board->store.name, row->board->store.where);
	if (row->where.at != NULL) {
		str_add(&text, "   ");
		str_add_span(&text, row->where);
	}
	if (row->flags & CKPT_KEY_GUESSED)
		str_add(&text, "   (~ job and partition guessed from the name)");
	if (row->flags & CKPT_KEY_REPEATED)
		str_addf(&text, "   (more than one %s has this key)",
			row->where.at != NULL ? "file" : "row");
	add_field(body, "store", str_span(&text));
	str_clear(&text);
	if (row->note != NULL && row->note[0] != '\0')
		str_add(&text, row->note);
	else if (row->board->store.metadata_unread != NULL)
		str_addf(&text, "?   (%s)", row->board->store.metadata_unread);
	if (text.len > 0)
		add_field(body, "worker", str_span(&text));
	if (row->status != NULL)
		add_field(body, "status", span_of(row->status));
	str_free(&text);
}

/* The document as it is stored, over as many lines as it takes. */
static void
add_metadata(struct body *body, const struct board_row *row)
{
	const char *unread = row->board->store.metadata_unread;
	struct span rest = row->metadata;
	struct str why = { 0 };

	add_rule(body, SPAN("metadata"));
	if (unread != NULL)
		str_addf(&why, "not known: %s", unread);
	if (row->flags & CKPT_NO_METADATA)
		rest = SPAN("this store has no place for metadata");
	else if (unread != NULL)
		rest = str_span(&why);
	else if (!row->metadata_known && !row->board->store.reachable)
		rest = SPAN("not known: the store cannot be read");
	else if (rest.at == NULL && row->damage.at != NULL)
		rest = SPAN("not known: the checkpoint cannot be read");
	else if (!row->metadata_known)
		rest = SPAN("not known: not read yet");
	else if (rest.at == NULL)
		rest = SPAN("none");
	add_field(body, NULL, rest);
	str_free(&why);
	if (row->metadata_more > 0) {
		struct str text = { 0 };

		str_addf(&text, "... %llu more bytes; ckptop show --json prints all",
			(unsigned long long)row->metadata_more);
		add_field(body, NULL, str_span(&text));
		str_free(&text);
	}
}

static void
add_all(struct body *body, const struct board_row *row)
{
	add_state(body, row);
	add_rule(body, SPAN("position"));
	add_position(body, row);
	add_times(body, row);
	add_place(body, row);
	add_metadata(body, row);
}

/* --- the screen --- */

static void
detail_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct detail *detail = state;
	const struct board_row *row = find_row(detail, frame);
	unsigned top = parts_header_lines(width, height) + 1;
	/* Counts the lines: everything is above the screen. */
	struct body body = { .frame = frame, .width = width, .skip = UINT32_MAX };

	if (row == NULL)
		return;
	add_all(&body, row);
	detail->lines = body.lines;
	detail->room = parts_body(height) > top ? parts_body(height) - top : 0;
	if (detail->lines <= detail->room)
		detail->scrolled = 0;
	else if (detail->scrolled > detail->lines - detail->room)
		detail->scrolled = detail->lines - detail->room;
}

static void
draw_header(const struct detail *detail, const struct board_row *row,
	const struct frame *frame, struct canvas *canvas)
{
	struct str path = { 0 }, right = { 0 }, position = { 0 };

	str_add(&path, "JOBS > ");
	str_add_span(&path, detail->job);
	str_add(&path, " > ");
	str_add_span(&path, str_span(&detail->partition));
	str_addf(&right, "%s  ", detail->store);
	parts_add_poll(&right, frame, detail->store);
	if (row != NULL && row->job->rows != NULL) {
		size_t at = 0;

		while (at < row->job->partitions && row->job->rows[at] != row)
			at++;
		str_addf(&right, "  %zu of %zu", at + 1, row->job->partitions);
		str_addf(&position, "%zu/%zu", at + 1, row->job->partitions);
	}
	parts_header(frame, canvas,
		&(struct parts_place){
			.path = str_span(&path),
			.right = str_span(&right),
			.narrow = span_of(detail->store),
			.store = detail->store,
			.position = str_span(&position),
		});
	str_free(&path);
	str_free(&right);
	str_free(&position);
}

static void
detail_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct detail *detail = state;
	const struct board_row *row = find_row(detail, frame);
	unsigned width = canvas_width(canvas), height = canvas_height(canvas);
	unsigned y = parts_header_lines(width, height);
	struct str text = { 0 };
	struct body body = {
		.frame = frame,
		.canvas = canvas,
		.width = width,
		.y = y + 1,
		.end = parts_body(height),
		.skip = detail->scrolled,
	};

	draw_header(detail, row, frame, canvas);
	if (row == NULL) {
		canvas_text(canvas, y, 1, width - 1, STYLE_PLAIN,
			SPAN("this checkpoint is not (or not yet) on the screen: it is "
			     "being "
			     "read, or is gone"));
		return;
	}
	body.dim = !row->board->store.reachable;
	if (width >= LIST_TITLES_WIDTH)
		str_add(&text, "CHECKPOINT ");
	str_add_span(&text, row->key.job);
	str_add(&text, " / ");
	str_add_span(&text, row->key.partition);
	if (detail->lines > detail->room)
		str_addf(&text, "   (lines %u-%u of %u)", detail->scrolled + 1,
			detail->scrolled + detail->room, detail->lines);
	canvas_text(canvas, y, 1, width - 2, STYLE_HEADER, str_span(&text));
	add_all(&body, row);
	str_free(&text);
}

/* Opens the checkpoint before or after this one. */
static void
go(struct detail *detail, struct app *app, int step)
{
	const struct board_row *row = find_row(detail, app_frame(app));
	size_t at = 0, count;

	if (row == NULL || row->job->rows == NULL)
		return;
	count = row->job->partitions;
	while (at < count && row->job->rows[at] != row)
		at++;
	if ((step < 0 && at == 0) || (step > 0 && at + 1 >= count)) {
		app_message(app, STYLE_MESSAGE, "this is the %s partition of the job",
			step < 0 ? "first" : "last");
		return;
	}
	look_at(detail, app, row->job->rows[step < 0 ? at - 1 : at + 1]->key.partition);
}

static enum view_answer
scroll(struct detail *detail, int lines)
{
	if (lines < 0 && detail->scrolled < (unsigned)-lines)
		detail->scrolled = 0;
	else
		detail->scrolled += (unsigned)lines;
	return VIEW_HANDLED;
}

static enum view_answer
detail_act(void *state, struct app *app, enum action action)
{
	struct detail *detail = state;

	switch (action) {
	case ACTION_NEXT: go(detail, app, 1); return VIEW_HANDLED;
	case ACTION_PREVIOUS: go(detail, app, -1); return VIEW_HANDLED;
	case ACTION_UP: return scroll(detail, -1);
	case ACTION_DOWN: return scroll(detail, 1);
	case ACTION_PAGE_UP: return scroll(detail, -(int)detail->room);
	case ACTION_PAGE_DOWN: return scroll(detail, (int)detail->room);
	case ACTION_FIRST: detail->scrolled = 0; return VIEW_HANDLED;
	case ACTION_LAST: return scroll(detail, (int)detail->lines);
	default: return VIEW_IGNORED;
	}
}

static bool
detail_copy(const void *state, struct str *out)
{
	const struct detail *detail = state;

	key_add(out, (struct key){ detail->job, str_span(&detail->partition) });
	return true;
}

static const enum action detail_actions[] = {
	ACTION_NEXT,
	ACTION_PREVIOUS,
	ACTION_COPY,
	ACTION_RESET,
	ACTION_DELETE,
	ACTION_AUDIT,
	ACTION_STORES,
	ACTION_PAUSE,
	ACTION_TIMES,
	ACTION_BACK,
	ACTION_HELP,
	ACTION_NONE,
};

static void
detail_meant(const void *state, view_meant_fn *meant, void *arg)
{
	const struct detail *detail = state;

	meant(arg, span_of(detail->store), detail->job, str_span(&detail->partition));
}

const struct view_ops view_detail = {
	.name = "detail",
	.title = "CHECKPOINT",
	.help = "one checkpoint with everything that is known of it, and its metadata",
	.state_size = sizeof(struct detail),
	.open = detail_open,
	.close = detail_close,
	.update = detail_update,
	.draw = detail_draw,
	.act = detail_act,
	.actions = detail_actions,
	.meant = detail_meant,
	.copy = detail_copy,
};
