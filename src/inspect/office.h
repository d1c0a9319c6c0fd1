/* What the readers of Office documents share. Private to them. */
#ifndef WINNOW_INSPECT_OFFICE_H
#define WINNOW_INSPECT_OFFICE_H

#include "inspect/contents_private.h"
#include "mail/ole.h"

/* The stream of an OLE package (MS-OLEDS, 2.3.6): its file becomes an item, OFFICE_OBJECT_FILE. False when it holds none. */
bool office_read_package(struct reader *, int32_t item, struct span ole10native);
/* Objects in a compound file: packages, and everything else that is embedded. */
void office_read_objects(struct reader *, int32_t item, struct ole *);
/* Whether a field's instruction starts programs: DDE, DDEAUTO. */
bool office_is_dde(struct span instruction);
/* Records a DDE command and tells of it. */
void office_add_dde(struct reader *, int32_t item, struct span command);
/* Whether a target lies on another machine: a URL of the web, an UNC path. */
bool office_is_remote(struct span target);

#endif
