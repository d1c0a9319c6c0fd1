/*
 * What is inside of a file: archives listed and opened, compound files, documents, images with QR codes. Pure functions over memory: no process, no
 * network, no files. They run in the inspector's worker (behind the wall); the answer crosses to the scanner as one flat message, which the scanner
 * decodes as hostile bytes.
 *
 * Bounds: contents_limits. Time is linear in the input plus limits.unpacked; memory is limits.kept plus a fixed sum (below 96 MiB, most of it the
 * decompressors' windows). What was left out for a limit is told by a fact (TOO_MANY, TOO_DEEP, TOO_LARGE, BOMB), never silently.
 */
#ifndef WINNOW_INSPECT_CONTENTS_H
#define WINNOW_INSPECT_CONTENTS_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/filetype.h"

/* Facts of one item (content_item.facts), and in sum of all (contents.facts). At most 64. */
#define CONTENT_FACT_TABLE(X) \
	/* limits and damage */ \
	X(BROKEN, "damaged: could not be read to its end") \
	X(TOO_MANY, "more entries than the limit") \
	X(TOO_DEEP, "nested deeper than the limit") \
	X(TOO_LARGE, "content above the limit was not looked at") \
	X(BOMB, "unpacks to very much more than it is, or entries share the same bytes") \
	/* archives */ \
	X(ARCHIVE, "an archive") \
	X(ARCHIVE_NESTED, "an archive inside of an archive") \
	X(ENCRYPTED_ENTRY, "an encrypted entry") \
	X(ENCRYPTED_NAMES, "an archive with encrypted names") \
	X(PASSWORD_FOUND, "a password given in the message opens it") \
	X(NAME_RLO, "a right-to-left override in a name") \
	X(NAME_PATH, "a name that leads out of the folder: absolute or with ..") \
	X(NAME_CONTROL, "a control character in a name, or many blanks before its extension") \
	X(ZIP_INCONSISTENT, "local and central headers of a zip contradict each other") \
	X(ZIP_OVERLAP, "entries of a zip share the same bytes") \
	X(ZIP_PREFIX, "bytes before the first entry of a zip, or more than one central directory") \
	/* Office */ \
	X(OFFICE_MACRO, "a document with VBA macros") \
	X(OFFICE_MACRO_AUTOEXEC, "macros that run when the document is opened or closed") \
	X(OFFICE_MACRO_SUSPICIOUS, "macros that start programs, load files or hide strings") \
	X(OFFICE_XLM_MACRO, "Excel 4.0 macro sheets") \
	X(OFFICE_DDE, "fields that run commands by DDE") \
	X(OFFICE_EXTERNAL_TEMPLATE, "a template, frame or object loaded from elsewhere") \
	X(OFFICE_ENCRYPTED, "an encrypted document") \
	X(OFFICE_OBJECT, "an embedded OLE object") \
	X(OFFICE_OBJECT_FILE, "an embedded file (OLE package)") \
	X(OFFICE_ACTIVEX, "ActiveX controls") \
	/* RTF */ \
	X(RTF_OBJECT, "RTF with an embedded object") \
	X(RTF_OBJECT_UPDATE, "RTF whose object is loaded without a click") \
	X(RTF_EQUATION, "RTF with an equation editor object") \
	/* PDF */ \
	X(PDF_JAVASCRIPT, "a PDF with JavaScript") \
	X(PDF_OPEN_ACTION, "a PDF with an action on opening") \
	X(PDF_LAUNCH, "a PDF that launches programs or files") \
	X(PDF_EMBEDDED_FILE, "a PDF with embedded files") \
	X(PDF_ENCRYPTED, "an encrypted PDF") \
	X(PDF_FORM_SUBMIT, "a PDF form that is submitted to a server") \
	X(PDF_XFA, "a PDF with an XFA form") \
	X(PDF_NAME_ESCAPED, "a PDF that writes its keywords in hexadecimal") \
	/* others */ \
	X(ONENOTE_EMBEDDED_FILE, "a OneNote file with embedded files") \
	X(LNK_FILE, "a Windows shortcut") \
	X(LNK_COMMAND, "a Windows shortcut that runs a command interpreter") \
	X(QR_CODE, "an image with a QR code") \
	X(OUTLOOK_MESSAGE, "an Outlook message (.msg)") \
	X(TNEF, "a TNEF container (winmail.dat)")

enum content_fact {
#define X(name, doc) CONTENT_##name,
	CONTENT_FACT_TABLE(X)
#undef X
	CONTENT_FACT_N
};

#define CONTENT_BIT(name) (UINT64_C(1) << CONTENT_##name)

const char *content_fact_name(enum content_fact); /* "ARCHIVE_NESTED" */
const char *content_fact_doc(enum content_fact);

