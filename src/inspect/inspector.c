#include "inspect/inspector.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "inspect/answers.h"
#include "inspect/contents.h"
#include "io/log.h"

#define SLOTS 256
#define FLYING_MAX 16                /* jobs of one scanner with the workers */
#define FLYING_BYTES_MAX (128u << 20)
#define FULL_WAIT_US 2000
#define DEATHS_MAX 2

struct running;

struct waiter {
	struct op op; /* first */
	struct waiter *next;
	struct running *job;
	struct inspect_job what; /* its own content: that of another waiter may go */
	struct timer timer;
	int64_t deadline_us;     /* by clock_mono_us() */
	op_done *done;
	void *ctx;
};

struct running {
	struct running *next_in_slot;
	struct running *next; /* waiting to be sent */
	struct inspector *in;
	uint64_t key, content;
	size_t bytes;
	struct waiter *waiters;
	bool flying;
	int reply;
	struct event readable;
	unsigned deaths;
};

struct inspector {
	struct inspector_options o;
	struct answers *answers;
	struct running *slots[SLOTS];
	struct running *first, *last; /* to be sent */
	size_t flying, flying_bytes;
	struct timer pump;
};

static void pump(struct inspector *, bool may_end);

static void pump_later(void *ctx)
{
	pump(ctx, true);
}

struct inspector *inspector_new(const struct inspector_options *o)
{
	struct inspector *in = calloc(1, sizeof(*in));

	if (in == NULL)
		abort();
	in->o = *o;
	in->answers = answers_new(o->cache);
	timer_init(&in->pump, o->loop, pump_later, in);
	return in;
}

enum inspect_phase inspector_phase(const struct inspector *in)
{
	return (enum inspect_phase)atomic_load_explicit(&in->o.status->phase, memory_order_acquire);
}

/* Jobs. */

static void queue_last(struct inspector *in, struct running *job)
{
	job->next = NULL;
	*(in->last != NULL ? &in->last->next : &in->first) = job;
	in->last = job;
}

static void queue_first(struct inspector *in, struct running *job)
{
	job->next = in->first;
	in->first = job;
	if (in->last == NULL)
		in->last = job;
}

static void queue_remove(struct inspector *in, struct running *job)
{
	struct running **at = &in->first, *before = NULL;

	while (*at != NULL && *at != job) {
		before = *at;
		at = &(*at)->next;
	}
	if (*at == NULL)
		return;
	*at = job->next;
	if (in->last == job)
		in->last = before;
}

static void land(struct running *job)
{
	struct inspector *in = job->in;

	if (!job->flying)
		return;
	job->flying = false;
	event_del(&job->readable);
	close(job->reply);
	in->flying--;
	in->flying_bytes -= job->bytes;
}

static void job_free(struct running *job)
{
	struct running **at = &job->in->slots[job->key % SLOTS];

	land(job);
	while (*at != NULL && *at != job)
		at = &(*at)->next_in_slot;
	if (*at != NULL)
		*at = job->next_in_slot;
	free(job);
}

void inspector_free(struct inspector **in_r)
{
	struct inspector *in = *in_r;

	*in_r = NULL;
	if (in == NULL)
		return;
	timer_stop(&in->pump);
	for (size_t i = 0; i < SLOTS; i++) {
		while (in->slots[i] != NULL) {
			struct running *job = in->slots[i];

			assert(job->waiters == NULL);
			job_free(job);
		}
	}
	answers_free(&in->answers);
	free(in);
}

static void waiter_detach(struct waiter *w)
{
	struct waiter **at = &w->job->waiters;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	timer_stop(&w->timer);
}

/* What nobody waits for is not sent; what was sent comes to its end: the answer, or who died of it, is of use. */
static void forget_if_unwanted(struct running *job)
{
	if (job->waiters != NULL || job->flying)
		return;
	queue_remove(job->in, job);
	job_free(job);
}

static void cancel(struct op *op)
{
	struct waiter *w = (struct waiter *)op;
	struct running *job = w->job;

	waiter_detach(w);
	free(w);
	forget_if_unwanted(job);
}

static void waited_enough(void *ctx)
{
	struct waiter *w = ctx;
	struct running *job = w->job;
	int64_t left = w->deadline_us - clock_mono_us();
	op_done *done = w->done;
	void *done_ctx = w->ctx;

	if (left > 0) {
		timer_set(&w->timer, left);
		return;
	}
	waiter_detach(w);
	free(w);
	forget_if_unwanted(job);
	done(done_ctx, OP_DEADLINE, NULL);
}

