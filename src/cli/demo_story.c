/* SPDX-License-Identifier: MIT */
#include "cli/demo_story.h"

#include "base/clock.h"

#define RUNBOOK "https://wiki.example/runbook/"

static const struct demo_pipeline pipelines[] = {
	{
		.job = "orders", /* healthy */
		.host = "etl-1",
		.store = DEMO_DATABASE,
		.partitions = 4,
		.first = 88412000,
		.input = 130,
		.speed = 4000,
		.habit = { .every = 1000 * MILLISECOND },
		.limits = { .warn_age = MINUTE, .crit_age = 5 * MINUTE },
		.owner = "team-orders",
		.runbook = RUNBOOK "orders",
		.finding = FINDING_NONE,
	},
	{
		.job = "clicks", /* was down for a while and is catching up */
		.host = "etl-2",
		.store = DEMO_DATABASE,
		.partitions = 2,
		.first = 512770000,
		.input = 400,
		.speed = 1150,
		.habit = { .every = 500 * MILLISECOND, .backlog = 420000 },
		.limits = { .warn_lag = 50000, .crit_lag = 2000000 },
		.owner = "team-web",
		.runbook = RUNBOOK "clicks",
		.state = STATE_WARN,
		.finding = FINDING_LAGGING,
		.trend = TREND_FALLING,
	},
	{
		.job = "payments", /* is falling behind, over its limit in a minute */
		.host = "etl-2",
		.store = DEMO_DATABASE,
		.partitions = 2,
		.first = 30117000,
		.input = 900,
		.speed = 600,
		.habit = { .every = 500 * MILLISECOND, .backlog = 44000 },
		.limits = { .warn_lag = 20000, .crit_lag = 60000 },
		.owner = "team-payments",
		.runbook = RUNBOOK "payments",
		.state = STATE_WARN,
		.finding = FINDING_LAGGING,
		.trend = TREND_RISING,
	},
	{
		.job = "invoices", /* one partition is stuck and says why */
		.host = "worker-07",
		.store = DEMO_DATABASE,
		.partitions = 4,
		.first = 7204000,
		.input = 45,
		.speed = 2000,
		.habit = { .every = 1500 * MILLISECOND },
		.odd = 2,
		.odd_habit = { .saved = 9 * MINUTE,
			.attempt = 3,
			.error = "deadlock detected" },
		.limits = { .warn_age = 2 * MINUTE, .crit_age = 5 * MINUTE },
		.owner = "team-billing",
		.runbook = RUNBOOK "invoices",
		.state = STATE_CRIT,
		.finding = FINDING_STOPPED,
	},
	{
		.job = "stock-sync", /* stopped */
		.host = "etl-3",
		.store = DEMO_DATABASE,
		.partitions = 2,
		.first = 1904000,
		.input = 12,
		.speed = 500,
		.habit = { .saved = 20 * MINUTE },
		.limits = { .warn_age = 10 * MINUTE, .crit_age = HOUR },
		.owner = "team-warehouse",
		.runbook = RUNBOOK "stock-sync",
		.state = STATE_WARN,
		.finding = FINDING_STOPPED,
	},
	{
		.job = "returns", /* idle: it has read everything, and nothing new comes
				   */
		.host = "etl-1",
		.store = DEMO_DATABASE,
		.partitions = 1,
		.first = 66120,
		.speed = 500,
		.habit = { .saved = 26 * MINUTE, .every = 1000 * MILLISECOND },
		.limits = { .warn_age = 10 * MINUTE },
		.owner = "team-orders",
		.finding = FINDING_IDLE,
	},
	{
		.job = "sensors", /* one partition holds the watermark back */
		.host = "edge-4",
		.store = DEMO_FILES,
		.partitions = 3,
		.first = 240900,
		.input = 25,
		.speed = 800,
		.habit = { .every = 1500 * MILLISECOND },
		.odd = 1,
		.odd_habit = { .every = 1500 * MILLISECOND,
			.events_behind = 131 * MINUTE },
		.limits = { .warn_watermark = 30 * MINUTE },
		.owner = "team-plant",
		.runbook = RUNBOOK "sensors",
		.state = STATE_WARN,
		.finding = FINDING_WATERMARK,
	},
	{
		.job = "geo-import", /* one of its files is damaged */
		.host = "gis-1",
		.store = DEMO_FILES,
		.partitions = 2,
		.first = 118400,
		.input = 3,
		.speed = 100,
		.habit = { .every = 2000 * MILLISECOND },
		.odd = 1,
		.odd_habit = { .saved = 4 * MINUTE, .torn = true },
		.owner = "team-maps",
		.state = STATE_CRIT,
		.finding = FINDING_DAMAGED,
	},
	{
		.job = "mail-log", /* the clock of its host is fast */
		.host = "mx-2",
		.store = DEMO_FILES,
		.partitions = 1,
		.first = 905300,
		.input = 6,
		.speed = 100,
		.habit = { .every = 1500 * MILLISECOND },
		.clock_ahead = 7 * MINUTE,
		.owner = "team-mail",
		.state = STATE_WARN,
		.finding = FINDING_FUTURE,
	},
	{
		.job = "daily-report", /* has done yesterday */
		.host = "batch-1",
		.store = DEMO_FILES,
		.partitions = 1,
		.habit = { .saved = 3 * HOUR, .every = 1000 * MILLISECOND },
		.daily = true,
		.owner = "team-finance",
		.finding = FINDING_DONE,
	},
};

const struct demo_pipeline *
demo_pipeline(size_t index)
{
	return &pipelines[index];
}

size_t
demo_pipeline_count(void)
{
	return sizeof(pipelines) / sizeof(pipelines[0]);
}

const struct demo_habit *
demo_habit(const struct demo_pipeline *pipeline, unsigned partition)
{
	return pipeline->odd != 0 && pipeline->odd == partition ? &pipeline->odd_habit
								: &pipeline->habit;
}
