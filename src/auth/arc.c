#include "auth/arc.h"

#include "auth/dkim_verify.h"
#include "auth/tag_list.h"
#include "mail/header.h"

struct chain_check;

/* One signature that waits for its key. */
struct arc_item {
	struct chain_check *chain;
	size_t instance;
	const struct signed_field *field;
	struct dkim_signature sig;
	enum auth_result result;
	const char *problem;
	struct op *query;
};

struct chain_check {
	struct op op; /* first */
	struct dns *dns;
	struct signed_message *message;
	const struct arc_settings *set;
	struct arc_chain chain;
	struct arc_item *seals, *signatures;
	struct arc_result *result;
	size_t pending;
	op_done *done;
	void *ctx;
};

/* Structure. */

/* "i=N;" at the front of ARC-Authentication-Results; *rest_r: what follows. 0: it is not there. */
static unsigned results_instance(struct span value, struct span *rest_r)
{
	size_t semicolon = span_chr(value, ';'), eq;
	struct span tag = span_sub(value, 0, semicolon == SPAN_NPOS ? 0 : semicolon);
	uint64_t i;

	*rest_r = span_trim(span_from(value, tag.len + 1));
	eq = span_chr(tag, '=');
	if (eq == SPAN_NPOS || !span_eq(span_trim(span_sub(tag, 0, eq)), SPAN_LIT("i")))
		return 0;
	return span_uint(span_trim(span_from(tag, eq + 1)), 9999, &i) ? (unsigned)i : 0;
}

static unsigned instance_of(struct span value, enum header_id id)
{
	struct tag_list tags;
	struct span rest;
	uint64_t i;

	if (id == HDR_ARC_AUTHENTICATION_RESULTS)
		return results_instance(value, &rest);
	return tag_list_parse(value, &tags) && span_uint(tag_list_value(&tags, "i"), 9999, &i) ? (unsigned)i : 0;
}

static int32_t *place_in(struct arc_set *set, enum header_id id)
{
	return id == HDR_ARC_SEAL ? &set->seal : id == HDR_ARC_MESSAGE_SIGNATURE ? &set->signature : &set->results;
}

static void find_fields(const struct signed_message *m, enum header_id id, size_t max, struct arc_chain *chain)
{
	for (int32_t at = signed_message_last(m, span_of(header_name(id))); at >= 0; at = m->fields[at].above) {
		size_t i = instance_of(m->fields[at].value, id);
		int32_t *place;

		if (i == 0 || i > max) {
			chain->problem = i == 0 ? "a field has no sound instance" : "too many instances";
			continue;
		}
		place = place_in(&chain->sets[i - 1], id);
		if (*place >= 0)
			chain->problem = "an instance has a field twice";
		*place = at;
		chain->n = i > chain->n ? i : chain->n;
	}
}

void arc_chain_find(const struct signed_message *m, size_t max, struct arc_chain *chain_r)
{
	*chain_r = (struct arc_chain){ .sets = ARENA_ARRAY(m->arena, max, struct arc_set) };
	for (size_t i = 0; i < max; i++)
		chain_r->sets[i] = (struct arc_set){ -1, -1, -1 };
	find_fields(m, HDR_ARC_SEAL, max, chain_r);
	find_fields(m, HDR_ARC_MESSAGE_SIGNATURE, max, chain_r);
	find_fields(m, HDR_ARC_AUTHENTICATION_RESULTS, max, chain_r);
	for (size_t i = 0; i < chain_r->n && chain_r->problem == NULL; i++) {
		const struct arc_set *s = &chain_r->sets[i];

		if (s->results < 0 || s->signature < 0 || s->seal < 0)
			chain_r->problem = "an instance is not complete";
	}
	if (m->too_long)
		chain_r->problem = "the header is too long";
}

