/* SPDX-License-Identifier: MIT
 * The library as the program itself uses it: with a configured store where a pipeline has
 * a URI. Everything else is the public interface, so that `ckptop save` and a pipeline
 * get the same answers. Not installed. */
#ifndef LIB_HANDLE_H
#define LIB_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ckpt.h"
#include "store/store.h"

/* As ckpt_open(). The config is borrowed until ckpt_close(). With STORE_READ the handle
 * only loads, also from a store that is read-only or while the clock is frozen. */
enum ckpt_status handle_open(struct ckpt_handle **out, const struct store_config *config,
	enum store_mode mode);

/* Makes an empty store, as store_create(). */
int handle_create(const struct store_config *config, bool *made, struct err *err);

/* Saves from now on are dated as by a clock that is so many microseconds ahead of the
 * right time (below 0: behind), for a program that plays others. */
void handle_shift_clock(struct ckpt_handle *handle, int64_t shift);

/* The value of the last save that succeeded as the store holds it, which may be spelt
 * otherwise than what was given; empty: not known to be. Borrowed until the next call. */
struct span handle_stored(const struct ckpt_handle *handle);

#endif
