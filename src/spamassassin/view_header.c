/* PerMsgStatus::get(): a request is a field or a made-up one, and modifiers that take something out of it. */
#include "spamassassin/view_header.h"

#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_domain.h"
#include "spamassassin/view_ip.h"

#define HOST_CHARS_MAX 251

struct sa_request {
	struct sa_values values;
	struct span joined; /* as header rules see it */
	struct span text;   /* as evals see it */
};

enum modifier { MOD_RAW = 1, MOD_ADDR = 2, MOD_NAME = 4, MOD_HOST = 8, MOD_DOMAIN = 16, MOD_IP = 32, MOD_REVIP = 64, MOD_FIRST = 128, MOD_LAST = 256 };

static const struct {
	struct span name;
	unsigned flags;
} modifiers[] = {
	{ { "raw", 3 }, MOD_RAW },
	{ { "addr", 4 }, MOD_ADDR },
	{ { "name", 4 }, MOD_NAME },
	{ { "host", 4 }, MOD_HOST },
	{ { "domain", 6 }, MOD_HOST | MOD_DOMAIN },
	{ { "ip", 2 }, MOD_IP },
	{ { "revip", 5 }, MOD_IP | MOD_REVIP },
	{ { "first", 5 }, MOD_FIRST },
	{ { "last", 4 }, MOD_LAST },
};

struct query {
	struct sa_view *view;
	struct span request; /* without modifiers */
	unsigned mods;
	struct sa_list found;
};

const struct sa_header_config *sa_header_config_new(struct arena *arena, const struct cf *cf)
{
	struct sa_header_config *c = ARENA_NEW(arena, struct sa_header_config);

	sa_address_patterns(arena, c);
	c->ip = sa_pattern(arena, "(?<!\\.)\\b(" SA_IP ")\\b(?!\\.)", 0);
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, SPAN_LIT("envelope_sender_header"), d)) != NULL;)
		c->sender_header = span_trim(d->args);
	return c;
}

void sa_list_add(struct arena *arena, struct sa_list *list, struct span s)
{
	*ARRAY_ADD(arena, list->v, list->n, list->cap) = s;
}

void sa_list_add_new(struct arena *arena, struct sa_list *list, struct span s)
{
	for (size_t i = 0; i < list->n; i++) {
		if (span_eq(list->v[i], s))
			return;
	}
	sa_list_add(arena, list, s);
}

static void index_fields(struct sa_view *v, struct sa_header_view *h)
{
	uint32_t *last = ARENA_ARRAY(v->arena, h->nfields + 1, uint32_t); /* by index of the first one of a name */

	sa_map_init(v, &h->by_name, true);
	h->next = ARENA_ARRAY(v->arena, h->nfields + 1, uint32_t);
	for (size_t i = 0; i < h->nfields; i++) {
		size_t first = sa_field_first(h, h->fields[i].name);

		if (first == SIZE_MAX) {
			map_put(&h->by_name, h->fields[i].name, &h->fields[i]);
			last[i] = (uint32_t)i;
			continue;
		}
		h->next[last[first]] = (uint32_t)i + 1;
		last[first] = (uint32_t)i;
	}
}

struct sa_header_view *sa_header_fields(struct sa_view *v)
{
	struct sa_header_view *h;
	const struct sa_part *parts;
	size_t nparts, n;
	struct span received;

	if (v->header != NULL)
		return v->header;
	h = v->header = ARENA_NEW(v->arena, struct sa_header_view);
	parts = sa_parts(v, &nparts);
	n = nparts == 0 ? 0 : parts[0].nfields < SA_FIELDS_MAX ? parts[0].nfields : SA_FIELDS_MAX;
	h->fields = ARENA_ARRAY(v->arena, n + 1, struct sa_field);
	received = sa_synthetic_received(v);
	if (received.len != 0) {
		h->fields[h->nfields++] = (struct sa_field){ .name = SPAN_LIT("Received"), .raw = received };
		h->nsynthetic = 1;
	}
	if (n != 0)
		memcpy(h->fields + h->nfields, parts[0].fields, n * sizeof(h->fields[0]));
	h->nfields += n;
	index_fields(v, h);
	sa_map_init(v, &h->cache, false);
	return h;
}

