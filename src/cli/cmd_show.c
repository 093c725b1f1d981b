/* SPDX-License-Identifier: MIT
 * ckptop show: all that is known about one job or one checkpoint. */
#include "cli/command.h"

#include "base/utf8.h"
#include "cli/document.h"
#include "cli/look.h"
#include "cli/rows.h"
#include "cli/sheet.h"
#include "cli/target.h"

static const struct cli_option show_options[] = {
	TARGET_OPTIONS,
	{ "json", 0, NULL, "one JSON document, as of list but with more members" },
	CLI_OPTIONS_END,
};

/* The only row of the target, which is known to be there. */
static const struct board_row *
row_of(const struct look *look, size_t store, const struct target *target)
{
	const struct board *board = look->boards[store];

	for (size_t i = 0; i < board->row_count; i++)
		if (target_has(target, board->rows[i].key))
			return &board->rows[i];
	return NULL;
}

static const struct board_job *
job_of(const struct look *look, size_t store, const struct target *target)
{
	const struct board *board = look->boards[store];

	for (size_t i = 0; i < board->job_count; i++)
		if (span_equal(board->jobs[i].job, target->key.job))
			return &board->jobs[i];
	return NULL;
}

static void
select_rows(const struct look *look, size_t store, const struct target *target,
	struct listing *listing)
{
	const struct listing_order by_name = { .column = column_find(
						       COLUMNS_PARTITIONS, "partition") };
	size_t kept = 0;

	listing_rows(listing, &look->boards[store], 1, SPAN_NONE, target->key.job, NULL,
		&by_name, look->now);
	for (size_t i = 0; i < listing->count; i++) {
		const struct board_row *row = listing->rows[i];

		if (target_has(target, row->key))
			listing->rows[kept++] = row;
	}
	listing->count = kept;
}

static void
show_text(const struct look *look, size_t store, const struct target *target,
	const struct listing *listing)
{
	if (target->key.partition.at != NULL) {
		sheet_checkpoint(look, row_of(look, store, target));
		return;
	}
	sheet_job(look, job_of(look, store, target));
	str_add_char(&look->cli->out.text, '\n');
	rows_print_checkpoints(look, listing, true);
}

static int
show(struct cli *cli, struct look *look, const struct target *target, struct err *err)
{
	const struct survey_interest interest = {
		.rows = BOARD_ROWS_JOB,
		.job = target->key.job,
		.partition = target->key.partition,
	};
	struct listing listing = { 0 };
	size_t store;

	look_poll(look, &interest);
	if (target_find(target, look, &store, err) != 0)
		return -1;
	select_rows(look, store, target, &listing);
	if (cli_has(cli, "json"))
		document_write(look, &listing, true);
	else
		show_text(look, store, target, &listing);
	listing_free(&listing);
	return look_status(look, err);
}

static int
run(struct cli *cli, struct err *err)
{
	struct target target;
	struct look look = { 0 };
	int status = target_read(
		&target, cli, cli->operand_count > 0 ? cli->operands[0] : NULL, err);

	if (status == 0 && target.key.job.at == NULL)
		status = err_set(err, ERR_USAGE,
			"show what? usage: ckptop show [OPTION]... JOB[/PARTITION]");
	if (status == 0) {
		/* Of one checkpoint the survey itself fetches the document. */
		look_start(&look, cli,
			cli_has(cli, "json") && target.key.partition.at == NULL);
		if (!cli_has(cli, "json"))
			look_limit_documents(&look, SURVEY_DOCUMENT_SHOWN);
		status = show(cli, &look, &target, err);
	}
	look_free(&look);
	target_free(&target);
	return status;
}

const struct command command_show = {
	.name = "show",
	.operands = "JOB[/PARTITION]",
	.summary = "Show all that is known about a job or a checkpoint.",
	.options = show_options,
	.least = 0,
	.most = 1,
	.need = CLI_NEEDS_STORES,
	.writing = CLI_ONLY_READS,
	.run = run,
};
