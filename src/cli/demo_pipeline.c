/* SPDX-License-Identifier: MIT */
#include "cli/demo_pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/demo_source.h"
#include "lib/handle.h"

#define LATENESS (4 * SECOND) /* how much later than its time an event may come */

/* One partition. */
struct lane {
	unsigned number;
	char name[16];
	const struct demo_habit *habit;
	int64_t value;
	int64_t worked; /* until then, by the clock that never jumps */
	double room;	/* records it could have done besides */
	struct ckpt_watermark watermark;
};

struct pipeline_run {
	const struct demo_pipeline *is;
	const struct demo_place *place;
	struct ckpt_handle *checkpoints;
	struct demo_source *source;
	struct lane *lanes;
};

/* --- saving --- */

static int
say_failed(const struct pipeline_run *run, struct err *err)
{
	return err_set(err, ERR_FAILED, "%s", ckpt_error(run->checkpoints));
}

static void
add_text_member(struct str *out, const char *name, const char *text)
{
	str_addf(out, ", \"%s\": ", name);
	json_add_string(out, span_of(text), NULL);
}

/* What a pipeline says of itself. end TIME_NONE: it has no source with an end. */
static void
add_metadata(struct str *out, const struct pipeline_run *run, const struct lane *lane,
	const char *end)
{
	char watermark[32];

	str_add(out, "{\"host\": ");
	json_add_string(out, span_of(run->is->host), NULL);
	if (lane->habit->attempt > 0)
		str_addf(out, ", \"attempt\": %u", lane->habit->attempt);
	if (ckpt_watermark_text(&lane->watermark, watermark) == 0)
		add_text_member(out, DEMO_WATERMARK_MEMBER, watermark);
	if (run->is->store == DEMO_FILES)
		add_text_member(out, DEMO_END_MEMBER, end);
	if (lane->habit->error != NULL)
		add_text_member(out, DEMO_ERROR_MEMBER, lane->habit->error);
	str_add_char(out, '}');
}

/* shift: what its clock shows more than the right time. */
static int
save(struct pipeline_run *run, const struct lane *lane, const char *value,
	const char *end, int64_t shift, struct err *err)
{
	struct str metadata = { 0 };
	enum ckpt_status status;

	add_metadata(&metadata, run, lane, end);
	handle_shift_clock(run->checkpoints, shift);
	status = ckpt_save(
		run->checkpoints, run->is->job, lane->name, value, str_text(&metadata));
	str_free(&metadata);
	return status == CKPT_OK ? 0 : say_failed(run, err);
}

static int
save_number(struct pipeline_run *run, const struct lane *lane, int64_t end, int64_t shift,
	struct err *err)
{
	char value_text[24], end_text[24];

	snprintf(value_text, sizeof(value_text), "%" PRId64, lane->value);
	snprintf(end_text, sizeof(end_text), "%" PRId64, end);
	return save(run, lane, value_text, end_text, shift, err);
}

/* Events come in the order of their times, evenly: so old is the one at the value. */
static void
see_event(struct pipeline_run *run, struct lane *lane, int64_t end, int64_t at)
{
	double seconds = 0;

	if (run->is->input > 0)
		seconds = (double)(end - lane->value) / run->is->input;
	ckpt_watermark_see(&lane->watermark,
		at - (int64_t)(seconds * (double)SECOND) - lane->habit->events_behind);
}

/* --- the first states --- */

static char *
file_path(const struct pipeline_run *run, const struct lane *lane)
{
	struct str path = { 0 };

	str_addf(&path, "%s/%s_%s.json", run->place->directory, run->is->job, lane->name);
	return str_take(&path);
}

/* A program that writes in place and was killed while it did. */
static int
tear(const struct pipeline_run *run, const struct lane *lane, struct err *err)
{
	char *path = file_path(run, lane);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
	int result = 0;

	if (fd < 0 ||
		dprintf(fd, "{\"job\": \"%s\", \"partition\": \"%s\", \"value\": \"",
			run->is->job, lane->name) < 0)
		result = err_set_errno(err, ERR_FAILED, errno, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

/* What was saved in the past was written then, too. */
static int
date_file(const struct pipeline_run *run, const struct lane *lane, int64_t at,
	struct err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ at / SECOND, at % SECOND * 1000 } };
	char *path = file_path(run, lane);
	int result = utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);

	if (result != 0)
		err_set_errno(err, ERR_FAILED, errno, "cannot set the time of %s", path);
	free(path);
	return result;
}