size_t sa_field_first(const struct sa_header_view *h, struct span name)
{
	const struct sa_field *first = map_get(&h->by_name, name);

	return first == NULL ? SIZE_MAX : (size_t)(first - h->fields);
}

size_t sa_field_next(const struct sa_header_view *h, size_t index)
{
	return h->next[index] == 0 ? SIZE_MAX : h->next[index] - 1;
}

struct span sa_field_line(struct sa_view *v, struct sa_field *f)
{
	struct span value = sa_field_value(v, f);
	char *p = arena_bytes(v->arena, value.len + 1);

	if (value.len != 0)
		memcpy(p, value.p, value.len);
	p[value.len] = '\n';
	return span_make(p, value.len + 1);
}

/* Line ends with all white space behind them become a blank. */
static struct span unfold_raw(struct arena *arena, struct span s)
{
	char *p;
	size_t n = 0;

	if (span_chr(s, '\n') == SPAN_NPOS)
		return s;
	p = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		size_t nl = s.p[i] == '\r' && i + 1 < s.len ? i + 1 : i;

		if (s.p[nl] != '\n' || nl + 1 >= s.len || !ascii_isspace(s.p[nl + 1])) {
			p[n++] = s.p[i];
			continue;
		}
		p[n++] = ' ';
		for (i = nl; i + 1 < s.len && ascii_isspace(s.p[i + 1]); i++)
			;
	}
	return span_make(p, n);
}

enum form { FORM_LINE, FORM_UNFOLDED, FORM_RAW };

static void add_fields(struct query *q, struct span name, enum form form)
{
	struct sa_header_view *h = sa_header_fields(q->view);

	for (size_t i = sa_field_first(h, name); i != SIZE_MAX; i = sa_field_next(h, i)) {
		struct span raw = h->fields[i].raw;

		if (form == FORM_LINE)
			raw = sa_field_line(q->view, &h->fields[i]);
		else if (form == FORM_UNFOLDED)
			raw = unfold_raw(q->view->arena, raw);
		sa_list_add(q->view->arena, &q->found, raw);
	}
}

/* Our own words for what SpamAssassin's metadata would say. */
static void add_metadata(struct query *q)
{
	struct sa_view *v = q->view;

	if (span_case_eq(q->request, SPAN_LIT("X-SenderDomain"))) {
		const struct sa_values *hosts = sa_header_values(v, SPAN_LIT("EnvelopeFrom:first:addr:host"));

		if (hosts->n != 0)
			sa_list_add(v->arena, &q->found, sa_lower(v->arena, hosts->v[0]));
	} else if (span_case_eq(q->request, SPAN_LIT("X-AuthorDomain"))) {
		const struct sa_values *hosts = sa_header_values(v, SPAN_LIT("From:addr:host"));
		struct sa_list unique = { 0 };
		struct buf out = BUF_INIT(v->arena);

		for (size_t i = 0; i < hosts->n; i++)
			sa_list_add_new(v->arena, &unique, hosts->v[i]);
		for (size_t i = 0; i < unique.n; i++) {
			buf_str(&out, i == 0 ? "" : " ");
			buf_add(&out, sa_lower(v->arena, unique.v[i]));
		}
		if (unique.n != 0)
			sa_list_add(v->arena, &q->found, buf_span(&out));
	}
}

static void add_conventional(struct query *q)
{
	bool raw = (q->mods & (MOD_RAW | MOD_ADDR | MOD_NAME)) != 0;

	add_fields(q, q->request, raw ? FORM_RAW : FORM_LINE);
	if (q->found.n == 0)
		add_metadata(q);
}

