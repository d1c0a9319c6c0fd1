#include "checks/stranger.h"

const struct origin *stranger_of(struct task *t)
{
	enum direction dir = task_tx(t)->dir;
	const struct origin *o;

	if (dir != DIR_INBOUND && dir != DIR_RELAY)
		return NULL;
	o = origin_of(t);
	return o->ip.set && !o->authenticated ? o : NULL;
}
