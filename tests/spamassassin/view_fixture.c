#include "view_fixture.h"

#include <string.h>

static const char directives[] =
	"util_rb_tld com net org de uk cn info example test in ie\n"
	"util_rb_2tld co.uk com.cn\n"
	"util_rb_3tld demon.co.uk\n"
	"redirector_pattern /^http:\\/\\/go\\.example\\.com\\/r\\?u=(.*)$/i\n"
	"originating_ip_headers X-Originating-IP\n";

static bool any(void *ctx, struct span name)
{
	(void)ctx;
	(void)name;
	return true;
}

void fixture_open(struct fixture *f, const char *text)
{
	const struct cf_context context = { .has_plugin = any, .knows_plugin = any, .has_eval = any, .has_directive = any };

	memset(f, 0, sizeof(*f));
	f->arena = arena_new(0);
	f->cf = cf_load_text(f->arena, arena_printf(f->arena, "%s%s", directives, text), "test.cf", &context);
	f->config = sa_view_config_new(f->arena, f->cf);
}

struct sa_view *fixture_view(struct fixture *f, const char *message)
{
	arena_free(&f->tx.arena);
	f->tx.arena = arena_new(0);
	f->tx.raw = arena_copy(f->tx.arena, span_of(message));
	return sa_view_new(f->config, NULL, &f->tx, NULL);
}

void fixture_close(struct fixture *f)
{
	arena_free(&f->tx.arena);
	arena_free(&f->arena);
}
