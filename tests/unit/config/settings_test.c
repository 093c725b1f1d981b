/* SPDX-License-Identifier: MIT
 * Merging: which source wins, what none can take back, and which stores are meant. */
#include "config/settings.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_fixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void
override(struct fixture *fixture, const struct config_override *overrides, size_t count)
{
	fixture->request.overrides = overrides;
	fixture->request.override_count = count;
}

static void
choose(struct fixture *fixture, const char *const *stores, size_t count)
{
	fixture->request.stores = stores;
	fixture->request.store_count = count;
}

static void
refused(struct fixture *fixture, const char *words)
{
	assert_int_equal(fixture_load(fixture), -1);
	assert_int_equal(fixture->err.kind, ERR_USAGE);
	if (strstr(fixture->err.text, words) == NULL)
		fail_msg("\"%s\" should hold \"%s\"", fixture->err.text, words);
}

static void
later_sources_win(void **state)
{
	static const char *const environment[] = { "CKPTOP_THEME=of-variable",
		"CKPTOP_TIMES=relative", "CKPTOP_NAME=", NULL };
	static const struct config_override overrides[] = { { "theme", "of-option",
		"--theme" } };
	struct fixture *fixture = *state;
	const struct config *config;
	char origin[160];

	fixture_put(fixture->system,
		"[env]\nname = system\ntheme = system\ninterval = 9s\ntimes = local\n"
		"[store s]\nuri = sqlite:/s\ntz = UTC\n"
		"[rule a]\nmatch = *\nwarn_age = 1m\n[rule b]\nmatch = b*\n");
	fixture_put(fixture->user,
		"[store t]\nuri = demo:/t\n[rule c]\nmatch = c*\n"
		"[rule a]\ncrit_age = 2m\n"
		"[env]\nname = user\ntheme = user\n[store s]\nread_only = yes\n");
	fixture->request.environment = environment;
	override(fixture, overrides, COUNT_OF(overrides));
	config = fixture_config(fixture);
	assert_string_equal(config->env.theme, "of-option");
	assert_string_equal(fixture_setting(fixture, "env", "theme")->origin, "--theme");
	assert_int_equal(config->env.times, TIMES_RELATIVE);
	assert_string_equal(
		fixture_setting(fixture, "env", "times")->origin, "CKPTOP_TIMES");
	/* An empty variable says nothing. */
	assert_string_equal(config->env.name, "user");
	assert_true(config->env.interval == 9 * SECOND);
	snprintf(origin, sizeof(origin), "%s:4", fixture->system);
	assert_string_equal(fixture_setting(fixture, "env", "interval")->origin, origin);
	/* Sections are merged key by key and keep their place. */
	assert_int_equal(config->store_count, 2);
	assert_string_equal(config->stores[0].name, "s");
	assert_string_equal(config->stores[0].uri, "sqlite:/s");
	assert_true(config->stores[0].read_only);
	assert_int_equal(config->rules.count, 3);
	assert_string_equal(config->rules.rules[0].name, "a");
	assert_true(config->rules.rules[0].limits.warn_age == MINUTE);
	assert_true(config->rules.rules[0].limits.crit_age == 2 * MINUTE);
	assert_string_equal(config->rules.rules[2].name, "c");
}

static void
a_variable_that_is_nearly_right_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture->request.environment =
		(const char *const[]){ "CKPTOP_READONLY=yes", NULL };
	refused(fixture, "CKPTOP_READONLY: there is no such variable; did you mean "
			 "CKPTOP_READ_ONLY?");
	fixture->request.environment =
		(const char *const[]){ "CKPTOP_READ_ONLY=si", NULL };
	refused(fixture, "CKPTOP_READ_ONLY: read_only must be yes or no, not \"si\"");
	fixture->request.environment = (const char *const[]){ "CKPTOP_LOG=/x",
		"CKPTOP_NOW=2026-01-01T00:00:00Z", "CKPTOP_SOMETHING_ELSE=1", "CKPTOP_",
		"XCKPTOP_READ_ONLY=yes", NULL };
	assert_false(fixture_config(fixture)->env.read_only);
}

