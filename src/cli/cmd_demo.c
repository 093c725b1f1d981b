/* SPDX-License-Identifier: MIT
 * ckptop demo: pipelines that really run and save, in a temporary place, and the
 * dashboard over them. */
#include "cli/command.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/demo_pipeline.h"
#include "cli/demo_source.h"
#include "cli/demo_told.h"
#include "cli/frame_size.h"
#include "config/config.h"
#include "lib/handle.h"
#include "run/tempdir.h"
#include "store/uri.h"

#define POLL_EVERY    SECOND
#define FRAME_EVERY   (500 * MILLISECOND)
#define PATIENCE      (30 * SECOND) /* for pipelines to begin */
#define PATIENCE_TELL (60 * SECOND) /* for the story to be told without a terminal */
#define WIDTH	      120
#define HEIGHT	      36

struct demo {
	struct cli *cli;
	struct tempdir *tempdir;
	struct children *children;
	struct zone *zone;
	struct str database, directory, uris[DEMO_STORES];
	struct demo_place place;
	struct rule *rules;
	struct demo_role *roles;
	struct config config;
};

/* --- the place --- */

static int
find_place(struct demo *demo, struct err *err)
{
	const char *const *environment = demo->cli->environment;
	const char *places[4], *runtime = paths_variable(environment, "XDG_RUNTIME_DIR");
	const char *temporary = paths_variable(environment, "TMPDIR");
	size_t count = 0;

	if (runtime != NULL)
		places[count++] = runtime;
	if (temporary != NULL)
		places[count++] = temporary;
	places[count++] = "/tmp";
	places[count] = NULL;
	return tempdir_new(&demo->tempdir, places, "ckptop-demo", err);
}

static void
set_store(struct demo *demo, enum demo_store index, const char *name, const char *scheme,
	const char *path, const char *head)
{
	uri_add(&demo->uris[index], scheme, path);
	demo->place.stores[index] = (struct store_config){
		.name = name,
		.uri = str_text(&demo->uris[index]),
		.zone = demo->zone,
		.head = head,
		.value_is_last = true,
		.watermark_member = DEMO_WATERMARK_MEMBER,
		.error_member = DEMO_ERROR_MEMBER,
		.interval = POLL_EVERY,
	};
}

static int
make_stores(struct demo *demo, struct err *err)
{
	const char *folder = tempdir_path(demo->tempdir);
	bool made;

	if (zone_load(&demo->zone, "UTC", err) != 0)
		return -1;
	str_addf(&demo->database, "%s/checkpoints.db", folder);
	str_addf(&demo->directory, "%s/files", folder);
	demo->place.database = str_text(&demo->database);
	demo->place.directory = str_text(&demo->directory);
	set_store(demo, DEMO_DATABASE, "database", "sqlite", demo->place.database,
		DEMO_SOURCE_HEAD);
	set_store(demo, DEMO_FILES, "files", "dir", demo->place.directory,
		"metadata:" DEMO_END_MEMBER);
	for (size_t i = 0; i < DEMO_STORES; i++)
		if (handle_create(&demo->place.stores[i], &made, err) != 0)
			return -1;
	return demo_source_create(demo->place.database, err);
}

/* --- the configuration --- */

static int64_t
limit_of(int64_t limit)
{
	return limit != 0 ? limit : RULE_UNSET;
}

static void
make_rule(struct rule *rule, const struct demo_pipeline *pipeline)
{
	const struct limits *limits = &pipeline->limits;

	*rule = rule_unset();
	rule->name = rule->match = pipeline->job;
	rule->limits = (struct limits){
		.warn_age = limit_of(limits->warn_age),
		.crit_age = limit_of(limits->crit_age),
		.warn_lag = limit_of(limits->warn_lag),
		.crit_lag = limit_of(limits->crit_lag),
		.warn_watermark = limit_of(limits->warn_watermark),
		.crit_watermark = limit_of(limits->crit_watermark),
		.cadence = limit_of(limits->cadence),
	};
	rule->owner = pipeline->owner;
	rule->runbook = pipeline->runbook;
}

/* What the user configured about the dashboard holds; the stores are those of the demo.
 */
