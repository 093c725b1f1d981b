/* SPDX-License-Identifier: MIT
 * Reading files: the battery C01 to C13 of bad and odd configurations. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_fixture.h"

/* SPAN() of a literal that holds NUL, and of any text. */
#define REFUSED(fixture, literal, line, words)                                           \
	fixture_refused(fixture, SPAN(literal), line, words)

#define STORE "[store s]\nuri = sqlite:/var/lib/s.db\n"

static void
a_whole_configuration_is_read(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;
	const struct rule *rule;

	fixture_put(fixture->user, "# comments stand on lines of their own\n"
				   "[env]\n"
				   "name = prod-eu1\n"
				   "production = yes\n"
				   "interval=2s\n"
				   "times = local\n"
				   "\n"
				   "[store offsets]\n"
				   "uri = sqlite:/var/lib/etl/offsets.db\n"
				   "tz = +05:30\n"
				   "offset_is = next\n"
				   "value_type = file:pos\n"
				   "interval = 1m\n"
				   "[rule orders]\n"
				   "match = orders-*\n"
				   "store = off*\n"
				   "head_sql = SELECT max(order_id) FROM orders\n"
				   "warn_age = 5m\n"
				   "crit_age = 30m\n"
				   "crit_lag = 100000\n"
				   "cadence = 5s\n"
				   "runbook = https://wiki/rb/orders\n"
				   "  ; an indented comment is one as well\n"
				   "[rule retired]\n"
				   "match = old-*\n"
				   "ignore = yes\n");
	config = fixture_config(fixture);
	assert_string_equal(config->env.name, "prod-eu1");
	assert_true(config->env.production);
	assert_true(config->env.interval == 2 * SECOND);
	assert_true(config->env.stale_after == 0);
	assert_int_equal(config->env.times, TIMES_LOCAL);
	assert_int_equal(config->store_count, 1);
	assert_string_equal(config->stores[0].name, "offsets");
	assert_false(config->stores[0].value_is_last);
	assert_int_equal(config->stores[0].value_type, VALUE_FILE_POS);
	assert_true(config->stores[0].interval == MINUTE);
	assert_true(config->stores[0].timeout == 5 * SECOND);
	assert_int_equal(zone_offset(config->stores[0].zone, 0), 19800);
	assert_string_equal(config->stores[0].watermark_member, "event_time_watermark");
	assert_int_equal(config->rules.count, 2);
	rule = &config->rules.rules[0];
	assert_string_equal(rule->head, "sql:SELECT max(order_id) FROM orders");
	assert_true(rule->limits.warn_age == 5 * MINUTE);
	assert_true(rule->limits.crit_age == 30 * MINUTE);
	assert_true(rule->limits.crit_lag == 100000);
	assert_true(rule->limits.warn_lag == RULE_UNSET);
	assert_true(rule->limits.cadence == 5 * SECOND);
	assert_true(config->rules.rules[1].ignore);
}

/* C01 world_writable */
static void
c01_files_that_others_can_change_are_refused(void **state)
{
	struct fixture *fixture = *state;
	char link_to[128];

	fixture_put(fixture->user, STORE);
	assert_int_equal(chmod(fixture->user, 0602), 0);
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "others can write"));
	assert_non_null(strstr(fixture->err.text, "chmod go-w"));
	assert_int_equal(fixture->err.kind, ERR_USAGE);
	assert_int_equal(chmod(fixture->user, 0620), 0);
	assert_int_equal(fixture_load(fixture), -1);

	snprintf(link_to, sizeof(link_to), "%s/real.conf", fixture->directory);
	assert_int_equal(chmod(fixture->user, 0600), 0);
	assert_int_equal(rename(fixture->user, link_to), 0);
	assert_int_equal(symlink(link_to, fixture->user), 0);
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "symbolic link"));
	fixture->request.file = fixture->user;
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "symbolic link"));
	fixture->request.file = NULL;
	assert_int_equal(unlink(fixture->user), 0);

	/* Only root can give a file away. */
	if (geteuid() != 0)
		return;
	fixture_put(fixture->user, STORE);
	assert_int_equal(chown(fixture->user, 65534, 65534), 0);
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "belongs to user 65534"));
}

