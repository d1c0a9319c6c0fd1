#include "mail/prescan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/ascii.h"
#include "base/array.h"
#include "base/utf8.h"
#include "mail/message.h"
#include "mail/prescan_line.h"

#define LINE_MAX_BYTES 998 /* RFC 5322, 2.1.1 */
#define CHUNK 64

/* One bit per byte of a chunk of 64. */
struct masks {
	uint64_t lf, cr, nul;
};

#ifdef __SSE2__
static struct masks chunk_masks(const char *p)
{
	struct masks m = { 0, 0, 0 };

	for (unsigned i = 0; i < CHUNK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		m.lf |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))) << i;
		m.cr |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\r'))) << i;
		m.nul |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) << i;
	}
	return m;
}
#else
static struct masks chunk_masks(const char *p)
{
	struct masks m = { 0, 0, 0 };

	for (unsigned i = 0; i < CHUNK; i++) {
		m.lf |= (uint64_t)(p[i] == '\n') << i;
		m.cr |= (uint64_t)(p[i] == '\r') << i;
		m.nul |= (uint64_t)(p[i] == '\0') << i;
	}
	return m;
}
#endif

struct line_scan {
	uint64_t last_cr; /* 1 when the byte before the chunk was CR */
	size_t line_start;
	size_t bare_lf, bare_cr, nul, long_lines;
	bool crlf; /* seen */
};

/* Counting is dear without a machine instruction for it, and rarely needed. */
static size_t count_bits(uint64_t mask)
{
	return mask == 0 ? 0 : (size_t)__builtin_popcountll(mask);
}

static void scan_chunk(struct line_scan *s, const struct masks *m, size_t at)
{
	uint64_t after_cr = m->cr << 1 | s->last_cr;

	s->crlf = s->crlf || (m->lf & after_cr) != 0;
	s->bare_lf += count_bits(m->lf & ~after_cr);
	s->bare_cr += count_bits(after_cr & ~m->lf);
	s->nul += count_bits(m->nul);
	s->last_cr = m->cr >> 63;
	if (m->lf == 0)
		return;
	/* Only the first line that ends in a chunk can be long. */
	if (at + (size_t)__builtin_ctzll(m->lf) - s->line_start > LINE_MAX_BYTES + 1)
		s->long_lines++;
	s->line_start = at + 64 - (size_t)__builtin_clzll(m->lf);
}

static void fact_add_n(struct facts *f, enum fact which, size_t n)
{
	size_t sum = f->count[which] + (n < UINT16_MAX ? n : UINT16_MAX);

	f->count[which] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
}

void prescan_lines(struct span raw, struct facts *facts)
{
	struct line_scan s = { 0 };
	struct masks m;
	char tail[CHUNK];
	size_t at = 0;

	for (; at + CHUNK <= raw.len; at += CHUNK) {
		m = chunk_masks(raw.p + at);
		scan_chunk(&s, &m, at);
	}
	/* The last chunk is filled up, so that a CR at the very end is told as one without LF. */
	memset(tail, ' ', sizeof(tail));
	if (at < raw.len)
		memcpy(tail, raw.p + at, raw.len - at);
	m = chunk_masks(tail);
	scan_chunk(&s, &m, at);
	if (raw.len - s.line_start > LINE_MAX_BYTES)
		s.long_lines++;
	if (s.crlf)
		fact_add_n(facts, FACT_BARE_LF, s.bare_lf);
	fact_add_n(facts, FACT_BARE_CR, s.bare_cr);
	fact_add_n(facts, FACT_NUL_BYTE, s.nul);
	fact_add_n(facts, FACT_LONG_LINE, s.long_lines);
}

struct section {
	struct arena *arena;
	struct span bytes;
	const struct message_limits *limits;
	struct facts *facts;
	struct header *v;
	size_t n, cap;
	size_t used;         /* bytes of the indexed fields */
	size_t encoded;      /* fields with encoded words */
	size_t first_bad;    /* offset of the first malformed line behind the last field, SPAN_NPOS when none */
	int32_t last[HDR_N]; /* index of the last field with that id */
	size_t beyond;       /* fields kept beyond the limits */
	struct header_list *list;
};

#define MAX_BEYOND 100
/* Decoding is bounded for the whole section, for charset conversions are dear. */
#define MAX_ENCODED_FIELDS 200

/* A field name may hold any printable ASCII byte but the colon; what else people write is let pass and told. */
static bool name_of_line(struct section *s, struct span line, struct span *name_r)
{
	size_t colon = span_chr(line, ':');
	struct span name;
	bool bad = false;

	if (colon == SPAN_NPOS || colon == 0)
		return false;
	name = span_sub(line, 0, colon);
	while (name.len != 0 && ascii_isspace(name.p[name.len - 1]))
		name.len--;
	bad = name.len != colon;
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == ' ' || name.p[i] == '\t')
			return false; /* text with a colon in it */
		if (!ascii_is(name.p[i], ASCII_FTEXT))
			bad = true;
	}
	if (name.len == 0)
		return false;
	if (bad)
		fact_add(s->facts, FACT_HEADER_NAME_BAD);
	*name_r = name;
	return true;
}

