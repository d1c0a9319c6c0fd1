#include "learn/report_clean.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "mail/header.h"

#define FIELDS 1000 /* looked at; those behind stay */
#define FOLDED 4096 /* bytes of a Received line in which its host is looked for */

/* A field in the section: all of its lines. */
struct field {
	struct span lines, name, value; /* value: behind the colon, folds and line end included */
	bool drop;
};

struct section {
	struct field *v;
	size_t n, cap;
	size_t end; /* offset of the empty line, or of the end */
};

/* Names of fields; with '*' at the end: all that begin so. */

/* Delivery agents write these on top: Postfix, Exim, Dovecot, Cyrus. Those below our identifier were there at the scan. */
static const struct span by_delivery[] = {
	SPAN_LIT("Return-Path"), SPAN_LIT("Delivered-To"), SPAN_LIT("X-Original-To"), SPAN_LIT("Envelope-To"), SPAN_LIT("X-Envelope-*"), SPAN_LIT("Delivery-Date"),
	SPAN_LIT("X-Delivered-To"), SPAN_LIT("X-Sieve*"), SPAN_LIT("X-Cyrus-*"), SPAN_LIT("X-Dovecot-*"),
};

static const struct span written_later[] = {
	/* ours */
	SPAN_LIT("X-Winnow*"), SPAN_LIT("X-Spam"), SPAN_LIT("X-Spam-*"),
	/* mailboxes */
	SPAN_LIT("Status"), SPAN_LIT("X-Status"), SPAN_LIT("X-UID"),
	SPAN_LIT("X-UIDL"), SPAN_LIT("X-Keywords"), SPAN_LIT("X-IMAP*"), SPAN_LIT("Content-Length"), SPAN_LIT("Lines"), SPAN_LIT("Xref"), SPAN_LIT("X-Folder"),
	/* mail programs and servers with mailboxes */
	SPAN_LIT("X-Mozilla-*"), SPAN_LIT("X-Account-Key"), SPAN_LIT("X-Zimbra-*"), SPAN_LIT("X-Evolution*"), SPAN_LIT("X-GM-*"), SPAN_LIT("X-Gmail-Labels"),
	SPAN_LIT("X-Apple-*"), SPAN_LIT("X-Uniform-Type-Identifier"), SPAN_LIT("X-Universally-Unique-Identifier"), SPAN_LIT("X-KMail-*"), SPAN_LIT("X-Claws-*"),
	SPAN_LIT("X-MS-Exchange-Organization-*"), SPAN_LIT("X-MS-Exchange-Transport-EndToEndLatency"),
	SPAN_LIT("X-MS-Exchange-Processed-By-BccFoldering"),
	/* a scanner on the reader's computer; others write the same on the sender's */
	SPAN_LIT("X-EsetResult"), SPAN_LIT("X-EsetId"),
};

/* Fields that the sender writes: above them stands what came later. */
static const enum header_id by_sender[] = { HDR_FROM, HDR_TO, HDR_SUBJECT, HDR_DATE, HDR_MESSAGE_ID, HDR_MIME_VERSION };

static bool is_named(const struct span *rows, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++) {
		struct span row = rows[i];

		if (row.p[row.len - 1] == '*' ? span_case_starts(name, span_sub(row, 0, row.len - 1)) : span_case_eq(name, row))
			return true;
	}
	return false;
}

/* With the line end. */
static struct span line_at(struct span raw, size_t at)
{
	const char *nl = at < raw.len ? memchr(raw.p + at, '\n', raw.len - at) : NULL;

	return nl != NULL ? span_make(raw.p + at, (size_t)(nl + 1 - raw.p) - at) : span_from(raw, at);
}

/* "From " and ">From " lines and empty ones. */
static struct span skip_front(struct span raw)
{
	for (unsigned i = 0; i < 8 && raw.len != 0; i++) {
		struct span line = line_at(raw, 0);

		if (span_trim(line).len != 0 && !span_starts(line, SPAN_LIT("From ")) && !span_starts(line, SPAN_LIT(">From ")))
			break;
		raw = span_from(raw, line.len);
	}
	return raw;
}

static void split_section(struct arena *arena, struct span raw, struct section *s)
{
	size_t at = 0;

	while (at < raw.len) {
		struct span line = line_at(raw, at);
		size_t colon = span_chr(line, ':');

		if (line.p[0] == '\n' || (line.len == 2 && line.p[0] == '\r'))
			break;
		if ((line.p[0] == ' ' || line.p[0] == '\t') && s->n != 0) {
			s->v[s->n - 1].lines.len += line.len;
			s->v[s->n - 1].value.len += line.len;
		} else {
			struct field *f;

			if (s->n == FIELDS)
				break;
			f = ARRAY_ADD(arena, s->v, s->n, s->cap);
			f->lines = line;
			f->name = colon == SPAN_NPOS ? SPAN_NONE : span_trim(span_sub(line, 0, colon));
			f->value = span_from(line, colon == SPAN_NPOS ? line.len : colon + 1);
		}
		at += line.len;
	}
	s->end = at;
}

static bool is_own(struct span host, const struct span_list *own)
{
	for (size_t i = 0; i < own->n; i++) {
		if (span_case_eq(host, own->v[i]) || (span_starts(own->v[i], SPAN_LIT(".")) && span_case_ends(host, own->v[i])))
			return true;
	}
	return false;
}

static bool next_word(struct span *rest, struct span *word_r)
{
	size_t i = 0, n;

	while (i < rest->len && (ascii_isspace(rest->p[i]) || rest->p[i] == ';'))
		i++;
	for (n = i; n < rest->len && !ascii_isspace(rest->p[n]) && rest->p[n] != ';'; n++)
		;
	*word_r = span_sub(*rest, i, n - i);
	*rest = span_from(*rest, n);
	return word_r->len != 0;
}

