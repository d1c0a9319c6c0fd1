/* Writing our Authentication-Results: RFC 8601, 2.2 to 2.7; RFC 6008 (header.b); RFC 8617, 10.2 (arc). */
#include "auth/auth_results.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES 78
#define VALUE_MAX 400 /* of what strangers wrote: with a backslash before each byte still far from the 998 of a line */
#define SIGNATURES_MAX 20

/* The field as it grows. Pieces are words that must not be broken; the first line begins behind the field's name. */
struct writer {
	struct buf b;
	size_t line; /* width of the line so far */
};

static void put(struct writer *w, struct span piece)
{
	if (w->line + 1 + piece.len > LINE_MAX_BYTES && w->line > 8) {
		buf_str(&w->b, "\n\t");
		w->line = 8;
	} else if (w->line > 8) {
		buf_char(&w->b, ' ');
		w->line++;
	}
	buf_add(&w->b, piece);
	w->line += piece.len;
}

static void new_line(struct writer *w)
{
	buf_str(&w->b, ";\n\t");
	w->line = 8;
}

/* Printable characters of it alone: the bytes come from strangers. */
static struct span clean(struct arena *arena, struct span s)
{
	struct buf b = BUF_INIT(arena);

	s = span_sub(s, 0, VALUE_MAX);
	for (size_t i = 0; i < s.len; i++)
		buf_char(&b, (char)((uint8_t)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]));
	s = buf_span(&b);
	return utf8_valid(s) ? s : SPAN_LIT("?");
}

static bool is_atom(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is(s.p[i], ASCII_ATEXT) && s.p[i] != '.' && (uint8_t)s.p[i] < 0x80)
			return false;
	}
	return s.len != 0;
}

static bool is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_is(s.p[i], ASCII_TOKEN) && (uint8_t)s.p[i] < 0x80)
			return false;
	}
	return s.len != 0;
}

static bool is_domain(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isalnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '_' && (uint8_t)s.p[i] < 0x80)
			return false;
	}
	return s.len != 0;
}

/* As it may stand behind "=": token, address, else a quoted string. */
static struct span value_text(struct arena *arena, struct span value)
{
	size_t at = span_rchr(value, '@');
	struct buf b = BUF_INIT(arena);

	value = clean(arena, value);
	if (is_token(value))
		return value;
	if (at != SPAN_NPOS && at < value.len && is_domain(span_from(value, at + 1)) && (at == 0 || is_atom(span_sub(value, 0, at))))
		return value;
	buf_char(&b, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_char(&b, '\\');
		buf_char(&b, value.p[i]);
	}
	buf_char(&b, '"');
	return buf_span(&b);
}

static void put_property(struct writer *w, const char *name, struct span value)
{
	struct span text = value_text(w->b.arena, value);

	put(w, arena_printf(w->b.arena, "%s=%.*s", name, SPAN_ARG(text)));
}

/* Word by word, so that it folds. */
static void put_comment(struct writer *w, struct span text)
{
	struct arena *arena = w->b.arena;
	struct buf b = BUF_INIT(arena);
	struct span rest;

	if (text.len == 0)
		return;
	text = clean(arena, text);
	buf_char(&b, '(');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '(' || text.p[i] == ')' || text.p[i] == '\\')
			buf_char(&b, '\\');
		buf_char(&b, text.p[i]);
	}
	buf_char(&b, ')');
	rest = buf_span(&b);
	while (rest.p != NULL) {
		struct span word = span_split(&rest, ' ');

		if (word.len != 0)
			put(w, word);
	}
}

static void put_result(struct writer *w, const char *method, enum auth_result result, struct span comment)
{
	new_line(w);
	put(w, arena_printf(w->b.arena, "%s=%s", method, auth_result_name(result)));
	put_comment(w, comment);
}

