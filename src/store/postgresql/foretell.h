/* SPDX-License-Identifier: MIT
 * What a table would refuse, asked without writing: whether it has the columns of the
 * row, whether their types (an enum, a domain) take what a change puts into them, and
 * whether its CHECK constraints hold for the row then. What must be unique, what must not
 * be NULL, what refers to other rows, what a partition wants and what triggers do is only
 * seen when it is written. */
#ifndef STORE_POSTGRESQL_FORETELL_H
#define STORE_POSTGRESQL_FORETELL_H

#include "store/postgresql/image.h"
#include "store/postgresql/store.h"

/* Of a row of the connected table. ERR_REFUSED: it would be refused, and why. What cannot
 * be asked is not refused. A round trip where there is something that could refuse, and
 * one more the first time of a connection. */
int pg_foretell(struct pg_store *pg, const struct pg_image *wanted, struct err *err);

#endif
