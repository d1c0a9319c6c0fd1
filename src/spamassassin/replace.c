#include "spamassassin/replace.h"

#include "base/buf.h"
#include "match/regex.h"
#include "spamassassin/cf_private.h"

#define PASSES 6
#define REPLACED_MAX (1u << 20)

struct replace {
	struct map tags, pre, post, inter; /* name -> struct span */
	struct map rules;
	struct span start, end;
};

/* A pattern in pieces: tags and what is between them (empty between neighbours). */
struct pieces {
	struct span *v;
	size_t n, cap;
};

static void read_values(struct map *m, struct arena *arena, const struct cf *cf, const char *keyword)
{
	map_init(m, arena, false);
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, span_of(keyword), d)) != NULL;) {
		struct span *value = ARENA_NEW(arena, struct span);
		struct span name;

		*value = d->args;
		name = cf_word(value);
		if (name.len != 0 && value->len != 0)
			map_put(m, name, value);
	}
}

static struct span last_value(const struct cf *cf, const char *keyword, struct span def)
{
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, span_of(keyword), d)) != NULL;) {
		if (d->args.len != 0)
			def = d->args;
	}
	return def;
}

struct replace *replace_new(struct arena *arena, const struct cf *cf)
{
	struct replace *r = ARENA_NEW(arena, struct replace);

	read_values(&r->tags, arena, cf, "replace_tag");
	read_values(&r->pre, arena, cf, "replace_pre");
	read_values(&r->post, arena, cf, "replace_post");
	read_values(&r->inter, arena, cf, "replace_inter");
	r->start = last_value(cf, "replace_start", SPAN_LIT("<"));
	r->end = last_value(cf, "replace_end", SPAN_LIT(">"));
	map_init(&r->rules, arena, false);
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, SPAN_LIT("replace_rules"), d)) != NULL;) {
		struct span rest = d->args;

		while (rest.len != 0)
			map_put(&r->rules, cf_word(&rest), r);
	}
	return r;
}

bool replace_wanted(const struct replace *r, struct span rule)
{
	return map_get(&r->rules, rule) != NULL;
}

/* "<WORD NAME>" out of the pattern; the value that NAME stands for, or nothing. */
static struct span take_modifier(const struct replace *r, struct arena *arena, struct span *pattern, const char *word, const struct map *values)
{
	struct span mark = arena_printf(arena, "%.*s%s ", SPAN_ARG(r->start), word);
	size_t at = span_find(*pattern, mark), len;
	const struct span *value;
	struct span rest;

	if (at == SPAN_NPOS)
		return SPAN_NONE;
	rest = span_from(*pattern, at + mark.len);
	len = span_find(span_from(rest, 1), r->end);
	if (len == SPAN_NPOS)
		return SPAN_NONE;
	value = map_get(values, span_sub(rest, 0, len + 1));
	*pattern = arena_printf(arena, "%.*s%.*s", SPAN_ARG(span_sub(*pattern, 0, at)), SPAN_ARG(span_from(rest, len + 1 + r->end.len)));
	return value != NULL ? *value : SPAN_NONE;
}

/* "<...>" with neither '<' nor '>' inside at offset at; 0: none. */
static size_t tag_length(struct span s, size_t at)
{
	size_t i = at + 1;

	if (s.p[at] != '<')
		return 0;
	while (i < s.len && s.p[i] != '<' && s.p[i] != '>')
		i++;
	return i < s.len && s.p[i] == '>' && i > at + 1 ? i + 1 - at : 0;
}

static void split(struct arena *arena, struct span s, struct pieces *pieces)
{
	size_t from = 0;

	pieces->n = 0;
	for (size_t i = 0; i < s.len;) {
		size_t n = tag_length(s, i);

		if (n == 0) {
			i++;
			continue;
		}
		*ARRAY_ADD(arena, pieces->v, pieces->n, pieces->cap) = span_sub(s, from, i - from);
		*ARRAY_ADD(arena, pieces->v, pieces->n, pieces->cap) = span_sub(s, i, n);
		i += n;
		from = i;
	}
	if (from < s.len)
		*ARRAY_ADD(arena, pieces->v, pieces->n, pieces->cap) = span_from(s, from);
}

