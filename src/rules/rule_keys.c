/* The keys of a rule, and what belongs together in one. */
#include <math.h>

#include "base/array.h"
#include "base/ascii.h"
#include "rules/rule_read_private.h"

/* The keys of rules. */

static bool read_score(struct rule_reading *rd)
{
	double d = lua_tonumber(rd->L, -1) * 1000;

	if (lua_type(rd->L, -1) != LUA_TNUMBER)
		return rule_fail_type(rd, "a number of points");
	if (!(fabs(d) <= RULE_SCORE_MAX))
		return rule_fail(rd, "must be between %d and %d", -RULE_SCORE_MAX / 1000, RULE_SCORE_MAX / 1000);
	rd->def->symbol.score = (score_t)lround(d);
	return true;
}

static bool clean(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return false;
	}
	return true;
}

static bool read_group_name(struct rule_reading *rd)
{
	struct span s;

	if (!rule_string(rd, &s) || s.len == 0 || !clean(s) || span_chr(s, ' ') != SPAN_NPOS)
		return rule_fail_type(rd, "the name of an evidence group");
	rd->def->symbol.group = s.p;
	return true;
}

static bool read_doc(struct rule_reading *rd)
{
	struct span s;

	if (!rule_string(rd, &s) || span_trim(s).len == 0)
		return rule_fail_type(rd, "a sentence");
	if (!clean(s))
		return rule_fail(rd, "must be one line");
	rd->def->symbol.doc = s.p;
	return true;
}

static bool read_force(struct rule_reading *rd)
{
	struct rule_nearest near = { .word = NULL };
	struct span s;

	if (!rule_string(rd, &s))
		return rule_fail_type(rd, "the name of an action");
	if (action_parse(s, &rd->def->symbol.force))
		return true;
	for (unsigned i = 0; i < ACTION_N; i++)
		rule_nearest_offer(&near, s, action_name(i));
	return rule_fail_unknown(rd, "unknown action", s, near.word);
}

static bool read_multiple(struct rule_reading *rd)
{
	int64_t n;

	if (!rule_number(rd, 2, RULE_MULTIPLE_MAX, &n))
		return false;
	rd->def->multiple = (unsigned)n;
	return true;
}

static bool read_rcpt(struct rule_reading *rd)
{
	rd->def->scope.rcpt = rule_read_matcher(rd, TEXT_ENVELOPE, false, true);
	return rd->def->scope.rcpt != NULL;
}

static bool read_direction(struct rule_reading *rd)
{
	static const char *const words[] = { "inbound", "outbound", "any" };
	static const unsigned bits[] = { SCOPE_INBOUND, SCOPE_OUTBOUND, SCOPE_INBOUND | SCOPE_OUTBOUND };
	struct rule_nearest near = { .word = NULL };
	struct span s;

	if (!rule_string(rd, &s))
		return rule_fail_type(rd, "\"inbound\", \"outbound\" or \"any\"");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_eq(s, span_of(words[i]))) {
			rd->def->scope.directions = bits[i];
			return true;
		}
		rule_nearest_offer(&near, s, words[i]);
	}
	return rule_fail_unknown(rd, "unknown direction", s, near.word);
}

static bool read_meta(struct rule_reading *rd)
{
	if (!rule_string(rd, &rd->def->meta) || span_trim(rd->def->meta).len == 0)
		return rule_fail_type(rd, "an expression over symbols");
	return true;
}

static bool read_function(struct rule_reading *rd)
{
	if (lua_type(rd->L, -1) != LUA_TFUNCTION)
		return rule_fail_type(rd, "a function");
	lua_pushvalue(rd->L, -1);
	rd->def->function = luaL_ref(rd->L, LUA_REGISTRYINDEX);
	return true;
}

static bool read_when(struct rule_reading *rd)
{
	return rule_read_condition(rd, &rd->def->condition);
}

struct names_read {
	const char **v;
	size_t n, cap;
};

