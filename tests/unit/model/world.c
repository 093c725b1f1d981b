/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void
world_start(struct world *world)
{
	*world = (struct world){
		.setup = {
			.store = "pg:main",
			.value_is_last = true,
			.head = { .is_last = true },
			.watermark_member = "event_time_watermark",
			.error_member = "error",
		},
	};
	world->rules.rules = world->rule_list;
	world->setup.rules = &world->rules;
}

void
world_stop(struct world *world)
{
	board_unref(world->board);
	records_free(world->records);
}

struct rule *
world_rule(struct world *world, const char *match)
{
	struct rule *rule = &world->rule_list[world->rules.count++];

	*rule = rule_unset();
	rule->name = "rule";
	rule->match = match;
	return rule;
}

void
world_put(struct world *world, const struct world_row *row)
{
	struct str updated = { 0 };
	struct ckpt ckpt = {
		.key = { span_of(row->job != NULL ? row->job : "orders"),
			span_of(row->partition != NULL ? row->partition : "0") },
		.value = span_of(row->value),
		.storage = row->value != NULL ? CKPT_STORAGE_TEXT : CKPT_STORAGE_NULL,
		.metadata = span_of(row->metadata),
		.updated_text = span_of(row->updated_text),
		.written_at = row->written_at != 0 ? row->written_at : TIME_NONE,
		.watermark = span_of(row->watermark),
		.head = span_of(row->head),
		.lag = span_of(row->lag),
		.state = span_of(row->state),
		.damage = span_of(row->damage),
		.where = span_of(row->where),
		.flags = row->flags,
	};

	if (row->updated != 0) {
		time_add_rfc3339(&updated, row->updated);
		ckpt.updated_text = str_span(&updated);
	}
	if (ckpt.updated_text.at != NULL)
		stamp_parse(&ckpt.updated, ckpt.updated_text);
	records_put(world->records, &ckpt);
	str_free(&updated);
}

static void
show(struct world *world)
{
	board_unref(world->board);
	world->board = board_new();
	records_fill(world->records, world->board, BOARD_ROWS_ALL, SPAN_NONE);
}

struct heads {
	struct world *world;
	const struct world_row *rows;
	size_t count;
	int64_t now;
};

static void
answer(void *arg, size_t index, struct key key, const struct head_spec *head,
	bool has_head)
{
	struct heads *heads = arg;

	(void)head;
	(void)has_head;
	for (size_t i = 0; i < heads->count; i++) {
		const struct world_row *row = &heads->rows[i];

		if (span_is(key.job, row->job != NULL ? row->job : "orders") &&
			span_is(key.partition,
				row->partition != NULL ? row->partition : "0"))
			records_set_head(heads->world->records, index,
				span_of(row->asked_head), heads->now);
	}
}

void
world_poll(struct world *world, int64_t now, const struct world_row *rows, size_t count)
{
	struct heads heads = { world, rows, count, now };

	if (world->records == NULL)
		world->records = records_new(&world->setup);
	records_begin(world->records, now);
	for (size_t i = 0; i < count; i++)
		world_put(world, &rows[i]);
	records_end(world->records, NULL, NULL);
	records_walk(world->records, answer, &heads);
	records_judge(world->records, now, true, now);
	show(world);
}

void
world_look(struct world *world, int64_t now)
{
	records_judge(world->records, now, true, now);
	show(world);
}

void
world_fail(struct world *world, int64_t now, int64_t good_at)
{
	records_judge(world->records, now, false, good_at);
	show(world);
}

const struct board_job *
world_job(const struct world *world, const char *job)
{
	for (size_t i = 0; i < world->board->job_count; i++)
		if (span_is(world->board->jobs[i].job, job))
			return &world->board->jobs[i];
	return NULL;
}

const struct board_row *
world_row(const struct world *world, const char *job, const char *partition)
{
	for (size_t i = 0; i < world->board->row_count; i++) {
		const struct board_row *row = &world->board->rows[i];

		if (span_is(row->key.job, job) && span_is(row->key.partition, partition))
			return row;
	}
	return NULL;
}

static void
check(const char *what, enum state state, enum finding finding, const char *text,
	enum state wanted_state, enum finding wanted_finding, const char *wanted_text)
{
	if (state != wanted_state || finding != wanted_finding ||
		strcmp(text, wanted_text) != 0)
		fail_msg("%s: %s, %s, \"%s\"", what, state_word(state),
			finding_word(finding), text);
}

void
world_expect(const struct world *world, const char *job, const char *partition,
	enum state state, enum finding finding, const char *text)
{
	const struct board_row *row = world_row(world, job, partition);

	assert_non_null(row);
	check(partition, row->state, row->finding, row->why.text, state, finding, text);
}

void
world_expect_job(const struct world *world, const char *job, enum state state,
	enum finding finding, const char *text)
{
	const struct board_job *found = world_job(world, job);

	assert_non_null(found);
	check(job, found->state, found->finding, found->why.text, state, finding, text);
}
