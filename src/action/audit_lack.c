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

static bool
knows_identity(const struct audit_place *places, size_t count, struct span identity)
{
	for (size_t i = 0; i < count; i++)
		if (places[i].asked && span_equal(places[i].lasting, identity))
			return true;
	return false;
}

/* Somebody has said since that there is another store on purpose. */
static bool
was_pinned_anew(const struct audit_entry *entries, size_t before, size_t place)
{
	for (size_t i = 0; i < before; i++)
		if (span_is(entries[i].action,
			    journal_action_word(JOURNAL_ACTION_INIT)) &&
			entries[i].place == place)
			return true;
	return false;
}

void
audit_find_lacks(struct audit_entry *entries, size_t count,
	const struct audit_place *places, size_t place_count)
{
	for (size_t i = 0; i < count; i++) {
		struct audit_entry *entry = &entries[i];

		entry->lack = AUDIT_LACKS_NOTHING;
		if (!should_be_told(entry))
			continue;
		if (knows_identity(places, place_count, entry->identity))
			entry->lack = AUDIT_LACKS_ROW;
		else if (entry->place < place_count && places[entry->place].asked &&
			 !was_pinned_anew(entries, i, entry->place))
			entry->lack = AUDIT_LACKS_ALL;
	}
}
