/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "action/audit.h"
#include "action/outcome.h"
#include "poll/actor_inside.h"

#define WATCH_FOR (15 * SECOND)

void
desk_set_up(struct desk *desk)
{
	static const struct span program = SPAN("ckptop " PACKAGE_VERSION " tui");

	steward_begin(&desk->steward, desk->config, &desk->sources, program, desk->stop);
	desk->steward.end = desk->end;
}

static void
end_watch(struct desk *desk)
{
	struct watched *watched = &desk->watched;

	outcome_free(watched->outcome);
	plan_free(watched->plan);
	session_free(watched->session);
	*watched = (struct watched){ 0 };
}

void
desk_forget(struct desk *desk)
{
	session_free(desk->session);
	desk->session = NULL;
	kept_wish_free(&desk->looked);
}

void
desk_clear(struct desk *desk)
{
	desk_forget(desk);
	end_watch(desk);
	steward_end(&desk->steward);
}

/* --- looking --- */

static int
find_store(struct desk *desk, const char *name, struct err *err)
{
	const struct config *config = desk->config;

	for (size_t i = 0; i < config->store_count; i++) {
		if (strcmp(config->stores[i].name, name) != 0)
			continue;
		desk->session = session_new(&desk->steward, &config->stores[i]);
		return 0;
	}
	return err_set(err, ERR_USAGE,
		"that was on %s, which is none of the stores here; nothing was written",
		name);
}

int
desk_look(struct desk *desk, struct plan **out, struct err *err)
{
	const struct actor_wish *asked = &desk->looked.wish;
	const struct wish wish = {
		.kind = asked->kind,
		.reason = asked->reason,
		.while_running = asked->while_running,
		.accepted = asked->accepted,
		.undo_of = asked->undo_of,
		.watch = SPAN(""), /* as desk_apply() does */
	};
	const struct request request = {
		.wish = &wish,
		.target = &asked->target,
		.keys = asked->keys,
		.key_count = asked->key_count,
		.board = asked->board,
		.stale_after = asked->stale_after,
	};

	*out = NULL;
	if (desk->session == NULL && find_store(desk, asked->store, err) != 0)
		return -1;
	if (session_plan(desk->session, &request, out, err) != 0)
		return -1;
	if (session_try(desk->session, *out, err) == 0)
		return 0;
	plan_free(*out);
	*out = NULL;
	return -1;
}

/* --- doing --- */

static void
tell_text(desk_tell *tell, void *arg, uint64_t serial, const char *text)
{
	struct answer *answer = answer_new(ANSWER_NEWS, serial);

	str_add(&answer->text, text);
	tell(arg, answer);
}

struct teller {
	desk_tell *tell;
	void *arg;
	uint64_t serial;
};

static void
tell_resolved(void *arg, const char *text)
{
	const struct teller *teller = arg;

	tell_text(teller->tell, teller->arg, teller->serial, text);
}

/* "reset orders/7 5 -> 4, read back ok, operation 1b2c3d4e" */
static void
add_done(struct str *out, const struct plan *plan, const struct outcome *outcome)
{
	size_t count;
	const struct plan_row *rows = plan_rows(plan, &count);

	str_addf(out, "%s ", wish_word(plan_kind(plan)));
	if (count == 1) {
		key_add(out, rows->key);
		str_add_char(out, ' ');
		plan_row_add_old(out, rows);
		str_add(out, " -> ");
		plan_row_add_new(out, rows);
	} else {
		str_addf(out, "%zu of %zu checkpoints of %s", outcome->done, count,
			plan_name(plan));
	}
	if (outcome->unseen > 0) {
		str_add(out, ", done, but it could not be read back: ");
		outcome_add_unseen(out, outcome);
	} else {
		str_add(out, ", read back ok");
	}
	if (count == 1)
		outcome_row_add_made(out, outcome->rows);
	str_addf(out, ", operation %.8s", outcome->op.at);
	if (outcome->same > 0 && count > 1)
		str_addf(out, " (%zu were so already)", outcome->same);
}

/* "NOT written: orders/7 is now 43 (you saw 42); look again (operation …)" */
static bool
add_conflict(struct str *out, const struct plan *plan, const struct outcome *outcome)
{
	size_t count, i = 0;
	const struct plan_row *rows = plan_rows(plan, &count);

	while (i < outcome->row_count && outcome->rows[i].result != ROW_CONFLICT)
		i++;
	if (outcome->done > 0 || outcome->unknown > 0 || i == outcome->row_count)
		return false;
	str_add(out, "NOT written: ");
	key_add(out, rows[i].key);
	str_add(out, " is now ");
	audit_put_value(out, outcome->rows[i].now_exists, outcome->rows[i].now_value);
	str_add(out, " (you saw ");
	plan_row_add_old(out, &rows[i]);
	str_addf(out, "); look again (operation %.8s)", outcome->op.at);
	return true;
}

