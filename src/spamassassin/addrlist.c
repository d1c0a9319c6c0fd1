#include "spamassassin/addrlist.h"

#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_domain.h"

void sa_addrlist_init(struct sa_addrlist *list, struct arena *arena)
{
	*list = (struct sa_addrlist){ 0 };
	map_init(&list->exact, arena, false);
}

bool sa_next_word(struct span *rest_r, struct span *word_r)
{
	size_t n = 0;

	*rest_r = span_trim(*rest_r);
	while (n < rest_r->len && !ascii_isspace(rest_r->p[n]))
		n++;
	*word_r = span_sub(*rest_r, 0, n);
	*rest_r = span_from(*rest_r, n);
	return n != 0;
}

bool sa_named_list(struct span args, struct span *name_r, struct span *words_r)
{
	size_t close = span_chr(args, ')');

	if (!span_starts(args, SPAN_LIT("(")) || close == SPAN_NPOS || close < 2 || close + 1 >= args.len || !ascii_isspace(args.p[close + 1]))
		return false;
	*name_r = span_sub(args, 1, close - 1);
	*words_r = span_trim(span_from(args, close + 1));
	return words_r->len != 0;
}

static bool is_glob(struct span s)
{
	return span_chr(s, '*') != SPAN_NPOS || span_chr(s, '?') != SPAN_NPOS;
}

/* Entries live in the map as SA_PRESENT and leave it as this, for it forgets nothing. */
#define ABSENT ((void *)2)

void sa_addrlist_add_text(struct arena *arena, struct sa_addrlist *list, struct span entry)
{
	list->n++;
	if (is_glob(entry))
		*ARRAY_ADD(arena, list->globs, list->nglobs, list->cap_globs) = entry;
	else
		map_put(&list->exact, entry, SA_PRESENT);
}

void sa_addrlist_add(struct arena *arena, struct sa_addrlist *list, struct span words)
{
	struct span word;

	while (sa_next_word(&words, &word))
		sa_addrlist_add_text(arena, list, sa_lower(arena, word));
}

void sa_addrlist_remove(struct arena *arena, struct sa_addrlist *list, struct span words)
{
	struct span word;

	while (sa_next_word(&words, &word)) {
		word = sa_lower(arena, word);
		if (map_get(&list->exact, word) == SA_PRESENT) {
			map_put(&list->exact, word, ABSENT);
			list->n--;
		}
		for (size_t i = 0; i < list->nglobs; i++) {
			if (!span_eq(list->globs[i], word))
				continue;
			list->globs[i--] = list->globs[--list->nglobs];
			list->n--;
		}
	}
}

bool sa_glob_matches(struct span glob, struct span text)
{
	size_t g = 0, t = 0, star = SPAN_NPOS, mark = 0;

	if (span_ends(text, SPAN_LIT("\n")))
		text.len--;
	if (span_chr(text, '\n') != SPAN_NPOS)
		return false;
	while (t < text.len) {
		if (g < glob.len && glob.p[g] == '*') {
			star = g++;
			mark = t;
		} else if (g < glob.len && (glob.p[g] == '?' || glob.p[g] == text.p[t])) {
			g++;
			t++;
		} else if (star != SPAN_NPOS) {
			g = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.p[g] == '*')
		g++;
	return g == glob.len;
}

bool sa_addrlist_has(const struct sa_addrlist *list, struct span address)
{
	if (map_get(&list->exact, address) == SA_PRESENT)
		return true;
	for (size_t i = 0; i < list->nglobs; i++) {
		if (sa_glob_matches(list->globs[i], address))
			return true;
	}
	return false;
}

void sa_addrlist_read(struct arena *arena, const struct cf *cf, const char *keyword, const char *remove, struct sa_addrlist *list)
{
	const struct cf_directive *add = cf_directive_next(cf, span_of(keyword), NULL);
	const struct cf_directive *gone = remove == NULL ? NULL : cf_directive_next(cf, span_of(remove), NULL);

	while (add != NULL || gone != NULL) {
		if (add != NULL && (gone == NULL || add < gone)) {
			sa_addrlist_add(arena, list, add->args);
			add = cf_directive_next(cf, span_of(keyword), add);
		} else {
			sa_addrlist_remove(arena, list, gone->args);
			gone = cf_directive_next(cf, span_of(remove), gone);
		}
	}
}