static void put_spf(struct writer *w, const struct spf_result *spf, struct span identity)
{
	struct span comment = spf->problem;

	if (comment.len == 0 && spf->mechanism.len != 0)
		comment = arena_printf(w->b.arena, "matched %.*s", SPAN_ARG(spf->mechanism));
	put_result(w, "spf", spf->result, comment);
	put_property(w, spf->helo ? "smtp.helo" : "smtp.mailfrom", identity.len != 0 ? identity : spf->domain);
}

static void put_dkim(struct writer *w, const struct dkim_result *d)
{
	struct span comment = d->problem;

	if (comment.len == 0 && d->key_bits != 0)
		comment = arena_printf(w->b.arena, "%u-bit key%s", d->key_bits, d->testing ? ", testing" : "");
	put_result(w, "dkim", d->result, comment);
	if (d->domain.len != 0)
		put_property(w, "header.d", d->domain);
	if (d->identity.len != 0)
		put_property(w, "header.i", d->identity);
	if (d->selector.len != 0)
		put_property(w, "header.s", d->selector);
	if (d->algorithm != NULL)
		put_property(w, "header.a", span_of(d->algorithm));
	if (d->signature.len != 0)
		put_property(w, "header.b", d->signature);
}

static const char *policy_word(enum dmarc_policy p)
{
	static const char *const words[] = { [DMARC_NO_POLICY] = "none", [DMARC_MONITOR] = "none", [DMARC_QUARANTINE] = "quarantine", [DMARC_REJECT] = "reject" };

	return words[p];
}

static void put_dmarc(struct writer *w, const struct dmarc_result *d, struct span note)
{
	struct span comment = d->problem;

	if (comment.len == 0 && d->published != DMARC_NO_POLICY)
		comment = arena_printf(w->b.arena, "p=%s%s%.*s", policy_word(d->published), note.len != 0 ? "; " : "", SPAN_ARG(note));
	put_result(w, "dmarc", d->result, comment);
	if (d->from_domain.len != 0)
		put_property(w, "header.from", d->from_domain);
}

static void put_arc(struct writer *w, const struct authentication *a, const struct ip *client)
{
	const struct arc_result *arc = a->arc;
	char ip[IP_TEXT_MAX];

	put_result(w, "arc", arc->result, arc->problem.len != 0 ? arc->problem : arc->sets != 0 ? arena_printf(w->b.arena, "i=%u", arc->sets) : SPAN_NONE);
	if (arc->result == AUTH_PASS)
		put(w, arena_printf(w->b.arena, "header.oldest-pass=%u", arc->oldest_pass));
	if (client != NULL && client->set)
		put_property(w, "smtp.remote-ip", span_of(ip_text(client, ip)));
}

struct span auth_results_write(struct arena *arena, const struct auth_report *report)
{
	const struct authentication *a = report->auth;
	struct writer w = { .b = BUF_INIT(arena), .line = sizeof("Authentication-Results:") - 1 };
	size_t before;

	buf_add(&w.b, value_text(arena, report->authserv_id));
	w.line += 1 + w.b.len;
	before = w.b.len;
	if (a != NULL && a->spf_mail != NULL)
		put_spf(&w, a->spf_mail, a->spf_mail->helo ? report->helo : report->mail_from);
	if (a != NULL && a->spf_helo != NULL && a->spf_helo != a->spf_mail)
		put_spf(&w, a->spf_helo, report->helo);
	for (size_t i = 0; a != NULL && i < a->ndkim && i < SIGNATURES_MAX; i++)
		put_dkim(&w, &a->dkim[i]);
	if (a != NULL && a->dkim_done && a->ndkim == 0)
		put_result(&w, "dkim", AUTH_NONE, SPAN_LIT("no signature"));
	if (a != NULL && a->dmarc != NULL)
		put_dmarc(&w, a->dmarc, report->dmarc_note);
	if (a != NULL && a->arc != NULL && a->arc->result != AUTH_NONE)
		put_arc(&w, a, report->client);
	if (w.b.len == before) {
		buf_char(&w.b, ';');
		put(&w, SPAN_LIT("none"));
	}
	return buf_span(&w.b);
}