static void
no_color_yields_to_what_is_about_us(void **state)
{
	static const struct config_override always[] = { { "color", "always",
		"--color" } };
	struct fixture *fixture = *state;

	fixture_put(fixture->user, "[env]\ncolor = always\n");
	fixture->request.environment = (const char *const[]){ "NO_COLOR=1", NULL };
	assert_int_equal(fixture_config(fixture)->env.color, CONFIG_NEVER);
	fixture->request.environment = (const char *const[]){ "NO_COLOR=", NULL };
	assert_int_equal(fixture_config(fixture)->env.color, CONFIG_ALWAYS);
	fixture->request.environment =
		(const char *const[]){ "NO_COLOR=1", "CKPTOP_COLOR=auto", NULL };
	assert_int_equal(fixture_config(fixture)->env.color, CONFIG_AUTO);
	fixture->request.environment = (const char *const[]){ "CKPTOP_NO_COLOR=1", NULL };
	assert_int_equal(fixture_config(fixture)->env.color, CONFIG_NEVER);
	override(fixture, always, 1);
	assert_int_equal(fixture_config(fixture)->env.color, CONFIG_ALWAYS);
}

/* Every source in turn says yes and all others no.
 * C11 read_only monotone */
static void
c11_read_only_is_set_by_any_and_cleared_by_none(void **state)
{
	struct fixture *fixture = *state;
	char text[64], variable[32];
	const char *environment[] = { variable, NULL };
	struct config_override option = { "read_only", NULL, "--read-only" };
	static const char *const origins[] = { "policy.conf:2", "system.conf:2",
		"user.conf:2", "CKPTOP_READ_ONLY", "--read-only" };

	fixture->request.environment = environment;
	override(fixture, &option, 1);
	choose(fixture, (const char *const[]){ "sqlite:/x.db" }, 1);
	for (size_t yes = 0; yes <= COUNT_OF(origins); yes++) {
		const char *const files[] = { fixture->policy, fixture->system,
			fixture->user };
		const struct config *config;

		for (size_t i = 0; i < COUNT_OF(files); i++) {
			snprintf(text, sizeof(text), "[env]\nread_only = %s\n",
				i == yes ? "yes" : "no");
			fixture_put(files[i], text);
		}
		snprintf(variable, sizeof(variable), "CKPTOP_READ_ONLY=%s",
			yes == 3 ? "1" : "0");
		option.value = yes == 4 ? "yes" : "no";
		config = fixture_config(fixture);
		assert_int_equal(config->env.read_only, yes < COUNT_OF(origins));
		assert_int_equal(config->stores[0].read_only, yes < COUNT_OF(origins));
		if (yes == COUNT_OF(origins)) {
			assert_null(config->stores[0].read_only_why);
			continue;
		}
		assert_non_null(strstr(config->env.read_only_why, origins[yes]));
		assert_non_null(strstr(config->stores[0].read_only_why, origins[yes]));
		assert_string_equal(
			fixture_setting(fixture, "store x.db", "read_only")->value,
			"yes");
	}
}

static void
c11_a_store_is_protected_under_any_name(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	fixture_put(fixture->system,
		"[store prod]\nuri = sqlite:/p.db\nread_only = yes\n[store free]\n"
		"uri = sqlite:/f.db\n");
	fixture_put(fixture->user,
		"[store prod]\nread_only = no\n[store mine]\nuri = sqlite:/p.db\n");
	config = fixture_config(fixture);
	assert_int_equal(config->store_count, 3);
	assert_true(config->stores[0].read_only);
	assert_false(config->stores[1].read_only);
	assert_true(config->stores[2].read_only);
	assert_non_null(strstr(config->stores[2].read_only_why, "system.conf:3"));
	choose(fixture, (const char *const[]){ "sqlite:/p.db" }, 1);
	config = fixture_config(fixture);
	assert_string_equal(config->stores[0].name, "prod");
	assert_true(config->stores[0].read_only);
	choose(fixture,
		(const char *const[]){ "sqlite:/p.db?tz=UTC", "sqlite:/p.db?table=t",
			"sqlite:%2Fp.db", "sqlite:/p2.db", "demo:/p.db" },
		5);
	config = fixture_config(fixture);
	assert_true(config->stores[0].read_only);
	assert_true(config->stores[1].read_only);
	assert_true(config->stores[2].read_only);
	assert_false(config->stores[3].read_only);
	assert_false(config->stores[4].read_only);
}

