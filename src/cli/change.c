/* SPDX-License-Identifier: MIT */
#include "cli/change.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "action/audit.h"
#include "action/place.h"
#include "base/mem.h"
#include "base/syslog.h"
#include "cli/change_inside.h"
#include "cli/target.h"
#include "config/config.h"

#define OBSERVE_PRESET (3 * SECOND)
#define WATCH_PRESET   (15 * SECOND)

static const struct store_config *
config_of(const struct change_flow *flow)
{
	return &flow->cli->config->stores[flow->store];
}

/* --- which checkpoints --- */

static bool
has_key(const struct change_flow *flow, struct key key)
{
	for (size_t i = 0; i < flow->key_count; i++)
		if (key_equal(flow->keys[i], key))
			return true;
	return false;
}

/* The rows of a target; those that are gone only where they are named. */
static void
add_keys(struct change_flow *flow, const struct target *target)
{
	const struct board *board = flow->look.boards[flow->store];

	for (size_t i = 0; i < board->row_count; i++) {
		const struct board_row *row = &board->rows[i];
		bool is_gone =
			row->finding == FINDING_LOST && target->key.partition.at == NULL;

		if (!target_has(target, row->key) || is_gone || has_key(flow, row->key))
			continue;
		flow->keys =
			mem_resize(flow->keys, flow->key_count + 1, sizeof(*flow->keys));
		flow->keys[flow->key_count++] = (struct key){
			arena_span(flow->arena, row->key.job),
			arena_span(flow->arena, row->key.partition),
		};
	}
}

static int
find_target(struct change_flow *flow, const struct target *target, bool first,
	struct err *err)
{
	size_t store;

	if (target_find(target, &flow->look, &store, err) != 0)
		return -1;
	if (!first && store != flow->store)
		return err_set(err, ERR_USAGE,
			"these are in different stores (%s and %s); nothing was written; "
			"one command for each",
			flow->look.boards[flow->store]->store.name,
			flow->look.boards[store]->store.name);
	flow->store = store;
	return 0;
}

static int
find_targets(struct change_flow *flow, struct err *err)
{
	const struct cli *cli = flow->cli;
	size_t count = cli->operand_count > 0 ? cli->operand_count : 1;
	struct target target;
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		status = target_read(&target, cli,
			cli->operand_count > 0 ? cli->operands[i] : NULL, err);
		if (status == 0 && target.key.job.at == NULL)
			status = err_set(err, ERR_USAGE,
				"%s what? usage: ckptop %s [OPTION]... %s",
				cli->command->name, cli->command->name,
				cli->command->operands);
		if (status == 0)
			status = find_target(flow, &target, i == 0, err);
		if (status == 0)
			add_keys(flow, &target);
		target_free(&target);
	}
	return status;
}

/* --- looking --- */

static void
wait_for(int64_t duration)
{
	struct timespec time = { .tv_sec = duration / SECOND,
		.tv_nsec = duration % SECOND * 1000 };

	nanosleep(&time, NULL);
}

/* Whether opening it to write made the store readable. */
static bool
recover_store(struct change_flow *flow, size_t index)
{
	struct err ignored = { 0 };
	struct store *handle = NULL;
	struct str text = { 0 };
	bool recovered;

	recovered = store_open(&handle, &flow->cli->config->stores[index], STORE_WRITE,
			    &ignored) == 0;
	store_close(handle);
	recovered =
		recovered && survey_poll(flow->look.surveys[index], true, &ignored) == 0;
	if (recovered) {
		str_addf(&text, "%s: opened to write, it can be read now; going on",
			flow->cli->config->stores[index].name);
		cli_complain(flow->cli, str_text(&text));
	}
	str_free(&text);
	return recovered;
}

/*
 * What somebody who died in a transaction has left in a database only those can roll back
 * who may write, and a look only reads. Who is about to write opens it so once.
 */
static void
recover(struct change_flow *flow, const struct survey_interest *interest)
{
	bool recovered = false;

	for (size_t i = 0; i < flow->look.count && !cli_has(flow->cli, "dry-run"); i++)
		if (!flow->look.boards[i]->store.reachable)
			recovered |= recover_store(flow, i);
	if (recovered)
		look_again(&flow->look, interest);
}

