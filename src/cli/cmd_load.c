/* SPDX-License-Identifier: MIT
 * ckptop load: the value of one checkpoint, for a pipeline that resumes from it. */
#include "cli/command.h"

#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/handles.h"
#include "cli/operands.h"
#include "config/config.h"
#include "lib/handle.h"
#include "report/json_report.h"

static const struct cli_option load_options[] = {
	KEY_OPTIONS,
	{ "json", 0, NULL, "value and metadata as a JSON document" },
	CLI_OPTIONS_END,
};

static void
print_json(struct cli *cli, struct key key, const char *value, const char *metadata)
{
	struct field_value store = field_word(cli->config->stores[0].name);
	struct field_value job = field_text(key.job),
			   partition = field_text(key.partition);
	struct field_value text = field_word(value), document = field_none();
	struct str *out = &cli->out.text;

	if (metadata != NULL && *metadata != '\0')
		document = (struct field_value){ .kind = FIELD_DOCUMENT,
			.text = span_of(metadata) };
	str_add_char(out, '{');
	json_report_head(out, clock_now());
	str_add_char(out, ',');
	json_report_member(out, "store", &store);
	str_add_char(out, ',');
	json_report_member(out, "job", &job);
	str_add_char(out, ',');
	json_report_member(out, "partition", &partition);
	str_add_char(out, ',');
	json_report_member(out, "value", &text);
	str_add_char(out, ',');
	json_report_member(out, "metadata", &document);
	str_add(out, "}\n");
}

/* To a program byte for byte, to a person through the gate. */
static void
print_value(struct cli *cli, const char *value)
{
	if (isatty(STDOUT_FILENO))
		safe_text(&cli->out.text, span_of(value));
	else
		str_add(&cli->out.text, value);
	str_add_char(&cli->out.text, '\n');
}

static int
run(struct cli *cli, struct err *err)
{
	const struct store_config *config = &cli->config->stores[0];
	const char *value = NULL, *metadata = NULL;
	struct ckpt_handle *handle = NULL;
	struct operands operands;
	enum ckpt_status status;
	int result = -1;

	if (operands_read(&operands, cli, err) != 0)
		return -1;
	status = handle_open(&handle, config, STORE_READ);
	if (status == CKPT_OK)
		status = ckpt_load(
			handle, operands.job, operands.partition, &value, &metadata);
	if (handles_check(status, handle, HANDLES_LOAD, operands_key(&operands),
		    config->name, err) != 0)
		goto out;
	if (cli_has(cli, "json")) {
		print_json(cli, operands_key(&operands), value, metadata);
	} else if (value == NULL) {
		err_set(err, ERR_DAMAGED,
			"%s: the checkpoint has no value (NULL); do not start from the "
			"beginning, see 'ckptop show'",
			config->name);
		goto out;
	} else {
		print_value(cli, value);
	}
	result = 0;
out:
	ckpt_close(handle);
	return result;
}

const struct command command_load = {
	.name = "load",
	.operands = "JOB PARTITION",
	.summary = "Print the value of one checkpoint.",
	.details =
		"Prints the value as stored. Exit status 3 says that there is no such\n"
		"checkpoint; only then a pipeline may start from the beginning.",
	.options = load_options,
	.least = 0,
	.most = 2,
	.need = CLI_NEEDS_STORE,
	.writing = CLI_ONLY_READS,
	.run = run,
};
