#include "inspect/contents.h"

#include <iconv.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "inspect/contents_outlook.h"
#include "inspect/contents_private.h"
#include "mail/tnef.h"

const struct contents_limits contents_limits_default = {
	.items = 1000,
	.entries = 20000,
	.depth = 8,
	.unpacked = 134217728,
	.kept = 33554432,
	.item = 16777216,
	.ratio = 200,
	.urls = 200,
	.passwords = 16,
	.pixels = 4000000,
};

#define NAME_BYTES 1024
#define URL_BYTES 2048
#define KEEP_SMALL 262144 /* bytes up to which every entry is unpacked as a whole */
#define IMAGES 10

const char *content_fact_name(enum content_fact fact)
{
	static const char *const names[CONTENT_FACT_N] = {
#define X(name, doc) #name,
		CONTENT_FACT_TABLE(X)
#undef X
	};

	return names[fact];
}

const char *content_fact_doc(enum content_fact fact)
{
	static const char *const docs[CONTENT_FACT_N] = {
#define X(name, doc) doc,
		CONTENT_FACT_TABLE(X)
#undef X
	};

	return docs[fact];
}

void contents_init(void)
{
	static const char *const names[] = { "SJIS", "BIG5", "ISO8859-1", "CP437", "ANSI_X3.4-1968", "UTF-16LE", "UTF-16BE" };
	static iconv_t held[sizeof(names) / sizeof(*names)]; /* written once and never read: an open descriptor keeps its converter in memory */

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (held[i] == NULL)
			held[i] = iconv_open("UTF-8", names[i]);
	}
}

/* ---- what there is a reader for ---- */

typedef void read_content(struct reader *, int32_t item);

static read_content *const readers[FILE_TYPE_N] = {
	[FILE_ZIP] = contents_read_zip,       [FILE_JAR] = contents_read_zip,         [FILE_ODF] = contents_read_ooxml,
	[FILE_OOXML] = contents_read_ooxml,   [FILE_RAR] = contents_read_archive,     [FILE_7Z] = contents_read_archive,
	[FILE_GZIP] = contents_read_archive,  [FILE_BZIP2] = contents_read_archive,   [FILE_XZ] = contents_read_archive,
	[FILE_ZSTD] = contents_read_archive,  [FILE_TAR] = contents_read_archive,     [FILE_CAB] = contents_read_archive,
	[FILE_LZH] = contents_read_archive,   [FILE_ISO] = contents_read_archive,     [FILE_ARJ] = contents_read_archive,
	[FILE_ACE] = contents_read_archive,   [FILE_OLE] = contents_read_compound,    [FILE_XML] = contents_read_office_xml,
	[FILE_TEXT] = contents_read_office_text, [FILE_PDF] = contents_read_pdf,      [FILE_RTF] = contents_read_rtf,
	[FILE_ONENOTE] = contents_read_onenote, [FILE_LNK] = contents_read_lnk,       [FILE_TNEF] = contents_read_tnef,
	[FILE_PNG] = contents_read_image,     [FILE_JPEG] = contents_read_image,
};

/* Text is looked into only where a spreadsheet program would run it. */
static bool is_sheet(struct span name)
{
	return span_case_ends(name, SPAN_LIT(".csv")) || span_case_ends(name, SPAN_LIT(".slk")) || span_case_ends(name, SPAN_LIT(".iqy")) ||
	       span_case_ends(name, SPAN_LIT(".tsv"));
}

bool contents_wanted(enum file_type type, struct span name)
{
	if (type == FILE_TEXT)
		return is_sheet(name);
	return readers[type] != NULL;
}

/* ---- building the answer ---- */

