#include "rules/matcher.h"

#include "base/array.h"
#include "base/ascii.h"
#include "mail/fold.h"

struct bit_group {
	uint32_t word;
	uint64_t mask;
};

struct matcher {
	struct view_plan *plan;
	struct pattern_set *set;
	enum text_kind kind;
	bool plain, whole;
	unsigned *ids;              /* patterns, until done */
	size_t nids, cap_ids;
	struct bit_group *groups;   /* the same as bits */
	size_t ngroups, cap_groups;
	struct list *own;           /* literals given in the rule */
	unsigned gate;              /* their number */
	bool gated;                 /* the gate knows all literals */
	const struct list **lists;  /* all literals */
	size_t nlists, cap_lists;
	bool empty;                 /* the empty value is one of the literals */
};

struct matcher *matcher_new(struct view_plan *plan, enum text_kind kind, bool plain, bool whole)
{
	struct matcher *m = ARENA_NEW(view_plan_arena(plan), struct matcher);

	m->plan = plan;
	m->set = view_plan_set(plan, kind);
	m->kind = kind;
	m->plain = plain;
	m->whole = whole;
	return m;
}

/* Patterns and literals of texts. */

static bool add_pattern(struct matcher *m, struct span pattern, unsigned flags, struct err *err_r)
{
	struct arena *arena = view_plan_arena(m->plan);
	unsigned id;

	if (m->nids == MATCHER_TEXT_LITERALS)
		return err_set(err_r, "more than %d patterns and literals for one text", MATCHER_TEXT_LITERALS);
	if (!pattern_set_add(m->set, pattern, flags, &id, err_r))
		return false;
	*ARRAY_ADD(arena, m->ids, m->nids, m->cap_ids) = id;
	return true;
}

static bool word_byte(char c)
{
	return ascii_isalnum(c) || c == '_' || (c & 0x80) != 0;
}

/* Literals are found as whole words; blanks in them are any white space. */
static struct span literal_pattern(struct arena *arena, struct span literal)
{
	struct buf b = BUF_INIT(arena);

	if (word_byte(literal.p[0]))
		buf_str(&b, "(?<![\\w\\x80-\\xff])");
	for (size_t i = 0; i < literal.len; i++) {
		char c = literal.p[i];

		if (ascii_isspace(c)) {
			if (i + 1 == literal.len || !ascii_isspace(literal.p[i + 1]))
				buf_str(&b, "\\s+");
			continue;
		}
		if (!word_byte(c) && c != '\0')
			buf_char(&b, '\\');
		buf_add(&b, c != '\0' ? span_make(&c, 1) : SPAN_LIT("\\x00"));
	}
	if (word_byte(literal.p[literal.len - 1]))
		buf_str(&b, "(?![\\w\\x80-\\xff])");
	return buf_span(&b);
}

static bool add_text_literal(struct matcher *m, struct span literal, struct err *err_r)
{
	struct arena *arena = view_plan_arena(m->plan);

	literal = span_trim(m->plain ? fold_text(arena, literal) : literal);
	if (literal.len == 0)
		return err_set(err_r, "an empty literal");
	return add_pattern(m, literal_pattern(arena, literal), REGEX_CASELESS, err_r);
}

static bool add_written_pattern(struct matcher *m, struct span written, struct err *err_r)
{
	struct arena *arena = view_plan_arena(m->plan);
	struct span pattern;
	unsigned flags;

	if (!regex_split(written, &pattern, &flags, err_r))
		return false;
	return add_pattern(m, m->plain ? fold_pattern(arena, pattern) : pattern, flags, err_r);
}

static bool add_value_literal(struct matcher *m, struct span literal, struct err *err_r)
{
	struct arena *arena = view_plan_arena(m->plan);

	if (literal.len == 0) {
		m->empty = true;
		return true;
	}
	if (m->own == NULL) {
		m->own = list_new(arena);
		*ARRAY_ADD(arena, m->lists, m->nlists, m->cap_lists) = m->own;
		m->gate = view_plan_gate_number(m->plan, m->kind);
		m->gated = m->nlists == 1;
	}
	if (m->plain)
		literal = fold_text(arena, literal);
	m->gated &= literal_gate_add(view_plan_gate(m->plan, m->kind), literal, m->gate);
	return list_add(m->own, literal, err_r);
}

bool matcher_add(struct matcher *m, struct span written, struct err *err_r)
{
	if (written.len != 0 && written.p[0] == '/')
		return add_written_pattern(m, written, err_r);
	written = arena_copy(view_plan_arena(m->plan), written);
	return m->whole ? add_value_literal(m, written, err_r) : add_text_literal(m, written, err_r);
}

/* List files. */

/* '#' begins a comment at the line's begin or after white space. */
static struct span entry_of(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '#' && (i == 0 || ascii_isspace(line.p[i - 1]))) {
			line.len = i;
			break;
		}
	}
	return span_trim(line);
}

