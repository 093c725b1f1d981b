/* SPDX-License-Identifier: MIT */
#include "store/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS_MAX 16
#define TABLES_MAX  8

/* "name(column,column,…)", separated by spaces, as tables. */
struct database {
	struct layout_table tables[TABLES_MAX];
	const char *columns[TABLES_MAX][COLUMNS_MAX];
	size_t count;
	char text[2048];
};

static void
parse(struct database *database, const char *text)
{
	char *rest, *table;

	*database = (struct database){ 0 };
	snprintf(database->text, sizeof(database->text), "%s", text);
	for (table = strtok_r(database->text, " ", &rest); table != NULL;
		table = strtok_r(NULL, " ", &rest)) {
		size_t index = database->count++, count = 0;
		char *inner, *column = strchr(table, '(');

		*column++ = '\0';
		for (column = strtok_r(column, ",)", &inner); column != NULL;
			column = strtok_r(NULL, ",)", &inner))
			database->columns[index][count++] = column;
		database->tables[index] = (struct layout_table){ .name = table,
			.columns = database->columns[index],
			.column_count = count };
	}
}

/* One choice: the tables, the settings ("key=value key=value"), and what comes of it:
 * "shape table job partition value metadata updated watermark head" with - for none, or
 * the words that the error must hold. */
struct choice {
	const char *tables, *settings;
	const char *chosen;
	enum err_kind kind;
	const char *says[3];
};

static size_t
parse_settings(struct store_setting *out, char *text)
{
	size_t count = 0;
	char *rest, *pair;

	for (pair = strtok_r(text, " ", &rest); pair != NULL;
		pair = strtok_r(NULL, " ", &rest)) {
		char *equals = strchr(pair, '=');

		*equals = '\0';
		out[count++] = (struct store_setting){ pair, equals + 1, "test" };
	}
	return count;
}

static int
choose(struct layout *out, struct arena *arena, const char *tables, const char *settings,
	struct err *err)
{
	static struct database database;
	static char text[512];
	struct store_setting list[12];
	struct store_config config = { .uri = "sqlite:/x y?.db", .settings = list };

	parse(&database, tables);
	snprintf(text, sizeof(text), "%s", settings);
	config.setting_count = parse_settings(list, text);
	return layout_choose(
		out, arena, &config, database.tables, database.count, "/x.db", err);
}

static void
describe(struct str *out, const struct layout *layout)
{
	str_addf(out, "%s %s", layout->shape, layout->table);
	for (int role = 0; role < LAYOUT_LAG; role++)
		str_addf(out, " %s", layout->columns[role] ? layout->columns[role] : "-");
}

#define SEED  "checkpoints(job_id,partition_id,checkpoint_value,metadata,updated_at)"
#define KAFKA "kafka_offsets(topic,partition,offset,updated_at)"
#define DATED "checkpoints(date,last_id,updated_at)"
#define LANG                                                                             \
	"checkpoints(thread_id,checkpoint_ns,checkpoint_id,parent_checkpoint_id,type,"   \
	"checkpoint,metadata)"
#define SEED_COLUMNS "job_id partition_id checkpoint_value metadata updated_at - -"

static const struct choice choices[] = {
	{ SEED, "", "checkpoints checkpoints " SEED_COLUMNS, 0, { 0 } },
	{ KAFKA, "",
		"kafka_offsets kafka_offsets topic partition offset - updated_at - -", 0,
		{ 0 } },
	{ DATED, "", "dated checkpoints - date last_id - updated_at - -", 0, { 0 } },
	/* Names compare as SQL has it; the table's own spelling is used. */
	{ "Checkpoints(JOB_ID,Partition_Id,checkpoint_VALUE)", "",
		"checkpoints Checkpoints JOB_ID Partition_Id checkpoint_VALUE - - - -", 0,
		{ 0 } },
	/* checkpoints goes first, also when it is dated. */
	{ KAFKA " " SEED, "", "checkpoints checkpoints " SEED_COLUMNS, 0, { 0 } },
	{ KAFKA " " DATED, "", "dated checkpoints - date last_id - updated_at - -", 0,
		{ 0 } },
	/* By its columns alone, when all are there. */
	{ "etl_state(job_id,partition_id,checkpoint_value,updated_at) other(a)", "",
		"checkpoints etl_state job_id partition_id checkpoint_value - updated_at "
		"- -",
		0, { 0 } },
	{ "a(job_id,partition_id,checkpoint_value)", "", NULL, ERR_DAMAGED,
		{ "no table checkpoints", "there are a" } },
	{ LANG " " KAFKA, "",
		"kafka_offsets kafka_offsets topic partition offset - updated_at - -", 0,
		{ 0 } },
	{ LANG, "", NULL, ERR_DAMAGED,
		{ "job_id, partition_id, checkpoint_value", "thread_id", "LangGraph" } },
	{ "checkpoints(date,updated_at)", "", NULL, ERR_DAMAGED,
		{ "no column last_id" } },
	{ "", "", NULL, ERR_DAMAGED, { "no table checkpoints", "it has no tables" } },
	/* By settings. */
	{ SEED " " KAFKA, "table=kafka_offsets",
		"kafka_offsets kafka_offsets topic partition offset - updated_at - -", 0,
		{ 0 } },
	{ SEED " " KAFKA, "layout=kafka_offsets",
		"kafka_offsets kafka_offsets topic partition offset - updated_at - -", 0,
		{ 0 } },
	{ SEED, "layout=kafka_offsets", NULL, ERR_DAMAGED, { "no table kafka_offsets" } },
	{ SEED, "table=chekpoints", NULL, ERR_DAMAGED,
		{ "no table chekpoints", "there are checkpoints" } },
	{ "t(pipe,partition_id,checkpoint_value)", "table=t job_column=pipe",
		"checkpoints t pipe partition_id checkpoint_value - - - -", 0, { 0 } },
	{ "t(a,b,c,d)", "table=t value_column=b", "mapped t - - b - - - -", 0, { 0 } },
	{ "t(a,b,c,d,e,f,g)",
		"table=t layout=mapped job_column=a partition_column=b value_column=c "
		"metadata_column=d updated_column=e watermark_column=f head_column=g",
		"mapped t a b c d e f g", 0, { 0 } },
	{ "t(a,b)", "table=t value_column=b metadata_column=m", NULL, ERR_DAMAGED,
		{ "no column m", "there are a, b" } },
	{ SEED, "table=checkpoints metadata_column=m", NULL, ERR_DAMAGED,
		{ "no column m" } },
	{ SEED, "job=nightly",
		"checkpoints checkpoints - partition_id checkpoint_value metadata "
		"updated_at - -",
		0, { 0 } },
	{ SEED, "layout=checkpoint", NULL, ERR_USAGE,
		{ "checkpoints, dated, kafka_offsets, mapped" } },
	{ SEED, "layout=mapped", NULL, ERR_USAGE, { "without table and value_column" } },
	{ SEED, "layout=mapped value_column=b", NULL, ERR_USAGE, { "without table:" } },
	{ SEED, "layout=mapped table=t", NULL, ERR_USAGE, { "without value_column:" } },
	{ "t(a,b)", "table=t value_column=b job_column=x updated_column=y", NULL,
		ERR_DAMAGED,
		{ "no column x (job_column), y (updated_column)", "(there are a, b)",
			"correct the setting" } },
	{ SEED, "job=a job_column=b", NULL, ERR_USAGE, { "not both" } },
};

