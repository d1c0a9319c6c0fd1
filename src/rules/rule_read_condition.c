/* The condition tables of rules: every key is a row that tells how its value is read. */
#include <stdlib.h>

#include "base/array.h"
#include "rules/rule_read_private.h"

/* Matchers. */

static bool add_to_matcher(struct rule_reading *rd, void *ctx)
{
	struct matcher *m = ctx;
	struct matcher_list *list;
	struct err err = { "" };
	struct span s;

	if (lua_type(rd->L, -1) == LUA_TSTRING) {
		if (!rule_string(rd, &s))
			return false;
		if (matcher_add(m, s, &err))
			return true;
		return rule_fail(rd, s.len != 0 && s.p[0] == '/' ? "broken pattern %.*s%s: %s" : "'%.*s'%s: %s", SPAN_ARG(span_sub(s, 0, 60)), s.len > 60 ? "..." : "", err.text);
	}
	if (luaL_testudata(rd->L, -1, LIST_TYPE) == NULL)
		return rule_fail_type(rd, "a pattern \"/.../\", a literal, a list file, or a list of them");
	list = rule_list_get(rd);
	if (list == NULL)
		return false;
	return matcher_add_list(m, list, &err) || rule_fail_at(rd->r, NULL, 0, "%s", err.text);
}

struct matcher *rule_read_matcher(struct rule_reading *rd, enum text_kind kind, bool plain, bool whole)
{
	struct matcher *m = matcher_new(rd->r->plan, kind, plain, whole);

	if (!rule_each(rd, add_to_matcher, m))
		return NULL;
	matcher_done(m);
	return m;
}

static bool read_text(struct rule_reading *rd, struct condition *c, int kind)
{
	bool plain = kind == TEXT_SUBJECT || kind == TEXT_BODY || kind == TEXT_HIDDEN;
	struct matcher *m = rule_read_matcher(rd, (enum text_kind)kind, plain, false);
	struct test *t;

	if (m == NULL)
		return false;
	t = condition_add(c, TEST_TEXT);
	t->u.text.matcher = m;
	t->u.text.pick = (unsigned)kind;
	return true;
}

struct key_list {
	struct span *v;
	size_t n, cap;
};

static int by_text(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* The keys of the table at the top in one order, whatever Lua's: the numbers of patterns must not change from one start to the next. */
static bool sorted_keys(struct rule_reading *rd, struct key_list *keys_r)
{
	lua_State *L = rd->L;
	struct span key;

	*keys_r = (struct key_list){ .v = NULL };
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		if (lua_type(L, -2) != LUA_TSTRING)
			return rule_fail(rd, "has a value without a key");
		key.p = lua_tolstring(L, -2, &key.len);
		*ARRAY_ADD(rd->r->arena, keys_r->v, keys_r->n, keys_r->cap) = arena_copy(rd->r->arena, key);
	}
	if (keys_r->n > 1)
		qsort(keys_r->v, keys_r->n, sizeof(*keys_r->v), by_text);
	return true;
}

/* Tables with keys: url, attachment, envelope, client, header. Reads every value by "read". */
static bool each_key(struct rule_reading *rd, struct condition *c, bool (*read)(struct rule_reading *, struct condition *, struct span, void *), void *ctx)
{
	lua_State *L = rd->L;
	struct key_list all;
	bool ok = true;

	if (lua_type(L, -1) != LUA_TTABLE)
		return rule_fail_type(rd, "a table");
	luaL_checkstack(L, 4, NULL);
	if (!sorted_keys(rd, &all))
		return false;
	for (size_t i = 0; ok && i < all.n; i++) {
		lua_pushlstring(L, all.v[i].p, all.v[i].len);
		lua_rawget(L, -2);
		rule_enter(rd, all.v[i], 0);
		ok = read(rd, c, all.v[i], ctx);
		rule_leave(rd);
		lua_pop(L, 1);
	}
	return ok;
}

static bool unknown_part(struct rule_reading *rd, struct span key, const char *const *words)
{
	struct rule_nearest near = { .word = NULL };

	for (; *words != NULL; words++)
		rule_nearest_offer(&near, key, *words);
	return rule_fail_unknown(rd, "unknown key", key, near.word);
}

