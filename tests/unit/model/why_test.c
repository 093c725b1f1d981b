/* SPDX-License-Identifier: MIT */
#include "model/why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* Sunday 2026-11-22 03:07:41 UTC. */
#define NOW	     (INT64_C(1795316861) * SECOND)
#define AGO(seconds) (NOW - (seconds)*SECOND)

/* A verdict with nothing said about it yet; tests fill in what they are about. */
struct scene {
	struct arena *arena;
	struct observation seen;
	struct verdict verdict;
	struct limits limits;
	struct why_job job;
};

static const struct since never = { .at = TIME_NONE };

static void
start(struct scene *c, enum state state, enum finding finding)
{
	*c = (struct scene){
		.arena = arena_new(),
		.seen = {
			.now = NOW,
			.store_reachable = true,
			.store = SPAN("kafka:eu1"),
			.damaged = never,
			.lost = never,
			.unexplained = never,
			.value = { .type = VALUE_INT,
				.text = SPAN("88412007"),
				.number = 88412007 },
			.lag = { .kind = LAG_POSITIONS, .amount = 592345 },
			.updated = AGO(3219),
			.learned_cadence = 5400 * MILLISECOND,
			.saves_seen = 9,
			.watermark = TIME_NONE,
			.future = never,
			.watermark_future = never,
		},
		.verdict = {
			.state = state,
			.finding = finding,
			.limit = RULE_UNSET,
		},
		.limits = rule_unset().limits,
		.job = { .partitions = 16,
			.same = 1,
			.names = { SPAN("7") },
			.replayed = -1 },
	};
}

static void
expect(const char *what, const char *text, const char *wanted)
{
	if (strcmp(text, wanted) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", what, text, wanted);
}

static void
check(struct scene *c, struct why why, const char *full, const char *text,
	const char *brief, const char *sentence)
{
	expect("full", why.full, full);
	expect("text", why.text, text);
	expect("brief", why.brief, brief);
	if (sentence != NULL)
		expect("sentence", why.sentence, sentence);
	assert_true(safe_width(span_of(why.full)) <= WHY_FULL_CELLS);
	assert_true(safe_width(span_of(why.text)) <= WHY_TEXT_CELLS);
	assert_true(safe_width(span_of(why.brief)) <= WHY_BRIEF_CELLS);
	arena_free(c->arena);
}

static struct why
of_row(struct scene *c, const char *partition)
{
	struct why_context context = { .arena = c->arena };

	return why_of_checkpoint(
		&context, &c->seen, &c->verdict, &c->limits, span_of(partition));
}

static struct why
of_job(struct scene *c)
{
	struct why_context context = { .arena = c->arena };

	return why_of_job(
		&context, &c->job, &c->seen, &c->verdict, &c->limits, c->job.names[0]);
}

/* --- stuck, and why --- */

static void
stuck_among_others(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_CRIT, FINDING_STOPPED);
	c.job.moving = 15;
	c.job.speed = (struct rate){ .known = true, .per_second = 2900 };
	c.limits.warn_age = 15 * MINUTE;
	c.limits.crit_age = 30 * MINUTE;
	check(&c, of_job(&c), "p7 stuck, 15 others move", "p7 stuck, 15 others move",
		"p7 stuck",
		"p7 has not moved; limits warn 15m, crit 30m. The other 15 partitions "
		"move (2.9k/s).");
}

