#include "store/store.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/store_op.h"

const char *store_space_name(unsigned space)
{
	switch (space) {
#define X(number, constant, name) case number: return name;
	STORE_SPACES(X)
#undef X
	default: return NULL;
	}
}

const char *store_log_name(unsigned log)
{
	switch (log) {
#define X(number, constant, name) case number: return name;
	STORE_LOGS(X)
#undef X
	default: return NULL;
	}
}

static bool key_valid(const struct store_key *k)
{
	return store_space_name(k->space) != NULL && k->owner.len <= STORE_OWNER_MAX && k->name.len >= 1 && k->name.len <= STORE_NAME_MAX;
}

static bool time_valid(const struct store_request *r)
{
	return r->time_us >= STORE_EXPIRY_MIN_US && r->time_us <= STORE_EXPIRY_MAX_US;
}

static bool max_valid(const struct store_request *r)
{
	return r->max >= 1 && r->max <= STORE_RANGE_MAX;
}

bool store_request_valid(const struct store_request *r)
{
	switch (r->verb) {
	case STORE_GET:
	case STORE_DELETE:
		return key_valid(&r->key);
	case STORE_PUT:
		return key_valid(&r->key) && time_valid(r) && r->value.len <= STORE_VALUE_MAX;
	case STORE_COUNT:
		return key_valid(&r->key) && time_valid(r) && r->number <= STORE_COUNT_MAX;
	case STORE_CLAIM:
		return key_valid(&r->key) && time_valid(r);
	case STORE_FORGET:
		return store_space_name(r->key.space) != NULL && r->key.owner.len >= 1 && r->key.owner.len <= STORE_OWNER_MAX && max_valid(r);
	case STORE_APPEND:
		return store_log_name(r->log) != NULL && r->key.owner.len == 0 && r->key.name.len <= STORE_NAME_MAX && r->value.len <= STORE_VALUE_MAX;
	case STORE_RANGE:
	case STORE_TRIM:
		return store_log_name(r->log) != NULL && max_valid(r) && r->number <= STORE_COUNT_MAX;
	case STORE_REMOVE:
		return store_log_name(r->log) != NULL && r->number <= STORE_COUNT_MAX;
	case STORE_VERBS:
		break;
	}
	return false;
}

struct op *store_start(struct store *s, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	assert(store_request_valid(r));
	return s->start(s, r, deadline_us > 0 ? deadline_us : STORE_DEADLINE_US, done, ctx);
}

void store_free(struct store **s_r)
{
	struct store *s = *s_r;

	*s_r = NULL;
	if (s != NULL)
		s->free(s);
}

/* Operations. */

void store_ops_add(struct store_ops *list, struct store_op *op)
{
	op->list = list;
	op->next = NULL;
	op->prev = list->last;
	*(list->last != NULL ? &list->last->next : &list->first) = op;
	list->last = op;
	list->n++;
}

void store_op_unlink(struct store_op *op)
{
	struct store_ops *list = op->list;

	if (list == NULL)
		return;
	*(op->prev != NULL ? &op->prev->next : &list->first) = op->next;
	*(op->next != NULL ? &op->next->prev : &list->last) = op->prev;
	list->n--;
	op->list = NULL;
}

struct store_op *store_ops_take(struct store_ops *list)
{
	struct store_op *op = list->first;

	if (op != NULL)
		store_op_unlink(op);
	return op;
}

void store_ops_move(struct store_ops *to, struct store_ops *from)
{
	for (struct store_op *op; (op = store_ops_take(from)) != NULL;)
		store_ops_add(to, op);
}

static struct span copy(char **to, struct span s)
{
	char *p = *to;

	if (s.len == 0)
		return SPAN_NONE;
	memcpy(p, s.p, s.len);
	*to += s.len;
	return span_make(p, s.len);
}

void *store_op_new(size_t size, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	char *all = malloc(size + r->key.owner.len + r->key.name.len + r->value.len);
	struct store_op *op = (struct store_op *)(void *)all;

	if (all == NULL)
		abort();
	memset(all, 0, size);
	all += size;
	*op = (struct store_op){ .done = done, .ctx = ctx, .deadline_us = clock_mono_us() + deadline_us, .what = *r };
	op->what.key.owner = copy(&all, r->key.owner);
	op->what.key.name = copy(&all, r->key.name);
	op->what.value = copy(&all, r->value);
	return op;
}
