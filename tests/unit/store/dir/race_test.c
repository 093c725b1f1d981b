/* SPDX-License-Identifier: MIT
 * Others who save at the very moment of an edit, and file systems that cannot, fail or
 * lie. Everything happens between two given system calls, never by luck. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edits.h"
#include "hooks.h"

#define SEEN "{\"value\": 5}"

/* What others do; the directory is that of the test. */
static const struct scratch *place;
static char ours[256]; /* the text of the new version */

static void
save_a(void)
{
	put_file(place, "orders_0.json", "{\"value\": \"A\"}");
}

static void
save_b(void)
{
	put_file(place, "orders_0.json", "{\"value\": \"B\"}");
}

static void
save_c(void)
{
	put_file(place, "orders_0.json", "{\"value\": \"C\"}");
}

static void
save_like_ours(void)
{
	put_file(place, "orders_0.json", ours);
}

static void
rewrite_b(void)
{
	overwrite_file(place, "orders_0.json", "{\"value\": \"B\"}");
}

static void
remove_it(void)
{
	remove_file(place, "orders_0.json");
}

static void
put_link(void)
{
	unlinkat(place->fd, "orders_0.json", 0);
	assert_int_equal(symlinkat("/etc/passwd", place->fd, "orders_0.json"), 0);
}

enum what { RESET, DELETE, RESTORE };

/* One race: what others do before (or after) the N-th rename. */
struct race {
	const char *name;
	enum what what;
	struct hook hooks[4];
	const char *result;
	const char *left;  /* in place after it; NULL: no file */
	const char *found; /* a part of edit.found; NULL: none */
};

#define A    "{\"value\": \"A\"}"
#define B    "{\"value\": \"B\"}"
#define C    "{\"value\": \"C\"}"
#define OURS "ours"
#define BEFORE(call, number, act)                                                        \
	{                                                                                \
		call, number, HOOK_BEFORE, act, 0                                        \
	}
#define AFTER(call, number, act)                                                         \
	{                                                                                \
		call, number, HOOK_AFTER, act, 0                                         \
	}

static const struct race races[] = {
	{ "nobody", RESET, { { 0 } }, "done", OURS, NULL },
	{ "saved before the exchange", RESET, { BEFORE("renameat2", 1, save_a) },
		"conflict", A, "A" },
	{ "and again before it goes back", RESET,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, save_b) },
		"conflict", B, "B" },
	{ "and once more", RESET,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, save_b),
			BEFORE("renameat2", 3, save_c) },
		"conflict", C, "C" },
	/* Bytes of ours that somebody else has put there are not ours. */
	{ "and then what we wanted", RESET,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, save_b),
			BEFORE("renameat2", 3, save_like_ours) },
		"conflict", OURS, OURS },
	/* Nor is a new file what we had put there, with the very same bytes. */
	{ "and then what was before", RESET,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, save_b),
			BEFORE("renameat2", 3, save_a) },
		"conflict", A, "A" },
	{ "rewritten in place before it goes back", RESET,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, rewrite_b) },
		"conflict", B, "B" },
	{ "removed before the exchange", RESET, { BEFORE("renameat2", 1, remove_it) },
		"conflict", NULL, NULL },
	{ "removed before it goes back", RESET,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, remove_it) },
		"conflict", NULL, NULL },
	{ "saved after the exchange", RESET, { AFTER("renameat2", 1, save_a) }, "done", A,
		NULL },
	{ "made a link", RESET, { BEFORE("renameat2", 1, put_link) }, "conflict",
		"a link", NULL },
	{ "deleted, nobody", DELETE, { { 0 } }, "done", NULL, NULL },
	{ "deleted, saved before", DELETE, { BEFORE("renameat2", 1, save_a) }, "conflict",
		A, "A" },
	{ "deleted, saved before and again", DELETE,
		{ BEFORE("renameat2", 1, save_a), BEFORE("renameat2", 2, save_b) },
		"conflict", B, "B" },
	{ "deleted, removed before", DELETE, { BEFORE("renameat2", 1, remove_it) },
		"conflict", NULL, NULL },
	{ "deleted, saved after", DELETE, { AFTER("renameat2", 1, save_a) }, "done", A,
		NULL },
	{ "deleted, a link", DELETE, { BEFORE("renameat2", 1, put_link) }, "conflict",
		"a link", NULL },
	{ "brought back, nobody", RESTORE, { { 0 } }, "done", OURS, NULL },
	{ "brought back, saved before", RESTORE, { BEFORE("renameat2", 1, save_a) },
		"conflict", A, "A" },
	{ "brought back, saved after", RESTORE, { AFTER("renameat2", 1, save_a) }, "done",
		A, NULL },
};