static void
the_error_is_in_every_form(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_CRIT, FINDING_STOPPED);
	c.seen.error = SPAN("deadlock detected");
	c.job.moving = 15;
	check(&c, of_job(&c), "p7 stuck: deadlock detected; 15 others move",
		"p7 stuck: deadlock detected", "p7: deadlock det~",
		"p7 has not moved: deadlock detected; it used to save every 5.4s. The "
		"other 15 partitions move.");
	start(&c, STATE_CRIT, FINDING_STOPPED);
	c.seen.error = SPAN("deadlock detected");
	check(&c, of_row(&c, NULL), "stuck: deadlock detected",
		"stuck: deadlock detected", "stuck: deadlock ~",
		"it has not moved: deadlock detected; it used to save every 5.4s.");
	start(&c, STATE_WARN, FINDING_STOPPED);
	c.seen.error = SPAN("could not connect to server: Connection refused; is the "
			    "server running on that host and accepting connections?");
	check(&c, of_row(&c, "partition-0"),
		"partition~ stuck: could not connect to server: Connection r~",
		"partition~: could not conn~", "partition~: coul~", NULL);
	start(&c, STATE_WARN, FINDING_LAGGING);
	c.verdict.limit = 50000;
	c.seen.error = SPAN("too many requests");
	check(&c, of_row(&c, "2"), "p2 lag 592k > 50k: too many requests",
		"lag 592k > 50k: too many r~", "lag 592k > 50k: ~", NULL);
}

static void
the_error_of_one_that_moves_is_told_too(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_OK, FINDING_NONE);
	check(&c, of_row(&c, "7"), "", "", "", "");
	start(&c, STATE_OK, FINDING_NONE);
	c.seen.error = SPAN("disk is 98% full");
	check(&c, of_row(&c, "7"), "p7 error: disk is 98% full",
		"p7 error: disk is 98% full", "error: disk is 9~", NULL);
}

static void
names_few_and_counts_many(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_WARN, FINDING_STOPPED);
	c.job.same = 2;
	c.job.names[0] = SPAN("0");
	c.job.names[1] = SPAN("12");
	c.job.moving = 1;
	c.limits.warn_age = MINUTE;
	check(&c, of_job(&c), "p0,p12 stuck, 1 other moves",
		"p0,p12 stuck, 1 other moves", "p0,p12 stuck",
		"p0 and p12 have not moved; limit warn 1m. 1 of the other 14 partitions "
		"moves.");
	start(&c, STATE_WARN, FINDING_STOPPED);
	c.job.same = 5;
	check(&c, of_job(&c), "5 of 16 stuck", "5 of 16 stuck", "5 of 16 stuck", NULL);
	start(&c, STATE_WARN, FINDING_STOPPED);
	c.job.same = 16;
	check(&c, of_job(&c), "all stuck", "all stuck", "all stuck", NULL);
	start(&c, STATE_WARN, FINDING_STOPPED);
	c.job.partitions = 1;
	check(&c, of_job(&c), "stuck", "stuck", "stuck", NULL);
	start(&c, STATE_WARN, FINDING_STOPPED);
	c.job.same = 2;
	c.job.names[0] = SPAN("frankfurt-1");
	c.job.names[1] = SPAN("frankfurt-2");
	check(&c, of_job(&c), "2 of 16 stuck", "2 of 16 stuck", "2 of 16 stuck", NULL);
}

/* --- limits --- */

static void
a_lag_over_its_limit(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_WARN, FINDING_LAGGING);
	c.verdict.limit = c.limits.warn_lag = 50000;
	c.seen.lag.amount = 88100;
	c.seen.lag_rate = (struct rate){ .known = true, .per_second = -410 };
	c.seen.speed = (struct rate){ .known = true, .per_second = 900 };
	check(&c, of_row(&c, "2"), "p2 lag 88k > 50k, falling, gone in 3m34s",
		"p2 lag 88k > 50k, falling", "p2 lag 88k > 50k",
		"p2 lags 88,100 behind (-410/s); limit warn 50,000.");
	start(&c, STATE_WARN, FINDING_LAGGING);
	c.verdict.limit = 50000;
	c.seen.lag_rate = (struct rate){ .known = true, .per_second = 184 };
	check(&c, of_row(&c, NULL), "lag 592k > 50k, rising", "lag 592k > 50k, rising",
		"lag 592k > 50k", NULL);
	/* One poll tells no direction. */
	start(&c, STATE_WARN, FINDING_LAGGING);
	c.verdict.limit = 50000;
	check(&c, of_row(&c, NULL), "lag 592k > 50k", "lag 592k > 50k", "lag 592k > 50k",
		NULL);
	/* Of several the limit is said of each, the direction of all. */
	start(&c, STATE_WARN, FINDING_LAGGING);
	c.job = (struct why_job){ .partitions = 8,
		.same = 3,
		.names = { SPAN("2"), SPAN("5"), SPAN("6") },
		.lag = { .kind = LAG_POSITIONS, .amount = 88100 },
		.lag_rate = { .known = true, .per_second = -410 } };
	c.verdict.limit = c.limits.warn_lag = 25000;
	check(&c, of_job(&c), "p2,p5,p6 lag > 25k, falling, gone in 3m34s",
		"p2,p5,p6 lag > 25k, falling", "3 of 8 lag > 25k",
		"p2, p5 and p6 lag 88,100 behind with the whole job (-410/s); limit warn "
		"25,000.");
}

