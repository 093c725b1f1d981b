/* SPDX-License-Identifier: MIT
 * Runs a fuzz target over its corpus, tests/fuzz/corpus/NAME for the program fuzz_NAME,
 * or over the files that are named: so every compiler and every `make check` tries again
 * what once was found. In a build for libFuzzer (FUZZING) it is not there: main() is
 * theirs. */
#include "fuzz.h"

#ifndef FUZZING

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define INPUT_MAX ((size_t)1 << 20)

/* The name of the file first: when the target ends the process, it is the last line. */
static int
replay(const char *path)
{
	char *bytes;
	size_t size;
	FILE *file = fopen(path, "rbe");

	puts(path);
	fflush(stdout);
	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	bytes = mem_new(INPUT_MAX, 1);
	size = fread(bytes, 1, INPUT_MAX, file);
	fclose(file);
	/* In memory of its exact size, so that a sanitizer sees every byte too many. */
	bytes = mem_resize(bytes, size > 0 ? size : 1, 1);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
	free(bytes);
	return 0;
}

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
replay_directory(const char *directory)
{
	struct dirent **entries;
	char path[4096];
	int status = 0, count = scandir(directory, &entries, is_input, alphasort);

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (replay(path) != 0)
			status = -1;
		free(entries[i]);
	}
	if (count <= 0) {
		fprintf(stderr, "%s: no corpus\n", directory);
		return -1;
	}
	free(entries);
	printf("%d inputs, every property held\n", count);
	return status;
}

int
main(int argc, char **argv)
{
	const char *sources = getenv("srcdir");
	const char *name = strstr(program_invocation_short_name, "fuzz_");
	char directory[1024];
	int status = 0;

	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) != 0)
			status = 1;
	if (argc > 1)
		return status;
	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
		sources != NULL ? sources : ".",
		name != NULL ? name + strlen("fuzz_") : "");
	return replay_directory(directory) == 0 ? 0 : 1;
}

#endif
