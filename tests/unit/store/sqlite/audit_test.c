/* SPDX-License-Identifier: MIT
 *
 * The store audit in a SQLite database: what it is made of, and that it tells the truth
 * because it is written with what it tells of. */
#include "edits.h"

#include <sys/wait.h>

static void
add_row(void *arg, const struct audit_row *row)
{
	str_addf(arg, "%.*s/%.*s %.*s>%.*s\n", (int)row->key.job.len, row->key.job.at,
		(int)row->key.partition.len, row->key.partition.at,
		(int)row->old_value.len, row->old_value.at ? row->old_value.at : "",
		(int)row->new_value.len, row->new_value.at ? row->new_value.at : "");
}

static void
assert_audit(struct store *store, const char *expected)
{
	struct str text = { 0 };
	struct err err = { 0 };

	if (store_audit_read(store, add_row, &text, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(str_text(&text), expected);
	str_free(&text);
}

static void
make_audit(struct store *store)
{
	struct err err = { 0 };
	bool made;

	if (store_audit_create(store, &made, &err) != 0)
		fail_msg("%s", err.text);
}

static char *
schema_of(struct sqlite_bench *bench)
{
	return strdup(sql(bench,
		"SELECT group_concat(sql, char(10)) FROM sqlite_schema WHERE name LIKE "
		"'ckptop%%' ORDER BY name"));
}

/* Runs what a person would paste into the sqlite3 shell. */
static void
run_script(struct sqlite_bench *bench, char *script)
{
	char *end;

	for (char *at = script; (end = strstr(at, ";\n")) != NULL; at = end + 2) {
		*end = '\0';
		sql(bench, "%s", at);
	}
}

static void
the_script_makes_what_init_makes(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str script = { 0 }, lasting = { 0 }, present = { 0 };
	struct err err = { 0 };
	char *made, *run;

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(store_audit_add_script(store, &script, &err), 0);
	assert_non_null(strstr(str_text(&script), bench->path));
	assert_non_null(strstr(str_text(&script), "must be able to write that file"));
	assert_non_null(strstr(str_text(&script), bench->directory));
	assert_string_equal(
		sql(bench, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'ck%%_%%'"
			   " AND name LIKE 'ckptop%%'"),
		"0");
	make_audit(store);
	made = schema_of(bench);
	assert_non_null(strstr(made, "undo_of"));
	sql(bench, "DROP TABLE ckptop_audit");
	sql(bench, "DROP TABLE ckptop_store");
	run_script(bench, script.text);
	run = schema_of(bench);
	assert_string_equal(made, run);
	/* The identity is a UUID, also of the script. */
	assert_string_equal(
		sql(bench, "SELECT count(*) FROM ckptop_store WHERE id GLOB "
			   "replace('xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx', 'x', "
			   "'?') AND id NOT GLOB '*[^0-9a-f-]*'"),
		"1");
	assert_int_equal(store_identify(store, &lasting, &present, &err), 0);
	assert_string_equal(str_text(&lasting),
		sql(bench, "SELECT id || ' checkpoints' FROM ckptop_store"));
	str_free(&lasting);
	str_free(&present);
	str_free(&script);
	free(made);
	free(run);
	store_close(store);
}

/* What stands in the comments of the script cannot end them. */
static void
a_path_is_no_statement(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str script = { 0 };
	struct err err = { 0 };
	char path[160];

	sqlite_bench_fill(bench);
	outside_close(bench->path);
	snprintf(
		path, sizeof(path), "%s/x\nDROP TABLE checkpoints;.db", bench->directory);
	assert_int_equal(rename(bench->path, path), 0);
	snprintf(bench->uri, sizeof(bench->uri),
		"sqlite:%s/x%%0aDROP%%20TABLE%%20checkpoints%%3b.db", bench->directory);
	store = open_bench(bench, STORE_READ);
	assert_int_equal(store_audit_add_script(store, &script, &err), 0);
	assert_null(strstr(str_text(&script), "\nDROP"));
	store_close(store);
	assert_int_equal(rename(path, bench->path), 0);
	str_free(&script);
}

/* Where the audit cannot be written nothing else is. */
static void
no_audit_no_change(void **state)
{
	static const char *const obstacles[] = {
		"CREATE TRIGGER t BEFORE INSERT ON ckptop_audit BEGIN SELECT "
		"RAISE(ABORT, 'no'); END",
		"CREATE TRIGGER t BEFORE INSERT ON ckptop_audit BEGIN SELECT "
		"RAISE(IGNORE); END",
	};
	struct sqlite_bench *bench = *state;

	sqlite_bench_fill(bench);
	for (size_t i = 0; i < sizeof(obstacles) / sizeof(*obstacles); i++) {
		struct store *store = open_bench(bench, STORE_WRITE);
		struct err err = { 0 };

		make_audit(store);
		sql(bench, "%s", obstacles[i]);
		assert_int_equal(reset(store, "orders", "0", "9", &err), CHANGE_FAILED);
		assert_non_null(strstr(err.text, "store audit"));
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_string_equal(
			sql(bench, "SELECT checkpoint_value || (SELECT count(*) FROM "
				   "ckptop_audit) FROM checkpoints"),
			"10");
		store_close(store);
		sql(bench, "DROP TABLE ckptop_audit");
	}
}

/* A trigger that makes something else of the row that was written, or of what it tells
 * of, is noticed before anything of it stays. */
static void
an_audit_that_is_altered_is_no_audit(void **state)
{
	static const struct {
		const char *of, *does;
	} triggers[] = {
		{ "INSERT ON ckptop_audit",
			"DELETE FROM ckptop_audit WHERE seq = NEW.seq" },
		{ "INSERT ON ckptop_audit", "DELETE FROM ckptop_audit" },
		{ "INSERT ON ckptop_audit", "UPDATE ckptop_audit SET who = 'mallory'" },
		{ "INSERT ON ckptop_audit", "UPDATE ckptop_audit SET new_value = NULL" },
		{ "INSERT ON ckptop_audit", "UPDATE ckptop_audit SET undo_of = ''" },
		{ "INSERT ON ckptop_audit", "UPDATE ckptop_audit SET seq = seq + 7" },
		{ "INSERT ON ckptop_audit",
			"UPDATE ckptop_audit SET \"exists\" = 1 - \"exists\"" },
		{ "INSERT ON ckptop_audit",
			"UPDATE ckptop_audit SET reason = cast(reason AS BLOB)" },
		{ "INSERT ON ckptop_audit",
			"INSERT INTO ckptop_audit SELECT seq + 1, of_table, op, at, who, "
			"action, job, \"partition\", old_value, '8', existed, "
			"\"exists\", reason, anchor, undo_of FROM ckptop_audit" },
		{ "INSERT ON ckptop_audit",
			"UPDATE checkpoints SET checkpoint_value = '8'" },
		{ "INSERT ON ckptop_audit", "DELETE FROM checkpoints" },
		{ "UPDATE ON checkpoints", "UPDATE checkpoints SET metadata = '{}' WHERE "
					   "job_id = 'orders'" },
	};
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct err err = { 0 };

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	make_audit(store);
	for (size_t i = 0; i < sizeof(triggers) / sizeof(*triggers); i++) {
		sql(bench, "CREATE TRIGGER t AFTER %s BEGIN %s; END", triggers[i].of,
			triggers[i].does);
		if (reset(store, "orders", "0", "9", &err) != CHANGE_FAILED)
			fail_msg("%s", triggers[i].does);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, "trigger"));
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_string_equal(
			sql(bench, "SELECT group_concat(checkpoint_value) || (SELECT "
				   "count(*) FROM ckptop_audit) FROM checkpoints"),
			"10");
		sql(bench, "DROP TRIGGER t");
	}
	/* One that writes elsewhere, or tidies up, hinders nothing. */
	sql(bench, "CREATE TABLE log (x)");
	sql(bench, "CREATE TRIGGER t AFTER INSERT ON ckptop_audit BEGIN INSERT INTO log "
		   "VALUES (NEW.op); DELETE FROM ckptop_audit WHERE seq < NEW.seq; END");
	assert_int_equal(reset(store, "orders", "0", "9", &err), CHANGE_DONE);
	assert_int_equal(reset(store, "orders", "0", "10", &err), CHANGE_DONE);
	assert_audit(store, "orders/0 9>10\n");
	store_close(store);
}

