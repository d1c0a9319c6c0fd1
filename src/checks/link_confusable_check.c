/* Internationalised host names made of look-alike letters (Unicode TR 39): one label with letters of several scripts, or one that reads like a brand. */
#include "checks/brands.h"
#include "checks/links.h"
#include "checks/punycode.h"
#include "checks/script.h"

enum { MIXED, BRAND };

static const struct symbol symbols[] = {
	[MIXED] = { "LINK_IDN_MIXED_SCRIPT", "content", 2500, "A link's host name mixes letters of scripts that look alike.", ACTION_NONE },
	[BRAND] = { "LINK_IDN_BRAND", "content", 3500, "A link's internationalised host name reads like a brand's.", ACTION_NONE },
};

#define LABELS_READ 8
#define HOSTS_READ 50

static bool mixes_scripts(struct span label)
{
	uint32_t cp[PUNYCODE_MAX];
	size_t n = punycode_decode(label, cp);
	bool latin = false, other = false;

	for (size_t i = 0; i < n; i++) {
		enum script script = script_of(cp[i]);

		latin |= script == SCRIPT_LATIN;
		other |= script == SCRIPT_GREEK || script == SCRIPT_CYRILLIC || script == SCRIPT_ARMENIAN || script == SCRIPT_CHEROKEE || script == SCRIPT_STYLED;
	}
	return latin && other;
}

static bool host_mixes_scripts(struct span host)
{
	for (int i = 0; i < LABELS_READ && host.p != NULL; i++) {
		struct span label = span_split(&host, '.');

		if (span_starts(label, SPAN_LIT("xn--")) && mixes_scripts(label))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	bool mixed = false, brands = false;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < m->nlinks && n < HOSTS_READ; i++) {
		const struct link *l = &m->links[i];
		const struct brand *brand;

		if (!link_is_web(l) || (l->url.flags & URL_IDN) == 0)
			continue;
		n++;
		if (!mixed && host_mixes_scripts(l->url.host_ascii)) {
			hit_add(t, MIXED, l->url.raw);
			mixed = true;
		}
		if (!brands && brand_in_host(l->url.host_ascii, l->url.domain, &brand) == BRAND_HOST_SIMILAR) {
			hit_add(t, BRAND, l->url.raw);
			brands = true;
		}
	}
}

const struct check check_link_confusable = {
	.name = "link_confusable", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 2, .run = run,
};
