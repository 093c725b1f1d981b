/* SPDX-License-Identifier: MIT
 *
 * One reset of a store and nothing else, for operate_test.py to have it fail:
 *
 *	operate init URI		makes the store audit
 *	operate draft URI FILE		writes what is seen and what is wanted of orders/0
 *	operate apply URI FILE OP	makes it so
 *	operate settle URI FILE OP	says what became of it
 *
 * The last two print the result and why; it is the exit status as well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_write.h"

#define KEY ((struct key){ SPAN("orders"), SPAN("0") })

/* 4: no call was made. */
static int
give_up(const struct err *err)
{
	printf("%s\n", err->text);
	return 4;
}

static int
init(struct store *store)
{
	struct err err = { 0 };
	bool made;

	return store_audit_create(store, &made, &err) != 0 ? give_up(&err) : 0;
}

static void
take(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	(void)row;
	(void)hazards;
	str_add_span(arg, image);
}

static int
draft(struct store *store, const char *path)
{
	struct draft draft = { .key = KEY,
		.value = SPAN("42"),
		.metadata = SPAN("{\"reset_by\": \"bob\"}"),
		.updated_at = clock_now() };
	struct str seen = { 0 }, wanted = { 0 };
	struct err err = { 0 };
	FILE *file;
	int status;

	if (store_examine(store, KEY, take, &seen, &err) != 0 ||
		store_draft(store, str_span(&seen), &draft, &wanted, &err) != 0)
		return give_up(&err);
	file = fopen(path, "w");
	if (file == NULL)
		return 4;
	fprintf(file, "%s\n%s\n", str_text(&seen), str_text(&wanted));
	status = fclose(file) == 0 ? 0 : 4;
	str_free(&seen);
	str_free(&wanted);
	return status;
}

static bool
read_line(FILE *file, char **line)
{
	size_t room = 0;
	ssize_t size = getline(line, &room, file);

	if (size > 0)
		(*line)[size - 1] = '\0';
	return size > 0;
}

static int
operate(struct store *store, bool settle, const char *path, const char *id)
{
	static const char *const results[] = { [CHANGE_DONE] = "DONE",
		[CHANGE_CONFLICT] = "CONFLICT",
		[CHANGE_FAILED] = "FAILED",
		[CHANGE_UNKNOWN] = "UNKNOWN" };
	struct operation operation = { .id = span_of(id),
		.at = clock_now(),
		.who = SPAN("bob"),
		.action = SPAN("reset"),
		.reason = SPAN("to see it fail") };
	struct edit edit = { .key = KEY };
	struct err err = { 0 };
	char *seen = NULL, *wanted = NULL;
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return 4;
	if (read_line(file, &seen) && read_line(file, &wanted)) {
		edit.seen = span_of(seen);
		edit.wanted = span_of(wanted);
		(settle ? store_settle : store_apply)(store, &operation, &edit, 1, &err);
		printf("%s %s\n", results[edit.result], err.text);
	}
	fclose(file);
	edit_clear(&edit);
	free(seen);
	free(wanted);
	return (int)edit.result;
}

int
main(int argc, char **argv)
{
	struct store_config config = { .name = "store" };
	struct store *store;
	struct err err = { 0 };
	int status = 4;

	if (argc < 3)
		return 4;
	config.uri = argv[2];
	if (store_open(&store, &config, STORE_WRITE, &err) != 0)
		return give_up(&err);
	if (strcmp(argv[1], "init") == 0)
		status = init(store);
	else if (strcmp(argv[1], "draft") == 0 && argc == 4)
		status = draft(store, argv[3]);
	else if (argc == 5)
		status = operate(store, strcmp(argv[1], "settle") == 0, argv[3], argv[4]);
	store_close(store);
	return status;
}
