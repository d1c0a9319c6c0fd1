/* The model: learning, commuting, undoing exactly, files, users. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "learn/model.h"

#define BITS 14

static const struct hash_key site = { 1, 2 }, other_site = { 3, 4 };

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A message of n words per group out of a vocabulary that leans to its class by half. */
static void make_features(uint64_t *random, bool spam, unsigned n, struct features *f)
{
	unsigned at = 0;

	for (unsigned g = 0; g < FEATURES_GROUPS; g++) {
		f->n[g] = (uint16_t)n;
		for (unsigned i = 0; i < n; i++) {
			uint64_t r = next_random(random);
			uint32_t word = (uint32_t)(r >> 20) % 200 + (r % 2 == 0 ? 1000 : spam ? 2000 : 3000);

			f->v[at++] = (word * 16 + g) * 2654435761u | 1;
		}
	}
}

static struct learn_request request(bool spam, uint64_t user)
{
	return (struct learn_request){ .class = spam ? LEARN_SPAM : LEARN_HAM, .weight_all = LEARN_WEIGHT, .weight_own = user != 0 ? LEARN_WEIGHT : 0, .user = user };
}

static void learn(struct model *m, const struct features *f, bool spam, uint64_t user, struct learn_event *e)
{
	struct learn_request what = request(spam, user);

	model_step(m, f, &what, e);
	model_apply(m, e);
}

/* All bytes of a model, by way of a file. */
static char *bytes_of(const struct model *m, size_t *size_r)
{
	char path[] = "/tmp/test-model-XXXXXX";
	int fd = mkstemp(path);
	struct stat st;
	struct err err;
	char *bytes;

	close(fd);
	assert_true(model_save(m, path, &err));
	FILE *f = fopen(path, "rb");
	assert_int_equal(fstat(fileno(f), &st), 0);
	bytes = malloc((size_t)st.st_size);
	*size_r = fread(bytes, 1, (size_t)st.st_size, f);
	fclose(f);
	unlink(path);
	return bytes;
}

static bool same_model(const struct model *a, const struct model *b)
{
	size_t na, nb;
	char *x = bytes_of(a, &na), *y = bytes_of(b, &nb);
	bool same = na == nb && memcmp(x, y, na) == 0;

	free(x);
	free(y);
	return same;
}

static struct judgement judge(const struct model *m, const struct features *f, uint64_t user)
{
	struct judgement j;

	model_judge(m, f, &j);
	model_judge_user(m, f, user, &j);
	return j;
}

/* From the first dozens of mails on, also where one class is rare. */
static void test_learns(void **state)
{
	static const struct {
		unsigned ham, spam; /* in turn */
	} rows[] = { { 1, 1 }, { 1, 20 }, { 20, 1 } };
	struct features f;
	struct learn_event *e = malloc(sizeof(*e));

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		struct model *m = model_new(18, &site);
		uint64_t random = 88172645463325252u + row;
		unsigned wrong = 0, cycle = rows[row].ham + rows[row].spam;

		for (unsigned i = 0; i < 30 * cycle; i++) {
			bool spam = i % cycle < rows[row].spam;

			make_features(&random, spam, 20, &f);
			learn(m, &f, spam, 0, e);
		}
		for (unsigned i = 0; i < 200; i++) {
			make_features(&random, i % 2, 20, &f);
			wrong += (judge(m, &f, 0).probability > 0.5) != (i % 2 == 1);
		}
		if (wrong > 10)
			fail_msg("%u ham to %u spam: %u of 200 wrong", rows[row].ham, rows[row].spam, wrong);
		model_free(&m);
	}
	free(e);
}

/* Knows nothing, says nothing; knows one class only, says nothing. */
static void test_ramp(void **state)
{
	struct model *m = model_new(BITS, &site);
	struct learn_event *e = malloc(sizeof(*e));
	struct model_state s;
	struct features f, none = { 0 };
	uint64_t random = 7;

	(void)state;
	make_features(&random, true, 20, &f);
	assert_true(judge(m, &f, 0).probability == 0.5);
	for (unsigned i = 0; i < 50; i++)
		learn(m, &f, true, 0, e);
	assert_true(judge(m, &f, 0).probability == 0.5);
	model_state(m, &s);
	assert_int_equal(s.learned[LEARN_SPAM], 50);
	assert_int_equal(s.learned[LEARN_HAM], 0);
	make_features(&random, false, 20, &f);
	for (unsigned i = 0; i < 12; i++)
		learn(m, &f, false, 0, e);
	model_state(m, &s);
	assert_true(s.ramp > 0.49 && s.ramp < 0.51);
	/* A message without features is no trouble. */
	learn(m, &none, true, 0, e);
	assert_true(isfinite(judge(m, &none, 0).all));
	free(e);
	model_free(&m);
}

#define EVENTS 60

