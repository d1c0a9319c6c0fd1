/* The keys of a list and of its codes, and what belongs together. */
#include <math.h>

#include "base/array.h"
#include "base/ascii.h"
#include "lists/list_read_private.h"

static const char *const target_words[] = {
	[LIST_CLIENT] = "client", [LIST_RECEIVED] = "received", [LIST_HELO] = "helo", [LIST_CLIENT_NAME] = "client_name", [LIST_SENDER] = "sender", [LIST_FROM] = "from",
	[LIST_REPLY_TO] = "reply_to", [LIST_URL_HOST] = "url_host", [LIST_URL_DOMAIN] = "url_domain", [LIST_URL_A] = "url_a", [LIST_URL_NS] = "url_ns", [LIST_EMAIL] = "email",
	[LIST_EMAIL_DOMAIN] = "email_domain", [LIST_URL] = "url", [LIST_ATTACHMENT] = "attachment", [LIST_TARGETS] = NULL,
};
static const char *const hash_words[] = { [LIST_PLAIN] = "none", [LIST_MD5] = "md5", [LIST_SHA1] = "sha1", [LIST_SHA256] = "sha256", NULL };
static const char *const encoding_words[] = { [LIST_HEX] = "hex", [LIST_BASE32] = "base32", NULL };
static const char *const name_words[] = { "registered", "whole", NULL };
static const char *const geo_words[] = { "country", "asn", NULL };

/* What has addresses; the only targets of networks in files, countries and ASNs. */
#define TARGETS_IP (1u << LIST_CLIENT | 1u << LIST_RECEIVED | 1u << LIST_URL_A | 1u << LIST_URL_NS)

const char *list_target_name(enum list_target t)
{
	return target_words[t];
}

/* Keys of both. */

static bool read_target(struct list_reading *rd, void *ctx)
{
	unsigned n, *targets = ctx;

	if (!list_word(rd, target_words, &n))
		return false;
	*targets |= 1u << n;
	return true;
}

static bool read_look_up(struct list_reading *rd)
{
	unsigned *targets = rd->code != NULL ? &rd->code->targets : &rd->def->targets;

	*targets = 0;
	return list_each(rd, read_target, targets);
}

static bool read_symbol(struct list_reading *rd)
{
	struct span s;
	bool ok = list_string(rd, &s) && s.len <= LIST_SYMBOL_MAX;

	for (size_t i = 0; ok && i < s.len; i++)
		ok = ascii_isupper(s.p[i]) || ascii_isdigit(s.p[i]) || s.p[i] == '_';
	if (!ok)
		return list_fail(rd, "must be a name made of A-Z, 0-9 and _, at most %d of them", LIST_SYMBOL_MAX);
	rd->symbol = s.p;
	return true;
}

static bool read_score(struct list_reading *rd)
{
	double d = lua_tonumber(rd->L, -1) * 1000;

	if (lua_type(rd->L, -1) != LUA_TNUMBER)
		return list_fail_type(rd, "a number of points");
	if (!(fabs(d) <= LIST_SCORE_MAX))
		return list_fail(rd, "must be between %d and %d", -LIST_SCORE_MAX / 1000, LIST_SCORE_MAX / 1000);
	rd->score = (score_t)lround(d);
	rd->has_score = true;
	return true;
}

static bool read_doc(struct list_reading *rd)
{
	return list_text(rd, &rd->doc);
}

/* Keys of codes. */

static bool add_code(struct list_reading *rd, void *ctx)
{
	struct list_code *c = rd->code;
	struct list_octets *v = ARENA_ARRAY(rd->r->arena, c->n + 1, struct list_octets);
	struct span s, *texts;

	(void)ctx;
	if (rd->def->source == LIST_ASN && lua_type(rd->L, -1) == LUA_TNUMBER) {
		lua_pushvalue(rd->L, -1);
		s = arena_copy(rd->r->arena, span_of(lua_tostring(rd->L, -1)));
		lua_pop(rd->L, 1);
	} else if (!list_string(rd, &s)) {
		return false;
	}
	if (rd->def->source == LIST_COUNTRY || rd->def->source == LIST_ASN) {
		texts = ARENA_ARRAY(rd->r->arena, c->ntexts + 1, struct span);
		if (c->ntexts != 0)
			memcpy(texts, c->texts, c->ntexts * sizeof(*texts));
		texts[c->ntexts++] = s;
		c->texts = texts;
		return true;
	}
	if (c->n != 0)
		memcpy(v, c->v, c->n * sizeof(*v));
	if (!list_octets_parse(s, &v[c->n++]))
		return list_fail_type(rd, "an address like \"127.0.0.2\", \"127.0.*.3\" or \"127.0.2.5-24\"");
	c->v = v;
	return true;
}

