/* From Lua's values to assignments: types, limits, and the errors that name the key's line. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/utf8.h"
#include "conf/conf_load.h"

#define SHOWN_MAX 40

/* One key being read; its value is on top of the Lua stack. */
struct reading {
	struct loader *ld;
	lua_State *L;
	const struct target *target;
	const struct setting *row;
	struct span key;
	struct err why;          /* without place */
	struct span in_key;      /* of scores: the NAME that is wrong */
	/* The error that stands first in the file; Lua hands out keys in no order. */
	struct err first;
	struct origin first_from;
	size_t first_at;
	struct span first_key;
};

static bool bad(struct reading *r, const char *what)
{
	const struct target *t = r->target;
	struct buf b = { .arena = r->ld->scratch };

	buf_printf(&b, "'%.*s' in %s", SPAN_ARG(r->key), t->block);
	if (t->name.len != 0)
		buf_printf(&b, " \"%.*s\"", SPAN_ARG(t->name));
	return err_set(&r->why, "%.*s %s", SPAN_ARG(buf_span(&b)), what);
}

/* What the value at the top of the stack looks like, for "not ...". */
static void shown(struct reading *r, struct buf *b)
{
	lua_State *L = r->L;
	struct span s;

	switch (lua_type(L, -1)) {
	case LUA_TBOOLEAN:
		buf_str(b, lua_toboolean(L, -1) ? "true" : "false");
		break;
	case LUA_TNUMBER:
		buf_printf(b, lua_isinteger(L, -1) ? "%.0f" : "%.14g", lua_tonumber(L, -1));
		break;
	case LUA_TSTRING:
		s.p = lua_tolstring(L, -1, &s.len);
		value_quote(b, span_sub(s, 0, SHOWN_MAX));
		if (s.len > SHOWN_MAX)
			buf_str(b, "...");
		break;
	default:
		buf_printf(b, "a %s", luaL_typename(L, -1));
	}
}

static void words_text(struct buf *b, const struct setting *row)
{
	for (size_t i = 0; row->words[i] != NULL; i++) {
		buf_str(b, i != 0 ? ", " : " ");
		value_quote(b, span_of(row->words[i]));
	}
}

static bool wrong_type(struct reading *r)
{
	struct buf b = { .arena = r->ld->scratch };

	buf_printf(&b, "must be %s", value_wanted(r->row));
	if (r->row->type == SET_ENUM)
		words_text(&b, r->row);
	buf_str(&b, ", not ");
	shown(r, &b);
	buf_char(&b, '\0');
	return bad(r, b.p);
}

static bool out_of_range(struct reading *r)
{
	const struct setting *row = r->row;
	struct buf b = { .arena = r->ld->scratch };

	buf_str(&b, "must be ");
	if (row->min != INT64_MIN && row->max != INT64_MAX)
		buf_str(&b, "between ");
	else
		buf_str(&b, row->min != INT64_MIN ? "at least " : "at most ");
	if (row->min != INT64_MIN)
		value_number_text(&b, row->type, row->min);
	if (row->min != INT64_MIN && row->max != INT64_MAX)
		buf_str(&b, " and ");
	if (row->max != INT64_MAX)
		value_number_text(&b, row->type, row->max);
	buf_str(&b, ", not ");
	shown(r, &b);
	buf_char(&b, '\0');
	return bad(r, b.p);
}

static bool in_range(struct reading *r, int64_t v)
{
	if ((r->row->min != 0 || r->row->max != 0) && (v < r->row->min || v > r->row->max))
		return out_of_range(r);
	return true;
}

/* Top of the stack: numbers and their texts; scale: stored units of 1. */
static bool read_number(struct reading *r, double scale, int64_t *v_r)
{
	double d = lua_tonumber(r->L, -1);

	if (scale == 1 && lua_isinteger(r->L, -1)) {
		*v_r = lua_tointeger(r->L, -1);
		return true;
	}
	d *= scale;
	/* 2^53: beyond it a double is no exact number of units. */
	if (!(fabs(d) <= 9007199254740992.0) || (scale == 1 && d != floor(d)))
		return wrong_type(r);
	*v_r = (int64_t)llround(d);
	return true;
}

