#include "inspect/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset.h"

#define PEEK 4096
#define BLOCK 65536
#define BOMB_LEAST UINT64_C(16777216)

/* One filter at most is ever applied, and none that runs a program: chains of filters are bombs, and what is inside is opened as an item anyway. */
static int support(struct archive *a, enum file_type type, bool raw)
{
	switch (type) {
	case FILE_RAR:
		return archive_read_support_format_rar5(a) | archive_read_support_format_rar(a);
	case FILE_7Z:
		return archive_read_support_format_7zip(a);
	case FILE_CAB:
		return archive_read_support_format_cab(a);
	case FILE_LZH:
		return archive_read_support_format_lha(a);
	case FILE_ISO:
		return archive_read_support_format_iso9660(a);
	case FILE_TAR:
		return archive_read_support_format_tar(a);
	case FILE_GZIP:
	case FILE_BZIP2:
	case FILE_XZ:
	case FILE_ZSTD:
		return (raw ? ARCHIVE_OK : archive_read_support_format_tar(a)) | archive_read_support_format_raw(a) |
		       archive_read_append_filter(a, type == FILE_GZIP    ? ARCHIVE_FILTER_GZIP
		                                     : type == FILE_BZIP2 ? ARCHIVE_FILTER_BZIP2
		                                     : type == FILE_XZ    ? ARCHIVE_FILTER_XZ
		                                                          : ARCHIVE_FILTER_ZSTD);
	case FILE_ZIP:
	case FILE_JAR:
		return archive_read_support_format_zip_seekable(a);
	default:
		return ARCHIVE_FATAL;
	}
}

static struct archive *open_archive(struct span bytes, enum file_type type, bool raw, struct span password, struct arena *arena)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		abort();
	if (support(a, type, raw) <= ARCHIVE_FAILED || (password.len != 0 && archive_read_add_passphrase(a, arena_str(arena, password)) != ARCHIVE_OK) ||
	    archive_read_open_memory(a, bytes.p, bytes.len) != ARCHIVE_OK) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

/* As far as the archive says what it is; bytes that are no UTF-8 are taken as those of DOS and Windows in the West. */
static struct span entry_name(struct reader *r, struct archive_entry *e)
{
	const char *name = archive_entry_pathname_utf8(e);
	struct facts facts = { 0 };
	struct span s;

	if (name == NULL)
		name = archive_entry_pathname(e);
	if (name == NULL)
		return SPAN_NONE;
	s = arena_copy(r->arena, span_of(name));
	return utf8_valid(s) ? s : charset_to_utf8(r->arena, SPAN_LIT("cp437"), s, s.len * 4, &facts);
}

/* The data of the current entry. */
struct content_data {
	struct buf kept;
	uint64_t size;  /* bytes given so far */
	bool whole;     /* the end was reached */
	bool failed;
};

/* Appends a block at its place; what a sparse file leaves out is zeros. */
static void keep_block(struct buf *b, const void *p, size_t n, int64_t offset)
{
	static const char zeros[1024];

	while (offset > 0 && b->len < (uint64_t)offset && b->len < b->max)
		buf_add(b, span_make(zeros, (uint64_t)offset - b->len < sizeof(zeros) ? (size_t)((uint64_t)offset - b->len) : sizeof(zeros)));
	buf_add(b, span_make(p, n));
}

/* Reads on until "upto" bytes are there or the entry ends; keep: they stay. Charges the reader. */
static void read_data(struct reader *r, struct archive *a, struct content_data *d, uint64_t upto, bool keep)
{
	while (!d->whole && !d->failed && d->size < upto && r->unpacked_left != 0) {
		const void *p;
		size_t n, before = d->kept.len;
		int64_t offset;
		int status = archive_read_data_block(a, &p, &n, &offset);

		if (status == ARCHIVE_EOF) {
			d->whole = true;
		} else if (status < ARCHIVE_WARN) {
			d->failed = true;
		} else {
			d->size += n;
			if (keep)
				keep_block(&d->kept, p, n, offset);
			contents_spend(r, n, d->kept.len - before);
		}
	}
}

