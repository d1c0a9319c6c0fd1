#include "inspect/zip.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "inspect/inflate.h"
#include "mail/charset.h"

#define LOCAL_HEADER 30
#define CENTRAL_HEADER 46
#define END_HEADER 22
#define END_SEARCH (65535 + END_HEADER)
#define BOMB_LEAST UINT64_C(16777216)
#define FLAG_ENCRYPTED 1
#define FLAG_DESCRIPTOR 8
#define FLAG_UTF8 2048

#define LOCAL_SIGNATURE 0x04034b50
#define CENTRAL_SIGNATURE 0x02014b50

struct directory {
	uint64_t at, size, entries; /* where it stands in the file */
	uint64_t prefix;            /* bytes in front of the zip: all offsets are behind them */
};

/* The sizes and the offset of the directory where the fields of the old record are too small (4.3.14, 4.3.15). */
static void read_zip64_end(struct span f, size_t end, uint64_t *entries, uint64_t *size, uint64_t *offset)
{
	uint64_t at;

	if (end < 20 || contents_le32(f, end - 20) != 0x07064b50)
		return;
	at = contents_le64(f, end - 12);
	if (at > f.len || f.len - at < 56 || contents_le32(f, (size_t)at) != 0x06064b50)
		return;
	*entries = contents_le64(f, (size_t)at + 32);
	*size = contents_le64(f, (size_t)at + 40);
	*offset = contents_le64(f, (size_t)at + 48);
}

static bool directory_at(struct span f, size_t end, struct directory *d)
{
	uint64_t size = contents_le32(f, end + 12), offset = contents_le32(f, end + 16), before = end;

	d->entries = contents_le16(f, end + 10);
	if (size == UINT32_MAX || offset == UINT32_MAX || d->entries == UINT16_MAX) {
		read_zip64_end(f, end, &d->entries, &size, &offset);
		before = end >= 20 && contents_le32(f, end - 20) == 0x07064b50 ? end - 20 - (end >= 76 ? 56 : 0) : end;
	}
	if (size > before)
		return false;
	d->at = before - size;
	d->size = size;
	if (size != 0 && contents_le32(f, (size_t)d->at) != CENTRAL_SIGNATURE) {
		/* Something stands between the directory and its end record: believe the offset. */
		if (offset > before || contents_le32(f, (size_t)offset) != CENTRAL_SIGNATURE)
			return false;
		d->at = offset;
	}
	d->prefix = d->at > offset ? d->at - offset : 0;
	return true;
}

/* The last end record that has a directory. Others that have one are told. */
static bool find_directory(struct span f, struct directory *d_r, uint64_t *facts)
{
	size_t from = f.len > END_SEARCH ? f.len - END_SEARCH : 0;
	bool found = false;

	if (f.len < END_HEADER)
		return false;
	for (size_t at = f.len - END_HEADER + 1; at-- > from;) {
		struct directory d;

		if (f.p[at] != 'P' || contents_le32(f, at) != 0x06054b50 || !directory_at(f, at, &d))
			continue;
		if (!found)
			*d_r = d;
		else if (d.at != d_r->at && d.size != 0 && at >= d_r->at + d_r->size)
			*facts |= CONTENT_BIT(ZIP_PREFIX);
		found = true;
	}
	return found;
}

/* Sizes and offset above 4 GiB stand in an extra field (4.5.3). */
static void read_zip64_extra(struct span extra, struct zip_entry *e)
{
	size_t at = 0;

	while (at + 4 <= extra.len) {
		size_t len = contents_le16(extra, at + 2), field = at + 4;

		if (contents_le16(extra, at) == 1) {
			if (e->size == UINT32_MAX) {
				e->size = contents_le64(extra, field);
				field += 8;
			}
			if (e->packed == UINT32_MAX) {
				e->packed = contents_le64(extra, field);
				field += 8;
			}
			if (e->local == UINT32_MAX)
				e->local = contents_le64(extra, field);
			return;
		}
		at += 4 + len;
	}
}

/* Sizes that are in an extra field, or behind the data, are not compared. */
static bool sizes_agree(struct span f, size_t local, const struct zip_entry *e)
{
	uint32_t packed = contents_le32(f, local + 18), size = contents_le32(f, local + 22);

	return packed == UINT32_MAX || (packed == (uint32_t)e->packed && size == (uint32_t)e->size);
}

/* The local header says the same, or a reader that believes it sees another file. */
static void read_local(struct zip *z, struct zip_entry *e, unsigned flags)
{
	struct span f = z->file;
	size_t name_len, at;
	unsigned local_flags;

	if (e->local > f.len || f.len - e->local < LOCAL_HEADER || contents_le32(f, (size_t)e->local) != LOCAL_SIGNATURE) {
		z->facts |= CONTENT_BIT(BROKEN);
		return;
	}
	at = (size_t)e->local;
	local_flags = contents_le16(f, at + 6);
	name_len = contents_le16(f, at + 26);
	e->data = span_sub(f, at + LOCAL_HEADER + name_len + contents_le16(f, at + 28), e->packed < f.len ? (size_t)e->packed : f.len);
	if (!span_eq(span_sub(f, at + LOCAL_HEADER, name_len), e->name) || contents_le16(f, at + 8) != e->method ||
	    ((local_flags ^ flags) & FLAG_ENCRYPTED) != 0 || ((local_flags & FLAG_DESCRIPTOR) == 0 && !sizes_agree(f, at, e)))
		z->facts |= CONTENT_BIT(ZIP_INCONSISTENT);
	if (e->data.len < e->packed)
		z->facts |= CONTENT_BIT(BROKEN);
}

