/* Scores and verdicts: table tests of the pure functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "scan/verdict.h"

static const struct symbol symbols[] = {
	{ "C_FIVE", "content", 5000, "", ACTION_NONE },   { "C_TEN", "content", 10000, "", ACTION_NONE },
	{ "L_FOUR", "lists", 4000, "", ACTION_NONE },     { "L_HALF", "lists", 500, "", ACTION_NONE },
	{ "GOOD", "auth", -3000, "", ACTION_NONE },       { "VIRUS", "policy", 0, "", ACTION_REJECT },
	{ "POLICY_TEN", "policy", 10000, "", ACTION_NONE }, { "HOLD_IT", "policy", 0, "", ACTION_HOLD },
};
enum { C_FIVE, C_TEN, L_FOUR, L_HALF, GOOD, VIRUS, POLICY_TEN, HOLD_IT, END = -1 };

struct fixture {
	struct arena *arena;
	struct symbol_table table;
	struct rcptsets sets;
	struct hit hit[8];
	struct hits hits;
	struct profile_settings set;
	struct profile *profile;
};

static int setup(void **state)
{
	struct fixture *f;
	struct arena *arena = arena_new(0);
	struct err err;

	f = ARENA_NEW(arena, struct fixture);
	f->arena = arena;
	symbol_table_init(&f->table, arena);
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		assert_true(symbol_add(&f->table, &symbols[i], &err));
	f->table.groups[symbol_group(&f->table, SPAN_LIT("content"))].cap = 12000;
	f->table.groups[symbol_group(&f->table, SPAN_LIT("lists"))].cap = 7000;
	rcptsets_init(&f->sets, arena, 3);
	f->hits = (struct hits){ .symbols = &f->table, .sets = &f->sets, .v = f->hit };
	f->set = (struct profile_settings){
		.tag = 6000, .junk = 8000, .redirect = SCORE_OFF, .discard = SCORE_OFF, .defer = SCORE_OFF, .hold = SCORE_OFF, .reject = 15000,
		.enforce = true,
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct arena *arena = ((struct fixture *)*state)->arena;

	arena_free(&arena);
	return 0;
}

static void set_hits(struct fixture *f, const int *syms)
{
	f->hits.n = 0;
	for (; *syms != END; syms++)
		f->hit[f->hits.n++] = (struct hit){ .sym = (uint16_t)*syms, .permille = 1000 };
}

static struct verdict judge(struct fixture *f, enum direction dir, const char *rcpt, struct score *s)
{
	struct err err;
	struct verdict v;

	f->profile = profile_build(f->arena, &f->set, &f->table, &err);
	assert_non_null(f->profile);
	score_make(&f->hits, f->profile, 0, s);
	verdict_make(s, f->profile, dir, span_of(rcpt), &v);
	return v;
}

static void test_rows(void **state)
{
	static const struct {
		int syms[5];
		enum direction dir;
		const char *rcpt;
		score_t total;
		enum action action, would;
		enum verdict_reason why;
	} rows[] = {
		{ { END }, DIR_INBOUND, "a@x", 0, ACTION_NONE, ACTION_NONE, WHY_SCORE },
		{ { C_FIVE, END }, DIR_INBOUND, "a@x", 5000, ACTION_NONE, ACTION_NONE, WHY_SCORE },
		{ { C_FIVE, L_FOUR, GOOD, END }, DIR_INBOUND, "a@x", 6000, ACTION_TAG, ACTION_TAG, WHY_SCORE },
		{ { C_FIVE, L_FOUR, END }, DIR_INBOUND, "a@x", 9000, ACTION_JUNK, ACTION_JUNK, WHY_SCORE },
		/* the cap of content: 15 becomes 12 */
		{ { C_FIVE, C_TEN, END }, DIR_INBOUND, "a@x", 12000, ACTION_JUNK, ACTION_JUNK, WHY_SCORE },
		/* two kinds of evidence refuse */
		{ { C_FIVE, C_TEN, L_FOUR, END }, DIR_INBOUND, "a@x", 16000, ACTION_REJECT, ACTION_REJECT, WHY_SCORE },
		/* a half point is no second kind; policy is none either */
		{ { C_TEN, C_FIVE, POLICY_TEN, L_HALF, END }, DIR_INBOUND, "a@x", 22500, ACTION_JUNK, ACTION_JUNK, WHY_ONE_KIND },
		{ { C_FIVE, C_TEN, L_FOUR, END }, DIR_INBOUND, "Postmaster@x", 16000, ACTION_JUNK, ACTION_JUNK, WHY_ROLE },
		{ { C_FIVE, C_TEN, L_FOUR, END }, DIR_INBOUND, "abuse@x", 16000, ACTION_JUNK, ACTION_JUNK, WHY_ROLE },
		/* forced, whatever the score, even for role accounts */
		{ { VIRUS, GOOD, END }, DIR_INBOUND, "postmaster@x", -3000, ACTION_REJECT, ACTION_REJECT, WHY_FORCED },
		{ { HOLD_IT, END }, DIR_INBOUND, "a@x", 0, ACTION_HOLD, ACTION_HOLD, WHY_FORCED },
		{ { HOLD_IT, VIRUS, END }, DIR_INBOUND, "a@x", 0, ACTION_REJECT, ACTION_REJECT, WHY_FORCED },
		/* outbound */
		{ { C_TEN, END }, DIR_OUTBOUND, "a@x", 10000, ACTION_NONE, ACTION_JUNK, WHY_OUTBOUND },
		{ { C_FIVE, C_TEN, L_FOUR, END }, DIR_OUTBOUND, "a@x", 16000, ACTION_REJECT, ACTION_REJECT, WHY_SCORE },
		/* behind a relay and without SMTP nothing is refused */
		{ { C_FIVE, C_TEN, L_FOUR, END }, DIR_RELAY, "a@x", 16000, ACTION_JUNK, ACTION_REJECT, WHY_RELAY },
		{ { VIRUS, END }, DIR_RELAY, "a@x", 0, ACTION_HOLD, ACTION_REJECT, WHY_RELAY },
		{ { VIRUS, END }, DIR_LOCAL, "a@x", 0, ACTION_HOLD, ACTION_REJECT, WHY_RELAY },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct score s;
		struct verdict v;

		set_hits(f, rows[i].syms);
		v = judge(f, rows[i].dir, rows[i].rcpt, &s);
		if (s.total != rows[i].total || v.action != rows[i].action || v.would != rows[i].would || v.why != rows[i].why)
			fail_msg("row %zu: %d %s %s %s", i, s.total, action_name(v.action), action_name(v.would), verdict_reason_name(v.why));
	}
}

