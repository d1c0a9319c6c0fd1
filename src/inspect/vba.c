#include "inspect/vba.h"

#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/mapi.h"

#define CHUNK 4096
#define MODULES_MAX 500
#define SOURCE_MAX 1048576 /* of one module */
#define DIR_MAX 1048576

/* One chunk of at most 4096 bytes (2.4.1.1.4); tokens reach back into it alone. */
static void decompress_chunk(struct buf *out, struct span in, size_t begin)
{
	size_t i = 0;

	while (i < in.len && out->len - begin < CHUNK && !out->full) {
		unsigned flags = (uint8_t)in.p[i++];

		for (unsigned bit = 0; bit < 8 && i < in.len && out->len - begin < CHUNK; bit++, flags >>= 1) {
			size_t done = out->len - begin;
			unsigned token, bits = 4, length, offset;

			if ((flags & 1) == 0) {
				buf_char(out, in.p[i++]);
				continue;
			}
			if (i + 2 > in.len)
				return;
			token = (unsigned)(uint8_t)in.p[i] | (unsigned)(uint8_t)in.p[i + 1] << 8;
			i += 2;
			while (bits < 12 && (size_t)1 << bits < done)
				bits++;
			length = (token & (0xffffu >> bits)) + 3;
			offset = (token >> (16 - bits)) + 1;
			if (offset > done || out->p == NULL)
				return;
			while (length-- != 0 && out->len - begin < CHUNK && out->len < out->max)
				buf_char(out, out->p[out->len - offset]);
		}
	}
}

struct span vba_decompress(struct arena *arena, struct span s, size_t max)
{
	struct buf out = { .arena = arena, .max = max };

	if (s.len < 3 || s.p[0] != 1 || max == 0)
		return SPAN_NONE;
	s = span_from(s, 1);
	while (s.len > 2 && out.len < max) {
		unsigned header = contents_le16(s, 0);
		size_t size = (header & 0xfff) + 3u;
		struct span chunk = span_sub(s, 2, size - 2);

		if ((header >> 12 & 7) != 3)
			break;
		if ((header & 0x8000) != 0)
			decompress_chunk(&out, chunk, out.len);
		else
			buf_add(&out, chunk);
		s = span_from(s, size);
	}
	return buf_span(&out);
}

/* ---- what source does ---- */

static bool is_word_at(struct span s, size_t at, size_t len)
{
	return (at == 0 || !(ascii_isalnum(s.p[at - 1]) || s.p[at - 1] == '_')) && (at + len >= s.len || !(ascii_isalnum(s.p[at + len])));
}

static bool has_word(struct span s, const char *word)
{
	struct span w = span_of(word);
	size_t at, from = 0;

	while ((at = span_case_find(span_from(s, from), w)) != SPAN_NPOS) {
		if (is_word_at(s, from + at, w.len))
			return true;
		from += at + w.len;
	}
	return false;
}

/* Names that Office calls by itself. */
static const char *const autoexec[] = {
	"AutoExec", "AutoOpen", "Auto_Open", "AutoClose", "Auto_Close", "AutoNew", "AutoExit", "Document_Open", "DocumentOpen", "Document_Close", "DocumentBeforeClose",
	"Document_New", "NewDocument", "Document_BeforeClose", "Workbook_Open", "Workbook_Activate", "Workbook_Close", "Workbook_BeforeClose", "Workbook_Deactivate",
	"Worksheet_Activate", "Worksheet_Calculate", "UserForm_Initialize", "_Layout", "_Painting", "_Painted", "_GotFocus", "_LostFocus", "_MouseHover",
	"_BeforeNavigate2", "_BeforeScriptExecute", "_DocumentComplete", "_DownloadBegin", "_DownloadComplete", "_FileDownload", "_NavigateComplete2",
	"_NavigateError", "_ProgressChange", "_PropertyChange", "_SetSecureLockIcon", "_StatusTextChange", "_TitleChange",
};

static const char *const suspicious[] = {
	"Shell", "ShellExecute", "ShellExecuteA", "CreateObject", "GetObject", "WScript.Shell", "powershell", "cmd.exe", "URLDownloadToFile", "URLDownloadToFileA",
	"MSXML2.XMLHTTP", "Microsoft.XMLHTTP", "WinHttp.WinHttpRequest", "ADODB.Stream", "CallByName", "VirtualAlloc", "VirtualAllocEx", "RtlMoveMemory",
	"CreateThread", "CreateRemoteThread", "WriteProcessMemory", "winmgmts", "mshta", "certutil", "bitsadmin", "rundll32", "regsvr32", "Win32_Process",
	"MacScript", "AppleScriptTask", "ExecuteExcel4Macro", "StrReverse", "SaveToFile",
};

