/* What the readers of containers share. Private to contents.c and the contents_*.c files. */
#ifndef WINNOW_INSPECT_CONTENTS_PRIVATE_H
#define WINNOW_INSPECT_CONTENTS_PRIVATE_H

#include "inspect/contents.h"

/* One contents_read(): the answer being built, and what is left of the limits. */
struct reader {
	struct arena *arena;
	const struct contents_limits *limits;
	const struct contents_input *in;
	struct contents *out;
	size_t cap_items, cap_urls;
	unsigned entries_left;
	uint64_t unpacked_left, kept_left;
	uint64_t opened_left; /* bytes that readers may still go over: streams and entries may share them */
	unsigned images_left; /* searched for QR codes */
	uint64_t pixels_left;
};

/* A new item below parent; its index, or -1 when the limit of items or depth is reached (told as a fact of the parent). The name is repaired. */
int32_t contents_add(struct reader *, int32_t parent, enum content_role, struct span name);
/* The same with bytes that live as long as the answer; sets size and type. */
int32_t contents_add_bytes(struct reader *, int32_t parent, enum content_role, struct span name, struct span bytes);
/* Adds a fact to an item. */
void contents_tell(struct reader *, int32_t item, enum content_fact);
/* What an item's name says: right-to-left override, path, control characters. */
void contents_tell_name(struct reader *, int32_t item);
/* Tells of every fact in the set. */
void contents_tell_all(struct reader *, int32_t item, uint64_t facts);
/* The item is an archive; one inside of another is nested. */
void contents_tell_archive(struct reader *, int32_t item);
/* Records a URL (http, https, ftp, file, UNC paths); others are passed over. */
void contents_add_url(struct reader *, int32_t item, enum content_url_source, struct span url);

/* Looks into an item whose bytes are there, by their type. */
void contents_open(struct reader *, int32_t item);

/* Whether an entry of this type, name and size is unpacked as a whole. */
bool contents_keeps(const struct reader *, enum file_type, struct span name, uint64_t size);

/* How many bytes may be unpacked for one item now. */
size_t contents_room(const struct reader *);
/* Bytes were unpacked; kept: they stay in memory. False when the budget is spent. */
void contents_spend(struct reader *, size_t unpacked, size_t kept);
/* The budget of unpacking is spent. */
bool contents_spent(const struct reader *);

static inline struct content_item *contents_item(const struct reader *r, int32_t item)
{
	return &r->out->items[item];
}

/* Little-endian numbers at an offset; 0 beyond the end. */
static inline uint8_t contents_u8(struct span s, size_t at)
{
	return at < s.len ? (uint8_t)s.p[at] : 0;
}

static inline uint16_t contents_le16(struct span s, size_t at)
{
	return (uint16_t)(contents_u8(s, at) | contents_u8(s, at + 1) << 8);
}

static inline uint32_t contents_le32(struct span s, size_t at)
{
	return contents_le16(s, at) | (uint32_t)contents_le16(s, at + 2) << 16;
}

static inline uint64_t contents_le64(struct span s, size_t at)
{
	return contents_le32(s, at) | (uint64_t)contents_le32(s, at + 4) << 32;
}

/* UTF-16LE to UTF-8, up to the first NUL. */
struct span contents_utf16(struct reader *, struct span);

/* The readers, by type; item has its bytes. */
void contents_read_zip(struct reader *, int32_t item);
void contents_read_archive(struct reader *, int32_t item); /* everything else that libarchive reads; zips without a directory as well */
void contents_read_compound(struct reader *, int32_t item);
void contents_read_ooxml(struct reader *, int32_t item);
void contents_read_office_xml(struct reader *, int32_t item);
void contents_read_office_text(struct reader *, int32_t item);
void contents_read_pdf(struct reader *, int32_t item);
void contents_read_rtf(struct reader *, int32_t item);
void contents_read_onenote(struct reader *, int32_t item);
void contents_read_lnk(struct reader *, int32_t item);
void contents_read_tnef(struct reader *, int32_t item);
void contents_read_image(struct reader *, int32_t item);

#endif
