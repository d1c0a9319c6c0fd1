/* The reading of a message into parts, inside view_mime*.c. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_MIME_H
#define WINNOW_SPAMASSASSIN_VIEW_MIME_H

#include "base/map.h"
#include "spamassassin/view_private.h"

#define SA_LINE_MAX 2048           /* MAX_BODY_LINE_LENGTH: longer lines inside of multiparts are cut in pieces */
#define SA_HEADER_NAME_MAX 256     /* MAX_HEADER_KEY_LENGTH */
#define SA_HEADER_VALUE_MAX 8192   /* MAX_HEADER_VALUE_LENGTH */
#define SA_HEADERS_MAX 65536       /* MAX_HEADER_LENGTH: all headers in sum, where they are asked for together */
#define SA_SUBPARSE 20             /* levels */
#define SA_MULTIPART_MAX 1000      /* parts in one multipart */
#define SA_PARTS_MAX 10000         /* in all; ours */
#define SA_BLANK_LINES_MAX 20      /* in a row */

/* A node of the tree while it grows. */
struct sa_node {
	struct sa_part part;
	size_t cap_fields;
	struct sa_node *parent, *first, *last, *next;
};

/* What waits to be parsed: Message.pm's parse_queue. */
struct sa_pending {
	struct sa_node *node;
	struct span boundary; /* p == NULL: undef */
	struct span body;
	unsigned levels;      /* that may still follow */
	bool blank_first;     /* an empty line is to be thought in front */
};


struct sa_decoded {
	struct span text;
	bool done;
};

struct sa_mime {
	struct sa_view *view;
	struct arena *arena;
	struct sa_part *parts;
	struct sa_decoded *decoded; /* of the part with the same index */
	size_t nparts;
	unsigned flags;
	struct span headers, body, full;
	/* While parsing. */
	struct sa_pending *queue;
	size_t nqueue, cap_queue, at;
	size_t nnodes;
	struct map boundaries;  /* boundary -> int: opened and not closed */
	int **states_of_boundaries;
	size_t nboundaries, cap_boundaries;
	size_t copied;          /* bytes of bodies that had to be copied */
};

/* view_mime_header.c. Reads the header section of a message into node; body_r: what is behind it, CRLF to LF and long runs of empty lines cut. headers_r, rest_r (may be NULL): as they
 * came, header lines with one kind of line end. */
void sa_mime_read_message(struct sa_mime *, struct sa_node *, struct span text, unsigned *flags, struct span *body_r, struct span *headers_r, struct span *rest_r);
void sa_mime_add_field(struct sa_mime *, struct sa_node *, struct span name, struct span raw);
/* The last field of that name, NULL when absent. */
struct sa_field *sa_mime_field(const struct sa_part *, struct span name);
/* Its decoded value, empty when absent. */
struct span sa_mime_value(struct sa_mime *, struct sa_part *, struct span name);

/* view_mime_multipart.c. Divides a multipart; the parts are appended to the queue. */
void sa_mime_divide(struct sa_mime *, const struct sa_pending *);

/* view_mime.c */
struct sa_node *sa_mime_node_new(struct sa_mime *);
void sa_mime_node_add(struct sa_node *parent, struct sa_node *);
void sa_mime_enqueue(struct sa_mime *, const struct sa_pending *);
struct span sa_mime_decode(struct sa_mime *, const struct sa_part *);

/* The line at p, its end included. */
static inline struct span sa_line(const char *p, const char *end)
{
	const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	return span_range(p, nl != NULL ? nl + 1 : end);
}

/* Whether the line begins as a header field does; blanks: white space before the colon is fine. */
bool sa_mime_is_field(struct span line, bool blanks);

#endif
