/* Where the bodies of the parts lie that gmime found, and what is odd about their boundaries: cheap looks at the finished tree. */
#include "base/ascii.h"
#include "mail/message_build.h"
#include "mail/prescan_copy.h"

#define PREAMBLE_ALLOWED 300 /* "This is a multi-part message in MIME format", in many words */
#define EPILOGUE_ALLOWED 100

/* What stood before a delimiter line: the line end belongs to the delimiter (RFC 2046, 5.1.1). */
static size_t before_line(struct span raw, size_t line)
{
	if (line > 0 && line < raw.len && raw.p[line - 1] == '\n')
		line -= line > 1 && raw.p[line - 2] == '\r' ? 2u : 1u;
	return line;
}

static size_t visible_bytes(struct span raw, size_t from, size_t to)
{
	return from < to ? span_trim(span_sub(raw, from, to - from)).len : 0;
}

/* A body that looks like what should have been read as structure: a MIME field at its start, or a delimiter and a field. */
static void tell_displaced(struct part *p)
{
	struct span s = p->raw;

	if (p->kind != PART_TEXT || p->encoding.len != 0)
		return;
	if (p->headers.n == 0 && span_case_starts(s, SPAN_LIT("Content-T")))
		fact_add(&p->facts, FACT_HEADER_MALFORMED_LINE);
	if (span_starts(s, SPAN_LIT("--")) && span_split(&s, '\n').len > 2 && span_case_starts(s, SPAN_LIT("Content-T")))
		fact_add(&p->facts, FACT_BOUNDARY_MISSING);
}

static void tell_gaps(struct part *p, const struct part_extra *x, struct span raw)
{
	size_t stop = x->first != SPAN_NPOS ? x->first : x->close != SPAN_NPOS ? x->close : x->end;

	if (visible_bytes(raw, x->body, stop) > PREAMBLE_ALLOWED)
		fact_add(&p->facts, FACT_PREAMBLE_LARGE);
	if (x->close != SPAN_NPOS && visible_bytes(raw, x->behind, x->end) > EPILOGUE_ALLOWED)
		fact_add(&p->facts, FACT_EPILOGUE_LARGE);
	if (x->close == SPAN_NPOS)
		fact_add(&p->facts, FACT_BOUNDARY_UNCLOSED);
	if (x->first != SPAN_NPOS)
		return;
	fact_add(&p->facts, FACT_PART_EMPTY_MULTIPART);
	if (x->close == SPAN_NPOS)
		fact_add(&p->facts, FACT_BOUNDARY_UNUSED);
	p->kind = PART_TEXT; /* what a reader sees of it */
}

/* One multipart's boundary begins with that of another one around it. */
static bool shares_prefix(const struct tree *t, size_t index)
{
	struct span boundary = t->extra[index].boundary;

	for (int32_t up = t->parts[index].parent; up >= 0; up = t->parts[up].parent) {
		struct span other = t->extra[up].boundary;

		if (span_starts(other, boundary) || span_starts(boundary, other))
			return true;
	}
	return false;
}

/* A line inside the multipart that goes on behind the boundary: to some readers it is a delimiter. */
static bool has_junk(const struct prescan_copy *copy, const struct part_extra *x)
{
	size_t lo = 0, hi = copy->nmarks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (copy->marks[mid] < x->body)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < copy->nmarks && copy->marks[lo] < x->end; lo++) {
		size_t at = copy->marks[lo];
		struct span line = prescan_copy_at(copy, at, copy->len - PRESCAN_LEAD);

		if (!span_starts(span_from(line, 2), x->boundary))
			continue;
		line = span_from(line, x->boundary.len + 2);
		line = span_trim(span_split(&line, '\n'));
		if (line.len != 0 && !span_eq(line, SPAN_LIT("--")))
			return true;
	}
	return false;
}

/* The lines that opened first children and next siblings. */
static void link_siblings(struct tree *t)
{
	for (size_t i = t->n; i-- > 1;) {
		struct part_extra *parent = &t->extra[t->parts[i].parent];

		t->extra[i].next = parent->first;
		parent->first = t->extra[i].delimiter;
	}
}

void message_extents(struct tree *t, const struct prescan_copy *copy)
{
	struct span raw = t->m->raw;
	bool told = false;

	link_siblings(t);
	for (size_t i = 0; i < t->n; i++) {
		struct part *p = &t->parts[i];
		struct part_extra *x = &t->extra[i];
		size_t end;

		if (i == 0) {
			x->end = raw.len;
		} else if (x->end == SPAN_NPOS) {
			const struct part_extra *parent = &t->extra[p->parent];

			x->end = x->next != SPAN_NPOS ? x->next : parent->close != SPAN_NPOS ? parent->close : parent->end;
		}
		end = before_line(raw, x->close != SPAN_NPOS ? x->close : x->end);
		p->raw = span_sub(raw, x->body, end > x->body ? end - x->body : 0);
		if (x->boundary.p != NULL) {
			tell_gaps(p, x, raw);
			if (shares_prefix(t, i)) {
				fact_add(&p->facts, FACT_BOUNDARY_PREFIX);
				told = true;
			}
		} else {
			tell_displaced(p);
		}
	}
	for (size_t i = 0; i < t->n && !told; i++) {
		if (t->extra[i].boundary.p != NULL && has_junk(copy, &t->extra[i])) {
			fact_add(&t->parts[i].facts, FACT_BOUNDARY_PREFIX);
			told = true;
		}
	}
}
