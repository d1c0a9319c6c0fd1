/* The way of the message: which of its relays are trusted, and which are our own (Message/Metadata/Received.pm, NetSet.pm). */
#include "spamassassin/view_relay.h"

#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_ip.h"

#define RELAYS_MAX 200 /* Received fields that are read */

struct sa_relay_view {
	struct sa_relays relays;
};

struct path {
	struct sa_view *view;
	struct sa_relays *out;
	struct sa_relay *v;
	size_t n, cap;
	bool in_trusted, in_internal, found_msa;
	struct span scanner_from;
};

/* "10.1/16", "10.1.", "10.1.2.3", "2001:db8::/32": the address filled up to four numbers, the length by how many were given. */
static bool read_net(struct span text, struct cidr *cidr_r)
{
	size_t slash = span_chr(text, '/');
	struct span address = slash == SPAN_NPOS ? text : span_sub(text, 0, slash), rest;
	uint64_t bits = 128, part;
	bool v4 = span_chr(address, ':') == SPAN_NPOS;

	*cidr_r = (struct cidr){ .ip.set = true };
	if (address.len > 2 && address.p[0] == '[' && address.p[address.len - 1] == ']')
		address = span_sub(address, 1, address.len - 2);
	if (v4) {
		unsigned n = 0;

		memset(cidr_r->ip.b + 10, 0xff, 2);
		for (rest = address; rest.p != NULL && !(rest.len == 0 && n > 0); n++) {
			if (n == 4 || !span_uint(span_split(&rest, '.'), 255, &part))
				return false;
			cidr_r->ip.b[12 + n] = (uint8_t)part;
		}
		bits = (uint64_t)8 * n;
	} else if (!ip_parse(address, &cidr_r->ip)) {
		return false;
	}
	if (slash != SPAN_NPOS && !span_uint(span_from(text, slash + 1), v4 ? 32 : 128, &bits))
		return false;
	cidr_r->bits = (uint8_t)(v4 ? bits + 96 : bits);
	for (size_t bit = cidr_r->bits; bit < 128; bit++)
		cidr_r->ip.b[bit / 8] &= (uint8_t)~(0x80u >> (bit % 8));
	return true;
}

static bool net_declared(const struct relay_nets *nets, const struct cidr *c)
{
	for (size_t i = 0; i < nets->n; i++) {
		if (nets->v[i].cidr.bits <= c->bits && cidr_has(&nets->v[i].cidr, &c->ip))
			return true;
	}
	return false;
}

static void add_net(struct arena *arena, struct relay_nets *nets, struct span word)
{
	struct relay_net net = { .exclude = span_starts(word, SPAN_LIT("!")) };

	if (!read_net(net.exclude ? span_from(word, 1) : word, &net.cidr) || net_declared(nets, &net.cidr))
		return;
	*ARRAY_ADD(arena, nets->v, nets->n, nets->cap) = net;
}

static bool next_word(struct span *rest_r, struct span *word_r)
{
	size_t n = 0;

	*rest_r = span_trim(*rest_r);
	while (n < rest_r->len && !ascii_isspace(rest_r->p[n]))
		n++;
	*word_r = span_sub(*rest_r, 0, n);
	*rest_r = span_from(*rest_r, n);
	return n != 0;
}

static bool comes_after(const struct cf_directive *d, const struct cf_directive *clear)
{
	return clear == NULL || d > clear;
}

static const struct cf_directive *last_directive(const struct cf *cf, const char *keyword)
{
	const struct cf_directive *last = NULL;

	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, span_of(keyword), d)) != NULL;)
		last = d;
	return last;
}

static void read_nets(struct arena *arena, const struct cf *cf, const char *keyword, const char *clear, bool loopback, struct relay_nets *nets)
{
	const struct cf_directive *cleared = last_directive(cf, clear), *d;

	if (loopback) {
		add_net(arena, nets, SPAN_LIT("127.0.0.0/8"));
		add_net(arena, nets, SPAN_LIT("::1"));
	}
	for (d = NULL; (d = cf_directive_next(cf, span_of(keyword), d)) != NULL;) {
		struct span rest = d->args, word;

		while (comes_after(d, cleared) && next_word(&rest, &word)) {
			add_net(arena, nets, word);
			nets->configured = true;
		}
	}
}

const struct sa_relay_config *sa_relay_config_new(struct arena *arena, const struct cf *cf)
{
	struct sa_relay_config *c = ARENA_NEW(arena, struct sa_relay_config);
	const struct cf_directive *cleared = last_directive(cf, "clear_originating_ip_headers"), *d;

	relay_patterns(arena, c);
	read_nets(arena, cf, "trusted_networks", "clear_trusted_networks", true, &c->trusted);
	read_nets(arena, cf, "internal_networks", "clear_internal_networks", true, &c->internal);
	read_nets(arena, cf, "msa_networks", "clear_msa_networks", false, &c->msa);
	if (c->trusted.configured && !c->internal.configured)
		c->internal = c->trusted;
	else if (c->internal.configured && !c->trusted.configured)
		c->trusted = c->internal;
	for (d = NULL; (d = cf_directive_next(cf, SPAN_LIT("originating_ip_headers"), d)) != NULL;) {
		struct span rest = d->args, word;

		while (comes_after(d, cleared) && next_word(&rest, &word))
			sa_list_add_new(arena, &c->originating, word);
	}
	return c;
}

