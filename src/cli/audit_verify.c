/* SPDX-License-Identifier: MIT */
#include "cli/audit_verify.h"

#include <errno.h>
#include <sys/stat.h>

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
	audit_put_side(&text, entry, false);
	str_add(&text, " -> ");
	audit_put_side(&text, entry, true);
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

/* --- the journals --- */

static int
check_chain(struct cli *cli, struct audit *audit, const char *journal,
	struct journal_report *report, struct err *err)
{
	struct who_sources sources = who_sources_real(cli->environment);
	struct arena *arena = arena_new();
	struct str me = { 0 };
	struct who who;
	struct journal_anchor *anchors;
	size_t count;
	int status;

	who_find(arena, &who, &sources);
	who_add_name(&me, &who);
	anchors = anchors_for(audit_anchors(audit), str_span(&me), journal, &count);
	status = journal_verify(journal, anchors, count, report, err);
	str_free(&me);
	arena_free(arena);
	return status;
}

static int
judge(const char *journal, const struct journal_report *report, struct err *err)
{
	if (report->fault == JOURNAL_SOUND)
		return 0;
	if (report->fault == JOURNAL_CUT && report->seq == 0 && !report->sure)
		return err_set(err, ERR_DAMAGED,
			"the journal %s lacks what the stores remember of its writers "
			"(cut, or written to another journal); keep a copy of it as it "
			"is now, and look for that other one",
			journal);
	return err_set(err, ERR_DAMAGED,
		"the journal %s is not as it was written (%s); keep a copy of it as it "
		"is now",
		journal, journal_fault_word(report->fault));
}

static void
print_other(struct cli *cli, size_t count, const char *is_checked, const char *text)
{
	struct str line = { 0 };

	str_addf(
		&line, "anchors of other journals: %zu %s (%s)", count, is_checked, text);
	table_text(&cli->out.text, str_span(&line), cli->ascii);
	str_add_char(&cli->out.text, '\n');
	str_free(&line);
}

/* What took the place of a journal: whoever moves one away to change it leaves no more
 * than this. NULL: a file is there, or nobody lets us see it. */
static const char *
replaced_by(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno != EACCES ? "is not there any more" : NULL;
	return S_ISREG(status.st_mode) ? NULL : "is no regular file any more";
}

static int
check_other(struct cli *cli, const struct anchors_other *other, struct err *err)
{
	const char *path = other->path.at, *gone = replaced_by(path);
	struct journal_report report;
	struct err unread = { 0 };
	struct str text = { 0 };
	int status = 0;

	if (gone != NULL) {
		str_addf(&text, "%s %s", path, gone);
		print_other(cli, other->count, "not met", str_text(&text));
		status = err_set(err, ERR_DAMAGED,
			"the journal %s %s, and the stores remember what was in it; look "
			"for where it was moved",
			path, gone);
	} else if (journal_verify(path, other->anchors, other->count, &report, &unread) !=
		   0) {
		print_other(cli, other->count, "not checked", unread.text);
	} else {
		str_addf(&text, "%s: %s", path, report.text);
		print_other(cli, other->count, "checked", str_text(&text));
		status = judge(path, &report, err);
	}
	str_free(&text);
	return status;
}

/* Whoever else works on these stores from this host, as oneself with sudo, has a journal
 * of his own; where it may be read it must have what the stores remember of it. */
static int
check_others(
	struct cli *cli, struct audit *audit, size_t not_of_this_one, struct err *err)
{
	size_t count;
	const struct anchors_other *others = anchors_others(audit_anchors(audit), &count);
	int status = 0;

	for (size_t i = 0; i < count; i++) {
		status |= check_other(cli, &others[i], err);
		not_of_this_one -= others[i].count;
	}
	if (not_of_this_one > 0)
		print_other(cli, not_of_this_one, "not checked",
			"of other hosts, or of users of whose journal no store tells "
			"where it is");
	return status;
}

int
audit_verify(struct cli *cli, struct audit *audit, struct err *err)
{
	const char *journal = cli->config->env.journal;
	struct journal_report report;
	struct str *out = &cli->out.text;
	int status;

	if (journal == NULL)
		return err_set(err, ERR_FAILED,
			"there is no place for the journal (HOME is not set), so nothing "
			"was "
			"verified; set XDG_STATE_HOME");
	if (check_chain(cli, audit, journal, &report, err) != 0)
		return -1;
	table_text(out, span_of(report.text), cli->ascii);
	str_add_char(out, '\n');
	/* The first failure is the one that is told of the journal. */
	status = judge(journal, &report, err);
	status |= check_others(cli, audit, report.others, err);
	return status | check_stores(cli, audit, err);
}
