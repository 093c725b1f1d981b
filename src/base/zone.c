/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/mem.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define LOCAL_FILE     "/etc/localtime"

/* The C library is asked every six days: since 1900 no zone but one (Freetown in 1939)
 * changed twice in a shorter time. */
#define SAMPLE_STEP  (6 * DAY / SECOND)
#define SAMPLE_FIRST INT64_C(-2208988800) /* 1900-01-01 */
#define SAMPLE_LAST  INT64_C(5017593600)  /* 2129-01-01 */

/* The rules beyond the samples are those of the 28 years before: after as many years the
 * weekdays and leap days are the same again where no century year is between. */
#define LAST_SAMPLED_YEAR 2128

/* One offset, in force from an instant (seconds) until the next period. */
struct period {
	int64_t from;
	int32_t offset;
	char abbreviation[12];
};

struct zone {
	char *name;
	size_t count; /* at least 1; the first is in force since ever */
	struct period *periods;
};

/* --- building --- */

static struct zone *
zone_new(const char *name)
{
	struct zone *zone = mem_new(1, sizeof(*zone));

	zone->name = mem_copy(name, strlen(name));
	return zone;
}

static void
add_period(struct zone *zone, int64_t from, long offset, const char *abbreviation)
{
	struct period *period;

	zone->periods =
		mem_resize(zone->periods, zone->count + 1, sizeof(*zone->periods));
	period = &zone->periods[zone->count++];
	period->from = from;
	period->offset = (int32_t)offset;
	snprintf(period->abbreviation, sizeof(period->abbreviation), "%s", abbreviation);
}

struct zone *
zone_fixed(int offset_seconds)
{
	unsigned size = (unsigned)abs(offset_seconds);
	char text[16] = "UTC";
	struct zone *zone;

	if (offset_seconds != 0)
		snprintf(text, sizeof(text), "%c%02u:%02u",
			offset_seconds < 0 ? '-' : '+', size / 3600 % 100,
			size / 60 % 60);
	if (size % 60 != 0)
		snprintf(text + 6, sizeof(text) - 6, ":%02u", size % 60);
	zone = zone_new(text);
	add_period(zone, INT64_MIN, offset_seconds, text);
	return zone;
}

void
zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->name);
	free(zone->periods);
	free(zone);
}

const char *
zone_name(const struct zone *zone)
{
	return zone->name;
}

/* What the C library says at an instant (seconds). */
static struct tm
ask(int64_t at)
{
	time_t seconds = (time_t)at;
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	return tm;
}

static bool
same_rule(const struct tm *a, const struct tm *b)
{
	return a->tm_gmtoff == b->tm_gmtoff && strcmp(a->tm_zone, b->tm_zone) == 0;
}

/* Between two samples that differ: the first second of the second one's rule. */
static int64_t
find_transition(int64_t before, int64_t after, const struct tm *rule)
{
	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;
		struct tm tm = ask(middle);

		if (same_rule(&tm, rule))
			after = middle;
		else
			before = middle;
	}
	return after;
}

/* Fills the zone with what the C library knows under the present TZ. */
static void
sample(struct zone *zone)
{
	struct tm last = ask(SAMPLE_FIRST);

	add_period(zone, INT64_MIN, last.tm_gmtoff, last.tm_zone);
	for (int64_t at = SAMPLE_FIRST; at < SAMPLE_LAST; at += SAMPLE_STEP) {
		struct tm next = ask(at + SAMPLE_STEP);

		if (!same_rule(&last, &next))
			add_period(zone, find_transition(at, at + SAMPLE_STEP, &next),
				next.tm_gmtoff, next.tm_zone);
		last = next;
	}
}

/* --- names --- */

/* True for a file that the C library would take for a zone. */
static bool
is_zone_file(const char *path)
{
	char magic[4] = { 0 };
	struct stat status;
	FILE *file;
	bool good;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	file = fopen(path, "rbe");
	if (file == NULL)
		return false;
	good = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
	       memcmp(magic, "TZif", sizeof(magic)) == 0;
	fclose(file);
	return good;
}

static bool
is_zone_name(const char *name)
{
	const char *directory = getenv("TZDIR");
	char path[512];
	int len;

	if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL)
		return false;
	len = snprintf(path, sizeof(path), "%s/%s",
		directory != NULL && directory[0] != '\0' ? directory : ZONE_DIRECTORY,
		name);
	return len > 0 && (size_t)len < sizeof(path) && is_zone_file(path);
}

/* True for the start of a rule such as "CET-1CEST,M3.5.0,M10.5.0/3" or "<+0530>-5:30". */
static bool
is_posix_rule(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t len = text[0] == '<' ? strcspn(text, ">") : strspn(text, letters);

	if (len < 3)
		return false;
	text += len + (text[len] == '>' ? 1 : 0);
	text += text[0] == '+' || text[0] == '-' ? 1 : 0;
	return text[0] >= '0' && text[0] <= '9';
}

