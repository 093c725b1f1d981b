/* SPDX-License-Identifier: MIT
 * What is known of one line of the audit. */
#include "tui/audit_panel.h"

#include <string.h>

#include "tui/audit_lines.h"
#include "tui/audit_then.h"
#include "tui/view_parts.h"

static void
add_times_and_values(struct str *out, const struct audit_entry *entry)
{
	audit_add_side(out, entry, false);
	str_add(out, " -> ");
	audit_add_side(out, entry, true);
	if (entry->existed && entry->exists) {
		str_add(out, " (");
		audit_add_change(out, entry->old_value, entry->new_value, false);
		str_add_char(out, ')');
	}
}

/* Who, and when. */
static void
draw_source(struct panel *panel, const struct audit_entry *entry)
{
	struct str text = { 0 };

	parts_add_time(&text, entry->at, panel->frame, "%F %H:%M:%S %Z");
	str_add(&text, "   ");
	str_add_span(&text, entry->who);
	str_add(&text, "   store ");
	str_add_span(&text, entry->store);
	panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_free(&text);
}

static const char *
recorded_in(const struct audit_entry *entry)
{
	if (entry->edited)
		return "in the journal of this host, but NOT as it was written; see "
		       "ckptop audit verify";
	if (entry->lack == AUDIT_LACKS_ROW)
		return "in the journal of this host; NOT in the audit of the store, "
		       "which was there then";
	if (entry->lack == AUDIT_LACKS_ALL)
		return "in the journal of this host; the audit that the store had then "
		       "is GONE";
	if (entry->in_journal && entry->in_store)
		return "in the journal of this host and in the store";
	return entry->in_journal ? "in the journal of this host only"
				 : "in the store only, not on this host";
}

static void
draw_entries(struct panel *panel, const struct audit_line *line)
{
	struct str text = { 0 };

	for (size_t i = 0; i < line->count; i++) {
		const struct audit_entry *entry = &line->entries[i];

		str_clear(&text);
		if (entry->key.job.at != NULL) {
			key_add(&text, entry->key);
			str_add(&text, "   ");
			add_times_and_values(&text, entry);
			str_add(&text, "   ");
		}
		str_add_span(&text, entry->phase);
		if (entry->note.at != NULL) {
			str_add(&text, ": ");
			str_add_span(&text, entry->note);
		}
		if (i == 0) {
			/* panel_field() wants a label that ends with a NUL. */
			char label[16] = "";
			struct span word = span_is(entry->phase, "acknowledged")
						   ? line->what
						   : entry->action;

			memcpy(label, word.at,
				word.len < sizeof(label) - 1 ? word.len
							     : sizeof(label) - 1);
			panel_field(panel, label, str_span(&text));
		} else {
			panel_field(panel, "", str_span(&text));
		}
	}
	str_free(&text);
}

/* The user and the program as the journal has them, and from where he said to come. */
static void
draw_program(struct panel *panel, const struct audit_entry *entry)
{
	struct str text = { 0 };
	size_t address = 0;

	if (entry->program.len == 0)
		return;
	str_addf(&text, "uid ");
	if (entry->uid == WHO_NONE)
		str_add_char(&text, '?');
	else
		str_add_integer(&text, entry->uid);
	str_add(&text, "   ");
	str_add_span(&text, entry->program);
	while (address < entry->ssh.len && entry->ssh.at[address] != ' ')
		address++;
	if (address > 0) {
		str_add(&text, "   ssh from ");
		str_add_span(&text, (struct span){ entry->ssh.at, address });
	}
	panel_field(panel, "by", str_span(&text));
	str_free(&text);
}

static void
draw_operation(struct panel *panel, const struct audit_entry *entry)
{
	struct str text = { 0 };

	str_add_span(&text, entry->op);
	if (entry->undo_of.at != NULL) {
		str_add(&text, "   undoes ");
		str_add_span(&text, entry->undo_of);
	}
	panel_field(panel, "operation", str_span(&text));
	str_free(&text);
}

/* What was done, why, and what has become of it stand before what tells of the record.
 * Several checkpoints, which may be very many, stand last. */
static void
draw_recorded(struct panel *panel, const struct audit_line *line)
{
	const struct audit_entry *entry = line->entries;
	struct str then = { 0 }, undo = { 0 }, sum = { 0 };

	draw_source(panel, entry);
	if (line->count == 1)
		draw_entries(panel, line);
	panel_field(panel, "reason",
		entry->reason.at != NULL ? entry->reason : SPAN("none given"));
	if (audit_add_then(&then, panel->frame, line))
		panel_field(panel, "then", str_span(&then));
	draw_program(panel, entry);
	panel_field(panel, "recorded", span_of(recorded_in(entry)));
	draw_operation(panel, entry);
	if (audit_add_undo(&undo, panel->frame, line))
		panel_field(panel, "undo", str_span(&undo));
	if (line->is_sum) {
		str_addf(&sum,
			"OLD and NEW are the sums of %zu checkpoints:", line->count);
		panel_line(panel, STYLE_PLAIN, str_span(&sum));
	}
	if (line->count > 1)
		draw_entries(panel, line);
	str_free(&then);
	str_free(&undo);
	str_free(&sum);
}

static const char *
who_was_asked(const struct frame *frame, const struct audit_line *line)
{
	const struct ledger *ledger = frame->ledger;
	bool asked = ledger != NULL && ledger->asked;

	for (size_t i = 0; asked && i < ledger->gap_count; i++)
		asked = !span_is(line->store, ledger->gaps[i].store);
	if (ledger == NULL || err_is_set(&ledger->journal_err))
		return "none in its metadata; the journal of this host is not known";
	return asked ? "none: its metadata, the journal of this host and the audit of "
		       "the "
		       "store were asked. It was NOT done by ckptop on this host."
		     : "none: its metadata and the journal of this host were asked, the "
		       "store was not. It was NOT done by ckptop on this host.";
}

static void
draw_unexplained(struct panel *panel, const struct audit_line *line)
{
	const struct board_row *row = line->row;
	struct str text = { 0 };

	panel_line(panel, STYLE_STATE_CRIT,
		span_of(panel_words(panel->frame, &row->why)->sentence));
	key_add(&text, row->key);
	str_add(&text, "   ");
	str_add_span(&text, line->old_value);
	str_add(&text, " -> ");
	str_add_span(&text, line->new_value);
	str_add(&text, "   store ");
	str_add_span(&text, line->store);
	panel_field(panel, "what", str_span(&text));
	panel_paragraph(panel, "record", span_of(who_was_asked(panel->frame, line)), 2);
	str_free(&text);
}

void
audit_panel(struct panel *panel, const void *what)
{
	const struct audit_line *line = what;

	if (line->entries != NULL)
		draw_recorded(panel, line);
	else
		draw_unexplained(panel, line);
}