static void shuffle(uint64_t *random, struct learn_event **v, unsigned n)
{
	for (unsigned i = n - 1; i > 0; i--) {
		unsigned j = (unsigned)(next_random(random) % (i + 1));
		struct learn_event *swap = v[i];

		v[i] = v[j];
		v[j] = swap;
	}
}

/* Events in any order, some done and undone in any order: the same bits. */
static void test_commutes(void **state)
{
	struct learn_event *events[EVENTS];
	struct model *first = model_new(BITS, &site), *empty = model_new(BITS, &site);
	struct features f;
	uint64_t random = 99;

	(void)state;
	for (unsigned i = 0; i < EVENTS; i++) {
		struct learn_request what = request(i % 3 == 0, i % 4 == 0 ? i : 0);

		what.weight_all = (uint16_t)(i * 37 % 1500);
		make_features(&random, i % 3 == 0, 30, &f);
		events[i] = malloc(sizeof(*events[i]));
		model_step(first, &f, &what, events[i]);
		model_apply(first, events[i]);
	}
	for (unsigned round = 0; round < 10; round++) {
		struct model *m = model_new(BITS, &site);

		shuffle(&random, events, EVENTS);
		for (unsigned i = 0; i < EVENTS; i++) {
			/* Some come twice and are undone once, some are undone before they come. */
			if (i % 5 == 0)
				model_undo(m, events[(i + 7) % EVENTS]);
			model_apply(m, events[i]);
			if (i % 5 == 0)
				model_apply(m, events[(i + 7) % EVENTS]);
		}
		assert_true(same_model(first, m));
		shuffle(&random, events, EVENTS);
		for (unsigned i = 0; i < EVENTS; i++)
			model_undo(m, events[i]);
		assert_true(same_model(empty, m));
		model_free(&m);
	}
	for (unsigned i = 0; i < EVENTS; i++)
		free(events[i]);
	model_free(&first);
	model_free(&empty);
}

/* The largest steps there can be, so often that weights wrap: still exact. */
static void test_wraps(void **state)
{
	struct learn_event *e = calloc(1, sizeof(*e)), *back = calloc(1, sizeof(*back));
	struct model *m = model_new(BITS, &site), *empty = model_new(BITS, &site);

	(void)state;
	e->what = request(true, 5);
	e->features.n[0] = 1;
	e->features.v[0] = 12345;
	e->step[0] = e->step_own[0] = e->step_stack[0] = INT32_MAX;
	*back = *e;
	back->step[0] = INT32_MIN;
	for (unsigned i = 0; i < 100; i++) {
		model_apply(m, e);
		model_apply(m, back);
	}
	assert_true(isfinite(judge(m, &e->features, 5).all));
	for (unsigned i = 0; i < 100; i++)
		model_undo(m, e);
	for (unsigned i = 0; i < 100; i++)
		model_undo(m, back);
	assert_true(same_model(m, empty));
	free(e);
	free(back);
	model_free(&m);
	model_free(&empty);
}

/* As bytes and back; every cut and every flipped byte of the head is refused or harmless. */
static void test_event_bytes(void **state)
{
	struct learn_event *e = calloc(1, sizeof(*e)), *back = calloc(1, sizeof(*back));
	uint8_t *bytes = malloc(LEARN_EVENT_BYTES);
	struct model *m = model_new(BITS, &site), *copy = model_new(BITS, &site);
	struct features f;
	uint64_t random = 3;
	size_t n;

	(void)state;
	make_features(&random, true, 50, &f);
	memset(e->what.digest, 7, sizeof(e->what.digest));
	learn(m, &f, true, 42, e);
	n = learn_event_write(e, bytes);
	assert_true(n <= LEARN_EVENT_BYTES);
	assert_true(learn_event_read(span_make((const char *)bytes, n), back));
	model_apply(copy, back);
	assert_true(same_model(m, copy));
	assert_memory_equal(&e->what, &back->what, sizeof(e->what));
	for (size_t i = 0; i < n; i += i < 128 ? 1 : 97)
		assert_false(learn_event_read(span_make((const char *)bytes, i), back));
	for (size_t i = 0; i < 128; i++) {
		bytes[i] ^= 0x80;
		if (learn_event_read(span_make((const char *)bytes, n), back)) {
			model_apply(copy, back);
			model_undo(copy, back);
		}
		bytes[i] ^= 0x80;
	}
	assert_true(same_model(m, copy));
	bytes[0]++;
	assert_false(learn_event_read(span_make((const char *)bytes, n), back));
	free(e);
	free(back);
	free(bytes);
	model_free(&m);
	model_free(&copy);
}

static void flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	fseek(f, at, SEEK_SET);
	c = fgetc(f);
	fseek(f, at, SEEK_SET);
	fputc(c ^ 0x55, f);
	fclose(f);
}

