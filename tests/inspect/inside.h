/* What the tests of containers share: files, little-endian building, zips made by hand. */
#ifndef WINNOW_TESTS_INSPECT_INSIDE_H
#define WINNOW_TESTS_INSPECT_INSIDE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "inspect/contents.h"

__attribute__((unused)) static struct span inside_file(struct arena *arena, const char *path)
{
	struct buf b = BUF_INIT(arena);
	FILE *f = fopen(path, "rb");
	char chunk[65536];
	size_t n;

	if (f == NULL)
		return SPAN_NONE;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) != 0)
		buf_add(&b, span_make(chunk, n));
	fclose(f);
	return b.p != NULL ? buf_span(&b) : SPAN_LIT("");
}

/* A file of the suites; p NULL, and told, when they are not there. */
__attribute__((unused)) static struct span inside_suite(struct arena *arena, const char *name)
{
	char path[512];
	struct span s;

	snprintf(path, sizeof(path), "%s/%s", WINNOW_SUITES, name);
	s = inside_file(arena, path);
	if (s.p == NULL)
		printf("no material: %s\n", path);
	return s;
}

__attribute__((unused)) static void inside_le(struct buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_char(b, i < 8 ? (char)(v >> 8 * i & 0xff) : '\0');
}

__attribute__((unused)) static struct span inside_deflate(struct arena *arena, struct span s)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (uInt)s.len };
	struct buf out = BUF_INIT(arena);
	size_t room = s.len / 2 + 1024;

	deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	z.next_out = (Bytef *)buf_reserve(&out, room);
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out.len = room - z.avail_out;
	deflateEnd(&z);
	return buf_span(&out);
}

/* One entry of a zip; what is not set follows from the data. */
struct inside_entry {
	const char *name, *local_name; /* local_name NULL: the same */
	struct span data;              /* unpacked */
	struct span packed;            /* p set: these bytes, deflated, instead */
	uint64_t size;                 /* with packed: as declared */
	unsigned flags;
	bool utf8;
};

__attribute__((unused)) static struct span inside_zip(struct arena *arena, const struct inside_entry *v, size_t n)
{
	struct buf b = BUF_INIT(arena), directory = BUF_INIT(arena);

	for (size_t i = 0; i < n; i++) {
		const char *local = v[i].local_name != NULL ? v[i].local_name : v[i].name;
		struct span bytes = v[i].packed.p != NULL ? v[i].packed : v[i].data;
		uint64_t size = v[i].packed.p != NULL ? v[i].size : v[i].data.len;
		unsigned method = v[i].packed.p != NULL ? 8 : 0, flags = v[i].flags | (v[i].utf8 ? 2048 : 0);
		uint32_t crc = v[i].packed.p != NULL ? 0 : (uint32_t)crc32(0, (const Bytef *)bytes.p, (uInt)bytes.len);
		size_t offset = b.len;

		inside_le(&b, 0x04034b50, 4), inside_le(&b, 20, 2), inside_le(&b, flags, 2), inside_le(&b, method, 2), inside_le(&b, 0, 4), inside_le(&b, crc, 4);
		inside_le(&b, bytes.len, 4), inside_le(&b, size, 4), inside_le(&b, strlen(local), 2), inside_le(&b, 0, 2);
		buf_str(&b, local);
		buf_add(&b, bytes);
		inside_le(&directory, 0x02014b50, 4), inside_le(&directory, 20, 2), inside_le(&directory, 20, 2), inside_le(&directory, flags, 2);
		inside_le(&directory, method, 2), inside_le(&directory, 0, 4), inside_le(&directory, crc, 4), inside_le(&directory, bytes.len, 4);
		inside_le(&directory, size, 4), inside_le(&directory, strlen(v[i].name), 2), inside_le(&directory, 0, 12), inside_le(&directory, offset, 4);
		buf_str(&directory, v[i].name);
	}
	inside_le(&directory, 0x06054b50, 4), inside_le(&directory, 0, 4), inside_le(&directory, n & 0xffff, 2), inside_le(&directory, n & 0xffff, 2);
	inside_le(&directory, directory.len - 12, 4), inside_le(&directory, b.len, 4), inside_le(&directory, 0, 2);
	buf_add(&b, buf_span(&directory));
	return buf_span(&b);
}

__attribute__((unused)) static void inside_read(struct arena *arena, struct span content, const char *name, struct contents *c)
{
	contents_read(arena, &(struct contents_input){ .content = content, .name = span_of(name), .qr = true }, NULL, c);
}

/* The facts are these, no others. */
__attribute__((unused)) static void inside_facts(const struct contents *c, uint64_t want, const char *what)
{
	if (c->facts == want)
		return;
	for (unsigned f = 0; f < CONTENT_FACT_N; f++) {
		if (((c->facts ^ want) >> f & 1) != 0)
			printf("%s: %s %s\n", what, (want >> f & 1) != 0 ? "missing" : "not wanted:", content_fact_name((enum content_fact)f));
	}
	fail_msg("%s: other facts", what);
}

__attribute__((unused)) static const struct content_item *inside_item(const struct contents *c, const char *name)
{
	for (size_t i = 1; i < c->nitems; i++) {
		if (span_eq(c->items[i].name, span_of(name)))
			return &c->items[i];
	}
	return NULL;
}

#endif
