/*
 * Facts: everything odd about a message's form. The parser records them and repairs nothing silently; rules and checks
 * decide what they are worth. The table is the only list: enum, name and explanation come from it.
 */
#ifndef WINNOW_MAIL_FACT_H
#define WINNOW_MAIL_FACT_H

#include <stdint.h>

#define FACT_TABLE(X) \
	/* the whole message (prescan) */ \
	X(EMPTY_MESSAGE, "the message has no bytes") \
	X(NO_HEADER_END, "no empty line ends the header section") \
	X(BARE_LF, "lines end in LF alone while others end in CRLF") \
	X(BARE_CR, "a CR without LF") \
	X(NUL_BYTE, "a NUL byte") \
	X(LONG_LINE, "a line above 998 bytes (RFC 5322, 2.1.1)") \
	X(MBOX_FROM_LINE, "an mbox From line before the header") \
	/* header section */ \
	X(HEADER_MALFORMED_LINE, "a line of the header section that is neither field nor continuation") \
	X(HEADER_NAME_BAD, "a field name with bytes that RFC 5322 forbids, or a space before the colon") \
	X(HEADER_EMPTY_FOLD, "a continuation line of white space only") \
	X(HEADER_TOO_MANY, "more header fields than the limit") \
	X(HEADER_TOO_LONG, "a header field above the limit") \
	X(HEADER_SECTION_TOO_LONG, "a header section above the limit") \
	X(HEADER_RAW_8BIT, "8-bit bytes in a header field outside of valid UTF-8") \
	X(HEADER_UTF8, "raw UTF-8 in a header field (RFC 6532)") \
	X(HEADER_BAD_ENCODED_WORD, "an encoded word that cannot be decoded (RFC 2047)") \
	X(HEADER_CONTROL_CHAR, "a control character in a header field") \
	X(DUPLICATE_FROM, "more than one From field") \
	X(DUPLICATE_SUBJECT, "more than one Subject field") \
	X(DUPLICATE_DATE, "more than one Date field") \
	X(DUPLICATE_MESSAGE_ID, "more than one Message-ID field") \
	X(DUPLICATE_TO, "more than one To field") \
	X(DUPLICATE_REPLY_TO, "more than one Reply-To field") \
	X(DUPLICATE_SENDER, "more than one Sender field") \
	X(DUPLICATE_CONTENT_TYPE, "more than one Content-Type field in one part") \
	X(DUPLICATE_MIME_HEADER, "another Content- field twice in one part") \
	X(ADDRESS_BAD, "an address field that RFC 5322 does not allow") \
	X(ADDRESS_TOO_MANY, "an address field with more addresses than the limit") \
	X(DATE_BAD, "a Date that cannot be read") \
	/* MIME structure */ \
	X(MIME_VERSION_MISSING, "MIME fields without MIME-Version") \
	X(CONTENT_TYPE_BAD, "a Content-Type that cannot be read") \
	X(CONTENT_TYPE_CONFLICT, "Content-Type parameters given twice with different values") \
	X(PARAMETER_BAD, "a MIME parameter that cannot be read (RFC 2231)") \
	X(PARAMETER_TOO_MANY, "more MIME parameters than the limit") \
	X(BOUNDARY_MISSING, "a multipart without boundary parameter") \
	X(BOUNDARY_BAD, "a boundary of forbidden form or length (RFC 2046, 5.1.1)") \
	X(BOUNDARY_UNUSED, "a boundary that never occurs in the body") \
	X(BOUNDARY_UNCLOSED, "a multipart without its closing boundary") \
	X(BOUNDARY_PREFIX, "a boundary that begins with another boundary of the message") \
	X(PREAMBLE_LARGE, "text before the first boundary of a multipart") \
	X(EPILOGUE_LARGE, "text behind the closing boundary of a multipart") \
	X(PART_TOO_MANY, "more parts than the limit") \
	X(PART_TOO_DEEP, "parts nested deeper than the limit") \
	X(PART_EMPTY_MULTIPART, "a multipart without parts") \
	X(ENCODING_UNKNOWN, "an unknown Content-Transfer-Encoding") \
	X(ENCODING_ON_COMPOSITE, "base64 or quoted-printable on a multipart or message part (RFC 2045, 6.4)") \
	X(BASE64_BAD_CHAR, "bytes outside of the alphabet in a base64 part") \
	X(BASE64_BAD_PADDING, "data behind base64 padding, or padding missing") \
	X(QP_BAD, "an invalid quoted-printable sequence") \
	X(UUENCODE_IN_TEXT, "a uuencoded file inside a text part") \
	X(EIGHT_BIT_IN_7BIT, "8-bit bytes in a part that claims 7bit") \
	/* text */ \
	X(CHARSET_UNKNOWN, "an unknown charset") \
	X(CHARSET_BAD_BYTES, "bytes that the declared charset does not have") \
	X(CHARSET_MISSING_8BIT, "8-bit text without a declared charset") \
	X(CHARSET_UTF7, "text in UTF-7") \
	X(TEXT_TRUNCATED, "text above the limit was not matched") \
	X(TEXT_ZERO_WIDTH, "zero-width or invisible characters inside words") \
	X(TEXT_BIDI_OVERRIDE, "bidirectional override characters") \
	/* HTML */ \
	X(HTML_TOO_DEEP, "HTML elements nested deeper than the limit") \
	X(HTML_BAD, "HTML that ends inside a tag or comment") \
	X(LINK_TOO_MANY, "more links than the limit") \
	/* attachments */ \
	X(NAME_CONFLICT, "file names of one part differ between Content-Type and Content-Disposition") \
	X(NAME_BIDI_OVERRIDE, "a bidirectional override in a file name") \
	X(NAME_CONTROL_CHAR, "a control character, a backslash or a path in a file name") \
	X(TYPE_MISMATCH, "content whose magic number contradicts the declared type") \
	X(MESSAGE_PART_BROKEN, "a message/rfc822 part that is no message") \
	X(TNEF_BROKEN, "a TNEF container (winmail.dat) that is damaged")

enum fact {
#define X(name, doc) FACT_##name,
	FACT_TABLE(X)
#undef X
	FACT_N
};

/* A set of facts with how often each was seen (counts stop at 65535). */
struct facts {
	uint16_t count[FACT_N];
};

static inline void fact_add(struct facts *f, enum fact which)
{
	if (f->count[which] != UINT16_MAX)
		f->count[which]++;
}

static inline unsigned fact_has(const struct facts *f, enum fact which)
{
	return f->count[which];
}

const char *fact_name(enum fact);
const char *fact_doc(enum fact);

#endif
