#include "mail/filetype.h"

#include <stdlib.h>

#include "base/ascii.h"

#define LOOK_TEXT 4096  /* bytes read to tell text from binary and kinds of text apart */
#define LOOK_ZIP 65536
#define ZIP_ENTRIES 8

static const char *const names[FILE_TYPE_N] = {
	"unknown", "empty", "text", "html", "xml", "svg", "rtf", "pdf", "ps", "jpeg", "png", "gif", "bmp", "tiff", "webp", "ico", "zip", "ooxml", "odf", "jar",
	"rar", "7z", "gzip", "bzip2", "xz", "zstd", "tar", "cab", "arj", "ace", "lzh", "iso", "vhd", "ole", "onenote", "exe", "elf", "macho", "dex", "lnk", "chm",
	"swf", "class", "script", "tnef", "mp3", "mp4", "ogg", "wav", "avi", "font", "ics", "vcard", "pgp", "pkcs7", "eml",
};

const char *file_type_name(enum file_type type)
{
	return names[type];
}

/* ---- magic numbers ---- */

struct magic {
	uint16_t at;
	uint8_t len;
	uint8_t type;
	char bytes[16];
};

#define MAGIC(at_, s, t) { (at_), sizeof(s) - 1, (t), s }

static const struct magic magics[] = {
	MAGIC(0, "%PDF-", FILE_PDF),
	MAGIC(0, "%!PS", FILE_PS),
	MAGIC(0, "\xc5\xd0\xd3\xc6", FILE_PS),
	MAGIC(0, "\xff\xd8\xff", FILE_JPEG),
	MAGIC(0, "\x89PNG\r\n\x1a\n", FILE_PNG),
	MAGIC(0, "GIF87a", FILE_GIF),
	MAGIC(0, "GIF89a", FILE_GIF),
	MAGIC(0, "II*\0", FILE_TIFF),
	MAGIC(0, "MM\0*", FILE_TIFF),
	MAGIC(8, "WEBPVP8", FILE_WEBP),
	MAGIC(8, "WAVEfmt", FILE_WAV),
	MAGIC(8, "AVI LIST", FILE_AVI),
	MAGIC(0, "PK\5\6", FILE_ZIP),
	MAGIC(0, "PK\7\x08PK", FILE_ZIP),
	MAGIC(0, "Rar!\x1a\7", FILE_RAR),
	MAGIC(0, "7z\xbc\xaf\x27\x1c", FILE_7Z),
	MAGIC(0, "\x1f\x8b\x08", FILE_GZIP),
	MAGIC(0, "\xfd" "7zXZ\0", FILE_XZ),
	MAGIC(0, "\x28\xb5\x2f\xfd", FILE_ZSTD),
	MAGIC(257, "ustar", FILE_TAR),
	MAGIC(0, "MSCF\0\0\0\0", FILE_CAB),
	MAGIC(7, "**ACE**", FILE_ACE),
	MAGIC(0x8001, "CD001", FILE_ISO),
	MAGIC(0, "conectix", FILE_VHD),
	MAGIC(0, "vhdxfile", FILE_VHD),
	MAGIC(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FILE_OLE),
	MAGIC(0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96", FILE_ONENOTE),
	MAGIC(0, "\x7f" "ELF", FILE_ELF),
	MAGIC(0, "\xfe\xed\xfa\xce", FILE_MACHO),
	MAGIC(0, "\xfe\xed\xfa\xcf", FILE_MACHO),
	MAGIC(0, "\xce\xfa\xed\xfe", FILE_MACHO),
	MAGIC(0, "\xcf\xfa\xed\xfe", FILE_MACHO),
	MAGIC(0, "dex\n0", FILE_DEX),
	MAGIC(0, "L\0\0\0\1\x14\2\0", FILE_LNK),
	MAGIC(0, "ITSF\3\0\0\0", FILE_CHM),
	MAGIC(0, "\x78\x9f\x3e\x22", FILE_TNEF),
	MAGIC(0, "ID3\2", FILE_MP3),
	MAGIC(0, "ID3\3", FILE_MP3),
	MAGIC(0, "ID3\4", FILE_MP3),
	MAGIC(4, "ftyp", FILE_MP4),
	MAGIC(0, "OggS\0", FILE_OGG),
	MAGIC(0, "wOFF", FILE_FONT),
	MAGIC(0, "wOF2", FILE_FONT),
	MAGIC(0, "OTTO\0", FILE_FONT),
	MAGIC(0, "ttcf\0", FILE_FONT),
	MAGIC(0, "\0\1\0\0\0", FILE_FONT),
	MAGIC(0, "#@~^", FILE_SCRIPT), /* encoded VBScript and JScript */
};

static uint8_t byte_at(struct span s, size_t i)
{
	return i < s.len ? (uint8_t)s.p[i] : 0;
}

static unsigned le16(struct span s, size_t i)
{
	return byte_at(s, i) | (unsigned)byte_at(s, i + 1) << 8;
}

static uint32_t le32(struct span s, size_t i)
{
	return le16(s, i) | (uint32_t)le16(s, i + 2) << 16;
}

static bool has_at(struct span s, size_t at, struct span bytes)
{
	return s.len >= bytes.len && at <= s.len - bytes.len && memcmp(s.p + at, bytes.p, bytes.len) == 0;
}

static enum file_type by_magic(struct span s)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		const struct magic *m = &magics[i];

		if (has_at(s, m->at, span_make(m->bytes, m->len)))
			return (enum file_type)m->type;
	}
	return FILE_UNKNOWN;
}

