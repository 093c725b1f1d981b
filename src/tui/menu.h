/* SPDX-License-Identifier: MIT
 * A short menu over a view. */
#ifndef TUI_MENU_H
#define TUI_MENU_H

#include "tui/canvas.h"
#include "tui/keymap.h"

struct menu;

/* The texts are copied. menu_free() it. */
struct menu *
menu_new(const char *title, const char *const *choices, size_t count, size_t selected);
void menu_free(struct menu *menu);

enum menu_answer { MENU_OPEN, MENU_CHOSEN, MENU_CANCELLED };
enum menu_answer menu_act(struct menu *menu, enum action action);
size_t menu_selected(const struct menu *menu);
const char *menu_choice(const struct menu *menu);

/* A box at y, x of at most height lines; never larger than the canvas. */
void menu_draw(const struct menu *menu, struct canvas *canvas, unsigned y, unsigned x,
	unsigned height);

#endif
