#include "proto/reduce.h"

#include <assert.h>

#include "proto/reduce_private.h"

static const char *const mixed_words[] = { "junk", "none", NULL };

static const struct setting rows[] = {
	{ "mixed_reject", SET_ENUM, offsetof(struct reduce_settings, mixed_reject), "\"junk\"", 0, 0, mixed_words, 0,
	  "What a recipient gets whose verdict is reject while other recipients of the same transaction accept: \"junk\" or \"none\"." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};

const struct setting_set reduce_setting_set = {
	.name = "reduce", .kind = SET_ONE, .doc = "One reply for several recipients.", .size = sizeof(struct reduce_settings), .rows = rows,
};

static bool any_forced(const struct reduction *r, enum action a)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->wishes[i].v.forced && r->wishes[i].v.action == a)
			return true;
	}
	return false;
}

static size_t count(const struct reduction *r, enum action a)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->wishes[i].v.action == a;
	return n;
}

static void all_get(struct reduction *r, enum action a, enum verdict_reason why)
{
	for (size_t i = 0; i < r->n; i++) {
		struct fate *f = &r->reply->fate[i];

		f->why = r->wishes[i].v.action == a ? r->wishes[i].v.why : why;
		f->action = a;
	}
}

static struct span reject_text(const struct reduction *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->wishes[i].v.action == ACTION_REJECT)
			return r->wishes[i].profile->set->reject_text;
	}
	return r->wishes[0].profile->set->reject_text;
}

static void reply_reject(struct reduction *r, enum verdict_reason why)
{
	r->reply->code = REPLY_REJECT;
	r->reply->text = arena_printf(r->arena, "5.7.1 %.*s (id %s)", SPAN_ARG(reject_text(r)), r->in->id);
	all_get(r, ACTION_REJECT, why);
}

static void reply_defer(struct reduction *r, enum verdict_reason why)
{
	r->reply->code = REPLY_TEMPFAIL;
	r->reply->text = arena_printf(r->arena, "4.7.1 Try again later (id %s)", r->in->id);
	all_get(r, ACTION_DEFER, why);
}

static void reply_discard(struct reduction *r)
{
	r->reply->code = REPLY_DISCARD;
	all_get(r, ACTION_DISCARD, WHY_SCORE);
}

/* Rules 1 to 3: one answer for everybody. False: somebody takes the mail. */
static bool same_for_all(struct reduction *r)
{
	size_t rejects = count(r, ACTION_REJECT), discards = count(r, ACTION_DISCARD), defers = count(r, ACTION_DEFER);

	if (any_forced(r, ACTION_REJECT))
		reply_reject(r, WHY_FORCED);
	else if (r->in->unavailable || any_forced(r, ACTION_DEFER))
		reply_defer(r, WHY_FORCED);
	else if (discards == r->n && (r->caps & CAP_DISCARD) != 0)
		reply_discard(r);
	else if (rejects + discards + defers < r->n)
		return false;
	else if (defers != 0)
		reply_defer(r, WHY_MIXED);
	else
		reply_reject(r, WHY_MIXED);
	return true;
}

void reduce_fall_back(const struct reduction *r, struct fate *f)
{
	f->action = r->in->outbound ? ACTION_NONE : ACTION_JUNK;
	f->why = WHY_MIXED;
}

/* Rules 4 and 6: what one recipient can get when others accept. */
static void lower_one(const struct reduction *r, struct fate *f)
{
	bool recipients = (r->caps & CAP_RECIPIENTS) != 0;

	if (f->action == ACTION_REJECT || f->action == ACTION_DEFER) {
		reduce_fall_back(r, f);
		if (r->set->mixed_reject == MIXED_NONE)
			f->action = ACTION_NONE;
	} else if ((f->action == ACTION_DISCARD || f->action == ACTION_REDIRECT) && !recipients) {
		reduce_fall_back(r, f);
	}
}

/* Rule 5. */
static void settle_hold(struct reduction *r)
{
	struct reply *reply = r->reply;
	size_t remaining = 0, holds = 0;

	for (size_t i = 0; i < r->n; i++) {
		remaining += fate_remains(&reply->fate[i]);
		holds += reply->fate[i].action == ACTION_HOLD;
	}
	reply->quarantine = holds != 0 && holds == remaining && (r->caps & CAP_HOLD) != 0;
	for (size_t i = 0; i < r->n && !reply->quarantine; i++) {
		if (reply->fate[i].action == ACTION_HOLD)
			reduce_fall_back(r, &reply->fate[i]);
	}
}

static void take(struct reduction *r)
{
	r->reply->code = REPLY_ACCEPT;
	for (size_t i = 0; i < r->n; i++) {
		r->reply->fate[i] = (struct fate){ r->wishes[i].v.action, r->wishes[i].v.why, SPAN_NONE };
		lower_one(r, &r->reply->fate[i]);
	}
	settle_hold(r);
	if ((r->caps & CAP_RECIPIENTS) != 0)
		reduce_edit_recipients(r);
}

/* Action and score of the whole, from what became of each. */
static void summarise(struct reduction *r)
{
	struct reply *reply = r->reply;
	bool first = true;

	for (size_t i = 0; i < r->n; i++) {
		const struct verdict *v = &r->wishes[i].v;
		bool counts = reply->code != REPLY_ACCEPT || fate_remains(&reply->fate[i]);

		if (v->would > reply->would)
			reply->would = v->would;
		if (!counts)
			continue;
		if (reply->fate[i].action > reply->action)
			reply->action = reply->fate[i].action;
		if (first || v->score > reply->score) {
			reply->score = v->score;
			reply->required = v->required;
			first = false;
		}
	}
}

void reduce(const struct wish *wishes, size_t n, const struct reduce_settings *set, const struct reduce_input *in, unsigned caps, struct arena *arena,
	struct reply *reply)
{
	struct reduction r = { wishes, n, set, in, caps, arena, reply };

	assert(n > 0);
	memset(reply, 0, sizeof(*reply));
	reply->fate = ARENA_ARRAY(arena, n, struct fate);
	if (!same_for_all(&r))
		take(&r);
	summarise(&r);
	if (reply->code == REPLY_ACCEPT && (caps & CAP_HEADERS) != 0)
		reduce_edit_headers(&r);
}
