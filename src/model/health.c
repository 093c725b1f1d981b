/* SPDX-License-Identifier: MIT */
#include "model/health.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* The day-one defaults, where nothing is configured. */
#define SAVES_TO_LEARN	 3
#define SAVES_TO_STALL	 3
#define STOPPED_CADENCES 10
#define STOPPED_LEAST	 MINUTE
#define IDLE_LEAST	 MINUTE
#define AHEAD_LEAST	 MINUTE
#define LONG_CADENCE	 (10 * MINUTE)
#define RECOVERED_FOR	 (30 * MINUTE)
#define FLAT_SHARE	 0.01 /* of the speed */
#define IN_STEP		 60   /* seconds of work */
#define NEVER		 ((struct since){ .at = TIME_NONE })

/* --- words --- */

static const struct {
	const char *word;
	bool problem;
} state_table[STATES] = {
#define STATE(name, text, is_problem) { text, is_problem },
#include "model/states.def"
#undef STATE
};

static const char *const finding_words[FINDINGS] = {
#define FINDING(name, word, meaning) word,
#include "model/findings.def"
#undef FINDING
};

const char *
state_word(enum state state)
{
	return state_table[state].word;
}

bool
state_is_problem(enum state state)
{
	return state_table[state].problem;
}

bool
state_from_word(enum state *out, struct span word)
{
	for (int i = 0; i < STATES; i++) {
		const char *known = state_table[i].word;

		if (word.at != NULL && strlen(known) == word.len &&
			strncasecmp(known, word.at, word.len) == 0) {
			*out = (enum state)i;
			return true;
		}
	}
	return false;
}

const char *
finding_word(enum finding finding)
{
	return finding_words[finding];
}

/* --- what the judgement rests on --- */

static bool
is_so(struct since since)
{
	return since.at != TIME_NONE;
}

static int64_t
later(int64_t at, int64_t duration)
{
	int64_t sum;

	if (__builtin_add_overflow(at, duration, &sum))
		return duration > 0 ? INT64_MAX : INT64_MIN + 1;
	return sum;
}

static struct since
since_after(struct since since, int64_t duration)
{
	since.at = later(since.at, duration);
	return since;
}

/* A store that does not answer is judged as it was when it last did. */
static int64_t
judged_at(const struct observation *seen)
{
	return seen->store_reachable || seen->store_good_at == TIME_NONE
		       ? seen->now
		       : seen->store_good_at;
}

static int64_t
elapsed(const struct observation *seen, int64_t at)
{
	return later(judged_at(seen), at == INT64_MIN ? INT64_MAX : -at);
}

int64_t
health_cadence(const struct observation *seen, const struct limits *limits)
{
	if (limits->cadence != RULE_UNSET)
		return limits->cadence;
	return seen->saves_seen >= SAVES_TO_LEARN ? seen->learned_cadence : TIME_NONE;
}

int64_t
health_stopped_after(const struct observation *seen, const struct limits *limits)
{
	int64_t cadence = health_cadence(seen, limits), after;

	if (limits->warn_age != RULE_UNSET)
		return limits->warn_age;
	if (cadence == TIME_NONE)
		return TIME_NONE;
	if (__builtin_mul_overflow(cadence, STOPPED_CADENCES, &after))
		return INT64_MAX;
	return after > STOPPED_LEAST ? after : STOPPED_LEAST;
}

int64_t
health_next_due(const struct observation *seen, const struct limits *limits)
{
	int64_t cadence = health_cadence(seen, limits);

	if (cadence == TIME_NONE || cadence < LONG_CADENCE ||
		seen->updated == TIME_NONE || seen->updated_doubtful)
		return TIME_NONE;
	return later(seen->updated, cadence);
}

