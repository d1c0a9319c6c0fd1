/*
 * The mails that a report holds: every original that somebody forwarded as an attachment, in whatever form mail programs and machines do. Pure.
 *
 *   REPORT_PART      message/rfc822, message/global, message/news, in any transfer encoding: Thunderbird (one or many), Zimbra (many), Apple, KMail, report buttons
 *   REPORT_FILE      an .eml as application/octet-stream, text/plain or anything else, told by name or content; an mbox gives all of its mails
 *   REPORT_DIGEST    parts of multipart/digest
 *   REPORT_FEEDBACK  ARF (RFC 5965): the third part of multipart/report; report-type=feedback-report
 *   REPORT_BOUNCE    DSN (RFC 3464, 6533) and other bounces: message/rfc822 or text/rfc822-headers (then headers only)
 *   REPORT_TNEF      embedded in Outlook's winmail.dat
 *   REPORT_MSG       .msg: Outlook drags these, and its report buttons attach them
 *   REPORT_ARCHIVE   .eml or .msg in a zip or another archive, read by the inspector
 *   REPORT_TEXT      a whole header section (with Received, Return-Path or Message-ID) with its body in a text: bounces of qmail, Exim and others, pasted sources
 *
 * Forwards of forwards: an attached mail that is itself nothing but a forward (a few words, the subject that forwards have, attached mails), a bounce or a feedback
 * report, is a wrapper (REPORT_WRAPPER: not what was reported; nothing is to be learned of it), and what it holds is found as well, up to a depth. A mail that is more than that is the
 * original itself, whatever it has attached.
 *
 * Archives are opened by nobody but the inspector: report_read() lists the parts that need it (unopened); asked again with what was found
 * in them, it takes the mails from there.
 *
 * Bounds: limits.originals; time is linear in the message, once more per level of depth; memory: parsed mails in the arena.
 */
#ifndef WINNOW_LEARN_REPORT_ORIGINALS_H
#define WINNOW_LEARN_REPORT_ORIGINALS_H

#include "inspect/contents.h"
#include "learn/report_inline.h"

enum report_how { REPORT_PART, REPORT_FILE, REPORT_DIGEST, REPORT_FEEDBACK, REPORT_BOUNCE, REPORT_TNEF, REPORT_MSG, REPORT_ARCHIVE, REPORT_TEXT, REPORT_HOWS };
const char *report_how_name(enum report_how); /* "part" */

enum report_original_flags {
	REPORT_HEADERS_ONLY = 1, /* there is no body */
	REPORT_REBUILT = 2,      /* from Outlook's properties: the MIME structure is ours */
	REPORT_HEADERS_LOST = 4, /* Outlook did not keep the header section: its fields are made of what is known */
	REPORT_CUT = 8,          /* the end is missing */
	REPORT_WRAPPER = 16,     /* only holds others */
};

struct report_original {
	enum report_how how;
	unsigned flags;
	unsigned depth;    /* 0: attached to the report itself */
	int32_t parent;    /* the wrapper that holds it, an index; -1: none */
	struct span name;  /* of the attachment, UTF-8; may be empty */
	struct span bytes; /* into the message, its decoded parts, or the arena */
};

/* What is a report as a whole. */
enum report_form { REPORT_FORM_MAIL, REPORT_FORM_DIGEST, REPORT_FORM_FEEDBACK, REPORT_FORM_BOUNCE };

/* What the inspector found in a part of the message (or of an attached one, reached by part.inner). CONTENT_FILE items need their bytes. */
struct report_opened {
	const struct part *part;
	const struct contents *contents;
};

struct report_limits {
	size_t originals;                      /* 100; wrappers count */
	unsigned depth;                        /* 3: levels of wrappers below the report */
	const struct message_limits *message;  /* of mails that are parsed here */
	const struct url_context *urls;
};

struct report {
	enum report_form form;
	struct report_original *originals;
	size_t noriginals, cap_originals;
	bool cut;                     /* there were more than the limit */
	const struct part **unopened; /* what the inspector must open */
	size_t nunopened, cap_unopened;
	enum report_client client;    /* that wrote the report */
	bool is_inline;               /* nothing was found, and the text holds a forwarded mail */
};

/* message: the report, as received. Never fails. */
void report_read(struct arena *, const struct message *, const struct report_limits *, const struct report_opened *, size_t nopened, struct report *report_r);

/* How many originals there are without wrappers. */
size_t report_count(const struct report *);

#endif
