/* SPDX-License-Identifier: MIT
 * JSON: objects made from the tables of fields. */
#ifndef REPORT_JSON_REPORT_H
#define REPORT_JSON_REPORT_H

#include "report/field.h"

#define REPORT_SCHEMA 1

/* Appends `"name":value` for every field, with commas between them and without braces, on
 * one line. Texts with invalid UTF-8 have NAME_base64 behind them with the bytes; a
 * document that is not JSON (Python writes NaN) is null and NAME_text holds it. */
void json_report_members(struct str *out, const struct field *fields, size_t count,
	const void *row, int64_t now);

/* The same for one value of any name. */
void
json_report_member(struct str *out, const char *name, const struct field_value *value);

/* Appends `"schema":1,"at":"…"`, with which every document begins. */
void json_report_head(struct str *out, int64_t now);

#endif
