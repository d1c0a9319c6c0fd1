/*
 * The identifier that every scanned mail carries (X-Winnow-ID): it shows that a reported mail was scanned here, when, and whether the reporter was one
 * of its recipients. Pure.
 *
 *   X-Winnow-ID: 1.LLLLLLLLLLLLL.TTTTTTT.HHHHHHHBBBBBBB.RRRRRR(8 times)F.MMMMMMMMMMMMMMMM      105 bytes, 118 with the name; base32 (Crockford)
 *
 * 1   version.
 * L   the log ID of the scan: finds its record in log and store.
 * T   when it was scanned: seconds since 1970.
 * H   keyed 35-bit hash of what survives a mailbox and a forward unchanged: addresses of From, Date, Message-ID, Subject (without our tag).
 * B   keyed 35-bit hash of the visible text without white space. Outlook rebuilds bodies: it may differ where H agrees.
 *     Both say whether the identifier stands in the mail that it was made for; else one could be taken from a spam and put into an invoice. (Whoever mails
 *     himself something from outside has a valid identifier in it, whatever it is bound to: what one account may do alone is limited in reporter.h.)
 * R   30-bit tags of up to eight recipients, hashed with a secret key and the log ID. Always eight, sorted; unused ones are filled with what looks the same.
 * F   whether there were more recipients, masked.
 * M   80 bits of HMAC-SHA-256 over all that stands before.
 *
 * Who does not have the key learns nothing of recipients: a tag cannot be tested against guessed addresses (also not by another recipient, for Bcc), tags
 * of two mails cannot be compared, and nobody can count recipients. For recipients beyond the eighth, verification says SCAN_ID_RECIPIENT_ASK: the scan record in the store
 * names them (hashed) for as long as it lives. Chance that a stranger's address fits a tag: 8 in 2^30.
 *
 * Keys are derived from the site's secret. After a rotation the previous secret still verifies; the caller drops it when the longest age has passed.
 */
#ifndef WINNOW_LEARN_SCAN_ID_H
#define WINNOW_LEARN_SCAN_ID_H

#include "base/hash.h"
#include "mail/message.h"

#define SCAN_ID_HEADER "X-Winnow-ID"
#define SCAN_ID_BYTES 105
#define SCAN_ID_TAGS 8
#define SCAN_ID_AGE (INT64_C(14) * 86400) /* seconds it is believed by default: as long as scan records live */
#define SCAN_ID_LOG_ID 13        /* bytes of a log ID */

struct scan_id_key {
	bool set;
	uint8_t mac[32];
	struct hash_key tag, digest, mask;
};

struct scan_id_keys {
	struct scan_id_key current, previous; /* previous.set false: there is none */
};

/* secret: at least 16 bytes. */
void scan_id_key_derive(struct span secret, struct scan_id_key *key_r);

struct scan_id_input {
	struct span log_id;          /* 13 bytes of Crockford's base32 */
	int64_t now;                 /* seconds since 1970 */
	const struct message *message;
	const struct span *rcpt;     /* addresses of the envelope */
	size_t nrcpt;
	char recipient_delimiter;    /* of address extensions, which do not count; 0: none */
};

/* The value of the field; in the arena. */
struct span scan_id_make(struct arena *, const struct scan_id_key *, const struct scan_id_input *);

enum scan_id_status {
	SCAN_ID_MALFORMED, /* or another version */
	SCAN_ID_FORGED,    /* not made with our keys */
	SCAN_ID_EXPIRED,   /* genuine, too old (or from the future) */
	SCAN_ID_VALID,
};

enum scan_id_recipient { SCAN_ID_RECIPIENT_NO, SCAN_ID_RECIPIENT_YES, SCAN_ID_RECIPIENT_ASK /* the scan's record */ };

struct scan_id {
	enum scan_id_status status;
	enum scan_id_recipient recipient;
	bool headers_same, text_same; /* it stands in the mail that it was made for */
	bool previous;                /* made with the previous key */
	char log_id[16];              /* ended by NUL; empty when malformed or forged */
	int64_t scanned;              /* seconds */
};

struct scan_id_question {
	struct span value;             /* of the field; folds do not matter */
	const struct message *message; /* as reported, cleaned (report_clean.h); NULL: it is not compared */
	const struct span *reporter;   /* addresses of the reporter: login, sender of the envelope, aliases */
	size_t nreporter;
	char recipient_delimiter;
	int64_t now;
	int64_t age;                   /* 0: SCAN_ID_AGE */
};

/* True: valid, in time. All that could be told stands in *id_r in any case. */
bool scan_id_verify(const struct scan_id_keys *, const struct scan_id_question *, struct scan_id *id_r);

/* The keyed hash of a recipient by which a scan's record names him: 64 bits, of this mail alone. */
uint64_t scan_id_recipient_hash(const struct scan_id_key *, struct span log_id, struct span address, char recipient_delimiter);

#endif