/* A Received line of delivery: by one of our hosts, or by LMTP. */
static bool is_own_hop(struct span value, const struct span_list *own)
{
	struct span rest = span_sub(value, 0, FOLDED), word;
	bool by = false, with = false;

	while (next_word(&rest, &word)) {
		if (by && is_own(word, own))
			return true;
		if (with && span_case_starts(word, SPAN_LIT("lmtp")))
			return true;
		by = span_case_eq(word, SPAN_LIT("by"));
		with = span_case_eq(word, SPAN_LIT("with"));
	}
	return false;
}

/* How many fields on top were written behind the scan: those down to the last X-Winnow-ID that has nothing of the sender above it. */
static size_t anchor_of(const struct section *s)
{
	size_t anchor = 0;

	for (size_t i = 0; i < s->n; i++) {
		enum header_id id = header_intern(s->v[i].name);

		for (size_t k = 0; k < sizeof(by_sender) / sizeof(*by_sender); k++) {
			if (id == by_sender[k])
				return anchor;
		}
		if (span_case_eq(s->v[i].name, SPAN_LIT("X-Winnow-ID")))
			anchor = i + 1;
	}
	return anchor;
}

static void drop_trace(struct section *s, size_t anchor, const struct report_clean_options *o)
{
	for (size_t i = 0; i < s->n; i++) {
		if (header_intern(s->v[i].name) != HDR_RECEIVED)
			continue;
		if (i >= anchor && !is_own_hop(s->v[i].value, &o->own_hosts))
			break;
		s->v[i].drop = true;
	}
}

/* How the mark may stand in the raw field: as it is, or as the encoded words that were written. */
static size_t mark_length(struct arena *arena, struct span value, struct span prefix)
{
	struct facts facts = { 0 };
	struct span decoded, word, plain = span_trim(prefix);
	size_t end;
	bool encoded;

	if (plain.len == 0)
		return 0;
	if (span_starts(value, prefix))
		return prefix.len;
	if (span_starts(value, plain))
		return plain.len;
	end = span_starts(value, SPAN_LIT("=?")) ? span_find(value, SPAN_LIT("?= ")) : SPAN_NPOS;
	if (end == SPAN_NPOS || end > 998)
		return 0;
	word = span_sub(value, 0, end + 2);
	decoded = header_decode(arena, word, &facts, &encoded);
	return encoded && span_eq(span_trim(decoded), plain) ? word.len + 1 : 0;
}

/* Longest first would matter only for marks that begin alike: then the longest that fits is taken. */
static size_t marked_bytes(struct arena *arena, struct span value, const struct span_list *prefixes)
{
	size_t best = 0;

	for (size_t i = 0; i < prefixes->n; i++) {
		size_t n = mark_length(arena, value, prefixes->v[i]);

		if (n > best)
			best = n;
	}
	return best;
}

static struct span field_of(struct arena *arena, struct span name, struct span value)
{
	struct buf b = BUF_INIT(arena);

	buf_add(&b, name);
	buf_str(&b, ": ");
	buf_add(&b, value);
	return buf_span(&b);
}

/* The first Subject without our mark; false when it had none. A Subject that we added, at the end and with nothing else in it, goes whole. */
static bool unmark(struct arena *arena, struct section *s, const struct span_list *prefixes)
{
	for (size_t i = 0; i < s->n; i++) {
		struct field *f = &s->v[i];
		struct span value = f->value;
		size_t skip = 0, n;

		if (header_intern(f->name) != HDR_SUBJECT)
			continue;
		while (skip < value.len && ascii_isspace(value.p[skip]))
			skip++;
		n = marked_bytes(arena, span_from(value, skip), prefixes);
		if (n == 0)
			return false;
		value = span_from(value, skip + n);
		if (span_trim(value).len == 0 && i + 1 == s->n)
			f->drop = true;
		else
			f->lines = field_of(arena, f->name, value);
		return true;
	}
	return false;
}

static void drop_fields(struct section *s, size_t anchor, struct report_cleaned *r)
{
	for (size_t i = 0; i < s->n; i++) {
		struct field *f = &s->v[i];

		if (is_named(written_later, sizeof(written_later) / sizeof(*written_later), f->name))
			f->drop = true;
		if ((anchor == 0 || i < anchor) && is_named(by_delivery, sizeof(by_delivery) / sizeof(*by_delivery), f->name))
			f->drop = true;
		if (r->nids < REPORT_CLEAN_IDS && span_case_eq(f->name, SPAN_LIT("X-Winnow-ID")))
			r->ids[r->nids++] = span_trim(f->value);
		r->removed += f->drop;
	}
}

void report_clean(struct arena *arena, struct span raw, const struct report_clean_options *o, struct report_cleaned *r)
{
	struct span whole = skip_front(raw);
	struct section s = { 0 };
	struct buf out = BUF_INIT(arena);
	size_t anchor;

	memset(r, 0, sizeof(*r));
	r->bytes = whole;
	split_section(arena, whole, &s);
	anchor = anchor_of(&s);
	drop_trace(&s, anchor, o);
	r->marked = unmark(arena, &s, &o->prefixes);
	drop_fields(&s, anchor, r);
	if (r->removed == 0 && !r->marked)
		return;
	for (size_t i = 0; i < s.n; i++) {
		if (!s.v[i].drop)
			buf_add(&out, s.v[i].lines);
	}
	buf_add(&out, span_from(whole, s.end));
	r->bytes = buf_span(&out);
}
