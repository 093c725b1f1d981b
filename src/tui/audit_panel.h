/* SPDX-License-Identifier: MIT
 * What is known of one line of the audit. */
#ifndef TUI_AUDIT_PANEL_H
#define TUI_AUDIT_PANEL_H

#include "tui/panel.h"

/* A panel_drawer: what is a struct audit_line. */
void audit_panel(struct panel *panel, const void *what);

#endif
