/*
 * Signatures, key records, ARC chains. The first byte says what the rest is: 0 a tag list, 1 a key record, 2 a message (verified against records of its own: lines
 * "DNS:TEXT" in front), 3 a message signed by us and verified again, 4 base64. What
 * must hold: canonical header fields and bodies are the same for LF and CRLF, and canonical again; what we sign verifies.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "auth/arc.h"
#include "auth/base64.h"
#include "auth/dkim_sign.h"
#include "auth/dkim_verify.h"
#include "auth/tag_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct dkim_crypto *crypto;

/* Answers all questions with the same records, when told to. */
struct answering {
	struct dns dns; /* first */
	struct op op;
	struct dns_record records[4];
	size_t n;
	struct {
		op_done *done;
		void *ctx;
	} questions[200];
	size_t nquestions;
};

static void cancel(struct op *op)
{
	(void)op;
}

static struct op *query(struct dns *dns, struct span name, enum dns_type type, int64_t deadline_us, op_done *done, void *ctx)
{
	struct answering *a = (struct answering *)dns;

	assert(name.len <= DNS_NAME_MAX && type == DNS_TXT && deadline_us == 0);
	if (a->nquestions == sizeof(a->questions) / sizeof(a->questions[0]))
		return NULL;
	a->questions[a->nquestions].done = done;
	a->questions[a->nquestions++].ctx = ctx;
	a->op.cancel = cancel;
	return &a->op;
}

static void answer_all(struct answering *a)
{
	const struct dns_answer found = { .result = a->n != 0 ? DNS_FOUND : DNS_NXDOMAIN, .v = a->records, .n = a->n, .ttl = 300 };

	for (size_t i = 0; i < a->nquestions; i++)
		a->questions[i].done(a->questions[i].ctx, OP_OK, &found);
	a->nquestions = 0;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	assert(status == OP_OK && result != NULL);
	++*(int *)ctx;
}

/* Into a buffer. */
static void collect(void *ctx, const char *p, size_t n)
{
	buf_add(ctx, span_make(p, n));
}

static struct span body_of(struct arena *arena, struct span body, enum canon canon, uint64_t limit)
{
	struct buf b = BUF_INIT(arena);
	struct canon_sink sink;
	uint64_t total;

	canon_sink_init(&sink, collect, &b);
	total = canon_body(&sink, body, canon, limit);
	assert(b.len == (total < limit ? total : limit));
	return buf_span(&b);
}

static struct span field_of(struct arena *arena, struct span field, enum canon canon)
{
	struct buf b = BUF_INIT(arena);
	struct canon_sink sink;

	canon_sink_init(&sink, collect, &b);
	canon_field(&sink, field, SPAN_NONE, canon, false);
	canon_flush(&sink);
	return buf_span(&b);
}

static struct span with_crlf(struct arena *arena, struct span s)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r'))
			buf_char(&b, '\r');
		buf_char(&b, s.p[i]);
	}
	return buf_span(&b);
}

static void check_canon(struct arena *arena, const struct signed_message *m)
{
	for (int canon = CANON_SIMPLE; canon <= CANON_RELAXED; canon++) {
		struct span once = body_of(arena, m->body, (enum canon)canon, CANON_NO_LIMIT);

		assert(span_eq(once, body_of(arena, with_crlf(arena, m->body), (enum canon)canon, CANON_NO_LIMIT)));
		assert(span_eq(once, body_of(arena, once, (enum canon)canon, CANON_NO_LIMIT)));
		assert(span_eq(span_sub(once, 0, 7), body_of(arena, m->body, (enum canon)canon, 7)));
		for (size_t i = 0; i < m->nfields && i < 20; i++) {
			struct span field = field_of(arena, m->fields[i].all, (enum canon)canon);

			assert(span_eq(field, field_of(arena, with_crlf(arena, m->fields[i].all), (enum canon)canon)));
			assert(span_eq(field, field_of(arena, field, (enum canon)canon)));
		}
	}
}

