/* SPDX-License-Identifier: MIT
 * How many jobs are in which state: large numbers, or a line of words. */
#include "tui/view_wall.h"

#include <stdio.h>
#include <string.h>

#include "tui/view_parts.h"
#include "tui/wall_digits.h"

#define MARGIN 5
#define GAP    3

/* In the order they stand in. */
static const struct group {
	enum state state;
	enum style word_style, letter_style;
	const char *spaced;
} groups[] = {
	{ STATE_CRIT, STYLE_STATE_CRIT, STYLE_WALL_CRIT, "C R I T" },
	{ STATE_UNKN, STYLE_STATE_UNKN, STYLE_WALL_UNKN, "U N K N O W N" },
	{ STATE_WARN, STYLE_STATE_WARN, STYLE_WALL_WARN, "W A R N" },
	{ STATE_RPLY, STYLE_STATE_RPLY, STYLE_WALL_RPLY, "R E P L A Y" },
	{ STATE_OK, STYLE_STATE_OK, STYLE_WALL_OK, "O K" },
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

static const struct group *
group_of(enum state state)
{
	size_t i = 0;

	while (i + 1 < GROUPS && groups[i].state != state)
		i++;
	return &groups[i];
}

enum style
wall_word_style(enum state state)
{
	return group_of(state)->word_style;
}

enum style
wall_letter_style(enum state state)
{
	return group_of(state)->letter_style;
}

static void
number_of(char out[24], const struct group *group, const struct frame *frame)
{
	snprintf(out, 24, "%zu", frame->counts.by_state[group->state]);
}

static const char *
word_of(const struct group *group, unsigned stroke)
{
	return stroke > 1 ? group->spaced : state_word(group->state);
}

static unsigned
group_width(const struct group *group, const struct frame *frame, unsigned stroke)
{
	char number[24];
	unsigned word = (unsigned)strlen(word_of(group, stroke)), letters;

	number_of(number, group, frame);
	letters = wall_letters_width(number, stroke);
	return letters > word ? letters : word;
}

/* In columns of one width, so that they stand still while numbers change; where one is
 * too wide for that, side by side. False: they do not fit. */
static bool
place_groups(
	unsigned at[GROUPS], const struct frame *frame, unsigned width, unsigned stroke)
{
	unsigned margin = width >= WALL_WIDE ? MARGIN : 1, used = margin, widest = 0;
	unsigned column = (width - margin) / GROUPS;

	for (size_t i = 0; i < GROUPS; i++) {
		unsigned cells = group_width(&groups[i], frame, stroke);

		at[i] = used;
		used += cells + GAP;
		/* Nothing stands behind the last. */
		if (i + 1 < GROUPS && cells + 1 > widest)
			widest = cells + 1;
	}
	used -= GAP;
	if (widest <= column && group_width(&groups[GROUPS - 1], frame, stroke) <= column)
		for (size_t i = 0; i < GROUPS; i++)
			at[i] = margin + (unsigned)i * column;
	return used <= width;
}

bool
wall_letters_fit(const struct frame *frame, unsigned width, unsigned stroke)
{
	unsigned at[GROUPS];

	return place_groups(at, frame, width, stroke);
}

static void
draw_letters(const struct wall_places *places, const struct frame *frame,
	struct canvas *canvas)
{
	unsigned at[GROUPS], width = canvas_width(canvas), stroke = places->stroke;

	place_groups(at, frame, width, stroke);
	for (size_t i = 0; i < GROUPS; i++) {
		bool none = frame->counts.by_state[groups[i].state] == 0;
		char number[24];

		number_of(number, &groups[i], frame);
		wall_letters_draw(canvas, places->letters, at[i], stroke,
			none ? STYLE_PLAIN : groups[i].letter_style, number);
		canvas_text(canvas, places->words, at[i], width,
			none ? STYLE_PLAIN : groups[i].word_style,
			span_of(word_of(&groups[i], stroke)));
	}
}

static void
draw_words(const struct wall_places *places, const struct frame *frame,
	struct canvas *canvas)
{
	struct parts_pen pen = { canvas, places->words, 1, canvas_width(canvas) };

	for (size_t i = 0; i < GROUPS; i++) {
		size_t count = frame->counts.by_state[groups[i].state];

		pen_textf(&pen, count > 0 ? groups[i].word_style : STYLE_PLAIN, "%s %zu",
			state_word(groups[i].state), count);
		pen_text(&pen, STYLE_PLAIN,
			canvas_width(canvas) < WALL_NARROW ? " " : "   ");
	}
}

/* The stores whose jobs are in no count, because nothing was read of them yet. */
static size_t
count_unread(const struct frame *frame)
{
	size_t unread = 0;

	for (size_t i = 0; i < frame->board_count; i++)
		unread += frame->boards[i]->store.good_at == TIME_NONE;
	return unread;
}

static void
draw_oldest(const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	unsigned margin = wall->places.stroke > 1 ? MARGIN : 1;
	struct parts_pen pen = { canvas, wall->places.oldest, margin,
		canvas_width(canvas) };
	struct since oldest = frame->counts.oldest;
	size_t unread = count_unread(frame);
	struct str text = { 0 };

	if (oldest.at != TIME_NONE) {
		str_add(&text, "oldest: ");
		duration_add_short(&text, frame->age_now - oldest.at);
		str_add(&text, ", since ");
		parts_add_since(&text, oldest, frame, false);
		str_add(&text, "   ");
		pen_text(&pen, STYLE_PLAIN, str_text(&text));
	}
	if (wall->unexplained > 0) {
		pen_textf(&pen, STYLE_BANNER, "%zu UNEXPLAINED", wall->unexplained);
		pen_text(&pen, STYLE_PLAIN, "   ");
	}
	if (unread > 0)
		pen_textf(&pen, STYLE_STATE_UNKN, "%zu of %zu stores not read", unread,
			frame->board_count);
	str_free(&text);
}

void
wall_draw_counts(
	const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	const struct wall_places *places = &wall->places;
	unsigned width = canvas_width(canvas);

	if (places->stroke > 0)
		draw_letters(places, frame, canvas);
	else if (places->words > 0)
		draw_words(places, frame, canvas);
	if (places->oldest > 0)
		draw_oldest(wall, frame, canvas);
	for (int i = 0; i < 2; i++)
		if (places->rule[i] > 0)
			canvas_fill(canvas, places->rule[i], 0, width, STYLE_RULE,
				canvas_is_ascii(canvas) ? "=" : canvas_line(canvas));
}
