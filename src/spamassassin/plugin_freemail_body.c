/* Addresses in the text of the body. */
#include "base/ascii.h"
#include "spamassassin/plugin_freemail.h"
#include "spamassassin/view_domain.h"

#define LOCAL_MAX 64
#define LABEL_MAX 61
#define LABELS_MAX 4
#define URL_PART_MAX 255
#define LINKS_MAX 20
#define EMAILS_MAX 40

struct body_notes {
	bool done, too_many;
	struct sa_list free;
};

static bool is_atom(char c)
{
	return ascii_is(c, ASCII_ATEXT);
}

/* Where the local part before an '@' begins, at or behind "from"; "at" itself: there is none. */
static size_t local_begin(struct span line, size_t from, size_t at)
{
	size_t best = at;

	for (size_t i = at; i > from && at - i < LOCAL_MAX; i--) {
		char c = line.p[i - 1];

		if (c == '.' && i < at && line.p[i] != '.')
			continue;
		if (!is_atom(c))
			break;
		/* A part of a longer word is no beginning. */
		if (i == 1 || !is_atom(line.p[i - 2]))
			best = i - 1;
	}
	return best;
}

/* Where the host behind an '@' ends; 0: there is none. */
static size_t host_end(const struct sa_domain_config *c, struct span line, size_t at)
{
	size_t best = 0;

	for (unsigned labels = 0; labels < LABELS_MAX; labels++) {
		size_t n = 0, tld;

		while (at + n < line.len && n <= LABEL_MAX && (ascii_isalnum(line.p[at + n]) || line.p[at + n] == '-'))
			n++;
		if (n == 0 || n > LABEL_MAX || at + n >= line.len || line.p[at + n] != '.' || line.p[at] == '-' || line.p[at + n - 1] == '-')
			break;
		at += n + 1;
		tld = sa_tld_end(c, line, at);
		best = tld != 0 ? tld : best;
	}
	return best;
}

/* The next address at or behind "from"; false: none. */
static bool next_email(struct sa_call *c, struct span line, size_t from, size_t *begin_r, size_t *end_r)
{
	for (size_t at = from; at < line.len; at++) {
		const char *p = memchr(line.p + at, '@', line.len - at);

		if (p == NULL)
			return false;
		at = (size_t)(p - line.p);
		*begin_r = local_begin(line, from, at);
		if (*begin_r == at)
			continue;
		*end_r = host_end(c->view->config->domain, line, at + 1);
		if (*end_r != 0)
			return true;
	}
	return false;
}

/* "http://...@...": the end of a URL that holds an '@' or "%40" and begins at "at"; 0: there is none. */
static size_t url_with_at(struct span line, size_t at)
{
	struct span rest = span_from(line, at);
	size_t from = span_case_starts(rest, SPAN_LIT("https://")) ? 8 : span_case_starts(rest, SPAN_LIT("http://")) ? 7 : 0, end, mark = 0;

	if (from == 0)
		return 0;
	for (end = from; end < rest.len && !ascii_isspace(rest.p[end]) && end - from <= URL_PART_MAX; end++) {
		if (rest.p[end] == '@')
			mark = end + 1;
		else if (span_starts(span_from(rest, end), SPAN_LIT("%40")))
			mark = end + 3;
	}
	if (mark == 0)
		return 0;
	for (end = mark; end < rest.len && !ascii_isspace(rest.p[end]) && end - mark < URL_PART_MAX; end++)
		;
	return at + end;
}

static struct span without_urls(struct sa_call *c, struct span line)
{
	struct buf out = BUF_INIT(sa_view_arena(c->view));
	size_t done = 0;

	if (!span_case_has(line, SPAN_LIT("://")))
		return line;
	for (size_t i = 0; i < line.len; i++) {
		size_t end;

		if (ascii_tolower(line.p[i]) != 'h' || (end = url_with_at(line, i)) == 0)
			continue;
		buf_add(&out, span_sub(line, done, i - done - (i > done && line.p[i - 1] == '<')));
		buf_char(&out, ' ');
		done = end;
		i = end - 1;
	}
	if (done == 0)
		return line;
	buf_add(&out, span_from(line, done));
	return buf_span(&out);
}

