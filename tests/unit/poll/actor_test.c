/* SPDX-License-Identifier: MIT
 * The actor: with its thread, and round by round. What a change is and does is tested
 * where that is made; here it is who gets which answer. */
#include "poll/actor_inside.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../base/scratch.h"
#include "action/place.h"
#include "base/clock.h"

/* Only for what never comes: a test that has to wait so long has failed. */
#define WATCHDOG 20000 /* milliseconds */

struct bench {
	void *scratch;
	char file[PATH_MAX + 32], uri[PATH_MAX + 16], journal[PATH_MAX + 32];
	struct store_config store;
	struct config config;
};

static const char *const environment[] = { NULL };
static const struct key orders = { { "orders", 6 }, { "0", 1 } };

static void
put_value(struct bench *bench, int value)
{
	FILE *file = fopen(bench->file, "w");

	assert_non_null(file);
	fprintf(file,
		"{\"value\": %d, \"metadata\": {}, \"timestamp\": "
		"\"2026-11-22T03:00:00Z\"}",
		value);
	assert_int_equal(fclose(file), 0);
}

static void
assert_value(struct bench *bench, const char *value)
{
	char text[512] = "", wanted[64];
	FILE *file = fopen(bench->file, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	snprintf(wanted, sizeof(wanted), "\"value\": %s,", value);
	if (strstr(text, wanted) == NULL)
		fail_msg("the file has %s", text);
}

static int
make_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const char *directory;

	if (bench == NULL || scratch_make(&bench->scratch) != 0)
		return -1;
	directory = ((const struct scratch *)bench->scratch)->path;
	snprintf(bench->file, sizeof(bench->file), "%s/orders_0.json", directory);
	snprintf(bench->uri, sizeof(bench->uri), "dir:%s", directory);
	snprintf(bench->journal, sizeof(bench->journal), "%s/journal.jsonl", directory);
	bench->store = (struct store_config){
		.name = "files", .uri = bench->uri, .value_is_last = true
	};
	bench->config = (struct config){ .stores = &bench->store, .store_count = 1 };
	bench->config.env.name = "";
	bench->config.env.journal = bench->journal;
	bench->config.env.confirm_step = 1000;
	put_value(bench, 50);
	*state = bench;
	return 0;
}

static int
free_bench(void **state)
{
	struct bench *bench = *state;
	int result = scratch_remove(&bench->scratch);

	free(bench);
	return result;
}

static struct actor *
new_actor(struct bench *bench)
{
	struct actor *actor = NULL;
	struct err err = { 0 };

	if (actor_new(&actor, &bench->config, environment, NULL, &err) != 0)
		fail_msg("%s", err.text);
	return actor;
}

static struct actor_wish
wish_to(const char *target, uint64_t serial)
{
	return (struct actor_wish){ .serial = serial,
		.store = "files",
		.kind = WISH_RESET,
		.keys = &orders,
		.key_count = 1,
		.target = span_of(target),
		.reason = SPAN("INC-1") };
}

static void
ask(struct actor *actor, const char *target, uint64_t serial)
{
	struct actor_wish wish = wish_to(target, serial);

	actor_look(actor, &wish);
}

/* The only answer there is. */
static struct answer *
take(struct actor *actor, enum answer_kind kind)
{
	struct answer *answer = actor_take(actor);

	assert_non_null(answer);
	if (answer->kind != kind)
		fail_msg("it is another answer: %s %s", str_text(&answer->text),
			answer->err.text);
	assert_null(actor_take(actor));
	return answer;
}

/* Confirms the plan of an answer; the answer is freed. */
static struct plan *
confirmed(struct answer *answer)
{
	const struct plan_answer yes = { .yes = true, .name = SPAN("orders") };
	struct plan *plan = answer->plan;
	struct err err = { 0 };

	assert_non_null(plan);
	answer->plan = NULL;
	answer_free(answer);
	if (plan_confirm(plan, &yes, &err) != 0)
		fail_msg("%s", err.text);
	return plan;
}

/* --- round by round --- */

