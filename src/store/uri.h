/* SPDX-License-Identifier: MIT
 * Store URIs: SCHEME:PATH[?KEY=VALUE[&KEY=VALUE]…], with %XX for any byte that would
 * mean something else. Everything is taken literally otherwise: '+' is a plus, '#' is a
 * part of the path. The path of a store on another host is taken as it is written: its
 * library decodes it. */
#ifndef STORE_URI_H
#define STORE_URI_H

#include "store/store.h"

/* A URI taken apart and decoded. It owns everything in it. */
struct uri {
	char *scheme;
	char *path;
	struct store_setting *settings; /* of the query; origin is the URI, redacted */
	size_t setting_count;
	char *origin;
};

/* ERR_USAGE: what was not understood, without anything secret. uri_free() it after 0. */
int uri_parse(struct uri *out, const char *text, struct err *err);
void uri_free(struct uri *uri);

/* The back end that a URI is of, whichever of its names the URI has: "postgresql" for
 * postgres:…; NULL where there is none. */
const char *uri_scheme(const char *uri);

/* Whether the path is that of a file or directory of this host. */
bool uri_is_local(const struct uri *uri);

/* Puts "PLACE: " before the origins: where the URI was written. */
void uri_stands_at(struct uri *uri, const char *place);

/* Appends SCHEME:PATH, encoded so that uri_parse() reads the same path back. */
void uri_add(struct str *out, const char *scheme, const char *path);

/* True when both are of one kind and their paths lead to one file or directory of this
 * host, however they are spelt; paths of other hosts are compared as texts. */
bool uri_is_same_place(const struct uri *a, const struct uri *b);

#endif
