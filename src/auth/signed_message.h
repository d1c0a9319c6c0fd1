/*
 * The message as signatures see it: its header fields as they stand in the raw bytes, found by name from the bottom up (RFC 6376, 5.4.2), and the hashes of its body, each made once. Shared by all signatures of
 * DKIM and ARC, for verifying and for signing. Points into the raw message, which must stay as it is. Time and memory are linear in the header; the body is read once for each of at most
 * SIGNED_BODY_HASHES combinations of canonicalisation and length limit.
 */
#ifndef WINNOW_AUTH_SIGNED_MESSAGE_H
#define WINNOW_AUTH_SIGNED_MESSAGE_H

#include "auth/dkim_key.h"
#include "base/map.h"

#define SIGNED_HEADER_MAX (1 << 20) /* bytes of the header */
#define SIGNED_FIELDS_MAX 2000
#define SIGNED_BODY_HASHES 6
#define SIGNED_BODY_LARGE (4 << 20) /* larger bodies have two hashes: they take time in which nothing else goes on, and anybody may ask for them */
#define SIGNED_BODY_LARGE_HASHES 2

struct signed_field {
	struct span all;   /* without the final line end */
	struct span name;  /* without white space before the colon */
	struct span value; /* behind the colon, folds included */
	int32_t above;     /* the nearest field of the same name further up, or -1 */
};

struct body_hash {
	enum canon canon;
	uint64_t limit; /* CANON_NO_LIMIT: none */
	uint64_t total; /* length of the whole canonical body */
	unsigned char hash[DKIM_HASH_LEN];
};

struct signed_message {
	struct arena *arena;
	struct dkim_crypto *crypto;
	struct span body;
	bool cut;      /* the body goes on behind what we have: it has no hash */
	bool too_long; /* header beyond the limits: fields are missing, nothing may be verified */
	struct signed_field *fields;
	size_t nfields, cap_fields;
	struct map names;
	uint32_t turn; /* of selections */
	struct body_hash hashes[SIGNED_BODY_HASHES];
	size_t nhashes;
};

/* size: of the message on the wire; more than raw.len: it was cut. */
void signed_message_init(struct signed_message *, struct arena *, struct dkim_crypto *, struct span raw, uint64_t size);
/* The field lowest in the header, -1: none. The next one up is fields[].above. */
int32_t signed_message_last(const struct signed_message *, struct span name);
/* Adds a field below what is there: "NAME:VALUE", alive as long as the message. */
void signed_message_append(struct signed_message *, struct span field);
/* Another header, for signing what will have been edited: the fields from the top, as above. */
void signed_message_replace(struct signed_message *, const struct span *fields, size_t n);

/* Selections: the fields that a list of names covers, each the lowest one not taken yet. A new selection forgets the old one. */
void signed_message_select(struct signed_message *);
/* -1: there is no (further) field of that name. */
int32_t signed_message_take(struct signed_message *, struct span name);

/* NULL: the body was cut, or too many different hashes were asked for. */
const struct body_hash *signed_message_body(struct signed_message *, enum canon, uint64_t limit);

#endif
