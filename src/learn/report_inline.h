/*
 * What a report looks like in which the mail was forwarded in the text instead of as an attachment, and which mail program wrote it: so that the answer can
 * say how to do it there. Pure; linear.
 *
 * A forward is recognised by its block of fields ("From:", "Subject:" and a date or recipient, as labelled in 25 languages), by a line of dashes before it,
 * or by a line of attribution ("On 28/10/2021 12:46, "John Doe" <...> wrote:") or another line with a colon before quoted text. Layouts:
 *  Thunderbird  "-------- Forwarded Message --------", labels followed by a tab          Gmail    "---------- Forwarded message ---------" (ten and nine)
 *  Zimbra       "----- Forwarded Message -----", labels on the next lines              Yahoo    the same, labels on the same line
 *  Outlook      "-----Original Message-----", a line of underscores, or labels alone   Apple    "> Begin forwarded message:", all quoted
 */
#ifndef WINNOW_LEARN_REPORT_INLINE_H
#define WINNOW_LEARN_REPORT_INLINE_H

#include "mail/message.h"

enum report_client {
	REPORT_CLIENT_UNKNOWN, REPORT_CLIENT_ZIMBRA, REPORT_CLIENT_OUTLOOK, REPORT_CLIENT_THUNDERBIRD, REPORT_CLIENT_APPLE, REPORT_CLIENT_GMAIL,
	REPORT_CLIENT_YAHOO, REPORT_CLIENT_OTHER, REPORT_CLIENTS
};

const char *report_client_name(enum report_client); /* "thunderbird" */

/* Whether the text (UTF-8) holds a forwarded mail; the program by its layout. At most the first 64 KiB are looked at. */
bool report_inline_find(struct span text, enum report_client *client_r);

/* Whether a decoded subject begins as mail programs mark forwards and replies ("Fwd:", "WG:", "TR:", ...); what stands behind. */
bool report_subject_forwarded(struct span subject, struct span *rest_r);

/* By the header fields that programs sign with (User-Agent, X-Mailer, Message-ID, Thread-Index). */
enum report_client report_client_of(const struct message *);

#endif