static void
make_config(struct demo *demo)
{
	size_t count = demo_pipeline_count();

	demo->rules = mem_new(count, sizeof(*demo->rules));
	for (size_t i = 0; i < count; i++)
		make_rule(&demo->rules[i], demo_pipeline(i));
	demo->config = (struct config){
		.env = demo->cli->config->env,
		.stores = demo->place.stores,
		.store_count = DEMO_STORES,
		.rules = { demo->rules, count },
	};
	demo->config.env.name = "demo";
	demo->config.env.production = false;
	demo->config.env.interval = POLL_EVERY;
}

/* --- the pipelines --- */

static int
start_pipelines(struct demo *demo, struct err *err)
{
	size_t count = demo_pipeline_count();

	demo->roles = mem_new(count, sizeof(*demo->roles));
	if (children_new(&demo->children, err) != 0 ||
		children_start(demo->children, "producer", demo_source_produce,
			(void *)demo->place.database, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		demo->roles[i] = (struct demo_role){ demo_pipeline(i), &demo->place };
		if (children_start(demo->children, demo->roles[i].pipeline->job,
			    demo_pipeline_live, &demo->roles[i], err) != 0)
			return -1;
	}
	return children_await(demo->children, PATIENCE, err);
}

static int
begin(struct demo *demo, struct err *err)
{
	if (cli_has(demo->cli, "store"))
		return err_set(err, ERR_USAGE,
			"the demo makes its own stores; leave out --store");
	if (clock_is_frozen())
		return err_set(err, ERR_REFUSED,
			"the clock is frozen (CKPTOP_NOW); no pipeline of the demo can "
			"save, none was started");
	if (find_place(demo, err) != 0 || make_stores(demo, err) != 0)
		return -1;
	make_config(demo);
	return start_pipelines(demo, err);
}

/* The processes go before the folder, which they may still write to. */
static int
end(struct demo *demo, struct err *err)
{
	int result;

	children_end(demo->children);
	result = tempdir_end(demo->tempdir, err);
	free(demo->rules);
	free(demo->roles);
	for (size_t i = 0; i < DEMO_STORES; i++)
		str_free(&demo->uris[i]);
	str_free(&demo->database);
	str_free(&demo->directory);
	zone_free(demo->zone);
	return result;
}

/* --- what is to be seen --- */

/* Without a terminal: the first frame after the whole story is told. */
struct telling {
	struct demo_told *told;
	struct str frame;
	bool is_told;
	int64_t until;
};

static int
look_at_frame(void *arg, struct span text)
{
	struct telling *telling = arg;

	/* What stands between two frames is not part of one. */
	if (text.len > 0 && text.at[0] == '\n')
		text = (struct span){ text.at + 1, text.len - 1 };
	str_clear(&telling->frame);
	str_add_span(&telling->frame, text);
	if (telling->is_told || clock_monotonic() > telling->until)
		return -1;
	telling->is_told = demo_is_told(telling->told);
	return 0;
}

static int
show_frame(struct demo *demo, struct err *err)
{
	struct telling telling = { .until = clock_monotonic() + PATIENCE_TELL };
	int result;

	telling.told = demo_told_new(&demo->config);
	result = demo->cli->front->frames(&demo->config, frame_width(demo->cli, WIDTH),
		frame_height(demo->cli, HEIGHT), 0, FRAME_EVERY, look_at_frame, &telling,
		err);
	str_add_span(&demo->cli->out.text, str_span(&telling.frame));
	str_free(&telling.frame);
	demo_told_free(telling.told);
	return result;
}

static int
show(struct demo *demo, struct err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return show_frame(demo, err);
	demo->cli->status = demo->cli->front->dashboard(&demo->config, err);
	return demo->cli->status < 0 ? -1 : 0;
}

static int
run(struct cli *cli, struct err *err)
{
	struct demo demo = { .cli = cli };
	int result = begin(&demo, err);

	if (result == 0)
		result = show(&demo, err);
	if (end(&demo, err) != 0)
		result = -1;
	return result;
}

static const struct cli_option demo_options[] = {
	CLI_OPTIONS_END,
};

const struct command command_demo = {
	.name = "demo",
	.operands = "",
	.summary = "Show the dashboard over pipelines that run only for it.",
	.details = "Starts pipelines that save to a temporary folder, some of them in "
		   "trouble. All of it is\ngone at the end. Without a terminal it "
		   "prints one frame.",
	.options = demo_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_CONFIG,
	.run = run,
};