static bool is_text(struct span s);

/* "MZ" and a header that makes sense; a text that begins with these letters is none. */
static bool is_exe(struct span s)
{
	return s.len >= 28 && !is_text(span_sub(s, 0, 128)) && (le16(s, 8) >= 1 || has_at(s, le32(s, 60), SPAN_LIT("PE\0\0")));
}

static bool is_pkcs7(struct span s)
{
	static const struct span oid = SPAN_LIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"); /* pkcs-7 of PKCS #7, 14 */

	return byte_at(s, 0) == 0x30 && span_has(span_sub(s, 1, 16), oid);
}

/* An MPEG audio frame of layer III: sync, version, bit rate and sampling rate that exist. */
static bool is_mp3_frame(struct span s)
{
	return s.len >= 4 && byte_at(s, 0) == 0xff && (byte_at(s, 1) & 0xe6) == 0xe2 && (byte_at(s, 1) & 0x18) != 0x08 &&
	       (byte_at(s, 2) & 0xf0) != 0xf0 && (byte_at(s, 2) & 0xf0) != 0 && (byte_at(s, 2) & 0x0c) != 0x0c;
}

/* Magic numbers that need a second look. */
static enum file_type by_form(struct span s)
{
	if (has_at(s, 0, SPAN_LIT("MZ")) && is_exe(s))
		return FILE_EXE;
	if (has_at(s, 0, SPAN_LIT("BM")) && s.len >= 26 && le32(s, 6) == 0 && le32(s, 14) >= 12 && le32(s, 14) <= 124)
		return FILE_BMP;
	if (has_at(s, 0, SPAN_LIT("BZh")) && byte_at(s, 3) >= '1' && byte_at(s, 3) <= '9' && has_at(s, 4, SPAN_LIT("1AY&SY")))
		return FILE_BZIP2;
	if (byte_at(s, 0) == 0 && byte_at(s, 1) == 0 && (byte_at(s, 2) == 1 || byte_at(s, 2) == 2) && byte_at(s, 3) == 0 && s.len >= 22 &&
	    le16(s, 4) != 0 && le16(s, 4) < 256 && byte_at(s, 9) == 0)
		return FILE_ICO;
	if (has_at(s, 0, SPAN_LIT("\xca\xfe\xba\xbe"))) /* fewer architectures than the first version of a class file */
		return byte_at(s, 4) == 0 && byte_at(s, 5) == 0 && byte_at(s, 6) == 0 && byte_at(s, 7) < 43 ? FILE_MACHO : FILE_CLASS;
	if (has_at(s, 1, SPAN_LIT("WS")) && span_chr(SPAN_LIT("FCZ"), s.p[0]) != SPAN_NPOS && byte_at(s, 3) >= 1 && byte_at(s, 3) < 32)
		return FILE_SWF;
	if (has_at(s, 2, SPAN_LIT("-l")) && byte_at(s, 6) == '-' && (byte_at(s, 4) == 'h' || byte_at(s, 4) == 'z'))
		return FILE_LZH;
	if (has_at(s, 0, SPAN_LIT("\x60\xea")) && s.len > 10 && le16(s, 2) >= 30 && le16(s, 2) <= 2600)
		return FILE_ARJ;
	if (is_pkcs7(s))
		return FILE_PKCS7;
	if (is_mp3_frame(s))
		return FILE_MP3;
	/* A fixed VHD has its footer at the end only. */
	if (s.len >= 1024 && has_at(s, s.len - 512, SPAN_LIT("conectix")))
		return FILE_VHD;
	/* Readers take a PDF whose header stands in the first kilobyte. */
	return span_has(span_sub(s, 0, 1024), SPAN_LIT("%PDF-")) && !is_text(span_sub(s, 0, LOOK_TEXT)) ? FILE_PDF : FILE_UNKNOWN;
}

