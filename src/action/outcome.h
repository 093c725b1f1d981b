/* SPDX-License-Identifier: MIT
 * What came of a plan, for programs. */
#ifndef ACTION_OUTCOME_H
#define ACTION_OUTCOME_H

#include "action/apply.h"

/* Appends it as one JSON document and a newline; docs/man/ckptop.1 has the members. */
void
outcome_add_json(struct str *out, const struct outcome *outcome, const struct plan *plan);

#endif
