/*
 * The answer to a report: what was learned; when nothing was attached, how to forward as attachment. Builds the mail and says whether it may be sent
 * (RFC 3834); the controller keeps the claim (once a day per user) and sends it, with the null sender. Pure.
 */
#ifndef WINNOW_LEARN_REPORT_ANSWER_H
#define WINNOW_LEARN_REPORT_ANSWER_H

#include "learn/report_originals.h"
#include "learn/report_settings.h"

struct report_answer {
	const struct report_settings *settings;
	const struct message *report;
	enum report_client client;     /* its program's steps come first */
	struct span to;                /* envelope sender of the report */
	bool to_is_local;              /* one of ours (report_sender_is_local()), or the login itself */
	struct span address;           /* the report address that was written to */
	enum learn_class class;
	unsigned total;                /* originals found */
	unsigned learned;              /* of them, learned for the reporter, and for all in time */
	unsigned kept;                 /* of the learned: for the reporter alone, as they did not verify */
	unsigned known;                /* reported before */
	unsigned failed;               /* not readable, or beyond the limit */
	struct span host;              /* our name, for Message-ID */
	struct span id;                /* log ID of the report, for Message-ID */
	int64_t now;                   /* seconds since 1970 */
};

enum report_answer_refusal {
	REPORT_ANSWER_SEND,
	REPORT_ANSWER_OFF,         /* by the settings */
	REPORT_ANSWER_NO_SENDER,   /* null sender, or one (or a report address) that may not stand in a field */
	REPORT_ANSWER_FOREIGN,     /* the sender is none of ours: it may be forged */
	REPORT_ANSWER_MACHINE,     /* mailer-daemon, owner-..., ...-request, no-reply */
	REPORT_ANSWER_AUTOMATIC,   /* Auto-Submitted, X-Auto-Response-Suppress */
	REPORT_ANSWER_BULK,        /* Precedence, List-... */
	REPORT_ANSWER_LOOP,        /* the report comes from the report address, or from us */
	REPORT_ANSWER_REFUSALS
};
const char *report_answer_refusal_name(enum report_answer_refusal);

/* RFC 3834, 2 and 5. */
enum report_answer_refusal report_answer_check(const struct report_answer *);

/* Language of a report: Content-Language or Accept-Language, marks in the subject ("WG:"), common words, top-level domain. English when nothing tells. */
enum report_language report_answer_language(const struct message *);

/* The whole mail, lines ending in CRLF, below 64 KiB, in ASCII. Only where report_answer_check() says REPORT_ANSWER_SEND. */
struct span report_answer_build(struct arena *, const struct report_answer *);

/* Texts in place of ours; {name} is replaced, unknown names stay. Private to report_answer*.c but for tests. */
struct span report_answer_text(struct arena *, const struct report_answer *, enum report_language);

#endif
