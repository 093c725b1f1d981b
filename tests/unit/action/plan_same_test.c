/* SPDX-License-Identifier: MIT
 * The same plan through every door: what was observed comes from a survey, as on the
 * command line, or from a worker with its thread, as on a screen, and the rows come in
 * any order; and the library makes it by itself. Random states of a store of files, and
 * whatever may be asked of them. */
#include "action/plan.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../base/scratch.h"
#include "action/subjects.h"
#include "base/json.h"
#include "plan_door.h"
#include "poll/poller.h"
#include "poll/survey.h"

#define ROUNDS	   50
#define JOBS	   4
#define PARTITIONS 4
/* Only for what never comes: a test that has to wait so long has failed. */
#define WATCHDOG (60 * SECOND)

static const char *const jobs[JOBS] = { "orders", "clicks", "daily", "odd" };
static const char *const partitions[PARTITIONS] = { "0", "1", "2", "3" };

struct world {
	const struct scratch *scratch;
	char uri[PATH_MAX + 8];
	struct store_config config;
	struct rule rule;
	struct rules rules;
	struct survey *survey;
	struct pollers *pollers;
	struct store *store;
	struct door door; /* of the library */
	int64_t now;
	uint64_t random;
	int64_t values[JOBS][PARTITIONS];
	size_t plans, refused; /* how many there were of each */
	size_t undone;	       /* of operations that are in a journal */
};

static uint64_t
any(struct world *world, uint64_t most)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return world->random % (most + 1);
}

static uint64_t
any_of(void *world, uint64_t most)
{
	return any(world, most);
}

/* --- the store --- */

static void
add_value(struct world *world, struct str *out, int job, int64_t number)
{
	static const char *const odd[] = { "\"token-a\"", "\"token-b\"", "null", "1.5",
		"\"007\"", "true", "9007199254740993" };

	if (job == 3 && any(world, 1) == 0) {
		str_add(out, odd[any(world, sizeof(odd) / sizeof(odd[0]) - 1)]);
	} else if (job == 2) {
		str_add_char(out, '"');
		time_add_rfc3339(out, world->now - DAY + number * SECOND);
		str_add_char(out, '"');
	} else if (job == 1) {
		str_addf(out, "\"16/%llX\"", (unsigned long long)number);
	} else {
		str_add_integer(out, number);
	}
}

static void
add_metadata(struct world *world, struct str *out, int job, int64_t number)
{
	static const char *const parts[] = { "\"host\": \"worker-07\"",
		"\"error\": \"deadlock detected\"", "\"x\":1e3 ,\"y\" : [ 1,{} ]",
		"\"event_time_watermark\": \"2026-11-22T01:00:00Z\"",
		"\"reset_by\": \"al\", \"reset_from\": 5000",
		"\"reset_reason\": \"old\"" };
	static const char *const whole[] = { "null", "[1, 2]", "\"text\"", "{}" };

	if (any(world, 5) == 0) {
		str_add(out, whole[any(world, 3)]);
		return;
	}
	str_add(out, "{\"a\": 1");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (any(world, 3) == 0)
			str_addf(out, ", %s", parts[i]);
	if (job < 2 && any(world, 1) == 0) {
		str_add(out, ", \"head\": ");
		add_value(world, out, job, number + (int64_t)any(world, 2000));
	}
	str_add_char(out, '}');
}

static void
write_checkpoint(struct world *world, int job, int partition)
{
	int64_t *value = &world->values[job][partition];
	struct str text = { 0 }, name = { 0 };
	int fd;

	*value += (int64_t)any(world, 1000);
	str_add(&text, "{\"value\": ");
	add_value(world, &text, job, *value);
	str_add(&text, ", \"metadata\": ");
	add_metadata(world, &text, job, *value);
	str_add(&text, ", \"timestamp\": \"");
	time_add_rfc3339(&text, world->now - (int64_t)any(world, 5) * SECOND);
	str_add(&text, "\"}");
	str_addf(&name, "%s_%d.json", jobs[job], partition);
	fd = openat(world->scratch->fd, str_text(&name),
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.text, text.len), (ssize_t)text.len);
	close(fd);
	str_free(&text);
	str_free(&name);
}

