/* SPDX-License-Identifier: MIT
 * What a person changes in a directory: images, drafts, resets, deletes and undos. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edits.h"

#include <errno.h>
#include <sys/xattr.h>

#define PYTHON                                                                           \
	"{\"value\": 5, \"metadata\": {\"a\": 0.10}, \"timestamp\": "                    \
	"\"2025-01-02T03:04:05.678901\"}"

/* --- images --- */

static void
a_look_shows_the_whole_file(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_READ, "");
	struct str memory = { 0 };
	struct image_facts facts;
	struct look look = { 0 };

	put_file(scratch, "orders_0.json", PYTHON);
	assert_int_equal(look_at(opened, key_of("orders", "0"), &look), 0);
	assert_int_equal(look.hazards, 0);
	assert_string_equal(look.where.text, "orders_0.json");
	assert_true(
		store_image_read(opened->store, str_span(&look.image), &memory, &facts));
	assert_true(span_is(facts.value, "5"));
	assert_true(span_is(facts.metadata, "{\"a\": 0.10}"));
	assert_true(span_is(facts.updated_text, "2025-01-02T03:04:05.678901"));
	assert_false(store_image_read(opened->store, SPAN("{}"), &memory, &facts));
	assert_false(store_image_read(opened->store, SPAN("no image"), &memory, &facts));
	assert_int_equal(look_at(opened, key_of("orders", "1"), &look), -1);
	assert_int_equal(look.err.kind, ERR_NOT_FOUND);
	str_free(&memory);
	look_free(&look);
	close_store(opened);
}

#define TWIN(value) "{\"job\": \"orders\", \"partition\": \"0\", \"value\": " value "}"

/* The file is the identity: another one with its key is another checkpoint. */
static void
the_file_that_was_changed_is_looked_at_again(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_READ, "");
	const struct key key = key_of("orders", "0");
	struct look first = { 0 }, again = { 0 };

	put_file(scratch, "orders_0.json", TWIN("100"));
	put_file(scratch, "other_9.json", TWIN("55"));
	assert_int_equal(look_at(opened, key, &first), 0);
	assert_string_equal(first.where.text, "orders_0.json");
	assert_int_equal(store_examine_again(opened->store, key, str_span(&first.image),
				 look_take, &again, &again.err),
		0);
	assert_string_equal(again.image.text, first.image.text);
	look_free(&again);
	assert_int_equal(unlinkat(scratch->fd, "orders_0.json", 0), 0);
	assert_int_equal(store_examine_again(opened->store, key, str_span(&first.image),
				 look_take, &again, &again.err),
		-1);
	assert_int_equal(again.err.kind, ERR_NOT_FOUND);
	look_free(&again);
	assert_int_equal(store_examine_again(opened->store, key, SPAN("{}"), look_take,
				 &again, &again.err),
		-1);
	assert_int_equal(again.err.kind, ERR_USAGE);
	look_free(&again);
	look_free(&first);
	close_store(opened);
}

/* Only the bytes count, and the name of the file. */
static void
images_are_the_same_by_bytes(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_READ, "");
	struct look a = { 0 }, b = { 0 };

	put_file(scratch, "orders_0.json", PYTHON);
	look_at(opened, key_of("orders", "0"), &a);
	fchmodat(scratch->fd, "orders_0.json", 0600, 0);
	set_mtime(scratch, "orders_0.json", 1700000000);
	look_at(opened, key_of("orders", "0"), &b);
	assert_string_not_equal(a.image.text, b.image.text);
	assert_true(
		store_image_same(opened->store, str_span(&a.image), str_span(&b.image)));
	put_file(scratch, "orders_0.json", PYTHON " ");
	look_at(opened, key_of("orders", "0"), &b);
	assert_false(
		store_image_same(opened->store, str_span(&a.image), str_span(&b.image)));
	put_file(scratch, "orders_1.json", PYTHON);
	look_at(opened, key_of("orders", "1"), &b);
	assert_false(
		store_image_same(opened->store, str_span(&a.image), str_span(&b.image)));
	look_free(&a);
	look_free(&b);
	close_store(opened);
}

