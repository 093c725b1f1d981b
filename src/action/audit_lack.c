/* SPDX-License-Identifier: MIT */
#include "action/audit_lack.h"

#include "action/apply_record.h"

/* A store that has an audit tells the journal the id that came with it: what was done in
 * it since has a row there. */
static bool
should_be_told(const struct audit_entry *entry)
{
	return entry->in_journal && !entry->in_store && entry->key.job.at != NULL &&
	       apply_is_lasting(entry->identity) &&
	       (span_is(entry->phase, "done") || span_is(entry->phase, "overwritten"));
}

static const struct audit_asked *
find_identity(const struct audit_asked *asked, size_t count, struct span identity)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(asked[i].lasting, identity))
			return &asked[i];
	return NULL;
}

static const struct audit_asked *
find_name(const struct audit_asked *asked, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(asked[i].name, name))
			return &asked[i];
	return NULL;
}

/* Somebody has said since that under this name there is another store on purpose. */
static bool
was_pinned_anew(const struct audit_entry *entries, size_t before, struct span name)
{
	for (size_t i = 0; i < before; i++)
		if (span_is(entries[i].action,
			    journal_action_word(JOURNAL_ACTION_INIT)) &&
			span_equal(entries[i].store, name))
			return true;
	return false;
}

void
audit_find_lacks(struct audit_entry *entries, size_t count,
	const struct audit_asked *asked, size_t asked_count)
{
	for (size_t i = 0; i < count; i++) {
		struct audit_entry *entry = &entries[i];

		entry->lack = AUDIT_LACKS_NOTHING;
		if (!should_be_told(entry))
			continue;
		if (find_identity(asked, asked_count, entry->identity) != NULL)
			entry->lack = AUDIT_LACKS_ROW;
		else if (find_name(asked, asked_count, entry->store) != NULL &&
			 !was_pinned_anew(entries, i, entry->store))
			entry->lack = AUDIT_LACKS_ALL;
	}
}
