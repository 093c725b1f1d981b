/* SPDX-License-Identifier: MIT
 * What became of an edit whose maker died: at every system call that changes something,
 * alone and while others save. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edits.h"
#include "hooks.h"

#include <sys/wait.h>

#define SEEN "{\"value\": 5}"
#define A    "{\"value\": \"A\"}"
#define B    "{\"value\": \"B\"}"
#define OWN  ".ckptop-" OP "-0"

enum what { RESET, DELETE, RESTORE };

static const struct scratch *place;

static void
save_a(void)
{
	put_file(place, "orders_0.json", A);
}

/* Some time later, which coarse clocks need not show. */
static void
save_b(void)
{
	put_file(place, "orders_0.json", B);
	set_mtime(place, "orders_0.json", time(NULL) + 10);
}

/* --- a scene --- */

struct scene {
	enum what what;
	bool audited;
	struct opened *opened;
	struct reset reset;
	struct str ours; /* the text of the new version */
};

static void
read_bytes(struct scene *scene)
{
	char *text;

	/* Made once, to see what it is. */
	assert_string_equal(apply_edit(scene->opened, &scene->reset.edit), "done");
	text = file_text(place, "orders_0.json");
	str_add(&scene->ours, text);
	free(text);
}

static struct scene
scene_open(enum what what, bool audited)
{
	struct scene scene = { .what = what, .audited = audited };
	struct err err = { 0 };
	bool made;

	hooks_clear();
	scratch_count(place, true);
	scene.opened = open_dir_store(place, STORE_WRITE, "");
	put_file(place, "orders_0.json", SEEN);
	reset_prepare(scene.opened, &scene.reset, "4");
	read_bytes(&scene);
	put_file(place, "orders_0.json", SEEN);
	if (audited)
		assert_int_equal(store_audit_create(scene.opened->store, &made, &err), 0);
	if (what == DELETE)
		scene.reset.edit.wanted = SPAN_NONE;
	if (what == RESTORE) {
		scene.reset.edit.seen = SPAN_NONE;
		remove_file(place, "orders_0.json");
	}
	return scene;
}

static void
scene_close(struct scene *scene)
{
	hooks_clear();
	reset_free(&scene->reset);
	str_free(&scene->ours);
	close_store(scene->opened);
}

static const char *
old_text(const struct scene *scene)
{
	return scene->what == RESTORE ? NULL : SEEN;
}

static const char *
new_text(const struct scene *scene)
{
	return scene->what == DELETE ? NULL : scene->ours.text;
}

static bool
is_there(const char *expected)
{
	char *text = file_text(place, "orders_0.json");
	bool same = expected == NULL || text == NULL ? expected == text
						     : strcmp(text, expected) == 0;

	free(text);
	return same;
}

static void
count_row(void *arg, const struct audit_row *row)
{
	(void)row;
	++*(int *)arg;
}

