/* SPDX-License-Identifier: MIT
 *
 * How often stores are read, when one that is down is tried again, how old the data is.
 */
#include <string.h>

#include "tui/view_parts.h"

bool
parts_is_suspended(const struct frame *frame, const char *store)
{
	for (size_t i = 0; i < frame->suspended_count; i++)
		if (strcmp(frame->suspended[i], store) == 0)
			return true;
	return false;
}

int64_t
parts_interval(const struct frame *frame, const struct board_store *store)
{
	bool own = !frame->interval_chosen && store->interval > 0;

	return own ? store->interval : frame->interval;
}

static bool
is_meant(const struct board_store *store, const char *name)
{
	return name == NULL || strcmp(name, store->name) == 0;
}

/* --- what is down --- */

/* What was never read is older than all that was. */
static const struct board_store *
oldest_down(const struct frame *frame, const char *name)
{
	const struct board_store *oldest = NULL;

	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		if (store->opened && !store->reachable && is_meant(store, name) &&
			!parts_is_suspended(frame, store->name) &&
			(oldest == NULL || store->good_at < oldest->good_at))
			oldest = store;
	}
	return oldest;
}

bool
parts_add_try(struct str *out, const struct frame *frame, const char *name, bool brief)
{
	const struct board_store *store = oldest_down(frame, name);
	int64_t wait;

	if (store == NULL)
		return false;
	wait = store->next_try != TIME_NONE ? store->next_try - frame->now : 0;
	if (wait <= 0) {
		str_add(out, "trying");
	} else {
		str_add(out, brief ? "try in " : "next try in ");
		duration_add(out, (wait + SECOND - 1) / SECOND * SECOND);
	}
	return true;
}

/* --- all --- */

void
parts_add_poll(struct str *out, const struct frame *frame, const char *name)
{
	int64_t shortest = INT64_MAX, longest = 0;
	struct str next = { 0 };

	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;
		int64_t interval = parts_interval(frame, store);

		if (!is_meant(store, name))
			continue;
		shortest = interval < shortest ? interval : shortest;
		longest = interval > longest ? interval : longest;
	}
	if (longest == 0)
		shortest = longest = frame->interval;
	str_add(out, "poll ");
	duration_add(out, shortest);
	if (longest > shortest) {
		str_add_char(out, '-');
		duration_add(out, longest);
	}
	if (parts_add_try(&next, frame, name, false))
		str_addf(out, ", %s", str_text(&next));
	str_free(&next);
}

int64_t
parts_oldest_read(const struct frame *frame)
{
	int64_t oldest = TIME_NONE;

	for (size_t i = 0; i < frame->board_count; i++) {
		int64_t good_at = frame->boards[i]->store.good_at;

		if (good_at != TIME_NONE && (oldest == TIME_NONE || good_at < oldest))
			oldest = good_at;
	}
	return oldest;
}

/* Of one store its last read. Of all what is known of those that answer; where none does,
 * the newest of what there still is. */
static int64_t
last_read(const struct frame *frame, const char *name)
{
	int64_t read_at = name == NULL ? frame->counts.read_at : TIME_NONE;
	bool is_known = read_at != TIME_NONE;

	for (size_t i = 0; !is_known && i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		if (is_meant(store, name) && store->good_at > read_at)
			read_at = store->good_at;
	}
	return read_at;
}

void
parts_add_read(struct str *out, const struct frame *frame, const char *store)
{
	int64_t read_at = last_read(frame, store);

	if (read_at == TIME_NONE) {
		str_add(out, "not read yet");
	} else {
		str_add(out, "read ");
		duration_add_short(out, frame->now - read_at);
		str_add(out, " ago");
	}
	str_addf(out, " %c", "|/-\\"[frame->heartbeat % 4]);
}
