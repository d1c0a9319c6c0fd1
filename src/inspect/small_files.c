/* OneNote sections and Windows shortcuts. */
#include "base/ascii.h"
#include "base/buf.h"
#include "inspect/contents_private.h"

#define FILES_MAX 100
#define COMMAND_BYTES 4096

static bool is_picture(enum file_type type)
{
	return type == FILE_PNG || type == FILE_JPEG || type == FILE_GIF || type == FILE_BMP || type == FILE_TIFF || type == FILE_WEBP || type == FILE_SVG;
}

/* FileDataStoreObject (MS-ONESTORE, 2.6.13): a GUID, the length, the bytes. Pictures of the page are stored in the same way. */
void contents_read_onenote(struct reader *r, int32_t item)
{
	static const struct span guid = SPAN_LIT("\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac");
	struct span s = contents_item(r, item)->bytes;
	unsigned left = FILES_MAX;
	size_t at;

	while ((at = span_find(s, guid)) != SPAN_NPOS) {
		struct span data;
		uint64_t n;
		int32_t file;

		s = span_from(s, at + guid.len);
		n = contents_le64(s, 0);
		data = span_sub(s, 20, n < s.len ? (size_t)n : s.len);
		if (data.len == 0)
			continue;
		if (left-- == 0) {
			contents_tell(r, item, CONTENT_TOO_MANY);
			return;
		}
		file = contents_add_bytes(r, item, CONTENT_FILE, SPAN_NONE, data);
		if (!is_picture(file_type_detect(data)))
			contents_tell(r, item, CONTENT_ONENOTE_EMBEDDED_FILE);
		if (file >= 0)
			contents_open(r, file);
		s = span_from(s, 20 + data.len);
	}
}

enum { LINK_ID_LIST = 1, LINK_INFO = 2, LINK_NAME = 4, LINK_RELATIVE_PATH = 8, LINK_WORKING_DIR = 16, LINK_ARGUMENTS = 32, LINK_ICON = 64, LINK_UNICODE = 128 };

/* A counted string of the StringData section (MS-SHLLINK, 2.4). */
static struct span counted_string(struct reader *r, struct span s, size_t *at, bool unicode)
{
	size_t n = contents_le16(s, *at);
	struct span bytes = span_sub(s, *at + 2, unicode ? n * 2 : n);

	*at += 2 + (unicode ? n * 2 : n);
	return unicode ? contents_utf16(r, bytes) : bytes;
}

static struct span local_path(struct span info)
{
	size_t offset = contents_le32(info, 16);
	struct span path = span_from(info, offset);
	size_t end = span_chr(path, '\0');

	if ((contents_le32(info, 8) & 1) == 0 || offset < 0x1c)
		return SPAN_NONE;
	return span_sub(path, 0, end == SPAN_NPOS ? path.len : end);
}

static bool runs_command(struct span s)
{
	static const char *const programs[] = { "cmd", "powershell", "pwsh", "mshta", "wscript", "cscript", "rundll32", "regsvr32", "certutil", "bitsadmin", "msiexec", "conhost", "forfiles", "curl", "wmic",
		                                "explorer \\\\", "pcalua", "msbuild", "ssh", "scp" };

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		size_t at = span_case_find(s, span_of(programs[i])), end;

		if (at == SPAN_NPOS)
			continue;
		end = at + strlen(programs[i]);
		if ((at == 0 || !ascii_isalnum(s.p[at - 1])) && (end == s.len || !ascii_isalnum(s.p[end])))
			return true;
	}
	return false;
}

void contents_read_lnk(struct reader *r, int32_t item)
{
	struct span s = contents_item(r, item)->bytes, relative = SPAN_NONE, arguments = SPAN_NONE, path = SPAN_NONE;
	unsigned flags = contents_le32(s, 20);
	bool unicode = (flags & LINK_UNICODE) != 0;
	struct buf command = { .arena = r->arena, .max = COMMAND_BYTES };
	size_t at = 76;

	contents_tell(r, item, CONTENT_LNK_FILE);
	if ((flags & LINK_ID_LIST) != 0)
		at += 2 + contents_le16(s, at);
	if ((flags & LINK_INFO) != 0) {
		path = local_path(span_sub(s, at, contents_le32(s, at)));
		at += contents_le32(s, at);
	}
	if ((flags & LINK_NAME) != 0)
		counted_string(r, s, &at, unicode);
	if ((flags & LINK_RELATIVE_PATH) != 0)
		relative = counted_string(r, s, &at, unicode);
	if ((flags & LINK_WORKING_DIR) != 0)
		counted_string(r, s, &at, unicode);
	if ((flags & LINK_ARGUMENTS) != 0)
		arguments = counted_string(r, s, &at, unicode);
	buf_add(&command, path.len != 0 ? path : relative);
	if (arguments.len != 0) {
		buf_char(&command, ' ');
		buf_add(&command, arguments);
	}
	contents_add_bytes(r, item, CONTENT_COMMAND, SPAN_NONE, buf_span(&command));
	if (runs_command(buf_span(&command)))
		contents_tell(r, item, CONTENT_LNK_COMMAND);
	for (struct span rest = arguments; rest.p != NULL;) {
		struct span word = span_split(&rest, ' ');

		while (word.len != 0 && (word.p[0] == '"' || word.p[0] == '\''))
			word = span_from(word, 1);
		contents_add_url(r, item, CONTENT_URL_LNK, word);
	}
}
