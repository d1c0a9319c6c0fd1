/*
 * Transfer encodings: RFC 2045, 6.7 and 6.8, and two that are not of MIME. Hostile bytes are passed over, as tolerant mail
 * programs do, and told. All linear; the output is never longer than the input. Private to message*.c and header_decode.c.
 */
#ifndef WINNOW_MAIL_MESSAGE_DECODE_H
#define WINNOW_MAIL_MESSAGE_DECODE_H

#include "base/arena.h"
#include "mail/fact.h"

enum mime_encoding { ENCODING_IDENTITY, ENCODING_BASE64, ENCODING_QP, ENCODING_UU, ENCODING_YENC };

/* By name, with or without "x-". False when nobody knows it. */
bool decode_encoding_of(struct span name, enum mime_encoding *encoding_r);

/* Facts: BASE64_BAD_CHAR, BASE64_BAD_PADDING. What follows padding is decoded as well. */
struct span decode_base64(struct arena *, struct span, struct facts *);
/* s itself when nothing is encoded. Fact: QP_BAD. */
struct span decode_qp(struct arena *, struct span, struct facts *);

/* Lines of uuencode without their "begin". */
struct span decode_uu(struct arena *, struct span lines);

/* A file inside text: its name and content, and the bytes of the text that it takes (from begin to end). */
struct embedded {
	struct span name, content;
	size_t begin, end; /* offsets */
	bool yenc;
	bool complete; /* its last line is there */
};

/*
 * The next uuencoded ("begin 644 name") or yEnc ("=ybegin ... name=") file at or behind "from". Without its last line it ends where lines
 * cease to look like it; yEnc also where another file begins.
 */
bool decode_embedded_next(struct arena *, struct span text, size_t from, struct embedded *file_r);

#endif
