/* What the tests of DKIM and ARC share: a loop, a table of records, an arena, the crypto object, and files. */
#ifndef WINNOW_TESTS_AUTH_DKIM_FIXTURE_H
#define WINNOW_TESTS_AUTH_DKIM_FIXTURE_H

#include "auth/arc.h"
#include "auth/dkim_verify.h"

#include "../support/dns_table.h"

struct dkim_fixture {
	struct arena *arena;
	struct loop *loop;
	struct dns_table *dns;
	struct dkim_crypto *crypto;
	struct dkim_settings dkim;
	struct arc_settings arc;
	int64_t now;
	struct conf *conf; /* of whom needs one */
	bool done;
};

int dkim_fixture_setup(void **state);
int dkim_fixture_teardown(void **state);

/* Verified to the end. */
struct dkim_results fixture_dkim(struct dkim_fixture *, struct span raw);
struct arc_result fixture_arc(struct dkim_fixture *, struct span raw);

/* SPAN_NONE: there is no such file. */
struct span fixture_read(struct dkim_fixture *, const char *path);
/* With CRLF at the end of every line. */
struct span fixture_crlf(struct dkim_fixture *, struct span text);
/* text with the first "from" replaced. */
struct span fixture_replace(struct dkim_fixture *, struct span text, const char *from, const char *to);
bool fixture_has_suites(void);

#endif
