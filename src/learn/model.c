#include "learn/model.h"

#include <assert.h>
#include <math.h>

#include "learn/model_private.h"

/* Chosen by measurement (tests/bench/model-quality.py); all of them are far from any edge: half or double changes little. */
#define ONE 16384.0          /* a weight of 1 in integers */
#define STACK_ONE 1048576.0  /* the same of the stacker's weights */
#define RATE 32.0            /* by how much an error of 1 moves the score of an expert */
#define RATE_OWN 16.0        /* and that of a user's taste */
#define RATE_STACK 0.001
#define OWN_FLAT 0.3         /* a user reports ten mails, not thousands: each of them teaches, also when it is already judged as he wants */
#define OVERRULED 6.0        /* the most that all others say to a user who has taught: his reports must be able to turn it */
#define DOUBT 6.0            /* a score so far on the wrong side halves the step */
#define SQUASH 30.0          /* the most an expert can say */
#define STACK_BEGIN 0.25     /* of each expert's weight */
#define STACK_LEAST 0.02     /* an expert that was always wrong is not believed the other way round */
#define RAMP 12.0            /* so many learned of the rarer class: half the word */

static double sigmoid(double z)
{
	return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}

/* Never beyond +-most. */
static double soften(double s, double most)
{
	return s / (1 + fabs(s) / most);
}

static double squash(double s)
{
	return soften(s, SQUASH);
}

/* Relaxed loads: the writer may be at work. */
static int64_t sum_all(const struct model *m, const uint32_t *v, unsigned n)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (int32_t)__atomic_load_n(&m->all[model_index(m, v[i])], __ATOMIC_RELAXED);
	return sum;
}

static int64_t sum_own(const struct model *m, const uint32_t *v, unsigned n, uint64_t user)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (int32_t)__atomic_load_n(&m->own[model_index_own(m, v[i], user)], __ATOMIC_RELAXED);
	return sum;
}

struct scores {
	double expert[FEATURES_GROUPS];
	double all; /* log-odds */
};

static double stack_weight(const struct model *m, unsigned group)
{
	double w = STACK_BEGIN + (double)m->header->stack[group] / STACK_ONE;

	return w > STACK_LEAST ? w : STACK_LEAST;
}

static void score_all(const struct model *m, const struct features *f, struct scores *s)
{
	const uint32_t *v = f->v;

	s->all = (double)m->header->stack[FEATURES_GROUPS] / STACK_ONE;
	for (unsigned g = 0; g < FEATURES_GROUPS; g++) {
		s->expert[g] = f->n[g] != 0 ? (double)sum_all(m, v, f->n[g]) / ONE / sqrt(f->n[g]) : 0;
		s->all += stack_weight(m, g) * squash(s->expert[g]);
		v += f->n[g];
	}
}

static double score_own(const struct model *m, const struct features *f, uint64_t user)
{
	double score = 0;
	const uint32_t *v = f->v;

	for (unsigned g = 0; g < MODEL_OWN_GROUPS; g++) {
		if (f->n[g] != 0)
			score += (double)sum_own(m, v, f->n[g], user) / ONE / sqrt(f->n[g]);
		v += f->n[g];
	}
	return score;
}

static double ramp_of(const struct model *m)
{
	uint32_t ham = m->header->learned[LEARN_HAM], spam = m->header->learned[LEARN_SPAM], least = ham < spam ? ham : spam;

	/* Undone before it arrived from another node: below nothing. */
	return least > INT32_MAX ? 0 : least / (least + RAMP);
}

void model_judge(const struct model *m, const struct features *f, struct judgement *j)
{
	struct scores s;

	score_all(m, f, &s);
	*j = (struct judgement){ .all = s.all, .probability = sigmoid(s.all * ramp_of(m)) };
}

void model_judge_user(const struct model *m, const struct features *f, uint64_t user, struct judgement *j)
{
	double own, others;

	if (!model_user_taught(m, user))
		return;
	own = score_own(m, f, user);
	others = soften(j->all, OVERRULED);
	j->own = others - j->all + own;
	/* A user's own word counts at once. */
	j->probability = sigmoid(others * ramp_of(m) + own);
}

uint64_t model_user(const struct hash_key *site, struct span address)
{
	uint64_t user = hash_span_lower(site, address);

	return user != 0 ? user : 1;
}

static uint32_t *taught_slot(const struct model *m, uint64_t user)
{
	return &m->taught[user % MODEL_TAUGHT];
}

bool model_user_taught(const struct model *m, uint64_t user)
{
	return user != 0 && *taught_slot(m, user) != 0;
}

void model_state(const struct model *m, struct model_state *s)
{
	*s = (struct model_state){ .bits = m->header->bits, .learned = { m->header->learned[LEARN_HAM], m->header->learned[LEARN_SPAM] }, .ramp = ramp_of(m) };
	for (unsigned g = 0; g < FEATURES_GROUPS; g++)
		s->weight[g] = stack_weight(m, g);
}

/*
 * Rates: (1 + count)^-1/4. Rows are steps of half a power of two of 1 + count; the eighth row is half the first. In integers: every node computes the
 * same from an event.
 */
#define RATE_BITS 15

