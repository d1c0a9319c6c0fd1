/*
 * The message: an immutable tree built from raw bytes. Pure; no I/O; everything in the arena of the transaction or pointing
 * into the raw bytes, which must outlive it. After message_parse() nothing changes any more.
 *
 * Structure is gmime's: it parses the prescan's copy of the message, which shows it what decides the structure and nothing else (lines that
 * may delimit parts, one Content-Type field of each section), and its tree is walked within the limits. Header sections, fields and bodies
 * are read from the raw bytes at the offsets that gmime gives; attached messages, hidden from it, are parsed one by one as messages.
 *
 * Bounds: time is linear in raw.len (attached messages are read again per level, in sum at most 8 times the message or
 * 1 MiB). Memory: decoded bodies, never longer than their encoded form, per level of base64 (a chain of base64-encoded
 * messages: three times raw in sum), HTML that is no UTF-8 (16 MiB in sum); else about 6 MiB whatever the input, with the default limits. Boundaries above 250
 * bytes divide nothing. The copy is as long as the message, but only pages with something on them take memory; preambles and epilogues
 * are held by gmime for the time of the parse. A multipart that cannot be divided is PART_TEXT, as readers show it. Behind the last part that the
 * limit allows, the rest of the message is that part's body, as PART_ATTACHMENT. Files found inside text (uuencode, yEnc)
 * come behind all declared parts, as children of their text, and behind these what Outlook packed into attachments (winmail.dat, .msg), as children of theirs; the text loses only uuencoded files that have their end line, as mail programs
 * show all others.
 *
 * Attached messages that mail programs show inside of the outermost one (the root itself; those without disposition "attachment" that are no
 * child of a multipart/report or multipart/digest; and so on inside of these) give their text, hidden text and links to the outermost message
 * as well as to their own, within the same limits. All else (subject, addresses, facts, parts) is of each message alone. Base64 or quoted-printable on a multipart is told, not decoded.
 */
#ifndef WINNOW_MAIL_MESSAGE_H
#define WINNOW_MAIL_MESSAGE_H

#include "mail/address.h"
#include "mail/fact.h"
#include "mail/filetype.h"
#include "mail/header.h"
#include "mail/html.h"
#include "mail/url.h"

struct message_limits {
	size_t headers;        /* fields per header section, 1000 */
	size_t header_bytes;   /* one field, 65536 */
	size_t header_section; /* all fields of one section, 1 MiB */
	size_t params;         /* MIME parameters per field, 64 */
	unsigned parts;        /* 1000 in all */
	unsigned depth;        /* 30 */
	size_t text;           /* decoded text matched per message, 1 MiB of plain text and 1 MiB of HTML text, attached messages included; without
	                        * text left HTML is still read for links and flags: 4 times this of source per part, 16 times in sum */
	size_t links;          /* 1000 without duplicates, at most a quarter of them hidden and empty; html.links hold up to 4 times as many, in sum 16 */
};
extern const struct message_limits message_limits_default;

enum part_kind {
	PART_MULTIPART,
	PART_MESSAGE,    /* message/rfc822, message/global: .inner */
	PART_TEXT,       /* text/plain and other text types shown inline: .text */
	PART_HTML,       /* text/html, application/xhtml+xml: .text, .html */
	PART_ATTACHMENT, /* everything else: images, applications, text with attachment disposition and other types */
};

struct message;

struct part {
	enum part_kind kind;
	int32_t parent;        /* index into message.parts, -1 for the root */
	unsigned depth;        /* 0: root */
	struct span type;      /* lower case "text/plain"; what is assumed when missing or bad */
	bool type_declared;    /* Content-Type was there and readable */
	struct span charset;   /* as declared, lower case; empty when none */
	struct span disposition; /* lower case "attachment", "inline" or empty */
	struct span name;      /* file name, decoded (RFC 2231, 2047), UTF-8; empty when none */
	struct span encoding;  /* lower case Content-Transfer-Encoding; empty when none */
	struct span content_id;
	struct header_list headers; /* the part's own; for the root the message's */
	struct span raw;       /* encoded body, into the raw message */
	struct span body;      /* decoded bytes of leaf parts (capped for text parts by the text limit only when scanned) */
	struct span text;      /* PART_TEXT, PART_HTML: UTF-8; for HTML the visible text */
	const struct html *html; /* PART_HTML */
	enum file_type detected; /* by content, leaf parts */
	struct message *inner; /* PART_MESSAGE; NULL when broken or too deep */
	struct facts facts;    /* of this part alone */
};

enum link_source { LINK_TEXT, LINK_HTML_A, LINK_HTML_FORM, LINK_HTML_IMG, LINK_HTML_OTHER, LINK_SUBJECT, LINK_HTML_TEXT /* written out in visible HTML text, not an <a> */ };

struct link {
	struct url url;
	enum link_source source;
	struct span text;   /* anchor text; empty for LINK_TEXT */
	bool hidden;
	bool has_image;
	int width, height;  /* LINK_HTML_IMG */
	int32_t part;       /* index; of the message part for what stands in an attached message */
};

struct message {
	struct span raw;           /* as given */
	size_t body_offset;        /* where the body begins in raw */
	struct header_list headers;
	const struct part *parts;  /* in order of appearance; [0] is the root */
	size_t nparts;
	const struct link *links;  /* of this message and, in the outermost, of attached messages shown in it; duplicates (same raw, same text) removed */
	size_t nlinks;
	struct span subject;       /* decoded */
	struct span text;          /* all visible text of body parts in order, '\n' between; the best alternative is preferred nowhere: both are there; attached messages as above */
	struct span hidden_text;   /* hidden HTML text, joined in the same way */
	struct address_list from, sender, reply_to, to, cc; /* addresses of the first field of each */
	int64_t date;              /* seconds; 0 when missing or bad */
	struct facts facts;        /* of the message and all of its parts, attached messages excluded */
	unsigned depth;            /* 0: the message itself; n: attached n levels deep */
	size_t nattachments;
};

/* Never fails: what cannot be parsed is facts and attachments. raw must stay as it is while the message lives. */
const struct message *message_parse(struct arena *, struct span raw, const struct message_limits *, const struct url_context *);

/* Must be called once per process, before the first parse and before forking. */
void message_init(void);

#endif
