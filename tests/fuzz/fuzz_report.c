/* A report: the mails in it, cleaned, weighed for an answer; the text of inline forwards. */
#include <stdlib.h>

#include "learn/report_answer.h"
#include "learn/report_clean.h"
#include "learn/report_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also where NDEBUG is set. */
static void require(bool condition)
{
	if (!condition)
		abort();
}

static void clean(struct arena *arena, struct span raw)
{
	static const struct span marks[] = { SPAN_LIT("[SPAM] "), SPAN_LIT("[W\xc3\xbc" "rfel] ") }, hosts[] = { SPAN_LIT("imap.example.net"), SPAN_LIT(".example.org") };
	struct report_clean_options o = { .prefixes = { marks, 2 }, .own_hosts = { hosts, 2 } };
	struct report_cleaned first, again;

	report_clean(arena, raw, &o, &first);
	require(first.bytes.len <= raw.len && first.nids <= REPORT_CLEAN_IDS);
	report_clean(arena, first.bytes, &o, &again);
	require(again.nids == 0);
}

static void answer(struct arena *arena, const struct message *m, const struct report *r)
{
	struct report_settings s = { .answers = REPORT_ANSWER_ALWAYS };
	struct report_answer a = { .settings = &s, .report = m, .client = r->client, .to = SPAN_LIT("a@example.net"), .to_is_local = true, .address = SPAN_LIT("report-spam@example.net"),
		                   .total = (unsigned)r->noriginals, .host = SPAN_LIT("mx.example.net"), .id = SPAN_LIT("01JNABCDEFGHJ"), .now = 1741258800 };
	struct span raw, rest;

	(void)report_answer_check(&a);
	raw = report_answer_build(arena, &a);
	require(raw.len < 65536);
	rest = raw;
	while (rest.p != NULL) {
		struct span line = span_split(&rest, '\n');

		require(line.len <= 998 && (rest.p == NULL || line.len == 0 || line.p[line.len - 1] == '\r'));
	}
	for (size_t i = 0; i < raw.len; i++)
		require((uint8_t)raw.p[i] < 127 && (uint8_t)raw.p[i] >= 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct url_context *urls;
	struct arena *arena = arena_new(0);
	struct report_limits limits = { .originals = 20, .depth = 3, .message = &message_limits_default };
	struct span raw = span_make((const char *)data, size);
	const struct message *m;
	struct report r;

	if (urls == NULL) {
		message_init();
		urls = url_context_new();
	}
	limits.urls = urls;
	m = message_parse(arena, raw, &message_limits_default, urls);
	report_read(arena, m, &limits, NULL, 0, &r);
	require(r.noriginals <= limits.originals && report_count(&r) <= r.noriginals);
	for (size_t i = 0; i < r.noriginals; i++) {
		const struct report_original *o = &r.originals[i];

		require(o->parent < (int32_t)i && o->depth <= limits.depth && o->bytes.len != 0);
		require((o->parent < 0) == (o->depth == 0));
		require(o->parent < 0 || (r.originals[o->parent].flags & REPORT_WRAPPER) != 0);
		clean(arena, o->bytes);
	}
	clean(arena, raw);
	answer(arena, m, &r);
	arena_free(&arena);
	return 0;
}