static bool read_after_name(struct rule_reading *rd, void *ctx)
{
	struct names_read *names = ctx;
	struct span s;

	if (!rule_string(rd, &s) || s.len == 0)
		return rule_fail_type(rd, "a symbol, or a list of symbols");
	*ARRAY_ADD(rd->r->arena, names->v, names->n, names->cap) = s.p;
	return true;
}

static bool read_after(struct rule_reading *rd)
{
	struct names_read names = { .v = NULL };

	if (!rule_each(rd, read_after_name, &names))
		return false;
	*ARRAY_ADD(rd->r->arena, names.v, names.n, names.cap) = NULL;
	rd->def->after = names.v;
	return true;
}

static const struct rule_key {
	const char *key;
	bool (*read)(struct rule_reading *);
	bool scores;   /* means nothing for parts */
	bool function; /* of functions only */
} keys[] = {
	{ "name", NULL, false, false },
	{ "doc", read_doc, false, false },
	{ "score", read_score, true, false },
	{ "group", read_group_name, true, false },
	{ "force", read_force, true, false },
	{ "multiple", read_multiple, false, false },
	{ "rcpt", read_rcpt, false, false },
	{ "direction", read_direction, false, false },
	{ "meta", read_meta, false, false },
	{ "check", read_function, false, false },
	{ "when", read_when, false, true },
	{ "after", read_after, false, true },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct rule_key *find_key(struct span key)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (span_eq(span_of(keys[i].key), key))
			return &keys[i];
	}
	return NULL;
}

/* The unknown key that comes first by name is told, since Lua's order is by chance. */
static bool check_keys(struct rule_reading *rd)
{
	lua_State *L = rd->L;
	struct rule_nearest near = { .word = NULL };
	struct span key, bad = SPAN_NONE;

	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING)
			return rule_fail(rd, "has a value without a key");
		key.p = lua_tolstring(L, -2, &key.len);
		if (find_key(key) == NULL && !rule_condition_key(key) && (bad.p == NULL || span_cmp(key, bad) < 0))
			bad = key;
	}
	if (bad.p == NULL)
		return true;
	for (size_t i = 0; i < KEYS; i++)
		rule_nearest_offer(&near, bad, keys[i].key);
	rule_condition_nearest(&near, bad);
	rule_enter(rd, bad, 0);
	rd->npath--;
	if (rd->source != NULL)
		rd->line = rule_lines_find(rd->source->text, rd->line, rd->path, rd->npath + 1);
	return rule_fail_unknown(rd, "unknown key", bad, near.word);
}

static bool has_key(lua_State *L, const char *key)
{
	bool has = lua_getfield(L, -1, key) != LUA_TNIL;

	lua_pop(L, 1);
	return has;
}

static bool read_keys(struct rule_reading *rd)
{
	lua_State *L = rd->L;
	bool ok = true;

	for (size_t i = 0; ok && i < KEYS; i++) {
		if (keys[i].read == NULL || !has_key(L, keys[i].key))
			continue;
		lua_pushstring(L, keys[i].key);
		lua_rawget(L, -2);
		rule_enter(rd, span_of(keys[i].key), 0);
		if (keys[i].scores && rd->def->part)
			ok = rule_fail(rd, "means nothing for a part of meta rules (a name with \"__\")");
		else if (keys[i].function && rd->def->function == LUA_NOREF)
			ok = rule_fail(rd, "belongs to a rule with check = function(m) ... end");
		else
			ok = keys[i].read(rd);
		rule_leave(rd);
		lua_pop(L, 1);
	}
	return ok;
}

static bool fail_beside(struct rule_reading *rd)
{
	if (rd->def->meta.p != NULL)
		return rule_fail(rd, "is a condition and cannot stand beside 'meta'");
	return rule_fail(rd, "is a condition and cannot stand beside 'check': put it into when = { ... }");
}

