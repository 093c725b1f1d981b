/* SPDX-License-Identifier: MIT
 * The dialog on the screen: a box where there is room, else all of it. */
#include <string.h>

#include "base/utf8.h"
#include "tui/change_view.h"
#include "tui/view_parts.h"

#define LEAST_WIDTH  60
#define LEAST_HEIGHT 20
#define BOX_WIDTH    100
#define BOX_HEIGHT   30
#define LABEL_CELLS  8

/* Where the dialog is, inside its box. */
struct place {
	bool boxed;
	unsigned x, y, width, end; /* end: the first line that is not its */
};

static struct place
place_of(unsigned width, unsigned height)
{
	struct place place = { .boxed = width >= BOX_WIDTH && height >= BOX_HEIGHT };

	if (place.boxed) {
		place.x = 4;
		place.width = width - 8;
		place.y = 3;
		place.end = parts_body(height) - 1;
	} else {
		place.x = 1;
		place.width = width - 2;
		place.y = 1;
		place.end = parts_body(height);
	}
	return place;
}

static const char *
field_text(const struct dialog *change, enum change_focus focus)
{
	return prompt_text(change->fields[focus]);
}

bool
change_has(const struct dialog *change, enum change_focus focus)
{
	switch (focus) {
	case FOCUS_TO: return change->kind == WISH_RESET;
	case FOCUS_HAZARD:
		return field_text(change, focus)[0] != '\0' ||
		       (change->plan != NULL && plan_hazard_wanted(change->plan) != NULL);
	case FOCUS_RUNNING:
		return change->plan != NULL && plan_running_refusal(change->plan) != NULL;
	case FOCUS_CONFIRM:
		return change->plan != NULL && !plan_is_empty(change->plan) &&
		       plan_confirmation(change->plan) != PLAN_CONFIRM_PLAIN;
	case FOCUS_WRITE: return change->plan != NULL && !plan_is_empty(change->plan);
	case FOCUS_REASON:
	case FOCUS_CANCEL:
	case FOCUSES: break;
	}
	return true;
}

const char *
change_refusal(const struct dialog *change)
{
	const struct plan *plan = change->plan;

	if (plan == NULL)
		return "there is nothing to write yet";
	if (plan_is_empty(plan))
		return "nothing would change";
	if (plan_wish(plan)->accepted !=
		plan_hazards_typed(span_of(field_text(change, FOCUS_HAZARD))))
		return "what is taken upon oneself is being looked at";
	if (plan_hazard_wanted(plan) != NULL)
		return "what is not safe is to be typed first, above";
	if (plan_blocked(plan) != NULL)
		return plan_blocked(plan);
	if (plan_reason_refusal(plan) != NULL)
		return field_text(change, FOCUS_REASON)[0] == '\0'
			       ? "say why in the field Reason"
			       : plan_reason_refusal(plan);
	if (!change->was_read)
		return "read it to its end first (PgDn)";
	if (plan_running_refusal(plan) != NULL &&
		strcmp(field_text(change, FOCUS_RUNNING), CHANGE_RUNNING) != 0)
		return "the job runs: stop it, or type " CHANGE_RUNNING " in its field";
	if (change_has(change, FOCUS_CONFIRM) &&
		strcmp(field_text(change, FOCUS_CONFIRM), str_text(&change->phrase)) != 0)
		return field_text(change, FOCUS_CONFIRM)[0] == '\0'
			       ? "not confirmed yet"
			       : "what is typed to confirm is not what is asked for";
	return NULL;
}

/* How many lines stand above and below the body. */
static unsigned
lines_around(const struct dialog *change)
{
	unsigned lines = 4; /* reason, a blank, a line of how much is read, buttons */

	lines += change_has(change, FOCUS_TO);
	lines += change_has(change, FOCUS_HAZARD);
	lines += change_has(change, FOCUS_RUNNING);
	lines += change_has(change, FOCUS_CONFIRM);
	return lines;
}

unsigned
change_body_room(const struct dialog *change, unsigned *width)
{
	struct place place;
	unsigned around = lines_around(change);

	*width = 0;
	if (change->width < LEAST_WIDTH || change->height < LEAST_HEIGHT)
		return 0;
	place = place_of(change->width, change->height);
	*width = place.width;
	return place.end - place.y > around ? place.end - place.y - around : 0;
}

/* --- title --- */