/* The next save is due by a long cadence, and not late by more than its tenth. */
static bool
waits_for_its_time(const struct observation *seen, const struct limits *limits)
{
	int64_t due = health_next_due(seen, limits), grace;

	if (due == TIME_NONE)
		return false;
	/* A learned period is one only if its saves bring the value on. */
	if (limits->cadence == RULE_UNSET && seen->saves_standing > 0)
		return false;
	grace = (due - seen->updated) / 10;
	return judged_at(seen) <= later(due, grace);
}

/* A day counts as done from its date on until the day after the next begins. */
static bool
is_done_by_date(const struct observation *seen)
{
	int64_t passed;

	if (seen->value.type != VALUE_TIME || !seen->value.date_only)
		return false;
	passed = elapsed(seen, seen->value.number);
	return passed > -DAY && passed < 2 * DAY;
}

static bool
is_done(const struct observation *seen, const struct limits *limits)
{
	return seen->superseded || is_done_by_date(seen) ||
	       waits_for_its_time(seen, limits);
}

static bool
lag_is_known(struct lag lag)
{
	return lag.kind == LAG_POSITIONS || lag.kind == LAG_TIME;
}

/* An unknown lag is not an absent one. */
static bool
may_be_behind(const struct observation *seen, const struct limits *limits)
{
	if (is_done(seen, limits))
		return false;
	return !lag_is_known(seen->lag) || seen->lag.amount > 0;
}

/* The last sign of a save: its own time; where the store gives none, the last change of
 * the value. Nothing where the time is only assumed. */
static struct since
last_save(const struct observation *seen)
{
	if (seen->updated_doubtful)
		return NEVER;
	if (seen->updated != TIME_NONE)
		return (struct since){ .at = seen->updated };
	return seen->value_moved;
}

/* --- the findings --- */

static struct verdict
verdict_of(enum state state, enum finding finding, struct since since)
{
	return (struct verdict){
		.state = state,
		.finding = finding,
		.since = since,
		.state_since = since,
		.limit = RULE_UNSET,
	};
}

typedef bool check_fn(
	struct verdict *out, const struct observation *seen, const struct limits *limits);

static bool
check_rewound(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_CRIT, FINDING_REWOUND, seen->went_back);
	return is_so(seen->went_back);
}

static bool
check_lost(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_CRIT, FINDING_LOST, seen->lost);
	return is_so(seen->lost);
}

static bool
check_damaged(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_CRIT, FINDING_DAMAGED, seen->damaged);
	return is_so(seen->damaged);
}

static bool
check_unreachable(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	struct since since = { .at = seen->store_good_at };

	(void)limits;
	*out = verdict_of(STATE_UNKN, FINDING_UNREACHABLE, since);
	return !seen->store_reachable;
}

/* WARN from one age on, CRIT from another, where they are set. */
static bool
check_age(struct verdict *out, const struct observation *seen,
	const struct limits *limits, enum finding finding, struct since since)
{
	int64_t warn = health_stopped_after(seen, limits), crit = limits->crit_age;
	int64_t age;

	if (!is_so(since))
		return false;
	age = elapsed(seen, since.at);
	if (crit != RULE_UNSET && age > crit) {
		*out = verdict_of(STATE_CRIT, finding, since);
		out->state_since = since_after(since, crit);
		out->limit = crit;
		return true;
	}
	if (warn != TIME_NONE && age > warn) {
		*out = verdict_of(STATE_WARN, finding, since);
		out->state_since = since_after(since, warn);
		out->limit = limits->warn_age;
		return true;
	}
	return false;
}

static bool
check_stopped(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	return may_be_behind(seen, limits) &&
	       check_age(out, seen, limits, FINDING_STOPPED, last_save(seen));
}

static bool
check_stalled(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	bool source_moves = seen->head_moved_at != TIME_NONE &&
			    seen->head_moved_at > seen->value_moved.at;

	return source_moves && seen->saves_standing >= SAVES_TO_STALL &&
	       lag_is_known(seen->lag) && may_be_behind(seen, limits) &&
	       check_age(out, seen, limits, FINDING_STALLED, seen->value_moved);
}

