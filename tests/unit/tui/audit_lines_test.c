/* SPDX-License-Identifier: MIT
 * What the audit screen lists: what nobody explains first, sums, and the filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/audit_lines.h"

static struct audit_entry
entry_of(const char *op, const char *job, const char *partition, const char *from,
	const char *to)
{
	return (struct audit_entry){
		.op = span_of(op),
		.at = BOARDS_NOW - HOUR,
		.who = SPAN("bob@jump1"),
		.action = to != NULL ? SPAN("reset") : SPAN("delete"),
		.phase = SPAN("done"),
		.store = SPAN("s"),
		.key = { span_of(job), span_of(partition) },
		.existed = true,
		.exists = to != NULL,
		.old_value = span_of(from),
		.new_value = span_of(to),
		.reason = SPAN("INC-1 tax"),
		.in_journal = true,
	};
}

/* A line as text: its cells with a blank between. */
static const char *
text_of(const struct audit_line *line, struct str *out)
{
	const struct span cells[] = { line->what, line->job, line->partition,
		line->old_value, line->new_value, line->change };

	str_clear(out);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		if (i > 0)
			str_add_char(out, ' ');
		str_add_span(out, cells[i]);
	}
	return str_text(out);
}

struct world {
	struct ledger ledger;
	struct frame frame;
	struct audit_lines lines;
	struct str text;
};

static void
take(struct world *world, const struct audit_entry *entries, size_t count,
	const char *filter)
{
	world->ledger.entries = entries;
	world->ledger.count = count;
	world->frame.now = world->frame.age_now = BOARDS_NOW;
	world->frame.ledger = &world->ledger;
	audit_lines_take(&world->lines, &world->frame, span_of(filter), SPAN_NONE);
}

static void
end(struct world *world)
{
	audit_lines_free(&world->lines);
	str_free(&world->text);
}

static void
several_checkpoints_are_one_line(void **state)
{
	const struct audit_entry entries[] = {
		entry_of("11", "a", "0", "1000", "10"),
		entry_of("11", "a", "1", "2000", "20"),
		entry_of("22", "a", "0", "007", "5"),
		entry_of("33", "d", "0", "2026-11-20", "2026-11-19"),
		entry_of("33", "d", "1", "2026-11-20", "2026-11-19"),
		entry_of("44", "d", "0", "5", NULL),
		entry_of("44", "d", "1", "6", NULL),
		entry_of("55", "x", "0", "16/B374D848", "abc"),
		entry_of("55", "x", "1", "16/B374D849", "abc"),
	};
	struct world world = { 0 };

	(void)state;
	take(&world, entries, 9, "");
	assert_int_equal(world.lines.count, 5);
	assert_string_equal(text_of(&world.lines.lines[0], &world.text),
		"reset a *(2) \u03a33,000 \u03a330 -2.9k");
	assert_true(world.lines.lines[0].is_sum);
	assert_string_equal(
		text_of(&world.lines.lines[1], &world.text), "reset a 0 7 5 -2");
	assert_string_equal(text_of(&world.lines.lines[2], &world.text),
		"reset d *(2) 2026-11-20 2026-11-19 -1d");
	assert_false(world.lines.lines[2].is_sum);
	assert_string_equal(text_of(&world.lines.lines[3], &world.text),
		"delete d *(2) \u03a311 (none) ");
	assert_string_equal(
		text_of(&world.lines.lines[4], &world.text), "reset x *(2) various abc ");
	end(&world);
}

static void
what_could_not_be_read_is_no_null(void **state)
{
	struct audit_entry entries[] = {
		entry_of("11", "a", "0", NULL, "10"),
		entry_of("22", "b", "0", NULL, "x"),
		entry_of("22", "b", "1", NULL, "x"),
		entry_of("33", "c", "0", NULL, "x"),
		entry_of("33", "c", "1", NULL, "x"),
		entry_of("44", "d", "0", NULL, "5"),
	};
	struct world world = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		entries[i].old_unreadable = true;
	take(&world, entries, 6, "");
	assert_int_equal(world.lines.count, 4);
	for (size_t i = 0; i < 4; i++) {
		static const char *const from[] = { "(unreadable)", "(unreadable)",
			"various", "NULL" };

		assert_true(span_is(world.lines.lines[i].old_value, from[i]));
	}
	end(&world);
}