/* What an item is. */
enum content_role {
	CONTENT_ROOT,     /* item 0: the input itself */
	CONTENT_FILE,     /* an entry of an archive, an attachment, an embedded file or object */
	CONTENT_FOLDER,
	CONTENT_MESSAGE,  /* an embedded message: .bytes are it in the form of RFC 5322, composed from what is there */
	CONTENT_HEADERS,  /* transport headers of a .msg */
	CONTENT_TEXT,     /* a body or text, UTF-8 */
	CONTENT_HTML,     /* an HTML body, UTF-8 */
	CONTENT_RTF,
	CONTENT_MACRO,    /* the source of one macro module */
	CONTENT_COMMAND,  /* a shortcut's target and arguments, a DDE command, a PDF action */
	CONTENT_ROLE_N
};

enum content_item_flags {
	CONTENT_ITEM_ENCRYPTED = 1,
	CONTENT_ITEM_CUT = 2,       /* .bytes are not all of it */
	CONTENT_ITEM_OPENED = 4,    /* looked into: its own items follow, their parent is this one */
};

struct content_item {
	enum content_role role;
	int32_t parent;       /* index; -1 for item 0 */
	unsigned depth;       /* 0: the input */
	struct span name;     /* UTF-8, with folders as the container has it; may be empty */
	uint64_t size;        /* unpacked bytes as declared, or as counted where it was unpacked */
	uint64_t packed;      /* bytes in the container; 0: unknown */
	enum file_type type;  /* by content where that was read, else FILE_UNKNOWN */
	unsigned flags;
	uint64_t facts;       /* CONTENT_BIT()s of this item and what it is, not of what is in it */
	struct span bytes;    /* content where it was kept; p NULL: it was not */
};

enum content_url_source { CONTENT_URL_PDF, CONTENT_URL_OFFICE, CONTENT_URL_QR, CONTENT_URL_LNK, CONTENT_URL_RTF, CONTENT_URL_SOURCE_N };

struct content_url {
	enum content_url_source source;
	int32_t item;
	struct span url; /* as written */
};

struct contents {
	uint64_t facts;              /* of all items */
	struct content_item *items;  /* [0] is the input; parents stand before their children */
	size_t nitems;
	uint64_t entries;            /* seen in all containers, those beyond the limit included */
	uint64_t unpacked;           /* bytes unpacked in all */
	struct content_url *urls;
	size_t nurls;
	struct span password;        /* that opened something; empty: none */
};

struct contents_limits {
	unsigned items;    /* 1000 recorded in all */
	unsigned entries;  /* 20000 walked in all */
	unsigned depth;    /* 8 */
	uint64_t unpacked; /* bytes that decompressors may give in all: 128 MiB */
	uint64_t kept;     /* bytes of contents in memory in all: 32 MiB */
	uint64_t item;     /* bytes of one unpacked item that is looked into: 16 MiB */
	unsigned ratio;    /* unpacked to packed above which an item of at least 16 MiB is a bomb: 200 */
	unsigned urls;     /* 200 */
	unsigned passwords; /* tried: 16 */
	uint64_t pixels;   /* of an image that is searched for QR codes: 4,000,000 */
};
extern const struct contents_limits contents_limits_default;

struct contents_input {
	struct span content;
	struct span name;             /* file name as claimed, UTF-8; may be empty */
	struct span type;             /* MIME type as claimed, lower case; may be empty */
	const struct span *passwords; /* candidates from the text of the message */
	size_t npasswords;
	bool qr;                      /* search images for QR codes */
};

/*
 * Looks at the magic number, opens what it knows, and what is inside of that. Never fails: what cannot be read is a fact. Everything lives in
 * the arena or points into the content. limits NULL: the defaults.
 */
void contents_read(struct arena *, const struct contents_input *, const struct contents_limits *, struct contents *contents_r);

/*
 * Loads the converters of characters that libraries ask for, and keeps them. Call once per process, with message_init(), before the file system is
 * given up; without it some QR codes and names stay unread.
 */
void contents_init(void);

/* Whether contents_read() would look into a content of this type at all (else a job can be spared). A name with a dangerous extension counts. */
bool contents_wanted(enum file_type, struct span name);

/* Items as a message: the first item with this role below "parent" (directly), or -1. */
int32_t contents_find(const struct contents *, int32_t parent, enum content_role);

/*
 * The flat form that crosses the process boundary: at most "max" bytes. What does not fit is left out from the end and told (TOO_MANY). Bytes of
 * CONTENT_FILE items cross only with files = true (so they can be scanned elsewhere); of the other roles always, each cut at 256 KiB.
 */
struct span contents_encode(struct arena *, const struct contents *, size_t max, bool files);
/* Hostile-safe: false when malformed. Spans point into "flat". */
bool contents_decode(struct arena *, struct span flat, struct contents *contents_r) MUST_USE;

#define CONTENTS_FLAT_MAX (4u << 20) /* enough for any answer worth having */

#endif
