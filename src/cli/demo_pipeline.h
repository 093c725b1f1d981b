/* SPDX-License-Identifier: MIT
 * The life of one pipeline of the demo, in a process of its own. */
#ifndef CLI_DEMO_PIPELINE_H
#define CLI_DEMO_PIPELINE_H

#include "cli/demo_story.h"
#include "run/children.h"
#include "store/store.h"

/* Where the demo takes place. */
struct demo_place {
	const char *database, *directory; /* paths */
	struct store_config stores[DEMO_STORES];
};

/* The name of the metadata members that the pipelines use. */
#define DEMO_END_MEMBER	      "source_end"
#define DEMO_WATERMARK_MEMBER "watermark"
#define DEMO_ERROR_MEMBER     "error"

struct demo_role {
	const struct demo_pipeline *pipeline;
	const struct demo_place *place;
};

/* A child's life; arg is a struct demo_role. It saves its first states, dated as if it
 * had run before, says that it is ready, and works on. */
int demo_pipeline_live(void *arg, struct child *child, struct err *err);

#endif