/* Takes the data of an entry: the front, all of it where its type asks for it; the rest is counted, since the next entry stands behind it. */
static void take_data(struct reader *r, struct archive *a, int32_t item, bool all, bool count)
{
	struct content_item *it = contents_item(r, item);
	struct content_data d = { .kept = { .arena = r->arena, .max = contents_room(r) } };

	if (d.kept.max == 0)
		return;
	read_data(r, a, &d, PEEK, true);
	it->type = file_type_detect(buf_span(&d.kept));
	if (all || contents_keeps(r, it->type, it->name, it->size))
		read_data(r, a, &d, r->limits->item, true);
	it->bytes = d.kept.p != NULL ? buf_span(&d.kept) : SPAN_LIT("");
	it->type = file_type_detect(it->bytes);
	if (!d.whole && count)
		read_data(r, a, &d, UINT64_MAX, false);
	if (d.size > it->bytes.len || !d.whole)
		it->flags |= CONTENT_ITEM_CUT;
	if (d.size > it->size)
		it->size = d.size;
	if (d.failed)
		contents_tell(r, item, CONTENT_BROKEN);
}

static void tell_ratio(struct reader *r, int32_t item, uint64_t unpacked)
{
	uint64_t packed = contents_item(r, item)->bytes.len;

	if (unpacked >= BOMB_LEAST && packed != 0 && unpacked / r->limits->ratio > packed)
		contents_tell(r, item, CONTENT_BOMB);
}

/* "report.pdf.gz" holds "report.pdf". */
static struct span raw_name(struct span name)
{
	size_t dot = span_rchr(name, '.');

	return dot == SPAN_NPOS || dot == 0 ? name : span_sub(name, 0, dot);
}

/* One entry; false when the walk is over. */
static bool add_entry(struct reader *r, struct archive *a, struct archive_entry *e, int32_t parent)
{
	bool raw = archive_format(a) == ARCHIVE_FORMAT_RAW, file = archive_entry_filetype(e) != AE_IFDIR;
	struct span name = raw ? raw_name(contents_item(r, parent)->name) : entry_name(r, e);
	int32_t item = contents_add(r, parent, file ? CONTENT_FILE : CONTENT_FOLDER, name);
	struct content_item *it;
	uint64_t size;

	if (item < 0)
		return false;
	it = contents_item(r, item);
	size = archive_entry_size_is_set(e) && archive_entry_size(e) > 0 ? (uint64_t)archive_entry_size(e) : 0;
	it->size = size;
	contents_tell_name(r, item);
	if (archive_entry_is_encrypted(e)) {
		it->flags |= CONTENT_ITEM_ENCRYPTED;
		contents_tell(r, item, archive_entry_is_metadata_encrypted(e) ? CONTENT_ENCRYPTED_NAMES : CONTENT_ENCRYPTED_ENTRY);
		return true;
	}
	tell_ratio(r, parent, size);
	if (!file)
		return true;
	take_data(r, a, item, raw, true);
	tell_ratio(r, parent, contents_item(r, item)->size);
	contents_open(r, item);
	return r->unpacked_left != 0;
}

static void walk(struct reader *r, struct archive *a, int32_t item)
{
	struct archive_entry *e;
	bool more = true;
	int status = ARCHIVE_OK;

	while (more) {
		if (r->entries_left == 0) {
			contents_tell(r, item, CONTENT_TOO_MANY);
			return;
		}
		status = archive_read_next_header(a, &e);
		if (status < ARCHIVE_WARN || status == ARCHIVE_EOF || status == ARCHIVE_RETRY)
			break;
		r->entries_left--;
		r->out->entries++;
		more = add_entry(r, a, e, item);
	}
	if (status < ARCHIVE_WARN)
		contents_tell(r, item, archive_read_has_encrypted_entries(a) > 0 ? CONTENT_ENCRYPTED_NAMES : CONTENT_BROKEN);
	if (contents_spent(r))
		contents_tell(r, item, CONTENT_TOO_LARGE);
}

/* A zip without a central directory: by its local headers. */
static struct archive *open_streamed_zip(struct span bytes)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		abort();
	if (archive_read_support_format_zip_streamable(a) == ARCHIVE_OK && archive_read_open_memory(a, bytes.p, bytes.len) == ARCHIVE_OK)
		return a;
	archive_read_free(a);
	return NULL;
}

static bool is_compressed_file(enum file_type type)
{
	return type == FILE_GZIP || type == FILE_BZIP2 || type == FILE_XZ || type == FILE_ZSTD;
}

static void walk_and_close(struct reader *r, struct archive *a, int32_t item)
{
	if (a == NULL) {
		contents_tell(r, item, CONTENT_BROKEN);
		return;
	}
	walk(r, a, item);
	archive_read_free(a);
}

void archive_walk_zip(struct reader *r, int32_t item)
{
	walk_and_close(r, open_streamed_zip(contents_item(r, item)->bytes), item);
}