static void
a_watermark_over_its_limit(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_WARN, FINDING_WATERMARK);
	c.verdict.limit = c.limits.warn_watermark = 30 * MINUTE;
	c.limits.crit_watermark = HOUR;
	c.seen.watermark = NOW - 41 * MINUTE;
	check(&c, of_row(&c, "1"), "wmark 41m behind (max 30m)",
		"wmark 41m behind (max 30m)", "wmark 41m behind",
		"the watermark 02:26 is 41m behind; limits warn 30m, crit 1h.");
}

static void
times_in_the_future(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_WARN, FINDING_FUTURE);
	c.seen.future.at = NOW;
	c.seen.updated = NOW + 252 * SECOND;
	check(&c, of_row(&c, NULL), "updated 4m in the FUTURE",
		"updated 4m in the FUTURE", "4m in the FUTURE",
		"the last save says 03:11, 4m in the future: a clock is wrong, or the "
		"zone of the times.");
	start(&c, STATE_WARN, FINDING_FUTURE);
	c.seen.watermark_future.at = NOW;
	c.seen.watermark = NOW + 30 * SECOND;
	check(&c, of_row(&c, NULL), "wmark 30s in the FUTURE", "wmark 30s in the FUTURE",
		"30s in the FUTURE", NULL);
}

static void
beyond_the_source(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_WARN, FINDING_AHEAD);
	c.seen.lag.amount = -1234;
	check(&c, of_row(&c, "3"), "p3 1.2k beyond its source",
		"p3 1.2k beyond its source", "beyond source", NULL);
}

static void
standing_while_it_saves(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_WARN, FINDING_STALLED);
	check(&c, of_row(&c, NULL), "saves, but stands at 88M",
		"saves, but stands at 88M", "stands at 88M",
		"it saves, but stands at 88,412,007 while the source moves on; it used "
		"to save every 5.4s.");
	start(&c, STATE_WARN, FINDING_STALLED);
	check(&c, of_row(&c, "7"), "p7 saves, but stands at 88M",
		"p7 saves, but stands at 88M", "p7 stands at 88M", NULL);
}

/* --- certain trouble --- */

