/* SPDX-License-Identifier: MIT */
#include "base/token.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define RANDOM_BYTES 16

/* x: a digit, v: the version, n: the variant, one of 8 9 a b (RFC 4122). */
static const char form[] = "xxxxxxxx-xxxx-vxxx-nxxx-xxxxxxxxxxxx";
_Static_assert(sizeof(form) == TOKEN_SIZE, "the form of a UUID has another length");

int
token_make(char out[TOKEN_SIZE], struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[RANDOM_BYTES];
	size_t nibble = 0;
	ssize_t got;

	do
		got = getrandom(random, sizeof(random), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(random))
		return err_set_errno(err, ERR_FAILED, got < 0 ? errno : EIO,
			"the kernel gives no random bytes for an operation id");
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		unsigned value;

		if (form[i] == '-') {
			out[i] = '-';
			continue;
		}
		value = random[nibble / 2] >> (nibble % 2 * 4) & 15;
		nibble++;
		if (form[i] == 'v')
			value = 4;
		else if (form[i] == 'n')
			value = 8 | (value & 3);
		out[i] = digits[value];
	}
	out[TOKEN_LEN] = '\0';
	return 0;
}

bool
token_is_one(struct span text)
{
	if (text.len != TOKEN_LEN)
		return false;
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		const char *allowed = form[i] == '-'   ? "-"
				      : form[i] == 'v' ? "4"
				      : form[i] == 'n' ? "89ab"
						       : "0123456789abcdef";

		if (text.at[i] == '\0' || strchr(allowed, text.at[i]) == NULL)
			return false;
	}
	return true;
}
