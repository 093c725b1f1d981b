/* SPDX-License-Identifier: MIT
 *
 * What a store says must be taken upon oneself: until it is, the plan is blocked. */
#include "action/plan_inside.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct hazard {
	enum edit_hazard hazard;
	const char *word;   /* for JSON */
	const char *option; /* that takes it upon oneself */
	const char *words;  /* behind the names of the rows */
} hazards[] = {
	{ EDIT_DAMAGED, "damaged", "--replace-damaged",
		"is damaged, and what is there would be replaced" },
	{ EDIT_LINKED, "linked", "--break-hardlink",
		"has other names (links), and they would keep what is there" },
	{ EDIT_UNGUARDED, "unguarded", "--accept-no-cas",
		"cannot be exchanged safely: we cannot detect concurrent writes here, "
		"and a save of somebody else in the same moment would be overwritten "
		"unseen" },
};

/* How many rows have it, and the first of them. */
static size_t
find(const struct plan_item **first, const struct making *making, unsigned hazard)
{
	size_t count = 0;

	for (size_t i = 0; i < making->count; i++)
		if (plan_is_changed(&making->items[i]) &&
			(making->items[i].row->hazards & hazard) != 0 && count++ == 0)
			*first = &making->items[i];
	return count;
}

static void
add_sentence(struct str *out, const struct making *making, const struct hazard *hazard,
	const struct plan_item *first, size_t count)
{
	struct span damage = first->subject->now.damage;

	plan_add_rows(out, making, first, count);
	str_addf(out, " %s%s", count > 1 ? "each " : "", hazard->words);
	if (count == 1 && hazard->hazard == EDIT_DAMAGED && damage.at != NULL) {
		str_add(out, ": ");
		str_add_span(out, damage);
	}
}

void
plan_find_hazard(const struct making *making)
{
	struct plan *plan = making->plan;

	for (size_t i = 0; i < COUNT_OF(hazards) && plan->blocked == NULL; i++) {
		const struct plan_item *first = NULL;
		struct str text = { 0 };
		size_t count = find(&first, making, hazards[i].hazard);

		if (count == 0 || (plan->wish.accepted & hazards[i].hazard) != 0)
			continue;
		add_sentence(&text, making, &hazards[i], first, count);
		str_addf(&text,
			"; nothing was written. ckptop with %s does it all the "
			"same.",
			hazards[i].option);
		plan->blocked = plan_text(plan, &text);
		plan->blocking = hazards[i].hazard;
	}
}

void
plan_add_hazards(const struct making *making)
{
	unsigned accepted = making->wish->accepted;
	const struct plan_item *first = NULL;

	for (size_t i = 0; i < COUNT_OF(hazards); i++) {
		struct str text = { 0 };
		size_t count = find(&first, making, hazards[i].hazard);

		/* What blocks it is said first of all. */
		if (count == 0 || making->plan->blocking == hazards[i].hazard)
			continue;
		add_sentence(&text, making, &hazards[i], first, count);
		str_add_char(&text, '.');
		plan_add_risk(making, "hazard", true, &text);
	}
	if ((accepted & EDIT_UNGUARDED) == 0 || find(&first, making, EDIT_UNGUARDED) > 0)
		return;
	plan_add_plain_risk(making, "hazard", true,
		"Where the store proves unable to compare and exchange in one step, we "
		"cannot detect concurrent writes here: a save of somebody else in the "
		"same moment would be overwritten unseen.");
}

bool
plan_is_guessed(const struct making *making, const struct plan_item *item)
{
	const struct ckpt *now = &item->subject->now;

	(void)making;
	return plan_is_changed(item) && (now->flags & CKPT_KEY_GUESSED) != 0 &&
	       now->where.len > 0;
}

static void
say_guessed(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_addf(out, " %s guessed from the name of the file%s ",
		count == 1 ? "was" : "were", count == 1 ? "" : "s, as in");
	str_add_span(out, item->subject->now.where);
	str_add(out, ", which may as well mean another job: its last _ was taken for "
		     "the one that parts them. Look which file it is.");
}

void
plan_add_guesses(const struct making *making)
{
	static const struct plan_row_risk risk = { "guessed", true, plan_is_guessed,
		say_guessed };

	plan_add_row_risk(making, &risk);
}

const char *
plan_hazard_wanted(const struct plan *plan)
{
	for (size_t i = 0; i < COUNT_OF(hazards); i++)
		if (plan->blocking == hazards[i].hazard)
			return hazards[i].option + 2; /* without its dashes */
	return NULL;
}

unsigned
plan_hazards_typed(struct span words)
{
	unsigned accepted = 0;

	while ((words = span_trim(words)).len > 0) {
		size_t length = 0;

		while (length < words.len && words.at[length] != ' ')
			length++;
		for (size_t i = 0; i < COUNT_OF(hazards); i++)
			if (span_is((struct span){ words.at, length },
				    hazards[i].option + 2))
				accepted |= hazards[i].hazard;
		words.at += length;
		words.len -= length;
	}
	return accepted;
}

void
plan_add_hazard_words(struct str *out, unsigned row)
{
	const char *between = "";

	for (size_t i = 0; i < COUNT_OF(hazards); i++)
		if ((row & hazards[i].hazard) != 0) {
			str_addf(out, "%s\"%s\"", between, hazards[i].word);
			between = ",";
		}
}

void
plan_add_hazard_options(struct str *out, unsigned accepted)
{
	for (size_t i = 0; i < COUNT_OF(hazards); i++)
		if ((accepted & hazards[i].hazard) != 0)
			str_addf(out, " %s", hazards[i].option);
}
