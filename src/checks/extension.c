#include "checks/extension.h"

#include "base/ascii.h"
#include "checks/sorted.h"

#define EXTENSION_MAX 20 /* the longest one known is searchconnector-ms */

static const struct {
	const char *name;
	enum extension_class cls;
} extensions[] = {
	{ "7z", EXTENSION_ARCHIVE }, { "a3x", EXTENSION_SCRIPT }, { "ace", EXTENSION_ARCHIVE_ODD }, { "ahk", EXTENSION_SCRIPT },
	{ "air", EXTENSION_EXECUTABLE }, { "alz", EXTENSION_ARCHIVE_ODD }, { "apk", EXTENSION_EXECUTABLE },
	{ "appinstaller", EXTENSION_EXECUTABLE }, { "application", EXTENSION_SHORTCUT }, { "appref-ms", EXTENSION_SHORTCUT },
	{ "appx", EXTENSION_EXECUTABLE }, { "appxbundle", EXTENSION_EXECUTABLE }, { "arj", EXTENSION_ARCHIVE_ODD }, { "au3", EXTENSION_SCRIPT },
	{ "avi", EXTENSION_DOCUMENT }, { "b1", EXTENSION_ARCHIVE_ODD }, { "bat", EXTENSION_SCRIPT }, { "bmp", EXTENSION_DOCUMENT },
	{ "bz", EXTENSION_ARCHIVE_ODD }, { "bz2", EXTENSION_ARCHIVE }, { "cab", EXTENSION_ARCHIVE_ODD }, { "chm", EXTENSION_EXECUTABLE },
	{ "cmd", EXTENSION_SCRIPT }, { "com", EXTENSION_EXECUTABLE }, { "cpl", EXTENSION_EXECUTABLE }, { "crx", EXTENSION_EXECUTABLE },
	{ "csv", EXTENSION_DOCUMENT }, { "daa", EXTENSION_DISK_IMAGE }, { "deb", EXTENSION_EXECUTABLE }, { "desktop", EXTENSION_SHORTCUT },
	{ "dex", EXTENSION_EXECUTABLE }, { "diagcab", EXTENSION_SHORTCUT }, { "dll", EXTENSION_EXECUTABLE }, { "dmg", EXTENSION_DISK_IMAGE },
	{ "doc", EXTENSION_DOCUMENT }, { "docm", EXTENSION_MACRO }, { "docx", EXTENSION_DOCUMENT }, { "dotm", EXTENSION_MACRO },
	{ "drv", EXTENSION_EXECUTABLE }, { "dwg", EXTENSION_DOCUMENT }, { "egg", EXTENSION_ARCHIVE_ODD }, { "elf", EXTENSION_EXECUTABLE },
	{ "eml", EXTENSION_DOCUMENT }, { "epub", EXTENSION_DOCUMENT }, { "exe", EXTENSION_EXECUTABLE }, { "fileloc", EXTENSION_SHORTCUT },
	{ "gadget", EXTENSION_EXECUTABLE }, { "gif", EXTENSION_DOCUMENT }, { "gz", EXTENSION_ARCHIVE }, { "gza", EXTENSION_ARCHIVE_ODD },
	{ "heic", EXTENSION_DOCUMENT }, { "hlp", EXTENSION_EXECUTABLE }, { "hta", EXTENSION_SCRIPT }, { "htm", EXTENSION_HTML },
	{ "html", EXTENSION_HTML }, { "ica", EXTENSION_SHORTCUT }, { "ics", EXTENSION_DOCUMENT }, { "ima", EXTENSION_DISK_IMAGE },
	{ "img", EXTENSION_DISK_IMAGE }, { "inetloc", EXTENSION_SHORTCUT }, { "iqy", EXTENSION_MACRO }, { "iso", EXTENSION_DISK_IMAGE },
	{ "isp", EXTENSION_SCRIPT }, { "isz", EXTENSION_DISK_IMAGE }, { "jar", EXTENSION_EXECUTABLE }, { "jnlp", EXTENSION_EXECUTABLE },
	{ "jpeg", EXTENSION_DOCUMENT }, { "jpg", EXTENSION_DOCUMENT }, { "js", EXTENSION_SCRIPT }, { "jse", EXTENSION_SCRIPT },
	{ "json", EXTENSION_DOCUMENT }, { "key", EXTENSION_DOCUMENT }, { "lha", EXTENSION_ARCHIVE_ODD }, { "library-ms", EXTENSION_SHORTCUT },
	{ "lnk", EXTENSION_SHORTCUT }, { "lzh", EXTENSION_ARCHIVE_ODD }, { "m4a", EXTENSION_DOCUMENT }, { "mad", EXTENSION_SCRIPT },
	{ "maf", EXTENSION_SCRIPT }, { "mam", EXTENSION_SCRIPT }, { "maq", EXTENSION_SCRIPT }, { "mau", EXTENSION_SCRIPT },
	{ "mav", EXTENSION_SCRIPT }, { "maw", EXTENSION_SCRIPT }, { "mda", EXTENSION_SCRIPT }, { "mde", EXTENSION_SCRIPT },
	{ "mdf", EXTENSION_DISK_IMAGE }, { "mds", EXTENSION_DISK_IMAGE }, { "mdw", EXTENSION_SCRIPT }, { "mht", EXTENSION_HTML },
	{ "mhtml", EXTENSION_HTML }, { "mkv", EXTENSION_DOCUMENT }, { "mov", EXTENSION_DOCUMENT }, { "mp3", EXTENSION_DOCUMENT },
	{ "mp4", EXTENSION_DOCUMENT }, { "msg", EXTENSION_DOCUMENT }, { "msh1", EXTENSION_SCRIPT }, { "msh2", EXTENSION_SCRIPT },
	{ "msi", EXTENSION_EXECUTABLE }, { "msix", EXTENSION_EXECUTABLE }, { "msixbundle", EXTENSION_EXECUTABLE },
	{ "msp", EXTENSION_EXECUTABLE }, { "mst", EXTENSION_EXECUTABLE }, { "nrg", EXTENSION_DISK_IMAGE }, { "numbers", EXTENSION_DOCUMENT },
	{ "ocx", EXTENSION_EXECUTABLE }, { "odp", EXTENSION_DOCUMENT }, { "ods", EXTENSION_DOCUMENT }, { "odt", EXTENSION_DOCUMENT },
	{ "one", EXTENSION_ONENOTE }, { "onepkg", EXTENSION_ONENOTE }, { "onetoc2", EXTENSION_ONENOTE }, { "pages", EXTENSION_DOCUMENT },
	{ "paq8", EXTENSION_ARCHIVE_ODD }, { "pdf", EXTENSION_DOCUMENT }, { "pea", EXTENSION_ARCHIVE_ODD }, { "pif", EXTENSION_EXECUTABLE },
	{ "png", EXTENSION_DOCUMENT }, { "potm", EXTENSION_MACRO }, { "ppam", EXTENSION_MACRO }, { "pps", EXTENSION_DOCUMENT },
	{ "ppsm", EXTENSION_MACRO }, { "ppt", EXTENSION_DOCUMENT }, { "pptm", EXTENSION_MACRO }, { "pptx", EXTENSION_DOCUMENT },
	{ "ps1", EXTENSION_SCRIPT }, { "ps1xml", EXTENSION_SCRIPT }, { "ps2", EXTENSION_SCRIPT }, { "psc1", EXTENSION_SCRIPT },
	{ "psc2", EXTENSION_SCRIPT }, { "psd", EXTENSION_DOCUMENT }, { "psd1", EXTENSION_SCRIPT }, { "psm1", EXTENSION_SCRIPT },
	{ "r00", EXTENSION_ARCHIVE_ODD }, { "r01", EXTENSION_ARCHIVE_ODD }, { "r02", EXTENSION_ARCHIVE_ODD }, { "r03", EXTENSION_ARCHIVE_ODD },
	{ "r04", EXTENSION_ARCHIVE_ODD }, { "r05", EXTENSION_ARCHIVE_ODD }, { "r06", EXTENSION_ARCHIVE_ODD }, { "r07", EXTENSION_ARCHIVE_ODD },
	{ "r08", EXTENSION_ARCHIVE_ODD }, { "r09", EXTENSION_ARCHIVE_ODD }, { "r10", EXTENSION_ARCHIVE_ODD }, { "r11", EXTENSION_ARCHIVE_ODD },
	{ "r12", EXTENSION_ARCHIVE_ODD }, { "r13", EXTENSION_ARCHIVE_ODD }, { "r14", EXTENSION_ARCHIVE_ODD }, { "r15", EXTENSION_ARCHIVE_ODD },
	{ "r16", EXTENSION_ARCHIVE_ODD }, { "r17", EXTENSION_ARCHIVE_ODD }, { "r18", EXTENSION_ARCHIVE_ODD }, { "r19", EXTENSION_ARCHIVE_ODD },
	{ "r20", EXTENSION_ARCHIVE_ODD }, { "r21", EXTENSION_ARCHIVE_ODD }, { "r22", EXTENSION_ARCHIVE_ODD }, { "r23", EXTENSION_ARCHIVE_ODD },
	{ "r24", EXTENSION_ARCHIVE_ODD }, { "r25", EXTENSION_ARCHIVE_ODD }, { "r26", EXTENSION_ARCHIVE_ODD }, { "r27", EXTENSION_ARCHIVE_ODD },
	{ "r28", EXTENSION_ARCHIVE_ODD }, { "r29", EXTENSION_ARCHIVE_ODD }, { "rar", EXTENSION_ARCHIVE }, { "rdp", EXTENSION_SHORTCUT },
	{ "reg", EXTENSION_EXECUTABLE }, { "rev", EXTENSION_ARCHIVE_ODD }, { "rpm", EXTENSION_EXECUTABLE }, { "rtf", EXTENSION_DOCUMENT },
	{ "scf", EXTENSION_SHORTCUT }, { "scr", EXTENSION_EXECUTABLE }, { "sct", EXTENSION_SCRIPT }, { "search-ms", EXTENSION_SHORTCUT },
	{ "searchconnector-ms", EXTENSION_SHORTCUT }, { "settingcontent-ms", EXTENSION_SHORTCUT }, { "shb", EXTENSION_SCRIPT },
	{ "shs", EXTENSION_SCRIPT }, { "shtm", EXTENSION_HTML }, { "shtml", EXTENSION_HTML }, { "sldm", EXTENSION_MACRO },
	{ "slk", EXTENSION_MACRO }, { "svg", EXTENSION_HTML }, { "svgz", EXTENSION_HTML }, { "tar", EXTENSION_ARCHIVE },
	{ "tgz", EXTENSION_ARCHIVE }, { "theme", EXTENSION_SHORTCUT }, { "themepack", EXTENSION_SHORTCUT }, { "tif", EXTENSION_DOCUMENT },
	{ "tiff", EXTENSION_DOCUMENT }, { "txt", EXTENSION_DOCUMENT }, { "udf", EXTENSION_DISK_IMAGE }, { "url", EXTENSION_SHORTCUT },
	{ "uu", EXTENSION_ARCHIVE_ODD }, { "uue", EXTENSION_ARCHIVE_ODD }, { "vb", EXTENSION_SCRIPT }, { "vbe", EXTENSION_SCRIPT },
	{ "vbs", EXTENSION_SCRIPT }, { "vcd", EXTENSION_DISK_IMAGE }, { "vcf", EXTENSION_DOCUMENT }, { "vhd", EXTENSION_DISK_IMAGE },
	{ "vhdx", EXTENSION_DISK_IMAGE }, { "vmdk", EXTENSION_DISK_IMAGE }, { "vnc", EXTENSION_SHORTCUT }, { "wav", EXTENSION_DOCUMENT },
	{ "webloc", EXTENSION_SHORTCUT }, { "webp", EXTENSION_DOCUMENT }, { "website", EXTENSION_SHORTCUT }, { "wim", EXTENSION_DISK_IMAGE },
	{ "wrc", EXTENSION_ARCHIVE_ODD }, { "wsc", EXTENSION_SCRIPT }, { "wsf", EXTENSION_SCRIPT }, { "wsh", EXTENSION_SCRIPT },
	{ "xap", EXTENSION_EXECUTABLE }, { "xht", EXTENSION_HTML }, { "xhtml", EXTENSION_HTML }, { "xla", EXTENSION_MACRO },
	{ "xlam", EXTENSION_MACRO }, { "xll", EXTENSION_EXECUTABLE }, { "xls", EXTENSION_DOCUMENT }, { "xlsb", EXTENSION_MACRO },
	{ "xlsm", EXTENSION_MACRO }, { "xlsx", EXTENSION_DOCUMENT }, { "xltm", EXTENSION_MACRO }, { "xml", EXTENSION_DOCUMENT },
	{ "xpi", EXTENSION_EXECUTABLE }, { "xxe", EXTENSION_ARCHIVE_ODD }, { "xz", EXTENSION_ARCHIVE }, { "z", EXTENSION_ARCHIVE_ODD },
	{ "zip", EXTENSION_ARCHIVE }, { "zipx", EXTENSION_ARCHIVE }, { "zoo", EXTENSION_ARCHIVE_ODD }, { "zst", EXTENSION_ARCHIVE },
};

