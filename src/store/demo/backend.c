/* SPDX-License-Identifier: MIT
 *
 * The demo store: plays a scenario from a file (scenario.h). It has a past, so that
 * a dashboard over it has rates and trends from the first moment: for screens in tests
 * and documents. It is read like any other store and can do nothing else. */
#include "store/backend.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "store/demo/scenario.h"

#define SCENARIO_MAX (16 << 20)

struct demo_store {
	struct store store;
	char *path;
	struct file_mark mark; /* of the file as it was parsed */
	struct scenario *scenario;
	int64_t opened, at;
	int64_t scanned_at; /* the moment of the last scan, TIME_NONE */
	struct store_fact *facts;
};

static int
read_file(struct demo_store *demo, struct str *text, struct file_mark *mark,
	struct err *err)
{
	char *for_dirname = mem_copy(demo->path, strlen(demo->path));
	char *for_basename = mem_copy(demo->path, strlen(demo->path));
	int dir_fd = fsio_open_dir(dirname(for_dirname), err), status = -1;

	if (dir_fd >= 0) {
		status = fsio_read(
			text, mark, dir_fd, basename(for_basename), SCENARIO_MAX, err);
		if (status != 0 && err->kind == ERR_NOT_FOUND)
			err->kind = ERR_UNREACHABLE;
		close(dir_fd);
	}
	if (status != 0)
		err_prefix(err, "%s", demo->path);
	free(for_dirname);
	free(for_basename);
	return status;
}

static void
set_facts(struct demo_store *demo)
{
	size_t count = scenario_fact_count(demo->scenario);

	free(demo->facts);
	demo->facts = mem_new(count + 1, sizeof(*demo->facts));
	for (size_t i = 0; i < count; i++)
		scenario_fact(demo->scenario, i, &demo->facts[i].name,
			&demo->facts[i].text, &demo->facts[i].warning);
	demo->store.facts = (struct store_facts){
		.kind = scenario_kind(demo->scenario),
		.where = scenario_where(demo->scenario),
		.facts = demo->facts,
		.fact_count = count,
	};
}

/* Parses the file again when it is another one than before. */
static int
refresh(struct demo_store *demo, struct err *err)
{
	struct str text = { 0 };
	struct file_mark mark;
	struct scenario *scenario;
	int status = -1;

	if (read_file(demo, &text, &mark, err) != 0)
		goto out;
	status = 0;
	if (demo->scenario != NULL && file_mark_equal(&mark, &demo->mark))
		goto out;
	if (scenario_parse(&scenario, str_span(&text), demo->opened, err) != 0) {
		err_prefix(err, "%s", demo->path);
		status = -1;
		goto out;
	}
	scenario_free(demo->scenario);
	demo->scenario = scenario;
	demo->mark = mark;
	set_facts(demo);
	demo->scanned_at = TIME_NONE;
out:
	str_free(&text);
	return status;
}

static void
demo_close(struct store *store)
{
	struct demo_store *demo = (struct demo_store *)store;

	scenario_free(demo->scenario);
	free(demo->facts);
	free(demo->path);
	free(demo);
}

static int
demo_open(struct store **out, const struct store_config *config, enum store_mode mode,
	struct err *err)
{
	const char *path = config->uri + strlen("demo:");
	struct demo_store *demo;

	(void)mode;
	*out = NULL;
	demo = mem_new(1, sizeof(*demo));
	demo->path = mem_copy(path, strlen(path));
	demo->opened = demo->at = clock_now();
	demo->scanned_at = TIME_NONE;
	demo->store.capabilities = STORE_CAN_REPLAY | STORE_CAN_METADATA;
	if (refresh(demo, err) != 0) {
		demo_close(&demo->store);
		return -1;
	}
	*out = &demo->store;
	return 0;
}

static int
must_answer(struct demo_store *demo, struct err *err)
{
	const char *why = scenario_down(demo->scenario, demo->at);

	if (why != NULL)
		return err_set(err, ERR_UNREACHABLE, "%s", why);
	return 0;
}

static int
demo_changed(struct store *store, bool *changed, struct err *err)
{
	struct demo_store *demo = (struct demo_store *)store;

	if (must_answer(demo, err) != 0 || refresh(demo, err) != 0)
		return -1;
	*changed = demo->at != demo->scanned_at;
	return 0;
}

static int
demo_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct demo_store *demo = (struct demo_store *)store;
	struct str memory = { 0 };
	struct ckpt ckpt;

	*steady = true;
	if (must_answer(demo, err) != 0 || refresh(demo, err) != 0)
		return -1;
	for (size_t i = 0; i < scenario_count(demo->scenario); i++)
		if (scenario_row(demo->scenario, i, demo->at, &memory, &ckpt))
			row(arg, &ckpt);
	str_free(&memory);
	demo->scanned_at = demo->at;
	return 0;
}

static int
demo_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err)
{
	struct demo_store *demo = (struct demo_store *)store;
	struct str memory = { 0 };
	struct ckpt ckpt;
	bool found = false;

	if (must_answer(demo, err) != 0 || refresh(demo, err) != 0)
		return -1;
	for (size_t i = 0; i < scenario_count(demo->scenario) && !found; i++) {
		if (!key_equal(scenario_key(demo->scenario, i), key))
			continue;
		found = scenario_row(demo->scenario, i, demo->at, &memory, &ckpt);
		if (found)
			row(arg, &ckpt);
	}
	str_free(&memory);
	if (!found)
		return err_set(
			err, ERR_NOT_FOUND, "no such checkpoint in %s", demo->path);
	return 0;
}

static int64_t
demo_start(const struct store *store)
{
	return scenario_start(((const struct demo_store *)store)->scenario);
}

static int64_t
demo_next(const struct store *store, int64_t at)
{
	return scenario_next(((const struct demo_store *)store)->scenario, at);
}

static void
demo_at(struct store *store, int64_t at)
{
	((struct demo_store *)store)->at = at;
}

static int64_t
demo_took(const struct store *store)
{
	return scenario_took(((const struct demo_store *)store)->scenario);
}

static const struct backend_replay demo_replay = {
	.start = demo_start,
	.next = demo_next,
	.at = demo_at,
	.took = demo_took,
};

static const struct store_key no_keys[] = { { NULL, NULL } };

const struct backend backend_demo = {
	.scheme = "demo",
	.form = "demo:PATH",
	.help = "a scenario played from a file, for trying ckptop out (demo:PATH)",
	.keys = no_keys,
	.open = demo_open,
	.close = demo_close,
	.changed = demo_changed,
	.scan = demo_scan,
	.load = demo_load,
	.replay = &demo_replay,
};