static void
c11_another_table_is_another_place(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	fixture_put(fixture->user,
		"[store a]\nuri = sqlite:/p.db?table=a\nread_only = yes\n"
		"[store b]\nuri = sqlite:/p.db\ntable = b\n"
		"[store c]\nuri = sqlite:/p.db\ntable = A\n"
		"[store d]\nuri = sqlite:/p.db\n");
	config = fixture_config(fixture);
	assert_true(config->stores[0].read_only);
	assert_false(config->stores[1].read_only);
	assert_true(config->stores[2].read_only);
	assert_true(config->stores[3].read_only);
}

/* Makes DIRECTORY/NAME, a file or, with a slash behind it, a directory. */
static void
make_in(const struct fixture *fixture, const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	if (path[strlen(path) - 1] == '/') {
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void
link_in(const struct fixture *fixture, const char *from, const char *to, bool hard)
{
	char from_path[PATH_MAX], to_path[PATH_MAX];

	snprintf(from_path, sizeof(from_path), "%s/%s", fixture->directory, from);
	snprintf(to_path, sizeof(to_path), "%s/%s", fixture->directory, to);
	assert_int_equal(
		hard ? link(from_path, to_path) : symlink(from_path, to_path), 0);
}

/* "protected" is a read-only store; wants the other to be one as well, or not. */
static void
expect_protected(struct fixture *fixture, const char *scheme, const char *closed,
	const char *other, bool is)
{
	char text[4096], uri[PATH_MAX];
	const char *one[] = { uri };
	const struct config *config;

	snprintf(text, sizeof(text), "[store closed]\nuri = %s:%s/%s\nread_only = yes\n",
		scheme, fixture->directory, closed);
	fixture_put(fixture->user, text);
	snprintf(uri, sizeof(uri), "%s:%s/%s", scheme, fixture->directory, other);
	choose(fixture, one, 1);
	config = fixture_config(fixture);
	assert_int_equal(config->store_count, 1);
	if (config->stores[0].read_only != is)
		fail_msg("%s is %sprotected by %s", uri, is ? "not " : "", closed);
	if (is)
		assert_non_null(strstr(config->stores[0].read_only_why, "user.conf:3"));
}

static void
c11_a_store_is_protected_however_its_path_is_spelt(void **state)
{
	static const char *const same[] = { ".//p.db", "/p.db", "d/../p.db", "soft.db",
		"hard.db", "./soft.db?table=t", "l/../p.db" };
	static const char *const others[] = { "q.db", "d/p.db", "none.db" };
	struct fixture *fixture = *state;

	make_in(fixture, "d/");
	make_in(fixture, "p.db");
	make_in(fixture, "q.db");
	make_in(fixture, "d/p.db");
	link_in(fixture, "p.db", "soft.db", false);
	link_in(fixture, "p.db", "hard.db", true);
	link_in(fixture, "d", "l", false);
	for (size_t i = 0; i < COUNT_OF(same); i++) {
		expect_protected(fixture, "sqlite", "p.db", same[i], true);
		expect_protected(fixture, "sqlite", same[i], "p.db", true);
	}
	for (size_t i = 0; i < COUNT_OF(others); i++)
		expect_protected(fixture, "sqlite", "p.db", others[i], false);
	expect_protected(fixture, "dir", "d", "d/", true);
	expect_protected(fixture, "dir", "d/", "d", true);
	expect_protected(fixture, "dir", "d", "l", true);
	expect_protected(fixture, "dir", "l//", "./d", true);
	expect_protected(fixture, "dir", "d", "", false);
	/* Before it is made. */
	expect_protected(fixture, "sqlite", "new.db", ".//new.db", true);
	expect_protected(fixture, "sqlite", "d/new.db", "l/new.db", true);
	expect_protected(fixture, "sqlite", "new.db", "l/new.db", false);
	expect_protected(fixture, "dir", "new", "new/", true);
}

static void
the_policy_says_only_what_cannot_be_taken_back(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	fixture_put(fixture->policy, "[env]\nproduction = yes\nread_only = yes\n");
	fixture_put(fixture->user, "[env]\nproduction = no\n");
	fixture->request.no_config = true;
	config = fixture_config(fixture);
	assert_true(config->env.production);
	assert_true(config->env.read_only);
	assert_string_equal(config->files[2].skipped, "--no-config was given");
	fixture->request.no_config = false;
	fixture_put(fixture->system, "[env]\nname = system\n");
	fixture->request.file = fixture->user;
	config = fixture_config(fixture);
	assert_true(config->env.production);
	assert_string_equal(config->env.name, "");
	assert_int_equal(config->file_count, 4);
	assert_null(config->files[3].skipped);
	fixture->request.no_config = true;
	refused(fixture, "contradict");
	fixture->request.no_config = false;
	fixture->request.file = NULL;

	fixture_put(fixture->policy, "[env]\ntheme = mono\n");
	refused(fixture, "policy.conf:2: the policy cannot set \"theme\"");
	fixture_put(fixture->policy, "[store s]\nuri = sqlite:/x\n");
	refused(fixture, "policy.conf:2: the policy cannot set \"uri\"");
	fixture_put(fixture->policy, "[env]\nread_olny = yes\n");
	refused(fixture, "policy.conf:2: the policy cannot set \"read_olny\"");
}

static void
the_journal_is_where_the_policy_says(void **state)
{
	struct fixture *fixture = *state;

	fixture->paths.journal_file = "/home/op/journal.jsonl";
	assert_string_equal(
		fixture_config(fixture)->env.journal, "/home/op/journal.jsonl");
	assert_true(fixture_config(fixture)->env.journal_syslog);
	fixture_put(fixture->user, "[env]\njournal = /u/j\njournal_syslog = no\n");
	fixture->request.environment =
		(const char *const[]){ "CKPTOP_JOURNAL=/e/j", NULL };
	assert_string_equal(fixture_config(fixture)->env.journal, "/e/j");
	assert_false(fixture_config(fixture)->env.journal_syslog);
	fixture_put(fixture->policy, "[env]\njournal = /p/j\njournal_syslog = yes\n");
	assert_string_equal(fixture_config(fixture)->env.journal, "/p/j");
	assert_true(fixture_config(fixture)->env.journal_syslog);
	fixture_put(fixture->policy, "[env]\njournal = j\n");
	refused(fixture, "policy.conf:2: journal must be the whole path of a file");
}

static void
uris_need_no_configuration(void **state)
{
	static const char *const stores[] = { "sqlite:/var/lib/etl/offsets.db",
		"sqlite:/srv/offsets.db", "demo:/var/lib/ckpt//", "demo:/",
		"demo:my jobs%3F",
		"sqlite:/srv/offsets.db?table=t&tz=UTC&offset_is=next&job=%2F",
		"sqlite:/srv/offsets.db" };
	struct fixture *fixture = *state;
	const struct config *config;

	choose(fixture, stores, COUNT_OF(stores));
	config = fixture_config(fixture);
	assert_int_equal(config->store_count, 6);
	assert_string_equal(config->stores[0].name, "offsets.db");
	assert_string_equal(config->stores[1].name, "offsets.db-2");
	assert_string_equal(config->stores[2].name, "ckpt");
	assert_string_equal(config->stores[3].name, "demo");
	assert_string_equal(config->stores[4].name, "my_jobs?");
	assert_string_equal(config->stores[4].uri, "demo:my jobs%3F");
	assert_string_equal(config->stores[5].name, "offsets.db-3");
	assert_string_equal(
		config->stores[5].uri, "sqlite:/srv/offsets.db?table=t&job=%2F");
	assert_string_equal(zone_name(config->stores[5].zone), "UTC");
	assert_false(config->stores[5].value_is_last);
	assert_string_equal(
		fixture_setting(fixture, "store ckpt", "uri")->origin, "--store");

	choose(fixture, (const char *const[]){ "sqlite:/x?offset_is=lst" }, 1);
	refused(fixture, "--store: offset_is must be one of last, next");
	choose(fixture, (const char *const[]){ "sqlite:/x?tz=UTC&tz=UTC" }, 1);
	refused(fixture, "'tz' is given twice");
	choose(fixture, (const char *const[]){ "sqlite:/x?table" }, 1);
	refused(fixture, "--store: ");
	choose(fixture, (const char *const[]){ "carrier://pigeon" }, 1);
	refused(fixture, "--store: a URI must start with one of");
}

static void
stores_are_chosen_by_name(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;

	fixture_put(fixture->user,
		"[store warehouse]\nuri = sqlite:/w\n[store offsets]\nuri = sqlite:/o\n");
	choose(fixture,
		(const char *const[]){ "offsets", "sqlite:/z", "warehouse", "offsets" },
		4);
	config = fixture_config(fixture);
	assert_int_equal(config->store_count, 3);
	assert_string_equal(config->stores[0].name, "offsets");
	assert_string_equal(config->stores[1].name, "z");
	assert_string_equal(config->stores[2].name, "warehouse");
	choose(fixture, (const char *const[]){ "warehuose" }, 1);
	refused(fixture, "no store \"warehuose\" is configured; did you mean "
			 "\"warehouse\"?");
	choose(fixture, (const char *const[]){ "nothing" }, 1);
	refused(fixture, "; there are warehouse, offsets");
	choose(fixture, (const char *const[]){ "./state.db" }, 1);
	refused(fixture, "for a file write sqlite:./state.db");
}

/* What a shell is to be given so that the same store is meant. */
static void
a_store_knows_how_it_is_called(void **state)
{
	struct fixture *fixture = *state;
	const struct config *config;
	char call[160];

	fixture_put(fixture->user, "[store offsets]\nuri = sqlite:/o\n");
	choose(fixture,
		(const char *const[]){ "offsets", "sqlite:it's.db?table=a&tz=UTC",
			"sqlite:/plain.db", "sqlite:/o" },
		4);
	config = fixture_config(fixture);
	assert_int_equal(config->store_count, 3);
	assert_string_equal(config->stores[0].call, "-s offsets");
	assert_string_equal(
		config->stores[1].call, "-s 'sqlite:it'\\''s.db?table=a&tz=UTC'");
	assert_string_equal(config->stores[2].call, "-s sqlite:/plain.db");
	fixture->request.file = fixture_write(
		fixture, "a b.conf", SPAN("[store s]\nuri = sqlite:/s\n"), 0644);
	choose(fixture, NULL, 0);
	config = fixture_config(fixture);
	snprintf(call, sizeof(call), "--config '%s' -s s", fixture->request.file);
	assert_string_equal(config->stores[0].call, call);
	fixture->request.file = NULL;
	fixture->request.no_config = true;
	choose(fixture, (const char *const[]){ "dir:/d" }, 1);
	config = fixture_config(fixture);
	assert_string_equal(config->stores[0].call, "--no-config -s dir:/d");
}

/* No store has to be asked for that, not even one that is chosen. */
static void
settings_of_a_uri_are_checked_at_once(void **state)
{
	static const struct {
		const char *section, *words;
		unsigned line;
	} cases[] = {
		{ "uri = sqlite:/x?tzz=1\n", "no setting 'tzz'", 4 },
		{ "uri = sqlite:/x?table=a\ntable = b\n", "'table' is also set", 4 },
		{ "uri = sqlite:\n", "has no path", 4 },
		{ "uri = sqlite:///x\n", "one slash", 4 },
		{ "uri = sqlite:/x?%zz=1\n", "%25", 4 },
		{ "uri = sqlite:/x?layout=zz\n", "layout = zz", 4 },
		{ "tz = UTC\nlayout = zz\nuri = sqlite:/x\n", "layout = zz", 5 },
		{ "uri = sqlite:/x\nlayout = mapped\n", "layout = mapped", 5 },
		{ "uri = sqlite:/x\njob_column = a\njob = b\n", "not both", 6 },
		{ "uri = dir:/x?name_regex=(\n", "name_regex = (", 4 },
		{ "uri = dir:/x\njob_group = 0\n", "job_group = 0", 5 },
	};
	struct fixture *fixture = *state;

	choose(fixture, (const char *const[]){ "good" }, 1);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[200];

		snprintf(text, sizeof(text),
			"[store good]\nuri = sqlite:/g\n[store s]\n%s", cases[i].section);
		fixture_refused(fixture, span_of(text), cases[i].line, cases[i].words);
	}
	choose(fixture, (const char *const[]){ "sqlite:/x?layout=zz" }, 1);
	fixture_put(fixture->user, "");
	refused(fixture, "--store: sqlite:/x?layout=zz: layout = zz: there are");
}

/* Also where the URI has a mistake in it, or is none: libpq's own messages repeat those,
 * password and all.
 * C12 password in argv */
static void
c12_a_password_on_the_command_line_is_refused(void **state)
{
	static const char *const uris[] = { "postgresql://etl:hunter2@db/etl",
		"postgresql://db/etl?password=hunter2", "sqlite:/x.db?password=hunter2",
		"postgresql:/etl:hunter2@db/etl", "postgresql:etl:hunter2@db/etl",
		"postgresql://etl:hunter2%zz@db/etl", "postgresql://etl:hunter2@[::1/etl",
		"postgresql://etl:hunter2/?@db/etl", "postgresql://etl:hunter2@db:x/etl",
		"postgres://etl:hunter2@db", "mysql://etl:hunter2@db",
		"kafka://etl:hunter2@db:9092", "etl:hunter2@db",
		"host=db password=hunter2 user=etl", "sqlite://etl:hunter2@db/x.db",
		"sqlite:x.db?PassWord=hunter2&x", "dir:x?token=hunter2" };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT_OF(uris); i++) {
		choose(fixture, &uris[i], 1);
		refused(fixture, "--store: the URI holds a password");
		assert_null(strstr(fixture->err.text, "hunter2"));
	}
}

