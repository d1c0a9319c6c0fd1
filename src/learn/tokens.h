/*
 * Features of a message: what the learned model sees of it. Pure and deterministic: the same message, key and FEATURES_VERSION give the same
 * features on every node, in every run.
 *
 * A feature is a keyed 32-bit hash of a token and its space (the table below), so that a word of the subject and the same word of the text are two
 * features. Each stands in the list once, however often the token occurs. Four groups, each judged by a linear model of its own (model.h):
 *
 * FEATURES_FORM         header fields, addresses, relays, subject, MIME structure, HTML elements, links, attachments, facts, hits.
 * FEATURES_TEXT         words of the visible text and orthogonal sparse bigrams (pairs of words at a distance of one to four, Siefkes et al. 2004).
 *                       Text is in its plain form (mail/fold.h), in lower case: look-alike letters and invisible characters change nothing. Scripts
 *                       without spaces between words (CJK, Thai, Lao, Khmer, Myanmar) give overlapping pairs of characters. Hidden text has a space of
 *                       its own: words that nobody sees cannot buy a good score.
 * FEATURES_GRAM_HEADER  sequences of four characters of the header section, and
 * FEATURES_GRAM_TEXT    of subject and text as they were written, case and look-alikes included, pairs in scripts without spaces: robust where words
 *                       are split, misspelled, or of a language that inflects.
 *
 * Never seen: encoded bytes (base64), dates, what MTAs and mailboxes write at or after delivery (Delivered-To, Status, ...), what filters wrote
 * (X-Spam*, X-Winnow*, Authentication-Results ...): what is learned from a report would else not be what was scanned.
 *
 * The key is the site's secret: whoever reads a log or a model without it cannot tell the words, and whoever writes spam cannot choose tokens that
 * collide. Words are hashed with 64-bit multiply-and-fold rounds keyed by both halves; that is no pseudo-random function in the strict sense, but it
 * is four times as fast as one, and there are thousands of tokens in a message.
 *
 * Bounds: time is linear in what is read, at most 9 KiB of text, 16 KiB of HTML source, a hundred header fields, forty parts, sixty links; memory is
 * the scratch space alone, but for the folded text and parsed addresses in the caller's arena. When a message has more tokens than there is room for, each kind has its share, and of the
 * text its beginning and its end are taken: padding in front or behind does not push out the rest.
 */
#ifndef WINNOW_LEARN_TOKENS_H
#define WINNOW_LEARN_TOKENS_H

#include "base/hash.h"
#include "mail/message.h"
#include "mail/transaction.h"

/* To be raised when the same message gives other features than before: models and logs of another version are of no use and are rebuilt. */
#define FEATURES_VERSION 1

/* space, name, what its tokens are */
#define TOKEN_TABLE(X) \
	X(WORD, "word", "a word of the visible text") \
	X(PAIR, "pair", "two words of the visible text, at a distance of one to four words") \
	X(SUBJECT, "subject", "a word of the subject, two of them") \
	X(HIDDEN, "hidden", "a word of text that a reader does not see") \
	X(HEADER_NAME, "header-name", "the name of a header field; two names that follow each other") \
	X(HEADER_VALUE, "header-value", "a header field with a word of its value") \
	X(ADDRESS, "address", "a field with an address, its domain, its local part; words of a display name") \
	X(RECEIVED, "received", "names and networks in Received fields") \
	X(MESSAGE_ID, "message-id", "domain and form of Message-ID and of MIME boundaries") \
	X(PART, "part", "types, charsets, encodings and order of MIME parts") \
	X(HTML, "html", "elements, attributes and their short values") \
	X(LINK, "link", "hosts, domains, networks, path segments and query keys of links") \
	X(ATTACHMENT, "attachment", "names, types, sizes, words and content of attachments") \
	X(FORM, "form", "facts of the parser; counts and proportions by magnitude") \
	X(ENVELOPE, "envelope", "client, HELO, sender of the envelope") \
	X(HIT, "hit", "symbols of checks and rules, as given by the caller") \
	X(GRAM_HEADER, "gram-header", "four characters of a header field") \
	X(GRAM_TEXT, "gram-text", "four characters of subject and visible text")

enum token_space {
#define X(space, name, doc) TOKEN_##space,
	TOKEN_TABLE(X)
#undef X
	TOKEN_SPACES
};

const char *token_space_name(enum token_space);
const char *token_space_doc(enum token_space);

enum features_group { FEATURES_FORM, FEATURES_TEXT, FEATURES_GRAM_HEADER, FEATURES_GRAM_TEXT, FEATURES_GROUPS };

/* Room of each group. */
#define FEATURES_FORM_MAX 800
#define FEATURES_TEXT_MAX 1200
#define FEATURES_GRAM_HEADER_MAX 1000
#define FEATURES_GRAM_TEXT_MAX 1200
#define FEATURES_MAX (FEATURES_FORM_MAX + FEATURES_TEXT_MAX + FEATURES_GRAM_HEADER_MAX + FEATURES_GRAM_TEXT_MAX)

struct features {
	uint16_t n[FEATURES_GROUPS];
	uint32_t v[FEATURES_MAX]; /* group by group, without gaps; none is 0, none stands twice in a group */
};

static inline unsigned features_count(const struct features *f)
{
	return (unsigned)f->n[0] + f->n[1] + f->n[2] + f->n[3];
}

struct token_input {
	const struct message *message;
	const struct transaction *tx;  /* NULL: not known */
	const struct span *hits;       /* names of symbols */
	size_t nhits;
	const struct span *extra;      /* text that the inspector found in attachments, UTF-8 */
	size_t nextra;
};

/* Scratch space and key; one per process or thread, never shared. About 35 KiB. */
struct tokens;
struct tokens *tokens_new(const struct hash_key *site);
void tokens_free(struct tokens **);
/* Leaves out spaces (bit 1u << TOKEN_x): for measurements. */
void tokens_without(struct tokens *, uint32_t spaces);

/* arena: of the transaction; takes the folded text. */
void tokens_read(struct tokens *, struct arena *, const struct token_input *, struct features *features_r);

#endif
