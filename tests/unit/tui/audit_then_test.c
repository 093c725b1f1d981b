/* SPDX-License-Identifier: MIT
 * What the audit tells of what came after an operation: what was seen, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/audit_then.h"

#define RESET_AT (BOARDS_NOW - HOUR)

static struct audit_entry
entry_of(const char *op, const char *from, const char *to)
{
	return (struct audit_entry){
		.op = span_of(op),
		.at = RESET_AT,
		.action = to != NULL ? SPAN("reset") : SPAN("delete"),
		.phase = SPAN("done"),
		.store = SPAN("s"),
		.key = { SPAN("a"), SPAN("0") },
		.existed = true,
		.exists = to != NULL,
		.old_value = span_of(from),
		.new_value = span_of(to),
		.in_journal = true,
	};
}

struct world {
	const struct board *board;
	struct ledger ledger;
	struct frame frame;
	struct str text;
};

/* A board on which a/0 has this value; NULL: it is not there. */
static struct board_row *
start(struct world *world, const char *value, bool down)
{
	struct board_row *row;

	*world = (struct world){ .board = board_of("s", BOARDS_NOW, down,
					 value != NULL ? "a:ok" : "b:ok") };
	world->frame = (struct frame){
		.now = BOARDS_NOW,
		.age_now = BOARDS_NOW,
		.ledger = &world->ledger,
		.boards = &world->board,
		.board_count = 1,
	};
	/* The test made it. */
	row = (struct board_row *)(void *)(uintptr_t)&world->board->rows[0];
	row->value = span_of(value != NULL ? value : "1");
	row->parsed = value_parse(row->value, VALUE_AUTO, NULL);
	row->replay.passed_at = TIME_NONE;
	return row;
}

static void
end(struct world *world)
{
	board_unref(world->board);
	str_free(&world->text);
}

static void
passed(struct board_row *row, int64_t from, int64_t at)
{
	row->replay =
		(struct replay){ .from_known = true, .from = from, .passed_at = at };
}

typedef bool
adder(struct str *out, const struct frame *frame, const struct audit_line *line);

/* The first entry is the line; all are the ledger. */
static const char *
told(struct world *world, adder *add, const struct audit_entry *entries, size_t count)
{
	const struct audit_line line = {
		.entries = entries,
		.count = 1,
		.store = entries->store,
	};

	world->ledger.entries = entries;
	world->ledger.count = count;
	str_clear(&world->text);
	return add(&world->text, &world->frame, &line) ? str_text(&world->text) : NULL;
}

static void
a_time_that_was_seen_is_told(void **state)
{
	const struct audit_entry entry = entry_of("11", "5000", "100");
	struct world world;
	struct board_row *row = start(&world, "7500", false);

	(void)state;
	passed(row, 5000, RESET_AT + 8 * MINUTE);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again by 02:15:41 (8m later); now 7,500");
	/* Who had to pass more has passed this, too. */
	passed(row, 5001, RESET_AT + 8 * MINUTE);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again by 02:15:41 (8m later); now 7,500");
	/* It was, whatever has happened since. */
	row->value = SPAN("10");
	row->parsed = value_parse(row->value, VALUE_AUTO, NULL);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again by 02:15:41 (8m later); now 10");
	end(&world);
}

/* The time of the last save is not the time at which it passed. */
static void
a_time_that_was_not_seen_is_not_told(void **state)
{
	const struct audit_entry entry = entry_of("11", "5000", "100");
	struct world world;
	struct board_row *row = start(&world, "7500", false);

	(void)state;
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again, when was not seen; now 7,500");
	/* That was a lower one; that was before; that goes on. */
	passed(row, 4999, RESET_AT + MINUTE);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again, when was not seen; now 7,500");
	passed(row, 5000, RESET_AT - MINUTE);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again, when was not seen; now 7,500");
	passed(row, 5000, RESET_AT + MINUTE);
	row->replay.active = true;
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"passed 5,000 again, when was not seen; now 7,500");
	end(&world);
}

/* It was the other operation that left what then passed. */
static void
another_change_between_takes_the_time(void **state)
{
	struct audit_entry entries[] = { entry_of("11", "5000", "100"),
		entry_of("22", "5000", "300") };
	struct world world;
	struct board_row *row = start(&world, "7500", false);

	(void)state;
	passed(row, 5000, RESET_AT + 8 * MINUTE);
	entries[1].at = RESET_AT + 2 * MINUTE;
	assert_string_equal(told(&world, audit_add_then, entries, 2),
		"passed 5,000 again, when was not seen; now 7,500");
	entries[1].phase = SPAN("conflict");
	assert_string_equal(told(&world, audit_add_then, entries, 2),
		"passed 5,000 again by 02:15:41 (8m later); now 7,500");
	end(&world);
}

