#include "mail/message.h"

#include <gmime/gmime.h>

#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/message_build.h"
#include "mail/prescan.h"

const struct message_limits message_limits_default = {
	.headers = 1000,
	.header_bytes = 65536,
	.header_section = 1048576,
	.params = 64,
	.parts = 1000,
	.depth = 30,
	.text = 1048576,
	.links = 1000,
};

/* Attached messages are read again, once per level: in sum not more than so many times the message itself (small ones: this). */
#define ATTACHED_FACTOR 8
#define ATTACHED_FLOOR 1048576
/* Source of HTML parts in sum: so many times the limit of text. */
#define HTML_SOURCE_FACTOR_ALL 16

void message_init(void)
{
	g_mime_init();
	charset_init();
}

static void tell_duplicates(struct message *m)
{
	static const struct {
		enum header_id id;
		enum fact fact;
	} once[] = {
		{ HDR_FROM, FACT_DUPLICATE_FROM },         { HDR_SUBJECT, FACT_DUPLICATE_SUBJECT },
		{ HDR_DATE, FACT_DUPLICATE_DATE },         { HDR_MESSAGE_ID, FACT_DUPLICATE_MESSAGE_ID },
		{ HDR_TO, FACT_DUPLICATE_TO },             { HDR_REPLY_TO, FACT_DUPLICATE_REPLY_TO },
		{ HDR_SENDER, FACT_DUPLICATE_SENDER },
	};

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (header_count(&m->headers, once[i].id) > 1)
			fact_add(&m->facts, once[i].fact);
	}
	if (header_first(&m->headers, HDR_MIME_VERSION) == NULL &&
	    (header_first(&m->headers, HDR_CONTENT_TYPE) != NULL || header_first(&m->headers, HDR_CONTENT_TRANSFER_ENCODING) != NULL ||
	     header_first(&m->headers, HDR_CONTENT_DISPOSITION) != NULL))
		fact_add(&m->facts, FACT_MIME_VERSION_MISSING);
}

static void read_addresses(const struct build *b, struct message *m, enum header_id id, struct address_list *list_r)
{
	const struct header *h = header_first(&m->headers, id);
	struct span raw;

	if (h == NULL)
		return;
	raw = span_sub(h->raw, 0, b->limits->header_bytes);
	address_list_parse(b->arena, header_unfold(b->arena, raw), list_r);
	if (list_r->malformed)
		fact_add(&m->facts, FACT_ADDRESS_BAD);
	if (list_r->cut || raw.len < h->raw.len)
		fact_add(&m->facts, FACT_ADDRESS_TOO_MANY);
}

static void read_fields(const struct build *b, struct message *m)
{
	const struct header *date = header_first(&m->headers, HDR_DATE);
	int zone;

	tell_duplicates(m);
	m->subject = header_value(&m->headers, HDR_SUBJECT);
	read_addresses(b, m, HDR_FROM, &m->from);
	read_addresses(b, m, HDR_SENDER, &m->sender);
	read_addresses(b, m, HDR_REPLY_TO, &m->reply_to);
	read_addresses(b, m, HDR_TO, &m->to);
	read_addresses(b, m, HDR_CC, &m->cc);
	if (date != NULL && !header_parse_date(date->value, &m->date, &zone))
		fact_add(&m->facts, FACT_DATE_BAD);
}

static struct span part_shown(const struct part *p)
{
	return p->kind == PART_TEXT || p->kind == PART_HTML ? p->text : SPAN_NONE;
}

static struct span part_hidden(const struct part *p)
{
	return p->kind == PART_HTML && p->html != NULL ? p->html->hidden : SPAN_NONE;
}

bool message_shown_inline(const struct part *parts, const struct part *p)
{
	struct span parent;

	if (p->inner == NULL || p->parent < 0)
		return p->inner != NULL;
	parent = parts[p->parent].type;
	return !span_eq(p->disposition, SPAN_LIT("attachment")) && !span_eq(parent, SPAN_LIT("multipart/report")) &&
	       !span_eq(parent, SPAN_LIT("multipart/digest"));
}

/* Texts to be joined: first they are measured, then copied to "to". */
struct join {
	struct span (*of)(const struct part *);
	struct span only;
	size_t n, len;
	char *to; /* NULL: measure */
};