/* "/7": the end of its name. */
static void
add_partition(struct str *out, struct key key)
{
	struct str job = { 0 }, all = { 0 };

	key_add(&job, (struct key){ key.job, SPAN_NONE });
	key_add(&all, key);
	str_add(out, str_text(&all) + job.len);
	str_free(&job);
	str_free(&all);
}

/* What it is about. Of a name that is too long its end gives way, and nothing else. */
static void
add_title(struct str *out, const struct dialog *change, unsigned room)
{
	static const char *const words[] = {
		[WISH_RESET] = "RESET ", [WISH_DELETE] = "DELETE ", [WISH_UNDO] = "UNDO "
	};
	struct str name = { 0 }, rest = { 0 };
	size_t used;

	str_add(out, words[change->kind]);
	if (change->kind == WISH_UNDO)
		str_addf(out, "%.8s%s", change->op.at, change->job.len > 0 ? " of " : "");
	if (change->job.at != NULL)
		key_add(&name, (struct key){ change->job, SPAN_NONE });
	if (change->whole && change->key_count > 1)
		str_addf(&rest, ", ALL %zu PARTITIONS", change->key_count);
	else if (change->key_count > 1)
		str_addf(&rest, ", %zu partitions", change->key_count);
	else if (change->key_count == 1)
		add_partition(&rest, change->keys[0]);
	used = out->len + safe_width(str_span(&rest));
	safe_text_cut(out, str_span(&name), room > used + 4 ? room - used : 4);
	str_add_span(out, str_span(&rest));
	str_free(&name);
	str_free(&rest);
}

/* Where it is, in the colour of that, at the right of a line. */
static void
draw_where(const struct dialog *change, const struct frame *frame, struct canvas *canvas,
	unsigned y, unsigned end, enum style style, unsigned *used)
{
	struct str where = { 0 };

	if (frame->environment[0] != '\0')
		str_addf(&where, "%s / ", frame->environment);
	str_add(&where, change->store);
	*used = canvas_text_right(canvas, y, end / 2, end - end / 2,
		frame->production ? STYLE_TITLE_PRODUCTION : style, str_span(&where));
	str_free(&where);
}

/* The dialog is all of the screen: one line says what, where and when. */
static void
draw_title(const struct dialog *change, const struct frame *frame, struct canvas *canvas)
{
	unsigned width = canvas_width(canvas), used, end;
	struct str clock = { 0 }, title = { 0 };

	canvas_fill(canvas, 0, 0, width, STYLE_TITLE, " ");
	parts_add_time(&clock, frame->now, frame, "%H:%M:%S %Z");
	draw_where(change, frame, canvas, 0, width - 1, STYLE_TITLE, &used);
	end = width - 1 - used - 2;
	add_title(&title, change, end - 1);
	/* The time gives way before the name does. */
	if (safe_width(str_span(&title)) + clock.len + 3 <= end) {
		canvas_fill(canvas, 0, 0, width, STYLE_TITLE, " ");
		draw_where(change, frame, canvas, 0, width - 3 - (unsigned)clock.len,
			STYLE_TITLE, &used);
		canvas_text_right(canvas, 0, 0, width - 1, STYLE_TITLE, str_span(&clock));
	}
	canvas_text(canvas, 0, 1, end - 1, STYLE_TITLE, str_span(&title));
	str_free(&clock);
	str_free(&title);
}

static void
draw_box(const struct dialog *change, const struct frame *frame, struct canvas *canvas,
	const struct place *place)
{
	bool ascii = canvas_is_ascii(canvas);
	const char *edge = ascii ? "|" : "\u2502";
	unsigned width = canvas_width(canvas), last = width - 1, used;
	struct str title = { 0 };

	parts_header(frame, canvas, &(struct parts_place){ .path = SPAN_NONE });
	canvas_rule(canvas, place->y - 1, SPAN_NONE, SPAN_NONE);
	draw_where(change, frame, canvas, place->y - 1, width - 3, STYLE_RULE, &used);
	canvas_fill(canvas, place->y - 1, width - 3, 1, STYLE_RULE, " ");
	canvas_fill(canvas, place->y - 1, width - 4 - used, 1, STYLE_RULE, " ");
	add_title(&title, change, width - used - 12);
	canvas_printf(canvas, place->y - 1, 2, width - used - 8, STYLE_RULE, " %s ",
		str_text(&title));
	for (unsigned y = place->y; y < place->end; y++) {
		canvas_fill(canvas, y, 0, 1, STYLE_RULE, edge);
		canvas_fill(canvas, y, last, 1, STYLE_RULE, edge);
	}
	canvas_rule(canvas, place->end, SPAN_NONE, SPAN_NONE);
	canvas_fill(canvas, place->y - 1, 0, 1, STYLE_RULE, ascii ? "+" : "\u250c");
	canvas_fill(canvas, place->y - 1, last, 1, STYLE_RULE, ascii ? "+" : "\u2510");
	canvas_fill(canvas, place->end, 0, 1, STYLE_RULE, ascii ? "+" : "\u2514");
	canvas_fill(canvas, place->end, last, 1, STYLE_RULE, ascii ? "+" : "\u2518");
	str_free(&title);
}

