/* SPDX-License-Identifier: MIT
 *
 * Foreign keys: no change leaves a row that refers to nothing, and none takes others with
 * it. */
#include "edits.h"

static const char rows[] = "SELECT group_concat(line, ' ') FROM (SELECT partition_id || "
			   "'=' || checkpoint_value AS line FROM checkpoints ORDER BY 1)";

#define BEFORE "0=10 1=20"

/* Two checkpoints, and a table of values that they may have. */
static void
make_tables(struct sqlite_bench *bench)
{
	sql(bench, "CREATE TABLE batches (id TEXT PRIMARY KEY)");
	sql(bench, "INSERT INTO batches VALUES ('10'), ('20'), ('30')");
	sql(bench, "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
		   "checkpoint_value TEXT UNIQUE REFERENCES batches, metadata TEXT, "
		   "updated_at TEXT, PRIMARY KEY (job_id, partition_id))");
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '10', NULL, 'x'), "
		   "('orders', '1', '20', NULL, 'x')");
}

/* Deletes orders/0. */
static enum change_result
delete_row(struct sqlite_bench *bench, struct err *err)
{
	struct store *store = open_bench(bench, STORE_WRITE);
	struct str image = image_of(store, "orders", "0");
	enum change_result result =
		apply_one(store, "orders", "0", str_span(&image), SPAN_NONE, err);

	str_free(&image);
	store_close(store);
	return result;
}

static enum change_result
reset_to(struct sqlite_bench *bench, const char *value, struct err *err)
{
	struct store *store = open_bench(bench, STORE_WRITE);
	enum change_result result = reset(store, "orders", "0", value, err);

	store_close(store);
	return result;
}

/* Nothing was written, for so many rows of one table and what they refer to. */
static void
assert_refused(struct sqlite_bench *bench, enum change_result result,
	const struct err *err, const char *const *says)
{
	if (result != CHANGE_FAILED || err->kind != ERR_REFUSED)
		fail_msg("%d: %s", (int)result, err->text);
	assert_non_null(strstr(err->text, "nothing was written"));
	for (; *says != NULL; says++)
		if (strstr(err->text, *says) == NULL)
			fail_msg("'%s' is not said: %s", *says, err->text);
	assert_string_equal(sql(bench, "%s", rows), BEFORE);
}

static void
assert_done(enum change_result result, const struct err *err)
{
	if (result != CHANGE_DONE)
		fail_msg("%s", err->text);
}

/* A table of notes with a foreign key to the checkpoints, and its rows. */
static void
make_notes(struct sqlite_bench *bench, const char *key, const char *notes,
	const char *options)
{
	sql(bench,
		"CREATE TABLE notes (n INTEGER PRIMARY KEY, job TEXT, part TEXT, "
		"FOREIGN KEY %s)%s",
		key, options);
	sql(bench, "INSERT INTO notes VALUES %s", notes);
}

/* To what a delete does to those who refer to the row, however it is declared. */
static void
what_is_referred_to_is_not_deleted(void **state)
{
	static const char *const actions[] = { "", " ON DELETE CASCADE",
		" ON DELETE SET NULL", " ON DELETE RESTRICT",
		" DEFERRABLE INITIALLY DEFERRED" };
	static const char *const options[] = { "", " WITHOUT ROWID" };
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	make_tables(bench);
	for (size_t i = 0; i < 5; i++)
		for (size_t o = 0; o < 2; o++) {
			char key[128];

			snprintf(key, sizeof(key), "(job, part) REFERENCES CheckPoints%s",
				actions[i]);
			make_notes(bench, key,
				"(1, 'orders', '0'), (2, 'orders', '1'), (3, 'orders', "
				"'0')",
				options[o]);
			assert_refused(bench, delete_row(bench, &err), &err,
				SAYS("rows of table notes", "leave 2 that refer to"));
			assert_string_equal(
				sql(bench, "SELECT count(*) FROM notes, checkpoints "
					   "WHERE job = job_id AND part = partition_id"),
				"3");
			/* Nobody refers to its value. */
			assert_done(reset_to(bench, "30", &err), &err);
			assert_done(reset_to(bench, "10", &err), &err);
			sql(bench, "DROP TABLE notes");
		}
}

