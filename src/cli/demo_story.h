/* SPDX-License-Identifier: MIT
 * The story of the demo: what each of its pipelines does, and what is to be seen of it.
 */
#ifndef CLI_DEMO_STORY_H
#define CLI_DEMO_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/health.h"

/* The stores. */
enum demo_store { DEMO_DATABASE, DEMO_FILES, DEMO_STORES };

/* How a partition saves. Durations in microseconds. */
struct demo_habit {
	int64_t saved;	       /* so long ago it saved the first time */
	int64_t every;	       /* from then on; 0: it has not saved since */
	int64_t backlog;       /* records it is behind, besides those that came since */
	int64_t events_behind; /* the events it has are so much older than those of now */
	unsigned attempt;
	const char *error; /* what it says in its metadata, or NULL */
	bool torn;	   /* its last file was not written to the end */
};

/* One pipeline: a process of its own. */
struct demo_pipeline {
	const char *job, *host;
	enum demo_store store;
	unsigned partitions;
	int64_t first; /* about where its source stands at the start */
	double input;  /* records a second that come into each partition */
	double speed;  /* records a second it can do in each */
	struct demo_habit habit;
	unsigned odd; /* this partition has another habit; 0: none has */
	struct demo_habit odd_habit;
	int64_t clock_ahead; /* the clock of its host is fast */
	bool daily;	     /* a value is the last day that is done */
	/* The configuration of the job; limits that are 0 are not set. */
	struct limits limits;
	const char *owner, *runbook;
	/* What the dashboard says of it after a few polls. */
	enum state state;
	enum finding finding;
	enum trend trend; /* TREND_UNKNOWN: not looked at */
};

/* The pipelines. */
const struct demo_pipeline *demo_pipeline(size_t index);
size_t demo_pipeline_count(void);

/* The habit of one of its partitions. */
const struct demo_habit *
demo_habit(const struct demo_pipeline *pipeline, unsigned partition);

#endif
