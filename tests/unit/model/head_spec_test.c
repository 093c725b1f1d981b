/* SPDX-License-Identifier: MIT */
#include "model/head_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void
heads_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum head_kind kind;
		const char *argument;
		bool is_last;
		const char *place;
	} heads[] = { { NULL, HEAD_NONE, NULL, false, NULL },
		{ "none", HEAD_NONE, NULL, false, NULL },
		{ "now", HEAD_NOW, NULL, true, NULL },
		{ "sql:SELECT 1", HEAD_SQL, "SELECT 1", true, NULL },
		{ "file:/x:y", HEAD_FILE, "/x:y", false, NULL },
		{ "metadata:end", HEAD_METADATA, "end", true, NULL },
		{ "sql@orders:SELECT ':@'", HEAD_SQL, "SELECT ':@'", true, "orders" } };
	static const char *const bad[] = { "", "sql", "sql:", "sql@", "sql@orders",
		"sql@orders:", "sql@:SELECT 1", "file:", "metadata:", "nowx", "NOW",
		"none ", "SELECT 1", "kafka:prod" };
	struct head_spec spec;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct err err = { 0 };

		assert_int_equal(head_parse(&spec, heads[i].text, &err), 0);
		assert_int_equal(spec.kind, heads[i].kind);
		assert_int_equal(spec.is_last, heads[i].is_last);
		assert_true(span_is(span_of(spec.argument), heads[i].argument));
		assert_true(spec.text == heads[i].text);
		assert_true(span_is(spec.place, heads[i].place));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		if (head_parse(&spec, bad[i], &err) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_int_equal(spec.kind, HEAD_NONE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