static void
went_back(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_CRIT, FINDING_REWOUND);
	c.seen.went_back_from = (struct value){
		.type = VALUE_INT, .number = 918220, .text = SPAN("918220")
	};
	c.seen.went_back_to = (struct value){ .type = VALUE_INT, .text = SPAN("0") };
	check(&c, of_row(&c, NULL), "went BACK 918k -> 0, by UNKNOWN",
		"set 918k -> 0, by UNKNOWN", "set 918k -> 0",
		"it went back from 918,220 to 0; by UNKNOWN: no record of a reset came "
		"with it. It counts until the old value is passed again.");
	start(&c, STATE_CRIT, FINDING_REWOUND);
	c.seen.half_asked = true;
	c.seen.went_back_from = value_parse(SPAN("918220"), VALUE_AUTO, NULL);
	c.seen.went_back_to = value_parse(SPAN("0"), VALUE_AUTO, NULL);
	check(&c, of_row(&c, NULL), "went BACK 918k -> 0, no record on this host",
		"set 918k -> 0", "set 918k -> 0",
		"it went back from 918,220 to 0; no record on this host: none came with "
		"it, and not all that keep records of this store could be asked. It "
		"counts until the old value is passed again.");
	/* All of few are named, and numbers a hundredth apart are one. */
	start(&c, STATE_CRIT, FINDING_REWOUND);
	c.job = (struct why_job){ .partitions = 2,
		.same = 2,
		.names = { SPAN("0"), SPAN("1") },
		.numbers = true,
		.from_least = 917904,
		.from_most = 918220,
		.fall = 1836124 };
	check(&c, of_job(&c), "p0,p1 set 918k -> 0, by UNKNOWN",
		"p0,p1 918k -> 0, by UNKNOWN", "p0,p1 918k -> 0", NULL);
	start(&c, STATE_CRIT, FINDING_REWOUND);
	c.job = (struct why_job){ .partitions = 9,
		.same = 5,
		.numbers = true,
		.from_least = 400000,
		.from_most = 918220,
		.to_most = 7 };
	check(&c, of_job(&c), "5 of 9 set 400k..918k -> 0..7, by UNKNOWN",
		"5 of 9 400k..918k -> 0..7", "BACK to 0..7", NULL);
	start(&c, STATE_CRIT, FINDING_REWOUND);
	c.seen.went_back_from =
		(struct value){ .type = VALUE_TIME, .text = SPAN("2026-11-21") };
	c.seen.went_back_to =
		(struct value){ .type = VALUE_TIME, .text = SPAN("2026-11-19") };
	check(&c, of_row(&c, NULL), "went BACK 2026-11-21 -> 2026-11-19, by UNKNOWN",
		"BACK to 2026-11-19", "went BACK", NULL);
}

static void
damaged_lost_unreachable(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_CRIT, FINDING_DAMAGED);
	c.seen.damage = SPAN("file empty");
	check(&c, of_row(&c, "3"), "p3: file empty", "p3: file empty", "p3: file empty",
		"p3 cannot be read: file empty.");
	start(&c, STATE_CRIT, FINDING_LOST);
	check(&c, of_row(&c, "3"), "p3 vanished", "p3 vanished", "p3 vanished",
		"p3 vanished from the store; the last value was 88,412,007.");
	start(&c, STATE_UNKN, FINDING_UNREACHABLE);
	c.seen.store_trouble = SPAN("no right");
	check(&c, of_row(&c, "3"), "store kafka:eu1 unreachable",
		"store kafka:eu1 unreachable", "kafka:eu1 down",
		"store kafka:eu1 cannot be read; these are the last values: no right");
}

/* --- nothing wrong --- */

static void
a_reset_being_replayed(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_RPLY, FINDING_REPLAYING);
	c.seen.replay = (struct replay){ .active = true,
		.by = SPAN("alice"),
		.at = AGO(490),
		.from = 100,
		.from_known = true,
		.to_known = true };
	c.seen.value.number = 61;
	check(&c, of_row(&c, "3"), "reset by alice, 61% done", "reset by alice, 61% done",
		"reset, 61% done", "reset by alice at 02:59; 61% of it is done again.");
	start(&c, STATE_RPLY, FINDING_REPLAYING);
	c.seen.replay = (struct replay){ .active = true, .at = AGO(490) };
	check(&c, of_row(&c, "3"), "reset", "reset", "reset", "reset at 02:59.");
	start(&c, STATE_RPLY, FINDING_REPLAYING);
	c.seen.replay =
		(struct replay){ .active = true, .by = SPAN("bob"), .at = AGO(490) };
	c.job.names[0] = SPAN("3");
	c.job.replayed = 61;
	check(&c, of_job(&c), "p3: reset by bob, 61% done", "p3: reset by bob, 61% done",
		"reset, 61% done", NULL);
}

