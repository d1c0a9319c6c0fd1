/* Between reduce.c (who gets what) and reduce_edits.c (how the message and envelope change). */
#ifndef WINNOW_PROTO_REDUCE_PRIVATE_H
#define WINNOW_PROTO_REDUCE_PRIVATE_H

#include "proto/reduce.h"

struct reduction {
	const struct wish *wishes;
	size_t n;
	const struct reduce_settings *set;
	const struct reduce_input *in;
	unsigned caps;
	struct arena *arena;
	struct reply *reply;
};

/* A recipient who still gets the message, under this or another address. */
static inline bool fate_remains(const struct fate *f)
{
	return f->action != ACTION_DISCARD;
}

/* What a recipient gets whose own verdict cannot be given: junk; outbound mail, which is never junked, passes. */
void reduce_fall_back(const struct reduction *, struct fate *);
void reduce_edit_recipients(struct reduction *);
void reduce_edit_headers(struct reduction *);

#endif