static void
start(struct world *world, const struct scratch *scratch)
{
	struct err err = { 0 };

	*world = (struct world){
		.scratch = scratch,
		.now = INT64_C(1795316861) * SECOND,
		.random = 88172645463325252u,
	};
	snprintf(world->uri, sizeof(world->uri), "dir:%s", scratch->path);
	world->config = (struct store_config){
		.name = "files",
		.uri = world->uri,
		.head = "metadata:head",
		.value_is_last = true,
		.interval = HOUR,
		.watermark_member = "event_time_watermark",
		.error_member = "error",
	};
	world->rule = rule_unset();
	world->rule.match = "clicks";
	world->rule.limits.cadence = 20 * SECOND;
	world->rules = (struct rules){ &world->rule, 1 };
	for (int job = 0; job < JOBS; job++)
		for (int partition = 0; partition < PARTITIONS; partition++)
			write_checkpoint(world, job, partition);
	door_open(&world->door, &world->config, &world->rules, jobs, JOBS, partitions,
		any_of, world);
	clock_freeze(world->now);
	world->survey = survey_new(&world->config, &world->rules, NULL);
	assert_int_equal(survey_poll(world->survey, true, &err), 0);
	assert_int_equal(pollers_start(&world->pollers, &world->config, 1, &world->rules,
				 NULL, NULL, &err),
		0);
	assert_int_equal(store_open(&world->store, &world->config, STORE_READ, &err), 0);
}

static void
stop(struct world *world)
{
	door_close(&world->door);
	store_close(world->store);
	survey_close(world->survey);
	survey_free(world->survey);
	assert_true(pollers_stop(world->pollers));
	clock_freeze(TIME_NONE);
}

static bool
has_rows(const struct board *board, const char *job)
{
	size_t count = 0;

	for (size_t i = 0; i < board->row_count; i++)
		count += span_is(board->rows[i].key.job, job);
	return count == PARTITIONS;
}

/* The board of a worker as of now, with the rows of a job. Borrowed until the next. */
static const struct board *
watched(struct world *world, const char *job)
{
	int64_t until = clock_monotonic() + WATCHDOG;
	struct pollfd news = { .fd = pollers_fd(world->pollers), .events = POLLIN };
	const struct board *board = NULL;

	for (;;) {
		pollers_take(world->pollers, &board);
		if (board->store.good_at == world->now && has_rows(board, job))
			return board;
		if (clock_monotonic() > until)
			fail_msg("the board did not come");
		poll(&news, 1, 1000);
	}
}

/* Both look once at the same moment. */
static void
next_moment(struct world *world)
{
	struct err err = { 0 };

	world->now += (int64_t)(1 + any(world, 90)) * SECOND;
	for (int job = 0; job < JOBS; job++)
		for (int partition = 0; partition < PARTITIONS; partition++)
			if (any(world, 2) > 0)
				write_checkpoint(world, job, partition);
	clock_freeze(world->now);
	assert_int_equal(survey_poll(world->survey, true, &err), 0);
	pollers_refresh(world->pollers, 0);
}

/* --- what is asked --- */

struct asked {
	struct wish wish;
	struct plan_terms terms;
	struct key keys[PARTITIONS];
	size_t count;
	char target[64];
	struct span left, before; /* of an undo */
};

