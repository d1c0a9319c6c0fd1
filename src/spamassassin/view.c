#include "spamassassin/view_private.h"

#include <unicode/uchar.h>

#include "base/ascii.h"

struct sa_view *sa_view_new(const struct sa_view_config *config, const struct url_context *urls, const struct transaction *tx, const struct message *msg)
{
	struct sa_view *v = ARENA_NEW(tx->arena, struct sa_view);

	v->config = config;
	v->urls = urls;
	v->tx = tx;
	v->msg = msg;
	v->arena = tx->arena;
	return v;
}

struct arena *sa_view_arena(struct sa_view *v)
{
	return v->arena;
}

const struct transaction *sa_view_tx(const struct sa_view *v)
{
	return v->tx;
}

const struct message *sa_view_msg(const struct sa_view *v)
{
	return v->msg;
}

void *sa_view_memo(struct sa_view *v, const void *owner, size_t size)
{
	struct sa_memo *memo;

	for (memo = v->memos; memo != NULL; memo = memo->next) {
		if (memo->owner == owner)
			return memo->notes;
	}
	if (size == 0)
		return NULL;
	memo = ARENA_NEW(v->arena, struct sa_memo);
	*memo = (struct sa_memo){ .owner = owner, .notes = arena_alloc(v->arena, size), .next = v->memos };
	v->memos = memo;
	return memo->notes;
}

size_t sa_space_len(const char *p, const char *end, bool wide)
{
	uint8_t c = (uint8_t)*p, d, e;

	if (c <= ' ')
		return c == ' ' || (c >= '\t' && c <= '\r');
	if (!wide || c < 0xc2)
		return 0;
	d = end - p > 1 ? (uint8_t)p[1] : 0;
	if (c == 0xc2)
		return d == 0x85 || d == 0xa0 ? 2 : 0;
	if (c < 0xe1 || c > 0xe3 || end - p < 3)
		return 0;
	e = (uint8_t)p[2];
	if (c == 0xe1)
		return d == 0x9a && e == 0x80 ? 3 : 0;
	if (c == 0xe3)
		return d == 0x80 && e == 0x80 ? 3 : 0;
	/* U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F */
	return (d == 0x80 && (e <= 0x8a || e == 0xa8 || e == 0xa9 || e == 0xaf)) || (d == 0x81 && e == 0x9f) ? 3 : 0;
}

bool sa_is_word(uint32_t cp, bool wide)
{
	if (cp < 0x80)
		return ascii_isalnum((char)cp) || cp == '_';
	if (!wide)
		return false;
	return u_hasBinaryProperty((UChar32)cp, UCHAR_ALPHABETIC) || u_isdigit((UChar32)cp) || (U_GET_GC_MASK((UChar32)cp) & (U_GC_M_MASK | U_GC_PC_MASK)) != 0;
}
