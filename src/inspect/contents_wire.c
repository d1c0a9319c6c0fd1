/* Contents as a flat message, and back. All numbers big-endian; lengths before bytes. */
#include "base/buf.h"
#include "base/cursor.h"
#include "base/utf8.h"
#include "inspect/contents.h"

#define MAGIC UINT32_C(0x57434f31) /* "WCO1" */
#define NAME_MAX_BYTES 1024
#define ROLE_BYTES 262144
/* The least that one item and one URL take. */
#define ITEM_LEAST (1 + 4 + 1 + 1 + 1 + 8 + 8 + 8 + 1 + 4 + 4)
#define URL_LEAST (1 + 4 + 4)
#define HEAD (4 + 8 + 8 + 8 + 4 + 4 + 4)

static void add_be(struct buf *b, uint64_t v, unsigned bytes)
{
	while (bytes-- != 0)
		buf_char(b, (char)(v >> bytes * 8 & 0xff));
}

static void add_span(struct buf *b, struct span s)
{
	add_be(b, s.len, 4);
	buf_add(b, s);
}

static uint64_t get_be64(struct cursor *c)
{
	uint64_t high = cursor_be32(c);

	return high << 32 | cursor_be32(c);
}

static struct span get_span(struct cursor *c)
{
	struct span s;

	cursor_bytes(c, cursor_be32(c), &s);
	return s;
}

static void add_item(struct buf *b, const struct content_item *item, size_t room, bool files)
{
	struct span name = span_sub(item->name, 0, NAME_MAX_BYTES);
	bool with = item->bytes.p != NULL && item->role != CONTENT_ROOT && (item->role != CONTENT_FILE || files);
	struct span bytes = with ? item->bytes : SPAN_NONE;
	size_t most = item->role == CONTENT_FILE ? bytes.len : ROLE_BYTES;
	unsigned flags = item->flags;

	room -= ITEM_LEAST + name.len;
	if (most > room)
		most = room;
	if (bytes.len > most) {
		bytes = span_sub(bytes, 0, most);
		flags |= CONTENT_ITEM_CUT;
	}
	add_be(b, item->role, 1);
	add_be(b, (uint32_t)item->parent, 4);
	add_be(b, item->depth < 255 ? item->depth : 255, 1);
	add_be(b, item->type, 1);
	add_be(b, flags, 1);
	add_be(b, item->size, 8);
	add_be(b, item->packed, 8);
	add_be(b, item->facts, 8);
	add_be(b, with, 1);
	add_span(b, name);
	add_span(b, bytes);
}

struct span contents_encode(struct arena *arena, const struct contents *c, size_t max, bool files)
{
	struct buf items = BUF_INIT(arena), urls = BUF_INIT(arena), out = BUF_INIT(arena);
	struct span password = span_sub(c->password, 0, NAME_MAX_BYTES);
	size_t used = HEAD + password.len, nitems = 0, nurls = 0;
	uint64_t facts = c->facts;

	for (; nurls < c->nurls; nurls++) {
		const struct content_url *u = &c->urls[nurls];

		if (used + urls.len + URL_LEAST + u->url.len > max / 2)
			break;
		add_be(&urls, u->source, 1);
		add_be(&urls, (uint32_t)u->item, 4);
		add_span(&urls, u->url);
	}
	used += urls.len;
	for (; nitems < c->nitems; nitems++) {
		const struct content_item *item = &c->items[nitems];
		size_t name = item->name.len < NAME_MAX_BYTES ? item->name.len : NAME_MAX_BYTES;

		if (used + items.len + ITEM_LEAST + name > max)
			break;
		add_item(&items, item, max - used - items.len, files);
	}
	if (nitems < c->nitems || nurls < c->nurls)
		facts |= CONTENT_BIT(TOO_MANY);
	add_be(&out, MAGIC, 4);
	add_be(&out, facts, 8);
	add_be(&out, c->entries, 8);
	add_be(&out, c->unpacked, 8);
	add_be(&out, nitems, 4);
	add_be(&out, nurls, 4);
	add_span(&out, password);
	buf_add(&out, buf_span(&items));
	buf_add(&out, buf_span(&urls));
	return buf_span(&out);
}

/* Parents stand before their children, and names are UTF-8: the scanner need not trust the worker. */
static bool get_item(struct arena *arena, struct cursor *c, size_t index, struct content_item *item)
{
	unsigned role = cursor_u8(c), type;
	bool with;

	item->parent = (int32_t)cursor_be32(c);
	item->depth = cursor_u8(c);
	type = cursor_u8(c);
	item->flags = cursor_u8(c);
	item->size = get_be64(c);
	item->packed = get_be64(c);
	item->facts = get_be64(c);
	with = cursor_u8(c) != 0;
	item->name = get_span(c);
	item->bytes = get_span(c);
	if (c->bad || role >= CONTENT_ROLE_N || type >= FILE_TYPE_N || item->facts >> CONTENT_FACT_N != 0)
		return false;
	if (index == 0 ? item->parent != -1 : item->parent < 0 || (size_t)item->parent >= index)
		return false;
	if (item->name.len > NAME_MAX_BYTES)
		return false;
	item->role = (enum content_role)role;
	item->type = (enum file_type)type;
	item->name = utf8_repair(arena, item->name);
	if (!with)
		item->bytes = SPAN_NONE;
	return true;
}

static bool get_url(struct cursor *c, size_t nitems, struct content_url *u)
{
	unsigned source = cursor_u8(c);

	u->item = (int32_t)cursor_be32(c);
	u->url = get_span(c);
	if (c->bad || source >= CONTENT_URL_SOURCE_N || u->item < 0)
		return false;
	if ((size_t)u->item >= nitems)
		u->item = 0; /* its item was left out */
	u->source = (enum content_url_source)source;
	return true;
}

bool contents_decode(struct arena *arena, struct span flat, struct contents *contents_r)
{
	struct cursor c = CURSOR(flat);
	struct contents *out = contents_r;

	*out = (struct contents){ 0 };
	if (cursor_be32(&c) != MAGIC)
		return false;
	out->facts = get_be64(&c);
	out->entries = get_be64(&c);
	out->unpacked = get_be64(&c);
	out->nitems = cursor_be32(&c);
	out->nurls = cursor_be32(&c);
	out->password = get_span(&c);
	if (c.bad || out->facts >> CONTENT_FACT_N != 0 || out->nitems == 0 || out->nitems > c.rest.len / ITEM_LEAST || out->nurls > c.rest.len / URL_LEAST)
		return false;
	out->items = ARENA_ARRAY(arena, out->nitems, struct content_item);
	out->urls = ARENA_ARRAY(arena, out->nurls, struct content_url);
	for (size_t i = 0; i < out->nitems; i++) {
		if (!get_item(arena, &c, i, &out->items[i]))
			return false;
	}
	for (size_t i = 0; i < out->nurls; i++) {
		if (!get_url(&c, out->nitems, &out->urls[i]))
			return false;
	}
	return cursor_done(&c);
}