/* A file is read as it was written; one that is damaged, cut, or of another key is refused. */
static void test_file(void **state)
{
	char folder[] = "/tmp/test-model-XXXXXX", path[64];
	struct learn_event *e = malloc(sizeof(*e));
	struct model *m, *reader;
	struct features f;
	struct err err;
	uint64_t random = 5, position;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/model", folder);
	assert_null(model_open(path, false, &site, &err));
	assert_true(model_create(path, BITS, &site, &err));
	assert_false(model_create(path, BITS, &site, &err));
	m = model_open(path, true, &site, &err);
	reader = model_open(path, false, &site, &err);
	assert_non_null(m);
	assert_non_null(reader);
	make_features(&random, true, 20, &f);
	model_begin(m, 17);
	learn(m, &f, true, 0, e);
	assert_false(model_is_whole(reader, &position));
	assert_int_equal(position, 0);
	model_end(m);
	assert_true(model_is_whole(reader, &position));
	assert_int_equal(position, 17);
	assert_true(judge(reader, &f, 0).all > 1);
	model_free(&m);
	model_free(&reader);
	assert_null(model_open(path, false, &other_site, &err));
	for (long at = 0; at < 40; at += 3) {
		flip(path, at);
		assert_null(model_open(path, false, &site, &err));
		flip(path, at);
	}
	assert_int_equal(truncate(path, 100000), 0);
	assert_null(model_open(path, false, &site, &err));
	assert_int_equal(truncate(path, 10), 0);
	assert_null(model_open(path, false, &site, &err));
	unlink(path);
	rmdir(folder);
	free(e);
}

/*
 * Two users who disagree about newsletters: after ten reports each has his way; the verdicts of all others move by less than 1 %, whether the reports count
 * for all a little (a tenth) or not at all.
 */
static void test_users(void **state)
{
	static const uint16_t weights[] = { 0, LEARN_WEIGHT / 10 };
	struct learn_event *e = malloc(sizeof(*e));
	uint64_t likes = model_user(&site, SPAN_LIT("a@example.org")), hates = model_user(&site, SPAN_LIT("B@example.org")), other = model_user(&site, SPAN_LIT("c@example.org"));
	struct features f, news[40];

	(void)state;
	assert_true(hates == model_user(&site, SPAN_LIT("b@EXAMPLE.org")));
	for (size_t w = 0; w < sizeof(weights) / sizeof(*weights); w++) {
		struct model *m = model_new(20, &site);
		uint64_t random = 11, vocabulary = 77;
		double before[40], moved = 0;

		for (unsigned i = 0; i < 400; i++) {
			make_features(&random, i % 2, 40, &f);
			learn(m, &f, i % 2, 0, e);
		}
		/* Newsletters: half their words are of a class, half their own: a sender, a template, a trade. */
		for (unsigned i = 0; i < 40; i++) {
			make_features(&random, i % 2, 40, &news[i]);
			for (unsigned k = 0; k < features_count(&news[i]); k += 2)
				news[i].v[k] = (uint32_t)((k / 2 % 60 + next_random(&vocabulary) % 8 * 60) * 2654435761u) | 1;
			before[i] = judge(m, &news[i], other).probability;
		}
		for (unsigned i = 0; i < 10; i++) {
			struct learn_request what = request(true, hates);

			what.weight_all = weights[w];
			model_step(m, &news[i], &what, e);
			model_apply(m, e);
			what = request(false, likes);
			what.weight_all = weights[w];
			model_step(m, &news[i], &what, e);
			model_apply(m, e);
		}
		assert_true(model_user_taught(m, likes) && model_user_taught(m, hates) && !model_user_taught(m, other) && !model_user_taught(m, 0));
		for (unsigned i = 10; i < 40; i++) {
			if (judge(m, &news[i], likes).probability > 0.4 || judge(m, &news[i], hates).probability < 0.6)
				fail_msg("newsletter %u: %.3f for one, %.3f for the other", i, judge(m, &news[i], likes).probability, judge(m, &news[i], hates).probability);
			moved += fabs(judge(m, &news[i], other).probability - before[i]) / 30;
		}
		if (moved > 0.01)
			fail_msg("weight %u for all: others were moved by %.4f", weights[w], moved);
		model_free(&m);
	}
	free(e);
}

/* One wrong label does not turn what many have taught. */
static void test_doubt(void **state)
{
	struct model *m = model_new(18, &site);
	struct learn_event *e = malloc(sizeof(*e));
	struct features f;
	uint64_t random = 21;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		make_features(&random, i % 2, 30, &f);
		learn(m, &f, i % 2, 0, e);
	}
	make_features(&random, false, 30, &f);
	assert_true(judge(m, &f, 0).probability < 0.1);
	learn(m, &f, true, 0, e);
	make_features(&random, false, 30, &f);
	assert_true(judge(m, &f, 0).probability < 0.2);
	free(e);
	model_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learns), cmocka_unit_test(test_ramp), cmocka_unit_test(test_commutes), cmocka_unit_test(test_wraps),
		cmocka_unit_test(test_event_bytes), cmocka_unit_test(test_file), cmocka_unit_test(test_users), cmocka_unit_test(test_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