/* What the lines of a file are added to: the matcher's patterns, or a list of literals. */
static bool add_entry(struct matcher *m, struct list *literals, struct span entry, struct err *err_r)
{
	if (literals == NULL)
		return entry.p[0] == '/' ? add_written_pattern(m, entry, err_r) : add_text_literal(m, entry, err_r);
	return list_add(literals, m->plain ? fold_text(view_plan_arena(m->plan), entry) : entry, err_r);
}

/* patterns: the lines with patterns, else the others. */
static bool add_lines(struct matcher *m, const struct matcher_list *file, struct list *literals, bool patterns, struct err *err_r)
{
	struct span rest = file->text;

	if (span_starts(rest, SPAN_LIT("\xef\xbb\xbf")))
		rest = span_from(rest, 3);
	for (unsigned line = 1; rest.len != 0; line++) {
		struct span entry = entry_of(span_split(&rest, '\n'));

		if (entry.len == 0 || (literals != NULL && (entry.p[0] == '/') != patterns))
			continue;
		if (entry.len > LIST_LINE_MAX)
			return err_set(err_r, "%s:%u: a line above %d bytes", file->name, line, LIST_LINE_MAX);
		if (!add_entry(m, patterns ? NULL : literals, entry, err_r))
			return err_prefix(err_r, "%s:%u", file->name, line);
	}
	return true;
}

bool matcher_add_list(struct matcher *m, struct matcher_list *file, struct err *err_r)
{
	struct arena *arena = view_plan_arena(m->plan);
	struct list **literals = m->plain ? &file->plain : &file->as_is;

	if (!m->whole)
		return add_lines(m, file, NULL, false, err_r);
	if (*literals == NULL) {
		*literals = list_new(arena);
		if (!add_lines(m, file, *literals, false, err_r))
			return false;
	}
	*ARRAY_ADD(arena, m->lists, m->nlists, m->cap_lists) = *literals;
	m->gated = false;
	return add_lines(m, file, *literals, true, err_r);
}

void matcher_done(struct matcher *m)
{
	struct arena *arena = view_plan_arena(m->plan);

	for (size_t i = 0; i < m->nids; i++) {
		uint32_t word = m->ids[i] / 64;
		struct bit_group *g = NULL;

		/* Numbers of one matcher mostly follow each other. */
		for (size_t k = m->ngroups; k-- > 0 && g == NULL;)
			g = m->groups[k].word == word ? &m->groups[k] : NULL;
		if (g == NULL) {
			g = ARRAY_ADD(arena, m->groups, m->ngroups, m->cap_groups);
			g->word = word;
		}
		g->mask |= (uint64_t)1 << (m->ids[i] % 64);
	}
}

size_t matcher_gates(const struct matcher *m, struct matcher_gate *v, size_t max)
{
	size_t n = 0;

	if (m->empty || (m->nlists != 0 && !m->gated) || m->ngroups + m->gated > max)
		return 0;
	if (m->gated)
		v[n++] = (struct matcher_gate){ .mask = (uint64_t)1 << (m->gate % 64), .word = m->gate / 64, .kind = (uint8_t)m->kind, .literals = true };
	for (size_t i = 0; i < m->ngroups; i++)
		v[n++] = (struct matcher_gate){ .mask = m->groups[i].mask, .word = m->groups[i].word, .kind = (uint8_t)m->kind };
	return n;
}

/* Matching. */

bool matcher_may(const struct matcher *m, struct rule_view *v)
{
	const uint64_t *bits;

	if (m->empty || (m->nlists != 0 && !m->gated))
		return true;
	if (m->gated && (view_literals(v, m->kind)[m->gate / 64] >> (m->gate % 64) & 1) != 0)
		return true;
	bits = view_text(v, m->kind)->bits;
	for (size_t i = 0; i < m->ngroups; i++) {
		if ((bits[m->groups[i].word] & m->groups[i].mask) != 0)
			return true;
	}
	return false;
}

/* The next match in the subject, a value of the matcher's kind. */
static enum regex_result search(const struct matcher *m, struct rule_view *v, unsigned id, struct span subject, size_t from, struct span *match_r)
{
	const struct view_text *t = &v->text[m->kind];

	for (size_t i = 0; t->places != NULL && i < t->values.n; i++) {
		if (t->places[i] != NULL && t->values.v[i].p == subject.p && t->values.v[i].len == subject.len)
			return pattern_set_match(m->set, id, v->memory, subject, &t->places[i][id], from, match_r, 1);
	}
	return regex_match(pattern_set_regex(m->set, id), v->memory, subject, from, match_r, 1);
}

static bool pattern_matches(const struct matcher *m, struct rule_view *v, unsigned id, struct span subject, struct span *match_r)
{
	enum regex_result r;

	if (v->failed >= VIEW_FAILED_MAX)
		return false;
	r = search(m, v, id, subject, 0, match_r);
	if (r == REGEX_LIMIT)
		view_failed(v);
	return r == REGEX_YES;
}

