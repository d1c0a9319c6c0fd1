#include "lists/list_items.h"

#include <assert.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/map.h"
#include "scan/engine.h"
#include "scan/origin.h"

#define ADDRESSES_READ 20
#define ATTACHMENTS_READ 20
#define LINEAR_MAX 16
#define ATTACHMENT_BYTES_MAX ((size_t)32 << 20) /* hashed of one message */

struct gather {
	struct task *t;
	struct arena *arena;
	struct list_items *items;
	size_t cap;
	struct map seen; /* value -> index + 1 */
	bool mapped;
};

static const char items_key[LIST_TARGETS];

/* Items. */

/* The same item again, or NULL. A map costs a random key, which few items are not worth. */
static struct list_item *find(struct gather *g, struct span value)
{
	struct list_items *items = g->items;
	uintptr_t at;

	for (size_t i = 0; !g->mapped && i < items->n; i++) {
		if (span_eq(items->v[i].value, value))
			return &items->v[i];
	}
	if (!g->mapped)
		return NULL;
	at = (uintptr_t)map_get(&g->seen, value);
	return at != 0 ? &items->v[at - 1] : NULL;
}

static void remember(struct gather *g, size_t index)
{
	map_put(&g->seen, g->items->v[index].value, (void *)(uintptr_t)(index + 1)); /* NOLINT(performance-no-int-to-ptr) */
}

static void add(struct gather *g, const struct list_item *item)
{
	struct list_item *other;

	if (item->value.len == 0 || g->items->n == LIST_ITEMS_MAX)
		return;
	other = find(g, item->value);
	if (other != NULL) {
		other->seen |= item->seen;
		return;
	}
	*ARRAY_ADD(g->arena, g->items->v, g->items->n, g->cap) = *item;
	if (g->mapped) {
		remember(g, g->items->n - 1);
	} else if (g->items->n == LINEAR_MAX) {
		map_init(&g->seen, g->arena, false);
		g->mapped = true;
		for (size_t i = 0; i < g->items->n; i++)
			remember(g, i);
	}
}

static void add_ip(struct gather *g, const struct ip *ip, bool seen)
{
	char text[IP_TEXT_MAX];

	if (ip->set)
		add(g, &(struct list_item){ .value = arena_copy(g->arena, span_of(ip_text(ip, text))), .ip = *ip, .seen = seen });
}

/* Two labels at least, of letters, digits, '-' and '_'; the last one is no number. */
static bool is_name(struct span name)
{
	bool dot = false;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (!ascii_isalnum(c) && c != '-' && c != '_' && c != '.')
			return false;
		dot |= c == '.';
	}
	return dot && name.len <= 253 && !ascii_isdigit(name.p[name.len - 1]);
}

/* A host name from outside: HELO, domain of an address. */
static void add_name(struct gather *g, struct span name)
{
	struct url url = { .flags = 0 };
	struct ip ip;

	name = span_trim(name);
	if (name.len != 0 && name.p[name.len - 1] == '.')
		name.len--;
	if (name.len == 0 || name.len > 255 || ip_parse(name, &ip) || !url_parse_host(task_urls(g->t), g->arena, name, &url))
		return;
	if ((url.flags & (URL_IP | URL_IP_ODD)) == 0 && is_name(url.host_ascii))
		add(g, &(struct list_item){ .value = url.host_ascii, .domain = url.domain, .seen = true });
}

static struct span domain_of(struct span address)
{
	size_t at = span_rchr(address, '@');

	return at == SPAN_NPOS ? SPAN_NONE : span_from(address, at + 1);
}

static void add_domains(struct gather *g, const struct address_list *list)
{
	for (size_t i = 0; i < list->n && i < ADDRESSES_READ; i++)
		add_name(g, list->v[i].domain);
}