static void
prepare(struct opened *opened, struct reset *reset, enum what what)
{
	char *text;

	put_file(place, "orders_0.json", SEEN);
	reset_prepare(opened, reset, "4");
	if (what == DELETE)
		reset->edit.wanted = SPAN_NONE;
	if (what == RESTORE) {
		reset->edit.seen = SPAN_NONE;
		remove_file(place, "orders_0.json");
	}
	/* What it will look like. */
	text = strstr(reset->wanted.text, "\"bytes\": \"") + strlen("\"bytes\": \"");
	snprintf(ours, sizeof(ours), "%s", text);
	*strstr(ours, "}\"}") = '\0';
	strcat(ours, "}");
	for (char *from = ours, *to = ours; (*to = *from) != '\0'; from++)
		to += *from != '\\';
}

static void
assert_left(const char *expected)
{
	char target[32] = "";

	if (expected != NULL && strcmp(expected, "a link") == 0)
		assert_int_equal(readlinkat(place->fd, "orders_0.json", target,
					 sizeof(target) - 1),
			strlen("/etc/passwd"));
	else
		assert_text(place, "orders_0.json",
			expected != NULL && strcmp(expected, OURS) == 0 ? ours
									: expected);
	unlinkat(place->fd, "orders_0.json", 0);
	assert_int_equal(scratch_count(place, false), 0);
}

static void
run(struct opened *opened, const struct race *race)
{
	struct reset reset;
	const char *result;

	hooks_clear();
	prepare(opened, &reset, race->what);
	for (int i = 0; i < 4 && race->hooks[i].number > 0; i++) {
		const struct hook *hook = &race->hooks[i];

		hook_add(hook->call, hook->number, hook->kind, hook->act, hook->error);
	}
	result = apply_edit(opened, &reset.edit);
	hooks_clear();
	if (strcmp(result, race->result) != 0)
		fail_msg("%s: %s: %s", race->name, result, reset.edit.err.text);
	if (race->found == NULL)
		assert_int_equal(reset.edit.found.len, 0);
	else if (strcmp(race->found, OURS) != 0)
		assert_non_null(strstr(reset.edit.found.text, race->found));
	else
		assert_true(store_image_same(opened->store, str_span(&reset.edit.found),
			str_span(&reset.wanted)));
	assert_left(race->left);
	reset_free(&reset);
}

static void
run_all(const struct scratch *scratch, const struct race *list, size_t count)
{
	struct opened *opened;

	place = scratch;
	opened = open_dir_store(place, STORE_WRITE, "");
	for (size_t i = 0; i < count; i++)
		run(opened, &list[i]);
	close_store(opened);
}

static void
the_newest_stays(void **state)
{
	run_all(*state, races, sizeof(races) / sizeof(*races));
}

/* --- file systems --- */

/* F24 nfs_rename_lost_reply */
static void
a_rename_may_fail_or_lie(void **state)
{
	static const struct race cases[] = {
		{ "not done", RESET, { { "renameat2", 1, HOOK_FAIL, NULL, EIO } },
			"failed", SEEN, NULL },
		{ "done all the same", RESET, { { "renameat2", 1, HOOK_LIE, NULL, EIO } },
			"done", OURS, NULL },
		{ "not permitted", RESET, { { "renameat2", 1, HOOK_FAIL, NULL, EPERM } },
			"failed", SEEN, NULL },
		{ "done, and said not to be there", RESET,
			{ { "renameat2", 1, HOOK_LIE, NULL, ENOENT } }, "done", OURS,
			NULL },
		{ "deleted: not done", DELETE,
			{ { "renameat2", 1, HOOK_FAIL, NULL, EIO } }, "failed", SEEN,
			NULL },
		{ "deleted: done all the same", DELETE,
			{ { "renameat2", 1, HOOK_LIE, NULL, EIO } }, "done", NULL, NULL },
		{ "deleted: done, and said not to be there", DELETE,
			{ { "renameat2", 1, HOOK_LIE, NULL, ENOENT } }, "done", NULL,
			NULL },
		{ "brought back: not done", RESTORE,
			{ { "renameat2", 1, HOOK_FAIL, NULL, EIO } }, "failed", NULL,
			NULL },
		{ "brought back: done all the same", RESTORE,
			{ { "renameat2", 1, HOOK_LIE, NULL, EIO } }, "done", OURS, NULL },
		{ "brought back: done, and said to be occupied", RESTORE,
			{ { "renameat2", 1, HOOK_LIE, NULL, EEXIST } }, "done", OURS,
			NULL },
		{ "put back: done all the same", RESET,
			{ BEFORE("renameat2", 1, save_a),
				{ "renameat2", 2, HOOK_LIE, NULL, EIO } },
			"conflict", A, "A" },
	};

	run_all(*state, cases, sizeof(cases) / sizeof(*cases));
}

