/* SPDX-License-Identifier: MIT */
#include "model/rule.h"

#include <string.h>

#include "model/key.h"

static const size_t limit_offsets[] = {
	offsetof(struct limits, warn_age),
	offsetof(struct limits, crit_age),
	offsetof(struct limits, warn_lag),
	offsetof(struct limits, crit_lag),
	offsetof(struct limits, warn_watermark),
	offsetof(struct limits, crit_watermark),
	offsetof(struct limits, cadence),
};

#define LIMIT_COUNT (sizeof(limit_offsets) / sizeof(limit_offsets[0]))

_Static_assert(sizeof(struct limits) == LIMIT_COUNT * sizeof(int64_t),
	"every limit is merged, or it would be lost without a word");

static int64_t *
limit_at(struct limits *limits, size_t index)
{
	return (int64_t *)(void *)((char *)limits + limit_offsets[index]);
}

static int64_t
limit_of(const struct limits *limits, size_t index)
{
	return *(const int64_t *)(const void *)((const char *)limits +
						limit_offsets[index]);
}

struct rule
rule_unset(void)
{
	struct rule rule = { .value_type = VALUE_AUTO };

	for (size_t i = 0; i < LIMIT_COUNT; i++)
		*limit_at(&rule.limits, i) = RULE_UNSET;
	return rule;
}

static bool
is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t';
}

/* True when one of the patterns in the list matches. "\ " and "\," are part of one. */
static bool
list_matches(const char *list, struct span name)
{
	const char *p = list;

	while (*p != '\0') {
		const char *start;

		while (is_separator(*p))
			p++;
		start = p;
		while (*p != '\0' && !is_separator(*p))
			p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
		if (p > start &&
			pattern_matches(
				(struct span){ start, (size_t)(p - start) }, name))
			return true;
	}
	return false;
}

static void
merge(struct rule *into, const struct rule *from)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		if (limit_of(&from->limits, i) != RULE_UNSET)
			*limit_at(&into->limits, i) = limit_of(&from->limits, i);
	into->name = from->name;
	into->match = from->match;
	if (from->store != NULL)
		into->store = from->store;
	if (from->value_type != VALUE_AUTO)
		into->value_type = from->value_type;
	if (from->head != NULL)
		into->head = from->head;
	if (from->owner != NULL)
		into->owner = from->owner;
	if (from->runbook != NULL)
		into->runbook = from->runbook;
	if (from->ignore || from->ignore_set) {
		into->ignore = from->ignore;
		into->ignore_set = true;
	}
}

bool
rule_is_for(const struct rule *rule, struct span store, struct span job)
{
	if (rule->store != NULL && !pattern_matches(span_of(rule->store), store))
		return false;
	return job.at == NULL || (rule->match != NULL && list_matches(rule->match, job));
}

struct rule
rules_resolve(const struct rules *rules, struct span store, struct span job)
{
	struct rule resolved = rule_unset();

	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		const struct rule *rule = &rules->rules[i];

		if (job.at != NULL && rule_is_for(rule, store, job))
			merge(&resolved, rule);
	}
	return resolved;
}
