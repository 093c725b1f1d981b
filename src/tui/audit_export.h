/* SPDX-License-Identifier: MIT
 * What the audit lists, as a file for somebody else. */
#ifndef TUI_AUDIT_EXPORT_H
#define TUI_AUDIT_EXPORT_H

#include "tui/audit_lines.h"

/* What is to be written, as it was when it was asked for. */
struct audit_export {
	struct str text;
};

/* Takes the lines and asks for the name of the file; whoever says one has it written.
 * The export lives as long as the question. */
void audit_export_ask(
	struct audit_export *export, struct app *app, const struct audit_lines *lines);
void audit_export_free(struct audit_export *export);

#endif
