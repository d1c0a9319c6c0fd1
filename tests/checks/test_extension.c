/* File name extensions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "checks/extension.h"

static void test_of_name(void **state)
{
	static const struct {
		const char *name, *extension, *rest;
	} cases[] = {
		{ "invoice.pdf", "pdf", "invoice" },
		{ "invoice.pdf.exe", "exe", "invoice.pdf" },
		{ "invoice.exe . .", "exe", "invoice" },
		{ "invoice.pdf   .exe", "exe", "invoice.pdf" },
		{ "x.searchConnector-ms", "searchConnector-ms", "x" },
		{ "README", "", "README" },
		{ "Mr. Hill", "", "Mr. Hill" },
		{ "a.thisismuchtoolongtobeanextension", "", "a.thisismuchtoolongtobeanextension" },
		{ ".exe", "exe", "" },
		{ "...", "", "" },
		{ "", "", "" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span name = span_of(cases[i].name);

		assert_string_equal(arena_str(arena, extension_of(name)), cases[i].extension);
		assert_string_equal(arena_str(arena, extension_strip(name)), cases[i].rest);
	}
	arena_free(&arena);
}

/* One or more of each class; a table out of order would lose some. */
static void test_classes(void **state)
{
	static const struct {
		const char *extension;
		enum extension_class cls;
	} cases[] = {
		{ "pdf", EXTENSION_DOCUMENT },   { "DOCX", EXTENSION_DOCUMENT },    { "html", EXTENSION_HTML },     { "svg", EXTENSION_HTML },
		{ "exe", EXTENSION_EXECUTABLE }, { "scr", EXTENSION_EXECUTABLE },   { "msi", EXTENSION_EXECUTABLE }, { "jar", EXTENSION_EXECUTABLE },
		{ "js", EXTENSION_SCRIPT },      { "vbs", EXTENSION_SCRIPT },       { "ps1", EXTENSION_SCRIPT },    { "wsf", EXTENSION_SCRIPT },
		{ "lnk", EXTENSION_SHORTCUT },   { "url", EXTENSION_SHORTCUT },     { "iso", EXTENSION_DISK_IMAGE }, { "vhdx", EXTENSION_DISK_IMAGE },
		{ "docm", EXTENSION_MACRO },     { "xlam", EXTENSION_MACRO },       { "one", EXTENSION_ONENOTE },   { "zip", EXTENSION_ARCHIVE },
		{ "ace", EXTENSION_ARCHIVE_ODD }, { "r17", EXTENSION_ARCHIVE_ODD }, { "zoo", EXTENSION_ARCHIVE_ODD }, { "7z", EXTENSION_ARCHIVE },
		{ "c", EXTENSION_OTHER },        { "", EXTENSION_OTHER },           { "exee", EXTENSION_OTHER },    { "ex", EXTENSION_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(extension_class_of(span_of(cases[i].extension)), cases[i].cls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_name),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
