/* What the files of the model share. */
#ifndef WINNOW_LEARN_MODEL_PRIVATE_H
#define WINNOW_LEARN_MODEL_PRIVATE_H

#include "learn/model.h"

#define MODEL_PAGE 4096
#define MODEL_MAGIC "WINNOWLM"
#define MODEL_TAUGHT 65536 /* slots that count the events of users */

/* In the byte order of the machine: a file is never carried elsewhere, logs are. */
struct model_header {
	char magic[8];
	uint32_t version, features_version, bits, order; /* order: 1 as this machine writes it */
	uint64_t key_check;  /* a keyed hash of a constant */
	uint64_t checksum;   /* of all above */
	uint64_t begun, done;
	uint32_t learned[LEARN_CLASSES];
	int32_t stack[FEATURES_GROUPS + 1]; /* added to what the stacker begins with */
};

struct model {
	struct model_header *header;
	uint32_t *taught; /* [MODEL_TAUGHT], by user */
	uint32_t *all, *own, *count; /* [2^bits]; weights are two's complement, so that adding wraps */
	unsigned shift;   /* 32 - bits */
	size_t size;
	bool write;
};

static inline uint32_t model_index(const struct model *m, uint32_t feature)
{
	return feature * 0x9e3779b1u >> m->shift;
}

static inline uint32_t model_index_own(const struct model *m, uint32_t feature, uint64_t user)
{
	return (uint32_t)((feature ^ user) * 0x9e3779b97f4a7c15u >> 32) >> m->shift;
}

/* Begin of a group in features.v. */
static inline unsigned features_begin(const struct features *f, unsigned group)
{
	unsigned at = 0;

	for (unsigned g = 0; g < group; g++)
		at += f->n[g];
	return at;
}

#endif
