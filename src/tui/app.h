/* SPDX-License-Identifier: MIT
 * The dashboard: the loop over keys, boards and the clock, and the stack of views. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "config/config.h"
#include "tui/term.h"
#include "tui/view.h"

/* Runs the dashboard over these stores until the user or the terminal ends it. Returns an
 * exit status; messages go to standard error after the terminal was given back. */
int app_run(const struct config *config, struct err *err);

/* --- without a terminal: tests, and frames for -b --- */

struct app_setup {
	unsigned width, height;
	bool ascii;
	const char *environment;
	bool production, read_only;
	const char *read_only_why;
	int64_t interval;
};

/* An app that shows these boards on a canvas of its own. app_free() it. */
struct app *app_new(const struct app_setup *setup);
void app_free(struct app *app);
/* New boards and a new time; the boards are borrowed until the next call. */
void
app_update(struct app *app, const struct board *const *boards, size_t count, int64_t now);
void app_key(struct app *app, uint32_t key);
void app_resize(struct app *app, unsigned width, unsigned height);
const struct canvas *app_draw(struct app *app);
bool app_ended(const struct app *app);
/* What the views asked for: whose rows the boards shall hold (store NULL: nobody's). */
void app_wanted(const struct app *app, const char **store, struct span *job,
	struct span *partition);

#endif
