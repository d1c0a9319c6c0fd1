/* URLs in text and alone: findings lie in the text, in order; hosts are clean; the domain is the end of its host. */
#include <stdlib.h>

#include "base/ascii.h"
#include "mail/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct span text;
	size_t last;
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static unsigned sum(struct span s)
{
	unsigned v = 0;

	for (size_t i = 0; i < s.len; i++)
		v += (uint8_t)s.p[i];
	return v;
}

static void check(const struct url *u)
{
	volatile unsigned v = sum(u->raw) + sum(u->scheme) + sum(u->user) + sum(u->host) + sum(u->path) + sum(u->query) + sum(u->fragment);

	(void)v;
	require(u->host_ascii.len <= 253 && span_ends(u->host_ascii, u->domain));
	require((u->host_ascii.len == 0) == (u->domain.len == 0));
	for (size_t i = 0; i < u->host_ascii.len; i++) {
		char c = u->host_ascii.p[i];

		require(ascii_isdigit(c) || ascii_islower(c) || c == '-' || c == '_' || c == '.' || (c == ':' && (u->flags & URL_IP)));
	}
	if (u->flags & URL_HOST_BAD)
		require(u->host_ascii.len == 0);
}

static bool found(void *ctx, const struct url *u, size_t offset)
{
	struct seen *seen = ctx;

	require(offset >= seen->last && offset + u->raw.len <= seen->text.len && u->raw.p == seen->text.p + offset && u->raw.len != 0);
	seen->last = offset + u->raw.len;
	check(u);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url_context *ctx = url_context_new();
	struct arena *arena = arena_new(0);
	struct span text = span_make((const char *)data, size);
	struct seen seen = { .text = text };
	struct url u = { 0 };

	url_find(ctx, arena, text, found, &seen);
	if (url_parse(ctx, arena, text, &u))
		check(&u);
	u = (struct url){ 0 };
	url_parse_host(ctx, arena, text, &u);
	check(&u);
	arena_free(&arena);
	url_context_free(&ctx);
	return 0;
}
