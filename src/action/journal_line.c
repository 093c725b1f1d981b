/* SPDX-License-Identifier: MIT */
#include "action/journal_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A line ends in this, the hash, and then END_TAIL. */
#define BEGIN_TAIL SPAN(",\"hash\":\"")
#define END_TAIL   SPAN("\"}")

/* --- writing --- */

/* A comma where a member stands before. */
static void
add_name(struct str *out, const char *name)
{
	if (out->text[out->len - 1] != '{')
		str_add_char(out, ',');
	str_addf(out, "\"%s\":", name);
}

/* An image is long: its bytes stand there once. */
static void
add_image(struct str *out, struct span image)
{
	if (image.at == NULL || utf8_is_valid(image)) {
		json_add_member(out, "image", image);
	} else {
		add_name(out, "image_base64");
		json_add_base64(out, image);
	}
}

static void
add_number(struct str *out, const char *name, int64_t number)
{
	add_name(out, name);
	if (number == WHO_NONE)
		str_add(out, "null");
	else
		str_add_integer(out, number);
}

/* Only where there is one. */
static void
add_time(struct str *out, const char *name, int64_t at)
{
	struct str text = { 0 };

	if (at == 0)
		return;
	time_add_rfc3339(&text, at);
	json_add_member(out, name, str_span(&text));
	str_free(&text);
}

static void
add_store(struct str *out, const struct journal_store *store)
{
	add_name(out, "store");
	str_add_char(out, '{');
	json_add_member(out, "name", store->name);
	json_add_member(out, "uri", store->uri);
	json_add_member(out, "identity", store->identity);
	str_add_char(out, '}');
}

/* Every number and text of struct who, once: for writing and for reading. */
static const struct {
	const char *name;
	size_t offset;
	bool is_number, is_claim;
} who_members[] = {
	{ "uid", offsetof(struct who, uid), true, false },
	{ "euid", offsetof(struct who, euid), true, false },
	{ "user", offsetof(struct who, user), false, false },
	{ "login_uid", offsetof(struct who, login_uid), true, false },
	{ "login_user", offsetof(struct who, login_user), false, false },
	{ "session", offsetof(struct who, session), true, false },
	{ "tty", offsetof(struct who, tty), false, false },
	{ "host", offsetof(struct who, host), false, false },
	{ "pid", offsetof(struct who, pid), true, false },
	{ "pid_namespace", offsetof(struct who, pid_namespace), false, false },
	{ "started", offsetof(struct who, started), true, false },
	{ "parent", offsetof(struct who, parent), true, false },
	{ "parent_name", offsetof(struct who, parent_name), false, false },
	{ "boot", offsetof(struct who, boot), false, false },
	{ "sudo_user", offsetof(struct who, claims.sudo_user), false, true },
	{ "ssh_connection", offsetof(struct who, claims.ssh_connection), false, true },
	{ "logname", offsetof(struct who, claims.logname), false, true },
};

static void
add_who(struct str *out, const struct who *who, bool claims)
{
	add_name(out, claims ? "claims" : "who");
	str_add_char(out, '{');
	for (size_t i = 0; i < COUNT_OF(who_members); i++) {
		const char *at = (const char *)who + who_members[i].offset;

		if (who_members[i].is_claim != claims)
			continue;
		if (who_members[i].is_number)
			add_number(out, who_members[i].name,
				*(const int64_t *)(const void *)at);
		else
			json_add_member(out, who_members[i].name,
				*(const struct span *)(const void *)at);
	}
	str_add_char(out, '}');
}

static void
add_state(struct str *out, const char *name, const struct journal_state *state)
{
	add_name(out, name);
	if (!state->exists) {
		str_add(out, "null");
		return;
	}
	str_add_char(out, '{');
	json_add_member(out, "value", state->value);
	if (state->unreadable)
		str_add(out, ",\"unreadable\":true");
	json_add_member(out, "updated_at", state->updated_at);
	add_image(out, state->image);
	str_add_char(out, '}');
}