/* ---- ZIP ---- */

static enum file_type zip_entry_type(struct span name, struct span data)
{
	if (span_eq(name, SPAN_LIT("mimetype")))
		return span_starts(data, SPAN_LIT("application/vnd.oasis.opendocument")) ? FILE_ODF : FILE_UNKNOWN;
	if (span_case_eq(name, SPAN_LIT("[Content_Types].xml")) || span_case_starts(name, SPAN_LIT("word/")) ||
	    span_case_starts(name, SPAN_LIT("xl/")) || span_case_starts(name, SPAN_LIT("ppt/")) || span_case_starts(name, SPAN_LIT("visio/")))
		return FILE_OOXML;
	if (span_eq(name, SPAN_LIT("META-INF/manifest.xml")))
		return FILE_ODF;
	if (span_eq(name, SPAN_LIT("META-INF/MANIFEST.MF")) || span_ends(name, SPAN_LIT(".class")) || span_eq(name, SPAN_LIT("classes.dex")) ||
	    span_eq(name, SPAN_LIT("AndroidManifest.xml")))
		return FILE_JAR;
	return FILE_UNKNOWN;
}

/* The local file headers (APPNOTE 4.3.7) from the start on; the next one is searched for, since sizes may stand behind the data. */
static enum file_type by_zip_entries(struct span content)
{
	struct span s = span_sub(content, 0, LOOK_ZIP);

	for (int i = 0; i < ZIP_ENTRIES && s.len >= 30; i++) {
		size_t name_len = le16(s, 26), extra = le16(s, 28), next;
		struct span data = span_from(s, 30 + name_len + extra);
		enum file_type type = zip_entry_type(span_sub(s, 30, name_len), data);

		if (type != FILE_UNKNOWN)
			return type;
		next = span_find(data, SPAN_LIT("PK\3\4"));
		if (next == SPAN_NPOS)
			break;
		s = span_from(data, next);
	}
	return FILE_ZIP;
}

/* ---- text ---- */

/* No NUL and nearly no controls. */
static bool is_text(struct span s)
{
	size_t controls = 0;

	s = span_sub(s, 0, LOOK_TEXT);
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c == 0)
			return false;
		controls += (c < ' ' && !ascii_isspace((char)c) && c != 0x1b && c != '\b') || c == 0x7f;
	}
	return controls * 100 <= s.len;
}

static const struct {
	struct span opening; /* compared without case */
	enum file_type type;
} openings[] = {
	{ { "{\\rt", 4 }, FILE_RTF },
	{ { "<svg", 4 }, FILE_SVG },
	{ { "<!doctype svg", 13 }, FILE_SVG },
	{ { "<!doctype html", 14 }, FILE_HTML },
	{ { "<html", 5 }, FILE_HTML },
	{ { "<head", 5 }, FILE_HTML },
	{ { "<body", 5 }, FILE_HTML },
	{ { "<script", 7 }, FILE_HTML },
	{ { "<title", 6 }, FILE_HTML },
	{ { "<meta", 5 }, FILE_HTML },
	{ { "<table", 6 }, FILE_HTML },
	{ { "<div", 4 }, FILE_HTML },
	{ { "<iframe", 7 }, FILE_HTML },
	{ { "<hta:", 5 }, FILE_HTML },
	{ { "#!", 2 }, FILE_SCRIPT },
	{ { "<?php", 5 }, FILE_SCRIPT },
	{ { "<job", 4 }, FILE_SCRIPT }, /* Windows Script File */
	{ { "<package>", 9 }, FILE_SCRIPT },
	{ { "@echo off", 9 }, FILE_SCRIPT },
	{ { "@setlocal", 9 }, FILE_SCRIPT },
	{ { "setlocal enable", 15 }, FILE_SCRIPT },
	{ { "on error resume next", 20 }, FILE_SCRIPT },
	{ { "begin:vcalendar", 15 }, FILE_ICS },
	{ { "begin:vcard", 11 }, FILE_VCARD },
	{ { "-----begin pgp ", 15 }, FILE_PGP },
	{ { "-----begin pkcs7-----", 21 }, FILE_PKCS7 },
	{ { "-----begin cms-----", 19 }, FILE_PKCS7 },
};

