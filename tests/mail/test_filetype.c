/* File types by content and by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/filetype.h"

#define ROW(s, t) { s, sizeof(s) - 1, 0, t }
#define ROW_AT(at, s, t) { s, sizeof(s) - 1, at, t }
#define ZIP_HEAD(name_len) "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" name_len "\0\0\0"

static const struct {
	const char *bytes;
	size_t len, at; /* zeros before */
	enum file_type want;
} rows[] = {
	ROW("", FILE_EMPTY),
	ROW("hello world\r\n", FILE_TEXT),
	ROW("gr\xc3\xbc\xc3\x9f" "e", FILE_TEXT),
	ROW("\xff\xfeh\0i\0", FILE_TEXT),
	ROW("\0\1\2\3\4\5\6\7", FILE_UNKNOWN),
	ROW("\1\2\3\4\5\6\7\1\2\3", FILE_UNKNOWN),
	ROW("%PDF-1.7\n\x80\x81", FILE_PDF),
	ROW("\0junk\n%PDF-1.7\n\0", FILE_PDF),
	ROW("About the header %PDF-1.7 of files", FILE_TEXT),
	ROW("%!PS-Adobe-3.0", FILE_PS),
	ROW("\xff\xd8\xff\xe0\0\x10JFIF\0", FILE_JPEG),
	ROW("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FILE_PNG),
	ROW("GIF89a\1\0\1\0", FILE_GIF),
	ROW("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0", FILE_BMP),
	ROW("BMW is a car maker, not a bitmap", FILE_TEXT),
	ROW("II*\0\x08\0\0\0", FILE_TIFF),
	ROW("RIFF\x24\0\0\0WEBPVP8 ", FILE_WEBP),
	ROW("RIFF\x24\0\0\0WAVEfmt ", FILE_WAV),
	ROW("RIFF\x24\0\0\0AVI LIST", FILE_AVI),
	ROW("\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0", FILE_ICO),
	ROW(ZIP_HEAD("\5") "a.txthello", FILE_ZIP),
	ROW("PK\5\6\0\0\0\0", FILE_ZIP),
	ROW("PK\3\4", FILE_ZIP),
	ROW(ZIP_HEAD("\x13") "[Content_Types].xml<x>", FILE_OOXML),
	ROW(ZIP_HEAD("\5") "a.txthello" ZIP_HEAD("\x11") "word/document.xml", FILE_OOXML),
	ROW(ZIP_HEAD("\x08") "mimetypeapplication/vnd.oasis.opendocument.text", FILE_ODF),
	ROW(ZIP_HEAD("\x08") "mimetypeapplication/epub+zip", FILE_ZIP),
	ROW(ZIP_HEAD("\x14") "META-INF/MANIFEST.MF", FILE_JAR),
	ROW(ZIP_HEAD("\x07") "A.class", FILE_JAR),
	ROW("Rar!\x1a\7\1\0", FILE_RAR),
	ROW("7z\xbc\xaf\x27\x1c\0\4", FILE_7Z),
	ROW("\x1f\x8b\x08\0", FILE_GZIP),
	ROW("BZh91AY&SY", FILE_BZIP2),
	ROW("BZh is how it begins", FILE_TEXT),
	ROW("\xfd" "7zXZ\0", FILE_XZ),
	ROW("\x28\xb5\x2f\xfd", FILE_ZSTD),
	ROW_AT(257, "ustar\00000", FILE_TAR),
	ROW("MSCF\0\0\0\0", FILE_CAB),
	ROW("\x60\xea\x2b\0\x22\x0b\1\2\x10\0\2\xaa", FILE_ARJ),
	ROW_AT(7, "**ACE**", FILE_ACE),
	ROW("\x20\x30-lh5-\0", FILE_LZH),
	ROW_AT(0x8001, "CD001\1", FILE_ISO),
	ROW("conectix\0\0", FILE_VHD),
	ROW("vhdxfile", FILE_VHD),
	ROW("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", FILE_OLE),
	ROW("\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", FILE_ONENOTE),
	ROW("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0\x40\0\0\0", FILE_EXE),
	ROW("MZ is how DOS programs begin, but this text is none of them.", FILE_TEXT),
	ROW("\x7f" "ELF\2\1\1", FILE_ELF),
	ROW("\xcf\xfa\xed\xfe\7\0\0\1", FILE_MACHO),
	ROW("\xca\xfe\xba\xbe\0\0\0\2", FILE_MACHO),
	ROW("\xca\xfe\xba\xbe\0\0\0\x34", FILE_CLASS),
	ROW("dex\n035\0", FILE_DEX),
	ROW("L\0\0\0\1\x14\2\0\0\0\0\0\xc0", FILE_LNK),
	ROW("ITSF\3\0\0\0", FILE_CHM),
	ROW("CWS\x0a\1\2\0", FILE_SWF),
	ROW("FWS is a folder", FILE_TEXT),
	ROW("\x78\x9f\x3e\x22\1\0", FILE_TNEF),
	ROW("ID3\3\0", FILE_MP3),
	ROW("\xff\xfb\x90\x64\0\0", FILE_MP3),
	ROW("\0\0\0\x18" "ftypmp42", FILE_MP4),
	ROW("OggS\0\2", FILE_OGG),
	ROW("wOF2\0\1", FILE_FONT),
	ROW("\0\1\0\0\0\x0f\0\x80", FILE_FONT),
	ROW("BEGIN:VCALENDAR\r\nVERSION:2.0", FILE_ICS),
	ROW("begin:vcard\r\n", FILE_VCARD),
	ROW("-----BEGIN PGP MESSAGE-----\n", FILE_PGP),
	ROW("\x30\x82\x05\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0", FILE_PKCS7),
	ROW("{\\rtf1\\ansi", FILE_RTF),
	ROW("<!DOCTYPE html><html>", FILE_HTML),
	ROW("\xef\xbb\xbf \r\n<!-- x --> <HTML>", FILE_HTML),
	ROW("<script>alert(1)</script>", FILE_HTML),
	ROW("<?xml version=\"1.0\"?><a/>", FILE_XML),
	ROW("<?xml version=\"1.0\"?>\n<svg xmlns=\"x\">", FILE_SVG),
	ROW("<svg width=\"1\">", FILE_SVG),
	ROW("<?xml version=\"1.0\"?><!DOCTYPE html><html>", FILE_HTML),
	ROW("#!/bin/sh\n", FILE_SCRIPT),
	ROW("<?php echo 1;", FILE_SCRIPT),
	ROW("@Echo Off\r\nstart", FILE_SCRIPT),
	ROW("#@~^AAAA==", FILE_SCRIPT),
	ROW("var s = new ActiveXObject(\"WScript.Shell\");", FILE_SCRIPT),
	ROW("Dim x\r\nSet x = CreateObject(\"Shell.Application\")", FILE_SCRIPT),
	ROW("powershell -enc AAAA", FILE_SCRIPT),
	ROW("var is a keyword of many languages", FILE_TEXT),
	ROW("We never call ActiveXObject in our code.", FILE_TEXT),
	ROW("Received: from a by b\r\nFrom: x\r\nDate: y\r\n\r\n", FILE_EML),
	ROW("From: is a field\r\nand nothing else", FILE_TEXT),
};

static void test_detect(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = rows[i].at + rows[i].len;
		char *content = calloc(1, len + (len == 0));
		enum file_type got;

		memcpy(content + rows[i].at, rows[i].bytes, rows[i].len);
		got = file_type_detect(span_make(content, len));
		if (got != rows[i].want) {
			print_error("row %zu \"%.20s\": got %s, want %s\n", i, rows[i].bytes, file_type_name(got), file_type_name(rows[i].want));
			bad++;
		}
		/* Cut anywhere, nothing beyond the end may be read. */
		for (size_t n = 0; n < rows[i].len; n++) {
			char *cut = malloc(n + 1);

			memcpy(cut, rows[i].bytes, n);
			cut = realloc(cut, n + (n == 0));
			file_type_detect(span_make(cut, n));
			free(cut);
		}
		free(content);
	}
	assert_int_equal(bad, 0);
}

