/* SPDX-License-Identifier: MIT
 * A store in which anything may happen, in an order that is always the same: whatever it
 * is, the picture holds together. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "world.h"

#define JOBS	   4
#define PARTITIONS 6
#define ROWS	   (JOBS * PARTITIONS)
#define POLLS	   1000

struct chance {
	uint64_t seed;
};

static unsigned
up_to(struct chance *chance, unsigned most)
{
	chance->seed = chance->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(chance->seed >> 33) % (most + 1);
}

static bool
one_in(struct chance *chance, unsigned times)
{
	return up_to(chance, times - 1) == 0;
}

/* What one checkpoint does from poll to poll. */
struct actor {
	bool is_there, is_damaged, is_standing, is_twice;
	int64_t value, head, updated;
	unsigned kind; /* of its value */
	bool head_known;
	char job[24], partition[24], value_text[40], head_text[40], updated_text[40],
		metadata[120];
};

static const char *const damages[] = { "file empty", "value unreadable", "cut off" };

static void
print_value(char *out, size_t size, unsigned kind, int64_t number)
{
	struct str text = { 0 };

	switch (kind) {
	case 0: snprintf(out, size, "%lld", (long long)number); break;
	case 1:
		time_addf(&text, NOW + number * SECOND, NULL, "%Y-%m-%dT%H:%M:%SZ");
		snprintf(out, size, "%s", str_text(&text));
		break;
	case 2: snprintf(out, size, "%X/%X", 22, (unsigned)number); break;
	default: snprintf(out, size, "word %lld", (long long)number); break;
	}
	str_free(&text);
}

static void
move(struct actor *actor, struct chance *chance, int64_t now)
{
	if (one_in(chance, 200))
		actor->is_there = !actor->is_there;
	if (one_in(chance, 150))
		actor->is_damaged = !actor->is_damaged;
	if (one_in(chance, 60))
		actor->is_standing = !actor->is_standing;
	if (one_in(chance, 300))
		actor->is_twice = !actor->is_twice;
	if (one_in(chance, 500))
		actor->kind = up_to(chance, 3);
	if (one_in(chance, 100))
		actor->head_known = !actor->head_known;
	actor->head += up_to(chance, 50);
	if (!actor->is_standing) {
		actor->value += up_to(chance, 60);
		actor->updated = now - up_to(chance, 4) * SECOND;
		snprintf(actor->metadata, sizeof(actor->metadata),
			"{\"host\":\"h%u\",\"error\":%s}", up_to(chance, 3),
			one_in(chance, 3) ? "\"no \\u001b space\"" : "null");
	}
	if (one_in(chance, 250)) {
		actor->value -= up_to(chance, 2000);
		if (one_in(chance, 2))
			snprintf(actor->metadata, sizeof(actor->metadata),
				"{\"reset_by\":\"w%u\",\"reset_at\":\"%lld\"}",
				up_to(chance, 9), (long long)(now / SECOND));
	}
}

