/* SPDX-License-Identifier: MIT
 * ckptop without a command word: the dashboard, or frames of it as plain text. */
#include "cli/command.h"

#include "cli/frame_size.h"
#include "config/config.h"

/* Frames are as large as a terminal of old where nothing is said. */
#define WIDTH  80
#define HEIGHT 24

static const struct cli_option dashboard_options[] = {
	{ "batch", 'b', NULL, "print frames as plain text instead (COLUMNS x LINES)" },
	{ "frames", 'n', "N", "with -b: end after so many frames" },
	{ "delay", 'd', "SEC", "with -b: seconds between two frames" },
	CLI_OPTIONS_END,
};

static int
write_frame(void *arg, struct span text)
{
	struct cli *cli = arg;

	str_add_span(&cli->out.text, text);
	return output_flush(&cli->out);
}

static int
run(struct cli *cli, struct err *err)
{
	int64_t interval = cli->config->env.interval;
	size_t count = 0;

	if (!cli_has(cli, "batch")) {
		if (cli_has(cli, "frames") || cli_has(cli, "delay"))
			return err_set(err, ERR_USAGE, "-n and -d need -b");
		cli->status = cli->front->dashboard(cli->config, err);
		return cli->status < 0 ? -1 : 0;
	}
	if (cli_interval(cli, "delay", &interval, err) != 0 ||
		cli_count(cli, "frames", &count, err) != 0)
		return -1;
	return cli->front->frames(cli->config, frame_width(cli, WIDTH),
		frame_height(cli, HEIGHT), count, interval, write_frame, cli, err);
}

const struct command command_dashboard = {
	.name = "",
	.operands = "",
	.summary = "Watch how far pipelines have got: a dashboard of their checkpoints.",
	.options = dashboard_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_STORES,
	.writing = CLI_ONLY_READS,
	.run = run,
};
