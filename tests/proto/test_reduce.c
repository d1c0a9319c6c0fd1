/* The reduction: rows for each rule, and laws that hold over every mix of actions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "proto/reduce.h"

#define ALL_CAPS (CAP_HEADERS | CAP_RECIPIENTS | CAP_HOLD | CAP_DISCARD)

static const struct reduce_settings mixed_junk = { MIXED_JUNK }, mixed_none = { MIXED_NONE };

static struct profile_settings plain = { .enforce = true, .recipient_delimiter = { "+", 1 }, .junk_extension = { "junk", 4 } };

static const char code_letter[] = { [REPLY_ACCEPT] = 'A', [REPLY_DISCARD] = 'D', [REPLY_TEMPFAIL] = 'T', [REPLY_REJECT] = 'R' };

static struct wish wish_of(struct arena *arena, size_t i, enum action a, bool forced, const struct profile_settings *set)
{
	struct profile *p = ARENA_NEW(arena, struct profile);

	p->set = set;
	return (struct wish){
		.rcpt = arena_printf(arena, "u%zu@x", i),
		.rcpt_raw = arena_printf(arena, "<u%zu@x>", i),
		.v = { .action = a, .would = a, .score = (score_t)a * 1000, .forced = forced, .why = forced ? WHY_FORCED : WHY_SCORE },
		.profile = p,
	};
}

/*
 * wishes: a word per recipient, the action's name, with "!" when forced. Result: code letter, then the fates, then "hold" when quarantined.
 */
static void run(struct arena *arena, const char *wishes, const struct profile_settings *const *sets, const struct reduce_settings *set,
	const struct reduce_input *in, unsigned caps, struct reply *reply, size_t *n_r)
{
	struct wish w[8];
	struct span rest = span_of(wishes);
	size_t n = 0;

	while (rest.p != NULL) {
		struct span word = span_split(&rest, ' ');
		bool forced = span_ends(word, SPAN_LIT("!"));
		enum action a;

		assert_true(action_parse(span_sub(word, 0, word.len - forced), &a));
		w[n] = wish_of(arena, n, a, forced, sets != NULL ? sets[n] : &plain);
		n++;
	}
	reduce(w, n, set, in, caps, arena, reply);
	*n_r = n;
}

static struct span shown(struct arena *arena, const struct reply *reply, size_t n)
{
	struct buf b = BUF_INIT(arena);

	buf_char(&b, code_letter[reply->code]);
	for (size_t i = 0; i < n; i++) {
		buf_char(&b, ' ');
		buf_str(&b, action_name(reply->fate[i].action));
	}
	buf_str(&b, reply->quarantine ? " hold" : "");
	return buf_span(&b);
}

