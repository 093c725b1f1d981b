/* SPDX-License-Identifier: MIT
 * ckptop audit verify: whether journal and store audits are as they were written. */
#ifndef CLI_AUDIT_VERIFY_H
#define CLI_AUDIT_VERIFY_H

#include "action/audit.h"
#include "cli/command.h"

/* Prints what was proven, and what is missing. ERR_DAMAGED: something was changed. */
int audit_verify(struct cli *cli, struct audit *audit, struct err *err);

/* How many changes that the journal calls done the audits of their stores do not have. */
size_t audit_count_lacks(struct audit *audit);

#endif
