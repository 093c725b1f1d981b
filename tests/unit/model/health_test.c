/* SPDX-License-Identifier: MIT */
#include "model/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Sunday 2026-11-22 03:07:41 UTC. */
#define NOW (INT64_C(1795316861) * SECOND)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * One row of the table: what was seen, in seconds before now (0: never, not so), and what
 * must come out of it. since and state_since are seconds before now too.
 */
struct row {
	const char *name;
	int age; /* since the last save; 0: unknown; -1 in the future by a minute */
	bool doubtful;
	unsigned saves, standing;
	int cadence; /* learned */
	enum lag_kind lag_kind;
	int64_t lag;
	int moved, head_moved, watched;
	const char *value; /* a date: the value is that day */
	bool superseded, dormant, down;
	int damaged, lost, back, replay, lag_warn, lag_crit, wmark_warn, wmark_crit,
		future, wmark_future, ahead, blind, repeated, past;
	enum state past_state;
	struct {
		int warn_age, crit_age, cadence;
	} limits;
	enum state state;
	enum finding finding;
	int since, state_since;
	bool at_least;
};

#define BEHIND		     .lag_kind = LAG_POSITIONS, .lag = 100
#define CAUGHT_UP	     .lag_kind = LAG_POSITIONS, .lag = 0
#define SAVES_EVERY(seconds) .saves = 3, .cadence = (seconds)

