/* SPDX-License-Identifier: MIT
 * Numbers of a database as text that gives back exactly the same number. */
#ifndef STORE_NUMBER_TEXT_H
#define STORE_NUMBER_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Room for a number and its NUL. */
#define NUMBER_REAL_SIZE 32

/* The shortest text that reads back as this number; with a point or an exponent, so that
 * it is not taken for an integer. */
void number_write_real(char out[NUMBER_REAL_SIZE], double number);

/* Reads a text that is written as the integer itself would be: no spaces, no plus, no
 * leading zeros, nothing behind it. */
bool number_read_integer(int64_t *out, struct span text);

/* Any finite number, however it is written; no spaces, nothing behind it. */
bool number_read_real(double *out, struct span text);

/* Only the very text that number_write_real() gives: neither 1.10 nor 1e0 is one. */
bool number_read_exact_real(double *out, struct span text);

#endif