static bool read_text(struct reading *r, struct span *s_r)
{
	if (lua_type(r->L, -1) != LUA_TSTRING)
		return false;
	s_r->p = lua_tolstring(r->L, -1, &s_r->len);
	return true;
}

static bool read_int(struct reading *r, union value *v)
{
	struct span s;
	uint64_t u;
	bool negative;

	if (lua_type(r->L, -1) == LUA_TNUMBER)
		return read_number(r, 1, &v->number) && in_range(r, v->number);
	if (!read_text(r, &s))
		return wrong_type(r);
	s = span_trim(s);
	negative = s.len > 0 && s.p[0] == '-';
	if (!span_uint(span_from(s, negative ? 1 : 0), INT64_MAX, &u))
		return wrong_type(r);
	v->number = negative ? -(int64_t)u : (int64_t)u;
	return in_range(r, v->number);
}

static bool read_score(struct reading *r, union value *v)
{
	struct span s;
	int64_t n = 0;

	if (lua_type(r->L, -1) == LUA_TNUMBER) {
		if (!read_number(r, 1000, &n))
			return false;
		if (n < -1000000000 || n > 1000000000)
			return bad(r, "must be between -1000000 and 1000000");
		v->score = (int32_t)n;
		return in_range(r, n);
	}
	if (!read_text(r, &s))
		return wrong_type(r);
	if ((r->row->flags & SET_OFF_OK) != 0 && span_eq(span_trim(s), SPAN_LIT("off"))) {
		v->score = SCORE_OFF;
		return true;
	}
	return setting_parse_score(span_trim(s), &v->score) ? in_range(r, v->score) : wrong_type(r);
}

static bool read_size(struct reading *r, union value *v)
{
	bool duration = r->row->type == SET_DURATION;
	struct span s;

	if (lua_type(r->L, -1) == LUA_TNUMBER) {
		if (!read_number(r, duration ? 1e6 : 1, &v->number))
			return false;
		return v->number < 0 ? wrong_type(r) : in_range(r, v->number);
	}
	if (!read_text(r, &s) || !(duration ? setting_parse_duration(s, &v->number) : setting_parse_size(s, &v->number)))
		return wrong_type(r);
	return in_range(r, v->number);
}

/* Strings of the configuration end up in headers, replies and logs. */
static bool clean_text(struct reading *r, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return bad(r, "must not have control characters");
	}
	return utf8_valid(s) || bad(r, "must be UTF-8");
}

static bool read_string(struct reading *r, union value *v)
{
	struct span s;

	if (!read_text(r, &s))
		return wrong_type(r);
	v->text = value_intern(r->ld->conf, s);
	return clean_text(r, s);
}

static bool read_enum(struct reading *r, union value *v)
{
	struct nearest near = { .distance = SUGGEST_MAX + 1 };
	struct span s;
	struct buf b = { .arena = r->ld->scratch };

	if (!read_text(r, &s))
		return wrong_type(r);
	for (int i = 0; r->row->words[i] != NULL; i++) {
		if (span_eq(span_of(r->row->words[i]), s)) {
			v->word = i;
			return true;
		}
		nearest_offer(&near, s, span_of(r->row->words[i]), SPAN_NONE);
	}
	buf_str(&b, "must be one of");
	words_text(&b, r->row);
	buf_str(&b, ", not ");
	shown(r, &b);
	if (near.word.len != 0)
		buf_printf(&b, " (did you mean \"%.*s\"?)", SPAN_ARG(near.word));
	buf_char(&b, '\0');
	return bad(r, b.p);
}

