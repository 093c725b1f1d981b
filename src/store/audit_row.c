/* SPDX-License-Identifier: MIT */
#include "store/audit_row.h"

#include "base/clock.h"

void
audit_row_take(struct audit_row *out, const struct span texts[AUDIT_ROW_TEXTS])
{
	struct stamp stamp;

	*out = (struct audit_row){
		.operation = { .id = texts[0],
			.at = TIME_NONE,
			.who = texts[2],
			.action = texts[3],
			.reason = texts[8],
			.anchor = texts[9],
			.undo_of = texts[10] },
		.key = { texts[4], texts[5] },
		.old_value = texts[6],
		.new_value = texts[7],
	};
	if (stamp_parse(&stamp, texts[1]))
		out->operation.at = stamp_instant(&stamp, NULL);
}

int
audit_row_altered(struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"its table ckptop_audit does not hold the row of this change as it was "
		"written (a trigger on it leaves out, removes, changes or adds rows); "
		"nothing was written; remove the trigger, or ask who made it");
}

int
audit_table_foreign(
	const char *name, const char *where, const char *undone, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s in %s is not what ckptop makes: it lacks columns, or is a view; %s; "
		"rename or drop it, then try again",
		name, where, undone);
}
