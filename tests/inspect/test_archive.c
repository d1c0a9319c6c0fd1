/* Archives: names, encryption, nesting, headers that lie, bombs. */
#include "inside.h"

#include <archive.h>
#include <archive_entry.h>

#define MEGABYTE ((size_t)1048576)
#define MEMORY (160u * MEGABYTE) /* no answer may cost more, whatever the archive */

static void lists_zip(void **state)
{
	struct arena *arena = arena_new(0);
	const struct inside_entry v[] = {
		{ .name = "folder/" }, { .name = "folder/a.txt", .data = SPAN_LIT("hello") }, { .name = "invoice.pdf.exe", .data = SPAN_LIT("MZ") },
		{ .name = "\x81.txt", .data = SPAN_LIT("x") }, { .name = "gr\xc3\xbc.txt", .utf8 = true, .data = SPAN_LIT("y") },
	};
	struct contents c;

	(void)state;
	inside_read(arena, inside_zip(arena, v, 5), "a.zip", &c);
	inside_facts(&c, CONTENT_BIT(ARCHIVE), "plain zip");
	assert_int_equal(c.nitems, 6);
	assert_int_equal(c.items[1].role, CONTENT_FOLDER);
	assert_int_equal(c.items[2].role, CONTENT_FILE);
	assert_true(span_eq(c.items[2].bytes, SPAN_LIT("hello")));
	assert_int_equal(c.items[2].type, FILE_TEXT);
	assert_non_null(inside_item(&c, "\xc3\xbc.txt")); /* code page 437 */
	assert_non_null(inside_item(&c, "gr\xc3\xbc.txt"));
	arena_free(&arena);
}

static void tells_names(void **state)
{
	static const struct {
		const char *name;
		uint64_t fact;
	} rows[] = {
		{ "ann\xe2\x80\xae" "fdp.exe\xe2\x80\xac", CONTENT_BIT(NAME_RLO) }, { "../../etc/passwd", CONTENT_BIT(NAME_PATH) }, { "/etc/passwd", CONTENT_BIT(NAME_PATH) },
		{ "C:\\a.exe", CONTENT_BIT(NAME_PATH) }, { "a/../b", CONTENT_BIT(NAME_PATH) }, { "a\nb", CONTENT_BIT(NAME_CONTROL) },
		{ "a.pdf                              .exe", CONTENT_BIT(NAME_CONTROL) }, { "a..b/c.txt", 0 }, { "two  blanks.txt", 0 },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct contents c;

		inside_read(arena, inside_zip(arena, &(struct inside_entry){ .name = rows[i].name, .data = SPAN_LIT("x") }, 1), "a.zip", &c);
		inside_facts(&c, CONTENT_BIT(ARCHIVE) | rows[i].fact, rows[i].name);
	}
	arena_free(&arena);
}

static void tells_headers(void **state)
{
	struct arena *arena = arena_new(0);
	struct span zip = inside_zip(arena, &(struct inside_entry){ .name = "a.txt", .local_name = "a.exe", .data = SPAN_LIT("x") }, 1);
	struct inside_entry two[] = { { .name = "a.txt", .data = SPAN_LIT("x") }, { .name = "b.txt", .data = SPAN_LIT("y") } };
	struct buf b = BUF_INIT(arena);
	struct contents c;

	(void)state;
	inside_read(arena, zip, "a.zip", &c);
	inside_facts(&c, CONTENT_BIT(ARCHIVE) | CONTENT_BIT(ZIP_INCONSISTENT), "two names");
	buf_str(&b, "junk before");
	buf_add(&b, inside_zip(arena, two, 2));
	inside_read(arena, buf_span(&b), "a.zip", &c);
	/* By its magic number this is no zip; as an entry of another it would be the same. */
	assert_int_equal(c.nitems, 1);
	/* A zip behind a zip: readers from the front and from the end see different files. */
	buf_clear(&b);
	buf_add(&b, inside_zip(arena, two, 1));
	buf_add(&b, inside_zip(arena, two + 1, 1));
	inside_read(arena, buf_span(&b), "a.zip", &c);
	assert_true((c.facts & CONTENT_BIT(ZIP_PREFIX)) != 0);
	assert_non_null(inside_item(&c, "b.txt"));
	/* Without its directory it is read by local headers. */
	zip = inside_zip(arena, two, 2);
	inside_read(arena, span_sub(zip, 0, 36 + 36), "a.zip", &c);
	assert_true((c.facts & CONTENT_BIT(BROKEN)) != 0);
	assert_non_null(inside_item(&c, "a.txt"));
	arena_free(&arena);
}