/* Nothing lies about, and the audit tells of what was done and of nothing else. */
static void
assert_clean(struct scene *scene, bool done)
{
	struct err err = { 0 };
	int rows = 0;

	assert_int_equal(faccessat(place->fd, OWN, F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(scratch_count(place, false),
		(faccessat(place->fd, "orders_0.json", F_OK, 0) == 0) + scene->audited);
	assert_int_equal(
		store_audit_read(scene->opened->store, count_row, &rows, &err), 0);
	assert_int_equal(rows, scene->audited && done);
}

/* --- deaths --- */

/* Applies in a child that dies at the N-th call. False: it came to no such call. */
static bool
dies_at(struct scene *scene, int number, enum hook_kind kind)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct opened *opened = open_dir_store(place, STORE_WRITE, "");

		hook_add(NULL, number, kind, NULL, 0);
		apply_edit(opened, &scene->reset.edit);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 9;
}

/* Nobody else saves: it is known whether it was made. */
static void
settle_alone(struct scene *scene)
{
	bool made = is_there(new_text(scene));
	const char *result = settle_edit(scene->opened, &scene->reset.edit);

	assert_true(made || is_there(old_text(scene)));
	assert_string_equal(result, made ? "done" : "failed");
	assert_true(is_there(made ? new_text(scene) : old_text(scene)));
	assert_clean(scene, made);
	/* And once more. */
	assert_string_equal(settle_edit(scene->opened, &scene->reset.edit), result);
	assert_clean(scene, made);
}

/* Somebody has saved since he died: that stays, and nothing is said that is not known. */
static void
settle_beside(struct scene *scene)
{
	bool made = is_there(new_text(scene)), owned;
	const char *result;

	save_b();
	owned = faccessat(place->fd, OWN, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	result = settle_edit(scene->opened, &scene->reset.edit);
	/* A file that was brought back leaves nothing beside it. */
	if (strcmp(result, "unknown") == 0)
		assert_false(owned || (scene->audited && scene->what != RESTORE));
	else
		assert_string_equal(result, made ? "done" : "failed");
	assert_true(is_there(B));
	assert_clean(scene, strcmp(result, "unknown") == 0 ? false : made);
}

/* X08 lock holder dies */
static void
whenever_he_died_the_truth_is_told(void **state)
{
	int deaths = 0;

	place = *state;
	for (int i = 0; i < 3 * 2 * 2 * 2; i++) {
		bool more = true;

		for (int number = 1; more; number++) {
			struct scene scene = scene_open((enum what)(i % 3), i / 3 % 2);

			more = dies_at(&scene, number,
				i / 6 % 2 ? HOOK_DIE_AFTER : HOOK_DIE_BEFORE);
			if (i / 12 % 2)
				settle_beside(&scene);
			else
				settle_alone(&scene);
			deaths += more;
			scene_close(&scene);
		}
	}
	print_message("%d deaths\n", deaths);
	assert_true(deaths > 100);
}

/* --- deaths while others save --- */

/* Somebody saves right before the rename, and again before it is put back: his last
 * version is in place whenever we die. */
static bool
dies_in_race(struct scene *scene, int number, bool twice)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct opened *opened = open_dir_store(place, STORE_WRITE, "");

		hook_add("renameat2", 1, HOOK_BEFORE, save_a, 0);
		if (twice)
			hook_add("renameat2", 2, HOOK_BEFORE, save_b, 0);
		hook_add(NULL, number, HOOK_DIE_AFTER, NULL, 0);
		apply_edit(opened, &scene->reset.edit);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 9;
}

/* How often the child came to the second save cannot be seen from here: what is newest is
 * what is in place or in the temporary file. */
static const char *
newest(void)
{
	char *own = file_text(place, OWN);
	const char *text = SEEN;

	if (is_there(A) || (own != NULL && strcmp(own, A) == 0))
		text = A;
	if (is_there(B) || (own != NULL && strcmp(own, B) == 0))
		text = B;
	free(own);
	return text;
}

static void
in_a_race_the_newest_stays(void **state)
{
	int deaths = 0;

	place = *state;
	for (int i = 0; i < 3 * 2 * 2; i++) {
		bool more = true;

		for (int number = 1; more; number++) {
			struct scene scene = scene_open((enum what)(i % 3), i / 3 % 2);
			const char *expected, *result;

			more = dies_in_race(&scene, number, i / 6);
			expected = newest();
			result = settle_edit(scene.opened, &scene.reset.edit);
			if (strcmp(expected, SEEN) != 0) {
				assert_true(is_there(expected));
				assert_string_not_equal(result, "done");
			} else {
				assert_true(is_there(old_text(&scene)));
				assert_string_equal(result, "failed");
			}
			assert_clean(&scene, false);
			deaths += more;
			scene_close(&scene);
		}
	}
	print_message("%d deaths\n", deaths);
	assert_true(deaths > 50);
}

/* --- losses of power --- */

/* What is left of a temporary file whose bytes never reached the disk. */
static void
a_torn_file_is_taken_away(void **state)
{
	static const char zeros[64];
	struct span torn[] = { SPAN(""), SPAN("{\"va"), { zeros, sizeof(zeros) } };

	place = *state;
	for (size_t i = 0; i < sizeof(torn) / sizeof(*torn); i++)
		for (int what = RESET; what <= RESTORE; what += RESTORE) {
			struct scene scene = scene_open((enum what)what, false);
			int fd = openat(place->fd, OWN, O_WRONLY | O_CREAT, 0600);

			assert_int_equal(write(fd, torn[i].at, torn[i].len), torn[i].len);
			close(fd);
			assert_string_equal(
				settle_edit(scene.opened, &scene.reset.edit), "failed");
			assert_true(is_there(old_text(&scene)));
			assert_clean(&scene, false);
			scene_close(&scene);
		}
}

/* Each says what was not done, and what to do next. */
static void
what_was_not_made_says_what_to_do(void **state)
{
	static const char *const texts[] = {
		"orders_0.json was not changed: what was seen before is still in place; "
		"look at it, and ask again if that is still wanted",
		"orders_0.json was not deleted: what was seen before is still in place; "
		"look at it, and ask again if that is still wanted",
		"orders_0.json was not brought back: there is still no such file; look "
		"at it, and ask again if that is still wanted",
	};

	place = *state;
	for (int what = RESET; what <= RESTORE; what++) {
		struct scene scene = scene_open((enum what)what, true);
		const struct err *err = &scene.reset.edit.err;

		assert_string_equal(
			settle_edit(scene.opened, &scene.reset.edit), "failed");
		if (strstr(err->text, texts[what]) == NULL)
			fail_msg("%s", err->text);
		scene_close(&scene);
		scene = scene_open((enum what)what, false);
		save_b();
		assert_string_equal(
			settle_edit(scene.opened, &scene.reset.edit), "unknown");
		if (strstr(err->text, "; nothing was done now; look at it, and ask "
				      "again only if it is not as wanted") == NULL)
			fail_msg("%s", err->text);
		scene_close(&scene);
	}
}

/* A row that was cut off is none, and the next one does not stick to it. */
static void
a_torn_row_is_no_row(void **state)
{
	struct scene scene;
	int fd;

	place = *state;
	scene = scene_open(RESET, true);
	fd = openat(place->fd, ".ckptop-audit.jsonl", O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"op\": \"12", 10), 10);
	close(fd);
	assert_clean(&scene, false);
	assert_string_equal(apply_edit(scene.opened, &scene.reset.edit), "done");
	assert_clean(&scene, true);
	scene_close(&scene);
}