/* Windows drops blanks and dots at the end of a name. */
static struct span without_tail(struct span name)
{
	while (name.len != 0 && (name.p[name.len - 1] == '.' || ascii_isspace(name.p[name.len - 1])))
		name.len--;
	return name;
}

static size_t last_dot(struct span name)
{
	size_t dot = span_rchr(name, '.');

	if (dot == SPAN_NPOS || dot + 1 >= name.len || name.len - dot - 1 > EXTENSION_MAX)
		return SPAN_NPOS;
	for (size_t i = dot + 1; i < name.len; i++) {
		if (!ascii_isalnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
			return SPAN_NPOS;
	}
	return dot;
}

struct span extension_of(struct span name)
{
	size_t dot;

	name = without_tail(name);
	dot = last_dot(name);
	return dot == SPAN_NPOS ? SPAN_NONE : span_from(name, dot + 1);
}

struct span extension_strip(struct span name)
{
	size_t dot;

	name = without_tail(name);
	dot = last_dot(name);
	return dot == SPAN_NPOS ? name : without_tail(span_sub(name, 0, dot));
}

enum extension_class extension_class_of(struct span extension)
{
	size_t i;

	if (extension.len == 0)
		return EXTENSION_OTHER;
	i = SORTED_INDEX(extensions, extension);
	return i == SPAN_NPOS ? EXTENSION_OTHER : extensions[i].cls;
}
