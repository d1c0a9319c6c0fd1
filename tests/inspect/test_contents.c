/* The common interface: the wire, limits, passwords in texts, shortcuts, notebooks, QR codes; the files that mails of a suite hide. */
#include "inside.h"

#include <dirent.h>

#include "inspect/password.h"
#include "mail/message.h"

static void crosses_the_wire(void **state)
{
	struct arena *arena = arena_new(0);
	const struct inside_entry v[] = { { .name = "a.txt", .data = SPAN_LIT("hello") }, { .name = "../b\xe2\x80\xae" "fdp.exe\xe2\x80\xac", .data = SPAN_LIT("MZ") } };
	struct contents c, back;
	struct span flat;

	(void)state;
	inside_read(arena, inside_zip(arena, v, 2), "a.zip", &c);
	c.password = SPAN_LIT("secret");
	flat = contents_encode(arena, &c, 65536, true);
	assert_true(contents_decode(arena, flat, &back));
	assert_int_equal(back.facts, c.facts);
	assert_int_equal(back.nitems, 3);
	assert_int_equal(back.entries, 2);
	assert_true(span_eq(back.password, SPAN_LIT("secret")));
	assert_true(span_eq(back.items[2].name, c.items[2].name));
	assert_int_equal(back.items[2].facts, c.items[2].facts);
	assert_true(span_eq(back.items[1].bytes, SPAN_LIT("hello")));
	assert_int_equal(back.items[1].type, FILE_TEXT);
	/* Without files their bytes stay behind. */
	assert_true(contents_decode(arena, contents_encode(arena, &c, 65536, false), &back));
	assert_null(back.items[1].bytes.p);
	/* What does not fit is told. */
	flat = contents_encode(arena, &c, 150, true);
	assert_true(flat.len <= 150);
	assert_true(contents_decode(arena, flat, &back));
	assert_true(back.nitems < 3 && (back.facts & CONTENT_BIT(TOO_MANY)) != 0);
	arena_free(&arena);
}

/* No cut and no changed byte does harm; what is accepted is well-formed. */
static void decodes_hostile(void **state)
{
	struct arena *arena = arena_new(0);
	struct contents c, back;
	struct span flat;

	(void)state;
	inside_read(arena, inside_zip(arena, &(struct inside_entry){ .name = "a.txt", .data = SPAN_LIT("hello") }, 1), "a.zip", &c);
	flat = contents_encode(arena, &c, 65536, true);
	/* Nothing at all: even a file that was not looked into is an item. */
	assert_false(contents_decode(arena, contents_encode(arena, &(struct contents){ 0 }, 65536, true), &back));
	for (size_t n = 0; n < flat.len; n++)
		assert_false(contents_decode(arena, arena_copy(arena, span_sub(flat, 0, n)), &back));
	for (size_t i = 0; i < flat.len; i++) {
		char *p = arena_str(arena, flat);

		p[i] = (char)0xff;
		if (!contents_decode(arena, span_make(p, flat.len), &back))
			continue;
		for (size_t k = 0; k < back.nitems; k++) {
			assert_true(back.items[k].role < CONTENT_ROLE_N && back.items[k].type < FILE_TYPE_N);
			assert_true(back.items[k].parent < (int32_t)k);
		}
	}
	arena_free(&arena);
}

static void knows_what_it_wants(void **state)
{
	(void)state;
	assert_true(contents_wanted(FILE_ZIP, SPAN_LIT("a")));
	assert_true(contents_wanted(FILE_PDF, SPAN_LIT("")));
	assert_true(contents_wanted(FILE_TEXT, SPAN_LIT("a.csv")));
	assert_false(contents_wanted(FILE_TEXT, SPAN_LIT("a.txt")));
	assert_false(contents_wanted(FILE_EMPTY, SPAN_LIT("a.zip")));
	for (unsigned f = 0; f < CONTENT_FACT_N; f++)
		assert_true(strlen(content_fact_name((enum content_fact)f)) > 1 && strlen(content_fact_doc((enum content_fact)f)) > 5);
}