/* --- an audit that cannot be written --- */

/* No audit, no change: what was done is taken back. */
static void
without_its_row_nothing_is_changed(void **state)
{
	static const struct hook hooks_of[] = {
		{ "write", 2, HOOK_FAIL, NULL, ENOSPC }, /* 1: the new version */
		{ "fsync", 3, HOOK_FAIL, NULL, EIO },	 /* 1, 2: it, and the names */
	};

	place = *state;
	for (int what = RESET; what <= RESTORE; what++)
		for (size_t i = 0; i < 2; i++) {
			struct scene scene = scene_open((enum what)what, true);
			struct hook hook = hooks_of[i];

			hook.number -= what == DELETE; /* makes no new version */
			hook_add(hook.call, hook.number, hook.kind, NULL, hook.error);
			assert_string_equal(
				apply_edit(scene.opened, &scene.reset.edit), "failed");
			assert_non_null(
				strstr(scene.reset.edit.err.text, "nothing was changed"));
			hooks_clear();
			assert_true(is_there(old_text(&scene)));
			assert_clean(&scene, false);
			/* And later it goes. */
			assert_string_equal(
				apply_edit(scene.opened, &scene.reset.edit), "done");
			assert_clean(&scene, true);
			scene_close(&scene);
		}
}

static void
assert_unread(const struct err *err)
{
	if (strstr(err->text, "the store audit .ckptop-audit.jsonl cannot be read: "
			      "Input/output error") == NULL)
		fail_msg("%s", err->text);
	assert_null(strstr(err->text, "has no row of it"));
	assert_null(strstr(err->text, "which store this is"));
}

/* A stream of one line a read, which a hook for "line" can make fail. */
static ssize_t
read_line(void *cookie, char *bytes, size_t size)
{
	size_t len = 0;

	if (hooks_before("line"))
		return -1;
	while (len < size && syscall(SYS_read, *(int *)cookie, bytes + len, 1) == 1)
		if (bytes[len++] == '\n')
			break;
	return (ssize_t)len;
}

static int
close_lines(void *cookie)
{
	int status = close(*(int *)cookie);

	free(cookie);
	return status;
}

FILE *
fdopen(int fd, const char *mode)
{
	int *cookie = malloc(sizeof(*cookie));

	*cookie = fd;
	return fopencookie(cookie, mode,
		(cookie_io_functions_t){ .read = read_line, .close = close_lines });
}

