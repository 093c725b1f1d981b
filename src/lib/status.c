/* SPDX-License-Identifier: MIT */
#include "lib/status.h"

enum ckpt_status
lib_status(const struct err *err)
{
	static const enum ckpt_status statuses[ERR_KINDS] = {
		[ERR_OK] = CKPT_OK,
		[ERR_FAILED] = CKPT_FAILED,
		[ERR_DAMAGED] = CKPT_FAILED,
		[ERR_USAGE] = CKPT_USAGE,
		[ERR_NOT_FOUND] = CKPT_NOT_FOUND,
		[ERR_REFUSED] = CKPT_REFUSED,
		[ERR_UNPROVEN] = CKPT_FAILED,
		[ERR_UNREACHABLE] = CKPT_UNREACHABLE,
		[ERR_CONFLICT] = CKPT_CONFLICT,
		[ERR_UNKNOWN] = CKPT_UNKNOWN,
		[ERR_PARTIAL] = CKPT_PARTIAL,
	};

	return statuses[err->kind];
}