static bool nets_have(const struct relay_nets *nets, struct span text)
{
	struct ip ip;

	if (nets->n == 0 || !ip_parse(text, &ip))
		return false;
	for (size_t i = 0; i < nets->n; i++) {
		if (cidr_has(&nets->v[i].cidr, &ip))
			return !nets->v[i].exclude;
	}
	return false;
}

/* Whether what a relay says about its client is still to be believed. */
static void judge_relay(struct path *p, struct sa_relay *r)
{
	const struct sa_relay_config *c = p->view->config->relay;

	if (!p->in_trusted || p->found_msa)
		return;
	if (!c->trusted.configured && !c->internal.configured) {
		/* Without any word of the administrator, private addresses and authenticated clients are ours. */
		p->in_trusted = p->in_internal = r->ip_private || r->auth.len != 0;
		return;
	}
	if (r->auth.len == 0 && !nets_have(&c->trusted, r->ip)) {
		p->in_trusted = p->in_internal = false;
		return;
	}
	if (p->in_internal && r->auth.len == 0 && !nets_have(&c->internal, r->ip))
		p->in_internal = false;
	r->msa = p->found_msa = nets_have(&c->msa, r->ip);
}

static void add_relay(struct path *p, struct sa_relay *r)
{
	judge_relay(p, r);
	r->trusted = p->in_trusted;
	r->internal = p->in_internal;
	relay_describe(p->view->arena, r);
	*ARRAY_ADD(p->view->arena, p->v, p->n, p->cap) = *r;
	if (r->trusted) {
		p->out->ntrusted++;
		p->out->last_trusted++;
	}
	if (r->internal) {
		p->out->ninternal++;
		p->out->last_internal++;
	}
}

static void read_field(struct path *p, struct span line)
{
	struct sa_relay relay;
	struct span scanner_from = p->scanner_from;
	enum relay_result result;

	p->scanner_from = SPAN_NONE;
	result = relay_parse(p->view, line, &relay, &p->scanner_from);
	if (result == RELAY_READ) {
		if (scanner_from.len != 0) {
			relay.envfrom = scanner_from;
			relay.has_envfrom = true;
		}
		add_relay(p, &relay);
		return;
	}
	/* Fetched from a mailbox: the way begins anew, as long as everything so far was trusted. */
	if (result == RELAY_FETCHED && p->n == p->out->ntrusted)
		p->n = p->out->ntrusted = p->out->ninternal = 0;
	p->out->unparseable += result == RELAY_UNREADABLE;
	p->out->last_trusted += p->in_trusted;
	p->out->last_internal += p->in_internal;
}

/* Fields with the address of the client of a web mail count as relays before all others. */
static void read_originating(struct path *p)
{
	const struct sa_list *names = &p->view->config->relay->originating;

	for (size_t i = 0; i < names->n; i++) {
		struct sa_header_view *h = sa_header_fields(p->view);
		size_t last = SIZE_MAX;
		struct span group[2];

		for (size_t j = sa_field_first(h, names->v[i]); j != SIZE_MAX; j = sa_field_next(h, j))
			last = j;
		if (last == SIZE_MAX)
			continue;
		if (regex_match(p->view->config->relay->any_ip, p->view->config->memory, sa_field_value(p->view, &h->fields[last]), 0, group, 2) == REGEX_YES)
			read_field(p, arena_printf(p->view->arena, "from X-Originating-IP: %.*s\n", SPAN_ARG(group[1])));
	}
}

static struct span join_relays(struct sa_view *v, const struct sa_relay *r, size_t from, size_t to)
{
	struct buf out = BUF_INIT(v->arena);

	for (size_t i = from; r != NULL && i < to; i++) {
		if (i != from)
			buf_char(&out, ' ');
		buf_add(&out, r[i].as_string);
	}
	return out.len == 0 ? span_make("", 0) : buf_span(&out);
}

const struct sa_relays *sa_relays(struct sa_view *v)
{
	struct path p = { .view = v, .in_trusted = true, .in_internal = true };
	struct sa_header_view *h;
	struct sa_relays *r;
	size_t count = 0;

	if (v->relay != NULL)
		return &v->relay->relays;
	v->relay = ARENA_NEW(v->arena, struct sa_relay_view);
	r = p.out = &v->relay->relays;
	r->last_trusted = r->last_internal = -1;
	h = sa_header_fields(v);
	for (size_t i = sa_field_first(h, SPAN_LIT("Received")); i != SIZE_MAX && count < RELAYS_MAX; i = sa_field_next(h, i), count++)
		read_field(&p, sa_field_value(v, &h->fields[i]));
	read_originating(&p);
	r->v = p.v;
	r->n = p.n;
	r->trusted_text = join_relays(v, p.v, 0, r->ntrusted);
	r->untrusted_text = join_relays(v, p.v, r->ntrusted, r->n);
	r->internal_text = join_relays(v, p.v, 0, r->ninternal);
	r->external_text = join_relays(v, p.v, r->ninternal, r->n);
	return r;
}