/* What could not be read may be there: nothing is concluded from what was not seen. */
static void
what_the_audit_does_not_give_is_not_known(void **state)
{
	place = *state;
	/* 1: the head, 2: its row, 3: the end */
	for (int line = 1; line <= 3; line++) {
		struct scene scene = scene_open(RESET, true);
		struct str lasting = { 0 }, present = { 0 };
		struct err err = { 0 };
		int rows = 0;

		assert_string_equal(apply_edit(scene.opened, &scene.reset.edit), "done");
		save_b();
		hook_add("line", line, HOOK_FAIL, NULL, EIO);
		assert_int_equal(
			store_audit_read(scene.opened->store, count_row, &rows, &err),
			-1);
		assert_unread(&err);
		assert_int_equal(rows, line == 3);
		hooks.made[0] = 0;
		assert_string_equal(settle_edit(scene.opened, &scene.reset.edit),
			line == 3 ? "done" : "unknown");
		if (line < 3)
			assert_unread(&scene.reset.edit.err);
		hooks.made[0] = 0;
		err_clear(&err);
		assert_int_equal(
			store_identify(scene.opened->store, &lasting, &present, &err),
			line == 1 ? -1 : 0);
		if (line == 1)
			assert_unread(&err);
		str_free(&lasting);
		str_free(&present);
		hooks_clear();
		assert_string_equal(settle_edit(scene.opened, &scene.reset.edit), "done");
		assert_clean(&scene, true);
		scene_close(&scene);
	}
}

/* Somebody saves before it is taken back: his version stays. */
static void
what_was_saved_meanwhile_is_not_taken_back(void **state)
{
	place = *state;
	for (int what = RESET; what <= RESTORE; what++) {
		struct scene scene = scene_open((enum what)what, true);

		hook_add("write", what == DELETE ? 1 : 2, HOOK_FAIL, NULL, ENOSPC);
		hook_add("renameat2", 2, HOOK_BEFORE, save_b, 0);
		assert_string_equal(
			apply_edit(scene.opened, &scene.reset.edit), "failed");
		assert_true(is_there(B));
		assert_clean(&scene, false);
		scene_close(&scene);
	}
}

/* What was done is done; what could not be removed is told, and removed later. */
static void
what_cannot_be_removed_is_told(void **state)
{
	place = *state;
	for (int what = RESET; what <= DELETE; what++) {
		struct scene scene = scene_open((enum what)what, true);
		struct operation operation = operation_of(OP);
		struct edit *edit = &scene.reset.edit;
		struct err err = { 0 };

		hook_add("unlinkat", 1, HOOK_FAIL, NULL, EIO);
		hook_add("unlinkat", 2, HOOK_FAIL, NULL, EROFS);
		assert_int_equal(
			store_apply(scene.opened->store, &operation, edit, 1, &err), 0);
		assert_int_equal(edit->result, CHANGE_DONE);
		assert_true(edit->left);
		assert_non_null(strstr(edit->err.text, OWN));
		assert_non_null(strstr(edit->err.text, "could not be removed"));
		assert_true(is_there(new_text(&scene)));
		assert_int_equal(faccessat(place->fd, OWN, F_OK, AT_SYMLINK_NOFOLLOW), 0);
		assert_string_equal(settle_edit(scene.opened, edit), "done");
		assert_true(edit->left);
		assert_string_equal(settle_edit(scene.opened, edit), "done");
		assert_false(edit->left);
		assert_false(err_is_set(&edit->err));
		assert_clean(&scene, true);
		scene_close(&scene);
	}
}

/* Also where nothing was changed. */
static void
what_is_left_of_nothing_is_told(void **state)
{
	struct scene scene;
	struct edit *edit;

	place = *state;
	scene = scene_open(RESET, false);
	edit = &scene.reset.edit;
	hook_add("renameat2", 1, HOOK_BEFORE, save_a, 0);
	hook_add("unlinkat", 1, HOOK_FAIL, NULL, EIO);
	assert_string_equal(apply_edit(scene.opened, edit), "conflict");
	assert_true(edit->left);
	assert_non_null(strstr(edit->err.text, "nothing was written"));
	assert_non_null(strstr(edit->err.text, OWN));
	assert_true(is_there(A));
	settle_edit(scene.opened, edit);
	assert_false(edit->left);
	assert_clean(&scene, false);
	scene_close(&scene);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(whenever_he_died_the_truth_is_told),
		T(in_a_race_the_newest_stays),
		T(a_torn_file_is_taken_away),
		T(what_was_not_made_says_what_to_do),
		T(a_torn_row_is_no_row),
		T(without_its_row_nothing_is_changed),
		T(what_the_audit_does_not_give_is_not_known),
		T(what_was_saved_meanwhile_is_not_taken_back),
		T(what_cannot_be_removed_is_told),
		T(what_is_left_of_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
