/*
 * A mail in the name of a brand that leads nowhere near it: it speaks as the brand, but neither the sender nor a single link or picture belongs to
 * it. Speaking as a brand is to bear its name (From), to open or to sign with it, or to address the reader as its customer; how one paid, who
 * delivers and whom one warns of are mentions, whatever the words beside them. Presents in a brand's name count half: honest surveys have them, too.
 */
#include "base/ascii.h"
#include "checks/brands.h"
#include "checks/links.h"
#include "checks/sender.h"
#include "checks/sorted.h"

enum { ABSENT };

static const struct symbol symbols[] = {
	[ABSENT] = { "LINK_BRAND_ABSENT", "content", 1200, "The message speaks in the name of a brand, but no link leads to the brand.", ACTION_NONE },
};

#define LINKS_READ 200
#define HEAD ((size_t)300) /* bytes at the top of the text and at its end: who writes stands there */
#define LINES_READ 12
#define TITLE_LINES 2   /* lines that may be a letterhead */
#define TITLE_MAX 60    /* bytes of a letterhead, or of a signature */
#define LINE_BRANDS 2
#define CANDIDATES_MAX 4
#define GAP_MAX 5       /* bytes between a brand and the word beside it */

/* Sorted. Whom a brand writes to. */
static const char *const customers[] = {
	"client", "cliente", "clientes", "clients", "customer", "customers", "klant", "kunde", "kunden", "kundin", "member", "members", "mitglied",
	"nutzer", "shopper", "user", "users",
};

/* Sorted. Who writes for a brand. */
static const char *const writers[] = {
	"alert", "alerts", "assistance", "billing", "confirmation", "department", "desk", "help", "helpdesk", "kundenbetreuung", "kundencenter",
	"kundendienst", "kundenservice", "notice", "notification", "notifications", "security", "service", "services", "sicherheit", "support", "team",
};

/* Sorted. What is given away in the name of brands. */
static const char *const presents[] = {
	"coupon", "einkaufsgutschein", "geschenk", "geschenkkarte", "gewinnspiel", "gift", "guthabenkarte", "gutschein", "gutscheine", "prize", "reward",
	"rewards", "survey", "umfrage", "voucher", "vouchers",
};

static bool belongs(const struct message *m, const struct brand *brand)
{
	if (m->from.n != 0 && brand_owns(brand, m->from.v[0].domain))
		return true;
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		struct span host = m->links[i].url.host_ascii;

		if ((i == 0 || !span_eq(host, m->links[i - 1].url.host_ascii)) && brand_owns(brand, host))
			return true;
	}
	return false;
}

static bool has_web_link(const struct message *m)
{
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		if (link_is_web(&m->links[i]))
			return true;
	}
	return false;
}

/* What ends a sentence or a member of it: the words on both sides have nothing to do with each other. */
static bool is_break(char c)
{
	return c == '.' || c == ',' || c == ';' || c == '!' || c == '?';
}

static struct span word_after(struct span s)
{
	size_t at = 0, end;

	while (at < s.len && at < GAP_MAX && !ascii_isalnum(s.p[at]) && !is_break(s.p[at]))
		at++;
	for (end = at; end < s.len && ascii_isalpha(s.p[end]);)
		end++;
	return span_sub(s, at, end - at);
}

static struct span word_before(struct span s)
{
	size_t end = s.len, at;

	while (end > 0 && s.len - end < GAP_MAX && !ascii_isalnum(s.p[end - 1]) && !is_break(s.p[end - 1]))
		end--;
	for (at = end; at > 0 && ascii_isalpha(s.p[at - 1]);)
		at--;
	return span_sub(s, at, end - at);
}

/* Part of an address: "/kraken", "news@paypal.example". */
static bool is_in_address(struct span before, struct span after)
{
	return (before.len != 0 && span_chr(SPAN_LIT("/.@=_&%#"), before.p[before.len - 1]) != SPAN_NPOS) ||
	       (after.len > 1 && (after.p[0] == '@' || after.p[0] == '/' || (after.p[0] == '.' && ascii_isalnum(after.p[1]))));
}

static bool has_letters(struct span s)
{
	for (size_t i = 0; s.p != NULL && i < s.len; i++) {
		if (ascii_isalnum(s.p[i]))
			return true;
	}
	return false;
}

/* "Samsung ML-1430" is a product. */
static bool has_digits(struct span s)
{
	for (size_t i = 0; s.p != NULL && i < s.len; i++) {
		if (ascii_isdigit(s.p[i]))
			return true;
	}
	return false;
}

static bool is_copyright(struct span line)
{
	return span_starts(line, SPAN_LIT("\xc2\xa9")) || span_case_starts(line, SPAN_LIT("(c)")) || span_case_starts(line, SPAN_LIT("copyright"));
}

/* How much a line speaks as the brand named in it, in thousandths. title: it may be a letterhead. */
static int32_t weigh(struct span line, const struct brand_match *match, bool title)
{
	struct span before = span_range(line.p, match->word.p), after = span_range(span_end(match->word), span_end(line));
	struct span left = word_before(before), right = word_after(after);
	bool is_short = line.len <= TITLE_MAX;

	if (SORTED_HAS(customers, left) || SORTED_HAS(customers, right))
		return 1000;
	if (is_short && (SORTED_HAS(writers, left) || SORTED_HAS(writers, right)))
		return 1000;
	/* "PayPal-Konto" is about PayPal. */
	if (is_short && title && !has_letters(before) && !has_digits(after) && (after.len == 0 || after.p[0] != '-'))
		return 1000;
	return SORTED_HAS(presents, left) || SORTED_HAS(presents, right) ? 500 : 0;
}

