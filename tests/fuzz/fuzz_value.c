/* SPDX-License-Identifier: MIT
 * Values as they are given on the command line and stored by anybody. A value of a type
 * is that of plain arithmetic; order and distance agree; a number that was written is
 * read again as the same; settings that are accepted lie in their range; nothing
 * overflows. */
#include "fuzz.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/arguments.h"
#include "config/option.h"
#include "model/number.h"
#include "model/value.h"
#include "store/head.h"
#include "store/number_text.h"

/* --- values --- */

/* The integer that a text is, by arithmetic that cannot overflow; false for others. */
static bool
plain_integer(__int128 *out, struct span text)
{
	bool negative = text.len > 0 && *text.at == '-';
	__int128 number = 0;

	if (text.len > 0 && (*text.at == '-' || *text.at == '+'))
		text.at++, text.len--;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		if (number < ((__int128)1 << 100))
			number = number * 10 + (text.at[i] - '0');
	}
	*out = negative ? -number : number;
	return text.len > 0;
}

static void
check_integer(struct span text)
{
	struct value value = value_parse(text, VALUE_INT, NULL);
	struct value any = value_parse(text, VALUE_AUTO, NULL);
	__int128 number;
	bool fits = plain_integer(&number, text) && number >= INT64_MIN &&
		    number <= INT64_MAX;

	WANT(fits == (value.type == VALUE_INT));
	WANT(fits == (any.type == VALUE_INT));
	WANT(!fits || (value.number == number && any.number == number));
}

/* "1A/2B" is the one position of a log that PostgreSQL writes so. */
static void
check_lsn(struct span text)
{
	struct value value = value_parse(text, VALUE_LSN, NULL), again;
	char written[32];

	if (value.type != VALUE_LSN)
		return;
	WANT(value.number >= 0);
	snprintf(written, sizeof(written), "%" PRIX64 "/%" PRIX64,
		(uint64_t)value.number >> 32, (uint64_t)value.number & UINT32_MAX);
	again = value_parse(span_of(written), VALUE_AUTO, NULL);
	WANT(again.type == VALUE_LSN && value_equal(&value, &again));
}

static void
check_file_position(struct span text)
{
	struct value value = value_parse(text, VALUE_FILE_POS, NULL);
	struct str written = { 0 };

	if (value.type != VALUE_FILE_POS)
		return;
	WANT(value.file.len > 0 && value.file.at == text.at && value.number >= 0);
	WANT(text.at[value.file.len] == ':');
	str_add_span(&written, value.file);
	str_addf(&written, ":%" PRId64, value.number);
	value = value_parse(str_span(&written), VALUE_FILE_POS, NULL);
	WANT(value.type == VALUE_FILE_POS);
	str_free(&written);
}

/* Two values that can be ordered are ordered in one way. */
static void
check_pair(struct span a_text, struct span b_text, enum value_type type)
{
	struct value a = value_parse(a_text, type, NULL);
	struct value b = value_parse(b_text, type, NULL);
	int64_t forth, back;

	WANT(span_equal(a.text, a_text) && value_equal(&a, &a));
	WANT(type == VALUE_AUTO || a.type == type || a.type == VALUE_OPAQUE);
	WANT(value_comparable(&a, &b) == value_comparable(&b, &a));
	WANT(value_equal(&a, &b) == value_equal(&b, &a));
	if (!value_comparable(&a, &b)) {
		WANT(!value_equal(&a, &b) || span_equal(a_text, b_text));
		return;
	}
	forth = value_distance(&a, &b);
	back = value_distance(&b, &a);
	WANT(forth == -back && (forth == 0) == value_equal(&a, &b));
	WANT((forth > 0) == (a.number > b.number));
}

/* --- numbers --- */

