/* SPDX-License-Identifier: MIT */
#include "action/audit.h"
#include "base/json.h"

void
audit_add_json(struct str *out, const struct audit_entry *entry)
{
	str_add_char(out, '{');
	json_add_member(out, "op", entry->op);
	str_add(out, ",\"at\":\"");
	time_add_rfc3339(out, entry->at);
	str_add_char(out, '"');
	json_add_member(out, "who", entry->who);
	json_add_member(out, "action", entry->action);
	json_add_member(out, "phase", entry->phase);
	json_add_member(out, "store", entry->store);
	json_add_member(out, "job", entry->key.job);
	json_add_member(out, "partition", entry->key.partition);
	json_add_member(out, "old", entry->existed ? entry->old_value : SPAN_NONE);
	json_add_member(out, "new", entry->exists ? entry->new_value : SPAN_NONE);
	json_add_member(out, "reason", entry->reason);
	json_add_member(out, "undo_of", entry->undo_of);
	json_add_member(out, "note", entry->note);
	str_addf(out, ",\"existed\":%s,\"exists\":%s", entry->existed ? "true" : "false",
		entry->exists ? "true" : "false");
	str_addf(out, ",\"in_journal\":%s,\"in_store\":%s",
		entry->in_journal ? "true" : "false", entry->in_store ? "true" : "false");
	json_add_member(out, "group", entry->group);
	str_addf(out, ",\"missing_in_store\":%s",
		entry->lack != AUDIT_LACKS_NOTHING ? "true" : "false");
	if (entry->uid != WHO_NONE)
		str_addf(out, ",\"uid\":%lld", (long long)entry->uid);
	else
		str_add(out, ",\"uid\":null");
	json_add_member(out, "program", entry->program);
	json_add_member(out, "ssh", entry->ssh);
	json_add_member(out, "store_uri", entry->uri);
	str_addf(out, ",\"edited\":%s", entry->edited ? "true" : "false");
	str_addf(out, ",\"old_unreadable\":%s,\"new_unreadable\":%s",
		entry->existed && entry->old_unreadable ? "true" : "false",
		entry->exists && entry->new_unreadable ? "true" : "false");
	str_add_char(out, '}');
}

static void
add_told(struct str *out, const char *name, const struct audit_entry *entry,
	const struct audit_entry *other)
{
	str_addf(out, ",\"%s\":{", name);
	for (int i = 0; i < AUDIT_MEMBERS; i++)
		if (!audit_agree(entry, other, (enum audit_member)i))
			json_add_member(out, audit_member_word((enum audit_member)i),
				audit_member_text(entry, (enum audit_member)i));
	str_add_char(out, '}');
}

void
audit_add_difference_json(struct str *out, const struct audit_entry *entry)
{
	str_add_char(out, '{');
	json_add_member(out, "op", entry->op);
	json_add_member(out, "store", entry->store);
	json_add_member(out, "job", entry->key.job);
	json_add_member(out, "partition", entry->key.partition);
	add_told(out, "journal", entry, entry->otherwise);
	add_told(out, "audit", entry->otherwise, entry);
	str_add_char(out, '}');
}