static void
add_row(struct str *out, const struct journal_row *row)
{
	str_add_char(out, '{');
	json_add_member(out, "job", row->key.job);
	json_add_member(out, "partition", row->key.partition);
	add_state(out, "old", &row->old);
	add_state(out, "new", &row->new);
	json_add_member(out, "direction", row->direction);
	json_add_member(out, "result", row->result);
	json_add_member(out, "note", row->note);
	str_add_char(out, '}');
}

static void
add_rows(struct str *out, const struct journal_record *record)
{
	add_name(out, "rows");
	str_add_char(out, '[');
	for (size_t i = 0; i < record->row_count; i++) {
		if (i > 0)
			str_add_char(out, ',');
		add_row(out, &record->rows[i]);
	}
	str_add_char(out, ']');
}

static void
add_beginning(struct str *out, uint64_t seq, struct span prev)
{
	str_addf(out, "{\"v\":1,\"seq\":%llu", (unsigned long long)seq);
	json_add_member(out, "prev", prev);
}

static void
add_open_from(struct str *out, const struct line_place *place)
{
	add_name(out, "open_from");
	str_addf(out, "{\"byte\":%llu,\"line\":%llu,\"seq\":%llu}",
		(unsigned long long)place->byte, (unsigned long long)place->line,
		(unsigned long long)place->seq);
}

void
line_write(struct str *out, char hash[DIGEST_SIZE], const struct journal_record *record,
	const struct line_torn *torn, const struct line_place *open_from)
{
	size_t start = out->len;
	struct str at = { 0 };

	add_beginning(out, record->seq, record->prev);
	time_add_rfc3339(&at, record->at);
	json_add_member(out, "at", str_span(&at));
	json_add_member(out, "op", record->op);
	json_add_member(out, "phase", span_of(journal_phase_word(record->phase)));
	json_add_member(out, "action", span_of(journal_action_word(record->action)));
	json_add_member(out, "program", record->program);
	add_store(out, &record->store);
	add_who(out, &record->who, false);
	add_who(out, &record->who, true);
	json_add_member(out, "reason", record->reason);
	json_add_member(out, "plan", record->plan);
	json_add_member(out, "undo_of", record->undo_of);
	json_add_member(out, "note", record->note);
	add_time(out, "after", record->after);
	add_time(out, "until", record->until);
	add_rows(out, record);
	if (record->group.at != NULL)
		json_add_member(out, "group", record->group);
	if (record->left)
		str_add(out, ",\"left\":true");
	if (torn->bytes > 0) {
		str_addf(out, ",\"torn\":{\"bytes\":%llu",
			(unsigned long long)torn->bytes);
		json_add_member(out, "sha256", torn->hash);
		str_add_char(out, '}');
	}
	if (open_from != NULL)
		add_open_from(out, open_from);
	digest_of(hash, (struct span){ out->text + start, out->len - start });
	str_add_span(out, BEGIN_TAIL);
	str_add(out, hash);
	str_add_span(out, END_TAIL);
	str_add_char(out, '\n');
	str_free(&at);
}

/* --- reading --- */

struct parser {
	struct arena *arena;
	const struct json *json;
	struct str scratch;
	bool failed; /* something has another type than it must have */
};

/* A text, or none where there is null or nothing. */
static struct span
read_text(struct parser *parser, json_at at, const char *name)
{
	json_at value = json_member(parser->json, at, name, NULL), bytes;

	str_clear(&parser->scratch);
	str_addf(&parser->scratch, "%s_base64", name);
	bytes = json_member(parser->json, at, parser->scratch.text, NULL);
	str_clear(&parser->scratch);
	if (bytes != JSON_ABSENT) {
		parser->failed |= !json_base64(parser->json, bytes, &parser->scratch);
	} else {
		if (json_kind(parser->json, value) == JSON_NULL)
			return SPAN_NONE;
		parser->failed |= !json_text(parser->json, value, &parser->scratch);
	}
	return arena_span(parser->arena,
		(struct span){ str_text(&parser->scratch), parser->scratch.len });
}

/* A whole number of at least 0; absent where there is null or nothing. */
static uint64_t
read_number(struct parser *parser, json_at at, const char *name, uint64_t absent)
{
	json_at value = json_member(parser->json, at, name, NULL);
	struct span raw = json_raw(parser->json, value);
	uint64_t number = 0;

	if (json_kind(parser->json, value) == JSON_NULL)
		return absent;
	for (size_t i = 0; i < raw.len && !parser->failed; i++)
		parser->failed = raw.at[i] < '0' || raw.at[i] > '9' ||
				 __builtin_mul_overflow(number, 10, &number) ||
				 __builtin_add_overflow(
					 number, (uint64_t)(raw.at[i] - '0'), &number);
	return number;
}

