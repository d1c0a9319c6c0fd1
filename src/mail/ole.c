#include "mail/ole.h"

#include "base/utf8.h"

#define HEADER 512
#define ENTRY 128
#define ENTRIES_MAX 65536
#define END_OF_CHAIN 0xfffffffa /* and above: no sector */
#define NO_ENTRY 0xffffffff
#define MINI_SHIFT 6
#define COPY_FLOOR 1048576
#define READ_FLOOR 65536

static uint16_t le16(struct span s, size_t at)
{
	return at + 2 <= s.len ? (uint16_t)((unsigned)(uint8_t)s.p[at] | (unsigned)(uint8_t)s.p[at + 1] << 8) : (uint16_t)0;
}

static uint32_t le32(struct span s, size_t at)
{
	return le16(s, at) | (uint32_t)le16(s, at + 2) << 16;
}

static size_t sector_offset(const struct ole *o, uint32_t sector)
{
	return ((size_t)sector + 1) << o->shift;
}

static struct span sector_bytes(const struct ole *o, uint32_t sector)
{
	return span_sub(o->file, sector_offset(o, sector), (size_t)1 << o->shift);
}

static size_t sectors_max(const struct ole *o)
{
	return (o->file.len >> o->shift) + 1;
}

static uint32_t next_sector(const struct ole *o, uint32_t sector)
{
	size_t per = (size_t)1 << (o->shift - 2), at = sector / per;

	if (at >= o->nfat)
		return NO_ENTRY;
	if (sector_offset(o, o->fat_sectors[at]) + (sector % per) * 4 + 4 > o->file.len)
		return NO_ENTRY;
	return le32(o->file, sector_offset(o, o->fat_sectors[at]) + (sector % per) * 4);
}

/* All sectors of a chain, at most "max"; a chain longer than the file has sectors is a circle. */
static uint32_t *read_chain(struct ole *o, uint32_t start, size_t max, size_t *n_r)
{
	size_t n = 0, most = max < sectors_max(o) ? max : sectors_max(o);
	uint32_t *v;
	uint32_t s;

	for (s = start; s < END_OF_CHAIN && n < most && sector_offset(o, s) < o->file.len; s = next_sector(o, s))
		n++;
	if (s < END_OF_CHAIN && n < max)
		o->broken = true;
	v = ARENA_ARRAY(o->arena, n, uint32_t);
	*n_r = n;
	s = start;
	for (size_t i = 0; i < n; i++, s = next_sector(o, s))
		v[i] = s;
	return v;
}

/* The allocation table's own sectors: 109 in the header, more in a chain of sectors (2.5). */
static void read_difat(struct ole *o)
{
	size_t per = ((size_t)1 << (o->shift - 2)) - 1, most = sectors_max(o) / (per + 1) + 2, left;
	uint32_t next = le32(o->file, 68);

	o->fat_sectors = ARENA_ARRAY(o->arena, most, uint32_t);
	for (size_t i = 0; i < 109 && o->nfat < most; i++) {
		uint32_t s = le32(o->file, 76 + i * 4);

		if (s < END_OF_CHAIN)
			o->fat_sectors[o->nfat++] = s;
	}
	for (left = most; next < END_OF_CHAIN && left != 0 && o->nfat < most; left--) {
		struct span b = sector_bytes(o, next);

		for (size_t i = 0; i < per && o->nfat < most; i++) {
			uint32_t s = le32(b, i * 4);

			if (i * 4 + 4 <= b.len && s < END_OF_CHAIN)
				o->fat_sectors[o->nfat++] = s;
		}
		next = b.len == (size_t)1 << o->shift ? le32(b, per * 4) : NO_ENTRY;
	}
}

static struct span utf16_name(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);

	for (size_t i = 0; i + 1 < s.len; i += 2)
		utf8_add(&out, le16(s, i));
	return buf_span(&out);
}

static void read_entry(struct ole *o, struct span b, struct ole_entry *e)
{
	size_t name = le16(b, 64);

	e->parent = e->first = e->next = -1;
	if (b.len < ENTRY)
		return;
	e->kind = b.p[66] == 1 ? OLE_STORAGE : b.p[66] == 2 ? OLE_STREAM : b.p[66] == 5 ? OLE_ROOT : OLE_UNUSED;
	e->name = utf16_name(o->arena, span_sub(b, 0, name >= 2 && name <= 64 ? name - 2 : 0));
	memcpy(e->clsid, b.p + 80, sizeof(e->clsid));
	e->start = le32(b, 116);
	e->size = le32(b, 120) | (o->shift > 9 ? (uint64_t)le32(b, 124) << 32 : 0);
}

static struct span entry_bytes(const struct ole *o, const uint32_t *chain, size_t nchain, size_t index)
{
	size_t per = ((size_t)1 << o->shift) / ENTRY;

	return index / per < nchain ? span_sub(sector_bytes(o, chain[index / per]), index % per * ENTRY, ENTRY) : SPAN_NONE;
}