void arc_seal_hash(struct signed_message *m, const struct arc_chain *chain, size_t i, bool alone, struct span hole, unsigned char hash_r[static DKIM_HASH_LEN])
{
	struct canon_sink *sink = dkim_hash_begin(m->crypto);

	for (size_t k = alone ? i : 1; k <= i; k++) {
		const struct arc_set *s = &chain->sets[k - 1];

		canon_field(sink, m->fields[s->results].all, SPAN_NONE, CANON_RELAXED, true);
		canon_field(sink, m->fields[s->signature].all, SPAN_NONE, CANON_RELAXED, true);
		canon_field(sink, m->fields[s->seal].all, k == i ? hole : SPAN_NONE, CANON_RELAXED, k != i);
	}
	dkim_hash_end(m->crypto, hash_r);
}

/* The verdict. */

static bool fail(struct chain_check *c, enum auth_result result, const char *problem)
{
	c->result->result = result;
	c->result->problem = span_of(problem);
	return false;
}

static void conclude(struct chain_check *c)
{
	size_t n = c->chain.n, oldest = n;
	const struct arc_item *newest = &c->signatures[n - 1];

	for (size_t i = n; i-- > 0;) {
		if (c->seals[i].result != AUTH_PASS) {
			fail(c, c->seals[i].result == AUTH_TEMPERROR ? AUTH_TEMPERROR : AUTH_FAIL, c->seals[i].problem);
			return;
		}
	}
	if (newest->result != AUTH_PASS) {
		fail(c, newest->result == AUTH_TEMPERROR ? AUTH_TEMPERROR : AUTH_FAIL, newest->problem);
		return;
	}
	while (oldest > 1 && c->signatures[oldest - 2].result == AUTH_PASS)
		oldest--;
	c->result->oldest_pass = oldest == 1 ? 0 : (unsigned)oldest;
	c->result->result = AUTH_PASS;
	c->result->problem = SPAN_NONE;
}

/* Keys. */

static bool try_key(struct arc_item *item, struct span record)
{
	struct chain_check *c = item->chain;
	struct signed_message *m = c->message;
	const struct dkim_key *key = dkim_key_get(m->crypto, record);
	unsigned char hash[DKIM_HASH_LEN];

	item->problem = dkim_signature_key(&item->sig, key, (unsigned)c->set->min_key_bits, &item->result);
	if (item->problem != NULL)
		return false;
	if (item->field == &m->fields[c->chain.sets[item->instance - 1].seal])
		arc_seal_hash(m, &c->chain, item->instance, false, item->sig.b_raw, hash);
	else
		dkim_signature_hash(m, &item->sig, item->field, hash);
	item->result = dkim_key_verify(m->crypto, key, hash, item->sig.bytes) ? AUTH_PASS : AUTH_FAIL;
	item->problem = item->result == AUTH_PASS ? NULL : "a signature does not match";
	return item->result == AUTH_PASS;
}

static void judge(struct arc_item *item, enum op_status status, const struct dns_answer *answer)
{
	item->result = status == OP_OK ? AUTH_PERMERROR : AUTH_TEMPERROR;
	item->problem = status == OP_OK ? "there is no key" : "a key could not be looked up";
	for (size_t i = 0; status == OP_OK && i < answer->n && i < DKIM_RECORDS_MAX; i++) {
		if (try_key(item, answer->v[i].text))
			return;
	}
}

static void answered(void *ctx, enum op_status status, const void *answer)
{
	struct arc_item *item = ctx;
	struct chain_check *c = item->chain;

	item->query = NULL;
	judge(item, status, answer);
	if (--c->pending != 0)
		return;
	conclude(c);
	c->done(c->ctx, OP_OK, c->result);
}

static void cancel(struct op *op)
{
	struct chain_check *c = (struct chain_check *)op;

	for (size_t i = 0; i < c->chain.n; i++) {
		op_cancel(&c->seals[i].query);
		op_cancel(&c->signatures[i].query);
	}
}

static void ask(struct arc_item *item)
{
	struct chain_check *c = item->chain;
	struct span name = dkim_signature_key_name(c->message->arena, &item->sig);

	item->result = AUTH_TEMPERROR;
	item->problem = "a key could not be looked up";
	item->query = dns_query(c->dns, name, DNS_TXT, c->set->timeout_us, answered, item);
	c->pending += item->query != NULL;
}

/* Reading. */