int32_t contents_add(struct reader *r, int32_t parent, enum content_role role, struct span name)
{
	struct content_item *item;
	unsigned depth = parent < 0 ? 0 : contents_item(r, parent)->depth + 1;

	if (parent >= 0 && depth > r->limits->depth) {
		contents_tell(r, parent, CONTENT_TOO_DEEP);
		return -1;
	}
	if (parent >= 0 && r->out->nitems >= r->limits->items) {
		contents_tell(r, parent, CONTENT_TOO_MANY);
		return -1;
	}
	item = ARRAY_ADD(r->arena, r->out->items, r->out->nitems, r->cap_items);
	item->role = role;
	item->parent = parent;
	item->depth = depth;
	item->name = utf8_repair(r->arena, span_sub(name, 0, NAME_BYTES));
	if (parent >= 0)
		contents_item(r, parent)->flags |= CONTENT_ITEM_OPENED;
	return (int32_t)(r->out->nitems - 1);
}

int32_t contents_add_bytes(struct reader *r, int32_t parent, enum content_role role, struct span name, struct span bytes)
{
	int32_t item = contents_add(r, parent, role, name);

	if (item < 0)
		return item;
	contents_item(r, item)->bytes = bytes.p != NULL ? bytes : SPAN_LIT("");
	contents_item(r, item)->size = bytes.len;
	contents_item(r, item)->type = file_type_detect(bytes);
	return item;
}

void contents_tell(struct reader *r, int32_t item, enum content_fact fact)
{
	contents_item(r, item)->facts |= UINT64_C(1) << fact;
	r->out->facts |= UINT64_C(1) << fact;
}

void contents_tell_all(struct reader *r, int32_t item, uint64_t facts)
{
	contents_item(r, item)->facts |= facts;
	r->out->facts |= facts;
}

void contents_tell_archive(struct reader *r, int32_t item)
{
	contents_tell(r, item, CONTENT_ARCHIVE);
	for (int32_t i = contents_item(r, item)->parent; i >= 0; i = contents_item(r, i)->parent) {
		if ((contents_item(r, i)->facts & CONTENT_BIT(ARCHIVE)) != 0)
			contents_tell(r, item, CONTENT_ARCHIVE_NESTED);
	}
}

/* Many blanks push the extension out of sight. */
static bool hides_extension(struct span name)
{
	size_t run = 0;

	for (size_t i = 0; i < name.len; i++) {
		run = name.p[i] == ' ' ? run + 1 : 0;
		if (run >= 16)
			return true;
	}
	return false;
}

void contents_tell_name(struct reader *r, int32_t item)
{
	struct span s = contents_item(r, item)->name;

	if (span_starts(s, SPAN_LIT("/")) || span_starts(s, SPAN_LIT("\\")) || span_starts(s, SPAN_LIT("../")) || span_starts(s, SPAN_LIT("..\\")) ||
	    span_has(s, SPAN_LIT("/../")) || span_has(s, SPAN_LIT("\\..\\")) || (s.len > 2 && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/')))
		contents_tell(r, item, CONTENT_NAME_PATH);
	if (hides_extension(s))
		contents_tell(r, item, CONTENT_NAME_CONTROL);
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c < 0x20 || c == 0x7f)
			contents_tell(r, item, CONTENT_NAME_CONTROL);
		if (c == 0xe2 && i + 2 < s.len) { /* U+202A..202E, U+2066..2069 */
			uint8_t d = (uint8_t)s.p[i + 1], e = (uint8_t)s.p[i + 2];

			if ((d == 0x80 && e >= 0xaa && e <= 0xae) || (d == 0x81 && e >= 0xa6 && e <= 0xa9))
				contents_tell(r, item, CONTENT_NAME_RLO);
		}
	}
}

static bool is_recorded_url(struct span url)
{
	static const struct span begins[] = { SPAN_LIT("http:"), SPAN_LIT("https:"), SPAN_LIT("ftp:"), SPAN_LIT("file:"), SPAN_LIT("mhtml:"), SPAN_LIT("ms-"), SPAN_LIT("\\\\") };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		if (span_case_starts(url, begins[i]))
			return true;
	}
	return false;
}