static void add_message_ids(struct query *q)
{
	static const struct span names[] = { { "X-Message-Id", 12 }, { "Resent-Message-Id", 17 }, { "X-Original-Message-ID", 21 }, { "Message-Id", 10 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_fields(q, names[i], q->mods & MOD_RAW ? FORM_UNFOLDED : FORM_LINE);
}

static bool add_relays(struct query *q)
{
	static const struct span prefix = { "X-Spam-Relays-", 14 };
	const struct sa_relays *r;
	struct span which;

	if (!span_case_starts(q->request, prefix))
		return false;
	r = sa_relays(q->view);
	which = span_from(q->request, prefix.len);
	if (span_case_eq(which, SPAN_LIT("Untrusted")))
		sa_list_add(q->view->arena, &q->found, r->untrusted_text);
	else if (span_case_eq(which, SPAN_LIT("Trusted")))
		sa_list_add(q->view->arena, &q->found, r->trusted_text);
	else if (span_case_eq(which, SPAN_LIT("External")))
		sa_list_add(q->view->arena, &q->found, r->external_text);
	else if (span_case_eq(which, SPAN_LIT("Internal")))
		sa_list_add(q->view->arena, &q->found, r->internal_text);
	else
		return false;
	return true;
}

/* ALL and its kin, to which no other modifier than :raw applies. */
static bool add_all(struct query *q)
{
	bool raw = (q->mods & MOD_RAW) != 0;
	const struct sa_relays *r;

	if (!span_starts(q->request, SPAN_LIT("ALL")))
		return false;
	if (q->request.len == 3) {
		sa_header_all(q->view, raw, &q->found);
		return true;
	}
	if (q->request.p[3] != '-')
		return false;
	r = sa_relays(q->view);
	if (span_eq(q->request, SPAN_LIT("ALL-TRUSTED")))
		sa_header_range(q->view, -1, r->last_trusted + 1, raw, &q->found);
	else if (span_eq(q->request, SPAN_LIT("ALL-INTERNAL")))
		sa_header_range(q->view, -1, r->last_internal + 1, raw, &q->found);
	else if (span_eq(q->request, SPAN_LIT("ALL-UNTRUSTED")))
		sa_header_range(q->view, r->last_trusted + 1, -1, raw, &q->found);
	else if (span_eq(q->request, SPAN_LIT("ALL-EXTERNAL")))
		sa_header_range(q->view, r->last_internal + 1, -1, raw, &q->found);
	else
		return false;
	return true;
}

static void add_sources(struct query *q)
{
	struct span sender;

	if (span_case_eq(q->request, SPAN_LIT("EnvelopeFrom"))) {
		if (sa_envelope_from(q->view, &sender))
			sa_list_add(q->view->arena, &q->found, sender);
	} else if (span_case_eq(q->request, SPAN_LIT("ToCc"))) {
		add_fields(q, SPAN_LIT("To"), q->mods & MOD_RAW ? FORM_UNFOLDED : FORM_LINE);
		add_fields(q, SPAN_LIT("Cc"), q->mods & MOD_RAW ? FORM_UNFOLDED : FORM_LINE);
	} else if (span_eq(q->request, SPAN_LIT("MESSAGEID"))) {
		add_message_ids(q);
	} else if (!add_relays(q)) {
		add_conventional(q);
	}
}

/* A display name as readers see it: decoded, white space made one blank, single quotes around it taken off. */
static struct span readable_name(struct sa_view *v, struct span phrase)
{
	struct span s = sa_decode_header(v->arena, phrase, SPAN_NONE);
	char *p;
	size_t n = 0;

	if (span_trim(s).len == 0)
		return s;
	s = span_trim(s);
	p = arena_bytes(v->arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isspace(s.p[i]))
			p[n++] = s.p[i];
		else if (!ascii_isspace(s.p[i - 1]))
			p[n++] = ' ';
	}
	return n > 1 && p[0] == '\'' && p[n - 1] == '\'' ? span_make(p + 1, n - 2) : span_make(p, n);
}

static void take_addresses(struct query *q)
{
	struct sa_list out = { 0 };
	struct arena *arena = q->view->arena;

	for (size_t i = 0, bytes = 0; i < q->found.n && bytes < SA_ADDRESS_BYTES_MAX; bytes += q->found.v[i++].len) {
		struct sa_address *a;
		size_t n = sa_addresses(q->view, q->found.v[i], &a);

		for (size_t j = 0; j < n; j++) {
			if (q->mods & MOD_ADDR) {
				if (a[j].address.p != NULL)
					sa_list_add(arena, &out, a[j].address);
			} else if (a[j].phrase.p != NULL) {
				sa_list_add(arena, &out, q->mods & MOD_RAW ? a[j].phrase : readable_name(q->view, a[j].phrase));
			}
		}
	}
	q->found = out;
}

/*
 * The longest host name that begins at "at": any visible characters, a dot, a top-level domain, and nothing behind it that could belong to a name. SPAN_NONE: none begins
 * here.
 */
static struct span host_at(const struct sa_domain_config *c, struct span s, size_t at)
{
	size_t end = at;

	if (at > 0 && (s.p[at - 1] == '.' || s.p[at - 1] == '_' || s.p[at - 1] == '-'))
		return SPAN_NONE;
	while (end < s.len && end - at <= HOST_CHARS_MAX && !ascii_isspace(s.p[end]))
		end++;
	for (size_t dot = end; dot > at + 1; dot--) {
		size_t tld;

		if (s.p[dot - 1] != '.')
			continue;
		tld = sa_tld_end(c, s, dot);
		if (tld != 0 && (tld == s.len || (s.p[tld] != '.' && s.p[tld] != '_' && s.p[tld] != '-')))
			return span_sub(s, at, tld - at);
	}
	return SPAN_NONE;
}

/* The last host behind an '@'; else the first one anywhere. */
static struct span find_host(struct sa_view *v, struct span s)
{
	const struct sa_domain_config *c = v->config->domain;
	struct span host = SPAN_NONE;
	unsigned tries = 0;

	for (size_t at = s.len; at > 0 && host.p == NULL && tries < 100; at--) {
		if (s.p[at - 1] == '@') {
			host = host_at(c, s, at);
			tries++;
		}
	}
	if (host.p != NULL && sa_host_is_valid(host))
		return host;
	tries = 0;
	for (size_t at = 0; at < s.len && tries < 100; at++) {
		if (ascii_isspace(s.p[at]))
			continue;
		host = host_at(c, s, at);
		if (host.p != NULL && sa_host_is_valid(host))
			return host;
		/* The same run of characters gives nothing from a later place, but where it is longer than a name. */
		tries++;
		if (host.p != NULL)
			at = (size_t)(span_end(host) - s.p) - 1;
		else
			while (at + HOST_CHARS_MAX < s.len && at + 1 < s.len && !ascii_isspace(s.p[at + 1]) && s.p[at] != '@')
				at++;
	}
	return SPAN_NONE;
}

/* With :addr all that stands behind the last '@' is the host. */
static struct span host_of_address(struct span s)
{
	size_t at = span_rchr(s, '@');

	while (at != SPAN_NPOS && (at + 1 >= s.len || ascii_isspace(s.p[at + 1])))
		at = span_rchr(span_sub(s, 0, at), '@');
	if (at == SPAN_NPOS)
		return SPAN_NONE;
	s = span_from(s, at + 1);
	for (at = 0; at < s.len && !ascii_isspace(s.p[at]);)
		at++;
	return span_sub(s, 0, at);
}

static void take_hosts(struct query *q)
{
	struct sa_list out = { 0 };

	for (size_t i = 0; i < q->found.n; i++) {
		struct span host = q->mods & MOD_ADDR ? host_of_address(q->found.v[i]) : find_host(q->view, q->found.v[i]);

		if (host.len != 0)
			sa_list_add(q->view->arena, &out, q->mods & MOD_DOMAIN ? sa_domain_trim(q->view, host) : host);
	}
	q->found = out;
}

static void take_ips(struct query *q)
{
	struct sa_list out = { 0 };
	struct span group[2];

	for (size_t i = 0; i < q->found.n; i++) {
		if (regex_match(q->view->config->header->ip, q->view->config->memory, q->found.v[i], 0, group, 2) != REGEX_YES)
			continue;
		if (!(q->mods & MOD_REVIP) || sa_ip_reverse(q->view->arena, group[1], &group[1]))
			sa_list_add(q->view->arena, &out, group[1]);
	}
	q->found = out;
}

static void split_request(struct query *q, struct span request)
{
	struct span rest = request;

	q->request = span_split(&rest, ':');
	while (rest.p != NULL) {
		struct span mod = span_split(&rest, ':');

		for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
			if (span_eq(mod, modifiers[i].name))
				q->mods |= modifiers[i].flags;
		}
	}
}

