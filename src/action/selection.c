/* SPDX-License-Identifier: MIT */
#include "action/selection.h"

#include <stdlib.h>

#include "base/mem.h"

void
selection_free(struct selection *selection)
{
	free(selection->keys);
	*selection = (struct selection){ 0 };
}

void
selection_add(struct selection *selection, struct key key)
{
	for (size_t i = 0; i < selection->count; i++)
		if (key_equal(selection->keys[i], key))
			return;
	selection->keys = mem_resize(
		selection->keys, selection->count + 1, sizeof(*selection->keys));
	selection->keys[selection->count++] = key;
}
