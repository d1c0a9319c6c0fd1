/* Outlook messages in compound files (MS-OXMSG). Pure. */
#ifndef WINNOW_MAIL_MSG_H
#define WINNOW_MAIL_MSG_H

#include "mail/ole.h"
#include "mail/outlook.h"

/* Whether a compound file is an Outlook message. */
bool msg_is(const struct ole *);

/* The message of an open file; never fails: what is damaged or missing is empty, and m->broken. Spans point into the file or the arena. */
void msg_read(struct arena *, struct ole *, const struct outlook_limits *, struct outlook_message *message_r);

/* From the bytes of a file; false when it is no Outlook message. */
bool msg_read_file(struct arena *, struct span file, const struct outlook_limits *, struct outlook_message *message_r);

#endif
