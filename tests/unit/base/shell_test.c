/* SPDX-License-Identifier: MIT */
#include "base/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const words[] = { "reset", "--reason", "INC-1 it's a \"tax\" table",
	"a\\b", "", "tab\there", "caf\xc3\xa9 au lait", "$HOME `x` *", "-5", "\\'\\' '" };

#define WORDS (sizeof(words) / sizeof(*words))

static struct str
command(void)
{
	struct str out = { 0 };

	str_add(&out, "printf '%s|'");
	for (size_t i = 0; i < WORDS; i++) {
		str_add_char(&out, ' ');
		shell_add_word(&out, span_of(words[i]));
	}
	return out;
}

/* What a shell (bash, for $'…') prints of it. */
static void
assert_run(const struct str *script)
{
	struct str wanted = { 0 };
	char path[] = "/tmp/shell_test.XXXXXX", run[64], answer[512] = "";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w"), *output;

	assert_non_null(file);
	fputs(str_text(script), file);
	fclose(file);
	snprintf(run, sizeof(run), "bash %s", path);
	output = popen(run, "r");
	assert_non_null(output);
	answer[fread(answer, 1, sizeof(answer) - 1, output)] = '\0';
	assert_int_equal(pclose(output), 0);
	remove(path);
	for (size_t i = 0; i < WORDS; i++)
		str_addf(&wanted, "%s|", words[i]);
	assert_string_equal(answer, str_text(&wanted));
	str_free(&wanted);
}

static void
words_arrive_as_they_are(void **state)
{
	struct str text = command();

	(void)state;
	assert_run(&text);
	str_free(&text);
}

/* However narrow the lines are, as long as its longest word fits. */
static void
lines_are_continued_between_words(void **state)
{
	(void)state;
	for (size_t cells = 34; cells < 90; cells++) {
		struct str text = command(), script = { 0 };
		struct span rest = str_span(&text);

		while (rest.len > 0) {
			size_t length = shell_line_length(rest, cells);

			assert_in_range(length, 1, rest.len);
			str_add_span(&script, (struct span){ rest.at, length });
			rest = (struct span){ rest.at + length, rest.len - length };
			if (rest.len == 0)
				break;
			assert_true(length + 2 <= cells + 1 && rest.at[0] == ' ');
			str_add(&script, " \\\n  ");
		}
		assert_run(&script);
		str_free(&text);
		str_free(&script);
	}
}

static void
what_does_not_fit_says_so(void **state)
{
	(void)state;
	assert_int_equal(shell_line_length(SPAN("ckptop reset"), 12), 12);
	assert_int_equal(shell_line_length(SPAN("ckptop reset x"), 12), 6);
	assert_int_equal(shell_line_length(SPAN("ckptop reset"), 8), 6);
	assert_int_equal(shell_line_length(SPAN("ckptop reset"), 7), 0);
	assert_int_equal(shell_line_length(SPAN("'a b c d e f'"), 8), 0);
	assert_int_equal(shell_line_length(SPAN_NONE, 8), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_arrive_as_they_are),
		cmocka_unit_test(lines_are_continued_between_words),
		cmocka_unit_test(what_does_not_fit_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