/* C02 secret in 0644 file */
static void
c02_a_password_in_a_file_that_others_can_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0644, 0640, 0604, 0601 };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		fixture_write(fixture, "user.conf",
			SPAN("[store s]\nuri = sqlite:/x.db?table=password=hunter2\n"),
			modes[i]);
		assert_int_equal(fixture_load(fixture), -1);
		assert_int_equal(fixture->err.kind, ERR_USAGE);
		assert_non_null(strstr(fixture->err.text,
			"user.conf:2: \"uri\" holds a password and others can read this "
			"file; use chmod 600"));
		assert_null(strstr(fixture->err.text, "hunter2"));
	}
	assert_int_equal(chmod(fixture->user, 0600), 0);
	fixture_config(fixture);
	assert_null(strstr(fixture_setting(fixture, "store s", "uri")->value, "hunter2"));
	/* Without a secret the same file may be read by all. */
	fixture_write(fixture, "user.conf", SPAN(STORE), 0644);
	fixture_config(fixture);
}

/* C03 inline */
static void
c03_what_looks_like_a_comment_in_a_value_is_kept(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	REFUSED(fixture, "[store s ;x]\nuri = sqlite:/x.db\n", 1, "without blanks");
	REFUSED(fixture, "[store s;x]\nuri = sqlite:/x.db\n", 1, "without blanks");
	fixture_put(fixture->user, "[store s]\n"
				   "uri = sqlite:/x.db?table=password=a ;b #c\n"
				   "head = sql:SELECT 1 ; SELECT '#2'\n"
				   "[rule r]\n"
				   "match = ;a #b = c : d\n"
				   "owner=;\n");
	config = fixture_config(fixture);
	assert_string_equal(config->stores[0].uri, "sqlite:/x.db?table=password=a ;b #c");
	assert_string_equal(config->stores[0].head, "sql:SELECT 1 ; SELECT '#2'");
	assert_string_equal(config->rules.rules[0].match, ";a #b = c : d");
	assert_string_equal(config->rules.rules[0].owner, ";");
}

/* A file of STORE, some lines, and one line of this many bytes. */
static void
put_long_line(struct fixture *fixture, struct str *text, size_t bytes)
{
	str_clear(text);
	str_add(text, STORE "; ");
	str_add_repeated(text, 'c', 70000);
	str_add(text, "\n[rule r]\nmatch = *\n");
	str_add(text, "owner = ");
	str_add_repeated(text, 'x', bytes - strlen("owner = "));
	str_add(text, "\nrunbook = here\n");
	fixture_write(fixture, "user.conf", str_span(text), 0600);
}

/* C04 line > 198 bytes */
static void
c04_a_line_is_read_whole_or_refused_with_its_number(void **state)
{
	struct fixture *fixture = *state;
	struct str text = { 0 };
	const struct config *config;

	put_long_line(fixture, &text, 198);
	config = fixture_config(fixture);
	assert_int_equal(strlen(config->rules.rules[0].owner), 190);
	assert_string_equal(config->rules.rules[0].runbook, "here");
	for (size_t bytes = 199; bytes <= 203; bytes++) {
		put_long_line(fixture, &text, bytes);
		fixture_refused(fixture, str_span(&text), 6, "at most 198");
	}
	put_long_line(fixture, &text, 70000);
	fixture_refused(fixture, str_span(&text), 6, "the line has 70000 bytes");
	/* Blanks at the end are no part of the value. */
	put_long_line(fixture, &text, 198);
	str_cut(&text, text.len - strlen("\nrunbook = here\n"));
	str_add_repeated(&text, ' ', 500);
	fixture_write(fixture, "user.conf", str_span(&text), 0600);
	config = fixture_config(fixture);
	assert_int_equal(strlen(config->rules.rules[0].owner), 190);
	str_free(&text);
}

