/* Values of rule tables, and the errors that tell what is wrong with them. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "rules/rule_read_private.h"

#define NEAREST_MAX 3
#define SHOWN_MAX 40

/* Errors. */

void rule_nearest_offer(struct rule_nearest *near, struct span misspelt, const char *candidate)
{
	size_t len = strlen(candidate) < misspelt.len ? strlen(candidate) : misspelt.len;
	unsigned most = (unsigned)(len < (size_t)NEAREST_MAX * 3 ? len / 3 + 1 : NEAREST_MAX), d = edit_distance(misspelt, span_of(candidate), most);

	/* Of two that are as near, the one of the same length is meant: letters change places. */
	if (d <= most && (near->word == NULL || d < near->distance ||
			  (d == near->distance && strlen(candidate) == misspelt.len && strlen(near->word) != misspelt.len)))
		*near = (struct rule_nearest){ candidate, d };
}

static bool fail_text(struct rule_reader *r, const struct rule_source *source, unsigned line, const char *text)
{
	if (r->failed)
		return false;
	r->failed = true;
	err_set(&r->err, "%s", text);
	if (source == NULL)
		return false;
	return line != 0 ? err_prefix(&r->err, "%s:%u", source->name, line) : err_prefix(&r->err, "%s", source->name);
}

bool rule_fail_at(struct rule_reader *r, const struct rule_source *source, unsigned line, const char *fmt, ...)
{
	char text[sizeof(r->err.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail_text(r, source, line, text);
}

/* "any[2].url.host" */
static void path_text(const struct rule_reading *rd, struct buf *b)
{
	for (size_t i = 0; i < rd->npath; i++) {
		const struct rule_step *s = &rd->path[i];

		if (s->key.p == NULL)
			buf_printf(b, "[%u]", s->index);
		else
			buf_printf(b, "%s%.*s", i != 0 ? "." : "", SPAN_ARG(s->key));
	}
}

bool rule_fail(struct rule_reading *rd, const char *fmt, ...)
{
	char text[sizeof(rd->r->err.text)];
	struct buf b = BUF_INIT(rd->r->arena);
	unsigned line = rd->line;
	va_list ap;

	if (rd->r->failed)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (rd->npath != 0) {
		buf_char(&b, '\'');
		path_text(rd, &b);
		buf_str(&b, "' in ");
	}
	if (rd->def->symbol.name != NULL)
		buf_printf(&b, "rule \"%s\"", rd->def->symbol.name);
	else
		buf_str(&b, "a rule without a name");
	if (rd->source != NULL)
		line = rule_lines_find(rd->source->text, rd->line, rd->path, rd->npath);
	return rule_fail_at(rd->r, rd->source, line, "%.*s: %s", SPAN_ARG(buf_span(&b)), text);
}

static void value_text(lua_State *L, struct buf *b)
{
	struct span s;

	switch (lua_type(L, -1)) {
	case LUA_TBOOLEAN:
		buf_str(b, lua_toboolean(L, -1) ? "true" : "false");
		break;
	case LUA_TNUMBER:
		buf_printf(b, "%.14g", lua_tonumber(L, -1));
		break;
	case LUA_TSTRING:
		s.p = lua_tolstring(L, -1, &s.len);
		buf_printf(b, "\"%.*s\"%s", SPAN_ARG(span_sub(s, 0, SHOWN_MAX)), s.len > SHOWN_MAX ? "..." : "");
		break;
	case LUA_TUSERDATA:
		buf_str(b, "a list file");
		break;
	default:
		buf_printf(b, "a %s", luaL_typename(L, -1));
	}
}

bool rule_fail_type(struct rule_reading *rd, const char *wanted)
{
	struct buf b = BUF_INIT(rd->r->arena);

	value_text(rd->L, &b);
	return rule_fail(rd, "must be %s, not %.*s", wanted, SPAN_ARG(buf_span(&b)));
}

bool rule_fail_unknown(struct rule_reading *rd, const char *what, struct span word, const char *nearest)
{
	struct span shown = span_sub(word, 0, SHOWN_MAX);

	if (nearest != NULL)
		return rule_fail(rd, "%s '%.*s' (did you mean '%s'?)", what, SPAN_ARG(shown), nearest);
	return rule_fail(rd, "%s '%.*s'", what, SPAN_ARG(shown));
}

/* Values. */

void rule_enter(struct rule_reading *rd, struct span key, unsigned index)
{
	if (rd->npath < PATH_MAX_STEPS)
		rd->path[rd->npath] = (struct rule_step){ key, index };
	rd->npath++;
}

void rule_leave(struct rule_reading *rd)
{
	rd->npath -= !rd->r->failed;
}

bool rule_string(struct rule_reading *rd, struct span *s_r)
{
	struct span s;

	if (lua_type(rd->L, -1) != LUA_TSTRING)
		return false;
	s.p = lua_tolstring(rd->L, -1, &s.len);
	*s_r = arena_copy(rd->r->arena, s);
	return true;
}

bool rule_number(struct rule_reading *rd, int64_t min, int64_t max, int64_t *n_r)
{
	double d = lua_tonumber(rd->L, -1);

	if (lua_type(rd->L, -1) != LUA_TNUMBER || d != floor(d))
		return rule_fail_type(rd, "a whole number");
	if (d < (double)min || d > (double)max)
		return rule_fail(rd, "must be between %lld and %lld, not %.14g", (long long)min, (long long)max, d);
	*n_r = (int64_t)d;
	return true;
}

bool rule_size(struct rule_reading *rd, uint64_t *bytes_r)
{
	struct span s;
	int64_t n = 0;

	if (lua_type(rd->L, -1) == LUA_TNUMBER) {
		if (!rule_number(rd, 0, INT64_C(1) << 40, &n))
			return false;
	} else if (!rule_string(rd, &s) || !setting_parse_size(s, &n)) {
		return rule_fail_type(rd, "a size like \"10K\"");
	}
	*bytes_r = (uint64_t)n;
	return true;
}

bool rule_each(struct rule_reading *rd, bool (*fn)(struct rule_reading *, void *), void *ctx)
{
	lua_State *L = rd->L;
	size_t n, seen = 0;
	bool ok = true;

	if (lua_type(L, -1) != LUA_TTABLE)
		return fn(rd, ctx);
	n = lua_rawlen(L, -1);
	luaL_checkstack(L, 4, NULL);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
		seen++;
	if (n == 0 || seen != n)
		return rule_fail(rd, n == 0 && seen == 0 ? "is an empty list" : "must be a list, without keys and holes");
	for (size_t i = 1; ok && i <= n; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i);
		rule_enter(rd, SPAN_NONE, (unsigned)i);
		ok = fn(rd, ctx);
		rule_leave(rd);
		lua_pop(L, 1);
	}
	return ok;
}
