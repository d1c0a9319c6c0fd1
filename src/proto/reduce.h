/*
 * From the vector of verdicts to the one reply that the protocol can give: a pure function. What each recipient gets is in fate[].
 *
 *  1. A forced reject for any recipient rejects the whole transaction (a virus is nobody's mail).
 *  2. A part that must answer did not ("unavailable"), or a forced deferral for any recipient: all are deferred; the sender tries again, nothing is lost.
 *  3. Nobody takes the mail: all discard = discard (reject where the protocol cannot); some defer = defer; else reject, with text.
 *  4. Some refuse (or defer by score) while others accept: they get junk, or what mixed_reject says; discarding recipients are taken out. Discarding happens only
 *     where that mailbox's own verdict is discard, never as a fallback; where the protocol cannot take recipients out, it is junk.
 *  5. Hold only when all remaining recipients hold (and the protocol can), else junk.
 *  6. Redirect: that recipient is replaced by the profile's address, when the protocol can change recipients, else junk. An address that is taken out for one recipient is never where another one's mail goes: that one gets junk by header.
 *  7. Junk by extension: the recipient is replaced by user+junk@, when the protocol can change recipients, else by header. Outbound mail is never junked: where the rules above say junk as a way out, it passes.
 *  8. One set of headers: X-Spam is there when any remaining recipient is tagged or junked by header, or when all of them get something else than none; the subject
 *     changes only when every remaining recipient is tagged or junked and wants the same prefix. Copies of our own header fields that came in are removed.
 */
#ifndef WINNOW_PROTO_REDUCE_H
#define WINNOW_PROTO_REDUCE_H

#include "scan/engine.h"
#include "scan/verdict.h"

/* What the protocol (and the peer's negotiation) can do. */
enum reduce_caps {
	CAP_HEADERS = 1,    /* add, change, delete header fields */
	CAP_RECIPIENTS = 2, /* add and delete recipients */
	CAP_HOLD = 4,       /* quarantine */
	CAP_DISCARD = 8,
};

struct wish {
	struct span rcpt;     /* address; empty when the envelope is unknown */
	struct span rcpt_raw; /* as RCPT gave it, for deletion */
	struct verdict v;
	const struct profile *profile;
};

/* Block "reduce". */
struct reduce_settings {
	int mixed_reject; /* enum mixed_reject */
};
enum mixed_reject { MIXED_JUNK, MIXED_NONE };
extern const struct setting_set reduce_setting_set;

/* What one recipient gets in the end. */
struct fate {
	enum action action;
	enum verdict_reason why;
	struct span to; /* where it goes instead (redirect, extension); empty: unchanged */
};

enum reply_code { REPLY_ACCEPT, REPLY_DISCARD, REPLY_TEMPFAIL, REPLY_REJECT };

struct reply {
	enum reply_code code;
	struct span text;   /* tempfail and reject: "5.7.1 text (id ID)", without the three-digit code; one line, printable ASCII */
	struct edits edits; /* recipients and headers; empty unless accepted */
	bool quarantine;    /* accepted, but held */
	bool subject_changed;
	enum action action; /* what it amounts to as a whole: of those who still get the mail the weightiest fate; or reject, defer, discard */
	enum action would;  /* the weightiest of what the verdicts alone would have been */
	score_t score, required; /* of the recipient with the highest score among those who get the mail */
	struct fate *fate;  /* one per wish */
};

struct reduce_input {
	const char *id;                    /* the log ID */
	const struct header_list *headers; /* of the message: subject, copies of our own fields; NULL when it was not parsed */
	enum scan_headers headers_mode;
	struct span symbols;               /* "NAME=1.50,NAME2=0.70" for X-Winnow */
	bool outbound;                     /* from our own users: never junked */
	bool unavailable;                  /* a part that must answer did not: defer */
	const struct edits *extra;         /* edits of checks, for accepted mail; may be NULL */
};

/* n >= 1. Everything in reply_r lives in the arena. */
void reduce(const struct wish *, size_t n, const struct reduce_settings *, const struct reduce_input *, unsigned caps, struct arena *, struct reply *reply_r);

#endif