static void
keys_of_the_back_end_are_handed_on(void **state)
{
	struct fixture *fixture = *state;
	const struct store_config *store;
	const struct store_key *keys = store_keys("sqlite:/x");
	char text[160], origin[160];

	assert_non_null(keys[0].name);
	snprintf(text, sizeof(text),
		"[store s]\n%s = a value\nuri = sqlite:/x\ntz = UTC\n", keys[0].name);
	fixture_put(fixture->user, text);
	store = fixture_config(fixture)->stores;
	assert_int_equal(store->setting_count, 1);
	assert_string_equal(store->settings[0].key, keys[0].name);
	assert_string_equal(store->settings[0].value, "a value");
	snprintf(origin, sizeof(origin), "%s:2", fixture->user);
	assert_string_equal(store->settings[0].origin, origin);
	assert_string_equal(
		fixture_setting(fixture, "store s", keys[0].name)->origin, origin);
}

/* Without it the screen has a rule of its own. */
static void
when_data_is_old_may_be_said(void **state)
{
	struct fixture *fixture = *state;

	fixture_put(fixture->user, "[env]\ninterval = 20s\n");
	assert_true(fixture_config(fixture)->env.stale_after == 0);
	fixture_put(fixture->user, "[env]\ninterval = 20s\nstale_after = 5s\n");
	assert_true(fixture_config(fixture)->env.stale_after == 5 * SECOND);
}

