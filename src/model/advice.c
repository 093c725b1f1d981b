/* SPDX-License-Identifier: MIT */
#include "model/advice.h"

static bool
siblings_move(const struct board_row *row)
{
	return row->job != NULL && row->job->moving > 0;
}

/* "look at worker-07" where the pipeline names its worker, else "look at its worker". */
static void
add_worker(struct str *out, const struct board_row *row)
{
	if (row->note != NULL && row->note[0] != '\0')
		str_addf(out, "look at %s", row->note);
	else
		str_add(out, "look at its worker");
}

static void
stopped(struct str *out, const struct board_row *row)
{
	if (siblings_move(row))
		str_add(out, "Only this one stands");
	else
		str_add(out, "Nothing of this job saves");
	if (row->error.at != NULL)
		str_add(out, ", with an error: ");
	else if (siblings_move(row))
		str_add(out, ": ");
	else
		str_add(out, ", perhaps it does not run: ");
	add_worker(out, row);
	str_add(out, " before any reset");
}

static void
stalled(struct str *out, const struct board_row *row)
{
	str_add(out, "It saves but does not advance, as if it retries one record: ");
	add_worker(out, row);
}

static void
rewound(struct str *out, const struct board_row *row)
{
	(void)row;
	str_add(out,
		"Find out who set it back before anything else: all since then is read "
		"again");
}

static void
lost(struct str *out, const struct board_row *row)
{
	(void)row;
	str_add(out, "The job starts from its beginning at its next load, unless someone "
		     "puts the "
		     "checkpoint back");
}

static void
damaged(struct str *out, const struct board_row *row)
{
	(void)row;
	str_add(out, "The job cannot load this either, or starts over: keep a copy "
		     "before anything "
		     "writes here");
}

static void
unreachable(struct str *out, const struct board_row *row)
{
	str_addf(out, "The values are old; see why %s cannot be read (S)",
		row->board->store.name);
}

static void
blind(struct str *out, const struct board_row *row)
{
	str_addf(out,
		"See why the head of %s cannot be read (S), or whether the value is what "
		"it "
		"should be",
		row->board->store.name);
}

static void
lagging(struct str *out, const struct board_row *row)
{
	if (!row->lag_rate.known)
		return;
	if (row->lag_rate.per_second < 0)
		str_add(out, "It catches up by itself: wait");
	else if (row->lag_rate.per_second > 0)
		str_add(out, "It is slower than its input: a reset forward would lose "
			     "data, more "
			     "workers would not");
}

static void
watermark(struct str *out, const struct board_row *row)
{
	const struct board_row *holder =
		row->job != NULL ? row->job->holds_watermark : NULL;

	if (holder == row && row->job->partitions > 1)
		str_add(out, "This partition alone holds the job's watermark back: look "
			     "at its "
			     "source");
	else
		str_add(out,
			"Late or missing events hold the watermark: look at the source");
}

static void
future(struct str *out, const struct board_row *row)
{
	(void)row;
	str_add(out,
		"Its ages are wrong by as much: check the clock and the time zone of the "
		"writer");
}

static void
replaying(struct str *out, const struct board_row *row)
{
	(void)row;
	str_add(out, "A recorded reset is being read again: nothing to do");
}

/* Its age is what most people open this for. */
static void
unzoned(struct str *out, const struct board_row *row)
{
	if (row->updated_unzoned)
		str_add(out, "Its times name no zone, so no age is known: set tz = ZONE "
			     "for the store");
}

static void
repeated(struct str *out, const struct board_row *row)
{
	(void)row;
	str_add(out, "It cannot be reset before it is the only one: delete the others in "
		     "the table itself, and make the key unique");
}

typedef void advice_fn(struct str *out, const struct board_row *row);

static advice_fn *const advices[FINDINGS] = {
	[FINDING_NONE] = unzoned,
	[FINDING_STOPPED] = stopped,
	[FINDING_STALLED] = stalled,
	[FINDING_REWOUND] = rewound,
	[FINDING_LOST] = lost,
	[FINDING_DAMAGED] = damaged,
	[FINDING_UNREACHABLE] = unreachable,
	[FINDING_BLIND] = blind,
	[FINDING_LAGGING] = lagging,
	[FINDING_WATERMARK] = watermark,
	[FINDING_FUTURE] = future,
	[FINDING_REPEATED] = repeated,
	[FINDING_REPLAYING] = replaying,
};

void
advice_add(struct str *out, const struct board_row *row)
{
	if (advices[row->finding] != NULL)
		advices[row->finding](out, row);
}
