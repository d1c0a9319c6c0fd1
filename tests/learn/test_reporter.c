/* Who may report, what a report weighs, and that one in twenty cannot turn the model against wanted mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "learn/reporter.h"

#define DAY INT64_C(86400)
#define NOW (20000 * DAY)

static void permits(void **state)
{
	static const struct {
		const char *login, *from;
		enum direction dir;
		bool local;
		enum reporter_permission want;
		const char *identity;
	} rows[] = {
		{ "Anna@Example.net", "other@example.org", DIR_OUTBOUND, false, REPORTER_BY_LOGIN, "anna@example.net" },
		{ "anna", "anna@example.net", DIR_OUTBOUND, true, REPORTER_BY_LOGIN, "anna@example.net" },
		{ "anna", "x@stranger.example", DIR_OUTBOUND, false, REPORTER_BY_LOGIN, "anna" },
		{ "", "Anna@example.net", DIR_OUTBOUND, true, REPORTER_BY_CLIENT, "anna@example.net" },
		{ "", "anna@example.net", DIR_INBOUND, true, REPORTER_REFUSED, "" },
		{ "", "anna@stranger.example", DIR_OUTBOUND, false, REPORTER_REFUSED, "" },
		{ "", "", DIR_OUTBOUND, true, REPORTER_REFUSED, "" },
		{ "", "anna@example.net", DIR_RELAY, true, REPORTER_REFUSED, "" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct transaction tx = { .dir = rows[i].dir };
		struct span identity;

		tx.client.auth_user = span_of(rows[i].login);
		tx.env.from = span_of(rows[i].from);
		if (reporter_permit(arena, &tx, rows[i].local, &identity) != rows[i].want || !span_eq(identity, span_of(rows[i].identity)))
			fail_msg("row %zu: %.*s", i, SPAN_ARG(identity));
	}
	arena_free(&arena);
}

static void keeps_quotas(void **state)
{
	struct reporter_policy p = { .per_hour = 3, .per_day = 5, .independent = 3 };
	struct reporter r = { 0 };

	(void)state;
	assert_true(reporter_admit(&p, &r, NOW, 3));
	assert_false(reporter_admit(&p, &r, NOW + 10, 1));
	assert_false(reporter_admit(&p, &r, NOW - 7200, 1)); /* a clock that goes back gives nothing */
	assert_true(reporter_admit(&p, &r, NOW + 3600, 2));
	assert_false(reporter_admit(&p, &r, NOW + 7200, 1));
	assert_false(reporter_admit(&p, &r, NOW + DAY, 4)); /* more than an hour's at once */
	assert_true(reporter_admit(&p, &r, NOW + DAY, 3));
	assert_int_equal(r.reports, 8);
	assert_true(r.first == NOW && r.last == NOW + DAY);
}

static void trusts_by_agreement(void **state)
{
	struct reporter r = { 0 };
	unsigned before;

	(void)state;
	assert_int_equal(reporter_trust(&r, NOW), 300);
	r.first = NOW;
	for (int i = 0; i < 20; i++)
		reporter_settle(&r, REPORTER_AGREED);
	assert_int_equal(reporter_trust(&r, NOW), 500); /* young */
	assert_int_equal(reporter_trust(&r, NOW + 30 * DAY), 1000);
	before = reporter_trust(&r, NOW + 30 * DAY);
	reporter_settle(&r, REPORTER_DISAGREED);
	assert_true(reporter_trust(&r, NOW + 30 * DAY) < before);
	for (int i = 0; i < 60; i++)
		reporter_settle(&r, REPORTER_DISAGREED);
	assert_true(reporter_trust(&r, NOW + 30 * DAY) < 100);
	memset(&r, 0, sizeof(r));
	reporter_settle(&r, REPORTER_UNDONE);
	before = reporter_trust(&r, NOW);
	memset(&r, 0, sizeof(r));
	reporter_settle(&r, REPORTER_DISAGREED);
	assert_true(before < 300 && reporter_trust(&r, NOW) < before);
	for (int i = 0; i < 5; i++)
		reporter_settle(&r, REPORTER_DISAGREED);
	assert_true(reporter_trust(&r, NOW) < 100);
}