/* The elements must be 1..n: a key or a hole in a list is a slip of the pen. */
static bool read_strings(struct reading *r, union value *v)
{
	lua_State *L = r->L;
	size_t n, seen = 0, count = 0, cap = 0;
	struct span *list = NULL, s = SPAN_NONE;
	bool ok = true;

	if (lua_type(L, -1) != LUA_TTABLE)
		return wrong_type(r);
	n = lua_rawlen(L, -1);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
		seen++;
	if (seen != n)
		return bad(r, "must be a list of strings, without keys and holes");
	for (size_t i = 1; ok && i <= n; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i);
		if (!read_text(r, &s))
			ok = wrong_type(r);
		else
			ok = clean_text(r, s);
		if (ok)
			*ARRAY_ADD(r->ld->scratch, list, count, cap) = value_intern(r->ld->conf, s);
		lua_pop(L, 1);
	}
	if (ok)
		v->strings = value_intern_strings(r->ld->conf, list, count);
	return ok;
}

static int by_name(const void *a, const void *b)
{
	const struct score_item *x = a, *y = b;

	return span_cmp(x->name, y->name);
}

/* The wrong item whose name comes first is told, since Lua's order is by chance. */
static void wrong_item(struct reading *r, struct span name, const char *what)
{
	struct buf b = { .arena = r->ld->scratch };

	if (r->in_key.p != NULL && span_cmp(r->in_key, name) <= 0)
		return;
	r->in_key = arena_copy(r->ld->scratch, name);
	buf_printf(&b, "must have a number of points for '%.*s', not ", SPAN_ARG(span_sub(name, 0, SHOWN_MAX)));
	shown(r, &b);
	buf_char(&b, '\0');
	bad(r, what != NULL ? what : b.p);
}

static bool item_score(struct reading *r, int32_t *score_r)
{
	struct span s;
	double d;

	if (lua_type(r->L, -1) == LUA_TNUMBER) {
		d = lua_tonumber(r->L, -1) * 1000;
		if (!(fabs(d) <= 1e9))
			return false;
		*score_r = (int32_t)lround(d);
		return true;
	}
	return read_text(r, &s) && setting_parse_score(span_trim(s), score_r);
}

static bool read_scores(struct reading *r, union value *v)
{
	lua_State *L = r->L;
	struct score_item *items = NULL;
	size_t n = 0, cap = 0;
	int32_t score;

	if (lua_type(L, -1) != LUA_TTABLE)
		return wrong_type(r);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		struct span name;

		if (lua_type(L, -2) != LUA_TSTRING) {
			wrong_item(r, SPAN_LIT(""), "must be a table of NAME = points");
			continue;
		}
		name.p = lua_tolstring(L, -2, &name.len);
		if (!item_score(r, &score)) {
			wrong_item(r, name, NULL);
		} else if (name.len == 0 || !clean_text(r, name)) {
			wrong_item(r, name, "must not have control characters, invalid UTF-8 or nothing as a name");
		} else {
			struct score_item *item = ARRAY_ADD(r->ld->scratch, items, n, cap);

			item->name = value_intern(r->ld->conf, name);
			item->score = score;
		}
	}
	if (r->in_key.p != NULL)
		return false;
	if (n != 0)
		qsort(items, n, sizeof(*items), by_name);
	v->scores = value_intern_scores(r->ld->conf, items, n);
	return true;
}

static bool read_bool(struct reading *r, union value *v)
{
	if (lua_type(r->L, -1) != LUA_TBOOLEAN)
		return wrong_type(r);
	v->flag = lua_toboolean(r->L, -1) != 0;
	return true;
}

static bool read_value(struct reading *r, union value *v)
{
	static bool (*const readers[])(struct reading *, union value *) = {
		[SET_BOOL] = read_bool, [SET_INT] = read_int, [SET_SCORE] = read_score, [SET_SIZE] = read_size,
		[SET_DURATION] = read_size, [SET_STRING] = read_string, [SET_ENUM] = read_enum,
		[SET_STRINGS] = read_strings, [SET_SCORES] = read_scores,
	};

	return readers[r->row->type](r, v);
}