/* The row of one edit, changed by what another edit of the same operation sets off. */
static void
a_trigger_that_reaches_another_row_is_noticed(void **state)
{
	struct sqlite_bench *bench = *state;
	struct operation operation = operation_of(OP);
	struct edit edits[2];
	struct str seen[2], wanted[2];
	struct store *store;
	struct err err = { 0 };

	sqlite_bench_fill(bench);
	sql(bench, "INSERT INTO checkpoints SELECT job_id, '1', checkpoint_value, "
		   "metadata, updated_at FROM checkpoints");
	sql(bench, "CREATE TRIGGER t AFTER UPDATE ON checkpoints WHEN NEW.partition_id = "
		   "'1' BEGIN UPDATE checkpoints SET checkpoint_value = '77' WHERE "
		   "partition_id = '0'; END");
	store = open_bench(bench, STORE_WRITE);
	for (int i = 0; i < 2; i++) {
		const char *partition = i == 0 ? "0" : "1";
		struct draft draft = draft_to("orders", partition, "9");

		seen[i] = image_of(store, "orders", partition);
		wanted[i] = draft_of(store, &seen[i], &draft);
		edits[i] = (struct edit){ .key = { SPAN("orders"), span_of(partition) },
			.seen = str_span(&seen[i]),
			.wanted = str_span(&wanted[i]) };
	}
	assert_int_equal(store_apply(store, &operation, edits, 2, &err), -1);
	assert_non_null(strstr(err.text, "trigger"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(edits[i].result, CHANGE_FAILED);
		edit_clear(&edits[i]);
		str_free(&seen[i]);
		str_free(&wanted[i]);
	}
	assert_string_equal(
		sql(bench, "SELECT group_concat(checkpoint_value) FROM checkpoints"),
		"1,1");
	store_close(store);
}

/* Both before anybody is asked and when it is written. */
static void
assert_change(struct store *store, bool is_allowed)
{
	struct key key = { SPAN("orders"), SPAN("0") };
	struct str image = image_of(store, "orders", "0");
	struct err permit = { 0 }, change = { 0 };

	assert_int_equal(
		store_permit(store, key, str_span(&image), &permit), is_allowed ? 0 : -1);
	assert_int_equal(reset(store, "orders", "0", "9", &change),
		is_allowed ? CHANGE_DONE : CHANGE_FAILED);
	assert_int_equal(change.kind, is_allowed ? ERR_OK : ERR_REFUSED);
	assert_string_equal(permit.text, change.text);
	if (!is_allowed) {
		assert_non_null(strstr(change.text, "nothing was written"));
		assert_non_null(strstr(change.text, "rename or drop it"));
	}
	str_free(&image);
}

/* What only has the name of our tables is another's: there is no audit then, and none is
 * made. Where the rows of a change would stand in it nothing is changed. */
static void
a_table_of_another_is_no_audit(void **state)
{
	static const char *const others[][2] = {
		{ "CREATE TABLE ckptop_audit (x)", "TABLE ckptop_audit" },
		{ "CREATE TABLE CKPTOP_AUDIT (seq, op)", "TABLE ckptop_audit" },
		{ "CREATE VIEW ckptop_audit AS SELECT 1 AS seq", "VIEW ckptop_audit" },
		{ "CREATE TABLE ckptop_store (x)", "TABLE ckptop_store" },
	};
	struct sqlite_bench *bench = *state;

	sqlite_bench_fill(bench);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct str lasting = { 0 }, present = { 0 };
		struct store *store;
		struct err err = { 0 };
		bool made;

		sql(bench, "%s", others[i][0]);
		sql(bench, "UPDATE checkpoints SET checkpoint_value = '1'");
		store = open_bench(bench, STORE_WRITE);
		assert_false(store_capabilities(store) & STORE_HAS_AUDIT);
		assert_int_equal(store_audit_create(store, &made, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, strstr(others[i][1], "ckptop")));
		assert_non_null(strstr(err.text, "rename or drop it"));
		assert_false(store_capabilities(store) & STORE_HAS_AUDIT);
		err_clear(&err);
		assert_change(store, strstr(others[i][1], "ckptop_store") != NULL);
		assert_string_equal(
			sql(bench, "SELECT checkpoint_value FROM checkpoints"),
			strstr(others[i][1], "ckptop_store") != NULL ? "9" : "1");
		assert_audit(store, "");
		assert_int_equal(store_identify(store, &lasting, &present, &err), 0);
		assert_int_equal(lasting.len, 0);
		str_free(&lasting);
		str_free(&present);
		store_close(store);
		/* Nothing was made beside it. */
		assert_string_equal(
			sql(bench, "SELECT count(*) FROM sqlite_schema WHERE lower(name) "
				   "LIKE 'ckptop%%'"),
			"1");
		sql(bench, "DROP %s", others[i][1]);
	}
}