static bool read_code_value(struct list_reading *rd)
{
	return list_each(rd, add_code, NULL);
}

static bool read_bit(struct list_reading *rd)
{
	int64_t n;

	if (!list_integer(rd, 1, 128, &n))
		return false;
	if ((n & (n - 1)) != 0)
		return list_fail(rd, "must be one bit: 1, 2, 4, 8, 16, 32, 64 or 128");
	rd->code->bit = (uint8_t)n;
	return true;
}

static bool read_policy(struct list_reading *rd)
{
	return list_bool(rd, &rd->code->policy);
}

static const struct list_key code_keys[] = {
	{ "code", read_code_value }, { "bit", read_bit }, { "look_up", read_look_up }, { "policy", read_policy }, { "symbol", read_symbol }, { "score", read_score },
	{ "doc", read_doc }, { NULL, NULL },
};

static uint32_t find_symbol(const struct list_reading *rd, const char *name)
{
	for (size_t i = 0; i < rd->nsymbols; i++) {
		if (strcmp(rd->def->symbols[i].name, name) == 0)
			return (uint32_t)i;
	}
	return LIST_SYMBOL_NONE;
}

/* Several codes may have one symbol: score and doc stand with the first. */
static bool take_symbol(struct list_reading *rd, struct list_code *c)
{
	if (rd->symbol == NULL)
		return list_fail(rd, "has no symbol");
	c->symbol = find_symbol(rd, rd->symbol);
	if (c->symbol != LIST_SYMBOL_NONE) {
		if (rd->has_score || rd->doc != NULL)
			return list_fail(rd, "gives score or doc of symbol %s again", rd->symbol);
		return true;
	}
	if (!rd->has_score || rd->doc == NULL)
		return list_fail(rd, "needs score and doc for its symbol %s", rd->symbol);
	c->symbol = (uint32_t)rd->nsymbols;
	*ARRAY_ADD(rd->r->arena, rd->def->symbols, rd->nsymbols, rd->cap_symbols) =
		(struct symbol){ .name = rd->symbol, .group = "lists", .score = rd->score, .doc = rd->doc };
	return true;
}

static bool read_code(struct list_reading *rd, void *ctx)
{
	struct list_code c = { .targets = rd->def->targets };

	(void)ctx;
	if (rd->ncodes == LIST_CODES_MAX)
		return list_fail(rd, "has more than %d elements", LIST_CODES_MAX);
	rd->part = arena_str(rd->r->arena, arena_printf(rd->r->arena, "codes[%zu]", rd->ncodes + 1));
	rd->key = NULL;
	rd->code = &c;
	rd->symbol = rd->doc = NULL;
	rd->has_score = false;
	if (!list_keys(rd, code_keys))
		return false;
	if ((c.n != 0) + (c.ntexts != 0) + (c.bit != 0) != 1)
		return list_fail(rd, "needs either code or bit");
	if (c.bit != 0 && rd->def->source != LIST_ZONE)
		return list_fail(rd, "has a bit, but the list is no zone");
	if ((c.targets & ~rd->def->targets) != 0)
		return list_fail(rd, "has look_up for what the list itself does not look up");
	if (c.policy)
		c.targets &= 1u << LIST_CLIENT;
	if (c.targets == 0)
		return list_fail(rd, "is a policy code and counts for the client alone, whom the list does not look up");
	if (!take_symbol(rd, &c))
		return false;
	*ARRAY_ADD(rd->r->arena, rd->codes, rd->ncodes, rd->cap_codes) = c;
	rd->code = NULL;
	rd->part = NULL;
	return true;
}

static bool read_codes(struct list_reading *rd)
{
	bool ok;

	if (rd->symbol != NULL)
		return list_fail(rd, "stands beside symbol: it is one or the other");
	ok = list_each(rd, read_code, NULL);
	if (ok)
		rd->symbol = NULL;
	return ok;
}

/* Keys of refusals: { ["127.0.0.1"] = "what it means" }. */

static bool read_refused(struct list_reading *rd)
{
	lua_State *L = rd->L;
	struct list_refusal *v = NULL;
	size_t n = 0, cap = 0;
	bool ok = true;

	if (lua_type(L, -1) != LUA_TTABLE)
		return list_fail_type(rd, "a table { [\"127.0.0.1\"] = \"what it means\" }");
	for (lua_pushnil(L); ok && lua_next(L, -2) != 0; lua_pop(L, ok ? 1 : 2)) {
		struct list_refusal *f = ARRAY_ADD(rd->r->arena, v, n, cap);
		size_t len;
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &len) : NULL;

		if (key == NULL || !list_octets_parse(span_make(key, len), &f->octets))
			ok = list_fail(rd, "has a key that is no address like \"127.0.0.1\"");
		else
			ok = list_text(rd, &f->text);
	}
	rd->def->refusals = v;
	rd->def->nrefusals = n;
	return ok;
}

