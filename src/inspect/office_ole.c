/* Compound files: Word, Excel and PowerPoint up to 2003, encrypted packages, Outlook messages. */
#include "base/ascii.h"
#include "inspect/contents_outlook.h"
#include "inspect/inflate.h"
#include "mail/msg.h"
#include "inspect/office.h"
#include "inspect/vba.h"

#define RECORDS_MAX 2000000
#define OBJECTS_MAX 100
#define FIELDS_MAX 2000
#define FIELD_BYTES 2048

/* ---- Excel (MS-XLS) ---- */

enum { BIFF_BOF = 0x809, BIFF_FILEPASS = 0x2f, BIFF_BOUNDSHEET = 0x85, BIFF_SUPBOOK = 0x1ae };

static void read_supbook(struct reader *r, int32_t item, struct span data)
{
	/* ctab 0, and a name with the separator of DDE links: "cmd\3/c calc". A workbook's own name begins with a control character. */
	size_t at = span_chr(span_from(data, 5), '\3');

	if (data.len > 8 && contents_le16(data, 0) == 0 && contents_le16(data, 2) != 0x401 && contents_le16(data, 2) != 0x3a01 && at != SPAN_NPOS)
		office_add_dde(r, item, span_from(data, 4));
}

static void read_workbook(struct reader *r, int32_t item, struct span s)
{
	for (unsigned n = 0; s.len >= 4 && n < RECORDS_MAX; n++) {
		unsigned id = contents_le16(s, 0), len = contents_le16(s, 2);
		struct span data = span_sub(s, 4, len);

		if (id == BIFF_FILEPASS) {
			contents_tell(r, item, CONTENT_OFFICE_ENCRYPTED);
			return; /* what follows is encrypted, but for the lengths */
		}
		if (id == BIFF_BOUNDSHEET && contents_u8(data, 5) == 1)
			contents_tell(r, item, CONTENT_OFFICE_XLM_MACRO);
		if (id == BIFF_SUPBOOK)
			read_supbook(r, item, data);
		s = span_from(s, 4 + (size_t)len);
	}
}

/* ---- Word (MS-DOC) ---- */

/* Instructions of fields: behind the character 0x13, up to 0x14 or 0x15; wide: UTF-16. */
static void read_fields(struct reader *r, int32_t item, struct span s, bool wide)
{
	size_t step = wide ? 2 : 1, from = 0, at;
	unsigned n = 0;

	while (n++ < FIELDS_MAX && (at = span_chr(span_from(s, from), '\x13')) != SPAN_NPOS) {
		char text[FIELD_BYTES];
		size_t len = 0, i = from + at + step;

		from += at + 1;
		if (wide && contents_u8(s, from) != 0)
			continue;
		for (; i < s.len && len < sizeof(text); i += step) {
			char c = s.p[i];

			if (c == '\x14' || c == '\x15' || c == '\x13')
				break;
			text[len++] = c;
		}
		if (office_is_dde(span_make(text, len)))
			office_add_dde(r, item, span_make(text, len));
	}
}

static void read_word(struct reader *r, int32_t item, struct span s)
{
	if ((contents_le16(s, 10) & 0x0100) != 0) {
		contents_tell(r, item, CONTENT_OFFICE_ENCRYPTED);
		return;
	}
	read_fields(r, item, s, false);
	read_fields(r, item, s, true);
}

/* ---- PowerPoint (MS-PPT) ---- */

static void add_object(struct reader *r, int32_t item, struct span bytes)
{
	int32_t object = contents_add_bytes(r, item, CONTENT_FILE, SPAN_NONE, bytes);

	if (object >= 0)
		contents_open(r, object);
}

/* ExOleObjStg atoms (2.10.34): embedded objects and VBA projects, mostly compressed. */
static void read_powerpoint(struct reader *r, int32_t item, struct span s)
{
	size_t from = 0, at;
	unsigned n = 0;

	while (n < OBJECTS_MAX && (at = span_find(span_from(s, from), SPAN_LIT("\x11\x10"))) != SPAN_NPOS) {
		size_t head = from + at;
		struct span data;

		from = head + 2;
		if (head < 2 || (contents_le16(s, head - 2) & 0xffef) != 0)
			continue;
		data = span_sub(s, head + 6, contents_le32(s, head + 2));
		if (contents_u8(s, head - 2) == 0x10 && data.len > 8)
			data = contents_inflate(r, INFLATE_ZLIB, span_from(data, 4), 0, SIZE_MAX, NULL);
		if (span_starts(data, SPAN_LIT("\xd0\xcf\x11\xe0"))) {
			contents_tell(r, item, CONTENT_OFFICE_OBJECT);
			add_object(r, item, data);
			n++;
		}
	}
}

/* ---- all ---- */

static void read_document(struct reader *r, int32_t item, struct ole *o)
{
	struct span s;

	if (ole_find(o, 0, SPAN_LIT("EncryptedPackage")) >= 0)
		contents_tell(r, item, CONTENT_OFFICE_ENCRYPTED);
	s = ole_child_stream(o, 0, SPAN_LIT("WordDocument"));
	if (s.p != NULL)
		read_word(r, item, s);
	s = ole_child_stream(o, 0, SPAN_LIT("Workbook"));
	if (s.p == NULL)
		s = ole_child_stream(o, 0, SPAN_LIT("Book"));
	if (s.p != NULL)
		read_workbook(r, item, s);
	s = ole_child_stream(o, 0, SPAN_LIT("PowerPoint Document"));
	if (s.p != NULL)
		read_powerpoint(r, item, s);
	if (contents_le32(ole_child_stream(o, 0, SPAN_LIT("Current User")), 12) == 0xf3d1c4df || ole_find(o, 0, SPAN_LIT("EncryptedSummary")) >= 0)
		contents_tell(r, item, CONTENT_OFFICE_ENCRYPTED);
	vba_read(r, item, o);
	office_read_objects(r, item, o);
}

void contents_read_compound(struct reader *r, int32_t item)
{
	struct outlook_message m;
	struct ole o;

	if (!ole_open(r->arena, contents_item(r, item)->bytes, &o)) {
		contents_tell(r, item, CONTENT_BROKEN);
		return;
	}
	if (msg_is(&o)) {
		contents_tell(r, item, CONTENT_OUTLOOK_MESSAGE);
		msg_read(r->arena, &o, &outlook_limits_default, &m);
		contents_add_outlook(r, item, &m);
		return;
	}
	read_document(r, item, &o);
	if (o.broken)
		contents_tell(r, item, CONTENT_BROKEN);
}