/* An audit that another one made, or took away, while we had the store open. */
static void
the_audit_comes_and_goes(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store, *other;
	struct err err = { 0 };

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	other = open_bench(bench, STORE_WRITE);
	assert_int_equal(reset(store, "orders", "0", "2", &err), CHANGE_DONE);
	make_audit(other);
	assert_int_equal(reset(store, "orders", "0", "3", &err), CHANGE_DONE);
	assert_true(store_capabilities(store) & STORE_HAS_AUDIT);
	assert_audit(store, "orders/0 2>3\n");
	sql(bench, "DROP TABLE ckptop_audit");
	assert_int_equal(reset(store, "orders", "0", "4", &err), CHANGE_DONE);
	assert_false(store_capabilities(store) & STORE_HAS_AUDIT);
	assert_audit(store, "");
	store_close(store);
	store_close(other);
}

static void
two_tables_of_a_database_are_two_stores(void **state)
{
	struct sqlite_bench *bench = *state;
	struct str ids[2] = { { 0 } }, present[2] = { { 0 } };
	struct store *store;
	struct err err = { 0 };

	sqlite_bench_fill(bench);
	sql(bench, "CREATE TABLE second AS SELECT * FROM checkpoints");
	for (int i = 0; i < 2; i++) {
		set_query(bench, i == 0 ? "" : "table=second");
		store = open_bench(bench, STORE_WRITE);
		make_audit(store);
		assert_audit(store, "");
		assert_int_equal(reset(store, "orders", "0", i == 0 ? "5" : "6", &err),
			CHANGE_DONE);
		assert_audit(store, i == 0 ? "orders/0 1>5\n" : "orders/0 1>6\n");
		assert_int_equal(store_identify(store, &ids[i], &present[i], &err), 0);
		store_close(store);
	}
	assert_string_not_equal(str_text(&ids[0]), str_text(&ids[1]));
	assert_memory_equal(str_text(&ids[0]), str_text(&ids[1]), 36);
	assert_string_not_equal(str_text(&present[0]), str_text(&present[1]));
	for (int i = 0; i < 2; i++) {
		str_free(&ids[i]);
		str_free(&present[i]);
	}
	set_query(bench, "");
}

