/* SPDX-License-Identifier: MIT
 *
 * Which checkpoints are meant, and in which store: all are looked at for that. */
#include <string.h>
#include <time.h>

#include "action/recover.h"
#include "cli/change_inside.h"
#include "cli/target.h"
#include "config/config.h"

#define OBSERVE_PRESET (3 * SECOND)

/* --- which checkpoints --- */

/* The rows of a target; those that are gone only where they are named. */
static void
add_keys(struct change_flow *flow, const struct target *target)
{
	const struct board *board = flow->look.boards[flow->store];

	for (size_t i = 0; i < board->row_count; i++) {
		const struct board_row *row = &board->rows[i];
		bool is_gone =
			row->finding == FINDING_LOST && target->key.partition.at == NULL;

		if (!target_has(target, row->key) || is_gone)
			continue;
		selection_add(&flow->selection,
			(struct key){ arena_span(flow->arena, row->key.job),
				arena_span(flow->arena, row->key.partition) });
	}
}

static int
find_target(struct change_flow *flow, const struct target *target, bool first,
	struct err *err)
{
	size_t store;

	if (target_find_to_change(target, &flow->look, &store, err) != 0)
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

/* Whether it can only be this store that is meant: another one is left as it is. */
static bool
is_meant(const struct change_flow *flow, size_t index)
{
	if (flow->look.count == 1)
		return true;
	return flow->wish->kind == WISH_UNDO &&
	       steward_was_at(&flow->steward, flow->wish->undo_of,
		       &flow->cli->config->stores[index]);
}

/* Whether opening it to write made the store readable. */
static bool
recover_at(struct change_flow *flow, size_t index)
{
	const struct store_config *config = &flow->cli->config->stores[index];
	struct str text = { 0 };
	struct err ignored = { 0 };

	if (!recover_store(config) ||
		survey_poll(flow->look.surveys[index], true, &ignored) != 0)
		return false;
	str_addf(
		&text, "%s: opened to write, it can be read now; going on", config->name);
	cli_complain(flow->cli, str_text(&text));
	str_free(&text);
	return true;
}

static void
recover(struct change_flow *flow, const struct survey_interest *interest)
{
	bool recovered = false;

	for (size_t i = 0; i < flow->look.count && !cli_has(flow->cli, "dry-run"); i++)
		if (!flow->look.boards[i]->store.reachable && is_meant(flow, i))
			recovered |= recover_at(flow, i);
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

/* --- both --- */

int
change_find(struct change_flow *flow, struct err *err)
{
	if (look(flow, err) != 0)
		return -1;
	if (flow->wish->kind != WISH_UNDO)
		return find_targets(flow, err);
	if (steward_find_undone(&flow->steward, flow->wish->undo_of, flow->arena,
		    &flow->undone, &flow->store, err) != 0)
		return -1;
	flow->wish->undo_of = flow->undone->op;
	return 0;
}
