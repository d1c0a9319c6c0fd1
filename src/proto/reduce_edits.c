#include "base/array.h"
#include "base/milli.h"
#include "proto/reduce_private.h"

static void add_edit(struct reduction *r, enum edit_kind kind, struct span name, struct span value, uint32_t index)
{
	struct edits *e = &r->reply->edits;

	*ARRAY_ADD(r->arena, e->v, e->n, e->cap) = (struct edit){ .kind = kind, .name = name, .value = value, .index = index };
}

/* Recipients. */

/* user@domain, user+any@domain -> user+junk@domain; empty when the address has no such form. */
static struct span with_extension(struct reduction *r, struct span address, const struct profile_settings *p)
{
	size_t at = span_rchr(address, '@'), ext;
	struct span local;

	if (at == SPAN_NPOS || at == 0 || address.p[0] == '"')
		return SPAN_NONE;
	local = span_sub(address, 0, at);
	ext = span_chr(local, p->recipient_delimiter.p[0]);
	if (ext != SPAN_NPOS && ext != 0)
		local = span_sub(local, 0, ext);
	return arena_printf(r->arena, "%.*s%.*s%.*s%.*s", SPAN_ARG(local), SPAN_ARG(p->recipient_delimiter), SPAN_ARG(p->junk_extension),
			    SPAN_ARG(span_from(address, at)));
}

/* Whether the address is delivered to anyway: as a recipient that stays, or by an addition already made. */
static bool is_recipient(const struct reduction *r, struct span address)
{
	const struct edits *e = &r->reply->edits;

	for (size_t i = 0; i < r->n; i++) {
		if (r->reply->fate[i].to.len == 0 && fate_remains(&r->reply->fate[i]) && span_case_eq(r->wishes[i].rcpt, address))
			return true;
	}
	for (size_t i = 0; i < e->n; i++) {
		if (e->v[i].kind == EDIT_ADD_RCPT && span_case_eq(e->v[i].name, address))
			return true;
	}
	return false;
}

static struct span new_address(struct reduction *r, size_t i)
{
	const struct profile_settings *p = r->wishes[i].profile->set;
	struct span address = r->wishes[i].rcpt, to = SPAN_NONE;

	if (r->reply->fate[i].action == ACTION_REDIRECT)
		to = p->redirect_to;
	else if (r->reply->fate[i].action == ACTION_JUNK && p->junk_delivery == JUNK_BY_EXTENSION)
		to = with_extension(r, address, p);
	return span_case_eq(to, address) ? SPAN_NONE : to;
}

/* Whether a recipient with this address is taken out of the envelope. */
static bool is_taken_out(const struct reduction *r, struct span address)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct fate *f = &r->reply->fate[i];

		if ((f->to.len != 0 || !fate_remains(f)) && span_case_eq(r->wishes[i].rcpt, address))
			return true;
	}
	return false;
}

/*
 * MTAs delete every entry of an address, those just added included: what is taken out must not be where another one's mail goes. Such a recipient keeps its
 * address and gets junk by header. That may free others, so it is repeated; each round keeps at least one more.
 */
static void separate_additions(struct reduction *r)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < r->n; i++) {
			struct fate *f = &r->reply->fate[i];

			if (f->to.len == 0 || !is_taken_out(r, f->to))
				continue;
			f->to = SPAN_NONE;
			reduce_fall_back(r, f);
			changed = true;
		}
	}
}

void reduce_edit_recipients(struct reduction *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct fate *f = &r->reply->fate[i];

		if (f->action == ACTION_REDIRECT && r->wishes[i].profile->set->redirect_to.len == 0)
			reduce_fall_back(r, f);
		f->to = new_address(r, i);
	}
	separate_additions(r);
	for (size_t i = 0; i < r->n; i++) {
		const struct fate *f = &r->reply->fate[i];

		if (r->wishes[i].rcpt_raw.len == 0 || (fate_remains(f) && f->to.len == 0))
			continue;
		/* Additions first: a peer that stops in between has not lost the mail. */
		if (f->to.len != 0 && !is_recipient(r, f->to))
			add_edit(r, EDIT_ADD_RCPT, f->to, SPAN_NONE, 0);
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct fate *f = &r->reply->fate[i];

		if (r->wishes[i].rcpt_raw.len != 0 && (!fate_remains(f) || f->to.len != 0))
			add_edit(r, EDIT_DELETE_RCPT, r->wishes[i].rcpt_raw, SPAN_NONE, 0);
	}
}

/* Header fields. */

static bool is_own_header(struct span name)
{
	return span_case_eq(name, SPAN_LIT("X-Spam")) || span_case_eq(name, SPAN_LIT("X-Winnow")) || span_case_starts(name, SPAN_LIT("X-Winnow-"));
}

/* The number of this field among those of the same name, from 1. */
static uint32_t occurrence(const struct header_list *h, size_t at)
{
	uint32_t n = 1;

	for (size_t i = 0; i < at; i++)
		n += is_own_header(h->v[i].name) && span_case_eq(h->v[i].name, h->v[at].name);
	return n;
}

/* From the last to the first, so that no deletion moves the number of another. */
static void remove_own_headers(struct reduction *r)
{
	const struct header_list *h = r->in->headers;

	for (size_t i = h != NULL ? h->n : 0; i-- > 0;) {
		if (is_own_header(h->v[i].name))
			add_edit(r, EDIT_DELETE_HEADER, h->v[i].name, SPAN_NONE, occurrence(h, i));
	}
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((s.p[i] & 0x80) != 0)
			return false;
	}
	return true;
}

