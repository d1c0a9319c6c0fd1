/* Text that Office runs: XML documents (Word and Excel 2003, flat packages), CSV with formulas, SYLK with macros, web queries. */
#include "base/ascii.h"
#include "inspect/office.h"
#include "inspect/xml.h"

#define LINES_MAX 100000

void contents_read_office_xml(struct reader *r, int32_t item)
{
	struct span bytes = contents_item(r, item)->bytes, head = span_sub(bytes, 0, 4096);

	if (span_has(head, SPAN_LIT("schemas.microsoft.com/office")) || span_has(head, SPAN_LIT("urn:schemas-microsoft-com:office")) || span_has(head, SPAN_LIT("mso-application")) ||
	    span_has(head, SPAN_LIT("progid=")))
		xml_read_office(r, item, bytes);
}

/* A cell that a spreadsheet program takes for a DDE formula: "=cmd|' /c calc'!A0", also behind "+", "-", "@". */
static bool is_dde_cell(struct span cell)
{
	size_t bar;

	cell = span_trim(cell);
	if (span_starts(cell, SPAN_LIT("\"")))
		cell = span_from(cell, 1);
	bar = span_chr(cell, '|');
	if (cell.len == 0 || span_chr(SPAN_LIT("=+-@"), cell.p[0]) == SPAN_NPOS || bar == SPAN_NPOS || bar < 2)
		return false;
	for (size_t i = 1; i < bar; i++) {
		if (!ascii_isalnum(cell.p[i]) && span_chr(SPAN_LIT("_+-=(@. "), cell.p[i]) == SPAN_NPOS)
			return false;
	}
	return span_chr(span_from(cell, bar), '!') != SPAN_NPOS;
}

static void read_csv(struct reader *r, int32_t item, struct span s)
{
	for (unsigned n = 0; s.p != NULL && n < LINES_MAX; n++) {
		struct span line = span_split(&s, '\n'), rest = line;

		if (span_chr(line, '|') == SPAN_NPOS)
			continue;
		while (rest.p != NULL) {
			size_t end = 0;

			while (end < rest.len && rest.p[end] != ',' && rest.p[end] != ';' && rest.p[end] != '\t')
				end++;
			if (is_dde_cell(span_sub(rest, 0, end))) {
				office_add_dde(r, item, span_sub(rest, 0, end));
				return;
			}
			rest = end < rest.len ? span_from(rest, end + 1) : SPAN_NONE;
		}
	}
}

/* Symbolic link files: "O;E" makes the sheet a macro sheet; EXEC and CALL start programs. */
static void read_sylk(struct reader *r, int32_t item, struct span s)
{
	for (unsigned n = 0; s.p != NULL && n < LINES_MAX; n++) {
		struct span line = span_trim(span_split(&s, '\n'));

		if ((span_starts(line, SPAN_LIT("O;")) && span_has(line, SPAN_LIT(";E"))) || span_case_starts(line, SPAN_LIT("NN;NAuto_open")))
			contents_tell(r, item, CONTENT_OFFICE_XLM_MACRO);
		if (span_case_starts(line, SPAN_LIT("NN;NAuto_open")))
			contents_tell(r, item, CONTENT_OFFICE_MACRO_AUTOEXEC);
		if (span_case_has(line, SPAN_LIT("EEXEC(")) || span_case_has(line, SPAN_LIT("ECALL(")))
			contents_tell(r, item, CONTENT_OFFICE_MACRO_SUSPICIOUS);
	}
}

void contents_read_office_text(struct reader *r, int32_t item)
{
	struct span s = contents_item(r, item)->bytes, rest = s;

	if (span_starts(s, SPAN_LIT("ID;"))) {
		read_sylk(r, item, s);
		return;
	}
	if (span_starts(s, SPAN_LIT("WEB"))) {
		span_split(&rest, '\n');
		span_split(&rest, '\n');
		rest = span_trim(span_sub(rest, 0, 2048));
		if (office_is_remote(rest)) {
			contents_tell(r, item, CONTENT_OFFICE_EXTERNAL_TEMPLATE);
			contents_add_url(r, item, CONTENT_URL_OFFICE, span_split(&rest, '\n'));
		}
		return;
	}
	read_csv(r, item, s);
}
