#include "checks/trusted_results.h"

#include "scan/engine.h"

static const char trusted_results_key;

struct trusted_results *trusted_results_of(struct task *t)
{
	void **place = task_shared(t, &trusted_results_key);

	if (*place == NULL)
		*place = ARENA_NEW(task_arena(t), struct trusted_results);
	return *place;
}
