/* SPDX-License-Identifier: MIT
 * What the files of the workplace share. */
#ifndef SCREEN_WORKPLACE_INSIDE_H
#define SCREEN_WORKPLACE_INSIDE_H

#include "model/ckpt.h"
#include "workplace.h"

struct workplace {
	char directory[64];
	char file[96];		    /* of the configuration */
	char home[80];		    /* XDG_STATE_HOME: where the journal is */
	const char *environment[2]; /* with it alone */
	struct paths paths;	    /* which the configuration borrows */
	const struct config *fixture;
	struct config *config; /* the same stores, where they are here */
};

/* Where a store of the fixture is here: a directory, or a database without its ".db". */
void workplace_place(
	char out[128], const struct workplace *workplace, const struct store_config *of);
/* A directory of files for those that are one in the fixture; else a database. */
bool workplace_is_directory(const struct store_config *of);
/* By its name, which is one of them. */
const struct store_config *workplace_find(const struct config *config, const char *name);
/* Puts one row into a store, or (row NULL) all that it has in the fixture. */
int workplace_fill(const struct workplace *workplace, const struct store_config *from,
	const struct ckpt *row, struct err *err);

/* The journal of the fixture, as it would have been written here: with the rows in full
 * that its operations have found and left. */
int workplace_write_journal(const struct workplace *workplace, struct err *err);

#endif
