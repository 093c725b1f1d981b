/* SPDX-License-Identifier: MIT
 * What the contract suite must know of a kind of store to test it: how to make an empty
 * one, and how other programs write to it. A new back end joins with a file that fills in
 * a struct fixture and a line in fixtures.def. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

/* A store under test. */
struct site {
	char directory[64]; /* of its own, removed with everything in it */
	char path[128];	    /* of the file or directory that is the store */
	char uri[4096];
	void *own; /* the fixture's */
};

/* A checkpoint as another program writes it. */
struct entry {
	const char *job, *partition, *value;
	const char *metadata; /* a JSON object, or NULL */
	const char *updated;  /* as that program writes it; NULL: its clock's time */
};

enum fixture_trait {
	FIXTURE_TIMES = 1 << 0,		/* entry.updated is stored as it is given */
	FIXTURE_ANY_NAME = 1 << 1,	/* names may hold any byte but NUL */
	FIXTURE_ANY_VALUE = 1 << 2,	/* values may be any text */
	FIXTURE_WRITES = 1 << 3,	/* can be opened to write */
	FIXTURE_REWRITES_JSON = 1 << 4, /* metadata come back in another spelling */
	FIXTURE_NO_GATE = 1 << 5,	/* nobody can say that nothing has changed */
	FIXTURE_ANY_TIME = 1 << 6,	/* times may be written in any format */
};

struct fixture {
	const char *name;
	unsigned traits;		   /* enum fixture_trait */
	unsigned to_read, to_write;	   /* capabilities of the two kinds of handles */
	void (*make)(struct site *site);   /* the directory is there; sets path and uri */
	void (*unmake)(struct site *site); /* may be NULL */
	bool (*is_there)(void);		   /* what it needs is installed; NULL: always */
	void (*end)(void);		   /* of all sites; may be NULL */
	unsigned ways;			   /* in which one can be made unreadable */
	/* Another program adds or replaces, makes unreadable, or removes one. */
	void (*put)(struct site *site, const struct entry *entry);
	void (*damage)(
		struct site *site, const char *job, const char *partition, unsigned way);
	void (*remove)(struct site *site, const char *job, const char *partition);
	/* The value that another program reads, or NULL when there is none. Borrowed. */
	const char *(*look)(struct site *site, const char *job, const char *partition);
	/* The URI of a place beside it where there is no store yet; NULL: a path in the
	 * directory. */
	const char *(*beside)(struct site *site);
	/* The store goes away. */
	void (*lose)(struct site *site);
};

#define FIXTURE(name) extern const struct fixture fixture_##name;
#include "fixtures.def"
#undef FIXTURE

#endif
