#include "store/store_redis.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "io/log.h"
#include "store/redis_link.h"
#include "store/store_op.h"

#define WAITING_MAX 10000
#define SENT_MAX 10000
#define COMPLAIN_US 60000000

struct redis {
	struct store store; /* first */
	struct store_redis_options opt;
	struct redis_link *link;
	bool failed;                       /* the server was missed once: nobody waits for it any more */
	struct store_ops waiting, sent, failing;
	int64_t heard_us, complained_us;
};

struct redis_op {
	struct store_op o; /* first */
	struct redis *of;
	struct timer timer;
	bool failing;      /* the timer tells OP_FAIL */
	bool sent;         /* hiredis has it: it is freed when the reply comes, which may be when all is over */
	bool over;         /* nobody waits */
	int64_t started_us;
};

static void complain(struct redis *s, const char *why)
{
	int64_t now = clock_mono_us();

	if (s->opt.quiet || (s->complained_us != 0 && now - s->complained_us < COMPLAIN_US))
		return;
	s->complained_us = now;
	log_error("redis: %s", why);
}

/* The end of an operation. */

static void end(struct redis_op *op)
{
	store_op_unlink(&op->o);
	timer_stop(&op->timer);
	op->over = true;
	if (!op->sent)
		free(op);
}

static void finish(struct redis_op *op, enum op_status status, const struct store_answer *answer)
{
	op_done *done = op->o.done;
	void *ctx = op->o.ctx;

	end(op);
	if (done != NULL)
		done(ctx, status, status == OP_OK ? answer : NULL);
}

static void redis_cancel(struct op *op)
{
	end((struct redis_op *)op);
}

static void fail_soon(struct redis_op *op)
{
	store_op_unlink(&op->o);
	op->failing = true;
	store_ops_add(&op->of->failing, &op->o);
	timer_set(&op->timer, 0);
}

static void timed(void *ctx)
{
	struct redis_op *op = ctx;
	struct redis *s = op->of;
	int64_t left = op->o.deadline_us - clock_mono_us(), started_us = op->started_us;
	bool sent = op->sent;

	if (op->failing) {
		finish(op, OP_FAIL, NULL);
		return;
	}
	if (left > 0) {
		timer_set(&op->timer, left);
		return;
	}
	finish(op, OP_DEADLINE, NULL);
	/* Silent since, and for long enough to be called dead. */
	if (sent && s->heard_us < started_us && clock_mono_us() - started_us >= s->opt.set->timeout_us)
		redis_link_drop(s->link, "it does not answer");
}

/* Commands. */

#define WORDS 12
#define KEY_ROOM (STORE_REDIS_PREFIX_MAX + 32 + STORE_OWNER_MAX + STORE_NAME_MAX)

struct command {
	const char *argv[WORDS];
	size_t len[WORDS];
	int n;
	char texts[3][24];
	int ntexts;
	char keys[3][KEY_ROOM];
	int nkeys;
};

static void add(struct command *c, struct span word)
{
	assert(c->n < WORDS);
	c->argv[c->n] = word.p != NULL ? word.p : "";
	c->len[c->n++] = word.len;
}

static void add_number(struct command *c, uint64_t v)
{
	char *text = c->texts[c->ntexts++];
	int n = snprintf(text, sizeof(c->texts[0]), "%llu", (unsigned long long)v);

	add(c, span_make(text, (size_t)n));
}

static void add_script(struct command *c, const struct redis *s, enum redis_script script, unsigned nkeys)
{
	static const char digits[] = "0123456789";

	add(c, SPAN_LIT("EVALSHA"));
	add(c, span_of(redis_link_script(s->link, script)));
	add(c, span_make(digits + nkeys, 1));
}

static size_t append(char *to, size_t at, struct span s)
{
	if (s.len != 0)
		memcpy(to + at, s.p, s.len);
	return at + s.len;
}