/* Looks twice, so that a job that saves is seen to. */
static int
look(struct change_flow *flow, struct err *err)
{
	const struct survey_interest interest = { .rows = BOARD_ROWS_ALL };
	const char *given = cli_value(flow->cli, "observe");
	int64_t observe = given != NULL ? 0 : OBSERVE_PRESET;

	if (given != NULL && strcmp(given, "0") != 0 &&
		cli_interval(flow->cli, "observe", &observe, err) != 0)
		return -1;
	look_poll(&flow->look, &interest);
	recover(flow, &interest);
	if (observe > 0) {
		wait_for(observe);
		look_poll(&flow->look, &interest);
	}
	return 0;
}

/* --- the store and the journal --- */

static struct apply_terms
terms_of(struct change_flow *flow)
{
	return (struct apply_terms){
		.store = flow->handle,
		.config = config_of(flow),
		.journal = flow->journal,
		.journal_path = flow->journal_path,
		.who = &flow->who,
		.program = SPAN("ckptop " PACKAGE_VERSION " cli"),
		.op = { flow->op, TOKEN_LEN },
		.lasting = str_span(&flow->lasting),
		.present = str_span(&flow->present),
	};
}

static void
tell_resolved(void *arg, const char *text)
{
	cli_complain(arg, text);
}

static int
open_journal(struct change_flow *flow, struct err *err)
{
	const struct journal_settings settings = {
		.path = flow->journal_path,
		.syslog = flow->cli->config->env.journal_syslog ? SYSLOG_SOCKET : NULL,
	};

	return flow->journal != NULL ? 0 : journal_open(&flow->journal, &settings, err);
}

/* Everything that could refuse the change is asked before a person is. */
static int
open_to_write(struct change_flow *flow, struct err *err)
{
	struct who_sources sources = who_sources_real(flow->cli->environment);
	struct apply_terms terms;
	size_t found;

	if (store_open(&flow->handle, config_of(flow), STORE_WRITE, err) != 0 ||
		open_journal(flow, err) != 0 ||
		store_identify(flow->handle, &flow->lasting, &flow->present, err) != 0)
		return -1;
	terms = terms_of(flow);
	return apply_resolve(&terms, &sources, tell_resolved, flow->cli, &found, err);
}

static bool
is_begun_here(void *arg, const struct journal_record *record)
{
	struct change_flow *flow = arg;

	for (size_t i = 0; i < flow->look.count; i++)
		if (span_is(record->store.name, flow->cli->config->stores[i].name))
			flow->begun[i] = true;
	return true;
}

/*
 * What somebody has begun and not ended may hide the very checkpoint that is meant: it is
 * answered for before anything is looked for. Whatever hinders that hinders the change
 * itself too, and is said then.
 */
static void
resolve_first(struct change_flow *flow)
{
	struct err ignored = { 0 };

	flow->begun = mem_new(flow->look.count, sizeof(*flow->begun));
	journal_open_intents(flow->journal_path, is_begun_here, flow, &ignored);
	for (flow->store = 0; flow->store < flow->look.count; flow->store++) {
		if (!flow->begun[flow->store])
			continue;
		open_to_write(flow, &ignored);
		err_clear(&ignored);
		store_close(flow->handle);
		flow->handle = NULL;
	}
	flow->store = 0;
	free(flow->begun);
	flow->begun = NULL;
}

static int
open_store(struct change_flow *flow, struct err *err)
{
	if (!cli_has(flow->cli, "dry-run"))
		return open_to_write(flow, err);
	return store_open(&flow->handle, config_of(flow), STORE_READ, err);
}

/* --- undo --- */

struct undone {
	struct change_flow *flow;
	struct err *err;
	int status;
};

