/* SPDX-License-Identifier: MIT
 * The dialog that changes checkpoints. What it is about is frozen when it opens; the
 * actor looks every second what the wish would do now, and only what was looked at, read
 * and confirmed is handed to it to be done, once. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/change_view.h"
#include "tui/view_parts.h"

/* What changes what is to be typed was not seen by somebody who types faster, */
#define UNSEEN (300 * MILLISECOND)
/* and neither were other rows by somebody who presses the button faster. */
#define UNREAD (500 * MILLISECOND)
/* Keys closer than this are no person's, and this many of them are a paste. */
#define PASTED_WITHIN (8 * MILLISECOND)
#define PASTED_KEYS   3
/* The key that opened the dialog may still be held for so long. */
#define HELD SECOND

/* --- what it is about --- */

const struct board_row *
change_row(const struct frame *frame, const char *store, struct key key)
{
	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board *board = frame->boards[i];

		if (strcmp(board->store.name, store) != 0)
			continue;
		for (size_t j = 0; j < board->row_count; j++)
			if (key_equal(board->rows[j].key, key))
				return &board->rows[j];
	}
	return NULL;
}

static const struct board *
find_board(const struct dialog *change, const struct frame *frame)
{
	for (size_t i = 0; i < frame->board_count; i++)
		if (strcmp(frame->boards[i]->store.name, change->store) == 0)
			return frame->boards[i];
	return NULL;
}

static void
add_key(struct dialog *change, struct key key)
{
	change->keys =
		mem_resize(change->keys, change->key_count + 1, sizeof(*change->keys));
	change->keys[change->key_count++] = (struct key){
		arena_span(change->arena, key.job),
		arena_span(change->arena, key.partition),
	};
}

static void
take_meant(void *arg, struct span store, struct span job, struct span partition)
{
	struct dialog *change = arg;

	(void)store;
	if (partition.at == NULL)
		change->whole = true;
	else
		add_key(change, (struct key){ job, partition });
}

/* All partitions that are there, once their rows are known. */
static void
freeze(struct dialog *change, const struct frame *frame)
{
	const struct board *board = find_board(change, frame);

	for (size_t i = 0; board != NULL && i < board->job_count; i++) {
		const struct board_job *job = &board->jobs[i];

		if (!span_equal(job->job, change->job) || job->rows == NULL)
			continue;
		for (size_t j = 0; j < job->partitions; j++)
			if (job->rows[j]->finding != FINDING_LOST)
				add_key(change, job->rows[j]->key);
		change->worst = (struct key){ change->job,
			arena_span(change->arena, job->worst->key.partition) };
		change->is_frozen = change->dirty = true;
	}
}

/* What the operation was, as the audit tells: its job is watched from now on, because it
 * may run. */
static void
find_operation(struct dialog *change, const struct frame *frame)
{
	const struct ledger *ledger = frame->ledger;
	struct str text = { 0 };

	for (size_t i = 0; ledger != NULL && i < ledger->count; i++) {
		const struct audit_entry *entry = &ledger->entries[i];

		if (!span_equal(entry->op, change->op) ||
			!span_is(entry->store, change->store) ||
			entry->key.partition.at == NULL)
			continue;
		add_key(change, entry->key);
		if (change->key_count > 1)
			continue;
		change->job = change->keys[0].job;
		str_addf(&text, "%.*s by %.*s, ", (int)entry->action.len,
			entry->action.at, (int)entry->who.len, entry->who.at);
		parts_add_time(&text, entry->at, frame, "%F %H:%M:%S %Z");
		if (entry->reason.len > 0)
			str_addf(&text, ": %.*s", (int)entry->reason.len,
				entry->reason.at);
		change->undone = arena_span(change->arena, str_span(&text));
	}
	str_free(&text);
}

static void
open_for(struct dialog *change, struct app *app, const struct view_target *target,
	enum wish_kind kind)
{
	const void *below;
	const struct view_ops *ops = app_below(app, &below);