/* PREFIXspace:N:owner, with ":name" for a key. */
static void add_key(struct command *c, const struct redis *s, const struct store_key *k, bool whole)
{
	char *key = c->keys[c->nkeys++], middle[40];
	size_t n = append(key, 0, s->opt.set->prefix);

	snprintf(middle, sizeof(middle), "%s:%zu:", store_space_name(k->space), k->owner.len);
	n = append(key, n, span_of(middle));
	n = append(key, n, k->owner);
	if (whole) {
		key[n++] = ':';
		n = append(key, n, k->name);
	}
	add(c, span_make(key, n));
}

static void add_log(struct command *c, const struct redis *s, enum store_log log, const char *suffix)
{
	char *key = c->keys[c->nkeys++], middle[40];
	size_t n = append(key, 0, s->opt.set->prefix);

	snprintf(middle, sizeof(middle), "log:%s%s", store_log_name(log), suffix);
	add(c, span_make(key, append(key, n, span_of(middle))));
}

static uint64_t milliseconds(const struct store_request *r)
{
	return (uint64_t)((r->time_us + 999) / 1000);
}

/* A script over a key and, where there is an owner, the set of his keys. */
static void keyed_script(struct command *c, const struct redis *s, const struct store_request *r, enum redis_script script)
{
	add_script(c, s, script, r->key.owner.len != 0 ? 2 : 1);
	add_key(c, s, &r->key, true);
	if (r->key.owner.len != 0)
		add_key(c, s, &r->key, false);
}

static void build_put(struct command *c, const struct redis *s, const struct store_request *r)
{
	if (r->key.owner.len != 0) {
		keyed_script(c, s, r, SCRIPT_PUT);
		add(c, r->value);
	} else {
		add(c, SPAN_LIT("SET"));
		add_key(c, s, &r->key, true);
		add(c, r->value);
		add(c, SPAN_LIT("PX"));
	}
	add_number(c, milliseconds(r));
}

static void build_delete(struct command *c, const struct redis *s, const struct store_request *r)
{
	if (r->key.owner.len != 0) {
		keyed_script(c, s, r, SCRIPT_DELETE);
		return;
	}
	add(c, SPAN_LIT("DEL"));
	add_key(c, s, &r->key, true);
}

static void build_claim(struct command *c, const struct redis *s, const struct store_request *r)
{
	if (r->key.owner.len != 0) {
		keyed_script(c, s, r, SCRIPT_CLAIM);
	} else {
		add(c, SPAN_LIT("SET"));
		add_key(c, s, &r->key, true);
		add(c, SPAN_LIT("1"));
		add(c, SPAN_LIT("NX"));
		add(c, SPAN_LIT("PX"));
	}
	add_number(c, milliseconds(r));
}

static void log_script(struct command *c, const struct redis *s, const struct store_request *r, enum redis_script script, unsigned nkeys)
{
	static const char *const suffixes[] = { "", ":once", ":next" };

	add_script(c, s, script, nkeys);
	for (unsigned i = 0; i < nkeys; i++)
		add_log(c, s, r->log, suffixes[i]);
}

static void build(struct command *c, const struct redis *s, const struct store_request *r)
{
	switch (r->verb) {
	case STORE_GET:
		add(c, SPAN_LIT("GET"));
		add_key(c, s, &r->key, true);
		break;
	case STORE_PUT:
		build_put(c, s, r);
		break;
	case STORE_DELETE:
		build_delete(c, s, r);
		break;
	case STORE_COUNT:
		keyed_script(c, s, r, SCRIPT_COUNT);
		add_number(c, r->number);
		add_number(c, (uint64_t)r->time_us);
		break;
	case STORE_CLAIM:
		build_claim(c, s, r);
		break;
	case STORE_FORGET:
		add_script(c, s, SCRIPT_FORGET, 1);
		add_key(c, s, &r->key, false);
		add_number(c, r->max);
		break;
	case STORE_APPEND:
		log_script(c, s, r, SCRIPT_APPEND, 3);
		add(c, r->key.name);
		add(c, r->value);
		break;
	case STORE_RANGE:
		log_script(c, s, r, SCRIPT_RANGE, 1);
		add_number(c, r->number);
		add_number(c, r->max);
		add_number(c, STORE_RANGE_BYTES);
		break;
	case STORE_TRIM:
		log_script(c, s, r, SCRIPT_TRIM, 2);
		add_number(c, r->number);
		add_number(c, r->max);
		break;
	case STORE_REMOVE:
		log_script(c, s, r, SCRIPT_REMOVE, 2);
		add_number(c, r->number);
		break;
	case STORE_VERBS:
		abort();
	}
}