static void run_query(struct query *q)
{
	if (add_all(q))
		return;
	add_sources(q);
	if (q->found.n > 1 && (q->mods & (MOD_FIRST | MOD_LAST))) {
		q->found.v[0] = q->found.v[q->mods & MOD_FIRST ? 0 : q->found.n - 1];
		q->found.n = 1;
	}
	if (q->mods & (MOD_ADDR | MOD_NAME))
		take_addresses(q);
	if (q->mods & MOD_HOST)
		take_hosts(q);
	else if (q->mods & MOD_IP)
		take_ips(q);
}

static struct span join(struct arena *arena, const struct sa_list *list, const char *separator)
{
	struct buf out = BUF_INIT(arena);

	if (list->n == 1)
		return list->v[0].p != NULL ? list->v[0] : span_make("", 0);
	for (size_t i = 0; i < list->n; i++) {
		if (i != 0)
			buf_str(&out, separator);
		buf_add(&out, list->v[i]);
	}
	return out.len == 0 ? span_make("", 0) : buf_span(&out);
}

static bool ends_line(struct span s)
{
	return s.len != 0 && s.p[s.len - 1] == '\n';
}

static struct sa_request *request_run(struct sa_view *v, struct span name)
{
	struct sa_request *r = ARENA_NEW(v->arena, struct sa_request);
	struct query q = { .view = v };