/* Without byte order mark, white space and HTML comments in front. */
static struct span text_begin(struct span s)
{
	size_t end;

	if (span_starts(s, SPAN_LIT("\xef\xbb\xbf")))
		s = span_from(s, 3);
	for (;;) {
		while (s.len != 0 && ascii_isspace(s.p[0]))
			s = span_from(s, 1);
		if (!span_starts(s, SPAN_LIT("<!--")) || (end = span_find(s, SPAN_LIT("-->"))) == SPAN_NPOS)
			return s;
		s = span_from(s, end + 3);
	}
}

/* A Windows script begins like code and creates objects or runs programs. */
static bool is_windows_script(struct span s)
{
	static const struct span begins[] = {
		{ "var ", 4 }, { "function ", 9 }, { "dim ", 4 }, { "set ", 4 }, { "option explicit", 15 }, { "try", 3 }, { "//", 2 }, { "/*", 2 }, { "'", 1 },
		{ "rem ", 4 }, { "sub ", 4 }, { "private ", 8 }, { "public ", 7 }, { "const ", 6 }, { "eval(", 5 }, { "(function", 9 }, { "new ActiveX", 11 },
		{ "WScript", 7 }, { "createobject", 12 }, { "powershell", 10 }, { "$", 1 }, { "param", 5 },
	};
	static const struct span does[] = {
		{ "ActiveXObject", 13 }, { "WScript.", 8 }, { "CreateObject(", 13 }, { "powershell -", 12 }, { "powershell.exe", 14 }, { "New-Object ", 11 },
		{ "Invoke-Expression", 17 }, { "Start-Process", 13 },
	};
	bool begin = false;

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		begin |= span_case_starts(s, begins[i]);
	for (size_t i = 0; begin && i < sizeof(does) / sizeof(*does); i++) {
		if (span_case_has(s, does[i]))
			return true;
	}
	return false;
}

/* A message: begins with a field that mail begins with, and the next lines are fields as well. */
static bool is_eml(struct span s)
{
	static const struct span fields[] = {
		{ "Received:", 9 }, { "Return-Path:", 12 }, { "From:", 5 }, { "Date:", 5 }, { "Message-ID:", 11 }, { "Delivered-To:", 13 }, { "MIME-Version:", 13 },
		{ "X-", 2 }, { "Subject:", 8 }, { "To:", 3 }, { "DKIM-Signature:", 15 }, { "ARC-", 4 },
	};
	static const struct span others[] = { { "\nFrom:", 6 }, { "\nReceived:", 10 }, { "\nMessage-ID:", 12 }, { "\nMIME-Version:", 14 }, { "\nDate:", 6 } };
	bool begin = false;
	unsigned n = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		begin |= span_case_starts(s, fields[i]);
	for (size_t i = 0; begin && i < sizeof(others) / sizeof(*others); i++)
		n += span_case_has(s, others[i]);
	return n >= 2;
}

static enum file_type by_text(struct span content)
{
	struct span s = text_begin(span_sub(content, 0, LOOK_TEXT));

	if (span_case_starts(s, SPAN_LIT("<?xml"))) {
		if (span_case_has(span_sub(s, 0, 1024), SPAN_LIT("<svg")))
			return FILE_SVG;
		return span_case_has(span_sub(s, 0, 1024), SPAN_LIT("<html")) ? FILE_HTML : FILE_XML;
	}
	for (size_t i = 0; i < sizeof(openings) / sizeof(*openings); i++) {
		if (span_case_starts(s, openings[i].opening))
			return openings[i].type;
	}
	if (!is_text(content))
		return FILE_UNKNOWN;
	if (is_windows_script(s))
		return FILE_SCRIPT;
	return is_eml(s) ? FILE_EML : FILE_TEXT;
}

enum file_type file_type_detect(struct span content)
{
	enum file_type type;

	if (content.len == 0)
		return FILE_EMPTY;
	if (has_at(content, 0, SPAN_LIT("PK\3\4")))
		return by_zip_entries(content);
	type = by_magic(content);
	if (type == FILE_UNKNOWN)
		type = by_form(content);
	if (type != FILE_UNKNOWN)
		return type;
	if (span_starts(content, SPAN_LIT("\xff\xfe")) || span_starts(content, SPAN_LIT("\xfe\xff")))
		return FILE_TEXT;
	return by_text(content);
}