static void finds_passwords(void **state)
{
	static const struct {
		const char *text, *password; /* NULL: none */
	} rows[] = {
		{ "The password is 4711", "4711" },
		{ "Password: Rechnung2026!", "Rechnung2026!" },
		{ "password:abc.", "abc" },
		{ "Das Passwort lautet \"geheim\".", "geheim" },
		{ "PIN 0815 and the rest", "0815" },
		{ "Use pass=xyz to open", "xyz" },
		{ "\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: 555", "555" },
		{ "contrase\xc3\xb1" "a - hola", "hola" },
		{ "password for the zip file is 99", "99" },
		{ "no secret in here", NULL },
		{ "The passenger of bus 12 left", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct span found[16];
		size_t n = contents_password_candidates(span_of(rows[i].text), found, 16);
		bool there = false;

		for (size_t k = 0; k < n; k++)
			there |= rows[i].password != NULL && span_eq(found[k], span_of(rows[i].password));
		if (there != (rows[i].password != NULL) || (rows[i].password == NULL && n != 0))
			fail_msg("\"%s\": %zu candidates", rows[i].text, n);
		assert_true(contents_password_candidates(span_of(rows[i].text), found, 1) <= 1);
	}
}

/* The seeds of the fuzzers are samples as well: path and facts. */
static void reads_small_files(void **state)
{
	static const struct {
		const char *path;
		uint64_t facts;
	} rows[] = {
		{ "contents/code.png", CONTENT_BIT(QR_CODE) },
		{ "contents/a.lnk", CONTENT_BIT(LNK_FILE) | CONTENT_BIT(LNK_COMMAND) },
		{ "contents/a.one", CONTENT_BIT(ONENOTE_EMBEDDED_FILE) },
		{ "contents/tnef", CONTENT_BIT(TNEF) },
		{ "ole/macros", CONTENT_BIT(OFFICE_MACRO) | CONTENT_BIT(OFFICE_MACRO_AUTOEXEC) },
		{ "ole/package", CONTENT_BIT(OFFICE_DDE) | CONTENT_BIT(OFFICE_OBJECT) | CONTENT_BIT(OFFICE_OBJECT_FILE) },
		{ "ole/workbook", CONTENT_BIT(OFFICE_XLM_MACRO) | CONTENT_BIT(OFFICE_ENCRYPTED) },
		{ "office/dde.docx", CONTENT_BIT(OFFICE_DDE) | CONTENT_BIT(OFFICE_EXTERNAL_TEMPLATE) },
		{ "office/macros.docm", CONTENT_BIT(OFFICE_MACRO) | CONTENT_BIT(OFFICE_MACRO_SUSPICIOUS) },
		{ "office/flat.xml", CONTENT_BIT(OFFICE_MACRO) | CONTENT_BIT(OFFICE_MACRO_AUTOEXEC) | CONTENT_BIT(OFFICE_OBJECT) },
		{ "office/cell.csv", CONTENT_BIT(OFFICE_DDE) },
		{ "archive/nested.zip", CONTENT_BIT(ARCHIVE) | CONTENT_BIT(ARCHIVE_NESTED) },
		{ "archive/names.zip", CONTENT_BIT(ARCHIVE) | CONTENT_BIT(ZIP_INCONSISTENT) },
		{ "archive/a.tar", CONTENT_BIT(ARCHIVE) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *arena = arena_new(0);
		char path[512];
		struct contents c;
		struct span bytes;

		snprintf(path, sizeof(path), "%s/corpus/fuzz/%s", WINNOW_SOURCE, rows[i].path);
		bytes = inside_file(arena, path);
		assert_non_null(bytes.p);
		inside_read(arena, bytes, rows[i].path, &c);
		inside_facts(&c, rows[i].facts, rows[i].path);
		arena_free(&arena);
	}
}

static void gives_links_and_commands(void **state)
{
	struct arena *arena = arena_new(0);
	struct contents c;

	(void)state;
	inside_read(arena, inside_file(arena, WINNOW_SOURCE "/corpus/fuzz/contents/code.png"), "code.png", &c);
	assert_int_equal(c.nurls, 1);
	assert_int_equal(c.urls[0].source, CONTENT_URL_QR);
	assert_true(span_eq(c.urls[0].url, SPAN_LIT("https://login.example.org/a")));
	contents_read(arena, &(struct contents_input){ .content = inside_file(arena, WINNOW_SOURCE "/corpus/fuzz/contents/code.png") }, NULL, &c);
	assert_int_equal(c.facts, 0); /* not asked for */
	inside_read(arena, inside_file(arena, WINNOW_SOURCE "/corpus/fuzz/contents/a.lnk"), "a.lnk", &c);
	assert_int_equal(c.items[1].role, CONTENT_COMMAND);
	assert_true(span_eq(c.items[1].bytes, SPAN_LIT("..\\cmd.exe /c https://a.example/")));
	assert_int_equal(c.nurls, 1);
	inside_read(arena, inside_file(arena, WINNOW_SOURCE "/corpus/fuzz/contents/a.one"), "a.one", &c);
	assert_int_equal(c.items[1].type, FILE_SCRIPT);
	arena_free(&arena);
}

static void keeps_limits(void **state)
{
	struct contents_limits limits = contents_limits_default;
	struct arena *arena = arena_new(0);
	struct inside_entry v[10];
	struct contents c;
	struct span zip;

	(void)state;
	for (int i = 0; i < 10; i++)
		v[i] = (struct inside_entry){ .name = "a.txt", .data = SPAN_LIT("0123456789") };
	zip = inside_zip(arena, v, 10);
	limits.items = 5;
	contents_read(arena, &(struct contents_input){ .content = zip }, &limits, &c);
	assert_int_equal(c.nitems, 5);
	assert_true((c.facts & CONTENT_BIT(TOO_MANY)) != 0);
	limits = contents_limits_default;
	limits.entries = 3;
	contents_read(arena, &(struct contents_input){ .content = zip }, &limits, &c);
	assert_int_equal(c.nitems, 4);
	assert_true((c.facts & CONTENT_BIT(TOO_MANY)) != 0);
	limits = contents_limits_default;
	limits.depth = 0;
	contents_read(arena, &(struct contents_input){ .content = zip }, &limits, &c);
	assert_int_equal(c.nitems, 1);
	assert_true((c.facts & CONTENT_BIT(TOO_DEEP)) != 0);
	arena_free(&arena);
}

/* ---- mails that hide an archive ---- */

struct hidden {
	unsigned archives, seen, told;
};

static bool holds_eicar(const struct contents *c)
{
	for (size_t i = 1; i < c->nitems; i++) {
		if (span_eq(c->items[i].name, SPAN_LIT("eicar.com")) && span_starts(c->items[i].bytes, SPAN_LIT("X5O!P%@AP")))
			return true;
	}
	return false;
}

static void look_into(struct arena *arena, const struct message *m, struct hidden *h)
{
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];
		struct contents c;

		if (p->inner != NULL)
			look_into(arena, p->inner, h);
		if (p->kind == PART_MULTIPART || !span_starts(p->body, SPAN_LIT("PK\3\4")) || !span_has(p->body, SPAN_LIT("PK\5\6")))
			continue;
		inside_read(arena, p->body, "a.zip", &c);
		h->archives++;
		h->seen += holds_eicar(&c);
		/* Decoys: another reading of the part gives the other archive, and what makes it ambiguous is told. */
		if (!holds_eicar(&c))
			h->told += fact_has(&p->facts, FACT_HEADER_MALFORMED_LINE) || fact_has(&p->facts, FACT_BASE64_BAD_PADDING) || fact_has(&p->facts, FACT_BASE64_BAD_CHAR);
	}
}