static void test_rows(void **state)
{
	static const struct {
		const char *wishes, *expected;
		unsigned caps;
		const struct reduce_settings *set;
		bool unavailable;
	} rows[] = {
		{ "none", "A none", ALL_CAPS, &mixed_junk, false },
		{ "reject", "R reject", ALL_CAPS, &mixed_junk, false },
		{ "defer", "T defer", ALL_CAPS, &mixed_junk, false },
		{ "discard", "D discard", ALL_CAPS, &mixed_junk, false },
		{ "hold", "A hold hold", ALL_CAPS, &mixed_junk, false },
		{ "discard", "R reject", ALL_CAPS & ~CAP_DISCARD, &mixed_junk, false },
		{ "hold", "A junk", ALL_CAPS & ~CAP_HOLD, &mixed_junk, false },
		{ "reject reject", "R reject reject", ALL_CAPS, &mixed_junk, false },
		{ "reject discard", "R reject reject", ALL_CAPS, &mixed_junk, false },
		{ "discard discard", "D discard discard", ALL_CAPS, &mixed_junk, false },
		{ "reject none", "A junk none", ALL_CAPS, &mixed_junk, false },
		{ "reject none", "A none none", ALL_CAPS, &mixed_none, false },
		{ "reject tag", "A junk tag", ALL_CAPS, &mixed_junk, false },
		{ "reject! none", "R reject reject", ALL_CAPS, &mixed_junk, false },
		{ "discard none", "A discard none", ALL_CAPS, &mixed_junk, false },
		{ "discard none", "A junk none", ALL_CAPS & ~CAP_RECIPIENTS, &mixed_junk, false },
		{ "discard reject none", "A discard junk none", ALL_CAPS, &mixed_junk, false },
		{ "discard reject none", "A discard none none", ALL_CAPS, &mixed_none, false },
		{ "hold none", "A junk none", ALL_CAPS, &mixed_junk, false },
		{ "hold hold", "A hold hold hold", ALL_CAPS, &mixed_junk, false },
		{ "hold discard", "A hold discard hold", ALL_CAPS, &mixed_junk, false },
		{ "hold reject", "A junk junk", ALL_CAPS, &mixed_junk, false },
		{ "defer none", "A junk none", ALL_CAPS, &mixed_junk, false },
		{ "defer reject", "T defer defer", ALL_CAPS, &mixed_junk, false },
		{ "defer discard", "T defer defer", ALL_CAPS, &mixed_junk, false },
		{ "defer! none", "T defer defer", ALL_CAPS, &mixed_junk, false },
		{ "defer! reject!", "R reject reject", ALL_CAPS, &mixed_junk, false },
		{ "none", "T defer", ALL_CAPS, &mixed_junk, true },
		{ "discard tag", "T defer defer", ALL_CAPS, &mixed_junk, true },
		{ "reject! none", "R reject reject", ALL_CAPS, &mixed_junk, true },
		{ "hold! hold!", "T defer defer", 0, &mixed_junk, true },
		{ "redirect", "A junk", ALL_CAPS & ~CAP_RECIPIENTS, &mixed_junk, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reduce_input in = { .id = "ID", .unavailable = rows[i].unavailable };
		struct arena *arena = arena_new(0);
		struct reply reply;
		size_t n;

		run(arena, rows[i].wishes, NULL, rows[i].set, &in, rows[i].caps, &reply, &n);
		if (!span_eq(shown(arena, &reply, n), span_of(rows[i].expected)))
			fail_msg("row %zu: %s gives %.*s", i, rows[i].wishes, SPAN_ARG(shown(arena, &reply, n)));
		arena_free(&arena);
	}
}

/* What must hold whatever three recipients wish, forced or not, with every set of capabilities. */
static void check_laws(const struct wish *w, size_t n, unsigned caps, const struct reply *r)
{
	bool forced_reject = false, forced_defer = false;
	size_t refuse = 0, drop = 0, defers = 0, remaining = 0;

	for (size_t i = 0; i < n; i++) {
		forced_reject |= w[i].v.forced && w[i].v.action == ACTION_REJECT;
		forced_defer |= w[i].v.forced && w[i].v.action == ACTION_DEFER;
		refuse += w[i].v.action == ACTION_REJECT;
		drop += w[i].v.action == ACTION_DISCARD;
		defers += w[i].v.action == ACTION_DEFER;
		remaining += r->fate[i].action != ACTION_DISCARD;
		/* Nobody's mail is dropped whose own verdict is not discard. */
		if (r->fate[i].action == ACTION_DISCARD)
			assert_int_equal(w[i].v.action, ACTION_DISCARD);
		if (r->fate[i].action == ACTION_HOLD)
			assert_true(r->quarantine);
	}
	assert_int_equal(r->code == REPLY_REJECT, forced_reject || (!forced_defer && defers == 0 && refuse + drop == n && (refuse != 0 || !(caps & CAP_DISCARD))));
	assert_int_equal(r->code == REPLY_DISCARD, !forced_reject && !forced_defer && drop == n && (caps & CAP_DISCARD) != 0);
	if (r->code == REPLY_ACCEPT) {
		size_t deleted = 0;

		assert_true(remaining > 0);
		for (size_t i = 0; i < r->edits.n; i++)
			deleted += r->edits.v[i].kind == EDIT_DELETE_RCPT;
		assert_int_equal(deleted, n - remaining);
		assert_true((caps & CAP_RECIPIENTS) != 0 || remaining == n);
		assert_true((caps & CAP_HEADERS) != 0 || deleted == r->edits.n);
	} else {
		assert_int_equal(r->edits.n, 0);
		assert_int_equal(r->text.len != 0, r->code != REPLY_DISCARD);
	}
}

static void test_every_mix(void **state)
{
	unsigned mixes = 2 * ACTION_N;

	(void)state;
	for (unsigned m = 0; m < mixes * mixes * mixes; m++) {
		unsigned kind[3] = { m % mixes, m / mixes % mixes, m / mixes / mixes };
		struct arena *arena = arena_new(4096);
		struct reduce_input in = { .id = "ID" };
		struct wish w[3];

		for (size_t i = 0; i < 3; i++)
			w[i] = wish_of(arena, i, (enum action)(kind[i] % ACTION_N), kind[i] >= ACTION_N, &plain);
		for (unsigned caps = 0; caps < 16; caps++) {
			struct reply reply;

			reduce(w, 3, &mixed_junk, &in, caps, arena, &reply);
			check_laws(w, 3, caps, &reply);
		}
		arena_free(&arena);
	}
}

/* All edits as one text. */
static const char *edits_text(struct arena *arena, const struct reply *reply)
{
	static const char *const kinds[] = {
		[EDIT_ADD_HEADER] = "add", [EDIT_INSERT_HEADER] = "insert", [EDIT_CHANGE_HEADER] = "change", [EDIT_DELETE_HEADER] = "delete",
		[EDIT_CHANGE_FROM] = "from", [EDIT_ADD_RCPT] = "rcpt+", [EDIT_DELETE_RCPT] = "rcpt-",
	};
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < reply->edits.n; i++) {
		const struct edit *e = &reply->edits.v[i];

		buf_printf(&b, "%s %.*s", kinds[e->kind], SPAN_ARG(e->name));
		if (e->index != 0)
			buf_printf(&b, "[%u]", e->index);
		if (e->value.len != 0)
			buf_printf(&b, ": %.*s", SPAN_ARG(e->value));
		buf_char(&b, '|');
	}
	return arena_str(arena, buf_span(&b));
}