static void
c04_a_section_name_is_read_whole_or_refused(void **state)
{
	struct fixture *fixture = *state;
	struct str text = { 0 };

	str_add(&text, "[store ");
	str_add_repeated(&text, 'n', 43);
	str_add(&text, "]\nuri = sqlite:/x\n");
	fixture_write(fixture, "user.conf", str_span(&text), 0600);
	assert_int_equal(strlen(fixture_config(fixture)->stores[0].name), 43);
	str_clear(&text);
	str_add(&text, STORE "[store ");
	str_add_repeated(&text, 'n', 44);
	str_add(&text, "]\nuri = sqlite:/x\n");
	fixture_refused(fixture, str_span(&text), 3, "at most 49");
	str_free(&text);
}

/* C05 indented key */
static void
c05_an_indented_line_is_refused(void **state)
{
	struct fixture *fixture = *state;

	REFUSED(fixture, STORE "  read_only = yes\n", 3, "indented");
	REFUSED(fixture, STORE "\tread_only = yes\n", 3, "indented");
	REFUSED(fixture, STORE " [rule r]\n", 3, "indented");
	REFUSED(fixture, "[rule r]\nmatch = a\n   b\n", 3, "indented");
}

/* C06 config is a directory */
static void
c06_what_is_not_a_readable_file_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkdir(fixture->user, 0700), 0);
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "user.conf: is a directory"));
	assert_int_equal(rmdir(fixture->user), 0);

	assert_int_equal(mkfifo(fixture->user, 0600), 0);
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "user.conf: is not a regular file"));
	assert_int_equal(fixture->err.kind, ERR_USAGE);
	assert_int_equal(unlink(fixture->user), 0);

	fixture->request.file = fixture->user;
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "user.conf: cannot be read: No such"));
	fixture->request.file = NULL;
}

/* root may read everything, so it takes somebody else. What cannot be read might forbid
 * something: it is not passed over like a file that is not there. */
static void
c06_an_unreadable_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	bool is_root = geteuid() == 0;

	fixture_put(fixture->user, STORE "read_only = yes\n");
	assert_int_equal(chmod(fixture->user, 0), 0);
	assert_int_equal(chmod(fixture->directory, 0711), 0);
	for (int is_named = 0; is_named < 2; is_named++) {
		int result;

		fixture->request.file = is_named ? fixture->user : NULL;
		assert_int_equal(is_root ? seteuid(65534) : 0, 0);
		result = fixture_load(fixture);
		assert_int_equal(is_root ? seteuid(0) : 0, 0);
		assert_int_equal(result, -1);
		assert_int_equal(fixture->err.kind, ERR_USAGE);
		assert_non_null(strstr(fixture->err.text,
			"user.conf: cannot be read: Permission denied"));
	}
	fixture->request.file = NULL;
}

static void
c06_without_files_there_are_the_defaults(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config = fixture_config(fixture);

	assert_int_equal(config->store_count, 0);
	assert_int_equal(config->rules.count, 0);
	assert_string_equal(config->env.name, "");
	assert_false(config->env.production);
	assert_false(config->env.read_only);
	assert_null(config->env.read_only_why);
	assert_string_equal(config->env.theme, "dark");
	assert_int_equal(config->env.color, CONFIG_AUTO);
	assert_true(config->env.interval == 5 * SECOND);
	assert_true(config->env.bell);
	assert_int_equal(config->file_count, 3);
	for (size_t i = 0; i < config->file_count; i++)
		assert_string_equal(config->files[i].skipped, "there is none");
	assert_string_equal(fixture_setting(fixture, "env", "theme")->origin, "default");
}