static void verify(struct arena *arena, struct span raw)
{
	static const struct dkim_settings dkim = { .max_signatures = 10, .min_key_bits = 1024 };
	static const struct arc_settings arc = { .max_sets = ARC_SETS_MAX, .min_key_bits = 1024 };
	struct answering *a = ARENA_NEW(arena, struct answering);
	struct signed_message m;
	struct dkim_results results;
	struct arc_result result;
	int dones = 0, waiting;

	a->dns.query = query;
	while (a->n < 4 && span_starts(raw, SPAN_LIT("DNS:")))
		a->records[a->n++].text = span_from(span_split(&raw, '\n'), 4);
	signed_message_init(&m, arena, crypto, raw, raw.len);
	check_canon(arena, &m);
	waiting = dkim_verify(&a->dns, &m, &dkim, 1600000000, &results, done, &dones) != NULL;
	answer_all(a);
	assert(dones == waiting);
	waiting += arc_verify(&a->dns, &m, &arc, &result, done, &dones) != NULL;
	answer_all(a);
	assert(dones == waiting);
	for (size_t i = 0; i < results.n; i++)
		assert(results.v[i].result != AUTH_NONE && (results.v[i].result == AUTH_PASS) == (results.v[i].problem.len == 0));
}

static void sign(struct arena *arena, struct span raw)
{
	static const struct span from[] = { { "From", 4 } }, others[] = { { "Subject", 7 }, { "X", 1 } };
	static EVP_PKEY *pkey;
	struct dkim_sign_settings set = { .oversign = { from, 1 }, .headers = { others, 2 } };
	struct sign_key key = { .domain = SPAN_LIT("a.example"), .selector = SPAN_LIT("s"), .type = DKIM_ED25519 };
	struct answering *a = ARENA_NEW(arena, struct answering);
	static const struct dkim_settings dkim = { .max_signatures = 1, .min_key_bits = 1024 };
	struct signed_message m;
	struct dkim_results results;
	struct buf b = BUF_INIT(arena);
	struct span value;
	int dones = 0;

	if (pkey == NULL)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	key.pkey = pkey;
	key.digest = EVP_MD_CTX_new();
	set.canon = (int)(raw.len % 3);
	a->dns.query = query;
	a->records[a->n++].text = sign_key_record(&key, arena);
	signed_message_init(&m, arena, crypto, raw, raw.len);
	value = dkim_sign(&m, &set, &key, key.domain, 1600000000);
	assert(value.len != 0 || m.too_long);
	buf_printf(&b, "DKIM-Signature: %.*s\r\n", SPAN_ARG(value));
	buf_add(&b, raw); /* there may be NULs in it */
	raw = buf_span(&b);
	signed_message_init(&m, arena, crypto, raw, raw.len);
	if (value.len != 0 && !m.too_long && dkim_verify(&a->dns, &m, &dkim, 1600000000, &results, done, &dones) != NULL) {
		answer_all(a);
		assert(results.v[0].result == AUTH_PASS);
	}
	EVP_MD_CTX_free(key.digest);
}

static void decode(struct arena *arena, struct span text)
{
	struct span bytes, again;
	struct buf b = BUF_INIT(arena);

	if (!base64_decode(arena, text, 4096, &bytes))
		return;
	assert(bytes.len != 0 && bytes.len <= 4096);
	base64_add(&b, bytes);
	assert(base64_decode(arena, buf_span(&b), 4096, &again) && span_eq(bytes, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_make((const char *)data + 1, size - 1);
	struct arena *arena;
	struct tag_list list;

	if (size < 2)
		return 0;
	if (crypto == NULL)
		crypto = dkim_crypto_new();
	arena = arena_new(0);
	switch (data[0] % 5) {
	case 0:
		if (tag_list_parse(s, &list))
			assert(list.n != 0 && list.n <= TAG_LIST_MAX);
		break;
	case 1:
		(void)dkim_key_get(crypto, s);
		break;
	case 2:
		verify(arena, s);
		break;
	case 3:
		sign(arena, s);
		break;
	default:
		decode(arena, s);
		break;
	}
	arena_free(&arena);
	return 0;
}
