/* SPDX-License-Identifier: MIT
 * ckptop init: an empty store where there is none. */
#include "cli/command.h"

#include "action/place.h"
#include "cli/change.h"
#include "cli/look.h"
#include "cli/sheet.h"
#include "config/config.h"
#include "lib/handle.h"
#include "report/table.h"

static const struct cli_option init_options[] = {
	{ "print-grants", 0, NULL,
		"only print what would make the audit, and the rights it needs" },
	{ "repin", 0, NULL, "the store was restored or moved on purpose: know it anew" },
	{ "reason", 'r', "TEXT", "with --repin: why; it is recorded" },
	CLI_OPTIONS_END,
};

static int
say_what_is_there(struct cli *cli, struct err *err)
{
	const struct survey_interest interest = { .rows = BOARD_ROWS_NONE };
	struct look look;
	int status;

	look_start(&look, cli, false);
	look_poll(&look, &interest);
	sheet_store(&look, look.boards[0]);
	status = look_status(&look, err);
	look_free(&look);
	return status;
}

static void
print_made(struct cli *cli, const char *form)
{
	struct str text = { 0 };

	str_addf(&text, form, cli->config->stores[0].name);
	table_text(&cli->out.text, str_span(&text), cli->ascii);
	str_add_char(&cli->out.text, '\n');
	str_free(&text);
}

static int
make(struct cli *cli, struct err *err)
{
	const struct store_config *config = &cli->config->stores[0];
	bool made, made_audit;

	if (handle_create(config, &made, err) != 0 ||
		place_make_audit(config, &made_audit, err) != 0)
		return -1;
	print_made(cli, made	     ? "made the empty store %s"
			: made_audit ? "%s is there"
				     : "%s is there, with its audit; nothing was done");
	if (made_audit)
		print_made(cli, "made the audit of %s: it tells who changed what");
	str_add_char(&cli->out.text, '\n');
	return say_what_is_there(cli, err);
}

static int
print_grants(struct cli *cli, struct err *err)
{
	return place_add_script(&cli->config->stores[0], &cli->out.text, err);
}

static int
repin(struct cli *cli, struct err *err)
{
	if (change_repin(cli, err) != 0)
		return -1;
	print_made(cli, "%s is known as the store that it is now");
	return 0;
}

static int
run(struct cli *cli, struct err *err)
{
	static const char *const ways[] = { "print-grants", "repin", NULL };

	if (!cli_has(cli, "store"))
		return err_set(err, ERR_USAGE,
			"say which store is to be made: ckptop init -s STORE");
	if (cli_exclusive(cli, ways, err) != 0)
		return -1;
	if (cli_has(cli, "print-grants"))
		return print_grants(cli, err);
	return cli_has(cli, "repin") ? repin(cli, err) : make(cli, err);
}

const struct command command_init = {
	.name = "init",
	.operands = "",
	.summary = "Make a store, and the audit that it keeps itself.",
	.details =
		"Makes the table 'checkpoints' in a new or empty SQLite database, or a\n"
		"directory for JSON files, and beside it the audit: who changed what, "
		"for\n"
		"all who use the store. What is there already is left alone.",
	.options = init_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_STORE,
	.run = run,
};