/* What was displaced cannot be compared: it goes back, also where nothing can be read any
 * more. */
static void
what_cannot_be_read_goes_back(void **state)
{
	static const enum what whats[] = { RESET, DELETE };
	struct opened *opened;
	struct reset reset;

	place = *state;
	opened = open_dir_store(place, STORE_WRITE, "");
	for (int i = 0; i < 4; i++) {
		hooks_clear();
		prepare(opened, &reset, whats[i / 2]);
		for (int number = 2; number < 2 + (i % 2 ? 4 : 1); number++)
			hook_add("read", number, HOOK_FAIL, NULL, EIO);
		assert_string_equal(apply_edit(opened, &reset.edit), "failed");
		hooks_clear();
		assert_non_null(strstr(reset.edit.err.text, "nothing was written"));
		assert_left(SEEN);
		reset_free(&reset);
	}
	close_store(opened);
}

/* What could not be put back is not thrown away, and nobody says what is not known. */
static void
what_cannot_be_put_back_is_kept(void **state)
{
	static const enum what whats[] = { RESET, DELETE };
	struct opened *opened;
	struct reset reset;

	place = *state;
	opened = open_dir_store(place, STORE_WRITE, "");
	for (size_t i = 0; i < 2; i++) {
		hooks_clear();
		prepare(opened, &reset, whats[i]);
		hook_add("renameat2", 1, HOOK_BEFORE, save_a, 0);
		hook_add("renameat2", 2, HOOK_FAIL, NULL, EIO);
		assert_string_equal(apply_edit(opened, &reset.edit), "unknown");
		hooks_clear();
		assert_non_null(strstr(reset.edit.err.text, ".ckptop-" OP "-0"));
		assert_text(place, ".ckptop-" OP "-0", A);
		/* And later it is. */
		assert_string_equal(settle_edit(opened, &reset.edit), "failed");
		assert_left(A);
		reset_free(&reset);
	}
	close_store(opened);
}

/* No exchange: somebody must take it upon himself that saves go unseen. */
static void
without_exchange_it_must_be_accepted(void **state)
{
	struct opened *opened;
	struct reset reset;

	place = *state;
	opened = open_dir_store(place, STORE_WRITE, "");
	hooks_clear();
	prepare(opened, &reset, RESET);
	hook_add("renameat2", 1, HOOK_FAIL, NULL, EINVAL);
	assert_string_equal(apply_edit(opened, &reset.edit), "failed");
	assert_int_equal(reset.edit.err.kind, ERR_REFUSED);
	assert_non_null(strstr(reset.edit.err.text, "unseen"));
	assert_text(place, "orders_0.json", SEEN);
	assert_int_equal(scratch_count(place, false), 1);
	/* Accepted, it is compared once more. */
	hooks_clear();
	hook_add("renameat2", 1, HOOK_FAIL, NULL, EINVAL);
	hook_add("renameat2", 1, HOOK_BEFORE, save_a, 0);
	reset.edit.accepted = EDIT_UNGUARDED;
	assert_string_equal(apply_edit(opened, &reset.edit), "conflict");
	assert_text(place, "orders_0.json", A);
	put_file(place, "orders_0.json", SEEN);
	hooks_clear();
	hook_add("renameat2", 1, HOOK_FAIL, NULL, EINVAL);
	assert_string_equal(apply_edit(opened, &reset.edit), "done");
	hooks_clear();
	assert_left(OURS);
	reset_free(&reset);
	close_store(opened);
}

/* Where renames know no flags, a file is moved away and brought back guarded all the
 * same. */