/* --- fields --- */

static void
draw_field(const struct dialog *change, struct canvas *canvas, const struct place *place,
	unsigned y, enum change_focus focus, const char *label, const char *hint)
{
	bool focused = change->focus == focus && !change->is_writing;
	unsigned x = place->x, used, room = place->width;
	struct span text = span_of(field_text(change, focus));

	used = canvas_text(canvas, y, x, room, focused ? STYLE_KEY : STYLE_LABEL,
		span_of(focused ? ">" : " "));
	used += canvas_text(
		canvas, y, x + used, room - used, STYLE_LABEL, span_of(label));
	used += canvas_text(canvas, y, x + used, 1, STYLE_PLAIN, SPAN("["));
	if (focused)
		used += prompt_draw(
			change->fields[focus], canvas, y, x + used, room - used - 2);
	else
		used += canvas_text(
			canvas, y, x + used, room - used - 2, STYLE_INPUT, text);
	used += canvas_text(canvas, y, x + used, 1, STYLE_PLAIN, SPAN("]"));
	if (room > used + 4)
		canvas_text(canvas, y, x + used + 2, room - used - 2, STYLE_PLAIN,
			span_of(hint));
}

static unsigned
draw_fields(const struct dialog *change, struct canvas *canvas, const struct place *place)
{
	unsigned y = place->y;

	if (change_has(change, FOCUS_TO))
		draw_field(change, canvas, place, y++, FOCUS_TO, "To      ",
			"N  +N  -N  start  end  @TIME  @-7d  text:VALUE");
	draw_field(change, canvas, place, y++, FOCUS_REASON, "Reason  ",
		"required, is recorded");
	return y + 1;
}

/* --- the end: what is to be typed, and the buttons --- */

static void
draw_confirmation(const struct dialog *change, struct canvas *canvas,
	const struct place *place, unsigned *y)
{
	struct str label = { 0 };

	if (change_has(change, FOCUS_HAZARD)) {
		const char *wanted =
			change->plan != NULL ? plan_hazard_wanted(change->plan) : NULL;

		str_addf(&label,
			wanted != NULL ? "To do it all the same type %s "
				       : "Taken upon oneself ",
			wanted);
		draw_field(change, canvas, place, (*y)++, FOCUS_HAZARD, str_text(&label),
			"");
		str_clear(&label);
	}
	if (change_has(change, FOCUS_RUNNING))
		draw_field(change, canvas, place, (*y)++, FOCUS_RUNNING,
			"It RUNS: stop it, or type " CHANGE_RUNNING " ", "");
	if (change_has(change, FOCUS_CONFIRM)) {
		str_addf(&label, "Type %s to confirm ", str_text(&change->phrase));
		draw_field(change, canvas, place, (*y)++, FOCUS_CONFIRM, str_text(&label),
			"");
	}
	str_free(&label);
}

static unsigned
draw_button(struct canvas *canvas, unsigned y, unsigned x, const char *text, bool focused,
	bool off)
{
	unsigned used = canvas_printf(canvas, y, x, canvas_width(canvas) - x,
		off ? STYLE_KEY_OFF : STYLE_KEY_TEXT, focused ? "[ %s ]" : "( %s )",
		text);

	if (focused)
		canvas_attribute(canvas, y, x, used, CELL_SELECTED);
	return used;
}

