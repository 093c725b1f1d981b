/* SPDX-License-Identifier: MIT
 * The half of the library that plans and applies changes, from inside. Not installed. */
#ifndef LIB_OPERATOR_H
#define LIB_OPERATOR_H

#include "action/session.h"
#include "lib/ckpt.h"
#include "poll/survey.h"

struct ckpt_operator {
	struct paths paths;
	struct config *loaded; /* NULL: config is lent */
	const struct config *config;
	const struct store_config *store; /* of config; NULL: it could not be opened */
	struct steward steward;
	struct survey *survey;
	const struct board *board; /* of the last look; NULL: none */
	struct str news;
	struct err err;
};

struct ckpt_plan {
	struct ckpt_operator *by;
	struct session *session;
	struct plan *plan;
	struct outcome *outcome; /* NULL: nothing was tried */
	struct str text, json, digest, told;
	struct err err;
};

/* As ckpt_operator_open() with a configuration that is read already. Borrowed, with its
 * only store, until ckpt_operator_close(). */
enum ckpt_status operator_open(struct ckpt_operator **out, const struct config *config);

/* Begins a session, and keeps what there is to be said of it as the news. */
int operator_begin(struct ckpt_operator *by, struct session *session, struct err *err);

/* Looks at the store, and again after `observe` microseconds where that is above 0. */
int operator_look(struct ckpt_operator *by, int64_t observe, struct err *err);

#endif
