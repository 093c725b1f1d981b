/* SPDX-License-Identifier: MIT */
#include "plan_bench.h"

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	if (bench == NULL)
		return -1;
	bench_start(bench);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	bench_stop(*state);
	free(*state);
	return 0;
}

/* --- from where to where --- */

/* D08 lexicographic trap */
static void
values_are_counted_never_compared_as_texts(void **state)
{
	static const struct {
		enum value_type type;
		bool next;
		const char *old, *target, *new;
		enum direction direction;
		int64_t distance;
		const char *meaning;
	} cases[] = {
		{ VALUE_AUTO, false, "9", "10", "10", DIRECTION_SKIP, 1,
			"SKIPS 1 record: 10" },
		{ VALUE_AUTO, false, "10", "9", "9", DIRECTION_REWIND, 1,
			"read again from 10" },
		{ VALUE_AUTO, true, "10", "9", "9", DIRECTION_REWIND, 1,
			"read again from 9" },
		{ VALUE_AUTO, true, "9", "12", "12", DIRECTION_SKIP, 3,
			"SKIPS 3 records: 9 to 11" },
		{ VALUE_AUTO, false, "88412007", "+12043", "88424050", DIRECTION_SKIP,
			12043, "SKIPS 12,043 records: 88,412,008 to 88,424,050" },
		{ VALUE_AUTO, false, "88412007", "-7", "88412000", DIRECTION_REWIND, 7,
			"read again from 88,412,001" },
		{ VALUE_AUTO, false, "0099", "+1", "0100", DIRECTION_SKIP, 1,
			"SKIPS 1 record: 100" },
		{ VALUE_AUTO, false, "-3", "-2", "-5", DIRECTION_REWIND, 2,
			"read again from -4" },
		{ VALUE_AUTO, false, "7", "007", "7", DIRECTION_SAME, 0,
			"stays as it is" },
		{ VALUE_AUTO, false, "7", "text:007", "007", DIRECTION_CHANGE, 0,
			"another value: how far is not known" },
		{ VALUE_AUTO, false, "16/B374D848", "+8", "16/B374D850", DIRECTION_SKIP,
			8, "SKIPS 8 bytes, up to 16/B374D850" },
		{ VALUE_AUTO, false, "16/10", "15/FFFFFFF0", "15/FFFFFFF0",
			DIRECTION_REWIND, 32, "read again from 15/FFFFFFF0" },
		{ VALUE_FILE_POS, false, "binlog.3:154", "-54", "binlog.3:100",
			DIRECTION_REWIND, 54, "read again from binlog.3:100" },
		{ VALUE_FILE_POS, false, "binlog.3:154", "binlog.4:4", "binlog.4:4",
			DIRECTION_CHANGE, 0, "another value: how far is not known" },
		{ VALUE_AUTO, false, "2026-11-20T00:00:00Z", "@2026-11-19T12:00:00Z",
			"2026-11-19T12:00:00Z", DIRECTION_REWIND, 12 * HOUR,
			"read again from 2026-11-19T12:00:00Z" },
		{ VALUE_AUTO, false, "2026-11-20 01:00:00+01:00", "@2026-11-20T12:00:00Z",
			"2026-11-20 13:00:00+01:00", DIRECTION_SKIP, 12 * HOUR,
			"SKIPS 12h, up to 2026-11-20 13:00:00+01:00" },
		{ VALUE_AUTO, false, "2026-11-20", "2026-11-18", "2026-11-18",
			DIRECTION_REWIND, 2 * DAY, "read again from 2026-11-18" },
		{ VALUE_TIME, false, "1795316861", "@2026-11-22T03:07:40Z", "1795316860",
			DIRECTION_REWIND, SECOND, "read again from 1795316860" },
		{ VALUE_AUTO, false, "token-a", "text:token-b", "token-b",
			DIRECTION_CHANGE, 0, "another value: how far is not known" },
		{ VALUE_AUTO, false, NULL, "5", "5", DIRECTION_CHANGE, 0,
			"another value: how far is not known" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct plan_row *row;

		bench->count = 0;
		str_clear(&bench->images[0][0]);
		bench->config.value_type = cases[i].type;
		bench->config.value_is_last = !cases[i].next;
		bench_row(bench, "7", cases[i].old, NULL);
		row = bench_reset(bench, cases[i].target);
		if (!span_is(row->new_value, cases[i].new) ||
			row->direction != cases[i].direction ||
			row->distance != cases[i].distance ||
			strcmp(row->meaning, cases[i].meaning) != 0)
			fail_msg("%zu: %.*s, %s %lld, \"%s\"", i, (int)row->new_value.len,
				row->new_value.at, direction_word(row->direction),
				(long long)row->distance, row->meaning);
		assert_int_equal(row->distance_known, row->direction != DIRECTION_CHANGE);
	}
}

/* O06 reset_type_mismatch */
/* D07 value types */
static void
what_does_not_fit_is_refused(void **state)
{
	static const struct {
		enum value_type type;
		const char *old, *target, *words;
	} cases[] = {
		{ VALUE_AUTO, "88412007", "2026-11-21",
			"is a whole number, and \"2026-11-21\" is a date or time" },
		{ VALUE_AUTO, "88412007", "@2026-11-21T19:00:00Z",
			"which position its source had at a time is not known" },
		{ VALUE_AUTO, "88412007", "@-7d", "type the position itself" },
		{ VALUE_AUTO, "88412007", "16/B374D848", "is a log position" },
		{ VALUE_AUTO, "2026-11-20T00:00:00Z", "5", "is a date or time, and" },
		{ VALUE_AUTO, "2026-11-20T00:00:00Z", "2026-11-18",
			"a date alone has none" },
		{ VALUE_AUTO, "2026-11-20T00:00:00Z", "+5", "is a time, not a position" },
		{ VALUE_AUTO, "2026-11-20 00:00:00", "@2026-11-19T00:00:00Z",
			"set tz = ..." },
		{ VALUE_AUTO, "token-a", "5", "text without an order" },
		{ VALUE_AUTO, "token-a", "+1", "is no number to count from" },
		{ VALUE_AUTO, "token-a", "5", "nothing was written; type text:5 to" },
		{ VALUE_AUTO, "1.5", "2", "value 1.5 is a number with a point or" },
		{ VALUE_AUTO, "1000.0", "900", "and \"900\" is a whole number;" },
		{ VALUE_AUTO, "-1e+300", "2", "is a number with a point or an" },
		{ VALUE_AUTO, "1.5", "-1", "but no whole one of 64 bits to count from" },
		{ VALUE_AUTO, "9223372036854775808", "2",
			"is a whole number of more than 64 bits" },
		{ VALUE_AUTO, "1.", "2", "is a text without an order" },
		{ VALUE_AUTO, ".5", "2", "is a text without an order" },
		{ VALUE_AUTO, "1e", "2", "is a text without an order" },
		{ VALUE_AUTO, "1.5x", "2", "is a text without an order" },
		{ VALUE_AUTO, "-", "2", "is a text without an order" },
		{ VALUE_AUTO, "", "2", "is a text without an order" },
		{ VALUE_AUTO, " 7", "8", "text without an order" },
		{ VALUE_INT, NULL, "2026-11-21", "is a whole number" },
		{ VALUE_AUTO, NULL, "+1", "no value to count from" },
		{ VALUE_AUTO, "5", "-6", "below zero" },
		{ VALUE_AUTO, "0/5", "-6", "below zero" },
		{ VALUE_AUTO, "9223372036854775807", "+1", "more than 64 bits" },
		{ VALUE_AUTO, "-9223372036854775808", "-1", "more than 64 bits" },
		{ VALUE_AUTO, "5", "start", "where its source starts is not known" },
		{ VALUE_AUTO, "5", "end", "where its source ends is not known" },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench->count = 0;
		str_clear(&bench->images[0][0]);
		bench->config.value_type = cases[i].type;
		bench_row(bench, "7", cases[i].old, NULL);
		bench_expect_error(bench, cases[i].target, ERR_USAGE, cases[i].words);
		assert_non_null(strstr(bench->err.text, "orders/7: "));
		assert_non_null(strstr(bench->err.text, "nothing was written"));
	}
}

static void
a_number_stays_one(void **state)
{
	struct bench *bench = *state;

	bench_row(bench, "7", "100", NULL)->now.storage = CKPT_STORAGE_INTEGER;
	assert_true(span_is(bench_reset(bench, "0090")->new_value, "90"));
	assert_true(span_is(bench_reset(bench, "text:0090")->new_value, "0090"));
	bench->subjects[0].now.storage = CKPT_STORAGE_TEXT;
	assert_true(span_is(bench_reset(bench, "0090")->new_value, "0090"));
}

static void
times_are_written_in_the_zone_of_the_store(void **state)
{
	struct bench *bench = *state;
	struct zone *zone = zone_fixed(5 * 3600 + 1800);

	bench->config.zone = zone;
	bench_row(bench, "7", "2026-11-20 00:00:00", NULL);
	assert_true(span_is(bench_reset(bench, "@2026-11-19T18:30:00Z")->new_value,
		"2026-11-20 00:00:00"));
	assert_true(plan_is_empty(bench->plan));
	assert_true(span_is(bench_reset(bench, "@2026-11-19T18:00:00Z")->new_value,
		"2026-11-19 23:30:00"));
	zone_free(zone);
}

static void
a_file_starts_at_zero(void **state)
{
	struct bench *bench = *state;
	struct rule rule = rule_unset();
	const struct rules rules = { &rule, 1 };

	bench->config.head = "file:/var/log/orders";
	bench_row(bench, "7", "4711", NULL);
	assert_true(span_is(bench_reset(bench, "start")->new_value, "0"));
	/* What a rule says of its jobs counts more. */
	rule.match = "orders";
	rule.head = "now";
	bench->terms.rules = &rules;
	bench_expect_error(bench, "start", ERR_USAGE, "where its source starts");
	rule.head = NULL;
	rule.value_type = VALUE_TIME;
	bench_expect_error(bench, "+5", ERR_USAGE, "is a time, not a position");
}

static void
the_end_is_the_head(void **state)
{
	static const struct {
		const char *old, *target, *new;
		struct lag lag;
	} cases[] = {
		{ "90", "end", "100", { .kind = LAG_POSITIONS, .amount = 10 } },
		{ "090", "end", "100", { .kind = LAG_POSITIONS, .amount = 10 } },
		{ "100", "end", "100", { .kind = LAG_POSITIONS, .amount = 0 } },
		{ "16/10", "end", "16/20", { .kind = LAG_POSITIONS, .amount = 16 } },
		{ "2026-11-20T00:00:00Z", "end", "2026-11-20T01:00:00Z",
			{ .kind = LAG_TIME, .amount = HOUR } },
	};
	struct bench *bench = *state;
	struct board_job job = { .limits = rule_unset().limits };
	struct board board = { .store = { .reachable = true, .good_at = BENCH_NOW } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_subject *subject;
		struct board_row seen = {
			.board = &board,
			.job = &job,
			.value = span_of(cases[i].old),
			.parsed = value_parse(span_of(cases[i].old), VALUE_AUTO, NULL),
			.lag = cases[i].lag,
			.updated = TIME_NONE,
			.cadence = TIME_NONE,
			.cadence_before = TIME_NONE,
			.note = "",
		};

		bench->count = 0;
		str_clear(&bench->images[0][0]);
		subject = bench_row(bench, "7", cases[i].old, NULL);
		subject->observed = &seen;
		if (!span_is(
			    bench_reset(bench, cases[i].target)->new_value, cases[i].new))
			fail_msg("%zu", i);
		seen.lag.partial = true;
		bench_expect_error(bench, "end", ERR_USAGE, "source ends is not known");
		seen.lag = (struct lag){ .kind = LAG_UNKNOWN };
		seen.lag_reason = "no head is configured";
		bench_expect_error(bench, "end", ERR_USAGE, "no head is configured");
	}
}

/* O05 reset_to_same */
static void
what_is_there_already_is_not_written(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *rows;

	bench_row(bench, "0", "100", NULL);
	bench_row(bench, "1", "200", NULL);
	rows = bench_reset(bench, "100");
	assert_false(plan_is_empty(bench->plan));
	assert_int_equal(rows[0].direction, DIRECTION_SAME);
	assert_null(rows[0].wanted.at);
	assert_int_equal(rows[1].direction, DIRECTION_REWIND);
	assert_string_equal(
		bench_risk(bench, "same"), "p0 is there already, and is not written.");
	bench->count = 1;
	bench_reset(bench, "100");
	assert_true(plan_is_empty(bench->plan));
	assert_string_equal(bench_effect(bench, "effect"),
		"Nothing changes: it is there already. Nothing is written.");
	assert_int_equal(plan_confirm(bench->plan, &(struct plan_answer){ .yes = true },
				 &bench->err),
		-1);
	assert_int_equal(bench->err.kind, ERR_REFUSED);
}

/* --- what is left in the row --- */

static void
our_members_are_added_and_every_other_byte_stays(void **state)
{
	static const char ours[] =
		"\"reset_by\": \"bob@jump1\", \"reset_at\": \"2026-11-22T03:07:41Z\", "
		"\"reset_from\": \"100\", \"reset_reason\": \"INC-4711 tax table "
		"fixed\", "
		"\"reset_id\": \"" BENCH_OP "\"";
	static const struct {
		const char *before, *head, *tail; /* around ours; head NULL: untouched */
	} cases[] = {
		{ NULL, "{", "}" },
		{ "", "{", "}" },
		{ " null\n", "{", "}" },
		{ "{}", "{", "}" },
		{ " { } ", " {", " } " },
		{ "{\"a\":1e3 , \"b\": NaN,\"c\":\"\\ud800\" }",
			"{\"a\":1e3 , \"b\": NaN,\"c\":\"\\ud800\", ", " }" },
		{ "{\"deep\": {\"reset_by\": \"x\"}}",
			"{\"deep\": {\"reset_by\": \"x\"}, ", "}" },
		{ "{\"a\": [1,2,\t3]}\n", "{\"a\": [1,2,\t3], ", "}\n" },
		{ "[1, 2]", NULL, NULL },
		{ "\"text\"", NULL, NULL },
		{ "7", NULL, NULL },
		{ "{\"a\": ", NULL, NULL },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str wanted = { 0 }, memory = { 0 };
		struct image_facts facts;
		const struct plan_row *row;

		bench->count = 0;
		str_clear(&bench->images[0][0]);
		bench_row(bench, "7", "100", cases[i].before);
		row = bench_reset(bench, "90");
		stub_read(&bench->store, row->wanted, &memory, &facts);
		assert_true(span_is(facts.value, "90"));
		assert_true(span_is(facts.updated_text, "2026-11-22T03:07:41Z"));
		if (cases[i].head == NULL)
			str_add(&wanted, cases[i].before);
		else
			str_addf(&wanted, "%s%s%s", cases[i].head, ours, cases[i].tail);
		if (!span_is(facts.metadata, str_text(&wanted)))
			fail_msg("%zu: %.*s", i, (int)facts.metadata.len,
				facts.metadata.at);
		assert_int_equal(cases[i].head == NULL,
			strstr(bench_risk(bench, "metadata"), "stays as it is") != NULL);
		str_free(&wanted);
		str_free(&memory);
	}
}

static void
our_members_are_replaced_where_they_stand(void **state)
{
	struct bench *bench = *state;
	struct str memory = { 0 };
	struct image_facts facts;

	bench_row(bench, "7", "100",
		"{\"reset_by\":\"al\",\"x\":0.10, \"reset_from\" : 5, \"reset_by\": {}}");
	stub_read(&bench->store, bench_reset(bench, "90")->wanted, &memory, &facts);
	assert_true(span_is(facts.metadata,
		"{\"reset_by\":\"bob@jump1\",\"x\":0.10, \"reset_from\" : \"100\", "
		"\"reset_by\": \"bob@jump1\", \"reset_at\": \"2026-11-22T03:07:41Z\", "
		"\"reset_reason\": \"INC-4711 tax table fixed\", \"reset_id\": "
		"\"" BENCH_OP "\"}"));
	str_free(&memory);
}

static void
a_store_without_metadata_gets_none(void **state)
{
	struct bench *bench = *state;

	bench_row(bench, "7", "100", NULL)->now.flags = CKPT_NO_METADATA;
	bench_reset(bench, "90");
	assert_non_null(strstr(bench_risk(bench, "metadata"),
		"has no place in this store, so who and why go to the journal and the "
		"audit of the store only"));
	bench->store.capabilities &= ~(unsigned)STORE_HAS_AUDIT;
	bench_reset(bench, "90");
	assert_non_null(strstr(bench_risk(bench, "metadata"), "go to the journal only"));
	assert_non_null(strstr(
		bench_risk(bench, "audit"), "are kept in the journal of this host ("));
}

/* --- what hinders it --- */

static void
expect_reason_refused(struct bench *bench, const char *words)
{
	const struct plan_answer all = { .yes = true, .name = SPAN("orders") };

	bench_reset(bench, "90");
	assert_int_equal(plan_confirm(bench->plan, &all, &bench->err), -1);
	assert_int_equal(bench->err.kind, ERR_REFUSED);
	assert_non_null(strstr(bench->err.text, words));
	assert_string_equal(plan_reason_refusal(bench->plan), bench->err.text);
	err_clear(&bench->err);
}

/* What it costs can be seen before; written it is not. */
/* O11 reason missing */
static void
a_reason_is_given_in_words(void **state)
{
	static const char *const poor[] = { "x", "  x  ", "ab", "\xc3\xa4\xc3\xb6" };
	char long_reason[1001];
	struct bench *bench = *state;

	bench_row(bench, "7", "100", NULL);
	for (size_t i = 0; i < sizeof(poor) / sizeof(poor[0]); i++) {
		bench->wish.reason = span_of(poor[i]);
		expect_reason_refused(bench, "shorter than 3 characters");
	}
	memset(long_reason, 'x', sizeof(long_reason));
	bench->wish.reason = (struct span){ long_reason, 1001 };
	expect_reason_refused(bench, "1001 characters, and 1000 are the most");
	bench->wish.reason.len = 1000;
	bench_reset(bench, "90");
	assert_null(plan_reason_refusal(bench->plan));
	bench->wish.reason = SPAN(" ");
	expect_reason_refused(bench, "there is no reason");
	bench->wish.reason = SPAN_NONE;
	expect_reason_refused(bench, "there is no reason");
	bench->terms.require_reason = false;
	bench_reset(bench, "90");
	assert_null(plan_reason_refusal(bench->plan));
	bench->terms.production = true;
	expect_reason_refused(bench, "there is no reason");
	bench->wish.reason = SPAN("ticket 9");
	bench->terms.reason_least = 9;
	expect_reason_refused(bench, "shorter than 9 characters");
}

static void
only_what_was_seen_is_changed(void **state)
{
	struct bench *bench = *state;
	char digest[DIGEST_SIZE];

	bench_row(bench, "0", "100", NULL);
	bench_row(bench, "1", "100", NULL);
	bench->wish.if_value_given = true;
	bench->wish.if_value = SPAN("100");
	bench_reset(bench, "90");
	memcpy(digest, plan_digest(bench->plan).at, DIGEST_SIZE);
	bench->wish.if_value = SPAN("0100");
	bench_expect_error(bench, "90", ERR_CONFLICT, "orders/0 is now 100, not 0100");
	bench->wish.if_value = SPAN_NONE;
	bench_expect_error(bench, "90", ERR_CONFLICT, "orders/0 is now 100, not NULL");
	bench->wish.if_value_given = false;
	bench->wish.if_digest = (struct span){ digest, PLAN_DIGEST_SHOWN };
	bench_reset(bench, "90");
	bench_expect_error(
		bench, "91", ERR_CONFLICT, "is not the one that was looked at");
	bench->wish.if_digest.len = PLAN_DIGEST_SHOWN - 1;
	bench_expect_error(bench, "90", ERR_USAGE, "is no digest of a plan");
	bench->wish.if_digest.len = DIGEST_LEN;
	bench_reset(bench, "90");
}

static void
a_row_is_there_and_named_once(void **state)
{
	struct bench *bench = *state;

	bench_expect_error(bench, "90", ERR_USAGE, "no checkpoint to change");
	bench_row(bench, "0", "100", NULL);
	bench_row(bench, "0", "100", NULL);
	bench_expect_error(bench, "90", ERR_USAGE, "orders/0 is named twice");
	bench->count = 1;
	bench->subjects[0].image = SPAN_NONE;
	bench_expect_error(
		bench, "90", ERR_NOT_FOUND, "no checkpoint orders/0 in warehouse");
}

/* --- its name --- */

static void
digest_now(struct bench *bench, const char *target, char *out)
{
	bench_reset(bench, target);
	memcpy(out, plan_digest(bench->plan).at, DIGEST_SIZE);
}

static void
a_digest_is_of_what_is_asked_and_of_the_rows(void **state)
{
	struct bench *bench = *state;
	char first[DIGEST_SIZE], other[DIGEST_SIZE];

	bench_row(bench, "7", "100", "{\"a\": 1}");
	digest_now(bench, "90", first);
	bench->terms.now += HOUR;
	bench->terms.op = SPAN("6f0b1a52-9c43-4d53-8e3f-0a0b6d4c1d11");
	bench->terms.who = "al";
	bench->wish.reason = SPAN("another reason");
	bench->wish.while_running = true;
	digest_now(bench, "-10", other);
	assert_string_equal(first, other);
	digest_now(bench, "91", other);
	assert_string_not_equal(first, other);
	bench->config.name = "other";
	digest_now(bench, "90", other);
	assert_string_not_equal(first, other);
	bench->config.name = "warehouse";
	bench->count = 0;
	str_clear(&bench->images[0][0]);
	bench_row(bench, "7", "100", "{\"a\": 2}");
	digest_now(bench, "90", other);
	assert_string_not_equal(first, other);
	bench->wish.kind = WISH_DELETE;
	assert_int_equal(bench_make(bench), 0);
	assert_string_not_equal(plan_digest(bench->plan).at, other);
}

static void
the_command_is_complete(void **state)
{
	struct bench *bench = *state;
	struct str command = { 0 }, wanted = { 0 };

	bench_row(bench, "7", "100", NULL);
	bench_row(bench, "a/b c", "100", NULL);
	bench->wish.reason = SPAN("it's \"fixed\"");
	bench_reset(bench, "-10");
	plan_add_command(bench->plan, &command);
	str_addf(&wanted,
		"ckptop -s warehouse reset --to=-10 --reason 'it'\\''s \"fixed\"' "
		"--if-digest %.*s orders/7 'orders/a/b c'",
		PLAN_DIGEST_SHOWN, plan_digest(bench->plan).at);
	assert_string_equal(str_text(&command), str_text(&wanted));
	bench->count = 1;
	bench->subjects[0].key.job = SPAN("-x\x1b[2J");
	bench->wish.while_running = true;
	bench->wish.accepted = EDIT_DAMAGED | EDIT_UNGUARDED;
	bench_reset(bench, "text:-5");
	str_clear(&command);
	plan_add_command(bench->plan, &command);
	assert_non_null(strstr(str_text(&command), " --while-running --replace-damaged "
						   "--accept-no-cas -- "
						   "$'-x\\033[2J/7'"));
	str_free(&command);
	str_free(&wanted);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(values_are_counted_never_compared_as_texts),
		TEST(what_does_not_fit_is_refused),
		TEST(a_number_stays_one),
		TEST(times_are_written_in_the_zone_of_the_store),
		TEST(a_file_starts_at_zero),
		TEST(the_end_is_the_head),
		TEST(what_is_there_already_is_not_written),
		TEST(our_members_are_added_and_every_other_byte_stays),
		TEST(our_members_are_replaced_where_they_stand),
		TEST(a_store_without_metadata_gets_none),
		TEST(a_reason_is_given_in_words),
		TEST(only_what_was_seen_is_changed),
		TEST(a_row_is_there_and_named_once),
		TEST(a_digest_is_of_what_is_asked_and_of_the_rows),
		TEST(the_command_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