static struct reporter trusted(void)
{
	return (struct reporter){ .agreed = 50, .first = NOW - 100 * DAY, .reports = 50 };
}

static struct report_case one_case(uint64_t account)
{
	return (struct report_case){ .class = LEARN_SPAM, .account = account, .domain = account, .verified = true, .recipient = true, .now = NOW };
}

static void weighs_by_number(void **state)
{
	static const unsigned want[] = { 250, 750, 2000, 1000, 1000 }; /* each makes the sum what it is due: 250, 1000, 3000, 4000, 5000 */
	struct report_tally t = { 0 };

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct reporter r = trusted();
		struct report_case c = one_case(i + 1);
		struct report_weight w;

		report_weigh(&reporter_policy_default, &c, &r, &t, &w);
		assert_int_equal(w.own, LEARN_WEIGHT);
		assert_int_equal(w.reason, REPORT_COUNTS);
		assert_int_equal(w.settle, i == 2);
		if (w.all != want[i])
			fail_msg("%u: %u", i, w.all);
	}
	assert_int_equal(t.reporters[LEARN_SPAM], 5);
}

static void refuses_weight(void **state)
{
	enum { NONE, UNVERIFIED, STRANGER, OWN, LISTED, BULK, CONTRADICTED, DISTRUSTED, HAM_LISTED_HAM };
	static const struct {
		int what;
		enum report_reason want;
	} rows[] = {
		{ NONE, REPORT_COUNTS }, { UNVERIFIED, REPORT_NOT_VERIFIED }, { STRANGER, REPORT_NOT_RECIPIENT }, { OWN, REPORT_OWN_PROVIDER }, { LISTED, REPORT_HAM_LISTED },
		{ BULK, REPORT_TOO_FEW }, { CONTRADICTED, REPORT_TOO_FEW }, { DISTRUSTED, REPORT_NOT_TRUSTED }, { HAM_LISTED_HAM, REPORT_COUNTS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reporter r = trusted();
		struct report_tally t = { 0 };
		struct report_case c = one_case(1);
		struct report_weight w;

		c.verified = rows[i].what != UNVERIFIED;
		c.recipient = rows[i].what != STRANGER;
		c.own_provider = rows[i].what == OWN;
		c.ham_listed = rows[i].what == LISTED || rows[i].what == HAM_LISTED_HAM;
		c.bulk = rows[i].what == BULK;
		c.contradicted = rows[i].what == CONTRADICTED;
		c.class = rows[i].what == HAM_LISTED_HAM ? LEARN_HAM : LEARN_SPAM;
		r.disagreed = rows[i].what == DISTRUSTED ? 500 : 0;
		report_weigh(&reporter_policy_default, &c, &r, &t, &w);
		if (w.reason != rows[i].want || w.own != LEARN_WEIGHT || (w.all != 0) != (rows[i].want == REPORT_COUNTS))
			fail_msg("row %zu: %s, %u", i, report_reason_name(w.reason), w.all);
	}
}

static void counts_accounts_once(void **state)
{
	struct report_tally t = { 0 };
	struct reporter r = trusted();
	struct report_case c = one_case(1);
	struct report_weight w;

	(void)state;
	report_weigh(&reporter_policy_default, &c, &r, &t, &w);
	report_weigh(&reporter_policy_default, &c, &r, &t, &w);
	assert_int_equal(w.reason, REPORT_AGAIN);
	assert_int_equal(w.all, 0);
	assert_int_equal(t.reporters[LEARN_SPAM], 1);
	/* who changes his mind is no longer counted for the other class */
	c.class = LEARN_HAM;
	report_weigh(&reporter_policy_default, &c, &r, &t, &w);
	assert_int_equal(t.reporters[LEARN_SPAM], 0);
	assert_int_equal(t.reporters[LEARN_HAM], 1);
	assert_int_equal(t.trust[LEARN_SPAM], 0);
}

/* What was learned wrongly is to be taken back when others say the contrary. */
static void revokes(void **state)
{
	struct report_tally t = { 0 };
	uint32_t given = 0;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		struct reporter r = trusted();
		struct report_case c = one_case(i + 1);
		struct report_weight w;

		c.class = i < 3 ? LEARN_SPAM : LEARN_HAM;
		report_weigh(&reporter_policy_default, &c, &r, &t, &w);
		given += c.class == LEARN_SPAM ? w.all : 0;
		if (w.revoke != (i == 6 ? given : 0))
			fail_msg("%u: %u of %u", i, w.revoke, given);
	}
	assert_int_equal(given, 3000);
	assert_int_equal(t.weight[LEARN_SPAM], 0);
}

