/*
 * The learned model: four linear experts over hashed features (tokens.h), stacked by a fifth, and the taste of each user beside them.
 *
 * An expert is logistic regression over one group of features, each of value 1/sqrt(n): its score is the sum of the features' weights divided by
 * sqrt(n). It learns from its own error, at a high rate (one pass over what people report must suffice), a little less at each weight that has often
 * been taught, and hardly at all where a label contradicts a score far on the other side: one mislabelled mail does little, ten of a kind prevail.
 * The stacker weighs the experts by how well each did on mail it had not yet learned; its sum is a calibrated log-odds. A user who has taught has
 * weights of his own for form and text, found by a second hash with the user (Attenberg, Weinberger et al. 2009), which are added for him alone; what
 * all others say is softened for him, so that a few reports turn it.
 *
 * Learning is two steps: model_step() computes the integers of an event from the model as it is, model_apply() adds them. Additions wrap modulo 2^32:
 * they commute, and the inverse undoes an event exactly, in whatever order events come; so nodes that hold the same events hold the same bits, and
 * nothing saturates (saturation would make the order matter). A weight would wrap after 2,000 events of the largest step in one direction, while steps
 * shrink as scores grow. Counts, by which rates fall, are additions, too; the rate in force is part of the event.
 *
 * The file: a page of header, then global weights, personal weights, counts, each 2^bits numbers of 32 bits: 48 MiB with 22 bits, of which a scan touches
 * the first third, and the second for users who have taught. Scanners map it read-only, shared; one writer adds in place. A reader may see
 * half an event: the score is off by as much for an instant, nothing else. The header's checksum covers what never changes (version, features,
 * size, key); the file is disposable, made again from the log: "begun" differs from "done" when the writer died between.
 */
#ifndef WINNOW_LEARN_MODEL_H
#define WINNOW_LEARN_MODEL_H

#include "base/err.h"
#include "learn/tokens.h"

#define MODEL_VERSION 1
#define MODEL_BITS 22     /* by default */
#define MODEL_BITS_MIN 12
#define MODEL_BITS_MAX 26

enum learn_class { LEARN_HAM, LEARN_SPAM, LEARN_CLASSES };

struct model;

/* A model in memory alone: for tests, evaluation, rebuilding. */
struct model *model_new(unsigned bits, const struct hash_key *site);
/* Makes the file, empty (it must not exist; readable for owner and group). */
bool model_create(const char *path, unsigned bits, const struct hash_key *site, struct err *err_r) MUST_USE;
/* Maps it; NULL: no file, or not a model of this version, these features and this key. The caller sees to it that there is one writer. */
struct model *model_open(const char *path, bool write, const struct hash_key *site, struct err *err_r) MUST_USE;
/* Writes a copy under the path (a new file, synced, renamed over the old). */
bool model_save(const struct model *, const char *path, struct err *err_r) MUST_USE;
void model_free(struct model **);

/* The position of the log up to which events are in the model. begin: before the events up to there are applied, end: behind them. */
void model_begin(struct model *, uint64_t position);
void model_end(struct model *);
/* False: the writer died in between; rebuild. */
bool model_is_whole(const struct model *, uint64_t *position_r);

struct model_state {
	unsigned bits;
	uint32_t learned[LEARN_CLASSES]; /* events, less those undone */
	double weight[FEATURES_GROUPS];  /* of the stacker */
	double ramp;                     /* how far its word counts: 0 knows nothing, 1 */
};
void model_state(const struct model *, struct model_state *state_r);

/* The number by which the model knows a user; the address in lower case as the caller canonises it. Never 0, which is nobody. */
uint64_t model_user(const struct hash_key *site, struct span address);
/* Whether personal weights may exist; sometimes true for one who never taught. */
bool model_user_taught(const struct model *, uint64_t user);

struct judgement {
	double all;         /* log-odds of spam for everybody */
	double own;         /* what this user's taste changes in it; 0 for nobody */
	double probability; /* of both, drawn towards 0.5 as long as little has been learned */
};
/* user 0: nobody. All users of a message: model_judge() once, model_judge_user() for each that has taught. */
void model_judge(const struct model *, const struct features *, struct judgement *judgement_r);
void model_judge_user(const struct model *, const struct features *, uint64_t user, struct judgement *judgement);

#define LEARN_WEIGHT 1000 /* the weight of one trusted report */

struct learn_request {
	enum learn_class class;
	uint16_t weight_all; /* in thousandths, 0 to 4000: how much it counts for everybody */
	uint16_t weight_own; /* and for the user himself */
	uint64_t user;       /* 0: nobody's */
	uint8_t digest[16];  /* of the message */
};

#define MODEL_OWN_GROUPS 2 /* FEATURES_FORM, FEATURES_TEXT */

/* What was learned, completely: nothing but this is needed to apply or undo it on any node. */
struct learn_event {
	struct learn_request what;
	struct features features;
	int32_t step[FEATURES_GROUPS];       /* of each global weight, times rate */
	int32_t step_own[MODEL_OWN_GROUPS];  /* of each personal weight */
	int32_t step_stack[FEATURES_GROUPS + 1];
	uint8_t rate[FEATURES_MAX];          /* by feature: a row of the rate table */
};

/* Never fails; about 0.1 ms. */
void model_step(const struct model *, const struct features *, const struct learn_request *, struct learn_event *event_r);
void model_apply(struct model *, const struct learn_event *);
void model_undo(struct model *, const struct learn_event *);

/* As bytes of a log: little endian, features version in front. Bound: LEARN_EVENT_BYTES. */
#define LEARN_EVENT_BYTES (128 + 5 * FEATURES_MAX)
size_t learn_event_write(const struct learn_event *, uint8_t bytes_r[static LEARN_EVENT_BYTES]);
/* False: not an event of this version. */
bool learn_event_read(struct span bytes, struct learn_event *event_r) MUST_USE;

#endif
