/* SPDX-License-Identifier: MIT */
#include "plan_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "action/subjects.h"
#include "base/token.h"
#include "lib/status.h"

/* One operation that is made up while the journal is written. */
struct story {
	struct door *door;
	struct store *store;
	uint64_t (*random)(void *arg, uint64_t most);
	void *arg;
	struct journal_row rows[DOOR_ROWS];
};

static void
keep_image(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	(void)row;
	(void)hazards;
	str_add_span(arg, image);
}

/* What there is, what a reset would make of it, or nothing. */
static struct journal_state
make_state(struct story *story, struct key key)
{
	struct str image = { 0 }, drafted = { 0 };
	char number[32];
	struct err err = { 0 };
	struct journal_state state = { .exists = story->random(story->arg, 7) > 0 };
	bool is_drafted = story->random(story->arg, 1) > 0;

	snprintf(number, sizeof(number), "%llu",
		(unsigned long long)story->random(story->arg, 4000));
	assert_int_equal(store_examine(story->store, key, keep_image, &image, &err), 0);
	if (is_drafted && store_draft(story->store, str_span(&image),
				  &(struct draft){ .key = key,
					  .value = span_of(number),
					  .keep_metadata = true,
					  .updated_at = clock_now() },
				  &drafted, &err) != 0)
		is_drafted = false;
	if (state.exists)
		state.image = arena_span(
			story->door->arena, str_span(is_drafted ? &drafted : &image));
	str_free(&image);
	str_free(&drafted);
	return state;
}

static struct journal_record *
make_operation(struct story *story, const char *job, const char *const *partitions,
	struct span identity, struct journal *journal)
{
	struct arena *arena = story->door->arena;
	size_t count = 1 + story->random(story->arg, DOOR_ROWS - 1);
	char op[TOKEN_SIZE];
	struct err err = { 0 };
	struct journal_record record = {
		.phase = JOURNAL_DONE,
		.action = JOURNAL_ACTION_RESET,
		.store = { .name = SPAN("files"), .identity = identity },
		.rows = story->rows,
		.row_count = count,
	};

	assert_int_equal(token_make(op, &err), 0);
	record.op = span_of(op);
	for (size_t i = 0; i < count; i++) {
		struct key key = { span_of(job), span_of(partitions[i]) };

		story->rows[i] = (struct journal_row){
			.key = key,
			.old = make_state(story, key),
			.new = make_state(story, key),
			.result = SPAN("done"),
		};
	}
	assert_int_equal(journal_append(journal, &record, NULL, &err), 0);
	return journal_record_copy(arena, &record);
}

static void
make_operations(struct story *story, const struct store_config *config,
	const char *const *jobs, size_t job_count, const char *const *partitions)
{
	struct door *door = story->door;
	const struct journal_settings settings = { .path = door->path };
	struct journal *journal;
	struct str lasting = { 0 }, present = { 0 };
	struct err err = { 0 };

	assert_int_equal(store_open(&story->store, config, STORE_READ, &err), 0);
	assert_int_equal(store_identify(story->store, &lasting, &present, &err), 0);
	assert_int_equal(journal_open(&journal, &settings, &err), 0);
	for (size_t i = 0; i < DOOR_OPERATIONS; i++)
		door->operations[i] = make_operation(story, jobs[i % job_count],
			partitions, str_span(&present), journal);
	journal_close(journal);
	store_close(story->store);
	str_free(&lasting);
	str_free(&present);
}

void
door_open(struct door *door, const struct store_config *store, const struct rules *rules,
	const char *const *jobs, size_t job_count, const char *const *partitions,
	uint64_t (*random)(void *arg, uint64_t most), void *arg)
{
	struct story story = { .door = door, .random = random, .arg = arg };

	*door = (struct door){ .arena = arena_new() };
	snprintf(door->directory, sizeof(door->directory), "/tmp/plan_door.XXXXXX");
	assert_non_null(mkdtemp(door->directory));
	snprintf(door->path, sizeof(door->path), "%s/journal.jsonl", door->directory);
	door->config.stores = store;
	door->config.store_count = 1;
	door->config.rules = *rules;
	door->config.env.journal = door->path;
	make_operations(&story, store, jobs, job_count, partitions);
	assert_int_equal(operator_open(&door->by, &door->config), CKPT_OK);
}