/* " wrote:" and the like behind an address; other words as "tel:" introduce one of the next. */
static size_t quote_mark_end(struct span line, size_t at)
{
	static const struct span others[] = { { "fax", 3 }, { "facsi", 5 }, { "tel", 3 }, { "phone", 5 }, { "mail", 4 }, { "email", 5 }, { "e-mail", 6 }, { "-mail", 5 } };
	size_t n = at, word;

	while (n < line.len && ascii_isspace(line.p[n]) && n - at < 10)
		n++;
	if (n == at)
		return 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (span_case_starts(span_from(line, n), others[i]))
			return 0;
	}
	for (word = n; word < line.len && ascii_isalpha(line.p[word]) && word - n < 12; word++)
		;
	return word - n >= 2 && word - n <= 11 && word < line.len && line.p[word] == ':' ? word + 1 : 0;
}

/* Takes out addresses that a quotation names: in angle brackets, or before "wrote:". */
static struct span without_quoted(struct sa_call *c, struct span line)
{
	struct buf out = BUF_INIT(sa_view_arena(c->view));
	size_t from = 0, done = 0, begin, end;

	while (next_email(c, line, from, &begin, &end)) {
		size_t stop = end < line.len && line.p[end] == '>' ? end + 1 : quote_mark_end(line, end);

		from = end;
		if (stop == 0 || (begin >= 7 && span_case_eq(span_sub(line, begin - 7, 7), SPAN_LIT("mailto:"))))
			continue;
		if (begin > done && line.p[begin - 1] == '<')
			begin--;
		buf_add(&out, span_sub(line, done, begin - done));
		buf_char(&out, ' ');
		from = done = stop;
	}
	if (done == 0)
		return line;
	buf_add(&out, span_from(line, done));
	return buf_span(&out);
}

/* "mailto:" links of the HTML that are not in its text. */
static void add_links(struct sa_call *c, struct sa_list *emails)
{
	size_t n, begin, end;
	const struct sa_uri *uris = sa_uri_details(c->view, &n);

	for (size_t i = 0; i < n && emails->n < LINKS_MAX; i++) {
		if (!(uris[i].types & SA_URI_A) || (uris[i].types & SA_URI_PARSED) || !span_case_starts(uris[i].raw, SPAN_LIT("mailto:")))
			continue;
		if (next_email(c, uris[i].raw, 7, &begin, &end) && begin == 7)
			sa_list_add_new(sa_view_arena(c->view), emails, sa_lower(sa_view_arena(c->view), span_sub(uris[i].raw, begin, end - begin)));
	}
}

/*
 * SpamAssassin takes the quoted addresses out of the body itself, for all rules that look at it later. So do we: the lines are ours, and rules see them in the same
 * order.
 */
static void add_text(struct sa_call *c, struct sa_list *emails)
{
	const struct sa_lines *body = sa_body(c->view);

	for (size_t i = 0; i < body->n && emails->n < EMAILS_MAX; i++) {
		struct span line = body->v[i];
		size_t from = 0, begin, end;

		if (span_chr(line, '@') == SPAN_NPOS && !span_has(line, SPAN_LIT("%40")))
			continue;
		line = without_quoted(c, without_urls(c, line));
		sa_body_edit(c->view, i, line);
		while (emails->n < EMAILS_MAX && next_email(c, line, from, &begin, &end)) {
			sa_list_add_new(sa_view_arena(c->view), emails, sa_lower(sa_view_arena(c->view), span_sub(line, begin, end - begin)));
			from = end;
		}
	}
}

static void count(struct sa_call *c, const struct sa_list *emails, struct body_notes *notes)
{
	const struct freemail_state *s = c->state;

	for (size_t i = 0; i < emails->n; i++) {
		notes->too_many = i + 1 == s->max_emails && s->skip_over_max;
		if (notes->too_many)
			return;
		if (!sa_freemail_is(c, emails->v[i]))
			continue;
		sa_list_add(sa_view_arena(c->view), &notes->free, emails->v[i]);
		notes->too_many = notes->free.n == s->max_freemails && s->skip_over_max;
		if (notes->too_many)
			return;
	}
}

bool freemail_body(struct sa_call *c, const struct sa_list **found_r)
{
	static const char owner;
	struct body_notes *notes = sa_view_memo(c->view, &owner, sizeof(*notes));
	struct sa_list emails = { 0 };

	*found_r = &notes->free;
	if (!notes->done) {
		notes->done = true;
		add_links(c, &emails);
		add_text(c, &emails);
		count(c, &emails, notes);
	}
	return !notes->too_many;
}
