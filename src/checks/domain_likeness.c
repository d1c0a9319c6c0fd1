#include "checks/domain_likeness.h"

#include "base/ascii.h"
#include "checks/punycode.h"
#include "checks/script.h"

#define NAME_MAX_BYTES 64
#define EDIT_SHORTEST 7  /* shorter names are too near to each other */
#define LOOKS_SHORTEST 4

/* What a reader takes a name for. */
struct skeleton {
	char v[NAME_MAX_BYTES];
	size_t n;
};

/* Two letters that look like one. */
static bool join_pair(struct skeleton *k, char c)
{
	char before = (char)(k->n > 0 ? k->v[k->n - 1] : '\0');

	if (before == 'r' && c == 'n')
		k->v[k->n - 1] = 'm';
	else if (before == 'v' && c == 'v')
		k->v[k->n - 1] = 'w';
	else
		return false;
	return true;
}

static void add(struct skeleton *k, char c)
{
	static const char digits[] = "ol23456789"; /* as letters: 0 and 1 */

	if (ascii_isdigit(c))
		c = digits[c - '0'];
	if (c == 'i')
		c = 'l'; /* a capital I */
	if (!join_pair(k, c) && k->n < sizeof(k->v))
		k->v[k->n++] = c;
}

static bool skeleton_make(struct skeleton *k, struct span name)
{
	uint32_t cp[PUNYCODE_MAX];
	size_t n = span_starts(name, SPAN_LIT("xn--")) ? punycode_decode(name, cp) : 0;

	k->n = 0;
	for (size_t i = 0; n == 0 && i < name.len && i < NAME_MAX_BYTES; i++)
		add(k, name.p[i]);
	for (size_t i = 0; i < n; i++) {
		char c = script_fold(cp[i]);

		if (c == '\0')
			return false; /* a letter that looks like no other */
		if (c != SCRIPT_SKIP)
			add(k, c);
	}
	return true;
}

static bool looks_equal(struct span a, struct span b)
{
	struct skeleton ka, kb;

	return a.len >= LOOKS_SHORTEST && b.len >= LOOKS_SHORTEST && skeleton_make(&ka, a) && skeleton_make(&kb, b) && span_eq(span_make(ka.v, ka.n), span_make(kb.v, kb.n));
}

/* One byte more, less or other, or two neighbours swapped. */
static bool one_edit(struct span a, struct span b)
{
	size_t i = 0, tail;

	if (a.len < b.len) {
		struct span swap = a;

		a = b;
		b = swap;
	}
	while (i < b.len && a.p[i] == b.p[i])
		i++;
	if (a.len == b.len) {
		if (i == a.len || (ascii_isdigit(a.p[i]) && ascii_isdigit(b.p[i])))
			return false;
		if (i + 1 < a.len && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i])
			return span_eq(span_from(a, i + 2), span_from(b, i + 2));
		return span_eq(span_from(a, i + 1), span_from(b, i + 1));
	}
	tail = i;
	return a.len == b.len + 1 && !ascii_isdigit(a.p[i]) && span_eq(span_from(a, tail + 1), span_from(b, tail));
}

enum domain_likeness domain_likeness(struct span domain, struct span other)
{
	size_t dot = span_chr(domain, '.'), other_dot = span_chr(other, '.');
	struct span name, other_name, suffix, other_suffix;

	if (dot == SPAN_NPOS || other_dot == SPAN_NPOS || span_eq(domain, other))
		return DOMAIN_UNLIKE;
	name = span_sub(domain, 0, dot);
	other_name = span_sub(other, 0, other_dot);
	suffix = span_from(domain, dot + 1);
	other_suffix = span_from(other, other_dot + 1);
	if (span_eq(name, other_name))
		return name.len >= LOOKS_SHORTEST && suffix.len <= 3 && other_suffix.len == 3 && one_edit(suffix, other_suffix) ? DOMAIN_LIKE_SUFFIX : DOMAIN_UNLIKE;
	if (looks_equal(name, other_name))
		return DOMAIN_LIKE_LOOKS;
	if (name.len >= EDIT_SHORTEST && other_name.len >= EDIT_SHORTEST && span_eq(suffix, other_suffix) && one_edit(name, other_name))
		return DOMAIN_LIKE_EDIT;
	return DOMAIN_UNLIKE;
}