static void
done_and_when_it_goes_on(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_OK, FINDING_DONE);
	c.seen.value = value_parse(SPAN("2026-11-21"), VALUE_AUTO, NULL);
	check(&c, of_row(&c, "3"), "done for 2026-11-21", "done for 2026-11-21",
		"done 2026-11-21", "done for 2026-11-21.");
	start(&c, STATE_OK, FINDING_DONE);
	c.limits.cadence = HOUR;
	c.seen.updated = AGO(460);
	check(&c, of_row(&c, "3"), "hourly, next 04:00", "hourly, next 04:00",
		"next 04:00", "saves hourly; the next save is due at 04:00.");
	start(&c, STATE_OK, FINDING_DONE);
	c.seen.learned_cadence = 30 * MINUTE;
	c.seen.updated = AGO(461);
	check(&c, of_row(&c, "3"), "every 30m, next 03:30", "every 30m, next 03:30",
		"next 03:30", NULL);
	/* Learned periods are never exact. */
	start(&c, STATE_OK, FINDING_DONE);
	c.seen.learned_cadence = DAY + 3 * SECOND;
	c.seen.updated = NOW - 20 * HOUR - 37 * MINUTE - 41 * SECOND;
	check(&c, of_row(&c, "3"), "daily, next 06:30", "daily, next 06:30",
		"daily, next 06:30", NULL);
	start(&c, STATE_OK, FINDING_DONE);
	c.limits.cadence = DAY;
	c.seen.updated = NOW;
	check(&c, of_row(&c, "3"), "daily, next Mon 03:07", "daily, next Mon 03:07",
		"next Mon 03:07", NULL);
}

static void
recovered_idle_dormant(void **state)
{
	struct scene c;

	(void)state;
	start(&c, STATE_OK, FINDING_RECOVERED);
	c.seen.past = (struct past){ STATE_WARN, AGO(1661), AGO(401) };
	check(&c, of_row(&c, "3"), "was WARN 02:40-03:01", "was WARN 02:40-03:01",
		"was WARN", "was WARN from 02:40 to 03:01.");
	start(&c, STATE_OK, FINDING_RECOVERED);
	c.seen.unexplained.at = AGO(1661);
	c.seen.went_back_from = value_parse(SPAN("918220"), VALUE_AUTO, NULL);
	c.seen.went_back_to = value_parse(SPAN("0"), VALUE_AUTO, NULL);
	check(&c, of_row(&c, "3"), "p3 went BACK at 02:40 by UNKNOWN, passed",
		"went BACK 02:40, passed", "went BACK",
		"p3 went back from 918,220 to 0 at 02:40; by UNKNOWN: no record of a "
		"reset came with it. The old value is passed again.");
	start(&c, STATE_OK, FINDING_RECOVERED);
	c.seen.half_asked = true;
	c.seen.unexplained.at = AGO(1661);
	c.seen.went_back_from = value_parse(SPAN("918220"), VALUE_AUTO, NULL);
	c.seen.went_back_to = value_parse(SPAN("0"), VALUE_AUTO, NULL);
	check(&c, of_row(&c, "3"),
		"p3 went BACK at 02:40, no record on this host, passed",
		"went BACK 02:40, passed", "went BACK",
		"p3 went back from 918,220 to 0 at 02:40; no record on this host: none "
		"came with it, and not all that keep records of this store could be "
		"asked. The old value is passed again.");
	start(&c, STATE_OK, FINDING_IDLE);
	check(&c, of_row(&c, "3"), "idle: no new input", "idle: no new input", "idle",
		NULL);
	start(&c, STATE_OK, FINDING_DORMANT);
	check(&c, of_row(&c, "3"), "dormant since 2026-11-22", "dormant since 2026-11-22",
		"dormant", NULL);
}

static void
clock_times_have_a_local_form(void **state)
{
	struct zone *zone = zone_fixed(3600);
	struct why_context context = { .local = zone };
	struct scene c;
	struct why why;

	(void)state;
	start(&c, STATE_OK, FINDING_RECOVERED);
	context.arena = c.arena;
	c.seen.past = (struct past){ STATE_WARN, AGO(1661), AGO(401) };
	why = why_of_checkpoint(&context, &c.seen, &c.verdict, &c.limits, SPAN_NONE);
	expect("UTC", why.text, "was WARN 02:40-03:01");
	assert_non_null(why.local);
	expect("local", why.local->text, "was WARN 03:40-04:01");
	c.verdict.finding = FINDING_IDLE;
	why = why_of_checkpoint(&context, &c.seen, &c.verdict, &c.limits, SPAN_NONE);
	assert_null(why.local);
	arena_free(c.arena);
	zone_free(zone);
}