static int word_index(const char *const *words, struct span s)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (span_eq(span_of(words[i]), s))
			return i;
	}
	return -1;
}

static bool read_flag(struct rule_reading *rd, bool *flag_r)
{
	if (lua_type(rd->L, -1) != LUA_TBOOLEAN)
		return rule_fail_type(rd, "true or false");
	*flag_r = lua_toboolean(rd->L, -1) != 0;
	return true;
}

/* Header. */

static bool read_field(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	struct header_name name;
	struct matcher *m;
	struct err err;
	struct test *t;
	bool flag = false, addresses;

	(void)ctx;
	if (span_eq(key, SPAN_LIT("all")))
		return read_text(rd, c, TEXT_HEADERS);
	if (!header_name_parse(key, &name, &err))
		return rule_fail(rd, "%s", err.text);
	if (lua_type(rd->L, -1) == LUA_TBOOLEAN) {
		t = condition_add(c, TEST_FIELD);
		t->u.field = view_plan_pick(rd->r->plan, &name);
		t->wanted = read_flag(rd, &flag) && flag;
		return true;
	}
	addresses = name.part == HEADER_ADDR || name.part == HEADER_ADDR_NAME || name.part == HEADER_ADDR_DOMAIN;
	m = rule_read_matcher(rd, TEXT_HEADER, view_pick_plain(&name), addresses);
	if (m == NULL)
		return false;
	t = condition_add(c, TEST_HEADER);
	t->u.text.matcher = m;
	t->u.text.pick = view_plan_pick(rd->r->plan, &name);
	return true;
}

static bool read_header(struct rule_reading *rd, struct condition *c, int arg)
{
	(void)arg;
	return each_key(rd, c, read_field, NULL);
}

static const char *const address_fields[] = { "From:addr", "Sender:addr", "Reply-To:addr", "To:addr", "Cc:addr" };

static bool read_address(struct rule_reading *rd, struct condition *c, int arg)
{
	return read_field(rd, c, span_of(address_fields[arg]), NULL);
}

/* Links and attachments. */

static const char *const link_words[] = { "whole", "host", "domain", "path", "query", "scheme", "text", NULL };

static bool read_link_part(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	struct test *t = ctx;
	int part = word_index(link_words, key);

	(void)c;
	if (part < 0)
		return unknown_part(rd, key, link_words);
	t->u.link.part[part] = rule_read_matcher(rd, TEXT_URL, part == LINK_SHOWN, part != LINK_WHOLE && part != LINK_PATH && part != LINK_QUERY && part != LINK_SHOWN);
	return t->u.link.part[part] != NULL;
}

static bool read_link(struct rule_reading *rd, struct condition *c, int arg)
{
	struct test t = { .kind = TEST_LINK };

	(void)arg;
	if (lua_type(rd->L, -1) == LUA_TTABLE && lua_rawlen(rd->L, -1) == 0) {
		if (!each_key(rd, c, read_link_part, &t))
			return false;
	} else {
		t.u.link.part[LINK_WHOLE] = rule_read_matcher(rd, TEXT_URL, false, false);
		if (t.u.link.part[LINK_WHOLE] == NULL)
			return false;
	}
	*condition_add(c, TEST_LINK) = t;
	return true;
}

static const char *const file_words[] = { "name", "extension", "type", "size", NULL };

static bool read_file_part(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	struct test *t = ctx;
	int part = word_index(file_words, key);

	(void)c;
	if (part < 0)
		return unknown_part(rd, key, file_words);
	if (part == FILE_PARTS)
		return rule_size(rd, &t->u.file.max_size);
	t->u.file.part[part] = rule_read_matcher(rd, TEXT_FILE, part != FILE_TYPE, true);
	return t->u.file.part[part] != NULL;
}