void contents_read_archive(struct reader *r, int32_t item)
{
	struct span bytes = contents_item(r, item)->bytes;
	enum file_type type = contents_item(r, item)->type;
	uint64_t before = r->out->unpacked, entries = r->out->entries;
	bool zip = type == FILE_ZIP || type == FILE_JAR || type == FILE_OOXML || type == FILE_ODF;

	contents_tell_archive(r, item);
	if (type == FILE_ARJ || type == FILE_ACE)
		return; /* named, not opened: nothing here reads them */
	if (zip)
		contents_tell(r, item, CONTENT_BROKEN);
	walk_and_close(r, zip ? open_streamed_zip(bytes) : open_archive(bytes, type, false, SPAN_NONE, r->arena), item);
	/* Zeros look like an empty tar. */
	if (is_compressed_file(type) && r->out->entries == entries)
		walk_and_close(r, open_archive(bytes, type, true, SPAN_NONE, r->arena), item);
	/* What was stopped by the limit would have gone on. */
	if (r->out->unpacked - before >= BOMB_LEAST && (r->out->unpacked - before) / (r->unpacked_left != 0 ? r->limits->ratio : r->limits->ratio / 4 + 1) > bytes.len)
		contents_tell(r, item, CONTENT_BOMB);
}

/* ---- zips that need more than inflate ---- */

/* The item of a zip's entry: those that are not unpacked yet, by name and size. */
static int32_t find_entry(struct reader *r, int32_t parent, size_t nitems, struct archive_entry *e)
{
	struct span name = entry_name(r, e);

	name = utf8_repair(r->arena, span_sub(name, 0, 1024));
	for (size_t i = (size_t)parent + 1; i < nitems; i++) {
		const struct content_item *it = &r->out->items[i];

		if (it->parent == parent && it->role == CONTENT_FILE && it->bytes.p == NULL && span_eq(it->name, name))
			return (int32_t)i;
	}
	return -1;
}

static bool next_entry(struct archive *a, struct archive_entry **e_r)
{
	int status = archive_read_next_header(a, e_r);

	return status == ARCHIVE_OK || status == ARCHIVE_WARN;
}

/*
 * Unpacks entries that have no bytes yet. only_one: the first encrypted one, to see whether the password is right; true when it was. Names are
 * compared with all items of the zip: entries and items are both bounded, encrypted zips are small.
 */
static bool unpack_missing(struct reader *r, int32_t item, struct span password, bool only_one)
{
	struct archive *a = open_archive(contents_item(r, item)->bytes, contents_item(r, item)->type, false, password, r->arena);
	size_t nitems = r->out->nitems;
	struct archive_entry *e;
	bool right = false;
	unsigned steps = 2000;

	while (a != NULL && steps-- != 0 && !contents_spent(r) && next_entry(a, &e)) {
		int32_t index = find_entry(r, item, nitems, e);
		uint64_t facts = r->out->facts;

		if (index < 0 || (only_one && !archive_entry_is_encrypted(e)) || (archive_entry_is_encrypted(e) && password.len == 0))
			continue;
		take_data(r, a, index, true, false);
		right = (contents_item(r, index)->facts & CONTENT_BIT(BROKEN)) == 0 && (contents_item(r, index)->flags & CONTENT_ITEM_CUT) == 0;
		if (!right || only_one) {
			contents_item(r, index)->bytes = SPAN_NONE;
			contents_item(r, index)->facts &= ~CONTENT_BIT(BROKEN);
			contents_item(r, index)->flags &= ~(unsigned)CONTENT_ITEM_CUT;
			r->out->facts = facts;
		}
		if (only_one)
			break;
		if (right)
			contents_open(r, index);
	}
	if (a != NULL)
		archive_read_free(a);
	return right;
}

void archive_unpack_zip(struct reader *r, int32_t item)
{
	size_t n = r->in->npasswords < r->limits->passwords ? r->in->npasswords : r->limits->passwords;

	for (size_t i = 0; i < n && (r->out->facts & CONTENT_BIT(ENCRYPTED_ENTRY)) != 0; i++) {
		struct span password = r->in->passwords[i];

		if (password.len == 0 || span_chr(password, '\0') != SPAN_NPOS || !unpack_missing(r, item, password, true))
			continue;
		r->out->password = password;
		contents_tell(r, item, CONTENT_PASSWORD_FOUND);
		unpack_missing(r, item, password, false);
		return;
	}
	unpack_missing(r, item, SPAN_NONE, false);
}
