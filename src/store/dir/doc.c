/* SPDX-License-Identifier: MIT */
#include "store/dir/doc.h"

#include <string.h>
#include <time.h>

#include "base/utf8.h"

/* --- the value --- */

static size_t
digits_at(struct span text, size_t at)
{
	size_t end = at;

	while (end < text.len && text.at[end] >= '0' && text.at[end] <= '9')
		end++;
	return end - at;
}

static bool
is_at(struct span text, size_t at, const char *any_of)
{
	return at < text.len && text.at[at] != '\0' && strchr(any_of, text.at[at]);
}

/* The length of the JSON integer that a text starts with, or 0. */
static size_t
integer_length(struct span text)
{
	size_t sign = is_at(text, 0, "-"), digits = digits_at(text, sign);

	if (digits == 0 || (digits > 1 && text.at[sign] == '0'))
		return 0;
	return sign + digits;
}

static bool
is_json_number(struct span text)
{
	size_t at = integer_length(text), digits;

	if (at == 0)
		return false;
	if (is_at(text, at, ".")) {
		digits = digits_at(text, at + 1);
		at += digits > 0 ? 1 + digits : 0;
	}
	if (is_at(text, at, "eE")) {
		size_t sign = is_at(text, at + 1, "+-");

		digits = digits_at(text, at + 1 + sign);
		at += digits > 0 ? 1 + sign + digits : 0;
	}
	return at == text.len;
}

/* A whole number that every reader takes for the same: shortest form, 64 bits. */
static bool
is_plain_integer(struct span text)
{
	static const char most[] = "9223372036854775807";
	size_t sign = is_at(text, 0, "-"), digits = text.len - sign;

	if (text.len == 0 || integer_length(text) != text.len ||
		(sign && text.at[1] == '0'))
		return false;
	return digits < sizeof(most) - 1 ||
	       (digits == sizeof(most) - 1 && memcmp(text.at + sign, most, digits) <= 0);
}

/* True when the text is one document of this kind. */
static bool
is_document(struct span text, enum json_kind kind)
{
	struct json *json = NULL;
	bool same =
		json_parse(&json, text, NULL) == 0 && json_kind(json, JSON_ROOT) == kind;

	json_free(json);
	return same;
}

/* True when the text goes into the file as it is, without quotes. */
static bool
is_literal(struct span text, const struct dir_file *old)
{
	enum json_kind kind =
		old == NULL ? JSON_NULL : json_kind(old->json, old->value_at);

	switch (kind) {
	case JSON_STRING: return false;
	case JSON_NUMBER: return is_json_number(text);
	case JSON_BOOL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		if (is_document(text, kind))
			return true;
		break;
	case JSON_NULL: break;
	}
	return is_plain_integer(text);
}

static int
add_text(struct str *out, const char *what, struct span text, struct err *err)
{
	if (!utf8_is_valid(text))
		return err_set(err, ERR_REFUSED,
			"the %s is not valid UTF-8, which a JSON file cannot hold; "
			"nothing was written; give it as UTF-8",
			what);
	json_add_string(out, text, NULL);
	return 0;
}

static int
add_value(struct str *out, const struct change *change, const struct dir_file *old,
	struct err *err)
{
	if (change->value.at == NULL)
		str_add(out, "null");
	else if (is_literal(change->value, old))
		str_add_span(out, change->value);
	else
		return add_text(out, "value", change->value, err);
	return 0;
}

/* --- the time --- */

/* The local offset from UTC at an instant, in seconds. */
static int
local_offset(int64_t at)
{
	time_t seconds = (time_t)(at / SECOND);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	return (int)tm.tm_gmtoff;
}

/* The offset for a time without a zone: local, unless the old one was plainly in another.
 */
static int
naive_offset(const struct dir_file *old, int64_t at)
{
	int64_t before;

	if (old != NULL && dir_file_zone(old, &before) &&
		!dir_file_is_skewed(old, NULL, MINUTE) &&
		before / SECOND != local_offset(old->mark.mtime / 1000))
		return (int)(before / SECOND);
	return local_offset(at);
}

static void
add_time(struct str *out, const struct dir_file *old, int64_t at, const struct zone *zone)
{
	bool known = old != NULL && old->updated.form != STAMP_UNREADABLE;
	bool quoted = !known || json_kind(old->json, old->timestamp_at) == JSON_STRING;
	struct stamp pattern = { .form = STAMP_NAIVE, .separator = 'T' };
	struct zone *offset = zone_fixed(naive_offset(old, at));

	if (known)
		pattern = old->updated;
	if (quoted)
		str_add_char(out, '"');
	stamp_format(out, &pattern, at, zone != NULL ? zone : offset);
	if (quoted)
		str_add_char(out, '"');
	zone_free(offset);
}

/* --- the document --- */

static int
add_metadata(struct str *out, const struct change *change, struct err *err)
{
	struct json *json = NULL;

	if (change->keep_metadata || change->metadata.at == NULL) {
		str_add(out, "{}");
		return 0;
	}
	if (json_parse(&json, change->metadata, err) != 0) {
		if (err != NULL)
			err->kind = ERR_REFUSED;
		err_prefix(err, "nothing was written, the metadata is not JSON");
		return -1;
	}
	json_free(json);
	str_add_span(out, span_trim(change->metadata));
	return 0;
}

