/* Addresses that are welcome from one relay alone. */
#include "base/array.h"
#include "base/ascii.h"
#include "base/ip.h"
#include "spamassassin/plugin_wlbleval.h"
#include "spamassassin/view_domain.h"

static void remove_address(struct wlbl_received_list *list, struct span address)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (!span_eq(list->v[i].address, address))
			list->v[n++] = list->v[i];
	}
	list->n = n;
}

static void add_line(struct arena *arena, struct cf *cf, const struct cf_directive *d, struct wlbl_received_list *list)
{
	struct wlbl_received entry;
	struct span rest = d->args, more;

	if (!sa_next_word(&rest, &entry.address) || !sa_next_word(&rest, &entry.relay) || sa_next_word(&rest, &more)) {
		cf_problem_add(cf, d->from, SPAN_NONE, false, "%.*s: an address and a relay are expected", SPAN_ARG(d->keyword));
		return;
	}
	entry.address = sa_lower(arena, entry.address);
	entry.relay = sa_lower(arena, entry.relay);
	*ARRAY_ADD(arena, list->v, list->n, list->cap) = entry;
}

static void read_list(struct arena *arena, struct cf *cf, struct span keyword, struct wlbl_received_list *list)
{
	static const struct span removal = { "unwelcomelist_from_rcvd", 23 };
	const struct cf_directive *add = cf_directive_next(cf, keyword, NULL), *gone = cf_directive_next(cf, removal, NULL);

	while (add != NULL || gone != NULL) {
		struct span rest, word;

		if (add != NULL && (gone == NULL || add < gone)) {
			add_line(arena, cf, add, list);
			add = cf_directive_next(cf, keyword, add);
			continue;
		}
		for (rest = gone->args; sa_next_word(&rest, &word);)
			remove_address(list, sa_lower(arena, word));
		gone = cf_directive_next(cf, removal, gone);
	}
}

void wlbl_received_read(struct arena *arena, struct cf *cf, struct wlbl_state *s)
{
	read_list(arena, cf, SPAN_LIT("welcomelist_from_rcvd"), &s->from_received);
	read_list(arena, cf, SPAN_LIT("def_welcomelist_from_rcvd"), &s->default_received);
}

/* Relays that count: the first untrusted one; without any, all trusted ones. */
static size_t relays_to_ask(const struct sa_relays *r, size_t *from_r)
{
	*from_r = r->ntrusted < r->n ? r->ntrusted : 0;
	return r->ntrusted < r->n ? 1 : r->n;
}

/* "1.2.3.4", "1.2.", "1.2.3.0/24", an IPv6 address or network */
static bool network_has(struct span net, struct span address)
{
	struct cidr cidr;
	struct ip ip;
	bool digits = true;

	for (size_t i = 0; i < net.len; i++)
		digits = digits && (ascii_isdigit(net.p[i]) || net.p[i] == '.');
	if (digits && sa_is_ipv4(net))
		return span_eq(net, address);
	if (digits) {
		while (span_ends(net, SPAN_LIT(".")))
			net.len--;
		return span_starts(address, net) && address.len > net.len && address.p[net.len] == '.';
	}
	return cidr_parse(net, &cidr) && ip_parse(address, &ip) && cidr_has(&cidr, &ip);
}

static bool relay_is(struct arena *arena, struct span wanted, const struct sa_relay *r)
{
	size_t close = span_rchr(wanted, ']');
	struct span name;

	if (span_starts(wanted, SPAN_LIT("[")) && close != SPAN_NPOS) {
		struct span bits = span_from(wanted, close + 1), net = span_sub(wanted, 1, close - 1);

		if (bits.len != 0)
			net = arena_printf(arena, "%.*s%.*s", SPAN_ARG(net), SPAN_ARG(bits));
		return r->ip.len != 0 && network_has(net, r->ip);
	}
	name = sa_lower(arena, r->rdns);
	return span_ends(name, wanted) && (name.len == wanted.len || name.p[name.len - wanted.len - 1] == '.');
}

static bool from_relay(struct sa_call *c, struct span wanted)
{
	const struct sa_relays *r = sa_relays(c->view);
	size_t from, n = relays_to_ask(r, &from);

	for (size_t i = 0; i < n; i++) {
		if (relay_is(sa_view_arena(c->view), wanted, &r->v[from + i]))
			return true;
	}
	return false;
}

int wlbl_received_judge(struct sa_call *c, const struct wlbl_received_list *list, struct span address)
{
	const struct sa_addrlist *exempt = wlbl_list(c->state, SPAN_LIT("welcomelist_allows_relays"));
	bool elsewhere = false;

	if (sa_relays(c->view)->n == 0)
		return 0;
	for (size_t i = 0; i < list->n; i++) {
		if (!sa_glob_matches(list->v[i].address, address))
			continue;
		if (from_relay(c, list->v[i].relay))
			return 1;
		elsewhere = true;
	}
	return elsewhere && !(exempt != NULL && sa_addrlist_has(exempt, address)) ? -1 : 0;
}

int wlbl_mailfrom_matches_received(struct sa_call *c)
{
	struct span sender = sa_header_text(c->view, SPAN_LIT("EnvelopeFrom:addr")), domain;
	const struct sa_relays *r = sa_relays(c->view);
	size_t from, n = relays_to_ask(r, &from), at = span_rchr(sender, '@');

	if (at == SPAN_NPOS)
		return 0;
	domain = span_from(sender, at + 1);
	at = span_chr(span_from(domain, 1), '.');
	if (domain.len < 3 || at == SPAN_NPOS || at + 2 == domain.len)
		return 0;
	domain = sa_domain_trim(c->view, domain);
	for (size_t i = 0; i < n; i++) {
		if (r->v[from + i].rdns.len != 0 && span_eq(domain, sa_domain_trim(c->view, r->v[from + i].rdns)))
			return 1;
	}
	return 0;
}
