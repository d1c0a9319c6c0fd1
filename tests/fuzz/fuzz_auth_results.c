/* Authentication-Results fields and DMARC records: results lie in the input or the arena; what we write with pieces of the input says nothing but what we say. */
#include <stdlib.h>

#include "auth/auth_results.h"
#include "auth/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned sum(struct span s)
{
	unsigned v = 0;

	for (size_t i = 0; i < s.len; i++)
		v += (uint8_t)s.p[i];
	return v;
}

static unsigned read_results(struct arena *arena, const struct url_context *urls, struct span payload)
{
	struct auth_results r;
	unsigned v = 0;

	if (!auth_results_parse(arena, payload, &r))
		return 0;
	if (r.n > AUTH_RESULTS_MAX)
		abort();
	v += sum(r.authserv_id);
	for (size_t i = 0; i < r.n; i++) {
		const struct auth_method *m = &r.v[i];

		if (m->n > AUTH_PROPERTIES_MAX || m->method.len == 0 || m->result.len == 0)
			abort();
		v += sum(m->method) + sum(m->result) + sum(m->reason) + sum(m->comment);
		for (size_t k = 0; k < m->n; k++)
			v += sum(m->v[k].ptype) + sum(m->v[k].property) + sum(m->v[k].value);
	}
	return v + auth_results_vouch(urls, arena, &r, SPAN_LIT("example.com"));
}

static void write_results(struct arena *arena, struct span input)
{
	size_t third = input.len / 3;
	struct span a = span_sub(input, 0, third), b = span_sub(input, third, third), c = span_from(input, 2 * third);
	struct spf_result spf = { .result = AUTH_NEUTRAL, .domain = a, .mechanism = b, .problem = c };
	struct dkim_result dkim = { .result = AUTH_POLICY, .domain = b, .selector = c, .identity = a, .signature = c, .problem = b };
	struct dmarc_result dmarc = { .result = AUTH_FAIL, .published = DMARC_REJECT, .from_domain = c };
	struct authentication all = { .spf_mail = &spf, .dkim = &dkim, .ndkim = 1, .dkim_done = true, .dmarc = &dmarc };
	struct auth_report report = { .authserv_id = SPAN_LIT("mx.example.org"), .auth = &all, .mail_from = a, .helo = b, .dmarc_note = a };
	struct auth_results r;

	if (!auth_results_parse(arena, auth_results_write(arena, &report), &r) || r.n != 3 || !auth_method_is(&r.v[0], "spf", AUTH_NEUTRAL) || !auth_method_is(&r.v[1], "dkim", AUTH_POLICY) ||
	    !auth_method_is(&r.v[2], "dmarc", AUTH_FAIL) || !span_eq(r.authserv_id, report.authserv_id))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct url_context *urls;
	struct arena *arena = arena_new(0);
	struct span input = span_make((const char *)data, size);
	struct dmarc_record record;
	volatile unsigned v = 0;

	if (urls == NULL)
		urls = url_context_new();
	v = v + read_results(arena, urls, input);
	write_results(arena, input);
	if (dmarc_record_parse(input, &record) == DMARC_GOOD) {
		if (record.p < DMARC_MONITOR || record.p > DMARC_REJECT || record.sp < DMARC_MONITOR || record.np < DMARC_MONITOR || record.pct > 100)
			abort();
		v = v + sum(record.rua) + sum(record.ruf) + sum(record.fo);
	}
	v = v + sum(dmarc_domain(urls, arena, input));
	arena_free(&arena);
	return 0;
}
