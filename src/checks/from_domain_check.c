/* The sender's domain itself: like a brand's without being one, mixed scripts behind punycode, or drawn at random; and a random local part. */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "checks/brands.h"
#include "checks/freemail.h"
#include "checks/punycode.h"
#include "checks/script.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { LOOKALIKE, PUNYCODE, RANDOM_DOMAIN, RANDOM_LOCAL, BRAND_LOCAL };

static const struct symbol symbols[] = {
	[LOOKALIKE] = { "FROM_DOMAIN_BRAND_LOOKALIKE", "content", 2000, "The sender's domain contains a well-known brand's name, or nearly is one, but is not the brand's.", ACTION_NONE },
	[PUNYCODE] = { "FROM_DOMAIN_PUNYCODE_MIXED", "content", 2500, "The sender's internationalised domain mixes Latin letters with look-alikes.", ACTION_NONE },
	[RANDOM_DOMAIN] = { "FROM_DOMAIN_RANDOM", "content", 1200, "The sender's domain looks as if it was drawn at random.", ACTION_NONE },
	[RANDOM_LOCAL] = { "FROM_LOCAL_RANDOM", "content", 600, "A free mail address has a local part that looks as if it was drawn at random.", ACTION_NONE },
	[BRAND_LOCAL] = { "FROM_LOCAL_BRAND", "content", 1000, "A free mail address has a well-known brand in its local part.", ACTION_NONE },
};

static void look_for_brand(struct task *t, struct span domain, struct span registered)
{
	static const int32_t weights[] = {
		[BRAND_HOST_SUBDOMAIN] = 400, [BRAND_HOST_SAME_NAME] = 400, [BRAND_HOST_WORD] = 750, [BRAND_HOST_SIMILAR] = 1500,
	};
	const struct brand *brand;
	enum brand_likeness likeness = brand_in_host(domain, registered, &brand);
	int32_t weight = weights[likeness];

	if (likeness == BRAND_HOST_NONE)
		return;
	if (brand->flags & BRAND_FEDERATED)
		weight /= 4;
	hit_add_to(t, LOOKALIKE, weight, RCPT_ALL, arena_printf(task_arena(t), "%.*s: %s", SPAN_ARG(domain), brand->name));
}

/* "paypal.service@" at a free mail provider; the dots of a local part separate words as hyphens do in a domain. */
static void look_at_local(struct task *t, const struct address *from)
{
	size_t n = from->local.len < 63 ? from->local.len : 63;
	char label[63] = { 0 };
	const struct brand *brand;
	struct span s = span_make(label, n);

	for (size_t i = 0; i < n; i++) {
		char c = ascii_tolower(from->local.p[i]);

		label[i] = (char)(ascii_isalnum(c) ? c : '-');
	}
	if (brand_in_host(s, s, &brand) != BRAND_HOST_NONE && !brand_owns(brand, from->domain))
		hit_add(t, BRAND_LOCAL, from->spec);
}

static bool is_mixed(struct task *t, struct span label)
{
	uint32_t cps[PUNYCODE_MAX];
	size_t n = punycode_decode(label, cps);
	struct buf text = BUF_INIT(task_arena(t));
	struct span word;

	for (size_t i = 0; i < n; i++)
		utf8_add(&text, cps[i]);
	return n != 0 && script_mixed_word(buf_span(&text), &word);
}

static void look_at_labels(struct task *t, struct span domain)
{
	struct span rest = domain;

	for (int i = 0; rest.p != NULL && i < 16; i++) {
		struct span label = span_split(&rest, '.');

		if (span_starts(label, SPAN_LIT("xn--")) && is_mixed(t, label)) {
			hit_add(t, PUNYCODE, domain);
			return;
		}
	}
}

/* The host that look-ups go by, lower case and A-labels, and its registered domain. */
static bool read_domain(struct task *t, struct span domain, struct span *host_r, struct span *registered_r)
{
	struct url url = { 0 };

	if (domain.len > 255 || !url_parse_host(task_urls(t), task_arena(t), domain, &url) || (url.flags & (URL_HOST_BAD | URL_IP)) != 0)
		return false;
	*host_r = url.host_ascii;
	*registered_r = url.domain;
	return url.host_ascii.len != 0;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);
	struct span host, registered, name;

	(void)state;
	if (from == NULL || !read_domain(t, from->domain, &host, &registered))
		return;
	if (!freemail_is(registered))
		look_for_brand(t, host, registered);
	look_at_labels(t, host);
	name = span_sub(registered, 0, span_chr(registered, '.') == SPAN_NPOS ? registered.len : span_chr(registered, '.'));
	if (!span_starts(name, SPAN_LIT("xn--")) && sender_randomness(name) >= 3)
		hit_add(t, RANDOM_DOMAIN, host);
	/* Newsletters have coded local parts; at a free mail provider somebody chose his. */
	if (freemail_is(from->domain)) {
		look_at_local(t, from);
		if (sender_randomness(from->local) >= 3)
			hit_add(t, RANDOM_LOCAL, from->local);
	}
}

const struct check check_from_domain = {
	.name = "from_domain", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
