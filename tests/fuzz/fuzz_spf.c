/*
 * SPF with records, macros and answers from the input: pieces separated by NUL are texts, the bytes of each also decide what other questions get. Whatever they are, the evaluation ends once, within its limits, also when it is
 * cancelled on the way; what was said to be valid expands to something that can be asked for.
 */
#include <stdlib.h>

#include "auth/spf_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OPEN_MAX 16
#define NAMES 12
#define QUESTIONS_MAX 160 /* 1 + 10 terms of 11 each, the client's names, the explanation */

struct question {
	struct op op; /* first */
	struct source *source;
	enum dns_type type;
	op_done *done;
	void *ctx;
	bool open;
};

struct source {
	struct dns dns; /* first */
	struct span rest, all;
	struct question v[OPEN_MAX];
	unsigned asked, byte;
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static uint8_t next_byte(struct source *s)
{
	return s->all.len != 0 ? (uint8_t)s->all.p[s->byte++ % s->all.len] : 0;
}

static struct span next_text(struct source *s)
{
	if (s->rest.len == 0)
		s->rest = s->all;
	return span_split(&s->rest, '\0');
}

static void cancel(struct op *op)
{
	((struct question *)op)->open = false;
}

static struct op *query(struct dns *dns, struct span name, enum dns_type type, int64_t deadline_us, op_done *done, void *ctx)
{
	struct source *s = (struct source *)dns;

	require(++s->asked <= QUESTIONS_MAX && deadline_us > 0 && spf_name_valid(name));
	for (size_t i = 0; i < OPEN_MAX; i++) {
		if (!s->v[i].open) {
			s->v[i] = (struct question){ { cancel }, s, type, done, ctx, true };
			return &s->v[i].op;
		}
	}
	abort();
}

static void answer(struct source *s, struct question *q)
{
	struct dns_record records[NAMES] = { { .preference = 0 } };
	struct dns_answer a = { .result = DNS_FOUND, .v = records };
	uint8_t how = next_byte(s);
	struct question asked = *q;

	q->open = false;
	if (how > 250) {
		asked.done(asked.ctx, OP_FAIL, NULL);
		return;
	}
	a.n = asked.type == DNS_TXT ? 1 + (how > 240) : how % (NAMES + 1);
	for (size_t i = 0; i < a.n; i++) {
		records[i].text = asked.type == DNS_TXT ? next_text(s) : SPAN_NONE;
		records[i].name = SPAN_LIT("mail.example.com");
		records[i].ip = (struct ip){ .b = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, next_byte(s) & 3 }, .set = true };
	}
	if (a.n == 0)
		a.result = how % 2 != 0 ? DNS_NODATA : DNS_NXDOMAIN;
	asked.done(asked.ctx, OP_OK, &a);
}

static void done(void *ctx, enum op_status status, const void *result)
{
	require(status == OP_OK && result != NULL && *(const void **)ctx == NULL);
	*(const void **)ctx = result;
}

static void evaluate(struct loop *loop, struct span input, unsigned stop)
{
	struct arena *arena = arena_new(0);
	struct source s = { .dns = { .query = query }, .rest = input, .all = input };
	struct spf_query q = { .loop = loop, .ip = { .b = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 }, .set = true }, .explain = true };
	const struct spf_result *r = NULL;
	struct op *op;

	if (next_byte(&s) & 1)
		q.ip.b[10] = 0x20;
	q.from = next_text(&s);
	q.helo = next_text(&s);
	op = spf_check(&s.dns, arena, &q, done, &r);
	require(r == NULL);
	for (unsigned turns = 0; r == NULL && turns < stop; turns++) {
		size_t i = next_byte(&s) % OPEN_MAX;

		for (size_t k = 0; k < OPEN_MAX && !s.v[i].open; k++)
			i = (i + 1) % OPEN_MAX;
		if (s.v[i].open)
			answer(&s, &s.v[i]);
		else
			loop_poll(loop);
	}
	require(r != NULL || stop <= QUESTIONS_MAX);
	if (r == NULL)
		op_cancel(&op);
	for (size_t i = 0; i < OPEN_MAX; i++)
		require(!s.v[i].open);
	for (size_t i = 0; r != NULL && i < r->explanation.len; i++)
		require(r->explanation.p[i] >= ' ' && r->explanation.p[i] <= '~');
	require(r == NULL || r->lookups <= SPF_LOOKUPS_MAX);
	arena_free(&arena);
}

static void parts(struct span text)
{
	struct spf_macros m = { .local = SPAN_LIT("a-b.c"), .origin = SPAN_LIT("example.com"), .domain = SPAN_LIT("x.example.com"), .helo = text, .ip = { .b = { 0x20, 1 }, .set = true } };
	struct spf_expanded out;
	struct spf_record record;
	struct span name;

	if (spf_record_is(text) && spf_record_parse(text, &m.ip, &record)) {
		require(record.n <= SPF_TERMS_MAX && record.problem == NULL);
		for (unsigned i = 0; i < record.n; i++)
			require(record.term[i].domain.len == 0 || spf_domain_spec_valid(record.term[i].domain));
	}
	if (spf_domain_spec_valid(text)) {
		require(spf_macro_string_valid(text, true));
		if (spf_macro_target(&m, text, &out, &name))
			require(name.len <= DNS_NAME_MAX);
	}
	if (spf_macro_string_valid(text, true) && spf_macro_expand(&m, text, &out))
		require(out.len <= SPF_EXPANDED_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct loop *loop;
	struct span input = span_make((const char *)data, size), rest = input;

	if (size == 0)
		return 0;
	if (loop == NULL)
		loop = loop_new();
	while (rest.len != 0)
		parts(span_split(&rest, '\0'));
	evaluate(loop, input, QUESTIONS_MAX + 10);
	evaluate(loop, input, data[0] % 8);
	return 0;
}
