/* SPDX-License-Identifier: MIT
 * A good file is damaged in thousands of ways. Each is refused with its line, or what was
 * taken from it stands on the line that is named, whole. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config_fixture.h"
#include "config_truth.h"

#define ROUNDS 3000

static const char good[] = "\xef\xbb\xbf[env]\n"
			   "name = prod ;x\n"
			   "interval=5s\n"
			   "read_only=no\n"
			   "[store a]\n"
			   "uri = sqlite:/x?table=t&job=%41\n"
			   "tz=UTC\n"
			   "head_sql = SELECT 1 ; 2\n"
			   "[rule r]\n"
			   "match = * #1\n"
			   "warn_age = 5m\n"
			   "crit_lag=1000\n"
			   "# c\n\n"
			   "  ; d\r\n";

/* What the damage is made of, besides single bytes and long runs. */
static const char *const pieces[] = { "[", "]", "=", ":", "\n", "\r\n", "  ", ";", "#",
	"\xff", "store", "env", "[store b]\n", "uri = demo:/y\n", "read_only=yes\n" };

/* Numbers that are the same in every run. */
static unsigned
next(uint64_t *seed, unsigned below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % below;
}

/* Cuts some bytes out of the text and puts others in their place. */
static void
replace(struct str *text, size_t at, size_t cut, struct span put)
{
	struct str result = { 0 };
	struct span all = str_span(text);

	if (cut > all.len - at)
		cut = all.len - at;
	str_add_span(&result, (struct span){ all.at, at });
	str_add_span(&result, put);
	str_add_span(&result, (struct span){ all.at + at + cut, all.len - at - cut });
	str_free(text);
	*text = result;
}

static void
damage(struct str *text, uint64_t *seed)
{
	char run[220], byte;

	for (unsigned times = 1 + next(seed, 4); times > 0 && text->len > 0; times--) {
		size_t at = next(seed, (unsigned)text->len);

		memset(run, 'a', sizeof(run));
		byte = (char)next(seed, 256);
		switch (next(seed, 4)) {
		case 0: replace(text, at, 1, (struct span){ &byte, 1 }); break;
		case 1: replace(text, at, next(seed, 10), SPAN("")); break;
		case 2:
			replace(text, at, 0,
				span_of(pieces[next(
					seed, sizeof(pieces) / sizeof(*pieces))]));
			break;
		default:
			replace(text, at, 0,
				(struct span){ run, next(seed, sizeof(run)) });
			break;
		}
	}
}

/* The value is all that stands behind the '=' of its line. */
static void
check_setting(const struct config_setting *setting, struct span text,
	const struct fixture *fixture)
{
	if (!config_tells_the_truth(setting, text, fixture->user))
		fail_msg("%s = \"%s\" was read from %s of\n%.*s", setting->key,
			setting->value, setting->origin, (int)text.len, text.at);
}

static void
check_refusal(const struct fixture *fixture, struct span text)
{
	assert_int_equal(fixture->err.kind, ERR_USAGE);
	if (!config_names_its_line(&fixture->err, text, fixture->user))
		fail_msg("\"%s\" for\n%.*s", fixture->err.text, (int)text.len, text.at);
}

static void
damaged_files_are_read_right_or_refused(void **state)
{
	struct fixture *fixture = *state;
	unsigned accepted = 0, refused = 0;
	struct str text = { 0 };
	uint64_t seed = 1;

	for (unsigned i = 0; i < ROUNDS; i++) {
		str_clear(&text);
		str_add_span(&text, SPAN(good));
		damage(&text, &seed);
		fixture_write(fixture, "user.conf", str_span(&text), 0600);
		if (fixture_load(fixture) != 0) {
			check_refusal(fixture, str_span(&text));
			refused++;
			continue;
		}
		accepted++;
		for (size_t s = 0; s < fixture->config->setting_count; s++)
			check_setting(
				&fixture->config->settings[s], str_span(&text), fixture);
	}
	/* Neither all nor none: both halves were tested. */
	assert_in_range(accepted, 50, ROUNDS);
	assert_in_range(refused, 50, ROUNDS);
	str_free(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(damaged_files_are_read_right_or_refused,
			fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
