/* From a transaction to its outcome: scan, verdicts by class of recipients, reduction, the log line. */
#include <stdio.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/milli.h"
#include "io/log.h"
#include "proto/seal.h"
#include "proto/service.h"

struct submission {
	struct service *service;
	struct transaction *tx;
	unsigned caps;
	int64_t recv_us, start_us;
	submit_done *done;
	void *ctx;
	struct scan *scan;
	struct timer deferred; /* the way of a message that is not scanned */
	struct outcome out;
};

void log_id_make(char id_r[static 16])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t id = (uint64_t)(clock_wall_us() / 1000) << 22;
	uint32_t noise;

	random_bytes(&noise, sizeof(noise));
	id |= noise & 0x3fffff;
	for (int i = 12; i >= 0; i--) {
		id_r[i] = digits[id & 31];
		id >>= 5;
	}
	id_r[13] = '\0';
}

/* Verdicts. */

/* Recipients with equal profile and equal set membership share one score. */
static const struct score *shared_score(const struct outcome *o, const struct hits *hits, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		size_t set = 1;

		if (o->wishes[j].profile != o->wishes[i].profile)
			continue;
		while (set < hits->sets->n && rcptset_has(hits->sets, (rcptset)set, i) == rcptset_has(hits->sets, (rcptset)set, j))
			set++;
		if (set == hits->sets->n)
			return o->scores[j];
	}
	return NULL;
}

static const struct score *score_of(struct submission *s, const struct hits *hits, size_t i)
{
	const struct score *shared = shared_score(&s->out, hits, i);
	struct score *own;

	if (shared != NULL)
		return shared;
	own = ARENA_NEW(s->tx->arena, struct score);
	score_make(hits, s->out.wishes[i].profile, i, own);
	return own;
}

static struct wish *make_wishes(struct submission *s)
{
	const struct envelope *env = &s->tx->env;
	size_t n = env->nrcpt != 0 ? env->nrcpt : 1;
	struct wish *w = ARENA_ARRAY(s->tx->arena, n, struct wish);

	for (size_t i = 0; i < n; i++) {
		if (i < env->nrcpt) {
			w[i].rcpt = env->rcpt[i].address;
			w[i].rcpt_raw = env->rcpt[i].raw;
		}
		w[i].profile = engine_profile(s->service->engine, w[i].rcpt);
	}
	s->out.wishes = w;
	s->out.nwishes = n;
	s->out.profile = w[0].profile;
	return w;
}

static void make_verdicts(struct submission *s, const struct scan *scan)
{
	struct wish *w = make_wishes(s);

	s->out.scores = ARENA_ARRAY(s->tx->arena, s->out.nwishes, const struct score *);
	for (size_t i = 0; i < s->out.nwishes; i++) {
		s->out.scores[i] = score_of(s, &scan->hits, i);
		verdict_make(s->out.scores[i], w[i].profile, s->tx->dir, w[i].rcpt, &w[i].v);
	}
}

/* The symbols that count for everybody, as they stand in the header and the log. Personal ones stay out: they would tell one recipient of another. */
static struct span symbol_list(struct submission *s, const struct scan *scan)
{
	const score_t *weights = s->out.profile->weights;
	struct buf b = BUF_INIT(s->tx->arena);

	for (size_t i = 0; i < scan->hits.n; i++) {
		const struct hit *h = &scan->hits.v[i];
		char score[16];

		if (h->to != RCPT_ALL)
			continue;
		if (b.len != 0)
			buf_char(&b, ',');
		buf_str(&b, scan->hits.symbols->v[h->sym]->name);
		buf_char(&b, '=');
		buf_str(&b, milli_text((score_t)((int64_t)weights[h->sym] * h->permille / 1000), 2, 2, score));
	}
	return buf_span(&b);
}

/* The log line. */

static void add_rcpt(struct buf *b, const struct wish *w, const struct fate *f)
{
	char score[16];

	buf_add(b, w->rcpt);
	buf_printf(b, ":%s:", action_name(f->action));
	buf_str(b, milli_text(w->v.score, 3, 3, score));
	if (w->v.would != f->action)
		buf_printf(b, ":would=%s/%s", action_name(w->v.would), verdict_reason_name(f->why));
	if (f->to.len != 0) {
		buf_str(b, ":to=");
		buf_add(b, f->to);
	}
}

/* Values of the log are cut at 1,024 bytes: many recipients take several lines. Returns the index of the first one that did not fit. */
static size_t log_rcpts(struct log_line *l, const struct outcome *o, size_t from, struct arena *arena)
{
	struct buf b = BUF_INIT(arena);
	size_t i = from;

	for (; i < o->nwishes; i++) {
		size_t before = b.len;

		if (b.len != 0)
			buf_char(&b, ',');
		add_rcpt(&b, &o->wishes[i], &o->reply.fate[i]);
		if (b.len > 1000 && before != 0) {
			b.len = before;
			break;
		}
	}
	log_str(l, "rcpt", buf_span(&b));
	return i;
}

