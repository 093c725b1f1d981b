/* SPDX-License-Identifier: MIT
 * The message line: messages, questions, and the menu. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/app_state.h"
#include "tui/panel.h"
#include "tui/view_parts.h"

void
app_message(struct app *app, enum style style, const char *format, ...)
{
	va_list args;

	str_clear(&app->message);
	va_start(args, format);
	str_addv(&app->message, format, args);
	va_end(args);
	app->message_style = style;
}

/* --- questions --- */

void
app_ask(struct app *app, const struct app_question *question)
{
	prompt_free(app->prompt);
	free(app->hint);
	str_clear(&app->message);
	app->prompt =
		prompt_new(question->label, question->text != NULL ? question->text : "");
	app->hint = question->hint != NULL
			    ? mem_copy(question->hint, strlen(question->hint))
			    : NULL;
	app->question = *question;
	app->asks_filter = false;
}

static void
end_question(struct app *app, const char *text)
{
	struct prompt *prompt = app->prompt;

	/* done() may ask the next question: this one is out of the way by then. */
	app->prompt = NULL;
	str_clear(&app->message);
	bool over = app->question.done(app->question.state, app, text);
	if (!over && app->prompt == NULL)
		app->prompt = prompt;
	else
		prompt_free(prompt);
}

static void
complete(struct app *app)
{
	struct str text = { 0 };

	if (app->question.complete == NULL)
		return;
	str_add(&text, prompt_text(app->prompt));
	app->question.complete(app->question.state, app, &text);
	prompt_set_text(app->prompt, str_text(&text));
	if (app->question.changed != NULL)
		app->question.changed(app->question.state, app, str_text(&text));
	str_free(&text);
}

void
app_prompt_key(struct app *app, uint32_t key)
{
	const struct app_question *question = &app->question;

	switch (prompt_key(app->prompt, key)) {
	case PROMPT_TYPING: break;
	case PROMPT_CHANGED:
		str_clear(&app->message);
		if (question->changed != NULL)
			question->changed(question->state, app, prompt_text(app->prompt));
		break;
	case PROMPT_DONE: end_question(app, prompt_text(app->prompt)); break;
	case PROMPT_CANCELLED: end_question(app, NULL); break;
	case PROMPT_COMPLETE: complete(app); break;
	}
}

/* --- the filter --- */

/* Applies the text; what is not understood is said and leaves the list as it was. */
static bool
filter_set(struct app *app, const char *text)
{
	struct open_view *view = app_top(app);
	struct err err = { 0 };

	if (view->ops->set_filter(view->state, text, &err) == 0)
		return true;
	app_message(app, STYLE_ERROR, "%s", err.text);
	return false;
}

static void
filter_changed(void *state, struct app *app, const char *text)
{
	(void)state;
	filter_set(app, text);
}

static bool
filter_done(void *state, struct app *app, const char *text)
{
	(void)state;
	return filter_set(app, text != NULL ? text : "");
}

void
app_ask_filter(struct app *app)
{
	struct open_view *view = app_top(app);
	const struct app_question question = {
		.label = "filter: ",
		.text = view->ops->filter(view->state),
		.hint = "Enter keep, Esc clear",
		.changed = filter_changed,
		.done = filter_done,
	};

	app_ask(app, &question);
	app->asks_filter = true;
}

/* --- the menu --- */

void
app_choose(struct app *app, const char *title, const char *const *choices, size_t count,
	size_t selected, app_choice_fn *done, void *state)
{
	menu_free(app->menu);
	app->menu = menu_new(title, choices, count, selected);
	app->menu_done = done;
	app->menu_state = state;
}

void
app_menu_key(struct app *app, uint32_t key)
{
	struct menu *menu = app->menu;
	enum menu_answer answer = menu_act(menu, keymap_action(key));

	str_clear(&app->message);
	if (answer == MENU_OPEN)
		return;
	/* done() may open the next one. */
	app->menu = NULL;
	if (answer == MENU_CHOSEN)
		app->menu_done(app->menu_state, app, (int)menu_selected(menu),
			menu_choice(menu));
	else
		app->menu_done(app->menu_state, app, -1, NULL);
	menu_free(menu);
}

