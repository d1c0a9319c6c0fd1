#include <assert.h>
#include <inttypes.h>

#include "base/ascii.h"
#include "base/milli.h"
#include "conf/conf_int.h"

static const size_t sizes[] = {
	[SET_BOOL] = sizeof(bool), [SET_INT] = sizeof(int64_t), [SET_SCORE] = sizeof(int32_t), [SET_SIZE] = sizeof(int64_t),
	[SET_DURATION] = sizeof(int64_t), [SET_STRING] = sizeof(struct span), [SET_ENUM] = sizeof(int),
	[SET_STRINGS] = sizeof(struct span_list), [SET_SCORES] = sizeof(struct score_list),
};

struct span value_intern(struct conf *c, struct span s)
{
	struct span *kept;

	if (s.len == 0)
		return (struct span){ "", 0 };
	kept = map_get(&c->strings, s);
	if (kept == NULL) {
		kept = ARENA_NEW(c->arena, struct span);
		*kept = arena_copy(c->arena, s);
		map_put(&c->strings, *kept, kept);
	}
	return *kept;
}

/* Elements of equal lists are equal bytes, since their texts are interned. */
static const void *intern_list(struct conf *c, const void *v, size_t n, size_t size)
{
	struct span key = { v, n * size };
	void *kept;

	if (n == 0)
		return NULL;
	kept = map_get(&c->lists, key);
	if (kept == NULL) {
		kept = arena_array(c->arena, n, size);
		memcpy(kept, v, n * size);
		map_put(&c->lists, span_make(kept, n * size), kept);
	}
	return kept;
}

struct span_list value_intern_strings(struct conf *c, const struct span *v, size_t n)
{
	return (struct span_list){ intern_list(c, v, n, sizeof(*v)), n };
}

struct score_list value_intern_scores(struct conf *c, const struct score_item *v, size_t n)
{
	return (struct score_list){ intern_list(c, v, n, sizeof(*v)), n };
}

static struct score_list merge_scores(struct conf *c, const struct score_list *below, const struct score_list *above)
{
	struct arena *scratch = arena_new(0);
	/* Zeroed, and filled field by field: padding takes part in the comparison of lists. */
	struct score_item *v = ARENA_ARRAY(scratch, below->n + above->n, struct score_item);
	struct score_list list;
	size_t n = 0, i = 0, k = 0;

	while (i < below->n || k < above->n) {
		int order = i == below->n ? 1 : k == above->n ? -1 : span_cmp(below->v[i].name, above->v[k].name);
		const struct score_item *item = order < 0 ? &below->v[i] : &above->v[k];

		i += order <= 0;
		k += order >= 0;
		v[n].name = item->name;
		v[n++].score = item->score;
	}
	list = value_intern_scores(c, v, n);
	arena_free(&scratch);
	return list;
}

void value_apply(struct conf *c, void *values, const struct setting *row, const union value *value)
{
	char *field = (char *)values + row->off;

	if (row->type == SET_SCORES) {
		struct score_list *list = (struct score_list *)(void *)field;

		*list = list->n == 0 ? value->scores : merge_scores(c, list, &value->scores);
		return;
	}
	memcpy(field, value, sizes[row->type]);
}

union value value_load(const void *values, const struct setting *row)
{
	union value value;

	memset(&value, 0, sizeof(value));
	memcpy(&value, (const char *)values + row->off, sizes[row->type]);
	return value;
}

bool value_eq(const struct setting *row, const union value *a, const union value *b)
{
	return memcmp(a, b, sizes[row->type]) == 0;
}

void value_quote(struct buf *b, struct span s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c == 127) {
			buf_printf(b, "\\%03u", c);
			continue;
		}
		if (c == '"' || c == '\\')
			buf_char(b, '\\');
		buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

