/* What stands behind struct sa_view: lazily filled, each file its own part. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_PRIVATE_H
#define WINNOW_SPAMASSASSIN_VIEW_PRIVATE_H

#include "base/map.h"
#include "match/regex.h"
#include "spamassassin/view.h"

/* The value of maps that are sets. */
#define SA_PRESENT ((void *)1)

struct sa_mime;        /* view_mime.c */
struct sa_body_view;   /* view_body.c */
struct sa_header_view; /* view_header.c */
struct sa_relay_view;  /* view_relay.c */
struct sa_uri_view;    /* view_uri.c */

/* A plugin's notes on one message, so that it computes once what several of its evals need. */
struct sa_memo {
	const void *owner;
	void *notes;
	struct sa_memo *next;
};

/* Once per generation, by sa_view_config_new() in view_config.c. Each config is made by its file and owns what it needs (patterns, tables) through the arena. */
struct sa_domain_config; /* view_domain.c */
struct sa_header_config; /* view_header.c */
struct sa_relay_config;  /* view_relay.c */
struct sa_uri_config;    /* view_uri.c */
struct sa_view_config {
	const struct sa_domain_config *domain;
	const struct sa_header_config *header;
	const struct sa_relay_config *relay;
	const struct sa_uri_config *uri;
	struct hash_key key;         /* of the maps of a message: drawing one for each would be dear */
	struct regex_memory *memory; /* of the process: made before the fork, written to by each process in its own copy */
};
const struct sa_domain_config *sa_domain_config_new(struct arena *, const struct cf *);
const struct sa_header_config *sa_header_config_new(struct arena *, const struct cf *);
const struct sa_relay_config *sa_relay_config_new(struct arena *, const struct cf *);
const struct sa_uri_config *sa_uri_config_new(struct arena *, const struct cf *);

struct sa_view {
	const struct sa_view_config *config;
	const struct url_context *urls;
	const struct transaction *tx;
	const struct message *msg;
	struct arena *arena;
	struct sa_mime *mime;
	struct sa_body_view *body;
	struct sa_header_view *header;
	struct sa_relay_view *relay;
	struct sa_uri_view *uri;
	struct sa_memo *memos;
};

/*
 * view_mime_charset.c: Message::Node::_normalize(): bytes under a declared charset to UTF-8. *wide_r (may be NULL): false when the bytes came back as they are because they are
 * ASCII (Perl: a string without UTF-8 flag). insist: _decode_header's way for encoded words, bytes that the charset does not have become U+FFFD.
 */
struct span sa_charset_normalize(struct arena *, struct span bytes, struct span charset, bool insist, bool *wide_r);
/* Message::Node::_decode_header(): an unfolded or folded field body; name decides whether encoded words are read. */
struct span sa_decode_header(struct arena *, struct span body, struct span name);
/* Mail::SpamAssassin::Util's base64_decode, qp_decode. */
struct span sa_base64_decode(struct arena *, struct span text);
struct span sa_qp_decode(struct arena *, struct span text);

/* view_mime_type.c: Util::parse_content_type(). Empty ct: none there. Spans with p == NULL are undef. */
struct sa_content_type {
	struct span type, boundary, charset, name;
	bool missing;
};
void sa_parse_content_type(struct arena *, struct span ct, struct sa_content_type *ct_r);

/* An empty map of the message. */
void sa_map_init(struct sa_view *, struct map *, bool fold);

/* Notes of that owner (any address that is its own), NULL at first; zeroed memory of that size is made when size is not 0. */
void *sa_view_memo(struct sa_view *, const void *owner, size_t size);

/* White space as Perl's \s for strings with (wide) and without UTF-8 flag: the length in bytes of the white space character at p, 0 when there is none. */
size_t sa_space_len(const char *p, const char *end, bool wide);
/* \w likewise. */
bool sa_is_word(uint32_t cp, bool wide);

#endif
