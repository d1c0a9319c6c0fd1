/*
 * A message as SpamAssassin 4.0.1 shows it to rules: decoded headers with modifiers, rendered body lines, raw body pieces, URIs, relays, HTML metadata. Where our reading
 * of a message differs from SpamAssassin's, this follows SpamAssassin, as far as it decides hits. Everything is made on first use and lives in the transaction's arena.
 *
 * Texts are bytes (UTF-8 where SpamAssassin normalises charsets, which 4.0 does by default).
 */
#ifndef WINNOW_SPAMASSASSIN_VIEW_H
#define WINNOW_SPAMASSASSIN_VIEW_H

#include "mail/message.h"
#include "mail/transaction.h"
#include "spamassassin/cf.h"

struct sa_view;

/* What of the configuration shapes the view (trusted_networks, internal_networks, originating_ip_headers, envelope_sender_header, redirector_pattern, util_rb_tld ...); made once per
 * generation from the directives. */
struct sa_view_config;
const struct sa_view_config *sa_view_config_new(struct arena *, const struct cf *);

struct sa_view *sa_view_new(const struct sa_view_config *, const struct url_context *, const struct transaction *, const struct message *);
struct arena *sa_view_arena(struct sa_view *);
const struct transaction *sa_view_tx(const struct sa_view *);
const struct message *sa_view_msg(const struct sa_view *);

struct sa_lines {
	const struct span *v;
	size_t n;
	struct span joined; /* all of them, each followed by '\n' unless it ends in one: for prefilters */
};

/* view_header.c. Mail::SpamAssassin::PerMsgStatus::get(): name with modifiers ("From:addr", "Subject:raw", "ALL", "ToCc", "X-Foo:first", "EnvelopeFrom", "MESSAGEID", "X-Spam-Relays-Untrusted"...).
 * False: no such header (undef). The value ends in '\n' where SpamAssassin's does. Looked up once per name and message. */
bool sa_header(struct sa_view *, struct span name, struct span *value_r);
/* The same in list context: every value by itself, none when n is 0. */
struct sa_values {
	const struct span *v;
	size_t n;
};
const struct sa_values *sa_header_values(struct sa_view *, struct span name);
/* The same in scalar context, as most evals ask: the first value alone with :addr, :name, :host, :domain, :ip, :revip and EnvelopeFrom, else all joined; empty when absent. */
struct span sa_header_text(struct sa_view *, struct span name);
/* all_from_addrs(), all_to_addrs(): without duplicates. */
const struct sa_values *sa_from_addresses(struct sa_view *);
const struct sa_values *sa_to_addresses(struct sa_view *);

/* view_body.c. 'body' rules: get_decoded_stripped_body_text_array: the subject first (without it with nosubject), then rendered paragraphs. */
const struct sa_lines *sa_body(struct sa_view *);
/* Replaces line i of sa_body(): the FreeMail plugin cuts addresses out of the body that rules see after it (_parse_body works on the shared array). text lives in the view's arena. */
void sa_body_edit(struct sa_view *, size_t i, struct span text);
/* 'rawbody' rules: get_decoded_body_text_array. */
const struct sa_lines *sa_rawbody(struct sa_view *);
/* 'full' rules: get_pristine. */
struct span sa_full(struct sa_view *);
/* The visible and the invisible rendering (get_visible_rendered_body_text_array, get_invisible_...). */
const struct sa_lines *sa_body_visible(struct sa_view *);
const struct sa_lines *sa_body_invisible(struct sa_view *);

/* One header field as SpamAssassin's own parser reads it (Mail::SpamAssassin::Message::new, _parse_multipart): name as written, without white space before the colon in the
 * message's own header; raw: behind the colon (and, in parts below the message, the white space behind it), folds and the final line end included. */
struct sa_field {
	struct span name;
	struct span raw;
	struct span value;   /* unfolded, trimmed, decoded; filled by sa_field_value() */
	bool decoded;
};

/* view_mime.c: the parts as SpamAssassin's own MIME parser sees them (Mail::SpamAssassin::Message::Node), depth first as find_parts() gives them, leaves and multiparts;
 * [0] is the message. An attached message (message/rfc822) that could be parsed is no leaf; what it holds is the part below it. */
struct sa_part {
	int parent;              /* -1: root */
	unsigned depth;          /* 0: root */
	bool leaf;
	struct span type;        /* lower case, as {type}: every text type but text/html, x-vcard and calendar is "text/plain" */
	struct span effective_type; /* the same, or text/html by file name */
	struct sa_field *fields; /* in order */
	size_t nfields;
	struct span name;        /* {name}: file name as declared; empty: none */
	struct span charset;     /* declared; p == NULL: none */
	struct span encoding;    /* lower case */
	struct span boundary;    /* inherited if not its own */
	struct span raw;         /* as it came, but for CRLF, cut lines and squeezed blank lines; empty for parts that are no leaf */
};
const struct sa_part *sa_parts(struct sa_view *, size_t *n_r);
/* The last field of that name, as get_header (decoded, "\n" added) or, raw, as get_header(name, 1) gives it; false when absent. */
bool sa_part_header(struct sa_view *, const struct sa_part *, struct span name, bool raw, struct span *value_r);
/* The decoded value of a field, without a line end. */
struct span sa_field_value(struct sa_view *, struct sa_field *);
/* {decoded}: transfer encoding undone; empty for parts that are no leaf. */
struct span sa_part_decoded(struct sa_view *, const struct sa_part *);

