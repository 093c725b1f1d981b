/* SPDX-License-Identifier: MIT
 * What those who died at a store have left in it, before anybody looks for what is
 * meant: it may hide the very checkpoint. */
#ifndef ACTION_RECOVER_H
#define ACTION_RECOVER_H

#include "action/apply.h"
#include "action/steward.h"

/*
 * Ends what was begun and not ended, in those stores of the configuration under whose
 * name it was begun; told as in apply_resolve(). What hinders that is not said: it
 * hinders the change too, which then says so.
 */
void recover_operations(const struct steward *steward, resolve_fn *told, void *arg);

/*
 * What somebody who died in a transaction has left in a database only those can roll back
 * who may write, and a look only reads. Who is about to write opens it so once. False: it
 * could not be opened.
 */
bool recover_store(const struct store_config *config);

#endif
