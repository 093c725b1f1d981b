/* SPDX-License-Identifier: MIT */
#include "store/dir/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

/* As much as this of each of two values is told, in bytes. */
#define DETAIL_VALUE 60

/* A file that was not touched for so long has no writer at work. */
#define YOUNG SECOND

void
dir_file_free(struct dir_file *file)
{
	json_free(file->json);
	str_free(&file->detail);
	str_free(&file->text);
	str_free(&file->job_memory);
	str_free(&file->partition_memory);
	str_free(&file->value_memory);
	str_free(&file->updated_memory);
	*file = (struct dir_file){ 0 };
}

/* Empties the file and keeps its memory. */
static void
forget(struct dir_file *file)
{
	json_free(file->json);
	file->json = NULL;
	file->mark = (struct file_mark){ 0 };
	file->damage = NULL;
	str_clear(&file->detail);
	file->unsettled = false;
	file->has_key = false;
	file->key = (struct key){ SPAN_NONE, SPAN_NONE };
	file->value = file->metadata = file->updated_text = SPAN_NONE;
	file->storage = CKPT_STORAGE_NULL;
	file->updated = (struct stamp){ .form = STAMP_UNREADABLE };
	file->job_at = file->partition_at = file->value_at = JSON_ABSENT;
	file->metadata_at = file->timestamp_at = JSON_ABSENT;
}

/* The first damage is the one that is told. */
static void
damage(struct dir_file *file, const char *words, const char *detail)
{
	if (file->damage != NULL)
		return;
	file->damage = words;
	str_clear(&file->detail);
	str_add(&file->detail, detail);
}

/* --- what is not even a document --- */

/* Says why a file could not be read at all. */
static enum dir_file_state
explain(struct dir_file *file, int dir_fd, const char *name, const struct err *err)
{
	struct stat status;

	if (fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return DIR_FILE_GONE;
		damage(file, "file unreadable", err->text);
		return DIR_FILE_READ;
	}
	file->mark = file_mark_of(&status);
	if (!S_ISREG(status.st_mode))
		file->mark.links = 1; /* what a directory counts are its subdirectories */
	if (S_ISLNK(status.st_mode))
		damage(file, "symbolic link, not followed",
			"a symbolic link, which is not followed");
	else if (!S_ISREG(status.st_mode))
		damage(file, "not a regular file", "not a regular file");
	else if ((uint64_t)status.st_size > DIR_FILE_MAX)
		damage(file, "file too large", "larger than 1 MiB, not read");
	else if (faccessat(dir_fd, name, R_OK, AT_EACCESS) != 0 && errno == EACCES)
		damage(file, "no read permission", err->text);
	else {
		/* Perhaps only because it changed each time that it was read. */
		damage(file, "file unreadable", err->text);
		file->unsettled = true;
	}
	return DIR_FILE_READ;
}

/* The outline of a text that may be anything. */
struct outline {
	size_t deepest; /* how deep arrays and objects are nested */
	bool open;	/* an object, an array or a string is not closed */
};

