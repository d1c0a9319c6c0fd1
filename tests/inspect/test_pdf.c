/* PDF and RTF files: what they do, and the links and files in them. */
#include "inside.h"

#define PDF(body) "%PDF-1.5\n1 0 obj\n" body "\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"

static const struct {
	const char *file;
	uint64_t facts;
	const char *url; /* the first one */
} rows[] = {
	{ PDF("<</Type/Catalog>>"), 0, NULL },
	{ PDF("<</S/JavaScript/JS(app.alert\\(1\\))>>"), CONTENT_BIT(PDF_JAVASCRIPT), NULL },
	{ PDF("<</S /J#61vaScript>>"), CONTENT_BIT(PDF_JAVASCRIPT) | CONTENT_BIT(PDF_NAME_ESCAPED), NULL },
	{ PDF("<</OpenAction 4 0 R>>"), CONTENT_BIT(PDF_OPEN_ACTION), NULL },
	{ PDF("<</S/Launch/F(cmd.exe)>>"), CONTENT_BIT(PDF_LAUNCH), NULL },
	{ PDF("<</Title(/JavaScript /Launch)>>"), 0, NULL },
	{ PDF("% /JavaScript\n<<>>"), 0, NULL },
	{ PDF("<</Length 11>>\nstream\n/JavaScript\nendstream"), 0, NULL },
	{ PDF("<</S/URI/URI(https://a.example/x\\(1\\))>>"), 0, "https://a.example/x(1)" },
	{ PDF("<</S/URI/URI<68747470733A2F2F622E6578616D706C652F>>>"), 0, "https://b.example/" },
	{ PDF("<</S/URI/URI(\\376\\377\\000h\\000t\\000t\\000p\\000:\\000/\\000/\\000c)>>"), 0, "http://c" },
	{ PDF("<</S/SubmitForm/F(https://d.example/)>>"), CONTENT_BIT(PDF_FORM_SUBMIT), "https://d.example/" },
	{ PDF("<</Encrypt 5 0 R>>2 0 obj<</URI(https://a.example/)>>"), CONTENT_BIT(PDF_ENCRYPTED), NULL },
	{ PDF("<</XFA 7 0 R>>"), CONTENT_BIT(PDF_XFA), NULL },
	{ "%PDF-1.5\n(((((((", 0, NULL },
	{ "%PDF-1.5\n<</URI(x", 0, NULL },
	{ "%PDF-1.5\n1 0 obj <</Length 99999>> stream\nabc", 0, NULL },
	{ "{\\rtf1 Hello}", 0, NULL },
	{ "{\\rtf1{\\*\\template https://a.example/t.dot}}", CONTENT_BIT(OFFICE_EXTERNAL_TEMPLATE), "https://a.example/t.dot" },
	{ "{\\rtf1{\\*\\template C:\\\\a.dot}}", 0, NULL },
	{ "{\\rtf1{\\field{\\*\\fldinst{HYPERLINK \"https://a.example/\"}}}}", 0, "https://a.example/" },
	{ "{\\rtf1{\\field{\\*\\fldinst DDEAUTO c:\\\\cmd.exe}}}", CONTENT_BIT(OFFICE_DDE), NULL },
	{ "{\\rtf1{\\object\\objupdate{\\*\\objdata 01 05 00 00}}}", CONTENT_BIT(RTF_OBJECT) | CONTENT_BIT(RTF_OBJECT_UPDATE), NULL },
	{ "{\\rtf1{\\object{\\*\\objdata 01050000 02000000 0b000000 4571756174696f6e2e3300 00000000 00000000 01000000 41}}}", CONTENT_BIT(RTF_OBJECT) | CONTENT_BIT(RTF_EQUATION), NULL },
};

static void tells_facts(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct contents c;

		inside_read(arena, span_of(rows[i].file), "a", &c);
		inside_facts(&c, rows[i].facts, rows[i].file);
		assert_int_equal(c.nurls, rows[i].url != NULL);
		if (rows[i].url != NULL && !span_eq(c.urls[0].url, span_of(rows[i].url)))
			fail_msg("\"%.*s\" instead of %s", SPAN_ARG(c.urls[0].url), rows[i].url);
	}
	arena_free(&arena);
}

static struct span zlib_of(struct arena *arena, const char *text)
{
	uLongf n = 1024;
	char *p = arena_bytes(arena, n);

	assert_int_equal(compress((Bytef *)p, &n, (const Bytef *)text, strlen(text)), Z_OK);
	return span_make(p, n);
}

/* Object streams hold objects, embedded files are items. */
static void unpacks_streams(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	struct contents c;

	(void)state;
	buf_str(&b, "%PDF-1.5\n1 0 obj <</Type/ObjStm/Filter/FlateDecode>>\nstream\r\n");
	buf_add(&b, zlib_of(arena, "1 0 2 30 <</S/Launch/F(calc.exe)>> <</URI(https://deep.example/)>>"));
	buf_str(&b, "\nendstream endobj\n2 0 obj <</Type/Filespec/F(notes.txt)>> endobj\n3 0 obj <</Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n");
	buf_add(&b, zlib_of(arena, "what is embedded"));
	buf_str(&b, "\nendstream endobj\n");
	inside_read(arena, buf_span(&b), "a.pdf", &c);
	inside_facts(&c, CONTENT_BIT(PDF_LAUNCH) | CONTENT_BIT(PDF_EMBEDDED_FILE), "streams");
	assert_int_equal(c.nurls, 1);
	assert_non_null(inside_item(&c, "notes.txt"));
	assert_true(span_eq(inside_item(&c, "notes.txt")->bytes, SPAN_LIT("what is embedded")));
	arena_free(&arena);
}

/* Work is bounded by the file, however its brackets stand: these would take minutes if it were not. */
static void stays_linear(void **state)
{
	static const char *const pieces[] = { "((((", "<<<<", "/AA/JS ", "1 0 obj stream ", "{\\fldinst ", "\\objdata 4", "\\template {" };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct buf b = BUF_INIT(arena);
		struct contents c;

		buf_str(&b, pieces[i][0] == '{' || pieces[i][0] == '\\' ? "{\\rtf1 " : "%PDF-1.5\n");
		while (b.len < 2000000)
			buf_str(&b, pieces[i]);
		inside_read(arena, buf_span(&b), "a", &c);
		assert_true(c.nitems <= 1000);
	}
	arena_free(&arena);
}

static void reads_sample(void **state)
{
	struct arena *arena = arena_new(0);
	struct span bytes = inside_suite(arena, "files/msg/poi/test-data/hmef/quick-contents/quick.pdf");
	struct contents c;

	(void)state;
	if (bytes.p != NULL) {
		inside_read(arena, bytes, "quick.pdf", &c);
		assert_int_equal(c.facts & ~CONTENT_BIT(PDF_OPEN_ACTION), 0);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_facts), cmocka_unit_test(unpacks_streams), cmocka_unit_test(stays_linear), cmocka_unit_test(reads_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
