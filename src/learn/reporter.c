#include "learn/reporter.h"

#include <assert.h>

#include "base/ascii.h"

#define HOUR 3600
#define DAY 86400
#define TRUST_FIRST 300   /* of a new account */
#define TRUST_LEAST 100   /* below it: no word for others */
#define TRUST_AGE_DAYS 14 /* until agreement may lift it to the full */
#define SHARE_INNOCENT 6 /* one in so many recipients, and the number of independent ones besides, must report mail of innocent look */
#define SHARE_FULL 12    /* and one in so many any mail before independent reports count fully */

const struct reporter_policy reporter_policy_default = { .per_hour = 100, .per_day = 500, .independent = 3, .same_domain = 2, .wanted = 3 };

const char *report_reason_name(enum report_reason reason)
{
	static const char *const names[REPORT_REASONS] = {
		"counts", "again", "not-verified", "not-recipient", "own-provider", "ham-listed", "wanted", "too-few", "not-trusted", "budget",
	};

	return names[reason];
}

static struct span lower(struct arena *arena, struct span a, const char *between, struct span b)
{
	struct span s = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(a), between, SPAN_ARG(b));
	char *p = arena_str(arena, s);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(p[i]);
	return span_make(p, s.len);
}

enum reporter_permission reporter_permit(struct arena *arena, const struct transaction *tx, bool sender_is_local, struct span *identity_r)
{
	struct span login = tx->client.auth_user, from = tx->env.from;
	size_t at = span_rchr(from, '@');

	*identity_r = SPAN_NONE;
	if (login.len != 0) {
		bool bare = span_chr(login, '@') == SPAN_NPOS && sender_is_local && at != SPAN_NPOS;

		*identity_r = bare ? lower(arena, login, "@", span_from(from, at + 1)) : lower(arena, login, "", SPAN_NONE);
		return REPORTER_BY_LOGIN;
	}
	if (tx->dir != DIR_OUTBOUND || !sender_is_local || at == SPAN_NPOS || at == 0)
		return REPORTER_REFUSED;
	*identity_r = lower(arena, from, "", SPAN_NONE);
	return REPORTER_BY_CLIENT;
}

/* Counts of another hour or day are of no use. A clock that went back does not give the quota anew. */
static void begin_period(struct reporter *r, int64_t now)
{
	if (now / HOUR > r->hour) {
		r->hour = now / HOUR;
		r->in_hour = 0;
	}
	if (now / DAY > r->day) {
		r->day = now / DAY;
		r->in_day = r->lone_day = r->weight_day = 0;
	}
}

bool reporter_admit(const struct reporter_policy *policy, struct reporter *r, int64_t now, uint32_t n)
{
	begin_period(r, now);
	if (n > policy->per_hour || n > policy->per_day || r->in_hour > policy->per_hour - n || r->in_day > policy->per_day - n)
		return false;
	r->in_hour += n;
	r->in_day += n;
	r->reports += n;
	if (r->first == 0)
		r->first = now;
	r->last = now;
	return true;
}

/*
 * A share of agreement in which a new account has three tenths of a few reports in favour, and each disagreement counts four times. Young accounts
 * do not pass the half, however much they agree: agreement among accounts that were made together is cheap.
 */
unsigned reporter_trust(const struct reporter *r, int64_t now)
{
	uint64_t good = 3 + (uint64_t)r->agreed, bad = 7 + 4 * (uint64_t)r->disagreed + 2 * (uint64_t)r->undone;
	uint64_t doubt = r->agreed < 7 ? 7 - r->agreed : 0; /* what a new account lacks goes away as it agrees */
	unsigned trust = (unsigned)(1000 * good / (good + bad - 7 + doubt));
	int64_t days = r->first != 0 && now > r->first ? (now - r->first) / DAY : 0;
	unsigned most = days >= TRUST_AGE_DAYS ? 1000 : 500 + (unsigned)days * (500 / TRUST_AGE_DAYS);

	return trust < most ? trust : most;
}

void reporter_settle(struct reporter *r, enum reporter_outcome outcome)
{
	uint32_t *count = outcome == REPORTER_AGREED ? &r->agreed : outcome == REPORTER_DISAGREED ? &r->disagreed : &r->undone;

	if (*count < 1000000)
		++*count;
	/* Old merits fade: what was agreed counts for a hundred at most. */
	if (r->agreed > 100) {
		r->agreed = 100;
		r->disagreed -= r->disagreed / 16;
	}
}

/* Tallies. */

unsigned report_independent(const struct reporter_policy *policy, const struct report_tally *t, enum learn_class class)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < t->naccounts; i++) {
		unsigned same = 0;

		if (t->accounts[i].class != class)
			continue;
		for (uint32_t k = 0; k < i; k++)
			same += t->accounts[k].class == class && t->accounts[k].domain == t->accounts[i].domain;
		n += policy->same_domain == 0 || same < policy->same_domain;
	}
	return n;
}

/* Takes back what an account said before; true when it said the same. */
static bool said_before(struct report_tally *t, const struct report_case *c, unsigned trust)
{
	for (uint32_t i = 0; i < t->naccounts; i++) {
		unsigned old = t->accounts[i].class;

		if (t->accounts[i].account != c->account)
			continue;
		if (old == c->class)
			return true;
		t->accounts[i] = t->accounts[--t->naccounts];
		t->reporters[old] -= t->reporters[old] != 0;
		t->trust[old] -= t->trust[old] < trust ? t->trust[old] : trust;
		return false;
	}
	return false;
}

