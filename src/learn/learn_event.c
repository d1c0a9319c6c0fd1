/* Events as bytes. */
#include "learn/model_private.h"

/* version 2, class 1, flags 1, weights 2+2, user 8, digest 16, counts 4 x 2, steps 4 x (4 + 2 + 5); features 4, rates 1 each. */
#define HEAD (2 + 1 + 1 + 2 + 2 + 8 + 16 + 2 * FEATURES_GROUPS + 4 * (FEATURES_GROUPS + MODEL_OWN_GROUPS + FEATURES_GROUPS + 1))
_Static_assert(HEAD <= 128, "LEARN_EVENT_BYTES");

static uint8_t *put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		*p++ = (uint8_t)(v >> (8 * i));
	return p;
}

static uint64_t get(const uint8_t **p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)*(*p)++ << (8 * i);
	return v;
}

size_t learn_event_write(const struct learn_event *e, uint8_t bytes_r[static LEARN_EVENT_BYTES])
{
	unsigned n = features_count(&e->features);
	uint8_t *p = bytes_r;

	p = put(p, FEATURES_VERSION, 2);
	p = put(p, e->what.class, 1);
	p = put(p, 0, 1);
	p = put(p, e->what.weight_all, 2);
	p = put(p, e->what.weight_own, 2);
	p = put(p, e->what.user, 8);
	memcpy(p, e->what.digest, sizeof(e->what.digest));
	p += sizeof(e->what.digest);
	for (unsigned g = 0; g < FEATURES_GROUPS; g++)
		p = put(p, e->features.n[g], 2);
	for (unsigned g = 0; g < FEATURES_GROUPS; g++)
		p = put(p, (uint32_t)e->step[g], 4);
	for (unsigned g = 0; g < MODEL_OWN_GROUPS; g++)
		p = put(p, (uint32_t)e->step_own[g], 4);
	for (unsigned g = 0; g <= FEATURES_GROUPS; g++)
		p = put(p, (uint32_t)e->step_stack[g], 4);
	for (unsigned i = 0; i < n; i++)
		p = put(p, e->features.v[i], 4);
	memcpy(p, e->rate, n);
	return (size_t)(p - bytes_r) + n;
}

static bool read_counts(const uint8_t **p, struct features *f)
{
	static const unsigned room[FEATURES_GROUPS] = { FEATURES_FORM_MAX, FEATURES_TEXT_MAX, FEATURES_GRAM_HEADER_MAX, FEATURES_GRAM_TEXT_MAX };
	bool ok = true;

	for (unsigned g = 0; g < FEATURES_GROUPS; g++) {
		f->n[g] = (uint16_t)get(p, 2);
		ok = ok && f->n[g] <= room[g];
	}
	return ok;
}

bool learn_event_read(struct span bytes, struct learn_event *e)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	uint64_t class;
	unsigned n;

	if (bytes.len < HEAD || get(&p, 2) != FEATURES_VERSION || (class = get(&p, 1)) >= LEARN_CLASSES || get(&p, 1) != 0)
		return false;
	e->what.class = (enum learn_class)class;
	e->what.weight_all = (uint16_t)get(&p, 2);
	e->what.weight_own = (uint16_t)get(&p, 2);
	e->what.user = get(&p, 8);
	memcpy(e->what.digest, p, sizeof(e->what.digest));
	p += sizeof(e->what.digest);
	if (!read_counts(&p, &e->features) || bytes.len != HEAD + 5 * (size_t)(n = features_count(&e->features)))
		return false;
	for (unsigned g = 0; g < FEATURES_GROUPS; g++)
		e->step[g] = (int32_t)(uint32_t)get(&p, 4);
	for (unsigned g = 0; g < MODEL_OWN_GROUPS; g++)
		e->step_own[g] = (int32_t)(uint32_t)get(&p, 4);
	for (unsigned g = 0; g <= FEATURES_GROUPS; g++)
		e->step_stack[g] = (int32_t)(uint32_t)get(&p, 4);
	for (unsigned i = 0; i < n; i++)
		e->features.v[i] = (uint32_t)get(&p, 4);
	memcpy(e->rate, p, n);
	return e->what.weight_all <= 4 * LEARN_WEIGHT && e->what.weight_own <= 4 * LEARN_WEIGHT;
}
