/* SPDX-License-Identifier: MIT
 * One checkpoint over boards that no store gives at a wish: what is not known of it is
 * not called none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/app.h"
#include "tui/view.h"

/* The screen of a checkpoint of such a store says this of its metadata. */
static void
assert_metadata(bool down, bool known, struct span metadata, const char *line)
{
	const struct app_setup setup = {
		.width = 120, .height = 36, .ascii = true, .interval = 5 * SECOND
	};
	const struct view_target target = { "s", SPAN("a"), SPAN("0") };
	const struct board *board = board_of("s", BOARDS_NOW, down, "a:ok");
	struct board_row *row = (struct board_row *)&board->rows[0];
	struct app *app = app_new(&setup);
	struct str text = { 0 };

	row->metadata = metadata;
	row->metadata_known = known;
	app_update(app, &board, 1, BOARDS_NOW);
	app_open(app, view_find("detail"), &target);
	app_update(app, &board, 1, BOARDS_NOW);
	canvas_print(app_draw(app), &text);
	const char *found = strstr(text.text, "-- metadata --");
	assert_non_null(found);
	found = strchr(found, '\n') + 1;
	if (strncmp(found, line, strlen(line)) != 0 || found[strlen(line)] != '\n')
		fail_msg(
			"it is '%.*s', not '%s'", (int)strcspn(found, "\n"), found, line);
	str_free(&text);
	app_free(app);
	board_unref(board);
}

static void
metadata_that_was_not_read_is_not_none(void **state)
{
	(void)state;
	assert_metadata(false, true, SPAN_NONE, " none");
	assert_metadata(false, true, SPAN("{\"a\": 1}"), " {\"a\": 1}");
	assert_metadata(true, true, SPAN("{\"a\": 1}"), " {\"a\": 1}");
	assert_metadata(false, false, SPAN_NONE, " not known: not read yet");
	assert_metadata(true, false, SPAN_NONE, " not known: the store cannot be read");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_that_was_not_read_is_not_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
