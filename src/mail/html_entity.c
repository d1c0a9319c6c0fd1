#include "mail/html_entity.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/html_entity_table.h"

#define NAME_MAX_LEN 31  /* CounterClockwiseContourIntegral */
#define LEGACY_MAX_LEN 6 /* names without semicolon: frac12 */
#define LEGACY_MIN_LEN 2

/* All names one behind the other; the table below knows where each begins. */
static const struct {
#define X(name, a, b, legacy) char n_##name[sizeof(#name)];
	HTML_ENTITY_TABLE(X)
#undef X
} names = {
#define X(name, a, b, legacy) #name,
	HTML_ENTITY_TABLE(X)
#undef X
};

struct entry {
	uint32_t first : 31, legacy : 1;
	uint16_t second;
	uint16_t off;
};

static const struct entry entries[] = {
#define X(name, a, b, legacy_) { .first = (a), .legacy = (legacy_), .second = (b), .off = offsetof(__typeof__(names), n_##name) },
	HTML_ENTITY_TABLE(X)
#undef X
};

#define NENTRIES (sizeof(entries) / sizeof(entries[0]))

/* Where bytes 0x80 to 0x9f of Windows-1252 lead; 0: they stay what they are. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

static int compare(struct span name, const char *known)
{
	int order = strncmp(name.p, known, name.len);

	return order != 0 ? order : -(known[name.len] != '\0');
}

/* name: at most NAME_MAX_LEN letters and digits. */
static const struct entry *find(struct span name)
{
	size_t low = 0, high = NENTRIES;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = compare(name, (const char *)&names + entries[mid].off);

		if (order == 0)
			return &entries[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static uint32_t numeric_value(uint32_t cp)
{
	if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0xfffd;
	if (cp >= 0x80 && cp <= 0x9f && windows_1252[cp - 0x80] != 0)
		return windows_1252[cp - 0x80];
	return cp;
}

/* s begins with "&#". */
static size_t read_numeric(struct span s, struct html_entity *e_r)
{
	bool hex = s.len > 2 && (s.p[2] | 0x20) == 'x';
	uint32_t base = hex ? 16 : 10, cp = 0;
	size_t begin = hex ? 3 : 2, i = begin;

	for (; i < s.len; i++) {
		int digit = hex ? ascii_xvalue(s.p[i]) : ascii_isdigit(s.p[i]) ? s.p[i] - '0' : -1;

		if (digit < 0)
			break;
		if (cp <= 0x10ffff)
			cp = cp * base + (uint32_t)digit;
	}
	if (i == begin)
		return 0;
	*e_r = (struct html_entity){ .cp = { numeric_value(cp), 0 }, .numeric = true };
	return i < s.len && s.p[i] == ';' ? i + 1 : i;
}

/* The few that make up nearly all of the references in mail. */
static uint32_t find_common(struct span name)
{
	switch (name.len) {
	case 2:
		if (name.p[1] == 't')
			return name.p[0] == 'l' ? '<' : name.p[0] == 'g' ? '>' : 0;
		return 0;
	case 3:
		return memcmp(name.p, "amp", 3) == 0 ? '&' : memcmp(name.p, "shy", 3) == 0 ? 0xad : 0;
	case 4:
		if (memcmp(name.p, "nbsp", 4) == 0)
			return 0xa0;
		return memcmp(name.p, "zwnj", 4) == 0 ? 0x200c : memcmp(name.p, "quot", 4) == 0 ? '"' : 0;
	default:
		return 0;
	}
}

/* A name that needs no semicolon, the longest at the front of name; behind the front, anything may follow in text. */
static size_t read_legacy(struct span name, struct span behind, bool attribute, struct html_entity *e_r)
{
	size_t len = name.len < LEGACY_MAX_LEN ? name.len : LEGACY_MAX_LEN;
	size_t min = attribute ? name.len : LEGACY_MIN_LEN;

	if (attribute && behind.len != 0 && behind.p[0] == '=')
		return 0;
	for (; len >= min && len >= LEGACY_MIN_LEN; len--) {
		const struct entry *found = find(span_make(name.p, len));

		if (found == NULL || !found->legacy)
			continue;
		*e_r = (struct html_entity){ .cp = { found->first, 0 } };
		return 1 + len;
	}
	return 0;
}

size_t html_entity_read(struct span s, bool attribute, struct html_entity *e_r)
{
	size_t len = 0, max = s.len - 1 < NAME_MAX_LEN + 1 ? s.len - 1 : NAME_MAX_LEN + 1;
	struct span name;

	if (s.len > 1 && s.p[1] == '#')
		return read_numeric(s, e_r);
	while (len < max && ascii_isalnum(s.p[1 + len]))
		len++;
	name = span_make(s.p + 1, len);
	if (len < s.len - 1 && name.p[len] == ';' && len >= LEGACY_MIN_LEN && len <= NAME_MAX_LEN) {
		uint32_t common = find_common(name);
		const struct entry *found = common != 0 ? NULL : find(name);

		*e_r = (struct html_entity){ .cp = { common, 0 } };
		if (found != NULL)
			*e_r = (struct html_entity){ .cp = { found->first, found->second } };
		if (common != 0 || found != NULL)
			return len + 2;
	}
	return read_legacy(name, span_from(s, 1 + len), attribute, e_r);
}

/* At most as many bytes as the reference had: see html_names.py, which checks the table. */
static char *put(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		*to++ = (char)cp;
		return to;
	}
	if (cp < 0x800) {
		*to++ = (char)(0xc0 | cp >> 6);
	} else {
		if (cp < 0x10000) {
			*to++ = (char)(0xe0 | cp >> 12);
		} else {
			*to++ = (char)(0xf0 | cp >> 18);
			*to++ = (char)(0x80 | (cp >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (cp & 0x3f));
	return to;
}

size_t html_entity_decode(struct span value, char *to, unsigned *letters)
{
	struct html_entity e;
	char *o = to;
	size_t i = 0;

	while (i < value.len) {
		struct span rest = span_from(value, i);
		size_t plain = span_chr(rest, '&'), taken;

		if (plain == SPAN_NPOS)
			plain = rest.len;
		memcpy(o, rest.p, plain);
		o += plain;
		i += plain;
		if (i == value.len)
			break;
		taken = html_entity_read(span_from(value, i), true, &e);
		if (taken == 0) {
			*o++ = '&';
			i++;
			continue;
		}
		o = put(o, e.cp[0]);
		if (e.cp[1] != 0)
			o = put(o, e.cp[1]);
		if (e.numeric && e.cp[0] < 0x80 && ascii_isalpha((char)e.cp[0]))
			(*letters)++;
		i += taken;
	}
	return (size_t)(o - to);
}