void
door_close(struct door *door)
{
	ckpt_operator_close(door->by);
	arena_free(door->arena);
	unlink(door->path);
	rmdir(door->directory);
}

/* --- asking --- */

struct plan_terms
door_terms(const struct plan_terms *terms)
{
	struct plan_terms own = *terms;

	own.stale_after = 0;
	own.journal = true;
	own.root = geteuid() == 0;
	return own;
}

void
door_add_json(struct str *out, struct plan *plan)
{
	if (!plan_is_empty(plan) && plan_blocked(plan) == NULL)
		plan_block(plan, "It could not be recorded: the clock stands still "
				 "(CKPTOP_NOW), so "
				 "nothing is written to the journal, and without a "
				 "journal nothing is "
				 "changed; unset it.");
	plan_add_json(plan, out);
}

static void
take_environment(struct config_env *env, const struct plan_terms *terms)
{
	env->name = terms->environment;
	env->production = terms->production;
	env->require_reason = terms->require_reason;
	env->reason_least = (int64_t)terms->reason_least;
	env->confirm_step = terms->confirm_step;
}

static enum ckpt_status
ask(struct door *door, const struct wish *wish, const struct key *keys, size_t count,
	const char *target, struct ckpt_plan **plan)
{
	const struct ckpt_options options = {
		.reason = wish->reason.at,
		.while_running = wish->while_running,
	};
	struct ckpt_key named[DOOR_ROWS];

	if (wish->kind == WISH_UNDO)
		return ckpt_plan_undo(plan, door->by, wish->undo_of.at, &options);
	for (size_t i = 0; i < count; i++)
		named[i] = (struct ckpt_key){ keys[i].job.at, keys[i].partition.at };
	if (wish->kind == WISH_DELETE)
		return ckpt_plan_delete(plan, door->by, named, count, &options);
	return ckpt_plan_reset(plan, door->by, named, count, target, &options);
}

void
door_expect(struct door *door, const struct wish *wish, const struct key *keys,
	size_t count, const char *target, const struct plan_terms *terms,
	const char *json, const struct err *err)
{
	struct ckpt_plan *plan = NULL;

	take_environment(&door->config.env, terms);
	assert_int_equal(ask(door, wish, keys, count, target, &plan), lib_status(err));
	assert_string_equal(ckpt_operator_error(door->by), err->text);
	if (json == NULL)
		assert_null(plan);
	else
		assert_string_equal(ckpt_plan_json(plan), json);
	ckpt_plan_close(plan);
}

bool
door_expect_undo(struct door *door, struct store *store, size_t operation,
	const struct wish *wish, const struct plan_terms *terms)
{
	const struct journal_record *record = door->operations[operation];
	const struct wish undo = {
		.kind = WISH_UNDO,
		.undo_of = record->op,
		.reason = wish->reason,
		.while_running = wish->while_running,
	};
	struct subjects *subjects;
	struct plan *plan = NULL;
	struct str json = { 0 };
	struct err err = { 0 };
	size_t count;
	const struct plan_subject *list;
	bool made;

	assert_int_equal(
		subjects_examine_undo(&subjects, store, record, terms->board, &err), 0);
	list = subjects_list(subjects, &count);
	made = plan_make(&plan, &undo, list, count, terms, &err) == 0;
	if (made)
		door_add_json(&json, plan);
	door_expect(
		door, &undo, NULL, 0, NULL, terms, made ? str_text(&json) : NULL, &err);
	plan_free(plan);
	subjects_free(subjects);
	str_free(&json);
	return made;
}