static void opens_hidden_archives(void **state)
{
	static const char folder[] = WINNOW_SUITES "/mime/mime-is-broken/hide-content.d/new";
	struct url_context *urls = url_context_new();
	DIR *dir = opendir(folder);
	struct hidden h = { 0 };
	struct dirent *e;

	(void)state;
	message_init();
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		struct arena *arena = arena_new(0);
		char path[4096];
		struct span raw;

		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		raw = e->d_name[0] == '.' ? SPAN_NONE : inside_file(arena, path);
		if (raw.p != NULL)
			look_into(arena, message_parse(arena, raw, &message_limits_default, urls), &h);
		arena_free(&arena);
	}
	if (dir != NULL) {
		closedir(dir);
		print_message("%u archives, %u opened, %u decoys told\n", h.archives, h.seen, h.told);
		assert_true(h.archives >= 190);
		assert_int_equal(h.seen + h.told, h.archives);
	} else {
		print_message("no material at %s\n", folder);
	}
	url_context_free(&urls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crosses_the_wire),  cmocka_unit_test(decodes_hostile), cmocka_unit_test(knows_what_it_wants), cmocka_unit_test(finds_passwords),
		cmocka_unit_test(reads_small_files), cmocka_unit_test(gives_links_and_commands), cmocka_unit_test(keeps_limits), cmocka_unit_test(opens_hidden_archives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