static void
our_tables_are_nobodys_checkpoints(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	make_audit(store);
	store_close(store);
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "orders/0=1 t @t\n");
	assert_null(fact_of(store, "also there"));
	store_close(store);
	set_query(bench, "table=ckptop_audit&job_column=job&value_column=new_value");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED, SAYS("no table ckptop_audit"));
	set_query(bench, "");
	sql(bench, "DROP TABLE checkpoints");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED, SAYS("it has no tables"));
}

/* Another file in the place of the one that was seen is another store. */
static void
a_copy_is_another_file_with_the_same_id(void **state)
{
	struct sqlite_bench *bench = *state;
	struct str ids[2] = { { 0 } }, present[2] = { { 0 } };
	struct err err = { 0 };
	struct store *store;
	char copy[160];

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	make_audit(store);
	assert_int_equal(store_identify(store, &ids[0], &present[0], &err), 0);
	outside_close(bench->path);
	snprintf(copy, sizeof(copy), "%s/y.db", bench->directory);
	sqlite_bench_copy(bench->path, copy);
	assert_int_equal(rename(copy, bench->path), 0);
	assert_int_equal(store_identify(store, &ids[1], &present[1], &err), 0);
	assert_string_equal(str_text(&ids[0]), str_text(&ids[1]));
	assert_string_not_equal(str_text(&present[0]), str_text(&present[1]));
	for (int i = 0; i < 2; i++) {
		str_free(&ids[i]);
		str_free(&present[i]);
	}
	store_close(store);
}