static void
ask(struct world *world, struct asked *asked, int job)
{
	static const char *const targets[] = { "start", "end", "+1", "-1", "-5000",
		"+100000", "@-1h", "@2026-11-21T00:00:00Z", "16/100", "token-a",
		"text:token-a", "0", "text:9" };
	int64_t near = world->values[job][any(world, PARTITIONS - 1)];
	size_t from = any(world, PARTITIONS - 1);
	struct err err = { 0 };

	*asked = (struct asked){ .left = SPAN_NONE, .before = SPAN_NONE };
	asked->count = 1 + any(world, PARTITIONS - 1);
	for (size_t i = 0; i < asked->count; i++)
		asked->keys[i] = (struct key){ span_of(jobs[job]),
			span_of(partitions[(from + i) % PARTITIONS]) };
	asked->wish = (struct wish){
		.kind = (enum wish_kind)any(world, 2),
		.reason = SPAN("INC-4711"),
		.if_digest = SPAN_NONE,
		.undo_of = SPAN_NONE,
		.while_running = any(world, 3) == 0,
	};
	if (any(world, 1) == 0)
		snprintf(asked->target, sizeof(asked->target), "%lld",
			(long long)near - 500 + (long long)any(world, 1000));
	else
		snprintf(asked->target, sizeof(asked->target), "%s",
			targets[any(world, sizeof(targets) / sizeof(targets[0]) - 1)]);
	if (target_parse(&asked->wish.target, span_of(asked->target), world->now, &err) !=
		0)
		asked->wish.kind = WISH_DELETE;
	asked->terms = (struct plan_terms){
		.now = world->now,
		.op = SPAN("0b6d4c8e-3f0a-4d53-9c43-6a3f8f0c1d11"),
		.store = world->store,
		.config = &world->config,
		.rules = &world->rules,
		.stale_after = any(world, 3) == 0 ? 0 : 30 * SECOND,
		.environment = "prod-eu1",
		.production = any(world, 2) == 0,
		.require_reason = true,
		.reason_least = 3,
		.confirm_step = (int64_t)any(world, 2000),
		.journal = any(world, 9) > 0,
		.root = any(world, 1) == 0,
		.who = "bob@jump1",
	};
}

/* The rows in another order than they were named. */
static size_t
shuffle(struct world *world, struct plan_subject *out, const struct subjects *subjects)
{
	size_t count;
	const struct plan_subject *list = subjects_list(subjects, &count);

	for (size_t i = 0; i < count; i++) {
		size_t place = any(world, i);

		out[i] = out[place];
		out[place] = list[i];
	}
	return count;
}

static struct plan *
plan_from(struct world *world, const struct asked *asked, const struct board *board,
	struct str *text, struct err *err)
{
	struct plan_subject rows[PARTITIONS];
	struct plan_terms terms = asked->terms;
	struct subjects *subjects;
	struct plan *plan = NULL;
	size_t count;

	terms.board = board;
	assert_int_equal(
		subjects_examine(&subjects, world->store, asked->keys, asked->count,
			asked->wish.kind == WISH_DELETE, board, err),
		0);
	count = shuffle(world, rows, subjects);
	for (size_t i = 0; i < count; i++) {
		rows[i].left = asked->left.at != NULL ? asked->left : rows[i].image;
		rows[i].before = asked->before;
	}
	if (plan_make(&plan, &asked->wish, rows, count, &terms, err) == 0)
		plan_add_json(plan, text);
	subjects_free(subjects);
	return plan;
}

/* --- what must hold --- */

static bool
is_ours(struct span name)
{
	return name.len > 6 && span_equal((struct span){ name.at, 6 }, SPAN("reset_"));
}

/* Every member that is not ours is there in the same bytes and the same order. */
static void
expect_kept(struct span before, struct span after)
{
	struct json *old = NULL, *new = NULL;
	size_t old_at = 0, new_at = 0;
	struct span old_name, new_name;
	json_at a, b;

	if (before.at == NULL || json_parse(&old, before, NULL) != 0 ||
		json_kind(old, JSON_ROOT) == JSON_NULL) {
		json_free(old);
		return;
	}
	if (json_kind(old, JSON_ROOT) != JSON_OBJECT) {
		assert_true(span_equal(before, after));
		json_free(old);
		return;
	}
	assert_int_equal(json_parse(&new, after, NULL), 0);
	while (json_next(old, JSON_ROOT, &old_at, &old_name, &a)) {
		if (is_ours(old_name))
			continue;
		do
			assert_true(json_next(new, JSON_ROOT, &new_at, &new_name, &b));
		while (is_ours(new_name));
		assert_true(span_equal(old_name, new_name));
		assert_true(span_equal(json_raw(old, a), json_raw(new, b)));
	}
	while (json_next(new, JSON_ROOT, &new_at, &new_name, &b))
		assert_true(is_ours(new_name));
	json_free(old);
	json_free(new);
}

