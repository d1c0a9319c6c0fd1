/* Outlook messages (.msg, TNEF) as items. Private to the readers. */
#ifndef WINNOW_INSPECT_CONTENTS_OUTLOOK_H
#define WINNOW_INSPECT_CONTENTS_OUTLOOK_H

#include "inspect/contents_private.h"
#include "mail/outlook.h"

/* Headers, bodies, attachments; embedded messages as CONTENT_MESSAGE with their own items below. */
void contents_add_outlook(struct reader *, int32_t item, const struct outlook_message *);

#endif