/* Texts of one value are matched once with each pattern, whatever the number of rules that have it. */
static bool single_matches(const struct matcher *m, struct rule_view *v, unsigned id, struct span *match_r)
{
	struct view_text *t = &v->text[m->kind];

	if (t->found != NULL && t->found[id].p != NULL) {
		*match_r = t->found[id];
		return true;
	}
	if (v->failed >= VIEW_FAILED_MAX)
		return false; /* nothing is known of it: another rule may ask */
	if (!pattern_matches(m, v, id, t->values.v[0], match_r)) {
		t->bits[id / 64] &= ~((uint64_t)1 << (id % 64));
		return false;
	}
	if (t->found == NULL)
		t->found = ARENA_ARRAY(v->arena, pattern_set_count(m->set), struct span);
	t->found[id] = *match_r;
	return true;
}

static bool patterns_value(const struct matcher *m, struct rule_view *v, struct span value, struct span *evidence_r)
{
	const uint64_t *bits = view_text(v, m->kind)->bits;

	for (size_t i = 0; i < m->ngroups; i++) {
		uint64_t may = bits[m->groups[i].word] & m->groups[i].mask;

		for (; may != 0; may &= may - 1) {
			if (pattern_matches(m, v, m->groups[i].word * 64 + (unsigned)__builtin_ctzll(may), value, evidence_r))
				return true;
		}
	}
	return false;
}

static bool patterns_single(const struct matcher *m, struct rule_view *v, struct span *evidence_r)
{
	const uint64_t *bits = view_text(v, m->kind)->bits;

	for (size_t i = 0; i < m->ngroups; i++) {
		uint64_t may = bits[m->groups[i].word] & m->groups[i].mask;

		for (; may != 0; may &= may - 1) {
			if (single_matches(m, v, m->groups[i].word * 64 + (unsigned)__builtin_ctzll(may), evidence_r))
				return true;
		}
	}
	return false;
}

static bool is_single(enum text_kind kind)
{
	return kind <= TEXT_HEADERS && kind != TEXT_RAWBODY;
}

bool matcher_text(const struct matcher *m, struct rule_view *v, struct span *evidence_r)
{
	const struct view_text *t;

	if (!matcher_may(m, v))
		return false;
	if (is_single(m->kind))
		return patterns_single(m, v, evidence_r);
	t = view_text(v, m->kind);
	for (size_t i = 0; i < t->values.n; i++) {
		if (patterns_value(m, v, t->values.v[i], evidence_r))
			return true;
	}
	return false;
}

bool matcher_value(const struct matcher *m, struct rule_view *v, struct span value, struct span *evidence_r)
{
	struct span entry;

	if (m->empty && value.len == 0) {
		*evidence_r = value;
		return true;
	}
	for (size_t i = 0; i < m->nlists; i++) {
		if (list_has(m->lists[i], v->memory, value, &entry)) {
			*evidence_r = value;
			return true;
		}
	}
	return m->ngroups != 0 && patterns_value(m, v, value, evidence_r);
}

bool matcher_ip(const struct matcher *m, struct rule_view *v, const struct ip *ip, struct span text, struct span *evidence_r)
{
	struct span entry;

	for (size_t i = 0; i < m->nlists; i++) {
		if (list_has_ip(m->lists[i], ip, &entry)) {
			*evidence_r = text;
			return true;
		}
	}
	return m->ngroups != 0 && patterns_value(m, v, text, evidence_r);
}

/* Counting. */

static unsigned count_pattern(const struct matcher *m, struct rule_view *v, unsigned id, struct span text, unsigned max, struct span *evidence_r)
{
	enum regex_result r = REGEX_NO;
	struct span match;
	unsigned n = 0;
	size_t from = 0;

	while (n < max && from <= text.len && v->failed < VIEW_FAILED_MAX) {
		r = search(m, v, id, text, from, &match);
		if (r != REGEX_YES)
			break;
		if (n++ == 0 && evidence_r->p == NULL)
			*evidence_r = match;
		from = (size_t)(span_end(match) - text.p) + (match.len == 0 ? 1 : 0);
	}
	if (r == REGEX_LIMIT)
		view_failed(v);
	return n;
}

unsigned matcher_count_value(const struct matcher *m, struct rule_view *v, struct span value, unsigned max, struct span *evidence_r)
{
	const uint64_t *bits;
	struct span entry;
	unsigned n = 0;

	if (m->empty && value.len == 0)
		return 1;
	for (size_t i = 0; i < m->nlists && n == 0; i++) {
		if (list_has(m->lists[i], v->memory, value, &entry)) {
			*evidence_r = value;
			n = 1;
		}
	}
	if (m->ngroups == 0)
		return n;
	bits = view_text(v, m->kind)->bits;
	for (size_t i = 0; i < m->ngroups; i++) {
		uint64_t may = bits[m->groups[i].word] & m->groups[i].mask;

		for (; may != 0 && n < max; may &= may - 1)
			n += count_pattern(m, v, m->groups[i].word * 64 + (unsigned)__builtin_ctzll(may), value, max - n, evidence_r);
	}
	return n;
}

unsigned matcher_count_text(const struct matcher *m, struct rule_view *v, unsigned max, struct span *evidence_r)
{
	const struct view_text *t = view_text(v, m->kind);
	unsigned n = 0;

	for (size_t i = 0; i < t->values.n && n < max; i++)
		n += matcher_count_value(m, v, t->values.v[i], max - n, evidence_r);
	return n;
}
