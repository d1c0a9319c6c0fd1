/*
 * Conditions of declarative rules, compiled: a tree of tests on what a message view offers (docs/rules.md, "What a condition matches").
 *
 * Built by condition_add_*, then condition_done(), which puts cheap tests first. Immutable from then on; lives in the plan's arena.
 */
#ifndef WINNOW_RULES_CONDITION_H
#define WINNOW_RULES_CONDITION_H

#include "mail/fact.h"
#include "rules/matcher.h"

#define CONDITION_DEPTH_MAX 16 /* of all, any and none inside of each other */

enum test_kind {
	/* in the order of what they cost */
	TEST_FACT,       /* any of the facts */
	TEST_SIZE,       /* of the message */
	TEST_NRCPT,      /* at least so many recipients */
	TEST_TLS,
	TEST_AUTH,
	TEST_ATTACHMENT, /* there is one */
	TEST_FIELD,      /* there is such a field */
	TEST_IP,
	TEST_PEER,       /* envelope and client */
	TEST_HEADER,
	TEST_FILE,
	TEST_LINK,
	TEST_TEXT,
	TEST_ALL,
	TEST_ANY,
	TEST_NONE,
};

struct condition;

struct test {
	enum test_kind kind;
	bool wanted;                     /* FIELD, ATTACHMENT, TLS, AUTH */
	union {
		struct {
			const uint16_t *v;
			size_t n;
		} facts;
		struct {
			uint64_t min, max;
		} size;                  /* also NRCPT (min) */
		unsigned field;
		struct {
			const struct matcher *matcher;
			unsigned pick;   /* HEADER: view_plan_pick; PEER: enum peer_part; TEXT: enum text_kind */
		} text;
		struct {
			const struct matcher *part[LINK_PARTS];
		} link;
		struct {
			const struct matcher *part[FILE_PARTS];
			uint64_t max_size;
		} file;
		struct {
			struct condition **v;
			size_t n;
		} group;                 /* ALL, ANY, NONE */
	} u;
};

struct condition {
	struct arena *arena;
	struct test *tests; /* all must hold */
	size_t n, cap;
};

struct condition *condition_new(struct arena *);
/* Adds a test to be filled in; stays valid until the next. */
struct test *condition_add(struct condition *, enum test_kind);
void condition_done(struct condition *);
/* Whether "multiple" makes sense: one test, which counts matches. */
bool condition_counts(const struct condition *);

#define CONDITION_GATES 24
/* Candidates one of which must be there for the condition to hold, at most CONDITION_GATES; 0: that cannot be told. */
size_t condition_gates(const struct condition *, struct matcher_gate v[static CONDITION_GATES]);

/* Whether candidates and cheap tests let it hold; a quick look. */
bool condition_may(const struct condition *, struct rule_view *);
/* evidence_r (may be NULL): what matched first. Patterns that reach their limits count as no match and are told to the view (view_failed). */
bool condition_holds(const struct condition *, struct rule_view *, struct span *evidence_r);
/* How often the one test of a condition that counts matches, up to max. */
unsigned condition_count(const struct condition *, struct rule_view *, unsigned max, struct span *evidence_r);

/* For whom and for which mail a rule speaks. */
struct rule_scope {
	unsigned directions;           /* bits 1 << enum direction */
	const struct matcher *rcpt;    /* NULL: everybody */
};
#define SCOPE_INBOUND (1u << DIR_INBOUND | 1u << DIR_RELAY | 1u << DIR_LOCAL)
#define SCOPE_OUTBOUND (1u << DIR_OUTBOUND)
/* The set of recipients; false: nobody, the rule does not hit. */
bool scope_rcptset(const struct rule_scope *, struct rule_view *, struct task *, rcptset *to_r);

#endif
