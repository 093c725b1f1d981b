/* SPDX-License-Identifier: MIT
 * Words of commands of ckptop that are shown, to be pasted into a shell. Only for the
 * files of action/. */
#ifndef ACTION_COMMAND_H
#define ACTION_COMMAND_H

#include "model/key.h"
#include "store/store.h"

/* " --OPTION VALUE" */
void command_add_option(struct str *out, const char *option, struct span value);

/* " JOB/PARTITION", however that must be given. */
void command_add_key(struct str *out, struct key key);

/* "-s STORE": the options that choose a store. */
void command_add_store(struct str *out, const struct store_config *config);

#endif
