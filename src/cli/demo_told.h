/* SPDX-License-Identifier: MIT
 * Whether a look at the stores of the demo shows its whole story. */
#ifndef CLI_DEMO_TOLD_H
#define CLI_DEMO_TOLD_H

#include <stdbool.h>

struct config;
struct demo_told;

/* Nothing is read yet. The config is borrowed until demo_told_free(). */
struct demo_told *demo_told_new(const struct config *config);
void demo_told_free(struct demo_told *told);

/* Reads the stores once more: every pipeline is seen as the story has it. */
bool demo_is_told(struct demo_told *told);

#endif