static void
an_answer_says_whose_it_is(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct actor_wish wish = wish_to("-10", 7);
	struct answer *answer;
	size_t count;

	wish.revision = 3;
	actor_look(actor, &wish);
	actor_round(actor);
	answer = take(actor, ANSWER_PLAN);
	assert_int_equal(answer->serial, 7);
	assert_int_equal(answer->revision, 3);
	assert_true(span_is(plan_rows(answer->plan, &count)->new_value, "40"));
	answer_free(answer);
	/* It looks again each time, until it is told to forget. */
	put_value(bench, 60);
	actor_round(actor);
	answer = take(actor, ANSWER_PLAN);
	assert_true(span_is(plan_rows(answer->plan, &count)->new_value, "50"));
	answer_free(answer);
	actor_forget(actor);
	actor_round(actor);
	assert_null(actor_take(actor));
	assert_true(actor_stop(actor));
}

static void
of_plans_only_the_newest_is_kept(void **state)
{
	struct actor *actor = new_actor(*state);
	struct answer *answer;

	for (uint64_t serial = 1; serial < 5; serial++) {
		ask(actor, "-10", serial);
		actor_round(actor);
	}
	answer = take(actor, ANSWER_PLAN);
	assert_int_equal(answer->serial, 4);
	answer_free(answer);
	/* Of wishes, too: the ones before were asked in vain. */
	ask(actor, "-10", 5);
	ask(actor, "-10", 6);
	actor_round(actor);
	answer = take(actor, ANSWER_PLAN);
	assert_int_equal(answer->serial, 6);
	answer_free(answer);
	assert_true(actor_stop(actor));
}

static void
why_there_is_no_plan_is_an_answer(void **state)
{
	static const struct {
		const char *target, *store, *says;
	} cases[] = {
		{ "tomorrow", "files", "tomorrow" },
		{ "-10", "elsewhere", "none of the stores here" },
		{ "-51", "files", "below zero" },
	};
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct answer *answer;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct actor_wish wish = wish_to(cases[i].target, i + 1);

		wish.store = cases[i].store;
		actor_look(actor, &wish);
		actor_round(actor);
		answer = take(actor, ANSWER_PLAN);
		assert_null(answer->plan);
		if (strstr(answer->err.text, cases[i].says) == NULL)
			fail_msg("it says %s", answer->err.text);
		answer_free(answer);
	}
	bench->config.env.journal = NULL;
	ask(actor, "-10", 9);
	actor_round(actor);
	answer = take(actor, ANSWER_PLAN);
	assert_int_equal(answer->err.kind, ERR_REFUSED);
	answer_free(answer);
	assert_true(actor_stop(actor));
}

/* Ten less, which is planned, confirmed and done; answer_free() what came of it. */
static struct answer *
do_it(struct actor *actor)
{
	ask(actor, "-10", 1);
	actor_round(actor);
	actor_apply(actor, 1, confirmed(take(actor, ANSWER_PLAN)));
	actor_round(actor);
	return take(actor, ANSWER_OUTCOME);
}

/* As u on a line of the audit that only the store has. */
static void
an_undo_of_what_another_journal_has_says_whose_it_is(void **state)
{
	struct bench *bench = *state;
	struct actor_wish wish = { .serial = 2, .store = "files", .kind = WISH_UNDO };
	struct actor *actor;
	struct answer *answer;
	struct err err = { 0 };
	char op[9];
	bool made;

	assert_int_equal(place_make_audit(&bench->store, &made, &err), 0);
	actor = new_actor(bench);
	answer = do_it(actor);
	memcpy(op, strstr(str_text(&answer->text), "operation ") + strlen("operation "),
		8);
	op[8] = '\0';
	answer_free(answer);
	assert_true(actor_stop(actor));
	strcat(bench->journal, ".other");
	wish.undo_of = span_of(op);
	actor = new_actor(bench);
	actor_look(actor, &wish);
	actor_round(actor);
	answer = take(actor, ANSWER_PLAN);
	assert_null(answer->plan);
	assert_int_equal(answer->err.kind, ERR_REFUSED);
	assert_non_null(strstr(answer->err.text, "(reset orders/0 50 -> 40, by "));
	assert_non_null(strstr(answer->err.text, "in your journal /"));
	assert_non_null(strstr(answer->err.text,
		": ckptop -s files reset --to 50 --reason TEXT orders/0"));
	answer_free(answer);
	assert_true(actor_stop(actor));
	assert_value(bench, "40");
}

