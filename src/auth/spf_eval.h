/* One evaluation of check_host() as it goes on: spf_check.c walks through the records, spf_names.c asks for the addresses of several names. */
#ifndef WINNOW_AUTH_SPF_EVAL_H
#define WINNOW_AUTH_SPF_EVAL_H

#include "auth/spf_private.h"

struct spf_eval;

/* A record on its way; one more for each include. */
struct spf_frame {
	struct span domain; /* the current one */
	struct spf_record record;
	unsigned at;        /* the term that is evaluated */
	bool counted;       /* it has been counted as a look-up */
	bool redirected;
};

typedef void spf_go(struct spf_eval *);
typedef void spf_answered(struct spf_eval *, enum op_status, const struct dns_answer *);

struct spf_name {
	struct spf_eval *eval;
	struct op *op;
	struct span name;
	bool has_client; /* one of its addresses matches */
};

/* Addresses of up to 10 names, asked for at the same time. */
struct spf_names {
	struct spf_name v[SPF_NAMES_MAX];
	unsigned n, open;
	unsigned found;     /* names that have addresses */
	bool failed;        /* one could not be looked up */
	bool matched;
	bool any;           /* one match is enough */
	uint8_t bits;       /* of the mapped form */
	spf_go *go;         /* afterwards */
};

struct spf_eval {
	struct op op; /* first */
	struct dns *dns;
	struct arena *arena;
	const struct spf_query *query;
	op_done *done;
	void *ctx;
	struct timer timer;   /* for what ends inside of spf_check() */
	bool starting, over;
	int64_t until_us;
	struct spf_result result;
	struct spf_macros macros;
	unsigned lookups, voids;
	struct op *asked;     /* the question that is open */
	spf_answered *answered;
	struct spf_names names;
	bool too_many;        /* more MX than may be asked for */
	bool has_validated;   /* validated[] is known */
	bool nameless;        /* the client has no name at all */
	struct span validated[SPF_NAMES_MAX]; /* names of the client that lead back to it (5.5) */
	unsigned nvalidated;
	spf_go *after_validation;
	struct span explanation; /* macro-string */
	struct spf_frame *frame[SPF_LOOKUPS_MAX + 2];
	unsigned depth;
	struct spf_frame first;
};

/* Ends the evaluation. */
void spf_finish(struct spf_eval *, enum auth_result);
void spf_fail(struct spf_eval *, enum auth_result, const char *problem, struct span about);
/* Asks one question; the evaluation has ended when nobody takes it. */
void spf_ask(struct spf_eval *, struct span name, enum dns_type, spf_answered *answered);

/* Microseconds; 0 and less: the deadline has passed. */
int64_t spf_time_left(const struct spf_eval *);

/* Asks for addresses of names->v[].name; go() when all is known. */
void spf_names_ask(struct spf_eval *, spf_go *go);
void spf_names_cancel(struct spf_eval *);
/* Whether an address matches the client's first bits (of the mapped form). */
bool spf_has_client(const struct spf_eval *, const struct dns_answer *, uint8_t bits);

/* Makes validated[] known, then go(). True: it is already. */
bool spf_validate(struct spf_eval *, spf_go *go);
/* For %{p}: the domain itself, a name below it, or any (7.3). */
struct span spf_validated_for(const struct spf_eval *, struct span domain);
bool spf_is_below(struct span name, struct span domain);

#endif
