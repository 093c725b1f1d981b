/* SPDX-License-Identifier: MIT */
#include "tui/view_parts.h"

#include <string.h>

#include "base/utf8.h"
#include "tui/list.h"
#include "tui/parts_pen.h"

/* Screens of fewer cells or lines show less. */
#define WIDE   100
#define NARROW 60
/* The part of line 1 that the name of the environment may take. */
#define ENVIRONMENT_SHARE 5
#define FLAT		  12 /* no third line */
#define VERY_FLAT	  6  /* no second line, no message line, no keys */
#define RIGHT_SPACE	  2  /* cells that stay free before what stands at the right */

/* --- words --- */

static const struct zone *
zone_of(const struct frame *frame)
{
	return frame->times == TIMES_LOCAL ? frame->zone : NULL;
}

void
parts_add_time(struct str *out, int64_t at, const struct frame *frame, const char *format)
{
	time_addf(out, at, zone_of(frame), format);
}

void
parts_add_since(
	struct str *out, struct since since, const struct frame *frame, bool seconds)
{
	int64_t age = frame->now - since.at;

	if (since.at_least)
		str_add(out, frame->ascii ? ">=" : "\u2265");
	parts_add_time(out, since.at, frame,
		age >= 6 * DAY ? (seconds ? "%F %H:%M" : "%m-%d")
		: age >= DAY   ? (seconds ? "%a %d %b %H:%M" : "%a")
		: seconds      ? "%H:%M:%S"
			       : "%H:%M");
}

static void
add_age(struct str *out, int64_t at, const struct frame *frame)
{
	duration_add_short(out, frame->age_now - at);
}

/* --- line 1 --- */

static const struct state_word {
	enum state state;
	enum style style;
	const char *brief;
} states[] = {
	{ STATE_CRIT, STYLE_STATE_CRIT, "C" },
	{ STATE_UNKN, STYLE_STATE_UNKN, "U" },
	{ STATE_WARN, STYLE_STATE_WARN, "W" },
	{ STATE_RPLY, STYLE_STATE_RPLY, "R" },
	{ STATE_OK, STYLE_STATE_OK, "ok" },
};

#define STATE_WORDS (sizeof(states) / sizeof(states[0]))

/* "CRIT 2  UNKN 1  ok 36", the counts that are not 0; ok always. */
static void
draw_states(const struct frame *frame, struct parts_pen *pen, const char *gap)
{
	bool first = true, brief = gap[1] == '\0';

	for (size_t i = 0; i < STATE_WORDS; i++) {
		size_t count = frame->counts.by_state[states[i].state];

		if (count == 0 && states[i].state != STATE_OK)
			continue;
		if (!first)
			pen_text(pen, STYLE_TITLE, gap);
		first = false;
		if (brief)
			pen_textf(pen, states[i].style, "%s%zu", states[i].brief, count);
		else
			pen_textf(pen, states[i].style, "%s %zu",
				state_word(states[i].state), count);
	}
}

/* The stores of which nothing was ever read: their jobs are in no count. */
static size_t
count_unread(const struct frame *frame, bool *tried)
{
	size_t unread = 0;

	for (size_t i = 0; i < frame->board_count; i++)
		if (frame->boards[i]->store.good_at == TIME_NONE) {
			unread++;
			*tried |= frame->boards[i]->store.opened;
		}
	return unread;
}

static void
draw_unread(struct parts_pen *pen, size_t unread, bool tried, bool brief)
{
	const char *s = unread == 1 ? "" : "s";

	if (brief)
		pen_textf(pen, STYLE_STATE_UNKN, "%zu unread", unread);
	else if (tried)
		pen_textf(pen, STYLE_STATE_UNKN, "%zu store%s NEVER READ", unread, s);
	else
		pen_textf(pen, STYLE_STATE_UNKN, "reading %zu store%s", unread, s);
}

/* "CRIT 2   ok 36   1 store NEVER READ": what is wrong, and of what nobody knows. */
static void
draw_counts(const struct frame *frame, struct parts_pen *pen, const char *gap)
{
	bool tried = false;
	size_t unread = count_unread(frame, &tried);
	bool none = unread == frame->board_count;

	if (none && !tried) {
		pen_text(pen, STYLE_TITLE, "reading");
		return;
	}
	if (!none)
		draw_states(frame, pen, gap);
	if (!none && unread > 0)
		pen_text(pen, STYLE_TITLE, gap);
	if (unread > 0)
		draw_unread(pen, unread, tried, gap[1] == '\0');
}

