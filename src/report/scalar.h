/* SPDX-License-Identifier: MIT
 * Fields that are neither text nor document, as all machine-readable formats write them.
 */
#ifndef REPORT_SCALAR_H
#define REPORT_SCALAR_H

#include "report/field.h"

/* Appends a number, a time (RFC 3339, UTC) or true and false, in ASCII and the same
 * whatever the locale. Nothing for the other kinds. */
void scalar_add(struct str *out, const struct field_value *value);

#endif