/* Keys of test points. */

static bool read_listed(struct list_reading *rd)
{
	return list_string(rd, &rd->def->listed);
}

static bool read_unlisted(struct list_reading *rd)
{
	return list_string(rd, &rd->def->unlisted);
}

static bool read_test(struct list_reading *rd)
{
	static const struct list_key keys[] = { { "listed", read_listed }, { "unlisted", read_unlisted }, { NULL, NULL } };
	bool ok;

	rd->part = "test";
	rd->key = NULL;
	ok = list_keys(rd, keys);
	if (ok)
		rd->part = NULL;
	return ok;
}

/* Keys of lists. */

static bool read_title(struct list_reading *rd)
{
	return list_text(rd, &rd->def->title);
}

static bool read_site(struct list_reading *rd)
{
	return list_text(rd, &rd->def->site);
}

static bool read_limits(struct list_reading *rd)
{
	return list_text(rd, &rd->def->limits);
}

static bool read_note(struct list_reading *rd)
{
	return list_text(rd, &rd->def->note);
}

static bool read_dead(struct list_reading *rd)
{
	return list_bool(rd, &rd->def->dead);
}

static bool read_zone(struct list_reading *rd)
{
	struct span zone, rest;

	if (!list_string(rd, &zone))
		return false;
	if (zone.p[zone.len - 1] == '.')
		zone.len--;
	rest = zone;
	while (rest.p != NULL) {
		struct span label = span_split(&rest, '.');
		bool ok = label.len != 0 && label.len <= 63;

		for (size_t i = 0; ok && i < label.len && !span_eq(label, SPAN_LIT("{key}")); i++)
			ok = ascii_isalnum(label.p[i]) || label.p[i] == '-' || label.p[i] == '_';
		if (!ok)
			return list_fail_type(rd, "a domain name, with {key} as a label where a key belongs");
	}
	rd->def->zone = zone;
	return true;
}

static bool read_key(struct list_reading *rd)
{
	return list_text(rd, &rd->def->key);
}

static bool read_file(struct list_reading *rd)
{
	struct span file = span_of(rd->r->file), name;
	size_t slash = span_rchr(file, '/');

	if (!list_string(rd, &name))
		return false;
	if (rd->r->shipped)
		return list_fail(rd, "is for lists of the administrator");
	/* A relative name lies beside the file that has the definition. */
	if (name.p[0] == '/' || slash == SPAN_NPOS)
		rd->def->file = arena_str(rd->r->arena, name);
	else
		rd->def->file = arena_str(rd->r->arena, arena_printf(rd->r->arena, "%.*s/%.*s", (int)slash, file.p, SPAN_ARG(name)));
	rd->def->source = LIST_FILE;
	return true;
}

static bool read_geo(struct list_reading *rd)
{
	unsigned n;

	if (!list_word(rd, geo_words, &n))
		return false;
	rd->def->source = n == 0 ? LIST_COUNTRY : LIST_ASN;
	return true;
}

static bool read_hash(struct list_reading *rd)
{
	unsigned n;

	if (!list_word(rd, hash_words, &n))
		return false;
	rd->def->hash = (enum list_hash)n;
	return true;
}

static bool read_encoding(struct list_reading *rd)
{
	unsigned n;

	if (!list_word(rd, encoding_words, &n))
		return false;
	rd->def->encoding = (enum list_encoding)n;
	return true;
}

static bool read_names(struct list_reading *rd)
{
	unsigned n;

	if (!list_word(rd, name_words, &n))
		return false;
	rd->def->registered = n == 0;
	return true;
}

static bool read_url_ips(struct list_reading *rd)
{
	return list_bool(rd, &rd->def->url_ips);
}

static bool read_ipv6(struct list_reading *rd)
{
	return list_bool(rd, &rd->def->ipv6);
}

static bool read_outbound(struct list_reading *rd)
{
	return list_bool(rd, &rd->def->outbound);
}

static bool read_exempt(struct list_reading *rd)
{
	return list_bool(rd, &rd->def->exempt);
}

static bool read_max(struct list_reading *rd)
{
	int64_t n;

	if (!list_integer(rd, 1, 100, &n))
		return false;
	rd->def->max = (unsigned)n;
	return true;
}

/* In the order in which they are read: codes are read last, since they lean on the others. */
static const struct list_key keys[] = {
	{ "title", read_title }, { "site", read_site }, { "limits", read_limits }, { "note", read_note }, { "dead", read_dead }, { "zone", read_zone }, { "key", read_key },
	{ "file", read_file }, { "geo", read_geo }, { "look_up", read_look_up }, { "hash", read_hash }, { "encoding", read_encoding }, { "names", read_names },
	{ "url_ips", read_url_ips }, { "ipv6", read_ipv6 }, { "outbound", read_outbound }, { "exempt", read_exempt }, { "max", read_max }, { "refused", read_refused },
	{ "test", read_test }, { "symbol", read_symbol }, { "score", read_score }, { "doc", read_doc }, { "codes", read_codes }, { NULL, NULL },
};