/* A name may stand for another store by now, or for one of several. */
static bool
is_store_of(const struct store_config *config, const struct journal_record *record)
{
	struct str lasting = { 0 }, present = { 0 };
	struct store *store = NULL;
	struct err ignored = { 0 };
	bool is_it = false;

	if (store_open(&store, config, STORE_READ, &ignored) == 0 &&
		store_identify(store, &lasting, &present, &ignored) == 0)
		is_it = apply_is_store_of(record, str_span(&lasting), str_span(&present));
	store_close(store);
	str_free(&lasting);
	str_free(&present);
	return is_it;
}

static int
find_store(struct change_flow *flow, const struct journal_record *record, struct err *err)
{
	for (size_t i = 0; i < flow->look.count; i++) {
		if (!is_store_of(&flow->cli->config->stores[i], record))
			continue;
		flow->store = i;
		return 0;
	}
	return err_set(err, ERR_USAGE,
		"that operation was on %.*s (%.*s), and no store here is that one; "
		"nothing was written; give it with -s, or, where it was replaced since, "
		"reset by hand",
		(int)record->store.name.len, record->store.name.at,
		(int)record->store.uri.len, record->store.uri.at);
}

static bool
take_operation(void *arg, const struct journal_record *record)
{
	struct undone *undone = arg;
	struct change_flow *flow = undone->flow;

	flow->wish->undo_of = arena_span(flow->arena, record->op);
	undone->status = find_store(flow, record, undone->err);
	if (undone->status == 0)
		undone->status = open_store(flow, undone->err);
	if (undone->status == 0)
		undone->status = subjects_examine_undo(&flow->subjects, flow->handle,
			record, flow->look.boards[flow->store], undone->err);
	return false;
}

static int
gather_undo(struct change_flow *flow, struct err *err)
{
	struct undone undone = { flow, err, 0 };

	if (audit_find_operation(flow->journal_path, flow->wish->undo_of, take_operation,
		    &undone, err) != 0)
		return -1;
	return undone.status;
}

static int
gather(struct change_flow *flow, struct err *err)
{
	if (!cli_has(flow->cli, "dry-run"))
		resolve_first(flow);
	if (look(flow, err) != 0)
		return -1;
	if (flow->wish->kind == WISH_UNDO)
		return gather_undo(flow, err);
	if (find_targets(flow, err) != 0 || open_store(flow, err) != 0)
		return -1;
	return subjects_examine(&flow->subjects, flow->handle, flow->keys,
		flow->key_count, flow->look.boards[flow->store], err);
}

/* --- the plan --- */

static int
plan(struct change_flow *flow, struct err *err)
{
	const struct config_env *env = &flow->cli->config->env;
	const struct store_config *config = config_of(flow);
	const struct plan_terms terms = {
		.now = clock_now(),
		.op = { flow->op, TOKEN_LEN },
		.store = flow->handle,
		.config = config,
		.rules = &flow->cli->config->rules,
		.board = flow->look.boards[flow->store],
		.environment = env->name,
		.production = env->production,
		.require_reason = env->require_reason,
		.reason_least = (size_t)env->reason_least,
		.confirm_step = env->confirm_step,
		.journal = true,
		.root = geteuid() == 0,
		.who = str_text(&flow->name),
		.zone = config->zone,
	};
	size_t count;
	const struct plan_subject *subjects = subjects_list(flow->subjects, &count);

	return plan_make(&flow->plan, flow->wish, subjects, count, &terms, err);
}

/* --- doing it --- */

static int64_t
watch_duration(const struct change_flow *flow, struct err *err)
{
	const char *given = cli_value(flow->cli, "watch");
	int64_t duration = WATCH_PRESET;

	if (given == NULL)
		return isatty(STDOUT_FILENO) && !cli_has(flow->cli, "json") ? WATCH_PRESET
									    : 0;
	if (*given != '\0' && cli_interval(flow->cli, "watch", &duration, err) != 0)
		return -1;
	return duration;
}

