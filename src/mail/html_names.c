#include "mail/html_names.h"

#include "base/ascii.h"
#include "mail/html_names_slots.h"

struct name {
	const char *p;
	size_t len;
};

static const struct name tags[] = {
	{ "", 0 },
#define X(id, name, flags) { name, sizeof(name) - 1 },
	HTML_TAG_TABLE(X)
#undef X
};

static const struct name attrs[] = {
	{ "", 0 },
#define X(id, name) { name, sizeof(name) - 1 },
	HTML_ATTR_TABLE(X)
#undef X
};

static const struct name props[] = {
	{ "", 0 },
#define X(id, name) { name, sizeof(name) - 1 },
	HTML_PROP_TABLE(X)
#undef X
};

const uint16_t html_tag_flags[TAG_N] = {
#define X(id, name, flags) [TAG_##id] = (flags),
	HTML_TAG_TABLE(X)
#undef X
};

#define NAME_MAX_LEN 16

static uint64_t load(const char *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

/* The first eight bytes, without a loop and without reading what lies behind. Little endian, as html_names.py has it. */
static uint64_t front(struct span name)
{
	if (name.len >= 8)
		return load(name.p, 8);
	if (name.len >= 4)
		return load(name.p, 4) | load(name.p + name.len - 4, 4) << (8 * (name.len - 4));
	if (name.len >= 2)
		return load(name.p, 2) | (uint64_t)(uint8_t)name.p[name.len - 1] << (8 * (name.len - 1));
	return (uint8_t)name.p[0];
}

/* Setting bit 5 makes capitals small and leaves digits, '-' and ':' as they are; other bytes match no name anyway. */
static uint64_t name_key(struct span name)
{
	uint64_t key = front(name), mask = 0x2020202020202020u;

	if (name.len < 8)
		mask &= (UINT64_C(1) << (8 * name.len)) - 1;
	return (key | mask) + ((uint64_t)name.len << 32) + ((uint64_t)((uint8_t)name.p[name.len - 1] | 0x20u) << 16);
}

static bool same(const struct name *known, struct span name)
{
	if (known->len != name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (ascii_tolower(name.p[i]) != known->p[i])
			return false;
	return true;
}

enum html_tag html_tag_find(struct span name)
{
	uint64_t hash;
	unsigned at;

	if (name.len == 0)
		return TAG_NONE;
	hash = name_key(name) * TAG_MULTIPLIER;
	at = tag_slots[hash >> (64 - TAG_BITS)];
	if (at != 0 && same(&tags[at], name))
		return (enum html_tag)at;
	return (enum html_tag)(TAG_KNOWN + (hash >> 59));
}

enum html_attr html_attr_find(struct span name)
{
	unsigned at;

	if (name.len == 0 || name.len > NAME_MAX_LEN)
		return ATTR_NONE;
	at = attr_slots[name_key(name) * ATTR_MULTIPLIER >> (64 - ATTR_BITS)];
	return at != 0 && same(&attrs[at], name) ? (enum html_attr)at : ATTR_NONE;
}

enum html_prop html_prop_find(struct span name)
{
	unsigned at;

	if (name.len == 0 || name.len > NAME_MAX_LEN)
		return PROP_NONE;
	at = prop_slots[name_key(name) * PROP_MULTIPLIER >> (64 - PROP_BITS)];
	return at != 0 && same(&props[at], name) ? (enum html_prop)at : PROP_NONE;
}