static void
add_key(struct str *out, struct key key)
{
	if (key.job.at == NULL)
		return;
	str_add(out, "\"job\": ");
	json_add_string(out, key.job, NULL);
	str_add(out, ", \"partition\": ");
	json_add_string(out, key.partition, NULL);
	str_add(out, ", ");
}

static int
make_new(struct str *out, const struct change *change, const struct zone *zone,
	struct err *err)
{
	str_add_char(out, '{');
	add_key(out, change->key);
	str_add(out, "\"value\": ");
	if (add_value(out, change, NULL, err) != 0)
		return -1;
	str_add(out, ", \"metadata\": ");
	if (add_metadata(out, change, err) != 0)
		return -1;
	str_add(out, ", \"timestamp\": ");
	add_time(out, NULL, change->updated_at, zone);
	str_add_char(out, '}');
	return 0;
}

/* One place of the old document: bytes that give way to others. */
struct member_edit {
	const char *at; /* NULL: none */
	size_t length;
	struct str bytes;
};

enum { EDIT_KEY, EDIT_VALUE, EDIT_METADATA, EDIT_TIME, EDITS };

static void
edit_member(struct member_edit *edit, const struct dir_file *old, json_at at)
{
	struct span raw = json_raw(old->json, at);

	edit->at = raw.at;
	edit->length = raw.len;
}

/* Where a member can be added behind all others. */
static const char *
end_of_members(const struct dir_file *old)
{
	const char *end = NULL;
	struct span name;
	json_at value;
	size_t cursor = 0;

	while (json_next(old->json, JSON_ROOT, &cursor, &name, &value)) {
		struct span raw = json_raw(old->json, value);

		end = raw.at + raw.len;
	}
	return end;
}

static void
edit_or_append(struct member_edit *edit, const struct dir_file *old, json_at at,
	const char *name)
{
	if (at != JSON_ABSENT) {
		edit_member(edit, old, at);
		return;
	}
	edit->at = end_of_members(old);
	str_addf(&edit->bytes, ", \"%s\": ", name);
}

/* The key goes in front, where neither half of it is there. */
static void
edit_key(struct member_edit *edit, const struct dir_file *old, struct key key)
{
	struct span whole = json_raw(old->json, JSON_ROOT);

	if (key.job.at == NULL || old->job_at != JSON_ABSENT ||
		old->partition_at != JSON_ABSENT || !utf8_is_valid(key.job) ||
		!utf8_is_valid(key.partition))
		return;
	edit->at = whole.at + 1;
	add_key(&edit->bytes, key);
}

/* The edit that comes first in the text among those not yet made; NULL: none. */
static struct member_edit *
next_edit(struct member_edit *edits)
{
	struct member_edit *first = NULL;

	for (int i = 0; i < EDITS; i++)
		if (edits[i].at != NULL && (first == NULL || edits[i].at < first->at))
			first = &edits[i];
	return first;
}

static void
apply_edits(struct str *out, struct span text, struct member_edit *edits)
{
	const char *at = text.at;
	struct member_edit *edit;

	while ((edit = next_edit(edits)) != NULL) {
		str_add_span(out, (struct span){ at, (size_t)(edit->at - at) });
		str_add_span(out, str_span(&edit->bytes));
		at = edit->at + edit->length;
		edit->at = NULL;
	}
	str_add_span(out, (struct span){ at, (size_t)(text.at + text.len - at) });
}

static int
make_from(struct str *out, const struct dir_file *old, const struct change *change,
	const struct zone *zone, struct err *err)
{
	struct member_edit edits[EDITS] = { 0 };
	int status = -1;

	edit_key(&edits[EDIT_KEY], old, change->key);
	edit_member(&edits[EDIT_VALUE], old, old->value_at);
	if (add_value(&edits[EDIT_VALUE].bytes, change, old, err) != 0)
		goto cleanup;
	if (!change->keep_metadata) {
		edit_or_append(&edits[EDIT_METADATA], old, old->metadata_at, "metadata");
		if (add_metadata(&edits[EDIT_METADATA].bytes, change, err) != 0)
			goto cleanup;
	}
	edit_or_append(&edits[EDIT_TIME], old, old->timestamp_at, "timestamp");
	add_time(&edits[EDIT_TIME].bytes, old, change->updated_at, zone);
	apply_edits(out, str_span(&old->text), edits);
	status = 0;
cleanup:
	for (int i = 0; i < EDITS; i++)
		str_free(&edits[i].bytes);
	return status;
}

/* What we write we must be able to read. */
static int
check(struct span text, struct err *err)
{
	struct json *json = NULL;

	if (text.len > DIR_FILE_MAX)
		return err_set(err, ERR_REFUSED,
			"the file would have %zu bytes, %zu is the most that is read; "
			"nothing "
			"was written",
			text.len, DIR_FILE_MAX);
	if (json_parse(&json, text, err) != 0) {
		if (err != NULL)
			err->kind = ERR_REFUSED;
		err_prefix(err, "nothing was written, the file could not be read again");
		return -1;
	}
	json_free(json);
	return 0;
}

int
dir_doc_make(struct str *out, const struct dir_file *old, const struct change *change,
	const struct zone *zone, struct err *err)
{
	size_t start = out->len;
	int status = old == NULL ? make_new(out, change, zone, err)
				 : make_from(out, old, change, zone, err);

	if (status != 0)
		return -1;
	return check((struct span){ out->text + start, out->len - start }, err);
}
