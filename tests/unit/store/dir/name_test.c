/* SPDX-License-Identifier: MIT */
#include "store/dir/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct dir_naming
naming_with(const struct store_setting *settings, size_t count)
{
	struct store_config config = { .settings = settings, .setting_count = count };
	struct dir_naming naming;

	assert_int_equal(dir_naming_init(&naming, &config, NULL), 0);
	return naming;
}

static void
assert_refused_setting(struct store_setting *settings, size_t count, const char *word)
{
	struct store_config config = { .settings = settings, .setting_count = count };
	struct dir_naming naming;
	struct err err = { 0 };

	assert_int_equal(dir_naming_init(&naming, &config, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, word));
}

/* --- names to keys --- */

static void
only_visible_json_files_are_looked_at(void **state)
{
	struct dir_naming naming = naming_with(NULL, 0);

	(void)state;
	assert_true(dir_name_is_ours(&naming, "orders_0.json"));
	assert_true(dir_name_is_ours(&naming, "orders.json"));
	assert_true(dir_name_is_ours(&naming, "-x_0.json"));
	assert_false(dir_name_is_ours(&naming, ".orders_0.json"));
	assert_false(dir_name_is_ours(&naming, "orders_0.json.tmp"));
	assert_false(dir_name_is_ours(&naming, "orders_0.json~"));
	assert_false(dir_name_is_ours(&naming, "orders_0.JSON"));
	assert_false(dir_name_is_ours(&naming, ".json"));
	assert_false(dir_name_is_ours(&naming, "json"));
}

static void
names_split_at_the_last_underscore(void **state)
{
	static const struct {
		const char *name, *job, *partition;
		bool guessed;
	} cases[] = {
		{ "orders_0.json", "orders", "0", false },
		{ "daily_orders_0.json", "daily_orders", "0", true },
		{ "a__b.json", "a_", "b", true },
		{ "__b.json", "_", "b", true },
		{ "orders_.json", "orders", "", false },
		{ "a_b.json_c.json", "a_b.json", "c", true },
		{ "a b_c.d.json", "a b", "c.d", false },
	};
	struct dir_naming naming = naming_with(NULL, 0);
	struct key key;
	bool guessed;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(dir_name_split(&naming, cases[i].name, &key, &guessed));
		assert_true(span_is(key.job, cases[i].job));
		assert_true(span_is(key.partition, cases[i].partition));
		assert_int_equal(guessed, cases[i].guessed);
	}
	assert_false(dir_name_split(&naming, "orders.json", &key, &guessed));
	assert_false(dir_name_split(&naming, "_0.json", &key, &guessed));
	assert_false(dir_name_split(&naming, "_.json", &key, &guessed));
}

static void
a_rule_of_the_user_comes_before_the_underscore(void **state)
{
	static const struct store_setting settings[] = {
		{ "name_regex", "^p([0-9]+)-(.+)\\.json$", "x.conf:3" },
		{ "job_group", "2", "x.conf:4" },
		{ "partition_group", "1", "x.conf:5" },
	};
	struct dir_naming naming = naming_with(settings, 3);
	struct key key;
	bool guessed = true;

	(void)state;
	assert_true(dir_name_is_ours(&naming, "p12-daily_orders_3.json"));
	assert_true(dir_name_split(&naming, "p12-daily_orders_3.json", &key, &guessed));
	assert_true(span_is(key.job, "daily_orders_3"));
	assert_true(span_is(key.partition, "12"));
	assert_false(guessed);
	assert_false(dir_name_is_ours(&naming, "orders_0.json"));
	dir_naming_free(&naming);
}

static void
a_group_that_did_not_match_gives_no_key(void **state)
{
	static const struct store_setting setting = { "name_regex",
		"^([a-z]+)(-[0-9]+)?\\.json$", "x.conf:3" };
	struct dir_naming naming = naming_with(&setting, 1);
	struct key key;
	bool guessed;

	(void)state;
	assert_true(dir_name_is_ours(&naming, "orders.json"));
	assert_false(dir_name_split(&naming, "orders.json", &key, &guessed));
	assert_true(dir_name_split(&naming, "orders-7.json", &key, &guessed));
	assert_true(span_is(key.partition, "-7"));
	dir_naming_free(&naming);
}

