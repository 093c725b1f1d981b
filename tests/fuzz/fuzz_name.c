/* SPDX-License-Identifier: MIT
 * Names of files and of checkpoints. A key made into a file name is read from it again,
 * or the name is marked as guessed; a name that we make is no path, no option and not
 * hidden; a key that is shown can be typed. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/dir/name.h"

/* --- file names --- */

static const struct dir_naming no_rule = { .has_regex = false };

static void
check_safe(struct span name)
{
	WANT(name.len > 0 && name.len <= DIR_NAME_MAX);
	WANT(memchr(name.at, '/', name.len) == NULL);
	WANT(memchr(name.at, '\0', name.len) == NULL);
	WANT(name.at[0] != '.' && name.at[0] != '-');
	WANT(utf8_is_valid(name));
	for (size_t i = 0; i < name.len; i++)
		WANT((unsigned char)name.at[i] >= ' ' && name.at[i] != 0x7f);
}

/* Key, name, key. */
static void
check_made(struct key key)
{
	struct str name = { 0 };
	struct err err = { 0 };
	struct key back;
	bool guessed;

	if (dir_name_make(&name, key, &err) != 0) {
		WANT(err.kind == ERR_REFUSED && strstr(err.text, "nothing was written"));
		str_free(&name);
		return;
	}
	check_safe(str_span(&name));
	WANT(dir_name_is_ours(&no_rule, name.text));
	WANT(dir_name_split(&no_rule, name.text, &back, &guessed));
	WANT(key_equal(back, key) || guessed);
	WANT(back.job.len + back.partition.len == key.job.len + key.partition.len);
	str_free(&name);
}

/* Name, key, name. */
static void
check_found(const struct dir_naming *naming, const char *name)
{
	struct str made = { 0 };
	struct key key;
	bool guessed;

	if (!dir_name_is_ours(naming, name)) {
		WANT(naming->has_regex || !dir_name_is_json(name));
		return;
	}
	if (!dir_name_split(naming, name, &key, &guessed))
		return;
	WANT(key.job.len > 0 && key.job.at >= name && key.partition.at >= name);
	WANT(key.job.at + key.job.len <= name + strlen(name));
	WANT(key.partition.at + key.partition.len <= name + strlen(name));
	if (naming->has_regex) {
		WANT(!guessed);
	} else if (dir_name_make(&made, key, NULL) == 0) {
		WANT(span_is(str_span(&made), name));
	}
	str_free(&made);
}

/* Rules that users write; compiled once. */
static const struct dir_naming *
rule_for(size_t number)
{
	static const char *const rules[][3] = {
		{ "^([a-z]+)-([0-9]+)\\.json$", "1", "2" },
		{ "^([^.]*)\\.(p[0-9]*)?.*\\.json$", "1", "2" },
		{ "(.*)_((eu|us)-?[0-9]{0,3})*\\.json", "2", "1" },
	};
	static struct dir_naming namings[3];
	struct store_setting settings[3] = { { .key = "name_regex" },
		{ .key = "job_group" }, { .key = "partition_group" } };
	struct store_config config = { .settings = settings, .setting_count = 3 };

	number %= sizeof(rules) / sizeof(*rules);
	if (!namings[number].has_regex) {
		for (size_t i = 0; i < 3; i++)
			settings[i].value = rules[number][i];
		WANT(dir_naming_init(&namings[number], &config, NULL) == 0);
	}
	return &namings[number];
}

/* --- keys as they are typed --- */

static void
check_typed(const char *text)
{
	struct str memory = { 0 }, again_memory = { 0 }, shown = { 0 };
	struct err err = { 0 };
	struct key key, again;

	if (key_parse(&key, &memory, text, &err) == 0) {
		WANT(key.job.len > 0);
		WANT(key.partition.at == NULL || key.partition.len > 0);
		key_add(&shown, key);
		WANT(key_parse(&again, &again_memory, str_text(&shown), NULL) == 0);
		WANT(key_equal(key, again));
	} else {
		WANT(err.kind == ERR_USAGE);
	}
	str_free(&memory);
	str_free(&again_memory);
	str_free(&shown);
}

static void
check_shown(struct key key)
{
	struct str memory = { 0 }, shown = { 0 };
	struct key again;

	key_add(&shown, key);
	if (key.job.len > 0 && key.partition.len > 0 &&
		memchr(shown.text, '\0', shown.len) == NULL) {
		WANT(key_parse(&again, &memory, shown.text, NULL) == 0);
		WANT(key_equal(key, again));
	}
	str_free(&memory);
	str_free(&shown);
}

/* A name, or two with a line's end between them. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t rule = (size_t)fuzz_take_number(data, &size, 1);
	struct span bytes = fuzz_span(data, size);
	const char *end = memchr(bytes.at, '\n', bytes.len);
	struct key key = { bytes, { "", 0 } };
	char *text = mem_copy(bytes.at, bytes.len);

	if (end != NULL) {
		key.job.len = (size_t)(end - bytes.at);
		key.partition = (struct span){ end + 1, bytes.len - key.job.len - 1 };
	}
	check_made(key);
	check_shown(key);
	check_typed(text);
	check_found(&no_rule, text);
	check_found(rule_for(rule), text);
	free(text);
	return 0;
}
