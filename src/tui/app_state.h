/* SPDX-License-Identifier: MIT
 * What the app knows; for the files app*.c only. */
#ifndef TUI_APP_STATE_H
#define TUI_APP_STATE_H

#include "tui/app.h"
#include "tui/app_bell.h"
#include "tui/menu.h"
#include "tui/prompt.h"

/* A copied target. */
struct kept_target {
	char *store;
	struct str job, partition;
	bool has_job, has_partition;
};

struct open_view {
	const struct view_ops *ops;
	void *state;
	struct kept_target target, interest;
	int64_t shown_at; /* clock_monotonic() of the first time, TIME_NONE */
};

struct queued_request {
	enum app_request_kind kind;
	char *text;
	int64_t interval;
};

struct app {
	struct frame frame;
	struct canvas *canvas;
	bool ended;
	struct actor *actor;
	int64_t deaf;
	const enum action *only; /* what keys can do; NULL: all */

	struct open_view *views; /* the last is on top; never empty */
	size_t view_count;

	const struct board **boards; /* with a reference each */
	int64_t stale_after;	     /* as it was configured, 0: not */
	int64_t interval;	     /* the shortest that a store is configured for */
	int64_t chosen_interval;     /* of all stores, by a key; 0: none was */
	int64_t clock;		     /* frame.now, but it goes on while paused */
	int64_t key_at;		     /* when the last key came, TIME_NONE */
	int64_t jumped_at;	     /* after the last app_jumped(), TIME_NONE */
	struct app_bell bell;

	struct str row; /* what a key would be about, before new boards came */
	int64_t row_at; /* when that became something else, clock_monotonic(), TIME_NONE
			 */

	struct str message;
	enum style message_style;
	enum action later; /* what waits for new boards, or ACTION_NONE */
	bool pasting;	   /* text that nobody asked for is being pasted */

	struct prompt *prompt; /* NULL: nothing is asked */
	struct app_question question;
	char *hint;
	bool asks_filter;

	struct asked_word *word; /* what somebody is to say the reason of; NULL */

	struct menu *menu; /* NULL: none is open */
	app_choice_fn *menu_done;
	void *menu_state;

	struct str go_job, go_partition; /* where `:` goes when its store is chosen */
	bool go_has_partition;

	char **suspended;
	struct queued_request *requests;
	size_t request_count;
	char *request_text; /* of the last one taken */
};

/* app_views.c */
struct open_view *app_top(struct app *app);
void
app_push(struct app *app, const struct view_ops *ops, const struct view_target *target);
void app_close_top(struct app *app);
/* Back to the first view. */
void app_close_all(struct app *app);

/* app.c */
void app_queue(struct app *app, enum app_request_kind kind, const char *text);
/* Of all stores, from now on. */
void app_set_interval(struct app *app, int64_t interval);
/* Lets the view on top take the boards of now; those it took before may be gone. */
void app_update_top(struct app *app);
/* Ages, times or boards look different now. */
void app_changed(struct app *app);

/* app_ask.c */
void app_prompt_key(struct app *app, uint32_t key);
void app_menu_key(struct app *app, uint32_t key);
void app_draw_message(struct app *app);
void app_ask_filter(struct app *app);

/* app_act.c */
/* New boards are there: performs what waits for them. */
void app_act_now(struct app *app);

/* app_row.c */
/* Around the taking of new boards, or another ledger: whether what is meant is something
 * else then. */
void app_row_keep(struct app *app);
void app_row_compare(struct app *app);
/* It became so a moment ago, and nobody can mean it yet. */
bool app_row_is_new(const struct app *app);

/* app_go.c */
void app_ask_go(struct app *app);

/* app_word.c */
void app_ask_why(struct app *app);
void app_forget_word(struct app *app);

#endif
