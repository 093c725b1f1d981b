/* SPDX-License-Identifier: MIT
 *
 * The map of all files, floor by floor. A file includes its own floor and the floors
 * below it; folders on one floor do not see each other (tests/lint/layers.txt).
 *
 * cli/    one front door: the command line
 *   cli           what main() calls: words, configuration, the command, its exit status
 *   commands.def  the list of commands; command.h says what one is
 *   cmd_*         one file a command: dashboard wall list show save load stores info ...
 *   arguments     options and operands, from the tables of the commands
 *   help          --help, from the same tables
 *   output        standard output: gathered, written, never lost in silence
 *   look          reads all stores, once or again and again
 *   target        JOB/PARTITION: what is meant, where it is, what is near
 *   operands      JOB PARTITION VALUE as words
 *   handles       answers of the library as failures of the program
 *   changes       what differs between two looks
 *   acknowledge   saying why something went back that nobody has recorded
 *   document      the JSON document of list and show
 *   rows, sheet   tables and sheets for people
 *   frame_size    how large the dashboard is in plain text
 *   demo_*        the pipelines of ckptop demo: their story, their sources, their saves
 *
 * tui/    the other front door: the dashboard
 *   app*          the loop, the stack of views, what keys do everywhere
 *   term, input, signals, quiet   the terminal (the one door to ncurses)
 *   outlet        bytes on their way to it, which nobody waits for
 *   frames        the dashboard without a terminal: plain text
 *   canvas        the screen in memory; text of a store passes the gate here
 *   style, theme  what things look like; themes/ has the colours
 *   keymap        keys.def: which key does what
 *   list*         the one list: cursor, order, columns
 *   prompt, menu  questions
 *   panel*, view_parts, parts_*   what screens share
 *   change_*      the dialog that changes checkpoints
 *   audit_*       what the audit screen lists, and tells of a line
 *   view_*        one file a screen, listed in views.def; view is what each of them is
 *   wall_*        what the wall tells, in letters to be read across a room
 *
 * poll/   looking at stores from poll to poll
 *   survey        one store: open, read, judge, picture
 *   documents     metadata of the last scan
 *   shown, wanted metadata of what is looked at
 *   heads, head_sources   where the sources are now, asked once a poll
 *   timings       how long reads take
 *   poller        one worker thread a store
 *   mailbox       where a worker leaves its newest picture
 *   actor*        the thread that looks what a wish would do, and does it once
 *   clerk, ledger who changed what, read by a thread of its own
 *
 * lib/    libckpt, for pipelines and for programs that do what a person does
 *   ckpt          the public interface: open, load, save
 *   operator, plan*   the other half of it: plan, confirm, apply, undo
 *   handle        the same for the program itself
 *   fence         what a handle knows, so that its save cannot undo a reset
 *   watermark     event time
 *
 * action/ changing checkpoints, with a record of it
 *   journal       the audit trail on this host; journal.def has its words
 *   journal_*     its file, its lines, reading, copies, open intents, proving, anchors
 *   anchor        what the audits of stores keep of journals
 *   who           who did it: facts of the kernel, and claims
 *   target, plan* what is wished, and what that would do: pure
 *   selection     the checkpoints that a wish names
 *   subjects      the rows that a wish is about, as they are now
 *   steward       who changes checkpoints, and by which rules
 *   session       a steward at one store: every step from the wish to the outcome
 *   recover       what those who died have left behind
 *   apply*        intent, change, look, outcome; what became of those that died
 *   outcome       what came of a change, for programs
 *   audit*        journal and store audits, merged; what a store audit lacks
 *   elsewhere     what is to be undone, and is in the journal of somebody else
 *   explain       what they tell of what went back or is gone; saying why it was
 *   reason        why, as a person says it
 *   group         operations together, and how many were changed lately
 *   hook          the program that is told of changes
 *   place         the audit and identity of a store, made once
 *
 * config/ options.def is every key
 *   config        the one door to inih; the result
 *   paths         where files live
 *   preset*       how tables of well-known programs are read (presets/)
 *   source, assign, decided, settings, environment, option, choose, build   its steps
 *
 * run/    processes that end with this one
 *   children, tempdir, folder   child processes and temporary folders
 *
 * report/ text for machines and people
 *   field         what is said of a checkpoint, a job, a store: every member, once
 *   field_*       the tables
 *   json_report, csv, scalar   the formats
 *   table         columns as wide as their content
 *
 * store/  where checkpoints live
 *   store         the gate in front of every back end; store_write.h is for writers
 *   backend.h     what a back end implements; backends.def lists them
 *   sqlite/       SQLite (db* is the one door); its entry points are backend.c, as in
 *   dir/          JSON files
 *   postgresql/   PostgreSQL (conn* is the one door)
 *   demo/         scenarios
 *   prepared, uri, layout*, sql_text   what a back end is given; shapes of tables
 *   keyset, number_text, edits, written, statements   what databases share
 *   image_json, audit_row   old values as text; a line of a store audit
 *   operate       the gate in front of what a person changes
 *   facts         what the panel of a store says
 *   head          where the source is
 *   trace*        logs every call
 *
 * model/  what checkpoints are; no I/O
 *   ckpt.h        a checkpoint as a store gives it
 *   key, value, number, metadata   names, positions, texts
 *   rule, head_spec   what is configured
 *   records*, texts, history   the table a worker keeps of one store
 *   health, why*, advice   the judgement, and the words for it
 *   board         the immutable picture
 *   column*, listing, filter*   what lists show
 *
 * base/   knows nothing of checkpoints
 *   err, mem, arena, str   failures, memory, text
 *   utf8          the gate for foreign text; cell width
 *   clock, stamp, zone, civil, duration   time
 *   json*         JSON as spans
 *   fsio*         files that survive
 *   permit        whether this user may write there
 *   place         which file a path leads to
 *   sandbox       giving up the right to write, for good
 *   digest, token SHA-256 (the one door to nettle); operation ids
 *   syslog        a line to the system's log, without waiting
 *   spawn         the one door to other programs
 *   shell         words of a command that is shown
 *   thread, log, backoff
 */
#include <locale.h>
#include <unistd.h>

#include "cli/cli.h"
#include "tui/app.h"
#include "tui/frames.h"
#include "tui/theme.h"

int
main(int argc, char **argv)
{
	static const struct cli_front front = {
		.dashboard = app_run,
		.wall = app_run_wall,
		.frames = frames_run,
		.theme_count = theme_count,
		.theme_name = theme_name,
	};

	/* Characters only: numbers keep their point in every language. */
	setlocale(LC_CTYPE, "");
	return cli_main(argc, argv, (const char *const *)environ, &front);
}
