/* SPDX-License-Identifier: MIT
 * What has become of the checkpoints of an operation since, as far as it was seen. */
#ifndef TUI_AUDIT_THEN_H
#define TUI_AUDIT_THEN_H

#include "tui/audit_lines.h"

/* Appends "passed 89,361,000 again by 02:49:31 (8m13s later); now 89,583,100", or what of
 * it is known: a time only where a look has found it so. False: nothing was changed, or
 * its store is none of those here. */
bool
audit_add_then(struct str *out, const struct frame *frame, const struct audit_line *line);

/* Appends what an undo of it would do now; false: that is not known, or there is none. */
bool
audit_add_undo(struct str *out, const struct frame *frame, const struct audit_line *line);

#endif