/* What somebody has changed in the journal does not hide among what nobody has. */
static void
what_was_edited_stands_alone(void **state)
{
	struct audit_entry entries[] = {
		entry_of("11", "a", "0", "7", "5"),
		entry_of("11", "a", "1", "7", "5"),
		entry_of("11", "a", "2", "7", "5"),
	};
	struct world world = { 0 };

	(void)state;
	entries[1].edited = true;
	take(&world, entries, 3, "");
	assert_int_equal(world.lines.count, 3);
	assert_true(span_is(world.lines.lines[0].what, "reset"));
	assert_true(span_is(world.lines.lines[1].what, "EDITED"));
	assert_true(span_is(world.lines.lines[2].what, "reset"));
	end(&world);
}

/* Partitions of one operation that came out differently are not summed up. */
static void
outcomes_are_not_mixed(void **state)
{
	struct audit_entry entries[] = {
		entry_of("11", "a", "0", "1000", "10"),
		entry_of("11", "a", "1", "2000", "20"),
	};
	struct world world = { 0 };

	(void)state;
	entries[1].phase = SPAN("conflict");
	take(&world, entries, 2, "");
	assert_int_equal(world.lines.count, 2);
	assert_string_equal(text_of(&world.lines.lines[1], &world.text),
		"CONFLICT a 1 2,000 20 -1.9k");
	end(&world);
}

static void
sums_do_not_overflow(void **state)
{
	const struct audit_entry entries[] = {
		entry_of("11", "a", "0", "9223372036854775807", "1"),
		entry_of("11", "a", "1", "9223372036854775806", "1"),
	};
	struct world world = { 0 };

	(void)state;
	take(&world, entries, 2, "");
	assert_string_equal(text_of(&world.lines.lines[0], &world.text),
		"reset a *(2) various \u03a32 ");
	end(&world);
}

static const struct board *
went_back(const char *from)
{
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:CRIT b:ok");
	/* The test made it. */
	struct board_row *row = (struct board_row *)(void *)(uintptr_t)&board->rows[0];

	row->finding = FINDING_REWOUND;
	row->doubt = (struct doubt){ .kind = DOUBT_BACK,
		.since = row->since,
		.from = span_of(from),
		.to = row->value };
	return board;
}

static void
unexplained_stands_first(void **state)
{
	const struct audit_entry entries[] = { entry_of("11", "b", "0", "9", "8") };
	const struct board *board = went_back("5000");
	struct world world = { 0 };

	(void)state;
	world.frame.boards = &board;
	world.frame.board_count = 1;
	take(&world, entries, 1, "");
	assert_int_equal(world.lines.count, 2);
	assert_int_equal(world.lines.unexplained, 1);
	assert_string_equal(
		text_of(&world.lines.lines[0], &world.text), "BACK a 0 5,000 1 -4.9k");
	assert_string_equal(world.lines.lines[0].reason.at, "no record: NOT by ckptop");
	end(&world);
	board_unref(board);
}

static void
all_words_must_occur(void **state)
{
	const struct audit_entry entries[] = {
		entry_of("11", "orders", "7", "9", "8"),
		entry_of("22", "ledger", "0", "9", NULL),
	};
	struct world world = { 0 };

	(void)state;
	take(&world, entries, 2, " TAX  orders");
	assert_int_equal(world.lines.count, 1);
	assert_int_equal(world.lines.total, 2);
	take(&world, entries, 2, "tax delete");
	assert_int_equal(world.lines.count, 1);
	assert_string_equal(
		text_of(&world.lines.lines[0], &world.text), "delete ledger 0 9 (none) ");
	take(&world, entries, 2, "tax nothing");
	assert_int_equal(world.lines.count, 0);
	end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_checkpoints_are_one_line),
		cmocka_unit_test(what_could_not_be_read_is_no_null),
		cmocka_unit_test(what_was_edited_stands_alone),
		cmocka_unit_test(outcomes_are_not_mixed),
		cmocka_unit_test(sums_do_not_overflow),
		cmocka_unit_test(unexplained_stands_first),
		cmocka_unit_test(all_words_must_occur),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
