/* SPDX-License-Identifier: MIT
 *
 * A person's change beside a pipeline that saves all the time, and one that is killed at
 * any moment. */
#include "edits.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static void
make_audited(struct sqlite_bench *bench)
{
	struct store *store;
	struct err err = { 0 };
	bool made;

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	if (store_audit_create(store, &made, &err) != 0)
		fail_msg("%s", err.text);
	store_close(store);
}

/* --- beside a pipeline --- */

static volatile sig_atomic_t told_to_stop;

static void
stop(int number)
{
	(void)number;
	told_to_stop = 1;
}

/* Upserts as the seed does, and writes each save down in the same transaction, where our
 * changes stand as well: so there is one order of all of them. */
static void
save_until_told(struct sqlite_bench *bench)
{
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART };

	/* It does not outlive a test that fails. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigaction(SIGTERM, &action, NULL);
	for (int i = 1; !told_to_stop; i++) {
		sql(bench, "BEGIN IMMEDIATE");
		sql(bench,
			"INSERT INTO ckptop_audit (of_table, op, at, action, job, "
			"\"partition\", old_value, new_value, existed, \"exists\") "
			"SELECT 'checkpoints', 'pipeline', 't', 'save', 'orders', '0', "
			"checkpoint_value, 'save %d', 1, 1 FROM checkpoints",
			i);
		sql(bench,
			"INSERT INTO checkpoints VALUES ('orders', '0', 'save %d', NULL, "
			"'t') ON CONFLICT (job_id, partition_id) DO UPDATE SET "
			"checkpoint_value = EXCLUDED.checkpoint_value",
			i);
		sql(bench, "COMMIT");
		usleep(200);
	}
	outside_kill();
	_exit(0);
}

/* Changes whose old value is not the new value of the change before them: what they
 * replaced nobody saw. */
static const char *
count_unseen(struct sqlite_bench *bench)
{
	return sql(bench,
		"SELECT count(*) FROM (SELECT op, old_value, lag(new_value, 1, '1') OVER "
		"(ORDER BY seq) AS before FROM ckptop_audit) WHERE old_value IS NOT "
		"before");
}

/* Until so many resets are done, which are added to all that were. */
static void
reset_beside(struct sqlite_bench *bench, int many, int *all)
{
	struct store *store = open_bench(bench, STORE_WRITE);
	int done = 0, conflicts = 0;
	char value[32];

	for (int i = 0; done < many || conflicts < 10; i++) {
		struct draft draft;
		struct str seen = image_of(store, "orders", "0"), wanted;
		struct err err = { 0 };
		enum change_result result;

		snprintf(value, sizeof(value), "reset %d", i);
		draft = draft_to("orders", "0", value);
		wanted = draft_of(store, &seen, &draft);
		if (i % 2 == 1)
			usleep(400);
		result = apply_one(
			store, "orders", "0", str_span(&seen), str_span(&wanted), &err);
		if (result != CHANGE_DONE && result != CHANGE_CONFLICT)
			fail_msg("%s", err.text);
		done += result == CHANGE_DONE;
		conflicts += result == CHANGE_CONFLICT;
		str_free(&seen);
		str_free(&wanted);
		assert_true(i < 100 * many);
	}
	store_close(store);
	print_message(
		"%d resets: %d DONE, %d CONFLICT\n", done + conflicts, done, conflicts);
	*all += done;
}