static struct outline
outline_of(struct span text)
{
	size_t depth = 0, deepest = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			deepest = ++depth > deepest ? depth : deepest;
		else if (!quoted && (c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return (struct outline){ deepest, depth > 0 || quoted };
}

/* Says what is wrong with bytes that are no document. */
static void
diagnose(struct dir_file *file, const struct err *err)
{
	struct span text = span_trim(str_span(&file->text));
	struct outline outline = outline_of(text);

	file->unsettled = true;
	if (text.len == 0) {
		damage(file, "file empty", "file empty");
	} else if (memchr(text.at, '\0', text.len) != NULL) {
		damage(file, "NUL bytes in the file",
			"there are NUL bytes in the file, as after a power failure");
	} else if (outline.deepest > JSON_DEPTH_MAX) {
		damage(file, "nested too deep", err->text);
		file->unsettled = false;
	} else {
		damage(file, outline.open ? "file cut off" : "value unreadable",
			err->text);
	}
}

/* --- the document --- */

/* Appends a value of the document, of a long one its start. */
static void
add_start(struct str *out, struct span raw)
{
	size_t len = utf8_beginning(raw, DETAIL_VALUE);

	str_add_span(out, (struct span){ raw.at, len });
	if (len < raw.len)
		str_add(out, "…");
}

/* The member of that name; a name that comes twice is damage, because readers differ in
 * which one they take. */
static json_at
find(struct dir_file *file, const char *name)
{
	json_at before, at = json_member(file->json, JSON_ROOT, name, &before);

	if (before != JSON_ABSENT && file->damage == NULL) {
		file->damage = "member written twice";
		str_clear(&file->detail);
		str_addf(&file->detail, "the member \"%s\" is there twice, as ", name);
		add_start(&file->detail, json_raw(file->json, before));
		str_add(&file->detail, " and as ");
		add_start(&file->detail, json_raw(file->json, at));
	}
	return at;
}

static bool
is_whole_number(struct span text)
{
	size_t start = text.len > 0 && text.at[0] == '-';

	for (size_t i = start; i < text.len; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return text.len > start;
}

static void
read_value(struct dir_file *file)
{
	struct span raw;

	file->value_at = find(file, "value");
	if (file->value_at == JSON_ABSENT) {
		damage(file, "no value in the file", "the member \"value\" is missing");
		return;
	}
	raw = json_raw(file->json, file->value_at);
	file->value = raw;
	switch (json_kind(file->json, file->value_at)) {
	case JSON_NULL:
		file->value = SPAN_NONE;
		file->storage = CKPT_STORAGE_NULL;
		break;
	case JSON_NUMBER:
		file->storage =
			is_whole_number(raw) ? CKPT_STORAGE_INTEGER : CKPT_STORAGE_REAL;
		break;
	case JSON_STRING:
		str_clear(&file->value_memory);
		json_text(file->json, file->value_at, &file->value_memory);
		file->value = (struct span){ str_text(&file->value_memory),
			file->value_memory.len };
		file->storage = CKPT_STORAGE_TEXT;
		break;
	default: file->storage = CKPT_STORAGE_OTHER; break;
	}
}

static void
read_timestamp(struct dir_file *file)
{
	file->timestamp_at = find(file, "timestamp");
	str_clear(&file->updated_memory);
	if (file->timestamp_at == JSON_ABSENT ||
		json_kind(file->json, file->timestamp_at) == JSON_NULL)
		return;
	if (json_scalar(file->json, file->timestamp_at, &file->updated_memory))
		file->updated_text = (struct span){ str_text(&file->updated_memory),
			file->updated_memory.len };
	else
		file->updated_text = json_raw(file->json, file->timestamp_at);
	stamp_parse(&file->updated, file->updated_text);
}

/* One half of the key, as a text or a number. */
static bool
read_name(struct dir_file *file, json_at at, struct str *memory, struct span *out)
{
	enum json_kind kind;

	str_clear(memory);
	if (at == JSON_ABSENT)
		return false;
	kind = json_kind(file->json, at);
	if (kind != JSON_STRING && kind != JSON_NUMBER)
		return false;
	json_scalar(file->json, at, memory);
	*out = (struct span){ str_text(memory), memory->len };
	return true;
}

static void
read_key(struct dir_file *file)
{
	bool job, partition;

	file->job_at = find(file, "job");
	file->partition_at = find(file, "partition");
	job = read_name(file, file->job_at, &file->job_memory, &file->key.job);
	partition = read_name(
		file, file->partition_at, &file->partition_memory, &file->key.partition);
	file->has_key = job && partition && file->key.job.len > 0;
}

static void
understand(struct dir_file *file)
{
	struct err err = { 0 };

	if (json_parse(&file->json, str_span(&file->text), &err) != 0) {
		diagnose(file, &err);
		return;
	}
	if (json_kind(file->json, JSON_ROOT) != JSON_OBJECT) {
		damage(file, "not a JSON object",
			"there is a JSON document in the file, but it is no object");
		return;
	}
	read_key(file);
	read_value(file);
	read_timestamp(file);
	file->metadata_at = find(file, "metadata");
	if (file->metadata_at != JSON_ABSENT)
		file->metadata = json_raw(file->json, file->metadata_at);
}

enum dir_file_state
dir_file_read(struct dir_file *file, int dir_fd, const char *name)
{
	struct err err = { 0 };

	forget(file);
	if (fsio_read(&file->text, &file->mark, dir_fd, name, DIR_FILE_MAX, &err) == 0) {
		understand(file);
		return DIR_FILE_READ;
	}
	if (err.kind == ERR_NOT_FOUND)
		return DIR_FILE_GONE;
	return explain(file, dir_fd, name, &err);
}

void
dir_file_parse(struct dir_file *file, struct span bytes, const struct file_mark *mark)
{
	forget(file);
	str_clear(&file->text);
	str_add_span(&file->text, bytes);
	file->mark = *mark;
	understand(file);
}

/* --- writers at work --- */

void
dir_file_pause(const struct file_mark *mark)
{
	struct timespec pause = { .tv_nsec = DIR_FILE_PAUSE * 1000 };
	int64_t age = clock_now() - mark->ctime / 1000;

	if (age < YOUNG && age > -YOUNG)
		nanosleep(&pause, NULL);
}

enum dir_file_state
dir_file_read_settled(struct dir_file *file, int dir_fd, const char *name)
{
	struct file_mark last;
	enum dir_file_state state = dir_file_read(file, dir_fd, name);

	for (int reads = 2; state == DIR_FILE_READ && file->unsettled; reads++) {
		last = file->mark;
		dir_file_pause(&last);
		state = dir_file_read(file, dir_fd, name);
		if (file_mark_equal(&last, &file->mark) || reads == DIR_FILE_READS)
			break;
	}
	return state;
}

/* --- as a checkpoint --- */

void
dir_file_describe(const struct dir_file *file, struct ckpt *out)
{
	out->value = file->value;
	out->storage = file->storage;
	out->metadata = file->metadata;
	out->updated_text = file->updated_text;
	out->updated = file->updated;
	out->written_at = file->mark.mtime / 1000;
	out->watermark = SPAN_NONE;
	out->head = SPAN_NONE;
	out->damage = span_of(file->damage);
	/* It may say no more than those words. */
	if (file->damage != NULL && !span_is(str_span(&file->detail), file->damage))
		out->damage_detail = str_span(&file->detail);
}

/* --- its time --- */

#define QUARTER	   (15 * MINUTE)
#define OFFSET_MIN (-12 * HOUR)
#define OFFSET_MAX (14 * HOUR)

/* True for the offsets from UTC that zones have: whole and half hours, and the few that
 * lie between (Nepal, Eucla, the Chatham Islands). A writer whose clock is a quarter of
 * an hour late is not a zone. */
static bool
is_offset_of_a_zone(int64_t offset)
{
	static const int64_t between[] = { 5 * HOUR, 8 * HOUR, 12 * HOUR, 13 * HOUR };

	if (offset < OFFSET_MIN || offset > OFFSET_MAX)
		return false;
	for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++)
		if (offset == between[i] + 3 * QUARTER)
			return true;
	return offset % (2 * QUARTER) == 0;
}

bool
dir_file_zone(const struct dir_file *file, int64_t *offset)
{
	int64_t difference;

	*offset = 0;
	if (file->updated.form != STAMP_NAIVE ||
		__builtin_sub_overflow(
			file->updated.at, file->mark.mtime / 1000, &difference) ||
		difference < OFFSET_MIN - HOUR || difference > OFFSET_MAX + HOUR)
		return false;
	difference += difference < 0 ? -QUARTER / 2 : QUARTER / 2;
	*offset = difference / QUARTER * QUARTER;
	return is_offset_of_a_zone(*offset);
}

bool
dir_file_is_skewed(const struct dir_file *file, const struct zone *zone, int64_t most)
{
	int64_t inside, offset = 0, difference;

	if (file->updated.form == STAMP_UNREADABLE || file->updated.form == STAMP_DATE)
		return false;
	if (file->updated.form == STAMP_NAIVE && zone == NULL) {
		if (!dir_file_zone(file, &offset))
			return true;
		inside = file->updated.at - offset;
	} else {
		inside = stamp_instant(&file->updated, zone);
	}
	return __builtin_sub_overflow(inside, file->mark.mtime / 1000, &difference) ||
	       difference > most || difference < -most;
}