/* --- drawing --- */

static void
draw_question(struct app *app, unsigned y, unsigned width)
{
	struct open_view *view = app_top(app);
	unsigned used = prompt_draw(app->prompt, app->canvas, y, 1, width - 1);
	unsigned x = 1 + used + 3;
	size_t shown = 0, total = 0;

	if (app->message.len > 0) {
		canvas_text(app->canvas, y, x, width, app->message_style,
			str_span(&app->message));
		return;
	}
	if (app->asks_filter && view->ops->shown != NULL) {
		view->ops->shown(view->state, &shown, &total);
		x += canvas_printf(app->canvas, y, x, width, STYLE_MESSAGE,
			"%zu of %zu shown", shown, total);
		x += 3;
	}
	canvas_text(app->canvas, y, x, width, STYLE_PLAIN, span_of(app->hint));
}

static void
draw_paused(struct app *app, unsigned y, unsigned width)
{
	struct frame *frame = &app->frame;
	struct str text = { 0 };

	str_add(&text, "PAUSED ");
	duration_add(&text, (app->clock - frame->paused_at) / SECOND * SECOND);
	str_add(&text, " at ");
	parts_add_time(&text, frame->paused_at, frame, "%H:%M:%S");
	str_add(&text, " - data is still read; p = go on");
	canvas_text(app->canvas, y, 1, width, STYLE_BANNER, str_span(&text));
	str_free(&text);
}

static void
draw_stale(struct app *app, unsigned y, unsigned width)
{
	struct frame *frame = &app->frame;
	struct str text = { 0 };

	str_add(&text, "DATA IS OLD: nothing read for ");
	duration_add(&text, (frame->now - frame->age_now) / SECOND * SECOND);
	str_add(&text, " (last good ");
	parts_add_time(&text, frame->age_now, frame, "%H:%M:%S");
	str_add(&text, "); ages are of then");
	canvas_text(app->canvas, y, 1, width, STYLE_BANNER, str_span(&text));
	str_free(&text);
}

/* How much of the screen a message may cover that is longer than its line. */
#define MESSAGE_SHARE 3

static struct span
behind(struct span text, size_t length)
{
	return span_trim((struct span){ text.at + length, text.len - length });
}

/* Over as many lines as it takes, upwards from its own: its end says what to do next. */
static void
draw_message(struct app *app, unsigned y, unsigned width)
{
	unsigned most = canvas_height(app->canvas) / MESSAGE_SHARE, lines = 0;
	unsigned room = width > 1 ? width - 1 : 1;
	struct span text = str_span(&app->message), left = text;

	most = most > 0 && y + 1 >= most ? most : 1;
	do {
		left = behind(left, panel_line_length(left, room));
		lines++;
	} while (left.len > 0 && lines < most);
	for (unsigned i = 0; i < lines; i++) {
		size_t length = i + 1 < lines ? panel_line_length(text, room) : text.len;

		canvas_fill(app->canvas, y + 1 + i - lines, 0, width, STYLE_PLAIN, " ");
		canvas_text(app->canvas, y + 1 + i - lines, 1, width, app->message_style,
			(struct span){ text.at, length });
		text = behind(text, length);
	}
}

/* The message line is the view's where there is nothing to say. */
void
app_draw_message(struct app *app)
{
	unsigned width = canvas_width(app->canvas), height = canvas_height(app->canvas);
	unsigned y = parts_body(height);
	bool speaks = app->prompt != NULL || app->message.len > 0 || app->frame.paused ||
		      app->frame.stale;

	if (!speaks || height == 0 || width == 0)
		return;
	/* On a screen without message line it covers the last line. */
	if (y >= height)
		y = height - 1;
	canvas_fill(app->canvas, y, 0, width, STYLE_PLAIN, " ");
	if (app->prompt != NULL)
		draw_question(app, y, width);
	else if (app->message.len > 0)
		draw_message(app, y, width);
	else if (app->frame.paused)
		draw_paused(app, y, width);
	else
		draw_stale(app, y, width);
}