/* A brand named in the head of the text. */
struct candidate {
	const struct brand *brand;
	struct span word;
	int32_t permille;
};

static void candidate_raise(struct candidate *v, size_t n, const struct brand_match *match, int32_t permille)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].brand == match->brand && permille > v[i].permille)
			v[i] = (struct candidate){ match->brand, match->word, permille };
	}
}

static void candidate_add(struct candidate *v, size_t *n, const struct brand_match *match, int32_t permille)
{
	for (size_t i = 0; i < *n; i++) {
		if (v[i].brand == match->brand) {
			candidate_raise(v, *n, match, permille);
			return;
		}
	}
	if (*n < CANDIDATES_MAX)
		v[(*n)++] = (struct candidate){ match->brand, match->word, permille };
}

/* Disguises and federations are weighed elsewhere. */
static bool is_eligible(const struct brand_match *match)
{
	return !match->disguised && (match->brand->flags & BRAND_FEDERATED) == 0;
}

static size_t read_head(struct span text, struct candidate *v)
{
	struct span rest = span_sub(text, 0, HEAD);
	struct brand_match match[LINE_BRANDS];
	size_t n = 0;

	for (int lines = 0; rest.p != NULL && lines < LINES_READ;) {
		struct span line = span_trim(span_split(&rest, '\n'));
		size_t found = line.len != 0 ? brand_find(line, match, LINE_BRANDS) : 0;

		for (size_t i = 0; i < found; i++) {
			struct span before = span_range(line.p, match[i].word.p), after = span_range(span_end(match[i].word), span_end(line));

			if (is_eligible(&match[i]) && !is_in_address(before, after))
				candidate_add(v, &n, &match[i], weigh(line, &match[i], lines < TITLE_LINES));
		}
		lines += line.len != 0;
	}
	return n;
}

/* The sender's name; with an unquoted comma, the beginning of the name is an "address" of its own. */
static struct span display_name(const struct message *m)
{
	if (m->from.n == 0)
		return SPAN_NONE;
	return span_trim(m->from.v[0].name.len != 0 || m->from.v[0].domain.len != 0 ? m->from.v[0].name : m->from.v[0].local);
}

static void read_name(const struct message *m, struct candidate *v, size_t *n)
{
	struct brand_match match[LINE_BRANDS];
	struct span name = display_name(m);
	size_t found = brand_find(name, match, LINE_BRANDS);

	for (size_t i = 0; i < found; i++) {
		/* "Anna Berger (Google)" works there. */
		bool speaks = match[i].whole || match[i].service || !has_letters(span_range(name.p, match[i].word.p));

		if (speaks && is_eligible(&match[i]) && span_case_has(span_sub(m->text, 0, HEAD), match[i].word))
			candidate_add(v, n, &match[i], 1000);
	}
}

/* Signatures and copyright lines of the brands that the head names. */
static void read_tail(const struct message *m, struct candidate *v, size_t n)
{
	struct span rest = span_from(m->text, m->text.len > 2 * HEAD ? m->text.len - HEAD : HEAD);
	struct brand_match match[LINE_BRANDS];

	for (int lines = 0; n != 0 && rest.len != 0 && lines < LINES_READ;) {
		struct span line = span_trim(span_split(&rest, '\n'));
		size_t found = line.len != 0 ? brand_find(line, match, LINE_BRANDS) : 0;

		for (size_t i = 0; i < found; i++)
			candidate_raise(v, n, &match[i], is_copyright(line) ? 1000 : weigh(line, &match[i], false));
		lines += line.len != 0;
	}
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct candidate v[CANDIDATES_MAX], *best = NULL;
	size_t n;

	(void)state;
	if (header_first(&m->headers, HDR_LIST_ID) != NULL || header_first(&m->headers, HDR_IN_REPLY_TO) != NULL || !has_web_link(m))
		return;
	n = read_head(m->text, v);
	read_name(m, v, &n);
	read_tail(m, v, n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].permille > (best != NULL ? best->permille : 0) && !belongs(m, v[i].brand))
			best = &v[i];
	}
	if (best != NULL)
		hit_add_to(t, ABSENT, header_first(&m->headers, HDR_LIST_UNSUBSCRIBE) != NULL ? best->permille / 2 : best->permille, RCPT_ALL, best->word);
}

static bool init(const struct engine *engine, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	(void)engine;
	(void)arena;
	(void)cfg;
	(void)err_r;
	*state_r = NULL;
	assert(sorted_is(customers, SORTED_SIZES(customers)) && sorted_is(writers, SORTED_SIZES(writers)) && sorted_is(presents, SORTED_SIZES(presents)));
	return true;
}

const struct check check_link_brand_absent = {
	.name = "link_brand_absent", .stages = STAGE_MESSAGE, .needs = NEED_LINKS | NEED_TEXT | NEED_HTML, .symbols = symbols, .nsymbols = 1, .init = init, .run = run,
};
