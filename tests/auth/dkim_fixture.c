#include "dkim_fixture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"

int dkim_fixture_setup(void **state)
{
	struct dkim_fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new(0);
	f->loop = loop_new();
	f->dns = dns_table_new(f->loop);
	f->crypto = dkim_crypto_new();
	f->dkim = (struct dkim_settings){ .max_signatures = 10, .min_key_bits = 1024, .body_cut = DKIM_CUT_POLICY };
	f->arc = (struct arc_settings){ .max_sets = ARC_SETS_MAX, .min_key_bits = 1024 };
	f->now = 1600000000;
	*state = f;
	return 0;
}

int dkim_fixture_teardown(void **state)
{
	struct dkim_fixture *f = *state;

	dkim_crypto_free(&f->crypto);
	dns_table_free(&f->dns);
	loop_free(&f->loop);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	struct dkim_fixture *f = ctx;

	assert(!f->done && status == OP_OK && result != NULL);
	f->done = true;
}

static void wait_for(struct dkim_fixture *f, const struct op *op)
{
	assert(!f->done);
	for (int i = 0; op != NULL && !f->done && i < 1000; i++)
		loop_poll(f->loop);
	assert(op == NULL || f->done);
	f->done = false;
}

struct dkim_results fixture_dkim(struct dkim_fixture *f, struct span raw)
{
	struct signed_message *m = ARENA_NEW(f->arena, struct signed_message);
	struct dkim_results *r = ARENA_NEW(f->arena, struct dkim_results);

	signed_message_init(m, f->arena, f->crypto, raw, raw.len);
	wait_for(f, dkim_verify(dns_table_dns(f->dns), m, &f->dkim, f->now, r, done, f));
	return *r;
}

struct arc_result fixture_arc(struct dkim_fixture *f, struct span raw)
{
	struct signed_message *m = ARENA_NEW(f->arena, struct signed_message);
	struct arc_result *r = ARENA_NEW(f->arena, struct arc_result);

	signed_message_init(m, f->arena, f->crypto, raw, raw.len);
	wait_for(f, arc_verify(dns_table_dns(f->dns), m, &f->arc, r, done, f));
	return *r;
}

struct span fixture_read(struct dkim_fixture *f, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf b = BUF_INIT(f->arena);

	if (file == NULL)
		return SPAN_NONE;
	for (int c = getc(file); c != EOF; c = getc(file))
		buf_char(&b, (char)c);
	fclose(file);
	return buf_span(&b);
}

struct span fixture_crlf(struct dkim_fixture *f, struct span text)
{
	struct buf b = BUF_INIT(f->arena);

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_char(&b, '\r');
		buf_char(&b, text.p[i]);
	}
	return buf_span(&b);
}

struct span fixture_replace(struct dkim_fixture *f, struct span text, const char *from, const char *to)
{
	size_t at = span_find(text, span_of(from));

	assert(at != SPAN_NPOS);
	return arena_printf(f->arena, "%.*s%s%.*s", SPAN_ARG(span_sub(text, 0, at)), to, SPAN_ARG(span_from(text, at + strlen(from))));
}

bool fixture_has_suites(void)
{
	struct stat st;

	if (stat(WINNOW_SUITES "/auth", &st) == 0)
		return true;
	printf("no test material in " WINNOW_SUITES "\n");
	return false;
}
