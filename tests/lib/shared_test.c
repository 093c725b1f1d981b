/* SPDX-License-Identifier: MIT
 * Programs that link nothing of ours but the shared library and its header: a pipeline,
 * and one that does what a person does with ckptop. */
#include "lib/ckpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/shared_test.XXXXXX";
static char file[sizeof(directory) + 32];

static int
make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int
remove_directory(void **state)
{
	(void)state;
	snprintf(file, sizeof(file), "%s/orders_0.json", directory);
	unlink(file);
	snprintf(file, sizeof(file), "%s/journal.jsonl", directory);
	unlink(file);
	return rmdir(directory);
}

static struct ckpt_handle *
open_store(void)
{
	struct ckpt_handle *handle;
	char uri[64];

	snprintf(uri, sizeof(uri), "dir:%s", directory);
	if (ckpt_open(&handle, uri) != CKPT_OK)
		fail_msg("%s", ckpt_error(handle));
	return handle;
}

static void
a_pipeline_resumes_where_it_was(void **state)
{
	struct ckpt_handle *handle = open_store();
	struct ckpt_watermark watermark;
	char time[32], metadata[64];
	const char *value, *stored;

	(void)state;
	assert_int_equal(ckpt_load(handle, "orders", "0", &value, NULL), CKPT_NOT_FOUND);
	ckpt_watermark_start(&watermark, 5000000);
	ckpt_watermark_see(&watermark, INT64_C(1795352866000000));
	assert_int_equal(ckpt_watermark_text(&watermark, time), 0);
	snprintf(metadata, sizeof(metadata), "{\"event_time_watermark\": \"%s\"}", time);
	assert_int_equal(ckpt_save(handle, "orders", "0", "88412007", metadata), CKPT_OK);
	ckpt_close(handle);

	handle = open_store();
	assert_int_equal(ckpt_load(handle, "orders", "0", &value, &stored), CKPT_OK);
	assert_string_equal(value, "88412007");
	assert_string_equal(
		stored, "{\"event_time_watermark\": \"2026-11-22T13:07:41Z\"}");
	assert_int_equal(
		ckpt_save_if(handle, "orders", "0", "1", NULL, "2"), CKPT_FENCED);
	assert_int_equal(
		ckpt_save_unfenced(handle, "orders", "0", "88412008", NULL), CKPT_OK);
	assert_true(ckpt_watermark_now(&watermark) == INT64_C(1795352861000000));
	ckpt_close(handle);
}

/* --- what a person does --- */

#define RESET "reset orders/0 --to -2 --reason 'INC-1 bad tax' --observe 0 "

/* What ckptop prints; the caller frees it. */
static char *
said_by_ckptop(const char *arguments)
{
	char command[256];
	char *text = calloc(1, 1 << 16);
	FILE *pipe;

	assert_non_null(text);
	snprintf(command, sizeof(command), "./ckptop -s dir:%s %s", directory, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_true(fread(text, 1, (1 << 16) - 1, pipe) > 0);
	assert_int_equal(pclose(pipe), 0);
	return text;
}

static struct ckpt_plan *
plan_a_reset(struct ckpt_operator *by, const char *digest)
{
	const struct ckpt_key key = { "orders", "0" };
	const struct ckpt_options options = { .reason = "INC-1 bad tax",
		.if_digest = digest };
	struct ckpt_plan *plan;

	if (ckpt_plan_reset(&plan, by, &key, 1, "-2", &options) != CKPT_OK)
		fail_msg("%s", ckpt_operator_error(by));
	return plan;
}

static void
a_program_plans_what_ckptop_plans_and_does_it(void **state)
{
	struct ckpt_operator *by;
	struct ckpt_plan *plan, *again;
	struct ckpt_handle *pipeline = open_store();
	const char *value;
	char *text, *json, uri[64];

	(void)state;
	assert_int_equal(
		ckpt_save_unfenced(pipeline, "orders", "0", "10", NULL), CKPT_OK);
	setenv("HOME", directory, 1);
	unsetenv("XDG_CONFIG_HOME");
	snprintf(file, sizeof(file), "%s/journal.jsonl", directory);
	setenv("CKPTOP_JOURNAL", file, 1);
	text = said_by_ckptop(RESET "--dry-run");
	json = said_by_ckptop(RESET "--dry-run --json");

	snprintf(uri, sizeof(uri), "dir:%s", directory);
	assert_int_equal(ckpt_operator_open(&by, uri), CKPT_OK);
	plan = plan_a_reset(by, NULL);
	assert_string_equal(ckpt_plan_text(plan), text);
	assert_string_equal(ckpt_plan_json(plan), json);
	/* Who has looked with one may act with the other. */
	again = plan_a_reset(by, ckpt_plan_digest(plan));
	assert_int_equal(
		ckpt_plan_confirm(again, &(struct ckpt_answer){ .name = "orders" }),
		CKPT_OK);
	assert_int_equal(ckpt_plan_apply(again), CKPT_OK);
	assert_int_equal(ckpt_load(pipeline, "orders", "0", &value, NULL), CKPT_OK);
	assert_string_equal(value, "8");
	ckpt_plan_close(again);
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
	ckpt_close(pipeline);
	free(text);
	free(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipeline_resumes_where_it_was),
		cmocka_unit_test(a_program_plans_what_ckptop_plans_and_does_it),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
