/* SPDX-License-Identifier: MIT */
#include "model/metadata.h"

#include <string.h>

#include "base/json.h"

/* A piece of the growing memory; turned into a span when the memory has stopped moving.
 */
struct piece {
	size_t start, len;
	bool is_there;
};

enum member {
	MEMBER_WATERMARK,
	MEMBER_ERROR,
	MEMBER_HEAD,
	MEMBER_RESET_BY,
	MEMBER_RESET_AT,
	MEMBER_RESET_FROM,
	MEMBER_RESET_ID,
	MEMBER_ATTEMPT,
	MEMBER_HOST, /* and two more names for it, the first counts */
	MEMBER_HOSTNAME,
	MEMBER_WORKER,
	MEMBERS
};

/* The names that are not configured, behind those that are. */
#define FIXED_FIRST MEMBER_RESET_BY
static const char *const fixed_names[MEMBERS] = {
	[MEMBER_RESET_BY] = "reset_by",
	[MEMBER_RESET_AT] = "reset_at",
	[MEMBER_RESET_FROM] = "reset_from",
	[MEMBER_RESET_ID] = "reset_id",
	[MEMBER_ATTEMPT] = "attempt",
	[MEMBER_HOST] = "host",
	[MEMBER_HOSTNAME] = "hostname",
	[MEMBER_WORKER] = "worker",
};

struct reader {
	const struct json *json;
	struct str *memory;
	json_at at[MEMBERS];  /* JSON_ABSENT: the document has none */
	struct span repeated; /* the name of one that is there twice, or none */
};

/* One walk over the document for all names: it is read as often as there are records. Of
 * a repeated member the last counts. Names that are written with escapes are nobody's. */
static void
find_members(struct reader *reader, const struct metadata_names *names)
{
	struct span wanted[MEMBERS], name;
	size_t cursor = 0;
	json_at value;

	for (int i = 0; i < MEMBERS; i++) {
		wanted[i] = span_of(fixed_names[i]);
		reader->at[i] = JSON_ABSENT;
	}
	wanted[MEMBER_WATERMARK] = span_of(names->watermark);
	wanted[MEMBER_ERROR] = span_of(names->error);
	wanted[MEMBER_HEAD] = span_of(names->head);
	while (json_next(reader->json, JSON_ROOT, &cursor, &name, &value))
		for (int i = 0; i < MEMBERS; i++)
			if (wanted[i].len == name.len && span_equal(wanted[i], name)) {
				if (reader->at[i] != JSON_ABSENT)
					reader->repeated = name;
				reader->at[i] = value;
			}
}

/* Appends a scalar that says something; null, false and "" do not. */
static bool
add_scalar(struct reader *reader, json_at at)
{
	size_t start = reader->memory->len;
	struct span raw;

	if (at == JSON_ABSENT || json_kind(reader->json, at) == JSON_NULL)
		return false;
	raw = json_raw(reader->json, at);
	if (json_kind(reader->json, at) == JSON_BOOL && span_is(raw, "false"))
		return false;
	return json_scalar(reader->json, at, reader->memory) &&
	       reader->memory->len > start;
}

static struct piece
read_scalar(struct reader *reader, enum member member)
{
	size_t start = reader->memory->len;
	bool is_there = add_scalar(reader, reader->at[member]);

	return (struct piece){ start, reader->memory->len - start, is_there };
}

/* Only the first line of an error says what; what follows is where. */
static struct piece
first_line(const struct reader *reader, size_t start)
{
	struct span text = { reader->memory->text + start, reader->memory->len - start };
	struct span trimmed = span_trim(text);
	size_t len = 0;

	while (len < trimmed.len && trimmed.at[len] != '\n' && trimmed.at[len] != '\r')
		len++;
	return (struct piece){
		.start = (size_t)(trimmed.at - reader->memory->text),
		.len = len,
		.is_there = len > 0,
	};
}

static struct piece
read_error(struct reader *reader)
{
	const struct piece none = { 0 };
	size_t start = reader->memory->len;
	json_at at = reader->at[MEMBER_ERROR], message;

	if (at == JSON_ABSENT)
		return none;
	message = json_member(reader->json, at, "message", NULL);
	if (add_scalar(reader, message != JSON_ABSENT ? message : at))
		return first_line(reader, start);
	if (json_count(reader->json, at) == 0)
		return none;
	str_add_span(reader->memory, json_raw(reader->json, at));
	return first_line(reader, start);
}