static void
draw_oldest(const struct frame *frame, struct parts_pen *pen, bool wide)
{
	struct since oldest = frame->counts.oldest;
	struct str text = { 0 };

	if (oldest.at == TIME_NONE)
		return;
	if (wide) {
		str_add(&text, "    oldest: ");
		add_age(&text, oldest.at, frame);
		str_add(&text, ", since ");
	} else {
		str_add(&text, "since ");
	}
	parts_add_since(&text, oldest, frame, false);
	pen_text(pen, STYLE_TITLE, str_text(&text));
	str_free(&text);
}

const char *
parts_read_only(const struct frame *frame)
{
	return frame->sandboxed ? "READ-ONLY" : "READ-ONLY, not sandboxed";
}

/* The environment, and whether anything can be changed in it. */
static void
draw_environment(const struct frame *frame, struct parts_pen *pen, bool wide)
{
	const char *name = frame->environment;

	if (name[0] == '\0' && frame->production)
		name = "PRODUCTION";
	pen_text(pen, STYLE_TITLE, wide || name[0] == '\0' ? " ckptop" : "");
	if (name[0] != '\0') {
		pen_text(pen, STYLE_TITLE, wide ? "  " : " ");
		/* It gives way before what is wrong does. */
		pen_text_within(pen,
			frame->production ? STYLE_TITLE_PRODUCTION : STYLE_TITLE, name,
			canvas_width(pen->canvas) / ENVIRONMENT_SHARE);
	}
	if (wide && frame->read_only) {
		pen_text(pen, STYLE_TITLE, "  ");
		pen_text(pen, STYLE_BANNER, parts_read_only(frame));
	}
	pen_text(pen, STYLE_TITLE, wide ? "    " : "  ");
}

/* The time at the right end, in the longest form that leaves the rest alone. */
static void
draw_clock(const struct frame *frame, struct parts_pen *pen)
{
	static const struct {
		unsigned min_width;
		const char *format;
	} forms[] = {
		{ WIDE, "%a %d %b %H:%M:%S %Z" },
		{ NARROW, "%H:%M:%S %Z" },
		{ 0, "%H:%M" },
	};
	unsigned width = canvas_width(pen->canvas);
	struct str clock = { 0 };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		str_clear(&clock);
		parts_add_time(&clock, frame->now, frame, forms[i].format);
		if (width >= forms[i].min_width &&
			safe_width(str_span(&clock)) + RIGHT_SPACE <= pen_room(pen)) {
			pen_right(pen, STYLE_TITLE, str_text(&clock), RIGHT_SPACE);
			break;
		}
	}
	str_free(&clock);
}

static void
draw_line_1(const struct frame *frame, struct canvas *canvas)
{
	unsigned width = canvas_width(canvas);
	bool wide = width >= WIDE, brief = width < NARROW;
	struct parts_pen pen = { canvas, 0, 0, width };

	canvas_fill(canvas, 0, 0, width, STYLE_TITLE, " ");
	if (!brief)
		draw_environment(frame, &pen, wide);
	draw_counts(frame, &pen, wide ? "   " : brief ? " " : "  ");
	if (!wide)
		pen_text(&pen, STYLE_TITLE, brief ? "  " : "   ");
	draw_oldest(frame, &pen, wide);
	draw_clock(frame, &pen);
}

/* --- line 2 --- */

static bool
is_down(const struct board_store *store)
{
	return store->opened && !store->reachable;
}

static void
add_reading_time(struct str *out, int64_t duration)
{
	if (duration < MILLISECOND)
		str_add(out, "<1ms");
	else if (duration < SECOND)
		str_addf(out, "%dms", (int)(duration / MILLISECOND));
	else
		duration_add_short(out, duration);
}

/* "kafka:eu1 DOWN 9m (last read 02:58:02)", "pg:main ok 4ms". */
static void
add_store(struct str *out, const struct board_store *store, const struct frame *frame)
{
	str_addf(out, "%s ", store->name);
	if (!store->opened) {
		str_add(out, store->rows_read > 0 ? "reading" : "opening");
	} else if (!store->reachable) {
		str_add(out, "DOWN ");
		if (store->since.at_least)
			str_add(out, frame->ascii ? ">=" : "\u2265");
		/* How long it has been down goes on, also while data stands still. */
		duration_add_short(out, frame->now - store->since.at);
		if (store->good_at == TIME_NONE) {
			str_add(out, " (never read)");
		} else {
			str_add(out, " (last read ");
			parts_add_time(out, store->good_at, frame,
				frame->now - store->good_at < DAY ? "%H:%M:%S"
								  : "%m-%d %H:%M");
			str_add(out, ")");
		}
	} else if (parts_is_suspended(frame, store->name)) {
		str_add(out, "not polled");
	} else {
		str_add(out, "ok ");
		if (store->read_p50 != TIME_NONE)
			add_reading_time(out, store->read_p50);
	}
	if (store->hides != NULL)
		str_addf(out, ", %s HIDES rows?", store->hides);
}