/* --- resets --- */

static void
a_reset_changes_value_and_time(void **state)
{
	static const struct {
		const char *before, *value, *after;
	} cases[] = {
		{ "{\"value\": 5, \"timestamp\": \"2025-01-02T03:04:05Z\"}", "4",
			"{\"value\": 4, \"timestamp\": \"2025-10-09T08:53:20Z\"}" },
		{ " {\"x\":[1,  "
		  "2],\"value\":\"5\",\"timestamp\":1735787045,\"y\":1e400}\n",
			"4",
			" {\"x\":[1,  "
			"2],\"value\":\"4\",\"timestamp\":1760000000,\"y\":1e400}\n" },
		{ "{\"partition\": \"0\", \"value\": -0, \"timestamp\": "
		  "\"2025-01-02 03:04:05+01:00\", \"job\": \"orders\"}",
			"9007199254740993",
			"{\"partition\": \"0\", \"value\": 9007199254740993, "
			"\"timestamp\": \"2025-10-09 09:53:20+01:00\", \"job\": "
			"\"orders\"}" },
	};
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct reset reset;

		put_file(scratch, "orders_0.json", cases[i].before);
		reset_prepare(opened, &reset, cases[i].value);
		assert_string_equal(apply_edit(opened, &reset.edit), "done");
		assert_text(scratch, "orders_0.json", cases[i].after);
		assert_int_equal(scratch_count(scratch, false), 1);
		reset_free(&reset);
	}
	close_store(opened);
}

static void
what_was_seen_must_be_there(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct reset reset;

	put_file(scratch, "orders_0.json", PYTHON);
	reset_prepare(opened, &reset, "4");
	put_file(scratch, "orders_0.json", "{\"value\": 6}");
	assert_string_equal(apply_edit(opened, &reset.edit), "conflict");
	assert_non_null(strstr(reset.edit.err.text, "6"));
	assert_non_null(strstr(reset.edit.found.text, "{\\\"value\\\": 6}"));
	remove_file(scratch, "orders_0.json");
	assert_string_equal(apply_edit(opened, &reset.edit), "conflict");
	assert_int_equal(reset.edit.found.len, 0);
	assert_int_equal(scratch_count(scratch, false), 0);
	reset_free(&reset);
	close_store(opened);
}

/* F22 undo_after_delete */
static void
a_delete_and_its_undo(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct stat before, after;
	struct look look = { 0 };
	struct edit edit = { .key = key_of("orders", "0") };

	put_file(scratch, "orders_0.json", "{\"value\": 5}\xff");
	/* Only root can give files away. */
	if (geteuid() == 0)
		assert_int_equal(
			fchownat(scratch->fd, "orders_0.json", 65534, 65533, 0), 0);
	fchmodat(scratch->fd, "orders_0.json", 0640, 0);
	set_mtime(scratch, "orders_0.json", 1700000000);
	fstatat(scratch->fd, "orders_0.json", &before, 0);
	assert_int_equal(look_at(opened, edit.key, &look), 0);
	assert_int_equal(look.hazards, EDIT_DAMAGED);
	edit.seen = str_span(&look.image);
	assert_string_equal(apply_edit(opened, &edit), "failed");
	assert_int_equal(edit.err.kind, ERR_REFUSED);
	edit.accepted = EDIT_DAMAGED;
	assert_string_equal(apply_edit(opened, &edit), "done");
	assert_int_equal(scratch_count(scratch, false), 0);
	assert_string_equal(apply_edit(opened, &edit), "conflict");
	edit.wanted = edit.seen;
	edit.seen = SPAN_NONE;
	assert_string_equal(apply_edit(opened, &edit), "done");
	assert_text(scratch, "orders_0.json", "{\"value\": 5}\xff");
	fstatat(scratch->fd, "orders_0.json", &after, 0);
	assert_int_equal(before.st_mode, after.st_mode);
	assert_int_equal(before.st_uid, after.st_uid);
	assert_int_equal(before.st_gid, after.st_gid);
	assert_int_equal(after.st_mtime, 1700000000);
	assert_int_equal(scratch_count(scratch, false), 1);
	assert_string_equal(apply_edit(opened, &edit), "conflict");
	edit_clear(&edit);
	look_free(&look);
	close_store(opened);
}

