/* The rules of <style>: what the selectors we know say, found by hash. */
#include "base/array.h"
#include "base/ascii.h"
#include "mail/html_style.h"

#define RULES_MAX 512
#define SLOT_BITS 10
#define SLOTS (1u << SLOT_BITS)
#define PROBES_MAX 16 /* rules that find no place within are not kept */
#define TOKENS_MAX 32 /* classes of one element */

struct rule {
	struct span name; /* of the class or id, into the sheet */
	char kind;        /* '.', '#', or 0: the element alone */
	enum html_tag tag; /* TAG_NONE: any */
	struct html_css css;
	struct html_css maybe; /* what rules with conditions may make readable: their order and weight are not ours to judge */
};

struct html_rules {
	struct rule *rules;
	size_t n, cap;
	uint16_t element[TAG_N]; /* index + 1 */
	uint16_t slots[SLOTS];
	bool classes, ids;
};

/* What an element's selector says, or a class's: names are compared without case, as in quirks mode. */
static uint32_t hash_of(char kind, struct span name)
{
	uint32_t h = 2166136261u ^ (uint8_t)kind;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ ascii_lower[(uint8_t)name.p[i]]) * 16777619u;
	return h * 2654435769u >> (32 - SLOT_BITS);
}

/* ---- Reading ---- */

/* Behind the comment at p, or p itself when there is none. */
static const char *skip_comment(const char *p, const char *end)
{
	const char *close;

	if (end - p < 2 || p[0] != '/' || p[1] != '*')
		return p;
	close = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);
	return close != NULL ? close + 2 : end;
}

static const uint8_t mark_class[256] = { ['{'] = 1, ['}'] = 1, [';'] = 1, ['"'] = 2, ['\''] = 2, ['/'] = 3, ['\\'] = 4 };

/* The next '{', '}' or ';' that is in no string and no comment, or end. */
static const char *next_mark(const char *p, const char *end)
{
	for (;;) {
		const char *from;

		while (p < end && mark_class[(uint8_t)*p] == 0)
			p++;
		if (p >= end)
			return end;
		from = p;
		switch (mark_class[(uint8_t)*p]) {
		case 1:
			return p;
		case 2: /* a string ends at the end of its line (CSS Syntax 3, 4.3.5) */
			for (p++; p < end && *p != *from && *p != '\n';)
				p += *p == '\\' && end - p >= 2 ? 2 : 1;
			p += p < end;
			break;
		case 3:
			p = skip_comment(p, end);
			p += p == from;
			break;
		default:
			p += end - p >= 2 ? 2 : 1;
		}
	}
}

/* Behind the block whose '{' stands before p. */
static const char *skip_block(const char *p, const char *end)
{
	unsigned depth = 1;

	while ((p = next_mark(p, end)) < end) {
		if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p + 1;
		p++;
	}
	return end;
}

/* ---- Selectors ---- */

struct selector {
	struct span name;
	char kind;
	enum html_tag tag;
	bool partly; /* there are conditions that we do not follow */
};

static bool is_name(char c)
{
	return ascii_isalnum(c) || c == '-' || c == '_' || (uint8_t)c >= 0x80;
}

/* The compound selector at the end of text. False: nothing that we could follow. */
static bool read_selector(struct span text, struct selector *sel_r)
{
	size_t i, begin;
	struct span name;

	*sel_r = (struct selector){ 0 };
	text = span_trim(text);
	for (i = text.len; i > 0 && (is_name(text.p[i - 1]) || text.p[i - 1] == '.' || text.p[i - 1] == '#'); i--)
		;
	if (i == text.len)
		return false;
	if (i != 0) {
		if (!ascii_isspace(text.p[i - 1]) && text.p[i - 1] != '>' && text.p[i - 1] != '+' && text.p[i - 1] != '~')
			return false;
		sel_r->partly = true;
	}
	for (begin = i; i < text.len && is_name(text.p[i]);)
		i++;
	name = span_sub(text, begin, i - begin);
	if (name.len != 0)
		sel_r->tag = html_tag_find(name);
	while (i < text.len) {
		if (sel_r->kind != 0)
			sel_r->partly = true;
		sel_r->kind = text.p[i++];
		for (begin = i; i < text.len && is_name(text.p[i]);)
			i++;
		sel_r->name = span_sub(text, begin, i - begin);
		if (sel_r->name.len == 0)
			return false;
	}
	return true;
}

static bool same_selector(const struct rule *r, const struct selector *sel)
{
	return r->kind == sel->kind && r->tag == sel->tag && span_case_eq(r->name, sel->name);
}

/* Where the rule of sel stands or may be put: a slot, or NULL when its neighbourhood is full. */
static uint16_t *find_slot(struct html_rules *rules, const struct selector *sel)
{
	uint32_t at;

	if (sel->kind == 0)
		return &rules->element[sel->tag];
	at = hash_of(sel->kind, sel->name);
	for (unsigned i = 0; i < PROBES_MAX; i++, at = (at + 1) % SLOTS)
		if (rules->slots[at] == 0 || same_selector(&rules->rules[rules->slots[at] - 1], sel))
			return &rules->slots[at];
	return NULL;
}

static void add_rule(struct css_scratch *s, struct html_rules **rules_r, const struct selector *sel, const struct html_css *css)
{
	struct html_css part = sel->partly ? html_css_readable(css) : *css;
	struct html_rules *rules;
	uint16_t *slot;
	struct rule *r;

	if (part.set == 0)
		return;
	if (*rules_r == NULL)
		*rules_r = ARENA_NEW(s->arena, struct html_rules);
	rules = *rules_r;
	s->work += sel->name.len + PROBES_MAX;
	slot = find_slot(rules, sel);
	if (slot == NULL || (*slot == 0 && rules->n == RULES_MAX))
		return;
	if (*slot == 0) {
		r = ARRAY_ADD(s->arena, rules->rules, rules->n, rules->cap);
		r->name = sel->name;
		r->kind = sel->kind;
		r->tag = sel->tag;
		*slot = (uint16_t)rules->n;
		rules->classes = rules->classes || sel->kind == '.';
		rules->ids = rules->ids || sel->kind == '#';
	}
	r = &rules->rules[*slot - 1];
	html_css_apply(sel->partly ? &r->maybe : &r->css, &part);
}