static void finds_password(void **state)
{
	const struct span passwords[] = { SPAN_LIT("wrong"), SPAN_LIT("infected"), SPAN_LIT("other") };
	struct arena *arena = arena_new(0);
	struct span zip = inside_suite(arena, "files/eicar-zips/tests/infected.zip");
	struct contents_input in = { .content = zip, .name = SPAN_LIT("a.zip"), .passwords = passwords, .npasswords = 3 };
	struct contents c;

	(void)state;
	if (zip.p != NULL) {
		contents_read(arena, &in, NULL, &c);
		inside_facts(&c, CONTENT_BIT(ARCHIVE) | CONTENT_BIT(ENCRYPTED_ENTRY) | CONTENT_BIT(PASSWORD_FOUND), "encrypted");
		assert_true(span_eq(c.password, SPAN_LIT("infected")));
		assert_true(span_starts(c.items[1].bytes, SPAN_LIT("X5O!P%@AP")));
		in.npasswords = 1;
		contents_read(arena, &in, NULL, &c);
		inside_facts(&c, CONTENT_BIT(ARCHIVE) | CONTENT_BIT(ENCRYPTED_ENTRY), "not opened");
		assert_null(c.items[1].bytes.p);
	}
	arena_free(&arena);
}

/* Made by libarchive itself. */
static struct span made(struct arena *arena, int (*format)(struct archive *), int (*filter)(struct archive *), struct span data)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t room = data.len + 2 * MEGABYTE, used = 0;
	char *p = arena_bytes(arena, room);

	assert_int_equal(format(a), ARCHIVE_OK);
	if (filter != NULL)
		assert_int_equal(filter(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, p, room, &used), ARCHIVE_OK);
	archive_entry_set_pathname(e, "folder/setup.exe");
	archive_entry_set_size(e, (int64_t)data.len);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	archive_write_data(a, data.p, data.len);
	archive_entry_free(e);
	archive_write_close(a);
	archive_write_free(a);
	return span_make(p, used);
}

static void reads_other_formats(void **state)
{
	static const struct {
		const char *name;
		int (*format)(struct archive *), (*filter)(struct archive *);
		enum file_type type;
	} rows[] = {
		{ "a.tar", archive_write_set_format_ustar, NULL, FILE_TAR }, { "a.7z", archive_write_set_format_7zip, NULL, FILE_7Z },
		{ "a.iso", archive_write_set_format_iso9660, NULL, FILE_ISO }, { "a.tgz", archive_write_set_format_ustar, archive_write_add_filter_gzip, FILE_GZIP },
		{ "a.txz", archive_write_set_format_ustar, archive_write_add_filter_xz, FILE_XZ }, { "a.tbz", archive_write_set_format_ustar, archive_write_add_filter_bzip2, FILE_BZIP2 },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct span data = span_make(memset(arena_bytes(arena, 400000), 'x', 400000), 400000);
		struct contents c;
		bool found = false;

		inside_read(arena, made(arena, rows[i].format, rows[i].filter, data), rows[i].name, &c);
		assert_int_equal(c.items[0].type, rows[i].type);
		for (size_t k = 1; k < c.nitems; k++)
			found |= span_case_ends(c.items[k].name, SPAN_LIT("setup.exe")) && c.items[k].size == data.len;
		if (!found)
			fail_msg("%s: no setup.exe", rows[i].name);
		inside_facts(&c, CONTENT_BIT(ARCHIVE), rows[i].name);
	}
	arena_free(&arena);
}

/* ---- bombs ---- */

static struct span zeros_deflated(struct arena *arena, size_t size)
{
	char *p = calloc(1, size);
	struct span packed;

	assert_non_null(p);
	packed = inside_deflate(arena, span_make(p, size));
	free(p);
	return packed;
}

static void expect_bomb(struct arena *arena, struct span file, const char *name, uint64_t facts)
{
	size_t before = arena_used(arena);
	struct contents c;

	inside_read(arena, file, name, &c);
	if ((c.facts & facts) != facts)
		inside_facts(&c, facts, name);
	assert_true(arena_used(arena) - before < MEMORY);
	assert_true(c.unpacked <= contents_limits_default.unpacked + MEGABYTE);
	assert_true(c.nitems <= contents_limits_default.items);
	assert_true(contents_encode(arena, &c, 65536, false).len <= 65536);
}

static void stops_big_entries(void **state)
{
	struct arena *arena = arena_new(0);
	struct span zeros = zeros_deflated(arena, 256 * MEGABYTE);
	const struct inside_entry honest = { .name = "a.txt", .packed = zeros, .size = 256 * MEGABYTE };
	const struct inside_entry lying = { .name = "a.txt", .packed = zeros, .size = 10 };
	const struct inside_entry huge = { .name = "a.txt", .packed = zeros, .size = UINT32_MAX - 1 };

	(void)state;
	expect_bomb(arena, inside_zip(arena, &honest, 1), "honest.zip", CONTENT_BIT(BOMB));
	expect_bomb(arena, inside_zip(arena, &huge, 1), "huge.zip", CONTENT_BIT(BOMB));
	expect_bomb(arena, inside_zip(arena, &lying, 1), "lying.zip", CONTENT_BIT(BROKEN));
	arena_free(&arena);
}

