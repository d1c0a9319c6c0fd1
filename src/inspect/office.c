#include "inspect/office.h"

#include "base/ascii.h"
#include "mail/charset.h"

#define COMMAND_BYTES 1024

bool office_is_dde(struct span s)
{
	s = span_trim(s);
	if (span_starts(s, SPAN_LIT("\"")))
		s = span_trim(span_from(s, 1));
	return span_case_starts(s, SPAN_LIT("DDEAUTO")) || (span_case_starts(s, SPAN_LIT("DDE")) && (s.len == 3 || !ascii_isalnum(s.p[3])));
}

void office_add_dde(struct reader *r, int32_t item, struct span command)
{
	contents_tell(r, item, CONTENT_OFFICE_DDE);
	contents_add_bytes(r, item, CONTENT_COMMAND, SPAN_NONE, arena_copy(r->arena, span_sub(span_trim(command), 0, COMMAND_BYTES)));
}

bool office_is_remote(struct span s)
{
	s = span_trim(s);
	if (span_case_starts(s, SPAN_LIT("http:")) || span_case_starts(s, SPAN_LIT("https:")) || span_case_starts(s, SPAN_LIT("ftp:")) ||
	    span_case_starts(s, SPAN_LIT("mhtml:")) || span_case_starts(s, SPAN_LIT("ms-msdt:")) || span_starts(s, SPAN_LIT("\\\\")))
		return true;
	if (!span_case_starts(s, SPAN_LIT("file:")))
		return false;
	s = span_from(s, 5);
	/* file:///C:/... is here; file://host/... and file:///\\host are not. */
	return span_starts(s, SPAN_LIT("///\\\\")) || span_starts(s, SPAN_LIT("\\\\")) || (span_starts(s, SPAN_LIT("//")) && s.len > 2 && s.p[2] != '/');
}

static struct span cstring(struct span *rest)
{
	size_t n = span_chr(*rest, '\0');
	struct span s = span_sub(*rest, 0, n == SPAN_NPOS ? rest->len : n);

	*rest = n == SPAN_NPOS ? SPAN_NONE : span_from(*rest, n + 1);
	return s;
}

bool office_read_package(struct reader *r, int32_t item, struct span s)
{
	struct span rest = span_from(s, 6), name, path, data;
	struct facts facts = { 0 };
	uint32_t n;
	int32_t file;

	if (s.len < 16 || contents_le16(s, 4) != 2)
		return false;
	name = cstring(&rest);
	path = cstring(&rest);
	rest = span_from(rest, 4);
	n = contents_le32(rest, 0);
	if (n > rest.len)
		return false;
	rest = span_from(rest, 4 + (size_t)n);
	n = contents_le32(rest, 0);
	if (rest.len < 4 || name.len + path.len == 0)
		return false;
	data = span_sub(rest, 4, n);
	name = name.len != 0 ? name : path;
	file = contents_add_bytes(r, item, CONTENT_FILE, charset_to_utf8(r->arena, SPAN_LIT("windows-1252"), name, 4096, &facts), data);
	contents_tell(r, item, CONTENT_OFFICE_OBJECT_FILE);
	if (file < 0)
		return true;
	contents_tell_name(r, file);
	contents_open(r, file);
	return true;
}

void office_read_objects(struct reader *r, int32_t item, struct ole *o)
{
	for (size_t i = 1; i < o->n; i++) {
		const struct ole_entry *e = &o->v[i];

		if (e->parent >= 0 && e->kind == OLE_STORAGE && e->parent > 0 && span_case_eq(o->v[e->parent].name, SPAN_LIT("ObjectPool")))
			contents_tell(r, item, CONTENT_OFFICE_OBJECT);
		if (e->kind == OLE_STORAGE && e->parent == 0 && span_starts(e->name, SPAN_LIT("MBD")))
			contents_tell(r, item, CONTENT_OFFICE_OBJECT); /* Excel's */
		if (e->kind != OLE_STREAM || e->parent < 0)
			continue;
		if (span_case_eq(e->name, SPAN_LIT("\1Ole10Native"))) {
			contents_tell(r, item, CONTENT_OFFICE_OBJECT);
			office_read_package(r, item, ole_stream(o, (int32_t)i));
		} else if (span_case_starts(e->name, SPAN_LIT("Equation Native"))) {
			contents_tell(r, item, CONTENT_OFFICE_OBJECT);
		} else if (span_case_eq(e->name, SPAN_LIT("\3OCXDATA")) || span_case_eq(e->name, SPAN_LIT("\3OCXNAME"))) {
			contents_tell(r, item, CONTENT_OFFICE_ACTIVEX);
		}
	}
}
