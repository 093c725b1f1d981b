/* SPDX-License-Identifier: MIT
 * What changes ask for: how far the policy lets others relax it. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_fixture.h"

static void
what_changes_ask_for_has_limits(void **state)
{
	static const struct {
		const char *policy, *system, *user, *environment;
		int64_t step, least;
	} cases[] = {
		{ NULL, NULL, NULL, NULL, 1000, 3 },
		{ NULL, "10", "5000", NULL, 5000, 1000 },
		{ "100", NULL, NULL, NULL, 100, 100 },
		{ "100", "50", NULL, NULL, 50, 100 },
		{ "100", "200", NULL, NULL, 100, 200 },
		{ "100", "50", "101", NULL, 100, 101 },
		{ "100", "50", "99", NULL, 99, 100 },
		{ "100", "200", "99", NULL, 99, 100 },
		{ "100", NULL, NULL, "700", 100, 700 },
		{ "100", NULL, NULL, "7", 7, 100 },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const texts[] = { cases[i].policy, cases[i].system,
			cases[i].user };
		const char *const files[] = { fixture->policy, fixture->system,
			fixture->user };
		const char *environment[] = { NULL, NULL, NULL };
		char text[100], step[50], least[50];

		for (int f = 0; f < 3; f++) {
			long number = texts[f] != NULL ? atol(texts[f]) : 0;

			snprintf(text, sizeof(text),
				"[env]\nconfirm_step = %ld\nreason_least = %ld\n", number,
				number > 1000 ? 1000 : number);
			fixture_put(files[f], texts[f] != NULL ? text : "");
		}
		snprintf(step, sizeof(step), "CKPTOP_CONFIRM_STEP=%s",
			cases[i].environment);
		snprintf(least, sizeof(least), "CKPTOP_REASON_LEAST=%s",
			cases[i].environment);
		if (cases[i].environment != NULL) {
			environment[0] = step;
			environment[1] = least;
		}
		fixture->request.environment = environment;
		if (fixture_config(fixture)->env.confirm_step != cases[i].step ||
			fixture_config(fixture)->env.reason_least != cases[i].least)
			fail_msg("%zu: %lld, %lld", i,
				(long long)fixture_config(fixture)->env.confirm_step,
				(long long)fixture_config(fixture)->env.reason_least);
	}
	fixture->request.environment = NULL;
	fixture_put(fixture->policy, "[env]\nconfirm_step = -1\n");
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(
		fixture->err.text, "policy.conf:2: confirm_step must be a whole number"));
}

static void
a_reason_is_required_unless_all_say_no(void **state)
{
	struct fixture *fixture = *state;

	assert_true(fixture_config(fixture)->env.require_reason);
	fixture_put(fixture->user, "[env]\nrequire_reason = no\n");
	assert_false(fixture_config(fixture)->env.require_reason);
	fixture_put(fixture->policy, "[env]\nrequire_reason = yes\n");
	assert_true(fixture_config(fixture)->env.require_reason);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(what_changes_ask_for_has_limits),
		TEST(a_reason_is_required_unless_all_say_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
