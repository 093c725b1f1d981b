/* SPDX-License-Identifier: MIT
 * What a subcommand is, and what it is given. One cmd_NAME.c each, listed in
 * commands.def. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "config/paths.h"

/* One option: feeds getopt_long(), --help, and with it the manual. */
struct cli_option {
	const char *name;    /* "filter" */
	char letter;	     /* 'f', or 0 */
	const char *metavar; /* "TEXT"; NULL: it takes no value; "[=TEXT]": it may take
				one, and has no letter */
	const char *help;
};

#define CLI_OPTIONS_END                                                                  \
	{                                                                                \
		NULL, 0, NULL, NULL                                                      \
	}

/* One option as it was given. */
struct cli_given {
	const struct cli_option *option;
	const char *value; /* "" when it takes none */
};

enum cli_need {
	CLI_NEEDS_NOTHING,
	CLI_NEEDS_CONFIG, /* the configuration, checked */
	CLI_NEEDS_STORES, /* and at least one store */
	CLI_NEEDS_STORE,  /* and exactly one */
};

/* Whether the process may change files. */
enum cli_writing {
	CLI_MAY_WRITE,
	/* Never needs to: where read_only is set for all stores it gives the right up
	 * (base/sandbox.h), as far as the kernel can. */
	CLI_ONLY_READS,
	CLI_NEVER_WRITES, /* gives it up in any case */
};

struct cli;

struct command {
	const char *name;
	const char *operands; /* "[JOB[/PARTITION]]" */
	const char *summary;  /* one line */
	const char *details;  /* more lines of --help, or NULL */
	const struct cli_option *options;
	size_t least, most; /* operands */
	enum cli_need need;
	enum cli_writing writing;
	/* 0, or -1 and err: its kind is the exit status. */
	int (*run)(struct cli *cli, struct err *err);
};

struct cli {
	const char *program; /* "ckptop" */
	const struct command *command;
	const struct cli_front *front;
	const char *const *environment;
	struct paths paths;
	struct config *config; /* by command->need */
	struct output out;
	struct str complaints; /* of cli_complain_once(), a line each */
	int status;	       /* of the program, where the run set no err */
	bool ascii;	       /* messages and tables without anything above 0x7e */

	struct cli_given *given;
	size_t given_count;
	char **operands;
	size_t operand_count;
};

/* All commands; the first is the dashboard, which has no word ("" is its name). */
size_t cli_command_count(void);
const struct command *cli_command(size_t index);
const struct command *cli_command_find(const char *name);

/* The options that stand before and behind every command word. */
const struct cli_option *cli_global_options(void);

/* The value of an option of the running command or of a global one, "" for one without a
 * value; the last one counts. NULL: not given. */
const char *cli_value(const struct cli *cli, const char *name);
bool cli_has(const struct cli *cli, const char *name);

/* At most one of these options (NULL after the last); ERR_USAGE names two that were
 * given. */
int cli_exclusive(const struct cli *cli, const char *const *names, struct err *err);

/* "2", "0.5", "1m30s": a number is seconds. ERR_USAGE names the option. */
int
cli_interval(const struct cli *cli, const char *name, int64_t *interval, struct err *err);
/* A whole number of at least 1. */
int cli_count(const struct cli *cli, const char *name, size_t *count, struct err *err);

/* THE way of a message to standard error: through the gate, one line, "ckptop: " first.
 * What was printed before comes out before it. */
void cli_complain(struct cli *cli, const char *text);

/* The same, for what several steps of one run may find out: a second time says nothing.
 */
void cli_complain_once(struct cli *cli, const char *text);

/* A terminal where colours are wanted. */
bool cli_colours(const struct cli *cli);
/* Cells of a line: COLUMNS, the terminal, or 0 for no limit. */
unsigned cli_width(const struct cli *cli);

#endif
