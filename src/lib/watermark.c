/* SPDX-License-Identifier: MIT */
#include "lib/ckpt.h"

#include <stdio.h>

#include "base/clock.h"

/* What ckpt_watermark_text() may write, the NUL included. */
#define TEXT_SIZE 32

void
ckpt_watermark_start(struct ckpt_watermark *watermark, int64_t lateness)
{
	watermark->lateness = lateness;
	watermark->latest = INT64_MIN;
}

void
ckpt_watermark_see(struct ckpt_watermark *watermark, int64_t event_time)
{
	if (event_time > watermark->latest)
		watermark->latest = event_time;
}

int64_t
ckpt_watermark_now(const struct ckpt_watermark *watermark)
{
	int64_t now;

	if (watermark->latest == INT64_MIN)
		return INT64_MIN;
	/* One step above "no event was seen" is as far back as time goes. */
	if (__builtin_sub_overflow(watermark->latest, watermark->lateness, &now))
		return watermark->lateness > 0 ? INT64_MIN + 1 : INT64_MAX;
	return now == INT64_MIN ? INT64_MIN + 1 : now;
}

int
ckpt_watermark_text(const struct ckpt_watermark *watermark, char *out)
{
	struct str text = { 0 };
	int64_t now = ckpt_watermark_now(watermark);

	out[0] = '\0';
	if (now == INT64_MIN)
		return -1;
	time_add_rfc3339(&text, now);
	snprintf(out, TEXT_SIZE, "%s", str_text(&text));
	str_free(&text);
	return 0;
}
