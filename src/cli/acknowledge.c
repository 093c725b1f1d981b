/* SPDX-License-Identifier: MIT
 *
 * One look does not see that something went back: what is recorded is what somebody says,
 * and what is there now. Dashboards that have seen it take that for an explanation. */
#include "cli/acknowledge.h"

#include "action/audit.h"
#include "action/explain.h"
#include "base/json.h"
#include "cli/look.h"
#include "cli/target.h"
#include "config/config.h"
#include "report/table.h"

struct acknowledging {
	struct cli *cli;
	struct target target;
	struct look look;
	size_t store; /* which one, of the look */
	struct arena *arena;
	struct journal_row *rows;
	size_t count;
	bool unheard_of; /* it is said to have vanished, and nothing tells of it */
	char op[TOKEN_SIZE];
};

/* --- which checkpoints --- */

static const struct board *
board_of(const struct acknowledging *doing)
{
	return doing->look.boards[doing->store];
}

/* Whether the journal or the audit of the store has a change of it. What was never
 * changed by a person has none, so this is no reason to refuse. */
static bool
is_heard_of(const struct acknowledging *doing)
{
	const struct config *config = doing->cli->config;
	struct audit *audit = audit_new();
	struct store *store = NULL;
	struct err ignored = { 0 };
	const struct audit_entry *entries;
	bool found = false;
	size_t count;

	if (config->env.journal != NULL)
		audit_add_journal(audit, config->env.journal, NULL, &ignored);
	if (store_open(&store, &config->stores[doing->store], STORE_READ, &ignored) == 0)
		audit_add_store(
			audit, store, config->stores[doing->store].name, &ignored);
	entries = audit_entries(audit, &count);
	for (size_t i = 0; i < count; i++)
		found |= key_equal(entries[i].key, doing->target.key);
	store_close(store);
	audit_free(audit);
	return found;
}

/* One that is not there can be in any store, so it is said in which. */
static int
take_vanished(struct acknowledging *doing, struct err *err)
{
	const struct board *board = board_of(doing);
	struct str name = { 0 };
	int status = 0;

	key_add(&name, doing->target.key);
	if (doing->look.count != 1)
		status = err_set(err, ERR_USAGE,
			"%s is not there, so it could have been in any of %zu stores; "
			"say "
			"in which with -s; nothing was recorded",
			str_text(&name), doing->look.count);
	else if (doing->target.key.partition.at == NULL)
		status = err_set(err, ERR_USAGE,
			"say which partition of %s has vanished, as JOB/PARTITION; "
			"nothing was recorded",
			str_text(&name));
	else
		status = look_reached(&doing->look, err);
	for (size_t i = 0; status == 0 && i < board->row_count; i++)
		if (target_has(&doing->target, board->rows[i].key))
			status = err_set(err, ERR_CONFLICT,
				"%s is there: it has not vanished; nothing was recorded",
				str_text(&name));
	doing->rows = arena_alloc(doing->arena, 1, sizeof(*doing->rows));
	doing->rows->key = doing->target.key;
	doing->count = 1;
	doing->unheard_of = status == 0 && !is_heard_of(doing);
	str_free(&name);
	return status;
}

static int
take_present(struct acknowledging *doing, struct err *err)
{
	const struct board *board;

	if (target_find(&doing->target, &doing->look, &doing->store, err) != 0)
		return -1;
	board = board_of(doing);
	doing->rows =
		arena_alloc(doing->arena, board->row_count + 1, sizeof(*doing->rows));
	for (size_t i = 0; i < board->row_count; i++)
		if (target_has(&doing->target, board->rows[i].key))
			doing->rows[doing->count++] = (struct journal_row){
				.key = board->rows[i].key,
				.new = { .exists = true, .value = board->rows[i].value },
			};
	return 0;
}

