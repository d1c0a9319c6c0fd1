/*
 * "m" of function rules: what a function may know of the message. Values alone: tables and strings are copies that Lua owns; m itself holds a pointer that is emptied when the function
 * has ended, so that one kept for later gives an error.
 */
#include <stdlib.h>

#include "mail/message.h"
#include "rules/function_private.h"
#include "rules/header_name.h"
#include "scan/engine.h"

#define MESSAGE_TYPE "winnow.message"

struct lua_message {
	struct function_run *run; /* NULL: gone */
};

static struct task *task_of(lua_State *L, int index)
{
	struct lua_message *m = luaL_checkudata(L, index, MESSAGE_TYPE);

	if (m->run != NULL)
		return m->run->task;
	luaL_error(L, "the message is gone: m is valid only while the function runs");
	abort(); /* not reached: luaL_error does not return */
}

/* Lua's tostring of long texts costs their copy. */
static void push_span(lua_State *L, struct span s)
{
	if (s.p == NULL)
		s.p = "";
	lua_pushlstring(L, s.p, s.len);
}

static void push_known(lua_State *L, struct span s)
{
	if (s.len != 0)
		push_span(L, s);
	else
		lua_pushnil(L);
}

static void set_span(lua_State *L, const char *key, struct span s)
{
	push_known(L, s);
	lua_setfield(L, -2, key);
}

/* Fields. */

static void push_subject(lua_State *L, struct task *t)
{
	push_span(L, task_msg(t)->subject);
}

static void push_text(lua_State *L, struct task *t)
{
	push_span(L, task_msg(t)->text);
}

static void push_hidden(lua_State *L, struct task *t)
{
	push_span(L, task_msg(t)->hidden_text);
}

static void push_size(lua_State *L, struct task *t)
{
	lua_pushinteger(L, (lua_Integer)task_tx(t)->raw_size);
}

static void push_date(lua_State *L, struct task *t)
{
	if (task_msg(t)->date != 0)
		lua_pushinteger(L, task_msg(t)->date);
	else
		lua_pushnil(L);
}

