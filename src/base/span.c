#include "base/span.h"

#include "base/ascii.h"

struct span span_sub(struct span s, size_t from, size_t len)
{
	if (from >= s.len)
		return (struct span){ s.p, 0 };
	if (len > s.len - from)
		len = s.len - from;
	return (struct span){ s.p + from, len };
}

struct span span_from(struct span s, size_t from)
{
	return span_sub(s, from, s.len);
}

bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static bool case_equal(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ascii_tolower(a[i]) != ascii_tolower(b[i]))
			return false;
	}
	return true;
}

bool span_case_eq(struct span a, struct span b)
{
	return a.len == b.len && case_equal(a.p, b.p, a.len);
}

int span_cmp(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

bool span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}

bool span_ends(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_eq(span_from(s, s.len - suffix.len), suffix);
}

bool span_case_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && case_equal(s.p, prefix.p, prefix.len);
}

bool span_case_ends(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_case_eq(span_from(s, s.len - suffix.len), suffix);
}

size_t span_chr(struct span s, char c)
{
	const char *at = s.len ? memchr(s.p, c, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.p) : SPAN_NPOS;
}

size_t span_rchr(struct span s, char c)
{
	const char *at = s.len ? memrchr(s.p, c, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.p) : SPAN_NPOS;
}

size_t span_find(struct span s, struct span needle)
{
	const char *at;

	if (needle.len == 0)
		return 0;
	at = s.len ? memmem(s.p, s.len, needle.p, needle.len) : NULL;
	return at != NULL ? (size_t)(at - s.p) : SPAN_NPOS;
}

size_t span_case_find(struct span s, struct span needle)
{
	if (needle.len == 0)
		return 0;
	for (size_t i = 0; i + needle.len <= s.len; i++) {
		if (ascii_tolower(s.p[i]) == ascii_tolower(needle.p[0]) && case_equal(s.p + i, needle.p, needle.len))
			return i;
	}
	return SPAN_NPOS;
}

struct span span_trim(struct span s)
{
	while (s.len > 0 && ascii_isspace(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && ascii_isspace(s.p[s.len - 1]))
		s.len--;
	return s;
}

struct span span_split(struct span *rest_r, char sep)
{
	struct span s = *rest_r;
	size_t at = span_chr(s, sep);

	if (at == SPAN_NPOS) {
		*rest_r = SPAN_NONE;
		return s;
	}
	*rest_r = (struct span){ s.p + at + 1, s.len - at - 1 };
	return (struct span){ s.p, at };
}

bool span_uint(struct span s, uint64_t max, uint64_t *value_r)
{
	uint64_t v = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned d;

		if (!ascii_isdigit(s.p[i]))
			return false;
		d = (unsigned)(s.p[i] - '0');
		if (d > max || v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*value_r = v;
	return true;
}
