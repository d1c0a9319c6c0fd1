#include "store/spool_record.h"

#include "base/hash.h"

/* magic 4, log 1, length of key 1, checksum of this line 2, length of bytes 4, checksum of all behind it 8; little endian as the machines we run on: the file stays where it was written. */
#define MAGIC SPAN_LIT("WSP\001")

static const struct hash_key fixed = { 0x77696e6e6f772073, 0x706f6f6c20202031 };

static uint16_t head_check(const char *head, uint32_t len)
{
	struct hash_state h;

	hash_begin(&h, &fixed);
	hash_add(&h, span_make(head, 6));
	hash_add(&h, span_make((const char *)&len, sizeof(len)));
	return (uint16_t)hash_end(&h);
}

void spool_record_write(const struct spool_record *r, struct buf *out)
{
	char head[SPOOL_HEAD] = { 'W', 'S', 'P', '\001', (char)r->log, (char)r->key.len };
	uint32_t len = (uint32_t)r->bytes.len;
	uint16_t check = head_check(head, len);
	struct hash_state h;
	uint64_t sum;

	hash_begin(&h, &fixed);
	hash_add(&h, r->key);
	hash_add(&h, r->bytes);
	sum = hash_end(&h);
	memcpy(head + 6, &check, 2);
	memcpy(head + 8, &len, 4);
	memcpy(head + 12, &sum, 8);
	buf_add(out, span_make(head, sizeof(head)));
	buf_add(out, r->key);
	buf_add(out, r->bytes);
}

/* 1: a record, of size_r bytes; 0: it may be one when more bytes come; -1: it is none. s begins with the magic word, or a part of it. */
static int read_here(struct span s, struct spool_record *record_r, size_t *size_r)
{
	size_t key_len;
	uint16_t check;
	uint32_t len;
	uint64_t sum;

	if (s.len < SPOOL_HEAD)
		return 0;
	key_len = (unsigned char)s.p[5];
	memcpy(&check, s.p + 6, 2);
	memcpy(&len, s.p + 8, 4);
	memcpy(&sum, s.p + 12, 8);
	if (check != head_check(s.p, len) || key_len == 0 || key_len > STORE_NAME_MAX || len > STORE_VALUE_MAX || store_log_name((unsigned char)s.p[4]) == NULL)
		return -1;
	*size_r = SPOOL_HEAD + key_len + len;
	if (s.len < *size_r)
		return 0;
	/* Key and bytes stand side by side, as they were hashed. */
	if (sum != hash_span(&fixed, span_sub(s, SPOOL_HEAD, key_len + len)))
		return -1;
	*record_r = (struct spool_record){ (unsigned char)s.p[4], span_sub(s, SPOOL_HEAD, key_len), span_sub(s, SPOOL_HEAD + key_len, len) };
	return 1;
}

/* Where the magic word, or its beginning at the end of the bytes, stands first from "from" on; the length where nowhere. */
static size_t next_magic(struct span s, size_t from)
{
	for (size_t at = from; at < s.len; at++) {
		const char *p = memchr(s.p + at, MAGIC.p[0], s.len - at);
		size_t room;

		if (p == NULL)
			break;
		at = (size_t)(p - s.p);
		room = s.len - at < MAGIC.len ? s.len - at : MAGIC.len;
		if (memcmp(p, MAGIC.p, room) == 0)
			return at;
	}
	return s.len;
}

bool spool_record_read(struct span s, bool end, struct spool_record *record_r, size_t *used_r, size_t *skipped_r)
{
	size_t at = next_magic(s, 0), size = 0;

	for (;;) {
		int is = at < s.len ? read_here(span_from(s, at), record_r, &size) : 0;

		if (is == 1 || (is == 0 && (!end || at == s.len))) {
			*skipped_r = at;
			*used_r = is == 1 ? at + size : at;
			return is == 1;
		}
		at = next_magic(s, at + 1);
	}
}
