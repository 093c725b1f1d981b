/* SPDX-License-Identifier: MIT
 * Where the head of a checkpoint comes from, as the configuration says it. The back ends
 * of these words are in store/head.h; what stands in the metadata the records read
 * themselves. */
#ifndef MODEL_HEAD_SPEC_H
#define MODEL_HEAD_SPEC_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

enum head_kind { HEAD_NONE, HEAD_SQL, HEAD_FILE, HEAD_NOW, HEAD_METADATA };

struct head_spec {
	enum head_kind kind;
	const char *text;     /* all of it, borrowed; NULL: nothing is configured */
	const char *argument; /* QUERY, PATH or MEMBER; within text */
	struct span place;    /* of sql@STORE:QUERY the store, within text; none: the
				 store of the checkpoints */
	bool is_last; /* it counts the last thing there is, not the next one to come */
};

/* ERR_USAGE: what was not understood; *out is HEAD_NONE then. text NULL is HEAD_NONE. */
int head_parse(struct head_spec *out, const char *text, struct err *err);

#endif