static void
without_flags_it_is_guarded(void **state)
{
	static const struct race cases[] = {
		{ "deleted", DELETE, { { "renameat2", 1, HOOK_FAIL, NULL, EINVAL } },
			"done", NULL, NULL },
		{ "deleted, saved before", DELETE,
			{ { "renameat2", 1, HOOK_FAIL, NULL, EINVAL },
				BEFORE("renameat", 1, save_a),
				{ "renameat2", 2, HOOK_FAIL, NULL, EINVAL } },
			"conflict", A, "A" },
		{ "deleted, saved before and again", DELETE,
			{ { "renameat2", 1, HOOK_FAIL, NULL, EINVAL },
				BEFORE("renameat", 1, save_a),
				{ "renameat2", 2, HOOK_FAIL, NULL, EINVAL },
				BEFORE("linkat", 1, save_b) },
			"conflict", B, "B" },
		{ "brought back", RESTORE,
			{ { "renameat2", 1, HOOK_FAIL, NULL, EINVAL } }, "done", OURS,
			NULL },
		{ "brought back, saved before", RESTORE,
			{ { "renameat2", 1, HOOK_FAIL, NULL, EINVAL },
				BEFORE("linkat", 1, save_a) },
			"conflict", A, "A" },
	};

	run_all(*state, cases, sizeof(cases) / sizeof(*cases));
}

/* --- fsync --- */

/* F20 fsync_EIO */
static void
a_failed_sync_is_not_tried_again(void **state)
{
	static const struct {
		enum what what;
		int number; /* of the fsync() */
		const char *result, *left;
	} cases[] = {
		{ RESET, 1, "failed", SEEN },
		{ RESET, 2, "unknown", OURS },
		{ DELETE, 1, "unknown", NULL },
		{ RESTORE, 1, "failed", NULL },
		{ RESTORE, 2, "unknown", OURS },
	};
	struct opened *opened;
	struct reset reset;

	place = *state;
	opened = open_dir_store(place, STORE_WRITE, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *result;

		hooks_clear();
		prepare(opened, &reset, cases[i].what);
		hook_add("fsync", cases[i].number, HOOK_FAIL, NULL, EIO);
		result = apply_edit(opened, &reset.edit);
		assert_string_equal(result, cases[i].result);
		/* No other was asked for, which would have said that all is well. */
		assert_int_equal(hooks.made[0], cases[i].number);
		hooks_clear();
		if (strcmp(result, "unknown") == 0)
			assert_string_equal(settle_edit(opened, &reset.edit), "done");
		assert_left(cases[i].left);
		reset_free(&reset);
	}
	close_store(opened);
}

/* --- attacks --- */

/* F23 tmpdir_attacks */
static void
a_name_that_is_there_is_not_used(void **state)
{
	struct opened *opened;
	struct reset reset;
	char outside[sizeof(place->path) + 16];

	place = *state;
	opened = open_dir_store(place, STORE_WRITE, "");
	snprintf(outside, sizeof(outside), "%s/outside", place->path);
	for (enum what what = RESET; what <= RESTORE; what++)
		for (int way = 0; way < 3; way++) {
			hooks_clear();
			prepare(opened, &reset, what);
			put_file(place, "outside", "precious");
			if (way == 0)
				put_file(place, ".ckptop-" OP "-0", "precious");
			else
				assert_int_equal(symlinkat(way == 1 ? outside : "nowhere",
							 place->fd, ".ckptop-" OP "-0"),
					0);
			assert_string_equal(apply_edit(opened, &reset.edit), "failed");
			assert_text(place, "outside", "precious");
			assert_int_equal(unlinkat(place->fd, ".ckptop-" OP "-0", 0), 0);
			remove_file(place, "outside");
			assert_left(what == RESTORE ? NULL : SEEN);
			reset_free(&reset);
		}
	close_store(opened);
}

/* An id is a part of a name. */
static void
an_id_leads_nowhere_else(void **state)
{
	static const char *const ids[] = { "", "../x", "a/b", "a b", "\xff" };
	struct opened *opened;
	struct reset reset;

	place = *state;
	opened = open_dir_store(place, STORE_WRITE, "");
	hooks_clear();
	prepare(opened, &reset, RESET);
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct operation operation = operation_of(ids[i]);
		struct err err = { 0 };

		assert_int_equal(
			store_apply(opened->store, &operation, &reset.edit, 1, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	assert_left(SEEN);
	reset_free(&reset);
	close_store(opened);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_newest_stays),
		T(a_rename_may_fail_or_lie),
		T(what_cannot_be_read_goes_back),
		T(what_cannot_be_put_back_is_kept),
		T(without_exchange_it_must_be_accepted),
		T(without_flags_it_is_guarded),
		T(a_failed_sync_is_not_tried_again),
		T(a_name_that_is_there_is_not_used),
		T(an_id_leads_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