static void
read_who(struct parser *parser, struct who *out)
{
	json_at who = json_member(parser->json, JSON_ROOT, "who", NULL);
	json_at claims = json_member(parser->json, JSON_ROOT, "claims", NULL);

	for (size_t i = 0; i < COUNT_OF(who_members); i++) {
		json_at at = who_members[i].is_claim ? claims : who;
		void *member = (char *)out + who_members[i].offset;

		if (who_members[i].is_number) {
			uint64_t number = read_number(
				parser, at, who_members[i].name, (uint64_t)WHO_NONE);

			*(int64_t *)member = (int64_t)number;
		} else {
			*(struct span *)member =
				read_text(parser, at, who_members[i].name);
		}
	}
}

static struct journal_state
read_state(struct parser *parser, json_at row, const char *name)
{
	json_at at = json_member(parser->json, row, name, NULL), unreadable;

	if (json_kind(parser->json, at) == JSON_NULL)
		return (struct journal_state){ 0 };
	unreadable = json_member(parser->json, at, "unreadable", NULL);
	return (struct journal_state){
		.exists = true,
		.value = read_text(parser, at, "value"),
		.unreadable = span_is(json_raw(parser->json, unreadable), "true"),
		.updated_at = read_text(parser, at, "updated_at"),
		.image = read_text(parser, at, "image"),
	};
}

static void
read_rows(struct parser *parser, struct journal_record *out)
{
	json_at rows = json_member(parser->json, JSON_ROOT, "rows", NULL), at;
	size_t count = json_count(parser->json, rows), cursor = 0;
	struct journal_row *row =
		arena_alloc(parser->arena, count > 0 ? count : 1, sizeof(*row));

	parser->failed |= json_kind(parser->json, rows) != JSON_ARRAY;
	out->rows = row;
	out->row_count = count;
	while (!parser->failed && json_next(parser->json, rows, &cursor, NULL, &at))
		*row++ = (struct journal_row){
			.key = { read_text(parser, at, "job"),
				read_text(parser, at, "partition") },
			.old = read_state(parser, at, "old"),
			.new = read_state(parser, at, "new"),
			.direction = read_text(parser, at, "direction"),
			.result = read_text(parser, at, "result"),
			.note = read_text(parser, at, "note"),
		};
}

/* Which of the words it is; count when it is none of them. */
static size_t
read_word(struct parser *parser, const char *name, size_t count,
	const char *(*word)(size_t index))
{
	struct span text = read_text(parser, JSON_ROOT, name);
	size_t i = 0;

	while (i < count && !span_is(text, word(i)))
		i++;
	parser->failed |= i == count;
	return i;
}

static const char *
phase_word(size_t index)
{
	return journal_phase_word((enum journal_phase)index);
}

static const char *
action_word(size_t index)
{
	return journal_action_word((enum journal_action)index);
}

static int64_t
read_time(struct parser *parser, const char *name)
{
	int64_t at = TIME_NONE;

	parser->failed |= time_parse(&at, read_text(parser, JSON_ROOT, name), NULL) != 0;
	return at;
}

/* 0 where there is none. */
static int64_t
read_time_or_none(struct parser *parser, const char *name)
{
	json_at value = json_member(parser->json, JSON_ROOT, name, NULL);

	return json_kind(parser->json, value) == JSON_NULL ? 0 : read_time(parser, name);
}

/* What the chain is made of, which every version of the journal has. */
static void
read_link(struct parser *parser, struct line *line)
{
	json_at torn = json_member(parser->json, JSON_ROOT, "torn", NULL);

	line->record.seq = read_number(parser, JSON_ROOT, "seq", 0);
	line->record.prev = read_text(parser, JSON_ROOT, "prev");
	line->torn.bytes = read_number(parser, torn, "bytes", 0);
	line->torn.hash = read_text(parser, torn, "sha256");
	line->linked = !parser->failed && line->record.seq > 0 &&
		       digest_is_one(line->record.prev);
}

