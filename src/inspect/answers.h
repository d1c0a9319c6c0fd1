/* Remembered answers: by content, until the signatures change; the one that was asked for longest ago goes first. Bounded in number and in bytes. */
#ifndef WINNOW_INSPECT_ANSWERS_H
#define WINNOW_INSPECT_ANSWERS_H

#include "inspect/job.h"

struct answers;

struct answers *answers_new(size_t max);
void answers_free(struct answers **);
/* Copies. Answers of older signatures than "generation" are forgotten. */
void answers_put(struct answers *, uint64_t key, const struct inspect_answer *);
/* The answer in the arena; false: none by these signatures. */
bool answers_get(struct answers *, uint64_t key, uint64_t generation, struct arena *, struct inspect_answer *answer_r);

#endif
