/* SPDX-License-Identifier: MIT
 * What a filter line is after it was read: between filter_parse.c and filter.c. */
#ifndef MODEL_FILTER_TREE_H
#define MODEL_FILTER_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum filter_field {
	FIELD_WORD,
	FIELD_STATE,
	FIELD_JOB,
	FIELD_PARTITION,
	FIELD_STORE,
	FIELD_WHY,
	FIELD_LAG,
	FIELD_AGE,
	FIELD_UPD,
	FIELD_WMARK,
};

enum filter_compare {
	COMPARE_LESS = 1 << 0,
	COMPARE_EQUAL = 1 << 1,
	COMPARE_MORE = 1 << 2,
};

struct filter_term {
	enum filter_field field;
	struct span pattern; /* of text fields */
	bool wild;	     /* it has wildcards: the whole text must match */
	unsigned compare;    /* of amounts: enum filter_compare, or-ed */
	int64_t amount;
	bool is_duration; /* amount is microseconds, else positions */
};

enum filter_kind { FILTER_ALL, FILTER_ANY, FILTER_NOT, FILTER_TERM };

struct filter_node {
	enum filter_kind kind;
	struct filter_node *first; /* of its parts; FILTER_NOT has one */
	struct filter_node *next;  /* the next part of the same whole */
	struct filter_term term;
};

struct filter {
	struct arena *arena;
	const struct filter_node *root;
};

/* Parentheses within parentheses that are followed; also limits the depth of the tree. */
#define FILTER_DEPTH 50

#endif
