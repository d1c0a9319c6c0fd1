/* Attachments: all files of a message, those in attached messages included where wanted. */
#ifndef WINNOW_CHECKS_ATTACHMENTS_H
#define WINNOW_CHECKS_ATTACHMENTS_H

#include "mail/message.h"

/* Called for each file; false ends the walk. */
typedef bool attachment_seen(void *ctx, const struct part *);

/* Walks the files of the message itself: attachments, and text parts that have a file name. */
void attachments_each(const struct message *, attachment_seen *, void *ctx);
/* The same with those of attached messages. Bounded by the limits of message_parse(). */
void attachments_each_deep(const struct message *, attachment_seen *, void *ctx);

/* For a hit's evidence: the file name, else the type; points into the part. */
struct span attachment_label(const struct part *);

#endif