static int
apply(struct change_flow *flow, struct err *err)
{
	struct apply_terms terms = terms_of(flow);
	int64_t duration = watch_duration(flow, err);
	int status;

	if (duration < 0)
		return -1;
	if (output_flush(&flow->cli->out) != 0) {
		err_set(err, ERR_REFUSED,
			"the plan could not be shown, so nothing was written: %s",
			flow->cli->out.err.text);
		err_clear(&flow->cli->out.err);
		return -1;
	}
	status = apply_plan(&flow->outcome, flow->plan, &terms, err);
	if (flow->outcome == NULL)
		return -1;
	if (!cli_has(flow->cli, "json"))
		change_tell_outcome(flow);
	if (flow->outcome->done > 0 && status == 0)
		status = change_watch(flow, &terms, duration, err);
	if (cli_has(flow->cli, "json"))
		change_tell_outcome(flow);
	return status;
}

static int
carry_out(struct change_flow *flow, struct err *err)
{
	bool is_dry = cli_has(flow->cli, "dry-run");

	if (!is_dry && plan_reason_refusal(flow->plan) != NULL)
		return err_set(err, ERR_REFUSED, "%s", plan_reason_refusal(flow->plan));
	if (is_dry || !cli_has(flow->cli, "json"))
		change_tell_plan(flow);
	if (is_dry)
		return 0;
	if (plan_is_empty(flow->plan)) {
		if (cli_has(flow->cli, "json"))
			change_tell_plan(flow);
		return 0;
	}
	if (change_ask(flow, err) != 0)
		return -1;
	return apply(flow, err);
}

static void
take_options(struct change_flow *flow)
{
	static const struct {
		const char *option;
		enum edit_hazard hazard;
	} accepting[] = {
		{ "replace-damaged", EDIT_DAMAGED },
		{ "break-hardlink", EDIT_LINKED },
		{ "accept-no-cas", EDIT_UNGUARDED },
	};
	const struct cli *cli = flow->cli;
	struct wish *wish = flow->wish;

	wish->reason = span_of(cli_value(cli, "reason"));
	wish->if_digest = span_of(cli_value(cli, "if-digest"));
	wish->while_running = cli_has(cli, "while-running");
	for (size_t i = 0; i < sizeof(accepting) / sizeof(*accepting); i++)
		if (cli_has(cli, accepting[i].option))
			wish->accepted |= accepting[i].hazard;
}

static int
begin(struct change_flow *flow, struct err *err)
{
	struct who_sources sources = who_sources_real(flow->cli->environment);

	flow->arena = arena_new();
	flow->journal_path = flow->cli->config->env.journal;
	who_find(flow->arena, &flow->who, &sources);
	who_add_name(&flow->name, &flow->who);
	if (flow->journal_path == NULL)
		return err_set(err, ERR_REFUSED,
			"there is no place for the journal (HOME is not set), so nothing "
			"was written; set XDG_STATE_HOME");
	return token_make(flow->op, err);
}

static void
finish(struct change_flow *flow)
{
	outcome_free(flow->outcome);
	plan_free(flow->plan);
	subjects_free(flow->subjects);
	journal_close(flow->journal);
	store_close(flow->handle);
	look_free(&flow->look);
	str_free(&flow->lasting);
	str_free(&flow->present);
	str_free(&flow->name);
	free(flow->keys);
	arena_free(flow->arena);
}

int
change_run(struct cli *cli, struct wish *wish, struct err *err)
{
	struct change_flow flow = { .cli = cli, .wish = wish };
	int status = begin(&flow, err);

	take_options(&flow);
	look_start(&flow.look, cli, true);
	if (status == 0)
		status = gather(&flow, err);
	if (status == 0)
		status = plan(&flow, err);
	if (status == 0)
		status = carry_out(&flow, err);
	finish(&flow);
	return status;
}

int
change_repin(struct cli *cli, struct err *err)
{
	struct wish wish = { .reason = span_of(cli_value(cli, "reason")) };
	struct change_flow flow = { .cli = cli, .wish = &wish };
	int status = begin(&flow, err);

	if (status == 0 && wish.reason.len == 0)
		status = err_set(
			err, ERR_REFUSED, "say why with --reason; nothing was recorded");
	if (status == 0)
		status = open_to_write(&flow, err);
	if (status == 0) {
		struct apply_terms terms = terms_of(&flow);

		status = place_pin(&terms, wish.reason, err);
	}
	finish(&flow);
	return status;
}
