/* SPDX-License-Identifier: MIT
 * What a configuration must never do to a file: take something from it that does not
 * stand there, whole, on the line that is named. For tests with files that nobody wrote.
 */
#ifndef TESTS_CONFIG_TRUTH_H
#define TESTS_CONFIG_TRUTH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "config/config.h"

/* True when the setting does not come from the file, or is all that stands behind the '='
 * of the line that it names. text is what the file at this path holds. */
bool config_tells_the_truth(
	const struct config_setting *setting, struct span text, const char *path);

/* True when a refusal starts with the path and a line that the file has. */
bool config_names_its_line(const struct err *err, struct span text, const char *path);

#endif