static void
what_was_confirmed_is_done_once(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct answer *answer = do_it(actor);

	assert_false(err_is_set(&answer->err));
	assert_non_null(strstr(str_text(&answer->text), "50 -> 40, read back ok"));
	assert_int_equal(answer->serial, 1);
	answer_free(answer);
	assert_value(bench, "40");
	/* Nothing is looked at any more, and nothing is left to be done. */
	actor_round(actor);
	assert_null(actor_take(actor));
	assert_value(bench, "40");
	assert_true(actor_stop(actor));
}

static void
what_is_saved_over_it_is_news(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct answer *answer;

	answer_free(do_it(actor));
	put_value(bench, 77);
	actor_round(actor);
	answer = take(actor, ANSWER_NEWS);
	assert_non_null(strstr(str_text(&answer->text), "OVERWRITTEN: 1 of 1"));
	assert_non_null(strstr(str_text(&answer->text), "is 77"));
	answer_free(answer);
	/* That is said once. */
	actor_round(actor);
	assert_null(actor_take(actor));
	assert_true(actor_stop(actor));
}

static void
put_away(struct bench *bench)
{
	assert_int_equal(unlink(bench->file), 0);
	assert_int_equal(mkdir(bench->file, 0700), 0);
}

static void
what_cannot_be_watched_stays_done(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct answer *answer;

	ask(actor, "-10", 1);
	actor_round(actor);
	actor_apply(actor, 1, confirmed(take(actor, ANSWER_PLAN)));
	actor_round(actor);
	answer_free(take(actor, ANSWER_OUTCOME));
	put_away(bench);
	actor_round(actor);
	answer = take(actor, ANSWER_NEWS);
	assert_non_null(strstr(str_text(&answer->text),
		" was done and read back, but whether it stays cannot be seen now: "));
	assert_non_null(strstr(str_text(&answer->text), "is not a regular file"));
	assert_null(strstr(str_text(&answer->text), "written"));
	assert_null(strstr(str_text(&answer->text), "changed"));
	answer_free(answer);
	/* That is said once, and it is looked at again. */
	actor_round(actor);
	assert_null(actor_take(actor));
	assert_int_equal(rmdir(bench->file), 0);
	put_value(bench, 77);
	actor_round(actor);
	answer = take(actor, ANSWER_NEWS);
	assert_non_null(strstr(str_text(&answer->text), "OVERWRITTEN: 1 of 1"));
	answer_free(answer);
	assert_true(actor_stop(actor));
}

