/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <assert.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "config/config.h"
#include "report/table.h"

#define COMMAND(name) extern const struct command command_##name;
#include "cli/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
};

size_t
cli_command_count(void)
{
	return sizeof(commands) / sizeof(*commands);
}

const struct command *
cli_command(size_t index)
{
	return commands[index];
}

const struct command *
cli_command_find(const char *name)
{
	/* The dashboard has no word, not even an empty one. */
	for (size_t i = 1; i < cli_command_count(); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* --- options --- */

static bool
is_listed(const struct cli_option *options, const char *name)
{
	for (; options->name != NULL; options++)
		if (strcmp(options->name, name) == 0)
			return true;
	return false;
}

const char *
cli_value(const struct cli *cli, const char *name)
{
	assert(is_listed(cli->command->options, name) ||
		is_listed(cli_global_options(), name));
	for (size_t i = cli->given_count; i > 0; i--)
		if (strcmp(cli->given[i - 1].option->name, name) == 0)
			return cli->given[i - 1].value;
	return NULL;
}

bool
cli_has(const struct cli *cli, const char *name)
{
	return cli_value(cli, name) != NULL;
}

int
cli_exclusive(const struct cli *cli, const char *const *names, struct err *err)
{
	const char *first = NULL;

	for (; *names != NULL; names++) {
		if (!cli_has(cli, *names))
			continue;
		if (first != NULL)
			return err_set(err, ERR_USAGE,
				"'--%s' and '--%s' do not go together", first, *names);
		first = *names;
	}
	return 0;
}

int
cli_interval(const struct cli *cli, const char *name, int64_t *interval, struct err *err)
{
	const char *value = cli_value(cli, name);
	struct str text = { 0 };
	int status;

	if (value == NULL)
		return 0;
	str_add(&text, value);
	if (*value != '\0' && strspn(value, "0123456789.") == strlen(value))
		str_add_char(&text, 's');
	status = duration_parse(interval, str_span(&text), err);
	if (status == 0 && *interval < 100 * MILLISECOND)
		status =
			err_set(err, ERR_USAGE, "'%s' is too short; at least 0.1", value);
	if (status == 0 && *interval > DAY)
		status = err_set(err, ERR_USAGE, "'%s' is too long; at most 1d", value);
	if (status != 0)
		err_prefix(err, "option '--%s'", name);
	str_free(&text);
	return status;
}

int
cli_count(const struct cli *cli, const char *name, size_t *count, struct err *err)
{
	const char *value = cli_value(cli, name);
	size_t digits;

	if (value == NULL)
		return 0;
	digits = strspn(value, "0123456789");
	if (digits == 0 || digits > 9 || value[digits] != '\0' || atol(value) == 0)
		return err_set(err, ERR_USAGE,
			"option '--%s': '%s' is not a number from 1 to 999999999", name,
			value);
	*count = (size_t)atol(value);
	return 0;
}

/* --- what the surroundings can show --- */

static const char *
variable(const struct cli *cli, const char *name)
{
	return paths_variable(cli->environment, name);
}

/* The configuration has decided; before there is one only the locale counts. */
static bool
shows_ascii_only(const struct cli *cli)
{
	enum config_when when = CONFIG_AUTO;

	if (cli_has(cli, "ascii"))
		return true;
	if (cli->config != NULL)
		when = cli->config->env.ascii;
	if (when == CONFIG_AUTO)
		return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	return when == CONFIG_ALWAYS;
}

bool
cli_colours(const struct cli *cli)
{
	const char *term = variable(cli, "TERM");

	if (cli->config == NULL || cli->config->env.color == CONFIG_NEVER)
		return false;
	if (cli->config->env.color == CONFIG_ALWAYS)
		return true;
	return isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

unsigned
cli_width(const struct cli *cli)
{
	const char *columns = variable(cli, "COLUMNS");
	struct winsize size;

	if (columns != NULL && strspn(columns, "0123456789") == strlen(columns) &&
		strlen(columns) < 6)
		return (unsigned)atoi(columns);
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	return 0;
}

/* --- messages --- */

void
cli_complain(struct cli *cli, const char *text)
{
	struct str line = { 0 };
	const char *at;
	size_t rest;

	output_flush(&cli->out);
	str_addf(&line, "%s: ", cli->program);
	table_text(&line, span_of(text), cli->ascii);
	str_add_char(&line, '\n');
	at = str_text(&line);
	rest = line.len;
	while (rest > 0) {
		ssize_t written = write(STDERR_FILENO, at, rest);

		/* There is nobody left to be told. */
		if (written <= 0)
			break;
		at += written;
		rest -= (size_t)written;
	}
	str_free(&line);
}

void
cli_complain_once(struct cli *cli, const char *text)
{
	struct str line = { 0 };

	str_addf(&line, "\n%s\n", text);
	if (strstr(str_text(&cli->complaints), str_text(&line)) == NULL) {
		str_addf(&cli->complaints, "\n%s\n", text);
		cli_complain(cli, text);
	}
	str_free(&line);
}

/* --- the configuration --- */

static int
check_stores(const struct cli *cli, struct err *err)
{
	enum cli_need need = cli->command->need;
	size_t count = cli->config->store_count;

	if (need >= CLI_NEEDS_STORES && count == 0)
		return err_set(err, ERR_USAGE,
			"no store is configured; give one with -s (such as -s "
			"sqlite:FILE or -s dir:PATH) or write it to %s",
			cli->paths.user_file != NULL ? cli->paths.user_file
						     : cli->paths.system_file);
	if (need == CLI_NEEDS_STORE && count > 1)
		return err_set(err, ERR_USAGE,
			"%zu stores are configured; say with -s STORE which one is meant "
			"(%s, %s%s)",
			count, cli->config->stores[0].name, cli->config->stores[1].name,
			count > 2 ? ", ..." : "");
	return 0;
}

static int
load_config(struct cli *cli, struct err *err)
{
	static const struct {
		const char *option, *key, *value;
	} overriding[] = {
		{ "read-only", "read_only", "yes" },
		{ "color", "color", NULL },
		{ "ascii", "ascii", "always" },
		{ "theme", "theme", NULL },
	};
	struct config_override overrides[5];
	char names[4][16];
	struct config_request request = {
		.paths = &cli->paths,
		.environment = cli->environment,
		.file = cli_value(cli, "config"),
		.no_config = cli_has(cli, "no-config"),
		.overrides = overrides,
	};
	const char **stores = mem_new(cli->given_count + 1, sizeof(*stores));
	int status;

	request.stores = stores;
	for (size_t i = 0; i < cli->given_count; i++)
		if (strcmp(cli->given[i].option->name, "store") == 0)
			stores[request.store_count++] = cli->given[i].value;
	/* What never writes has no handle that could. */
	if (cli->command->writing == CLI_NEVER_WRITES)
		overrides[request.override_count++] = (struct config_override){
			.key = "read_only",
			.value = "yes",
			.option = cli->command->name,
		};
	for (size_t i = 0; i < 4; i++) {
		const char *value = cli_value(cli, overriding[i].option);

		if (value == NULL)
			continue;
		snprintf(names[i], sizeof(names[i]), "--%s", overriding[i].option);
		overrides[request.override_count++] = (struct config_override){
			.key = overriding[i].key,
			.value =
				overriding[i].value != NULL ? overriding[i].value : value,
			.option = names[i],
		};
	}
	status = config_load(&cli->config, &request, err);
	free(stores);
	return status != 0 ? -1 : check_stores(cli, err);
}

/* --- running --- */

static int
open_log(const struct cli *cli, struct err *err)
{
	const char *path = variable(cli, "CKPTOP_LOG");

	return path != NULL ? log_open(path, err) : 0;
}

/* While there is one thread. Where the kernel cannot, handles refuse all the same; the
 * screens and `info` say so. */
static void
give_up_writing(const struct cli *cli)
{
	enum cli_writing writing = cli->command->writing;
	bool read_only = cli->config != NULL && cli->config->env.read_only;
	bool is_dry = false;
	struct err why = { 0 };

	for (size_t i = 0; i < cli->given_count; i++)
		is_dry |= strcmp(cli->given[i].option->name, "dry-run") == 0 ||
			  strcmp(cli->given[i].option->name, "print-grants") == 0;
	if (writing == CLI_NEVER_WRITES || is_dry ||
		(writing == CLI_ONLY_READS && read_only))
		sandbox_enter(&why);
}

static int
run(struct cli *cli, int argc, char **argv, struct err *err)
{
	if (clock_check(err) != 0 || arguments_parse(cli, argc, argv, err) != 0)
		return -1;
	if (cli_has(cli, "version")) {
		help_add_version(&cli->out.text);
		return 0;
	}
	if (cli_has(cli, "help")) {
		help_add(&cli->out.text, cli->command);
		return 0;
	}
	if (open_log(cli, err) != 0)
		return -1;
	if (cli->command->need != CLI_NEEDS_NOTHING && load_config(cli, err) != 0)
		return -1;
	cli->ascii = shows_ascii_only(cli);
	give_up_writing(cli);
	return cli->command->run(cli, err);
}

int
cli_main(int argc, char **argv, const char *const *environment,
	const struct cli_front *front)
{
	struct err err = { 0 }, output_err = { 0 };
	struct cli cli = {
		.program = "ckptop",
		.command = cli_command(0),
		.front = front,
		.environment = environment,
	};

	/* A file that may grow no further is an error, and not the end. */
	signal(SIGXFSZ, SIG_IGN);
	cli.ascii = shows_ascii_only(&cli);
	paths_find(&cli.paths, environment);
	run(&cli, argc, argv, &err);
	if (err_is_set(&err) && *err.text != 0)
		cli_complain(&cli, err.text);
	if (output_end(&cli.out, &output_err) != 0) {
		cli_complain(&cli, output_err.text);
		err_clear(&err);
		err = output_err;
	}
	config_free(cli.config);
	paths_free(&cli.paths);
	arguments_free(&cli);
	str_free(&cli.complaints);
	log_close();
	return err_is_set(&err) ? err_exit_status(err.kind) : cli.status;
}
