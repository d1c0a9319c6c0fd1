/* Values of list tables, and the errors that tell what is wrong with them. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/setting.h"
#include "lists/list_read_private.h"

#define NEAREST_MAX 3
#define SHOWN_MAX 40

void list_nearest_offer(struct list_nearest *near, struct span misspelt, const char *candidate)
{
	size_t len = strlen(candidate) < misspelt.len ? strlen(candidate) : misspelt.len;
	unsigned most = (unsigned)(len < (size_t)NEAREST_MAX * 3 ? len / 3 + 1 : NEAREST_MAX), d = edit_distance(misspelt, span_of(candidate), most);

	if (d <= most && (near->word == NULL || d < near->distance))
		*near = (struct list_nearest){ candidate, d };
}

static bool is_name_char(char c)
{
	return ascii_isalnum(c) || c == '_';
}

/* Whether "key =" stands in this line. */
static bool line_sets(struct span line, struct span key)
{
	for (size_t at = span_find(line, key), from = 0; at != SPAN_NPOS; at = span_find(span_from(line, from), key)) {
		struct span rest;

		at += from;
		rest = span_trim(span_from(line, at + key.len));
		if ((at == 0 || !is_name_char(line.p[at - 1])) && rest.len != 0 && rest.p[0] == '=')
			return true;
		from = at + key.len;
	}
	return false;
}

/* Lua does not tell where a value of a table stands: the first line from the call on that sets the key, or the call's own. Only for errors. */
static unsigned find_line(const struct list_reading *rd)
{
	struct span rest = rd->r->text;

	for (unsigned line = 1; rd->key != NULL && rest.p != NULL; line++) {
		struct span here = span_split(&rest, '\n');

		if (line >= rd->line && line_sets(here, span_of(rd->key)))
			return line;
	}
	return rd->line;
}

bool list_fail(struct list_reading *rd, const char *fmt, ...)
{
	struct list_reader *r = rd->r;
	char text[sizeof(r->err.text)];
	va_list ap;

	if (r->failed)
		return false;
	r->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&r->err, "%s", text);
	if (rd->key != NULL)
		err_prefix(&r->err, "'%s%s%s' in list \"%s\"", rd->part != NULL ? rd->part : "", rd->part != NULL ? "." : "", rd->key, rd->def->name);
	else if (rd->part != NULL)
		err_prefix(&r->err, "'%s' in list \"%s\"", rd->part, rd->def->name);
	else
		err_prefix(&r->err, "list \"%s\"", rd->def->name);
	return err_prefix(&r->err, "%s:%u", r->file, find_line(rd));
}

bool list_fail_type(struct list_reading *rd, const char *wanted)
{
	struct span s;

	switch (lua_type(rd->L, -1)) {
	case LUA_TSTRING:
		s.p = lua_tolstring(rd->L, -1, &s.len);
		return list_fail(rd, "must be %s, not \"%.*s\"%s", wanted, SPAN_ARG(span_sub(s, 0, SHOWN_MAX)), s.len > SHOWN_MAX ? "..." : "");
	case LUA_TNUMBER:
		return list_fail(rd, "must be %s, not %.14g", wanted, lua_tonumber(rd->L, -1));
	default:
		return list_fail(rd, "must be %s, not a %s", wanted, luaL_typename(rd->L, -1));
	}
}

bool list_fail_word(struct list_reading *rd, struct span word, const char *nearest)
{
	struct span shown = span_sub(word, 0, SHOWN_MAX);

	if (nearest != NULL)
		return list_fail(rd, "unknown word '%.*s' (did you mean '%s'?)", SPAN_ARG(shown), nearest);
	return list_fail(rd, "unknown word '%.*s'", SPAN_ARG(shown));
}

static bool one_line(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return false;
	}
	return s.len != 0;
}

bool list_string(struct list_reading *rd, struct span *s_r)
{
	struct span s;

	if (lua_type(rd->L, -1) != LUA_TSTRING)
		return list_fail_type(rd, "a string");
	s.p = lua_tolstring(rd->L, -1, &s.len);
	if (!one_line(s))
		return list_fail(rd, "must be one line and not empty");
	*s_r = arena_copy(rd->r->arena, s);
	return true;
}

