#include "checks/authentication.h"

#include "scan/engine.h"

static const char authentication_key, received_key, origin_key;

struct authentication *authentication_of(struct task *t)
{
	void **place = task_shared(t, &authentication_key);

	if (*place == NULL)
		*place = ARENA_NEW(task_arena(t), struct authentication);
	return *place;
}

const struct authentication *authentication_of_scan(const struct scan *scan)
{
	return scan_shared(scan, &authentication_key);
}

const struct received_list *received_of(struct task *t)
{
	void **place = task_shared(t, &received_key);
	struct received_list *list;

	if (*place == NULL) {
		list = ARENA_NEW(task_arena(t), struct received_list);
		*list = received_all(task_arena(t), &task_msg(t)->headers);
		*place = list;
	}
	return *place;
}

static bool trusted(const void *engine, const struct ip *ip)
{
	return engine_trusts(engine, ip);
}

const struct origin *origin_of(struct task *t)
{
	void **place = task_shared(t, &origin_key);
	const struct client *c = &task_tx(t)->client;
	struct origin *o;

	if (*place == NULL) {
		o = ARENA_NEW(task_arena(t), struct origin);
		*o = origin_find(received_of(t), &c->ip, c->helo, c->name, trusted, task_scan(t)->engine);
		*place = o;
	}
	return *place;
}