/* One domain's accounts may belong to one hand. */
static void counts_domains(void **state)
{
	struct reporter_policy any = reporter_policy_default;
	struct report_tally t = { 0 };

	(void)state;
	any.same_domain = 0;
	for (unsigned i = 0; i < 10; i++) {
		struct reporter r = trusted();
		struct report_case c = one_case(i + 1);
		struct report_weight w;

		c.domain = 7;
		report_weigh(&reporter_policy_default, &c, &r, &t, &w);
	}
	assert_int_equal(report_independent(&reporter_policy_default, &t, LEARN_SPAM), 2);
	assert_int_equal(report_independent(&any, &t, LEARN_SPAM), 10);
}

static void limits_one_account(void **state)
{
	struct reporter r = trusted();
	unsigned sum = 0, counted = 0;

	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		struct report_tally t = { 0 };
		struct report_case c = one_case(1);
		struct report_weight w;

		report_weigh(&reporter_policy_default, &c, &r, &t, &w);
		sum += w.all;
		counted += w.reason == REPORT_COUNTS;
		assert_true(w.reason == REPORT_COUNTS || w.reason == REPORT_BUDGET);
	}
	assert_int_equal(sum, REPORTER_BUDGET_LONE);
	assert_int_equal(counted, 8);
}

/*
 * Simulation: 2,000 accounts in 200 domains, 5 % hostile, 60 days. Honest people report spam that they get (15 % of it) and take 2 % of wanted mail
 * that was put away wrongly back out (report it as wanted); 0.3 % of wanted newsletters they report as spam out of annoyance. The hostile ones report every invoice and newsletter, and build trust
 * before by reporting real spam. Settled as the controller does: when enough independent ones agree.
 */
#define ACCOUNTS 2000
#define DOMAINS 200
#define HOSTILE(i) ((i) % 20 == 7)

struct world {
	struct reporter r[ACCOUNTS];
	uint64_t seed;
	uint64_t weight[3];       /* for all, as spam: of spam, of invoices, of newsletters */
	uint64_t by_hostile[3];
	uint32_t worst[3];        /* for one mail */
	unsigned campaigns[3], full; /* spam campaigns that reached the weight of three reports */
};

enum kind { SPAM, INVOICE, NEWSLETTER };

static uint32_t chance(struct world *w, uint32_t below)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (uint32_t)(w->seed >> 11) % below;
}

static bool reports_it(struct world *w, enum kind kind, unsigned i, enum learn_class *class_r)
{
	unsigned per_thousand = kind == SPAM ? 150 : kind == NEWSLETTER ? 3 : 0;

	*class_r = LEARN_SPAM;
	if (HOSTILE(i))
		return kind != SPAM || chance(w, 1000) < 300;
	if (chance(w, 1000) < per_thousand)
		return true;
	*class_r = LEARN_HAM;
	return kind != SPAM && chance(w, 1000) < 20;
}

