/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

_Static_assert(BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE) == DIGEST_LEN,
	"the text of a digest is not as long as the header says");

void
digest_of(char out[DIGEST_SIZE], struct span bytes)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;

	sha256_init(&context);
	if (bytes.len > 0)
		sha256_update(&context, bytes.len, (const uint8_t *)bytes.at);
	sha256_digest(&context, sizeof(digest), digest);
	base16_encode_update(out, sizeof(digest), digest);
	out[DIGEST_LEN] = '\0';
}

bool
digest_is_one(struct span text)
{
	if (text.len != DIGEST_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!((text.at[i] >= '0' && text.at[i] <= '9') ||
			    (text.at[i] >= 'a' && text.at[i] <= 'f')))
			return false;
	return true;
}