static void
add_failed(struct str *out, const struct outcome *outcome, const struct err *err)
{
	if (outcome != NULL && outcome->done > 0)
		str_addf(out, "%zu of %zu were changed (operation %.8s): ", outcome->done,
			outcome->row_count, outcome->op.at);
	else if (err->kind == ERR_UNKNOWN)
		str_add(out, "NOT KNOWN whether it was written: ");
	else
		str_add(out, "NOT written: ");
	str_add(out, err->text);
}

static void
tell_outcome(struct desk *desk, const struct teller *teller, const struct err *err)
{
	struct watched *watched = &desk->watched;
	struct answer *answer = answer_new(ANSWER_OUTCOME, teller->serial);
	const struct outcome *outcome = watched->outcome;

	if (outcome != NULL && outcome->done + outcome->same == outcome->row_count) {
		add_done(&answer->text, watched->plan, outcome);
	} else {
		answer->err = *err;
		if (outcome == NULL ||
			!add_conflict(&answer->text, watched->plan, outcome))
			add_failed(&answer->text, outcome, err);
	}
	if (outcome != NULL && err_is_set(&outcome->journal_err))
		str_addf(&answer->text, "; %s", outcome->journal_err.text);
	if (outcome != NULL && err_is_set(&outcome->hook_err))
		str_addf(&answer->text, "; %s", outcome->hook_err.text);
	teller->tell(teller->arg, answer);
}

void
desk_apply(
	struct desk *desk, uint64_t serial, struct plan *plan, desk_tell *tell, void *arg)
{
	struct watched *watched = &desk->watched;
	struct teller teller = { tell, arg, serial };
	struct err err = { 0 };

	end_watch(desk);
	watched->plan = plan;
	watched->serial = serial;
	if (desk->looked.arena == NULL || desk->looked.wish.serial != serial ||
		desk->session == NULL) {
		err_set(&err, ERR_REFUSED,
			"what was confirmed is not what is looked at; look again");
	} else {
		/* From here on it is watched, whatever is looked at next. */
		watched->session = desk->session;
		desk->session = NULL;
		/* What failed is told from err. */
		if (session_begin(watched->session, tell_resolved, &teller, &err) == 0)
			(void)session_apply(
				watched->session, plan, &watched->outcome, &err);
	}
	tell_outcome(desk, &teller, &err);
	if (watched->outcome == NULL || watched->outcome->done == 0)
		end_watch(desk);
	else
		watched->until = clock_monotonic() + WATCH_FOR;
}

/* --- watching --- */

bool
desk_is_watching(const struct desk *desk)
{
	return desk->watched.outcome != NULL;
}

static void
tell_overwritten(const struct watched *watched, size_t found, desk_tell *tell, void *arg)
{
	const struct outcome *outcome = watched->outcome;
	struct str text = { 0 };

	str_addf(&text,
		"OVERWRITTEN: %zu of %zu was saved over by the running job since: ",
		found, outcome->row_count);
	outcome_add_overwritten(&text, outcome, true);
	str_addf(&text, " (operation %.8s)", outcome->op.at);
	if (err_is_set(&outcome->journal_err))
		str_addf(&text, "; %s", outcome->journal_err.text);
	tell_text(tell, arg, watched->serial, str_text(&text));
	str_free(&text);
}

/* Said once: what was done is done, whatever can be seen of it. */
static void
tell_unseen(struct watched *watched, desk_tell *tell, void *arg)
{
	struct str text = { 0 };

	if (watched->unseen_told)
		return;
	watched->unseen_told = true;
	outcome_add_unwatched(&text, watched->outcome);
	tell_text(tell, arg, watched->serial, str_text(&text));
	str_free(&text);
}

void
desk_watch(struct desk *desk, desk_tell *tell, void *arg)
{
	struct watched *watched = &desk->watched;
	size_t found = session_watch(watched->session, watched->plan, watched->outcome);

	if (found > 0)
		tell_overwritten(watched, found, tell, arg);
	if (watched->outcome->unseen > 0)
		tell_unseen(watched, tell, arg);
	if (watched->outcome->done == 0 || clock_monotonic() >= watched->until)
		end_watch(desk);
}
