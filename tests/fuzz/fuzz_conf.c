/* A configuration text against one set of every kind: whatever loads must also dump to something that loads, and be explainable. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"

struct everything {
	bool flag;
	int64_t number, size, duration;
	int32_t score;
	struct span text;
	int word;
	struct span_list list;
	struct score_list scores;
};

static const char *const words[] = { "one", "two", "three", NULL };

#define F(field) offsetof(struct everything, field)
static const struct setting rows[] = {
	{ "flag", SET_BOOL, F(flag), "true", 0, 0, NULL, 0, "f" },
	{ "number", SET_INT, F(number), "1", -5, 100, NULL, 0, "n" },
	{ "size", SET_SIZE, F(size), "\"1M\"", 0, 0, NULL, 0, "s" },
	{ "time", SET_DURATION, F(duration), "\"1s\"", 0, 0, NULL, 0, "d" },
	{ "score", SET_SCORE, F(score), "\"off\"", 0, 0, NULL, SET_OFF_OK, "p" },
	{ "text", SET_STRING, F(text), "\"\"", 0, 0, NULL, 0, "t" },
	{ "word", SET_ENUM, F(word), "\"one\"", 0, 0, words, 0, "w" },
	{ "list", SET_STRINGS, F(list), "{}", 0, 0, NULL, 0, "l" },
	{ "scores", SET_SCORES, F(scores), "{ A = 1 }", 0, 0, NULL, 0, "x" },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set one = { "one", SET_ONE, "o", sizeof(struct everything), rows, NULL };
static const struct setting_set named = { "named", SET_NAMED, "n", sizeof(struct everything), rows, NULL };
static const struct setting_set layered = { "profile", SET_LAYERED, "l", sizeof(struct everything), rows, NULL };
static const struct setting_set *const sets[] = { &one, &named, &layered, NULL };

static void check(const struct conf *c)
{
	static const char *const keys[] = { "one.text", "profile.scores", "profile.scores.A", "named.x.list", "profile.score", "x.y" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct buf out = BUF_INIT(NULL);
		struct err err;

		if (!conf_explain(c, span_of(keys[i]), SPAN_LIT("u+x@d"), &out, &err) && err.text[0] == '\0')
			abort();
		buf_free(&out);
	}
	if (conf_get_for(c, &layered, SPAN_LIT("u+x@d"), '+') == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" };
	struct conf *c = conf_load_text(span_make((const char *)data, size), "fuzz.lua", sets, &err), *again;
	struct buf out = BUF_INIT(NULL);

	if (c == NULL) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	check(c);
	conf_dump(c, &out);
	again = conf_load_text(buf_span(&out), "dump.lua", sets, &err);
	if (again == NULL) {
		fprintf(stderr, "%s\n%.*s\n", err.text, (int)out.len, out.p);
		abort();
	}
	conf_free(&again);
	conf_free(&c);
	buf_free(&out);
	return 0;
}