/* over[0] and over[1]: since when it is over the limits of WARN and CRIT. */
static bool
check_over(struct verdict *out, enum finding finding, const struct since over[2],
	int64_t warn, int64_t crit)
{
	bool is_crit = is_so(over[1]);

	if (!is_so(over[0]) && !is_crit)
		return false;
	*out = verdict_of(is_crit ? STATE_CRIT : STATE_WARN, finding,
		is_so(over[0]) ? over[0] : over[1]);
	out->state_since = over[is_crit];
	out->limit = is_crit ? crit : warn;
	return true;
}

static bool
check_lagging(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	return check_over(
		out, FINDING_LAGGING, seen->lag_over, limits->warn_lag, limits->crit_lag);
}

static bool
check_watermark(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	return check_over(out, FINDING_WATERMARK, seen->watermark_over,
		limits->warn_watermark, limits->crit_watermark);
}

static bool
check_ahead(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_WARN, FINDING_AHEAD, seen->ahead);
	return is_so(seen->ahead) && elapsed(seen, seen->ahead.at) >= AHEAD_LEAST;
}

static bool
check_future(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	bool save = is_so(seen->future) && !seen->updated_doubtful;

	(void)limits;
	*out = verdict_of(
		STATE_WARN, FINDING_FUTURE, save ? seen->future : seen->watermark_future);
	return save || is_so(seen->watermark_future);
}

/* Which one the pipeline goes on from is not known, and no reset can be made. */
static bool
check_repeated(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_WARN, FINDING_REPEATED, seen->repeated);
	return is_so(seen->repeated);
}

static bool
check_replaying(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(
		STATE_RPLY, FINDING_REPLAYING, (struct since){ .at = seen->replay.at });
	return seen->replay.active;
}

static bool
check_recovered(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_OK, FINDING_RECOVERED, seen->calm);
	/* What nobody has explained is not forgotten. */
	if (seen->unexplained.at != TIME_NONE)
		return true;
	return seen->past.state != STATE_OK &&
	       elapsed(seen, seen->past.until) < RECOVERED_FOR;
}

static bool
check_done(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	*out = verdict_of(STATE_OK, FINDING_DONE, seen->calm);
	return is_done(seen, limits);
}

/* With nothing left to do, the last save is also the last time there was input. */
static bool
check_idle(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	struct since quiet = last_save(seen);

	(void)limits;
	*out = verdict_of(STATE_OK, FINDING_IDLE, seen->calm);
	if (!lag_is_known(seen->lag) || seen->lag.amount != 0)
		return false;
	if (!is_so(quiet))
		quiet = seen->value_moved;
	if (seen->head_moved_at != TIME_NONE && seen->head_moved_at > quiet.at)
		quiet.at = seen->head_moved_at;
	return is_so(quiet) && elapsed(seen, quiet.at) >= IDLE_LEAST;
}

static bool
check_dormant(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	(void)limits;
	*out = verdict_of(STATE_OK, FINDING_DORMANT, seen->calm);
	return seen->dormant;
}

/* What still counts for an older date of a dated table: it is done by definition. */
static bool
check_blind(
	struct verdict *out, const struct observation *seen, const struct limits *limits)
{
	*out = verdict_of(STATE_UNKN, FINDING_BLIND, seen->blind);
	out->limit = limits->crit_lag != RULE_UNSET ? limits->crit_lag : limits->warn_lag;
	return is_so(seen->blind);
}

static check_fn *const superseded_checks[] = {
	check_lost,
	check_damaged,
	check_unreachable,
	check_done,
};