static void read_item(struct chain_check *c, struct arc_item *item, size_t i, int32_t at, enum signature_kind kind)
{
	item->chain = c;
	item->instance = i + 1;
	item->field = &c->message->fields[at];
	dkim_signature_read(c->message->arena, item->field->value, kind, &item->sig);
	item->result = item->sig.result;
	item->problem = item->sig.problem;
}

static void read_body(struct arc_item *item)
{
	enum auth_result result;
	const char *problem;

	if (item->result == AUTH_PASS && !dkim_signature_body(item->chain->message, &item->sig, &result, &problem)) {
		item->result = result;
		item->problem = problem;
	}
}

/* True: the chain may still pass, and keys are needed. */
static bool read_chain(struct chain_check *c)
{
	size_t n = c->chain.n;

	for (size_t i = 0; i < n; i++) {
		read_item(c, &c->seals[i], i, c->chain.sets[i].seal, SIGNATURE_ARC_SEAL);
		read_item(c, &c->signatures[i], i, c->chain.sets[i].signature, SIGNATURE_ARC_MESSAGE);
	}
	for (size_t i = n; i-- > 0;) {
		const struct arc_item *seal = &c->seals[i];

		if (seal->result != AUTH_PASS)
			return fail(c, AUTH_FAIL, seal->problem);
		if (!span_case_eq(seal->sig.cv, i == 0 ? SPAN_LIT("none") : SPAN_LIT("pass")))
			return fail(c, AUTH_FAIL, span_case_eq(seal->sig.cv, SPAN_LIT("fail")) ? "the chain was sealed as failed" : "cv= is wrong");
	}
	for (size_t i = n; i-- > 0;) {
		read_body(&c->signatures[i]);
		if (c->signatures[i].result != AUTH_PASS)
			break; /* older ones are not looked at */
	}
	if (c->signatures[n - 1].result != AUTH_PASS)
		return fail(c, c->message->cut ? AUTH_TEMPERROR : AUTH_FAIL, c->signatures[n - 1].problem);
	return true;
}

static void describe(struct chain_check *c)
{
	struct arc_result *r = c->result;
	const struct signed_message *m = c->message;
	size_t n = c->chain.n;

	r->sealers = ARENA_ARRAY(m->arena, n, struct span);
	for (size_t i = 0; i < n; i++)
		r->sealers[i] = c->seals[i].sig.domain;
	r->sealer = r->sealers[n - 1];
	(void)results_instance(m->fields[c->chain.sets[0].results].value, &r->first_results);
	(void)results_instance(m->fields[c->chain.sets[n - 1].results].value, &r->last_results);
}

struct op *arc_verify(struct dns *dns, struct signed_message *m, const struct arc_settings *set, struct arc_result *result_r, op_done *done, void *ctx)
{
	struct chain_check *c = ARENA_NEW(m->arena, struct chain_check);
	bool sound;

	*c = (struct chain_check){ .op.cancel = cancel, .dns = dns, .message = m, .set = set, .result = result_r, .done = done, .ctx = ctx };
	*result_r = (struct arc_result){ .result = AUTH_NONE };
	arc_chain_find(m, (size_t)set->max_sets, &c->chain);
	result_r->sets = (unsigned)c->chain.n;
	if (c->chain.problem != NULL)
		(void)fail(c, AUTH_FAIL, c->chain.problem);
	if (c->chain.n == 0 || c->chain.problem != NULL)
		return NULL;
	c->seals = ARENA_ARRAY(m->arena, c->chain.n, struct arc_item);
	c->signatures = ARENA_ARRAY(m->arena, c->chain.n, struct arc_item);
	sound = read_chain(c);
	describe(c);
	if (!sound)
		return NULL;
	for (size_t i = c->chain.n; i-- > 0;)
		ask(&c->seals[i]);
	for (size_t i = c->chain.n; i-- > 0 && c->signatures[i].result == AUTH_PASS;)
		ask(&c->signatures[i]);
	(void)fail(c, AUTH_TEMPERROR, "a key could not be looked up in time");
	if (c->pending != 0)
		return &c->op;
	conclude(c);
	return NULL;
}