/* Mail addresses are looked up as one that all spellings lead to: in lower case, without "+tag"; Gmail's without dots. */
static void add_email(struct gather *g, struct span local, struct span domain)
{
	size_t plus = span_chr(local, '+');
	struct url url = { .flags = 0 };
	struct buf b = BUF_INIT(g->arena);
	bool gmail;

	if (plus != SPAN_NPOS && plus != 0)
		local = span_sub(local, 0, plus);
	if (local.len == 0 || local.len > 64 || !url_parse_host(task_urls(g->t), g->arena, span_trim(domain), &url) || !is_name(url.host_ascii))
		return;
	gmail = span_eq(url.host_ascii, SPAN_LIT("gmail.com")) || span_eq(url.host_ascii, SPAN_LIT("googlemail.com"));
	for (size_t i = 0; i < local.len; i++) {
		if (!gmail || local.p[i] != '.')
			buf_char(&b, ascii_tolower(local.p[i]));
	}
	buf_char(&b, '@');
	buf_add(&b, gmail ? SPAN_LIT("gmail.com") : url.host_ascii);
	add(g, &(struct list_item){ .value = buf_span(&b), .domain = url.domain, .seen = true });
}

static void add_emails(struct gather *g, const struct address_list *list)
{
	for (size_t i = 0; i < list->n && i < ADDRESSES_READ; i++)
		add_email(g, list->v[i].local, list->v[i].domain);
}

/* Where a reader sees it: not in hidden places, and no picture. */
static bool link_seen(const struct link *l)
{
	return !l->hidden && l->source != LINK_HTML_IMG && l->source != LINK_HTML_OTHER;
}

static bool is_mailto(const struct link *l)
{
	return (l->url.flags & URL_MAILTO) != 0;
}

/* Targets. */

static void gather_received(struct gather *g)
{
	const struct received_list *list = received_of(g->t);
	const struct origin *o = origin_of(g->t);

	for (size_t i = o->hops; i < list->n; i++) {
		const struct ip *ip = &list->v[i].ip;

		/* Also who logged in at another provider: policy codes do not count here, and stolen accounts are what some lists are about. But nobody of ours. */
		if (!ip_eq(ip, &o->ip) && !engine_trusts(task_scan(g->t)->engine, ip))
			add_ip(g, ip, true);
	}
}

static void gather_url_names(struct gather *g, bool domains)
{
	const struct message *m = task_msg(g->t);

	for (size_t i = 0; i < m->nlinks; i++) {
		const struct url *u = &m->links[i].url;
		struct ip ip;

		if (is_mailto(&m->links[i]) || u->host_ascii.len == 0)
			continue;
		if ((u->flags & (URL_IP | URL_IP_ODD)) != 0) {
			if (ip_parse(u->host_ascii, &ip))
				add_ip(g, &ip, link_seen(&m->links[i]));
		} else if (is_name(u->host_ascii)) {
			add(g, &(struct list_item){ .value = domains ? u->domain : u->host_ascii, .domain = u->domain, .seen = link_seen(&m->links[i]) });
		}
	}
}

static void gather_urls(struct gather *g)
{
	const struct message *m = task_msg(g->t);

	for (size_t i = 0; i < m->nlinks; i++) {
		const struct url *u = &m->links[i].url;
		struct buf b = BUF_INIT(g->arena);

		if (is_mailto(&m->links[i]) || u->host_ascii.len == 0)
			continue;
		buf_add(&b, u->host_ascii);
		if (u->path.len == 0 || u->path.p[0] != '/')
			buf_char(&b, '/');
		buf_add(&b, u->path);
		if (u->query.len != 0) {
			buf_char(&b, '?');
			buf_add(&b, u->query);
		}
		add(g, &(struct list_item){ .value = buf_span(&b), .domain = u->domain, .seen = link_seen(&m->links[i]) });
	}
}

static void gather_emails(struct gather *g, bool domains)
{
	const struct message *m = task_msg(g->t);

	if (!domains) {
		struct span from = task_tx(g->t)->env.from;

		add_emails(g, &m->from);
		if (from.len > domain_of(from).len)
			add_email(g, span_sub(from, 0, from.len - domain_of(from).len - 1), domain_of(from));
	}
	if (domains)
		add_domains(g, &m->reply_to);
	else
		add_emails(g, &m->reply_to);
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct url *u = &m->links[i].url;

		if (is_mailto(&m->links[i]) && domains && is_name(u->host_ascii))
			add(g, &(struct list_item){ .value = u->host_ascii, .domain = u->domain, .seen = link_seen(&m->links[i]) });
		else if (is_mailto(&m->links[i]) && !domains)
			add_email(g, u->user, u->host_ascii);
	}
}

