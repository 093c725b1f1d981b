/* SPDX-License-Identifier: MIT */
#include "cli/document.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/json_report.h"

static void
add_checkpoint(struct str *out, const struct board_row *row, int64_t now, bool detail)
{
	const struct field *fields;
	size_t count;

	fields = field_checkpoint_table(&count);
	str_add_char(out, '{');
	json_report_members(out, fields, count, row, now);
	if (detail) {
		str_add_char(out, ',');
		fields = field_detail_table(&count);
		json_report_members(out, fields, count, row, now);
	}
	str_add_char(out, '}');
}

static int
write_checkpoints(const struct look *look, const struct listing *rows, bool detail)
{
	struct output *out = &look->cli->out;

	str_add(&out->text, ",\"checkpoints\":[");
	for (size_t i = 0; i < rows->count; i++) {
		str_add(&out->text, i > 0 ? ",\n" : "\n");
		add_checkpoint(&out->text, rows->rows[i], look->now, detail);
		if (output_pace(out) != 0)
			return -1;
	}
	str_add_char(&out->text, ']');
	return 0;
}

static int
compare_jobs(const void *left, const void *right)
{
	const struct board_job *a = *(const struct board_job *const *)left;
	const struct board_job *b = *(const struct board_job *const *)right;
	int order = span_compare_natural(a->job, b->job);

	if (order == 0)
		order = span_compare_natural(
			span_of(a->board->store.name), span_of(b->board->store.name));
	return order;
}

static int
write_jobs(const struct look *look, const struct listing *rows)
{
	const struct board_job **jobs = mem_new(rows->count, sizeof(*jobs));
	struct output *out = &look->cli->out;
	const struct field *fields;
	size_t field_count, count = 0;
	int status = 0;

	for (size_t i = 0; i < rows->count; i++)
		jobs[i] = ((const struct board_row *)rows->rows[i])->job;
	if (rows->count > 0)
		qsort(jobs, rows->count, sizeof(struct board_job *), compare_jobs);
	fields = field_job_table(&field_count);
	str_add(&out->text, ",\n\"jobs\":[");
	for (size_t i = 0; i < rows->count && status == 0; i++) {
		if (i > 0 && jobs[i] == jobs[i - 1])
			continue;
		str_add(&out->text, count++ > 0 ? ",\n{" : "\n{");
		json_report_members(&out->text, fields, field_count, jobs[i], look->now);
		str_add_char(&out->text, '}');
		status = output_pace(out);
	}
	str_add_char(&out->text, ']');
	free(jobs);
	return status;
}

/* One of "errors"; head NULL: it is about the whole store. */
static void
add_error(struct str *out, size_t *count, const struct board_store *store,
	const struct board_head *head)
{
	struct field_value name = field_word(store->name);
	struct field_value error =
		field_word(head != NULL ? head->error : store->error.text);
	struct field_value kind =
		field_word(err_word(head != NULL ? head->kind : store->error.kind));

	str_add(out, (*count)++ > 0 ? ",\n{" : "\n{");
	json_report_member(out, "store", &name);
	str_add_char(out, ',');
	json_report_member(out, "error", &error);
	str_add_char(out, ',');
	json_report_member(out, "kind", &kind);
	if (head != NULL) {
		struct field_value text = field_word(head->head);
		struct field_value number = field_integer((int64_t)head->checkpoints);

		str_add_char(out, ',');
		json_report_member(out, "head", &text);
		str_add_char(out, ',');
		json_report_member(out, "checkpoints", &number);
	}
	str_add_char(out, '}');
}

void
document_add_errors(struct str *out, const struct look *look)
{
	size_t count = 0;

	str_add(out, "\"errors\":[");
	for (size_t i = 0; i < look->count; i++) {
		const struct board_store *store = &look->boards[i]->store;

		if (!store->reachable)
			add_error(out, &count, store, NULL);
		for (size_t j = 0; j < store->head_count; j++)
			add_error(out, &count, store, &store->heads[j]);
	}
	str_add_char(out, ']');
}

void
document_write(const struct look *look, const struct listing *rows, bool detail)
{
	struct str *out = &look->cli->out.text;

	str_add_char(out, '{');
	json_report_head(out, look->now);
	if (write_checkpoints(look, rows, detail) != 0 || write_jobs(look, rows) != 0)
		return;
	str_add(out, ",\n");
	document_add_errors(out, look);
	str_add(out, "}\n");
}
