/* SPDX-License-Identifier: MIT */
#include "model/metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct metadata_names names = { "event_time_watermark", "error", "end" };

static void
check(const char *what, struct span found, const char *wanted)
{
	if (!span_equal(found, span_of(wanted)))
		fail_msg("%s: \"%.*s\"", what, (int)found.len,
			found.at != NULL ? found.at : "");
}

static void
reads_its_members_and_nothing_else(void **state)
{
	static const struct {
		const char *document, *watermark, *error, *note;
	} cases[] = {
		{ "{\"host\":\"worker-07\",\"attempt\":3,\"error\":\"deadlock detected\","
		  "\"event_time_watermark\":\"2026-11-22T00:56:10Z\"}",
			"2026-11-22T00:56:10Z", "deadlock detected", "worker-07 att 3" },
		{ "{\"hostname\":\"h\"}", NULL, NULL, "h" },
		{ "{\"attempt\":2}", NULL, NULL, "att 2" },
		{ "{\"worker\":\"w\",\"hostname\":\"h\"}", NULL, NULL, "h" },
		{ "{\"event_time_watermark\":1795316861}", "1795316861", NULL, NULL },
		{ "{\"error\":null}", NULL, NULL, NULL },
		{ "{\"error\":\"\"}", NULL, NULL, NULL },
		{ "{\"error\":\" \\n \"}", NULL, NULL, NULL },
		{ "{\"error\":false}", NULL, NULL, NULL },
		{ "{\"error\":true}", NULL, "true", NULL },
		{ "{\"error\":[]}", NULL, NULL, NULL },
		{ "{\"error\":{\"message\":\"no space\",\"code\":28}}", NULL, "no space",
			NULL },
		{ "{\"error\":{\"code\":28}}", NULL, "{\"code\":28}", NULL },
		/* The first line says what, the rest where. */
		{ "{\"error\":\"\\nKeyError: 'id'\\n  File \\\"x.py\\\"\"}", NULL,
			"KeyError: 'id'", NULL },
		{ "{\"error\":\"a\",\"error\":\"b\"}", NULL, "b", NULL },
		{ "{\"error\":\"caf\\u00e9\",\"x\":NaN}", NULL, "caf\xc3\xa9", NULL },
		/* No object, no members. */
		{ "[{\"error\":\"x\"}]", NULL, NULL, NULL },
		{ "\"error\"", NULL, NULL, NULL },
		{ "{\"error\":\"x\"", NULL,
			"the metadata is not JSON: cut off after 12 bytes, neither a "
			"comma nor the closing bracket",
			NULL },
		{ "{\"host\":\"h\"} x", NULL,
			"the metadata is not JSON: text behind the document at byte 14",
			NULL },
		{ "hello", NULL,
			"the metadata is not JSON: a word that is no value at byte 1",
			NULL },
		/* The last one counts, and it is told; but an error says more. */
		{ "{\"event_time_watermark\":1,\"event_time_watermark\":2}", "2",
			"\"event_time_watermark\" is in the metadata twice", NULL },
		{ "{\"host\":\"a\",\"host\":\"b\",\"error\":\"e\"}", NULL, "e", "b" },
		{ "{\"mine\":1,\"mine\":2}", NULL, NULL, NULL },
		{ "{\"n\":NaN}", NULL, NULL, NULL },
		{ "null", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	struct metadata metadata = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		metadata_read(&metadata, span_of(cases[i].document), &names);
		check("watermark", metadata.watermark, cases[i].watermark);
		check("error", metadata.error, cases[i].error);
		check("note", metadata.note, cases[i].note);
	}
	metadata_free(&metadata);
}

static void
reads_the_record_of_a_reset(void **state)
{
	struct metadata metadata = { 0 };

	(void)state;
	metadata_read(&metadata,
		SPAN("{\"reset_by\":\"admin\",\"reset_at\":\"2026-11-22T03:00:00\","
		     "\"reset_from\":89361000,\"reset_id\":\"op-1\",\"end\":7}"),
		&names);
	check("by", metadata.reset_by, "admin");
	check("at", metadata.reset_at, "2026-11-22T03:00:00");
	check("from", metadata.reset_from, "89361000");
	check("id", metadata.reset_id, "op-1");
	check("head", metadata.head, "7");
	/* What the next document does not say is not left over. */
	metadata_read(&metadata, SPAN("{}"), &names);
	assert_null(metadata.reset_by.at);
	assert_null(metadata.head.at);
	metadata_free(&metadata);
}

static void
members_without_a_name_are_not_looked_for(void **state)
{
	const struct metadata_names none = { 0 };
	struct metadata metadata = { 0 };

	(void)state;
	metadata_read(&metadata, SPAN("{\"error\":\"x\",\"host\":\"h\"}"), &none);
	assert_null(metadata.error.at);
	check("note", metadata.note, "h");
	metadata_free(&metadata);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_its_members_and_nothing_else),
		cmocka_unit_test(reads_the_record_of_a_reset),
		cmocka_unit_test(members_without_a_name_are_not_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
