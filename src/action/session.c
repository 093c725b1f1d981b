/* SPDX-License-Identifier: MIT */
#include "action/session.h"

#include <stdlib.h>

#include "action/apply_record.h"
#include "action/group.h"
#include "action/place.h"
#include "action/subjects.h"
#include "base/mem.h"
#include "base/syslog.h"
#include "base/token.h"

struct session {
	const struct steward *steward;
	struct store_config config;
	struct store *store;	 /* NULL: not open */
	struct journal *journal; /* NULL: not open */
	struct str tried;	 /* digest of the plan that it would take */
	/* Which store it was at the first look, and the id that the change will have. */
	bool identified;
	bool begun;	 /* the store is opened to write */
	size_t resolved; /* operations of others that were ended then */
	struct str lasting, present;
	char op[TOKEN_SIZE];
};

struct session *
session_new(const struct steward *steward, const struct store_config *config)
{
	struct session *session = mem_new(1, sizeof(*session));

	session->steward = steward;
	session->config = *config;
	if (steward->stop != NULL)
		session->config.stop = steward->stop;
	return session;
}

static void
close_store(struct session *session)
{
	store_close(session->store);
	session->store = NULL;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	close_store(session);
	journal_close(session->journal);
	str_free(&session->lasting);
	str_free(&session->present);
	str_free(&session->tried);
	free(session);
}

static struct apply_terms
terms_of(const struct session *session)
{
	return (struct apply_terms){
		.store = session->store,
		.config = &session->config,
		.journal = session->journal,
		.journal_path = session->steward->config->env.journal,
		.who = &session->steward->who,
		.program = session->steward->program,
		.group = session->steward->group,
		.op = { session->op, TOKEN_LEN },
		.lasting = str_span(&session->lasting),
		.present = str_span(&session->present),
		.hook = session->steward->config->env.hook,
		.environment = session->steward->sources.environment,
		.stop = session->steward->stop,
		.end = session->steward->end,
	};
}

/* --- which store --- */

/* What it was at the first look it must be at every other. */
static int
identify(struct session *session, struct err *err)
{
	struct str lasting = { 0 }, present = { 0 };
	int status = store_identify(session->store, &lasting, &present, err);

	if (status == 0 && session->identified) {
		struct apply_terms terms = terms_of(session);

		status = apply_check_present(&terms, str_span(&present), err);
	} else if (status == 0 && token_make(session->op, err) != 0) {
		status = -1;
	} else if (status == 0) {
		str_add_span(&session->lasting, str_span(&lasting));
		str_add_span(&session->present, str_span(&present));
		session->identified = true;
	}
	str_free(&lasting);
	str_free(&present);
	return status;
}

static int
open_to_read(struct session *session, struct err *err)
{
	if (session->store != NULL)
		return 0;
	if (store_open(&session->store, &session->config, STORE_READ, err) != 0)
		return -1;
	if (identify(session, err) == 0)
		return 0;
	close_store(session);
	return -1;
}

static struct journal_settings
journal_of(const struct session *session)
{
	const struct config_env *env = &session->steward->config->env;

	return (struct journal_settings){
		.path = env->journal,
		.syslog = env->journal_syslog ? SYSLOG_SOCKET : NULL,
	};
}

static int
open_journal(struct session *session, struct err *err)
{
	const struct journal_settings settings = journal_of(session);

	return session->journal != NULL ? 0
					: journal_open(&session->journal, &settings, err);
}

int
session_begin(struct session *session, resolve_fn *told, void *arg, struct err *err)
{
	struct apply_terms terms;

	close_store(session);
	if (steward_check_journal(session->steward, err) != 0 ||
		store_open(&session->store, &session->config, STORE_WRITE, err) != 0 ||
		open_journal(session, err) != 0 || identify(session, err) != 0)
		return -1;
	session->begun = true;
	terms = terms_of(session);
	return apply_resolve(
		&terms, &session->steward->sources, told, arg, &session->resolved, err);
}

/* --- the plan --- */

struct undone {
	struct session *session;
	const struct board *board;
	struct subjects **out;
	struct err *err;
	int status;
};

/* What came of it, and that leaves nothing to bring back. */
static int
refuse_unchanged(const struct journal_record *record, struct err *err)
{
	bool unknown = journal_phase_is_open(record->phase);

	for (size_t i = 0; i < record->row_count; i++)
		unknown |= span_is(record->rows[i].result, "unknown");
	if (unknown)
		return err_set(err, ERR_REFUSED,
			"%.*s: what became of it is not known, so it cannot be undone; "
			"nothing was written; look at its checkpoints (ckptop audit), "
			"and "
			"reset by hand what is not as it should be",
			TOKEN_LEN, record->op.at);
	return err_set(err, ERR_REFUSED,
		"%.*s has changed nothing, so there is nothing to undo; nothing was "
		"written; see ckptop audit",
		TOKEN_LEN, record->op.at);
}

static bool
take_operation(void *arg, const struct journal_record *record)
{
	struct undone *undone = arg;
	struct session *session = undone->session;

	if (record->altered)
		undone->status = err_set(undone->err, ERR_REFUSED,
			"%.*s: what the journal has of it is not as it was written; "
			"nothing was written; see ckptop audit verify, and reset by hand "
			"to what is known to be right",
			TOKEN_LEN, record->op.at);
	else if (audit_count_changed(record) == 0)
		undone->status = refuse_unchanged(record, undone->err);
	else if (apply_is_store_of(record, str_span(&session->lasting),
			 str_span(&session->present)))
		undone->status = subjects_examine_undo(
			undone->out, session->store, record, undone->board, undone->err);
	else
		undone->status = err_set(undone->err, ERR_REFUSED,
			"that operation was on another store of the name %s; nothing was "
			"written; where it was replaced since, reset by hand",
			session->config.name);
	return false;
}

