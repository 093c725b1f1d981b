/* SPDX-License-Identifier: MIT */
#include "lib/fence.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/written.h"

#define CAPACITY_FIRST 64

struct node {
	struct node *next;
	struct str job, partition;
	struct fence_post post;
};

struct fence {
	struct node **chains;
	size_t capacity, count;
};

struct fence *
fence_new(void)
{
	struct fence *fence = mem_new(1, sizeof(*fence));

	fence->capacity = CAPACITY_FIRST;
	fence->chains = mem_new(fence->capacity, sizeof(*fence->chains));
	return fence;
}

static void
free_node(struct node *node)
{
	str_free(&node->job);
	str_free(&node->partition);
	str_free(&node->post.value);
	str_free(&node->post.tried);
	free(node);
}

void
fence_free(struct fence *fence)
{
	if (fence == NULL)
		return;
	for (size_t i = 0; i < fence->capacity; i++) {
		while (fence->chains[i] != NULL) {
			struct node *node = fence->chains[i];

			fence->chains[i] = node->next;
			free_node(node);
		}
	}
	free(fence->chains);
	free(fence);
}

static size_t
chain_of(size_t capacity, struct key key)
{
	unsigned long long hash = span_hash(key.job) * 31 + span_hash(key.partition);

	return (size_t)(hash ^ hash >> 29) & (capacity - 1);
}

static struct key
key_of(const struct node *node)
{
	return (struct key){ { str_text(&node->job), node->job.len },
		{ str_text(&node->partition), node->partition.len } };
}

/* The place of a key's node, or of the NULL where it would be. */
static struct node **
place_of(const struct fence *fence, struct key key)
{
	struct node **at = &fence->chains[chain_of(fence->capacity, key)];

	while (*at != NULL && !key_equal(key_of(*at), key))
		at = &(*at)->next;
	return at;
}

static void
grow(struct fence *fence)
{
	size_t capacity = fence->capacity * 2;
	struct node **chains = mem_new(capacity, sizeof(*chains));

	for (size_t i = 0; i < fence->capacity; i++) {
		while (fence->chains[i] != NULL) {
			struct node *node = fence->chains[i];
			struct node **chain = &chains[chain_of(capacity, key_of(node))];

			fence->chains[i] = node->next;
			node->next = *chain;
			*chain = node;
		}
	}
	free(fence->chains);
	fence->chains = chains;
	fence->capacity = capacity;
}

static struct fence_post *
post_of(struct fence *fence, struct key key)
{
	struct node **at = place_of(fence, key), *node;

	if (*at != NULL)
		return &(*at)->post;
	if (fence->count++ == fence->capacity) {
		grow(fence);
		at = place_of(fence, key);
	}
	node = mem_new(1, sizeof(*node));
	str_add_span(&node->job, key.job);
	str_add_span(&node->partition, key.partition);
	*at = node;
	return &node->post;
}

const struct fence_post *
fence_find(const struct fence *fence, struct key key)
{
	const struct node *node = *place_of(fence, key);

	return node == NULL ? NULL : &node->post;
}

void
fence_set_absent(struct fence *fence, struct key key)
{
	struct fence_post *post = post_of(fence, key);

	post->present = post->doubtful = false;
}

void
fence_set_value(struct fence *fence, struct key key, struct span value)
{
	struct fence_post *post = post_of(fence, key);

	post->present = true;
	post->null = value.at == NULL;
	post->doubtful = false;
	str_clear(&post->value);
	str_add_span(&post->value, value);
}

void
fence_set_doubtful(struct fence *fence, struct key key, struct span tried)
{
	struct fence_post *post = post_of(fence, key);

	post->doubtful = true;
	str_clear(&post->tried);
	str_add_span(&post->tried, tried);
}

void
fence_forget(struct fence *fence, struct key key)
{
	struct node **at = place_of(fence, key), *node = *at;

	if (node == NULL)
		return;
	*at = node->next;
	fence->count--;
	free_node(node);
}

bool
fence_holds(const struct fence_post *post, const struct ckpt *now)
{
	if (post->doubtful && now != NULL && written_holds(str_span(&post->tried), now))
		return true;
	if (!post->present || now == NULL)
		return post->present == (now != NULL);
	if (post->null || now->value.at == NULL)
		return post->null == (now->value.at == NULL);
	return written_holds(str_span(&post->value), now);
}
