/* SPDX-License-Identifier: MIT
 * How an edit of a file ends. Each sets its result, and says in its err what is there
 * now. Of the directory back end. */
#ifndef STORE_DIR_RESULT_H
#define STORE_DIR_RESULT_H

#include "store/dir/operate.h"

/* err is set already. */
void dir_edit_fail(struct dir_edit *edit, enum change_result result);

/* Nothing was written, because of what the file is. */
void dir_edit_refuse(struct dir_edit *edit, const char *why, const char *what_to_do);

/* Something else is there than what was seen, or nobody can tell. */
void dir_edit_conflict(struct dir_edit *edit, const struct dir_version *now);

/* The new version did not come to its place, or nobody can tell; errno says why. */
void dir_edit_not_moved(struct dir_edit *edit, enum fsio_moved moved);

/* It was taken back. */
void dir_edit_withdrawn(struct dir_edit *edit, const struct err *why);

#endif
