/* SPDX-License-Identifier: MIT
 * From keys to actions: what the app itself does with those that no view wants. */
#include <stdlib.h>
#include <string.h>

#include "tui/app_state.h"
#include "tui/change_view.h"
#include "tui/view_parts.h"

/* --- the app's own actions --- */

static void
act_help(struct app *app)
{
	app_open(app, view_find("help"), NULL);
}

static void
act_stores(struct app *app)
{
	app_open(app, view_find("stores"), NULL);
}

static void
act_audit(struct app *app)
{
	app_open(app, view_find("audit"), NULL);
}

static void
act_wall(struct app *app)
{
	app_open(app, view_find("wall"), NULL);
}

static void
act_reset(struct app *app)
{
	change_open(app, WISH_RESET, SPAN_NONE, SPAN_NONE);
}

static void
act_delete(struct app *app)
{
	change_open(app, WISH_DELETE, SPAN_NONE, SPAN_NONE);
}

static void
act_quit(struct app *app)
{
	app->ended = true;
}

static void
act_back(struct app *app)
{
	struct open_view *view = app_top(app);
	struct err err = { 0 };

	if (view->ops->filter != NULL && view->ops->filter(view->state)[0] != '\0')
		view->ops->set_filter(view->state, "", &err);
	else if (app->view_count > 1)
		app_close_top(app);
	else
		app_message(app, STYLE_MESSAGE, "this is the first screen; q quits");
}

static void
act_filter(struct app *app)
{
	if (app_top(app)->ops->filter != NULL)
		app_ask_filter(app);
	else
		app_message(app, STYLE_MESSAGE, "there is nothing to filter here");
}

static void
act_pause(struct app *app)
{
	app->frame.paused = !app->frame.paused;
	app->frame.paused_at = app->clock;
}

static void
act_follow(struct app *app)
{
	app->frame.follow = !app->frame.follow;
	app_message(app, STYLE_MESSAGE,
		app->frame.follow ? "the cursor stays on its row, wherever that moves"
				  : "the cursor stays on its line");
}

static void
act_bell(struct app *app)
{
	app->frame.bell = !app->frame.bell;
	app_message(app, STYLE_MESSAGE, "bell %s", app->frame.bell ? "on" : "off");
}

static void
act_refresh(struct app *app)
{
	app_refresh(app, NULL);
	app_message(app, STYLE_MESSAGE, "reading all stores now");
}

static void
act_redraw(struct app *app)
{
	app_queue(app, APP_REDRAW, NULL);
}

static void
act_suspend(struct app *app)
{
	app_queue(app, APP_STOP, NULL);
}

static void
act_times(struct app *app)
{
	static const char *const texts[] = {
		[TIMES_UTC] = "times are in UTC",
		[TIMES_LOCAL] = "times are in the local zone",
		[TIMES_RELATIVE] = "times are told as ages",
	};
	enum column_times times = (enum column_times)((app->frame.times + 1) % 3);

	if (times == TIMES_LOCAL && app->frame.zone == NULL)
		times = TIMES_RELATIVE;
	app->frame.times = times;
	app_changed(app);
	app_message(app, STYLE_MESSAGE, "%s", texts[times]);
}

static void
change_interval(struct app *app, bool slower)
{
	static const int64_t seconds[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300 };
	size_t count = sizeof(seconds) / sizeof(seconds[0]);
	int64_t now = app->frame.interval, next = now;

	for (size_t i = 0; i < count; i++) {
		size_t at = slower ? i : count - 1 - i;
		int64_t step = seconds[at] * SECOND;
		if (slower ? step > now : step < now) {
			next = step;
			break;
		}
	}
	if (next == now) {
		app_message(app, STYLE_MESSAGE,
			slower ? "this is the longest interval"
			       : "this is the shortest interval");
		return;
	}
	app_set_interval(app, next);
	app_queue(app, APP_INTERVAL, NULL);
	app_message(app, STYLE_MESSAGE, "the stores are read every %d s",
		(int)(next / SECOND));
}

static void
act_slower(struct app *app)
{
	change_interval(app, true);
}

static void
act_faster(struct app *app)
{
	change_interval(app, false);
}

static void
act_copy(struct app *app)
{
	struct open_view *view = app_top(app);
	struct str text = { 0 };

	if (view->ops->copy != NULL && view->ops->copy(view->state, &text)) {
		app_queue(app, APP_COPY, str_text(&text));
		app_message(app, STYLE_MESSAGE, "copied: %s", str_text(&text));
	} else {
		app_message(app, STYLE_MESSAGE, "there is nothing to copy here");
	}
	str_free(&text);
}

