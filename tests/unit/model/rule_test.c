/* SPDX-License-Identifier: MIT */
#include "model/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct rule
rule_of(const char *name, const char *match, const char *store)
{
	struct rule rule = rule_unset();

	rule.name = name;
	rule.match = match;
	rule.store = store;
	return rule;
}

static void
later_rules_win_member_by_member(void **state)
{
	struct rule list[3];
	struct rules rules = { list, 3 };
	struct rule got;

	(void)state;
	list[0] = rule_of("all", "*", NULL);
	list[0].limits.warn_age = 5 * MINUTE;
	list[0].limits.cadence = 0;
	list[0].owner = "everybody";
	list[0].value_type = VALUE_INT;
	list[1] = rule_of("orders", "orders-*, bills", "ware*");
	list[1].limits.warn_age = 10 * MINUTE;
	list[1].limits.crit_lag = 100000;
	list[1].runbook = "https://wiki/rb/orders";
	list[2] = rule_of("other", "other", NULL);
	list[2].limits.warn_age = 1;

	got = rules_resolve(&rules, SPAN("warehouse"), SPAN("orders-daily"));
	assert_string_equal(got.name, "orders");
	assert_int_equal(got.limits.warn_age, 10 * MINUTE);
	assert_int_equal(got.limits.cadence, 0);
	assert_int_equal(got.limits.crit_lag, 100000);
	assert_true(got.limits.crit_age == RULE_UNSET);
	assert_string_equal(got.owner, "everybody");
	assert_string_equal(got.runbook, "https://wiki/rb/orders");
	assert_int_equal(got.value_type, VALUE_INT);

	got = rules_resolve(&rules, SPAN("files"), SPAN("orders-daily"));
	assert_string_equal(got.name, "all");
	assert_int_equal(got.limits.warn_age, 5 * MINUTE);
	assert_null(got.runbook);
}

static void
nothing_matches_nothing_is_set(void **state)
{
	struct rule list[] = { rule_of("none", NULL, NULL), rule_of("blank", " , ", NULL),
		rule_of("x", "x", NULL) };
	struct rules rules = { list, 3 };
	struct rule got = rules_resolve(&rules, SPAN("s"), SPAN("y"));

	(void)state;
	assert_null(got.name);
	assert_true(got.limits.cadence == RULE_UNSET);
	assert_false(got.ignore);
	assert_null(rules_resolve(&rules, SPAN("s"), SPAN("")).name);
	assert_null(rules_resolve(NULL, SPAN("s"), SPAN("y")).name);
}

static void
lists_of_patterns(void **state)
{
	static const struct {
		const char *match;
		struct span job;
		bool matches;
	} cases[] = {
		{ "a,b", SPAN("b"), true },
		{ "a b", SPAN("b"), true },
		{ " a ,\tb ", SPAN("b"), true },
		{ "a b", SPAN("a b"), false },
		{ "a\\ b", SPAN("a b"), true },
		{ "a\\,b", SPAN("a,b"), true },
		{ "a\\,b", SPAN("b"), false },
		{ "a\\", SPAN("a\\"), true },
		{ "x*, old-*", SPAN("old-1"), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rule rule = rule_of("r", cases[i].match, NULL);
		struct rules rules = { &rule, 1 };
		bool matches =
			rules_resolve(&rules, SPAN("s"), cases[i].job).name != NULL;

		if (matches != cases[i].matches)
			fail_msg("'%s', case %zu", cases[i].match, i);
	}
}

static void
ignoring_can_be_taken_back(void **state)
{
	struct rule list[] = { rule_of("old", "old-*", NULL),
		rule_of("keep", "old-keep", NULL), rule_of("owner", "*", NULL) };
	struct rules rules = { list, 3 };

	(void)state;
	list[0].ignore = list[0].ignore_set = true;
	list[1].ignore_set = true;
	assert_true(rules_resolve(&rules, SPAN("s"), SPAN("old-1")).ignore);
	assert_false(rules_resolve(&rules, SPAN("s"), SPAN("old-keep")).ignore);
}

static void
a_rule_is_for_jobs_of_a_store(void **state)
{
	struct rule any = rule_of("any", "a-*", NULL), there = any, none = any;

	(void)state;
	there.store = "pg-*";
	none.match = NULL;
	assert_true(rule_is_for(&any, SPAN("s"), SPAN("a-1")));
	assert_false(rule_is_for(&any, SPAN("s"), SPAN("b")));
	assert_true(rule_is_for(&there, SPAN("pg-1"), SPAN("a-1")));
	assert_false(rule_is_for(&there, SPAN("s"), SPAN("a-1")));
	assert_true(rule_is_for(&there, SPAN("pg-1"), SPAN_NONE));
	assert_false(rule_is_for(&there, SPAN("s"), SPAN_NONE));
	assert_false(rule_is_for(&none, SPAN("s"), SPAN("a-1")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_rules_win_member_by_member),
		cmocka_unit_test(nothing_matches_nothing_is_set),
		cmocka_unit_test(lists_of_patterns),
		cmocka_unit_test(ignoring_can_be_taken_back),
		cmocka_unit_test(a_rule_is_for_jobs_of_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
