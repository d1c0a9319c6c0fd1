/*
 * Header fields: interned names, raw and decoded values. RFC 5322, 2.2; RFC 2047 (encoded words), RFC 6532 (raw UTF-8).
 */
#ifndef WINNOW_MAIL_HEADER_H
#define WINNOW_MAIL_HEADER_H

#include "base/arena.h"
#include "mail/fact.h"

/* Names that get an index; all others have HDR_OTHER. */
#define HEADER_TABLE(X) \
	X(FROM, "From") X(SENDER, "Sender") X(REPLY_TO, "Reply-To") X(TO, "To") X(CC, "Cc") X(BCC, "Bcc") X(SUBJECT, "Subject") \
	X(DATE, "Date") X(MESSAGE_ID, "Message-ID") X(IN_REPLY_TO, "In-Reply-To") X(REFERENCES, "References") \
	X(RETURN_PATH, "Return-Path") X(RECEIVED, "Received") X(DELIVERED_TO, "Delivered-To") X(X_ORIGINAL_TO, "X-Original-To") \
	X(MIME_VERSION, "MIME-Version") X(CONTENT_TYPE, "Content-Type") X(CONTENT_TRANSFER_ENCODING, "Content-Transfer-Encoding") \
	X(CONTENT_DISPOSITION, "Content-Disposition") X(CONTENT_ID, "Content-ID") X(CONTENT_DESCRIPTION, "Content-Description") \
	X(CONTENT_LOCATION, "Content-Location") X(LIST_ID, "List-Id") X(LIST_UNSUBSCRIBE, "List-Unsubscribe") \
	X(LIST_UNSUBSCRIBE_POST, "List-Unsubscribe-Post") X(LIST_POST, "List-Post") X(LIST_HELP, "List-Help") \
	X(LIST_SUBSCRIBE, "List-Subscribe") X(LIST_OWNER, "List-Owner") X(LIST_ARCHIVE, "List-Archive") X(PRECEDENCE, "Precedence") \
	X(AUTO_SUBMITTED, "Auto-Submitted") X(X_AUTO_RESPONSE_SUPPRESS, "X-Auto-Response-Suppress") X(FEEDBACK_ID, "Feedback-ID") \
	X(X_MAILER, "X-Mailer") X(USER_AGENT, "User-Agent") X(X_MIMEOLE, "X-MimeOLE") X(X_PRIORITY, "X-Priority") \
	X(X_MSMAIL_PRIORITY, "X-MSMail-Priority") X(IMPORTANCE, "Importance") X(ORGANIZATION, "Organization") \
	X(X_ORIGINATING_IP, "X-Originating-IP") X(X_PHP_SCRIPT, "X-PHP-Script") X(X_PHP_ORIGINATING_SCRIPT, "X-PHP-Originating-Script") \
	X(X_SOURCE, "X-Source") X(DKIM_SIGNATURE, "DKIM-Signature") X(DOMAINKEY_SIGNATURE, "DomainKey-Signature") \
	X(AUTHENTICATION_RESULTS, "Authentication-Results") X(ARC_SEAL, "ARC-Seal") X(ARC_MESSAGE_SIGNATURE, "ARC-Message-Signature") \
	X(ARC_AUTHENTICATION_RESULTS, "ARC-Authentication-Results") X(RECEIVED_SPF, "Received-SPF") X(ERRORS_TO, "Errors-To") \
	X(DISPOSITION_NOTIFICATION_TO, "Disposition-Notification-To") X(RESENT_FROM, "Resent-From") X(RESENT_DATE, "Resent-Date") \
	X(RESENT_TO, "Resent-To") X(RESENT_MESSAGE_ID, "Resent-Message-ID") X(THREAD_INDEX, "Thread-Index") X(THREAD_TOPIC, "Thread-Topic") \
	X(X_SPAM, "X-Spam") X(X_WINNOW, "X-Winnow") X(X_FORWARDED_TO, "X-Forwarded-To") X(X_LOOP, "X-Loop")

enum header_id {
	HDR_OTHER,
#define X(id, name) HDR_##id,
	HEADER_TABLE(X)
#undef X
	HDR_N
};

struct header {
	enum header_id id;
	struct span name;  /* as written, without trailing white space */
	struct span raw;   /* behind the colon, folds included, without the final line end */
	struct span value; /* unfolded (line ends of folds removed), trimmed, encoded words decoded, valid UTF-8 */
	int32_t next;      /* index of the next field with this id in the same list (HDR_OTHER: -1), or -1 */
	bool encoded;      /* value holds a decoded encoded word */
};

struct header_list {
	const struct header *v;
	size_t n;
	int32_t first[HDR_N]; /* index of the first field with that id, or -1 */
};

/* HDR_OTHER when the name has no index. ASCII case does not matter. */
enum header_id header_intern(struct span name);
const char *header_name(enum header_id);

/* The first field of that id, NULL when absent; _next: the next one of the same id. */
const struct header *header_first(const struct header_list *, enum header_id);
const struct header *header_next(const struct header_list *, const struct header *);
/* The decoded value of the first one, empty when absent. */
struct span header_value(const struct header_list *, enum header_id);
size_t header_count(const struct header_list *, enum header_id);
/* By name, for names without an index; a linear search. */
const struct header *header_find(const struct header_list *, struct span name);

/* Removes fold line ends and trims; s itself (no copy) when nothing is to remove. */
struct span header_unfold(struct arena *, struct span raw);
/* Takes white space and comments (RFC 5322, 3.2.2; nested, with quoted pairs) off the front. */
void header_skip_cfws(struct span *);
/* Decodes encoded words (RFC 2047, adjacent ones joined, any charset by iconv) and repairs to UTF-8: raw 8-bit that is no UTF-8 is read as
 * Windows-1252. Linear. Facts: HEADER_RAW_8BIT, HEADER_UTF8, HEADER_BAD_ENCODED_WORD, HEADER_CONTROL_CHAR. */
struct span header_decode(struct arena *, struct span unfolded, struct facts *, bool *encoded_r);

/* Date-times of RFC 5322, 3.3, obsolete forms and missing week day included. Seconds since 1970 UTC. */
bool header_parse_date(struct span value, int64_t *time_r, int *zone_minutes_r);

#endif
