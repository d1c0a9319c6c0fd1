/*
 * MAPI properties (MS-OXPROPS, MS-OXCDATA) as far as mail needs them, common to TNEF and .msg. A reader sets the raw values, in any order, then asks
 * for the message, recipient or attachment made of them. Pure.
 */
#ifndef WINNOW_MAIL_MAPI_H
#define WINNOW_MAIL_MAPI_H

#include "mail/outlook.h"

/* Property types. */
enum {
	MAPI_INT16 = 2, MAPI_INT32 = 3, MAPI_FLOAT = 4, MAPI_DOUBLE = 5, MAPI_CURRENCY = 6, MAPI_APPTIME = 7, MAPI_ERROR = 10, MAPI_BOOL = 11,
	MAPI_OBJECT = 13, MAPI_INT64 = 20, MAPI_STRING8 = 30, MAPI_UNICODE = 31, MAPI_TIME = 64, MAPI_CLSID = 72, MAPI_BINARY = 258,
	MAPI_MULTIPLE = 0x1000,
};

#define MAPI_TABLE(X) \
	X(CLASS, 0x001a) X(SUBJECT, 0x0037) X(SUBMIT_TIME, 0x0039) X(REPRESENTING_NAME, 0x0042) X(REPRESENTING_ADDRESS, 0x0065) X(HEADERS, 0x007d) \
	X(RECIPIENT_TYPE, 0x0c15) X(SENDER_NAME, 0x0c1a) X(SENDER_ADDRESS, 0x0c1f) X(DISPLAY_CC, 0x0e03) X(DISPLAY_TO, 0x0e04) X(DELIVERY_TIME, 0x0e06) \
	X(NORMALIZED_SUBJECT, 0x0e1d) X(BODY, 0x1000) X(RTF, 0x1009) X(HTML, 0x1013) X(MESSAGE_ID, 0x1035) X(REFERENCES, 0x1039) X(IN_REPLY_TO, 0x1042) \
	X(DISPLAY_NAME, 0x3001) X(ADDRESS_TYPE, 0x3002) X(ADDRESS, 0x3003) X(ATTACH_DATA, 0x3701) X(ATTACH_NAME, 0x3704) X(ATTACH_METHOD, 0x3705) \
	X(ATTACH_LONG_NAME, 0x3707) X(ATTACH_PATH, 0x3708) X(ATTACH_TYPE, 0x370e) X(ATTACH_CONTENT_ID, 0x3712) X(SMTP_ADDRESS, 0x39fe) \
	X(LOCALE, 0x3ff1) X(CODEPAGE, 0x3ffd) X(INTERNET_CODEPAGE, 0x3fde) X(SENDER_SMTP, 0x5d01) X(REPRESENTING_SMTP, 0x5d02) X(ATTACH_HIDDEN, 0x7ffe)

enum mapi_property {
#define X(name, id) MAPI_P_##name,
	MAPI_TABLE(X)
#undef X
	MAPI_P_N
};

struct mapi_properties {
	struct {
		uint16_t type; /* 0: not there */
		struct span bytes;
	} v[MAPI_P_N];
};

/* What one document shares over its levels. */
struct mapi_budget {
	struct arena *arena;
	unsigned attachments, recipients;
	size_t text;
};

/* Sets a property when it is known and not there yet (Unicode replaces 8-bit strings). bytes must live on. */
void mapi_set(struct mapi_properties *, unsigned id, unsigned type, struct span bytes);

/* Whether anybody asks for this property. */
bool mapi_known(unsigned id);

/* codepage: of 8-bit strings where the properties say none; 0: unknown. Fills what is empty in *m. */
void mapi_message(struct mapi_budget *, const struct mapi_properties *, unsigned codepage, struct outlook_message *m);
/* A new recipient or attachment of m; NULL (and m->cut) when the budget is spent. */
struct outlook_recipient *mapi_recipient(struct mapi_budget *, const struct mapi_properties *, unsigned codepage, struct outlook_message *m);
struct outlook_attachment *mapi_attachment(struct mapi_budget *, const struct mapi_properties *, unsigned codepage, struct outlook_message *m);

/* A little-endian number of up to 8 bytes; 0 when the property is not there. */
uint64_t mapi_number(const struct mapi_properties *, enum mapi_property);
/* A string as UTF-8, without NULs at the end, within the budget's text. */
struct span mapi_text(struct mapi_budget *, unsigned type, struct span bytes, unsigned codepage);
/* The code page of a message's 8-bit strings: what it says itself, its language, its Internet code page, else "otherwise". */
unsigned mapi_codepage(const struct mapi_properties *, unsigned otherwise);
/* The charset label of a Windows code page; empty when unknown. */
struct span mapi_charset(unsigned codepage);

#endif
