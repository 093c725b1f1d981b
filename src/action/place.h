/* SPDX-License-Identifier: MIT
 * The audit that a store keeps itself, and which store it is: made once, by init. */
#ifndef ACTION_PLACE_H
#define ACTION_PLACE_H

#include "action/apply.h"

/* Makes the store audit where there is none; *made false: it is there. */
int place_make_audit(const struct store_config *config, bool *made, struct err *err);

/* Appends the statements that would make it, and the rights that are needed, for whoever
 * may run them. Nothing is opened for writing. */
int place_add_script(const struct store_config *config, struct str *out, struct err *err);

/* Tells the journal that the store has the identity of terms->identity from now on,
 * whatever it was under this name before. */
int place_pin(const struct apply_terms *terms, struct span reason, struct err *err);

#endif
