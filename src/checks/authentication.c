#include "checks/authentication.h"

#include "scan/engine.h"

static const char authentication_key;

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
