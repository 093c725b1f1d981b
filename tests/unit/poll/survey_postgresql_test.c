/* SPDX-License-Identifier: MIT
 * What a picture of checkpoints in PostgreSQL has of their metadata: what is looked at of
 * all of them, and the document of the one that is shown, as far as anybody reads it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "outside.h"
#include "pg_server.h"
#include "poll/survey.h"

#define MEGABYTES_64 "67108864"

static struct {
	char uri[120];
	struct store_config config;
} site;

static int
make_table(void **state)
{
	(void)state;
	snprintf(site.uri, sizeof(site.uri),
		"postgresql://postgres@127.0.0.1:%d/postgres", pg_server_port());
	site.config = (struct store_config){ .name = "etl",
		.uri = site.uri,
		.interval = HOUR,
		.watermark_member = "seen_until",
		.error_member = "it's wrong" };
	outside_sql(site.uri,
		"DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; "
		"CREATE TABLE checkpoints (job_id text, partition_id text, "
		"checkpoint_value bigint, metadata jsonb, updated_at timestamptz, "
		"PRIMARY KEY (job_id, partition_id))");
	return 0;
}

static void
add_row(const char *partition, const char *metadata)
{
	outside_sql(site.uri,
		"INSERT INTO checkpoints VALUES ('orders', '%s', 1, %s, now()) ON "
		"CONFLICT (job_id, partition_id) DO UPDATE SET metadata = "
		"EXCLUDED.metadata",
		partition, metadata);
}

static const struct board *
look(struct survey *survey, const char *shown)
{
	const struct survey_interest interest = {
		.rows = BOARD_ROWS_JOB, .job = SPAN("orders"), .partition = span_of(shown)
	};
	struct err err = { 0 };

	if (survey_poll(survey, true, &err) != 0)
		fail_msg("%s", err.text);
	return survey_board(survey, &interest);
}

static const struct board_row *
row_of(const struct board *board, const char *partition)
{
	for (size_t i = 0; i < board->row_count; i++)
		if (span_is(board->rows[i].key.partition, partition))
			return &board->rows[i];
	fail_msg("no partition %s", partition);
	return NULL;
}

static void
end(struct survey *survey)
{
	survey_close(survey);
	survey_free(survey);
}

/* --- what is looked at of all --- */

/* Documents of every size, each with the same members and something beside them. */
static const char *const sizes[] = { "10", "1500", "30000", "150000" };

#define SIZES (sizeof(sizes) / sizeof(*sizes))

/* Nothing can be compressed away of it. */
static const char *
document_of(const char *members, const char *size)
{
	static char sql[600];

	snprintf(sql, sizeof(sql),
		"(SELECT jsonb_build_object('pad', string_agg(md5(i::text), '')) || '%s' "
		"FROM generate_series(0, %s / 32) i)",
		members, size);
	return sql;
}

static void
assert_told(const struct board_row *row, const char *watermark, const char *error,
	const char *note)
{
	struct err err = { 0 };
	int64_t at = TIME_NONE;

	if (watermark != NULL)
		assert_int_equal(time_parse(&at, span_of(watermark), &err), 0);
	assert_int_equal(row->watermark, at);
	if (error != NULL)
		assert_true(span_is(row->error, error));
	else
		assert_int_equal(row->error.len, 0);
	assert_string_equal(row->note, note);
}

static void
members_are_read_of_documents_of_every_size(void **state)
{
	static const struct rules none = { 0 };
	struct survey *survey;
	const struct board *board;

	(void)state;
	site.config.head = "metadata:end";
	survey = survey_new(&site.config, &none, NULL);
	for (size_t i = 0; i < SIZES; i++)
		add_row(sizes[i],
			document_of("{\"seen_until\": \"2026-11-22T03:00:00Z\", "
				    "\"it''s wrong\": \"boom\", \"end\": 41, "
				    "\"host\": \"w7\", \"attempt\": 3}",
				sizes[i]));
	board = look(survey, NULL);
	for (size_t i = 0; i < SIZES; i++) {
		const struct board_row *row = row_of(board, sizes[i]);

		assert_told(row, "2026-11-22T03:00:00Z", "boom", "w7 att 3");
		assert_true(span_is(row->head, "41"));
		assert_false(row->metadata_known);
	}
	board_unref(board);
	end(survey);
}