static void test_edits(void **state)
{
	static struct profile_settings prefix = { .enforce = true, .subject_prefix = { "[SPAM] ", 7 } };
	static struct profile_settings umlaut = { .enforce = true, .subject_prefix = { "[M\xc3\xbcll] ", 8 } };
	static struct profile_settings extension = {
		.enforce = true, .junk_delivery = JUNK_BY_EXTENSION, .recipient_delimiter = { "+", 1 }, .junk_extension = { "junk", 4 },
	};
	static struct profile_settings to_u1 = { .enforce = true, .redirect_to = { "u1@x", 4 } };
	static struct profile_settings redirect = { .enforce = true, .redirect_to = { "spam@x", 6 } };
	static const struct header fields[] = {
		{ .id = HDR_X_SPAM, .name = { "X-Spam", 6 }, .next = 2 },
		{ .id = HDR_SUBJECT, .name = { "Subject", 7 }, .raw = { " hello", 6 }, .value = { "hello", 5 }, .next = -1 },
		{ .id = HDR_X_SPAM, .name = { "x-spam", 6 }, .next = -1 },
		{ .id = HDR_OTHER, .name = { "X-Winnow-Old", 12 }, .next = -1 },
		{ .id = HDR_OTHER, .name = { "X-Spam-Status", 13 }, .next = -1 },
	};
	struct header_list headers = { .v = fields, .n = 5 };
	const struct {
		const char *wishes;
		const struct profile_settings *set[2];
		bool with_old;
		const char *expected;
	} rows[] = {
		{ "none", { &plain }, false, "" },
		{ "none", { &plain }, true, "delete X-Winnow-Old[1]|delete x-spam[2]|delete X-Spam[1]|" },
		{ "tag", { &plain }, false, "add X-Spam: Yes; id=ID; score=1.00; required=0.00|add X-Winnow: id=ID; action=tag; score=1.00; symbols=A=1.00|" },
		{ "tag", { &prefix }, false,
		  "change Subject[1]: [SPAM] hello|add X-Spam: Yes; id=ID; score=1.00; required=0.00|add X-Winnow: id=ID; action=tag; score=1.00; symbols=A=1.00|" },
		{ "tag", { &umlaut }, false,
		  "change Subject[1]: =?utf-8?q?[M=C3=BCll]=20?= hello|add X-Spam: Yes; id=ID; score=1.00; required=0.00|add X-Winnow: id=ID; action=tag; score=1.00; symbols=A=1.00|" },
		/* one wants the prefix, the other does not: the subject stays */
		{ "tag tag", { &prefix, &plain }, false, "add X-Spam: Yes; id=ID; score=1.00; required=0.00|add X-Winnow: id=ID; action=tag; score=1.00; symbols=A=1.00|" },
		{ "tag none", { &prefix, &prefix }, false, "add X-Spam: Yes; id=ID; score=1.00; required=0.00|add X-Winnow: id=ID; action=tag; score=1.00; symbols=A=1.00|" },
		/* one to the junk folder by extension, the other to the inbox, without X-Spam */
		{ "junk none", { &extension, &plain }, false, "rcpt+ u0+junk@x|rcpt- <u0@x>|add X-Winnow: id=ID; action=junk; score=2.00; symbols=A=1.00|" },
		{ "junk", { &extension }, false,
		  "rcpt+ u0+junk@x|rcpt- <u0@x>|add X-Spam: Yes; id=ID; score=2.00; required=0.00|add X-Winnow: id=ID; action=junk; score=2.00; symbols=A=1.00|" },
		/* both redirected to the same address: it is added once */
		{ "redirect redirect", { &redirect, &redirect }, false,
		  "rcpt+ spam@x|rcpt- <u0@x>|rcpt- <u1@x>|add X-Spam: Yes; id=ID; score=3.00; required=0.00|add X-Winnow: id=ID; action=redirect; score=3.00; symbols=A=1.00|" },
		{ "discard none", { &plain, &plain }, false, "rcpt- <u0@x>|" },
		/* redirected to an address that is itself taken out: MTAs would delete the addition, too */
		{ "redirect discard", { &to_u1, &plain }, false,
		  "rcpt- <u1@x>|add X-Spam: Yes; id=ID; score=3.00; required=0.00|add X-Winnow: id=ID; action=junk; score=3.00; symbols=A=1.00|" },
		{ "redirect junk", { &to_u1, &extension }, false,
		  "rcpt+ u1+junk@x|rcpt- <u1@x>|add X-Spam: Yes; id=ID; score=3.00; required=0.00|add X-Winnow: id=ID; action=junk; score=3.00; symbols=A=1.00|" },
	};

	(void)state;
	memset(headers.first, -1, sizeof(headers.first));
	headers.first[HDR_SUBJECT] = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct header_list one = { .v = fields + 1, .n = 1 };
		struct reduce_input in = { .id = "ID", .headers_mode = HEADERS_SPAM, .symbols = SPAN_LIT("A=1.00") };
		struct reply reply;
		size_t n;

		memset(one.first, -1, sizeof(one.first));
		one.first[HDR_SUBJECT] = 0;
		in.headers = rows[i].with_old ? &headers : &one;
		run(arena, rows[i].wishes, rows[i].set, &mixed_junk, &in, ALL_CAPS, &reply, &n);
		if (strcmp(edits_text(arena, &reply), rows[i].expected) != 0)
			fail_msg("row %zu: %s gives %s", i, rows[i].wishes, edits_text(arena, &reply));
		arena_free(&arena);
	}
}

