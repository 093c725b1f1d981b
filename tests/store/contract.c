/* SPDX-License-Identifier: MIT
 *
 * The contract of a store, run against every kind of store there is: the same tests for
 * all of them. What a kind cannot do is not asked of it; what it can do, it must do as
 * the headers say. */
#include "bench.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "outside.h"

static const struct fixture *const fixtures[] = {
#define FIXTURE(name) &fixture_##name,
#include "fixtures.def"
#undef FIXTURE
};

#define FIXTURES (sizeof(fixtures) / sizeof(*fixtures))

static const struct contract *const contracts[] = { contract_of_handles,
	contract_of_reading, contract_of_writing, contract_of_operating,
	contract_of_guarding, contract_of_settling };

static int
make_bench(void **state)
{
	struct bench *bench = mem_new(1, sizeof(*bench));
	const char *parent = getenv("TMPDIR");

	bench->fixture = *state;
	snprintf(bench->site.directory, sizeof(bench->site.directory),
		"%.40s/contract.XXXXXX", parent != NULL ? parent : "/tmp");
	if (mkdtemp(bench->site.directory) == NULL)
		return -1;
	bench->fixture->make(&bench->site);
	bench->zone = zone_fixed(0);
	bench->config.name = "bench";
	bench->config.uri = bench->site.uri;
	bench->config.zone = bench->zone;
	bench->config.on_delete = "it starts over";
	*state = bench;
	return 0;
}

/* The other program of a child that has ended may still remove files of its own. */
static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

static int
unmake_bench(void **state)
{
	struct bench *bench = *state;
	int result;

	clock_freeze(TIME_NONE);
	if (bench->fixture->unmake != NULL)
		bench->fixture->unmake(&bench->site);
	result = nftw(bench->site.directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	zone_free(bench->zone);
	free(bench);
	return result;
}

static bool
applies(const struct contract *contract, const struct fixture *fixture)
{
	unsigned can = fixture->to_read | fixture->to_write;

	return (fixture->traits & contract->traits) == contract->traits &&
	       (can & contract->capabilities) == contract->capabilities;
}

static int
run_fixture(const struct fixture *fixture, struct arena *arena)
{
	struct CMUnitTest tests[128] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < sizeof(contracts) / sizeof(*contracts); i++) {
		const struct contract *contract = contracts[i];

		for (; contract->name != NULL; contract++) {
			if (!applies(contract, fixture))
				continue;
			tests[count++] = (struct CMUnitTest){
				.name = arena_printf(
					arena, "%s: %s", fixture->name, contract->name),
				.test_func = contract->test,
				.setup_func = make_bench,
				.teardown_func = unmake_bench,
				.initial_state = (void *)fixture,
			};
		}
	}
	return _cmocka_run_group_tests(fixture->name, tests, count, NULL, NULL);
}

/* Where it is not, that is said, and in CI it is a failure. */
static bool
is_there(const struct fixture *fixture, int *failed)
{
	const char *ci = getenv("CI");

	if (fixture->is_there == NULL || fixture->is_there())
		return true;
	printf("SKIPPED: %s: what it needs is not installed\n", fixture->name);
	*failed += ci != NULL && strcmp(ci, "true") == 0;
	return false;
}

/* An argument runs the fixtures whose names begin with it. */
int
main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	int failed = 0;

	for (size_t i = 0; i < FIXTURES; i++)
		if ((argc < 2 ||
			    strncmp(fixtures[i]->name, argv[1], strlen(argv[1])) == 0) &&
			is_there(fixtures[i], &failed))
			failed += run_fixture(fixtures[i], arena);
	for (size_t i = 0; i < FIXTURES; i++)
		if (fixtures[i]->end != NULL)
			fixtures[i]->end();
	outside_kill();
	arena_free(arena);
	return failed != 0;
}
