/* SPDX-License-Identifier: MIT
 * ckptop audit: who changed what, whether the journal is as it was written, and why that
 * was which nobody has recorded. */
#include <stdlib.h>
#include <string.h>

#include "action/audit.h"
#include "base/mem.h"
#include "cli/acknowledge.h"
#include "cli/audit_table.h"
#include "cli/audit_verify.h"
#include "cli/command.h"
#include "cli/sheet.h"
#include "cli/target.h"
#include "config/config.h"
#include "report/table.h"

static const struct cli_option audit_options[] = {
	TARGET_OPTIONS,
	{ "group", 0, "ID", "only the operations of this group" },
	{ "json", 0, NULL, "one JSON document" },
	{ "count", 'n', "N", "only the newest N; else 1000" },
	ACKNOWLEDGE_OPTIONS,
	CLI_OPTIONS_END,
};

/* More is no reading matter; --count gets it. */
#define COUNT_PRESET 1000

struct auditing {
	struct cli *cli;
	struct audit *audit;
	size_t damaged; /* lines of the journal that are none */
	size_t unread;	/* stores that could not be asked */
	const struct audit_entry **shown;
	size_t count;
	size_t total; /* of all entries */
};

/* --- gathering --- */

static const char *
journal_path(const struct cli *cli)
{
	return cli->config->env.journal;
}

static bool
is_word(const struct cli *cli, const char *word)
{
	return cli->operand_count > 0 && strcmp(cli->operands[0], word) == 0;
}

static void
add_store(struct auditing *auditing, const struct store_config *config)
{
	struct store *store = NULL;
	struct str text = { 0 };
	struct err err = { 0 };

	if (store_open(&store, config, STORE_READ, &err) != 0 ||
		audit_add_store(auditing->audit, store, config->name, &err) != 0 ||
		(is_word(auditing->cli, "verify") &&
			audit_add_gaps(auditing->audit, store, config->name, &err) !=
				0)) {
		auditing->unread++;
		str_addf(&text, "%s: its audit could not be read: %s", config->name,
			err.text);
		cli_complain(auditing->cli, str_text(&text));
	}
	store_close(store);
	str_free(&text);
}

static int
gather(struct auditing *auditing, struct err *err)
{
	const struct config *config = auditing->cli->config;

	auditing->audit = audit_new();
	for (size_t i = 0; i < config->store_count; i++)
		audit_ask_about(auditing->audit, &config->stores[i]);
	if (journal_path(auditing->cli) != NULL &&
		audit_add_journal(auditing->audit, journal_path(auditing->cli),
			&auditing->damaged, err) != 0)
		return -1;
	for (size_t i = 0; i < config->store_count; i++)
		add_store(auditing, &config->stores[i]);
	return 0;
}

/* What is about other stores than those that -s names was not asked for. */
static bool
is_chosen(const struct auditing *auditing, const struct target *target,
	const struct audit_entry *entry)
{
	const struct cli *cli = auditing->cli;
	const char *group = cli_value(cli, "group");

	return target_has(target, entry->key) &&
	       (group == NULL || span_is(entry->group, group)) &&
	       (!cli->config->stores_chosen || entry->place != AUDIT_ELSEWHERE);
}

static void
choose(struct auditing *auditing, const struct target *target, size_t most)
{
	size_t count;
	const struct audit_entry *entries = audit_entries(auditing->audit, &count);

	auditing->total = count;
	auditing->shown = mem_new(count > 0 ? count : 1, sizeof(struct audit_entry *));
	for (size_t i = 0; i < count && auditing->count < most; i++)
		if (is_chosen(auditing, target, &entries[i]))
			auditing->shown[auditing->count++] = &entries[i];
}

/* --- for people --- */

/* Nothing of what was asked for is no word about all the rest. */
static void
say_nothing(const struct auditing *auditing)
{
	const struct cli *cli = auditing->cli;
	const char *group = cli_value(cli, "group");
	struct str text = { 0 };

	if (group != NULL)
		str_addf(&text, "no entry here has the group \"%s\"", group);
	else if (auditing->total > 0)
		str_add(&text, "nothing is recorded here of what was asked for");
	else if (journal_path(cli) == NULL)
		str_add(&text, "nothing was changed, as far as the stores have recorded");
	else
		str_add(&text, "nothing was changed, as far as is recorded here");
	table_text(&auditing->cli->out.text, str_span(&text), cli->ascii);
	str_add_char(&auditing->cli->out.text, '\n');
	str_free(&text);
}

static void
print_table(struct auditing *auditing)
{
	if (auditing->count == 0)
		say_nothing(auditing);
	else
		audit_table_print(auditing->cli, auditing->shown, auditing->count);
}

/* --- for programs --- */

static void
print_json(struct auditing *auditing)
{
	struct output *out = &auditing->cli->out;

	str_add(&out->text, "{\"schema\":1,\"operations\":[");
	for (size_t i = 0; i < auditing->count && output_pace(out) == 0; i++) {
		if (i > 0)
			str_add_char(&out->text, ',');
		audit_add_json(&out->text, auditing->shown[i]);
	}
	str_add(&out->text, "]}\n");
}