bool list_text(struct list_reading *rd, const char **s_r)
{
	struct span s = SPAN_NONE;

	if (!list_string(rd, &s))
		return false;
	*s_r = s.p; /* arena_copy puts a NUL behind it */
	return true;
}

bool list_bool(struct list_reading *rd, bool *b_r)
{
	if (lua_type(rd->L, -1) != LUA_TBOOLEAN)
		return list_fail_type(rd, "true or false");
	*b_r = lua_toboolean(rd->L, -1);
	return true;
}

bool list_integer(struct list_reading *rd, int64_t min, int64_t max, int64_t *n_r)
{
	double d = lua_tonumber(rd->L, -1);

	if (lua_type(rd->L, -1) != LUA_TNUMBER || d != floor(d))
		return list_fail_type(rd, "a whole number");
	if (d < (double)min || d > (double)max)
		return list_fail(rd, "must be between %lld and %lld", (long long)min, (long long)max);
	*n_r = (int64_t)d;
	return true;
}

bool list_word(struct list_reading *rd, const char *const *words, unsigned *number_r)
{
	struct list_nearest near = { .word = NULL };
	struct span s = SPAN_NONE;

	if (!list_string(rd, &s))
		return false;
	for (unsigned i = 0; words[i] != NULL; i++) {
		if (span_eq(s, span_of(words[i]))) {
			*number_r = i;
			return true;
		}
		list_nearest_offer(&near, s, words[i]);
	}
	return list_fail_word(rd, s, near.word);
}

bool list_each(struct list_reading *rd, bool (*fn)(struct list_reading *, void *), void *ctx)
{
	lua_State *L = rd->L;
	size_t n, seen = 0;
	bool ok = true;

	if (lua_type(L, -1) != LUA_TTABLE)
		return fn(rd, ctx);
	n = lua_rawlen(L, -1);
	luaL_checkstack(L, 8, NULL);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
		seen++;
	if (n == 0 || seen != n)
		return list_fail(rd, "must be a list, without keys and holes, and not empty");
	for (size_t i = 1; ok && i <= n; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i);
		ok = fn(rd, ctx);
		lua_pop(L, 1);
	}
	return ok;
}

static bool is_known(const struct list_key *keys, struct span key, struct list_nearest *near)
{
	for (; keys->name != NULL; keys++) {
		if (span_eq(span_of(keys->name), key))
			return true;
		list_nearest_offer(near, key, keys->name);
	}
	return false;
}

/* The first key in the order of their names, so that the error is the same every time. */
static bool check_keys(struct list_reading *rd, const struct list_key *keys)
{
	struct list_nearest bad_near = { .word = NULL };
	struct span bad = SPAN_NONE;
	lua_State *L = rd->L;

	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		struct list_nearest near = { .word = NULL };
		struct span key;

		if (lua_type(L, -2) != LUA_TSTRING) {
			lua_pop(L, 2);
			return list_fail(rd, "has a value without a key");
		}
		key.p = lua_tolstring(L, -2, &key.len);
		if (is_known(keys, key, &near) || (bad.p != NULL && span_cmp(bad, key) < 0))
			continue;
		bad = arena_copy(rd->r->arena, key);
		bad_near = near;
	}
	if (bad.p == NULL)
		return true;
	rd->key = bad.p;
	return bad_near.word != NULL ? list_fail(rd, "unknown key (did you mean '%s'?)", bad_near.word) : list_fail(rd, "unknown key");
}

bool list_keys(struct list_reading *rd, const struct list_key *keys)
{
	lua_State *L = rd->L;
	bool ok;

	luaL_checkstack(L, 8, NULL);
	if (lua_type(L, -1) != LUA_TTABLE)
		return list_fail_type(rd, "a table");
	ok = check_keys(rd, keys);
	for (; ok && keys->name != NULL; keys++) {
		lua_pushstring(L, keys->name);
		if (lua_rawget(L, -2) != LUA_TNIL) {
			rd->key = keys->name;
			ok = keys->read(rd);
			if (ok)
				rd->key = NULL;
		}
		lua_pop(L, 1);
	}
	return ok;
}
