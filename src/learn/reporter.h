/*
 * Who may report, and what a report weighs. Pure functions over records that the controller keeps in the store: one struct reporter per account, one
 * struct report_tally per mail or campaign (digest or near-duplicate).
 *
 * For the reporter himself a permitted report always weighs fully. For all it weighs, in thousandths of one trusted report (LEARN_WEIGHT):
 *
 *   weight = sum of the trust of all who reported the same × share(independent reporters) − what their reports already weighed, at most WEIGHT_MAX
 *   share: 1/4 for one, 1/2 for two, 1 for "independent" (3) and more; 1/4 as long as fewer than one in twelve of those who got it (where that is known) report it.
 *
 * so that the third reporter makes the first two count as well. Trust starts at 0.3 and goes to 1 with agreement (others report the same, the administrator
 * confirms) and age, and falls four times as fast with disagreement; below 0.1 an account has no word for others. Independent are different accounts, of one
 * domain only as many as "same_domain".
 *
 * Nothing at all for others weighs a report
 *  - whose X-Winnow-ID does not verify, or was not made for this reporter or this mail;
 *  - of the provider's own mail, of a sender on a ham list, or of mail that "wanted" (3) others confirmed as wanted and that more do than report it;
 *  - of an innocent look (bulk mail done right, or the model is sure of the contrary) as long as fewer than "independent" trusted ones, or fewer than one in six of those who
 *    got it and "independent" more, report it: newsletters are a matter of taste, and a single hand must not turn the model against invoices;
 *  - of an account that spent its budget of the day: lone reports in sum at most BUDGET_LONE, all at most BUDGET_DAY.
 *
 * Bound: hostile accounts, however trusted, reach the weight 0 for mail of innocent look while they are fewer than one in six of its recipients; for any other mail a
 * quarter of their number while they are fewer than one in twelve; one account alone reaches a quarter of a report for a mail and BUDGET_LONE (2 reports) a day.
 * With 5 % of all accounts hostile, reporting all invoices and newsletters that they get, less than 1 % of the weight of rightly learned spam (simulated in the test).
 */
#ifndef WINNOW_LEARN_REPORTER_H
#define WINNOW_LEARN_REPORTER_H

#include "learn/model.h"
#include "mail/transaction.h"

#define REPORTER_WEIGHT_MAX 4000 /* of one event */
#define REPORTER_BUDGET_LONE 2000
#define REPORTER_BUDGET_DAY 20000
#define REPORTER_TALLY_ACCOUNTS 16 /* that a tally remembers one by one: more are independent beyond doubt */

/* Who may. */

enum reporter_permission { REPORTER_REFUSED, REPORTER_BY_LOGIN, REPORTER_BY_CLIENT };

/*
 * A SASL login; or a client in our own networks (direction outbound without login: webmail) with an envelope sender of ours. identity_r: who reports, in
 * lower case, in the arena: the login where there is one, else the sender. A login without "@" gets the sender's domain when the sender is local, and stays alone else.
 */
enum reporter_permission reporter_permit(struct arena *, const struct transaction *, bool sender_is_local, struct span *identity_r);

/* The record of an account. All zero: never reported. */
struct reporter {
	uint32_t reports;     /* originals, in all */
	uint32_t agreed, disagreed, undone;
	int64_t first, last;  /* seconds */
	int64_t hour, day;    /* which hour and day the counts below are of (seconds / 3600, / 86400) */
	uint32_t in_hour, in_day;
	uint32_t lone_day, weight_day; /* weight for all given on that day: by lone reports, in sum */
};

struct reporter_policy {
	uint32_t per_hour, per_day;
	unsigned independent;  /* 3 */
	unsigned same_domain;  /* 2; 0: any number */
	unsigned wanted;       /* 3 */
};
extern const struct reporter_policy reporter_policy_default;

/* Whether n more originals are within the quotas; counts them when they are. */
bool reporter_admit(const struct reporter_policy *, struct reporter *, int64_t now, uint32_t n);

/* 0 to 1000. */
unsigned reporter_trust(const struct reporter *, int64_t now);

enum reporter_outcome { REPORTER_AGREED, REPORTER_DISAGREED, REPORTER_UNDONE /* by himself: a mistake, half a disagreement */ };
/* What became of an earlier report of his. Each report is settled once (the caller keeps that). */
void reporter_settle(struct reporter *, enum reporter_outcome);

/* What is known of a mail from the reports of all. All zero: never reported. Accounts and domains as keyed hashes. */
struct report_tally {
	uint32_t reporters[LEARN_CLASSES];
	uint32_t trust[LEARN_CLASSES];   /* in sum */
	uint32_t weight[LEARN_CLASSES];  /* for all, given so far */
	uint32_t naccounts;
	struct {
		uint64_t account, domain;
		uint8_t class; /* enum learn_class */
	} accounts[REPORTER_TALLY_ACCOUNTS];
};

/* One report of one mail. */
struct report_case {
	enum learn_class class;
	uint64_t account, domain; /* keyed hashes, never 0 */
	bool verified;            /* scan_id_verify(): valid, made for this mail */
	bool recipient;           /* and the reporter was one of its recipients */
	bool own_provider;        /* sent by ourselves: aligned with a domain of the provider, or outbound */
	bool ham_listed;          /* the sender stands on a ham list of the administrator */
	bool bulk;                /* bulk mail done right: list fields, aligned authentication */
	bool contradicted;        /* the model is sure of the other class (beyond 0.98, by the ramp) */
	uint32_t recipients;      /* of the mail or campaign; 0: unknown */
	int64_t now;
};

enum report_reason {
	REPORT_COUNTS, REPORT_AGAIN /* reported before by the same account as the same */, REPORT_NOT_VERIFIED, REPORT_NOT_RECIPIENT, REPORT_OWN_PROVIDER, REPORT_HAM_LISTED, REPORT_WANTED,
	REPORT_TOO_FEW, REPORT_NOT_TRUSTED, REPORT_BUDGET, REPORT_REASONS
};
const char *report_reason_name(enum report_reason); /* for the audit log */

struct report_weight {
	uint16_t own, all;          /* for struct learn_request */
	enum report_reason reason;  /* why "all" is what it is */
	uint32_t revoke;            /* not 0: the other class is outvoted; what its reports weighed for all is to be undone (the caller has the events) */
	bool settle;                /* this report completes the number of independent ones: earlier reporters of this class agreed, those of the other one disagreed */
};

/* Weighs the report and enters it into both records. The reporter was admitted before. */
void report_weigh(const struct reporter_policy *, const struct report_case *, struct reporter *, struct report_tally *, struct report_weight *weight_r);

/* How many of those who reported it as this class are independent. */
unsigned report_independent(const struct reporter_policy *, const struct report_tally *, enum learn_class);

#endif