static void
read_record(struct parser *parser, struct line *line)
{
	struct journal_record *record = &line->record;
	json_at store = json_member(parser->json, JSON_ROOT, "store", NULL);

	record->at = read_time(parser, "at");
	record->op = read_text(parser, JSON_ROOT, "op");
	record->phase = read_word(parser, "phase", JOURNAL_PHASES, phase_word);
	record->action = read_word(parser, "action", JOURNAL_ACTIONS, action_word);
	record->program = read_text(parser, JSON_ROOT, "program");
	record->store.name = read_text(parser, store, "name");
	record->store.uri = read_text(parser, store, "uri");
	record->store.identity = read_text(parser, store, "identity");
	read_who(parser, &record->who);
	record->reason = read_text(parser, JSON_ROOT, "reason");
	record->plan = read_text(parser, JSON_ROOT, "plan");
	record->undo_of = read_text(parser, JSON_ROOT, "undo_of");
	record->group = read_text(parser, JSON_ROOT, "group");
	record->note = read_text(parser, JSON_ROOT, "note");
	record->after = read_time_or_none(parser, "after");
	record->until = read_time_or_none(parser, "until");
	read_rows(parser, record);
	record->left = span_is(json_raw(parser->json, json_member(parser->json, JSON_ROOT,
							      "left", NULL)),
		"true");
	line->whole = !parser->failed && read_number(parser, JSON_ROOT, "v", 0) == 1 &&
		      record->op.at != NULL;
	record->altered = !line->sound;
}

/* Only who wrote it knows: what others say of it is not followed. */
static void
read_open_from(struct parser *parser, struct line *line)
{
	json_at at = json_member(parser->json, JSON_ROOT, "open_from", NULL);
	struct line_place place = {
		.byte = read_number(parser, at, "byte", 0),
		.line = read_number(parser, at, "line", 0),
		.seq = read_number(parser, at, "seq", 0),
	};

	if (!parser->failed && line->sound && place.line > 0)
		line->open_from = place;
}

/* The part of the line that the hash is of. */
static struct span
split_tail(struct line *line, struct span text)
{
	size_t tail = BEGIN_TAIL.len + DIGEST_LEN + END_TAIL.len;
	struct span begin, hash, end;

	if (text.len < tail)
		return SPAN_NONE;
	begin = (struct span){ text.at + text.len - tail, BEGIN_TAIL.len };
	hash = (struct span){ begin.at + begin.len, DIGEST_LEN };
	end = (struct span){ hash.at + hash.len, END_TAIL.len };
	if (!span_equal(begin, BEGIN_TAIL) || !span_equal(end, END_TAIL) ||
		!digest_is_one(hash))
		return SPAN_NONE;
	line->record.hash = hash;
	return (struct span){ text.at, text.len - tail };
}

void
line_parse(struct line *out, struct span text)
{
	struct parser parser = { 0 };
	struct json *json = NULL;
	struct span body;
	char hash[DIGEST_SIZE];

	*out = (struct line){ .arena = arena_new() };
	body = split_tail(out, text);
	if (body.at != NULL && json_parse(&json, text, NULL) == 0) {
		digest_of(hash, body);
		out->sound = span_is(out->record.hash, hash);
		parser.arena = out->arena;
		parser.json = json;
		read_link(&parser, out);
		if (out->linked)
			read_record(&parser, out);
		if (out->whole)
			read_open_from(&parser, out);
		out->sound &= out->linked;
	}
	str_free(&parser.scratch);
	json_free(json);
}

void
line_free(struct line *line)
{
	arena_free(line->arena);
	line->arena = NULL;
}

bool
line_is_begun(const struct line *line, struct span text, uint64_t seq, const char *prev)
{
	struct str beginning = { 0 };
	bool result;

	add_beginning(&beginning, seq, (struct span){ prev, DIGEST_LEN });
	if (beginning.len > text.len)
		str_cut(&beginning, text.len);
	result = text.len > 0 && line->record.hash.at == NULL &&
		 memcmp(text.at, beginning.text, beginning.len) == 0;
	str_free(&beginning);
	return result;
}
