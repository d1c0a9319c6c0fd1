#include "scan/origin.h"

#include "scan/engine.h"

static const char received_key, origin_key;

const struct received_list *received_of(struct task *t)
{
	void **place = task_shared(t, &received_key);
	struct received_list *list;

	if (*place == NULL) {
		list = ARENA_NEW(task_arena(t), struct received_list);
		if (task_msg(t) != NULL)
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
	static const struct received_list none;
	const struct client *c = &task_tx(t)->client;
	const struct engine *engine = task_scan(t)->engine;
	struct origin *o;

	if (*place == NULL) {
		o = ARENA_NEW(task_arena(t), struct origin);
		/* A stranger's own fields tell nothing: they need not be read. */
		*o = origin_find(trusted(engine, &c->ip) ? received_of(t) : &none, &c->ip, c->helo, c->name, trusted, engine);
		*place = o;
	}
	return *place;
}
