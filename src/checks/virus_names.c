#include "checks/virus_names.h"

#include "checks/inspection.h"

#define SCORE_DEFAULT 6000

bool virus_name_matches(struct span pattern, struct span text)
{
	size_t p = 0, t = 0, star = SPAN_NPOS, from = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.p[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.len && (pattern.p[p] == '?' || pattern.p[p] == text.p[t])) {
			p++;
			t++;
		} else if (star != SPAN_NPOS) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.p[p] == '*')
		p++;
	return p == pattern.len;
}

static bool is_symbol(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_')
			return false;
	}
	return s.len != 0 && s.len <= 64 && s.p[0] >= 'A';
}

static struct span next_word(struct span *rest)
{
	struct span s = span_trim(*rest);
	size_t n = 0;

	while (n < s.len && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*rest = span_from(s, n);
	return span_sub(s, 0, n);
}

static bool parse_row(struct arena *arena, struct span row, struct virus_name *v, struct err *err_r)
{
	size_t eq = span_chr(row, '=');
	struct span rest = eq == SPAN_NPOS ? SPAN_NONE : span_from(row, eq + 1), word = next_word(&rest);

	v->pattern = span_trim(span_sub(row, 0, eq == SPAN_NPOS ? 0 : eq));
	if (v->pattern.len == 0 || !is_symbol(word))
		return err_set(err_r, "'%.*s' in antivirus.names is no \"PATTERN = SYMBOL [ACTION] [SCORE]\"", SPAN_ARG(row));
	v->symbol = (struct symbol){ arena_str(arena, word), "malware", SCORE_DEFAULT, "A file is malware by a signature named in antivirus.names.", ACTION_NONE };
	for (word = next_word(&rest); word.len != 0; word = next_word(&rest)) {
		if (!action_parse(word, &v->symbol.force) && !setting_parse_score(word, &v->symbol.score))
			return err_set(err_r, "'%.*s' in antivirus.names is neither action nor score", SPAN_ARG(word));
	}
	return true;
}

bool virus_names_parse(struct arena *arena, const struct span_list *rows, struct virus_names *names, struct err *err_r)
{
	*names = (struct virus_names){ ARENA_ARRAY(arena, rows->n, struct virus_name), rows->n };
	for (size_t i = 0; i < rows->n; i++) {
		if (!parse_row(arena, rows->v[i], &names->v[i], err_r))
			return false;
	}
	return true;
}

const struct virus_name *virus_name_find(const struct virus_names *names, struct span name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (virus_name_matches(names->v[i].pattern, name))
			return &names->v[i];
	}
	return NULL;
}

/* The check made of them. Rows may share a symbol: the first says what it is. */

struct names_state {
	struct virus_names names;
	unsigned *symbol_of; /* per row */
};

static void run(struct task *t, const void *ctx)
{
	const struct names_state *s = ctx;
	const struct inspection_list *list = inspection_of(t);
	bool *seen = ARENA_ARRAY(task_arena(t), s->names.n, bool);

	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct inspect_answer *a = &list->v[i].answer;

		for (size_t n = 0; n < a->nnames; n++) {
			const struct virus_name *v = virus_name_find(&s->names, a->names[n]);
			unsigned sym = v != NULL ? s->symbol_of[v - s->names.v] : 0;

			if (v == NULL || seen[sym])
				continue;
			seen[sym] = true;
			hit_add(t, sym, a->names[n]);
		}
	}
}

bool virus_names_check(struct arena *arena, const struct span_list *rows, const struct check **check_r, struct err *err_r)
{
	static const char *const after[] = { "inspection", NULL };
	struct names_state *s = ARENA_NEW(arena, struct names_state);
	struct symbol *symbols;
	struct check *check;
	unsigned n = 0;

	*check_r = NULL;
	if (!virus_names_parse(arena, rows, &s->names, err_r))
		return false;
	if (rows->n == 0)
		return true;
	symbols = ARENA_ARRAY(arena, rows->n, struct symbol);
	s->symbol_of = ARENA_ARRAY(arena, rows->n, unsigned);
	for (size_t i = 0; i < rows->n; i++) {
		unsigned sym = 0;

		while (sym < n && strcmp(symbols[sym].name, s->names.v[i].symbol.name) != 0)
			sym++;
		if (sym == n)
			symbols[n++] = s->names.v[i].symbol;
		s->symbol_of[i] = sym;
	}
	check = ARENA_NEW(arena, struct check);
	*check = (struct check){ .name = "virus_names", .where = "antivirus.names", .stages = STAGE_MESSAGE, .after = after, .symbols = symbols, .nsymbols = n, .ctx = s, .run = run };
	*check_r = check;
	return true;
}
