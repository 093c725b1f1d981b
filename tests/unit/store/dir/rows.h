/* SPDX-License-Identifier: MIT
 * A store on a scratch directory, and what a look at it delivers: a line for each row,
 * the last for each key, in the order of the keys. */
#ifndef UNIT_STORE_DIR_ROWS_H
#define UNIT_STORE_DIR_ROWS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../base/scratch.h"
#include "store/store_write.h"

struct rows {
	size_t count;	 /* of rows delivered */
	char *lines[64]; /* KEY VALUE [!DAMAGE] [flags], by key */
	char *keys[64];
	size_t keys_count;
	struct str text; /* the lines together, made by rows_text() */
};

static inline void
rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->keys_count; i++) {
		free(rows->keys[i]);
		free(rows->lines[i]);
	}
	str_free(&rows->text);
	*rows = (struct rows){ 0 };
}

static inline char *
rows_line(const struct ckpt *row)
{
	struct str line = { 0 };

	key_add(&line, row->key);
	str_add_char(&line, ' ');
	str_add_span(&line, row->value.at != NULL ? row->value : SPAN("-"));
	if (row->damage.at != NULL) {
		str_add(&line, " !");
		str_add_span(&line, row->damage);
	}
	if (row->flags & CKPT_KEY_GUESSED)
		str_add(&line, " ~");
	if (row->flags & CKPT_KEY_REPEATED)
		str_add(&line, " repeated");
	if (row->flags & CKPT_GONE)
		str_add(&line, " gone");
	str_add(&line, " ");
	str_add_span(&line, row->where);
	return str_take(&line);
}

/* A store_row_fn. */
static inline void
rows_add(void *arg, const struct ckpt *row)
{
	struct rows *rows = arg;
	struct str key = { 0 };
	size_t at = 0;

	key_add(&key, row->key);
	rows->count++;
	while (at < rows->keys_count && strcmp(rows->keys[at], key.text) < 0)
		at++;
	if (at < rows->keys_count && strcmp(rows->keys[at], key.text) == 0) {
		free(rows->lines[at]);
		str_free(&key);
	} else {
		assert_true(rows->keys_count < 64);
		memmove(&rows->keys[at + 1], &rows->keys[at],
			(rows->keys_count - at) * sizeof(*rows->keys));
		memmove(&rows->lines[at + 1], &rows->lines[at],
			(rows->keys_count - at) * sizeof(*rows->lines));
		rows->keys_count++;
		rows->keys[at] = str_take(&key);
	}
	rows->lines[at] = rows_line(row);
}

/* "orders/0 5 orders_0.json; orders/1 …" */
static inline const char *
rows_text(struct rows *rows)
{
	str_clear(&rows->text);
	for (size_t i = 0; i < rows->keys_count; i++)
		str_addf(&rows->text, "%s%s", i > 0 ? "; " : "", rows->lines[i]);
	return str_text(&rows->text);
}

/* --- files --- */

/* Writes as the Python class does: a temporary file, and a rename. */
static inline void
put_file(const struct scratch *scratch, const char *name, const char *text)
{
	int fd = openat(scratch->fd, "put.tmp", O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(renameat(scratch->fd, "put.tmp", scratch->fd, name), 0);
}

/* Writes in place. */
static inline void
overwrite_file(const struct scratch *scratch, const char *name, const char *text)
{
	int fd = openat(scratch->fd, name, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static inline void
remove_file(const struct scratch *scratch, const char *name)
{
	assert_int_equal(unlinkat(scratch->fd, name, 0), 0);
}

static inline char *
file_text(const struct scratch *scratch, const char *name)
{
	char buffer[4096];
	int fd = openat(scratch->fd, name, O_RDONLY);
	ssize_t size;

	if (fd < 0)
		return NULL;
	size = read(fd, buffer, sizeof(buffer) - 1);
	close(fd);
	assert_true(size >= 0);
	buffer[size] = '\0';
	return strdup(buffer);
}

/* --- stores --- */

struct opened {
	struct store *store;
	struct store_config config;
	char uri[PATH_MAX + 8];
};

static inline struct opened *
open_dir_store(const struct scratch *scratch, enum store_mode mode, const char *query)
{
	struct opened *opened = calloc(1, sizeof(*opened));
	struct err err = { 0 };

	snprintf(opened->uri, sizeof(opened->uri), "dir:%s%s", scratch->path, query);
	opened->config.uri = opened->uri;
	opened->config.name = "files";
	if (store_open(&opened->store, &opened->config, mode, &err) != 0)
		fail_msg("%s", err.text);
	return opened;
}

static inline void
close_store(struct opened *opened)
{
	store_close(opened->store);
	free(opened);
}

/* --- looks --- */

static inline void
assert_scan(struct opened *opened, const char *expected)
{
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool steady = false;

	if (store_scan(opened->store, rows_add, &rows, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
	assert_string_equal(rows_text(&rows), expected);
	rows_clear(&rows);
}

/* What changed, when everything is not delivered. */
static inline void
assert_changes(struct opened *opened, const char *expected)
{
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool whole = true, steady;

	if (store_scan_changes(opened->store, rows_add, &rows, &whole, &steady, &err) !=
		0)
		fail_msg("%s", err.text);
	assert_false(whole);
	assert_string_equal(rows_text(&rows), expected);
	rows_clear(&rows);
}

static inline bool
has_changed(struct opened *opened)
{
	bool changed = false;

	assert_int_equal(store_changed(opened->store, &changed, NULL), 0);
	return changed;
}

static inline bool
fact_is(struct opened *opened, const char *name, const char *word)
{
	const struct store_facts *facts = store_facts(opened->store);

	for (size_t i = 0; i < facts->fact_count; i++)
		if (strcmp(facts->facts[i].name, name) == 0)
			return word != NULL && strstr(facts->facts[i].text, word) != NULL;
	return word == NULL;
}

static inline void
set_mtime(const struct scratch *scratch, const char *name, time_t seconds)
{
	struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimensat(scratch->fd, name, times, 0), 0);
}

#endif
