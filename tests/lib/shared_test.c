/* SPDX-License-Identifier: MIT
 * A pipeline that links nothing of ours but the shared library and its header. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipeline_resumes_where_it_was),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
