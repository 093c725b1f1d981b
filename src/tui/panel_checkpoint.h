/* SPDX-License-Identifier: MIT
 * The lines of a panel about one checkpoint: how it moves, where its source is, what
 * holds its watermark, its error, and what to look at first. */
#ifndef TUI_PANEL_CHECKPOINT_H
#define TUI_PANEL_CHECKPOINT_H

#include "model/board.h"
#include "tui/panel.h"

/* A panel_drawer over a struct board_row: as many lines as the panel has room for, the
 * most important first. */
void panel_checkpoint(struct panel *panel, const void *row);

#endif
