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
#include "poll/actor.h"
#include "poll/ledger.h"
#include "tui/canvas.h"
#include "tui/keymap.h"

/*
 * What all screens share; owned by the app, read by views. The boards are borrowed: valid
 * until the next update. A view keeps identities (names), never pointers into a board.
 */
struct frame {
	int64_t now; /* the wall clock of this frame: line 1, and nothing that repeats */
	/* What ages in rows and panels are counted to. It stands between two polls, so
	 * that seconds tick in one place only, and it stands still while data is old. */
	int64_t age_now;
	uint64_t generation;		   /* changes with the boards and with age_now */
	const struct board *const *boards; /* one a store */
	size_t board_count;
	struct listing_counts counts;
	const char *environment; /* [env] name, or "" */
	bool production;
	bool read_only;		   /* no handle can write */
	const char *read_only_why; /* who said so */
	bool sandboxed;		   /* … and the kernel refuses it, whatever we try */
	bool can_write;		   /* this program has write actions at all */
	bool ascii;
	enum column_times times;
	const struct zone *zone; /* for TIMES_LOCAL */
	int64_t interval;	 /* between polls; the shortest where stores differ */
	bool interval_chosen;	 /* … by a key, and so that of all stores */
	int64_t stale_after;	 /* data older than this is old: banner */
	bool stale;		 /* nothing at all was read for longer than that */
	bool paused;
	int64_t paused_at;
	bool follow, bell;
	bool hold;	    /* a key came a moment ago: rows stay in their order */
	unsigned heartbeat; /* changes with every poll that came in: | / - \ */
	const struct ledger *ledger;  /* who changed what; NULL: not read yet */
	const char *const *suspended; /* names of the stores that are not polled now */
	size_t suspended_count;
};

enum view_answer {
	VIEW_IGNORED, /* the app may have a meaning for the action */
	VIEW_HANDLED,
	VIEW_CLOSE,
};

struct app;

/* Where a view is opened, and what it looks at. The spans are copied by the app and live
 * as long as the view. */
struct view_target {
	const char *store; /* name; NULL: none */
	struct span job, partition;
};

/* The spans are borrowed; partition none: all of the job. */
typedef void
view_meant_fn(void *arg, struct span store, struct span job, struct span partition);

/* Only name, title, help, state_size, update, draw, act and actions must be set. */
struct view_ops {
	const char *name;  /* "jobs": in tests and --help */
	const char *title; /* "JOBS" */
	const char *help;  /* one line of the manual */
	size_t state_size; /* of the view's state, zeroed by the app */
	bool has_list;	   /* it shows a list of this kind, whose columns its help has */
	enum column_list list;
	bool alone; /* the message line and the line of keys are its own */
	void (*open)(void *state, struct app *app, const struct view_target *target);
	void (*close)(void *state);
	/* New boards, or time went on, or the size changed, or a key was handled: called
	 * before every draw and every act. What was borrowed from boards is gone. Do
	 * little when frame->generation and the size are as before. Width and height are
	 * those of the canvas. */
	void (*update)(
		void *state, const struct frame *frame, unsigned width, unsigned height);
	/* No I/O, no change of state. Draws the lines above parts_body(). */
	void (*draw)(const void *state, const struct frame *frame, struct canvas *canvas);
	/* The frame is app_frame(). */
	enum view_answer (*act)(void *state, struct app *app, enum action action);
	/* The one exception to views that see actions only, for a screen on which text is
	 * typed: every key comes here first. True: it was taken. Keys that were typed
	 * before the screen was seen do not come. */
	bool (*type)(void *state, struct app *app, uint32_t key);
	/* What the actor answers to a wish or a change of this view; may take the plan
	 * out. */
	void (*answered)(void *state, struct app *app, struct answer *answer);
	/* The process was stopped meanwhile, for as long as it may be. */
	void (*resumed)(void *state);
	/* The keys of the footer, most important first, ended by ACTION_NONE. What is
	 * not in it (movement, say) may be acted on all the same. */
	const enum action *actions;
	/* Why an action is off now, or NULL when it is on; for the dim key, its message
	 * and the help. */
	const char *(*off)(
		const void *state, const struct frame *frame, enum action action);
	/* Calls it for each checkpoint (or job: partition none) that is meant now: what
	 * is marked, else what the cursor is on. */
	void (*meant)(const void *state, view_meant_fn *meant, void *arg);
	/* Names what a key would be about where `meant` does not. */
	void (*row)(const void *state, struct str *out);
	/* The text of the filter. */
	const char *(*filter)(const void *state);
	int (*set_filter)(void *state, const char *text, struct err *err);
	/* How many rows are shown, and how many there would be without filter. */
	void (*shown)(const void *state, size_t *shown, size_t *total);
	/* What `y` copies, appended to *out; false: nothing. */
	bool (*copy)(const void *state, struct str *out);
};