static void
what_nobody_refers_to_is_deleted(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	make_tables(bench);
	/* These refer to another one, in part to nothing, or did so before. */
	make_notes(bench, "(job, part) REFERENCES checkpoints (job_id, partition_id)",
		"(1, 'orders', '1'), (2, NULL, '0'), (3, 'orders', NULL), (4, 'lost', "
		"'0')",
		"");
	assert_done(delete_row(bench, &err), &err);
	assert_string_equal(sql(bench, "%s", rows), "1=20");
	assert_string_equal(sql(bench, "SELECT count(*) FROM notes"), "4");
}

/* In the same table, and beside the very ones that were there before. */
static void
those_from_before_do_not_hide_new_ones(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct operation operation = operation_of(OP);
	struct str images[2];
	struct edit edits[2];
	struct err err = { 0 };

	make_tables(bench);
	make_notes(bench, "(job, part) REFERENCES checkpoints",
		"(1, 'lost', '0'), (2, 'orders', '1'), (3, 'lost', '0')", "");
	store = open_bench(bench, STORE_WRITE);
	for (int i = 0; i < 2; i++) {
		images[i] = image_of(store, "orders", i == 0 ? "0" : "1");
		edits[i] = (struct edit){ .key = { SPAN("orders"),
						  i == 0 ? SPAN("0") : SPAN("1") },
			.seen = str_span(&images[i]) };
	}
	assert_int_equal(store_apply(store, &operation, edits, 2, &err), -1);
	assert_refused(bench, edits[0].result, &err,
		SAYS("rows of table notes", "leave 1 that refers to"));
	for (int i = 0; i < 2; i++) {
		str_free(&images[i]);
		edit_clear(&edits[i]);
	}
	store_close(store);
}

static void
a_value_that_refers_to_nothing_is_not_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str image;
	struct err err = { 0 };

	make_tables(bench);
	assert_refused(bench, reset_to(bench, "40", &err), &err,
		SAYS("rows of table checkpoints refer to rows of table batches",
			"leave 1 that refers to", "see to the rows of batches first"));
	assert_done(reset_to(bench, "30", &err), &err);
	/* What is as it was is not this change's. */
	sql(bench, "DELETE FROM batches WHERE id = '20'");
	assert_done(reset_to(bench, "10", &err), &err);
	/* What is brought back must have what it refers to. */
	store = open_bench(bench, STORE_WRITE);
	image = image_of(store, "orders", "0");
	apply_done(store, "orders", "0", str_span(&image), SPAN_NONE);
	sql(bench, "DELETE FROM batches WHERE id = '10'");
	assert_int_equal(
		apply_one(store, "orders", "0", SPAN_NONE, str_span(&image), &err),
		CHANGE_FAILED);
	assert_non_null(strstr(err.text, "see to the rows of batches first"));
	sql(bench, "INSERT INTO batches VALUES ('10')");
	apply_done(store, "orders", "0", SPAN_NONE, str_span(&image));
	assert_string_equal(sql(bench, "%s", rows), BEFORE);
	str_free(&image);
	store_close(store);
}

static void
a_value_that_is_referred_to_stays(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	make_tables(bench);
	make_notes(bench, "(part) REFERENCES checkpoints (Checkpoint_Value)",
		"(1, 'a', '10'), (2, 'a', '20')", "");
	assert_refused(bench, reset_to(bench, "30", &err), &err,
		SAYS("rows of table notes", "leave 1 that refers to"));
	sql(bench, "DELETE FROM notes WHERE n = 1");
	assert_done(reset_to(bench, "30", &err), &err);
}

static void
a_table_may_refer_to_itself(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
		   "checkpoint_value TEXT, metadata TEXT, updated_at TEXT, of TEXT, "
		   "PRIMARY KEY (job_id, partition_id), FOREIGN KEY (job_id, of) "
		   "REFERENCES checkpoints)");
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '10', NULL, 'x', "
		   "NULL), ('orders', '1', '20', NULL, 'x', '0')");
	assert_refused(bench, delete_row(bench, &err), &err,
		SAYS("rows of table checkpoints refer to rows of table checkpoints"));
	sql(bench, "UPDATE checkpoints SET of = NULL");
	assert_done(delete_row(bench, &err), &err);
}

/* Not even SQLite can enforce them; whoever lets them act cannot write at all. */
static void
what_is_no_foreign_key_hinders_nothing(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	make_tables(bench);
	make_notes(
		bench, "(job) REFERENCES checkpoints (job_id)", "(1, 'orders', '0')", "");
	assert_done(delete_row(bench, &err), &err);
}