static struct world_row
row_of(struct actor *actor, bool naive)
{
	struct str updated = { 0 };
	struct world_row row = {
		.job = actor->job,
		.partition = actor->partition,
		.value = actor->value_text,
		.updated_text = actor->updated_text,
		.metadata = actor->metadata,
		.asked_head = actor->head_known ? actor->head_text : NULL,
		.damage = actor->is_damaged ? damages[actor->value % 3 & 1] : NULL,
	};

	print_value(
		actor->value_text, sizeof(actor->value_text), actor->kind, actor->value);
	print_value(actor->head_text, sizeof(actor->head_text), actor->kind, actor->head);
	time_addf(&updated, actor->updated, NULL,
		naive ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%dT%H:%M:%SZ");
	snprintf(actor->updated_text, sizeof(actor->updated_text), "%s",
		str_text(&updated));
	str_free(&updated);
	return row;
}

/* --- what always holds --- */

static void
check_why(const struct why *why)
{
	assert_non_null(why->full);
	assert_true(safe_width(span_of(why->full)) <= WHY_FULL_CELLS);
	assert_true(safe_width(span_of(why->text)) <= WHY_TEXT_CELLS);
	assert_true(safe_width(span_of(why->brief)) <= WHY_BRIEF_CELLS);
	assert_int_equal(*why->full == '\0', *why->sentence == '\0');
}

static void
check_row(const struct board_row *row, int64_t now)
{
	check_why(&row->why);
	assert_true(row->since.at <= now && row->state_since.at <= now);
	assert_true(row->state_since.at >= row->since.at);
	assert_true(row->moved.at <= now);
	assert_true(row->cadence == TIME_NONE || row->cadence > 0);
	assert_false(isnan(row->speed.per_second) || isinf(row->speed.per_second));
	/* Nothing that is wrong by definition is ever ok. */
	if (row->damage.at != NULL)
		assert_int_equal(row->state, STATE_CRIT);
	if (row->finding == FINDING_IDLE)
		assert_int_equal(row->lag.amount, 0);
	if (row->lag.kind == LAG_UNKNOWN || row->lag.kind == LAG_NONE)
		assert_false(row->lag_rate.known);
	if (state_is_problem(row->state))
		assert_true(*row->why.text != '\0');
}

static void
check_lag(const struct board_job *job)
{
	bool known[3] = { false }, any = false;
	int64_t sum = 0, most = INT64_MIN;
	double rate = 0, size = 1;

	for (size_t i = 0; i < job->partitions; i++) {
		const struct board_row *row = job->rows[i];

		known[0] |= row->lag.kind == LAG_UNKNOWN;
		known[1] |= row->lag.kind == LAG_POSITIONS;
		known[2] |= row->lag.kind == LAG_TIME;
		if (row->lag.kind == LAG_POSITIONS)
			sum += row->lag.amount;
		if (row->lag.kind == LAG_TIME && row->lag.amount > most)
			most = row->lag.amount;
		if (row->lag.kind == LAG_POSITIONS && row->lag_rate.known) {
			any = true;
			rate += row->lag_rate.per_second;
			size += fabs(row->lag_rate.per_second);
		}
	}
	if (known[1] && known[2]) {
		assert_int_equal(job->lag.kind, LAG_NONE);
		return;
	}
	assert_int_equal(job->lag.kind, known[1]   ? LAG_POSITIONS
					: known[2] ? LAG_TIME
					: known[0] ? LAG_UNKNOWN
						   : LAG_NONE);
	if (known[1]) {
		assert_int_equal(job->lag.amount, sum);
		assert_int_equal(job->lag_rate.known, any);
		assert_true(fabs(job->lag_rate.per_second - rate) < 1e-9 * size);
	}
	if (known[2])
		assert_int_equal(job->lag.amount, most);
	if (known[1] || known[2])
		assert_int_equal(job->lag.partial, known[0]);
}

static void
check_job(const struct board_job *job, int64_t now)
{
	enum state worst = STATE_OK;
	size_t bad = 0;

	check_why(&job->why);
	for (size_t i = 0; i < job->partitions; i++) {
		const struct board_row *row = job->rows[i];

		assert_ptr_equal(row->job, job);
		if (i > 0)
			assert_true(key_compare(job->rows[i - 1]->key, row->key) < 0);
		if (row->state > worst)
			worst = row->state;
		bad += state_is_problem(row->state) && row->state != STATE_RPLY;
		check_row(row, now);
	}
	assert_int_equal(job->state, worst);
	assert_int_equal(job->bad, bad);
	assert_true(job->moving <= job->partitions - job->dormant);
	if (worst != STATE_OK) {
		assert_int_equal(job->worst->state, worst);
		assert_int_equal(job->worst->since.at, job->since.at);
		assert_true(*job->why.text != '\0');
	}
	check_lag(job);
}

static void
check_board(const struct world *world, int64_t now)
{
	size_t rows = 0;

	for (size_t i = 0; i < world->board->job_count; i++) {
		const struct board_job *job = &world->board->jobs[i];

		if (i > 0)
			assert_true(span_compare_natural(
					    world->board->jobs[i - 1].job, job->job) < 0);
		check_job(job, now);
		rows += job->partitions;
	}
	assert_int_equal(rows, world->board->row_count);
	assert_int_equal(rows, records_count(world->records));
}

/* --- the story --- */

static void
start_actors(struct actor *actors, struct chance *chance, int64_t now)
{
	for (int i = 0; i < ROWS; i++) {
		struct actor *actor = &actors[i];

		*actor = (struct actor){
			.is_there = !one_in(chance, 5),
			.value = up_to(chance, 100000),
			.updated = now - up_to(chance, 100) * SECOND,
			/* The last job mixes what cannot be mixed. */
			.kind = i / PARTITIONS == JOBS - 1 ? up_to(chance, 3)
							   : up_to(chance, 1) * 2,
			.head_known = true,
			.metadata = "{}",
		};
		actor->head = actor->value + up_to(chance, 1000);
		snprintf(actor->job, sizeof(actor->job), "job%d", i / PARTITIONS);
		snprintf(
			actor->partition, sizeof(actor->partition), "%d", i % PARTITIONS);
	}
}

static void
poll_once(struct world *world, struct actor *actors, struct chance *chance, int64_t now,
	bool naive)
{
	struct world_row rows[2 * ROWS];
	size_t count = 0;

	for (int i = 0; i < ROWS; i++) {
		move(&actors[i], chance, now);
		if (!actors[i].is_there)
			continue;
		rows[count++] = row_of(&actors[i], naive);
		if (actors[i].is_twice) {
			rows[count] = rows[count - 1];
			rows[count++].damage = NULL;
		}
	}
	world_poll(world, now, rows, count);
}

static void
tell(uint64_t seed, bool naive)
{
	static struct actor actors[ROWS];
	struct chance chance = { seed };
	struct world world;
	int64_t now = NOW, good_at = NOW;

	world_start(&world);
	world_rule(&world, "job1")->limits.warn_lag = 500;
	world_rule(&world, "job2")->limits.warn_age = MINUTE;
	world.rule_list[1].limits.crit_age = 3 * MINUTE;
	start_actors(actors, &chance, now);
	for (int i = 0; i < POLLS; i++) {
		now += one_in(&chance, 100) ? up_to(&chance, 3600) * SECOND : 5 * SECOND;
		if (one_in(&chance, 300))
			now -= up_to(&chance, 7200) * SECOND;
		if (good_at > now)
			good_at = now;
		if (world.records != NULL && one_in(&chance, 20)) {
			world_fail(&world, now, good_at);
		} else if (world.records != NULL && one_in(&chance, 10)) {
			world_look(&world, now);
			good_at = now;
		} else {
			poll_once(&world, actors, &chance, now, naive);
			good_at = now;
		}
		check_board(&world, now);
	}
	world_stop(&world);
}

static void
the_picture_always_holds_together(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++)
		tell(seed, seed % 2 == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_picture_always_holds_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