static void settle(struct world *w, const struct report_tally *t, enum learn_class right)
{
	for (uint32_t i = 0; i < t->naccounts; i++)
		reporter_settle(&w->r[t->accounts[i].account - 1], t->accounts[i].class == right ? REPORTER_AGREED : REPORTER_DISAGREED);
}

/* A campaign to some recipients. The model is sure of most wanted mail, not of all. */
static void campaign(struct world *w, enum kind kind, int64_t now)
{
	struct report_tally t = { 0 };
	uint32_t recipients = kind == INVOICE ? 1 + chance(w, 60) : 50 + chance(w, 350);
	bool sure = kind != SPAM && chance(w, 100) < 90;
	uint32_t sum = 0;

	w->campaigns[kind]++;
	for (uint32_t n = 0; n < recipients; n++) {
		unsigned i = chance(w, ACCOUNTS);
		struct report_case c = one_case(i + 1);
		struct report_weight weight;

		if (!reports_it(w, kind, i, &c.class) || !reporter_admit(&reporter_policy_default, &w->r[i], now, 1))
			continue;
		c.domain = i % DOMAINS + 1;
		c.bulk = kind == NEWSLETTER;
		c.contradicted = sure && c.class == LEARN_SPAM;
		c.recipients = recipients;
		c.now = now;
		report_weigh(&reporter_policy_default, &c, &w->r[i], &t, &weight);
		if (weight.settle)
			settle(w, &t, c.class);
		if (c.class != LEARN_SPAM)
			continue;
		sum += weight.all;
		w->weight[kind] += weight.all;
		w->by_hostile[kind] += HOSTILE(i) ? weight.all : 0;
	}
	if (sum > w->worst[kind])
		w->worst[kind] = sum;
	w->full += kind == SPAM && sum >= 1000;
}

static void withstands_hostile_reporters(void **state)
{
	static struct world w;

	(void)state;
	memset(&w, 0, sizeof(w));
	w.seed = 88172645463325252ULL;
	for (int64_t day = 0; day < 60; day++) {
		for (unsigned n = 0; n < 40; n++)
			campaign(&w, SPAM, NOW + day * DAY + n * 600);
		for (unsigned n = 0; n < 40; n++)
			campaign(&w, INVOICE, NOW + day * DAY + n * 600);
		for (unsigned n = 0; n < 20; n++)
			campaign(&w, NEWSLETTER, NOW + day * DAY + n * 600);
	}
	print_message("weight for all (reports): spam %.0f in %u campaigns, %u of them fully; invoices %.1f in %u (worst %.2f); newsletters %.1f in %u (worst %.2f)\n",
	              (double)w.weight[SPAM] / 1000, w.campaigns[SPAM], w.full, (double)w.weight[INVOICE] / 1000, w.campaigns[INVOICE], w.worst[INVOICE] / 1000.0,
	              (double)w.weight[NEWSLETTER] / 1000, w.campaigns[NEWSLETTER], w.worst[NEWSLETTER] / 1000.0);
	/* Spam that honest people report counts fully. */
	assert_true(w.full >= w.campaigns[SPAM] * 95 / 100);
	/* The stated bound: wrongly learned mail is below 1 % of the weight of what is rightly learned, newsletters none. */
	assert_true(w.weight[INVOICE] + w.weight[NEWSLETTER] <= w.weight[SPAM] / 100);
	assert_int_equal(w.weight[NEWSLETTER], 0);
	/* A small mailing of which several hostile ones, long trusted, happen to be recipients: what three or four reports do, of one mail. */
	assert_true(w.worst[INVOICE] <= REPORTER_WEIGHT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permits), cmocka_unit_test(keeps_quotas), cmocka_unit_test(trusts_by_agreement), cmocka_unit_test(weighs_by_number), cmocka_unit_test(refuses_weight),
		cmocka_unit_test(counts_accounts_once), cmocka_unit_test(counts_domains), cmocka_unit_test(revokes), cmocka_unit_test(limits_one_account), cmocka_unit_test(withstands_hostile_reporters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
