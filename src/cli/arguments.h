/* SPDX-License-Identifier: MIT
 * The words of the command line: which command, which options, which operands. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "cli/command.h"

/*
 * Fills command, given and operands of *cli. Global options may stand before the command
 * word and behind it; "--" ends the options. ERR_USAGE with the nearest known word.
 * --help and --version are given as any other option, and end the checks.
 */
int arguments_parse(struct cli *cli, int argc, char **argv, struct err *err);
void arguments_free(struct cli *cli);

#endif