static void
names_of_members_are_names_and_nothing_else(void **state)
{
	static const char *const names[] = { "'", "\\", "\\'", "a\"b", "') --", "$1",
		"" };
	static const struct rules none = { 0 };

	(void)state;
	add_row("0", "'{\"host\": \"w7\"}'");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct survey *survey;
		const struct board *board;

		site.config.watermark_member = site.config.error_member = names[i];
		survey = survey_new(&site.config, &none, NULL);
		board = look(survey, NULL);
		assert_told(row_of(board, "0"), NULL, NULL, "w7");
		board_unref(board);
		end(survey);
	}
}

/* From every size to every other, with the members and without. */
static void
what_is_taken_out_is_not_known_any_more(void **state)
{
	static const struct rules none = { 0 };
	struct survey *survey = survey_new(&site.config, &none, NULL);
	const struct board *board;

	(void)state;
	for (size_t from = 0; from < SIZES; from++)
		for (size_t to = 0; to <= SIZES; to++) {
			add_row("0", document_of("{\"seen_until\": "
						 "\"2026-11-22T03:00:00Z\"}",
					     sizes[from]));
			board = look(survey, NULL);
			assert_told(row_of(board, "0"), "2026-11-22T03:00:00Z", NULL, "");
			board_unref(board);
			add_row("0", to == SIZES ? "NULL" : document_of("{}", sizes[to]));
			board = look(survey, NULL);
			assert_told(row_of(board, "0"), NULL, NULL, "");
			board_unref(board);
		}
	end(survey);
}

static void
what_is_no_object_is_left_alone(void **state)
{
	static const struct rules none = { 0 };
	static const char *const documents[] = { "'[\"host\"]'", "'\"host\"'", "'7'",
		"'null'", "'{}'", "NULL",
		"(SELECT jsonb_agg(md5(i::text)) FROM generate_series(0, 999) i)" };
	struct survey *survey = survey_new(&site.config, &none, NULL);
	const struct board *board;

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		add_row("0", documents[i]);
		board = look(survey, NULL);
		assert_told(row_of(board, "0"), NULL, NULL, "");
		board_unref(board);
	}
	end(survey);
}

/* The server must not be asked to take anything out of what it may not understand. */
static void
documents_of_other_types_are_read(void **state)
{
	static const struct rules none = { 0 };
	static const char *const types[] = { "json", "text", "varchar" };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct survey *survey = survey_new(&site.config, &none, NULL);
		const struct board *board;

		outside_sql(site.uri,
			"TRUNCATE checkpoints; ALTER TABLE checkpoints ALTER metadata "
			"TYPE %s",
			types[i]);
		add_row("0", "'{\"seen_until\": \"2026-11-22T03:00:00Z\", \"host\": "
			     "\"w7\", \"x\": \"\\u0000\"}'");
		board = look(survey, "0");
		assert_told(row_of(board, "0"), "2026-11-22T03:00:00Z", NULL, "w7");
		assert_true(row_of(board, "0")->metadata_known);
		board_unref(board);
		if (strcmp(types[i], "json") != 0) {
			outside_sql(site.uri, "ALTER TABLE checkpoints ALTER metadata "
					      "SET STORAGE EXTERNAL");
			add_row("0", "repeat('[', 300000)");
			board = look(survey, NULL);
			assert_told(row_of(board, "0"), NULL,
				"the metadata has 300 kB and was not looked into", "");
			board_unref(board);
		}
		end(survey);
	}
}

/* --- the document that is shown --- */

