/* SPDX-License-Identifier: MIT
 * Who did it: what the kernel says of this process, and apart from that what its
 * environment claims, which anybody can set. */
#ifndef ACTION_WHO_H
#define ACTION_WHO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/str.h"

/* An id that is not known or not set: a container without audit, a daemon, cron. */
#define WHO_NONE (-1)

/* What anybody may have set to anything. Spans are none where nothing was. */
struct who_claims {
	struct span sudo_user, ssh_connection, logname;
};

/* A process. Numbers are WHO_NONE and spans none where there is nothing or nothing can be
 * known; nothing is guessed. */
struct who {
	int64_t uid, euid;
	struct span user;	/* name of uid; none in a container without such a user */
	int64_t login_uid;	/* who logged in, kept through sudo and su */
	struct span login_user; /* name of login_uid */
	int64_t session;	/* of the kernel's audit */
	struct span tty;	/* of standard input */
	struct span host;
	int64_t pid;
	struct span pid_namespace; /* in which pid counts: "pid:[4026531836]" */
	int64_t started;	   /* ticks after boot: another process with this pid has
				      another one */
	int64_t parent;
	struct span parent_name;
	struct span boot; /* a UUID that this boot of the host has */
	struct who_claims claims;
};

/* Where it is looked up; tests have their own. */
struct who_sources {
	const char *proc; /* "/proc" */
	const char *host; /* NULL: gethostname() */
	uid_t uid, euid;
	pid_t pid, parent;
	int terminal; /* descriptor whose terminal counts */
	const char *const *environment;
};

/* The sources of this process. environment: as environ. */
struct who_sources who_sources_real(const char *const *environment);

/* Asks all sources, also the user database, which may be a server elsewhere: not for the
 * thread of a screen. The texts live as long as the arena. */
void who_find(struct arena *arena, struct who *out, const struct who_sources *sources);

/* Appends "bob@jump1": the user who logged in where that is known, else the real user,
 * else the number of it; never what is only claimed. "?" for what is not known. */
void who_add_name(struct str *out, const struct who *who);

enum who_state {
	WHO_NOT_KNOWN, /* on another host, in another container, … */
	WHO_RUNNING,
	WHO_GONE,
};

/* Whether the process that a record tells of still runs: what it began may then go on. */
enum who_state who_state_of(const struct who *who, const struct who_sources *here);

#endif