static bool read_file(struct rule_reading *rd, struct condition *c, int arg)
{
	struct test t = { .kind = TEST_FILE, .u.file.max_size = UINT64_MAX };

	(void)arg;
	if (lua_type(rd->L, -1) == LUA_TBOOLEAN) {
		t = (struct test){ .kind = TEST_ATTACHMENT };
		t.wanted = lua_toboolean(rd->L, -1) != 0;
	} else if (lua_type(rd->L, -1) != LUA_TTABLE) {
		return rule_fail_type(rd, "true, false, or a table of name, extension, type and size");
	} else if (!each_key(rd, c, read_file_part, &t)) {
		return false;
	}
	*condition_add(c, t.kind) = t;
	return true;
}

/* Envelope and client. */

static bool add_peer(struct rule_reading *rd, struct condition *c, enum peer_part part)
{
	struct matcher *m = rule_read_matcher(rd, TEXT_ENVELOPE, false, true);
	struct test *t;

	if (m == NULL)
		return false;
	t = condition_add(c, part == PEER_IP ? TEST_IP : TEST_PEER);
	t->u.text.matcher = m;
	t->u.text.pick = part;
	return true;
}

static bool read_envelope_part(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	static const char *const words[] = { "from", "from_domain", "rcpt", "nrcpt", NULL };
	static const enum peer_part parts[] = { PEER_FROM, PEER_FROM_DOMAIN, PEER_RCPT };
	int word = word_index(words, key);
	int64_t n;

	(void)ctx;
	if (word < 0)
		return unknown_part(rd, key, words);
	if (word < 3)
		return add_peer(rd, c, parts[word]);
	if (!rule_number(rd, 0, INT64_C(1) << 31, &n))
		return false;
	condition_add(c, TEST_NRCPT)->u.size.min = (uint64_t)n;
	return true;
}

static bool read_envelope(struct rule_reading *rd, struct condition *c, int arg)
{
	(void)arg;
	return each_key(rd, c, read_envelope_part, NULL);
}

static bool read_client_part(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	static const char *const words[] = { "ip", "name", "helo", "user", "tls", "auth", NULL };
	static const enum peer_part parts[] = { PEER_IP, PEER_NAME, PEER_HELO, PEER_USER };
	int word = word_index(words, key);
	bool flag = false;

	(void)ctx;
	if (word < 0)
		return unknown_part(rd, key, words);
	if (word < 4)
		return add_peer(rd, c, parts[word]);
	if (!read_flag(rd, &flag))
		return false;
	condition_add(c, word == 4 ? TEST_TLS : TEST_AUTH)->wanted = flag;
	return true;
}

static bool read_client(struct rule_reading *rd, struct condition *c, int arg)
{
	(void)arg;
	return each_key(rd, c, read_client_part, NULL);
}

/* Facts and sizes. */

struct facts_read {
	struct arena *arena;
	uint16_t *v;
	size_t n, cap;
};

static bool read_fact(struct rule_reading *rd, void *ctx)
{
	struct facts_read *f = ctx;
	struct rule_nearest near = { .word = NULL };
	struct span s;

	if (!rule_string(rd, &s))
		return rule_fail_type(rd, "the name of a fact, or a list of names");
	for (unsigned i = 0; i < FACT_N; i++) {
		if (span_eq(span_of(fact_name(i)), s)) {
			*ARRAY_ADD(f->arena, f->v, f->n, f->cap) = (uint16_t)i;
			return true;
		}
		rule_nearest_offer(&near, s, fact_name(i));
	}
	return rule_fail_unknown(rd, "unknown fact", s, near.word);
}

static bool read_facts(struct rule_reading *rd, struct condition *c, int arg)
{
	struct facts_read f = { .arena = rd->r->arena };
	struct test *t;

	(void)arg;
	if (!rule_each(rd, read_fact, &f))
		return false;
	t = condition_add(c, TEST_FACT);
	t->u.facts.v = f.v;
	t->u.facts.n = f.n;
	return true;
}

static bool read_size_part(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	static const char *const words[] = { "min", "max", NULL };
	struct test *t = ctx;
	int word = word_index(words, key);

	(void)c;
	if (word < 0)
		return unknown_part(rd, key, words);
	return rule_size(rd, word == 0 ? &t->u.size.min : &t->u.size.max);
}

