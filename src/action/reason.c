/* SPDX-License-Identifier: MIT */
#include "action/reason.h"

#include "base/utf8.h"

/* More is a document, which belongs elsewhere: every list shows the reason. */
#define CHARACTERS_MOST 1000

static size_t
count_characters(struct span text)
{
	size_t count = 0;
	uint32_t cp;

	while (text.len > 0) {
		size_t used = utf8_decode(text, &cp);

		text.at += used;
		text.len -= used;
		count++;
	}
	return count;
}

bool
reason_refusal(struct str *out, struct span reason, bool required, size_t least)
{
	struct span text = span_trim(reason);
	size_t characters = count_characters(text);

	if (characters == 0 && !required)
		return false;
	if (characters == 0) {
		str_add(out, "there is no reason; nothing was written; say why, as "
			     "--reason \"INC-4711 tax table fixed\": it is recorded");
		return true;
	}
	if (characters > CHARACTERS_MOST) {
		str_addf(out,
			"the reason has %zu characters, and %d are the most; nothing was "
			"written; say it in fewer, with a link to the rest",
			characters, CHARACTERS_MOST);
		return true;
	}
	if (characters >= least)
		return false;
	str_add(out, "the reason \"");
	str_add_span(out, text);
	str_addf(out,
		"\" is shorter than %zu characters; nothing was written; say why, for "
		"whoever asks later",
		least);
	return true;
}