static void enter(struct report_tally *t, const struct report_case *c, unsigned trust)
{
	t->reporters[c->class]++;
	t->trust[c->class] += trust;
	if (t->naccounts == REPORTER_TALLY_ACCOUNTS)
		return;
	t->accounts[t->naccounts].account = c->account;
	t->accounts[t->naccounts].domain = c->domain;
	t->accounts[t->naccounts++].class = (uint8_t)c->class;
}

/* Whether mail of innocent look has enough against it. */
static bool is_outvoted(const struct reporter_policy *policy, const struct report_case *c, const struct report_tally *t)
{
	if (report_independent(policy, t, c->class) < policy->independent || t->trust[c->class] < 500 * policy->independent)
		return false;
	return c->recipients == 0 ? t->reporters[c->class] >= 4 * policy->independent : t->reporters[c->class] >= c->recipients / SHARE_INNOCENT + policy->independent;
}

/* Why a report has no weight for others; REPORT_COUNTS when it may have. */
static enum report_reason objection(const struct reporter_policy *policy, const struct report_case *c, const struct report_tally *t, unsigned trust)
{
	enum learn_class other = c->class == LEARN_SPAM ? LEARN_HAM : LEARN_SPAM;

	if (!c->verified)
		return REPORT_NOT_VERIFIED;
	if (!c->recipient)
		return REPORT_NOT_RECIPIENT;
	if (c->class == LEARN_SPAM && c->own_provider)
		return REPORT_OWN_PROVIDER;
	if (c->class == LEARN_SPAM && c->ham_listed)
		return REPORT_HAM_LISTED;
	if (trust < TRUST_LEAST)
		return REPORT_NOT_TRUSTED;
	if (report_independent(policy, t, other) >= policy->wanted && t->trust[other] >= t->trust[c->class])
		return REPORT_WANTED;
	if (((c->class == LEARN_SPAM && c->bulk) || c->contradicted) && !is_outvoted(policy, c, t))
		return REPORT_TOO_FEW;
	return REPORT_COUNTS;
}

/* What all reports of this class may weigh together, less what they weighed. The other class's are taken off. */
static uint32_t due(const struct reporter_policy *policy, const struct report_case *c, const struct report_tally *t)
{
	enum learn_class other = c->class == LEARN_SPAM ? LEARN_HAM : LEARN_SPAM;
	unsigned independent = report_independent(policy, t, c->class);
	uint64_t net = t->trust[c->class] > t->trust[other] ? t->trust[c->class] - t->trust[other] : 0;
	bool few = c->recipients != 0 && t->reporters[c->class] < c->recipients / SHARE_FULL;
	uint64_t sum = few || independent < 2 ? net / 4 : independent < policy->independent ? net / 2 : net;

	/* Beyond the number of independent ones more of the same adds less and less: sixteen reports do what eight did. */
	if (sum > 8000)
		sum = 8000;
	if (sum <= t->weight[c->class])
		return 0;
	sum -= t->weight[c->class];
	return sum < REPORTER_WEIGHT_MAX ? (uint32_t)sum : REPORTER_WEIGHT_MAX;
}

/* More trust than those who said the contrary, and as many as are needed: what they taught is taken back. */
static uint32_t outvote(const struct reporter_policy *policy, const struct report_case *c, struct report_tally *t)
{
	enum learn_class other = c->class == LEARN_SPAM ? LEARN_HAM : LEARN_SPAM;
	uint32_t weight = t->weight[other];

	if (weight == 0 || report_independent(policy, t, c->class) < policy->wanted || t->trust[c->class] <= t->trust[other])
		return 0;
	t->weight[other] = 0;
	return weight;
}

static uint32_t within(uint32_t want, uint32_t spent, uint32_t budget)
{
	uint32_t left = spent < budget ? budget - spent : 0;

	return want < left ? want : left;
}

void report_weigh(const struct reporter_policy *policy, const struct report_case *c, struct reporter *r, struct report_tally *t, struct report_weight *w)
{
	unsigned trust = reporter_trust(r, c->now), before;
	uint32_t all;
	bool lone;

	assert(c->account != 0);
	*w = (struct report_weight){ .own = LEARN_WEIGHT, .reason = REPORT_AGAIN };
	begin_period(r, c->now);
	if (said_before(t, c, trust))
		return;
	before = report_independent(policy, t, c->class);
	/* Who was no recipient, or is not believed, is no witness either. */
	if (c->verified && c->recipient && trust >= TRUST_LEAST)
		enter(t, c, trust);
	w->settle = before < policy->independent && report_independent(policy, t, c->class) >= policy->independent;
	w->reason = objection(policy, c, t, trust);
	if (w->reason != REPORT_COUNTS) {
		w->settle = false;
		return;
	}
	w->revoke = outvote(policy, c, t);
	lone = report_independent(policy, t, c->class) < policy->independent;
	all = within(due(policy, c, t), r->weight_day, REPORTER_BUDGET_DAY);
	if (lone)
		all = within(all, r->lone_day, REPORTER_BUDGET_LONE);
	w->reason = all == 0 && due(policy, c, t) != 0 ? REPORT_BUDGET : REPORT_COUNTS;
	w->all = (uint16_t)all;
	t->weight[c->class] += all;
	r->weight_day += all;
	r->lone_day += lone ? all : 0;
}
