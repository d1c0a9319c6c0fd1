#include "spamassassin/html_entity.h"

#include "base/ascii.h"
#include "spamassassin/html_entity_table.h"

#define NAME_MAX_LEN 8 /* thetasym, upsilon */
#define REPLACEMENT 0xfffd

static const struct entity {
	char name[NAME_MAX_LEN + 1];
	bool semicolon; /* must follow */
	uint16_t cp;
} entities[] = {
#define X(name_, cp_, semicolon_) { .name = #name_, .semicolon = (semicolon_), .cp = (cp_) },
	SA_HTML_ENTITIES(X)
#undef X
};

static const struct entity *find(const char *name, size_t len)
{
	size_t low = 0, high = sizeof(entities) / sizeof(*entities);

	if (len == 0 || len > NAME_MAX_LEN)
		return NULL;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strncmp(name, entities[mid].name, len);

		if (order == 0)
			order = -(entities[mid].name[len] != '\0');
		if (order == 0)
			return &entities[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static char *put(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		*to++ = (char)cp;
	} else if (cp < 0x800) {
		*to++ = (char)(0xc0 | cp >> 6);
		*to++ = (char)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		*to++ = (char)(0xe0 | cp >> 12);
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*to++ = (char)(0x80 | (cp & 0x3f));
	} else {
		*to++ = (char)(0xf0 | cp >> 18);
		*to++ = (char)(0x80 | (cp >> 12 & 0x3f));
		*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*to++ = (char)(0x80 | (cp & 0x3f));
	}
	return to;
}

struct decoder {
	char *to;
	uint32_t high; /* a surrogate that came before as U+FFFD, or 0 */
	bool *wide;
};

/* The number behind "&#"; returns behind its digits. *value_r: 0 when there is none or it is too large. */
static const char *read_number(const char *s, const char *end, uint32_t *value_r)
{
	uint32_t base = 10, value = 0;

	if (s < end && (*s == 'x' || *s == 'X')) {
		base = 16;
		s++;
	}
	for (; s < end; s++) {
		int digit = ascii_xvalue(*s);

		if (digit < 0 || (uint32_t)digit >= base)
			break;
		value = value * base + (uint32_t)digit;
		if (value > 0x10ffff) {
			value = 0;
			break;
		}
	}
	*value_r = value;
	return s;
}

static bool add_number(struct decoder *d, uint32_t cp)
{
	if (cp == 0 || ((*d->wide || cp > 255) && (cp == 0xfffe || cp == 0xffff)))
		return false;
	if (cp > 255 || *d->wide) {
		if ((cp & 0xfffffc00) == 0xdc00 && d->high != 0) {
			d->to -= 3; /* the U+FFFD that stands for the first half */
			cp = ((d->high - 0xd800) << 10) + (cp - 0xdc00) + 0x10000;
			d->high = 0;
		} else if ((cp & 0xfffffc00) == 0xd800) {
			d->high = cp;
			cp = REPLACEMENT;
		} else {
			d->high = 0;
			if ((cp & 0xfffffc00) == 0xdc00 || (cp >= 0xfdd0 && cp <= 0xfdef) || (cp & 0xfffe) == 0xfffe)
				cp = REPLACEMENT;
		}
		*d->wide |= cp > 255;
	}
	d->to = put(d->to, cp);
	return true;
}

/* The name at s; returns behind what of it counts, NULL: none known. */
static const char *read_name(const char *s, const char *end, bool attribute, const struct entity **e_r)
{
	const char *p = s;

	while (p < end && (ascii_isalnum(*p) || *p == '_'))
		p++;
	*e_r = find(s, (size_t)(p - s));
	if (*e_r != NULL && (!(*e_r)->semicolon || (p < end && *p == ';')))
		return p;
	if (attribute)
		return NULL;
	if (p - s > NAME_MAX_LEN)
		p = s + NAME_MAX_LEN + 1;
	while (--p > s) {
		*e_r = find(s, (size_t)(p - s));
		if (*e_r != NULL && !(*e_r)->semicolon)
			return p;
	}
	return NULL;
}

/* s: behind the "&". Returns behind what was taken; when nothing was decoded, the text itself is copied. */
static const char *read_reference(struct decoder *d, const char *s, const char *end, bool attribute)
{
	const char *next;
	bool good;

	if (s < end && *s == '#') {
		uint32_t cp;

		next = read_number(s + 1, end, &cp);
		good = add_number(d, cp);
	} else {
		const struct entity *e = NULL;

		next = read_name(s, end, attribute, &e);
		d->high = 0;
		good = next != NULL;
		if (good) {
			*d->wide |= e->cp > 255;
			d->to = put(d->to, e->cp);
		}
	}
	if (!good) {
		*d->to++ = '&';
		return s;
	}
	if (next < end && *next == ';')
		next++;
	if (next == end || *next != '&')
		d->high = 0;
	return next;
}

size_t sa_html_decode(struct span text, bool attribute, char *to, bool *wide)
{
	struct decoder d = { .to = to, .wide = wide };
	const char *s = text.p, *end = span_end(text);

	while (s < end) {
		const char *amp = memchr(s, '&', (size_t)(end - s));
		size_t n = (size_t)((amp != NULL ? amp : end) - s);

		memcpy(d.to, s, n);
		d.to += n;
		if (amp == NULL)
			break;
		s = read_reference(&d, amp + 1, end, attribute);
	}
	return (size_t)(d.to - to);
}
