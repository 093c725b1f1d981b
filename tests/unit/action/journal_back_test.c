/* SPDX-License-Identifier: MIT
 * What is asked of a long journal without reading all of it says the same as all of it
 * does, whatever is in the file; and what is old is not read. pread() is ours and counts.
 */
#include "journal_bench.h"

#include <fcntl.h>
#include <sys/syscall.h>

static size_t bytes_read;

ssize_t
pread(int fd, void *bytes, size_t size, off_t at)
{
	ssize_t got = syscall(SYS_pread64, fd, bytes, size, at);

	bytes_read += got > 0 ? (size_t)got : 0;
	return got;
}

/* --- what was read --- */

#define MOST 400

/* Records as numbers: seq, and for what is open the operation too. */
struct list {
	uint64_t seqs[MOST];
	char ops[MOST][TOKEN_SIZE];
	size_t count, most;
};

static bool
note(void *arg, const struct journal_record *record)
{
	struct list *list = arg;

	assert_true(list->count < MOST);
	list->seqs[list->count] = record->seq;
	snprintf(list->ops[list->count++], TOKEN_SIZE, "%s", record->op.at);
	return list->count != list->most;
}

static bool
note_open(void *arg, const struct journal_record *record)
{
	struct list *list = arg;
	bool is_open = journal_phase_is_open(record->phase) || record->left;
	size_t i = 0;

	while (i < list->count && !span_is(record->op, list->ops[i]))
		i++;
	if (is_open && i == list->count) {
		note(list, record);
	} else if (is_open) {
		list->seqs[i] = record->seq;
	} else if (i < list->count) {
		list->count--;
		memmove(&list->seqs[i], &list->seqs[i + 1],
			(list->count - i) * sizeof(*list->seqs));
		memmove(list->ops[i], list->ops[i + 1],
			(list->count - i) * sizeof(*list->ops));
	}
	return true;
}

static void
assert_same(const struct list *a, const struct list *b, bool turned)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		size_t j = turned ? a->count - 1 - i : i;

		assert_int_equal(a->seqs[i], b->seqs[j]);
		assert_string_equal(a->ops[i], b->ops[j]);
	}
}

static void
check(const char *path)
{
	static struct list forwards, backwards, last, wanted, open_ones, found;
	struct span op;

	forwards = backwards = wanted = open_ones = found = (struct list){ 0 };
	last = (struct list){ .most = 1 };
	assert_int_equal(journal_read(path, note, &forwards, NULL, NULL), 0);
	assert_int_equal(journal_read_back(path, NULL, 0, note, &backwards, NULL), 0);
	assert_same(&forwards, &backwards, true);
	assert_int_equal(journal_read_back(path, NULL, 0, note, &last, NULL), 0);
	if (forwards.count == 0)
		return;
	assert_int_equal(last.count, 1);
	assert_int_equal(last.seqs[0], backwards.seqs[0]);
	/* Only those that name it. */
	op = span_of(forwards.ops[forwards.count / 2]);
	for (size_t i = forwards.count; i > 0; i--)
		if (span_is(op, forwards.ops[i - 1]))
			wanted.seqs[wanted.count++] = forwards.seqs[i - 1];
	assert_int_equal(journal_read_back(path, &op, 1, note, &found, NULL), 0);
	assert_int_equal(found.count, wanted.count);
	assert_memory_equal(found.seqs, wanted.seqs, wanted.count * sizeof(*wanted.seqs));
	wanted = (struct list){ 0 };
	assert_int_equal(journal_read(path, note_open, &wanted, NULL, NULL), 0);
	assert_int_equal(journal_open_intents(path, note, &open_ones, NULL), 0);
	assert_same(&wanted, &open_ones, false);
}

/* --- journals of all kinds --- */

