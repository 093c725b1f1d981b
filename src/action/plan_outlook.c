/* SPDX-License-Identifier: MIT
 *
 * How far behind the job is after the change, and how long it takes to catch up: at the
 * net rate, and saying so. */
#include "action/plan_inside.h"

#include "model/number.h"

/* Over all rows that are changed. */
struct outlook {
	bool known, time; /* lag; of times it is the longest */
	int64_t lag;
	const char *gap; /* why it is not known; NULL: that is not known either */
	bool rates_known, before; /* before: of one that stands now */
	size_t rows;
	double speed, input; /* per second */
	double worst;	     /* of times: seconds until the slowest is there; -1: never
			      */
};

static bool
lag_after(int64_t *out, const struct plan_item *item)
{
	const struct board_row *seen = item->subject->observed;

	if (seen == NULL ||
		(seen->lag.kind != LAG_POSITIONS && seen->lag.kind != LAG_TIME) ||
		seen->lag.partial || !value_comparable(&seen->parsed, &item->new))
		return false;
	return !__builtin_add_overflow(
		seen->lag.amount, value_distance(&seen->parsed, &item->new), out);
}

/* Its present speed, or where it stands the one before. */
static bool
speed_of(double *out, const struct board_row *row, bool *before)
{
	if (row->speed.known && row->speed.per_second > 0) {
		*out = row->speed.per_second;
		return true;
	}
	*before |= row->speed_before.known;
	*out = row->speed_before.per_second;
	return row->speed_before.known;
}

static void
add_rates(struct outlook *outlook, const struct plan_item *item, int64_t lag)
{
	const struct board_row *seen = item->subject->observed;
	double speed = 0, input, seconds;

	if (!speed_of(&speed, seen, &outlook->before) || !seen->head_speed.known) {
		outlook->rates_known = false;
		return;
	}
	input = seen->head_speed.per_second;
	outlook->speed += speed;
	outlook->input += input;
	if (lag <= 0 || outlook->worst < 0)
		return;
	seconds = speed > input ? (double)lag / (speed - input) : -1;
	if (seconds < 0 || seconds > outlook->worst)
		outlook->worst = seconds;
}

static struct outlook
look(const struct making *making)
{
	struct outlook outlook = { .known = true, .rates_known = true };

	for (size_t i = 0; i < making->count; i++) {
		const struct plan_item *item = &making->items[i];
		const struct board_row *seen = item->subject->observed;
		int64_t lag;

		if (item->row->direction == DIRECTION_SAME)
			continue;
		if (!lag_after(&lag, item)) {
			outlook.known = false;
			outlook.gap = seen != NULL ? seen->lag_reason : NULL;
			break;
		}
		outlook.rows++;
		outlook.time = seen->lag.kind == LAG_TIME;
		if (!outlook.time)
			outlook.known &= !__builtin_add_overflow(
				outlook.lag, lag > 0 ? lag : 0, &outlook.lag);
		else if (lag > outlook.lag)
			outlook.lag = lag;
		add_rates(&outlook, item, lag);
	}
	return outlook;
}

static void
add_rate(struct str *out, double per_second, bool time)
{
	if (time) {
		str_addf(out, "%.2fx", per_second / (double)SECOND);
	} else if (per_second < 10) {
		str_addf(out, "%.1f/s", per_second);
	} else {
		number_add_brief(out, (int64_t)per_second);
		str_add(out, "/s");
	}
}

static void
add_catching_up(struct str *out, const struct outlook *outlook)
{
	double net = outlook->speed - outlook->input;
	bool never = outlook->worst < 0 || outlook->worst > 9e12 || net <= 0;

	str_add(out, never ? "at this speed it is never worked off ("
			   : "worked off in about ");
	if (!never) {
		duration_add(out, (int64_t)(outlook->worst * (double)SECOND));
		str_add(out, " at ");
		add_rate(out, net, outlook->time);
		str_add(out, " net (");
	}
	add_rate(out, outlook->speed, outlook->time);
	if (outlook->before)
		str_add(out, outlook->rows == 1 ? " before it stopped,"
						: " with what stands as fast as before,");
	str_add_char(out, ' ');
	str_add(out, "less ");
	add_rate(out, outlook->input, outlook->time);
	str_add(out, " input).");
}

void
plan_add_outlook(struct str *out, const struct making *making)
{
	struct outlook outlook;

	for (size_t i = 0; i < making->count; i++)
		if (making->items[i].row->direction != DIRECTION_SAME &&
			!making->items[i].row->will_exist)
			return;
	outlook = look(making);
	if (!outlook.known) {
		str_add(out, "How far behind it is then is not known");
		if (outlook.gap != NULL)
			str_addf(out, ": %s", outlook.gap);
		str_add_char(out, '.');
		return;
	}
	str_add(out, "Lag then ");
	if (outlook.time)
		duration_add(out, outlook.lag);
	else
		number_add_grouped(out, outlook.lag);
	if (outlook.lag == 0) {
		str_add_char(out, '.');
	} else if (outlook.rates_known) {
		str_add(out, "; ");
		add_catching_up(out, &outlook);
	} else {
		str_add(out, "; how fast it is worked off was not seen.");
	}
}
