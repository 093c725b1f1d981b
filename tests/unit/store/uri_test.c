/* SPDX-License-Identifier: MIT */
#include "store/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
redacts(const char *uri, const char *expected)
{
	char *redacted = store_uri_redacted(uri);

	assert_string_equal(redacted, expected);
	free(redacted);
}

static void
a_uri_is_taken_apart(void **state)
{
	struct uri uri;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		uri_parse(&uri,
			"sqlite:/a%20b#+/c%3F%25.db?table=x%26y=z&layout=%e2%82%ac&job=",
			&err),
		0);
	assert_string_equal(uri.scheme, "sqlite");
	assert_string_equal(uri.path, "/a b#+/c?%.db");
	assert_int_equal(uri.setting_count, 3);
	assert_string_equal(uri.settings[0].key, "table");
	assert_string_equal(uri.settings[0].value, "x&y=z");
	assert_string_equal(uri.settings[1].value, "\xe2\x82\xac");
	assert_string_equal(uri.settings[2].value, "");
	uri_free(&uri);
	assert_int_equal(uri_parse(&uri, "demo:", &err), 0);
	assert_string_equal(uri.path, "");
	uri_free(&uri);
	/* A library decodes its part itself, once. */
	assert_int_equal(
		uri_parse(&uri, "postgres://u:p%40x@h/d%2525?options=a%20b", &err), 0);
	assert_string_equal(uri.scheme, "postgresql");
	assert_string_equal(uri.path, "//u:p%40x@h/d%2525");
	assert_string_equal(uri.settings[0].value, "a b");
	uri_free(&uri);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = { "", "/var/lib/x.db", "1:", ":x", "sqlite",
		"sqlite:/x%", "sqlite:/x%4", "sqlite:/x%zz", "sqlite:/x%00y",
		"sqlite:/x?table", "sqlite:/x?=y", "sqlite:/x?a=1&a=2",
		"sqlite:/x?a=1&%61=2", "sqlite:/x?a=%", "sqlite:/x?&a=1" };
	struct uri uri;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err = (struct err){ 0 };
		if (uri_parse(&uri, bad[i], &err) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_null(uri.scheme);
	}
}

static void
any_path_survives(void **state)
{
	struct uri uri;
	struct err err = { 0 };
	struct str text = { 0 };
	char path[256];

	(void)state;
	for (int i = 1; i < 256; i++)
		path[i - 1] = (char)i;
	path[255] = '\0';
	uri_add(&text, "dir", path);
	assert_int_equal(uri_parse(&uri, str_text(&text), &err), 0);
	assert_string_equal(uri.path, path);
	assert_int_equal(uri.setting_count, 0);
	uri_free(&uri);
	str_free(&text);
}

static void
names_and_uris_are_told_apart(void **state)
{
	(void)state;
	assert_true(store_is_uri("sqlite:x"));
	assert_true(store_is_uri("dir:"));
	assert_true(store_is_uri("demo:"));
	assert_true(store_is_uri("postgresql://h/d"));
	assert_true(store_is_uri("kafka://h:1"));
	assert_false(store_is_uri("warehouse"));
	assert_false(store_is_uri("sqlite"));
	assert_false(store_is_uri("files:batch"));
	assert_false(store_is_uri("sqlite3:x"));
	assert_false(store_is_uri(""));
}

static void
secrets_are_not_repeated(void **state)
{
	(void)state;
	redacts("postgresql://bob:S3cret@h/db", "postgresql://bob:***@h/db");
	redacts("postgresql:/bob:S3cret@h/db", "postgresql:/bob:***@h/db");
	redacts("postgresql://bob:S3@cr/et:x@h/db", "postgresql://bob:***@h/db");
	redacts("postgresql://bob:S3%zz@h?password=S3cret&sslmode=require",
		"postgresql://bob:***@h?password=***&sslmode=require");
	redacts("postgresql://h/db?PassWord=S3cret", "postgresql://h/db?PassWord=***");
	redacts("postgresql://h/db?pass%77ord=S3cret",
		"postgresql://h/db?pass%77ord=***");
	redacts("postgresql://h/db?%50%61ssword=S3cret&a=%",
		"postgresql://h/db?%50%61ssword=***&a=%");
	redacts("sqlite:/x?toke%6", "sqlite:/x?toke%6");
	redacts("bob:S3cret@h", "bob:***@h");
	redacts("sqlite:/a:b@c/x?table=t", "sqlite:/a:b@c/x?table=t");
	redacts("sqlite://bob:S3cret@h/x.db", "sqlite://bob:***@h/x.db");
	redacts("sqlite:/x?token=S3cret", "sqlite:/x?token=***");
	redacts("host=h password=S3cret user=u", "host=h password=*** user=u");
	redacts("mypassword=x", "mypassword=x");
	redacts("", "");
}

static void
errors_hold_no_secrets(void **state)
{
	static const char *const bad[] = { "mysql://u:S3cret@h/db%zz",
		"x:u:S3cret@h?password=S3cret&y", "x:?secret=S3cret&secret=S3cret",
		"x://u:S3cret@h?a=%" };
	struct uri uri;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		assert_int_equal(uri_parse(&uri, bad[i], &err), -1);
		assert_null(strstr(err.text, "S3cret"));
	}
}

/* What looks like settings may be a password with a question mark in it. */
static void
a_part_of_a_password_is_no_setting_that_is_named(void **state)
{
	struct uri uri;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		uri_parse(&uri, "postgresql://bob:x?S3cret=1&S3cret=2@h/db", &err), -1);
	assert_string_equal(
		err.text, "postgresql://bob:***@h/db: a setting is given twice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uri_is_taken_apart),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(any_path_survives),
		cmocka_unit_test(names_and_uris_are_told_apart),
		cmocka_unit_test(secrets_are_not_repeated),
		cmocka_unit_test(errors_hold_no_secrets),
		cmocka_unit_test(a_part_of_a_password_is_no_setting_that_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