/* --- a database that nobody has open --- */

/* As one who may not make files beside it: 0, or what went wrong. */
static int
look_as_nobody(struct sqlite_bench *bench)
{
	struct str image = { 0 }, lines = { 0 }, lasting = { 0 }, present = { 0 };
	struct key key = { SPAN("orders"), SPAN("0") };
	struct store *store;
	struct err err = { 0 };

	if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
		return 1;
	if (store_open(&store, &bench->config, STORE_READ, &err) != 0)
		return 2;
	if (fact_of(store, "access") == NULL)
		return 3;
	/* He may look at all of it; what he could not change he need not try. */
	if (store_examine(store, key, take_image, &image, &err) != 0 ||
		store_permit(store, key, str_span(&image), &err) == 0 ||
		err.kind != ERR_REFUSED || strstr(err.text, "may not be written") == NULL)
		return 4;
	err_clear(&err);
	if (store_audit_read(store, add_row, &lines, &err) != 0 ||
		strcmp(str_text(&lines), "orders/0 1>5\n") != 0)
		return 5;
	if (store_identify(store, &lasting, &present, &err) != 0 || lasting.len == 0)
		return 6;
	return 0;
}

static void
a_quiet_wal_database_is_looked_at_without_a_trace(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct err err = { 0 };
	char shm[160];
	pid_t child;
	int status;

	sqlite_bench_fill(bench);
	sql(bench, "PRAGMA journal_mode = WAL");
	store = open_bench(bench, STORE_WRITE);
	make_audit(store);
	assert_int_equal(reset(store, "orders", "0", "5", &err), CHANGE_DONE);
	store_close(store);
	outside_close(bench->path);
	assert_int_equal(chmod(bench->directory, 0555), 0);
	child = fork();
	if (child == 0)
		_exit(look_as_nobody(bench));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	snprintf(shm, sizeof(shm), "%s-shm", bench->path);
	assert_int_equal(access(shm, F_OK), -1);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(the_script_makes_what_init_makes),
		TEST(a_path_is_no_statement),
		TEST(no_audit_no_change),
		TEST(an_audit_that_is_altered_is_no_audit),
		TEST(a_trigger_that_reaches_another_row_is_noticed),
		TEST(a_table_of_another_is_no_audit),
		TEST(the_audit_comes_and_goes),
		TEST(two_tables_of_a_database_are_two_stores),
		TEST(our_tables_are_nobodys_checkpoints),
		TEST(a_copy_is_another_file_with_the_same_id),
		TEST(a_quiet_wal_database_is_looked_at_without_a_trace),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
