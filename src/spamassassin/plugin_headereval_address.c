/* Addresses of the recipients beside each other, of sender and author, and of what forges them. */
#include "base/ascii.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/plugin_headereval.h"
#include "spamassassin/view_private.h"

#define SORTED_MIN 7
#define SIMILAR_MIN 5
#define PREFIX 2
#define COMPARED_MAX 256
#define TEXT(c, name) sa_header_text((c)->view, SPAN_LIT(name))

struct recipients {
	bool done, sorted;
	double similar;
	struct span v[COMPARED_MAX];
	size_t n;
};

static void collect(struct sa_call *c, struct recipients *r)
{
	static const struct span names[] = { { "ToCc:addr", 9 }, { "Bcc:addr", 8 } };
	struct span previous = SPAN_NONE;
	size_t seen = 0;

	for (size_t i = 0; i < 2 && seen < SIMILAR_MIN; i++) {
		const struct sa_values *values = sa_header_values(c->view, names[i]);

		seen += values->n;
		for (size_t j = 0; j < values->n && r->n < COMPARED_MAX; j++) {
			if (span_case_eq(values->v[j], previous))
				continue;
			previous = values->v[j];
			r->v[r->n++] = previous;
		}
	}
}

static struct span host_of(struct span address)
{
	size_t at = span_chr(address, '@');

	return at == SPAN_NPOS ? SPAN_NONE : span_from(address, at + 1);
}

/* How often the first letters of two local parts, or of two hosts that differ, are the same. */
static double similarity(const struct recipients *r)
{
	size_t hits = 0, pairs = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct span host = host_of(r->v[i]);

		for (size_t j = i + 1; j < r->n; j++) {
			struct span other = host_of(r->v[j]);

			hits += span_eq(span_sub(r->v[i], 0, PREFIX), span_sub(r->v[j], 0, PREFIX));
			hits += span_eq(span_sub(host, 0, PREFIX), span_sub(other, 0, PREFIX)) && !span_eq(host, other);
			pairs++;
		}
	}
	return pairs == 0 ? 0 : (double)hits / (double)pairs;
}

static const struct recipients *recipients_of(struct sa_call *c)
{
	static const char owner;
	struct recipients *r = sa_view_memo(c->view, &owner, sizeof(*r));

	if (r->done)
		return r;
	r->done = true;
	collect(c, r);
	r->sorted = r->n >= SORTED_MIN;
	for (size_t i = 1; i < r->n && r->sorted; i++)
		r->sorted = span_cmp(r->v[i - 1], r->v[i]) <= 0;
	if (r->n >= SIMILAR_MIN)
		r->similar = similarity(r);
	return r;
}

int headereval_sorted(struct sa_call *c)
{
	return recipients_of(c)->sorted;
}

/* A number of an argument; false: "undef", or none. */
static bool number_of(const struct sa_call *c, size_t index, double *value_r)
{
	struct span text = sa_arg(c, index);

	*value_r = sa_number(text);
	return text.len != 0 && !span_eq(text, SPAN_LIT("undef"));
}

int headereval_similar(struct sa_call *c)
{
	double value = recipients_of(c)->similar, limit;

	if (number_of(c, 0, &limit) && value < limit)
		return 0;
	return !number_of(c, 1, &limit) || value < limit;
}

int headereval_matching_from(struct sa_call *c)
{
	return span_case_eq(TEXT(c, "EnvelopeFrom:addr"), TEXT(c, "From:addr"));
}

/* The last two labels of the host of an address. */
static struct span second_level(struct span address)
{
	size_t at = span_rchr(address, '@'), dots = 0;
	struct span host;

	if (at == SPAN_NPOS)
		return SPAN_NONE;
	host = span_from(address, at + 1);
	for (size_t i = host.len; i > 0; i--) {
		if (host.p[i - 1] != '.')
			continue;
		/* Empty labels are none of two. */
		if (i == host.len || (dots == 1 && host.p[i] == '.'))
			return host;
		if (++dots == 2 && i > 1)
			return span_from(host, i);
	}
	return host;
}

int headereval_equal_domains(struct sa_call *c)
{
	struct span author = second_level(TEXT(c, "From:addr")), sender = second_level(TEXT(c, "EnvelopeFrom:addr"));

	return author.len != 0 && sender.len != 0 && !span_case_eq(author, sender);
}

static bool is_word(char ch)
{
	return ascii_isalnum(ch) || ch == '_';
}

/* "domain?user@": a sender made of the recipient. */
static bool made_of(struct span from, struct span domain, struct span user)
{
	for (size_t at = 0, n; (n = span_case_find(span_from(from, at), domain)) != SPAN_NPOS; at += n + 1) {
		struct span rest = span_from(from, at + n + domain.len + 1);
		bool begins = at + n == 0 || !is_word(from.p[at + n - 1]);

		if (begins && span_case_starts(rest, user) && span_starts(span_from(rest, user.len), SPAN_LIT("@")))
			return true;
	}
	return false;
}

int headereval_ratware_sender(struct sa_call *c)
{
	struct span to = TEXT(c, "To:addr"), from = TEXT(c, "EnvelopeFrom:addr"), domain;
	size_t at = span_chr(to, '@');

	if (from.len == 0 || at == SPAN_NPOS || at == 0 || at + 1 == to.len)
		return 0;
	if (from.len > 5 && span_case_starts(from, SPAN_LIT("SRS")) && ascii_isdigit(from.p[3]) && (from.p[4] == '=' || from.p[4] == '+' || from.p[4] == '-'))
		return 0;
	domain = sa_domain_trim(c->view, span_from(to, at + 1));
	return sa_domain_is_known(c->view, domain) && made_of(from, domain, span_sub(to, 0, at));
}

/* The identifier's end is the address of the author. */
int headereval_ratware_name(struct sa_call *c)
{
	struct span group[2], from = TEXT(c, "From"), address;
	size_t at;

	if (!headereval_has(c, RE_RATWARE_ID, TEXT(c, "MESSAGEID"), group, 2))
		return 0;
	address = arena_printf(sa_view_arena(c->view), "<%.*s>", SPAN_ARG(group[1]));
	at = span_find(from, address);
	if (at == SPAN_NPOS)
		return 0;
	from = span_trim(span_sub(from, 0, at));
	if (!span_ends(from, SPAN_LIT("\"")))
		return 0;
	from.len--;
	at = span_rchr(from, '"');
	return at != SPAN_NPOS && at + 1 < from.len;
}
