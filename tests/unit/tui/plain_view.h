/* SPDX-License-Identifier: MIT
 * An app over a view that only notes what is done with it, and what tests do with both.
 */
#ifndef TESTS_UNIT_TUI_PLAIN_VIEW_H
#define TESTS_UNIT_TUI_PLAIN_VIEW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/app.h"

/* --- a view that only notes what is done with it --- */

struct plain {
	char filter[32];
	struct view_target target;
	bool updated;
};

static unsigned open_views;
static const struct view_ops second;

static inline void
plain_open(void *state, struct app *app, const struct view_target *target)
{
	struct plain *plain = state;

	open_views++;
	plain->target = *target;
	if (target->store != NULL)
		app_interest(app, target->store, target->job, target->partition);
}

static inline void
plain_close(void *state)
{
	(void)state;
	open_views--;
}

static inline void
plain_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	(void)frame, (void)width, (void)height;
	((struct plain *)state)->updated = true;
}

static inline void
plain_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct plain *plain = state;

	canvas_printf(canvas, 0, 0, UINT32_MAX, STYLE_PLAIN, "age %d stale %d hold %d",
		(int)((frame->now - frame->age_now) / SECOND), frame->stale, frame->hold);
	canvas_printf(canvas, 1, 0, UINT32_MAX, STYLE_PLAIN, "jobs %zu filter [%s]",
		frame->counts.jobs, plain->filter);
	canvas_text(canvas, 2, 0, UINT32_MAX, STYLE_PLAIN, plain->target.job);
}

static enum view_answer
plain_act(void *state, struct app *app, enum action action)
{
	static const struct view_target target = { "s", { "x", 1 }, { "0", 1 } };

	assert_true(((struct plain *)state)->updated);
	if (action == ACTION_OPEN)
		app_open(app, &second, &target);
	return action == ACTION_OPEN ? VIEW_HANDLED : VIEW_IGNORED;
}

static const char *
plain_filter(const void *state)
{
	return ((const struct plain *)state)->filter;
}

static int
plain_set_filter(void *state, const char *text, struct err *err)
{
	struct plain *plain = state;

	if (strchr(text, '(') != NULL)
		return err_set(err, ERR_USAGE, "no parentheses here");
	snprintf(plain->filter, sizeof(plain->filter), "%s", text);
	return 0;
}

static inline void
plain_shown(const void *state, size_t *shown, size_t *total)
{
	(void)state;
	*shown = 7;
	*total = 43;
}

static bool
plain_copy(const void *state, struct str *out)
{
	(void)state;
	str_add(out, "orders-daily/7");
	return true;
}

static const char *
plain_off(const void *state, const struct frame *frame, enum action action)
{
	(void)state, (void)frame;
	return action == ACTION_MARK ? "it is a test" : NULL;
}

static const enum action plain_actions[] = { ACTION_OPEN, ACTION_MARK, ACTION_HELP,
	ACTION_CLOSE, ACTION_NONE };

#define PLAIN_OPS(its_name)                                                              \
	.name = its_name, .title = "PLAIN", .help = "",                                  \
	.state_size = sizeof(struct plain), .open = plain_open, .close = plain_close,    \
	.update = plain_update, .draw = plain_draw, .act = plain_act,                    \
	.actions = plain_actions

static const struct view_ops first = { PLAIN_OPS("first"), .filter = plain_filter,
	.set_filter = plain_set_filter, .shown = plain_shown, .copy = plain_copy,
	.off = plain_off };
static const struct view_ops second = { PLAIN_OPS("second") };

/* --- helpers --- */

static inline struct app *
start(void)
{
	static struct app_setup setup;

	setup = (struct app_setup){ .width = 80,
		.height = 24,
		.ascii = true,
		.interval = 5 * SECOND,
		.stale_after = 15 * SECOND,
		.follow = true,
		.bell = true,
		.root = &first };
	return app_new(&setup);
}

static inline void
take(struct app *app, const struct board *board, int seconds)
{
	app_update(app, &board, 1, BOARDS_NOW + seconds * SECOND);
	board_unref(board);
}

/* A poll after so many seconds. */
static inline void
poll_at(struct app *app, int seconds, const char *words)
{
	take(app, board_of("s", BOARDS_NOW + seconds * SECOND, false, words), seconds);
}

static inline void
press(struct app *app, const char *keys)
{
	while (*keys != '\0') {
		size_t len = strcspn(keys, " ");
		app_key(app, keymap_code(keys, len));
		keys += len + (keys[len] == ' ');
	}
}

static inline void
assert_line(struct app *app, unsigned y, const char *expected)
{
	struct str text = { 0 };
	char *at, *end;

	canvas_print(app_draw(app), &text);
	at = text.text;
	while (y-- > 0)
		at = strchr(at, '\n') + 1;
	end = strchr(at, '\n');
	*end = '\0';
	assert_string_equal(at, expected);
	str_free(&text);
}

#define MESSAGE 22

/* Takes the next request, which must be of this kind. */
static inline struct app_request
request(struct app *app, enum app_request_kind kind)
{
	struct app_request request;

	app_request(app, &request);
	assert_int_equal(request.kind, kind);
	return request;
}

#endif