/* ---- names ---- */

struct extension {
	const char *name;
	enum file_type type;
};

/* Sorted for bsearch. */
static const struct extension extensions[] = {
	{ "3gp", FILE_MP4 }, { "7z", FILE_7Z }, { "ace", FILE_ACE }, { "apk", FILE_JAR }, { "arj", FILE_ARJ }, { "asc", FILE_PGP },
	{ "avi", FILE_AVI }, { "avif", FILE_MP4 }, { "bash", FILE_SCRIPT }, { "bat", FILE_SCRIPT }, { "bmp", FILE_BMP }, { "bz2", FILE_BZIP2 },
	{ "cab", FILE_CAB }, { "cbz", FILE_ZIP }, { "cfg", FILE_TEXT }, { "chm", FILE_CHM }, { "class", FILE_CLASS }, { "cmd", FILE_SCRIPT },
	{ "com", FILE_EXE }, { "conf", FILE_TEXT }, { "cpl", FILE_EXE }, { "csh", FILE_SCRIPT }, { "csv", FILE_TEXT }, { "cur", FILE_ICO },
	{ "dex", FILE_DEX }, { "dib", FILE_BMP }, { "dll", FILE_EXE }, { "doc", FILE_OLE }, { "docm", FILE_OOXML }, { "docx", FILE_OOXML },
	{ "dot", FILE_OLE }, { "dotm", FILE_OOXML }, { "dotx", FILE_OOXML }, { "drv", FILE_EXE }, { "dylib", FILE_MACHO }, { "ear", FILE_JAR },
	{ "efi", FILE_EXE }, { "elf", FILE_ELF }, { "eml", FILE_EML }, { "eps", FILE_PS }, { "epub", FILE_ZIP }, { "exe", FILE_EXE },
	{ "gif", FILE_GIF }, { "gz", FILE_GZIP }, { "heic", FILE_MP4 }, { "hta", FILE_HTML }, { "htm", FILE_HTML }, { "html", FILE_HTML },
	{ "ical", FILE_ICS }, { "ico", FILE_ICO }, { "ics", FILE_ICS }, { "ifb", FILE_ICS }, { "ini", FILE_TEXT }, { "iso", FILE_ISO },
	{ "jar", FILE_JAR }, { "jfif", FILE_JPEG }, { "jpe", FILE_JPEG }, { "jpeg", FILE_JPEG }, { "jpg", FILE_JPEG }, { "js", FILE_SCRIPT },
	{ "jse", FILE_SCRIPT }, { "kmz", FILE_ZIP }, { "ksh", FILE_SCRIPT }, { "lha", FILE_LZH }, { "lnk", FILE_LNK }, { "log", FILE_TEXT },
	{ "lzh", FILE_LZH }, { "m4a", FILE_MP4 }, { "m4v", FILE_MP4 }, { "md", FILE_TEXT }, { "mht", FILE_EML }, { "mhtml", FILE_EML },
	{ "mov", FILE_MP4 }, { "mp3", FILE_MP3 }, { "mp4", FILE_MP4 }, { "mpp", FILE_OLE }, { "msg", FILE_OLE }, { "msi", FILE_OLE },
	{ "msp", FILE_OLE }, { "ocx", FILE_EXE }, { "odb", FILE_ODF }, { "odc", FILE_ODF }, { "odf", FILE_ODF }, { "odg", FILE_ODF },
	{ "odp", FILE_ODF }, { "ods", FILE_ODF }, { "odt", FILE_ODF }, { "oga", FILE_OGG }, { "ogg", FILE_OGG }, { "ogv", FILE_OGG },
	{ "one", FILE_ONENOTE }, { "opus", FILE_OGG }, { "otf", FILE_FONT }, { "otp", FILE_ODF }, { "ots", FILE_ODF }, { "ott", FILE_ODF },
	{ "p7b", FILE_PKCS7 }, { "p7c", FILE_PKCS7 }, { "p7m", FILE_PKCS7 }, { "p7s", FILE_PKCS7 }, { "pdf", FILE_PDF }, { "php", FILE_SCRIPT },
	{ "phtml", FILE_SCRIPT }, { "pif", FILE_EXE }, { "pl", FILE_SCRIPT }, { "png", FILE_PNG }, { "pot", FILE_OLE }, { "potm", FILE_OOXML },
	{ "potx", FILE_OOXML }, { "ppam", FILE_OOXML }, { "pps", FILE_OLE }, { "ppsm", FILE_OOXML }, { "ppsx", FILE_OOXML },
	{ "ppt", FILE_OLE }, { "pptm", FILE_OOXML }, { "pptx", FILE_OOXML }, { "ps", FILE_PS }, { "ps1", FILE_SCRIPT }, { "psd1", FILE_SCRIPT },
	{ "psm1", FILE_SCRIPT }, { "pub", FILE_OLE }, { "py", FILE_SCRIPT }, { "pyw", FILE_SCRIPT }, { "rar", FILE_RAR }, { "rb", FILE_SCRIPT },
	{ "rss", FILE_XML }, { "rtf", FILE_RTF }, { "scr", FILE_EXE }, { "sct", FILE_SCRIPT }, { "sh", FILE_SCRIPT }, { "shtml", FILE_HTML },
	{ "sldx", FILE_OOXML }, { "so", FILE_ELF }, { "svg", FILE_SVG }, { "swf", FILE_SWF }, { "sys", FILE_EXE }, { "tar", FILE_TAR },
	{ "tbz", FILE_BZIP2 }, { "tbz2", FILE_BZIP2 }, { "text", FILE_TEXT }, { "tgz", FILE_GZIP }, { "tif", FILE_TIFF }, { "tiff", FILE_TIFF },
	{ "tnef", FILE_TNEF }, { "tsv", FILE_TEXT }, { "ttc", FILE_FONT }, { "ttf", FILE_FONT }, { "txt", FILE_TEXT }, { "txz", FILE_XZ },
	{ "tzst", FILE_ZSTD }, { "vb", FILE_SCRIPT }, { "vbe", FILE_SCRIPT }, { "vbs", FILE_SCRIPT }, { "vcard", FILE_VCARD },
	{ "vcf", FILE_VCARD }, { "vhd", FILE_VHD }, { "vhdx", FILE_VHD }, { "vsd", FILE_OLE }, { "vsdm", FILE_OOXML }, { "vsdx", FILE_OOXML },
	{ "war", FILE_JAR }, { "wav", FILE_WAV }, { "webp", FILE_WEBP }, { "woff", FILE_FONT }, { "woff2", FILE_FONT }, { "ws", FILE_SCRIPT },
	{ "wsc", FILE_SCRIPT }, { "wsf", FILE_SCRIPT }, { "wsh", FILE_SCRIPT }, { "xht", FILE_HTML }, { "xhtml", FILE_HTML },
	{ "xla", FILE_OLE }, { "xlam", FILE_OOXML }, { "xls", FILE_OLE }, { "xlsb", FILE_OOXML }, { "xlsm", FILE_OOXML },
	{ "xlsx", FILE_OOXML }, { "xlt", FILE_OLE }, { "xltm", FILE_OOXML }, { "xltx", FILE_OOXML }, { "xml", FILE_XML }, { "xpi", FILE_ZIP },
	{ "xsd", FILE_XML }, { "xsl", FILE_XML }, { "xslt", FILE_XML }, { "xz", FILE_XZ }, { "zip", FILE_ZIP }, { "zipx", FILE_ZIP },
	{ "zst", FILE_ZSTD },
};

static int compare(const void *key, const void *item)
{
	return strcmp(key, ((const struct extension *)item)->name);
}

enum file_type file_type_of_name(struct span name)
{
	const struct extension *e;
	char key[9];
	size_t dot, n = 0;

	while (name.len != 0 && (name.p[name.len - 1] == '.' || ascii_isspace(name.p[name.len - 1])))
		name.len--;
	dot = span_rchr(name, '.');
	if (dot == SPAN_NPOS || name.len - dot - 1 >= sizeof(key))
		return FILE_UNKNOWN;
	if (span_case_eq(name, SPAN_LIT("winmail.dat")))
		return FILE_TNEF;
	for (size_t i = dot + 1; i < name.len; i++) {
		if (!ascii_isalnum(name.p[i]))
			return FILE_UNKNOWN;
		key[n++] = ascii_tolower(name.p[i]);
	}
	key[n] = '\0';
	e = bsearch(key, extensions, sizeof(extensions) / sizeof(*extensions), sizeof(*extensions), compare);
	return e != NULL ? e->type : FILE_UNKNOWN;
}
