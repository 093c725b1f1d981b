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

/* Why a lag is not known. */
enum lag_gap {
	LAG_GAP_NONE,
	LAG_GAP_NO_HEAD, /* none is configured */
	LAG_GAP_HEAD,	 /* one is, and is not known */
	LAG_GAP_TYPES,	 /* value and head are not of one kind */
	LAG_GAP_FILES,	 /* they are positions in different files */
	LAG_GAP_ZONE,	 /* they are times, and a zone is not known */
	LAG_GAP_VALUE,	 /* there is no value, or it is no position */
	LAG_GAP_LOST,	 /* the checkpoint is gone */
	LAG_GAP_DAMAGED, /* it cannot be read */
};

struct lag {
	enum lag_kind kind;
	enum lag_gap gap; /* of LAG_UNKNOWN */
	int64_t amount;
	bool partial; /* at least this: a sum with unknown parts, ">631k", or more than
			 can be counted; below zero at most this */
};

/* Per second; not known until it was observed over a while. partial: a sum in which the
 * rate of some part is not known. */
struct rate {
	bool known;
	double per_second;
	bool partial;
};

/* Where a lag goes. A change of less than a hundredth of the speed is "flat". */
enum trend { TREND_UNKNOWN, TREND_FLAT, TREND_RISING, TREND_FALLING };

/* When the lag is worked off at today's net speed. */
enum eta_kind {
	ETA_NONE,  /* nothing to catch up, in step with the source, or not known */
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
	int64_t passed_at; /* by when a look found from passed again; TIME_NONE: none did
			    */
	bool is_word;	   /* by has not done it, but has said why it was */
};

/* A trouble that is over. */
struct past {
	enum state state; /* the worst it was; STATE_OK: there was none */
	int64_t from, until;
};

/*
 * Everything the judgement needs of one checkpoint. Times are instants, TIME_NONE is "not
 * known"; a since at TIME_NONE says that it is not so. The caller keeps it up to date
 * from poll to poll (records.c).
 */
struct observation {
	int64_t now;
	bool store_reachable;
	int64_t store_good_at;	   /* the last good read of the store */
	struct span store;	   /* its name */
	struct span store_trouble; /* why it could not be read; said while it is not
				      reachable, where it is not empty */
	struct since calm; /* since when nothing was wrong; what an ok row shows */

	struct since damaged;
	struct span damage;	   /* the words for it */
	struct span damage_detail; /* for a sentence; none: nothing more */
	struct since lost;
	bool superseded; /* an older date of a dated table */
	bool dormant;	 /* not saved for 7 days when first seen, nor since */

	struct value value;
	struct lag lag;
	int64_t head_at;      /* when the head was read */
	struct rate lag_rate; /* change of the lag */
	struct rate speed;    /* change of the value */
	struct rate head_speed;

	int64_t updated;	  /* the last save */
	bool updated_doubtful;	  /* naive time, zone only assumed: no future, no stopped,
				     no age */
	unsigned saves_seen;	  /* saves observed while watching */
	unsigned saves_standing;  /* those of them since the value last changed */
	int64_t learned_cadence;  /* typical time between observed saves, TIME_NONE */
	struct since value_moved; /* last change of the value; at_least: none was seen,
				     and this is when we first looked */
	int64_t head_moved_at;	  /* last time the head was seen to change, TIME_NONE */
	int64_t watermark;

	struct since went_back; /* fell without a record and was not passed again */
	struct value went_back_from, went_back_to;
	struct since unexplained; /* so it was, and was passed again: between the same two
				     values */
	struct replay replay;
	bool half_asked; /* who did that could not be asked of all that keep records */

	struct span error; /* what the pipeline says is wrong (metadata member) */

	/* First poll that saw it: over the limit of WARN [0] and CRIT [1]; in the future;
	 * value beyond a head that was read after the last save. */
	struct since lag_over[2], watermark_over[2];
	struct since future, watermark_future, ahead;
	struct since repeated; /* other rows of its table have its key */
	struct since blind;    /* the lag has a limit and is not known */
	struct past past;      /* the last trouble */
};

/* The outcome. since: when the trouble began; state_since: when it reached this state;
 * they differ for "stuck since 02:14, CRIT since 02:44". */
struct verdict {
	enum state state;
	enum finding finding;
	struct since since, state_since;
	int64_t limit; /* the limit that fired, RULE_UNSET: none or a day-one default */
};

/* The worst of all that is found; among equals the one that findings.def lists last. Of a
 * store that does not answer everything is judged as of its last good read, and nothing
 * below CRIT is more than UNKN. */
struct verdict health_judge(const struct observation *seen, const struct limits *limits);

/* The cadence that counts: configured, else learned from at least three saves, else
 * TIME_NONE. */
int64_t health_cadence(const struct observation *seen, const struct limits *limits);

/* The age from which a checkpoint that is behind counts as stopped: warn_age, else ten
 * times the cadence and at least a minute; TIME_NONE when neither is known. */
int64_t health_stopped_after(const struct observation *seen, const struct limits *limits);

/* When the next save is due by a cadence of ten minutes or more; TIME_NONE: no such
 * cadence. */
int64_t health_next_due(const struct observation *seen, const struct limits *limits);

/* Lag now, from value and head; last/next tell what a stored position means. Below zero
 * when the value is beyond the head. */
struct lag health_lag(const struct value *value, bool value_is_last,
	const struct value *head, bool head_is_last);

/* A lag below zero is no lag only where the head was read before the last save; otherwise
 * the value is beyond its source, and that stays visible. */
struct lag health_settle_lag(struct lag lag, int64_t head_at, int64_t updated);

enum trend health_trend(struct rate lag_rate, struct rate speed, struct rate head_speed);

/* lag / (speed − head speed). A lag of less than a minute's work that does not change has
 * nothing to catch up. */
struct eta health_eta(
	struct lag lag, struct rate lag_rate, struct rate speed, struct rate head_speed);

/* How much of a recorded reset has been done again, 0 to 100; -1: not known. */
int health_replayed(const struct replay *replay, const struct value *value);

#endif
