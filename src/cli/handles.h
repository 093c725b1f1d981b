/* SPDX-License-Identifier: MIT
 * Loading and saving through the library: what its answers are on the command line. */
#ifndef CLI_HANDLES_H
#define CLI_HANDLES_H

#include "base/err.h"
#include "lib/ckpt.h"
#include "model/key.h"

enum handles_call { HANDLES_LOAD, HANDLES_SAVE };

/* Turns an answer of the library into a failure of the program: its text, and what was
 * not done and what to do next where the text does not say. 0 for CKPT_OK. */
int handles_check(enum ckpt_status status, const struct ckpt_handle *handle,
	enum handles_call call, struct key key, const char *store, struct err *err);

#endif
