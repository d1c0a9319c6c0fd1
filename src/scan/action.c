#include "scan/action.h"

static const char *const names[ACTION_N] = {
	[ACTION_NONE] = "none",       [ACTION_TAG] = "tag",     [ACTION_JUNK] = "junk", [ACTION_REDIRECT] = "redirect",
	[ACTION_DISCARD] = "discard", [ACTION_DEFER] = "defer", [ACTION_HOLD] = "hold", [ACTION_REJECT] = "reject",
};

const char *action_name(enum action a)
{
	return names[a];
}

bool action_parse(struct span s, enum action *action_r)
{
	for (int a = 0; a < ACTION_N; a++) {
		if (span_eq(s, span_of(names[a]))) {
			*action_r = (enum action)a;
			return true;
		}
	}
	return false;
}
