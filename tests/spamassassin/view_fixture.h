/* A message as the rules of one configuration see it. */
#ifndef WINNOW_TESTS_SPAMASSASSIN_VIEW_FIXTURE_H
#define WINNOW_TESTS_SPAMASSASSIN_VIEW_FIXTURE_H

#include "spamassassin/view_private.h"

struct fixture {
	struct arena *arena;   /* of the configuration */
	struct cf *cf;
	const struct sa_view_config *config;
	struct transaction tx; /* its arena is that of the message at hand */
};

/* Top-level domains, a redirector and fields with a client's address; then text. */
void fixture_open(struct fixture *, const char *text);
/* The message; replaces the one before. Set tx.client and tx.env first where they matter. */
struct sa_view *fixture_view(struct fixture *, const char *message);
void fixture_close(struct fixture *);

#endif