/* Readers differ in which of two they take, and none of them says so. */
static struct piece
say_repeated(struct reader *reader)
{
	size_t start = reader->memory->len;

	str_addf(reader->memory, "\"%.*s\" is in the metadata twice",
		(int)reader->repeated.len, reader->repeated.at);
	return (struct piece){ start, reader->memory->len - start, true };
}

static struct piece
read_note(struct reader *reader)
{
	size_t start = reader->memory->len, middle;
	bool has_host = false;

	for (int i = MEMBER_HOST; i <= MEMBER_WORKER && !has_host; i++)
		has_host = add_scalar(reader, reader->at[i]);
	middle = reader->memory->len;
	str_add(reader->memory, has_host ? " att " : "att ");
	if (!add_scalar(reader, reader->at[MEMBER_ATTEMPT])) {
		str_cut(reader->memory, middle);
		return (struct piece){ start, middle - start, has_host };
	}
	return (struct piece){ start, reader->memory->len - start, true };
}

static struct span
span_of_piece(const struct str *memory, const struct piece *piece)
{
	if (!piece->is_there)
		return SPAN_NONE;
	return (struct span){ memory->text + piece->start, piece->len };
}

/* All pieces first, then the spans: the memory moves while it grows. */
static void
read_object(
	struct metadata *out, const struct json *json, const struct metadata_names *names)
{
	struct reader reader = {
		.json = json, .memory = &out->memory, .repeated = SPAN_NONE
	};
	struct piece watermark, head, error, note, by, at, from, id;

	find_members(&reader, names);
	watermark = read_scalar(&reader, MEMBER_WATERMARK);
	head = read_scalar(&reader, MEMBER_HEAD);
	error = read_error(&reader);
	if (!error.is_there && reader.repeated.at != NULL)
		error = say_repeated(&reader);
	note = read_note(&reader);
	by = read_scalar(&reader, MEMBER_RESET_BY);
	at = read_scalar(&reader, MEMBER_RESET_AT);
	from = read_scalar(&reader, MEMBER_RESET_FROM);
	id = read_scalar(&reader, MEMBER_RESET_ID);
	out->watermark = span_of_piece(&out->memory, &watermark);
	out->head = span_of_piece(&out->memory, &head);
	out->error = span_of_piece(&out->memory, &error);
	out->note = span_of_piece(&out->memory, &note);
	out->reset_by = span_of_piece(&out->memory, &by);
	out->reset_at = span_of_piece(&out->memory, &at);
	out->reset_from = span_of_piece(&out->memory, &from);
	out->reset_id = span_of_piece(&out->memory, &id);
}

const char *const *
metadata_fixed_members(size_t *count)
{
	*count = MEMBERS - FIXED_FIRST;
	return fixed_names + FIXED_FIRST;
}

void
metadata_unread(struct metadata *out, uint64_t bytes)
{
	str_clear(&out->memory);
	*out = (struct metadata){ .memory = out->memory };
	str_addf(&out->memory, "the metadata has %llu kB and was not looked into",
		(unsigned long long)bytes / 1000);
	out->error = str_span(&out->memory);
}

static void
read_document(
	struct metadata *out, struct span document, const struct metadata_names *names)
{
	struct json *json = NULL;
	struct err reason = { 0 };

	if (json_parse(&json, document, &reason) != 0) {
		str_addf(&out->memory, "the metadata is %s", reason.text);
		out->error = str_span(&out->memory);
		return;
	}
	if (json_kind(json, JSON_ROOT) == JSON_OBJECT)
		read_object(out, json, names);
	json_free(json);
}

void
metadata_read(
	struct metadata *out, struct span document, const struct metadata_names *names)
{
	str_clear(&out->memory);
	*out = (struct metadata){ .memory = out->memory };
	if (document.len > 0)
		read_document(out, document, names);
}

void
metadata_free(struct metadata *metadata)
{
	str_free(&metadata->memory);
	*metadata = (struct metadata){ 0 };
}
