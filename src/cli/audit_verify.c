/* SPDX-License-Identifier: MIT */
#include "cli/audit_verify.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/json.h"
#include "config/config.h"
#include "report/table.h"

/* More of them say nothing new. */
#define LACKS_SHOWN 20

/* What was found; for a program it is written when all of it is known. */
struct verifying {
	struct cli *cli;
	struct audit *audit;
	const char *journal;
	bool is_json;
	struct str others; /* JSON: the other journals */
};

static void
put_line(const struct verifying *verifying, const struct str *text)
{
	struct cli *cli = verifying->cli;

	if (verifying->is_json)
		return;
	table_text(&cli->out.text, str_span(text), cli->ascii);
	str_add_char(&cli->out.text, '\n');
}

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

/* "etl: reset orders/0 90 -> 80 by WHO at TIME, operation OP: " */
static void
add_entry(struct str *out, const struct audit_entry *entry)
{
	str_add_span(out, entry->store);
	str_addf(out, ": %.*s ", (int)entry->action.len, entry->action.at);
	key_add(out, entry->key);
	str_add_char(out, ' ');
	audit_put_side(out, entry, false);
	str_add(out, " -> ");
	audit_put_side(out, entry, true);
	str_addf(out, " by %.*s at ", (int)entry->who.len, entry->who.at);
	time_add_rfc3339(out, entry->at);
	str_addf(out, ", operation %.*s: ", (int)entry->op.len, entry->op.at);
}

static void
print_lack(const struct verifying *verifying, const struct audit_entry *entry)
{
	static const char *const words[] = {
		[AUDIT_LACKS_ROW] = "not in the audit of the store, which was there then",
		[AUDIT_LACKS_ALL] = "the audit that the store had then is gone, or it is "
				    "another store, and nobody said why (init --repin)",
	};
	struct str text = { 0 };

	add_entry(&text, entry);
	str_add(&text, words[entry->lack]);
	put_line(verifying, &text);
	str_free(&text);
}

static bool
is_lacking(const struct audit_entry *entry)
{
	return entry->lack != AUDIT_LACKS_NOTHING;
}

static bool
is_told_otherwise(const struct audit_entry *entry)
{
	return entry->otherwise != NULL;
}

static void
print_difference(const struct verifying *verifying, const struct audit_entry *entry)
{
	struct str text = { 0 };
	const char *between = "the audit of the store tells otherwise: ";

	add_entry(&text, entry);
	for (int i = 0; i < AUDIT_MEMBERS; i++) {
		enum audit_member member = (enum audit_member)i;

		if (audit_agree(entry, entry->otherwise, member))
			continue;
		str_addf(&text, "%s%s ", between, audit_member_word(member));
		audit_put_member(&text, entry->otherwise, member);
		str_add(&text, " instead of ");
		audit_put_member(&text, entry, member);
		between = ", ";
	}
	put_line(verifying, &text);
	str_free(&text);
}

/* Prints those entries of which it holds, and counts them. */
static size_t
print_entries(const struct verifying *verifying,
	bool (*holds)(const struct audit_entry *),
	void (*print)(const struct verifying *, const struct audit_entry *))
{
	size_t count, found = 0;
	const struct audit_entry *entries = audit_entries(verifying->audit, &count);
	struct str text = { 0 };

	for (size_t i = 0; i < count; i++)
		if (holds(&entries[i]) && found++ < LACKS_SHOWN)
			print(verifying, &entries[i]);
	if (found > LACKS_SHOWN) {
		str_addf(&text, "and %zu more", found - LACKS_SHOWN);
		put_line(verifying, &text);
	}
	str_free(&text);
	return found;
}

/* --- numbers that no row has --- */