static void
draw_buttons(const struct dialog *change, struct canvas *canvas,
	const struct place *place, unsigned y)
{
	static const char *const verbs[] = {
		[WISH_RESET] = "Reset", [WISH_DELETE] = "Delete", [WISH_UNDO] = "Undo"
	};
	const char *refusal = change_refusal(change);
	struct str text = { 0 };
	unsigned x = place->x + 1;
	size_t count = change->key_count;

	if (change->is_writing) {
		canvas_text(canvas, y, x, place->width - 1, STYLE_BANNER,
			SPAN("writing ..."));
		return;
	}
	if (change->plan != NULL)
		(void)plan_rows(change->plan, &count);
	str_addf(&text, "%s %zu", verbs[change->kind], count);
	/* From left to right as Tab goes, and both always, so that neither moves. */
	x += 2 + draw_button(canvas, y, x, str_text(&text), change->focus == FOCUS_WRITE,
			 refusal != NULL || !change_has(change, FOCUS_WRITE));
	x += 2 +
	     draw_button(canvas, y, x, "Cancel", change->focus == FOCUS_CANCEL, false);
	if (refusal != NULL && x + 2 < place->x + place->width)
		canvas_text(canvas, y, x, place->x + place->width - x, STYLE_PLAIN,
			span_of(refusal));
	str_free(&text);
}

static void
draw_body(const struct dialog *change, struct canvas *canvas, const struct place *place,
	unsigned y)
{
	for (size_t i = 0; i < change->room && change->top + i < change->line_count;
		i++, y++) {
		const struct change_line *line = &change->lines[change->top + i];
		unsigned indent = line->label != NULL ? LABEL_CELLS : 0;

		canvas_text(canvas, y, place->x, LABEL_CELLS,
			line->label != NULL && line->label[0] == '!' ? STYLE_STATE_WARN
								     : STYLE_LABEL,
			span_of(line->label));
		canvas_text(canvas, y, place->x + indent, place->width - indent,
			line->style, line->text);
	}
}

static void
draw_more(const struct dialog *change, struct canvas *canvas, const struct place *place,
	unsigned y)
{
	size_t last = change->top + change->room;
	size_t below = last < change->line_count ? change->line_count - last : 0;

	if (below > 0)
		canvas_printf(canvas, y, place->x, place->width, STYLE_BANNER,
			"%zu more line%s below: Down, PgDn", below,
			below == 1 ? "" : "s");
	else if (change->top > 0)
		canvas_printf(canvas, y, place->x, place->width, STYLE_LABEL,
			"the end; Up, PgUp go back");
}

static void
draw_hints(const struct dialog *change, struct canvas *canvas)
{
	unsigned y = canvas_height(canvas) - 1;
	struct str text = { 0 };

	/* In a field of text it is a letter of the text. */
	if (change->whole && change->key_count > 1 && change->focus >= CHANGE_FIELDS) {
		str_add(&text, "1 = only ");
		key_add_partition(&text, change->worst.partition);
		str_add(&text, "  ");
	}
	str_add(&text, text.len + 62 < canvas_width(canvas)
			       ? "Tab next field  Enter press  Esc cancel (nothing is "
				 "written)"
			       : "Tab next field  Enter press  Esc cancel");
	canvas_text(
		canvas, y, 1, canvas_width(canvas) - 1, STYLE_KEY_TEXT, str_span(&text));
	str_free(&text);
}

/* A part of what is signed is not enough. */
static void
draw_too_small(const struct dialog *change, struct canvas *canvas)
{
	unsigned width = canvas_width(canvas), height = canvas_height(canvas);
	struct str title = { 0 };

	add_title(&title, change, width);
	canvas_text(canvas, 0, 0, width, STYLE_TITLE, str_span(&title));
	canvas_printf(canvas, 1, 0, width, STYLE_BANNER, "needs %dx%d, this is %ux%u",
		LEAST_WIDTH, LEAST_HEIGHT, width, height);
	canvas_text(canvas, 2, 0, width, STYLE_PLAIN,
		SPAN("Nothing is written. Esc goes back."));
	str_free(&title);
}

void
change_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct dialog *change = state;
	unsigned width = canvas_width(canvas), height = canvas_height(canvas), y;
	struct place place;

	if (width < LEAST_WIDTH || height < LEAST_HEIGHT) {
		draw_too_small(change, canvas);
		return;
	}
	place = place_of(width, height);
	if (place.boxed)
		draw_box(change, frame, canvas, &place);
	else
		draw_title(change, frame, canvas);
	y = draw_fields(change, canvas, &place);
	draw_body(change, canvas, &place, y);
	y += (unsigned)change->room;
	draw_more(change, canvas, &place, y++);
	draw_confirmation(change, canvas, &place, &y);
	draw_buttons(change, canvas, &place, y);
	draw_hints(change, canvas);
}