static check_fn *const all_checks[] = {
	check_rewound,
	check_lost,
	check_damaged,
	check_unreachable,
	check_blind,
	check_stopped,
	check_stalled,
	check_lagging,
	check_watermark,
	check_ahead,
	check_future,
	check_repeated,
	check_replaying,
	check_recovered,
	check_done,
	check_idle,
	check_dormant,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct verdict
health_judge(const struct observation *seen, const struct limits *limits)
{
	struct verdict worst = verdict_of(STATE_OK, FINDING_NONE, seen->calm);
	check_fn *const *checks = seen->superseded ? superseded_checks : all_checks;
	size_t count = seen->superseded ? COUNT(superseded_checks) : COUNT(all_checks);

	for (size_t i = 0; i < count; i++) {
		struct verdict found;

		if (!checks[i](&found, seen, limits))
			continue;
		if (found.state > worst.state ||
			(found.state == worst.state && found.finding > worst.finding))
			worst = found;
	}
	return worst;
}

/* --- numbers --- */

static enum lag_gap
gap_between(const struct value *value, const struct value *head)
{
	if (value->type == VALUE_OPAQUE)
		return LAG_GAP_VALUE;
	return value->type == head->type ? LAG_GAP_FILES : LAG_GAP_TYPES;
}

struct lag
health_lag(const struct value *value, bool value_is_last, const struct value *head,
	bool head_is_last)
{
	struct lag lag = { .kind = LAG_POSITIONS };
	int shift = 0;

	if (!value_comparable(value, head))
		return (struct lag){ .kind = LAG_UNKNOWN,
			.gap = gap_between(value, head) };
	if (value->type == VALUE_TIME)
		lag.kind = LAG_TIME;
	/* Only whole numbers have a next one; a byte of a log or an instant is its own.
	 */
	if (value->type == VALUE_INT)
		shift = head_is_last - value_is_last;
	if (__builtin_sub_overflow(head->number, value->number, &lag.amount) ||
		__builtin_add_overflow(lag.amount, shift, &lag.amount) ||
		lag.amount == INT64_MIN) {
		lag.amount = head->number > value->number ? INT64_MAX : -INT64_MAX;
		lag.partial = true;
	}
	return lag;
}

struct lag
health_settle_lag(struct lag lag, int64_t head_at, int64_t updated)
{
	if (lag_is_known(lag) && lag.amount < 0 && updated != TIME_NONE &&
		head_at <= updated)
		lag.amount = 0;
	return lag;
}

static double
size_of(struct rate rate)
{
	return rate.known ? fabs(rate.per_second) : 0;
}

enum trend
health_trend(struct rate lag_rate, struct rate speed, struct rate head_speed)
{
	double x = size_of(speed), y = size_of(head_speed);
	double flat = FLAT_SHARE * (x > y ? x : y);

	if (!lag_rate.known)
		return TREND_UNKNOWN;
	if (fabs(lag_rate.per_second) <= flat)
		return TREND_FLAT;
	return lag_rate.per_second > 0 ? TREND_RISING : TREND_FALLING;
}

struct eta
health_eta(
	struct lag lag, struct rate lag_rate, struct rate speed, struct rate head_speed)
{
	double seconds;

	if (!lag_is_known(lag) || lag.amount <= 0 || !lag_rate.known)
		return (struct eta){ .kind = ETA_NONE };
	if (health_trend(lag_rate, speed, head_speed) == TREND_FALLING) {
		seconds = (double)lag.amount / -lag_rate.per_second;
		/* Beyond what an instant can hold it is as good as never. */
		if (seconds < 9e12)
			return (struct eta){ ETA_AFTER,
				(int64_t)(seconds * (double)SECOND) };
		return (struct eta){ .kind = ETA_NEVER };
	}
	if (speed.known && speed.per_second * IN_STEP >= (double)lag.amount)
		return (struct eta){ .kind = ETA_NONE };
	return (struct eta){ .kind = ETA_NEVER };
}

int
health_replayed(const struct replay *replay, const struct value *value)
{
	double whole, done;

	if (!replay->active || !replay->from_known || !replay->to_known ||
		replay->from <= replay->to || value->type == VALUE_OPAQUE)
		return -1;
	whole = (double)replay->from - (double)replay->to;
	done = (double)value->number - (double)replay->to;
	if (done <= 0)
		return 0;
	return done < whole ? (int)(100 * done / whole) : 100;
}