static void
those_who_refer_to_it_are_named_before(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	make_tables(bench);
	store = open_bench(bench, STORE_READ);
	assert_null(store_facts(store)->referrers);
	assert_null(fact_of(store, "referred to"));
	store_close(store);
	make_notes(bench, "(job, part) REFERENCES Checkpoints ON DELETE CASCADE",
		"(1, 'orders', '0')", "");
	sql(bench, "CREATE TABLE logs (job, part, FOREIGN KEY (job, part) REFERENCES "
		   "checkpoints)");
	store = open_bench(bench, STORE_READ);
	assert_string_equal(
		store_facts(store)->referrers, "logs, notes ON DELETE CASCADE");
	assert_true(has_fact(store, "referred to", "logs, notes ON DELETE CASCADE"));
	store_close(store);
}

static enum change_result
save_value(struct sqlite_bench *bench, const char *job, const char *partition,
	const char *value, struct err *err)
{
	const struct change change = {
		.key = { span_of(job), span_of(partition) },
		.value = span_of(value),
		.updated_at = clock_now(),
	};
	struct store *store = open_bench(bench, STORE_WRITE);
	enum change_result result = store_save(store, &change, err);

	store_close(store);
	return result;
}

/* Whoever saves is no operator, and the rows of others are as much worth. */
static void
a_save_leaves_nothing_that_refers_to_nothing(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	make_tables(bench);
	make_notes(bench, "(part) REFERENCES checkpoints (Checkpoint_Value)",
		"(1, 'a', '10')", "");
	assert_refused(bench, save_value(bench, "orders", "1", "40", &err), &err,
		SAYS("rows of table checkpoints refer to rows of table batches",
			"leave 1 that refers to", "see to the rows of batches first"));
	err_clear(&err);
	assert_refused(bench, save_value(bench, "orders", "2", "40", &err), &err,
		SAYS("see to the rows of batches first"));
	err_clear(&err);
	assert_refused(bench, save_value(bench, "orders", "0", "30", &err), &err,
		SAYS("rows of table notes", "leave 1 that refers to"));
	err_clear(&err);
	/* What refers to nothing already hinders nobody. */
	sql(bench, "DELETE FROM batches WHERE id = '10'");
	assert_done(save_value(bench, "orders", "1", "30", &err), &err);
	assert_done(save_value(bench, "orders", "1", "20", &err), &err);
	sql(bench, "DELETE FROM notes");
	assert_done(save_value(bench, "orders", "0", "30", &err), &err);
	sql(bench, "INSERT INTO batches VALUES ('50')");
	assert_done(save_value(bench, "orders", "2", "50", &err), &err);
	assert_string_equal(sql(bench, "%s", rows), "0=30 1=20 2=50");
}

static void
a_job_that_is_in_no_table_of_jobs_is_not_saved(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE jobs (name TEXT PRIMARY KEY)");
	sql(bench, "INSERT INTO jobs VALUES ('orders')");
	sql(bench, "CREATE TABLE checkpoints (job_id TEXT REFERENCES jobs, partition_id "
		   "TEXT, checkpoint_value TEXT, metadata TEXT, updated_at TEXT, "
		   "PRIMARY KEY (job_id, partition_id))");
	assert_done(save_value(bench, "orders", "0", "10", &err), &err);
	assert_done(save_value(bench, "orders", "1", "20", &err), &err);
	assert_refused(bench, save_value(bench, "clicks", "0", "10", &err), &err,
		SAYS("rows of table checkpoints refer to rows of table jobs"));
	/* A save of a row that is there does not touch its name. */
	sql(bench, "DELETE FROM jobs");
	err_clear(&err);
	assert_done(save_value(bench, "orders", "0", "11", &err), &err);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(what_is_referred_to_is_not_deleted),
		TEST(what_nobody_refers_to_is_deleted),
		TEST(those_from_before_do_not_hide_new_ones),
		TEST(a_value_that_refers_to_nothing_is_not_written),
		TEST(a_value_that_is_referred_to_stays),
		TEST(a_table_may_refer_to_itself),
		TEST(what_is_no_foreign_key_hinders_nothing),
		TEST(those_who_refer_to_it_are_named_before),
		TEST(a_save_leaves_nothing_that_refers_to_nothing),
		TEST(a_job_that_is_in_no_table_of_jobs_is_not_saved),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
