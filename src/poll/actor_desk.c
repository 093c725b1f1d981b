/* SPDX-License-Identifier: MIT
 *
 * The steps that the command line takes too: look, examine, plan; and once confirmed open
 * to write, settle what others left, record the intent, change, look again, watch. */
#include <string.h>

#include "action/audit.h"
#include "base/syslog.h"
#include "poll/actor_inside.h"

#define WATCH_FOR (15 * SECOND)

void
desk_set_up(struct desk *desk)
{
	desk->arena = arena_new();
	who_find(desk->arena, &desk->who, &desk->sources);
	who_add_name(&desk->name, &desk->who);
}

static void
end_watch(struct desk *desk)
{
	struct watched *watched = &desk->watched;

	outcome_free(watched->outcome);
	plan_free(watched->plan);
	journal_close(watched->journal);
	store_close(watched->store);
	str_free(&watched->lasting);
	str_free(&watched->present);
	*watched = (struct watched){ 0 };
}

void
desk_forget(struct desk *desk)
{
	store_close(desk->store);
	desk->store = NULL;
	kept_wish_free(&desk->looked);
	str_clear(&desk->lasting);
	str_clear(&desk->present);
	desk->op[0] = '\0';
}

void
desk_clear(struct desk *desk)
{
	desk_forget(desk);
	end_watch(desk);
	str_free(&desk->lasting);
	str_free(&desk->present);
	str_free(&desk->name);
	arena_free(desk->arena);
}

/* --- looking --- */

static int
find_store(struct desk *desk, const char *name, struct store_config *out, struct err *err)
{
	for (size_t i = 0; i < desk->config->store_count; i++) {
		if (strcmp(desk->config->stores[i].name, name) != 0)
			continue;
		*out = desk->config->stores[i];
		out->stop = desk->stop;
		return 0;
	}
	return err_set(err, ERR_USAGE,
		"that was on %s, which is none of the stores here; nothing was written",
		name);
}

/* The first look says which store is meant, whatever its name leads to later. */
static int
open_store(struct desk *desk, struct err *err)
{
	struct str lasting = { 0 }, present = { 0 };
	int status = 0;

	if (desk->store != NULL)
		return 0;
	if (find_store(desk, desk->looked.wish.store, &desk->store_config, err) != 0 ||
		store_open(&desk->store, &desk->store_config, STORE_READ, err) != 0)
		return -1;
	if (desk->op[0] == '\0') {
		status = store_identify(desk->store, &lasting, &present, err);
		if (status == 0)
			status = token_make(desk->op, err);
		if (status == 0) {
			str_add_span(&desk->lasting, str_span(&lasting));
			str_add_span(&desk->present, str_span(&present));
		}
	}
	str_free(&lasting);
	str_free(&present);
	return status;
}

struct undone {
	struct desk *desk;
	struct subjects **out;
	struct err *err;
	int status;
};

static bool
take_operation(void *arg, const struct journal_record *record)
{
	struct undone *undone = arg;
	struct desk *desk = undone->desk;

	if (apply_is_store_of(record, str_span(&desk->lasting), str_span(&desk->present)))
		undone->status = subjects_examine_undo(undone->out, desk->store, record,
			desk->looked.wish.board, undone->err);
	else
		undone->status = err_set(undone->err, ERR_REFUSED,
			"that operation was on another store of the name %s; nothing was "
			"written; where it was replaced since, reset by hand",
			desk->store_config.name);
	return false;
}

static int
examine(struct desk *desk, struct subjects **out, struct err *err)
{
	const struct actor_wish *wish = &desk->looked.wish;
	struct undone undone = { desk, out, err, 0 };

	if (wish->kind != WISH_UNDO)
		return subjects_examine(
			out, desk->store, wish->keys, wish->key_count, wish->board, err);
	if (audit_find_operation(desk->config->env.journal, wish->undo_of, take_operation,
		    &undone, err) != 0)
		return -1;
	return undone.status;
}

