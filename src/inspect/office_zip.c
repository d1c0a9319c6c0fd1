/* OOXML (ECMA-376) and ODF: documents that are zips. Their parts are no items; what is embedded in them is. */
#include "base/ascii.h"
#include "inspect/office.h"
#include "inspect/vba.h"
#include "inspect/xml.h"
#include "inspect/zip.h"

#define PART_MAX 8388608
#define PEEK 8

/* Relationships whose targets Office loads by itself (ECMA-376, part 1, 9.2). Only those that lie elsewhere count. */
static bool loads_itself(struct span type)
{
	static const struct span ends[] = { SPAN_LIT("/attachedTemplate"), SPAN_LIT("/oleObject"), SPAN_LIT("/frame"), SPAN_LIT("/subDocument"), SPAN_LIT("/externalLink"), SPAN_LIT("/externalLinkPath"),
		                            SPAN_LIT("/package"), SPAN_LIT("/control") };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (span_case_ends(type, ends[i]))
			return true;
	}
	return false;
}

static void read_relationships(struct reader *r, int32_t item, struct span xml)
{
	struct xml_tag tag;

	while (xml_next_tag(&xml, &tag)) {
		struct span target;

		if (!span_eq(tag.name, SPAN_LIT("Relationship")) || !span_case_eq(xml_attribute(r->arena, &tag, SPAN_LIT("TargetMode")), SPAN_LIT("External")))
			continue;
		target = xml_attribute(r->arena, &tag, SPAN_LIT("Target"));
		contents_add_url(r, item, CONTENT_URL_OFFICE, target);
		if (loads_itself(xml_attribute(r->arena, &tag, SPAN_LIT("Type"))) && office_is_remote(target))
			contents_tell(r, item, CONTENT_OFFICE_EXTERNAL_TEMPLATE);
	}
}

/* externalLink of xlsb: BrtBeginSupBook (MS-XLSB, 2.4.257) says whether it is DDE. */
static void read_binary_link(struct reader *r, int32_t item, struct span s)
{
	if (contents_u8(s, 0) == 0xe8 && contents_u8(s, 1) == 0x02 && contents_le16(s, 3) == 1)
		office_add_dde(r, item, contents_utf16(r, span_from(s, 9)));
}

static void read_compound_part(struct reader *r, int32_t item, struct span bytes)
{
	struct ole o;

	if (!ole_open(r->arena, bytes, &o))
		return;
	vba_read(r, item, &o);
	office_read_objects(r, item, &o);
}

/* What a part's name says. */
static void tell_part(struct reader *r, int32_t item, struct span name)
{
	if (span_case_starts(name, SPAN_LIT("xl/macrosheets/")))
		contents_tell(r, item, CONTENT_OFFICE_XLM_MACRO);
	if (span_case_has(name, SPAN_LIT("/activeX/")))
		contents_tell(r, item, CONTENT_OFFICE_ACTIVEX);
	if (span_case_has(name, SPAN_LIT("/embeddings/")))
		contents_tell(r, item, CONTENT_OFFICE_OBJECT);
	if (span_starts(name, SPAN_LIT("Basic/")) && span_case_ends(name, SPAN_LIT(".xml")) && !span_ends(name, SPAN_LIT("script-lc.xml")) &&
	    !span_ends(name, SPAN_LIT("script-lb.xml")))
		contents_tell(r, item, CONTENT_OFFICE_MACRO);
	if (span_starts(name, SPAN_LIT("Scripts/")) && name.p[name.len - 1] != '/')
		contents_tell(r, item, CONTENT_OFFICE_MACRO);
}

static void read_xml_part(struct reader *r, int32_t item, struct span name, struct span bytes)
{
	if (span_case_ends(name, SPAN_LIT(".rels")))
		read_relationships(r, item, bytes);
	else if (span_eq(name, SPAN_LIT("META-INF/manifest.xml")) && span_has(bytes, SPAN_LIT("encryption-data")))
		contents_tell(r, item, CONTENT_OFFICE_ENCRYPTED);
	else if (span_starts(name, SPAN_LIT("Basic/")))
		contents_tell_all(r, item, vba_source_facts(bytes) & CONTENT_BIT(OFFICE_MACRO_SUSPICIOUS));
	else
		xml_read_office(r, item, bytes);
}

static bool is_xml_part(struct span name)
{
	return span_case_ends(name, SPAN_LIT(".rels")) ||
	       (span_case_ends(name, SPAN_LIT(".xml")) && !span_case_has(name, SPAN_LIT("/theme/")) && !span_case_has(name, SPAN_LIT("styles.xml")));
}

static void read_part(struct reader *r, int32_t item, const struct zip_entry *e)
{
	struct span name = zip_name(r, e), bytes;
	bool whole;
	size_t max = contents_room(r) < PART_MAX ? contents_room(r) : PART_MAX;

	if (name.len == 0)
		return;
	tell_part(r, item, name);
	if (is_xml_part(name)) {
		read_xml_part(r, item, name, zip_unpack(r, e, max, &whole));
		return;
	}
	bytes = zip_unpack(r, e, PEEK, &whole);
	if (span_starts(bytes, SPAN_LIT("\xd0\xcf\x11\xe0"))) {
		if (!span_case_ends(name, SPAN_LIT("vbaProject.bin")) && !span_case_has(name, SPAN_LIT("activeX")))
			contents_tell(r, item, CONTENT_OFFICE_OBJECT);
		read_compound_part(r, item, zip_unpack(r, e, max, &whole));
	} else if (span_case_has(name, SPAN_LIT("/externalLinks/")) && span_case_ends(name, SPAN_LIT(".bin"))) {
		read_binary_link(r, item, zip_unpack(r, e, max, &whole));
	} else if (span_case_has(name, SPAN_LIT("/embeddings/")) && span_starts(bytes, SPAN_LIT("PK\3\4"))) {
		int32_t embedded = contents_add_bytes(r, item, CONTENT_FILE, name, zip_unpack(r, e, max, &whole));

		if (embedded >= 0)
			contents_open(r, embedded);
	}
}

void contents_read_ooxml(struct reader *r, int32_t item)
{
	struct zip z;

	if (!zip_open(r, contents_item(r, item)->bytes, &z)) {
		contents_read_archive(r, item);
		return;
	}
	contents_tell_all(r, item, z.facts);
	for (size_t i = 0; i < z.n && !contents_spent(r); i++)
		read_part(r, item, &z.v[i]);
	if (contents_spent(r))
		contents_tell(r, item, CONTENT_TOO_LARGE);
}
