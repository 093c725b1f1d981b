/* SPDX-License-Identifier: MIT
 * What the operator configured about jobs: limits, cadence, owner. Plain data; config/
 * fills it. */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/value.h"

/* Limits of one job. Durations in microseconds, lags in positions; RULE_UNSET: none. */
#define RULE_UNSET INT64_MIN

struct limits {
	int64_t warn_age, crit_age;		/* no save for longer, and behind */
	int64_t warn_lag, crit_lag;		/* positions */
	int64_t warn_watermark, crit_watermark; /* event time behind now */
	int64_t cadence;			/* the time between two saves */
};

/* One [rule NAME] section. Strings live as long as the rules. */
struct rule {
	const char *name;
	const char *match; /* job patterns, separated by commas or spaces; a backslash
			      before one makes it part of a pattern. NULL: no job */
	const char *store; /* store pattern, or NULL for all */
	struct limits limits;
	enum value_type value_type; /* VALUE_AUTO: not set */
	const char *head;	    /* a head provider (store/head.h), or NULL */
	const char *owner, *runbook;
	bool ignore;	 /* the job is not shown at all */
	bool ignore_set; /* the section says "ignore"; so a later "no" wins too */
};

struct rules {
	const struct rule *rules;
	size_t count;
};

/* The rules that apply to one job, merged: all that match, in their order; what a later
 * one sets wins. Returns a rule whose strings are borrowed from the rules; name is that
 * of the last match, NULL when none matched. */
struct rule rules_resolve(const struct rules *rules, struct span store, struct span job);

/* Whether a rule is for this job of this store; job none: whether it is for any there. */
bool rule_is_for(const struct rule *rule, struct span store, struct span job);

/* A rule with nothing set. */
struct rule rule_unset(void);

#endif