	change->app = app;
	change->kind = kind;
	change->opened_at = clock_monotonic();
	change->serial = (uint64_t)change->opened_at;
	change->arena = arena_new();
	change->store = target->store;
	change->focus = FOCUS_CANCEL;
	change->moved_at = clock_monotonic() - UNREAD;
	for (size_t i = 0; i < CHANGE_FIELDS; i++)
		change->fields[i] = prompt_new("", "");
	change->dirty = true;
	if (kind == WISH_UNDO) {
		change->op = target->job;
		find_operation(change, app_frame(app));
	} else {
		change->job = target->job;
		ops->meant(below, take_meant, change);
	}
	change->is_frozen = !change->whole;
	app_interest(app, change->store, change->job, SPAN_NONE);
}

#define OPEN(name, kind)                                                                 \
	static void name(void *state, struct app *app, const struct view_target *target) \
	{                                                                                \
		open_for(state, app, target, kind);                                      \
	}

OPEN(open_reset, WISH_RESET)
OPEN(open_delete, WISH_DELETE)
OPEN(open_undo, WISH_UNDO)

static void
change_close(void *state)
{
	struct dialog *change = state;

	if (!change->is_writing)
		actor_forget(app_actor(change->app));
	for (size_t i = 0; i < CHANGE_FIELDS; i++)
		prompt_free(change->fields[i]);
	if (change->board != NULL)
		board_unref(change->board);
	plan_free(change->plan);
	str_free(&change->phrase);
	arena_free(change->arena);
	arena_free(change->body_arena);
	free(change->keys);
	free(change->first);
	free(change->stopped);
	free(change->lines);
}

/* --- asking the actor --- */

static struct span
typed(const struct dialog *change, enum change_focus focus)
{
	return span_trim(span_of(prompt_text(change->fields[focus])));
}

static void
ask(struct dialog *change, const struct frame *frame)
{
	const struct board *board = find_board(change, frame);
	const struct actor_wish wish = {
		.serial = change->serial,
		.revision = change->revision,
		.store = change->store,
		.kind = change->kind,
		.keys = change->keys,
		.key_count = change->key_count,
		.target = typed(change, FOCUS_TO),
		.reason = typed(change, FOCUS_REASON),
		.undo_of = change->op,
		.while_running = span_is(typed(change, FOCUS_RUNNING), CHANGE_RUNNING),
		.accepted = plan_hazards_typed(typed(change, FOCUS_HAZARD)),
		.board = board,
		.stale_after = frame->stale_after,
	};

	if (!change->is_frozen || change->is_writing ||
		(!change->dirty && board == change->board))
		return;
	if (change->board != NULL)
		board_unref(change->board);
	change->board = board != NULL ? board_ref(board) : NULL;
	change->dirty = false;
	actor_look(app_actor(change->app), &wish);
}

/* --- drawing --- */

static void
change_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct dialog *change = state;
	unsigned body_width;

	change->width = width;
	change->height = height;
	if (!change->is_frozen)
		freeze(change, frame);
	ask(change, frame);
	change->room = change_body_room(change, &body_width);
	change_make_body(change, frame, body_width);
	if (change->top + change->room > change->line_count)
		change->top = change->line_count > change->room
				      ? change->line_count - change->room
				      : 0;
	change->was_read |= change->plan != NULL && change->room > 0 &&
			    change->top + change->room >= change->line_count;
}

/* --- keys --- */

static void
scroll(struct dialog *change, ptrdiff_t by)
{
	size_t last =
		change->line_count > change->room ? change->line_count - change->room : 0;

	if (by < 0)
		change->top -= change->top < (size_t)-by ? change->top : (size_t)-by;
	else
		change->top =
			last - change->top < (size_t)by ? last : change->top + (size_t)by;
}