/* The row of a key and its set, among the sets that the block may speak of. */
static struct set_conf *find_row(struct reading *r)
{
	struct conf *c = r->ld->conf;

	for (size_t i = 0; i < c->nsets; i++) {
		struct set_conf *sc = &c->sets[i];

		if (r->target->layered ? sc->set->kind != SET_LAYERED : sc != r->target->only)
			continue;
		r->row = setting_find(sc->set, r->key);
		if (r->row != NULL)
			return sc;
	}
	return NULL;
}

static void unknown_key(struct reading *r)
{
	struct conf *c = r->ld->conf;
	struct nearest near = { .distance = SUGGEST_MAX + 1 };
	struct span key = span_sub(r->key, 0, SHOWN_MAX);

	for (size_t i = 0; i < c->nsets; i++) {
		struct set_conf *sc = &c->sets[i];

		if (r->target->layered ? sc->set->kind != SET_LAYERED : sc != r->target->only)
			continue;
		for (const struct setting *row = sc->set->rows; row->key != NULL; row++)
			nearest_offer(&near, r->key, span_of(row->key), SPAN_NONE);
	}
	if (near.word.len != 0)
		err_set(&r->why, "unknown key '%.*s' in %s (did you mean '%.*s'?)", SPAN_ARG(key), r->target->block, SPAN_ARG(near.word));
	else
		err_set(&r->why, "unknown key '%.*s' in %s", SPAN_ARG(key), r->target->block);
}

static struct origin key_origin(struct reading *r, size_t *at_r)
{
	const struct key_place *p = keys_find(r->ld, NULL, r->key), *in;
	struct origin from = r->target->from;

	*at_r = SIZE_MAX;
	if (p == NULL)
		return from;
	in = r->in_key.len != 0 ? keys_find(r->ld, p, r->in_key) : NULL;
	if (in != NULL)
		p = in;
	from.line = p->line;
	*at_r = p->at;
	return from;
}

static void note_error(struct reading *r)
{
	size_t at;
	struct origin from = key_origin(r, &at);

	if (r->first.text[0] != '\0' && (at > r->first_at || (at == r->first_at && span_cmp(r->key, r->first_key) > 0)))
		return;
	r->first = r->why;
	r->first_from = from;
	r->first_at = at;
	r->first_key = arena_copy(r->ld->scratch, r->key);
}

/* The value is on top of the stack, its key below. */
static bool read_entry(struct reading *r, struct read_assign *out)
{
	size_t at;

	r->in_key = SPAN_NONE;
	if (lua_type(r->L, -2) != LUA_TSTRING) {
		r->key = SPAN_NONE;
		return err_set(&r->why, "a value without a key in %s", r->target->block);
	}
	r->key.p = lua_tolstring(r->L, -2, &r->key.len);
	out->set = find_row(r);
	if (out->set == NULL) {
		unknown_key(r);
		return false;
	}
	memset(&out->a, 0, sizeof(out->a));
	out->a.row = r->row;
	if (!read_value(r, &out->a.value))
		return false;
	out->a.from = key_origin(r, &at);
	return true;
}

bool read_block(struct loader *ld, lua_State *L, const struct target *target)
{
	struct reading r = { .ld = ld, .L = L, .target = target };
	struct read_assign one;

	ld->nreads = 0;
	for (lua_pushnil(r.L); lua_next(r.L, -2) != 0; lua_pop(r.L, 1)) {
		if (read_entry(&r, &one))
			*ARRAY_ADD(ld->scratch, ld->reads, ld->nreads, ld->cap_reads) = one;
		else
			note_error(&r);
	}
	return r.first.text[0] == '\0' || load_fail(ld, r.first_from, "%s", r.first.text);
}
