/* SPDX-License-Identifier: MIT
 * The bytes of a checkpoint's file as a save writes them. Of the directory back end. */
#ifndef STORE_DIR_DOC_H
#define STORE_DIR_DOC_H

#include "store/dir/file.h"
#include "store/store_write.h"

/*
 * Appends the document that this change makes of `old` (NULL: of nothing).
 *
 * A new one is {"job", "partition", "value", "metadata", "timestamp"}, in the form that
 * Python's json.dump() gives. Of an old one only these members are replaced, or added
 * where they are missing; every other byte stays. Without a key (job none) "job" and
 * "partition" are not written: for files whose name allows other keys.
 *
 * The value keeps its kind: what was a number stays one if the new text is a JSON number,
 * what was a boolean, an array or an object if the new text is one; what was a text stays
 * a text. Everything else, and a new one, is a number if it is a whole number in its
 * shortest form that fits 64 bits (so that Python can calculate with it), and a text
 * otherwise; 007 and 1.50 are texts.
 *
 * The time keeps its format. Where there is none yet it is what Python's
 * datetime.now().isoformat() gives: local, without a zone. A time without a zone is
 * written in `zone`; where that is NULL, in the local zone, or in the offset that the old
 * time had from the time of its file.
 *
 * ERR_REFUSED: what was given cannot be written as JSON, or the file would be larger than
 * is read.
 */
int dir_doc_make(struct str *out, const struct dir_file *old, const struct change *change,
	const struct zone *zone, struct err *err);

#endif
