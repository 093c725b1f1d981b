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
	MEMBER_NOTE,
	MEMBER_RESET_BY,
	MEMBER_RESET_AT,
	MEMBER_RESET_FROM,
	MEMBERS
};

/* Names under which pipelines say where they run. */
static const char *const host_names[] = { "host", "hostname", "worker" };

struct reader {
	const struct json *json;
	struct str *memory;
	struct piece pieces[MEMBERS];
};

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

static void
keep(struct reader *reader, enum member member, size_t start)
{
	reader->pieces[member] =
		(struct piece){ start, reader->memory->len - start, true };
}

static void
read_scalar(struct reader *reader, enum member member, const char *name)
{
	size_t start = reader->memory->len;

	if (name != NULL &&
		add_scalar(reader, json_member(reader->json, JSON_ROOT, name, NULL)))
		keep(reader, member, start);
}

/* Only the first line of an error says what; what follows is where. */
static void
keep_first_line(struct reader *reader, size_t start)
{
	struct span text = { reader->memory->text + start, reader->memory->len - start };
	struct span trimmed = span_trim(text);
	size_t len = 0;

	while (len < trimmed.len && trimmed.at[len] != '\n' && trimmed.at[len] != '\r')
		len++;
	if (len == 0)
		return;
	reader->pieces[MEMBER_ERROR] = (struct piece){
		.start = (size_t)(trimmed.at - reader->memory->text),
		.len = len,
		.is_there = true,
	};
}

static void
read_error(struct reader *reader, const char *name)
{
	size_t start = reader->memory->len;
	json_at at = name == NULL ? JSON_ABSENT
				  : json_member(reader->json, JSON_ROOT, name, NULL);
	json_at message;

	if (at == JSON_ABSENT)
		return;
	message = json_member(reader->json, at, "message", NULL);
	if (add_scalar(reader, message != JSON_ABSENT ? message : at)) {
		keep_first_line(reader, start);
	} else if (json_count(reader->json, at) > 0) {
		str_add_span(reader->memory, json_raw(reader->json, at));
		keep_first_line(reader, start);
	}
}

static void
read_note(struct reader *reader)
{
	size_t start = reader->memory->len, middle;
	json_at attempt = json_member(reader->json, JSON_ROOT, "attempt", NULL);
	bool has_host = false, has_attempt = false;

	for (size_t i = 0; i < sizeof(host_names) / sizeof(host_names[0]); i++)
		if (!has_host)
			has_host = add_scalar(reader, json_member(reader->json, JSON_ROOT,
							      host_names[i], NULL));
	middle = reader->memory->len;
	str_add(reader->memory, has_host ? " att " : "att ");
	has_attempt = add_scalar(reader, attempt);
	if (!has_attempt)
		str_cut(reader->memory, middle);
	if (has_host || has_attempt)
		keep(reader, MEMBER_NOTE, start);
}

static struct span
span_of_piece(const struct reader *reader, enum member member)
{
	const struct piece *piece = &reader->pieces[member];

	if (!piece->is_there)
		return SPAN_NONE;
	return (struct span){ reader->memory->text + piece->start, piece->len };
}

void
metadata_read(
	struct metadata *out, struct span document, const struct metadata_names *names)
{
	struct reader reader = { .memory = &out->memory };
	struct json *json = NULL;
	struct err ignored = { 0 };

	str_clear(&out->memory);
	*out = (struct metadata){ .memory = out->memory };
	if (document.len == 0 || json_parse(&json, document, &ignored) != 0)
		return;
	reader.json = json;
	if (json_kind(json, JSON_ROOT) == JSON_OBJECT) {
		read_scalar(&reader, MEMBER_WATERMARK, names->watermark);
		read_scalar(&reader, MEMBER_HEAD, names->head);
		read_error(&reader, names->error);
		read_note(&reader);
		read_scalar(&reader, MEMBER_RESET_BY, "reset_by");
		read_scalar(&reader, MEMBER_RESET_AT, "reset_at");
		read_scalar(&reader, MEMBER_RESET_FROM, "reset_from");
	}
	json_free(json);
	out->watermark = span_of_piece(&reader, MEMBER_WATERMARK);
	out->head = span_of_piece(&reader, MEMBER_HEAD);
	out->error = span_of_piece(&reader, MEMBER_ERROR);
	out->note = span_of_piece(&reader, MEMBER_NOTE);
	out->reset_by = span_of_piece(&reader, MEMBER_RESET_BY);
	out->reset_at = span_of_piece(&reader, MEMBER_RESET_AT);
	out->reset_from = span_of_piece(&reader, MEMBER_RESET_FROM);
}

void
metadata_free(struct metadata *metadata)
{
	str_free(&metadata->memory);
	*metadata = (struct metadata){ 0 };
}