static void gather_attachments(struct gather *g)
{
	const struct message *m = task_msg(g->t);
	size_t bytes = 0;

	for (size_t i = 0; i < m->nparts && g->items->n < ATTACHMENTS_READ; i++) {
		const struct part *p = &m->parts[i];

		if (p->kind != PART_ATTACHMENT || p->body.len == 0 || p->body.len > ATTACHMENT_BYTES_MAX - bytes)
			continue;
		bytes += p->body.len;
		*ARRAY_ADD(g->arena, g->items->v, g->items->n, g->cap) =
			(struct list_item){ .value = p->body, .label = p->name.len != 0 ? p->name : p->type, .seen = true };
	}
}

static void gather(struct gather *g, enum list_target target)
{
	const struct message *m = task_msg(g->t);
	const struct origin *o = origin_of(g->t);

	switch (target) {
	case LIST_CLIENT:
		/* Who logged in, here or at a host that we trust, is no client of strangers. */
		if (!o->authenticated && task_tx(g->t)->client.auth_user.len == 0)
			add_ip(g, &o->ip, true);
		break;
	case LIST_RECEIVED:
		gather_received(g);
		break;
	case LIST_HELO:
		add_name(g, o->helo);
		break;
	case LIST_CLIENT_NAME:
		add_name(g, o->name);
		break;
	case LIST_SENDER:
		add_name(g, domain_of(task_tx(g->t)->env.from));
		break;
	case LIST_FROM:
		add_domains(g, &m->from);
		break;
	case LIST_REPLY_TO:
		add_domains(g, &m->reply_to);
		break;
	case LIST_URL_HOST:
	case LIST_URL_A:
		gather_url_names(g, false);
		break;
	case LIST_URL_DOMAIN:
	case LIST_URL_NS:
		gather_url_names(g, true);
		break;
	case LIST_EMAIL:
	case LIST_EMAIL_DOMAIN:
		gather_emails(g, target == LIST_EMAIL_DOMAIN);
		break;
	case LIST_URL:
		gather_urls(g);
		break;
	case LIST_ATTACHMENT:
		gather_attachments(g);
		break;
	case LIST_TARGETS:
		break;
	}
}

/* Those that are seen come first; the order stays otherwise. */
static void sort_seen(struct arena *arena, struct list_items *items)
{
	struct list_item *v;
	size_t n = 0, unseen = 0;

	for (size_t i = 0; i < items->n; i++)
		unseen += !items->v[i].seen;
	if (unseen == 0)
		return;
	v = ARENA_ARRAY(arena, items->n, struct list_item);
	for (unsigned pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < items->n; i++) {
			if (items->v[i].seen == (pass == 0))
				v[n++] = items->v[i];
		}
	}
	items->v = v;
}

const struct list_items *list_items_of(struct task *t, enum list_target target)
{
	void **place = task_shared(t, &items_key[target]);

	if (*place == NULL) {
		struct gather g = { .t = t, .arena = task_arena(t), .items = ARENA_NEW(task_arena(t), struct list_items) };

		gather(&g, target);
		sort_seen(g.arena, g.items);
		*task_shared(t, &items_key[target]) = g.items;
		return g.items;
	}
	return *place;
}

size_t list_items_chosen(const struct list_items *items, size_t max)
{
	return items->n < max ? items->n : max;
}

const struct list_item *list_item_choose(const struct list_items *items, size_t max, size_t index)
{
	size_t seen = 0;

	assert(max != 0 && index < max);
	if (items->n <= max)
		return &items->v[index];
	while (seen < items->n && items->v[seen].seen)
		seen++;
	if (seen >= max)
		return &items->v[index * seen / max];
	if (index < seen)
		return &items->v[index];
	return &items->v[seen + (index - seen) * (items->n - seen) / (max - seen)];
}
