/* What the checks of senders and recipients have in common: whose domain is whose, and what kind of mail this is. */
#ifndef WINNOW_CHECKS_SENDER_H
#define WINNOW_CHECKS_SENDER_H

#include "scan/check.h"

/* The first From address that has a domain, NULL when there is none. */
const struct address *sender_from(const struct message *);

/* The registered domain of an address's domain, lower-case A-labels, in the task's arena or pointing into domain; empty when the domain is no host name. */
struct span sender_registered(struct task *, struct span domain);
/* Whether two address domains have the same registered domain. */
bool sender_same_domain(struct task *, struct span a, struct span b);
/* The same, or the same name under different public suffixes, as companies of several countries have: where a mistake would blame the innocent. */
bool sender_same_organisation(struct task *, struct span a, struct span b);

/* Whether the domain could be one of the Internet: two labels at least, letters, digits and hyphens (or UTF-8) alone, or an address literal. */
bool sender_domain_plausible(struct span domain);

/* The domain behind the last @, empty when there is none. */
struct span sender_domain_of(struct span address);
/* What stands before the last @. */
struct span sender_local_of(struct span address);

/* Whether the domain is one of the envelope's recipients', or, without envelope, of the To and Cc fields'; first 20 of each. */
bool sender_is_recipient_domain(struct task *, struct span domain);

/* Recipients as the envelope has them, else as To and Cc have them: the i-th address "a@b"; empty beyond the last one. At most SENDER_RCPT_MAX. */
#define SENDER_RCPT_MAX 20
struct span sender_recipient(struct task *, size_t i);

/* Bounces, delivery reports and automatic answers: by Content-Type, Auto-Submitted, or sender. */
bool sender_is_automatic(const struct message *);
/* Went through a mailing list: List-Id, List-Post, or Precedence: list; or the From address was replaced by the list's ("Anna via List"). */
bool sender_is_list(const struct message *);

/* Local parts of roles: "info", "noreply", "postmaster" ... (any case). */
bool sender_is_role(struct span local);
/* For tests. */
bool sender_tables_sorted(void);

/* Whether a word (letters and digits) looks as if drawn at random: how improbable, 0 for ordinary words, 3 and more is a clear case. */
unsigned sender_randomness(struct span word);

#endif