/* Replies. */

static bool read_pair(const redisReply *r, uint64_t *first_r, uint64_t *second_r)
{
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || r->element[0]->type != REDIS_REPLY_INTEGER || r->element[1]->type != REDIS_REPLY_INTEGER)
		return false;
	*first_r = (uint64_t)r->element[0]->integer;
	*second_r = (uint64_t)r->element[1]->integer;
	return true;
}

static bool read_text(const redisReply *r, struct span *text_r)
{
	*text_r = span_make(r->str, r->len);
	return r->type == REDIS_REPLY_STRING;
}

static bool read_records(const redisReply *r, struct arena *arena, struct store_answer *a)
{
	struct store_record *v;
	struct span position;

	if (r->type != REDIS_REPLY_ARRAY || r->elements % 3 != 1 || r->element[0]->type != REDIS_REPLY_INTEGER)
		return false;
	a->more = r->element[0]->integer != 0;
	a->n = r->elements / 3;
	a->v = v = ARENA_ARRAY(arena, a->n, struct store_record);
	for (size_t i = 0; i < a->n; i++) {
		redisReply *const *e = r->element + 1 + 3 * i;

		if (!read_text(e[0], &position) || !span_uint(position, UINT64_MAX, &v[i].position) || !read_text(e[1], &v[i].key) || !read_text(e[2], &v[i].bytes))
			return false;
	}
	return true;
}

/* OK or nothing (SET), or a number that is not 0. */
static bool read_yes(const redisReply *r, bool *yes_r)
{
	*yes_r = r->type == REDIS_REPLY_STATUS || (r->type == REDIS_REPLY_INTEGER && r->integer != 0);
	return r->type == REDIS_REPLY_STATUS || r->type == REDIS_REPLY_INTEGER || r->type == REDIS_REPLY_NIL;
}

static bool read_answer(const redisReply *r, enum store_verb verb, struct arena *arena, struct store_answer *a)
{
	uint64_t flag = 0;
	bool ok;

	*a = (struct store_answer){ .yes = false };
	switch (verb) {
	case STORE_GET:
		a->yes = r->type == REDIS_REPLY_STRING;
		return r->type == REDIS_REPLY_NIL || read_text(r, &a->value);
	case STORE_PUT:
	case STORE_DELETE:
	case STORE_CLAIM:
	case STORE_REMOVE:
		return read_yes(r, &a->yes);
	case STORE_COUNT:
		a->number = (uint64_t)r->integer;
		return r->type == REDIS_REPLY_INTEGER && r->integer >= 0;
	case STORE_APPEND:
		ok = read_pair(r, &flag, &a->number);
		a->yes = flag != 0;
		return ok;
	case STORE_TRIM:
	case STORE_FORGET:
		ok = read_pair(r, &a->number, &flag);
		a->more = flag != 0;
		return ok;
	case STORE_RANGE:
		return read_records(r, arena, a);
	case STORE_VERBS:
		break;
	}
	return false;
}

/* Errors after which this server is of no use to us: it became a replica, reads its data, wants a password, has forgotten our scripts. */
static bool is_over(struct span error)
{
	static const char *const words[] = { "READONLY", "LOADING", "MASTERDOWN", "NOAUTH", "NOSCRIPT" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_starts(error, span_of(words[i])))
			return true;
	}
	/* From within a script Redis 7 tells it so: */
	return span_has(error, SPAN_LIT("-READONLY")) || span_has(error, SPAN_LIT("read only replica"));
}