static void
check_numbers(struct span text, int64_t number)
{
	char shortest[NUMBER_REAL_SIZE];
	struct str shown = { 0 };
	int64_t integer;
	double real, again;
	__int128 plain;

	number_add_short(&shown, number);
	WANT(shown.len <= 5 + (number < 0));
	str_clear(&shown);
	number_add_brief(&shown, number);
	WANT(shown.len <= 4 + (number < 0));
	str_clear(&shown);
	str_addf(&shown, "%" PRId64, number);
	WANT(number_read_integer(&integer, str_span(&shown)) && integer == number);
	str_free(&shown);
	if (number_read_integer(&integer, text))
		WANT(plain_integer(&plain, text) && plain == integer);
	if (number_read_exact_real(&real, text))
		WANT(number_read_real(&again, text) && again == real);
	if (!number_read_real(&real, text))
		return;
	WANT(isfinite(real));
	number_write_real(shortest, real);
	WANT(number_read_exact_real(&again, span_of(shortest)));
	WANT(memcmp(&again, &real, sizeof(real)) == 0);
	WANT(!number_read_integer(&integer, span_of(shortest)));
}

/* --- settings and words of the command line --- */

static void
check_setting(const struct option *option, const char *text)
{
	struct err err = { 0 };
	struct head_spec head;

	/* Zones are read from files. */
	if (option->type == OPTION_ZONE)
		return;
	if (option_check(option, text, &err) != 0) {
		WANT(err.kind == ERR_USAGE);
		WANT(strncmp(err.text, option->key, strlen(option->key)) == 0);
		return;
	}
	WANT(text[0] != '\0');
	if (option->type == OPTION_COUNT || option_is_limit(option))
		WANT(option_count(text) >= 0 && option_count(text) < INT64_MAX);
	if (option->type == OPTION_DURATION)
		WANT(option_duration(text) >= MILLISECOND &&
			option_duration(text) <= 3650 * DAY);
	if (option->type == OPTION_WORD)
		WANT(strstr(option->values, text) != NULL && strchr(text, '|') == NULL);
	if (option->type == OPTION_HEAD)
		WANT(head_parse(&head, text, NULL) == 0);
}

#define WORDS_MOST 12

/* The text as words that end at its lines: operands are left as they were given. */
static void
check_words(char *text)
{
	char program[] = "ckptop", *words[WORDS_MOST + 2] = { program };
	struct cli cli = { .program = program };
	struct err err = { 0 };
	int count = 1;

	for (char *rest = text; rest != NULL && count <= WORDS_MOST;)
		words[count++] = strsep(&rest, "\n");
	if (arguments_parse(&cli, count, words, &err) == 0) {
		bool asks = cli_has(&cli, "help") || cli_has(&cli, "version");

		WANT(cli.command != NULL);
		WANT(asks || (cli.operand_count >= cli.command->least &&
				     cli.operand_count <= cli.command->most));
		for (size_t i = 0; i < cli.given_count; i++)
			WANT(cli.given[i].option->metavar != NULL ||
				cli.given[i].value[0] == '\0');
	} else {
		WANT(err.kind == ERR_USAGE && err.text[0] != '\0');
	}
	arguments_free(&cli);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t number = (int64_t)fuzz_take_number(data, &size, 8);
	struct span bytes = fuzz_span(data, size), second = bytes;
	const char *end = memchr(bytes.at, '\n', bytes.len);
	char *text = mem_copy(bytes.at, bytes.len);
	size_t count;
	const struct option *options = config_options(&count);

	if (end != NULL) {
		second = (struct span){ end + 1,
			(size_t)(bytes.at + bytes.len - end - 1) };
		bytes.len = (size_t)(end - bytes.at);
	}
	check_integer(bytes);
	check_lsn(bytes);
	check_file_position(bytes);
	for (enum value_type type = VALUE_AUTO; type <= VALUE_OPAQUE; type++)
		check_pair(bytes, second, type);
	check_numbers(bytes, number);
	for (size_t i = 0; i < count; i++)
		check_setting(&options[i], text);
	check_words(text);
	free(text);
	return 0;
}