static void stops_nesting(void **state)
{
	struct arena *arena = arena_new(0);
	struct span data = SPAN_LIT("seed");
	struct inside_entry v[16];

	(void)state;
	/* One in one, a hundred times. */
	for (int i = 0; i < 100; i++)
		data = inside_zip(arena, &(struct inside_entry){ .name = "a.zip", .data = data }, 1);
	expect_bomb(arena, data, "deep.zip", CONTENT_BIT(TOO_DEEP) | CONTENT_BIT(ARCHIVE_NESTED));
	/* Sixteen in each of sixteen, six levels, above a big file: 16 million entries. */
	data = inside_zip(arena, &(struct inside_entry){ .name = "0.dll", .packed = zeros_deflated(arena, 64 * MEGABYTE), .size = 64 * MEGABYTE }, 1);
	for (int level = 0; level < 6; level++) {
		struct span packed = inside_deflate(arena, data);

		for (int i = 0; i < 16; i++)
			v[i] = (struct inside_entry){ .name = "lib.zip", .packed = packed, .size = data.len };
		data = inside_zip(arena, v, 16);
	}
	expect_bomb(arena, data, "42.zip", CONTENT_BIT(BOMB) | CONTENT_BIT(TOO_MANY) | CONTENT_BIT(ARCHIVE_NESTED));
	arena_free(&arena);
}

static void stops_counts(void **state)
{
	static struct inside_entry v[60000];
	struct arena *arena = arena_new(0);
	struct contents c;
	struct span zip;

	(void)state;
	for (size_t i = 0; i < 60000; i++)
		v[i] = (struct inside_entry){ .name = "a.txt", .data = SPAN_LIT("x") };
	zip = inside_zip(arena, v, 60000);
	expect_bomb(arena, zip, "many.zip", CONTENT_BIT(TOO_MANY));
	inside_read(arena, zip, "many.zip", &c);
	assert_int_equal(c.entries, 60000);
	assert_int_equal(c.facts & CONTENT_BIT(ZIP_INCONSISTENT), 0);
	arena_free(&arena);
}

/* All entries of the directory point to the same bytes. */
static void tells_overlap(void **state)
{
	struct arena *arena = arena_new(0);
	struct span zip = inside_zip(arena, &(struct inside_entry){ .name = "a", .packed = zeros_deflated(arena, 20 * MEGABYTE), .size = 20 * MEGABYTE }, 1);
	size_t directory = zip.len - 22 - 47;
	struct buf b = BUF_INIT(arena);

	(void)state;
	buf_add(&b, span_sub(zip, 0, directory));
	for (int i = 0; i < 1000; i++)
		buf_add(&b, span_sub(zip, directory, 47));
	inside_le(&b, 0x06054b50, 4), inside_le(&b, 0, 4), inside_le(&b, 1000, 2), inside_le(&b, 1000, 2), inside_le(&b, 47000, 4), inside_le(&b, directory, 4), inside_le(&b, 0, 2);
	expect_bomb(arena, buf_span(&b), "overlap.zip", CONTENT_BIT(ZIP_OVERLAP) | CONTENT_BIT(BOMB));
	arena_free(&arena);
}

static void stops_compressed_files(void **state)
{
	struct arena *arena = arena_new(0);
	size_t size = 300 * MEGABYTE, room = 2 * MEGABYTE;
	char *zeros = calloc(1, size), *out = arena_bytes(arena, room);
	z_stream z = { .next_in = (Bytef *)zeros, .avail_in = (uInt)size, .next_out = (Bytef *)out, .avail_out = (uInt)room };

	(void)state;
	assert_non_null(zeros);
	deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	free(zeros);
	expect_bomb(arena, span_make(out, room - z.avail_out), "a.gz", CONTENT_BIT(BOMB) | CONTENT_BIT(TOO_LARGE));
	arena_free(&arena);
}

/* Stored entries cost as well: those of a made-up directory all share the same bytes. */
static void charges_stored_entries(void **state)
{
	struct arena *arena = arena_new(0);
	const struct inside_entry v[] = { { .name = "a.csv", .data = SPAN_LIT("1;2\n3;4\n") }, { .name = "b.csv", .data = SPAN_LIT("5;6\n7;8\n") } };
	struct contents_input in = { .content = inside_zip(arena, v, 2), .name = SPAN_LIT("a.zip") };
	struct contents_limits limits = contents_limits_default;
	struct contents c;

	(void)state;
	contents_read(arena, &in, &limits, &c);
	assert_int_equal(c.facts & CONTENT_BIT(TOO_LARGE), 0);
	assert_int_equal(c.unpacked, 16);
	limits.unpacked = 8;
	contents_read(arena, &in, &limits, &c);
	assert_int_not_equal(c.facts & CONTENT_BIT(TOO_LARGE), 0);
	assert_null(inside_item(&c, "b.csv")->bytes.p);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_zip),         cmocka_unit_test(tells_names),   cmocka_unit_test(tells_headers), cmocka_unit_test(finds_password),
		cmocka_unit_test(reads_other_formats), cmocka_unit_test(stops_big_entries), cmocka_unit_test(stops_nesting), cmocka_unit_test(stops_counts),
		cmocka_unit_test(tells_overlap),     cmocka_unit_test(stops_compressed_files), cmocka_unit_test(charges_stored_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