/* --- the command --- */

/* The words are of use only alone, or before what they are about. */
static int
check_operands(const struct cli *cli, struct err *err)
{
	bool acknowledges = is_word(cli, "acknowledge");

	if (cli->operand_count > 1 && !acknowledges)
		return err_set(err, ERR_USAGE,
			"one JOB[/PARTITION] or 'verify' is enough; see ckptop audit "
			"--help");
	if (!acknowledges && (cli_has(cli, "reason") || cli_has(cli, "vanished")))
		return err_set(err, ERR_USAGE,
			"--reason and --vanished are for 'ckptop audit acknowledge'");
	if (cli_has(cli, "group") && cli_value(cli, "group")[0] == '\0')
		return err_set(err, ERR_USAGE,
			"--group is empty, and no group has no name; see ckptop audit "
			"--json, member group");
	return 0;
}

/* "2 lines of the journal cannot be read; see 'ckptop audit verify'" */
static void
complain_of(struct cli *cli, size_t count, const char *one, const char *several)
{
	struct str text = { 0 };

	if (count == 0)
		return;
	str_addf(&text, "%zu %s; see 'ckptop audit verify'", count,
		count == 1 ? one : several);
	cli_complain(cli, str_text(&text));
	str_free(&text);
}

static void
complain(struct auditing *auditing)
{
	size_t count, edited = 0, otherwise = 0;
	const struct audit_entry *entries = audit_entries(auditing->audit, &count);

	for (size_t i = 0; i < count; i++) {
		edited += entries[i].edited;
		otherwise += entries[i].otherwise != NULL;
	}
	complain_of(auditing->cli, auditing->damaged,
		"line of the journal cannot be read",
		"lines of the journal cannot be read");
	complain_of(auditing->cli, edited,
		"change is EDITED: the journal is not as it was written",
		"changes are EDITED: the journal is not as it was written");
	complain_of(auditing->cli, otherwise,
		"change is told otherwise by the audit of the store",
		"changes are told otherwise by the audit of the store");
	complain_of(auditing->cli, audit_count_lacks(auditing->audit),
		"change that the journal calls done is not in the audit of the store",
		"changes that the journal calls done are not in the audit of the store");
}

static int
print(struct auditing *auditing, struct err *err)
{
	const struct cli *cli = auditing->cli;
	struct target target;
	size_t most = COUNT_PRESET;
	int status = target_read(
		&target, cli, cli->operand_count > 0 ? cli->operands[0] : NULL, err);

	if (status == 0 && cli_has(cli, "count"))
		status = cli_count(cli, "count", &most, err);
	if (status == 0) {
		choose(auditing, &target, most);
		if (cli_has(cli, "json"))
			print_json(auditing);
		else
			print_table(auditing);
	}
	complain(auditing);
	target_free(&target);
	return status;
}

/* What was printed is not all that could be known. */
static int
check_read(const struct auditing *auditing, struct err *err)
{
	const struct config *config = auditing->cli->config;

	if (journal_path(auditing->cli) == NULL)
		return err_set(err, ERR_PARTIAL,
			"there is no place for the journal (HOME is not set), so it was "
			"not read; set XDG_STATE_HOME");
	if (auditing->unread > 0)
		return err_set(err, ERR_PARTIAL,
			"%zu of %zu stores could not be asked for their audit",
			auditing->unread, config->store_count);
	return 0;
}

static int
run(struct cli *cli, struct err *err)
{
	struct auditing auditing = { .cli = cli };
	int status = check_operands(cli, err);

	if (status == 0 && is_word(cli, "acknowledge"))
		return acknowledge_run(
			cli, cli->operand_count > 1 ? cli->operands[1] : NULL, err);
	if (status == 0)
		status = gather(&auditing, err);
	if (status == 0)
		status = is_word(cli, "verify") ? audit_verify(cli, auditing.audit, err)
						: print(&auditing, err);
	if (status == 0)
		status = check_read(&auditing, err);
	free(auditing.shown);
	audit_free(auditing.audit);
	return status;
}

const struct command command_audit = {
	.name = "audit",
	.operands = "[JOB[/PARTITION]|verify|acknowledge JOB[/PARTITION]]",
	.summary = "Tell who changed what; check that the record is whole.",
	.details =
		"Merges the journal of this host with the audits that stores keep\n"
		"themselves (ckptop init). 'verify' checks the chain of the journal and\n"
		"what the stores remember of it. 'acknowledge' records why a checkpoint "
		"went\n"
		"back, or is gone, where nobody has recorded that: from then on it is "
		"not\n"
		"unexplained on dashboards and wallboards that read this journal.",
	.options = audit_options,
	.least = 0,
	.most = 2,
	.need = CLI_NEEDS_CONFIG,
	.writing = CLI_ONLY_READS,
	.run = run,
};
