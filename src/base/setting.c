#include "base/setting.h"

#include "base/ascii.h"

const struct setting *setting_find(const struct setting_set *set, struct span key)
{
	for (const struct setting *row = set->rows; row->key != NULL; row++) {
		if (span_eq(span_of(row->key), key))
			return row;
	}
	return NULL;
}

#define DISTANCE_MAX_LEN 64

unsigned edit_distance(struct span a, struct span b, unsigned max)
{
	unsigned row[DISTANCE_MAX_LEN + 1];

	if (a.len > DISTANCE_MAX_LEN || b.len > DISTANCE_MAX_LEN)
		return max + 1;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 0; i < a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < b.len; j++) {
			unsigned change = diagonal + (ascii_tolower(a.p[i]) != ascii_tolower(b.p[j]));
			unsigned least = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;

			diagonal = row[j + 1];
			row[j + 1] = change < least ? change : least;
		}
	}
	return row[b.len] > max ? max + 1 : row[b.len];
}

const struct setting *setting_nearest(const struct setting_set *set, struct span key)
{
	unsigned best = (unsigned)(key.len > DISTANCE_MAX_LEN ? DISTANCE_MAX_LEN : key.len) / 3 + 1;
	const struct setting *near = NULL;

	for (const struct setting *row = set->rows; row->key != NULL; row++) {
		unsigned d = edit_distance(key, span_of(row->key), best);

		if (d <= best && (near == NULL || d < best)) {
			best = d;
			near = row;
		}
	}
	return near;
}

/* A decimal number with up to three decimals, in thousandths; *rest_r is what follows it. */
static bool parse_milli(struct span text, int64_t *milli_r, struct span *rest_r)
{
	int64_t v = 0;
	size_t i = 0;
	int decimals = -1;

	for (; i < text.len; i++) {
		char c = text.p[i];

		if (c == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (!ascii_isdigit(c))
			break;
		if (decimals >= 3 || v > INT64_MAX / 100000)
			return false;
		v = v * 10 + (c - '0');
		if (decimals >= 0)
			decimals++;
	}
	if (i == 0 || (i == 1 && decimals == 0))
		return false;
	for (int d = decimals < 0 ? 0 : decimals; d < 3; d++)
		v *= 10;
	*milli_r = v;
	*rest_r = span_from(text, i);
	return true;
}

struct unit {
	const char *name;
	int64_t factor;
};

static bool parse_with_unit(struct span text, const struct unit *units, int64_t *value_r)
{
	int64_t milli, v;
	struct span rest;

	if (!parse_milli(span_trim(text), &milli, &rest))
		return false;
	rest = span_trim(rest);
	for (const struct unit *u = units; u->name != NULL; u++) {
		if (!span_case_eq(rest, span_of(u->name)))
			continue;
		if (__builtin_mul_overflow(milli, u->factor, &v))
			return false;
		*value_r = v / 1000;
		return true;
	}
	return false;
}

bool setting_parse_size(struct span text, int64_t *bytes_r)
{
	static const struct unit units[] = {
		{ "", 1 },          { "B", 1 },          { "K", 1024 },         { "KiB", 1024 },       { "KB", 1024 },
		{ "M", 1048576 },   { "MiB", 1048576 },  { "MB", 1048576 },     { "G", 1073741824 },   { "GiB", 1073741824 },
		{ "GB", 1073741824 }, { NULL, 0 },
	};

	return parse_with_unit(text, units, bytes_r);
}

bool setting_parse_duration(struct span text, int64_t *us_r)
{
	static const struct unit units[] = {
		{ "us", 1 },          { "ms", 1000 },        { "s", 1000000 },       { "", 1000000 },
		{ "m", 60000000 },    { "min", 60000000 },   { "h", 3600000000 },    { "d", 86400000000 },
		{ NULL, 0 },
	};

	return parse_with_unit(text, units, us_r);
}

bool setting_parse_score(struct span text, int32_t *score_r)
{
	bool negative = text.len > 0 && text.p[0] == '-';
	struct span rest;
	int64_t milli;

	if (!parse_milli(span_from(text, negative ? 1 : 0), &milli, &rest) || rest.len != 0 || milli > 1000000000)
		return false;
	*score_r = (int32_t)(negative ? -milli : milli);
	return true;
}