static struct plan_terms
terms_of_plan(const struct desk *desk)
{
	const struct config_env *env = &desk->config->env;

	return (struct plan_terms){
		.now = clock_now(),
		.op = { desk->op, TOKEN_LEN },
		.store = desk->store,
		.config = &desk->store_config,
		.rules = &desk->config->rules,
		.board = desk->looked.wish.board,
		.stale_after = desk->looked.wish.stale_after,
		.environment = env->name,
		.production = env->production,
		.require_reason = env->require_reason,
		.reason_least = (size_t)env->reason_least,
		.confirm_step = env->confirm_step,
		.journal = env->journal != NULL,
		.root = desk->sources.euid == 0,
		.who = str_text(&desk->name),
		.zone = desk->store_config.zone,
	};
}

static int
make_plan(struct desk *desk, const struct subjects *subjects, struct plan **out,
	struct err *err)
{
	const struct actor_wish *asked = &desk->looked.wish;
	struct plan_terms terms = terms_of_plan(desk);
	struct wish wish = {
		.kind = asked->kind,
		.reason = asked->reason,
		.while_running = asked->while_running,
		.undo_of = asked->undo_of,
	};
	size_t count;
	const struct plan_subject *list = subjects_list(subjects, &count);

	if (wish.kind == WISH_RESET &&
		target_parse(&wish.target, asked->target, terms.now, err) != 0)
		return -1;
	return plan_make(out, &wish, list, count, &terms, err);
}

int
desk_look(struct desk *desk, struct plan **out, struct err *err)
{
	struct subjects *subjects = NULL;
	int status = -1;

	*out = NULL;
	if (desk->config->env.journal == NULL)
		return err_set(err, ERR_REFUSED,
			"there is no place for the journal (HOME is not set), so nothing "
			"can be written; set XDG_STATE_HOME");
	if (open_store(desk, err) == 0)
		status = examine(desk, &subjects, err);
	if (status == 0)
		status = make_plan(desk, subjects, out, err);
	subjects_free(subjects);
	/* After a failure of the store the next look opens it anew. */
	if (status != 0 && (err->kind == ERR_UNREACHABLE || err->kind == ERR_FAILED)) {
		store_close(desk->store);
		desk->store = NULL;
	}
	return status;
}

/* --- doing --- */

static struct apply_terms
terms_of_apply(const struct desk *desk, const struct watched *watched)
{
	return (struct apply_terms){
		.store = watched->store,
		.config = &watched->config,
		.journal = watched->journal,
		.journal_path = desk->config->env.journal,
		.who = &desk->who,
		.program = SPAN("ckptop " PACKAGE_VERSION " tui"),
		.op = { watched->op, TOKEN_LEN },
		.lasting = str_span(&watched->lasting),
		.present = str_span(&watched->present),
	};
}

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

/* From here on the change has handles of its own, and those of the look are not used. */
static int
open_to_write(struct desk *desk, struct teller *teller, struct err *err)
{
	struct watched *watched = &desk->watched;
	const struct config_env *env = &desk->config->env;
	const struct journal_settings settings = { .path = env->journal,
		.syslog = env->journal_syslog ? SYSLOG_SOCKET : NULL };
	struct apply_terms terms;
	size_t found;

	watched->config = desk->store_config;
	str_add_span(&watched->lasting, str_span(&desk->lasting));
	str_add_span(&watched->present, str_span(&desk->present));
	memcpy(watched->op, desk->op, sizeof(watched->op));
	if (store_open(&watched->store, &watched->config, STORE_WRITE, err) != 0 ||
		journal_open(&watched->journal, &settings, err) != 0)
		return -1;
	terms = terms_of_apply(desk, watched);
	return apply_resolve(&terms, &desk->sources, tell_resolved, teller, &found, err);
}

static void
add_value(struct str *out, bool exists, struct span value)
{
	if (!exists)
		str_add(out, "(none)");
	else if (value.at == NULL)
		str_add(out, "NULL");
	else
		str_add_span(out, value);
}

