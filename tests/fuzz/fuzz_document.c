/* SPDX-License-Identifier: MIT
 * Files of checkpoints. A save over a document that any program wrote replaces what it
 * must and keeps every other byte; what it wrote is read again as what was to be written.
 * The first line of the bytes is the value, the rest the document that is there already.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/dir/doc.h"

#define NAME "orders_7.json"
#define AT   (INT64_C(1795316861) * SECOND + 250 * MILLISECOND)

/* A directory with one file that is old enough to be settled. */
static int
make_directory(char *path, struct span text)
{
	const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	struct timespec old[2] = { { .tv_sec = 1700000000 }, { .tv_sec = 1700000000 } };
	int directory, file;

	sprintf(path, "%s/fuzz-document-XXXXXX", memory);
	WANT(mkdtemp(path) != NULL);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file = openat(directory, NAME, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	WANT(directory >= 0 && file >= 0);
	WANT(write(file, text.at, text.len) == (ssize_t)text.len);
	WANT(futimens(file, old) == 0);
	close(file);
	return directory;
}

static void
end_directory(int directory, const char *path)
{
	WANT(unlinkat(directory, NAME, 0) == 0);
	close(directory);
	WANT(rmdir(path) == 0);
}

/* --- what must be kept --- */

static bool
is_replaced(struct span name)
{
	static const char *const names[] = { "job", "partition", "value", "metadata",
		"timestamp" };
	struct str quoted = { 0 }, text = { 0 };
	struct json *json;
	bool replaced = false;

	str_addf(&quoted, "\"%.*s\"", (int)name.len, name.at);
	WANT(json_parse(&json, str_span(&quoted), NULL) == 0);
	json_text(json, JSON_ROOT, &text);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		replaced = replaced || span_is(str_span(&text), names[i]);
	json_free(json);
	str_free(&quoted);
	str_free(&text);
	return replaced;
}

/* The next member that is none of ours, with all that stands between its name and the end
 * of its value. */
static bool
next_foreign(const struct json *json, size_t *cursor, struct span *bytes)
{
	struct span name, raw;
	json_at value;

	while (json_next(json, JSON_ROOT, cursor, &name, &value)) {
		raw = json_raw(json, value);
		*bytes = (struct span){ name.at, (size_t)(raw.at + raw.len - name.at) };
		if (!is_replaced(name))
			return true;
	}
	return false;
}

static void
check_foreign_members(const struct json *before, const struct json *after)
{
	size_t cursor = 0, cursor_after = 0;
	struct span bytes, bytes_after;

	while (next_foreign(before, &cursor, &bytes)) {
		WANT(next_foreign(after, &cursor_after, &bytes_after));
		WANT(span_equal(bytes, bytes_after));
	}
	WANT(!next_foreign(after, &cursor_after, &bytes_after));
}

/* --- a save over a file, and what is read then --- */

static void
check_saved(const struct dir_file *old, struct span made, const struct change *change)
{
	char path[64];
	int directory = make_directory(path, made);
	struct dir_file file = { 0 };

	WANT(dir_file_read(&file, directory, NAME) == DIR_FILE_READ);
	WANT(file.json != NULL && file.damage == NULL);
	/* A list in place of a list may be given with blanks around it. */
	WANT(span_equal(file.value, change->value) ||
		(file.storage == CKPT_STORAGE_OTHER &&
			span_equal(file.value, span_trim(change->value))));
	WANT(file.has_key == old->has_key ||
		(old->job_at == JSON_ABSENT && old->partition_at == JSON_ABSENT));
	if (old->json != NULL) {
		check_foreign_members(old->json, file.json);
		if (old->metadata_at != JSON_ABSENT && change->keep_metadata)
			WANT(span_equal(json_raw(old->json, old->metadata_at),
				json_raw(file.json, file.metadata_at)));
		if (old->updated.form == STAMP_ZONED)
			WANT(file.updated.form == STAMP_ZONED &&
				file.updated.offset == old->updated.offset);
	}
	dir_file_free(&file);
	end_directory(directory, path);
}

static void
check_save(const struct dir_file *old, struct span value, bool keep_metadata)
{
	struct change change = { .key = { SPAN("orders"), SPAN("7") },
		.value = value,
		.keep_metadata = keep_metadata,
		.metadata = SPAN("{\"host\": \"w7\"}"),
		.updated_at = AT };
	struct zone *zone = zone_fixed(3600);
	struct str made = { 0 };
	struct err err = { 0 };

	if (dir_doc_make(&made, old->json != NULL ? old : NULL, &change, zone, &err) == 0)
		check_saved(old, str_span(&made), &change);
	else
		WANT(err.kind == ERR_REFUSED && strstr(err.text, "nothing was written"));
	str_free(&made);
	zone_free(zone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = fuzz_span(data, size), value = bytes;
	const char *end = memchr(bytes.at, '\n', bytes.len);
	struct dir_file file = { 0 };
	char path[64];
	int directory;

	if (end != NULL) {
		value.len = (size_t)(end - bytes.at);
		bytes.len -= value.len + 1;
		bytes.at = end + 1;
	}
	directory = make_directory(path, bytes);
	WANT(dir_file_read(&file, directory, NAME) == DIR_FILE_READ);
	WANT(file.damage != NULL || file.value.at != NULL ||
		file.storage == CKPT_STORAGE_NULL);
	WANT(file.damage == NULL || file.detail.len > 0);
	if (file.damage == NULL) {
		check_save(&file, value, true);
		check_save(&file, value, false);
	}
	end_directory(directory, path);
	dir_file_free(&file);
	return 0;
}