static int
examine(struct session *session, const struct request *request, struct subjects **out,
	struct err *err)
{
	struct undone undone = { session, request->board, out, err, 0 };

	if (request->wish->kind != WISH_UNDO)
		return subjects_examine(out, session->store, request->keys,
			request->key_count, request->wish->kind == WISH_DELETE,
			request->board, err);
	/* What was found before others were ended may have been undone by one of them. */
	if (request->undone != NULL && session->resolved == 0) {
		take_operation(&undone, request->undone);
		return undone.status;
	}
	if (audit_find_operation(session->steward->config->env.journal,
		    request->wish->undo_of, take_operation, &undone, err) == 0)
		return undone.status;
	if (err->kind == ERR_NOT_FOUND)
		steward_refuse_elsewhere(session->steward, session->store,
			&session->config, request->wish->undo_of, NULL, err);
	return -1;
}

static struct plan_terms
plan_terms_of(const struct session *session, const struct request *request)
{
	const struct config *config = session->steward->config;
	const struct config_env *env = &config->env;

	return (struct plan_terms){
		.now = clock_now(),
		.op = { session->op, TOKEN_LEN },
		.store = session->store,
		.config = &session->config,
		.rules = &config->rules,
		.board = request->board,
		.stale_after = request->stale_after,
		.environment = env->name,
		.production = env->production,
		.require_reason = env->require_reason,
		.reason_least = (size_t)env->reason_least,
		.confirm_step = env->confirm_step,
		.changes_most = env->max_changes,
		.journal = env->journal != NULL,
		.root = session->steward->sources.euid == 0,
		.who = str_text(&session->steward->name),
		.group = session->steward->group,
		.zone = session->config.zone,
	};
}

/* Only where there is a limit. */
static int
count_changes(const struct session *session, int64_t *changed, struct err *err)
{
	const struct config_env *env = &session->steward->config->env;

	*changed = 0;
	return env->max_changes == 0 ? 0
				     : group_count_since(env->journal,
					       clock_now() - GROUP_LATELY, changed, err);
}

static int
make_plan(struct session *session, const struct request *request,
	const struct subjects *subjects, struct plan **out, struct err *err)
{
	struct plan_terms terms = plan_terms_of(session, request);
	struct wish wish = *request->wish;
	size_t count;
	const struct plan_subject *list = subjects_list(subjects, &count);

	if (count_changes(session, &terms.changed, err) != 0)
		return -1;
	if (wish.kind == WISH_RESET && request->target != NULL &&
		target_parse(&wish.target, *request->target, terms.now, err) != 0)
		return -1;
	return plan_make(out, &wish, list, count, &terms, err);
}

/* Another store in the place of the one that was changed before is no store to plan for;
 * apply looks again. */
static int
check_pin(const struct session *session, struct err *err)
{
	const struct apply_terms terms = terms_of(session);

	return apply_check_pin(&terms, str_span(&session->lasting), err);
}

int
session_plan(struct session *session, const struct request *request, struct plan **out,
	struct err *err)
{
	struct subjects *subjects = NULL;
	int status = -1;

	*out = NULL;
	if (steward_check_journal(session->steward, err) == 0 &&
		open_to_read(session, err) == 0 && check_pin(session, err) == 0)
		status = examine(session, request, &subjects, err);
	for (size_t i = 0; i < request->before_count && status == 0; i++)
		status = subjects_foresee(
			subjects, session->store, request->before[i], err);
	if (status == 0)
		status = make_plan(session, request, subjects, out, err);
	subjects_free(subjects);
	if (status != 0 && !session->begun &&
		(err->kind == ERR_UNREACHABLE || err->kind == ERR_FAILED))
		close_store(session);
	return status;
}

int
session_try(struct session *session, const struct plan *plan, struct err *err)
{
	struct apply_terms terms;

	if (plan_is_empty(plan) || plan_blocked(plan) != NULL || clock_is_frozen() ||
		span_equal(str_span(&session->tried), plan_digest(plan)))
		return 0;
	str_clear(&session->tried);
	if (open_journal(session, err) != 0)
		return -1;
	terms = terms_of(session);
	if (apply_record_try(&terms, plan, err) != 0)
		return -1;
	str_add_span(&session->tried, plan_digest(plan));
	return 0;
}

void
session_foresee(const struct session *session, struct plan *plan)
{
	const struct apply_terms terms = terms_of(session);
	const struct journal_settings settings = journal_of(session);
	struct err why = { 0 };
	struct str text = { 0 };

	if (plan_is_empty(plan) || plan_blocked(plan) != NULL ||
		apply_record_look(&terms, plan, &settings, &why) == 0)
		return;
	str_addf(&text, "It could not be recorded: %s.", why.text);
	plan_block(plan, str_text(&text));
	str_free(&text);
}

const char *
session_operation(const struct session *session)
{
	return session->op;
}

/* --- doing it --- */

int
session_apply(
	struct session *session, struct plan *plan, struct outcome **out, struct err *err)
{
	struct apply_terms terms = terms_of(session);
	int64_t changed;

	*out = NULL;
	/* Others may have changed something since the plan was made. */
	if (count_changes(session, &changed, err) != 0 ||
		plan_check_limit(plan, session->steward->config->env.max_changes, changed,
			err) != 0)
		return -1;
	return apply_plan(out, plan, &terms, err);
}

size_t
session_watch(struct session *session, const struct plan *plan, struct outcome *outcome)
{
	struct apply_terms terms = terms_of(session);

	return apply_watch(outcome, plan, &terms, session->store);
}

int
session_pin(struct session *session, struct span reason, struct err *err)
{
	struct apply_terms terms = terms_of(session);

	return place_pin(&terms, reason, err);
}