static void
expect_row(const struct world *world, const struct plan_row *row)
{
	struct str seen = { 0 }, wanted = { 0 };
	struct image_facts old, new;
	struct value a = value_parse(row->old_value, VALUE_AUTO, NULL);
	struct value b = value_parse(row->new_value, VALUE_AUTO, NULL);

	if (row->direction != DIRECTION_SAME && row->will_exist) {
		assert_true(store_image_read(world->store, row->seen, &seen, &old));
		assert_true(store_image_read(world->store, row->wanted, &wanted, &new));
		assert_true(span_equal(new.value, row->new_value));
		if (row->direction != DIRECTION_RESTORE)
			expect_kept(old.metadata, new.metadata);
	}
	if (a.type == VALUE_INT && b.type == VALUE_INT) {
		if (row->direction == DIRECTION_SKIP)
			assert_true(b.number > a.number);
		if (row->direction == DIRECTION_REWIND)
			assert_true(b.number < a.number);
		if (row->distance_known && row->direction != DIRECTION_DELETE &&
			row->direction != DIRECTION_CHANGE)
			assert_true(row->distance == llabs(b.number - a.number));
	}
	assert_true(row->distance >= 0);
	str_free(&seen);
	str_free(&wanted);
}

/* A yes alone is for one step back that is not large, and for nothing else. */
static void
expect_confirmed(const struct plan *plan, const struct asked *asked)
{
	size_t count;
	const struct plan_row *rows = plan_rows(plan, &count);

	for (size_t i = 0; i < count; i++) {
		bool plain = plan_confirmation(plan) == PLAN_CONFIRM_PLAIN;

		if (rows[i].direction == DIRECTION_SKIP ||
			rows[i].direction == DIRECTION_DELETE ||
			rows[i].direction == DIRECTION_CHANGE)
			assert_false(plain);
		if (rows[i].direction == DIRECTION_REWIND && plain)
			assert_true(rows[i].distance <= asked->terms.confirm_step &&
				    !asked->terms.production);
	}
}

/* The digest is the same whenever and by whomever it is made, and another one for
 * another value. */
static void
expect_digest(struct world *world, const struct asked *asked, const struct plan *plan,
	const struct board *board)
{
	struct asked later = *asked;
	struct str text = { 0 };
	struct err err = { 0 };
	struct plan *again;

	later.terms.op = SPAN("6f0b1a52-9c43-4d53-8e3f-0a0b6d4c1d11");
	later.terms.now += DAY;
	later.terms.who = "al";
	later.wish.reason = SPAN("another reason");
	again = plan_from(world, &later, board, &text, &err);
	assert_non_null(again);
	assert_true(span_equal(plan_digest(again), plan_digest(plan)));
	plan_free(again);
	later.wish.kind = WISH_RESET;
	later.wish.target = (struct reset_target){
		.kind = TARGET_VALUE, .is_text = true, .text = SPAN("none of these")
	};
	again = plan_from(world, &later, board, &text, &err);
	assert_non_null(again);
	assert_false(span_equal(plan_digest(again), plan_digest(plan)));
	plan_free(again);
	str_free(&text);
}

/* --- the library --- */

static void
expect_of_library(
	struct world *world, const struct asked *asked, const struct board *board)
{
	struct asked same = *asked;
	struct str json = { 0 };
	struct err err = { 0 };
	struct plan *plan;

