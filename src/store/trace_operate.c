/* SPDX-License-Identifier: MIT
 *
 * The log of what a person changes. */
#include "store/trace_call.h"

static const struct backend_operations *
traced(const struct trace *trace)
{
	return trace->inner->backend->operations;
}

static const struct trace *
trace_of(const struct store *store)
{
	return (const struct trace *)store;
}

static int
trace_examine(struct store *store, struct key key, store_image_fn *image, void *arg,
	struct err *err)
{
	struct call call = trace_begin_key(store, "examine", key);
	int status = traced(call.trace)->examine(call.trace->inner, key, image, arg, err);

	trace_end(&call, status != 0, err, "found");
	return status;
}

static int
trace_examine_again(struct store *store, struct key key, struct span like,
	store_image_fn *image, void *arg, struct err *err)
{
	struct call call = trace_begin_key(store, "examine again", key);
	int status = store_examine_again(call.trace->inner, key, like, image, arg, err);

	trace_end(&call, status != 0, err, "found");
	return status;
}

static int
trace_foresee(struct store *store, struct key key, struct span of, store_image_fn *image,
	void *arg, struct err *err)
{
	const struct trace *trace = trace_of(store);

	return store_foresee(trace->inner, key, of, image, arg, err);
}

static int
trace_permit(struct store *store, struct key key, struct span image, struct err *err)
{
	struct call call = trace_begin_key(store, "permit", key);
	int status = traced(call.trace)->permit(call.trace->inner, key, image, err);

	trace_end(&call, status != 0, err, "permitted");
	return status;
}

static int
trace_permit_delete(struct store *store, struct key key, struct err *err)
{
	const struct trace *trace = trace_of(store);

	return store_permit_delete(trace->inner, key, err);
}

static int
trace_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err)
{
	struct call call = trace_begin_key(store, "draft", draft->key);
	int status = traced(call.trace)->draft(call.trace->inner, image, draft, out, err);

	trace_end(&call, status != 0, err, "made");
	return status;
}

static int
trace_foretell(struct store *store, struct key key, struct span seen, struct span wanted,
	struct err *err)
{
	const struct trace *trace = trace_of(store);

	return store_foretell(trace->inner, key, seen, wanted, err);
}

static bool
trace_image_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out)
{
	const struct trace *trace = trace_of(store);

	return traced(trace)->image_read(trace->inner, image, memory, out);
}

static bool
trace_image_same(const struct store *store, struct span a, struct span b)
{
	const struct trace *trace = trace_of(store);

	return traced(trace)->image_same(trace->inner, a, b);
}

static void
trace_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out)
{
	store_image_add_unlike(trace_of(store)->inner, a, b, out);
}

static void
end_edits(const struct call *call, const struct edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct call one = *call;

		one.key = edits[i].key;
		trace_end(&one, edits[i].result != CHANGE_DONE, &edits[i].err,
			trace_result_word(edits[i].result));
	}
}

static void
trace_apply(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count)
{
	struct call call = trace_begin(store, "apply");

	traced(call.trace)->apply(call.trace->inner, operation, edits, count);
	end_edits(&call, edits, count);
}

static void
trace_settle(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count)
{
	struct call call = trace_begin(store, "settle");

	traced(call.trace)->settle(call.trace->inner, operation, edits, count);
	end_edits(&call, edits, count);
}

static int
trace_audit_create(struct store *store, bool *made, struct err *err)
{
	struct call call = trace_begin(store, "making of the audit");
	int status = traced(call.trace)->audit_create(call.trace->inner, made, err);

	trace_end(&call, status != 0, err, *made ? "made" : "was there");
	return status;
}

static int
trace_audit_add_script(struct store *store, struct str *out, struct err *err)
{
	struct call call = trace_begin(store, "script of the audit");
	int status = traced(call.trace)->audit_add_script(call.trace->inner, out, err);

	trace_end(&call, status != 0, err, "made");
	return status;
}

static int
trace_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err)
{
	struct call call = trace_begin(store, "reading of the audit");
	int status = traced(call.trace)->audit_read(call.trace->inner, row, arg, err);

	trace_end(&call, status != 0, err, "read");
	return status;
}

static int
trace_audit_gaps(struct store *store, store_gap_fn *gap, void *arg, struct err *err)
{
	struct call call = trace_begin(store, "numbers of the audit");
	int status = store_audit_gaps(call.trace->inner, gap, arg, err);

	trace_end(&call, status != 0, err, "read");
	return status;
}

static int
trace_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err)
{
	struct call call = trace_begin(store, "identity");
	int status =
		traced(call.trace)->identify(call.trace->inner, lasting, present, err);

	trace_end(&call, status != 0, err, str_text(present));
	return status;
}

const struct backend_operations trace_operations = {
	.examine = trace_examine,
	.examine_again = trace_examine_again,
	.foresee = trace_foresee,
	.permit = trace_permit,
	.permit_delete = trace_permit_delete,
	.draft = trace_draft,
	.foretell = trace_foretell,
	.image_read = trace_image_read,
	.image_same = trace_image_same,
	.image_add_unlike = trace_image_add_unlike,
	.apply = trace_apply,
	.settle = trace_settle,
	.audit_create = trace_audit_create,
	.audit_add_script = trace_audit_add_script,
	.audit_read = trace_audit_read,
	.audit_gaps = trace_audit_gaps,
	.identify = trace_identify,
};
