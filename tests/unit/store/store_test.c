/* SPDX-License-Identifier: MIT
 *
 * The gate: what it refuses before a back end is asked, and what a trace of it says. What
 * holds for all back ends is in tests/store. */
#include "sqlite/sqlite_bench.h"

#include "base/log.h"

static void
every_back_end_is_listed_once(void **state)
{
	(void)state;
	assert_true(store_backend_count() >= 2);
	for (size_t i = 0; i < store_backend_count(); i++) {
		char uri[64];
		const struct store_key *keys;

		assert_true(strlen(store_backend_help(i)) > 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
				store_backend_scheme(i), store_backend_scheme(j));
		snprintf(uri, sizeof(uri), "%s:/x", store_backend_scheme(i));
		assert_true(store_is_uri(uri));
		for (keys = store_keys(uri); keys->name != NULL; keys++)
			/* Of one that is only known in order to be refused. */
			assert_true((*keys->help == '\0') ==
				    (strcmp(keys->name, "servicefile") == 0));
	}
	assert_null(store_keys("nothing:/x")->name);
	assert_string_equal(store_keys("sqlite:/x")->name, "table");
}

static void
a_uri_that_says_nothing_is_refused(void **state)
{
	static const struct {
		const char *uri, *says;
	} uris[] = { { "warehouse", "SCHEME:PATH" },
		{ "mongodb://u:S3cret@h/x", "no store of kind 'mongodb'" },
		{ "sqlite:///var/lib/x.db", "one slash" },
		{ "sqlite:////var/lib/x.db", "one slash" }, { "sqlite:", "sqlite:PATH" },
		{ "dir:/x?table=y", "no setting 'table'; it has name_regex, job_group, "
				    "partition_group" },
		{ "sqlite:/x?table=", "nothing stands behind 'table='" },
		{ "sqlite:/x?xyz=y", "it has table, query, layout, job, job_column" },
		{ "sqlite:/x?tabel=y", "did you mean 'table'?" },
		{ "sqlite:/x?table=a&table=b", "twice" }, { "sqlite:/x%zz", "%25" } };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(*uris); i++) {
		struct store_config config = { .uri = uris[i].uri };
		struct store *store;
		struct err err = { 0 };

		assert_int_equal(store_open(&store, &config, STORE_READ, &err), -1);
		assert_null(store);
		assert_int_equal(err.kind, ERR_USAGE);
		if (strstr(err.text, uris[i].says) == NULL)
			fail_msg("'%s' is not said: %s", uris[i].says, err.text);
		assert_null(strstr(err.text, "S3cret"));
	}
}

static void
a_setting_is_said_once(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store_setting setting = { "table", "checkpoints", "ckptop.conf:3" };
	struct store *store;

	sql(bench, SEED_TABLE);
	bench->config.settings = &setting;
	bench->config.setting_count = 1;
	store = open_bench(bench, STORE_READ);
	store_close(store);
	set_query(bench, "layout=checkpoints");
	store = open_bench(bench, STORE_READ);
	store_close(store);
	set_query(bench, "table=checkpoints");
	assert_not_opened(bench, STORE_READ, ERR_USAGE, SAYS("'table'", "elsewhere"));
}

static void
a_store_without_a_name_is_called_by_its_uri(void **state)
{
	struct sqlite_bench *bench = *state;

	sql(bench, SEED_TABLE);
	bench->config.name = NULL;
	bench->config.read_only = true;
	assert_not_opened(bench, STORE_WRITE, ERR_REFUSED,
		SAYS(bench->uri, "is read-only; nothing was written"));
}

/* --- the trace --- */

static struct str
read_log(const char *path)
{
	struct str text = { 0 };
	FILE *file = fopen(path, "r");
	char line[2048];

	while (fgets(line, sizeof(line), file) != NULL)
		str_add(&text, line);
	fclose(file);
	return text;
}

static void
a_trace_tells_every_call_and_its_outcome(void **state)
{
	static const char *const said[] = { "bench open: sqlite", "bench changed: yes",
		"bench scan: 2 rows, 1 damaged, steady",
		"bench load orders/0: 1 rows, 0 damaged",
		"bench load no/1: FAILED: no checkpoint no/1", "bench head orders/0: 7",
		"bench head: not known", "bench save orders/0: done",
		"bench save orders/0: FAILED: orders/0 is now 5", "bench close" };
	struct sqlite_bench *bench = *state;
	struct change change = { .key = { SPAN("orders"), SPAN("0") },
		.value = SPAN("5") };
	struct store *store;
	struct lines lines = { 0 };
	struct str head = { 0 }, text;
	struct err err = { 0 };
	char log[128];
	bool changed, steady, known;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '1'), ('orders', '1', "
		   "NULL)");
	snprintf(log, sizeof(log), "%s/log", bench->directory);
	assert_int_equal(log_open(log, &err), 0);
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(store_capabilities(store),
		STORE_CAN_SAVE | STORE_CAN_GUARD | STORE_CAN_SQL_HEAD | STORE_CAN_INIT |
			STORE_CAN_OPERATE | STORE_IS_ATOMIC);
	store_changed(store, &changed, &err);
	store_scan(store, add_line, &lines, &steady, &err);
	assert_true(has_fact(store, "table", "2 rows"));
	store_load(store, change.key, add_line, &lines, &err);
	store_sql_head(store, "SELECT 7", change.key, &head, &known, &err);
	store_sql_head(store, "SELECT NULL", (struct key){ SPAN_NONE, SPAN_NONE }, &head,
		&known, &err);
	assert_false(err_is_set(&err));
	store_load(store, (struct key){ SPAN("no"), SPAN("1") }, add_line, &lines, &err);
	err_clear(&err);
	store_save(store, &change, &err);
	change.guard.kind = GUARD_ABSENT;
	store_save(store, &change, &err);
	store_close(store);
	log_close();
	text = read_log(log);
	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
		if (strstr(str_text(&text), said[i]) == NULL)
			fail_msg("'%s' is not in the log:\n%s", said[i], str_text(&text));
	str_free(&text);
	str_free(&head);
	str_free(&lines.text);
}

struct interrupter {
	struct store *store;
	size_t rows;
};

static void
interrupt_at_row(void *arg, const struct ckpt *row)
{
	struct interrupter *interrupter = arg;

	(void)row;
	interrupter->rows++;
	store_interrupt(interrupter->store);
}

/* Through a trace too a call is interrupted in its middle: of 12,000 rows only the first
 * chunk comes. */
static void
an_interrupt_goes_through_a_trace(void **state)
{
	struct sqlite_bench *bench = *state;
	struct interrupter interrupter = { 0 };
	struct err err = { 0 };
	char log[128];
	bool steady;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "12000) INSERT INTO checkpoints SELECT 'a', i, i FROM n");
	snprintf(log, sizeof(log), "%s/log", bench->directory);
	assert_int_equal(log_open(log, &err), 0);
	interrupter.store = open_bench(bench, STORE_READ);
	assert_int_equal(store_scan(interrupter.store, interrupt_at_row, &interrupter,
				 &steady, &err),
		-1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "interrupted"));
	assert_in_range(interrupter.rows, 1, 5000);
	store_close(interrupter.store);
	log_close();
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_back_end_is_listed_once),
		cmocka_unit_test(a_uri_that_says_nothing_is_refused),
		TEST(a_setting_is_said_once),
		TEST(a_store_without_a_name_is_called_by_its_uri),
		TEST(a_trace_tells_every_call_and_its_outcome),
		TEST(an_interrupt_goes_through_a_trace),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
