/*
 * A link that shows one address and leads to another. Mailing services count clicks that way and mail gateways check them, so that it means little
 * by itself; that a brand's address is shown and the target is not the brand's means much.
 */
#include "base/ascii.h"
#include "checks/brands.h"
#include "checks/links.h"

enum { OTHER_DOMAIN, BRAND_DOMAIN };

static const struct symbol symbols[] = {
	[OTHER_DOMAIN] = { "LINK_TEXT_OTHER_DOMAIN", "content", 700, "A link shows an address of one domain and leads to another.", ACTION_NONE },
	[BRAND_DOMAIN] = { "LINK_TEXT_BRAND_DOMAIN", "content", 2500, "A link shows a brand's address and leads elsewhere.", ACTION_NONE },
};

#define TEXT_MAX 300
#define LINKS_READ 200

/* File names look like hosts under some country domains (setup.py, README.md): without scheme and www only these count. */
static bool is_common_suffix(struct span host)
{
	static const char *const common[] = { "com", "net", "org", "de", "edu", "gov", "info", "biz", "uk", "fr", "it", "es", "nl", "at", "ch", "eu", "us", "ca", "au",
		"jp", "br", "ru", "cn", "dk", "se", "be", "cz", "io" };
	struct span last = span_from(host, span_rchr(host, '.') + 1);

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (span_case_eq(last, span_of(common[i])))
			return true;
	}
	return false;
}

/* Whether a host ends before rest: by a path, a port, or the end of the text; a sentence may only follow where a scheme made it certain. */
static bool ends_host(struct span rest, bool certain)
{
	if (rest.len == 0 || rest.p[0] == '/' || rest.p[0] == '?' || rest.p[0] == '#')
		return true;
	if (rest.p[0] == ':')
		return rest.len > 1 && ascii_isdigit(rest.p[1]);
	return certain && ascii_isspace(rest.p[0]);
}

/* The host that an anchor text shows: "https://www.example.com/x", "www.example.com", "example.com/x"; empty when it shows none. */
static struct span shown_host(struct span text)
{
	bool certain = false;
	size_t n = 0;

	text = span_trim(text);
	if (text.len < 4 || text.len > TEXT_MAX)
		return SPAN_NONE;
	if (span_case_starts(text, SPAN_LIT("https://")) || span_case_starts(text, SPAN_LIT("http://"))) {
		text = span_from(text, span_chr(text, '/') + 2);
		certain = true;
	} else if (span_case_starts(text, SPAN_LIT("www."))) {
		certain = true;
	}
	while (n < text.len && (ascii_isalnum(text.p[n]) || text.p[n] == '.' || text.p[n] == '-'))
		n++;
	if (!ends_host(span_from(text, n), certain))
		return SPAN_NONE; /* a sentence, or a mail address */
	text = span_sub(text, 0, n);
	while (text.len != 0 && text.p[text.len - 1] == '.')
		text.len--;
	if (span_chr(text, '.') == SPAN_NPOS || (!certain && !is_common_suffix(text)))
		return SPAN_NONE;
	return text;
}

/* The brand that a domain belongs to. */
static const struct brand *brand_of(const struct url *shown)
{
	struct brand_match match;

	if (brand_find(links_organisation(shown->domain), &match, 1) == 0 || !brand_owns(match.brand, shown->host_ascii))
		return NULL;
	return match.brand;
}

/* What a brand's address is worth before this target. A bare "brand.com" may be meant as the brand's name. */
static int32_t brand_weight(const struct message *m, const struct link *l)
{
	bool bare = span_chr(l->text, '/') == SPAN_NPOS && !span_case_starts(span_trim(l->text), SPAN_LIT("www."));

	if (links_is_tracker(l->url.host_ascii))
		return 300;
	return bare || header_first(&m->headers, HDR_LIST_UNSUBSCRIBE) != NULL ? 600 : 1000;
}

static bool is_followed(const struct link *l)
{
	return l->source == LINK_HTML_A && link_is_web(l) && !l->hidden && l->text.len != 0 && l->url.domain.len != 0;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *other = NULL;

	(void)state;
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		const struct link *l = &m->links[i];
		struct span host = is_followed(l) ? shown_host(l->text) : SPAN_NONE;
		struct url shown = { .port = 0 };
		const struct brand *brand;

		if (host.len == 0 || links_is_rewriter(l->url.host_ascii) || !url_parse_host(task_urls(t), task_arena(t), host, &shown))
			continue;
		if (shown.domain.len == 0 || (shown.flags & (URL_HOST_BAD | URL_NO_PUBLIC_SUFFIX)) != 0 || span_eq(shown.domain, l->url.domain))
			continue;
		brand = brand_of(&shown);
		if (brand != NULL && !brand_owns(brand, l->url.host_ascii)) {
			hit_add_to(t, BRAND_DOMAIN, brand_weight(m, l), RCPT_ALL,
			           arena_printf(task_arena(t), "%.*s -> %.*s", SPAN_ARG(shown.host_ascii), SPAN_ARG(l->url.host_ascii)));
			return;
		}
		if (other == NULL && brand == NULL && !links_is_tracker(l->url.host_ascii) && !links_same_organisation(shown.domain, l->url.domain))
			other = l;
	}
	if (other != NULL && header_first(&m->headers, HDR_LIST_UNSUBSCRIBE) == NULL)
		hit_add(t, OTHER_DOMAIN, arena_printf(task_arena(t), "%.*s -> %.*s", SPAN_ARG(other->text), SPAN_ARG(other->url.host_ascii)));
}

const struct check check_link_mismatch = {
	.name = "link_mismatch", .stages = STAGE_MESSAGE, .needs = NEED_LINKS | NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
