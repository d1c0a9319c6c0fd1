/* What the files message*.c share while a message is built. Private to them. */
#ifndef WINNOW_MAIL_MESSAGE_BUILD_H
#define WINNOW_MAIL_MESSAGE_BUILD_H

#include "mail/message.h"
#include "mail/message_decode.h"

/* One message_parse() with all attached messages: what the levels share. */
struct build {
	struct arena *arena;
	const struct message_limits *limits;
	const struct url_context *urls;
	unsigned parts_left;
	size_t bytes_left; /* bytes that attached messages may still have in sum */
	size_t text_left;        /* bytes of plain text */
	size_t html_left;        /* bytes of text in HTML, visible and hidden */
	size_t html_source_left; /* bytes of HTML read */
	size_t html_links_left;  /* links recorded by html_parse(), duplicates included */
};

/* Duplicates cost the limit of links nothing: so many times the limit is read of one HTML part, and of all of them. */
#define LINKS_READ_FACTOR 4
#define LINKS_READ_FACTOR_ALL 16

/* A part under construction: what is known beyond struct part. Offsets are into the raw message; SPAN_NPOS: there is none. */
struct part_extra {
	enum mime_encoding encoding;
	bool composite;       /* multipart or message, declared */
	struct span boundary; /* of a multipart that gmime divided, as the copy has it; p NULL: none */
	size_t delimiter;     /* the line that opened the part */
	size_t body;          /* behind its header section */
	size_t end;           /* where its body ends: the line that does it */
	size_t close, behind; /* a multipart's closing line, and what comes behind it */
	size_t first, next;   /* opening lines of its first child and of its next sibling */
};

struct tree {
	struct build *build;
	struct message *m;
	struct part *parts;
	size_t n, cap;
	struct part_extra *extra;
	size_t nextra, cap_extra;
	unsigned base_depth; /* depth of the root part below the outermost message */
};

/* What gmime says of a part. */
struct structure {
	bool multipart;
	struct span type;     /* of a multipart, lower case */
	struct span boundary; /* p NULL: it has none */
};

/* message_walk.c: the tree as gmime reads it, with header sections. Fills parts up to raw; a part's index is its order of appearance. */
void message_walk(struct tree *);
/* A new part at the end; NULL when the budget is spent (then PART_TOO_MANY is told). */
struct part *message_part_new(struct tree *, int32_t parent, unsigned depth);

/* message_extent.c: where the parts end that the walk found, and what is odd about their boundaries. */
struct prescan_copy;
void message_extents(struct tree *, const struct prescan_copy *);

/* message_part.c: reads the MIME fields of a part and decides its kind as if it had no parts. digest: it is a child of a multipart/digest. */
void message_part_read(struct tree *, size_t index, bool digest, const struct structure *);

/* Facts about a part's file name. */
void message_part_tell_name(struct part *);

/* message_content.c: decodes, converts and reads the leaf parts; adds those that were inside text. */
void message_read_parts(struct tree *);

/* Text and links of a PART_TEXT or PART_HTML whose body is there. */
void message_read_text(struct tree *, size_t index);

/* message_expand.c: adds what attachments hold that Outlook packed: TNEF, .msg. */
void message_expand(struct tree *);

/* Whether mail programs show an attached message in the message that it is a part of. */
bool message_shown_inline(const struct part *parts, const struct part *);

/* message_links.c: subject, HTML and text to links; for the outermost message those of the attached messages shown in it as well. */
void message_collect_links(struct tree *);

#endif
