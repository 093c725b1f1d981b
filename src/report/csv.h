/* SPDX-License-Identifier: MIT
 * One record a line: CSV by RFC 4180 with the guard against formulas, and plain text with
 * tabs. */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include <stdbool.h>

#include "report/field.h"

struct csv_style {
	bool raw;  /* without the guard: bytes as stored */
	bool safe; /* for a terminal: every text passes safe_text() */
};

/* Appends the line of names, or one record. Lines end in CR LF. What is not known is
 * empty. Texts that a spreadsheet would run as a formula (= + - @ TAB or CR in front) get
 * a ' in front, except numbers: -5 stays. */
void csv_header(struct str *out, const struct field *fields, size_t count);
void csv_record(struct str *out, const struct field *fields, size_t count,
	const void *row, int64_t now, const struct csv_style *style);

/* Appends one record with tabs between the fields and LF at the end; every text passes
 * safe_text(), so that neither tabs nor line ends are in it; what is empty or not known
 * is "-". */
void plain_record(struct str *out, const struct field *fields, size_t count,
	const void *row, int64_t now);

#endif