	split_request(&q, name);
	run_query(&q);
	r->values = (struct sa_values){ q.found.v, q.found.n };
	if (q.found.n == 0)
		return r;
	r->joined = join(v->arena, &q.found, ends_line(q.found.v[0]) ? "" : "\n");
	if ((q.mods & (MOD_ADDR | MOD_NAME | MOD_HOST | MOD_IP)) != 0 || span_eq(name, SPAN_LIT("EnvelopeFrom"))) {
		r->text = q.found.v[0];
		if (ends_line(r->text))
			r->text.len--;
	} else {
		r->text = ends_line(q.found.v[0]) ? r->joined : join(v->arena, &q.found, "");
	}
	return r;
}

static const struct sa_request *request_of(struct sa_view *v, struct span name)
{
	struct sa_header_view *h = sa_header_fields(v);
	struct sa_request *r = map_get(&h->cache, name);

	if (r == NULL) {
		r = request_run(v, name);
		map_put(&h->cache, arena_copy(v->arena, name), r);
	}
	return r;
}

bool sa_header(struct sa_view *v, struct span name, struct span *value_r)
{
	const struct sa_request *r = request_of(v, name);

	*value_r = r->joined;
	return r->values.n != 0;
}

const struct sa_values *sa_header_values(struct sa_view *v, struct span name)
{
	return &request_of(v, name)->values;
}

struct span sa_header_text(struct sa_view *v, struct span name)
{
	return request_of(v, name)->text;
}