/* All stores, those that are down first; what finds no room is counted. */
static void
draw_stores(const struct frame *frame, struct parts_pen *pen)
{
	struct str text = { 0 };
	size_t left = frame->board_count;

	pen_text(pen, STYLE_STORES, " STORES");
	for (int down = 1; down >= 0; down--)
		for (size_t i = 0; i < frame->board_count; i++) {
			const struct board_store *store = &frame->boards[i]->store;
			enum style style = down ? STYLE_STORES_DOWN : STYLE_STORES;
			unsigned more = left > 1 ? 9 : 0;

			if (is_down(store) != down)
				continue;
			str_clear(&text);
			add_store(&text, store, frame);
			if (safe_width(str_span(&text)) + 2 + more > pen_room(pen) &&
				left < frame->board_count) {
				pen_textf(pen, style, "  +%zu more", left);
				str_free(&text);
				return;
			}
			pen_text(pen, STYLE_STORES, "  ");
			pen_text(pen, style, str_text(&text));
			left--;
		}
	str_free(&text);
}

/* What is down is tried when nobody looks, too; said where there is room. */
static void
draw_try(const struct frame *frame, struct parts_pen *pen)
{
	struct str text = { 0 };
	bool is_down = true, is_drawn = false;

	for (int brief = 0; brief < 2 && is_down && !is_drawn; brief++) {
		str_clear(&text);
		str_add(&text, ", ");
		is_down = parts_add_try(&text, frame, NULL, brief);
		is_drawn = is_down && safe_width(str_span(&text)) <= pen_room(pen);
	}
	if (is_drawn)
		pen_text(pen, STYLE_STORES_DOWN, str_text(&text));
	str_free(&text);
}

/* "kafka:eu1 DOWN 9m (last read 02:58:02), 3 stores ok" */
static void
draw_stores_narrow(const struct frame *frame, struct parts_pen *pen)
{
	const struct board_store *first = NULL;
	size_t down = frame->counts.stores_down, total = frame->board_count;
	size_t opening = 0, suspended = 0, ok;
	struct str text = { 0 };

	for (size_t i = total; i-- > 0;) {
		const struct board_store *store = &frame->boards[i]->store;

		if (first == NULL || is_down(store) >= is_down(first))
			first = store;
		opening += !store->opened;
		suspended += store->opened && store->reachable &&
			     parts_is_suspended(frame, store->name);
	}
	ok = total - down - opening - suspended;
	pen_text(pen, STYLE_STORES, " ");
	if (first != NULL && (down > 0 || total == 1)) {
		add_store(&text, first, frame);
		pen_text(pen, down > 0 ? STYLE_STORES_DOWN : STYLE_STORES,
			str_text(&text));
	}
	if (down > 1)
		pen_textf(pen, STYLE_STORES_DOWN, ", %zu more DOWN", down - 1);
	if (total > 1 && total > down)
		pen_textf(pen, STYLE_STORES, "%s%zu store%s ok", down > 0 ? ", " : "", ok,
			ok == 1 ? "" : "s");
	if (total > 1 && opening > 0)
		pen_textf(pen, STYLE_STORES, ", %zu opening", opening);
	if (total > 1 && suspended > 0)
		pen_textf(pen, STYLE_STORES, ", %zu not polled", suspended);
	draw_try(frame, pen);
	str_free(&text);
}

static void
draw_path_narrow(
	const struct frame *frame, const struct parts_place *place, struct parts_pen *pen)
{
	pen_text(pen, STYLE_STORES, " ");
	pen_span(pen, STYLE_TITLE, place->path);
	if (place->narrow.len > 0) {
		pen_text(pen, STYLE_STORES, "      ");
		pen_span(pen, STYLE_STORES, place->narrow);
	}
	if (frame->counts.stores_down > 0 && pen_room(pen) > 2) {
		pen_text(pen, STYLE_STORES, "  ");
		pen_textf(pen, STYLE_STORES_DOWN, "%zu of %zu stores DOWN",
			frame->counts.stores_down, frame->board_count);
	}
}