static void test_name(void **state)
{
	static const struct {
		const char *name;
		enum file_type want;
	} files[] = {
		{ "a.pdf", FILE_PDF }, { "A.PDF", FILE_PDF }, { "invoice.pdf.exe", FILE_EXE }, { "invoice.exe. ", FILE_EXE }, { "x.SCR", FILE_EXE },
		{ "x.js", FILE_SCRIPT }, { "x.docx", FILE_OOXML }, { "x.docm", FILE_OOXML }, { "x.doc", FILE_OLE }, { "x.odt", FILE_ODF }, { "x.jar", FILE_JAR },
		{ "x.7z", FILE_7Z }, { "x.3gp", FILE_MP4 }, { "winmail.dat", FILE_TNEF }, { "WINMAIL.DAT", FILE_TNEF }, { "x.dat", FILE_UNKNOWN },
		{ "x.zip", FILE_ZIP }, { "x.xz", FILE_XZ }, { "x.eml", FILE_EML }, { "x.hta", FILE_HTML }, { "", FILE_UNKNOWN }, { "noextension", FILE_UNKNOWN },
		{ ".", FILE_UNKNOWN }, { "...", FILE_UNKNOWN }, { "x.averyveryverylongextension", FILE_UNKNOWN }, { "x.p d", FILE_UNKNOWN },
		{ "x.\xc3\xbc", FILE_UNKNOWN }, { "pdf", FILE_UNKNOWN }, { "x.pdf.", FILE_PDF },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		enum file_type got = file_type_of_name(span_of(files[i].name));

		if (got != files[i].want)
			fail_msg("%s: %s", files[i].name, file_type_name(got));
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int t = 0; t < FILE_TYPE_N; t++)
		assert_non_null(file_type_name((enum file_type)t));
	assert_string_equal(file_type_name(FILE_EML), "eml");
	assert_string_equal(file_type_name(FILE_EXE), "exe");
}

static void test_hostile(void **state)
{
	static const char *const units[] = { "PK\3\4", "<!---->", "<!--", "\n", "%PDF", "<?xml", "var ", "From:\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		struct buf b = { 0 };

		while (b.len < 1 << 22)
			buf_str(&b, units[i]);
		assert_true(file_type_detect(buf_span(&b)) < FILE_TYPE_N);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detect),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
