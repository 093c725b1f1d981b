/* SPDX-License-Identifier: MIT */
#include "base/json_strict.h"

#include <jansson.h>

int
json_strict(struct span text, struct err *err)
{
	/* Integers of any size are fine; they are not looked at. */
	size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL;
	json_error_t error;
	json_t *root = json_loadb(text.at, text.len, flags, &error);

	if (root == NULL)
		return err_set(err, ERR_USAGE, "not strict JSON: %s at byte %d",
			json_error_code(&error) == json_error_null_character
				? "\\u0000, which some stores cannot keep,"
				: error.text,
			error.position);
	json_decref(root);
	return 0;
}
