/* SPDX-License-Identifier: MIT */
#include "tui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of its own for every test, with one theme file t.theme in it. */
struct folder {
	char path[64], file[80];
};

static struct folder
folder_with(const char *text)
{
	struct folder folder;

	snprintf(folder.path, sizeof(folder.path), "theme-test-XXXXXX");
	assert_non_null(mkdtemp(folder.path));
	snprintf(folder.file, sizeof(folder.file), "%s/t.theme", folder.path);
	if (text != NULL) {
		FILE *file = fopen(folder.file, "w");
		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
	return folder;
}

static void
folder_remove(const struct folder *folder)
{
	unlink(folder->file);
	assert_int_equal(rmdir(folder->path), 0);
}

static bool
has_colour(const struct theme *theme)
{
	for (int i = 0; i < STYLES; i++)
		if (theme->looks[i].foreground >= 0 || theme->looks[i].background >= 0)
			return true;
	return theme->selected.foreground >= 0 || theme->marked.foreground >= 0 ||
	       theme->dim.foreground >= 0;
}

static void
built_in_themes_are_complete(void **state)
{
	(void)state;
	assert_true(theme_count() >= 2);
	for (size_t i = 0; i < theme_count(); i++) {
		struct theme theme;
		struct err err = { 0 };
		assert_int_equal(theme_load(&theme, theme_name(i), NULL, false, &err), 0);
		assert_string_equal(err.text, "");
		assert_int_equal(has_colour(&theme), strcmp(theme_name(i), "mono") != 0);
		assert_true(theme.selected.attributes & THEME_REVERSE);
		assert_true(theme.marked.attributes & THEME_BOLD);
		assert_true(theme.dim.attributes & THEME_DIM);
	}
}

static void
states_look_different_without_colours(void **state)
{
	static const enum style states[] = { STYLE_STATE_OK, STYLE_STATE_RPLY,
		STYLE_STATE_WARN, STYLE_STATE_UNKN, STYLE_STATE_CRIT };
	struct theme theme;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(theme_load(&theme, "dark", NULL, true, &err), 0);
	assert_false(has_colour(&theme));
	for (size_t i = 0; i < 5; i++)
		for (size_t j = i + 1; j < 5; j++)
			assert_int_not_equal(theme.looks[states[i]].attributes,
				theme.looks[states[j]].attributes);
}

static void
files_are_read(void **state)
{
	struct folder folder = folder_with("; comment\n\n  [style]  \r\n"
					   "state.crit=bright-red , 17,bold,underline\r\n"
					   "row.selected = default\n"
					   "spark = 255, default");
	struct theme theme, mono;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(theme_load(&theme, "t", folder.path, false, &err), 0);
	assert_int_equal(theme.looks[STYLE_STATE_CRIT].foreground, 9);
	assert_int_equal(theme.looks[STYLE_STATE_CRIT].background, 17);
	assert_int_equal(
		theme.looks[STYLE_STATE_CRIT].attributes, THEME_BOLD | THEME_UNDERLINE);
	assert_int_equal(theme.selected.attributes, 0);
	assert_int_equal(theme.looks[STYLE_SPARK].foreground, 255);
	/* What it leaves out looks as in mono. */
	theme_mono(&mono);
	assert_memory_equal(&theme.looks[STYLE_STATE_UNKN], &mono.looks[STYLE_STATE_UNKN],
		sizeof(struct theme_look));
	/* By path, and a file wins over what is built in. */
	assert_int_equal(theme_load(&theme, folder.file, NULL, false, &err), 0);
	char dark[96];
	snprintf(dark, sizeof(dark), "%s/dark.theme", folder.path);
	assert_int_equal(rename(folder.file, dark), 0);
	assert_int_equal(theme_load(&theme, "dark", folder.path, false, &err), 0);
	assert_int_equal(theme.looks[STYLE_STATE_CRIT].background, 17);
	unlink(dark);
	folder_remove(&folder);
}

static void
mistakes_name_line_and_nearest_word(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "[style]\nstate.krit = red",
			":2: unknown key 'state.krit', did you mean "
			"'state.crit'?" },
		{ "[style]\n\nspark = gren", ":3: unknown colour 'gren', did you mean "
					     "'green'?" },
		{ "[style]\nspark = red, 256", ":2: unknown colour '256'" },
		{ "[style]\nspark = -1", ":2: unknown colour '-1'" },
		{ "[style]\nspark = 0001", ":2: unknown colour '0001'" },
		{ "[style]\nspark =", ":2: unknown colour ''" },
		{ "[style]\nspark = red,", ":2: unknown colour ''" },
		{ "[style]\nspark = red, blue, blod", ":2: unknown attribute 'blod', did "
						      "you mean 'bold'?" },
		{ "[style]\nspark = red ; bright", ":2: unknown colour 'red ; bright'" },
		{ "[style]\nspark = red\nspark = red",
			":3: 'spark' is set a second time" },
		{ "[styel]\n", ":1: unknown section '[styel]', did you mean '[style]'?" },
		{ "spark = red\n", ":1: no [style] line before this" },
		{ "[style]\nspark\n", ":2: neither [SECTION] nor KEY = VALUE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct folder folder = folder_with(cases[i].text);
		struct theme theme;
		struct err err = { 0 };
		char expected[200];
		snprintf(expected, sizeof(expected), "%s%s", folder.file,
			cases[i].message);
		for (int no_color = 0; no_color < 2; no_color++) {
			err_clear(&err);
			assert_int_equal(
				theme_load(&theme, "t", folder.path, no_color, &err), -1);
			assert_int_equal(err.kind, ERR_USAGE);
			assert_string_equal(err.text, expected);
		}
		folder_remove(&folder);
	}
}

