/* SPDX-License-Identifier: MIT
 * Standard output: gathered, written in large pieces, and never lost in silence. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

struct output {
	struct str text; /* append here */
	bool gone;	 /* the reader has closed the pipe: nothing more to say */
	struct err err;	 /* the first failure */
};

/* To be called after every record: writes when much has been gathered. -1 when writing
 * has failed, now or before; whoever produces stops then. */
int output_pace(struct output *output);

/* Writes all. */
int output_flush(struct output *output);

/* Flushes, says what failed (0 when the reader has gone: it wants no more), frees. */
int output_end(struct output *output, struct err *err);

#endif