/* X03 pipeline upsert during PG/SQLite reset (SQLite) */
static void
no_save_of_a_pipeline_is_overwritten_unseen(void **state)
{
	struct sqlite_bench *bench = *state;
	int many = getenv("CKPTOP_LONG") != NULL ? 3000 : 60, done = 0;
	char count[16];

	make_audited(bench);
	bench->config.timeout = MINUTE;
	for (int wal = 0; wal < 2; wal++) {
		pid_t child;
		int status;

		if (wal)
			sql(bench, "PRAGMA journal_mode = WAL");
		outside_close(bench->path);
		child = fork();
		if (child == 0)
			save_until_told(bench);
		reset_beside(bench, many, &done);
		assert_int_equal(kill(child, SIGTERM), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_string_equal(count_unseen(bench), "0");
		snprintf(count, sizeof(count), "%d", done);
		assert_string_equal(sql(bench,
					    "SELECT count(*) FROM ckptop_audit WHERE op "
					    "= '%s'",
					    OP),
			count);
	}
}

/* --- killed --- */

/* Two rows of which one operation makes a reset and a delete, and a child that does it
 * and does not live long. */
struct victim {
	struct sqlite_bench *bench;
	struct str seen[2], wanted;
	char id[40];
	pid_t child;
};

static void
make_edits(struct victim *victim, struct edit edits[2])
{
	edits[0] = (struct edit){ .key = { SPAN("orders"), SPAN("0") },
		.seen = str_span(&victim->seen[0]),
		.wanted = str_span(&victim->wanted) };
	edits[1] = (struct edit){ .key = { SPAN("orders"), SPAN("1") },
		.seen = str_span(&victim->seen[1]) };
}

static void
start(struct victim *victim, int round)
{
	struct sqlite_bench *bench = victim->bench;
	struct operation operation;
	struct draft draft;
	struct store *store;
	struct edit edits[2];
	char value[16];

	snprintf(value, sizeof(value), "new %d", round);
	snprintf(victim->id, sizeof(victim->id), "%08d-0000-4000-8000-000000000000",
		round);
	sql(bench, "INSERT OR REPLACE INTO checkpoints VALUES ('orders', '1', 'old', "
		   "NULL, 't')");
	outside_close(bench->path);
	store = open_bench(bench, STORE_WRITE);
	draft = draft_to("orders", "0", value);
	for (int i = 0; i < 2; i++)
		victim->seen[i] = image_of(store, "orders", i == 0 ? "0" : "1");
	victim->wanted = draft_of(store, &victim->seen[0], &draft);
	store_close(store);
	victim->child = fork();
	if (victim->child != 0)
		return;
	if (store_open(&store, &bench->config, STORE_WRITE, &(struct err){ 0 }) != 0)
		_exit(1);
	make_edits(victim, edits);
	operation = operation_of(victim->id);
	operation.at = clock_now() + SECOND;
	_exit(store_apply(store, &operation, edits, 2, &(struct err){ 0 }) == 0 ? 0 : 2);
}

/* All of it is there, or nothing, and whoever is asked says which. Returns whether. */
static bool
finish(struct victim *victim, int round)
{
	struct sqlite_bench *bench = victim->bench;
	struct operation operation = operation_of(victim->id);
	struct store *store = open_bench(bench, STORE_WRITE);
	struct err err = { 0 };
	struct edit edits[2];
	bool made;

	operation.at = clock_now() + SECOND;
	make_edits(victim, edits);
	store_settle(store, &operation, edits, 2, &err);
	made = strcmp(sql(bench,
			      "SELECT checkpoint_value = 'new %d' FROM checkpoints "
			      "WHERE partition_id = '0'",
			      round),
		       "1") == 0;
	for (int i = 0; i < 2; i++) {
		if (edits[i].result != (made ? CHANGE_DONE : CHANGE_FAILED))
			fail_msg("round %d, made %d: %s", round, made, err.text);
		edit_clear(&edits[i]);
		str_free(&victim->seen[i]);
	}
	assert_string_equal(
		sql(bench, "SELECT count(*) FROM checkpoints WHERE partition_id = '1'"),
		made ? "0" : "1");
	assert_string_equal(
		sql(bench, "SELECT count(*) FROM ckptop_audit WHERE op = '%s'",
			victim->id),
		made ? "2" : "0");
	str_free(&victim->wanted);
	store_close(store);
	return made;
}

/* S10 sqlite_kill9_loop
 * How long a victim lives is drawn by lot up to what the first ones needed, so that there
 * are some of both kinds on a machine of any speed. */
static void
killed_at_any_moment_it_is_whole_or_never_was(void **state)
{
	struct sqlite_bench *bench = *state;
	int rounds = getenv("CKPTOP_LONG") != NULL ? 500 : 40;
	struct victim victim = { .bench = bench };
	int64_t needed = 0;
	int made = 0;

	make_audited(bench);
	srand(5);
	for (int round = 0; round < rounds; round++) {
		int64_t begun = clock_monotonic();
		int status;

		if (round == rounds / 2)
			sql(bench, "PRAGMA journal_mode = WAL");
		start(&victim, round);
		if (round >= 3) {
			usleep((useconds_t)(rand() % (needed + needed / 4 + 1)));
			kill(victim.child, SIGKILL);
		}
		assert_int_equal(waitpid(victim.child, &status, 0), victim.child);
		if (round < 3) {
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), 0);
			needed = clock_monotonic() - begun;
		}
		made += finish(&victim, round);
	}
	assert_true(made >= 3);
	assert_string_equal(sql(bench, "PRAGMA integrity_check"), "ok");
	assert_string_equal(
		sql(bench, "SELECT count(*) FROM ckptop_audit a WHERE \"partition\" = "
			   "'0' AND old_value IS NOT (SELECT new_value FROM ckptop_audit "
			   "b WHERE b.\"partition\" = '0' AND b.seq < a.seq ORDER BY seq "
			   "DESC LIMIT 1) AND seq > 1"),
		"0");
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(no_save_of_a_pipeline_is_overwritten_unseen),
		TEST(killed_at_any_moment_it_is_whole_or_never_was),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
