/* SPDX-License-Identifier: MIT
 * A problem on a line, and where there is room its sentence below it. */
#include "tui/view_wall.h"

#include "base/utf8.h"
#include "model/column_cell.h"
#include "tui/panel.h"
#include "tui/view_parts.h"

#define JOB_LEAST 12
#define JOB_MOST  30

/* Of the name of a store. */
#define STORE_NARROW 8
#define STORE_MEDIUM 12
#define STORE_MOST   20

/* The cells of a row; a width of 0 is left out. */
struct columns {
	unsigned state, age, since, job, store, bad, why; /* where each begins */
	unsigned age_width, job_width, store_width, bad_width;
	bool has_since, is_brief;
};

static bool
is_unexplained_only(const struct board_job *job)
{
	return !state_is_problem(job->state);
}

static struct since
since_of(const struct board_job *job)
{
	return is_unexplained_only(job) ? job->unexplained : job->since;
}

static void
add_bad(struct str *out, const struct board_job *job, bool brief)
{
	if (job->partitions > 1)
		str_addf(
			out, brief ? "%zu/%zu" : "%zu of %zu", job->bad, job->partitions);
}

/* The page that is shown: rows from first up to end. */
static void
page_of(const struct wall *wall, size_t *first, size_t *end)
{
	*first = wall->page * wall->page_rows;
	*end = *first + wall->page_rows;
	if (*end > wall->row_count)
		*end = wall->row_count;
}

void
wall_add_job(struct str *out, const struct wall *wall, struct span job, const char *store)
{
	str_add_span(out, job);
	if (wall->tells_stores)
		str_addf(out, " (%s)", store);
}

static const char *
store_of(const struct board_job *job)
{
	return job->board->store.name;
}

/* The widest name of a store that has a problem; 0: their jobs say which is meant. */
static unsigned
measure_stores(const struct wall *wall, unsigned most)
{
	unsigned width = 0;

	for (size_t i = 0; i < wall->row_count && wall->tells_stores; i++) {
		unsigned name = (unsigned)safe_width(span_of(store_of(wall->rows[i])));

		width = name > width ? name : width;
	}
	return width < most ? width : most;
}

/* Over all pages, so that columns stand still when they turn. */
static struct columns
measure(const struct wall *wall, const struct frame *frame, unsigned width)
{
	bool wide = width >= WALL_WIDE, narrow = width < WALL_NARROW;
	unsigned margin = wide ? 3 : narrow ? 0 : 1, gap = wide ? 3 : narrow ? 1 : 2;
	unsigned most = narrow ? width / 3 : width / 4;
	struct columns columns = { .has_since = wide, .is_brief = !wide };
	struct str text = { 0 };

	columns.job_width = narrow ? 0 : JOB_LEAST;
	for (size_t i = 0; i < wall->row_count; i++) {
		unsigned name = (unsigned)safe_width(wall->rows[i]->job), bad;

		str_clear(&text);
		add_bad(&text, wall->rows[i], columns.is_brief);
		bad = narrow ? 0 : (unsigned)text.len;
		columns.job_width = name > columns.job_width ? name : columns.job_width;
		columns.bad_width = bad > columns.bad_width ? bad : columns.bad_width;
	}
	str_free(&text);
	if (columns.job_width > most)
		columns.job_width = most;
	columns.state = margin;
	columns.age = columns.state + (frame->stale ? 5 : 4) + (narrow ? 1 : 2);
	columns.age_width = frame->stale && !narrow ? 14 : 5;
	columns.since = columns.age + columns.age_width + gap;
	columns.job = columns.since + (wide ? 12 + gap : 0);
	columns.store_width = measure_stores(wall, wide	    ? STORE_MOST
						   : narrow ? STORE_NARROW
							    : STORE_MEDIUM);
	columns.store = columns.job + columns.job_width + gap;
	columns.bad =
		columns.store + columns.store_width + (columns.store_width > 0 ? gap : 0);
	columns.why = columns.bad + columns.bad_width + (columns.bad_width > 0 ? gap : 0);
	return columns;
}

/* "CRIT", and of then "?crit". */
static void
draw_state(const struct columns *columns, const struct board_job *job,
	const struct frame *frame, struct canvas *canvas, unsigned y)
{
	const char *word = state_word(job->state);
	char then[8] = "?";
	size_t len = 1;

	for (; frame->stale && word[len - 1] != '\0' && len + 1 < sizeof(then); len++)
		then[len] = (char)(word[len - 1] | ('a' - 'A'));
	canvas_text(canvas, y, columns->state, 5, wall_word_style(job->state),
		span_of(frame->stale ? then : word));
}