/* One walk over the tree of a storage: each entry is seen once in all, so circles end. The stack holds what is still to be seen. */
static void link_children(struct ole *o, const uint32_t *chain, size_t nchain)
{
	struct pending {
		uint32_t entry;
		int32_t parent;
	} *stack = ARENA_ARRAY(o->arena, o->n * 3 + 3, struct pending);
	uint8_t *seen = ARENA_ARRAY(o->arena, o->n, uint8_t);
	size_t depth = 0;

	seen[0] = 1;
	stack[depth++] = (struct pending){ le32(entry_bytes(o, chain, nchain, 0), 76), 0 };
	while (depth != 0) {
		struct pending p = stack[--depth];
		struct span b;
		struct ole_entry *e;

		if (p.entry >= o->n || seen[p.entry])
			continue;
		seen[p.entry] = 1;
		e = &o->v[p.entry];
		b = entry_bytes(o, chain, nchain, p.entry);
		stack[depth++] = (struct pending){ le32(b, 68), p.parent };
		stack[depth++] = (struct pending){ le32(b, 72), p.parent };
		if (e->kind == OLE_UNUSED)
			continue;
		e->parent = p.parent;
		e->next = o->v[p.parent].first;
		o->v[p.parent].first = (int32_t)p.entry;
		if (e->kind == OLE_STORAGE)
			stack[depth++] = (struct pending){ le32(b, 76), (int32_t)p.entry };
	}
}

static bool read_directory(struct ole *o)
{
	size_t nchain, per = ((size_t)1 << o->shift) / ENTRY;
	uint32_t *chain = read_chain(o, le32(o->file, 48), ENTRIES_MAX / per, &nchain);

	o->n = nchain * per;
	if (o->n == 0)
		return false;
	o->v = ARENA_ARRAY(o->arena, o->n, struct ole_entry);
	for (size_t i = 0; i < o->n; i++)
		read_entry(o, entry_bytes(o, chain, nchain, i), &o->v[i]);
	link_children(o, chain, nchain);
	return true;
}

bool ole_open(struct arena *arena, struct span file, struct ole *ole_r)
{
	struct ole *o = ole_r;

	*o = (struct ole){ .arena = arena, .file = file, .copy_left = (uint64_t)file.len * 4 + COPY_FLOOR,
	                     .read_left = (uint64_t)file.len * 8 + READ_FLOOR };
	if (file.len < HEADER + ENTRY || !span_starts(file, SPAN_LIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
		return false;
	o->shift = le16(file, 30);
	if (o->shift != 9 && o->shift != 12)
		return false;
	o->cutoff = le32(file, 56);
	read_difat(o);
	if (!read_directory(o))
		return false;
	o->minifat_sectors = read_chain(o, le32(file, 60), SIZE_MAX, &o->nminifat);
	o->mini_sectors = read_chain(o, o->v[0].start, SIZE_MAX, &o->nmini);
	return true;
}

int32_t ole_find(const struct ole *o, int32_t storage, struct span name)
{
	if (storage < 0)
		return -1;
	for (int32_t i = o->v[storage].first; i >= 0; i = o->v[i].next) {
		if (span_case_eq(o->v[i].name, name))
			return i;
	}
	return -1;
}

static uint32_t next_mini(const struct ole *o, uint32_t sector)
{
	size_t per = (size_t)1 << (o->shift - 2), at = sector / per;

	return at < o->nminifat ? le32(sector_bytes(o, o->minifat_sectors[at]), sector % per * 4) : NO_ENTRY;
}

static struct span mini_bytes(const struct ole *o, uint32_t sector)
{
	unsigned ratio = o->shift - MINI_SHIFT;
	size_t at = sector >> ratio;

	if (at >= o->nmini)
		return SPAN_NONE;
	return span_sub(sector_bytes(o, o->mini_sectors[at]), (size_t)(sector & ((1u << ratio) - 1)) << MINI_SHIFT, (size_t)1 << MINI_SHIFT);
}

struct span ole_stream(struct ole *o, int32_t entry)
{
	const struct ole_entry *e = &o->v[entry];
	bool mini = e->size < o->cutoff, contiguous = true;
	size_t want = e->size < o->file.len ? (size_t)e->size : o->file.len, have = 0, steps;
	uint32_t s = e->start;
	struct span first = SPAN_NONE;
	char *out;

	if (e->kind != OLE_STREAM || want == 0)
		return SPAN_LIT("");
	/* First pass: how much is there, and whether it lies in one piece. */
	for (steps = 0; s < END_OF_CHAIN && have < want && steps <= o->file.len >> MINI_SHIFT; steps++) {
		struct span b = mini ? mini_bytes(o, s) : sector_bytes(o, s);

		if (b.len == 0 || b.len > o->read_left)
			break;
		o->read_left -= b.len;
		if (steps == 0)
			first = b;
		else
			contiguous &= b.p == first.p + have;
		have += b.len;
		s = mini ? next_mini(o, s) : next_sector(o, s);
	}
	if (have < want) {
		o->broken = true;
		want = have;
	}
	if (want == 0)
		return SPAN_LIT("");
	if (contiguous)
		return span_make(first.p, want);
	if (want > o->copy_left) {
		o->broken = true;
		return SPAN_LIT("");
	}
	o->copy_left -= want;
	out = arena_bytes(o->arena, want);
	have = 0;
	for (s = e->start; have < want; s = mini ? next_mini(o, s) : next_sector(o, s)) {
		struct span b = mini ? mini_bytes(o, s) : sector_bytes(o, s);
		size_t n = b.len < want - have ? b.len : want - have;

		memcpy(out + have, b.p, n);
		have += n;
	}
	return span_make(out, want);
}

struct span ole_child_stream(struct ole *o, int32_t storage, struct span name)
{
	int32_t entry = ole_find(o, storage, name);

	return entry < 0 || o->v[entry].kind != OLE_STREAM ? SPAN_NONE : ole_stream(o, entry);
}
