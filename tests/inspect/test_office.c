/* Documents: other projects' samples with what is known of them, and small ones of our own in corpus/. */
#include "inside.h"

#include <dirent.h>

#include "inspect/vba.h"

#define O "files/ole/tests/test-data/"
#define BIT(name) CONTENT_BIT(name)

/* Facts that must be there, and those that must not. */
struct row {
	const char *file;
	uint64_t want, never;
};

#define MACROS (BIT(OFFICE_MACRO) | BIT(OFFICE_MACRO_AUTOEXEC) | BIT(OFFICE_XLM_MACRO))
#define ACTIVE (MACROS | BIT(OFFICE_DDE) | BIT(OFFICE_EXTERNAL_TEMPLATE))

static const struct row rows[] = {
	{ O "excel4-macros/excel4_sample_macro.slk", BIT(OFFICE_XLM_MACRO), 0 },
	{ O "msodde/dde-in-csv.csv", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-in-excel2003.xml", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-test.docm", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-test.docx", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-test.xlsb", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-test.xlsm", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-test.xlsx", BIT(OFFICE_DDE), MACROS },
	{ O "msodde/dde-in-word2003.xml.zip", BIT(OFFICE_DDE) | BIT(PASSWORD_FOUND), MACROS },
	{ O "msodde/dde-in-word2007.xml.zip", BIT(OFFICE_DDE) | BIT(PASSWORD_FOUND), MACROS },
	{ O "msodde/dde-test-from-office2003.doc.zip", BIT(OFFICE_DDE) | BIT(PASSWORD_FOUND), MACROS },
	{ O "msodde/dde-test-from-office2013-utf_16le-korean.doc.zip", BIT(OFFICE_DDE) | BIT(PASSWORD_FOUND), MACROS },
	{ O "msodde/dde-test-from-office2016.doc.zip", BIT(OFFICE_DDE) | BIT(PASSWORD_FOUND), MACROS },
	{ O "msodde/harmless-clean-2003.xml", 0, ACTIVE | BIT(OFFICE_OBJECT) },
	{ O "msodde/harmless-clean.xml", 0, ACTIVE | BIT(OFFICE_OBJECT) },
	{ O "msodde/harmless-clean.doc", 0, ACTIVE | BIT(OFFICE_OBJECT) | BIT(OFFICE_ENCRYPTED) },
	{ O "msodde/harmless-clean.docm", 0, ACTIVE | BIT(OFFICE_OBJECT) },
	{ O "msodde/harmless-clean.docx", 0, ACTIVE | BIT(OFFICE_OBJECT) },
	{ O "oleform/oleform-PR314.docm", BIT(OFFICE_MACRO), BIT(OFFICE_DDE) },
	{ O "olevba/sample_with_vba.ppt", BIT(OFFICE_MACRO), BIT(OFFICE_DDE) },
	{ O "oleobj/sample_with_lnk_file.doc", BIT(OFFICE_OBJECT_FILE) | BIT(LNK_FILE), ACTIVE },
	{ O "oleobj/sample_with_lnk_file.ppt", BIT(OFFICE_OBJECT_FILE) | BIT(LNK_FILE), ACTIVE },
	{ O "oleobj/sample_with_lnk_file.pps", BIT(OFFICE_OBJECT_FILE) | BIT(LNK_FILE), ACTIVE },
	{ O "oleobj/sample_with_lnk_to_calc.doc", BIT(OFFICE_OBJECT), ACTIVE },
	{ O "oleobj/sample_with_calc_embedded.doc", BIT(OFFICE_OBJECT_FILE), ACTIVE },
	{ O "oleobj/embedded-unicode.doc", BIT(OFFICE_OBJECT_FILE), ACTIVE },
	{ O "oleobj/embedded-unicode-2007.docx", BIT(OFFICE_OBJECT_FILE), ACTIVE },
	{ O "oleobj/embedded-simple-2007-as2003.xml", BIT(OFFICE_OBJECT), ACTIVE },
	{ O "rtfobj/issue_251.rtf", BIT(RTF_OBJECT) | BIT(RTF_EQUATION), 0 },
	{ O "basic/encrypted.docx", BIT(OFFICE_ENCRYPTED), ACTIVE },
	{ O "basic/empty", 0, ~UINT64_C(0) },
	{ O "basic/text", 0, ~UINT64_C(0) },
	{ O "other/presentation.xps", 0, ACTIVE },
};

