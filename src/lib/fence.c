/* SPDX-License-Identifier: MIT */
#include "lib/fence.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/value.h"
#include "store/number_text.h"

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

/* True when both texts are the same number, and the store holds it as one. */
static bool
is_same_number(const struct str *ours, const struct ckpt *now)
{
	struct span text = { str_text(ours), ours->len };
	double a, b;

	if (now->storage != CKPT_STORAGE_INTEGER && now->storage != CKPT_STORAGE_REAL)
		return false;
	return number_read_real(&a, text) && number_read_real(&b, now->value) && a == b;
}

/* Whole numbers are compared as such: two that differ may be the same as doubles. */
static bool
is_same(const struct str *ours, const struct ckpt *now)
{
	struct span text = { str_text(ours), ours->len };
	struct value a = value_parse(text, VALUE_AUTO, NULL);
	struct value b = value_parse(now->value, VALUE_AUTO, NULL);

	if (now->value.at != NULL && span_equal(text, now->value))
		return true;
	if (now->storage == CKPT_STORAGE_TEXT || now->value.at == NULL)
		return false;
	if (a.type == VALUE_INT && b.type == VALUE_INT)
		return a.number == b.number;
	return is_same_number(ours, now);
}

bool
fence_holds(const struct fence_post *post, const struct ckpt *now)
{
	if (post->doubtful && now != NULL && is_same(&post->tried, now))
		return true;
	if (!post->present || now == NULL)
		return post->present == (now != NULL);
	if (post->null || now->value.at == NULL)
		return post->null == (now->value.at == NULL);
	return is_same(&post->value, now);
}