/* A delete whose undo could not give the file back to its owner is no delete. */
static void
a_delete_that_could_not_be_undone_is_refused(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct edit edit = { .key = key_of("orders", "0") };
	struct look look = { 0 };
	struct reset reset;

	if (geteuid() != 0) /* only root can give files away */
		skip();
	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(fchown(scratch->fd, 65534, 65534), 0);
	for (int i = 0; i < 3; i++) {
		/* Somebody else's, somebody else's group, his own. */
		assert_int_equal(fchownat(scratch->fd, "orders_0.json",
					 i == 0 ? 0 : 65534, i < 2 ? 65533 : 65534, 0),
			0);
		reset_prepare(opened, &reset, "4");
		look_at(opened, edit.key, &look);
		edit.seen = str_span(&look.image);
		assert_int_equal(setegid(65534), 0);
		assert_int_equal(seteuid(65534), 0);
		if (i < 2) {
			assert_string_equal(apply_edit(opened, &reset.edit), "failed");
			assert_string_equal(apply_edit(opened, &edit), "failed");
			assert_non_null(strstr(edit.err.text, "an undo could not"));
			assert_non_null(strstr(edit.err.text, "nothing was changed; do"));
		} else {
			assert_string_equal(apply_edit(opened, &edit), "done");
		}
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(setegid(0), 0);
		assert_text(scratch, "orders_0.json", i < 2 ? "{\"value\": 5}" : NULL);
		assert_int_equal(scratch_count(scratch, false), i < 2);
		edit_clear(&edit);
		reset_free(&reset);
	}
	look_free(&look);
	close_store(opened);
}

/* What the version u::rw-,u:nobody:rw-,g::r--,m::rw-,o::--- of an ACL looks like. */
static const unsigned char acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 6,
	0, 254, 255, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 6, 0, 255, 255, 255,
	255, 32, 0, 0, 0, 255, 255, 255, 255 };

static void
give_attributes(const struct scratch *scratch)
{
	int fd = openat(scratch->fd, "orders_0.json", O_RDWR);

	assert_int_equal(fchmod(fd, 0664), 0);
	if (geteuid() == 0)
		assert_int_equal(fchown(fd, 65534, 65533), 0);
	if (fsetxattr(fd, "user.team", "orders", 6, 0) != 0)
		assert_int_equal(errno, ENOTSUP);
	if (fsetxattr(fd, "system.posix_acl_access", acl, sizeof(acl), 0) != 0)
		assert_int_equal(errno, ENOTSUP);
	close(fd);
}

/* All that a file has beside its bytes, as a text. */
static struct str
attributes_of(const struct scratch *scratch)
{
	static const char *const names[] = { "user.team", "system.posix_acl_access" };
	int fd = openat(scratch->fd, "orders_0.json", O_RDONLY);
	struct str out = { 0 };
	struct stat status;
	char bytes[256];

	assert_int_equal(fstat(fd, &status), 0);
	str_addf(&out, "%o %u %u", (unsigned)status.st_mode, (unsigned)status.st_uid,
		(unsigned)status.st_gid);
	for (size_t i = 0; i < 2; i++) {
		ssize_t size = fgetxattr(fd, names[i], bytes, sizeof(bytes));

		str_addf(&out, " %zd:", size);
		for (ssize_t at = 0; at < size; at++)
			str_addf(&out, "%02x", (unsigned char)bytes[at]);
	}
	close(fd);
	return out;
}

