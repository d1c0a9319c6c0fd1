/*
 * The copy of a message that gmime parses. It is as long as the message (behind a short lead), so that offsets in one are
 * offsets in the other, and holds nothing but what decides the structure: lines that may delimit parts, the Content-Type
 * field that follows them or stands on top, and the empty line behind those. All else is NUL, whatever it was: addresses,
 * encoded words, bodies, header fields without number. Bodies and fields are always read from the message itself, so the
 * copy may be defused over-eagerly. A line machine alone: it does not know which line delimits what.
 */
#ifndef WINNOW_MAIL_PRESCAN_COPY_H
#define WINNOW_MAIL_PRESCAN_COPY_H

#include "base/arena.h"
#include "mail/message.h"

/* Bytes of the copy before the byte that stands for the message's first one: room for an empty line behind any field on top. */
#define PRESCAN_LEAD 4
/* A line that begins with "--" and is longer (white space at its end not counted) delimits nothing. */
#define PRESCAN_DASHES_MAX 254

struct prescan_copy {
	char *p;       /* the lead, then raw.len bytes */
	size_t len;    /* raw.len + PRESCAN_LEAD */
	size_t mapped; /* bytes to unmap; 0: the copy lies in the arena */
	size_t *marks; /* where lines begin that may delimit parts: offsets in the message, ascending */
	size_t nmarks, cap_marks;
	bool full;     /* lines behind max_marks were hidden */
};

/*
 * body: where the body begins, as prescan_section() tells. Linear. One Content-Type field of a section is shown, cut at the limits, unfolded,
 * without comments. Bytes of fields and of delimiter lines that gmime would decode (encoded words, 8-bit bytes) become '!' in both;
 * "message" and "digest" are spoilt, since attached messages are not gmime's to open.
 */
void prescan_copy_make(struct arena *, struct span raw, size_t body, const struct message_limits *, size_t max_marks,
                       struct prescan_copy *copy_r);
/* Whether gmime is shown this Content-Type field rather than another one before or behind it. */
bool prescan_is_multipart(struct span field);
void prescan_copy_free(struct prescan_copy *);
/* What the copy holds at [from, to) of the message. */
struct span prescan_copy_at(const struct prescan_copy *, size_t from, size_t to);

#endif