/* maybe: in a block of which we do not know whether it counts. */
static void read_rule(struct css_scratch *s, struct span selectors, struct span declarations, bool maybe, struct html_rules **rules)
{
	struct html_css css = { 0 };

	html_css_parse(s, declarations, &css);
	css.set &= ~(uint32_t)(CSS_WIDTH_PX | CSS_HEIGHT_PX);
	css.url = SPAN_NONE;
	if (maybe) { /* the colours of a dark screen are not those that most see */
		css.set &= ~(uint32_t)(CSS_COLOR | CSS_BACKGROUND | CSS_IMAGE);
		css.on &= css.set;
	}
	if (css.set == 0)
		return;
	while (selectors.p != NULL) {
		struct selector sel;

		if (!read_selector(span_split(&selectors, ','), &sel))
			continue;
		sel.partly = sel.partly || maybe;
		add_rule(s, rules, &sel, &css);
	}
}

/* Whether a reader at a screen of unknown width is meant by an at-rule with a block. */
static bool applies_always(struct span prelude)
{
	static const char *const media[] = { "@media screen", "@media all", "@media only screen", "@media screen, print", NULL };

	for (size_t i = 0; media[i] != NULL; i++)
		if (span_case_eq(prelude, span_of(media[i])))
			return true;
	return span_case_starts(prelude, SPAN_LIT("@layer"));
}

/* Whether it depends on what is read with: a narrow screen, a dark one. */
static bool applies_sometimes(struct span prelude)
{
	if (span_case_starts(prelude, SPAN_LIT("@media")))
		return !span_case_eq(span_trim(span_from(prelude, 6)), SPAN_LIT("print"));
	return span_case_starts(prelude, SPAN_LIT("@supports")) || span_case_starts(prelude, SPAN_LIT("@container"));
}

static const char *skip_between(const char *p, const char *end)
{
	for (;;) {
		const char *from = p;

		while (p < end && (ascii_isspace(*p) || *p == '}' || *p == ';'))
			p++;
		p = skip_comment(p, end);
		if (end - p >= 4 && memcmp(p, "<!--", 4) == 0)
			p += 4;
		else if (end - p >= 3 && memcmp(p, "-->", 3) == 0)
			p += 3;
		if (p == from)
			return p;
	}
}

void html_rules_parse(struct css_scratch *s, struct span sheet, struct html_rules **rules)
{
	const char *p = sheet.p, *end = span_end(sheet), *maybe = p; /* up to there, a block holds sometimes */

	s->work += sheet.len;
	while ((p = skip_between(p, end)) < end) {
		const char *open = next_mark(p, end), *close;
		struct span prelude = span_trim(span_range(p, open));

		if (open == end)
			return;
		p = open + 1;
		if (*open != '{')
			continue;
		if (prelude.len != 0 && prelude.p[0] == '@') {
			if (applies_always(prelude))
				continue;
			if (!applies_sometimes(prelude))
				p = skip_block(p, end);
			else if (p > maybe) /* the outermost: no byte is skipped over twice */
				maybe = skip_block(p, end);
			continue;
		}
		close = p;
		while ((close = next_mark(close, end)) < end && *close != '}')
			close++;
		read_rule(s, prelude, span_range(p, close), p <= maybe, rules);
		p = close < end ? close + 1 : end;
	}
}

/* ---- Use ---- */

static void apply_named(struct css_scratch *s, const struct html_rules *rules, enum html_tag tag, char kind, struct span name,
			struct html_css *css, struct html_css *maybe)
{
	uint32_t at = hash_of(kind, name);

	s->work += name.len;
	for (unsigned i = 0; i < PROBES_MAX && rules->slots[at] != 0; i++, at = (at + 1) % SLOTS) {
		const struct rule *r = &rules->rules[rules->slots[at] - 1];

		s->work++;
		if (r->kind != kind || (r->tag != TAG_NONE && r->tag != tag) || !span_case_eq(r->name, name))
			continue;
		html_css_apply(css, &r->css);
		html_css_apply(maybe, &r->maybe);
	}
}

void html_rules_apply(struct css_scratch *s, const struct html_rules *rules, enum html_tag tag, struct span classes, struct span id,
		      struct html_css *css)
{
	struct html_css maybe = { 0 };
	size_t i = 0;

	if (rules == NULL)
		return;
	if (rules->element[tag] != 0) {
		html_css_apply(css, &rules->rules[rules->element[tag] - 1].css);
		maybe = rules->rules[rules->element[tag] - 1].maybe;
	}
	if (!rules->classes)
		classes = SPAN_NONE;
	for (unsigned n = 0; n < TOKENS_MAX && i < classes.len; n++) {
		size_t begin;

		while (i < classes.len && ascii_isspace(classes.p[i]))
			i++;
		for (begin = i; i < classes.len && !ascii_isspace(classes.p[i]);)
			i++;
		if (i != begin)
			apply_named(s, rules, tag, '.', span_sub(classes, begin, i - begin), css, &maybe);
	}
	if (id.len != 0 && rules->ids)
		apply_named(s, rules, tag, '#', id, css, &maybe);
	if (maybe.set != 0)
		html_css_apply(css, &maybe);
}