static bool is_name(struct span s)
{
	static const char *const words[] = {
		"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or",
		"repeat", "return", "then", "true", "until", "while",
	};

	if (s.len == 0 || ascii_isdigit(s.p[0]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isalnum(s.p[i]) && s.p[i] != '_')
			return false;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_eq(s, span_of(words[i])))
			return false;
	}
	return true;
}

void value_key(struct buf *b, struct span key)
{
	if (is_name(key)) {
		buf_add(b, key);
		return;
	}
	buf_char(b, '[');
	value_quote(b, key);
	buf_char(b, ']');
}

struct unit {
	const char *name;
	int64_t size;
};

static void unit_text(struct buf *b, const struct unit *units, int64_t v)
{
	while (units->size > 1 && (v == 0 || v % units->size != 0))
		units++;
	buf_printf(b, units->name[0] != '\0' ? "\"%" PRId64 "%s\"" : "%" PRId64 "%s", v / units->size, units->name);
}

void value_number_text(struct buf *b, enum set_type type, int64_t v)
{
	static const struct unit size_units[] = { { "G", 1073741824 }, { "M", 1048576 }, { "K", 1024 }, { "", 1 } };
	static const struct unit time_units[] = {
		{ "d", 86400000000 }, { "h", 3600000000 }, { "m", 60000000 }, { "s", 1000000 }, { "ms", 1000 }, { "us", 1 },
	};
	char text[16];

	if (type == SET_SCORE && v == SCORE_OFF)
		buf_str(b, "\"off\"");
	else if (type == SET_SCORE)
		buf_str(b, milli_text((int32_t)v, 0, 3, text));
	else if (type == SET_SIZE)
		unit_text(b, size_units, v);
	else if (type == SET_DURATION && v != 0)
		unit_text(b, time_units, v);
	else if (type == SET_DURATION)
		buf_str(b, "\"0s\"");
	else
		buf_printf(b, "%" PRId64, v);
}

static void strings_text(struct buf *b, const struct span_list *list)
{
	buf_char(b, '{');
	for (size_t i = 0; i < list->n; i++) {
		buf_str(b, i != 0 ? ", " : " ");
		value_quote(b, list->v[i]);
	}
	buf_str(b, list->n != 0 ? " }" : "}");
}

static void scores_text(struct buf *b, const struct score_list *list)
{
	buf_char(b, '{');
	for (size_t i = 0; i < list->n; i++) {
		buf_str(b, i != 0 ? ", " : " ");
		value_key(b, list->v[i].name);
		buf_str(b, " = ");
		value_number_text(b, SET_SCORE, list->v[i].score);
	}
	buf_str(b, list->n != 0 ? " }" : "}");
}

void value_text(struct buf *b, const struct setting *row, const union value *value)
{
	switch (row->type) {
	case SET_BOOL: buf_str(b, value->flag ? "true" : "false"); break;
	case SET_SCORE: value_number_text(b, SET_SCORE, value->score); break;
	case SET_INT:
	case SET_SIZE:
	case SET_DURATION: value_number_text(b, row->type, value->number); break;
	case SET_STRING: value_quote(b, value->text); break;
	case SET_ENUM: value_quote(b, span_of(row->words[value->word])); break;
	case SET_STRINGS: strings_text(b, &value->strings); break;
	case SET_SCORES: scores_text(b, &value->scores); break;
	}
}

const char *value_wanted(const struct setting *row)
{
	static const char *const texts[] = {
		[SET_BOOL] = "true or false", [SET_INT] = "a whole number", [SET_SCORE] = "a number of points",
		[SET_SIZE] = "a size like \"50M\"", [SET_DURATION] = "a duration like \"30s\"", [SET_STRING] = "a string",
		[SET_ENUM] = "one of", [SET_STRINGS] = "a list of strings", [SET_SCORES] = "a table of NAME = points",
	};

	assert(row->type <= SET_SCORES);
	if (row->type == SET_SCORE && (row->flags & SET_OFF_OK) != 0)
		return "a number of points or \"off\"";
	return texts[row->type];
}
