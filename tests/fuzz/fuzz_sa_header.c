/* Header fields, relays, URIs and the evals of both: any message gives bounded results that lie in memory. */
#include <stdlib.h>

#include "spamassassin/plugin.h"
#include "spamassassin/view_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct sa_plugin sa_plugin_headereval, sa_plugin_relayeval, sa_plugin_wlbleval, sa_plugin_freemail, sa_plugin_urieval, sa_plugin_vbounce,
	sa_plugin_welcomelistsubject, sa_plugin_httpsmismatch;

static const struct sa_plugin *const plugins[] = { &sa_plugin_headereval, &sa_plugin_relayeval, &sa_plugin_wlbleval, &sa_plugin_freemail, &sa_plugin_urieval,
	                                           &sa_plugin_vbounce, &sa_plugin_welcomelistsubject, &sa_plugin_httpsmismatch };
#define NPLUGINS (sizeof(plugins) / sizeof(plugins[0]))

static const char directives[] =
	"util_rb_tld com net org de uk\nutil_rb_2tld co.uk\nutil_rb_3tld a.co.uk\nredirector_pattern /^http:\\/\\/go\\.example\\.com\\/r\\?u=(.*)$/i\n"
	"originating_ip_headers X-Originating-IP\ntrusted_networks 10/8\nfreemail_domains gmail.com *.mail.org\nwelcomelist_from_rcvd *@a.com [10.0.0.0/8]\n"
	"welcomelist_bounce_relays *.example.com\nenlist_uri_host (MY) example.com\nblocklist_subject x*y\nok_locales en\n";

static const char *const requests[] = { "From:addr", "From:name", "To:raw", "ToCc:addr", "ALL", "ALL:raw", "ALL-TRUSTED", "ALL-EXTERNAL:raw", "MESSAGEID", "EnvelopeFrom:addr:host",
	                                "Subject", "Received:ip", "Received:revip", "Received:host", "Received:domain", "X-A:first", "X-A:last:name", "X-AuthorDomain" };

static struct state {
	struct arena *arena;
	const struct sa_view_config *config;
	const void *states[NPLUGINS];
	struct regex_memory *memory;
} state;

static bool any(void *ctx, struct span name)
{
	(void)ctx;
	(void)name;
	return true;
}

static void start(void)
{
	const struct cf_context context = { .has_plugin = any, .knows_plugin = any, .has_eval = any, .has_directive = any };
	struct cf *cf;

	state.arena = arena_new(0);
	cf = cf_load_text(state.arena, span_of(directives), "fuzz.cf", &context);
	state.config = sa_view_config_new(state.arena, cf);
	state.memory = regex_memory_new();
	for (size_t i = 0; i < NPLUGINS; i++)
		state.states[i] = plugins[i]->init != NULL ? plugins[i]->init(state.arena, cf) : NULL;
}

static volatile unsigned sum;

/* Reads every byte, so that the sanitizers see a span that lies elsewhere. */
static void touch(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		sum += (uint8_t)s.p[i];
}

static void touch_uris(struct sa_view *v)
{
	size_t n;
	const struct sa_uri *uris = sa_uri_details(v, &n);

	for (size_t i = 0; i < n; i++) {
		touch(uris[i].raw);
		for (size_t j = 0; j < uris[i].ncleaned; j++)
			touch(uris[i].cleaned[j]);
		for (size_t j = 0; j < uris[i].nhosts; j++)
			touch(uris[i].domains[j]);
	}
	touch(sa_uri_list(v)->joined);
}

static void run_evals(struct sa_view *v)
{
	struct span args[] = { SPAN_LIT("From"), SPAN_LIT("1"), SPAN_LIT("2") };

	for (size_t i = 0; i < NPLUGINS; i++) {
		for (const struct sa_eval *e = plugins[i]->evals; e->name != NULL; e++) {
			struct sa_call c = { .view = v, .state = state.states[i], .memory = state.memory, .args = args, .nargs = 3, .kind = CF_HEADER };

			if (e->run(&c) < 0)
				abort();
			touch(c.evidence);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transaction tx = { .arena = arena_new(0) };
	struct sa_view *v;

	if (state.arena == NULL)
		start();
	tx.raw = arena_copy(tx.arena, span_make((const char *)data, size));
	if (size > 8 && data[0] == 'I')
		tx.client = (struct client){ .ip = { .b = { [10] = 0xff, 0xff, 10, data[1], 0, 1 }, .set = true }, .helo = span_sub(tx.raw, 1, 30), .name = span_sub(tx.raw, 9, 20) };
	v = sa_view_new(state.config, NULL, &tx, NULL);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct span value;

		if (sa_header(v, span_of(requests[i]), &value))
			touch(value);
	}
	touch(sa_relays(v)->untrusted_text);
	touch_uris(v);
	run_evals(v);
	arena_free(&tx.arena);
	return 0;
}