static void
what_is_no_theme_is_refused(void **state)
{
	struct folder folder = folder_with(NULL);
	struct theme theme;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(theme_load(&theme, "darkish", folder.path, false, &err), -1);
	assert_non_null(strstr(err.text, "no theme 'darkish'"));
	assert_non_null(strstr(err.text, "dark, mono"));
	assert_non_null(strstr(err.text, folder.path));
	err_clear(&err);
	assert_int_equal(theme_load(&theme, "./none.theme", NULL, false, &err), -1);
	assert_non_null(strstr(err.text, "./none.theme"));
	err_clear(&err);
	assert_int_equal(mkfifo(folder.file, 0600), 0);
	assert_int_equal(theme_load(&theme, "t", folder.path, false, &err), -1);
	assert_non_null(strstr(err.text, "not a regular file"));
	folder_remove(&folder);
}

static void
colours_fall_back_to_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(theme_reduce(-1, 256), -1);
	assert_int_equal(theme_reduce(200, 256), 200);
	assert_int_equal(theme_reduce(3, 0), -1);
	assert_int_equal(theme_reduce(9, 16), 9);
	assert_int_equal(theme_reduce(9, 8), 1);
	assert_int_equal(theme_reduce(196, 16), 9); /* the cube's red */
	assert_int_equal(theme_reduce(196, 8), 1);
	assert_int_equal(theme_reduce(88, 16), 1); /* its dark red */
	assert_int_equal(theme_reduce(16, 16), 0);
	assert_int_equal(theme_reduce(231, 16), 15);
	assert_int_equal(theme_reduce(255, 8), 7);
	assert_int_equal(theme_reduce(232, 8), 0);
	for (int16_t colour = 0; colour < 256; colour++) {
		assert_in_range(theme_reduce(colour, 8), 0, 7);
		assert_in_range(theme_reduce(colour, 16), 0, 15);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_themes_are_complete),
		cmocka_unit_test(states_look_different_without_colours),
		cmocka_unit_test(files_are_read),
		cmocka_unit_test(mistakes_name_line_and_nearest_word),
		cmocka_unit_test(what_is_no_theme_is_refused),
		cmocka_unit_test(colours_fall_back_to_the_nearest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