/* "etl: the audit of the store has no rows 2 to 33: ..." */
static void
print_gap(const struct verifying *verifying, const struct audit_missing *missing)
{
	const struct audit_gap *gap = &missing->gap;
	struct str text = { 0 };

	str_add_span(&text, missing->store);
	str_addf(&text, ": the audit of the store has no row%s %lld",
		gap->first == gap->last ? "" : "s", (long long)gap->first);
	if (gap->first != gap->last)
		str_addf(&text, " to %lld", (long long)gap->last);
	str_add(&text,
		gap->removed
			? ": somebody has removed what was there, for no number is left "
			  "out there"
			: ": a change that is under way, or was rolled back, takes its "
			  "numbers, and a crash of the server up to 32; so this proves "
			  "neither that a row was removed nor that none was");
	put_line(verifying, &text);
	str_free(&text);
}

/* What proves nothing is said, and is no failure. */
static int
check_numbers(const struct verifying *verifying, struct err *err)
{
	size_t count, removed = 0;
	const struct audit_missing *gaps = audit_gaps(verifying->audit, &count);
	struct str text = { 0 };

	for (size_t i = 0; i < count; i++) {
		removed += gaps[i].gap.removed;
		if (i < LACKS_SHOWN)
			print_gap(verifying, &gaps[i]);
	}
	if (count > LACKS_SHOWN) {
		str_addf(&text, "and %s%zu more",
			count >= STORE_GAPS_MOST ? "at least " : "", count - LACKS_SHOWN);
		put_line(verifying, &text);
	}
	str_free(&text);
	if (removed > 0)
		return err_set(err, ERR_DAMAGED,
			"rows were removed from the audit of the store, whose numbers "
			"are missing; keep a copy of it as it is now");
	return 0;
}

/* The journal says that it was done, and the store does not know of it, or tells
 * something else. */
static int
check_stores(const struct verifying *verifying, struct err *err)
{
	size_t lacks = print_entries(verifying, is_lacking, print_lack);
	size_t others = print_entries(verifying, is_told_otherwise, print_difference);

	if (lacks > 0)
		return err_set(err, ERR_DAMAGED,
			"%zu change%s that the journal calls done %s not in the audit of "
			"the store: somebody has removed it there, or the store was put "
			"back as it was before; keep a copy of both as they are now",
			lacks, lacks == 1 ? "" : "s", lacks == 1 ? "is" : "are");
	if (others > 0)
		return err_set(err, ERR_DAMAGED,
			"the audit of the store tells %zu change%s otherwise than the "
			"journal: somebody has changed it there; keep a copy of both as "
			"they are now",
			others, others == 1 ? "" : "s");
	return 0;
}

/* --- the journals --- */