static void
draw_line_2(
	const struct frame *frame, const struct parts_place *place, struct canvas *canvas)
{
	bool wide = canvas_width(canvas) >= WIDE;
	struct parts_pen pen = { canvas, 1, 0, canvas_width(canvas) };
	struct str right = { 0 };

	parts_add_read(&right, frame, place->store);
	if (!wide && place->position.len > 0) {
		str_add_char(&right, ' ');
		str_add_span(&right, place->position);
	}
	pen_right(&pen, STYLE_STORES, str_text(&right), RIGHT_SPACE);
	if (!wide && frame->read_only)
		pen_right(&pen, STYLE_BANNER, parts_read_only(frame), 1);
	if (wide)
		draw_stores(frame, &pen);
	else if (place->first)
		draw_stores_narrow(frame, &pen);
	else
		draw_path_narrow(frame, place, &pen);
	str_free(&right);
}

/* --- the whole --- */

static void
draw_line_3(const struct parts_place *place, struct canvas *canvas)
{
	struct parts_pen pen = { canvas, 2, 0, canvas_width(canvas) };
	struct str right = { 0 };

	str_add_span(&right, place->right);
	pen_right(&pen, STYLE_PLAIN, str_text(&right), RIGHT_SPACE);
	str_free(&right);
	pen_text(&pen, STYLE_TITLE, " ");
	pen_span(&pen, STYLE_TITLE, place->path);
	pen_text(&pen, STYLE_PLAIN, "    ");
	pen_span(&pen, STYLE_PLAIN, place->about);
}

/* "read 2s ago |             1-7/43" where messages stand. */
static void
draw_idle(
	const struct frame *frame, const struct parts_place *place, struct canvas *canvas)
{
	unsigned y = parts_body(canvas_height(canvas));
	struct parts_pen pen = { canvas, y, 0, canvas_width(canvas) };
	struct str text = { 0 };

	if (y >= canvas_height(canvas))
		return;
	str_add_span(&text, place->position);
	pen_right(&pen, STYLE_STORES, str_text(&text), 1);
	str_clear(&text);
	parts_add_read(&text, frame, place->store);
	pen_text(&pen, STYLE_STORES, str_text(&text));
	if (frame->counts.stores_down > 0) {
		pen_textf(
			&pen, STYLE_STORES_DOWN, " %zu DOWN", frame->counts.stores_down);
		draw_try(frame, &pen);
	}
	if (frame->read_only)
		pen_textf(&pen, STYLE_BANNER, " %s", parts_read_only(frame));
	str_free(&text);
}

unsigned
parts_header_lines(unsigned width, unsigned height)
{
	unsigned lines = width >= WIDE ? 3 : width >= NARROW ? 2 : 1;

	if (height < VERY_FLAT)
		return height < 1 ? height : 1;
	return height < FLAT && lines > 2 ? 2 : lines;
}

unsigned
parts_header(
	const struct frame *frame, struct canvas *canvas, const struct parts_place *place)
{
	unsigned lines = parts_header_lines(canvas_width(canvas), canvas_height(canvas));

	if (lines > 0)
		draw_line_1(frame, canvas);
	if (lines > 1)
		draw_line_2(frame, place, canvas);
	else
		draw_idle(frame, place, canvas);
	if (lines > 2)
		draw_line_3(place, canvas);
	return lines;
}

unsigned
parts_body(unsigned height)
{
	return height < VERY_FLAT ? height : height - 2;
}

void
parts_add_list(struct str *out, const struct list *list)
{
	const char *filter = list_filter(list);
	bool problems = list_problems_only(list), filtered = filter[0] != '\0';

	str_add(out, "sort: ");
	list_order_text(list, out);
	str_addf(out, "    filter: %s%s%s    marked: %zu",
		problems ? "problems only" : "", problems && filtered ? ", " : "",
		filtered   ? filter
		: problems ? ""
			   : "-",
		list_marked(list));
}

void
parts_add_position(struct str *out, const struct list *list, const char *of)
{
	size_t first, last;

	list_window(list, &first, &last);
	str_addf(out, "%zu-%zu%s%zu", first, last, of, list_count(list));
}

/* --- names that several stores have --- */

/* The jobs of a board are in the order of their names. */
static bool
have_a_job_in_common(const struct board *a, const struct board *b)
{
	size_t i = 0, j = 0;

	while (i < a->job_count && j < b->job_count) {
		int order = span_compare_natural(a->jobs[i].job, b->jobs[j].job);

		if (order == 0)
			return true;
		i += order < 0;
		j += order > 0;
	}
	return false;
}

bool
parts_names_are_ambiguous(const struct board *const *boards, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (have_a_job_in_common(boards[i], boards[j]))
				return true;
	return false;
}
