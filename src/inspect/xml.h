/* Just enough XML to read Office documents: tags, attributes, text. No entities but the five, no DTDs, no tree; linear. Private to the readers. */
#ifndef WINNOW_INSPECT_XML_H
#define WINNOW_INSPECT_XML_H

#include "inspect/contents_private.h"

struct xml_tag {
	struct span name;       /* with prefix; of an end tag without the slash */
	struct span attributes; /* what stands behind the name */
	bool end, empty;
	struct span text;       /* between the tag before it and this one, as written */
};

/* The next tag of *rest_r; comments and declarations are passed over. False at the end. */
bool xml_next_tag(struct span *rest_r, struct xml_tag *tag_r);
/* An attribute's value, its references resolved; empty when there is none. */
struct span xml_attribute(struct arena *, const struct xml_tag *, struct span name);
/* The name without its prefix. */
struct span xml_local_name(struct span name);

/* Facts of any XML part of an Office document: DDE in fields and links, formulas, macro sheets, flat packages. */
void xml_read_office(struct reader *, int32_t item, struct span xml);

#endif