void contents_add_url(struct reader *r, int32_t item, enum content_url_source source, struct span url)
{
	struct content_url *u;

	url = utf8_repair(r->arena, span_sub(span_trim(url), 0, URL_BYTES));
	if (!is_recorded_url(url))
		return;
	for (size_t i = 0; i < r->out->nurls; i++) {
		if (span_eq(r->out->urls[i].url, url))
			return;
	}
	if (r->out->nurls >= r->limits->urls) {
		contents_tell(r, item, CONTENT_TOO_MANY);
		return;
	}
	u = ARRAY_ADD(r->arena, r->out->urls, r->out->nurls, r->cap_urls);
	*u = (struct content_url){ .source = source, .item = item, .url = arena_copy(r->arena, url) }; /* it may stand in a reader's buffer */
}

bool contents_keeps(const struct reader *r, enum file_type type, struct span name, uint64_t size)
{
	return size <= KEEP_SMALL || (size <= r->limits->item && (contents_wanted(type, name) || type == FILE_EXE));
}

size_t contents_room(const struct reader *r)
{
	uint64_t room = r->limits->item;

	if (room > r->unpacked_left)
		room = r->unpacked_left;
	if (room > r->kept_left)
		room = r->kept_left;
	return (size_t)room;
}

void contents_spend(struct reader *r, size_t unpacked, size_t kept)
{
	r->out->unpacked += unpacked;
	r->unpacked_left -= unpacked < r->unpacked_left ? unpacked : r->unpacked_left;
	r->kept_left -= kept < r->kept_left ? kept : r->kept_left;
}

bool contents_spent(const struct reader *r)
{
	return r->unpacked_left == 0 || r->kept_left == 0;
}

struct span contents_utf16(struct reader *r, struct span s)
{
	struct buf out = BUF_INIT(r->arena);

	for (size_t i = 0; i + 1 < s.len; i += 2) {
		uint32_t c = contents_le16(s, i);

		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < s.len) {
			uint32_t low = contents_le16(s, i + 2);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		utf8_add(&out, c);
	}
	return buf_span(&out);
}

void contents_open(struct reader *r, int32_t item)
{
	struct content_item *it = contents_item(r, item);

	if (it->bytes.len == 0 || !contents_wanted(it->type, it->name))
		return;
	if (it->depth >= r->limits->depth) {
		contents_tell(r, item, CONTENT_TOO_DEEP);
		return;
	}
	if (it->bytes.len > r->opened_left) {
		contents_tell(r, item, CONTENT_TOO_LARGE);
		return;
	}
	r->opened_left -= it->bytes.len;
	readers[it->type](r, item);
}

void contents_read_tnef(struct reader *r, int32_t item)
{
	struct outlook_message m;

	contents_tell(r, item, CONTENT_TNEF);
	if (tnef_read(r->arena, contents_item(r, item)->bytes, &outlook_limits_default, &m))
		contents_add_outlook(r, item, &m);
	else
		contents_tell(r, item, CONTENT_BROKEN);
}

void contents_read(struct arena *arena, const struct contents_input *in, const struct contents_limits *limits, struct contents *contents_r)
{
	struct reader r = { .arena = arena, .limits = limits != NULL ? limits : &contents_limits_default, .in = in, .out = contents_r };
	int32_t root;

	*contents_r = (struct contents){ 0 };
	r.entries_left = r.limits->entries;
	r.unpacked_left = r.limits->unpacked;
	r.kept_left = r.limits->kept;
	r.opened_left = r.limits->unpacked * 2 + (uint64_t)in->content.len * (r.limits->depth + 1);
	r.images_left = IMAGES;
	r.pixels_left = r.limits->pixels * 4;
	root = contents_add_bytes(&r, -1, CONTENT_ROOT, in->name, in->content);
	contents_open(&r, root);
}

int32_t contents_find(const struct contents *c, int32_t parent, enum content_role role)
{
	for (size_t i = 0; i < c->nitems; i++) {
		if (c->items[i].parent == parent && c->items[i].role == role)
			return (int32_t)i;
	}
	return -1;
}