static void error_came(struct redis *s, const redisReply *r)
{
	char why[200];

	snprintf(why, sizeof(why), "%s", r->str);
	if (is_over(span_make(r->str, r->len)))
		redis_link_drop(s->link, why);
	else
		complain(s, why);
}

static void replied(redisAsyncContext *ac, void *reply, void *privdata)
{
	struct redis_op *op = privdata;
	struct redis *s = op->of;
	const redisReply *r = reply;
	struct store_answer answer;
	struct arena *arena;
	bool ok;

	(void)ac;
	op->sent = false; /* from here on it is ours alone */
	if (op->over) {
		free(op);
		if (r != NULL)
			s->heard_us = clock_mono_us();
		return;
	}
	if (r == NULL) {
		finish(op, OP_FAIL, NULL);
		return;
	}
	s->heard_us = clock_mono_us();
	arena = arena_new(r->type == REDIS_REPLY_ARRAY ? 0 : 64);
	ok = r->type != REDIS_REPLY_ERROR && read_answer(r, op->o.what.verb, arena, &answer);
	if (!ok && r->type != REDIS_REPLY_ERROR)
		complain(s, "an answer that does not belong to the command");
	finish(op, ok ? OP_OK : OP_FAIL, &answer);
	if (r->type == REDIS_REPLY_ERROR)
		error_came(s, r);
	arena_free(&arena);
}

/* Starting. */

static void issue(struct redis_op *op)
{
	struct redis *s = op->of;
	redisAsyncContext *ac = redis_link_context(s->link);
	struct command c;

	c.n = c.ntexts = c.nkeys = 0;
	store_op_unlink(&op->o);
	if (ac != NULL)
		build(&c, s, &op->o.what);
	if (ac == NULL || s->sent.n >= SENT_MAX || redisAsyncCommandArgv(ac, replied, op, c.n, c.argv, c.len) != REDIS_OK) {
		fail_soon(op);
		return;
	}
	op->sent = true;
	store_ops_add(&s->sent, &op->o);
}

static struct op *redis_start(struct store *store, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	struct redis *s = (struct redis *)store;
	int64_t longest = s->opt.set->timeout_us, patience = deadline_us < longest ? deadline_us : longest;
	struct redis_op *op = store_op_new(sizeof(*op), r, patience, done, ctx);

	op->o.op.cancel = redis_cancel;
	op->of = s;
	op->started_us = clock_mono_us();
	timer_init(&op->timer, s->opt.loop, timed, op);
	timer_set(&op->timer, patience);
	if (redis_link_context(s->link) != NULL)
		issue(op);
	else if (!s->failed && s->waiting.n < WAITING_MAX)
		store_ops_add(&s->waiting, &op->o);
	else
		fail_soon(op);
	return &op->o.op;
}

static void changed(void *ctx, bool up)
{
	struct redis *s = ctx;

	s->failed = !up;
	for (struct redis_op *op; (op = (struct redis_op *)store_ops_take(&s->waiting)) != NULL;) {
		if (up)
			issue(op);
		else
			fail_soon(op);
	}
}

static void end_all(struct store_ops *list)
{
	for (struct store_op *op; (op = store_ops_take(list)) != NULL;)
		end((struct redis_op *)op);
}

static void redis_free(struct store *store)
{
	struct redis *s = (struct redis *)store;

	end_all(&s->waiting);
	end_all(&s->failing);
	end_all(&s->sent);
	redis_link_free(&s->link); /* which gives us back what was sent */
	free(s);
}

struct store *store_redis_new(const struct store_redis_options *o, struct err *err_r)
{
	struct redis *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	*s = (struct redis){ .store = { redis_start, redis_free }, .opt = *o };
	s->link = redis_link_new(o, changed, s, err_r);
	if (s->link == NULL) {
		free(s);
		return NULL;
	}
	return &s->store;
}