static bool read_size(struct rule_reading *rd, struct condition *c, int arg)
{
	struct test t = { .kind = TEST_SIZE, .u.size = { 0, UINT64_MAX } };

	(void)arg;
	if (!each_key(rd, c, read_size_part, &t))
		return false;
	*condition_add(c, TEST_SIZE) = t;
	return true;
}

/* Groups. */

struct group_read {
	struct arena *arena;
	struct condition **v;
	size_t n, cap;
};

static bool read_member(struct rule_reading *rd, void *ctx)
{
	struct group_read *g = ctx;
	struct condition *c;

	if (!rule_read_condition(rd, &c))
		return false;
	*ARRAY_ADD(g->arena, g->v, g->n, g->cap) = c;
	return true;
}

static bool read_group(struct rule_reading *rd, struct condition *c, int kind)
{
	struct group_read g = { .arena = rd->r->arena };
	struct test *t;

	if (lua_type(rd->L, -1) != LUA_TTABLE || (lua_rawlen(rd->L, -1) == 0))
		return rule_fail_type(rd, "a list of condition tables: { { ... }, { ... } }");
	if (rd->depth == CONDITION_DEPTH_MAX)
		return rule_fail(rd, "conditions stand inside of each other more than %d times", CONDITION_DEPTH_MAX);
	rd->depth++;
	if (!rule_each(rd, read_member, &g))
		return false;
	rd->depth--;
	t = condition_add(c, (enum test_kind)kind);
	t->u.group.v = g.v;
	t->u.group.n = g.n;
	return true;
}

/* The keys. */

static const struct condition_key {
	const char *key;
	bool (*read)(struct rule_reading *, struct condition *, int arg);
	int arg;
} keys[] = {
	{ "subject", read_text, TEXT_SUBJECT },
	{ "body", read_text, TEXT_BODY },
	{ "hidden", read_text, TEXT_HIDDEN },
	{ "rawbody", read_text, TEXT_RAWBODY },
	{ "full", read_text, TEXT_FULL },
	{ "header", read_header, 0 },
	{ "from", read_address, 0 },
	{ "sender", read_address, 1 },
	{ "reply_to", read_address, 2 },
	{ "to", read_address, 3 },
	{ "cc", read_address, 4 },
	{ "url", read_link, 0 },
	{ "attachment", read_file, 0 },
	{ "envelope", read_envelope, 0 },
	{ "client", read_client, 0 },
	{ "fact", read_facts, 0 },
	{ "size", read_size, 0 },
	{ "all", read_group, TEST_ALL },
	{ "any", read_group, TEST_ANY },
	{ "none", read_group, TEST_NONE },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct condition_key *find_key(struct span key)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (span_eq(span_of(keys[i].key), key))
			return &keys[i];
	}
	return NULL;
}

bool rule_condition_key(struct span key)
{
	return find_key(key) != NULL;
}

const char *rule_condition_name(size_t i)
{
	return i < KEYS ? keys[i].key : NULL;
}

void rule_condition_nearest(struct rule_nearest *near, struct span misspelt)
{
	for (size_t i = 0; i < KEYS; i++)
		rule_nearest_offer(near, misspelt, keys[i].key);
}

bool rule_read_condition_value(struct rule_reading *rd, struct condition *c, struct span key)
{
	const struct condition_key *k = find_key(key);
	struct rule_nearest near = { .word = NULL };

	if (k != NULL)
		return k->read(rd, c, k->arg);
	rule_condition_nearest(&near, key);
	return rule_fail_unknown(rd, "unknown key", key, near.word);
}

static bool read_one(struct rule_reading *rd, struct condition *c, struct span key, void *ctx)
{
	(void)ctx;
	return rule_read_condition_value(rd, c, key);
}

bool rule_read_condition(struct rule_reading *rd, struct condition **c_r)
{
	*c_r = condition_new(rd->r->arena);
	if (lua_type(rd->L, -1) != LUA_TTABLE)
		return rule_fail_type(rd, "a table of conditions");
	if (!each_key(rd, *c_r, read_one, NULL))
		return false;
	if ((*c_r)->n == 0)
		return rule_fail(rd, "has no condition");
	condition_done(*c_r);
	return true;
}