static void
put_journal(const struct bench *bench, const char *text)
{
	FILE *file = fopen(bench->journal, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_int_equal(fclose(file), 0);
}

static void
expect_refused(struct actor *actor, const char *text)
{
	struct answer *answer;

	actor_round(actor);
	answer = take(actor, ANSWER_PLAN);
	assert_null(answer->plan);
	assert_int_equal(answer->err.kind, ERR_REFUSED);
	if (strstr(answer->err.text, text) == NULL)
		fail_msg("%s", answer->err.text);
	answer_free(answer);
}

/* Nobody types a confirmation for what could not be recorded then. */
static void
a_journal_that_takes_nothing_is_told_of_before(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct rlimit before, limit;
	struct answer *answer;

	put_journal(bench, "{\"a\": 1}\n");
	ask(actor, "-10", 1);
	expect_refused(actor, "holds no record of ckptop at its end");
	/* It is looked at again. */
	put_journal(bench, "");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ 1024, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_refused(actor, "has no room for this change and for what becomes of it");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	actor_round(actor);
	actor_apply(actor, 1, confirmed(take(actor, ANSWER_PLAN)));
	/* Room that is taken away in between still refuses. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	actor_round(actor);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	answer = take(actor, ANSWER_OUTCOME);
	assert_non_null(strstr(str_text(&answer->text), "NOT written: the journal "));
	answer_free(answer);
	assert_value(bench, "50");
	assert_true(actor_stop(actor));
}

/* The plan of one dialog, while another one is open. */
static void
another_ones_plan_is_not_done(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct plan *plan;
	struct answer *answer;

	ask(actor, "-10", 1);
	actor_round(actor);
	plan = confirmed(take(actor, ANSWER_PLAN));
	ask(actor, "-20", 2);
	actor_round(actor);
	answer_free(take(actor, ANSWER_PLAN));
	actor_apply(actor, 1, plan);
	actor_round(actor);
	answer = take(actor, ANSWER_OUTCOME);
	assert_true(err_is_set(&answer->err));
	assert_non_null(strstr(str_text(&answer->text), "NOT written"));
	answer_free(answer);
	assert_value(bench, "50");
	assert_true(actor_stop(actor));
}

/* --- the thread --- */

/* What writing this file says; the bytes of it that are there. */
static void
write_file(struct actor *actor, const char *path, const char *says)
{
	struct answer *answer;

	actor_write_file(actor, path, SPAN("{}\n"));
	actor_round(actor);
	answer = take(actor, ANSWER_FILE);
	if (strstr(str_text(&answer->text), says) == NULL)
		fail_msg("it says %s", str_text(&answer->text));
	answer_free(answer);
}

/* A file for a person is a new one, and his alone. */
static void
a_file_is_written_over_nothing(void **state)
{
	struct bench *bench = *state;
	struct actor *actor = new_actor(bench);
	struct scratch *scratch = bench->scratch;
	char path[PATH_MAX + 32];
	struct rlimit before, limit;
	struct stat status;
	mode_t mask = umask(0);

	snprintf(path, sizeof(path), "%s/export", scratch->path);
	write_file(actor, path, "wrote /");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, 3);
	assert_int_equal(truncate(path, 1), 0);
	write_file(actor, path, "is there already; nothing was written");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 1);
	assert_int_equal(unlink(path), 0);
	/* Not where a link leads either. */
	assert_int_equal(symlink("elsewhere", path), 0);
	write_file(actor, path, "is there already; nothing was written");
	assert_int_equal(faccessat(scratch->fd, "elsewhere", F_OK, 0), -1);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/no/such/place", scratch->path);
	write_file(actor, path, "cannot be made; nothing was written");
	/* What is not whole is not left. */
	snprintf(path, sizeof(path), "%s/export", scratch->path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = (struct rlimit){ 1, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	write_file(actor, path, "could not be written whole and was removed again");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(access(path, F_OK), -1);
	umask(mask);
	/* What nobody has written yet ends with it. */
	actor_write_file(actor, path, SPAN("{}\n"));
	assert_true(actor_stop(actor));
}

static void
its_thread_answers_and_ends(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i < 8; i++) {
		struct pollfd news = { .events = POLLIN };
		struct actor *actor = NULL;
		struct err err = { 0 };

		if (actor_start(&actor, &bench->config, environment, &err) != 0)
			fail_msg("%s", err.text);
		news.fd = actor_fd(actor);
		if (i % 4 > 0)
			ask(actor, "-10", 1);
		if (i % 4 > 1)
			assert_int_equal(poll(&news, 1, WATCHDOG), 1);
		if (i % 4 > 2) {
			struct answer *answer = actor_take(actor);

			assert_non_null(answer);
			assert_int_equal(answer->kind, ANSWER_PLAN);
			answer_free(answer);
		}
		/* What nobody took ends with it. */
		assert_true(actor_stop(actor));
	}
	assert_true(actor_stop(NULL));
	assert_value(bench, "50");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, free_bench)
		TEST(an_answer_says_whose_it_is),
		TEST(of_plans_only_the_newest_is_kept),
		TEST(why_there_is_no_plan_is_an_answer),
		TEST(an_undo_of_what_another_journal_has_says_whose_it_is),
		TEST(what_was_confirmed_is_done_once),
		TEST(what_is_saved_over_it_is_news),
		TEST(what_cannot_be_watched_stays_done),
		TEST(a_journal_that_takes_nothing_is_told_of_before),
		TEST(another_ones_plan_is_not_done),
		TEST(a_file_is_written_over_nothing),
		TEST(its_thread_answers_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
