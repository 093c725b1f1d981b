/* SPDX-License-Identifier: MIT
 * Why: what a person says, as it is recorded. */
#ifndef ACTION_REASON_H
#define ACTION_REASON_H

#include <stdbool.h>

#include "base/str.h"

/* Whether it is not enough, because there is none where one is required, or one of fewer
 * characters than that, or one of a thousand and more: then appends what is to be said.
 */
bool reason_refusal(struct str *out, struct span reason, bool required, size_t least);

#endif
