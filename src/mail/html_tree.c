/*
 * The open elements. End tags find theirs in constant time through chains by name, and every element is popped once: no form
 * of nesting costs more than its length.
 */
#include "mail/html_private.h"

#define LIMIT_MAX 100000u /* of the depth, whatever the caller says */
#define TAKE_OUT_MAX 64   /* elements above one that is taken out */

static void set_state(struct html_parser *h)
{
	h->state = h->tree.n != 0 ? h->tree.open[h->tree.n - 1].state : html_state_root;
}

/* Pops the elements behind the first n. */
static void pop_to(struct html_parser *h, size_t n)
{
	struct html_tree *t = &h->tree;

	h->scratch.work += t->n - n;
	while (t->n > n) {
		const struct html_open *e = &t->open[--t->n];

		if (e->tag == TAG_NONE)
			continue;
		t->last[e->tag] = e->same;
		t->scope = e->scope;
		t->special = e->special;
		t->list = e->list;
		if ((html_tag_flags[e->tag] & TAGF_CELL) && h->anchor != 0 && h->anchor_depth > t->n)
			html_link_close_anchor(h);
	}
	set_state(h);
}

void html_tree_leave_foreign(struct html_parser *h)
{
	size_t n = h->tree.n;

	while (n > 0 && h->tree.open[n - 1].foreign != FOREIGN_NONE)
		n--;
	pop_to(h, n);
}

void html_tree_push(struct html_parser *h, enum html_tag tag, enum html_foreign content, const struct html_css *css, const struct html_state *state)
{
	struct html_tree *t = &h->tree;
	unsigned flags = html_tag_flags[tag];
	struct html_open *e;
	uint32_t at;

	if (t->n == t->limit || t->n == LIMIT_MAX) { /* as browsers do: its siblings instead of its children */
		fact_add(h->facts, FACT_HTML_TOO_DEEP);
		pop_to(h, t->n - 1);
	}
	e = ARRAY_ADD(h->arena, t->open, t->n, t->cap);
	at = (uint32_t)t->n;
	e->css = *css;
	e->state = *state;
	e->tag = tag;
	e->foreign = (uint8_t)content;
	e->same = t->last[tag];
	e->scope = t->scope;
	e->special = t->special;
	e->list = t->list;
	t->last[tag] = at;
	if (flags & TAGF_SCOPE)
		t->scope = at;
	if (flags & TAGF_SPECIAL)
		t->special = at;
	if (tag == TAG_UL || tag == TAG_OL || tag == TAG_MENU || tag == TAG_DIR)
		t->list = at;
	h->state = *state;
	h->scratch.work++;
}

/*
 * Takes a formatting element away from under open blocks ("adoption agency", 13.2.6.4.8): what is inside of those goes on
 * without it. The states above are reckoned anew, but for a bounded number only, so that hostile nesting stays linear.
 */
static void take_out(struct html_parser *h, uint32_t at)
{
	struct html_tree *t = &h->tree;
	struct html_open *e = &t->open[at - 1];
	struct html_state parent = at >= 2 ? t->open[at - 2].state : html_state_root;

	t->last[e->tag] = e->same;
	e->tag = TAG_NONE;
	e->css = (struct html_css){ 0 };
	h->scratch.work++;
	if (t->n - at > TAKE_OUT_MAX)
		return;
	h->scratch.work += t->n - at;
	for (size_t i = at - 1; i < t->n; i++) {
		t->open[i].state = html_css_state(&parent, &t->open[i].css, t->open[i].tag);
		parent = t->open[i].state;
	}
	set_state(h);
}

/* Closes the innermost tag when it lies above barrier. */
static void close_above(struct html_parser *h, enum html_tag tag, uint32_t barrier)
{
	uint32_t at = h->tree.last[tag];

	if (at > barrier)
		pop_to(h, at - 1);
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void html_tree_before(struct html_parser *h, enum html_tag tag)
{
	const struct html_tree *t = &h->tree;
	uint32_t table = t->last[TAG_TABLE];

	if ((html_tag_flags[tag] & TAGF_CLOSES_P) && t->last[TAG_P] > t->scope)
		pop_to(h, t->last[TAG_P] - 1);
	switch (tag) {
	case TAG_A:
		if (t->last[TAG_A] > t->scope)
			html_tree_close(h, TAG_A);
		break;
	case TAG_LI:
		close_above(h, TAG_LI, later(t->scope, t->list));
		break;
	case TAG_DD:
	case TAG_DT:
		close_above(h, TAG_DD, later(t->scope, t->last[TAG_DL]));
		close_above(h, TAG_DT, later(t->scope, t->last[TAG_DL]));
		break;
	case TAG_OPTION:
	case TAG_OPTGROUP:
		close_above(h, TAG_OPTION, t->last[TAG_SELECT]);
		break;
	case TAG_TD:
	case TAG_TH:
		close_above(h, TAG_TD, table);
		close_above(h, TAG_TH, table);
		break;
	case TAG_TR:
		close_above(h, TAG_TR, table);
		break;
	case TAG_TBODY:
	case TAG_THEAD:
	case TAG_TFOOT:
		close_above(h, TAG_TBODY, table);
		close_above(h, TAG_THEAD, table);
		close_above(h, TAG_TFOOT, table);
		break;
	default:
		break;
	}
}

bool html_tree_close(struct html_parser *h, enum html_tag tag)
{
	struct html_tree *t = &h->tree;
	uint32_t at = t->last[tag], barrier;
	unsigned flags = html_tag_flags[tag];

	if (at == 0 || tag == TAG_HTML || tag == TAG_BODY)
		return false;
	barrier = t->scope;
	if (flags & TAGF_TABLE)
		barrier = t->last[TAG_TABLE];
	else if (!(flags & (TAGF_SPECIAL | TAGF_FORMAT)))
		barrier = t->special;
	if (at < barrier)
		return false;
	if ((flags & TAGF_FORMAT) && t->special > at)
		take_out(h, at);
	else
		pop_to(h, at - 1);
	return true;
}
