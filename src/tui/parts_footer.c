/* SPDX-License-Identifier: MIT
 * The last line: keys and what they do. */
#include <string.h>

#include "base/utf8.h"
#include "tui/parts_pen.h"
#include "tui/view_parts.h"

/* What always finds room: how to get help, and how to get out. */
static bool
is_reserved(enum action action)
{
	return action == ACTION_HELP || action == ACTION_BACK || action == ACTION_CLOSE;
}

/* "Enter open", "< > sort column": the width of a key and its word. */
static unsigned
entry_width(enum action action)
{
	char key[12];

	return (unsigned)(safe_width(span_of(keymap_first(action, key))) + 1 +
			  safe_width(span_of(keymap_word(action))));
}

/*
 * How many of the actions that are not reserved find room beside those that are, with so
 * many cells between entries.
 */
static size_t
count_fitting(const enum action *actions, unsigned width, unsigned gap, bool *all)
{
	unsigned used = 1;
	size_t count = 0;

	*all = true;
	for (size_t i = 0; actions[i] != ACTION_NONE; i++)
		if (is_reserved(actions[i]))
			used += entry_width(actions[i]) + gap;
	for (size_t i = 0; actions[i] != ACTION_NONE; i++) {
		if (is_reserved(actions[i]))
			continue;
		used += entry_width(actions[i]) + gap;
		if (used > width + gap) {
			*all = false;
			break;
		}
		count++;
	}
	return count;
}

static void
draw_entry(struct parts_pen *pen, enum action action, bool off)
{
	char key[12];

	pen_text(pen, off ? STYLE_KEY_OFF : STYLE_KEY, keymap_first(action, key));
	pen_text(pen, off ? STYLE_KEY_OFF : STYLE_KEY_TEXT, " ");
	pen_text(pen, off ? STYLE_KEY_OFF : STYLE_KEY_TEXT, keymap_word(action));
}

const char *
parts_off(const struct view_ops *view, const void *state, const struct frame *frame,
	enum action action)
{
	bool writes = action == ACTION_RESET || action == ACTION_DELETE ||
		      action == ACTION_UNDO || action == ACTION_ACKNOWLEDGE;

	/* Whoever may not write leaves no file either. */
	writes |= action == ACTION_EXPORT;
	if (writes && frame->read_only)
		return frame->read_only_why != NULL ? frame->read_only_why : "read-only";
	if (writes && !frame->can_write)
		return action == ACTION_EXPORT ? "nothing can be written from here"
					       : "nothing can be changed from here";
	return view->off != NULL ? view->off(state, frame, action) : NULL;
}

void
parts_footer(const struct view_ops *view, const void *state, const struct frame *frame,
	struct canvas *canvas)
{
	unsigned width = canvas_width(canvas), height = canvas_height(canvas), gap = 2;
	struct parts_pen pen = { canvas, height - 1, 1, width };
	size_t fitting;
	bool all, first = true;

	if (parts_body(height) >= height)
		return;
	fitting = count_fitting(view->actions, width, gap, &all);
	if (!all)
		fitting = count_fitting(view->actions, width, --gap, &all);
	for (size_t i = 0; view->actions[i] != ACTION_NONE; i++) {
		enum action action = view->actions[i];

		if (!is_reserved(action) && fitting == 0)
			continue;
		fitting -= !is_reserved(action);
		if (!first)
			pen.x += gap;
		first = false;
		draw_entry(&pen, action, parts_off(view, state, frame, action) != NULL);
	}
}
