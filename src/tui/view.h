/* SPDX-License-Identifier: MIT
 * What a screen is: state, update from boards, const draw into memory, actions. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/board.h"
#include "model/column.h"
#include "model/listing.h"
#include "tui/canvas.h"
#include "tui/keymap.h"

/*
 * What all screens share; owned by the app, read by views. The boards are borrowed: valid
 * until the next update. A view keeps identities (names), never pointers into a board.
 */
struct frame {
	int64_t now;			   /* the wall clock of this frame */
	const struct board *const *boards; /* one a store */
	size_t board_count;
	struct listing_counts counts;
	const char *environment; /* [env] name, or "" */
	bool production;
	bool read_only;		   /* no handle can write */
	const char *read_only_why; /* who said so */
	bool can_write;		   /* this program has write actions at all */
	bool ascii;
	enum column_times times;
	const struct zone *zone; /* for TIMES_LOCAL */
	int64_t interval;	 /* between polls */
	int64_t stale_after;	 /* data older than this is old: banner */
	bool paused;
	int64_t paused_at;
	bool follow, bell;
	unsigned heartbeat; /* changes with every poll that came in: | / - \ */
};

enum view_answer {
	VIEW_IGNORED, /* the app may have a meaning for the action */
	VIEW_HANDLED,
	VIEW_CLOSE,
};

struct app;

/* Where a view is opened, and what it looks at. The spans are copied by the app. */
struct view_target {
	const char *store; /* name; NULL: none */
	struct span job, partition;
};

struct view_ops {
	const char *name;  /* "jobs": in tests and --help */
	const char *title; /* "JOBS" */
	const char *help;  /* one line of the manual */
	size_t state_size; /* of the view's state, zeroed by the app */
	void (*open)(void *state, struct app *app, const struct view_target *target);
	void (*close)(void *state);
	/* New boards, or time went on, or the size changed. height: rows of the canvas.
	 */
	void (*update)(
		void *state, const struct frame *frame, unsigned width, unsigned height);
	/* No I/O, no change of state. Draws all lines but the message and the key line.
	 */
	void (*draw)(const void *state, const struct frame *frame, struct canvas *canvas);
	enum view_answer (*act)(void *state, struct app *app, enum action action);
	/* The keys of the footer, most important first, ended by ACTION_NONE. */
	const enum action *actions;
	/* Why an action is off now, or NULL when it is on; for the dim key and its
	 * message. */
	const char *(*off)(
		const void *state, const struct frame *frame, enum action action);
	/* The text of the filter, or NULL for a view without one. */
	const char *(*filter)(const void *state);
	void (*set_filter)(void *state, const char *text, struct err *err);
	/* What `y` copies, appended to *out; false: nothing. */
	bool (*copy)(const void *state, struct str *out);
};

/* The list of views: VIEW(name) is view_name in view_name.c. */
#define VIEW(name) extern const struct view_ops view_##name;
#include "tui/views.def"
#undef VIEW

/* --- what a view may ask of the app --- */

/* Opens another view on top. */
void
app_open(struct app *app, const struct view_ops *view, const struct view_target *target);
/* A text for the message line, until the next key. */
void app_message(struct app *app, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Whose rows the boards shall hold. */
void
app_interest(struct app *app, const char *store, struct span job, struct span partition);
/* Reads a store now (NULL: all); stops or starts the polling of one. */
void app_refresh(struct app *app, const char *store);
void app_suspend_store(struct app *app, const char *store, bool suspended);
/* Asks for a line of text on the message line; done is called with it, or with NULL when
 * it was cancelled. changed (may be NULL) is called at every key stroke. */
typedef void app_prompt_fn(void *state, struct app *app, const char *text);
void app_prompt(struct app *app, const char *label, const char *text,
	app_prompt_fn *changed, app_prompt_fn *done, void *state);
/* Offers a choice from a short menu on the message line or over the view; done gets the
 * index, or -1. */
typedef void app_choice_fn(void *state, struct app *app, int index);
void app_choose(struct app *app, const char *label, const char *const *choices,
	size_t count, int selected, app_choice_fn *done, void *state);

/* --- parts that views share (view_parts.c) --- */

/* Lines 1 and 2: what is wrong and since when; can the data be trusted. Returns lines
 * used. */
unsigned parts_header(const struct frame *frame, struct canvas *canvas);
/* The last line: the keys of the view, dim where off; and the message line above it
 * belongs to the app. */
void parts_footer(const struct view_ops *view, const void *state,
	const struct frame *frame, struct canvas *canvas);

#endif