static void
the_table_is_chosen_by_columns_and_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		const struct choice *choice = &choices[i];
		struct arena *arena = arena_new();
		struct layout layout;
		struct err err = { 0 };
		struct str text = { 0 };
		int status =
			choose(&layout, arena, choice->tables, choice->settings, &err);

		if (status != (choice->chosen != NULL ? 0 : -1))
			fail_msg("choice %zu: %d %s", i, status, err.text);
		if (choice->chosen != NULL) {
			describe(&text, &layout);
			assert_string_equal(str_text(&text), choice->chosen);
		} else {
			assert_int_equal(err.kind, choice->kind);
		}
		for (int j = 0; j < 3 && choice->says[j] != NULL; j++)
			if (strstr(err.text, choice->says[j]) == NULL)
				fail_msg("choice %zu does not say '%s': %s", i,
					choice->says[j], err.text);
		str_free(&text);
		arena_free(arena);
	}
}

static void
a_missing_column_gets_a_constant_or_a_note(void **state)
{
	struct arena *arena = arena_new();
	struct layout layout;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(choose(&layout, arena, DATED, "", &err), 0);
	assert_string_equal(layout.job, "checkpoints");
	assert_null(layout.partition);
	assert_true(layout.dated && layout.whole_numbers);
	assert_null(layout.missing_note);
	assert_int_equal(
		choose(&layout, arena, "t(v)", "table=t value_column=v", &err), 0);
	assert_string_equal(layout.job, "t");
	assert_string_equal(layout.partition, "-");
	assert_int_equal(
		choose(&layout, arena, "t(v)", "table=t value_column=v job=x", &err), 0);
	assert_string_equal(layout.job, "x");
	assert_int_equal(
		choose(&layout, arena,
			"checkpoints(job_id,partition_id,checkpoint_value)", "", &err),
		0);
	assert_string_equal(layout.missing_note, "metadata, updated_at");
	assert_null(layout.job);
	arena_free(arena);
}

static void
what_else_is_there_is_said(void **state)
{
	struct arena *arena = arena_new();
	struct layout layout;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(choose(&layout, arena, SEED " x(a,b) " KAFKA, "", &err), 0);
	assert_non_null(strstr(layout.others, "sqlite:/x y%3F.db?table=kafka_offsets"));
	assert_null(strstr(layout.others, "x is"));
	assert_int_equal(choose(&layout, arena, LANG " " KAFKA, "", &err), 0);
	assert_non_null(
		strstr(layout.others, "another program's; it looks like LangGraph"));
	assert_int_equal(choose(&layout, arena, SEED " x(a,b)", "", &err), 0);
	assert_null(layout.others);
	arena_free(arena);
}

static void
identifiers_are_quoted(void **state)
{
	struct layout layout = { .columns = {
					 [LAYOUT_VALUE] = "a\"; DROP TABLE b; --" } };
	struct str sql = { 0 };

	(void)state;
	layout_add_column(&sql, &layout, LAYOUT_VALUE);
	assert_string_equal(str_text(&sql), "\"a\"\"; DROP TABLE b; --\"");
	str_clear(&sql);
	layout_add_column(&sql, &layout, LAYOUT_HEAD);
	assert_string_equal(str_text(&sql), "NULL");
	str_free(&sql);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_chosen_by_columns_and_settings),
		cmocka_unit_test(a_missing_column_gets_a_constant_or_a_note),
		cmocka_unit_test(what_else_is_there_is_said),
		cmocka_unit_test(identifiers_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