/* What belongs together. */

static bool check_key(struct list_reading *rd)
{
	const struct list_def *d = rd->def;
	bool wants = span_has(d->zone, SPAN_LIT("{key}"));

	if (wants != (d->key != NULL))
		return list_fail(rd, wants ? "has {key} in its zone, but no key = \"NAME\" that tells which" : "has a key, but no {key} in its zone");
	return true;
}

static bool check_source(struct list_reading *rd)
{
	const struct list_def *d = rd->def;

	if ((d->zone.len != 0) + (d->source != LIST_ZONE) != 1)
		return list_fail(rd, "needs one of zone, file and geo");
	if (d->source == LIST_ZONE && rd->ncodes == 0)
		return list_fail(rd, "has no codes: what answers mean");
	if ((d->source == LIST_COUNTRY || d->source == LIST_ASN) && ((d->targets & ~TARGETS_IP) != 0 || rd->ncodes == 0))
		return list_fail(rd, "is about addresses: look_up can be client, received, url_a, url_ns; and it needs codes");
	if (d->source == LIST_FILE && rd->ncodes != 0)
		return list_fail(rd, "is a file and has no codes, but symbol, score and doc");
	if ((d->targets & 1u << LIST_ATTACHMENT) != 0 && d->hash == LIST_PLAIN && d->source == LIST_ZONE)
		return list_fail(rd, "looks up attachments and needs a hash");
	return true;
}

/* A list without codes has one meaning. */
static bool take_single(struct list_reading *rd)
{
	struct list_code c = { .targets = rd->def->targets };

	if (rd->symbol == NULL && rd->ncodes != 0)
		return true;
	if (!take_symbol(rd, &c))
		return false;
	*ARRAY_ADD(rd->r->arena, rd->codes, rd->ncodes, rd->cap_codes) = c;
	return true;
}

static const char *unavailable_name(struct arena *arena, const char *name)
{
	struct span s = arena_printf(arena, "%s_UNAVAILABLE", name);
	char *p = arena_str(arena, s);

	for (size_t i = 0; i < s.len; i++)
		p[i] = (char)(p[i] == '-' ? '_' : ascii_islower(p[i]) ? p[i] & ~0x20 : p[i]);
	return p;
}

static void finish(struct list_reading *rd)
{
	struct list_def *d = rd->def;

	*ARRAY_ADD(rd->r->arena, d->symbols, rd->nsymbols, rd->cap_symbols) = (struct symbol){
		.name = unavailable_name(rd->r->arena, d->name), .group = "policy", .doc = "The list gave no answer in time, or is switched off because of its self-test." };
	d->nsymbols = rd->nsymbols;
	d->codes = rd->codes;
	d->ncodes = rd->ncodes;
}

static bool read_list(struct list_reading *rd)
{
	struct list_def *d = rd->def;

	if (!list_keys(rd, keys))
		return false;
	if (d->targets == 0)
		return list_fail(rd, "has no look_up: what of a message is looked up");
	if (d->title == NULL)
		d->title = d->name;
	if (!check_source(rd) || !check_key(rd) || !take_single(rd))
		return false;
	finish(rd);
	return true;
}

static bool name_ok(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!ascii_islower(name.p[i]) && !ascii_isdigit(name.p[i]) && name.p[i] != '-')
			return false;
	}
	return name.len != 0 && name.len <= LIST_NAME_MAX;
}

bool list_make(struct list_reader *r, lua_State *L, struct span name, unsigned line)
{
	struct list_def *d = ARENA_NEW(r->arena, struct list_def), *other;
	struct list_reading rd = { .r = r, .L = L, .def = d, .line = line };

	*d = (struct list_def){ .name = arena_str(r->arena, span_sub(name, 0, LIST_NAME_MAX)), .shipped = r->shipped, .registered = true, .exempt = true, .max = LIST_MAX_LOOKUPS };
	d->where = arena_str(r->arena, arena_printf(r->arena, "%s:%u", r->file, line));
	if (!name_ok(name))
		return list_fail(&rd, "a list's name is made of a-z, 0-9 and -, at most %d of them", LIST_NAME_MAX);
	other = map_get(&r->by_name, name);
	if (other != NULL && other->shipped == r->shipped)
		return list_fail(&rd, "stands already in %s", other->where);
	if (!read_list(&rd))
		return false;
	if (other != NULL)
		return true;
	map_put(&r->by_name, span_of(d->name), d);
	*ARRAY_ADD(r->arena, r->v, r->n, r->cap) = d;
	return true;
}
