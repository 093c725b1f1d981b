/* SPDX-License-Identifier: MIT
 * The dashboard: the loop over keys, boards and the clock, and the stack of views. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "tui/view.h"

struct config;

/* Runs the dashboard over the configured stores until the user or the terminal ends it.
 * Returns 0 when the user ended it; a signal that ended it is raised again once the
 * terminal was given back, and if that does not end the process, 128 + its number is
 * returned. -1 and err: no terminal (ERR_USAGE, nothing was written), or it went away. */
int app_run(const struct config *config, struct err *err);

/* The same with the wallboard alone. keys: those that scroll and quit do so, and all
 * others nothing; else none does anything. bell: it rings for a new CRIT. */
int app_run_wall(const struct config *config, bool keys, bool bell, struct err *err);

/* --- without a terminal: the loop, tests, and frames for -b --- */

/* Borrowed for the life of the app. */
struct app_setup {
	unsigned width, height;
	bool ascii;
	const char *environment; /* or NULL */
	bool production, read_only;
	const char *read_only_why;
	bool sandboxed; /* the kernel refuses writing, see base/sandbox.h */
	int64_t interval;
	int64_t stale_after; /* 0: three intervals, but at least half a minute */
	enum column_times times;
	const struct zone *zone; /* for TIMES_LOCAL, or NULL */
	bool bell, follow;
	struct actor *actor; /* NULL: nothing can be changed */
	int64_t deaf; /* for so long after a screen was drawn on which text is typed, keys
			 are not taken (microseconds) */
	const struct view_ops *root; /* NULL: the first of views.def */
	const enum action *only; /* what keys can do, ended by ACTION_NONE; NULL: all */
};

/* An app with the first view open and nothing read yet. app_free() it. */
struct app *app_new(const struct app_setup *setup);
void app_free(struct app *app);

/* The newest boards (the app takes references of its own) and the time. While paused the
 * boards are not looked at. */
void
app_update(struct app *app, const struct board *const *boards, size_t count, int64_t now);
/* Who changed what; the app takes a reference of its own. */
void app_take_ledger(struct app *app, const struct ledger *ledger);
/* What the actor answers; taken over. */
void app_take_answer(struct app *app, struct answer *answer);
/* What was drawn last can be seen from now on. True: what was typed before it, on a
 * screen on which text is typed, is to be thrown away. */
bool app_shown(struct app *app);
/* Time went on without us, or the wall clock was set: says so, asks for all stores to be
 * read, and until that was done leaves ages as they were and calls nothing old. `now` as
 * in the next app_update(). */
void app_jumped(struct app *app, const struct clock_jump *jump, int64_t now);
/* The process was stopped and goes on: what was seen before may be another thing now. */
void app_resumed(struct app *app);
/* A key as term.h delivers it. */
void app_key(struct app *app, uint32_t key);
void app_resize(struct app *app, unsigned width, unsigned height);
/* The picture, borrowed until the next call. */
const struct canvas *app_draw(struct app *app);
bool app_ended(const struct app *app);

/* What the views asked for: whose rows the boards shall hold (store NULL: nobody's). */
void app_wanted(const struct app *app, const char **store, struct span *job,
	struct span *partition);

/* What else is to be done outside; text is borrowed until the next call. */
enum app_request_kind {
	APP_NOTHING,
	APP_REFRESH,	   /* read the store text (NULL: all) now */
	APP_SUSPEND_STORE, /* stop polling the store text */
	APP_RESUME_STORE,
	APP_INTERVAL, /* interval is the new one */
	APP_AUDIT,    /* read who changed what */
	APP_COPY,     /* text goes to the clipboard */
	APP_BELL,
	APP_REDRAW, /* paint the whole screen again */
	APP_STOP,   /* ^Z */
};

struct app_request {
	enum app_request_kind kind;
	const char *text;
	int64_t interval;
};

/* The next request, oldest first; false: none. */
bool app_request(struct app *app, struct app_request *out);

#endif
