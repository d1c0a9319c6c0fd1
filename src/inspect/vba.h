/* VBA projects (MS-OVBA): the source of macros, and what it does. Private to the readers. */
#ifndef WINNOW_INSPECT_VBA_H
#define WINNOW_INSPECT_VBA_H

#include "inspect/contents_private.h"
#include "mail/ole.h"

/* Unpacks a compressed container (2.4.1) up to max bytes; damage ends it. */
struct span vba_decompress(struct arena *, struct span container, size_t max);

/* Looks for VBA projects in all storages of a compound file: modules become CONTENT_MACRO items below "item", facts are told of it. */
void vba_read(struct reader *, int32_t item, struct ole *);

/* Facts of macro source: OFFICE_MACRO_AUTOEXEC, OFFICE_MACRO_SUSPICIOUS. */
uint64_t vba_source_facts(struct span source);

#endif
