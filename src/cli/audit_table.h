/* SPDX-License-Identifier: MIT
 * ckptop audit: the table of who changed what. */
#ifndef CLI_AUDIT_TABLE_H
#define CLI_AUDIT_TABLE_H

#include "action/audit.h"
#include "cli/command.h"

/* Prints entries, of which there are some. Which store each is of stands there where they
 * are of several. */
void audit_table_print(
	struct cli *cli, const struct audit_entry *const *entries, size_t count);

#endif