/* To the next one that is there, or back. */
static void
move_focus(struct dialog *change, bool back)
{
	unsigned step = back ? FOCUSES - 1 : 1;

	do
		change->focus = (enum change_focus)((change->focus + step) % FOCUSES);
	while (!change_has(change, change->focus));
}

static void
only_worst(struct dialog *change)
{
	struct key worst = change->worst;

	change->key_count = 0;
	change->whole = false;
	add_key(change, worst);
	plan_free(change->plan);
	change->plan = NULL;
	free(change->first);
	change->first = NULL;
	free(change->stopped);
	change->stopped = NULL;
	change->was_read = false;
	change->revision++;
	change->dirty = true;
}

/* From here on the plan is the actor's, and the dialog takes no key but the one that
 * leaves it: it is done once. */
static void
write_it(struct dialog *change, struct app *app)
{
	const char *refusal = change_refusal(change);
	struct span phrase = typed(change, FOCUS_CONFIRM);
	struct plan_answer answer = {
		.yes = true,
		.name = phrase,
		.loss = phrase,
		.while_running = span_is(typed(change, FOCUS_RUNNING), CHANGE_RUNNING),
	};
	struct err err = { 0 };

	if (refusal == NULL && clock_monotonic() - change->moved_at < UNREAD)
		refusal = "NOW became another one just now; look, and press it again";
	if (refusal != NULL) {
		app_message(app, STYLE_ERROR, "nothing was written: %s", refusal);
		return;
	}
	if (plan_confirmation(change->plan) == PLAN_CONFIRM_LOSS)
		answer.name = SPAN_NONE;
	else
		answer.loss = SPAN_NONE;
	if (plan_confirm(change->plan, &answer, &err) != 0) {
		app_message(app, STYLE_ERROR, "%s", err.text);
		return;
	}
	actor_apply(app_actor(app), change->serial, change->plan);
	change->plan = NULL;
	change->is_writing = true;
}

/* Keys that come faster than fingers are a paste, also of a terminal that does not say
 * so.
 */
static bool
is_pasted(struct dialog *change, uint32_t key)
{
	int64_t now = clock_monotonic();

	change->rapid = now - change->key_at < PASTED_WITHIN ? change->rapid + 1 : 0;
	change->key_at = now;
	if (key == KEY_CODE_PASTE_START)
		change->pasting = true;
	if (key == KEY_CODE_PASTE_END) {
		change->pasting = false;
		return true;
	}
	return change->pasting || change->rapid >= PASTED_KEYS;
}

static bool
is_signature(enum change_focus focus)
{
	return focus == FOCUS_HAZARD || focus == FOCUS_RUNNING ||
	       focus == FOCUS_CONFIRM || focus == FOCUS_WRITE;
}

static void
refuse_paste(struct dialog *change, struct app *app)
{
	prompt_set_text(change->fields[FOCUS_HAZARD], "");
	prompt_set_text(change->fields[FOCUS_RUNNING], "");
	prompt_set_text(change->fields[FOCUS_CONFIRM], "");
	change->dirty = true;
	app_message(app, STYLE_ERROR,
		"pasted text does not confirm anything; nothing was written; type it");
}

static bool
field_key(struct dialog *change, struct app *app, uint32_t key)
{
	enum prompt_answer answer = prompt_key(change->fields[change->focus], key);

	if (answer == PROMPT_CHANGED && change->focus != FOCUS_CONFIRM)
		change->dirty = true;
	/* Enter goes on to what is next, and never presses a button. */
	if (answer == PROMPT_DONE)
		app_message(app, STYLE_MESSAGE, "Tab goes to the next field or button");
	return true;
}

/* Whether a target, or a reason, may begin with it. */
static bool
may_begin(const struct dialog *change, enum change_focus field, uint32_t key)
{
	static const char openers[] = {
		[WISH_RESET] = 'R', [WISH_DELETE] = 'D', [WISH_UNDO] = 'u'
	};

	if (field == FOCUS_TO)
		return key < 0x80 &&
		       (islower((int)key) || isdigit((int)key) ||
			       (key != 0 && strchr("+-@", (int)key) != NULL));
	if (key == (uint32_t)openers[change->kind] &&
		clock_monotonic() - change->opened_at < HELD)
		return false;
	return key > ' ' && key < KEY_CODE_FIRST && key != 0x7f;
}