static void expect(const struct row *row)
{
	const struct span passwords[] = { SPAN_LIT("infected-test"), SPAN_LIT("infected") };
	struct arena *arena = arena_new(0);
	struct span bytes = inside_suite(arena, row->file);
	const char *slash = strrchr(row->file, '/');
	struct contents c;

	if (bytes.p != NULL) {
		contents_read(arena, &(struct contents_input){ .content = bytes, .name = span_of(slash + 1), .passwords = passwords, .npasswords = 2 }, NULL, &c);
		if ((c.facts & row->want) != row->want || (c.facts & row->never) != 0)
			inside_facts(&c, (c.facts | row->want) & ~row->never, row->file);
	}
	arena_free(&arena);
}

static void knows_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(&rows[i]);
}

/* All files of a folder are of one kind. */
static void expect_folder(const char *folder, const char *prefix, uint64_t want, uint64_t never)
{
	char path[512];
	DIR *dir;
	struct dirent *e;

	snprintf(path, sizeof(path), "%s/%s", WINNOW_SUITES, folder);
	dir = opendir(path);
	if (dir == NULL) {
		printf("no material: %s\n", path);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		struct row row = { path, want, never };

		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 || e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s%s", folder, e->d_name);
		expect(&row);
	}
	closedir(dir);
}

static void knows_folders(void **state)
{
	(void)state;
	expect_folder(O "encrypted/", "", BIT(OFFICE_ENCRYPTED), 0);
	expect_folder(O "excel4-macros/", "", BIT(OFFICE_XLM_MACRO), BIT(OFFICE_DDE));
	expect_folder(O "oleobj/external_link/", "", BIT(OFFICE_EXTERNAL_TEMPLATE), MACROS);
	expect_folder(O "oleobj/", "embedded-simple-2007", BIT(OFFICE_OBJECT), ACTIVE);
}

/* The embedded file itself, by name and size. */
static void unpacks_objects(void **state)
{
	struct arena *arena = arena_new(0);
	struct span bytes = inside_suite(arena, O "oleobj/embedded-simple-2007.docx");
	struct contents c;

	(void)state;
	if (bytes.p != NULL) {
		inside_read(arena, bytes, "a.docx", &c);
		assert_non_null(inside_item(&c, "simple-text-file.txt"));
		assert_true(inside_item(&c, "simple-text-file.txt")->size > 0);
	}
	arena_free(&arena);
}

/* MS-OVBA, 3.2.1 to 3.2.3. */
static void unpacks_vba(void **state)
{
	static const char normal[] = "\x01\x2F\xB0\x00\x23\x61\x61\x61\x62\x63\x64\x65\x82\x66\x00\x70\x61\x67\x68\x69\x6A\x01\x38\x08\x61\x6B\x6C\x00\x30\x6D\x6E\x6F\x70\x06\x71\x02\x70\x04\x10\x72\x73\x74\x75"
				     "\x76\x10\x77\x78\x79\x7A\x00\x3C";
	static const char most[] = "\x01\x03\xB0\x02\x61\x45\x00";
	struct arena *arena = arena_new(0);
	struct span out;

	(void)state;
	out = vba_decompress(arena, span_make(normal, sizeof(normal) - 1), 1000);
	assert_true(span_eq(out, SPAN_LIT("#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa")));
	out = vba_decompress(arena, span_make(most, sizeof(most) - 1), 1000);
	assert_int_equal(out.len, 73);
	assert_int_equal(span_chr(out, 'b'), SPAN_NPOS);
	assert_int_equal(vba_decompress(arena, SPAN_LIT("\2\0\0\0"), 1000).len, 0);
	arena_free(&arena);
}

static void weighs_source(void **state)
{
	static const struct {
		const char *source;
		uint64_t facts;
	} sources[] = {
		{ "Sub AutoOpen()\nEnd Sub", BIT(OFFICE_MACRO_AUTOEXEC) },
		{ "Private Sub Button1_MouseHover()", BIT(OFFICE_MACRO_AUTOEXEC) },
		{ "Sub MyAutoOpening()\nEnd Sub", 0 },
		{ "x = Shell(\"a\", 1)", BIT(OFFICE_MACRO_SUSPICIOUS) },
		{ "ShellSort list", 0 },
		{ "sub workbook_open()\ncreateobject(\"x\")", BIT(OFFICE_MACRO_AUTOEXEC) | BIT(OFFICE_MACRO_SUSPICIOUS) },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		if (vba_source_facts(span_of(sources[i].source)) != sources[i].facts)
			fail_msg("%s", sources[i].source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_samples), cmocka_unit_test(knows_folders), cmocka_unit_test(unpacks_objects),
		cmocka_unit_test(unpacks_vba),   cmocka_unit_test(weighs_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
