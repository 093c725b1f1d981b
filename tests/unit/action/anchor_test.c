/* SPDX-License-Identifier: MIT
 * What stores keep of journals, and which journal that must be in. */
#include "journal_bench.h"

#include "action/anchor.h"

#define ME   SPAN("bob@jump1")
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct operation
operation_of(const char *op, struct span who, const char *anchor)
{
	return (struct operation){
		.id = span_of(op), .who = who, .anchor = span_of(anchor)
	};
}

/* What a store is given to keep of a record in that journal. */
static void
keep(struct anchors *anchors, const char *op, struct span who, const char *hash,
	const char *journal_path)
{
	struct str anchor = { 0 };
	struct operation operation;

	anchor_add(&anchor, span_of(hash), journal_path);
	operation = operation_of(op, who, anchor.text);
	anchors_add(anchors, &operation);
	str_free(&anchor);
}

/* --- one --- */

static void
any_path_comes_back_and_is_visible_ascii(void **state)
{
	static const char *const names[] = { "journal.jsonl", "a b", "100%", "%41",
		"\n\x1b[2J", "J\xc3\xb6rg", "\xff\x01", "~" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *path = bench_path(state, names[i]);
		struct str text = { 0 }, back = { 0 };
		struct span hash;

		anchor_add(&text, SPAN(HASH), path);
		for (size_t at = 0; at < text.len; at++)
			assert_in_range((unsigned char)text.text[at], ' ', '~');
		anchor_read(str_span(&text), &hash, &back);
		assert_true(span_is(hash, HASH));
		assert_string_equal(str_text(&back), path);
		str_free(&text);
		str_free(&back);
	}
}

static void
what_is_no_path_is_none(void **state)
{
	static const char *const bad[] = { HASH, HASH " ", HASH " relative", HASH " /a%",
		HASH " /a%4", HASH " /a%00b", HASH " /a%4g", HASH " /a%4a" };
	struct str path = { 0 };
	struct span hash;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		anchor_read(span_of(bad[i]), &hash, &path);
		assert_true(span_is(hash, HASH));
		assert_int_equal(path.len, 0);
	}
	anchor_read(SPAN(HASH " /a\0b"), &hash, &path);
	assert_int_equal(path.len, 0);
	anchor_read(SPAN_NONE, &hash, &path);
	assert_int_equal(hash.len, 0);
	str_free(&path);
}

/* --- which are of a journal --- */

/* Whether what this one did, kept with that path (NULL: none), is held against the
 * journal, and for sure. */
static void
expect_of(void **state, struct span who, const char *path, bool of_others, bool sure)
{
	struct anchors *anchors = anchors_new();
	struct operation old = operation_of(bench_op(1), who, HASH);
	const struct journal_anchor *all;
	size_t count;

	anchors_add_writer(anchors, SPAN("eve@jump1"));
	anchors_add_writer(anchors, SPAN("bob@oldname"));
	if (path != NULL)
		keep(anchors, bench_op(1), who, HASH, path);
	else
		anchors_add(anchors, &old);
	all = anchors_for(anchors, ME, bench_path(state, "journal.jsonl"), &count);
	assert_int_equal(count, 1);
	assert_true(span_is(all[0].hash, HASH));
	assert_int_equal(all[0].of_others, of_others);
	assert_int_equal(all[0].sure, sure);
	anchors_free(anchors);
}

static void
what_a_store_says_of_the_journal_counts_before_who_it_was(void **state)
{
	const char *mine = bench_path(state, "journal.jsonl");
	const char *other = bench_path(state, "other.jsonl");
	const char *linked = bench_path(state, "linked.jsonl");

	expect_of(state, ME, mine, false, true);
	expect_of(state, ME, other, true, false);
	expect_of(state, SPAN("ann@jump1"), mine, false, true);
	expect_of(state, SPAN("eve@jump1"), other, true, false);
	/* Another spelling, and a link that leads there. */
	assert_int_equal(symlink(mine, linked), 0);
	expect_of(state, ME, linked, false, true);
	/* Nothing is said, or it is a file of another host: then it counts who it was. */
	expect_of(state, ME, NULL, false, false);
	expect_of(state, SPAN("eve@jump1"), NULL, false, false);
	expect_of(state, SPAN("ann@jump1"), NULL, true, false);
	expect_of(state, SPAN("bob@elsewhere"), mine, true, false);
	expect_of(state, SPAN("bob@oldname"), mine, false, false);
	expect_of(state, SPAN("bob@oldname"), other, false, false);
}

static void
an_operation_of_many_rows_is_kept_once(void **state)
{
	struct anchors *anchors = anchors_new();
	struct operation nothing = operation_of(bench_op(3), ME, "");
	size_t count;

	(void)state;
	for (int i = 0; i < 3; i++)
		keep(anchors, bench_op(1), ME, HASH, "/a");
	keep(anchors, bench_op(2), ME, HASH, "/a");
	anchors_add(anchors, &nothing);
	anchors_for(anchors, ME, "/a", &count);
	assert_int_equal(count, 2);
	anchors_free(anchors);
}