static void
without_a_home_the_users_file_is_skipped(void **state)
{
	struct fixture *fixture = *state;
	char *user = fixture->paths.user_file;
	const struct config *config;

	fixture->paths.user_file = NULL;
	config = fixture_config(fixture);
	assert_null(config->files[2].path);
	assert_non_null(strstr(config->files[2].skipped, "HOME"));
	fixture->paths.user_file = user;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(later_sources_win),
		TEST(a_variable_that_is_nearly_right_is_refused),
		TEST(no_color_yields_to_what_is_about_us),
		TEST(c11_read_only_is_set_by_any_and_cleared_by_none),
		TEST(c11_a_store_is_protected_under_any_name),
		TEST(c11_a_store_is_protected_however_its_path_is_spelt),
		TEST(c11_another_table_is_another_place),
		TEST(the_policy_says_only_what_cannot_be_taken_back),
		TEST(the_journal_is_where_the_policy_says),
		TEST(uris_need_no_configuration),
		TEST(stores_are_chosen_by_name),
		TEST(a_store_knows_how_it_is_called),
		TEST(settings_of_a_uri_are_checked_at_once),
		TEST(c12_a_password_on_the_command_line_is_refused),
		TEST(keys_of_the_back_end_are_handed_on),
		TEST(when_data_is_old_may_be_said),
		TEST(without_a_home_the_users_file_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
