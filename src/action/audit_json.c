/* SPDX-License-Identifier: MIT */
#include "action/audit.h"
#include "base/json.h"

static void
add_member(struct str *out, const char *name, struct span text)
{
	bool altered = false;

	str_addf(out, ",\"%s\":", name);
	if (text.at == NULL)
		str_add(out, "null");
	else
		json_add_string(out, text, &altered);
	if (!altered)
		return;
	str_addf(out, ",\"%s_base64\":", name);
	json_add_base64(out, text);
}

void
audit_add_json(struct str *out, const struct audit_entry *entry)
{
	str_add(out, "{\"op\":");
	if (entry->op.at == NULL)
		str_add(out, "null");
	else
		json_add_string(out, entry->op, NULL);
	str_add(out, ",\"at\":\"");
	time_add_rfc3339(out, entry->at);
	str_add_char(out, '"');
	add_member(out, "who", entry->who);
	add_member(out, "action", entry->action);
	add_member(out, "phase", entry->phase);
	add_member(out, "store", entry->store);
	add_member(out, "job", entry->key.job);
	add_member(out, "partition", entry->key.partition);
	add_member(out, "old", entry->existed ? entry->old_value : SPAN_NONE);
	add_member(out, "new", entry->exists ? entry->new_value : SPAN_NONE);
	add_member(out, "reason", entry->reason);
	add_member(out, "undo_of", entry->undo_of);
	add_member(out, "note", entry->note);
	str_addf(out, ",\"existed\":%s,\"exists\":%s", entry->existed ? "true" : "false",
		entry->exists ? "true" : "false");
	str_addf(out, ",\"in_journal\":%s,\"in_store\":%s",
		entry->in_journal ? "true" : "false", entry->in_store ? "true" : "false");
	add_member(out, "group", entry->group);
	str_addf(out, ",\"missing_in_store\":%s",
		entry->lack != AUDIT_LACKS_NOTHING ? "true" : "false");
	if (entry->uid != WHO_NONE)
		str_addf(out, ",\"uid\":%lld", (long long)entry->uid);
	else
		str_add(out, ",\"uid\":null");
	add_member(out, "program", entry->program);
	add_member(out, "ssh", entry->ssh);
	str_add_char(out, '}');
}
