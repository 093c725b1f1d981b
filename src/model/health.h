/* SPDX-License-Identifier: MIT
 * The judgement: from what was observed of one checkpoint to a state, a finding and the
 * words for it. Pure functions of their arguments. */
#ifndef MODEL_HEALTH_H
#define MODEL_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "model/rule.h"
#include "model/value.h"

enum state {
#define STATE(name, word, problem) STATE_##name,
#include "model/states.def"
#undef STATE
	STATES
};

const char *state_word(enum state state);
bool state_is_problem(enum state state);
bool state_from_word(enum state *out, struct span word); /* any case */

enum finding {
#define FINDING(name, word, meaning) FINDING_##name,
#include "model/findings.def"
#undef FINDING
	FINDINGS
};

const char *finding_word(enum finding finding);

/* A moment something began. at_least: it was so already when we first looked, so it began
 * at `at` or before; shown with a "≥" before the age. */
struct since {
	int64_t at;
	bool at_least;
};

/* head − value. */
enum lag_kind {
	LAG_UNKNOWN,   /* no head, or not comparable: "?" */
	LAG_NONE,      /* has no meaning here (mixed kinds in a job): "-" */
	LAG_POSITIONS, /* records, bytes, … */
	LAG_TIME,      /* microseconds */
};

struct lag {
	enum lag_kind kind;
	int64_t amount;
	bool partial; /* a sum with unknown parts: ">631k" */
};

/* Per second; not known until it was observed over a while. */
struct rate {
	bool known;
	double per_second;
};

/* When the lag is worked off at today's net speed. */
enum eta_kind {
	ETA_NONE,  /* nothing to catch up, or not known: "-" or "?" */
	ETA_NEVER, /* at this speed never */
	ETA_AFTER,
};

struct eta {
	enum eta_kind kind;
	int64_t after; /* microseconds */
};

/* A recorded reset whose replay is watched. */
struct replay {
	bool active;
	struct span by; /* who, as the metadata says */
	int64_t at;
	int64_t from,
		to; /* the old value that must be passed again; where the replay began */
	bool from_known, to_known;
};

/*
 * Everything the judgement needs of one checkpoint. Times are instants, TIME_NONE is "not
 * known". The caller keeps it up to date from poll to poll (records.c).
 */
struct observation {
	int64_t now;
	int64_t watched_since; /* when we first saw this checkpoint */
	bool store_reachable;
	int64_t store_good_at; /* the last good read of the store */
	struct span store;     /* its name */

	struct span damage; /* none: readable */
	int64_t damaged_since;
	bool lost;
	int64_t lost_since;
	bool superseded; /* an older date of a dated table */
	bool dormant;	 /* not saved for 7 days when first seen */

	struct value value;
	struct lag lag;
	struct rate lag_rate; /* change of the lag */
	struct rate speed;    /* change of the value */
	struct rate head_speed;

	int64_t updated;       /* the last save */
	bool updated_doubtful; /* naive time, zone only assumed: no future, no stopped */
	unsigned saves_seen;   /* saves observed while watching */
	int64_t learned_cadence; /* typical time between observed saves, TIME_NONE */
	int64_t value_moved_at;	 /* last time the value was seen to change, TIME_NONE */
	int64_t head_moved_at;	 /* last time the head was seen to change, TIME_NONE */

	int64_t watermark;

	bool went_back; /* value fell without a record and was not passed again */
	int64_t went_back_at;
	struct span went_back_from, went_back_to; /* values as text */
	struct replay replay;

	struct span error;	   /* what the pipeline says is wrong (metadata member) */
	int64_t lag_over_since[2]; /* since when the lag is over warn, crit; TIME_NONE: is
				      not */
	int64_t wmark_over_since[2];
};

/* The outcome. since: when the trouble began; state_since: when it reached this state;
 * they differ for "stuck since 02:14, CRIT since 02:44". */
struct verdict {
	enum state state;
	enum finding finding;
	struct since since, state_since;
	int64_t limit; /* the limit that fired, RULE_UNSET: a day-one default */
	bool limit_is_crit;
};

struct verdict health_judge(const struct observation *seen, const struct limits *limits);

/* The cadence that counts: configured, else learned from at least three saves, else
 * TIME_NONE. */
int64_t health_cadence(const struct observation *seen, const struct limits *limits);

/* The age from which a checkpoint that is behind counts as stopped: warn_age, else ten
 * times the cadence and at least a minute; TIME_NONE when neither is known. */
int64_t health_stopped_after(const struct observation *seen, const struct limits *limits);

/* Lag now, from value and head; last/next tell what a stored position means. */
struct lag health_lag(const struct value *value, bool value_is_last,
	const struct value *head, bool head_is_last);

/* lag / (speed − head speed). */
struct eta health_eta(struct lag lag, struct rate lag_rate);

#endif