	if (asked->wish.kind == WISH_UNDO)
		return;
	same.terms = door_terms(&asked->terms);
	plan = plan_from(world, &same, board, &json, &err);
	str_clear(&json);
	if (plan != NULL)
		door_add_json(&json, plan);
	door_expect(&world->door, &same.wish, same.keys, same.count, same.target,
		&same.terms, plan != NULL ? str_text(&json) : NULL, &err);
	plan_free(plan);
	str_free(&json);
}

/* An operation of the journal is undone, whatever was saved since. */
static void
expect_undo_of_library(struct world *world, const struct asked *asked, int job,
	const struct board *board)
{
	size_t operation = any(world, DOOR_OPERATIONS / JOBS - 1) * JOBS + (size_t)job;
	struct plan_terms terms = door_terms(&asked->terms);

	terms.board = board;
	world->undone += door_expect_undo(
		&world->door, world->store, operation, &asked->wish, &terms);
}

static void
compare(struct world *world, const struct asked *asked, const struct board *one,
	const struct board *other)
{
	struct str first = { 0 }, second = { 0 };
	struct err err = { 0 }, other_err = { 0 };
	struct plan *a = plan_from(world, asked, one, &first, &err);
	struct plan *b = plan_from(world, asked, other, &second, &other_err);
	size_t count;

	assert_string_equal(err.text, other_err.text);
	assert_int_equal(err.kind, other_err.kind);
	assert_string_equal(str_text(&first), str_text(&second));
	if (a != NULL && b != NULL) {
		const struct plan_row *rows = plan_rows(a, &count);

		for (size_t i = 0; i < count; i++)
			expect_row(world, &rows[i]);
		expect_confirmed(a, asked);
		expect_digest(world, asked, a, one);
		world->plans++;
	} else {
		world->refused++;
	}
	plan_free(a);
	plan_free(b);
	str_free(&first);
	str_free(&second);
}

/* Images of rows as they were, for undos. */
static void
keep_image(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	(void)row;
	(void)hazards;
	str_clear(arg);
	str_add_span(arg, image);
}

static void
compare_all(struct world *world, int job, const struct board *one,
	const struct board *other, size_t times)
{
	struct str images[2] = { 0 };
	struct err err = { 0 };
	struct asked asked;

	for (size_t i = 0; i < times; i++) {
		ask(world, &asked, job);
		for (int k = 0; k < 2; k++)
			assert_int_equal(store_examine(world->store,
						 asked.keys[any(world, asked.count - 1)],
						 keep_image, &images[k], &err),
				0);
		/* What was left, and what was there before: this row, or another. */
		if (any(world, 1) == 0)
			asked.left = str_span(&images[0]);
		if (any(world, 3) > 0)
			asked.before = str_span(&images[1]);
		compare(world, &asked, one, other);
		expect_of_library(world, &asked, one);
		if (asked.wish.kind == WISH_UNDO)
			expect_undo_of_library(world, &asked, job, one);
	}
	str_free(&images[0]);
	str_free(&images[1]);
}

static void
a_plan_is_the_same_through_every_door(void **state)
{
	size_t states = getenv("CKPTOP_LONG") != NULL ? 10000 : 2000;
	struct world world;

	start(&world, *state);
	for (int round = 0; round < ROUNDS; round++) {
		for (int job = 0; job < JOBS; job++) {
			struct survey_interest interest = {
				.rows = any(&world, 1) == 0 ? BOARD_ROWS_ALL
							    : BOARD_ROWS_JOB,
				.job = span_of(jobs[job]),
				.partition = SPAN_NONE,
			};
			const struct board *one, *other;

			pollers_interest(world.pollers, 0, span_of(jobs[job]), SPAN_NONE);
			other = watched(&world, jobs[job]);
			one = survey_board(world.survey, &interest);
			compare_all(&world, job, one, other, states / ROUNDS / JOBS);
			board_unref(one);
		}
		next_moment(&world);
	}
	/* Both were met, not only what is refused at once. */
	assert_true(world.plans > states / 4);
	assert_true(world.refused > states / 100);
	assert_true(world.undone > states / 8);
	stop(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_plan_is_the_same_through_every_door,
			scratch_make, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
