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
