/* SPDX-License-Identifier: MIT
 * Which zone the files of a store were written in, where nobody has said it. */
#include "model/records_inside.h"

#include <stdlib.h>
#include <string.h>

#define QUARTERS_MAX	 60 /* fifteen hours: no zone is further from UTC */
#define HOUR_IN_QUARTERS 4

/* How many names a note gives before it only counts. */
#define NAMES 3

/* What was counted of one offset. */
struct tally {
	uint32_t count;
	int64_t newest;	     /* TIME_NONE: none */
	int64_t first, last; /* of those of the last day; first > last: none */
};

struct tallies {
	struct tally all[2 * QUARTERS_MAX + 1];
};

static struct tally *
tally_of(struct tallies *tallies, int quarters)
{
	int index = quarters + QUARTERS_MAX;

	return index < 0 || index > 2 * QUARTERS_MAX ? NULL : &tallies->all[index];
}

static bool
is_witness(const struct record *record)
{
	return record->zone_of_file && record->zone_quarters != ZONE_UNKNOWN &&
	       record->updated_at != TIME_NONE && stamp_is_naive(record->updated_form) &&
	       !record_is_troubled(record);
}

static void
count(struct tallies *tallies, struct zones *zones, const struct record *record,
	int64_t now)
{
	struct tally *tally = tally_of(tallies, record->zone_quarters);
	int64_t at = record->updated_at - record->zone_quarters * QUARTER;

	if (tally == NULL)
		return;
	zones->told++;
	tally->count++;
	if (at > tally->newest)
		tally->newest = at;
	if (at <= now - DAY)
		return;
	if (at < tally->first)
		tally->first = at;
	if (at > tally->last)
		tally->last = at;
}

/* Clocks go forward or back once: of the last day all files of the one offset were
 * written before all files of the other. */
static bool
is_shift(const struct tally *a, const struct tally *b)
{
	return a->first > b->last || b->first > a->last;
}

/* The same zone with its clocks an hour forward or back, or ZONE_UNKNOWN. */
static int
find_shifted(struct tallies *tallies, int agreed)
{
	const struct tally *before = tally_of(tallies, agreed - HOUR_IN_QUARTERS);
	const struct tally *behind = tally_of(tallies, agreed + HOUR_IN_QUARTERS);
	const struct tally *most = tally_of(tallies, agreed);
	uint32_t least = 0;
	int shifted = ZONE_UNKNOWN;

	if (before != NULL && before->count > least && is_shift(before, most)) {
		shifted = agreed - HOUR_IN_QUARTERS;
		least = before->count;
	}
	if (behind != NULL && behind->count > least && is_shift(behind, most))
		shifted = agreed + HOUR_IN_QUARTERS;
	return shifted;
}

/* The offset that most files imply; of several the one that was seen last. */
static int
find_most(struct tallies *tallies)
{
	const struct tally *most = &tallies->all[0];

	for (int i = 1; i <= 2 * QUARTERS_MAX; i++) {
		const struct tally *tally = &tallies->all[i];

		if (tally->count > most->count ||
			(tally->count == most->count && tally->newest > most->newest))
			most = tally;
	}
	return (int)(most - tallies->all) - QUARTERS_MAX;
}

void
records_agree_on_zone(struct records *records)
{
	struct zones *zones = &records->zones;
	struct tallies tallies;
	uint32_t agree;
	int most, shifted;

	*zones = (struct zones){ 0, ZONE_UNKNOWN, ZONE_UNKNOWN };
	if (records->setup.zone != NULL || !records->zones_are_implied)
		return;
	for (int i = 0; i <= 2 * QUARTERS_MAX; i++)
		tallies.all[i] = (struct tally){ 0, TIME_NONE, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < records->count; i++)
		if (is_witness(&records->all[i]))
			count(&tallies, zones, &records->all[i], records->now);
	if (zones->told == 0)
		return;
	most = find_most(&tallies);
	shifted = find_shifted(&tallies, most);
	agree = tally_of(&tallies, most)->count;
	if (shifted != ZONE_UNKNOWN)
		agree += tally_of(&tallies, shifted)->count;
	if (agree <= zones->told / 2)
		return;
	zones->agreed = (int8_t)most;
	zones->shifted = (int8_t)shifted;
}

bool
record_zone_is_good(const struct records *records, const struct record *record)
{
	const struct zones *zones = &records->zones;
	int quarters = record->zone_quarters;

	if (!record->zone_of_file || quarters == ZONE_UNKNOWN || zones->told == 0)
		return true;
	return zones->agreed != ZONE_UNKNOWN &&
	       (quarters == zones->agreed || quarters == zones->shifted);
}

/* --- what is said of it --- */

void
record_add_zone(struct str *out, int quarters)
{
	int minutes = abs(quarters) * 15;

	if (quarters == 0)
		str_add(out, "UTC");
	else
		str_addf(out, "%c%02d:%02d", quarters < 0 ? '-' : '+', minutes / 60,
			minutes % 60);
}

/* Of many names the first in order, and how many there are. */
struct doubtful {
	size_t count, named;
	struct span names[NAMES];
};

static void
add_doubtful(struct doubtful *doubtful, struct span name)
{
	size_t at = doubtful->named;

	doubtful->count++;
	while (at > 0 && span_compare_natural(name, doubtful->names[at - 1]) < 0)
		at--;
	if (name.at == NULL || at == NAMES)
		return;
	if (doubtful->named < NAMES)
		doubtful->named++;
	memmove(&doubtful->names[at + 1], &doubtful->names[at],
		(doubtful->named - 1 - at) * sizeof(*doubtful->names));
	doubtful->names[at] = name;
}

static struct doubtful
find_doubtful(const struct records *records)
{
	struct doubtful doubtful = { 0 };

	for (size_t i = 0; i < records->count; i++) {
		const struct record *record = &records->all[i];

		if (!record_is_troubled(record) && record_is_doubtful(records, record))
			add_doubtful(&doubtful,
				texts_span(records->texts, extra_of(record)->where));
	}
	return doubtful;
}

static void
add_what(struct str *out, const struct zones *zones, size_t count)
{
	if (zones->agreed == ZONE_UNKNOWN) {
		str_addf(out,
			"times without a zone, and their files imply different "
			"ones; the age of %zu is not known",
			count);
		return;
	}
	str_addf(out, "%zu file%s written in another zone than most here imply (", count,
		count == 1 ? " was" : "s were");
	record_add_zone(out, zones->agreed);
	str_addf(out, "), or %s copied or touched; age not known",
		count == 1 ? "was" : "were");
}

bool
records_add_zone_note(const struct records *records, struct str *out)
{
	struct doubtful doubtful = { 0 };

	if (records->zones.told > 0)
		doubtful = find_doubtful(records);
	if (doubtful.count == 0)
		return false;
	add_what(out, &records->zones, doubtful.count);
	for (size_t i = 0; i < doubtful.named; i++) {
		str_add(out, i > 0 ? ", " : ": ");
		str_add_span(out, doubtful.names[i]);
	}
	if (doubtful.count > doubtful.named)
		str_addf(out, " and %zu more", doubtful.count - doubtful.named);
	str_add(out, "; set tz for this store");
	return true;
}