uint64_t vba_source_facts(struct span source)
{
	uint64_t facts = 0;

	for (size_t i = 0; i < sizeof(autoexec) / sizeof(*autoexec) && facts == 0; i++) {
		/* Those of controls end the name of a sub. */
		bool found = autoexec[i][0] == '_' ? span_case_has(source, span_of(autoexec[i])) : has_word(source, autoexec[i]);

		if (found)
			facts |= CONTENT_BIT(OFFICE_MACRO_AUTOEXEC);
	}
	for (size_t i = 0; i < sizeof(suspicious) / sizeof(*suspicious) && (facts & CONTENT_BIT(OFFICE_MACRO_SUSPICIOUS)) == 0; i++) {
		if (has_word(source, suspicious[i]))
			facts |= CONTENT_BIT(OFFICE_MACRO_SUSPICIOUS);
	}
	return facts;
}

/* ---- projects ---- */

/* "Attribute VB_Name" at the front of every module is no source that anybody wrote; a project of modules without any sub does nothing. */
static bool has_code(struct span source)
{
	return has_word(source, "Sub") || has_word(source, "Function") || has_word(source, "Property");
}

static void add_module(struct reader *r, int32_t item, struct span name, struct span source, unsigned codepage)
{
	struct facts facts = { 0 };
	int32_t macro;

	if (source.len == 0)
		return;
	contents_spend(r, source.len, source.len);
	source = charset_to_utf8(r->arena, mapi_charset(codepage), source, SOURCE_MAX, &facts);
	if (!has_code(source))
		return;
	contents_tell(r, item, CONTENT_OFFICE_MACRO);
	contents_tell_all(r, item, vba_source_facts(source));
	macro = contents_add_bytes(r, item, CONTENT_MACRO, name, source);
	if (macro >= 0)
		contents_item(r, macro)->type = FILE_SCRIPT;
}

static size_t source_room(const struct reader *r)
{
	return contents_room(r) < SOURCE_MAX ? contents_room(r) : SOURCE_MAX;
}

/* The dir stream (2.3.4.2): which stream holds a module's source, and where it begins in it. */
static unsigned read_dir(struct reader *r, int32_t item, struct ole *o, int32_t storage, struct span dir)
{
	struct span stream = SPAN_NONE;
	unsigned codepage = 1252, n = 0;
	uint32_t offset = 0;

	while (dir.len >= 6 && n < MODULES_MAX) {
		unsigned id = contents_le16(dir, 0);
		size_t size = id == 9 ? 6 : contents_le32(dir, 2);
		struct span data = span_sub(dir, 6, size);

		if (size > dir.len - 6)
			break;
		if (id == 3)
			codepage = contents_le16(data, 0);
		else if (id == 0x1a)
			stream = data;
		else if (id == 0x32 && data.len != 0)
			stream = contents_utf16(r, data);
		else if (id == 0x31)
			offset = contents_le32(data, 0);
		if (id == 0x2b && stream.len != 0) {
			struct span bytes = ole_child_stream(o, storage, stream);

			add_module(r, item, stream, vba_decompress(r->arena, span_from(bytes, offset), source_room(r)), codepage);
			stream = SPAN_NONE;
			n++;
		}
		dir = span_from(dir, 6 + size);
	}
	return n;
}

/* Without a readable dir stream: modules are found by how each begins, "Attribute VB_..." as its first, literal, bytes. */
static void search_modules(struct reader *r, int32_t item, struct ole *o, int32_t storage)
{
	unsigned n = 0;

	for (int32_t i = o->v[storage].first; i >= 0 && n < MODULES_MAX; i = o->v[i].next, n++) {
		struct span bytes = o->v[i].kind == OLE_STREAM ? ole_stream(o, i) : SPAN_NONE;
		size_t at = span_find(bytes, SPAN_LIT("\0Attribut"));

		if (at != SPAN_NPOS && at >= 3)
			add_module(r, item, o->v[i].name, vba_decompress(r->arena, span_from(bytes, at - 3), source_room(r)), 1252);
	}
}

void vba_read(struct reader *r, int32_t item, struct ole *o)
{
	for (size_t i = 0; i < o->n; i++) {
		struct span dir;
		size_t before = r->out->nitems;

		if (o->v[i].kind != OLE_STORAGE || !span_case_eq(o->v[i].name, SPAN_LIT("VBA")))
			continue;
		if (contents_spent(r)) {
			contents_tell(r, item, CONTENT_TOO_LARGE);
			return;
		}
		dir = vba_decompress(r->arena, ole_child_stream(o, (int32_t)i, SPAN_LIT("dir")), DIR_MAX < contents_room(r) ? DIR_MAX : contents_room(r));
		contents_spend(r, dir.len, dir.len);
		read_dir(r, item, o, (int32_t)i, dir);
		if (r->out->nitems == before)
			search_modules(r, item, o, (int32_t)i);
	}
}