static const struct row rows[] = {
	/* stopped */
	{ "nothing is known of a job seen for the first time", .age = 4000, BEHIND,
		.finding = FINDING_NONE },
	{ "two saves teach no cadence", .age = 4000, .saves = 2, .cadence = 5, BEHIND,
		.finding = FINDING_NONE },
	{ "three do: ten cadences, but at least a minute", .age = 61, SAVES_EVERY(5),
		BEHIND, .state = STATE_WARN, .finding = FINDING_STOPPED, .since = 61,
		.state_since = 1 },
	{ "not before that minute is over", .age = 60, SAVES_EVERY(5), BEHIND,
		.finding = FINDING_NONE },
	{ "ten times a longer cadence", .age = 299, SAVES_EVERY(30), BEHIND,
		.finding = FINDING_NONE },
	{ "and then it counts", .age = 301, SAVES_EVERY(30), BEHIND, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 301, .state_since = 1 },
	{ "a configured cadence needs no saves", .age = 100, BEHIND,
		.limits = { .cadence = 5 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 100, .state_since = 40 },
	{ "without limits nothing exceeds WARN", .age = 400000, SAVES_EVERY(5), BEHIND,
		.state = STATE_WARN, .finding = FINDING_STOPPED, .since = 400000,
		.state_since = 399940 },
	{ "stuck since 02:14:02, CRIT since 02:44:02", .age = 3219, BEHIND,
		.limits = { .warn_age = 900, .crit_age = 1800 }, .state = STATE_CRIT,
		.finding = FINDING_STOPPED, .since = 3219, .state_since = 1419 },
	{ "WARN between the limits", .age = 1000, BEHIND,
		.limits = { .warn_age = 900, .crit_age = 1800 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 1000, .state_since = 100 },
	{ "warn_age counts more than the cadence", .age = 800, SAVES_EVERY(5), BEHIND,
		.limits = { .warn_age = 900 }, .finding = FINDING_NONE },
	{ "crit_age alone", .age = 1801, BEHIND, .limits = { .crit_age = 1800 },
		.state = STATE_CRIT, .finding = FINDING_STOPPED, .since = 1801,
		.state_since = 1 },
	{ "an unknown lag is not none", .age = 1000, .lag_kind = LAG_UNKNOWN,
		.limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 1000, .state_since = 100 },
	{ "who has nothing to do is not stuck", .age = 4000, SAVES_EVERY(5), CAUGHT_UP,
		.limits = { .warn_age = 900, .crit_age = 1800 },
		.finding = FINDING_IDLE },
	{ "a doubtful time is never stopped", .age = 400000, .doubtful = true,
		SAVES_EVERY(5), BEHIND, .limits = { .warn_age = 900, .crit_age = 1800 },
		.finding = FINDING_NONE },
	{ "no time of saves: as long as the value was seen to stand", .moved = 1000,
		BEHIND, .limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 1000, .state_since = 100 },
	{ "and never seen to move: at least that long", .watched = 1000, BEHIND,
		.limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 1000, .state_since = 100,
		.at_least = true },
	{ "a lag in time is one too", .age = 1000, .lag_kind = LAG_TIME, .lag = SECOND,
		.limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 1000, .state_since = 100 },

	/* stalled */
	{ "saves, but stands while its source moves", .age = 2, SAVES_EVERY(5),
		.standing = 20, .moved = 100, .head_moved = 3, BEHIND,
		.state = STATE_WARN, .finding = FINDING_STALLED, .since = 100,
		.state_since = 40 },
	{ "CRIT by the limit of ages", .age = 2, SAVES_EVERY(5), .standing = 20,
		.moved = 2000, .head_moved = 3, BEHIND,
		.limits = { .warn_age = 900, .crit_age = 1800 }, .state = STATE_CRIT,
		.finding = FINDING_STALLED, .since = 2000, .state_since = 200 },
	{ "two saves on one spot are nothing yet", .age = 2, SAVES_EVERY(5),
		.standing = 2, .moved = 100, .head_moved = 3, BEHIND,
		.finding = FINDING_NONE },
	{ "a source that stands asks for nothing", .age = 2, SAVES_EVERY(5),
		.standing = 20, .moved = 100, .head_moved = 200, BEHIND,
		.finding = FINDING_NONE },
	{ "with an unknown lag nobody knows", .age = 2, SAVES_EVERY(5), .standing = 20,
		.moved = 100, .head_moved = 3, .finding = FINDING_NONE },
	{ "never seen to move: at least since we look", .age = 2, SAVES_EVERY(5),
		.standing = 20, .watched = 100, .head_moved = 3, BEHIND,
		.state = STATE_WARN, .finding = FINDING_STALLED, .since = 100,
		.state_since = 40, .at_least = true },

	/* lagging and watermark: since the first poll that saw it */
	{ "lag over the first limit", .age = 2, BEHIND, .lag_warn = 300,
		.state = STATE_WARN, .finding = FINDING_LAGGING, .since = 300,
		.state_since = 300 },
	{ "and over the second later", .age = 2, BEHIND, .lag_warn = 300, .lag_crit = 60,
		.state = STATE_CRIT, .finding = FINDING_LAGGING, .since = 300,
		.state_since = 60 },
	{ "only the second is configured", .age = 2, BEHIND, .lag_crit = 60,
		.state = STATE_CRIT, .finding = FINDING_LAGGING, .since = 60,
		.state_since = 60 },
	{ "watermark", .age = 2, BEHIND, .wmark_warn = 900, .state = STATE_WARN,
		.finding = FINDING_WATERMARK, .since = 900, .state_since = 900 },
	{ "among WARNs lagging is named before the watermark", .age = 2, BEHIND,
		.lag_warn = 300, .wmark_warn = 900, .state = STATE_WARN,
		.finding = FINDING_LAGGING, .since = 300, .state_since = 300 },
	{ "but the worse state wins", .age = 2, BEHIND, .lag_warn = 300,
		.wmark_warn = 900, .wmark_crit = 100, .state = STATE_CRIT,
		.finding = FINDING_WATERMARK, .since = 900, .state_since = 100 },
	{ "stuck is named before lagging", .age = 2000, BEHIND, .lag_crit = 60,
		.limits = { .crit_age = 1800 }, .state = STATE_CRIT,
		.finding = FINDING_STOPPED, .since = 2000, .state_since = 200 },

	/* a limit that cannot be judged */
	{ "a lag that has a limit is not known", .age = 2, .lag_kind = LAG_UNKNOWN,
		.blind = 20, .state = STATE_UNKN, .finding = FINDING_BLIND, .since = 20,
		.state_since = 20 },
	/* several rows */
	{ "several rows have its key", .age = 2, BEHIND, .repeated = 30,
		.state = STATE_WARN, .finding = FINDING_REPEATED, .since = 30,
		.state_since = 30 },
	{ "and all else of its state is said before", .age = -1, BEHIND, .future = 76,
		.repeated = 80, .state = STATE_WARN, .finding = FINDING_FUTURE,
		.since = 76, .state_since = 76 },
	/* future, ahead */
	{ "a save in the future", .age = -1, BEHIND, .future = 76, .state = STATE_WARN,
		.finding = FINDING_FUTURE, .since = 76, .state_since = 76 },
	{ "but not by a doubtful time", .age = -1, .doubtful = true, BEHIND, .future = 76,
		.finding = FINDING_NONE },
	{ "a watermark in the future", .age = 2, BEHIND, .wmark_future = 5,
		.state = STATE_WARN, .finding = FINDING_FUTURE, .since = 5,
		.state_since = 5 },
	{ "beyond the head for a moment", .age = 2, .lag_kind = LAG_POSITIONS, .lag = -5,
		.ahead = 59, .finding = FINDING_NONE },
	{ "beyond the head for a minute is no way to be ok", .age = 2,
		.lag_kind = LAG_POSITIONS, .lag = -5, .ahead = 60, .state = STATE_WARN,
		.finding = FINDING_AHEAD, .since = 60, .state_since = 60 },

	/* CRIT by definition */
	{ "damaged", .age = 2, .damaged = 30, .state = STATE_CRIT,
		.finding = FINDING_DAMAGED, .since = 30, .state_since = 30 },
	{ "lost", .age = 2, BEHIND, .lost = 30, .state = STATE_CRIT,
		.finding = FINDING_LOST, .since = 30, .state_since = 30 },
	{ "rewound", .age = 2, BEHIND, .back = 1600, .state = STATE_CRIT,
		.finding = FINDING_REWOUND, .since = 1600, .state_since = 1600 },
	{ "rewound is named before stuck", .age = 4000, BEHIND, .back = 1600,
		.limits = { .crit_age = 1800 }, .state = STATE_CRIT,
		.finding = FINDING_REWOUND, .since = 1600, .state_since = 1600 },

	/* replaying */
	{ "a recorded reset", .age = 2, BEHIND, .replay = 490, .state = STATE_RPLY,
		.finding = FINDING_REPLAYING, .since = 490, .state_since = 490 },
	{ "whose replay is stuck", .age = 2000, BEHIND, .replay = 2100,
		.limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 2000, .state_since = 1100 },

	/* the store does not answer */
	{ "nobody knows", .age = 602, BEHIND, .down = true, .state = STATE_UNKN,
		.finding = FINDING_UNREACHABLE, .since = 600, .state_since = 600 },
	{ "age stands still meanwhile", .age = 1400, BEHIND, .down = true,
		.limits = { .warn_age = 900, .crit_age = 900 }, .state = STATE_UNKN,
		.finding = FINDING_UNREACHABLE, .since = 600, .state_since = 600 },
	{ "what was CRIT stays so", .age = 2600, BEHIND, .down = true,
		.limits = { .warn_age = 900, .crit_age = 1800 }, .state = STATE_CRIT,
		.finding = FINDING_STOPPED, .since = 2600, .state_since = 800 },
	{ "not to see is worse than a warning", .age = 1800, BEHIND, .down = true,
		.limits = { .warn_age = 900 }, .state = STATE_UNKN,
		.finding = FINDING_UNREACHABLE, .since = 600, .state_since = 600 },

	/* ok */
	{ "idle: all done, no new input", .age = 2460, CAUGHT_UP,
		.finding = FINDING_IDLE },
	{ "not idle: the source moved just now", .age = 2460, CAUGHT_UP, .head_moved = 10,
		.finding = FINDING_NONE },
	{ "not idle: it saved just now", .age = 5, CAUGHT_UP, .finding = FINDING_NONE },
	{ "not idle: beyond is not done", .age = 2460, .lag_kind = LAG_POSITIONS,
		.lag = -1, .finding = FINDING_NONE },
	{ "not idle: unknown is not 0", .age = 2460, .lag_kind = LAG_UNKNOWN,
		.finding = FINDING_NONE },
	{ "yesterday is done", .age = 7200, BEHIND, .value = "2026-11-21",
		.limits = { .warn_age = 900 }, .finding = FINDING_DONE },
	{ "so is today", .age = 7200, BEHIND, .value = "2026-11-22",
		.limits = { .warn_age = 900 }, .finding = FINDING_DONE },
	{ "the day before yesterday is not enough", .age = 7200, BEHIND,
		.value = "2026-11-20", .limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 7200, .state_since = 6300 },
	{ "nor is the day after tomorrow done", .age = 7200, BEHIND,
		.value = "2026-11-24", .limits = { .warn_age = 900 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 7200, .state_since = 6300 },
	{ "hourly, and not due", .age = 459, BEHIND, .limits = { .cadence = 3600 },
		.finding = FINDING_DONE },
	{ "a tenth late is not late", .age = 3959, BEHIND, .limits = { .cadence = 3600 },
		.finding = FINDING_DONE },
	{ "overdue is not done", .age = 3961, BEHIND, .limits = { .cadence = 3600 },
		.finding = FINDING_NONE },
	{ "overdue beyond the limit", .age = 5401, BEHIND,
		.limits = { .warn_age = 5400, .cadence = 3600 }, .state = STATE_WARN,
		.finding = FINDING_STOPPED, .since = 5401, .state_since = 1 },
	{ "learned: each save brought it on", .age = 459, SAVES_EVERY(3600), BEHIND,
		.finding = FINDING_DONE },
	{ "learned: saves that bring nothing are no period", .age = 459,
		SAVES_EVERY(3600), .standing = 2, CAUGHT_UP, .finding = FINDING_IDLE },
	{ "five minutes are no period to wait for", .age = 100, SAVES_EVERY(300), BEHIND,
		.finding = FINDING_NONE },
	{ "an older date of a dated table", .age = 900000, BEHIND, .superseded = true,
		.lag_crit = 900, .wmark_crit = 900, .limits = { .crit_age = 1800 },
		.finding = FINDING_DONE },
	{ "which can be damaged", .age = 900000, .superseded = true, .damaged = 5,
		.state = STATE_CRIT, .finding = FINDING_DAMAGED, .since = 5,
		.state_since = 5 },
	{ "dormant", .age = 900000, BEHIND, .dormant = true, .finding = FINDING_DORMANT },
	{ "a configured limit is not put to sleep", .age = 900000, BEHIND,
		.dormant = true, .limits = { .crit_age = 1800 }, .state = STATE_CRIT,
		.finding = FINDING_STOPPED, .since = 900000, .state_since = 898200 },
	{ "recovered", .age = 2, BEHIND, .past = 400, .past_state = STATE_WARN,
		.finding = FINDING_RECOVERED },
	{ "for half an hour", .age = 2, BEHIND, .past = 1800, .past_state = STATE_WARN,
		.finding = FINDING_NONE },
	{ "recovered is said before idle", .age = 2460, CAUGHT_UP, .past = 400,
		.past_state = STATE_CRIT, .finding = FINDING_RECOVERED },
};

static int64_t
ago(int seconds)
{
	return NOW - seconds * SECOND;
}

static struct since
since_ago(int seconds)
{
	return (struct since){ .at = seconds == 0 ? TIME_NONE : ago(seconds) };
}

static int64_t
limit(int seconds)
{
	return seconds == 0 ? RULE_UNSET : seconds * SECOND;
}

static struct limits
limits_of(const struct row *row)
{
	struct limits limits = rule_unset().limits;

	limits.warn_age = limit(row->limits.warn_age);
	limits.crit_age = limit(row->limits.crit_age);
	limits.cadence = limit(row->limits.cadence);
	return limits;
}

static void
fill_saves(struct observation *seen, const struct row *row)
{
	seen->updated = row->age == 0 ? TIME_NONE : ago(row->age);
	if (row->age == -1)
		seen->updated = NOW + MINUTE;
	seen->updated_doubtful = row->doubtful;
	seen->saves_seen = row->saves;
	seen->saves_standing = row->standing;
	seen->learned_cadence = row->cadence == 0 ? TIME_NONE : row->cadence * SECOND;
	seen->value_moved = since_ago(row->moved);
	if (row->moved == 0)
		seen->value_moved = (struct since){ ago(row->watched), true };
	seen->head_moved_at = row->head_moved == 0 ? TIME_NONE : ago(row->head_moved);
}

static struct observation
observation_of(const struct row *row)
{
	struct observation seen = {
		.now = NOW,
		.store_reachable = !row->down,
		.store_good_at = row->down ? ago(600) : NOW,
		.calm = { .at = NOW - 3 * DAY, .at_least = true },
		.damaged = since_ago(row->damaged),
		.lost = since_ago(row->lost),
		.unexplained = since_ago(0),
		.superseded = row->superseded,
		.dormant = row->dormant,
		.lag = { .kind = row->lag_kind, .amount = row->lag },
		.watermark = TIME_NONE,
		.went_back = since_ago(row->back),
		.replay = { .active = row->replay > 0, .at = ago(row->replay) },
		.lag_over = { since_ago(row->lag_warn), since_ago(row->lag_crit) },
		.watermark_over = { since_ago(row->wmark_warn),
			since_ago(row->wmark_crit) },
		.future = since_ago(row->future),
		.watermark_future = since_ago(row->wmark_future),
		.ahead = since_ago(row->ahead),
		.blind = since_ago(row->blind),
		.repeated = since_ago(row->repeated),
		.past = { row->past_state, ago(row->past + 600), ago(row->past) },
	};

	seen.value = value_parse(
		span_of(row->value != NULL ? row->value : "500"), VALUE_AUTO, NULL);
	fill_saves(&seen, row);
	return seen;
}

static void
check_since(const char *name, struct since since, int expected, bool at_least)
{
	if (since.at != ago(expected) || since.at_least != at_least)
		fail_msg("%s: since %lld s ago%s", name,
			(long long)((NOW - since.at) / SECOND),
			since.at_least ? ", at least" : "");
}

static void
judges_by_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct observation seen = observation_of(row);
		struct limits limits = limits_of(row);
		struct verdict verdict = health_judge(&seen, &limits);

		if (verdict.state != row->state || verdict.finding != row->finding)
			fail_msg("%s: %s, %s", row->name, state_word(verdict.state),
				finding_word(verdict.finding));
		if (row->state == STATE_OK) {
			assert_int_equal(verdict.since.at, seen.calm.at);
			assert_true(verdict.since.at_least);
			continue;
		}
		check_since(row->name, verdict.since, row->since, row->at_least);
		check_since(
			row->name, verdict.state_since, row->state_since, row->at_least);
	}
}

static void
names_the_limit_that_fired(void **state)
{
	static const struct {
		int age;
		int64_t limit;
	} cases[] = {
		{ 901, 900 * SECOND },
		{ 1801, 1800 * SECOND },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct row row = { .age = cases[i].age,
			BEHIND,
			.limits = { .warn_age = 900, .crit_age = 1800 } };
		struct observation seen = observation_of(&row);
		struct limits limits = limits_of(&row);

		assert_int_equal(health_judge(&seen, &limits).limit, cases[i].limit);
	}
	{
		struct row row = { .age = 100, SAVES_EVERY(5), BEHIND };
		struct observation seen = observation_of(&row);
		struct limits limits = limits_of(&row);

		assert_true(health_judge(&seen, &limits).limit == RULE_UNSET);
	}
}

/* --- rates --- */

static struct rate
rate(double per_second)
{
	return (struct rate){ .known = true, .per_second = per_second };
}

static void
tells_jitter_from_a_trend(void **state)
{
	const struct rate unknown = { 0 };

	(void)state;
	assert_int_equal(health_trend(unknown, rate(100), rate(100)), TREND_UNKNOWN);
	assert_int_equal(health_trend(rate(1), rate(190), rate(191)), TREND_FLAT);
	assert_int_equal(health_trend(rate(-1), rate(190), rate(189)), TREND_FLAT);
	assert_int_equal(health_trend(rate(-410), rate(900), rate(490)), TREND_FALLING);
	assert_int_equal(health_trend(rate(184), rate(0), rate(184)), TREND_RISING);
	assert_int_equal(health_trend(rate(0), rate(0), rate(0)), TREND_FLAT);
	assert_int_equal(health_trend(rate(3), unknown, unknown), TREND_RISING);
}

static void
says_when_a_lag_is_gone(void **state)
{
	static const struct {
		int64_t lag;
		double lag_rate, speed;
		enum eta_kind kind;
		int64_t seconds;
	} cases[] = {
		{ 88100, -410, 900, ETA_AFTER, 214 },
		{ 631019, 184, 2900, ETA_NEVER, 0 },
		{ 918220, 0, 0, ETA_NEVER, 0 },
		/* In step: less than a minute of work that does not change. */
		{ 644, -1, 187, ETA_NONE, 0 },
		{ 310, 0, 100, ETA_NONE, 0 },
		{ 310, 5, 100, ETA_NONE, 0 },
		{ 0, 0, 100, ETA_NONE, 0 },
		{ -5, 0, 100, ETA_NONE, 0 },
		{ INT64_MAX, -1e-9, 0, ETA_NEVER, 0 },
	};
	struct lag lag = { .kind = LAG_POSITIONS, .amount = 100 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct eta eta;

		lag.amount = cases[i].lag;
		eta = health_eta(lag, rate(cases[i].lag_rate), rate(cases[i].speed),
			rate(cases[i].speed + cases[i].lag_rate));
		assert_int_equal(eta.kind, cases[i].kind);
		if (eta.kind == ETA_AFTER)
			assert_int_equal(eta.after / SECOND, cases[i].seconds);
	}
	lag.amount = 100;
	assert_int_equal(
		health_eta(lag, (struct rate){ 0 }, rate(1), rate(1)).kind, ETA_NONE);
	lag.kind = LAG_UNKNOWN;
	assert_int_equal(health_eta(lag, rate(-1), rate(1), rate(0)).kind, ETA_NONE);
}

static void
counts_what_is_done_again(void **state)
{
	struct replay replay = { .active = true,
		.from = 17400000,
		.to = 12200000,
		.from_known = true,
		.to_known = true };
	struct value value = { .type = VALUE_INT };

	(void)state;
	value.number = 12200000 + 3172000;
	assert_int_equal(health_replayed(&replay, &value), 61);
	value.number = 12000000;
	assert_int_equal(health_replayed(&replay, &value), 0);
	value.number = 17400001;
	assert_int_equal(health_replayed(&replay, &value), 100);
	replay.to_known = false;
	assert_int_equal(health_replayed(&replay, &value), -1);
	replay.to_known = true;
	replay.active = false;
	assert_int_equal(health_replayed(&replay, &value), -1);
}

static void
orders_states_and_reads_their_words(void **state)
{
	enum state found = STATE_OK;

	(void)state;
	assert_true(STATE_CRIT > STATE_UNKN && STATE_UNKN > STATE_WARN);
	assert_true(STATE_WARN > STATE_RPLY && STATE_RPLY > STATE_OK);
	assert_true(FINDING_REWOUND > FINDING_STOPPED);
	assert_true(state_from_word(&found, SPAN("crit")));
	assert_int_equal(found, STATE_CRIT);
	assert_false(state_from_word(&found, SPAN("cri")));
	assert_false(state_from_word(&found, SPAN_NONE));
	for (int i = 0; i < STATES; i++) {
		assert_true(state_from_word(&found, span_of(state_word((enum state)i))));
		assert_int_equal(found, i);
		assert_int_equal(state_is_problem((enum state)i), i != STATE_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_the_table),
		cmocka_unit_test(names_the_limit_that_fired),
		cmocka_unit_test(tells_jitter_from_a_trend),
		cmocka_unit_test(says_when_a_lag_is_gone),
		cmocka_unit_test(counts_what_is_done_again),
		cmocka_unit_test(orders_states_and_reads_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
