/* SPDX-License-Identifier: MIT
 * ckptop init: an empty store where there is none. */
#include "cli/command.h"

#include "cli/look.h"
#include "cli/sheet.h"
#include "config/config.h"
#include "lib/handle.h"
#include "report/table.h"

static const struct cli_option init_options[] = {
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

static int
run(struct cli *cli, struct err *err)
{
	const struct store_config *config = &cli->config->stores[0];
	struct str text = { 0 };
	bool made;

	if (!cli_has(cli, "store"))
		return err_set(err, ERR_USAGE,
			"say which store is to be made: ckptop init -s STORE");
	if (handle_create(config, &made, err) != 0)
		return -1;
	str_addf(&text,
		made ? "made the empty store %s" : "%s is there; nothing was done",
		config->name);
	table_text(&cli->out.text, str_span(&text), cli->ascii);
	str_add(&cli->out.text, "\n\n");
	str_free(&text);
	return say_what_is_there(cli, err);
}

const struct command command_init = {
	.name = "init",
	.operands = "",
	.summary = "Make an empty store where there is none.",
	.details =
		"Makes the table 'checkpoints' in a new or empty SQLite database, or a\n"
		"directory for JSON files. What is there already is left alone.",
	.options = init_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_STORE,
	.run = run,
};
