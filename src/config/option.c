/* SPDX-License-Identifier: MIT */
#include "config/option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "store/head.h"

#define OPTION_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct option options[] = {
#define OPTION(section, key, type, preset, values, help)                                 \
	{ OPTION_##section, key, OPTION_##type, preset, values, help },
#include "config/options.def"
#undef OPTION
};

const struct option *
config_options(size_t *count)
{
	*count = OPTION_COUNT_OF(options);
	return options;
}

const struct option *
option_find(enum option_section section, const char *key)
{
	for (size_t i = 0; i < OPTION_COUNT_OF(options); i++)
		if (options[i].section == section && strcmp(options[i].key, key) == 0)
			return &options[i];
	return NULL;
}

const char *
option_section_word(enum option_section section)
{
	static const char *const words[] = {
		[OPTION_ENV] = "env",
		[OPTION_STORE] = "store",
		[OPTION_RULE] = "rule",
	};

	return words[section];
}

bool
option_is_limit(const struct option *option)
{
	return option->type == OPTION_CEILING || option->type == OPTION_FLOOR;
}

bool
option_is_beyond(const struct option *option, const char *value, const char *limit)
{
	int64_t count = option_count(value), bound = option_count(limit);

	return option->type == OPTION_CEILING ? count > bound : count < bound;
}

bool
option_is_policy(const struct option *option)
{
	return option->section == OPTION_ENV &&
	       (option->type == OPTION_STICKY || option->type == OPTION_PATH ||
		       option_is_limit(option));
}

/* --- values --- */

/* Splits "FROM..TO"; a NULL range gives two none spans. */
static void
range_of(const struct option *option, struct span *from, struct span *to)
{
	const char *dots = option->values != NULL ? strstr(option->values, "..") : NULL;

	*from = *to = SPAN_NONE;
	if (dots == NULL)
		return;
	*from = (struct span){ option->values, (size_t)(dots - option->values) };
	*to = span_of(dots + 2);
}

/* Reads a whole number of digits alone; false also when it does not fit. */
static bool
read_count(int64_t *out, struct span text)
{
	int64_t number = 0;

	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.at[i] - '0';

		if (digit < 0 || digit > 9 || number > (INT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*out = number;
	return true;
}

static bool
read_duration(int64_t *out, struct span text)
{
	return duration_parse(out, text, NULL) == 0;
}

typedef bool read_fn(int64_t *out, struct span text);

static int
check_range(const struct option *option, const char *value, read_fn *read,
	const char *what, struct err *err)
{
	struct span from, to;
	int64_t number, least, most;

	range_of(option, &from, &to);
	if (read(&number, span_of(value)) && read(&least, from) && read(&most, to) &&
		number >= least && number <= most)
		return 0;
	return err_set(err, ERR_USAGE, "%s must be %s from %.*s to %.*s, not \"%s\"",
		option->key, what, (int)from.len, from.at, (int)to.len, to.at, value);
}

static int
check_duration(const struct option *option, const char *value, struct err *err)
{
	return check_range(option, value, read_duration,
		"a duration with its unit (5s, 1h30m)", err);
}

static int
check_count(const struct option *option, const char *value, struct err *err)
{
	return check_range(option, value, read_count, "a whole number", err);
}

static int
check_text(const struct option *option, const char *value, struct err *err)
{
	(void)option;
	(void)value;
	(void)err;
	return 0;
}

static const struct {
	const char *word;
	bool meaning;
} truths[] = {
	{ "yes", true },
	{ "no", false },
	{ "true", true },
	{ "false", false },
	{ "on", true },
	{ "off", false },
	{ "1", true },
	{ "0", false },
};

static int
check_bool(const struct option *option, const char *value, struct err *err)
{
	for (size_t i = 0; i < OPTION_COUNT_OF(truths); i++)
		if (strcmp(truths[i].word, value) == 0)
			return 0;
	return err_set(
		err, ERR_USAGE, "%s must be yes or no, not \"%s\"", option->key, value);
}

bool
option_bool(const char *value)
{
	for (size_t i = 0; i < OPTION_COUNT_OF(truths); i++)
		if (strcmp(truths[i].word, value) == 0)
			return truths[i].meaning;
	return false;
}

/* The place of a word among the words separated by '|', or -1. */
static int
word_index(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (int index = 0; words != NULL; index++) {
		const char *end = strchr(words, '|');
		size_t size = end != NULL ? (size_t)(end - words) : strlen(words);

		if (size == len && memcmp(words, value, len) == 0)
			return index;
		words = end != NULL ? end + 1 : NULL;
	}
	return -1;
}

static int
check_word(const struct option *option, const char *value, struct err *err)
{
	struct str choices = { 0 };

	if (word_index(option->values, value) >= 0)
		return 0;
	for (const char *p = option->values; *p != '\0'; p++)
		if (*p == '|')
			str_add(&choices, ", ");
		else
			str_add_char(&choices, *p);
	err_set(err, ERR_USAGE, "%s must be one of %s, not \"%s\"", option->key,
		str_text(&choices), value);
	str_free(&choices);
	return -1;
}

/* From whichever directory the program is called. */
static int
check_path(const struct option *option, const char *value, struct err *err)
{
	if (value[0] == '/' && value[strlen(value) - 1] != '/')
		return 0;
	return err_set(err, ERR_USAGE,
		"%s must be the whole path of a file, as /var/lib/ckptop/%s, "
		"not \"%s\"",
		option->key,
		strcmp(option->key, "journal") == 0 ? "journal.jsonl" : option->key,
		value);
}

static int
check_zone(const struct option *option, const char *value, struct err *err)
{
	struct zone *zone;

	if (zone_load(&zone, value, err) != 0) {
		err_prefix(err, "%s", option->key);
		return -1;
	}
	zone_free(zone);
	return 0;
}

static int
check_head(const struct option *option, const char *value, struct err *err)
{
	struct head_spec spec;

	if (head_parse(&spec, value, err) == 0)
		return 0;
	err_prefix(err, "%s", option->key);
	return -1;
}

int
option_check(const struct option *option, const char *value, struct err *err)
{
	typedef int check_fn(
		const struct option *option, const char *value, struct err *err);
	static check_fn *const checks[] = {
		[OPTION_TEXT] = check_text,
		[OPTION_STICKY] = check_bool,
		[OPTION_PATH] = check_path,
		[OPTION_BOOL] = check_bool,
		[OPTION_WORD] = check_word,
		[OPTION_DURATION] = check_duration,
		[OPTION_COUNT] = check_count,
		[OPTION_CEILING] = check_count,
		[OPTION_FLOOR] = check_count,
		[OPTION_ZONE] = check_zone,
		[OPTION_HEAD] = check_head,
		[OPTION_SQL] = check_text,
	};

	if (value[0] == '\0')
		return err_set(err, ERR_USAGE,
			"%s has no value; leave it out for the default", option->key);
	return checks[option->type](option, value, err);
}

int64_t
option_duration(const char *value)
{
	int64_t duration = 0;

	read_duration(&duration, span_of(value));
	return duration;
}

int64_t
option_count(const char *value)
{
	int64_t count = 0;

	read_count(&count, span_of(value));
	return count;
}

unsigned
option_word(const struct option *option, const char *value)
{
	int index = word_index(option->values, value);

	return index > 0 ? (unsigned)index : 0;
}
