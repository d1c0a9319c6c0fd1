/*
 * From hits to a verdict, for one recipient: pure functions of (hits, profile, circumstances). No I/O, no clock, no allocation.
 *
 * Score: each hit counts weight(profile) * permille / 1000; the sum of each evidence group is clamped to its cap; the total is the sum of the groups.
 * Verdict: the action with the highest threshold that the total reaches. Rejecting by score takes two evidence groups that each contribute at least
 * one point; postmaster@ and abuse@ are never refused, deferred or dropped for score: then the next action by threshold counts, at least junk. A forced action
 * raises the verdict to at least itself, whatever the score; for outbound mail a profile cannot lower what
 * refuses by itself. Then the direction: outbound mail is neither tagged nor junked; mail from a trusted
 * relay, or that did not come by SMTP, is junked instead of refused or deferred (held when the refusal was forced).
 */
#ifndef WINNOW_SCAN_VERDICT_H
#define WINNOW_SCAN_VERDICT_H

#include "mail/transaction.h"
#include "scan/hit.h"
#include "scan/profile.h"

struct score {
	score_t total;
	score_t group[SYMBOL_GROUPS_MAX]; /* after the caps */
	unsigned kinds;                   /* evidence groups that contribute at least a point */
	enum action force;                /* the strongest forced action, ACTION_NONE: none */
	uint16_t forced_by;               /* its symbol */
	bool refuses;                     /* something hit that refuses by itself, also where a profile has chosen otherwise */
	uint16_t refused_by;
};

void score_make(const struct hits *, const struct profile *, size_t rcpt, struct score *score_r);

/* Why a verdict is what it is, for the log and for the HTTP answer. */
enum verdict_reason {
	WHY_SCORE,       /* a threshold */
	WHY_FORCED,      /* a forced action */
	WHY_ONE_KIND,    /* refusing by score was lowered: one kind of evidence only */
	WHY_ROLE,        /* refusing was lowered: postmaster@ or abuse@ */
	WHY_OUTBOUND,    /* tag or junk does not apply to outbound mail */
	WHY_RELAY,       /* refusing was lowered: it would bounce to a forged sender */
	WHY_MIXED,       /* refusing was lowered: others accept (reduce) */
	WHY_NOT_ENFORCED,/* enforce = false: "would" tells what it would have been */
	WHY_N
};
const char *verdict_reason_name(enum verdict_reason);

struct verdict {
	enum action action;  /* what shall be done */
	enum action would;   /* what the score and forced symbols alone gave */
	score_t score;
	score_t required;    /* threshold of "would"; for none: the lowest threshold set */
	enum verdict_reason why;
	uint16_t forced_by;  /* symbol, when WHY_FORCED */
	bool forced;
};

void verdict_make(const struct score *, const struct profile *, enum direction, struct span rcpt_address, struct verdict *v_r);

#endif