/* The name in "<NAME>" when the piece is a tag as the files mark them. */
static struct span tag_name(const struct replace *r, struct span piece)
{
	if (piece.len <= r->start.len + r->end.len || !span_starts(piece, r->start) || !span_ends(piece, r->end))
		return SPAN_NONE;
	return span_sub(piece, r->start.len, piece.len - r->start.len - r->end.len);
}

/* Groups that are called by number: the tags whose values they are. */
struct calls {
	struct span *names;
	size_t n, cap;
};

/* The end of the class that begins at offset i. */
static size_t class_end(struct span s, size_t i)
{
	size_t first = i + 1 < s.len && s.p[i + 1] == '^' ? i + 2 : i + 1;

	for (i = first; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == ']' && i != first)
			return i + 1;
	}
	return s.len;
}

/* Whether a quantifier behind the text would be one of the whole: "(...)" or "[...]". */
static bool is_one(struct span s)
{
	size_t depth = 0;

	if (s.len != 0 && s.p[0] == '[')
		return class_end(s, 0) == s.len;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '[')
			i = class_end(s, i) - 1;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1 == s.len;
		if (depth == 0)
			return false;
	}
	return false;
}

/* The value of a tag, or a call of the group that has it. */
static void add_value(struct calls *calls, struct arena *arena, struct buf *out, struct span name, struct span value)
{
	size_t i = 0;

	if (calls == NULL || !is_one(value)) {
		buf_add(out, value);
		return;
	}
	while (i < calls->n && !span_eq(calls->names[i], name))
		i++;
	if (i == calls->n)
		*ARRAY_ADD(arena, calls->names, calls->n, calls->cap) = name;
	buf_printf(out, "(?&sa%zu)", i);
}

/* One pass over the pattern. again_r: something was replaced that has tags itself. calls: NULL when values are to be written out. */
static struct span pass(const struct replace *r, struct arena *arena, struct span pattern, bool flagged, struct calls *calls, bool *again_r)
{
	struct span pre = take_modifier(r, arena, &pattern, "pre", &r->pre);
	struct span post = take_modifier(r, arena, &pattern, "post", &r->post);
	struct span inter = take_modifier(r, arena, &pattern, "inter", &r->inter);
	struct pieces pieces = { NULL, 0, 0 };
	struct buf out = { .arena = arena, .max = REPLACED_MAX };

	split(arena, pattern, &pieces);
	*again_r = false;
	for (size_t i = 0; i < pieces.n; i++) {
		struct span piece = pieces.v[i];
		struct span name = i % 2 == 1 ? tag_name(r, piece) : SPAN_NONE;
		const struct span *value = name.len != 0 ? map_get(&r->tags, name) : NULL;

		if (piece.len == 0 && !(i == 0 && flagged))
			buf_add(&out, inter);
		if (name.len != 0)
			buf_add(&out, pre);
		if (value != NULL)
			add_value(calls, arena, &out, name, *value);
		else
			buf_add(&out, piece);
		if (name.len != 0)
			buf_add(&out, post);
		for (size_t k = 0; value != NULL && !*again_r && k < value->len; k++)
			*again_r = tag_length(*value, k) != 0;
	}
	return out.full ? SPAN_NONE : buf_span(&out);
}

static struct span replace_all(const struct replace *r, struct arena *arena, struct span pattern, bool flagged, struct calls *calls)
{
	bool again = true;

	for (int i = 0; again && pattern.p != NULL && i < PASSES; i++)
		pattern = pass(r, arena, pattern, flagged, calls, &again);
	return pattern;
}

struct span replace_apply(const struct replace *r, struct arena *arena, struct span pattern, bool flagged)
{
	return replace_all(r, arena, pattern, flagged, NULL);
}

struct span replace_apply_calls(const struct replace *r, struct arena *arena, struct span pattern, bool flagged)
{
	struct calls calls = { NULL, 0, 0 };
	struct buf out = { .arena = arena, .max = REPLACED_MAX };

	buf_add(&out, replace_all(r, arena, pattern, flagged, &calls));
	/* What the values need in turn is added to the same list. */
	for (size_t i = 0; i < calls.n && !out.full; i++) {
		const struct span *value = map_get(&r->tags, calls.names[i]);

		buf_printf(&out, "(?(DEFINE)(?<sa%zu>", i);
		buf_add(&out, replace_all(r, arena, *value, true, &calls));
		buf_str(&out, "))");
	}
	return out.full ? SPAN_NONE : buf_span(&out);
}
