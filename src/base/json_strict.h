/* SPDX-License-Identifier: MIT
 * The door to jansson, whose names are those of json.h: the two headers never meet. */
#ifndef BASE_JSON_STRICT_H
#define BASE_JSON_STRICT_H

#include "base/err.h"
#include "base/str.h"

/* The part of json_check_strict() that jansson does: UTF-8, no repeated members, no NaN,
 * no lone surrogates, no \u0000. The text has passed json_parse(). ERR_USAGE. */
int json_strict(struct span text, struct err *err);

#endif
