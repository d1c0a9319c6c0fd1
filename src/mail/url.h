/*
 * URLs: found in text, taken from HTML, split and normalised. RFC 3986 leniently, as mail clients and browsers would follow
 * them. Pure; linear.
 */
#ifndef WINNOW_MAIL_URL_H
#define WINNOW_MAIL_URL_H

#include "base/arena.h"

enum url_flags {
	URL_SCHEMELESS = 1,      /* found as www.example.com or example.com/path */
	URL_IP = 2,              /* the host is an IP literal in usual form */
	URL_IP_ODD = 4,          /* an IP literal in decimal, octal or hexadecimal disguise (host_ascii holds the usual form) */
	URL_USERINFO = 8,        /* user[:password]@ before the host */
	URL_PORT = 16,           /* a port that is not the scheme's own */
	URL_IDN = 32,            /* the host is internationalised (U-label or xn--) */
	URL_HOST_BAD = 64,       /* the host is no valid host name */
	URL_OBFUSCATED = 128,    /* "example[.]com", "example dot com", "hxxp:", percent-encoded host, control characters inside */
	URL_HOST_ENCODED = 256,  /* percent-encoding in the host */
	URL_MAILTO = 512,
	URL_BACKSLASH = 1024,    /* backslashes where slashes belong */
	URL_NO_PUBLIC_SUFFIX = 2048, /* the host's last label is no known top-level domain */
};

struct url {
	struct span raw;    /* as found */
	struct span scheme; /* lower case; "http" assumed for schemeless ones */
	struct span user;   /* user information as written */
	struct span host;   /* as written */
	struct span host_ascii; /* lower-case A-labels, no final dot; IPv6 without brackets; empty when the host is bad */
	struct span domain;     /* the registered domain: the part of host_ascii below the public suffix by one label; = host_ascii for IPs and where there is no such label */
	uint16_t port;          /* 0: none given */
	struct span path, query, fragment; /* without their leading / ? #; as written */
	unsigned flags;
};

/* Public suffix look-ups; one per process, read-only afterwards (libpsl's built-in list). */
struct url_context;
struct url_context *url_context_new(void);
void url_context_free(struct url_context **);

/* Splits one URL as it stands in an HTML attribute or between angle brackets (white space and controls inside are dropped as
 * browsers do). False when there is no host and it is no mailto: (data:, javascript:, cid:, #anchor, relative). */
bool url_parse(const struct url_context *, struct arena *, struct span text, struct url *url_r);

/* Host only: fills host, host_ascii, domain and adds to flags as url_parse does; *url_r must be initialised. False: URL_HOST_BAD. For HELO, address
 * domains, display texts. A-labels are taken as they stand, without a check that their punycode is sound. */
bool url_parse_host(const struct url_context *, struct arena *, struct span host, struct url *url_r);

/*
 * The registered domain of a lower-case A-label host; the host itself when it is none. Points into host. Under top-level domains that the list of
 * public suffixes does not know (.example, .lan) it is the last two labels: the list's default rule "*".
 */
struct span url_registered_domain(const struct url_context *, struct span host_ascii);

/*
 * Finds URLs and e-mail addresses in plain UTF-8 text: with scheme; schemeless when they begin with "www." or their host ends in a known public
 * suffix; with obfuscated dots. Calls found for each, in order; stops when it returns false. E-mail addresses come as mailto:.
 * Limits: a bare two-label name without path needs a common top-level domain that is neither a word nor a file extension (no "example.it",
 * "example.pl", "example.at"); two-label names under non-ASCII top-level domains and hosts in CJK letters need a scheme; local parts are ASCII;
 * " at " is no "@"; a URL inside of another's query is not reported on its own. host, path etc. of disguised ones point into the arena.
 */
typedef bool url_found(void *ctx, const struct url *url, size_t offset);
void url_find(const struct url_context *, struct arena *, struct span text, url_found *found, void *ctx);

#endif
