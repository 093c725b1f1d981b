/* SPDX-License-Identifier: MIT
 * A store of one job, a configuration and a journal of their own, for tests of what
 * changes checkpoints through the library. */
#ifndef UNIT_LIB_CHANGE_BENCH_H
#define UNIT_LIB_CHANGE_BENCH_H

#include "lib/operator.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/handle.h"

enum bench_kind { BENCH_SQLITE, BENCH_FILES };

struct bench {
	char root[64];
	char uri[96], journal[96], policy[96], settings[96];
	struct config *config; /* of bench_operator_of() */
};

static inline int
bench_remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void
bench_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static inline void
bench_save(const struct bench *bench, const char *partition, const char *value)
{
	struct ckpt_handle *pipeline;

	assert_int_equal(ckpt_open(&pipeline, bench->uri), CKPT_OK);
	assert_int_equal(ckpt_save_unfenced(pipeline, "orders", partition, value,
				 "{\"host\": \"w7\"}"),
		CKPT_OK);
	ckpt_close(pipeline);
}

/* The store has this value; NULL: no such checkpoint. */
static inline void
bench_expect(const struct bench *bench, const char *partition, const char *value)
{
	struct ckpt_handle *pipeline;
	const char *found = NULL;

	assert_int_equal(ckpt_open(&pipeline, bench->uri), CKPT_OK);
	assert_int_equal(ckpt_load(pipeline, "orders", partition, &found, NULL),
		value != NULL ? CKPT_OK : CKPT_NOT_FOUND);
	if (value != NULL)
		assert_string_equal(found, value);
	ckpt_close(pipeline);
}

/* One without a store yet, in a directory of its own. */
static inline struct bench *
bench_new(void)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	snprintf(bench->root, sizeof(bench->root), "/tmp/change_test.XXXXXX");
	assert_non_null(mkdtemp(bench->root));
	snprintf(bench->journal, sizeof(bench->journal), "%s/journal.jsonl", bench->root);
	snprintf(bench->policy, sizeof(bench->policy), "%s/policy.conf", bench->root);
	snprintf(bench->settings, sizeof(bench->settings), "%s/ckptop.conf", bench->root);
	setenv("CKPTOP_JOURNAL", bench->journal, 1);
	setenv("HOME", bench->root, 1);
	unsetenv("XDG_CONFIG_HOME");
	return bench;
}

/* Makes the store at its URI: orders/0 at 10, orders/1 at 20. */
static inline int
bench_fill(const struct bench *bench)
{
	struct err err = { 0 };
	bool made;

	if (handle_create(&(struct store_config){ .uri = bench->uri }, &made, &err) != 0)
		return -1;
	bench_save(bench, "0", "10");
	bench_save(bench, "1", "20");
	return 0;
}

/* *state is the kind of store, and becomes the bench. */
static inline int
bench_make(void **state)
{
	static const char *const schemes[] = { "sqlite", "dir" };
	enum bench_kind kind = *(const enum bench_kind *)*state;
	struct bench *bench = bench_new();

	*state = bench;
	snprintf(bench->uri, sizeof(bench->uri), "%s:%s/store", schemes[kind],
		bench->root);
	return bench_fill(bench);
}

static inline int
bench_end(void **state)
{
	struct bench *bench = *state;

	config_free(bench->config);
	nftw(bench->root, bench_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(bench);
	return 0;
}

static inline struct ckpt_operator *
bench_operator(const struct bench *bench)
{
	struct ckpt_operator *by;

	if (ckpt_operator_open(&by, bench->uri) != CKPT_OK)
		fail_msg("%s", ckpt_operator_error(by));
	return by;
}

/* One under a policy and settings of its own, in which the store is called etl. */
static inline struct ckpt_operator *
bench_operator_of(struct bench *bench, const char *policy, const char *settings)
{
	char missing[96];
	struct paths paths = { .policy_file = bench->policy,
		.system_file = missing,
		.user_file = bench->settings,
		.journal_file = bench->journal };
	const char *const environment[] = { NULL };
	const char *const store = "etl";
	const struct config_request request = {
		.paths = &paths,
		.environment = environment,
		.stores = &store,
		.store_count = 1,
	};
	struct ckpt_operator *by;
	struct err err = { 0 };
	char text[1024];

	snprintf(missing, sizeof(missing), "%s/not.conf", bench->root);
	bench_write(bench->policy, policy);
	snprintf(text, sizeof(text), "[store etl]\nuri = %s\n%s", bench->uri, settings);
	bench_write(bench->settings, text);
	if (config_load(&bench->config, &request, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(operator_open(&by, bench->config), CKPT_OK);
	return by;
}

static inline struct ckpt_plan *
bench_reset(
	struct ckpt_operator *by, const char *target, const struct ckpt_options *options)
{
	static const struct ckpt_key key = { "orders", "0" };
	struct ckpt_plan *plan;

	if (ckpt_plan_reset(&plan, by, &key, 1, target, options) != CKPT_OK)
		fail_msg("%s", ckpt_operator_error(by));
	return plan;
}

static inline void
bench_expect_error(const char *error, const char *part)
{
	if (strstr(error, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error, part);
}

static inline enum ckpt_result
bench_result(struct ckpt_plan *plan, size_t index)
{
	struct ckpt_row row;

	assert_int_equal(ckpt_plan_row(plan, index, &row), CKPT_OK);
	return row.result;
}

/* Each test once for every kind of store. */
#define BENCH_TEST(function)                                                             \
	{ #function " (SQLite)", function, bench_make, bench_end,                        \
		(void *)&(const enum bench_kind){ BENCH_SQLITE } },                      \
	{                                                                                \
#function " (files)", function, bench_make, bench_end,                   \
			(void *)&(const enum bench_kind)                                 \
		{                                                                        \
			BENCH_FILES                                                      \
		}                                                                        \
	}

#endif