static void
rules_that_cannot_work_are_refused(void **state)
{
	struct store_setting unclosed = { "name_regex", "([a-z]+", "x" };
	struct store_setting one_group = { "name_regex", "([a-z]+)", "x" };
	struct store_setting zero[] = { { "name_regex", "(a)(b)", "x" },
		{ "job_group", "0", "x" } };
	struct store_setting word[] = { { "name_regex", "(a)(b)", "x" },
		{ "partition_group", "second", "x" } };
	struct store_setting beyond[] = { { "name_regex", "(a)(b)", "x" },
		{ "job_group", "3", "x" } };

	(void)state;
	assert_refused_setting(&unclosed, 1, "([a-z]+");
	assert_refused_setting(&one_group, 1, "1 groups");
	assert_refused_setting(zero, 2, "job_group = 0");
	assert_refused_setting(word, 2, "partition_group = second");
	assert_refused_setting(beyond, 2, "group 3");
}

/* --- keys to names --- */

static struct key
key_of(const char *job, const char *partition)
{
	return (struct key){ span_of(job), span_of(partition) };
}

/* F14 path_traversal_job */
static void
names_that_would_do_harm_are_refused(void **state)
{
	static const struct {
		struct span job, partition;
		const char *why;
	} cases[] = {
		{ SPAN("../../etc/cron.d/x"), SPAN("0"), "'/'" },
		{ SPAN("orders"), SPAN("../0"), "'/'" },
		{ SPAN("a\0b"), SPAN("0"), "NUL" },
		{ SPAN("orders"), SPAN("\0"), "NUL" },
		{ SPAN(".orders"), SPAN("0"), "'.'" },
		{ SPAN("orders"), SPAN(".."), "'.'" },
		{ SPAN("-rf"), SPAN("0"), "'-'" },
		{ SPAN("a\nb"), SPAN("0"), "control" },
		{ SPAN("orders"), SPAN("\x7f"), "control" },
		{ SPAN("caf\xe9"), SPAN("0"), "UTF-8" },
		{ SPAN(""), SPAN("0"), "empty" },
		{ { NULL, 0 }, SPAN("0"), "empty" },
		{ SPAN("orders"), { NULL, 0 }, "missing" },
	};
	struct str name = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct key key = { cases[i].job, cases[i].partition };
		struct err err = { 0 };

		assert_int_equal(dir_name_make(&name, key, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, cases[i].why));
		assert_non_null(strstr(err.text, "nothing was written"));
	}
	str_free(&name);
}

static void
made_names_are_those_of_the_python_class(void **state)
{
	struct str name = { 0 };

	(void)state;
	assert_int_equal(dir_name_make(&name, key_of("daily orders", "p-0"), NULL), 0);
	assert_string_equal(name.text, "daily orders_p-0.json");
	assert_int_equal(dir_name_make(&name, key_of("größe", ""), NULL), 0);
	assert_string_equal(name.text, "größe_.json");
	str_free(&name);
}

static void
names_end_at_255_bytes(void **state)
{
	char job[300];
	struct str name = { 0 };
	struct err err = { 0 };

	(void)state;
	memset(job, 'j', sizeof(job));
	assert_int_equal(
		dir_name_make(&name, (struct key){ { job, 255 - 7 }, SPAN("0") }, NULL),
		0);
	assert_int_equal(name.len, 255);
	assert_int_equal(
		dir_name_make(&name, (struct key){ { job, 256 - 7 }, SPAN("0") }, &err),
		-1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "256 bytes"));
	str_free(&name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_visible_json_files_are_looked_at),
		cmocka_unit_test(names_split_at_the_last_underscore),
		cmocka_unit_test(a_rule_of_the_user_comes_before_the_underscore),
		cmocka_unit_test(a_group_that_did_not_match_gives_no_key),
		cmocka_unit_test(rules_that_cannot_work_are_refused),
		cmocka_unit_test(names_that_would_do_harm_are_refused),
		cmocka_unit_test(made_names_are_those_of_the_python_class),
		cmocka_unit_test(names_end_at_255_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