static unsigned
next_random(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

static void
append_any(const char *path, unsigned *seed)
{
	static char text[200000];
	struct journal_record record = bench_record(bench_op(next_random(seed, 12)),
		(enum journal_phase)next_random(seed, JOURNAL_PHASES));

	memset(text, 'x', sizeof(text));
	record.left = next_random(seed, 9) == 0;
	if (next_random(seed, 20) == 0)
		record.reason = (struct span){ text, sizeof(text) };
	bench_append(path, &record, NULL);
}

/* As a crash in the middle of a record leaves it. */
static void
tear(const char *path)
{
	struct str before = bench_bytes(path), after;

	bench_append(path, &(struct journal_record){ .op = span_of(bench_op(3)) }, NULL);
	after = bench_bytes(path);
	str_cut(&after, before.len + (after.len - before.len) / 2);
	bench_put(path, str_span(&after));
	str_free(&before);
	str_free(&after);
}

static void
both_ways_say_the_same(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	unsigned seed = 4711;

	check(path);
	for (unsigned i = 0; i < 150; i++) {
		append_any(path, &seed);
		if (next_random(&seed, 15) == 0)
			tear(path);
		check(path);
	}
	assert_int_equal(bench_verify(path, NULL, 0).fault, JOURNAL_SOUND);
}

/* What a record says of others is followed only where it is still true. */
static void
what_was_done_to_the_file_is_seen(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	unsigned seed = 815;
	struct str all;

	for (unsigned i = 0; i < 30; i++)
		append_any(path, &seed);
	all = bench_bytes(path);
	/* Its first lines were cut off: nothing is where it was. */
	for (size_t at = 0, lines = 0; at < all.len && lines < 25; at++) {
		if (all.text[at] != '\n')
			continue;
		bench_put(path, (struct span){ all.text + at + 1, all.len - at - 1 });
		check(path);
		lines++;
	}
	/* Each byte of the last record, one after the other. */
	for (size_t at = all.len - 300; at < all.len; at += 7) {
		char was = all.text[at];

		all.text[at] = was == '7' ? '8' : '7';
		bench_put(path, str_span(&all));
		check(path);
		all.text[at] = was;
	}
	for (size_t len = all.len; len > all.len - 100; len -= 9) {
		bench_put(path, (struct span){ all.text, len });
		check(path);
	}
	str_free(&all);
}

static void
append_ended(const char *path, unsigned op)
{
	struct journal_record record = bench_record(bench_op(op), JOURNAL_INTENT);

	bench_append(path, &record, NULL);
	record.phase = JOURNAL_DONE;
	bench_append(path, &record, NULL);
}

/* What is open was moved to the front, and another record is where it was. */
static void
another_record_in_its_place_is_not_taken_for_it(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_record record = bench_record(bench_op(9), JOURNAL_INTENT);
	struct str before, all, moved = { 0 };
	size_t len;

	for (unsigned i = 0; i < 3; i++)
		append_ended(path, i);
	before = bench_bytes(path);
	bench_append(path, &record, NULL);
	all = bench_bytes(path);
	len = all.len - before.len;
	str_free(&all);
	append_ended(path, 5);
	check(path);
	all = bench_bytes(path);
	str_add_span(&moved, (struct span){ all.text + before.len, len });
	str_add_span(&moved, (struct span){ all.text, before.len - len - 1 });
	str_add_char(&moved, '\n');
	assert_int_equal(moved.len, before.len);
	str_add_span(&moved,
		(struct span){ all.text + before.len + len, all.len - before.len - len });
	bench_put(path, str_span(&moved));
	check(path);
	str_free(&before);
	str_free(&all);
	str_free(&moved);
}

/* --- what it costs --- */

static size_t
cost_of_all(const char *path)
{
	struct list list = { .most = 1 };
	struct journal_record record = bench_record(bench_op(1), JOURNAL_INTENT);

	bytes_read = 0;
	bench_append(path, &record, NULL);
	record.phase = JOURNAL_DONE;
	bench_append(path, &record, NULL);
	assert_int_equal(journal_open_intents(path, note, &list, NULL), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(journal_read_back(path, NULL, 0, note, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	return bytes_read;
}

static void
what_is_old_is_not_read(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	size_t few, many;

	for (unsigned i = 0; i < 100; i++)
		cost_of_all(path);
	few = cost_of_all(path);
	for (unsigned i = 0; i < 1000; i++)
		cost_of_all(path);
	many = cost_of_all(path);
	assert_in_range(many, 1, few + few / 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ways_say_the_same),
		TEST(what_was_done_to_the_file_is_seen),
		TEST(another_record_in_its_place_is_not_taken_for_it),
		TEST(what_is_old_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