/* Ends the job. Its waiters may start others meanwhile, or cancel each other. */
static void job_end(struct running *job, const struct inspect_answer *answer)
{
	struct inspector *in = job->in;
	struct running **at = &in->slots[job->key % SLOTS];

	land(job);
	while (*at != job)
		at = &(*at)->next_in_slot;
	*at = job->next_in_slot;
	job->flying = true; /* nobody frees it before us */
	for (struct waiter *w = job->waiters; w != NULL; w = job->waiters) {
		op_done *done = w->done;
		void *ctx = w->ctx;

		job->waiters = w->next;
		timer_stop(&w->timer);
		free(w);
		done(ctx, OP_OK, answer);
	}
	free(job);
	timer_set(&in->pump, 0);
}

/* Answers. */

static unsigned deaths_of(const struct running *job)
{
	unsigned known = job->in->o.deaths != NULL ? job->in->o.deaths(job->in->o.ctx, job->content) : 0;

	return known > job->deaths ? known : job->deaths;
}

static void tell_death(struct running *job, bool hung)
{
	if (job->in->o.died != NULL)
		job->in->o.died(job->in->o.ctx, job->content, hung);
}

static void fly_again(struct running *job)
{
	struct inspector *in = job->in;

	land(job);
	if (job->waiters == NULL) {
		job_free(job);
		timer_set(&in->pump, 0);
		return;
	}
	queue_first(in, job);
	timer_set(&in->pump, 0);
}

static void died(struct running *job)
{
	const struct inspect_answer culprit = { .status = INSPECT_ERROR };

	job->deaths++;
	tell_death(job, false);
	if (deaths_of(job) >= DEATHS_MAX)
		job_end(job, &culprit);
	else
		fly_again(job);
}

static bool worth_keeping(const struct inspect_answer *a)
{
	return a->status == INSPECT_CLEAN || a->status == INSPECT_FOUND || a->status == INSPECT_NOT_SCANNED;
}

/* A worker may not say that its answer is of signatures to come: it would be remembered for good. */
static void keep(const struct running *job, const struct inspect_answer *a)
{
	uint64_t current = atomic_load_explicit(&job->in->o.status->generation, memory_order_acquire);
	struct inspect_answer kept = *a;

	if (kept.generation > current)
		kept.generation = current;
	answers_put(job->in->answers, job->key, &kept);
}

static void answered(struct running *job, const struct inspect_answer *a)
{
	if ((a->flags & INSPECT_EXPIRED) != 0) {
		fly_again(job); /* who came later waits longer */
		return;
	}
	if ((a->flags & INSPECT_TIMEOUT) != 0)
		tell_death(job, true);
	if (worth_keeping(a))
		keep(job, a);
	job_end(job, a);
}

static void readable(evutil_socket_t fd, short what, void *ctx)
{
	const struct inspect_answer bad = { .status = INSPECT_ERROR };
	struct running *job = ctx;
	struct arena *arena = arena_new(32768);
	struct inspect_answer answer;

	(void)what;
	switch (inspect_answer_receive(fd, arena, &answer)) {
	case 1:
		answered(job, &answer);
		break;
	case 0:
		break;
	case -1:
		died(job);
		break;
	default:
		log_error("a worker of the inspector sent what is no answer");
		job_end(job, &bad);
		break;
	}
	arena_free(&arena);
}

/* Sending. */

static int64_t last_deadline(const struct running *job)
{
	int64_t last = 0;

	for (const struct waiter *w = job->waiters; w != NULL; w = w->next)
		last = w->deadline_us > last ? w->deadline_us : last;
	return last;
}

/* As inspect_job_send. */
static int job_send(struct running *job, struct err *err_r)
{
	struct inspector *in = job->in;
	int sent = inspect_job_send(in->o.queue, &job->waiters->what, last_deadline(job), &job->reply, err_r);

	if (sent != 1)
		return sent;
	job->flying = true;
	in->flying++;
	in->flying_bytes += job->bytes;
	if (event_assign(&job->readable, loop_base(in->o.loop), job->reply, EV_READ | EV_PERSIST, readable, job) != 0 || event_add(&job->readable, NULL) != 0)
		abort();
	return 1;
}

