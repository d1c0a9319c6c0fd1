/* What the files view_header*.c share with each other and with view_relay.c. Private to the layer. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_HEADER_H
#define WINNOW_SPAMASSASSIN_VIEW_HEADER_H

#include "base/map.h"
#include "spamassassin/view_private.h"

#define SA_FIELDS_MAX 2000 /* fields of a message that are looked at */

struct sa_header_config {
	struct regex *address;      /* one element of an address list */
	struct regex *mailbox;      /* a whole text that is one address */
	struct regex *angle;        /* an address in angle brackets, anywhere */
	struct regex *ip;           /* an address that stands alone */
	struct span sender_header;  /* envelope_sender_header; empty: not set */
};

/* The fields of the message, behind the synthetic Received field of the transaction's connection when there is one. */
struct sa_header_view {
	struct sa_field *fields;
	size_t nfields;
	size_t nsynthetic;
	uint32_t *next;         /* per field: 1 + index of the next one of its name; 0: none */
	struct map by_name;     /* folded name -> the first one */
	struct map cache;       /* request -> struct sa_request */
	const struct sa_values *from_addresses, *to_addresses;
	struct span envelope_from;
	bool envelope_done, has_envelope;
};

/* A list that grows. */
struct sa_list {
	struct span *v;
	size_t n, cap;
};
void sa_list_add(struct arena *, struct sa_list *, struct span);
/* Adds what is not in the list yet; a linear search. */
void sa_list_add_new(struct arena *, struct sa_list *, struct span);

struct sa_header_view *sa_header_fields(struct sa_view *);
/* Indexes of the fields of a name: SIZE_MAX when there is none (any more). */
size_t sa_field_first(const struct sa_header_view *, struct span name);
size_t sa_field_next(const struct sa_header_view *, size_t index);
/* The field's text as the header section has it, decoded and unfolded, with a line end. */
struct span sa_field_line(struct sa_view *, struct sa_field *);

/* view_header_address.c: parse_header_addresses(). A part that is absent has p == NULL. */
struct sa_address {
	struct span phrase, address;
};
#define SA_ADDRESSES_MAX 1000
#define SA_ADDRESS_BYTES_MAX 65536 /* of the fields of one name that are read as addresses */
size_t sa_addresses(struct sa_view *, struct span value, struct sa_address **list_r);
void sa_address_patterns(struct arena *, struct sa_header_config *);

/* view_header_all.c: ALL, ALL-TRUSTED and their kin. */
void sa_header_all(struct sa_view *, bool raw, struct sa_list *);
/* The fields between two Received fields, by their numbers; from < 0: from the top, to < 0: to the end. */
void sa_header_range(struct sa_view *, int from, int to, bool raw, struct sa_list *);

/* view_header_sender.c */
bool sa_envelope_from(struct sa_view *, struct span *from_r);
/* The Received field that the receiving MTA writes about the transaction's connection; empty when there was none. */
struct span sa_synthetic_received(struct sa_view *);

/* A pattern of our own, freed with the arena. */
struct regex *sa_pattern(struct arena *, const char *pattern, unsigned flags);

#endif