static void push_urls(lua_State *L, struct task *t)
{
	const struct message *msg = task_msg(t);

	lua_createtable(L, (int)msg->nlinks, 0);
	for (size_t i = 0; i < msg->nlinks; i++) {
		const struct link *link = &msg->links[i];

		lua_createtable(L, 0, 8);
		set_span(L, "url", link->url.raw);
		set_span(L, "scheme", link->url.scheme);
		set_span(L, "host", link->url.host_ascii);
		set_span(L, "domain", link->url.domain);
		set_span(L, "path", link->url.path);
		set_span(L, "query", link->url.query);
		set_span(L, "text", link->text);
		lua_pushboolean(L, link->hidden);
		lua_setfield(L, -2, "hidden");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static void push_attachment(lua_State *L, const struct part *p)
{
	size_t dot = span_rchr(p->name, '.');

	lua_createtable(L, 0, 4);
	set_span(L, "name", p->name);
	set_span(L, "extension", dot != SPAN_NPOS ? span_from(p->name, dot + 1) : SPAN_NONE);
	set_span(L, "type", p->type);
	lua_pushinteger(L, (lua_Integer)p->body.len);
	lua_setfield(L, -2, "size");
}

/* Adds those of the message, and of messages in it, to the list on top; how many it has then. The parser bounds their depth and number. */
static lua_Integer add_attachments(lua_State *L, const struct message *msg, lua_Integer n)
{
	for (size_t i = 0; i < msg->nparts; i++) {
		const struct part *p = &msg->parts[i];

		if (p->inner != NULL)
			n = add_attachments(L, p->inner, n);
		if (p->kind != PART_ATTACHMENT)
			continue;
		push_attachment(L, p);
		lua_rawseti(L, -2, ++n);
	}
	return n;
}

static void push_attachments(lua_State *L, struct task *t)
{
	lua_newtable(L);
	add_attachments(L, task_msg(t), 0);
}

static void push_client(lua_State *L, struct task *t)
{
	const struct client *c = &task_tx(t)->client;
	char text[IP_TEXT_MAX];

	lua_createtable(L, 0, 6);
	if (c->ip.set)
		set_span(L, "ip", span_of(ip_text(&c->ip, text)));
	set_span(L, "name", c->name);
	set_span(L, "helo", c->helo);
	set_span(L, "tls", c->tls_version);
	set_span(L, "user", c->auth_user);
}

static void push_envelope(lua_State *L, struct task *t)
{
	const struct envelope *e = &task_tx(t)->env;

	lua_createtable(L, 0, 2);
	if (e->from_set) {
		push_span(L, e->from);
		lua_setfield(L, -2, "from");
	}
	lua_createtable(L, (int)e->nrcpt, 0);
	for (size_t i = 0; i < e->nrcpt; i++) {
		push_span(L, e->rcpt[i].address);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "rcpt");
}

static void push_direction(lua_State *L, struct task *t)
{
	static const char *const names[] = { [DIR_INBOUND] = "inbound", [DIR_OUTBOUND] = "outbound", [DIR_RELAY] = "relay", [DIR_LOCAL] = "local" };

	lua_pushstring(L, names[task_tx(t)->dir]);
}

/* Parts of meta rules ("__NAME") have no symbol. */
static int32_t part_count(struct task *t, const struct view_plan *plan, const char *name)
{
	int number = view_plan_find_rule(plan, span_of(name));

	return number >= 0 ? (int32_t)view_count(rule_view_of(t, plan), (unsigned)number) : 0;
}

/* Only what the rule named in "after": of the others nobody knows whether they have run. */
static void push_hits(lua_State *L, struct task *t)
{
	const struct function_run *run = functions_of(L)->current;
	const struct hits *hits = &task_scan(t)->hits;

	lua_createtable(L, 0, (int)run->nafter);
	for (size_t i = 0; i < run->nafter; i++) {
		int32_t permille = 0;

		for (size_t h = 0; h < hits->n; h++)
			permille += hits->v[h].sym == run->after_symbols[i] ? hits->v[h].permille : 0;
		if (run->after_symbols[i] < 0)
			permille += part_count(t, functions_of(L)->plan, run->after[i]) * 1000;
		lua_pushnumber(L, permille / 1000.0);
		lua_setfield(L, -2, run->after[i]);
	}
}

static const struct field {
	const char *name;
	void (*push)(lua_State *, struct task *);
} fields[] = {
	{ "subject", push_subject }, { "text", push_text }, { "hidden", push_hidden }, { "size", push_size }, { "date", push_date }, { "urls", push_urls },
	{ "attachments", push_attachments }, { "client", push_client }, { "envelope", push_envelope }, { "direction", push_direction }, { "hits", push_hits },
};

/* Methods. */

/* Lists of addresses are parsed anew by each call, into memory of the transaction. */
static uint64_t headers_cost(const struct header_list *list, const struct header_name *name)
{
	uint64_t cost = list->n;

	for (size_t i = 0; i < list->n && name->part != HEADER_VALUE && name->part != HEADER_RAW; i++)
		cost += list->v[i].id == name->id ? list->v[i].raw.len : 0;
	return cost;
}

static int headers(lua_State *L, struct task *t, bool all)
{
	struct header_name name;
	struct header_values values;
	struct span value;
	size_t len;
	const char *written = luaL_checklstring(L, 2, &len);
	struct err err;
	lua_Integer n = 0;

	if (!header_name_parse(span_make(written, len), &name, &err))
		return luaL_error(L, "%s", err.text);
	vm_charge(L, headers_cost(&task_msg(t)->headers, &name));
	header_values_begin(&values, &name, task_msg(t), task_arena(t));
	if (!all) {
		if (header_values_next(&values, &value))
			push_span(L, value);
		else
			lua_pushnil(L);
		return 1;
	}
	lua_newtable(L);
	while (header_values_next(&values, &value)) {
		push_span(L, value);
		lua_rawseti(L, -2, ++n);
	}
	return 1;
}

static int message_header(lua_State *L)
{
	return headers(L, task_of(L, 1), false);
}

static int message_headers(lua_State *L)
{
	return headers(L, task_of(L, 1), true);
}

static int message_fact(lua_State *L)
{
	struct task *t = task_of(L, 1);
	const char *name = luaL_checkstring(L, 2);

	for (int i = 0; i < FACT_N; i++) {
		if (strcmp(fact_name((enum fact)i), name) == 0) {
			lua_pushinteger(L, task_msg(t)->facts.count[i]);
			return 1;
		}
	}
	return luaL_error(L, "unknown fact '%s'", name);
}

/* Fields are made when first asked for, and kept in a table behind m. */
static int message_index(lua_State *L)
{
	struct task *t = task_of(L, 1);
	const char *key = luaL_checkstring(L, 2);

	lua_getiuservalue(L, 1, 1);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, 3) != LUA_TNIL)
		return 1;
	lua_pop(L, 1);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(fields[i].name, key) != 0)
			continue;
		fields[i].push(L, t);
		lua_pushvalue(L, 2);
		lua_pushvalue(L, -2);
		lua_rawset(L, 3);
		return 1;
	}
	lua_getfield(L, lua_upvalueindex(1), key);
	if (lua_isnil(L, -1))
		return luaL_error(L, "m has no '%s'", key);
	return 1;
}

void function_message_open(struct functions *all)
{
	static const luaL_Reg methods[] = { { "header", message_header }, { "headers", message_headers }, { "fact", message_fact }, { NULL, NULL } };
	lua_State *L = vm_state(all->vm);

	luaL_newmetatable(L, MESSAGE_TYPE);
	luaL_newlib(L, methods);
	lua_pushcclosure(L, message_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pushliteral(L, "message");
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}

void function_message_push(lua_State *L, struct function_run *run)
{
	struct lua_message *m = lua_newuserdatauv(L, sizeof(*m), 1);

	m->run = run;
	run->message = &m->run;
	luaL_setmetatable(L, MESSAGE_TYPE);
	lua_newtable(L);
	lua_setiuservalue(L, -2, 1);
	lua_pushvalue(L, -1);
	run->message_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}