/* It opens on a button, so that Enter does nothing; who begins to type means the field
 * that is asked for first. */
static bool
begin_to_type(struct dialog *change, struct app *app, uint32_t key)
{
	enum change_focus field = change_has(change, FOCUS_TO) ? FOCUS_TO : FOCUS_REASON;

	if (change->focus != FOCUS_CANCEL || !change_has(change, field) ||
		typed(change, field).len > 0 || !may_begin(change, field, key))
		return false;
	change->focus = field;
	return field_key(change, app, key);
}

static bool
button_key(struct dialog *change, struct app *app, uint32_t key)
{
	if (key == '1' && change->whole && change->key_count > 1) {
		only_worst(change);
	} else if (key == KEY_CODE_ENTER && change->focus == FOCUS_CANCEL) {
		app_close(app);
		app_message(app, STYLE_MESSAGE, "cancelled; nothing was written");
	} else if (key == KEY_CODE_ENTER) {
		write_it(change, app);
	} else if (key == KEY_CODE_LEFT || key == KEY_CODE_RIGHT) {
		change->focus =
			change->focus == FOCUS_CANCEL && change_has(change, FOCUS_WRITE)
				? FOCUS_WRITE
				: FOCUS_CANCEL;
	} else if (key != KEY_CODE_NONE && !begin_to_type(change, app, key)) {
		app_message(app, STYLE_MESSAGE,
			"Tab goes to the fields; Enter presses the button in [ ]");
	}
	return true;
}

static bool
is_leaving(uint32_t key)
{
	return key == KEY_CODE_ESCAPE || key == ('C' & 0x1f);
}

static bool
leave(struct dialog *change, struct app *app)
{
	bool was_writing = change->is_writing;

	app_close(app);
	app_message(app, STYLE_MESSAGE, "%s",
		was_writing ? "it is being written; what came of it will be said here"
			    : "cancelled; nothing was written");
	return true;
}

/* To stop the program is always possible, but not in the midst of a write, which would
 * keep its locks for as long as it sleeps. */
static bool
stop_key(struct dialog *change, struct app *app)
{
	if (!change->is_writing)
		return false;
	app_message(app, STYLE_MESSAGE, "it is being written; ^Z when it is done");
	return true;
}

static bool
change_type(void *state, struct app *app, uint32_t key)
{
	struct dialog *change = state;
	bool pasted = is_pasted(change, key);

	app_message(app, STYLE_MESSAGE, "%s", "");
	if (key == KEY_CODE_RESIZE || key == KEY_CODE_NONE || key == KEY_CODE_GONE)
		return false;
	if (is_leaving(key) && !change->pasting)
		return leave(change, app);
	if (key == ('Z' & 0x1f) && !change->pasting)
		return stop_key(change, app);
	if (change->is_writing || change->room == 0)
		return true;
	if (pasted && is_signature(change->focus)) {
		refuse_paste(change, app);
		return true;
	}
	if (is_signature(change->focus) && clock_monotonic() - change->phrase_at < UNSEEN)
		return true;
	switch (key) {
	case KEY_CODE_TAB:
	case KEY_CODE_BACK_TAB: move_focus(change, key == KEY_CODE_BACK_TAB); return true;
	case KEY_CODE_UP: scroll(change, -1); return true;
	case KEY_CODE_DOWN: scroll(change, 1); return true;
	case KEY_CODE_PAGE_UP: scroll(change, -(ptrdiff_t)change->room); return true;
	case KEY_CODE_PAGE_DOWN: scroll(change, (ptrdiff_t)change->room); return true;
	default: break;
	}
	return change->focus < CHANGE_FIELDS ? field_key(change, app, key)
					     : button_key(change, app, key);
}