static void log_times(struct log_line *l, const struct submission *s, const struct scan *scan)
{
	int64_t total = clock_mono_us() - s->start_us + s->recv_us;
	char text[128];

	snprintf(text, sizeof(text), "recv=%.3f,parse=%.3f,checks=%.3f,total=%.3f", (double)s->recv_us / 1000,
		 scan != NULL ? (double)scan->parse_us / 1000 : 0.0, scan != NULL ? (double)scan->checks_us / 1000 : 0.0, (double)total / 1000);
	log_cstr(l, "ms", text);
}

static void log_outcome(const struct submission *s, const struct scan *scan, struct span symbols)
{
	const struct transaction *tx = s->tx;
	char ip[IP_TEXT_MAX];
	struct log_line l;
	size_t next;

	if (!log_wants(LOG_LEVEL_INFO))
		return;
	log_begin(&l, LOG_LEVEL_INFO, "scan");
	log_cstr(&l, "id", tx->id);
	log_str(&l, "qid", tx->queue_id);
	log_str(&l, "from", tx->env.from);
	log_cstr(&l, "ip", ip_text(&tx->client.ip, ip));
	log_str(&l, "helo", tx->client.helo);
	log_str(&l, "user", tx->client.auth_user);
	log_int(&l, "size", (int64_t)tx->raw_size);
	next = log_rcpts(&l, &s->out, 0, tx->arena);
	log_cstr(&l, "action", action_name(s->out.reply.action));
	if (s->out.reply.would != s->out.reply.action)
		log_cstr(&l, "would", action_name(s->out.reply.would));
	log_str(&l, "symbols", symbols);
	log_times(&l, s, scan);
	log_end(&l);
	while (next < s->out.nwishes) {
		log_begin(&l, LOG_LEVEL_INFO, "scan_rcpt");
		log_cstr(&l, "id", tx->id);
		next = log_rcpts(&l, &s->out, next, tx->arena);
		log_end(&l);
	}
}

/* The ends. */

static void end(struct submission *s, const struct scan *scan, struct reduce_input *in)
{
	in->outbound = s->tx->dir == DIR_OUTBOUND;
	in->id = s->tx->id;
	in->headers_mode = (enum scan_headers)engine_scan_settings(s->service->engine)->headers;
	s->out.scan = scan;
	reduce(s->out.wishes, s->out.nwishes, s->service->reduce, in, s->caps, s->tx->arena, &s->out.reply);
	seal_reply(s->service->sealer, s->tx, scan, s->caps, &s->out.reply);
	log_outcome(s, scan, in->symbols);
	s->done(s->ctx, &s->out);
}

static void scanned(void *ctx, const struct scan *scan)
{
	struct submission *s = ctx;
	const struct work_hooks *work = &s->service->services->work; /* the submission is gone after its end */
	struct reduce_input in = { .headers = &scan->msg->headers, .unavailable = scan->late, .extra = &scan->edits };

	s->scan = NULL; /* it has ended: nothing to cancel */
	if (work->resume != NULL)
		work->resume(work->ctx, s->tx->mark, s->tx->id);
	make_verdicts(s, scan);
	in.symbols = symbol_list(s, scan);
	end(s, scan, &in);
	if (work->end != NULL)
		work->end(work->ctx);
}

/* A message that killed a scanner twice: held for everybody; where the peer cannot hold, deferred. Never accepted unseen. */
static void held(void *ctx)
{
	struct submission *s = ctx;
	struct reduce_input in = { .unavailable = (s->caps & CAP_HOLD) == 0 };
	struct wish *w = make_wishes(s);

	timer_stop(&s->deferred);
	for (size_t i = 0; i < s->out.nwishes; i++)
		w[i].v = (struct verdict){ .action = ACTION_HOLD, .would = ACTION_HOLD, .why = WHY_FORCED, .forced = true };
	log_error("message %s killed a scanner before: not scanned, held for inspection", s->tx->id);
	end(s, NULL, &in);
}

struct submission *service_submit(struct service *service, struct transaction *tx, bool by_smtp, unsigned caps, int64_t recv_us, submit_done *done, void *ctx)
{
	struct submission *s = ARENA_NEW(tx->arena, struct submission);
	const struct scan_settings *set = engine_scan_settings(service->engine);
	const struct work_hooks *work = &service->services->work;

	*s = (struct submission){
		.service = service, .tx = tx, .caps = caps, .recv_us = recv_us, .start_us = clock_mono_us(), .done = done, .ctx = ctx,
	};
	log_id_make(tx->id);
	tx->dir = engine_direction(service->engine, &tx->client, by_smtp);
	timer_init(&s->deferred, service->loop, held, s);
	if (work->begin != NULL && !work->begin(work->ctx, tx->raw, tx->id, &tx->mark)) {
		timer_set(&s->deferred, 0);
		return s;
	}
	s->scan = scan_start(service->engine, service->services, tx, STAGE_MESSAGE, set->deadline_us, scanned, s);
	if (work->end != NULL)
		work->end(work->ctx);
	return s;
}

void submission_cancel(struct submission **submission_r)
{
	struct submission *s = *submission_r;

	if (s == NULL)
		return;
	*submission_r = NULL;
	timer_stop(&s->deferred);
	scan_cancel(&s->scan);
}