static void test_outbound_is_never_junked(void **state)
{
	static const char *const rows[][2] = {
		{ "reject none", "A none none" }, { "defer none", "A none none" }, { "hold none", "A none none" }, { "reject reject", "R reject reject" },
	};
	struct reduce_input in = { .id = "ID", .outbound = true };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct reply reply;
		size_t n;

		run(arena, rows[i][0], NULL, &mixed_junk, &in, ALL_CAPS, &reply, &n);
		if (!span_eq(shown(arena, &reply, n), span_of(rows[i][1])))
			fail_msg("row %zu: %.*s", i, SPAN_ARG(shown(arena, &reply, n)));
		arena_free(&arena);
	}
}

static void test_texts_carry_the_id(void **state)
{
	static struct profile_settings text = { .enforce = true, .reject_text = { "Call 555 100%", 13 } };
	const struct profile_settings *const sets[] = { &text };
	struct reduce_input in = { .id = "0123456789ABC" };
	struct arena *arena = arena_new(0);
	struct reply reply;
	size_t n;

	(void)state;
	run(arena, "reject", sets, &mixed_junk, &in, ALL_CAPS, &reply, &n);
	assert_true(span_eq(reply.text, SPAN_LIT("5.7.1 Call 555 100% (id 0123456789ABC)")));
	run(arena, "defer", sets, &mixed_junk, &in, ALL_CAPS, &reply, &n);
	assert_true(span_eq(reply.text, SPAN_LIT("4.7.1 Try again later (id 0123456789ABC)")));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_every_mix), cmocka_unit_test(test_edits), cmocka_unit_test(test_outbound_is_never_junked),
		cmocka_unit_test(test_texts_carry_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