static const char *
word_of(const struct plan *plan)
{
	static const char *const words[] = {
		[WISH_RESET] = "reset", [WISH_DELETE] = "delete", [WISH_UNDO] = "undo"
	};

	return words[plan_kind(plan)];
}

/* "reset orders/7 5 -> 4, read back ok, operation 1b2c3d4e" */
static void
add_done(struct str *out, const struct plan *plan, const struct outcome *outcome)
{
	size_t count;
	const struct plan_row *rows = plan_rows(plan, &count);

	str_addf(out, "%s ", word_of(plan));
	if (count == 1) {
		key_add(out, rows->key);
		str_add_char(out, ' ');
		add_value(out, rows->exists, rows->old_value);
		str_add(out, " -> ");
		add_value(out, rows->will_exist, rows->new_value);
	} else {
		str_addf(out, "%zu of %zu checkpoints of %s", outcome->done, count,
			plan_name(plan));
	}
	str_addf(out, ", read back ok, operation %.8s", outcome->op.at);
	if (outcome->same > 0 && count > 1)
		str_addf(out, " (%zu were so already)", outcome->same);
	if (err_is_set(&outcome->journal_err))
		str_addf(out, "; its outcome is NOT in the journal: %s",
			outcome->journal_err.text);
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
		if (outcome != NULL && outcome->done > 0)
			str_addf(&answer->text,
				"%zu of %zu were changed (operation "
				"%.8s): ",
				outcome->done, outcome->row_count, outcome->op.at);
		else if (err->kind == ERR_UNKNOWN)
			str_add(&answer->text, "NOT KNOWN whether it was written: ");
		else
			str_add(&answer->text, "NOT written: ");
		str_add(&answer->text, err->text);
	}
	teller->tell(teller->arg, answer);
}

void
desk_apply(
	struct desk *desk, uint64_t serial, struct plan *plan, desk_tell *tell, void *arg)
{
	struct watched *watched = &desk->watched;
	struct teller teller = { tell, arg, serial };
	struct apply_terms terms;
	struct err err = { 0 };

	end_watch(desk);
	watched->plan = plan;
	watched->serial = serial;
	if (desk->looked.arena == NULL || desk->looked.wish.serial != serial)
		err_set(&err, ERR_REFUSED,
			"what was confirmed is not what is looked at; look again");
	else if (open_to_write(desk, &teller, &err) == 0) {
		terms = terms_of_apply(desk, watched);
		/* What failed is told from err. */
		(void)apply_plan(&watched->outcome, plan, &terms, &err);
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
tell_overwritten(const struct watched *watched, int found, desk_tell *tell, void *arg)
{
	const struct outcome *outcome = watched->outcome;
	struct str text = { 0 };

	str_addf(&text, "OVERWRITTEN: %d of %zu was saved over by the running job since",
		found, outcome->row_count);
	for (size_t i = 0; i < outcome->row_count; i++) {
		if (outcome->rows[i].result != ROW_OVERWRITTEN)
			continue;
		str_add(&text, ": ");
		key_add(&text, outcome->rows[i].key);
		str_add(&text, " is ");
		add_value(&text, outcome->rows[i].now_exists, outcome->rows[i].now_value);
		break;
	}
	str_addf(&text, " (operation %.8s)", outcome->op.at);
	tell_text(tell, arg, watched->serial, str_text(&text));
	str_free(&text);
}

void
desk_watch(struct desk *desk, desk_tell *tell, void *arg)
{
	struct watched *watched = &desk->watched;
	struct apply_terms terms = terms_of_apply(desk, watched);
	struct err err = { 0 };
	int found = apply_watch(
		watched->outcome, watched->plan, &terms, watched->store, &err);

	if (found > 0)
		tell_overwritten(watched, found, tell, arg);
	if (found < 0) {
		struct str text = { 0 };

		str_addf(&text, "it is not watched any more whether it stays: %s",
			err.text);
		tell_text(tell, arg, watched->serial, str_text(&text));
		str_free(&text);
	}
	if (found != 0 || clock_monotonic() >= watched->until)
		end_watch(desk);
}