/* F09 owner_mode_acl_kept */
static void
what_a_file_has_is_kept(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct str before, after;
	struct reset reset;
	struct edit edit;

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	give_attributes(scratch);
	before = attributes_of(scratch);
	reset_prepare(opened, &reset, "4");
	assert_string_equal(apply_edit(opened, &reset.edit), "done");
	after = attributes_of(scratch);
	assert_string_equal(before.text, after.text);
	/* Also after it was taken away and brought back. */
	edit = (struct edit){ .key = reset.edit.key, .seen = reset.edit.wanted };
	assert_string_equal(apply_edit(opened, &edit), "done");
	edit = (struct edit){ .key = reset.edit.key, .wanted = reset.edit.wanted };
	assert_string_equal(apply_edit(opened, &edit), "done");
	str_free(&after);
	after = attributes_of(scratch);
	assert_string_equal(before.text, after.text);
	str_free(&before);
	str_free(&after);
	reset_free(&reset);
	close_store(opened);
}

/* --- which file --- */

/* Of names that allow two keys the file is what changes, and what it says of its key is
 * left alone: others read it by another. */
static void
the_file_is_what_changes(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct key keys[] = { key_of("a_b", "c"), key_of("a", "b_c"),
		key_of("x", "1@odd.json"), key_of("x", "1") };
	static const char *const names[] = { "a_b_c.json", "a_b_c.json", "odd.json",
		"x_1.json" };

	for (size_t i = 0; i < 4; i++) {
		struct look look = { 0 };
		struct edit edit = { .key = keys[i] };
		struct str wanted;

		put_file(scratch, "a_b_c.json", "{\"value\": 1}");
		put_file(scratch, "odd.json",
			"{\"job\":\"x\",\"partition\":\"1\",\"value\": 1}");
		put_file(scratch, "x_1.json", "{\"value\": 1}");
		assert_scan(opened, "a_b/c 1 ~ a_b_c.json; x/1 1 repeated x_1.json; "
				    "x/1@odd.json 1 repeated odd.json");
		assert_int_equal(look_at(opened, keys[i], &look), 0);
		assert_string_equal(look.where.text, names[i]);
		wanted = draft_of(opened, keys[i], str_span(&look.image), "2");
		edit.seen = str_span(&look.image);
		edit.wanted = str_span(&wanted);
		assert_string_equal(apply_edit(opened, &edit), "done");
		assert_text(scratch, names[i],
			i == 2 ? "{\"job\":\"x\",\"partition\":\"1\",\"value\": 2, "
				 "\"timestamp\": \"2025-10-09T08:53:20\"}"
			       : "{\"value\": 2, \"timestamp\": "
				 "\"2025-10-09T08:53:20\"}");
		str_free(&wanted);
		look_free(&look);
	}
	close_store(opened);
}

/* Other names would keep what is there. */
static void
a_file_with_two_names_is_changed_knowingly(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct reset reset;

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(
		linkat(scratch->fd, "orders_0.json", scratch->fd, "other", 0), 0);
	reset_prepare(opened, &reset, "4");
	assert_int_equal(reset.look.hazards, EDIT_LINKED);
	assert_string_equal(apply_edit(opened, &reset.edit), "failed");
	assert_int_equal(reset.edit.err.kind, ERR_REFUSED);
	assert_text(scratch, "orders_0.json", "{\"value\": 5}");
	reset.edit.accepted = EDIT_LINKED;
	assert_string_equal(apply_edit(opened, &reset.edit), "done");
	assert_text(scratch, "other", "{\"value\": 5}");
	reset_free(&reset);
	close_store(opened);
}

/* What is no file that could be replaced. */
static void
odd_things_are_refused(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct look look = { 0 };
	int fd;

	for (int way = 0; way < 4; way++) {
		unlinkat(scratch->fd, "orders_0.json", 0);
		if (way == 0)
			symlinkat("/etc/passwd", scratch->fd, "orders_0.json");
		else if (way == 1)
			mkfifoat(scratch->fd, "orders_0.json", 0666);
		else if (way == 2)
			mkdirat(scratch->fd, "orders_0.json", 0777);
		else {
			unlinkat(scratch->fd, "orders_0.json", AT_REMOVEDIR);
			fd = openat(
				scratch->fd, "orders_0.json", O_WRONLY | O_CREAT, 0666);
			assert_int_equal(ftruncate(fd, INT64_C(1) << 40), 0);
			close(fd);
		}
		assert_int_equal(look_at(opened, key_of("orders", "0"), &look), -1);
		assert_int_equal(look.err.kind, ERR_REFUSED);
		assert_non_null(strstr(look.err.text, "orders_0.json"));
	}
	look_free(&look);
	close_store(opened);
}

