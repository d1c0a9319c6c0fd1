/*
 * A message as Outlook keeps it: MAPI properties, from TNEF (winmail.dat) or a .msg file, and its way back to RFC 5322. Pure; linear; bounded by
 * outlook_limits.
 */
#ifndef WINNOW_MAIL_OUTLOOK_H
#define WINNOW_MAIL_OUTLOOK_H

#include "base/arena.h"

struct outlook_limits {
	unsigned attachments; /* and recipients: 1000 of each, in all levels */
	unsigned depth;       /* of embedded messages: 8 */
	size_t text;          /* bytes of unpacked RTF and converted text in all: 8 MiB */
};
extern const struct outlook_limits outlook_limits_default;

struct outlook_message;

struct outlook_attachment {
	struct span name;       /* UTF-8; empty when none was given */
	struct span type;       /* MIME type as given, lower case; may be empty */
	struct span content_id;
	struct span data;       /* into the input where it is contiguous there; of OLE objects as they are */
	const struct outlook_message *message; /* an embedded message; then data is empty */
	bool hidden;
};

enum outlook_recipient_kind { OUTLOOK_TO = 1, OUTLOOK_CC = 2, OUTLOOK_BCC = 3 };

struct outlook_recipient {
	enum outlook_recipient_kind kind;
	struct span name, address;
};

struct outlook_message {
	struct span class_name;  /* "IPM.Note" */
	struct span subject;
	struct span from_name, from_address;
	struct span display_to, display_cc;
	struct span message_id, in_reply_to, references;
	struct span headers;     /* the transport's header section, when it was kept */
	int64_t date;            /* seconds; 0: unknown */
	struct span text;        /* plain body, UTF-8 */
	struct span html;        /* HTML body, UTF-8: its own, or what RTF encloses */
	struct span rtf;         /* unpacked RTF body, as it is */
	struct span rtf_text;    /* text of the RTF body where it encloses no HTML, UTF-8 */
	struct outlook_recipient *recipients;
	size_t nrecipients, cap_recipients;
	struct outlook_attachment *attachments;
	size_t nattachments, cap_attachments;
	bool broken;             /* damaged: what was readable is here */
	bool cut;                /* a limit was reached */
};

/*
 * The message as RFC 5322 has it: the transport's header section when there is one (without what describes the old body), else fields made of what
 * is known; bodies as multipart/alternative, attachments as base64, embedded messages as message/rfc822. At most "max" bytes: attachments that do
 * not fit are left out.
 */
struct span outlook_compose(struct arena *, const struct outlook_message *, size_t max);

#endif