static uint8_t rate_row(uint32_t count)
{
	uint32_t n = count > INT32_MAX ? 1 : count + 1; /* below nothing: an undo came before what it undoes */
	unsigned bits = 31 - (unsigned)__builtin_clz(n);

	/* The second half of each step begins at sqrt(2), taken as 1.5 (the first bit behind the leading one). */
	return (uint8_t)(2 * bits + (bits > 0 ? n >> (bits - 1) & 1 : 0));
}

static int32_t rated(int32_t step, uint8_t row)
{
	static const int32_t eighths[8] = { 32768, 30048, 27554, 25268, 23170, 21247, 19484, 17867 };
	int64_t product = (int64_t)step * eighths[row & 7];

	/* Towards zero, so that the inverse of a step is the step of the inverse. */
	return (int32_t)(product / ((int64_t)1 << (RATE_BITS + (row >> 3 & 7))));
}

static int32_t to_integer(double v)
{
	return v >= INT32_MAX ? INT32_MAX : v <= -INT32_MAX ? -INT32_MAX : (int32_t)lrint(v);
}

/* The error, less when it is beyond doubt the label that errs. */
static double doubted_error(double score, enum learn_class class)
{
	double error = (class == LEARN_SPAM) - sigmoid(score);

	return error * score < 0 ? error / (1 + score * score / (DOUBT * DOUBT)) : error;
}

static void step_all(const struct scores *s, const struct features *f, double weight, struct learn_event *e)
{
	double error = (e->what.class == LEARN_SPAM) - sigmoid(s->all);

	for (unsigned g = 0; g < FEATURES_GROUPS; g++) {
		if (f->n[g] == 0)
			continue;
		e->step[g] = to_integer(ONE * weight * RATE * doubted_error(s->expert[g], e->what.class) / sqrt(f->n[g]));
		e->step_stack[g] = to_integer(STACK_ONE * weight * RATE_STACK * error * squash(s->expert[g]));
	}
	e->step_stack[FEATURES_GROUPS] = to_integer(STACK_ONE * weight * RATE_STACK * error);
}

static void step_own(const struct model *m, const struct scores *s, const struct features *f, double weight, struct learn_event *e)
{
	double error = (e->what.class == LEARN_SPAM) - sigmoid(OWN_FLAT * (soften(s->all, OVERRULED) + score_own(m, f, e->what.user)));

	for (unsigned g = 0; g < MODEL_OWN_GROUPS; g++) {
		if (f->n[g] != 0)
			e->step_own[g] = to_integer(ONE * weight * RATE_OWN * error / MODEL_OWN_GROUPS / sqrt(f->n[g]));
	}
}

void model_step(const struct model *m, const struct features *f, const struct learn_request *what, struct learn_event *e)
{
	unsigned n = features_count(f);
	struct scores s;

	assert(n <= FEATURES_MAX && what->weight_all <= 4 * LEARN_WEIGHT && what->weight_own <= 4 * LEARN_WEIGHT);
	e->what = *what;
	memcpy(e->features.n, f->n, sizeof(f->n));
	memcpy(e->features.v, f->v, n * sizeof(f->v[0]));
	memset(e->step, 0, sizeof(e->step));
	memset(e->step_own, 0, sizeof(e->step_own));
	memset(e->step_stack, 0, sizeof(e->step_stack));
	for (unsigned i = 0; i < n; i++)
		e->rate[i] = rate_row(m->count[model_index(m, f->v[i])]);
	score_all(m, f, &s);
	if (what->weight_all != 0)
		step_all(&s, f, (double)what->weight_all / LEARN_WEIGHT, e);
	if (what->weight_own != 0 && what->user != 0)
		step_own(m, &s, f, (double)what->weight_own / LEARN_WEIGHT, e);
}

/* sign: 1 or -1 modulo 2^32. */
static void add(struct model *m, const struct learn_event *e, uint32_t sign)
{
	const uint32_t *v = e->features.v;
	const uint8_t *rate = e->rate;
	bool all = e->what.weight_all != 0, own = e->what.weight_own != 0 && e->what.user != 0;

	assert(m->write);
	for (unsigned g = 0; g < FEATURES_GROUPS; v += e->features.n[g], rate += e->features.n[g], g++) {
		for (unsigned i = 0; all && i < e->features.n[g]; i++) {
			uint32_t at = model_index(m, v[i]);

			__atomic_store_n(&m->all[at], m->all[at] + sign * (uint32_t)rated(e->step[g], rate[i]), __ATOMIC_RELAXED);
			m->count[at] += sign;
		}
		for (unsigned i = 0; own && g < MODEL_OWN_GROUPS && i < e->features.n[g]; i++) {
			uint32_t at = model_index_own(m, v[i], e->what.user);

			__atomic_store_n(&m->own[at], m->own[at] + sign * (uint32_t)e->step_own[g], __ATOMIC_RELAXED);
		}
	}
	for (unsigned g = 0; g <= FEATURES_GROUPS; g++)
		m->header->stack[g] = (int32_t)((uint32_t)m->header->stack[g] + sign * (uint32_t)e->step_stack[g]);
	if (all)
		m->header->learned[e->what.class] += sign;
	if (own)
		*taught_slot(m, e->what.user) += sign;
}

void model_apply(struct model *m, const struct learn_event *e)
{
	add(m, e, 1);
}

void model_undo(struct model *m, const struct learn_event *e)
{
	add(m, e, UINT32_MAX);
}
