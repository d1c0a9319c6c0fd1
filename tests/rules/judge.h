/*
 * Rules over one mail, for tests: load a rule text, scan mails with it, and read the hits as one line.
 *
 * Beside the rules there are two symbols of a check: FOUND hits mail that has the field X-Found, as often as its value says; PICKED those recipients whose
 * address begins with "picked".
 */
#ifndef WINNOW_TESTS_RULES_JUDGE_H
#define WINNOW_TESTS_RULES_JUDGE_H

#include "rules/rules.h"
#include "scan/engine.h"

struct judge {
	struct arena *arena;     /* of the rules */
	struct rules *rules;
	struct conf *conf;
	struct engine *engine;
	struct loop *loop;
	struct services services;
	struct arena *mail;      /* of the last scan */
	const struct scan *scan;
};

/* False: err tells why; the judge must be ended nevertheless. */
bool judge_load(struct judge *, const char *name, const char *rules, struct err *err_r);
bool judge_start(struct judge *, struct rules *, struct err *err_r);
/* Gives all pattern sets prefilters, where there are any; what hits must stay the same. */
void judge_prefilter(struct judge *);
/* env: lines "KEY=VALUE": ip, name, helo, user, tls, from, rcpt (several); NULL: none. The mail's '\n' become CRLF. Gives "NAME NAME=2 NAME[evidence]{rcpt,rcpt} ...": in the
 * order of the symbols, with how often when not once, the evidence when there is some, and the recipients when not all. */
const char *judge_mail(struct judge *, const char *mail, const char *env);
void judge_end(struct judge *);

#endif