static bool has_room(const struct inspector *in)
{
	return in->flying == 0 || (in->flying < FLYING_MAX && in->flying_bytes < FLYING_BYTES_MAX);
}

static void pump(struct inspector *in, bool may_end)
{
	const struct inspect_answer failed = { .status = INSPECT_UNAVAILABLE };
	struct err err;

	while (in->first != NULL && has_room(in)) {
		struct running *job = in->first;
		int sent = job_send(job, &err);

		if (sent == 0 || (sent < 0 && !may_end)) {
			timer_set(&in->pump, sent == 0 ? FULL_WAIT_US : 0);
			return;
		}
		queue_remove(in, job);
		if (sent < 0) {
			log_error("inspector: %s", err.text);
			job_end(job, &failed);
		}
	}
}

/* Starting. */

static void hash_number(struct hash_state *h, uint64_t v)
{
	hash_add(h, span_make((const char *)&v, sizeof(v)));
}

/* What an answer depends on. */
static uint64_t job_key(const struct inspector *in, const struct inspect_job *job, uint64_t content)
{
	struct hash_state h;

	hash_begin(&h, &in->o.key);
	hash_number(&h, content);
	hash_number(&h, job->content.len);
	hash_number(&h, job->flags);
	if ((job->flags & INSPECT_CONTENTS) != 0) {
		hash_number(&h, job->name.len);
		hash_add(&h, job->name);
		hash_number(&h, job->npasswords);
		for (size_t i = 0; i < job->npasswords; i++) {
			hash_number(&h, job->passwords[i].len);
			hash_add(&h, job->passwords[i]);
		}
	}
	return hash_end(&h);
}

/* The answer that needs no worker. */
static bool answer_at_once(struct inspector *in, const struct inspect_job *job, uint64_t content, struct inspect_answer *answer_r)
{
	enum inspect_phase phase = inspector_phase(in);

	*answer_r = (struct inspect_answer){ .status = INSPECT_NOT_SCANNED };
	if (in->o.deaths != NULL && in->o.deaths(in->o.ctx, content) >= DEATHS_MAX) {
		answer_r->status = INSPECT_ERROR;
		return true;
	}
	if (phase == INSPECT_DOWN && in->o.defer_at_once) {
		answer_r->status = INSPECT_UNAVAILABLE;
		return true;
	}
	if ((job->flags & INSPECT_CONTENTS) != 0 || phase == INSPECT_DOWN || phase == INSPECT_READY)
		return false;
	if (phase == INSPECT_BROKEN && (job->flags & INSPECT_VIRUSES) != 0)
		answer_r->status = INSPECT_UNAVAILABLE;
	return true;
}

static struct running *find_job(struct inspector *in, uint64_t key)
{
	struct running *job = in->slots[key % SLOTS];

	while (job != NULL && job->key != key)
		job = job->next_in_slot;
	return job;
}

static struct running *new_job(struct inspector *in, const struct inspect_job *what, uint64_t key, uint64_t content)
{
	struct running *job = calloc(1, sizeof(*job));

	if (job == NULL)
		abort();
	*job = (struct running){ .in = in, .key = key, .content = content, .bytes = what->content.len, .next_in_slot = in->slots[key % SLOTS] };
	in->slots[key % SLOTS] = job;
	queue_last(in, job);
	return job;
}

struct op *inspect_start(struct inspector *in, const struct inspect_job *what, int64_t deadline_us, struct arena *arena, struct inspect_answer *answer_r, op_done *done, void *ctx)
{
	uint64_t content = hash_span(&in->o.key, what->content), key = job_key(in, what, content);
	uint64_t generation = atomic_load_explicit(&in->o.status->generation, memory_order_acquire);
	struct running *job;
	struct waiter *w;

	if (answer_at_once(in, what, content, answer_r) || answers_get(in->answers, key, generation, arena, answer_r))
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		abort();
	job = find_job(in, key);
	if (job == NULL)
		job = new_job(in, what, key, content);
	*w = (struct waiter){ .op.cancel = cancel, .next = job->waiters, .job = job, .what = *what, .deadline_us = clock_mono_us() + deadline_us, .done = done, .ctx = ctx };
	job->waiters = w;
	timer_init(&w->timer, in->o.loop, waited_enough, w);
	timer_set(&w->timer, deadline_us);
	pump(in, false);
	return &w->op;
}