static void test_trial_week_only_tells(void **state)
{
	static const int all[] = { C_FIVE, C_TEN, L_FOUR, VIRUS, END };
	struct fixture *f = *state;
	struct score s;
	struct verdict v;

	f->set.enforce = false;
	set_hits(f, all);
	v = judge(f, DIR_INBOUND, "a@x", &s);
	assert_int_equal(v.action, ACTION_NONE);
	assert_int_equal(v.would, ACTION_REJECT);
	assert_int_equal(v.why, WHY_NOT_ENFORCED);
}

static void test_highest_threshold_decides(void **state)
{
	static const int two[] = { C_TEN, L_FOUR, END };
	struct fixture *f = *state;
	struct score s;

	f->set.discard = 14000;
	set_hits(f, two);
	assert_int_equal(judge(f, DIR_INBOUND, "a@x", &s).action, ACTION_DISCARD);
	/* hold below junk: the higher threshold, junk, decides */
	f->set.discard = SCORE_OFF;
	f->set.hold = 7000;
	assert_int_equal(judge(f, DIR_INBOUND, "a@x", &s).action, ACTION_JUNK);
	/* refusing with one kind of evidence falls to the next threshold below, not to junk blindly */
	f->set.hold = 9000;
	f->set.reject = 10000;
	f->hits.n = 1;
	assert_int_equal(judge(f, DIR_INBOUND, "a@x", &s).action, ACTION_HOLD);
	f->set.junk = f->set.tag = f->set.hold = SCORE_OFF;
	assert_int_equal(judge(f, DIR_INBOUND, "a@x", &s).action, ACTION_JUNK);
	/* deferring for score is refusing in the end */
	f->set.reject = SCORE_OFF;
	f->set.defer = 9000;
	assert_int_equal(judge(f, DIR_INBOUND, "a@x", &s).action, ACTION_DEFER);
	assert_int_equal(judge(f, DIR_INBOUND, "abuse@x", &s).action, ACTION_JUNK);
	assert_int_equal(judge(f, DIR_RELAY, "a@x", &s).action, ACTION_JUNK);
}

static void test_weights_and_sets(void **state)
{
	static const struct score_item over[] = { { SPAN_LIT("C_FIVE"), 1500 } };
	static const int one[] = { C_FIVE, END };
	const size_t second[] = { 1 };
	struct fixture *f = *state;
	struct score s;

	f->set.scores = (struct score_list){ over, 1 };
	set_hits(f, one);
	f->hit[0].permille = 2000;
	judge(f, DIR_INBOUND, "a@x", &s);
	assert_int_equal(s.total, 3000);
	f->hit[0].to = rcptset_make(&f->sets, second, 1);
	judge(f, DIR_INBOUND, "a@x", &s);
	assert_int_equal(s.total, 0);
	score_make(&f->hits, f->profile, 1, &s);
	assert_int_equal(s.total, 3000);
}

static void test_unknown_symbol_is_an_error(void **state)
{
	static const struct score_item over[] = { { SPAN_LIT("C_FIVVE"), 1500 } };
	struct fixture *f = *state;
	struct err err;

	f->set.scores = (struct score_list){ over, 1 };
	assert_null(profile_build(f->arena, &f->set, &f->table, &err));
	assert_string_equal(err.text, "unknown symbol 'C_FIVVE' in profile.scores (did you mean 'C_FIVE'?)");
}

static void test_rcptsets(void **state)
{
	const size_t some[] = { 0, 2 }, same[] = { 2, 0, 2 }, all[] = { 0, 1, 2 };
	struct fixture *f = *state;
	rcptset a = rcptset_make(&f->sets, some, 2);

	assert_int_equal(rcptset_make(&f->sets, same, 3), a);
	assert_int_equal(rcptset_make(&f->sets, all, 3), RCPT_ALL);
	assert_true(rcptset_has(&f->sets, a, 2));
	assert_false(rcptset_has(&f->sets, a, 1));
	assert_true(rcptset_has(&f->sets, RCPT_ALL, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trial_week_only_tells, setup, teardown),
		cmocka_unit_test_setup_teardown(test_highest_threshold_decides, setup, teardown),
		cmocka_unit_test_setup_teardown(test_weights_and_sets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_symbol_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rcptsets, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