/* The list of views: VIEW(name) is view_name in view_name.c; the first one is opened at
 * the start and stays at the bottom. */
#define VIEW(name) extern const struct view_ops view_##name;
#include "tui/views.def"
#undef VIEW

/* All of them, in their order; NULL behind the last. */
const struct view_ops *view_at(size_t index);
/* By name, or NULL. */
const struct view_ops *view_find(const char *name);

/* --- what a view may ask of the app --- */

/* The frame of now; borrowed until the next update. */
const struct frame *app_frame(const struct app *app);

/* Opens another view on top. One that is open already is gone back to, unless it looks at
 * something else. view NULL: says that there is no such screen. */
void
app_open(struct app *app, const struct view_ops *view, const struct view_target *target);
/* Closes the view on top; its state is gone when this returns. */
void app_close(struct app *app);
/* Performs an action as if its key had been pressed: for menus. */
void app_act(struct app *app, enum action action);
/* The same once new boards are there, for what needs rows that are still being read; not
 * if another key is pressed before. */
void app_act_later(struct app *app, enum action action);
/* The view under the one on top, and its state: for the help. NULL: there is none. */
const struct view_ops *app_below(const struct app *app, const void **state);
/* A text for the message line, until the next key. */
void app_message(struct app *app, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Whose rows the boards shall hold while this view is on top (store NULL: nobody's).
 * Said from open(), and again from update() where that becomes something else. */
void
app_interest(struct app *app, const char *store, struct span job, struct span partition);
/* What the view on top means now; nothing where it means no checkpoint. */
void app_meant(const struct app *app, view_meant_fn *meant, void *arg);
/* Who changes what is confirmed; NULL: nobody can. */
struct actor *app_actor(struct app *app);
/* Asks for the reason of what nobody has explained of this row, and has it recorded. */
void app_ask_why_of(struct app *app, const struct board_row *row);
/* Has the audit read, for frame->ledger. */
void app_read_audit(struct app *app);
/* Reads a store now (NULL: all); stops or starts the polling of one. */
void app_refresh(struct app *app, const char *store);
void app_suspend_store(struct app *app, const char *store, bool suspended);

/* A line of text asked for on the message line. The strings are copied; the functions
 * but done may be NULL, and get state. */
struct app_question {
	const char *label; /* "filter: " */
	const char *text;  /* what stands there already */
	const char *hint;  /* "Enter keep, Esc clear" */
	/* At every key stroke. */
	void (*changed)(void *state, struct app *app, const char *text);
	/* The Tab key: makes more of the text. */
	void (*complete)(void *state, struct app *app, struct str *text);
	/* At the end; text NULL: cancelled. false: go on asking. */
	bool (*done)(void *state, struct app *app, const char *text);
	void *state;
};
void app_ask(struct app *app, const struct app_question *question);

/* Offers a choice from a short menu over the view. The texts are copied; done gets index
 * and text of the chosen one, or -1 and NULL. */
typedef void app_choice_fn(void *state, struct app *app, int index, const char *choice);
void app_choose(struct app *app, const char *title, const char *const *choices,
	size_t count, size_t selected, app_choice_fn *done, void *state);

#endif