/* One entry of the directory; its length, or 0 when it is none. */
static size_t read_central(struct zip *z, struct span d, uint64_t prefix, struct zip_entry *e)
{
	size_t name_len, extra_len, len;
	unsigned flags;

	if (d.len < CENTRAL_HEADER || contents_le32(d, 0) != CENTRAL_SIGNATURE)
		return 0;
	name_len = contents_le16(d, 28);
	extra_len = contents_le16(d, 30);
	len = CENTRAL_HEADER + name_len + extra_len + contents_le16(d, 32);
	if (len > d.len)
		return 0;
	flags = contents_le16(d, 8);
	*e = (struct zip_entry){ .name = span_sub(d, CENTRAL_HEADER, name_len), .utf8 = (flags & FLAG_UTF8) != 0, .encrypted = (flags & FLAG_ENCRYPTED) != 0,
		                 .method = contents_le16(d, 10), .packed = contents_le32(d, 20), .size = contents_le32(d, 24), .local = contents_le32(d, 42) };
	read_zip64_extra(span_sub(d, CENTRAL_HEADER + name_len, extra_len), e);
	e->local = e->local > UINT64_MAX - prefix ? UINT64_MAX : e->local + prefix;
	read_local(z, e, flags);
	return len;
}

static int by_offset(const void *a, const void *b)
{
	const struct zip_entry *x = *(const struct zip_entry *const *)a, *y = *(const struct zip_entry *const *)b;

	return x->local < y->local ? -1 : x->local > y->local;
}

/* Entries that share bytes, and local headers that no entry of the directory points to. */
static void tell_layout(struct reader *r, struct zip *z, bool whole)
{
	const struct zip_entry **v = ARENA_ARRAY(r->arena, z->n, const struct zip_entry *);
	size_t n = 0;

	for (size_t i = 0; i < z->n; i++) {
		if (z->v[i].data.p != NULL)
			v[n++] = &z->v[i];
	}
	if (n != 0)
		qsort(v, n, sizeof(*v), by_offset);
	for (size_t i = 0; i < n; i++) {
		uint64_t end = (uint64_t)(span_end(v[i]->data) - z->file.p);
		uint64_t next = i + 1 < n ? v[i + 1]->local : UINT64_MAX;

		if (i == 0 && v[i]->local != 0)
			z->facts |= CONTENT_BIT(ZIP_PREFIX);
		if (v[i]->data.len == 0)
			continue;
		if (next < end)
			z->facts |= CONTENT_BIT(ZIP_OVERLAP);
		else if (next != end && whole && contents_le32(z->file, (size_t)end) == LOCAL_SIGNATURE)
			z->facts |= CONTENT_BIT(ZIP_INCONSISTENT);
	}
}

static void tell_bomb(struct reader *r, struct zip *z)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *e = &z->v[i];

		if (e->size >= BOMB_LEAST && e->size / r->limits->ratio > e->packed)
			z->facts |= CONTENT_BIT(BOMB);
		sum = sum > UINT64_MAX - e->size ? UINT64_MAX : sum + e->size;
	}
	if (sum >= BOMB_LEAST && sum / r->limits->ratio > z->file.len)
		z->facts |= CONTENT_BIT(BOMB);
}

bool zip_open(struct reader *r, struct span file, struct zip *zip_r)
{
	struct zip *z = zip_r;
	struct directory d = { 0 };
	struct span rest;
	size_t most;

	*z = (struct zip){ .file = file };
	if (!find_directory(file, &d, &z->facts))
		return false;
	z->entries = d.entries;
	rest = span_sub(file, (size_t)d.at, (size_t)d.size);
	most = rest.len / CENTRAL_HEADER < r->entries_left ? rest.len / CENTRAL_HEADER : r->entries_left;
	z->v = ARENA_ARRAY(r->arena, most, struct zip_entry);
	while (z->n < most) {
		size_t len = read_central(z, rest, d.prefix, &z->v[z->n]);

		if (len == 0)
			break;
		z->n++;
		rest = span_from(rest, len);
	}
	if (rest.len >= CENTRAL_HEADER)
		z->facts |= z->n == r->entries_left ? CONTENT_BIT(TOO_MANY) : CONTENT_BIT(BROKEN);
	if (d.entries > z->n)
		z->entries = d.entries;
	else
		z->entries = z->n;
	r->entries_left -= (unsigned)z->n;
	r->out->entries += z->entries;
	tell_layout(r, z, (z->facts & CONTENT_BIT(TOO_MANY)) == 0);
	tell_bomb(r, z);
	return true;
}

struct span zip_unpack(struct reader *r, const struct zip_entry *e, size_t max, bool *whole_r)
{
	struct span out;
	size_t hint;

	*whole_r = false;
	if (max > contents_room(r))
		max = contents_room(r);
	if (e->data.p == NULL || e->encrypted || max == 0)
		return SPAN_NONE;
	if (e->method == 0) {
		out = span_sub(e->data, 0, max);
		*whole_r = out.len == e->data.len;
		contents_spend(r, out.len, 0); /* entries may share their bytes: each is work again */
		return out;
	}
	if (e->method != 8)
		return SPAN_NONE;
	hint = e->size / 1100 <= e->packed && e->size < max ? (size_t)e->size : 0; /* deflate gives at most 1032 times its input */
	return contents_inflate(r, INFLATE_RAW, e->data, hint, max, whole_r);
}

struct span zip_name(struct reader *r, const struct zip_entry *e)
{
	struct facts facts = { 0 };

	if (e->utf8 || utf8_valid(e->name))
		return e->name;
	return charset_to_utf8(r->arena, SPAN_LIT("cp437"), e->name, e->name.len * 4, &facts);
}