static void (*const own_actions[ACTIONS])(struct app *app) = {
	[ACTION_HELP] = act_help,
	[ACTION_JOBS] = app_close_all,
	[ACTION_STORES] = act_stores,
	[ACTION_AUDIT] = act_audit,
	[ACTION_WALL] = act_wall,
	[ACTION_RESET] = act_reset,
	[ACTION_DELETE] = act_delete,
	[ACTION_ACKNOWLEDGE] = app_ask_why,
	[ACTION_QUIT] = act_quit,
	[ACTION_CLOSE] = app_close,
	[ACTION_BACK] = act_back,
	[ACTION_FILTER] = act_filter,
	[ACTION_PAUSE] = act_pause,
	[ACTION_FOLLOW] = act_follow,
	[ACTION_BELL] = act_bell,
	[ACTION_REFRESH] = act_refresh,
	[ACTION_REDRAW] = act_redraw,
	[ACTION_SUSPEND] = act_suspend,
	[ACTION_TIMES] = act_times,
	[ACTION_SLOWER] = act_slower,
	[ACTION_FASTER] = act_faster,
	[ACTION_COPY] = act_copy,
	[ACTION_GO] = app_ask_go,
};

/* --- keys --- */

/* What would be done to the wrong one, if that is another one than was seen. */
static bool
is_of_a_row(enum action action)
{
	return action == ACTION_RESET || action == ACTION_DELETE || action == ACTION_UNDO;
}

void
app_act(struct app *app, enum action action)
{
	struct open_view *view = app_top(app);
	const char *off = NULL;
	char key[12];

	app_update_top(app);
	if (is_of_a_row(action) && app_row_is_new(app)) {
		app_message(app, STYLE_ERROR,
			"what the cursor is on became another one just now; look, and "
			"press %s again",
			keymap_first(action, key));
		return;
	}
	off = parts_off(view->ops, view->state, &app->frame, action);
	if (off != NULL) {
		app_message(app, STYLE_MESSAGE, "%s (%s) is off: %s",
			keymap_first(action, key), keymap_word(action), off);
		return;
	}
	/* Opening a view moves the stack, so the view is not looked at afterwards. */
	switch (view->ops->act(view->state, app, action)) {
	case VIEW_HANDLED: return;
	case VIEW_CLOSE: app_close(app); return;
	case VIEW_IGNORED: break;
	}
	if (own_actions[action] != NULL)
		own_actions[action](app);
	else
		app_message(app, STYLE_MESSAGE, "%s (%s) has no meaning on this screen",
			keymap_first(action, key), keymap_word(action));
}

void
app_act_later(struct app *app, enum action action)
{
	app->later = action;
}

void
app_act_now(struct app *app)
{
	enum action action = app->later;

	if (action == ACTION_NONE)
		return;
	app->later = ACTION_NONE;
	str_clear(&app->message);
	app_act(app, action);
}

static void
command_key(struct app *app, uint32_t key)
{
	enum action action = keymap_action(key);
	char name[12];

	str_clear(&app->message);
	if (action != ACTION_NONE) {
		app_act(app, action);
		return;
	}
	keymap_name(key, name);
	app_message(app, STYLE_MESSAGE, "%s%sno command; ? shows the keys", name,
		name[0] != '\0' ? " is " : "");
}

/* Text that is pasted where nothing was asked for: never a command. */
static bool
is_stray_paste(struct app *app, uint32_t key)
{
	if (key == KEY_CODE_PASTE_START) {
		app->pasting = true;
		app_message(app, STYLE_MESSAGE,
			"pasted text is not taken for commands; press / or : first");
		return true;
	}
	if (key == KEY_CODE_PASTE_END)
		app->pasting = false;
	return app->pasting || key == KEY_CODE_PASTE_END;
}

static bool
is_listed(const enum action *actions, enum action action)
{
	while (*actions != ACTION_NONE && *actions != action)
		actions++;
	return *actions == action && action != ACTION_NONE;
}

/* Where only some actions are to be had, a key of another one is no key, pasted or not.
 */
static bool
is_deaf_to(struct app *app, uint32_t key)
{
	if (app->only == NULL)
		return false;
	if (key == KEY_CODE_PASTE_START || key == KEY_CODE_PASTE_END)
		app->pasting = key == KEY_CODE_PASTE_START;
	return app->pasting || !is_listed(app->only, keymap_action(key));
}

/* Whatever was typed before somebody could see what it would do is nobody's answer to it.
 * To leave is always possible. */
static bool
is_too_early(const struct app *app, const struct open_view *view, uint32_t key)
{
	if (key == KEY_CODE_ESCAPE || key == ('C' & 0x1f))
		return false;
	return app->deaf > 0 && (view->shown_at == TIME_NONE ||
					clock_monotonic() - view->shown_at < app->deaf);
}

static bool
is_typed(struct app *app, uint32_t key)
{
	struct open_view *view = app_top(app);

	if (view->ops->type == NULL || app->menu != NULL)
		return false;
	app_update_top(app);
	return is_too_early(app, view, key) || view->ops->type(view->state, app, key);
}

void
app_key(struct app *app, uint32_t key)
{
	if (key == KEY_CODE_GONE)
		app->ended = true;
	if (key == KEY_CODE_NONE || key == KEY_CODE_RESIZE || app->ended ||
		is_deaf_to(app, key))
		return;
	app->key_at = app->clock;
	app->frame.hold = true;
	app->later = ACTION_NONE;
	if (app->prompt != NULL && !app->pasting)
		app_prompt_key(app, key);
	else if (is_typed(app, key) || is_stray_paste(app, key))
		return;
	else if (app->menu != NULL)
		app_menu_key(app, key);
	else
		command_key(app, key);
}
