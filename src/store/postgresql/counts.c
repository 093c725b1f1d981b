/* SPDX-License-Identifier: MIT */
#include "store/postgresql/counts.h"

#include <stdlib.h>

#define COUNTS(first)                                                                    \
	"WITH RECURSIVE family (oid) AS (" first " UNION "                               \
	"SELECT i.inhrelid FROM family JOIN pg_catalog.pg_inherits i "                   \
	"ON i.inhparent = family.oid) "                                                  \
	"SELECT sum(pg_catalog.pg_stat_get_xact_tuples_inserted(oid)), "                 \
	"sum(pg_catalog.pg_stat_get_xact_tuples_updated(oid)), "                         \
	"sum(pg_catalog.pg_stat_get_xact_tuples_deleted(oid)), "                         \
	"pg_catalog.current_setting('track_counts') FROM family"

static const char *const counts_sql[] = {
	[PG_ROWS] = COUNTS("SELECT $1::pg_catalog.oid"),
	[PG_REFERRING_ROWS] = COUNTS(
		"SELECT conrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' "
		"AND confrelid = $1::pg_catalog.oid AND conrelid <> confrelid"),
};

static int64_t
number_of(struct span cell)
{
	return cell.at != NULL ? strtoll(cell.at, NULL, 10) : 0;
}

int
pg_counts_read(struct pg_counts *out, const struct pg_store *pg, struct span oid,
	enum pg_counted counted, struct err *err)
{
	struct pg_answer *answer;

	*out = (struct pg_counts){ 0 };
	if (pg_run(pg->link, &answer, counts_sql[counted], &oid, 1, err) != 0)
		return -1;
	out->inserted = number_of(pg_answer_cell(answer, 0, 0));
	out->updated = number_of(pg_answer_cell(answer, 0, 1));
	out->deleted = number_of(pg_answer_cell(answer, 0, 2));
	out->is_known = span_is(pg_answer_cell(answer, 0, 3), "on");
	pg_answer_free(answer);
	return 0;
}

bool
pg_counts_exceed(const struct pg_counts *now, const struct pg_counts *before,
	const struct pg_counts *expected)
{
	int64_t inserted = now->inserted - before->inserted - expected->inserted;
	int64_t updated = now->updated - before->updated - expected->updated;
	int64_t deleted = now->deleted - before->deleted - expected->deleted;

	if (!now->is_known || !before->is_known)
		return false;
	/* One that moved: its update is missing. */
	if (updated < 0 && inserted == -updated && deleted == -updated)
		return false;
	return inserted != 0 || updated != 0 || deleted != 0;
}