static enum view_answer
change_act(void *state, struct app *app, enum action action)
{
	(void)state;
	(void)app;
	/* What change_type() does not take. */
	return action == ACTION_SUSPEND ? VIEW_IGNORED : VIEW_HANDLED;
}

/* --- opening --- */

static const enum action no_actions[] = { ACTION_NONE };

#define DIALOG(view, word, words, about, opened)                                         \
	const struct view_ops view = {                                                   \
		.name = word,                                                            \
		.title = words,                                                          \
		.help = about,                                                           \
		.state_size = sizeof(struct dialog),                                     \
		.open = opened,                                                          \
		.close = change_close,                                                   \
		.update = change_update,                                                 \
		.draw = change_draw,                                                     \
		.act = change_act,                                                       \
		.type = change_type,                                                     \
		.answered = change_answered,                                             \
		.resumed = change_resumed,                                               \
		.actions = no_actions,                                                   \
	}

DIALOG(view_reset, "reset", "RESET", "sets checkpoints to another value", open_reset);
DIALOG(view_delete, "delete", "DELETE", "removes checkpoints", open_delete);
DIALOG(view_undo, "undo", "UNDO", "brings back what an operation changed", open_undo);

/* What is meant, before there is a dialog. */
struct meaning {
	struct str store, job;
	size_t count;
	bool mixed;
};

static void
look_at(void *arg, struct span store, struct span job, struct span partition)
{
	struct meaning *meaning = arg;

	(void)partition;
	if (meaning->count++ == 0) {
		str_add_span(&meaning->store, store);
		str_add_span(&meaning->job, job);
	}
	meaning->mixed |= !span_equal(store, str_span(&meaning->store)) ||
			  !span_equal(job, str_span(&meaning->job));
}

/* Appends why there can be no dialog, or nothing. */
static void
add_why_not(struct str *out, const struct frame *frame, const struct meaning *meaning,
	enum wish_kind kind)
{
	const struct board_store *store = NULL;
	const char *refuses = NULL;

	for (size_t i = 0; i < frame->board_count; i++)
		if (strcmp(frame->boards[i]->store.name, str_text(&meaning->store)) == 0)
			store = &frame->boards[i]->store;
	if (store != NULL)
		refuses = store->refuses != NULL || kind != WISH_DELETE
				  ? store->refuses
				  : store->refuses_delete;
	if (meaning->count == 0)
		str_add(out, "there is no checkpoint under the cursor");
	else if (meaning->mixed)
		str_add(out,
			"what is marked is of several jobs: one at a time, or on the "
			"command line (U takes the marks away)");
	else if (store != NULL && store->read_only)
		str_add(out, "this store is read-only");
	else if (refuses != NULL)
		str_addf(out, "%s is not changed here: %s%s", store->name, refuses,
			store->may_relent ? "; r asks again" : "");
}

void
change_open(struct app *app, enum wish_kind kind, struct span store, struct span op)
{
	static const struct view_ops *const views[] = { [WISH_RESET] = &view_reset,
		[WISH_DELETE] = &view_delete,
		[WISH_UNDO] = &view_undo };
	struct meaning meaning = { 0 };
	struct str refusal = { 0 };

	if (kind == WISH_UNDO)
		look_at(&meaning, store, op, SPAN_NONE);
	else
		app_meant(app, look_at, &meaning);
	add_why_not(&refusal, app_frame(app), &meaning, kind);
	if (refusal.len > 0)
		app_message(app, STYLE_MESSAGE, "%s", str_text(&refusal));
	else
		app_open(app, views[kind],
			&(struct view_target){ .store = str_text(&meaning.store),
				.job = str_span(&meaning.job) });
	str_free(&refusal);
	str_free(&meaning.store);
	str_free(&meaning.job);
}
