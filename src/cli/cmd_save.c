/* SPDX-License-Identifier: MIT
 * ckptop save: write one checkpoint as a pipeline does. */
#include "cli/command.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/handles.h"
#include "cli/operands.h"
#include "config/config.h"
#include "lib/handle.h"
#include "report/table.h"

static const struct cli_option save_options[] = {
	KEY_OPTIONS,
	{ "metadata", 'm', "JSON", "an object to store with it; else there is none" },
	{ "watermark", 0, "TIME", "event time up to which everything was seen" },
	{ "if-value", 0, "VALUE", "only if this is the stored value" },
	{ "if-absent", 0, NULL, "only if there is no such checkpoint" },
	{ "quiet", 'q', NULL, "say nothing when it was saved" },
	CLI_OPTIONS_END,
};

/* --- the metadata --- */

/* Puts the watermark into the object, as its last member. */
static int
add_watermark(struct str *out, struct span object, const char *member, const char *time,
	struct err *err)
{
	struct json *json;
	json_at found;
	size_t count;
	int64_t at;

	if (time_parse(&at, span_of(time), err) != 0) {
		err_prefix(err, "--watermark");
		return -1;
	}
	if (json_parse(&json, object, err) != 0)
		return -1;
	found = json_member(json, JSON_ROOT, member, NULL);
	count = json_count(json, JSON_ROOT);
	object = json_raw(json, JSON_ROOT);
	json_free(json);
	if (found != JSON_ABSENT)
		return err_set(err, ERR_USAGE,
			"--watermark: the metadata has a member \"%s\" already", member);
	/* Without its closing brace. */
	str_add_span(out, (struct span){ object.at, object.len - 1 });
	str_add(out, count > 0 ? ", " : "");
	json_add_string(out, span_of(member), NULL);
	str_add(out, ": \"");
	time_add_rfc3339(out, at);
	str_add(out, "\"}");
	return 0;
}

/* The document to be written into *out, or nothing. */
static int
make_metadata(struct str *out, const struct cli *cli, struct err *err)
{
	const char *metadata = cli_value(cli, "metadata");
	const char *watermark = cli_value(cli, "watermark");
	const char *member = cli->config->stores[0].watermark_member;

	if (metadata != NULL && json_check_strict(span_of(metadata), err) != 0) {
		err_prefix(err, "--metadata");
		return -1;
	}
	if (watermark == NULL) {
		str_add(out, metadata != NULL ? metadata : "");
		return 0;
	}
	return add_watermark(out, metadata != NULL ? span_of(metadata) : SPAN("{}"),
		member != NULL ? member : "event_time_watermark", watermark, err);
}

/* --- saving --- */

static enum ckpt_status
save(struct ckpt_handle *handle, const struct cli *cli, const struct operands *operands,
	const char *metadata)
{
	if (cli_has(cli, "if-value") || cli_has(cli, "if-absent"))
		return ckpt_save_if(handle, operands->job, operands->partition,
			operands->value, metadata, cli_value(cli, "if-value"));
	return ckpt_save_unfenced(
		handle, operands->job, operands->partition, operands->value, metadata);
}

static void
say_saved(struct cli *cli, const struct operands *operands, struct span stored)
{
	struct str text = { 0 }, failure = { 0 };

	if (cli_has(cli, "quiet"))
		return;
	str_add(&text, "saved ");
	key_add(&text, operands_key(operands));
	str_addf(&text, " = %s in %s", operands->value, cli->config->stores[0].name);
	if (stored.len > 0 && !span_is(stored, operands->value)) {
		str_add(&text, ", stored as ");
		str_add_span(&text, stored);
	}
	if (cli_has(cli, "if-value"))
		str_addf(&text, " (it was %s)", cli_value(cli, "if-value"));
	if (cli_has(cli, "if-absent"))
		str_add(&text, " (there was none)");
	table_text(&cli->out.text, str_span(&text), cli->ascii);
	str_add_char(&cli->out.text, '\n');
	str_free(&text);
	/* It is saved whatever becomes of the message; who is told that it failed saves
	 * once more. */
	if (output_flush(&cli->out) == 0 || !err_is_set(&cli->out.err))
		return;
	str_add(&failure, "the checkpoint is saved, only this could not be said: ");
	str_add(&failure, cli->out.err.text);
	cli_complain(cli, str_text(&failure));
	err_clear(&cli->out.err);
	str_free(&failure);
}

static int
run(struct cli *cli, struct err *err)
{
	static const char *const conditions[] = { "if-value", "if-absent", NULL };
	const struct store_config *config = &cli->config->stores[0];
	struct ckpt_handle *handle = NULL;
	struct operands operands;
	struct str metadata = { 0 };
	enum ckpt_status status;
	int result = -1;

	if (operands_read(&operands, cli, err) != 0 ||
		cli_exclusive(cli, conditions, err) != 0 ||
		make_metadata(&metadata, cli, err) != 0)
		goto out;
	status = handle_open(&handle, config, STORE_WRITE);
	if (status == CKPT_OK)
		status = save(handle, cli, &operands,
			metadata.len > 0 ? str_text(&metadata) : NULL);
	result = handles_check(
		status, handle, HANDLES_SAVE, operands_key(&operands), config->name, err);
	if (result == 0)
		say_saved(cli, &operands, handle_stored(handle));
out:
	ckpt_close(handle);
	str_free(&metadata);
	return result;
}

const struct command command_save = {
	.name = "save",
	.operands = "JOB PARTITION VALUE",
	.summary = "Save one checkpoint, so that it survives a loss of power.",
	.details =
		"Without --if-value and --if-absent it is written whatever is there; a\n"
		"reset that somebody made in the meantime is lost then. A VALUE that\n"
		"begins with '-' stands behind '--'.",
	.options = save_options,
	.least = 0,
	.most = 3,
	.need = CLI_NEEDS_STORE,
	.run = run,
};
