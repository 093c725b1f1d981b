/* SPDX-License-Identifier: MIT
 * What a failure of the floors below is to who uses the library. Not installed. */
#ifndef LIB_STATUS_H
#define LIB_STATUS_H

#include "base/err.h"
#include "lib/ckpt.h"

enum ckpt_status lib_status(const struct err *err);

#endif