/* --- foreign bytes --- */

static void
foreign_text_keeps_its_place(void **state)
{
	static const struct {
		struct span error;
	} errors[] = {
		{ SPAN("\x1b[2J\x1b[H you have been pwned, really, all of you") },
		{ SPAN("\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe") },
		{ SPAN("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac"
		       "\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5") },
		{ SPAN("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 "
		       "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 ee") },
		{ SPAN("\xe2\x80\xae reversed and quite a bit longer than it should "
		       "be") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct scene c;
		struct why why;

		start(&c, STATE_CRIT, FINDING_STOPPED);
		c.seen.error = errors[i].error;
		why = of_row(&c, "7");
		assert_true(safe_width(span_of(why.full)) <= WHY_FULL_CELLS);
		assert_true(safe_width(span_of(why.text)) <= WHY_TEXT_CELLS);
		assert_true(safe_width(span_of(why.brief)) <= WHY_BRIEF_CELLS);
		arena_free(c.arena);
	}
}

/* --- since --- */

static void
both_times_are_told_where_they_differ(void **state)
{
	static const struct {
		struct since since, state_since;
		enum state state;
		enum finding finding;
		bool ascii;
		const char *text;
	} cases[] = {
		{ { AGO(3219), false }, { AGO(1419), false }, STATE_CRIT, FINDING_STOPPED,
			false,
			"CRIT since 02:44:02 (23m39s), stuck since 02:14:02 (53m39s)" },
		{ { AGO(1600), false }, { AGO(1600), false }, STATE_CRIT, FINDING_REWOUND,
			false, "CRIT since 02:41:01 (26m40s)" },
		{ { AGO(60), true }, { AGO(60), true }, STATE_WARN, FINDING_LAGGING,
			false,
			"WARN since \xe2\x89\xa5"
			"03:06:41 (1m)" },
		{ { AGO(60), true }, { AGO(60), true }, STATE_WARN, FINDING_LAGGING, true,
			"WARN since >=03:06:41 (1m)" },
		{ { NOW - 3 * DAY, false }, { NOW - 3 * DAY, false }, STATE_OK,
			FINDING_NONE, true, "ok since Thu 19 Nov 03:07 (3d)" },
		{ { TIME_NONE, false }, { TIME_NONE, false }, STATE_OK, FINDING_NONE,
			true, "ok" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str text = { 0 };

		why_add_since(&text, cases[i].state, cases[i].finding, cases[i].since,
			cases[i].state_since, NOW, NULL, cases[i].ascii);
		expect("since", str_text(&text), cases[i].text);
		str_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stuck_among_others),
		cmocka_unit_test(the_error_is_in_every_form),
		cmocka_unit_test(the_error_of_one_that_moves_is_told_too),
		cmocka_unit_test(names_few_and_counts_many),
		cmocka_unit_test(a_lag_over_its_limit),
		cmocka_unit_test(a_watermark_over_its_limit),
		cmocka_unit_test(times_in_the_future),
		cmocka_unit_test(beyond_the_source),
		cmocka_unit_test(standing_while_it_saves),
		cmocka_unit_test(went_back),
		cmocka_unit_test(damaged_lost_unreachable),
		cmocka_unit_test(a_reset_being_replayed),
		cmocka_unit_test(done_and_when_it_goes_on),
		cmocka_unit_test(recovered_idle_dormant),
		cmocka_unit_test(clock_times_have_a_local_form),
		cmocka_unit_test(foreign_text_keeps_its_place),
		cmocka_unit_test(both_times_are_told_where_they_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