/* The name behind /etc/localtime where it is a link into the zone database. */
static char *
local_name(void)
{
	char target[512];
	ssize_t len = readlink(LOCAL_FILE, target, sizeof(target) - 1);
	const char *name;

	if (len > 0) {
		target[len] = '\0';
		name = strstr(target, "/zoneinfo/");
		if (name != NULL && is_zone_name(name + strlen("/zoneinfo/")))
			return mem_copy(name + strlen("/zoneinfo/"),
				strlen(name + strlen("/zoneinfo/")));
	}
	return mem_copy("local", strlen("local"));
}

/* --- loading --- */

/* Samples the zone while TZ has this value, then puts TZ back as it was. */
static void
sample_under(struct zone *zone, const char *value)
{
	const char *now = getenv("TZ");
	char *old = now != NULL ? mem_copy(now, strlen(now)) : NULL;

	setenv("TZ", value, 1);
	tzset();
	sample(zone);
	if (old != NULL)
		setenv("TZ", old, 1);
	else
		unsetenv("TZ");
	tzset();
	free(old);
}

static int
load_local(struct zone **out, struct err *err)
{
	const char *value = getenv("TZ");
	char *name;

	if (value != NULL && value[0] == ':')
		value++;
	if (value != NULL && value[0] != '\0') {
		if (!is_zone_name(value) && !(value[0] == '/' && is_zone_file(value)) &&
			!is_posix_rule(value))
			return err_set(err, ERR_USAGE,
				"time zone TZ=%s is not known; set TZ to a name such as "
				"Europe/Berlin or UTC",
				value);
		*out = zone_new(value);
		sample_under(*out, value);
		return 0;
	}
	if (value != NULL || !is_zone_file(LOCAL_FILE)) {
		*out = zone_fixed(0); /* what the C library takes it for, rightly */
		return 0;
	}
	name = local_name();
	*out = zone_new(name);
	free(name);
	sample_under(*out, ":" LOCAL_FILE);
	return 0;
}

int
zone_load(struct zone **out, const char *name, struct err *err)
{
	int32_t offset;

	*out = NULL;
	if (strcmp(name, "UTC") == 0) {
		*out = zone_fixed(0);
		return 0;
	}
	if (strcmp(name, "local") == 0)
		return load_local(out, err);
	if (offset_parse(&offset, span_of(name))) {
		*out = zone_fixed(offset);
		return 0;
	}
	if (!is_zone_name(name))
		return err_set(err, ERR_USAGE,
			"time zone '%s' is not known; give UTC, local, an offset such as "
			"+05:30, "
			"or a name such as Europe/Berlin (is the package tzdata "
			"installed?)",
			name);
	*out = zone_new(name);
	sample_under(*out, name);
	return 0;
}

/* --- asking --- */

/* An instant beyond the samples (seconds), moved to the same day of a year within them.
 */
static int64_t
within_samples(int64_t seconds)
{
	struct civil civil;
	int64_t first, other;

	if (seconds < SAMPLE_LAST)
		return seconds;
	civil = civil_of(seconds * SECOND);
	first = civil_days(civil.year, 1, 1);
	for (int64_t year = LAST_SAMPLED_YEAR;; year--) {
		other = civil_days(year, 1, 1);
		if (civil_weekday(other) == civil_weekday(first) &&
			civil_days(year + 1, 1, 1) - other ==
				civil_days(civil.year + 1, 1, 1) - first)
			return seconds - (first - other) * (DAY / SECOND);
	}
}

static const struct period *
period_at(const struct zone *zone, int64_t at)
{
	int64_t seconds = floor_div(at, SECOND);
	size_t low = 0, high = zone->count;

	if (zone->count == 1)
		return &zone->periods[0];
	seconds = within_samples(seconds);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (zone->periods[middle].from <= seconds)
			low = middle;
		else
			high = middle;
	}
	return &zone->periods[low];
}

int
zone_offset(const struct zone *zone, int64_t at)
{
	return period_at(zone, at)->offset;
}

const char *
zone_abbreviation(const struct zone *zone, int64_t at)
{
	return period_at(zone, at)->abbreviation;
}

static int64_t
shifted(int64_t at, int64_t by)
{
	int64_t sum;

	if (__builtin_add_overflow(at, by, &sum) || sum == TIME_NONE)
		return by > 0 ? INT64_MAX : INT64_MIN + 1;
	return sum;
}

int64_t
zone_to_utc(const struct zone *zone, int64_t local, bool *doubtful)
{
	/* No zone is a day away from UTC: a day earlier and later are surely on either
	 * side of the instant. */
	int before = zone_offset(zone, shifted(local, -DAY));
	int after = zone_offset(zone, shifted(local, DAY));
	int64_t first = shifted(local, -before * SECOND);
	int64_t second = shifted(local, -after * SECOND);
	bool first_good = zone_offset(zone, first) == before;
	bool second_good = zone_offset(zone, second) == after;

	if (doubtful != NULL)
		*doubtful = before != after && first_good == second_good;
	if (local == TIME_NONE)
		return TIME_NONE;
	return first_good || !second_good ? first : second;
}

bool
zone_load_shown(struct zone **out, struct err *why)
{
	if (zone_load(out, "local", why) == 0)
		return true;
	*out = zone_fixed(0);
	err_prefix(why, "times are shown in UTC");
	return false;
}
