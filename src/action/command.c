/* SPDX-License-Identifier: MIT */
#include "action/command.h"

#include "base/shell.h"

void
command_add_option(struct str *out, const char *option, struct span value)
{
	str_addf(out, " %s", option);
	/* In one word, so that a value with a dash in front is no option. */
	str_add_char(out, value.len > 0 && value.at[0] == '-' ? '=' : ' ');
	shell_add_word(out, value);
}

void
command_add_key(struct str *out, struct key key)
{
	struct str name = { 0 };

	if (key.partition.len == 0) {
		command_add_option(out, "--job", key.job);
		command_add_option(out, "--partition", key.partition);
		return;
	}
	key_add(&name, key);
	str_add(out, key.job.len > 0 && key.job.at[0] == '-' ? " -- " : " ");
	shell_add_word(out, str_span(&name));
	str_free(&name);
}

void
command_add_store(struct str *out, const struct store_config *config)
{
	if (config->call != NULL) {
		str_add(out, config->call);
		return;
	}
	str_add(out, "-s ");
	shell_add_word(out, span_of(config->name));
}
