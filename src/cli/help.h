/* SPDX-License-Identifier: MIT
 * What --help says, made from the tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* Appends the help of a command; of the dashboard it is that of the whole program. */
void help_add(struct str *out, const struct command *command);

/* Appends name and version. */
void help_add_version(struct str *out);

#endif
