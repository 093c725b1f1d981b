/* SPDX-License-Identifier: MIT
 * Configuration files. One that is not understood is refused with its line; what is taken
 * from one stands there, whole, on the line that is named; and nothing in a file takes
 * back the read-only of another. */
#include "fuzz.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "config_truth.h"

struct place {
	char directory[64];
	char system[96], user[96], policy[96];
};

static void
write_file(const char *path, struct span text)
{
	FILE *file = fopen(path, "w");

	WANT(file != NULL);
	WANT(fwrite(text.at, 1, text.len, file) == text.len);
	WANT(fclose(file) == 0);
}

static void
make_place(struct place *place)
{
	const char *memory = "/dev/shm";

	snprintf(place->directory, sizeof(place->directory), "%s/fuzz-config-XXXXXX",
		access(memory, W_OK) == 0 ? memory : "/tmp");
	umask(077);
	WANT(mkdtemp(place->directory) != NULL);
	snprintf(place->system, sizeof(place->system), "%s/system", place->directory);
	snprintf(place->user, sizeof(place->user), "%s/user", place->directory);
	snprintf(place->policy, sizeof(place->policy), "%s/policy", place->directory);
	write_file(place->system, SPAN("[env]\nread_only = yes\n[store b]\nuri = "
				       "demo:/d\nread_only = yes\n"));
}

static void
end_place(const struct place *place)
{
	unlink(place->system);
	unlink(place->user);
	unlink(place->policy);
	WANT(rmdir(place->directory) == 0);
}

static bool
is_policy_key(const char *key)
{
	return strcmp(key, "read_only") == 0 || strcmp(key, "production") == 0;
}

static void
check_config(const struct config *config, struct span text, const char *path, bool policy)
{
	WANT(config->env.read_only && config->env.read_only_why != NULL);
	for (size_t i = 0; i < config->store_count; i++)
		WANT(config->stores[i].read_only);
	for (size_t i = 0; i < config->setting_count; i++) {
		const struct config_setting *setting = &config->settings[i];

		WANT(config_tells_the_truth(setting, text, path));
		if (policy && strncmp(setting->origin, path, strlen(path)) == 0)
			WANT(is_policy_key(setting->key));
	}
}

/* The last byte says whether the others are the user's file or the policy. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool policy = fuzz_take_number(data, &size, 1) % 8 == 0;
	static const char *const environment[] = { NULL };
	struct span text = fuzz_span(data, size);
	struct config *config = NULL;
	struct err err = { 0 };
	struct place place;
	const char *path;

	make_place(&place);
	path = policy ? place.policy : place.user;
	write_file(path, text);
	if (config_load(&config,
		    &(struct config_request){
			    .paths = &(struct paths){ .policy_file = place.policy,
				    .system_file = place.system,
				    .user_file = place.user },
			    .environment = environment },
		    &err) == 0)
		check_config(config, text, path, policy);
	else
		WANT(err.kind == ERR_USAGE && config_names_its_line(&err, text, path));
	config_free(config);
	end_place(&place);
	return 0;
}