static void
the_document_that_is_shown_is_that_of_the_last_look(void **state)
{
	static const struct rules none = { 0 };
	struct survey *survey = survey_new(&site.config, &none, NULL);
	const struct board *board;

	(void)state;
	add_row("0", "'{\"n\": 1}'");
	add_row("1", "'{\"n\": 2}'");
	board = look(survey, "0");
	assert_true(span_is(row_of(board, "0")->metadata, "{\"n\": 1}"));
	assert_false(row_of(board, "1")->metadata_known);
	board_unref(board);
	board = look(survey, "1");
	assert_true(span_is(row_of(board, "1")->metadata, "{\"n\": 2}"));
	board_unref(board);
	add_row("1", "'{\"n\": 3}'");
	board = look(survey, "1");
	assert_true(span_is(row_of(board, "1")->metadata, "{\"n\": 3}"));
	board_unref(board);
	outside_sql(site.uri, "DELETE FROM checkpoints WHERE partition_id = '1'");
	board = look(survey, "1");
	assert_false(row_of(board, "1")->metadata_known);
	board_unref(board);
	end(survey);
}

static void
a_document_is_read_as_far_as_it_is_shown(void **state)
{
	static const struct rules none = { 0 };
	struct survey *survey = survey_new(&site.config, &none, NULL);
	const struct board *board;

	(void)state;
	survey_limit_documents(survey, 10);
	add_row("0", "'{\"n\": 12}'");
	add_row("1", "'{\"n\": \"\xc3\xa4\xc3\xb6\xc3\xbc\"}'");
	add_row("2", "'{\"n\": 1}'");
	board = look(survey, "0");
	assert_true(span_is(row_of(board, "0")->metadata, "{\"n\": 12}"));
	assert_int_equal(row_of(board, "0")->metadata_more, 0);
	board_unref(board);
	/* Letters are not cut in two. */
	board = look(survey, "1");
	assert_true(span_is(
		row_of(board, "1")->metadata, "{\"n\": \"\xc3\xa4\xc3\xb6\xc3\xbc"));
	assert_int_equal(row_of(board, "1")->metadata_more, 2);
	board_unref(board);
	board = look(survey, "2");
	assert_int_equal(row_of(board, "2")->metadata_more, 0);
	board_unref(board);
	end(survey);
}

/* --- documents of any size --- */

/* How many checkpoints there are beside the two with large ones. */
static int
small_documents(void)
{
	return getenv("CKPTOP_LONG") != NULL ? 1000000 : 100000;
}

/* What all of them and the two may take, in kB. */
static long
memory_max(void)
{
	return small_documents() == 1000000 ? 100 << 10 : 24 << 10;
}

static void
look_at_large_documents(void)
{
	static const struct rules none = { 0 };
	static const char *const large[] = { "kept", "packed" };
	struct survey *survey = survey_new(&site.config, &none, NULL);
	const struct board *board;

	survey_limit_documents(survey, SURVEY_DOCUMENT_SHOWN);
	board = look(survey, NULL);
	assert_int_equal(board->checkpoint_count, small_documents() + 2);
	assert_told(row_of(board, "7"), "2026-11-22T03:00:00Z", NULL, "");
	for (size_t i = 0; i < 2; i++) {
		const struct board_row *row = row_of(board, large[i]);

		assert_int_equal(row->watermark, TIME_NONE);
		assert_non_null(strstr(row->error.at, "was not looked into"));
	}
	board_unref(board);
	for (size_t i = 0; i < 2; i++) {
		const struct board_row *row;

		board = look(survey, large[i]);
		row = row_of(board, large[i]);
		assert_int_equal(row->metadata.len, SURVEY_DOCUMENT_SHOWN);
		assert_int_equal(row->metadata.len + row->metadata_more,
			strtoll(MEGABYTES_64, NULL, 10) +
				(int)strlen("{\"pad\": \"\", \"seen_until\": "
					    "\"2026-11-22T03:00:00Z\"}"));
		board_unref(board);
	}
	end(survey);
}