static int
settle_file(const struct pipeline_run *run, const struct lane *lane, int64_t at,
	struct err *err)
{
	if (run->is->store != DEMO_FILES)
		return 0;
	if (lane->habit->torn && tear(run, lane, err) != 0)
		return -1;
	return lane->habit->saved > 0 ? date_file(run, lane, at, err) : 0;
}

/* Saves where a partition was when it saved the last time before the demo began. */
static int
save_first(struct pipeline_run *run, struct lane *lane, struct err *err)
{
	const struct demo_habit *habit = lane->habit;
	int64_t at = clock_now() - habit->saved, end;

	if (demo_source_end(run->source, run->is->job, lane->number, &end, err) != 0)
		return -1;
	end -= (int64_t)(run->is->input * (double)habit->saved / (double)SECOND);
	lane->value = end - habit->backlog;
	lane->worked = clock_monotonic();
	see_event(run, lane, end, at);
	if (save_number(run, lane, end, run->is->clock_ahead - habit->saved, err) != 0)
		return -1;
	return settle_file(run, lane, at, err);
}

/* --- work --- */

static int
work_once(struct pipeline_run *run, struct lane *lane, struct err *err)
{
	int64_t now = clock_monotonic(), end, done;

	if (demo_source_end(run->source, run->is->job, lane->number, &end, err) != 0)
		return -1;
	lane->room += run->is->speed * (double)(now - lane->worked) / (double)SECOND;
	lane->worked = now;
	done = end - lane->value < (int64_t)lane->room ? end - lane->value
						       : (int64_t)lane->room;
	if (done <= 0) {
		lane->room = 0;
		return 0;
	}
	lane->value += done;
	lane->room = lane->value < end ? lane->room - (double)done : 0;
	see_event(run, lane, end, clock_now());
	return save_number(run, lane, end, run->is->clock_ahead, err);
}

static int
work(struct pipeline_run *run, struct child *child, struct err *err)
{
	int64_t pause = run->is->habit.every;

	for (unsigned i = 0; i < run->is->partitions; i++)
		if (save_first(run, &run->lanes[i], err) != 0)
			return -1;
	child_ready(child);
	while (pause > 0 && child_pause(child, pause))
		for (unsigned i = 0; i < run->is->partitions; i++)
			if (run->lanes[i].habit->every > 0 &&
				work_once(run, &run->lanes[i], err) != 0)
				return -1;
	return 0;
}

/* Each day it does the day before, some time after midnight. */
static int
work_daily(struct pipeline_run *run, struct child *child, struct err *err)
{
	struct lane *lane = &run->lanes[0];
	int64_t now = clock_now(), today = now - now % DAY, done = today - DAY;
	int64_t saved = (now - today) / 2;
	struct str date = { 0 };
	int result;

	if (saved > lane->habit->saved)
		saved = lane->habit->saved;
	time_addf(&date, done, NULL, "%Y-%m-%d");
	result = save(run, lane, str_text(&date), str_text(&date), -saved, err);
	if (result == 0)
		result = date_file(run, lane, now - saved, err);
	if (result == 0)
		child_ready(child);
	while (result == 0 && child_pause(child, lane->habit->every)) {
		if (clock_now() - done < 2 * DAY)
			continue;
		done += DAY;
		str_clear(&date);
		time_addf(&date, done, NULL, "%Y-%m-%d");
		result = save(run, lane, str_text(&date), str_text(&date), 0, err);
	}
	str_free(&date);
	return result;
}

/* --- the process --- */

static void
make_lanes(struct pipeline_run *run)
{
	run->lanes = mem_new(run->is->partitions, sizeof(*run->lanes));
	for (unsigned i = 0; i < run->is->partitions; i++) {
		struct lane *lane = &run->lanes[i];

		lane->number = i;
		lane->habit = demo_habit(run->is, i);
		snprintf(lane->name, sizeof(lane->name), "%u", i);
		ckpt_watermark_start(&lane->watermark, LATENESS);
	}
}

int
demo_pipeline_live(void *arg, struct child *child, struct err *err)
{
	const struct demo_role *role = arg;
	struct pipeline_run run = { .is = role->pipeline, .place = role->place };
	int result = -1;

	make_lanes(&run);
	if (handle_open(&run.checkpoints, &role->place->stores[run.is->store],
		    STORE_WRITE) != CKPT_OK)
		say_failed(&run, err);
	else if (demo_source_open(&run.source, role->place->database, err) == 0)
		result = run.is->daily ? work_daily(&run, child, err)
				       : work(&run, child, err);
	ckpt_close(run.checkpoints);
	demo_source_close(run.source);
	free(run.lanes);
	return result;
}