/* C07 unknown key */
static void
c07_an_unknown_key_is_refused_with_the_nearest(void **state)
{
	struct fixture *fixture = *state;

	REFUSED(fixture, STORE "readonly = yes\n", 3,
		"[store s] has no key \"readonly\"; did you mean \"read_only\"?");
	REFUSED(fixture, STORE "Read_Only = yes\n", 3, "has no key \"Read_Only\"");
	REFUSED(fixture, "[env]\nintervall = 5s\n", 2, "did you mean \"interval\"?");
	REFUSED(fixture, "[env]\nuri = sqlite:/x\n", 2, "[env] has no key \"uri\"");
	REFUSED(fixture, "[rule r]\nmatch = *\nwarn_ages = 5m\n", 3,
		"did you mean \"warn_age\"?");
	/* A store that is not asked for is read as strictly. */
	fixture->request.stores = (const char *const[]){ "sqlite:/other.db" };
	fixture->request.store_count = 1;
	REFUSED(fixture, STORE "zzz = yes\n", 3, "has no key \"zzz\"");
	fixture->request.store_count = 0;
}

static void
c07_an_unknown_section_is_refused(void **state)
{
	struct fixture *fixture = *state;

	REFUSED(fixture, "[rules r]\n", 1,
		"unknown section [rules r]; did you mean [rule");
	REFUSED(fixture, "[view jobs]\n", 1, "there are [env], [store NAME] and [rule");
	REFUSED(fixture, "[]\n", 1, "unknown section []");
	REFUSED(fixture, "[env x]\n", 1, "[env] has no name");
	REFUSED(fixture, "[store]\nuri = sqlite:/x\n", 1, "needs a name");
	REFUSED(fixture, "[store a b]\n", 1, "needs a name without blanks");
	REFUSED(fixture, "[store -x]\n", 1, "needs a name");
	REFUSED(fixture, "[store sqlite:x]\n", 1, "reads as a URI");
	REFUSED(fixture, "[store s]\n; nothing\n", 1, "has no uri");
	REFUSED(fixture, "[store s]\nuri = sqlight:/x\n", 2, "must start with one of");
	REFUSED(fixture, "[store s]\nuri = /x\n", 2, "must start with one of");
	REFUSED(fixture, "[rule r]\nwarn_age = 5m\n", 1, "has no match");
}

/* C08 duplicate key */
static void
c08_what_comes_twice_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char words[160];

	snprintf(words, sizeof(words), "was set at %s:2 already", fixture->user);
	fixture_refused(fixture, SPAN(STORE "uri = sqlite:/y\n"), 3, words);
	/* Both are the head. */
	REFUSED(fixture, STORE "head = now\nhead_sql = SELECT 1\n", 4, "already");
	snprintf(words, sizeof(words), "[store s] stands at %s:1 already", fixture->user);
	fixture_refused(fixture, SPAN(STORE "[env]\n[store s]\ntz = UTC\n"), 4, words);
	REFUSED(fixture, "[env]\n[env]\n", 2, "[env] stands at");
}

/* C09 unterminated */
static void
c09_an_unterminated_section_is_refused(void **state)
{
	struct fixture *fixture = *state;

	REFUSED(fixture, STORE "[store t\nuri = sqlite:/t\n", 3, "no ']'");
	REFUSED(fixture, STORE "[rule r] ; mine\nmatch = *\n", 3, "nothing may follow");
	REFUSED(fixture, "[store a]b]\nuri = sqlite:/t\n", 1, "nothing may follow");
	REFUSED(fixture, "name = x\n[env]\n", 1, "before the first section");
	REFUSED(fixture, "[env]\nname\n", 2, "neither [SECTION] nor KEY = VALUE");
	REFUSED(fixture, "[env]\nname: x\n", 2, "neither [SECTION] nor KEY = VALUE");
	REFUSED(fixture, "[env]\nna me = x\n", 2, "is not a key");
	REFUSED(fixture, "[env]\n= x\n", 2, "no key before the '='");
	REFUSED(fixture, "[env]\nname =\n", 2, "name has no value");
}