static void
draw_times(const struct columns *columns, const struct board_job *job,
	const struct frame *frame, struct canvas *canvas, unsigned y)
{
	struct since since = since_of(job);
	struct str text = { 0 };

	if (since.at_least)
		str_add(&text, frame->ascii ? ">" : "\u2265");
	duration_add_short(&text, frame->age_now - since.at);
	/* Ages of old data are those of then, and say so. */
	if (columns->age_width > 5) {
		str_add(&text, " at ");
		parts_add_time(&text, frame->age_now, frame, "%H:%M");
	}
	canvas_text_right(canvas, y, columns->age, columns->age_width, STYLE_PLAIN,
		str_span(&text));
	str_clear(&text);
	if (columns->has_since) {
		str_add(&text, "since ");
		parts_add_since(&text, since, frame, false);
		canvas_text(canvas, y, columns->since, 13, STYLE_PLAIN, str_span(&text));
	}
	str_free(&text);
}

static void
draw_why(const struct columns *columns, const struct board_job *job,
	const struct frame *frame, struct canvas *canvas, unsigned y)
{
	unsigned width = canvas_width(canvas);
	const struct column_context context = {
		.now = frame->age_now,
		.zone = frame->zone,
		.times = frame->times,
		.ascii = frame->ascii,
		.width = width > columns->why ? width - columns->why : 1,
	};
	struct str text = { 0 };

	if (!is_unexplained_only(job) || job->finding == FINDING_RECOVERED)
		cell_add_why(&text, &job->why, &context);
	else
		str_addf(&text, "went BACK, %s",
			job->board->store.half_asked ? "no record on this host"
						     : "by UNKNOWN");
	canvas_text(canvas, y, columns->why, context.width, STYLE_PLAIN, str_span(&text));
	str_free(&text);
}

/* When it became so bad, where that was later than it began, and what there is to say. */
static void
draw_sentence(const struct columns *columns, const struct board_job *job,
	const struct frame *frame, struct canvas *canvas, unsigned y)
{
	struct str text = { 0 };

	if (job->state_since.at != job->since.at) {
		panel_add_since(&text, frame, job);
		str_add(&text, ": ");
	}
	str_add(&text, panel_words(frame, &job->why)->sentence);
	canvas_text(canvas, y, columns->has_since ? columns->since : columns->job,
		canvas_width(canvas), STYLE_PLAIN, str_span(&text));
	str_free(&text);
}

static void
draw_row(const struct columns *columns, const struct board_job *job,
	const struct frame *frame, struct canvas *canvas, unsigned y)
{
	struct str text = { 0 };

	draw_state(columns, job, frame, canvas, y);
	draw_times(columns, job, frame, canvas, y);
	canvas_text(canvas, y, columns->job, columns->job_width, STYLE_PLAIN, job->job);
	if (columns->store_width > 0)
		canvas_text(canvas, y, columns->store, columns->store_width, STYLE_PLAIN,
			span_of(store_of(job)));
	add_bad(&text, job, columns->is_brief);
	if (columns->bad_width > 0)
		canvas_text(canvas, y, columns->bad, columns->bad_width, STYLE_PLAIN,
			str_span(&text));
	draw_why(columns, job, frame, canvas, y);
	str_free(&text);
}

/* Said instead of rows, so that an empty wall is never taken for a good one. */
static void
draw_unread(const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	unsigned y = wall->places.rows, width = canvas_width(canvas);

	for (size_t i = 0; i < frame->board_count && y < wall->places.rows_end; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		if (!store->opened)
			canvas_printf(canvas, y++, 1, width, STYLE_PLAIN,
				"reading %s ...", store->name);
		else if (!store->reachable)
			canvas_printf(canvas, y++, 1, width, STYLE_STORES_DOWN, "%s: %s",
				store->name, store->error.text);
	}
	if (y == wall->places.rows && y < wall->places.rows_end)
		canvas_text(canvas, y, 1, width, STYLE_PLAIN,
			frame->counts.dormant > 0
				? SPAN("all jobs are dormant (not saved for 7 days)")
				: SPAN("the stores hold no checkpoints yet"));
}

void
wall_draw_rows(const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	struct columns columns = measure(wall, frame, canvas_width(canvas));
	unsigned y = wall->places.rows, height = wall->places.row_height;
	size_t first, end;

	page_of(wall, &first, &end);
	for (size_t i = first; i < end && y < wall->places.rows_end; i++) {
		draw_row(&columns, wall->rows[i], frame, canvas, y);
		if (height > 2)
			draw_sentence(&columns, wall->rows[i], frame, canvas, y + 1);
		y += height;
	}
	if (wall->row_count == 0 && !frame->stale)
		draw_unread(wall, frame, canvas);
}
