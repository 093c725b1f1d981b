/* SPDX-License-Identifier: MIT */
#include "lib/operator.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "lib/status.h"

static void
begin(struct ckpt_operator *by)
{
	static const struct span program = SPAN("libckpt " PACKAGE_VERSION);
	struct who_sources sources = who_sources_real((const char *const *)environ);

	by->store = &by->config->stores[0];
	steward_begin(&by->steward, by->config, &sources, program, NULL);
	by->survey = survey_new(by->store, &by->config->rules, NULL);
	survey_keep_documents(by->survey, true);
}

enum ckpt_status
operator_open(struct ckpt_operator **out, const struct config *config)
{
	struct ckpt_operator *by = *out = mem_new(1, sizeof(*by));

	by->config = config;
	begin(by);
	return CKPT_OK;
}

static int
load(struct ckpt_operator *by, const char *store, struct err *err)
{
	const struct config_request request = {
		.paths = &by->paths,
		.environment = (const char *const *)environ,
		.stores = &store,
		.store_count = store != NULL ? 1 : 0,
	};

	paths_find(&by->paths, request.environment);
	if (config_load(&by->loaded, &request, err) != 0)
		return -1;
	by->config = by->loaded;
	if (by->config->store_count == 1)
		return 0;
	return err_set(err, ERR_USAGE,
		"%zu stores are configured; say which one is meant: a name or a URI",
		by->config->store_count);
}

enum ckpt_status
ckpt_operator_open(struct ckpt_operator **out, const char *store)
{
	struct ckpt_operator *by;

	if (out == NULL)
		return CKPT_USAGE;
	by = *out = mem_new(1, sizeof(*by));
	if (load(by, store, &by->err) == 0)
		begin(by);
	return lib_status(&by->err);
}

void
ckpt_operator_close(struct ckpt_operator *by)
{
	if (by == NULL)
		return;
	if (by->board != NULL)
		board_unref(by->board);
	survey_free(by->survey);
	steward_end(&by->steward);
	config_free(by->loaded);
	paths_free(&by->paths);
	str_free(&by->news);
	free(by);
}

const char *
ckpt_operator_error(const struct ckpt_operator *by)
{
	return by == NULL ? "there is no operator" : by->err.text;
}

const char *
ckpt_operator_news(const struct ckpt_operator *by)
{
	return by == NULL ? "" : str_text(&by->news);
}

/* --- what others have left --- */

static void
take_news(void *arg, const char *text)
{
	struct ckpt_operator *by = arg;

	str_add(&by->news, text);
	str_add_char(&by->news, '\n');
}

int
operator_begin(struct ckpt_operator *by, struct session *session, struct err *err)
{
	str_clear(&by->news);
	return session_begin(session, take_news, by, err);
}

enum ckpt_status
ckpt_operator_recover(struct ckpt_operator *by)
{
	struct session *session;

	if (by == NULL)
		return CKPT_USAGE;
	/* One that could not be opened goes on saying why. */
	if (by->store == NULL)
		return lib_status(&by->err);
	err_clear(&by->err);
	session = session_new(&by->steward, by->store);
	operator_begin(by, session, &by->err);
	session_free(session);
	return lib_status(&by->err);
}

/* --- looking --- */

static void
wait_for(int64_t duration)
{
	const struct timespec time = { .tv_sec = duration / SECOND,
		.tv_nsec = duration % SECOND * 1000 };

	nanosleep(&time, NULL);
}

int
operator_look(struct ckpt_operator *by, int64_t observe, struct err *err)
{
	const struct survey_interest interest = { .rows = BOARD_ROWS_ALL };

	if (survey_poll(by->survey, true, err) != 0)
		return -1;
	if (observe > 0) {
		wait_for(observe);
		if (survey_poll(by->survey, true, err) != 0)
			return -1;
	}
	if (by->board != NULL)
		board_unref(by->board);
	by->board = survey_board(by->survey, &interest);
	return 0;
}
