/* Links of a message: HTML attributes, URLs written out in text and subject. One of each (target, anchor text). */
#include "base/array.h"
#include "base/map.h"
#include "mail/message_build.h"

struct collector {
	struct tree *t;
	struct link *v;
	size_t n, cap;
	size_t nothing;     /* links among v that are hidden and have nothing in them */
	struct map seen;    /* target, or target NUL anchor text; the values mean nothing */
	struct map anchors; /* URLs that stand in anchor texts of the HTML part at hand */
	enum link_source source;
	int32_t part;
	bool anchors_used;
};

/* Hidden links with nothing in them may be so large a part of the limit: nobody can follow them, and they must not keep out others. */
#define NOTHING_PART 4

/* False when the limit is reached. */
static bool add_link(struct collector *c, const struct link *link)
{
	struct span key = link->url.raw;
	size_t max = c->t->build->limits->links;
	bool nothing = link->hidden && link->text.len == 0 && !link->has_image;

	if (link->text.len != 0) {
		char *p = arena_bytes(c->t->build->arena, key.len + 1 + link->text.len);

		memcpy(p, key.p, key.len);
		p[key.len] = '\0';
		memcpy(p + key.len + 1, link->text.p, link->text.len);
		key = span_make(p, key.len + 1 + link->text.len);
	}
	if (c->seen.cap == 0)
		map_init(&c->seen, c->t->build->arena, false);
	if (map_get(&c->seen, key) != NULL)
		return true;
	if (c->n >= max || (nothing && c->nothing >= max / NOTHING_PART)) {
		fact_add(&c->t->m->facts, FACT_LINK_TOO_MANY);
		return c->n < max;
	}
	map_put(&c->seen, key, c);
	c->nothing += nothing;
	*ARRAY_ADD(c->t->build->arena, c->v, c->n, c->cap) = *link;
	return true;
}

/* The texts of anchors that stand side by side run together: what stands before a second scheme. */
static struct span first_of_several(struct span raw)
{
	size_t n = span_case_find(span_from(raw, 1), SPAN_LIT("http"));

	return n == SPAN_NPOS ? raw : span_sub(raw, 0, n + 1);
}

static bool found_in_text(void *ctx, const struct url *url, size_t offset)
{
	struct collector *c = ctx;
	struct link link = { .url = *url, .source = c->source, .part = c->part, .width = -1, .height = -1 };

	(void)offset;
	if (c->anchors_used && (map_get(&c->anchors, url->raw) != NULL || map_get(&c->anchors, first_of_several(url->raw)) != NULL))
		return true;
	return add_link(c, &link);
}

static bool found_in_anchor(void *ctx, const struct url *url, size_t offset)
{
	struct collector *c = ctx;

	(void)offset;
	if (!c->anchors_used) {
		map_init(&c->anchors, c->t->build->arena, false);
		c->anchors_used = true;
	}
	map_put(&c->anchors, url->raw, c);
	return true;
}

static enum link_source source_of(enum html_link_kind kind)
{
	switch (kind) {
	case HTML_LINK_A:
	case HTML_LINK_AREA:
		return LINK_HTML_A;
	case HTML_LINK_FORM:
		return LINK_HTML_FORM;
	case HTML_LINK_IMG:
		return LINK_HTML_IMG;
	case HTML_LINK_IFRAME:
	case HTML_LINK_META:
	case HTML_LINK_OTHER:
		break;
	}
	return LINK_HTML_OTHER;
}

static void collect_html(struct collector *c, const struct html *html)
{
	const struct build *b = c->t->build;

	for (size_t i = 0; i < html->nlinks; i++) {
		const struct html_link *h = &html->links[i];
		struct link link = { .source = source_of(h->kind), .text = h->text, .hidden = h->hidden, .has_image = h->has_image,
			             .width = h->width, .height = h->height, .part = c->part };

		if (h->kind == HTML_LINK_A && span_chr(h->text, '.') != SPAN_NPOS)
			url_find(b->urls, b->arena, h->text, found_in_anchor, c);
		if (url_parse(b->urls, b->arena, h->target, &link.url) && !add_link(c, &link))
			return;
	}
}

static void collect_text(struct collector *c, struct span text, enum link_source source)
{
	c->source = source;
	url_find(c->t->build->urls, c->t->build->arena, text, found_in_text, c);
	c->anchors_used = false;
}

/* Links of an attached message and of those shown in it, as of the part at hand. Recursion is bounded by the limit of depth. */
static void collect_attached(struct collector *c, const struct message *m)
{
	for (size_t i = 0; i < m->nlinks; i++) {
		struct link link = m->links[i];

		link.part = c->part;
		if (!add_link(c, &link))
			return;
	}
	for (size_t i = 0; i < m->nparts; i++) {
		if (message_shown_inline(m->parts, &m->parts[i]))
			collect_attached(c, m->parts[i].inner);
	}
}

void message_collect_links(struct tree *t)
{
	struct collector c = { .t = t, .part = 0 };

	collect_text(&c, t->m->subject, LINK_SUBJECT);
	for (size_t i = 0; i < t->n; i++) {
		const struct part *p = &t->parts[i];

		c.part = (int32_t)i;
		if (p->kind == PART_HTML && p->html != NULL) {
			collect_html(&c, p->html);
			collect_text(&c, p->text, LINK_HTML_TEXT);
		} else if (p->kind == PART_TEXT) {
			collect_text(&c, p->text, LINK_TEXT);
		} else if (t->m->depth == 0 && message_shown_inline(t->parts, p)) {
			collect_attached(&c, p->inner);
		}
	}
	t->m->links = c.v;
	t->m->nlinks = c.n;
}