static void join_one(struct join *j, struct span s)
{
	if (s.len == 0)
		return;
	if (j->to == NULL) {
		j->only = s;
		j->n++;
		j->len += s.len + 1;
		return;
	}
	memcpy(j->to, s.p, s.len);
	j->to += s.len;
	*j->to++ = '\n';
}

/* Recursion is bounded by the limit of depth. */
static void join_parts(struct join *j, const struct part *parts, size_t n, bool attached)
{
	for (size_t i = 0; i < n; i++) {
		join_one(j, j->of(&parts[i]));
		if (attached && message_shown_inline(parts, &parts[i]))
			join_parts(j, parts[i].inner->parts, parts[i].inner->nparts, true);
	}
}

/* What "of" gives of all parts, '\n' between; without a copy when only one has something. The outermost message has attached ones with it. */
static struct span join(const struct tree *t, struct span (*of)(const struct part *))
{
	struct join j = { .of = of };
	char *out;

	join_parts(&j, t->parts, t->n, t->m->depth == 0);
	if (j.n <= 1)
		return j.only;
	out = j.to = arena_bytes(t->build->arena, j.len);
	join_parts(&j, t->parts, t->n, t->m->depth == 0);
	return span_range(out, j.to - 1);
}

static struct message *parse_one(struct build *, struct span raw, unsigned level, unsigned base_depth);

static struct message *parse_attached(struct tree *t, struct part *p)
{
	struct build *b = t->build;
	unsigned depth = t->base_depth + p->depth + 1;
	struct message *inner;

	if (depth >= b->limits->depth || p->body.len > b->bytes_left) {
		fact_add(&p->facts, FACT_PART_TOO_DEEP);
		return NULL;
	}
	if (b->parts_left == 0) {
		fact_add(&p->facts, FACT_PART_TOO_MANY);
		return NULL;
	}
	b->bytes_left -= p->body.len;
	inner = parse_one(b, p->body, t->m->depth + 1, depth);
	if (inner->headers.n == 0) {
		fact_add(&p->facts, FACT_MESSAGE_PART_BROKEN);
		return NULL;
	}
	return inner;
}

/* Attached messages come last, so that the budgets serve the outer message first. */
static void finish_parts(struct tree *t)
{
	struct message *m = t->m;

	for (size_t i = 0; i < t->n; i++) {
		struct part *p = &t->parts[i];

		if (p->kind == PART_MESSAGE)
			p->inner = parse_attached(t, p);
		if (p->kind == PART_MESSAGE || p->kind == PART_ATTACHMENT)
			m->nattachments++;
		for (size_t f = 0; f < FACT_N; f++) {
			unsigned sum = (unsigned)m->facts.count[f] + p->facts.count[f];

			m->facts.count[f] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
		}
	}
	m->parts = t->parts;
	m->nparts = t->n;
}

static struct message *parse_one(struct build *b, struct span raw, unsigned level, unsigned base_depth)
{
	struct message *m = ARENA_NEW(b->arena, struct message);
	struct tree t = { .build = b, .m = m, .base_depth = base_depth };

	m->raw = raw;
	m->depth = level;
	if (raw.len == 0)
		fact_add(&m->facts, FACT_EMPTY_MESSAGE);
	prescan_lines(raw, &m->facts);
	m->body_offset = prescan_section(b->arena, raw, b->limits, &m->facts, &m->headers);
	read_fields(b, m);
	message_walk(&t);
	message_read_parts(&t);
	message_expand(&t);
	finish_parts(&t);
	message_collect_links(&t);
	m->text = join(&t, part_shown);
	m->hidden_text = join(&t, part_hidden);
	return m;
}

const struct message *message_parse(struct arena *arena, struct span raw, const struct message_limits *limits,
                                    const struct url_context *urls)
{
	struct build b = { .arena = arena, .limits = limits, .urls = urls, .parts_left = limits->parts, .text_left = limits->text,
	                   .html_left = limits->text, .html_source_left = limits->text * HTML_SOURCE_FACTOR_ALL,
	                   .html_links_left = limits->links * LINKS_READ_FACTOR_ALL };

	b.bytes_left = raw.len < SIZE_MAX / ATTACHED_FACTOR - ATTACHED_FLOOR ? raw.len * ATTACHED_FACTOR + ATTACHED_FLOOR : SIZE_MAX;
	return parse_one(&b, raw, 0, 0);
}