/* S26 pg_row_64MB_metadata */
static void
documents_of_64_MB_are_neither_fetched_nor_kept(void **state)
{
	pid_t child;
	struct rusage usage;
	int status;

	(void)state;
	outside_sql(site.uri,
		"ALTER TABLE checkpoints ALTER metadata SET STORAGE EXTERNAL; "
		"INSERT INTO checkpoints SELECT CASE WHEN n < 10 THEN 'orders' "
		"ELSE 'others-' || n / 1000 END, n %% 1000, n, "
		"'{\"seen_until\": \"2026-11-22T03:00:00Z\"}', now() FROM "
		"generate_series(1, %d) n",
		small_documents());
	for (int packed = 0; packed < 2; packed++) {
		add_row(packed ? "packed" : "kept",
			"jsonb_build_object('seen_until', '2026-11-22T03:00:00Z', 'pad', "
			"repeat('x', " MEGABYTES_64 "))");
		outside_sql(site.uri, "ALTER TABLE checkpoints ALTER metadata SET "
				      "STORAGE EXTENDED");
	}
	child = fork();
	if (child == 0) {
		look_at_large_documents();
		outside_kill();
		_exit(0);
	}
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* The shadow memory of a sanitizer would count, too. */
	if (getenv("ASAN_OPTIONS") == NULL && getenv("TSAN_OPTIONS") == NULL)
		assert_in_range(usage.ru_maxrss, 1, memory_max());
}

/* --- polls that find nothing changed --- */

#define IDLE_POLLS 20

/* Between two calls of getppid(2), which nobody else makes. */
static void
poll_idly(void)
{
	static const struct rules none = { 0 };
	struct survey *survey = survey_new(&site.config, &none, NULL);
	struct err err = { 0 };

	if (survey_poll(survey, true, &err) != 0 || survey_poll(survey, true, &err) != 0)
		_exit(1);
	syscall(SYS_getppid);
	for (int i = 0; i < IDLE_POLLS; i++)
		if (survey_poll(survey, true, &err) != 0)
			_exit(1);
	syscall(SYS_getppid);
	_exit(0);
}

/* How many system calls the child makes between the two. */
static size_t
count_calls(pid_t child)
{
	size_t calls = 0;
	int marks = 0, status;

	while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		struct __ptrace_syscall_info info = { 0 };
		int signal = WSTOPSIG(status);

		if (signal == (SIGTRAP | 0x80)) {
			ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
			signal = 0;
		}
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			marks += info.entry.nr == SYS_getppid;
			calls += marks == 1;
		}
		if (signal == SIGSTOP)
			signal = 0;
		ptrace(PTRACE_SYSCALL, child, NULL, (void *)(intptr_t)signal);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(marks, 2);
	return calls - 1;
}

static void
a_poll_without_a_change_is_one_short_question(void **state)
{
	pid_t child;
	size_t calls;
	int status;

	(void)state;
	add_row("0", "'{}'");
	child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		poll_idly();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, child, NULL,
		(void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	calls = count_calls(child);
	assert_in_range(calls, IDLE_POLLS, 15 * IDLE_POLLS);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, make_table)
	const struct CMUnitTest tests[] = {
		TEST(members_are_read_of_documents_of_every_size),
		TEST(names_of_members_are_names_and_nothing_else),
		TEST(what_is_taken_out_is_not_known_any_more),
		TEST(what_is_no_object_is_left_alone),
		TEST(documents_of_other_types_are_read),
		TEST(the_document_that_is_shown_is_that_of_the_last_look),
		TEST(a_document_is_read_as_far_as_it_is_shown),
		TEST(a_poll_without_a_change_is_one_short_question),
		TEST(documents_of_64_MB_are_neither_fetched_nor_kept),
	};
	int failed;

	if (!pg_server_is_there())
		return 77;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	pg_server_end();
	return failed;
}
