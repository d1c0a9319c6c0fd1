/* What the link checks have in common: which links a reader follows, and whose they are. */
#ifndef WINNOW_CHECKS_LINKS_H
#define WINNOW_CHECKS_LINKS_H

#include "scan/check.h"

/* A link to the web that a reader can follow: <a>, form, or an address written out; no pictures, no mailto:. */
bool link_is_web(const struct link *);

/* A bare host name in text, as in quoted Received fields and error messages: a mail program may link it, but nobody meant a link. */
bool link_is_bare_host(const struct link *);

/*
 * An address of plain text that the sender only cites: it stands in lines that begin with '>' and nowhere else in that part. Reads the part's text once from the
 * link on; ask late, and of few links.
 */
bool link_is_quoted(const struct message *, const struct link *);

/* An address of text that was made harmless to be shown: hxxp://... No reader is led there by a click. */
bool link_is_defanged(const struct link *);

/* The registered domain of the first From address, lower case; empty when there is none. A look-up in the list of public suffixes: ask late. */
struct span links_sender_domain(struct task *);

/* Whether two registered domains belong together by name: equal, or the same label before different public suffixes (example.de, example.com). */
bool links_same_organisation(struct span a, struct span b);

/* The label of a registered domain before its public suffix: "example" of example.co.uk. */
struct span links_organisation(struct span domain);

/* Hosts that rewrite links on behalf of the recipient (mail gateways that check clicks): what they hide says nothing about the sender. */
bool links_is_rewriter(struct span host);

/* Hosts of mailing services that count clicks: every link of their customers leads there first. */
bool links_is_tracker(struct span host);

/* Whether the host is on a network that is not the Internet: private and local addresses, names without a dot, .local and the like. */
bool links_is_private(const struct url *);

/* For tests: whether the tables inside are in order. */
bool links_tables_sorted(void);

#endif
