#include "auth/dkim_verify.h"

#include "auth/dkim_signature.h"
#include "base/ascii.h"

#define SIGNATURE_PREFIX 8 /* of b= in results: RFC 6008 */

struct verification;

struct item {
	struct verification *verification;
	const struct signed_field *field;
	struct dkim_signature sig;
	struct dkim_result *result;
	struct op *query;
};

struct verification {
	struct op op; /* first */
	struct signed_message *message;
	const struct dkim_settings *set;
	struct dkim_results *results;
	struct item *items;
	size_t n, pending;
	op_done *done;
	void *ctx;
};

static void settle(struct item *item, enum auth_result result, const char *problem)
{
	item->result->result = result;
	item->result->problem = span_of(problem);
}

static struct span signature_prefix(struct arena *arena, struct span b)
{
	char *p = arena_bytes(arena, SIGNATURE_PREFIX);
	size_t n = 0;

	for (size_t i = 0; i < b.len && n < SIGNATURE_PREFIX; i++) {
		if (!ascii_isspace(b.p[i]))
			p[n++] = b.p[i];
	}
	return span_make(p, n);
}

static void describe(struct arena *arena, const struct dkim_signature *sig, struct dkim_result *r)
{
	r->domain = sig->domain;
	r->selector = sig->selector;
	r->identity = sig->identity;
	r->signature = signature_prefix(arena, sig->b_raw);
	r->algorithm = sig->algorithm;
}

/* With the key of one record; true: there is no need to try another. */
static bool try_key(struct item *item, struct span record)
{
	struct verification *v = item->verification;
	const struct dkim_key *key = dkim_key_get(v->message->crypto, record);
	unsigned char hash[DKIM_HASH_LEN];
	enum auth_result result;
	const char *problem = dkim_signature_key(&item->sig, key, (unsigned)v->set->min_key_bits, &result);

	item->result->key_bits = key->bits;
	item->result->testing = key->testing;
	item->result->revoked = key->revoked;
	if (problem != NULL) {
		settle(item, result, problem);
		return false;
	}
	dkim_signature_hash(v->message, &item->sig, item->field, hash);
	if (!dkim_key_verify(v->message->crypto, key, hash, item->sig.bytes)) {
		settle(item, AUTH_FAIL, "the signature does not match");
		return false;
	}
	if (item->result->body_cut && v->set->body_cut == DKIM_CUT_POLICY)
		settle(item, AUTH_POLICY, "a part of the body is not signed (l=)");
	else
		settle(item, AUTH_PASS, NULL);
	return true;
}

static void judge(struct item *item, enum op_status status, const struct dns_answer *answer)
{
	if (status != OP_OK) {
		settle(item, AUTH_TEMPERROR, "the key could not be looked up");
		return;
	}
	if (answer->result != DNS_FOUND || answer->n == 0) {
		settle(item, AUTH_PERMERROR, "there is no key");
		return;
	}
	for (size_t i = 0; i < answer->n && i < DKIM_RECORDS_MAX; i++) {
		if (try_key(item, answer->v[i].text))
			return;
	}
}

static void answered(void *ctx, enum op_status status, const void *answer)
{
	struct item *item = ctx;
	struct verification *v = item->verification;

	item->query = NULL;
	judge(item, status, answer);
	if (--v->pending == 0)
		v->done(v->ctx, OP_OK, v->results);
}

static void cancel(struct op *op)
{
	struct verification *v = (struct verification *)op;

	for (size_t i = 0; i < v->n; i++)
		op_cancel(&v->items[i].query);
}

/* All that can be said without the key. True: nothing is wrong so far. */
static bool check_signature(struct item *item, int64_t now)
{
	struct signed_message *m = item->verification->message;
	const struct dkim_signature *sig = &item->sig;
	const struct body_hash *h;
	enum auth_result result = sig->result;
	const char *problem = sig->problem;

	if (problem == NULL && m->too_long) {
		result = AUTH_NEUTRAL;
		problem = "the header is too long";
	} else if (problem == NULL && sig->expires != 0 && (uint64_t)now > sig->expires) {
		result = AUTH_POLICY;
		problem = "the signature has expired";
		item->result->expired = true;
	} else if (problem == NULL && dkim_signature_body(m, sig, &result, &problem)) {
		h = signed_message_body(m, sig->body, sig->limit);
		item->result->body_cut = sig->limit < h->total;
		return true;
	}
	settle(item, result, problem);
	return false;
}

static void start_item(struct verification *v, struct dns *dns, struct item *item, int64_t now)
{
	struct arena *arena = v->message->arena;
	struct span name;

	dkim_signature_read(arena, item->field->value, SIGNATURE_DKIM, &item->sig);
	describe(arena, &item->sig, item->result);
	if (!check_signature(item, now))
		return;
	name = dkim_signature_key_name(arena, &item->sig);
	if (name.len == 0) {
		settle(item, AUTH_PERMERROR, "s= and d= are too long");
		return;
	}
	settle(item, AUTH_TEMPERROR, "the key could not be looked up in time");
	item->query = dns_query(dns, name, DNS_TXT, v->set->timeout_us, answered, item);
	if (item->query != NULL)
		v->pending++;
	else
		settle(item, AUTH_TEMPERROR, "the key could not be looked up");
}

/* Top first. */
static size_t find_signatures(const struct signed_message *m, const struct signed_field **fields, size_t max, size_t *skipped_r)
{
	size_t total = 0, n;
	int32_t at;

	for (at = signed_message_last(m, SPAN_LIT("DKIM-Signature")); at >= 0; at = m->fields[at].above)
		total++;
	n = total < max ? total : max;
	*skipped_r = total - n;
	for (at = signed_message_last(m, SPAN_LIT("DKIM-Signature")); at >= 0; at = m->fields[at].above) {
		if (--total < n)
			fields[total] = &m->fields[at];
	}
	return n;
}

struct op *dkim_verify(struct dns *dns, struct signed_message *m, const struct dkim_settings *set, int64_t now, struct dkim_results *results_r, op_done *done, void *ctx)
{
	size_t max = (size_t)set->max_signatures;
	const struct signed_field **fields = ARENA_ARRAY(m->arena, max, const struct signed_field *);
	struct verification *v = ARENA_NEW(m->arena, struct verification);
	struct dkim_result *results;

	*v = (struct verification){ .op.cancel = cancel, .message = m, .set = set, .results = results_r, .done = done, .ctx = ctx };
	v->n = find_signatures(m, fields, max, &results_r->skipped);
	v->items = ARENA_ARRAY(m->arena, v->n, struct item);
	results = ARENA_ARRAY(m->arena, v->n, struct dkim_result);
	results_r->v = results;
	results_r->n = v->n;
	for (size_t i = 0; i < v->n; i++) {
		v->items[i] = (struct item){ .verification = v, .field = fields[i], .result = &results[i] };
		start_item(v, dns, &v->items[i], now);
	}
	return v->pending != 0 ? &v->op : NULL;
}