/* C10 NUL, ESC, BOM, CRLF, Latin-1 */
static void
c10_only_text_is_accepted(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	REFUSED(fixture, "[env]\nname = a\0b\n", 2, "control character 0x00 at byte 9");
	REFUSED(fixture, "\0[env]\n", 1, "control character 0x00 at byte 1");
	REFUSED(fixture, "[env]\nname = \x1b[31mred\n", 2, "control character 0x1b");
	REFUSED(fixture, "[env]\n; \x1b]0;title\x07\n", 2, "control character 0x1b");
	REFUSED(fixture, "[env]\nname = a\rb\n", 2, "control character 0x0d");
	REFUSED(fixture, "[env]\nname = a\x7f\n", 2, "control character 0x7f");
	REFUSED(fixture, "[env]\nname = \xc2\x9b\n", 2, "control character 0x9b");
	REFUSED(fixture, "[env]\nname = \001\n", 2, "control character 0x01");
	REFUSED(fixture, "[env]\nname = caf\xe9\n", 2, "byte 11 is not UTF-8");
	REFUSED(fixture, "\xff\xfe[\0e\0n\0v\0]\0", 1, "byte 1 is not UTF-8");

	fixture_put(fixture->user,
		"\xef\xbb\xbf[env]\r\nname = caf\xc3\xa9\r\n\r\n# x\r\ntheme = mono");
	config = fixture_config(fixture);
	assert_string_equal(config->env.name, "caf\xc3\xa9");
	assert_string_equal(config->env.theme, "mono");
	/* A second mark is no white space. */
	REFUSED(fixture, "\xef\xbb\xbf\xef\xbb\xbf[env]\n", 1, "neither [SECTION]");
}

/* C13 numbers */
static void
c13_numbers_and_words_are_in_range(void **state)
{
	static const char *const intervals[] = { "0", "0s", "-1", "-1s", "1e9", "NaN",
		"9999999999999", "9999999999999d", "199ms", "2h", "5 s", "5s x", "" };
	static const char *const counts[] = { "-1", "1e9", "NaN", "1,000", "0x10", "+5",
		"5s", "9223372036854775807", "99999999999999999999999", "1.5" };
	struct fixture *fixture = *state;
	struct str text = { 0 };

	for (size_t i = 0; i < sizeof(intervals) / sizeof(*intervals); i++) {
		str_clear(&text);
		str_addf(&text, "[env]\ninterval = %s\n", intervals[i]);
		fixture_refused(fixture, str_span(&text), 2,
			intervals[i][0] == '\0' ? "interval has no value"
						: "from 200ms to 1h, not \"");
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		str_clear(&text);
		str_addf(&text, "[rule r]\nmatch = *\nwarn_lag = %s\n", counts[i]);
		fixture_refused(fixture, str_span(&text), 3,
			"warn_lag must be a whole number from 0 to");
	}
	str_free(&text);
	REFUSED(fixture, "[env]\ntimes = UTC\n", 2, "one of utc, local, relative, not");
	REFUSED(fixture, "[env]\nbell = maybe\n", 2, "bell must be yes or no");
	REFUSED(fixture, STORE "offset_is = lst\n", 3, "one of last, next");
	REFUSED(fixture, STORE "tz = Middle/Earth\n", 3, "tz: ");
	REFUSED(fixture, STORE "head = sqli:SELECT 1\n", 3, "head: ");
	REFUSED(fixture, "[rule r]\nmatch = *\nwarn_age = 30m\ncrit_age = 5m\n", 4,
		"crit_age (5m) is below warn_age (30m");
}

