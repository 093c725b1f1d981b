/* SPDX-License-Identifier: MIT */
#include "tui/menu.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct menu {
	char *title;
	char **choices;
	size_t count, selected;
};

struct menu *
menu_new(const char *title, const char *const *choices, size_t count, size_t selected)
{
	struct menu *menu = mem_new(1, sizeof(*menu));

	menu->title = mem_copy(title, strlen(title));
	menu->choices = mem_new(count + 1, sizeof(*menu->choices));
	for (size_t i = 0; i < count; i++)
		menu->choices[i] = mem_copy(choices[i], strlen(choices[i]));
	menu->count = count;
	menu->selected = selected < count ? selected : 0;
	return menu;
}

void
menu_free(struct menu *menu)
{
	if (menu == NULL)
		return;
	for (size_t i = 0; i < menu->count; i++)
		free(menu->choices[i]);
	free(menu->choices);
	free(menu->title);
	free(menu);
}

size_t
menu_selected(const struct menu *menu)
{
	return menu->selected;
}

const char *
menu_choice(const struct menu *menu)
{
	return menu->choices[menu->selected];
}

enum menu_answer
menu_act(struct menu *menu, enum action action)
{
	size_t last = menu->count > 0 ? menu->count - 1 : 0;

	switch (action) {
	case ACTION_UP:
		if (menu->selected > 0)
			menu->selected--;
		break;
	case ACTION_DOWN:
		if (menu->selected < last)
			menu->selected++;
		break;
	case ACTION_PAGE_UP:
	case ACTION_FIRST: menu->selected = 0; break;
	case ACTION_PAGE_DOWN:
	case ACTION_LAST: menu->selected = last; break;
	case ACTION_OPEN: return menu->count > 0 ? MENU_CHOSEN : MENU_CANCELLED;
	case ACTION_BACK:
	case ACTION_CLOSE:
	case ACTION_QUIT: return MENU_CANCELLED;
	default: break;
	}
	return MENU_OPEN;
}

/* --- drawing --- */

struct border {
	const char *corners[4]; /* top left, top right, bottom left, bottom right */
	const char *side;
};

static const struct border ascii_border = { { "+", "+", "+", "+" }, "|" };
static const struct border line_border = { { "\u250c", "\u2510", "\u2514", "\u2518" },
	"\u2502" };

static unsigned
inner_width(const struct menu *menu)
{
	size_t widest = safe_width(span_of(menu->title)) + 2;

	for (size_t i = 0; i < menu->count; i++) {
		size_t width = safe_width(span_of(menu->choices[i])) + 3;
		if (width > widest)
			widest = width;
	}
	return (unsigned)widest;
}

static void
draw_edge(struct canvas *canvas, unsigned y, unsigned x, unsigned inner,
	const struct border *border, bool bottom)
{
	canvas_fill(canvas, y, x, 1, STYLE_RULE, border->corners[bottom ? 2 : 0]);
	canvas_fill(canvas, y, x + 1, inner, STYLE_RULE, canvas_line(canvas));
	canvas_fill(
		canvas, y, x + inner + 1, 1, STYLE_RULE, border->corners[bottom ? 3 : 1]);
}

void
menu_draw(const struct menu *menu, struct canvas *canvas, unsigned y, unsigned x,
	unsigned height)
{
	const struct border *border =
		canvas_is_ascii(canvas) ? &ascii_border : &line_border;
	unsigned inner = inner_width(menu), width = canvas_width(canvas);
	size_t lines, first = 0;

	if (height < 3 || width < x + 4)
		return;
	if (inner > width - x - 2)
		inner = width - x - 2;
	lines = menu->count < height - 2 ? menu->count : height - 2;
	if (menu->selected >= lines)
		first = menu->selected - lines + 1;
	draw_edge(canvas, y, x, inner, border, false);
	canvas_printf(canvas, y, x + 1, inner, STYLE_RULE, " %s ", menu->title);
	for (size_t i = 0; i < lines; i++) {
		unsigned line = y + 1 + (unsigned)i;
		bool selected = first + i == menu->selected;

		canvas_fill(canvas, line, x, 1, STYLE_RULE, border->side);
		canvas_fill(canvas, line, x + 1, inner, STYLE_PLAIN, " ");
		canvas_printf(canvas, line, x + 1, inner, STYLE_PLAIN, "%c%s",
			selected ? '>' : ' ', menu->choices[first + i]);
		if (selected)
			canvas_attribute(canvas, line, x + 1, inner, CELL_SELECTED);
		canvas_fill(canvas, line, x + inner + 1, 1, STYLE_RULE, border->side);
	}
	draw_edge(canvas, y + 1 + (unsigned)lines, x, inner, border, true);
}