/* --- the store audit --- */

static void
collect(void *arg, const struct audit_row *row)
{
	struct str *out = arg;

	str_addf(out, "%.*s %.*s/%.*s ", (int)row->operation.id.len, row->operation.id.at,
		(int)row->key.job.len, row->key.job.at, (int)row->key.partition.len,
		row->key.partition.at);
	str_add_span(out, row->existed ? row->old_value : SPAN("none"));
	str_add(out, " -> ");
	str_add_span(out, row->exists ? row->new_value : SPAN("none"));
	str_addf(out, " %.*s; ", (int)row->operation.who.len, row->operation.who.at);
}

static void
the_audit_tells_of_every_edit(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct str lasting = { 0 }, present = { 0 }, rows = { 0 };
	struct err err = { 0 };
	struct reset reset;
	bool made;

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(store_identify(opened->store, &lasting, &present, &err), 0);
	assert_int_equal(lasting.len, 0);
	assert_int_equal(store_audit_create(opened->store, &made, &err), 0);
	assert_true(made);
	assert_true(store_capabilities(opened->store) & STORE_HAS_AUDIT);
	assert_int_equal(store_audit_create(opened->store, &made, &err), 0);
	assert_false(made);
	assert_int_equal(store_identify(opened->store, &lasting, &present, &err), 0);
	assert_int_equal(lasting.len, 36);
	reset_prepare(opened, &reset, "4");
	assert_string_equal(apply_edit(opened, &reset.edit), "done");
	assert_string_equal(apply_edit(opened, &reset.edit), "conflict");
	assert_int_equal(store_audit_read(opened->store, collect, &rows, &err), 0);
	assert_string_equal(rows.text, OP " orders/0 5 -> 4 bob@jump1; ");
	assert_scan(opened, "orders/0 4 orders_0.json");
	assert_true(fact_is(opened, "names", NULL));
	str_free(&lasting);
	str_free(&present);
	str_free(&rows);
	reset_free(&reset);
	close_store(opened);
}

/* Of a directory whose group its owner is not in. */
static void
the_audit_has_a_group_of_its_maker(void **state)
{
	static const struct {
		mode_t directory, audit;
		gid_t group;
	} cases[] = { { 0775, 0644, 65534 }, { 0777, 0666, 65534 },
		{ 02775, 0664, 65533 }, { 0770, 0600, 65534 } };
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct err err = { 0 };

	if (geteuid() != 0) /* only root can give directories away */
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stat status;
		bool made = false;

		assert_int_equal(fchown(scratch->fd, 65534, 65533), 0);
		assert_int_equal(fchmod(scratch->fd, cases[i].directory), 0);
		assert_int_equal(setegid(65534), 0);
		assert_int_equal(seteuid(65534), 0);
		if (store_audit_create(opened->store, &made, &err) != 0)
			fail_msg("%s", err.text);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(setegid(0), 0);
		assert_true(made);
		assert_int_equal(
			fstatat(scratch->fd, ".ckptop-audit.jsonl", &status, 0), 0);
		assert_int_equal(status.st_uid, 65534);
		assert_int_equal(status.st_gid, cases[i].group);
		assert_int_equal(status.st_mode & 07777, cases[i].audit);
		remove_file(scratch, ".ckptop-audit.jsonl");
	}
	close_store(opened);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_look_shows_the_whole_file),
		T(the_file_that_was_changed_is_looked_at_again),
		T(images_are_the_same_by_bytes),
		T(a_reset_changes_value_and_time),
		T(what_was_seen_must_be_there),
		T(a_delete_and_its_undo),
		T(a_delete_that_could_not_be_undone_is_refused),
		T(what_a_file_has_is_kept),
		T(the_file_is_what_changes),
		T(a_file_with_two_names_is_changed_knowingly),
		T(odd_things_are_refused),
		T(the_audit_tells_of_every_edit),
		T(the_audit_has_a_group_of_its_maker),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