static void
a_query_may_stand_in_a_file_of_its_own(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;
	struct str query = { 0 };

	str_add(&query, "sql:SELECT '");
	str_add_repeated(&query, 'q', 1000);
	str_add(&query, "' ; -- # kept");
	fixture_write(fixture, "head.sql",
		(struct span){ query.text + strlen("sql:"), query.len - strlen("sql:") },
		0644);
	fixture_put(fixture->user, STORE "head_sql_file = head.sql\n");
	config = fixture_config(fixture);
	assert_string_equal(config->stores[0].head, str_text(&query));
	str_free(&query);

	fixture_write(fixture, "head.sql", SPAN("SELECT\n\t1\n"), 0666);
	assert_int_equal(fixture_load(fixture), -1);
	assert_non_null(strstr(fixture->err.text, "user.conf:3: "));
	assert_non_null(strstr(fixture->err.text, "head.sql: others can write"));
	fixture_write(fixture, "head.sql", SPAN(" \n"), 0600);
	REFUSED(fixture, STORE "head_sql_file = head.sql\n", 3, "head.sql: is empty");
	fixture_write(fixture, "head.sql", SPAN("SELECT \0"), 0600);
	REFUSED(fixture, STORE "head_sql_file = head.sql\n", 3, "is not UTF-8 text");
	REFUSED(fixture, STORE "head_sql_file = none.sql\n", 3,
		"none.sql: cannot be read");
	REFUSED(fixture, STORE "tz_file = x\n", 3, "has no key \"tz_file\"");
}

static void
relative_paths_start_at_the_file(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;
	char uri[160];

	fixture_put(fixture->user, "[store a]\nuri = sqlite:etl/x.db?table=%2F\n"
				   "[store b]\nuri = demo:/abs\n"
				   "[store c]\nuri = demo:d\n");
	config = fixture_config(fixture);
	snprintf(uri, sizeof(uri), "sqlite:%s/etl/x.db?table=%%2F", fixture->directory);
	assert_string_equal(config->stores[0].uri, uri);
	assert_string_equal(config->stores[1].uri, "demo:/abs");
	snprintf(uri, sizeof(uri), "demo:%s/d", fixture->directory);
	assert_string_equal(config->stores[2].uri, uri);
}

static void
odd_but_good_files_are_read(void **state)
{
	struct fixture *fixture = *state;

	fixture_put(fixture->user, "");
	assert_int_equal(fixture_config(fixture)->store_count, 0);
	fixture_put(fixture->user, "\xef\xbb\xbf");
	fixture_config(fixture);
	fixture_put(fixture->user, "[ env ]\t\nname\t=\tx y\t\n[rule\t r ]\nmatch=*");
	assert_string_equal(fixture_config(fixture)->env.name, "x y");
	assert_string_equal(fixture->config->rules.rules[0].name, "r");
	fixture_put(fixture->user, "\n\n;\n#\n   \n\t");
	fixture_config(fixture);
	assert_null(fixture->config->files[2].skipped);
}

static void
a_huge_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct str text = { 0 };

	str_add_repeated(&text, '\n', (1 << 20) + 1);
	fixture_refused(fixture, str_span(&text), 0, "is larger than 1048576 bytes");
	str_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_whole_configuration_is_read),
		TEST(c01_files_that_others_can_change_are_refused),
		TEST(c02_a_password_in_a_file_that_others_can_read_is_refused),
		TEST(c03_what_looks_like_a_comment_in_a_value_is_kept),
		TEST(c04_a_line_is_read_whole_or_refused_with_its_number),
		TEST(c04_a_section_name_is_read_whole_or_refused),
		TEST(c05_an_indented_line_is_refused),
		TEST(c06_what_is_not_a_readable_file_is_refused),
		TEST(c06_an_unreadable_file_is_refused),
		TEST(c06_without_files_there_are_the_defaults),
		TEST(c07_an_unknown_key_is_refused_with_the_nearest),
		TEST(c07_an_unknown_section_is_refused),
		TEST(c08_what_comes_twice_is_refused),
		TEST(c09_an_unterminated_section_is_refused),
		TEST(c10_only_text_is_accepted),
		TEST(c13_numbers_and_words_are_in_range),
		TEST(a_query_may_stand_in_a_file_of_its_own),
		TEST(relative_paths_start_at_the_file),
		TEST(odd_but_good_files_are_read),
		TEST(a_huge_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
