/* SPDX-License-Identifier: MIT
 * What a plan is made of, for tests: rows, a wish, circumstances. */
#ifndef TESTS_UNIT_ACTION_PLAN_BENCH_H
#define TESTS_UNIT_ACTION_PLAN_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/plan.h"
#include "stub_store.h"

/* 2026-11-22T03:07:41Z */
#define BENCH_NOW   (INT64_C(1795316861) * SECOND)
#define BENCH_ROWS  8
#define BENCH_OP    "0b6d4c8e-3f0a-4d53-9c43-6a3f8f0c1d11"
#define BENCH_SAVED "2026-11-22 02:14:02"

struct bench {
	struct store_config config;
	struct store store;
	struct plan_terms terms;
	struct wish wish;
	struct plan_subject subjects[BENCH_ROWS];
	struct str images[BENCH_ROWS][3]; /* present, left, before */
	size_t count;
	struct plan *plan;
	struct err err;
};

static inline void
bench_start(struct bench *bench)
{
	*bench = (struct bench){
		.config = {
			.name = "warehouse",
			.call = "-s warehouse",
			.value_is_last = true,
			.watermark_member = "event_time_watermark",
			.error_member = "error",
		},
		.wish = {
			.reason = SPAN("INC-4711 tax table fixed"),
			.if_digest = SPAN_NONE,
			.undo_of = SPAN_NONE,
		},
	};
	stub_open(&bench->store, &bench->config, STORE_HAS_AUDIT | STORE_IS_ATOMIC);
	bench->terms = (struct plan_terms){
		.now = BENCH_NOW,
		.op = SPAN(BENCH_OP),
		.store = &bench->store,
		.config = &bench->config,
		.environment = "",
		.require_reason = true,
		.reason_least = 3,
		.confirm_step = 1000,
		.journal = true,
		.who = "bob@jump1",
	};
}

static inline void
bench_stop(struct bench *bench)
{
	plan_free(bench->plan);
	for (size_t i = 0; i < BENCH_ROWS; i++)
		for (int k = 0; k < 3; k++)
			str_free(&bench->images[i][k]);
}

/* A row of the job "orders"; value and metadata NULL: SQL NULL. */
static inline struct plan_subject *
bench_row(struct bench *bench, const char *partition, const char *value,
	const char *metadata)
{
	struct plan_subject *subject = &bench->subjects[bench->count];
	struct str *image = &bench->images[bench->count++][0];

	*subject = (struct plan_subject){
		.key = { SPAN("orders"), span_of(partition) },
		.left = SPAN_NONE,
		.before = SPAN_NONE,
	};
	subject->now = (struct ckpt){
		.key = subject->key,
		.value = span_of(value),
		.storage = value != NULL ? CKPT_STORAGE_TEXT : CKPT_STORAGE_NULL,
		.metadata = span_of(metadata),
		.updated_text = SPAN(BENCH_SAVED),
		.written_at = TIME_NONE,
		.watermark = SPAN_NONE,
		.head = SPAN_NONE,
		.damage = SPAN_NONE,
		.damage_detail = SPAN_NONE,
		.where = SPAN_NONE,
	};
	stamp_parse(&subject->now.updated, subject->now.updated_text);
	stub_image(image, subject->now.value, subject->now.updated_text,
		subject->now.metadata);
	subject->image = str_span(image);
	return subject;
}

/* An image of the journal for the last row: what the operation left, or what was there
 * before it. value NULL: there was no checkpoint. */
static inline void
bench_past(struct bench *bench, bool left, const char *value, const char *updated,
	const char *metadata)
{
	struct plan_subject *subject = &bench->subjects[bench->count - 1];
	struct str *image = &bench->images[bench->count - 1][left ? 1 : 2];
	struct span *out = left ? &subject->left : &subject->before;

	*out = SPAN_NONE;
	if (value == NULL)
		return;
	str_clear(image);
	stub_image(image, span_of(value), span_of(updated), span_of(metadata));
	*out = str_span(image);
}

static inline int
bench_make(struct bench *bench)
{
	plan_free(bench->plan);
	bench->plan = NULL;
	err_clear(&bench->err);
	return plan_make(&bench->plan, &bench->wish, bench->subjects, bench->count,
		&bench->terms, &bench->err);
}

/* Makes the plan of a reset; fails where there is none. */
static inline const struct plan_row *
bench_reset(struct bench *bench, const char *target)
{
	size_t count;

	bench->wish.kind = WISH_RESET;
	err_clear(&bench->err);
	if (target_parse(&bench->wish.target, span_of(target), BENCH_NOW, &bench->err) !=
			0 ||
		bench_make(bench) != 0)
		fail_msg("%s: %s", target, bench->err.text);
	return plan_rows(bench->plan, &count);
}

static inline void
bench_expect_error(
	struct bench *bench, const char *target, enum err_kind kind, const char *words)
{
	bench->wish.kind = WISH_RESET;
	err_clear(&bench->err);
	if (target_parse(&bench->wish.target, span_of(target), BENCH_NOW, &bench->err) !=
		0)
		fail_msg("%s: %s", target, bench->err.text);
	assert_int_equal(bench_make(bench), -1);
	assert_null(bench->plan);
	if (bench->err.kind != kind || strstr(bench->err.text, words) == NULL)
		fail_msg(
			"%s: %s, %s", target, err_word(bench->err.kind), bench->err.text);
}

/* The sentence of a risk, or "". */
static inline const char *
bench_risk(const struct bench *bench, const char *word)
{
	size_t count;
	const struct plan_risk *risks = plan_risks(bench->plan, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(risks[i].word, word) == 0)
			return risks[i].sentence;
	return "";
}

static inline const char *
bench_effect(const struct bench *bench, const char *word)
{
	size_t count;
	const struct plan_effect *effects = plan_effects(bench->plan, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(effects[i].word, word) == 0)
			return effects[i].sentence;
	return "";
}

#endif