static int
check_chain(
	const struct verifying *verifying, struct journal_report *report, struct err *err)
{
	struct who_sources sources = who_sources_real(verifying->cli->environment);
	const char *journal = verifying->journal;
	struct arena *arena = arena_new();
	struct str me = { 0 };
	struct who who;
	struct journal_anchor *anchors;
	size_t count;
	int status;

	who_find(arena, &who, &sources);
	who_add_name(&me, &who);
	anchors = anchors_for(
		audit_anchors(verifying->audit), str_span(&me), journal, &count);
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
print_other(struct verifying *verifying, size_t count, const char *is_checked,
	const char *text)
{
	struct str line = { 0 };

	str_addf(
		&line, "anchors of other journals: %zu %s (%s)", count, is_checked, text);
	put_line(verifying, &line);
	str_free(&line);
	str_addf(&verifying->others, "%s{\"anchors\":%zu",
		verifying->others.len > 0 ? "," : "", count);
	json_add_member(&verifying->others, "result", span_of(is_checked));
	json_add_member(&verifying->others, "told", span_of(text));
	str_add_char(&verifying->others, '}');
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
check_other(
	struct verifying *verifying, const struct anchors_other *other, struct err *err)
{
	const char *path = other->path.at, *gone = replaced_by(path);
	struct journal_report report;
	struct err unread = { 0 };
	struct str text = { 0 };
	int status = 0;

	if (gone != NULL) {
		str_addf(&text, "%s %s", path, gone);
		print_other(verifying, other->count, "not met", str_text(&text));
		status = err_set(err, ERR_DAMAGED,
			"the journal %s %s, and the stores remember what was in it; look "
			"for where it was moved",
			path, gone);
	} else if (journal_verify(path, other->anchors, other->count, &report, &unread) !=
		   0) {
		print_other(verifying, other->count, "not checked", unread.text);
	} else {
		str_addf(&text, "%s: %s", path, report.text);
		print_other(verifying, other->count, "checked", str_text(&text));
		status = judge(path, &report, err);
	}
	str_free(&text);
	return status;
}

/* Whoever else works on these stores from this host, as oneself with sudo, has a journal
 * of his own; where it may be read it must have what the stores remember of it. */
static int
check_others(struct verifying *verifying, size_t not_of_this_one, struct err *err)
{
	size_t count;
	const struct anchors_other *others =
		anchors_others(audit_anchors(verifying->audit), &count);
	int status = 0;

	for (size_t i = 0; i < count; i++) {
		status |= check_other(verifying, &others[i], err);
		not_of_this_one -= others[i].count;
	}
	if (not_of_this_one > 0)
		print_other(verifying, not_of_this_one, "not checked",
			"of other hosts, or of users of whose journal no store tells "
			"where it is");
	return status;
}

/* --- for programs --- */

static void
add_entries(const struct verifying *verifying, const char *name,
	bool (*holds)(const struct audit_entry *),
	void (*add)(struct str *, const struct audit_entry *))
{
	struct str *out = &verifying->cli->out.text;
	const char *between = "";
	size_t count;
	const struct audit_entry *entries = audit_entries(verifying->audit, &count);

	str_addf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (!holds(&entries[i]))
			continue;
		str_add(out, between);
		add(out, &entries[i]);
		between = ",";
	}
	str_add_char(out, ']');
}

static void
add_gaps(const struct verifying *verifying)
{
	struct str *out = &verifying->cli->out.text;
	size_t count;
	const struct audit_missing *gaps = audit_gaps(verifying->audit, &count);

	str_add(out, ",\"gaps\":[");
	for (size_t i = 0; i < count; i++) {
		str_add(out, i > 0 ? ",{" : "{");
		json_add_member(out, "store", gaps[i].store);
		str_addf(out, ",\"first\":%lld,\"last\":%lld,\"removed\":%s}",
			(long long)gaps[i].gap.first, (long long)gaps[i].gap.last,
			gaps[i].gap.removed ? "true" : "false");
	}
	str_add_char(out, ']');
}

static void
print_json(const struct verifying *verifying, const struct journal_report *report,
	bool is_sound)
{
	struct str *out = &verifying->cli->out.text;

	str_addf(out, "{\"schema\":1,\"sound\":%s,\"journal\":{",
		is_sound ? "true" : "false");
	json_add_member(out, "path", span_of(verifying->journal));
	json_add_member(out, "fault", span_of(journal_fault_word(report->fault)));
	json_add_member(out, "told", span_of(report->text));
	str_addf(out, "},\"other_journals\":[%s]", str_text(&verifying->others));
	add_entries(verifying, "missing", is_lacking, audit_add_json);
	add_entries(verifying, "different", is_told_otherwise, audit_add_difference_json);
	add_gaps(verifying);
	str_add(out, "}\n");
}

int
audit_verify(struct cli *cli, struct audit *audit, struct err *err)
{
	struct verifying verifying = {
		.cli = cli,
		.audit = audit,
		.journal = cli->config->env.journal,
		.is_json = cli_has(cli, "json"),
	};
	struct journal_report report;
	struct str line = { 0 };
	int status;

	if (verifying.journal == NULL)
		return err_set(err, ERR_FAILED,
			"there is no place for the journal (HOME is not set), so nothing "
			"was "
			"verified; set XDG_STATE_HOME");
	if (check_chain(&verifying, &report, err) != 0)
		return -1;
	str_add(&line, report.text);
	put_line(&verifying, &line);
	/* The first failure is the one that is told of the journal. */
	status = judge(verifying.journal, &report, err);
	status |= check_others(&verifying, report.others, err);
	status |= check_stores(&verifying, err);
	status |= check_numbers(&verifying, err);
	if (verifying.is_json)
		print_json(&verifying, &report, status == 0);
	str_free(&line);
	str_free(&verifying.others);
	return status;
}
