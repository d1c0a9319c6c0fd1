/* Zip archives: every entry an item, unpacked where it is worth a look. */
#include "inspect/archive.h"
#include "inspect/zip.h"

#define PEEK 4096

/* Unpacks an entry as far as its type asks for. */
static void read_entry(struct reader *r, int32_t item, const struct zip_entry *e)
{
	struct content_item *it = contents_item(r, item);
	bool whole;
	struct span bytes = zip_unpack(r, e, PEEK, &whole);

	if (bytes.p == NULL)
		return;
	it->type = file_type_detect(bytes);
	if (!whole && contents_keeps(r, it->type, it->name, e->size)) {
		bytes = zip_unpack(r, e, contents_room(r), &whole);
		it->type = file_type_detect(bytes);
	}
	it->bytes = bytes;
	if (!whole)
		it->flags |= CONTENT_ITEM_CUT;
	if (!whole && e->size <= bytes.len)
		contents_tell(r, item, CONTENT_BROKEN);
	if (whole && bytes.len != e->size)
		contents_tell(r, item, CONTENT_ZIP_INCONSISTENT);
}

static void add_entry(struct reader *r, int32_t parent, const struct zip_entry *e)
{
	struct span name = zip_name(r, e);
	bool folder = name.len != 0 && name.p[name.len - 1] == '/' && e->size == 0;
	int32_t item = contents_add(r, parent, folder ? CONTENT_FOLDER : CONTENT_FILE, name);
	struct content_item *it;

	if (item < 0)
		return;
	it = contents_item(r, item);
	it->size = e->size;
	it->packed = e->packed;
	contents_tell_name(r, item);
	if (e->encrypted) {
		it->flags |= CONTENT_ITEM_ENCRYPTED;
		contents_tell(r, item, CONTENT_ENCRYPTED_ENTRY);
		return;
	}
	if (folder)
		return;
	read_entry(r, item, e);
	contents_open(r, item);
}

void contents_read_zip(struct reader *r, int32_t item)
{
	struct zip z;
	bool hard = false; /* something only libarchive can unpack */

	if (!zip_open(r, contents_item(r, item)->bytes, &z)) {
		contents_read_archive(r, item); /* it finds entries by their local headers */
		return;
	}
	contents_tell_archive(r, item);
	contents_tell_all(r, item, z.facts);
	for (size_t i = 0; i < z.n; i++) {
		add_entry(r, item, &z.v[i]);
		hard |= z.v[i].encrypted || (z.v[i].method != 0 && z.v[i].method != 8);
	}
	/* Two zips in one file: some programs see what the first directory lists. */
	if ((z.facts & CONTENT_BIT(ZIP_PREFIX)) != 0)
		archive_walk_zip(r, item);
	if (contents_spent(r))
		contents_tell(r, item, CONTENT_TOO_LARGE);
	if (hard)
		archive_unpack_zip(r, item);
}