/* The conditions that stand in the rule itself. */
static bool read_conditions(struct rule_reading *rd)
{
	lua_State *L = rd->L;
	struct condition *c = condition_new(rd->r->arena);
	bool allowed = rd->def->meta.p == NULL && rd->def->function == LUA_NOREF, ok = true;

	for (size_t i = 0; ok && rule_condition_name(i) != NULL; i++) {
		struct span key = span_of(rule_condition_name(i));

		if (!has_key(L, key.p))
			continue;
		lua_pushlstring(L, key.p, key.len);
		lua_rawget(L, -2);
		rule_enter(rd, key, 0);
		ok = allowed ? rule_read_condition_value(rd, c, key) : fail_beside(rd);
		rule_leave(rd);
		lua_pop(L, 1);
	}
	if (!ok || !allowed)
		return ok;
	if (c->n == 0)
		return rule_fail(rd, "has no condition");
	condition_done(c);
	rd->def->condition = c;
	return true;
}

static bool check_whole(struct rule_reading *rd)
{
	struct rule_def *d = rd->def;

	if (d->symbol.doc == NULL && !d->part)
		return rule_fail(rd, "has no doc: one sentence about what it finds");
	if (d->symbol.doc == NULL)
		d->symbol.doc = "";
	if (d->meta.p != NULL && d->function != LUA_NOREF)
		return rule_fail(rd, "has both meta and check");
	if (d->function != LUA_NOREF && d->part)
		return rule_fail(rd, "is a function and cannot be a part of meta rules (a name with \"__\")");
	if (d->multiple > 1 && (d->function != LUA_NOREF || d->meta.p != NULL || !condition_counts(d->condition)))
		return rule_fail(rd, "counts multiple matches and needs one condition on a text, links or attachments for it, and no other");
	return true;
}

/* Names. */

static bool name_ok(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!ascii_isupper(name.p[i]) && !ascii_isdigit(name.p[i]) && name.p[i] != '_')
			return false;
	}
	return name.len != 0 && name.len <= RULE_NAME_MAX && !span_eq(name, SPAN_LIT("__"));
}

static bool read_rule(struct rule_reading *rd, struct span name)
{
	struct rule_reader *r = rd->r;
	struct rule_def *d = rd->def, *other;
	bool *left_out;

	if (!name_ok(name))
		return rule_fail_at(r, rd->source, rd->line, "a rule's name is made of A-Z, 0-9 and _, at most %d of them, not \"%.*s\"", RULE_NAME_MAX, SPAN_ARG(span_sub(name, 0, 80)));
	d->symbol.name = arena_str(r->arena, name);
	d->part = span_starts(name, SPAN_LIT("__"));
	other = map_get(&r->by_name, name);
	if (other != NULL && other->shipped == r->shipped)
		return rule_fail_at(r, rd->source, rd->line, "rule \"%s\" stands already in %s", d->symbol.name, other->where);
	left_out = map_get(&r->left_out, name);
	if (left_out != NULL)
		*left_out = true;
	if (other != NULL || left_out != NULL)
		return true;
	if (!check_keys(rd) || !read_keys(rd) || !read_conditions(rd) || !check_whole(rd))
		return false;
	if (d->function == LUA_NOREF)
		d->number = view_plan_rule(r->plan, name);
	map_put(&r->by_name, span_of(d->symbol.name), d);
	*ARRAY_ADD(r->arena, r->rules, r->nrules, r->cap_rules) = d;
	return true;
}

/* The table is on top of the stack. */
bool rule_make(struct rule_reader *r, lua_State *L, struct span name, const struct rule_source *source, unsigned line)
{
	struct rule_reading rd = { .r = r, .L = L, .source = source, .line = line };
	struct rule_def *d = ARENA_NEW(r->arena, struct rule_def);

	d->symbol = (struct symbol){ .group = "content", .score = 1000 };
	d->file = source != NULL ? source->name : "?";
	d->line = line;
	d->where = arena_str(r->arena, arena_printf(r->arena, "%s:%u", d->file, line));
	d->shipped = r->shipped;
	d->multiple = 1;
	d->scope.directions = SCOPE_INBOUND;
	d->function = LUA_NOREF;
	rd.def = d;
	return read_rule(&rd, name);
}
