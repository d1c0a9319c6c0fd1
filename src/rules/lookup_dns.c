#include "rules/lookup_dns.h"

#include <stdio.h>

#include <lauxlib.h>

#include "net/dns.h"
#include "scan/services.h"

#define REVERSE_MAX 74

struct query {
	struct span name;
};

/* What the functions are registered with: the type that each asks for. */
static const enum dns_type type_a = DNS_A, type_aaaa = DNS_AAAA, type_txt = DNS_TXT, type_mx = DNS_MX, type_ptr = DNS_PTR, type_ns = DNS_NS;

static void read_name(lua_State *L, struct arena *arena, void *query)
{
	struct query *q = query;
	size_t len;
	const char *name = luaL_checklstring(L, 1, &len);

	q->name = arena_copy(arena, span_make(name, len));
}

static struct span reverse_name(struct arena *arena, const struct ip *ip)
{
	static const char digits[] = "0123456789abcdef";
	char text[REVERSE_MAX];

	if (ip_is_v4(ip))
		return arena_printf(arena, "%u.%u.%u.%u.in-addr.arpa", ip->b[15], ip->b[14], ip->b[13], ip->b[12]);
	for (size_t i = 0; i < 16; i++) {
		text[i * 4] = digits[ip->b[15 - i] & 15];
		text[i * 4 + 1] = '.';
		text[i * 4 + 2] = digits[ip->b[15 - i] >> 4];
		text[i * 4 + 3] = '.';
	}
	return arena_printf(arena, "%.64sip6.arpa", text);
}

/* An address stands for its name under in-addr.arpa or ip6.arpa. */
static void read_pointer(lua_State *L, struct arena *arena, void *query)
{
	struct query *q = query;
	struct ip ip;

	read_name(L, arena, query);
	if (ip_parse(q->name, &ip))
		q->name = reverse_name(arena, &ip);
}

static struct op *start(void *provider, const void *query, const struct task *t, op_done *done, void *ctx)
{
	const struct services *services = task_services(t);
	const struct query *q = query;

	return services != NULL ? dns_query(services->dns, q->name, *(const enum dns_type *)provider, 0, done, ctx) : NULL;
}

static void push_address(lua_State *L, const struct dns_record *r)
{
	char text[IP_TEXT_MAX];

	lua_pushstring(L, ip_text(&r->ip, text));
}

static void push_text(lua_State *L, const struct dns_record *r)
{
	lua_pushlstring(L, r->text.len != 0 ? r->text.p : "", r->text.len);
}

static void push_name(lua_State *L, const struct dns_record *r)
{
	lua_pushlstring(L, r->name.len != 0 ? r->name.p : "", r->name.len);
}

static void push_exchange(lua_State *L, const struct dns_record *r)
{
	lua_createtable(L, 0, 2);
	lua_pushinteger(L, r->preference);
	lua_setfield(L, -2, "preference");
	push_name(L, r);
	lua_setfield(L, -2, "host");
}

/* A list, or nil and why there is none. */
static int push_list(lua_State *L, const struct dns_answer *a, void (*push)(lua_State *, const struct dns_record *))
{
	if (a->result != DNS_FOUND) {
		lua_pushnil(L);
		lua_pushstring(L, a->result == DNS_NXDOMAIN ? "nxdomain" : "nodata");
		return 2;
	}
	lua_createtable(L, (int)a->n, 0);
	for (size_t i = 0; i < a->n; i++) {
		push(L, &a->v[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int push_addresses(lua_State *L, const void *answer)
{
	return push_list(L, answer, push_address);
}

static int push_texts(lua_State *L, const void *answer)
{
	return push_list(L, answer, push_text);
}

static int push_names(lua_State *L, const void *answer)
{
	return push_list(L, answer, push_name);
}

static int push_exchanges(lua_State *L, const void *answer)
{
	return push_list(L, answer, push_exchange);
}

static const struct {
	struct lookup lookup;
	const enum dns_type *type;
} lookups[] = {
	{ { "dns", "a", sizeof(struct query), read_name, start, push_addresses }, &type_a },
	{ { "dns", "aaaa", sizeof(struct query), read_name, start, push_addresses }, &type_aaaa },
	{ { "dns", "txt", sizeof(struct query), read_name, start, push_texts }, &type_txt },
	{ { "dns", "mx", sizeof(struct query), read_name, start, push_exchanges }, &type_mx },
	{ { "dns", "ptr", sizeof(struct query), read_pointer, start, push_names }, &type_ptr },
	{ { "dns", "ns", sizeof(struct query), read_name, start, push_names }, &type_ns },
};

void lookup_dns_open(struct functions *functions)
{
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++)
		functions_lookup(functions, &lookups[i].lookup, (void *)(uintptr_t)lookups[i].type); /* NOLINT(performance-no-int-to-ptr): only to drop const */
}
