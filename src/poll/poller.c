/* SPDX-License-Identifier: MIT
 *
 * Threads: each worker owns its survey (and through it its store, its connection and all
 * its records). Between the threads there are only the mailbox of finished boards, the
 * requests (copied under a lock that is held for the copy), and the bells. */
#include "poll/poller.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "poll/mailbox.h"
#include "poll/survey.h"

#define STOP_PATIENCE (1 * SECOND)

/* What the reader wants of a worker; guarded by the worker's lock. */
struct request {
	char *job, *partition; /* interest; NULL: none */
	size_t job_length, partition_length;
	bool interest_changed;
	bool refresh;
	bool suspended;
	int64_t interval;
};

struct worker {
	struct survey *survey;
	struct store_config config; /* its own copy: the interval changes */
	struct thread *thread;
	struct mailbox *mailbox;
	struct lock *lock;
	struct request request;
	struct bell *wake; /* a request came */
	struct bell *news; /* shared by all workers: a board came, or a worker ended */
	atomic_bool stop;  /* the reader wants the end; the store sees it too */
	atomic_bool ended;
	const struct board *taken; /* the reader's reference */
};

struct pollers {
	struct worker *workers;
	size_t count;
	struct bell *news;
};

/* --- in the worker's thread --- */

/* Moves the request out of the shared place; the texts of the interest stay owned by
 * *kept. */
static void
take_request(struct worker *worker, struct request *kept)
{
	struct request *request = &worker->request;

	lock_take(worker->lock);
	kept->refresh = request->refresh;
	kept->suspended = request->suspended;
	kept->interval = request->interval;
	kept->interest_changed = request->interest_changed;
	if (request->interest_changed) {
		free(kept->job);
		free(kept->partition);
		kept->job = request->job;
		kept->partition = request->partition;
		kept->job_length = request->job_length;
		kept->partition_length = request->partition_length;
		request->job = request->partition = NULL;
	}
	request->refresh = request->interest_changed = false;
	lock_give(worker->lock);
}

static void
publish(struct worker *worker, const struct request *request)
{
	struct survey_interest interest = {
		.rows = request->job != NULL ? BOARD_ROWS_JOB : BOARD_ROWS_NONE,
		.job = { request->job, request->job_length },
		.partition = { request->partition, request->partition_length },
	};

	mailbox_put(worker->mailbox, survey_board(worker->survey, &interest));
	bell_ring(worker->news);
}

static void
publish_progress(void *arg, const struct board *board)
{
	struct worker *worker = arg;

	mailbox_put(worker->mailbox, board);
	bell_ring(worker->news);
}

static int64_t
until_due(const struct worker *worker, const struct request *request)
{
	int64_t wait = survey_due(worker->survey) - clock_monotonic();

	if (request->suspended)
		return -1;
	return wait > 0 ? wait : 0;
}

static void
run_worker(void *arg)
{
	struct worker *worker = arg;
	struct request request = { 0 };
	bool first = true;

	for (;;) {
		take_request(worker, &request);
		if (atomic_load(&worker->stop))
			break;
		worker->config.interval = request.interval;
		if (first || request.refresh || until_due(worker, &request) == 0) {
			/* The error is part of the board. */
			struct err ignored = { 0 };

			survey_poll(worker->survey, first || request.refresh, &ignored);
			publish(worker, &request);
		} else if (request.interest_changed) {
			publish(worker, &request);
		}
		first = false;
		bell_wait(worker->wake, until_due(worker, &request));
	}
	free(request.job);
	free(request.partition);
	survey_close(worker->survey);
	atomic_store(&worker->ended, true);
	bell_ring(worker->news);
}

/* --- in the reader's thread --- */

static int
start_worker(struct worker *worker, const struct store_config *config,
	const struct rules *rules, const struct zone *local, const char *journal,
	struct bell *news, struct err *err)
{
	const struct survey_interest nothing = { .rows = BOARD_ROWS_NONE };

	worker->config = *config;
	worker->config.stop = &worker->stop;
	worker->request.interval = config->interval;
	worker->survey = survey_new(&worker->config, rules, local);
	survey_limit_documents(worker->survey, SURVEY_DOCUMENT_SHOWN);
	survey_explain_from(worker->survey, journal);
	survey_tell_progress(worker->survey, publish_progress, worker);
	worker->mailbox = mailbox_new();
	worker->lock = lock_new();
	if (bell_new(&worker->wake, err) != 0)
		return -1;
	worker->news = news;
	/* A first picture before the thread runs, so that the screen can name every store
	 * while it is being opened. From then on the survey is the worker's. */
	worker->taken = survey_board(worker->survey, &nothing);
	return thread_start(&worker->thread, "store", run_worker, worker, err);
}

