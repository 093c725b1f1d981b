/* SPDX-License-Identifier: MIT
 * One logged call. Only for the files of the trace. */
#ifndef STORE_TRACE_CALL_H
#define STORE_TRACE_CALL_H

#include "store/backend.h"

struct trace {
	struct store store;
	struct store *inner;
	/* The entries that the traced back end has, and no others. */
	struct backend backend;
};

/* One call under way. */
struct call {
	struct trace *trace;
	const char *name;
	struct key key; /* of one checkpoint, or none */
	int64_t started;
};

/* The traced store gets the gate's deadline. An interrupt that comes meanwhile sets the
 * outer flag first: it is seen here, or sets the inner one after it was cleared. */
struct call trace_begin(struct store *store, const char *name);
struct call trace_begin_key(struct store *store, const char *name, struct key key);

/* Logs what came of it. err may be NULL. */
void trace_end(
	const struct call *call, bool failed, const struct err *err, const char *outcome);

/* "done", "conflict", … */
const char *trace_result_word(enum change_result result);

/* The entries of struct backend_operations, logged. */
extern const struct backend_operations trace_operations;

#endif
