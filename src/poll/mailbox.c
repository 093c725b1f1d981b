/* SPDX-License-Identifier: MIT */
#include "poll/mailbox.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"

struct mailbox {
	struct lock *lock;
	const struct board *board;
};

static const struct board *
swap(struct mailbox *mailbox, const struct board *board)
{
	const struct board *old;

	lock_take(mailbox->lock);
	old = mailbox->board;
	mailbox->board = board;
	lock_give(mailbox->lock);
	return old;
}

struct mailbox *
mailbox_new(void)
{
	struct mailbox *mailbox = mem_new(1, sizeof(*mailbox));

	mailbox->lock = lock_new();
	return mailbox;
}

void
mailbox_free(struct mailbox *mailbox)
{
	if (mailbox == NULL)
		return;
	board_unref(mailbox->board);
	lock_free(mailbox->lock);
	free(mailbox);
}

void
mailbox_put(struct mailbox *mailbox, const struct board *board)
{
	board_unref(swap(mailbox, board));
}

const struct board *
mailbox_take(struct mailbox *mailbox)
{
	return swap(mailbox, NULL);
}
