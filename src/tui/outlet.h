/* SPDX-License-Identifier: MIT
 * Bytes on their way to a terminal, which may be slow or take nothing at all: they are
 * written as it takes them, and nobody waits for it meanwhile. One thread. */
#ifndef TUI_OUTLET_H
#define TUI_OUTLET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct outlet;

/* For the terminal that fd is, which is not changed, nor for others who have it open. */
int outlet_new(struct outlet **out, int fd, struct err *err);
/* What is still on its way is lost. NULL is allowed. */
void outlet_free(struct outlet *outlet);

/* A file that takes all that is written to its descriptor, at once; borrowed. */
FILE *outlet_file(struct outlet *outlet);
/* Adds what was written there since the last time. */
void outlet_collect(struct outlet *outlet);
/* Adds bytes behind those on their way, and writes what the terminal takes now. */
void outlet_add(struct outlet *outlet, struct span bytes);
/* Writes what the terminal takes now; true when nothing is left. */
bool outlet_flush(struct outlet *outlet);
/* The same, but waits for the terminal as long as it takes something within so many
 * microseconds; then what is left is thrown away. */
void outlet_drain(struct outlet *outlet, int64_t patience);

/* The descriptor that bytes are written to, and to poll() for POLLOUT while some are
 * left. */
int outlet_fd(const struct outlet *outlet);
bool outlet_is_pending(const struct outlet *outlet);

#endif
