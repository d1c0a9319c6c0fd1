/* Shared by url.c and url_find.c alone. */
#ifndef WINNOW_MAIL_URL_INTERNAL_H
#define WINNOW_MAIL_URL_INTERNAL_H

#include "mail/url.h"

/* "[user[:password]@]host[:port][/path][?query][#fragment]" behind the slashes. u->scheme is set; false when the host is empty. */
bool url_read_authority(const struct url_context *, struct arena *, struct span rest, struct url *u);

/* "a@b[,c@d][?query]" behind "mailto:"; the first address counts. */
void url_read_mailto(const struct url_context *, struct arena *, struct span rest, struct url *u);

/* Whether the last label of the host is a top-level domain of the list; any case. */
bool url_known_tld(const struct url_context *, struct span host);

/* Whether the host is itself a public suffix of the registries ("co.uk"); any case. */
bool url_is_suffix(const struct url_context *, struct span host);

/*
 * Whether a host that was written without a scheme is meant as one: its top-level domain exists, and a bare two-label name ends in one that is
 * common and is neither a word nor a file extension. linked: a path follows.
 */
bool url_looks_like_host(const struct url_context *, struct span host, bool linked);

#endif
