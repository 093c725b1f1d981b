/* SPDX-License-Identifier: MIT */
#include "cli/audit_verify.h"

#include "config/config.h"
#include "report/table.h"

/* More of them say nothing new. */
#define LACKS_SHOWN 20

/* --- what is missing in the stores --- */

size_t
audit_count_lacks(struct audit *audit)
{
	size_t count, lacks = 0;
	const struct audit_entry *entries = audit_entries(audit, &count);

	for (size_t i = 0; i < count; i++)
		lacks += entries[i].lack != AUDIT_LACKS_NOTHING;
	return lacks;
}

static void
print_lack(struct cli *cli, const struct audit_entry *entry)
{
	static const char *const words[] = {
		[AUDIT_LACKS_ROW] = "not in the audit of the store, which was there then",
		[AUDIT_LACKS_ALL] = "the audit that the store had then is gone, or it is "
				    "another store, and nobody said why (init --repin)",
	};
	struct str text = { 0 };

	str_add_span(&text, entry->store);
	str_addf(&text, ": %.*s ", (int)entry->action.len, entry->action.at);
	key_add(&text, entry->key);
	str_add_char(&text, ' ');
	audit_put_value(&text, entry->existed, entry->old_value);
	str_add(&text, " -> ");
	audit_put_value(&text, entry->exists, entry->new_value);
	str_addf(&text, " by %.*s at ", (int)entry->who.len, entry->who.at);
	time_add_rfc3339(&text, entry->at);
	str_addf(&text, ", operation %.*s: %s", (int)entry->op.len, entry->op.at,
		words[entry->lack]);
	table_text(&cli->out.text, str_span(&text), cli->ascii);
	str_add_char(&cli->out.text, '\n');
	str_free(&text);
}

/* The journal says that it was done, and the store does not know of it. */
static int
check_stores(struct cli *cli, struct audit *audit, struct err *err)
{
	size_t count, lacks = 0;
	const struct audit_entry *entries = audit_entries(audit, &count);

	for (size_t i = 0; i < count; i++)
		if (entries[i].lack != AUDIT_LACKS_NOTHING && lacks++ < LACKS_SHOWN)
			print_lack(cli, &entries[i]);
	if (lacks == 0)
		return 0;
	if (lacks > LACKS_SHOWN)
		str_addf(&cli->out.text, "and %zu more\n", lacks - LACKS_SHOWN);
	return err_set(err, ERR_DAMAGED,
		"%zu change%s that the journal calls done %s not in the audit of the "
		"store: somebody has removed it there, or the store was put back as it "
		"was before; keep a copy of both as they are now",
		lacks, lacks == 1 ? "" : "s", lacks == 1 ? "is" : "are");
}

/* --- the chain --- */

static int
check_chain(struct cli *cli, struct audit *audit, const char *journal,
	struct journal_report *report, struct err *err)
{
	struct who_sources sources = who_sources_real(cli->environment);
	struct arena *arena = arena_new();
	struct str me = { 0 };
	struct who who;
	const struct journal_anchor *anchors;
	size_t count;
	int status;

	who_find(arena, &who, &sources);
	who_add_name(&me, &who);
	anchors = audit_anchors(audit, str_span(&me), &count);
	status = journal_verify(journal, anchors, count, report, err);
	str_free(&me);
	arena_free(arena);
	return status;
}

int
audit_verify(struct cli *cli, struct audit *audit, struct err *err)
{
	const char *journal = cli->config->env.journal;
	struct journal_report report;
	struct str *out = &cli->out.text;

	if (journal == NULL)
		return err_set(err, ERR_FAILED, "there is no place for a journal");
	if (check_chain(cli, audit, journal, &report, err) != 0)
		return -1;
	table_text(out, span_of(report.text), cli->ascii);
	str_add_char(out, '\n');
	/* The first failure is the one that is told of the journal. */
	if (report.fault == JOURNAL_CUT && report.seq == 0)
		err_set(err, ERR_DAMAGED,
			"the journal %s lacks what the stores remember of its writers "
			"(cut, or written to another journal); keep a copy of it as it "
			"is now, and look for that other one",
			journal);
	else if (report.fault != JOURNAL_SOUND)
		err_set(err, ERR_DAMAGED,
			"the journal %s is not as it was written (%s); keep a copy of it "
			"as it is now",
			journal, journal_fault_word(report.fault));
	return check_stores(cli, audit, err) != 0 || report.fault != JOURNAL_SOUND ? -1
										   : 0;
}