int
pollers_start(struct pollers **out, const struct store_config *configs, size_t count,
	const struct rules *rules, const struct zone *local, const char *journal,
	struct err *err)
{
	struct pollers *pollers = mem_new(1, sizeof(*pollers));

	*out = NULL;
	pollers->workers = mem_new(count > 0 ? count : 1, sizeof(*pollers->workers));
	pollers->count = count;
	if (bell_new(&pollers->news, err) != 0) {
		pollers_stop(pollers);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		struct worker *worker = &pollers->workers[i];

		if (start_worker(worker, &configs[i], rules, local, journal,
			    pollers->news, err) != 0) {
			pollers_stop(pollers);
			return -1;
		}
	}
	*out = pollers;
	return 0;
}

static void
ask_to_stop(struct worker *worker)
{
	atomic_store(&worker->stop, true);
	bell_ring(worker->wake);
}

static bool
all_ended(const struct pollers *pollers)
{
	for (size_t i = 0; i < pollers->count; i++)
		if (pollers->workers[i].thread != NULL &&
			!atomic_load(&pollers->workers[i].ended))
			return false;
	return true;
}

static void
free_worker(struct worker *worker)
{
	if (worker->thread != NULL)
		thread_join(worker->thread);
	board_unref(worker->taken);
	survey_free(worker->survey);
	mailbox_free(worker->mailbox);
	lock_free(worker->lock);
	bell_free(worker->wake);
	free(worker->request.job);
	free(worker->request.partition);
}

bool
pollers_stop(struct pollers *pollers)
{
	int64_t deadline = clock_monotonic() + STOP_PATIENCE, left;

	if (pollers == NULL)
		return true;
	for (size_t i = 0; i < pollers->count; i++)
		if (pollers->workers[i].thread != NULL)
			ask_to_stop(&pollers->workers[i]);
	while (!all_ended(pollers) && (left = deadline - clock_monotonic()) > 0)
		bell_wait(pollers->news, left);
	/* A worker that hangs in the kernel (a dead network file system) keeps what it
	 * uses: the process ends without it. */
	if (!all_ended(pollers))
		return false;
	for (size_t i = 0; i < pollers->count; i++)
		free_worker(&pollers->workers[i]);
	bell_free(pollers->news);
	free(pollers->workers);
	free(pollers);
	return true;
}

int
pollers_fd(const struct pollers *pollers)
{
	return bell_fd(pollers->news);
}

bool
pollers_take(struct pollers *pollers, const struct board **boards)
{
	bool any = false;

	bell_clear(pollers->news);
	for (size_t i = 0; i < pollers->count; i++) {
		struct worker *worker = &pollers->workers[i];
		const struct board *board = mailbox_take(worker->mailbox);

		if (board != NULL) {
			board_unref(worker->taken);
			worker->taken = board;
			any = true;
		}
		boards[i] = worker->taken;
	}
	return any;
}

void
pollers_refresh(struct pollers *pollers, int store_index)
{
	for (size_t i = 0; i < pollers->count; i++) {
		struct worker *worker = &pollers->workers[i];

		if (store_index >= 0 && (size_t)store_index != i)
			continue;
		lock_take(worker->lock);
		worker->request.refresh = true;
		lock_give(worker->lock);
		bell_ring(worker->wake);
	}
}

static char *
copy_or_null(struct span text)
{
	return text.at != NULL ? mem_copy(text.at, text.len) : NULL;
}

void
pollers_interest(
	struct pollers *pollers, int store_index, struct span job, struct span partition)
{
	struct worker *worker = &pollers->workers[store_index];
	char *new_job = copy_or_null(job), *new_partition = copy_or_null(partition);
	char *old_job, *old_partition;

	lock_take(worker->lock);
	old_job = worker->request.job;
	old_partition = worker->request.partition;
	worker->request.job = new_job;
	worker->request.job_length = job.len;
	worker->request.partition = new_partition;
	worker->request.partition_length = partition.len;
	worker->request.interest_changed = true;
	lock_give(worker->lock);
	free(old_job);
	free(old_partition);
	bell_ring(worker->wake);
}

void
pollers_set_interval(struct pollers *pollers, int64_t interval)
{
	for (size_t i = 0; i < pollers->count; i++) {
		struct worker *worker = &pollers->workers[i];

		lock_take(worker->lock);
		worker->request.interval = interval;
		lock_give(worker->lock);
		bell_ring(worker->wake);
	}
}

void
pollers_suspend(struct pollers *pollers, int store_index, bool suspended)
{
	struct worker *worker = &pollers->workers[store_index];

	lock_take(worker->lock);
	worker->request.suspended = suspended;
	lock_give(worker->lock);
	bell_ring(worker->wake);
}
