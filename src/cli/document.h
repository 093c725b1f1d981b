/* SPDX-License-Identifier: MIT
 * The JSON document that `list --json` and `show --json` print. */
#ifndef CLI_DOCUMENT_H
#define CLI_DOCUMENT_H

#include "cli/look.h"
#include "model/listing.h"

/*
 * Writes {"schema", "at", "checkpoints": [...], "jobs": [...], "errors": [...]}. The jobs
 * are those of the rows, and of a target that is a job in any case. detail: with the
 * members that only `show` gives. Stops early when standard output fails.
 */
void document_write(const struct look *look, const struct listing *rows, bool detail);

/* `"errors":[…]`: the stores that could not be read, without a comma before it. */
void document_add_errors(struct str *out, const struct look *look);

#endif
