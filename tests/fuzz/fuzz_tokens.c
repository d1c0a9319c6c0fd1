/* The tokenizer: any message gives features within bounds, each once, and the same again; a model learns it and forgets it; and events read from any bytes. */
#include <stdlib.h>

#include "learn/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hash_key site = { 1, 2 };

/* Also where NDEBUG is set. */
static void require(bool condition)
{
	if (!condition)
		abort();
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void check(const struct features *f)
{
	static uint32_t sorted[FEATURES_MAX];
	const uint32_t *v = f->v;

	require(f->n[FEATURES_FORM] <= FEATURES_FORM_MAX && f->n[FEATURES_TEXT] <= FEATURES_TEXT_MAX);
	require(f->n[FEATURES_GRAM_HEADER] <= FEATURES_GRAM_HEADER_MAX && f->n[FEATURES_GRAM_TEXT] <= FEATURES_GRAM_TEXT_MAX);
	for (unsigned g = 0; g < FEATURES_GROUPS; v += f->n[g++]) {
		memcpy(sorted, v, f->n[g] * sizeof(*v));
		qsort(sorted, f->n[g], sizeof(*sorted), by_value);
		for (unsigned i = 0; i < f->n[g]; i++)
			require(sorted[i] != (i > 0 ? sorted[i - 1] : 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct url_context *urls;
	static struct tokens *tokens;
	static struct model *model;
	static struct features features, again;
	static struct learn_event event, read;
	struct learn_request what = { .class = LEARN_SPAM, .weight_all = LEARN_WEIGHT, .weight_own = LEARN_WEIGHT, .user = 7 };
	struct span raw = span_make((const char *)data, size);
	struct arena *arena = arena_new(0);
	struct token_input in = { 0 };
	struct judgement before, after;

	if (urls == NULL) {
		message_init();
		urls = url_context_new();
		tokens = tokens_new(&site);
		model = model_new(MODEL_BITS_MIN, &site);
	}
	in.message = message_parse(arena, raw, &message_limits_default, urls);
	tokens_read(tokens, arena, &in, &features);
	check(&features);
	tokens_read(tokens, arena, &in, &again);
	require(memcmp(features.n, again.n, sizeof(features.n)) == 0 && memcmp(features.v, again.v, features_count(&features) * sizeof(features.v[0])) == 0);
	model_judge(model, &features, &before);
	model_step(model, &features, &what, &event);
	model_apply(model, &event);
	model_undo(model, &event);
	model_judge(model, &features, &after);
	require(!(before.all < after.all) && !(before.all > after.all));
	if (learn_event_read(raw, &read)) {
		model_apply(model, &read);
		model_undo(model, &read);
	}
	arena_free(&arena);
	return 0;
}
