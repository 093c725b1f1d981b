/* SPDX-License-Identifier: MIT
 * Looking keys up in options.def, and reading their values. Only for config/. */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"

/* The option of this section and key, or NULL. */
const struct option *option_find(enum option_section section, const char *key);

/* "env", "store", "rule". */
const char *option_section_word(enum option_section section);

/* Checks a value against the type and range of its option. ERR_USAGE says what the value
 * must be, and starts with the key. */
int option_check(const struct option *option, const char *value, struct err *err);

/* Values that option_check() has accepted. */
bool option_bool(const char *value);
int64_t option_duration(const char *value);
int64_t option_count(const char *value);
/* Which of the words in option->values it is, from 0. */
unsigned option_word(const struct option *option, const char *value);

/* True for counts that a policy limits, and whether a value passes that limit. */
bool option_is_limit(const struct option *option);
bool option_is_beyond(const struct option *option, const char *value, const char *limit);

/* True for the options that a policy may set: those that cannot be taken back
 * then. */
bool option_is_policy(const struct option *option);

#endif