static void
what_has_not_passed_says_so(void **state)
{
	struct audit_entry entry = entry_of("11", "5000", "100");
	struct world world;

	(void)state;
	start(&world, "4999", false);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"not passed 5,000 again; now 4,999");
	/* Forward there is nothing to pass again; other kinds have no order. */
	entry.new_value = SPAN("9000");
	assert_string_equal(told(&world, audit_add_then, &entry, 1), "now 4,999");
	entry = entry_of("11", "abc", "abd");
	assert_string_equal(told(&world, audit_add_then, &entry, 1), "now 4,999");
	/* What was not done has no then, and another store is not asked. */
	entry.phase = SPAN("conflict");
	assert_null(told(&world, audit_add_then, &entry, 1));
	entry.phase = SPAN("done");
	entry.store = SPAN("t");
	assert_null(told(&world, audit_add_then, &entry, 1));
	end(&world);
}

static void
what_is_not_known_is_not_told(void **state)
{
	struct audit_entry entry = entry_of("11", "5000", "100");
	struct world world;
	struct board_job *job;

	(void)state;
	start(&world, "4999", true);
	assert_string_equal(told(&world, audit_add_then, &entry, 1),
		"not passed 5,000 again; when last read, 03:06:41: 4,999");
	/* Of a job whose rows are not here only the worst is known. */
	job = (struct board_job *)(void *)(uintptr_t)&world.board->jobs[0];
	job->partitions = 2;
	entry.key.partition = SPAN("1");
	assert_string_equal(told(&world, audit_add_then, &entry, 1), "not read yet");
	assert_null(told(&world, audit_add_undo, &entry, 1));
	end(&world);
}

static void
what_was_deleted_is_looked_for(void **state)
{
	const struct audit_entry entry = entry_of("11", "5000", NULL);
	struct world world;

	(void)state;
	start(&world, NULL, false);
	assert_string_equal(told(&world, audit_add_then, &entry, 1), "still not there");
	assert_string_equal(told(&world, audit_add_undo, &entry, 1),
		"u asks first; it would be there again with 5,000");
	end(&world);
	start(&world, "3", false);
	assert_string_equal(
		told(&world, audit_add_then, &entry, 1), "there again; now 3");
	end(&world);
}

static void
an_undo_says_where_it_goes(void **state)
{
	struct audit_entry entries[] = { entry_of("11", "5000", "100"),
		entry_of("22", "100", "5000"), entry_of("33", "5000", "100") };
	struct world world;

	(void)state;
	start(&world, "7500", false);
	assert_string_equal(told(&world, audit_add_undo, entries, 1),
		"u asks first; it would go BACK 2,500 from where it is now");
	end(&world);
	start(&world, "100", false);
	assert_string_equal(told(&world, audit_add_undo, entries, 1),
		"u asks first; it would go FORWARD 4,900 from where it is now");
	end(&world);
	start(&world, "5000", false);
	assert_string_equal(told(&world, audit_add_undo, entries, 1),
		"u asks first; it is at that value now");
	entries[1].undo_of = SPAN("11");
	assert_string_equal(
		told(&world, audit_add_undo, entries, 2), "undone already, by 22");
	/* … and that was undone. */
	entries[2].undo_of = SPAN("22");
	assert_string_equal(told(&world, audit_add_undo, entries, 3),
		"u asks first; it is at that value now");
	/* What brings it back is in the journal of whoever did it. */
	entries[0].in_journal = false;
	entries[0].who = SPAN("bob@jump1");
	assert_string_equal(told(&world, audit_add_undo, entries, 1),
		"not from here: the old row is in the journal of bob@jump1; u says what "
		"to do");
	end(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_that_was_seen_is_told),
		cmocka_unit_test(a_time_that_was_not_seen_is_not_told),
		cmocka_unit_test(another_change_between_takes_the_time),
		cmocka_unit_test(what_has_not_passed_says_so),
		cmocka_unit_test(what_is_not_known_is_not_told),
		cmocka_unit_test(what_was_deleted_is_looked_for),
		cmocka_unit_test(an_undo_says_where_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