/* What Message::Node::rendered() and its kin return; for text/plain and text/html leaves. Texts are UTF-8, but Latin-1 (wide false) where Perl's string has no wide characters:
 * HTML in ASCII with references like &eacute;. */
struct sa_rendering {
	bool html;               /* rendered_type is text/html */
	bool wide;               /* UTF-8; false: Latin-1 or ASCII */
	struct span text;        /* UTF-8 always */
	size_t chars;
	const struct sa_html *meta; /* with html */
};
/* NULL: undef, not a part that is rendered. */
const struct sa_rendering *sa_part_rendered(struct sa_view *, const struct sa_part *);

/* Defined flags of the parser: {missing_head_body_separator} ... of the message object. */
enum sa_parse_flag {
	SA_MISSING_HEAD_BODY_SEPARATOR = 1, SA_MISSING_MIME_HEADERS = 2, SA_MISSING_MIME_HEAD_BODY_SEPARATOR = 4, SA_MIME_EPILOGUE_EXISTS = 8, SA_TRUNCATED_HEADER = 16,
	SA_MIMEPART_LIMIT_EXCEEDED = 32, SA_MISSING_BOUNDARY = 64 /* mime_boundary_state is not balanced */, SA_MBOX_SEPARATOR = 128,
};
unsigned sa_parse_flags(struct sa_view *);
/* get_pristine_header(): the whole header section with the empty line, and what is behind it. */
struct span sa_pristine_headers(struct sa_view *);
struct span sa_pristine_body(struct sa_view *);

/* view_body.c: html_all: the metadata of all HTML parts that were rendered, in order; the last one is {html}. The struct is in spamassassin/html.h. */
struct sa_html;
const struct sa_html *const *sa_html_all(struct sa_view *, size_t *n_r);

/* view_uri.c: get_uri_list (unique, cleaned included) and get_uri_detail_list. */
struct sa_uri {
	struct span raw;             /* key of the detail list */
	const struct span *cleaned;  /* uri_list_canonicalize; the raw one first */
	size_t ncleaned;
	const struct span *texts;    /* anchor_text, in order */
	size_t ntexts;
	unsigned types;              /* enum sa_uri_type */
	const struct span *hosts;    /* of the cleaned ones */
	const struct span *domains;  /* registered domain of the host with the same index */
	size_t nhosts;
};
enum sa_uri_type { SA_URI_A = 1, SA_URI_IMG = 2, SA_URI_LINK = 4, SA_URI_FORM = 8, SA_URI_PARSED = 16, SA_URI_AREA = 32, SA_URI_FRAME = 64, SA_URI_SCRIPT = 128, SA_URI_OTHER = 256,
	SA_URI_DOMAINKEYS = 512, SA_URI_UNLINKED = 1024, SA_URI_SCHEMELESS = 2048,
	SA_URI_IFRAME = 4096, SA_URI_EMBED = 8192, SA_URI_BASE = 16384, SA_URI_BGSOUND = 32768, SA_URI_META = 65536, SA_URI_BODY = 131072, SA_URI_TABLE = 262144, SA_URI_TR = 524288,
	SA_URI_TD = 1048576 };
const struct sa_lines *sa_uri_list(struct sa_view *);
const struct sa_uri *sa_uri_details(struct sa_view *, size_t *n_r);

/* The URI was longer than SpamAssassin's limit and cut. */
bool sa_uri_truncated(struct sa_view *);

/* view_relay.c: the Received headers as Mail::SpamAssassin::Message::Metadata::Received reads them. The first one is the connection of the transaction, when that has a client
 * address. */
struct sa_relay {
	struct span ip, rdns, helo, by, ident, envfrom, id, auth;
	bool has_envfrom;
	bool internal, trusted, msa;
	bool ip_private, no_reverse_dns;
	struct span as_string; /* "[ ip=... rdns=... ]" */
};
struct sa_relays {
	const struct sa_relay *v; /* as they stand in the message: the trusted ones first, the internal ones first among these */
	size_t n, ntrusted, ninternal;
	int last_trusted, last_internal; /* number of the Received field, unreadable ones counted; -1: none */
	unsigned unparseable;
	struct span trusted_text, untrusted_text, internal_text, external_text; /* X-Spam-Relays-* */
};
const struct sa_relays *sa_relays(struct sa_view *);

/* view_domain.c: RegistryBoundaries.pm and its kin, with the lists of util_rb_tld, util_rb_2tld, util_rb_3tld. Hosts are ASCII in any case; results are lower case. */
bool sa_host_is_valid(struct span host);                           /* is_fqdn_valid: form alone */
bool sa_domain_is_known(struct sa_view *, struct span host);       /* is_domain_valid: the top-level domain is in the list */
struct span sa_domain_trim(struct sa_view *, struct span host);    /* trim_domain: the registered domain */
/* uri_to_domain; false: undef. host_r may be NULL. */
bool sa_uri_domain(struct sa_view *, struct span uri, struct span *domain_r, struct span *host_r);
/* IS_IP_ADDRESS, IS_IPV4_ADDRESS, IS_IP_PRIVATE. */
bool sa_is_ip(struct span text);
bool sa_is_ipv4(struct span text);
bool sa_is_private(struct span text);

#endif