static int
take_rows(struct acknowledging *doing, const char *operand, struct err *err)
{
	const struct survey_interest interest = { .rows = BOARD_ROWS_ALL };

	if (target_read(&doing->target, doing->cli, operand, err) != 0)
		return -1;
	if (doing->target.key.job.at == NULL)
		return err_set(err, ERR_USAGE,
			"acknowledge what? usage: ckptop audit acknowledge "
			"JOB[/PARTITION] --reason TEXT");
	if (doing->look.count == 0)
		return err_set(err, ERR_USAGE,
			"no store is configured, so none is known; say which with -s");
	look_poll(&doing->look, &interest);
	return cli_has(doing->cli, "vanished") ? take_vanished(doing, err)
					       : take_present(doing, err);
}

/* --- recording --- */

static int
record(struct acknowledging *doing, struct err *err)
{
	const struct config *config = doing->cli->config;
	struct who_sources sources = who_sources_real(doing->cli->environment);
	struct steward steward;
	const struct acknowledgement what = {
		.store = &config->stores[doing->store],
		.rows = doing->rows,
		.count = doing->count,
		.until = board_of(doing)->store.good_at,
		.reason = span_of(cli_value(doing->cli, "reason")),
	};
	int status;

	steward_begin(
		&steward, config, &sources, SPAN("ckptop " PACKAGE_VERSION " cli"), NULL);
	status = explain_acknowledge(&steward, &what, doing->op, err);
	steward_end(&steward);
	return status;
}

/* --- telling --- */

static void
tell(struct acknowledging *doing)
{
	struct output *out = &doing->cli->out;
	struct str text = { 0 };

	for (size_t i = 0; i < doing->count; i++) {
		str_clear(&text);
		key_add(&text, doing->rows[i].key);
		str_add(&text, doing->rows[i].new.exists ? "  now " : "  gone");
		if (doing->rows[i].new.exists)
			str_add_span(&text, doing->rows[i].new.value.at != NULL
						    ? doing->rows[i].new.value
						    : SPAN("NULL"));
		str_add(&text, "  acknowledged");
		table_text(&out->text, str_span(&text), doing->cli->ascii);
		str_add_char(&out->text, '\n');
	}
	str_addf(&out->text, "operation %s\n", doing->op);
	str_free(&text);
}

static void
tell_json(struct acknowledging *doing)
{
	struct str *out = &doing->cli->out.text;

	str_addf(out, "{\"schema\":1,\"op\":\"%s\",\"action\":\"acknowledge\",\"rows\":[",
		doing->op);
	for (size_t i = 0; i < doing->count; i++) {
		const struct journal_row *row = &doing->rows[i];

		str_add(out, i > 0 ? ",{\"job\":" : "{\"job\":");
		json_add_string(out, row->key.job, NULL);
		str_add(out, ",\"partition\":");
		json_add_string(out, row->key.partition, NULL);
		str_add(out, ",\"now\":");
		if (row->new.exists && row->new.value.at != NULL)
			json_add_string(out, row->new.value, NULL);
		else
			str_add(out, "null");
		str_addf(out, ",\"exists\":%s}", row->new.exists ? "true" : "false");
	}
	str_add(out, "]}\n");
}

/* One look does not know what was there before; a name that is mistyped was not. */
static void
warn(struct acknowledging *doing)
{
	struct str text = { 0 };

	key_add(&text, doing->target.key);
	str_add(&text,
		" is in no record here, so whether it ever was there is not known; "
		"see that its name is right");
	if (doing->unheard_of)
		cli_complain(doing->cli, str_text(&text));
	str_free(&text);
}

int
acknowledge_run(struct cli *cli, const char *operand, struct err *err)
{
	struct acknowledging doing = { .cli = cli, .arena = arena_new() };
	int status;

	look_start(&doing.look, cli, false);
	status = take_rows(&doing, operand, err);
	if (status == 0)
		status = record(&doing, err);
	if (status == 0 && cli_has(cli, "json"))
		tell_json(&doing);
	else if (status == 0)
		tell(&doing);
	if (status == 0)
		warn(&doing);
	look_free(&doing.look);
	target_free(&doing.target);
	arena_free(doing.arena);
	return status;
}