/* The prefix as it may stand in a header field: RFC 2047, Q encoding, when it is not ASCII. */
static struct span prefix_encoded(struct reduction *r, struct span prefix)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf b = BUF_INIT(r->arena);

	if (is_ascii(prefix))
		return prefix;
	buf_str(&b, "=?utf-8?q?");
	for (size_t i = 0; i < prefix.len; i++) {
		unsigned char c = (unsigned char)prefix.p[i];

		if (c > 32 && c < 127 && c != '=' && c != '?' && c != '_') {
			buf_char(&b, (char)c);
		} else {
			buf_char(&b, '=');
			buf_char(&b, hex[c >> 4]);
			buf_char(&b, hex[c & 15]);
		}
	}
	buf_str(&b, "?= ");
	return buf_span(&b);
}

/* The prefix that every remaining recipient wants; empty when they differ or one is not marked. */
static struct span common_prefix(const struct reduction *r)
{
	struct span prefix = SPAN_NONE;
	bool first = true;

	for (size_t i = 0; i < r->n; i++) {
		const struct fate *f = &r->reply->fate[i];
		struct span wanted = r->wishes[i].profile->set->subject_prefix;

		if (!fate_remains(f))
			continue;
		if ((f->action != ACTION_TAG && f->action != ACTION_JUNK) || (!first && !span_eq(prefix, wanted)))
			return SPAN_NONE;
		prefix = wanted;
		first = false;
	}
	return prefix;
}

static void mark_subject(struct reduction *r)
{
	struct span prefix = common_prefix(r), encoded, old;
	const struct header *h;

	if (prefix.len == 0 || r->in->headers == NULL)
		return;
	h = header_first(r->in->headers, HDR_SUBJECT);
	if (h != NULL && span_starts(h->value, span_trim(prefix)))
		return;
	encoded = prefix_encoded(r, prefix);
	old = h != NULL ? span_trim(h->raw) : SPAN_NONE;
	add_edit(r, h != NULL ? EDIT_CHANGE_HEADER : EDIT_ADD_HEADER, SPAN_LIT("Subject"),
		 arena_printf(r->arena, "%.*s%.*s", SPAN_ARG(encoded), SPAN_ARG(old)), 1);
	r->reply->subject_changed = true;
}

static bool wants_spam_header(const struct reduction *r)
{
	bool all = true, any = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct fate *f = &r->reply->fate[i];

		if (!fate_remains(f))
			continue;
		all = all && f->action != ACTION_NONE;
		any = any || f->action == ACTION_TAG || (f->action == ACTION_JUNK && f->to.len == 0);
	}
	return any || all;
}

static bool any_not_enforced(const struct reduction *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->reply->fate[i].why == WHY_NOT_ENFORCED)
			return true;
	}
	return false;
}

/* Symbols folded behind commas, so that no line grows beyond 78 bytes without need (RFC 5322, 2.1.1). */
static void add_folded_symbols(struct buf *b, struct span symbols)
{
	size_t line = b->len;

	while (symbols.p != NULL && symbols.len != 0) {
		struct span item = span_split(&symbols, ',');

		if (line + item.len > 70) {
			buf_str(b, "\n\t");
			line = 8;
		}
		buf_add(b, item);
		line += item.len + 1;
		if (symbols.p != NULL)
			buf_char(b, ',');
	}
}

static void add_winnow_header(struct reduction *r)
{
	const struct reply *reply = r->reply;
	struct buf b = BUF_INIT(r->arena);
	char score[16];

	buf_printf(&b, "id=%s; ", r->in->id);
	if (reply->action == ACTION_NONE && any_not_enforced(r))
		buf_printf(&b, "would=%s; ", action_name(reply->would));
	else
		buf_printf(&b, "action=%s; ", action_name(reply->action));
	buf_printf(&b, "score=%s; symbols=", milli_text(reply->score, 2, 2, score));
	if (r->in->symbols.len != 0)
		add_folded_symbols(&b, r->in->symbols);
	else
		buf_str(&b, "none");
	add_edit(r, EDIT_ADD_HEADER, SPAN_LIT("X-Winnow"), buf_span(&b), 0);
}

static void add_spam_header(struct reduction *r)
{
	char score[16], required[16];
	struct span value = arena_printf(r->arena, "Yes; id=%s; score=%s; required=%s", r->in->id, milli_text(r->reply->score, 2, 2, score),
					 milli_text(r->reply->required, 2, 2, required));

	add_edit(r, EDIT_ADD_HEADER, SPAN_LIT("X-Spam"), value, 0);
}

static void add_extra(struct reduction *r)
{
	for (size_t i = 0; r->in->extra != NULL && i < r->in->extra->n; i++) {
		struct edits *e = &r->reply->edits;

		if (r->in->extra->v[i].to == RCPT_ALL && r->in->extra->v[i].kind <= EDIT_DELETE_HEADER)
			*ARRAY_ADD(r->arena, e->v, e->n, e->cap) = r->in->extra->v[i];
	}
}

void reduce_edit_headers(struct reduction *r)
{
	bool spam = r->reply->action != ACTION_NONE, told = spam || any_not_enforced(r);

	remove_own_headers(r);
	add_extra(r);
	if (spam)
		mark_subject(r);
	if (r->in->headers_mode == HEADERS_NEVER)
		return;
	if (spam && wants_spam_header(r))
		add_spam_header(r);
	if (told || r->in->headers_mode == HEADERS_ALWAYS)
		add_winnow_header(r);
}