/* --- held against journals --- */

#define RECORDS 4

/* Two journals on this host, and a store that remembers both of them. */
struct both {
	const char *mine, *his;
	struct anchors *anchors;
	struct journal_report report; /* of mine */
	const struct anchors_other *others;
	size_t other_count;
};

static void
fill_both(struct both *both, void **state)
{
	char heads[RECORDS][DIGEST_SIZE];
	struct journal_record record = bench_record(bench_op(9), JOURNAL_INTENT);
	char head[DIGEST_SIZE];

	*both = (struct both){
		.mine = bench_path(state, "journal.jsonl"),
		.his = bench_path(state, "his.jsonl"),
		.anchors = anchors_new(),
	};
	unlink(both->mine);
	unlink(both->his);
	bench_fill(both->mine, RECORDS, heads);
	for (unsigned i = 0; i < RECORDS; i++)
		keep(both->anchors, bench_op(i + 1), ME, heads[i], both->mine);
	bench_append(both->his, &record, head);
	keep(both->anchors, bench_op(9), ME, head, both->his);
	keep(both->anchors, bench_op(8), SPAN("ann@far"), HASH, "/ann");
}

static void
verify_both(struct both *both)
{
	size_t count;
	struct journal_anchor *all = anchors_for(both->anchors, ME, both->mine, &count);

	both->report = bench_verify(both->mine, all, count);
	both->others = anchors_others(both->anchors, &both->other_count);
}

static void
another_journal_is_held_against_what_is_kept_of_it(void **state)
{
	struct journal_report report;
	struct both both;

	fill_both(&both, state);
	verify_both(&both);
	assert_int_equal(both.report.fault, JOURNAL_SOUND);
	assert_int_equal(both.report.proven, RECORDS);
	assert_int_equal(both.report.others, 2);
	assert_int_equal(both.other_count, 1);
	assert_string_equal(both.others[0].path.at, both.his);
	assert_int_equal(both.others[0].count, 1);
	report = bench_verify(both.his, both.others[0].anchors, 1);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.proven, 1);
	/* What was written anew is found there as it would be here. */
	unlink(both.his);
	bench_fill(both.his, 2, NULL);
	report = bench_verify(both.his, both.others[0].anchors, 1);
	assert_int_equal(report.fault, JOURNAL_CUT);
	assert_true(report.sure);
	anchors_free(both.anchors);
}

static void
what_this_journal_lost_is_a_fault_whoever_wrote_it(void **state)
{
	struct both both;

	fill_both(&both, state);
	assert_int_equal(truncate(both.mine, 0), 0);
	verify_both(&both);
	assert_int_equal(both.report.fault, JOURNAL_CUT);
	assert_int_equal(both.report.missing, RECORDS);
	assert_true(both.report.sure);
	assert_null(strstr(both.report.text, "another journal"));
	/* As little is it to put the other journal in its place. */
	assert_int_equal(rename(both.his, both.mine), 0);
	verify_both(&both);
	assert_int_equal(both.report.fault, JOURNAL_CUT);
	assert_int_equal(both.report.missing, RECORDS);
	assert_int_equal(both.other_count, 0);
	anchors_free(both.anchors);
}

static void
a_journal_that_was_moved_is_known_by_its_records(void **state)
{
	struct both both;

	fill_both(&both, state);
	both.his = bench_path(state, "moved.jsonl");
	assert_int_equal(rename(both.mine, both.his), 0);
	both.mine = both.his;
	verify_both(&both);
	assert_int_equal(both.report.fault, JOURNAL_SOUND);
	assert_int_equal(both.report.proven, RECORDS);
	assert_int_equal(both.other_count, 1);
	/* Moved and written anew: it has other records of the same operations. */
	unlink(both.mine);
	for (unsigned i = 1; i <= RECORDS; i++) {
		struct journal_record record = bench_record(bench_op(i), JOURNAL_INTENT);

		record.reason = SPAN("INC-0815");
		bench_append(both.mine, &record, NULL);
	}
	verify_both(&both);
	assert_int_equal(both.report.fault, JOURNAL_RECHAINED);
	assert_int_equal(both.report.seq, 1);
	/* Moved and without them: they are missed in the file that had them. */
	unlink(both.mine);
	bench_fill(both.mine, 0, NULL);
	verify_both(&both);
	assert_int_equal(both.report.fault, JOURNAL_SOUND);
	assert_int_equal(both.other_count, 2);
	assert_int_equal(both.others[1].count, RECORDS);
	anchors_free(both.anchors);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_path_comes_back_and_is_visible_ascii),
		TEST(what_is_no_path_is_none),
		TEST(what_a_store_says_of_the_journal_counts_before_who_it_was),
		TEST(an_operation_of_many_rows_is_kept_once),
		TEST(another_journal_is_held_against_what_is_kept_of_it),
		TEST(what_this_journal_lost_is_a_fault_whoever_wrote_it),
		TEST(a_journal_that_was_moved_is_known_by_its_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
