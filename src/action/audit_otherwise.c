/* SPDX-License-Identifier: MIT
 *
 * What the journal and the audit of a store both tell of a change, member by member. */
#include "action/audit.h"

static struct span
who_of(const struct audit_entry *entry)
{
	return entry->who;
}

static struct span
action_of(const struct audit_entry *entry)
{
	return entry->action;
}

static struct span
old_of(const struct audit_entry *entry)
{
	return entry->existed ? entry->old_value : SPAN_NONE;
}

static struct span
new_of(const struct audit_entry *entry)
{
	return entry->exists ? entry->new_value : SPAN_NONE;
}

static struct span
reason_of(const struct audit_entry *entry)
{
	return entry->reason;
}

static struct span
undone_by(const struct audit_entry *entry)
{
	return entry->undo_of;
}

static bool
is_always(const struct audit_entry *entry)
{
	(void)entry;
	return true;
}

static bool
was_there(const struct audit_entry *entry)
{
	return entry->existed;
}

static bool
is_there(const struct audit_entry *entry)
{
	return entry->exists;
}

static const struct {
	const char *word;
	struct span (*text)(const struct audit_entry *);
	bool (*exists)(const struct audit_entry *); /* a NULL is not nothing */
} members[AUDIT_MEMBERS] = {
	[AUDIT_WHO] = { "who", who_of, is_always },
	[AUDIT_ACTION] = { "action", action_of, is_always },
	[AUDIT_OLD] = { "old", old_of, was_there },
	[AUDIT_NEW] = { "new", new_of, is_there },
	[AUDIT_REASON] = { "reason", reason_of, is_always },
	[AUDIT_UNDO_OF] = { "undo_of", undone_by, is_always },
};

const char *
audit_member_word(enum audit_member member)
{
	return members[member].word;
}

struct span
audit_member_text(const struct audit_entry *entry, enum audit_member member)
{
	return members[member].text(entry);
}

bool
audit_agree(const struct audit_entry *a, const struct audit_entry *b,
	enum audit_member member)
{
	struct span x = members[member].text(a), y = members[member].text(b);

	return members[member].exists(a) == members[member].exists(b) &&
	       (x.at == NULL) == (y.at == NULL) && span_equal(x, y);
}

void
audit_put_member(
	struct str *out, const struct audit_entry *entry, enum audit_member member)
{
	struct span text = members[member].text(entry);

	if (member == AUDIT_OLD || member == AUDIT_NEW)
		audit_put_side(out, entry, member == AUDIT_NEW);
	else
		audit_put_value(out, text.at != NULL, text);
}