static void decode_value(struct section *s, struct header *h)
{
	bool first = h->id != HDR_OTHER && h == &s->v[s->list->first[h->id]];
	struct span raw = h->raw;

	if (raw.len > s->limits->header_bytes) {
		fact_add(s->facts, FACT_HEADER_TOO_LONG);
		raw.len = s->limits->header_bytes;
	}
	h->value = header_unfold(s->arena, raw);
	/* What readers show is always decoded, so that no filler hides it. */
	if (!first && s->encoded >= MAX_ENCODED_FIELDS && span_has(h->value, SPAN_LIT("=?"))) {
		fact_add(s->facts, FACT_HEADER_BAD_ENCODED_WORD);
		h->value = span_trim(utf8_repair(s->arena, h->value));
		return;
	}
	h->value = header_decode(s->arena, h->value, s->facts, &h->encoded);
	s->encoded += h->encoded;
}

/*
 * Beyond the limits only fields are kept that no filler may hide: the first of each indexed name, for mail programs show and obey it; every
 * author, for some show the last one; the subject, which replies name; and those that claim to be ours, which are taken out of the message
 * wherever they stand. The latter three have a bound of their own.
 */
static bool counts_beyond(struct section *s, struct span name, enum header_id id)
{
	if (id != HDR_OTHER && s->list->first[id] < 0)
		return true;
	if (s->beyond >= MAX_BEYOND)
		return false;
	if (id != HDR_FROM && id != HDR_SUBJECT && id != HDR_X_SPAM && id != HDR_AUTHENTICATION_RESULTS && !span_case_starts(name, SPAN_LIT("X-Winnow")))
		return false;
	s->beyond++;
	return true;
}

/* Counts a field; whether it is within the limits. */
static bool within_limits(struct section *s, size_t size)
{
	bool within = true;

	if (s->n >= s->limits->headers) {
		fact_add(s->facts, FACT_HEADER_TOO_MANY);
		within = false;
	}
	s->used += size < s->limits->header_bytes ? size : s->limits->header_bytes;
	if (s->used > s->limits->header_section) {
		fact_add(s->facts, FACT_HEADER_SECTION_TOO_LONG);
		within = false;
	}
	return within;
}

static void add_field(struct section *s, struct span name, const char *value, const char *end)
{
	struct header *h;
	int32_t index = (int32_t)s->n;
	enum header_id id = header_intern(name);

	if (!within_limits(s, (size_t)(end - name.p)) && !counts_beyond(s, name, id))
		return;
	h = ARRAY_ADD(s->arena, s->v, s->n, s->cap);
	h->id = id;
	h->name = name;
	h->raw = span_range(value, end);
	h->next = -1;
	if (h->id != HDR_OTHER) {
		if (s->last[h->id] >= 0)
			s->v[s->last[h->id]].next = index;
		else
			s->list->first[h->id] = index;
		s->last[h->id] = index;
	}
	decode_value(s, h);
}

static struct span line_span(const struct section *s, struct line l)
{
	return span_make(s->bytes.p + l.from, l.end - l.from);
}

/* Takes the continuation lines that follow a field's first line; returns the last line. */
static struct line take_folds(struct section *s, struct line l)
{
	while (l.next < s->bytes.len && (s->bytes.p[l.next] == ' ' || s->bytes.p[l.next] == '\t')) {
		l = line_at(s->bytes, l.next);
		if (span_trim(line_span(s, l)).len == 0)
			fact_add(s->facts, FACT_HEADER_EMPTY_FOLD);
	}
	return l;
}

/* Reads a field or passes over a malformed line; returns where the next line begins. */
static size_t read_line(struct section *s, struct line l)
{
	struct span line = line_span(s, l), name;
	struct line last;

	if (line.p[0] == ' ' || line.p[0] == '\t' || !name_of_line(s, line, &name)) {
		if (l.from == 0 && (span_starts(line, SPAN_LIT("From ")) || span_starts(line, SPAN_LIT(">From ")))) {
			fact_add(s->facts, FACT_MBOX_FROM_LINE);
			return l.next;
		}
		fact_add(s->facts, FACT_HEADER_MALFORMED_LINE);
		if (s->first_bad == SPAN_NPOS)
			s->first_bad = l.from;
		return l.next;
	}
	last = take_folds(s, l);
	s->first_bad = SPAN_NPOS;
	add_field(s, name, line.p + span_chr(line, ':') + 1, s->bytes.p + last.end);
	return last.next;
}

size_t prescan_section(struct arena *arena, struct span bytes, const struct message_limits *limits, struct facts *facts,
                       struct header_list *list_r)
{
	struct section s = { .arena = arena, .bytes = bytes, .limits = limits, .facts = facts, .first_bad = SPAN_NPOS,
			     .list = list_r };
	size_t at = 0;
	bool complete = false;

	for (unsigned id = 0; id < HDR_N; id++)
		list_r->first[id] = s.last[id] = -1;
	while (at < bytes.len) {
		struct line l = line_at(bytes, at);
		struct span line = line_span(&s, l);

		if (line.len == 0) {
			at = l.next;
			complete = true;
			break;
		}
		at = read_line(&s, l);
	}
	list_r->v = s.v;
	list_r->n = s.n;
	/* Malformed lines that no field follows are text when the section has no other form of end, or no field at all. */
	if (s.first_bad != SPAN_NPOS && (s.n == 0 || !complete))
		at = s.first_bad;
	if (!complete)
		fact_add(facts, FACT_NO_HEADER_END);
	return at;
}
