#include "rules/view.h"

#include "base/array.h"
#include "mail/fold.h"
#include "rules/function.h"
#include "scan/engine.h"

/* Texts with few values are searched one by one, others in one piece. */
#define SEPARATE_MAX 4
#define PLACES_FROM 256  /* bytes of a value */
/* A line of so many bytes is taken for one that was wrapped. */
#define WRAPPED_LINE 40

struct view_plan {
	struct arena *arena;
	struct regex_memory *memory;
	struct pattern_set *sets[TEXT_N];
	struct literal_gate *gates[TEXT_N];
	unsigned ngates[TEXT_N];
	struct header_name *picks;
	size_t npicks, cap_picks;
	struct map rules; /* name -> number + 1 */
};

/* Plan. */

static void free_memory(void *ctx)
{
	struct view_plan *p = ctx;

	regex_memory_free(&p->memory);
}

struct view_plan *view_plan_new(struct arena *arena)
{
	static const char *const names[TEXT_N] = { "subject", "body", "hidden", "rawbody", "full", "headers", "header", "url", "file", "envelope" };
	struct view_plan *p = ARENA_NEW(arena, struct view_plan);

	p->arena = arena;
	p->memory = regex_memory_new();
	arena_cleanup(arena, free_memory, p);
	for (size_t i = 0; i < TEXT_N; i++) {
		p->sets[i] = pattern_set_new(arena, names[i]);
		p->gates[i] = literal_gate_new(arena);
	}
	map_init(&p->rules, arena, false);
	return p;
}

struct arena *view_plan_arena(const struct view_plan *p)
{
	return p->arena;
}

struct regex_memory *view_plan_memory(const struct view_plan *p)
{
	return p->memory;
}

struct pattern_set *view_plan_set(const struct view_plan *p, enum text_kind kind)
{
	return p->sets[kind];
}

struct pattern_set *const *view_plan_sets(const struct view_plan *p, size_t *n_r)
{
	*n_r = TEXT_N;
	return p->sets;
}

struct literal_gate *view_plan_gate(const struct view_plan *p, enum text_kind kind)
{
	return p->gates[kind];
}

unsigned view_plan_gate_number(struct view_plan *p, enum text_kind kind)
{
	return p->ngates[kind]++;
}

unsigned view_plan_pick(struct view_plan *p, const struct header_name *name)
{
	struct header_name *pick;

	for (size_t i = 0; i < p->npicks; i++) {
		if (p->picks[i].part == name->part && span_case_eq(p->picks[i].name, name->name))
			return (unsigned)i;
	}
	pick = ARRAY_ADD(p->arena, p->picks, p->npicks, p->cap_picks);
	*pick = *name;
	pick->name = arena_copy(p->arena, name->name);
	return (unsigned)p->npicks - 1;
}

bool view_pick_plain(const struct header_name *name)
{
	return name->part == HEADER_ADDR_NAME || (name->part == HEADER_VALUE && name->id == HDR_SUBJECT);
}

unsigned view_plan_rule(struct view_plan *p, struct span name)
{
	int known = view_plan_find_rule(p, name);

	if (known >= 0)
		return (unsigned)known;
	map_put(&p->rules, arena_copy(p->arena, name), (void *)(p->rules.n + 1)); /* NOLINT(performance-no-int-to-ptr): a number in the map's pointer */
	return (unsigned)p->rules.n - 1;
}

int view_plan_find_rule(const struct view_plan *p, struct span name)
{
	return (int)(uintptr_t)map_get(&p->rules, name) - 1;
}

/* View. */

struct rule_view *rule_view_of(struct task *t, const struct view_plan *p)
{
	void **place = task_shared(t, p);
	struct rule_view *v = *place;

	if (v == NULL) {
		v = ARENA_NEW(task_arena(t), struct rule_view);
		v->plan = p;
		v->tx = task_tx(t);
		v->msg = task_msg(t);
		v->arena = task_arena(t);
		v->memory = p->memory;
		v->picks = ARENA_ARRAY(v->arena, p->npicks + 1, struct view_values);
		v->present = ARENA_ARRAY(v->arena, p->npicks + 1, uint8_t);
		v->count = ARENA_ARRAY(v->arena, p->rules.n + 1, uint16_t);
		v->to = ARENA_ARRAY(v->arena, p->rules.n + 1, rcptset);
		*place = v;
	}
	v->task = t;
	return v;
}

struct rule_view *rule_view_find(const struct scan *s, const struct view_plan *p)
{
	return scan_shared(s, p);
}

void view_failed(struct rule_view *v)
{
	int symbol = engine_symbol(task_scan(v->task)->engine, RULE_ERROR_SYMBOL);

	if (v->failed++ == 0 && symbol >= 0)
		hit_add_symbol(v->task, symbol, span_of(v->rule));
}

void view_count_add(struct rule_view *v, unsigned rule, unsigned count, rcptset to)
{
	v->count[rule] = (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
	v->to[rule] = to;
}

/* Making values. */

struct values {
	struct arena *arena;
	struct span *v;
	size_t n, cap;
};

static void add_value(struct values *vs, struct span s)
{
	*ARRAY_ADD(vs->arena, vs->v, vs->n, vs->cap) = s;
}

static struct view_values values_of(const struct values *vs)
{
	return (struct view_values){ vs->v, vs->n, true };
}

const struct view_values *view_pick(struct rule_view *v, unsigned number)
{
	struct view_values *pick = &v->picks[number];
	const struct header_name *name = &v->plan->picks[number];
	struct values vs = { .arena = v->arena };
	struct header_values it;
	struct span s;

	if (pick->made)
		return pick;
	header_values_begin(&it, name, v->msg, v->arena);
	while (header_values_next(&it, &s))
		add_value(&vs, view_pick_plain(name) ? fold_text(v->arena, s) : s);
	*pick = values_of(&vs);
	return pick;
}

bool view_has_field(struct rule_view *v, unsigned number)
{
	if (v->present[number] == 0)
		v->present[number] = header_name_present(&v->plan->picks[number], v->msg) ? 2 : 1;
	return v->present[number] == 2;
}

static void collect_picks(struct rule_view *v, struct values *vs)
{
	for (size_t i = 0; i < v->plan->npicks; i++) {
		const struct view_values *pick = view_pick(v, (unsigned)i);

		for (size_t k = 0; k < pick->n; k++)
			add_value(vs, pick->v[k]);
	}
}

static struct span domain_of(struct span address)
{
	size_t at = span_rchr(address, '@');

	return at == SPAN_NPOS ? SPAN_NONE : span_from(address, at + 1);
}

struct span view_peer(struct rule_view *v, enum peer_part part)
{
	const struct transaction *tx = v->tx;
	char text[IP_TEXT_MAX];

	switch (part) {
	case PEER_FROM: return tx->env.from;
	case PEER_FROM_DOMAIN: return domain_of(tx->env.from);
	case PEER_NAME: return tx->client.name;
	case PEER_HELO: return tx->client.helo;
	case PEER_USER: return tx->client.auth_user;
	case PEER_IP: return tx->client.ip.set ? arena_copy(v->arena, span_of(ip_text(&tx->client.ip, text))) : SPAN_NONE;
	default: return SPAN_NONE;
	}
}

static void collect_peer(struct rule_view *v, struct values *vs)
{
	for (unsigned i = 0; i < PEER_PARTS; i++) {
		if (i != PEER_RCPT)
			add_value(vs, view_peer(v, i));
	}
	for (size_t i = 0; i < v->tx->env.nrcpt; i++)
		add_value(vs, v->tx->env.rcpt[i].address);
}

const struct view_link *view_links(struct rule_view *v, size_t *n_r)
{
	if (!v->links_made) {
		struct view_link *links = ARENA_ARRAY(v->arena, v->msg->nlinks, struct view_link);

		for (size_t i = 0; i < v->msg->nlinks; i++) {
			const struct link *l = &v->msg->links[i];

			links[i].part[LINK_WHOLE] = l->url.raw;
			links[i].part[LINK_HOST] = l->url.host_ascii.len != 0 ? l->url.host_ascii : l->url.host;
			links[i].part[LINK_DOMAIN] = l->url.domain;
			links[i].part[LINK_PATH] = l->url.path;
			links[i].part[LINK_QUERY] = l->url.query;
			links[i].part[LINK_SCHEME] = l->url.scheme;
			links[i].part[LINK_SHOWN] = l->text.len != 0 ? fold_text(v->arena, l->text) : SPAN_NONE;
		}
		v->links = links;
		v->nlinks = v->msg->nlinks;
		v->links_made = true;
	}
	*n_r = v->nlinks;
	return v->links;
}

static void collect_links(struct rule_view *v, struct values *vs)
{
	size_t n;
	const struct view_link *links = view_links(v, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < LINK_PARTS; k++) {
			if (links[i].part[k].len != 0)
				add_value(vs, links[i].part[k]);
		}
	}
}

static struct span extension(struct span name)
{
	size_t dot = span_rchr(name, '.');

	return dot == SPAN_NPOS ? SPAN_NONE : span_from(name, dot + 1);
}

struct files {
	struct arena *arena;
	struct view_file *v;
	size_t n, cap;
};

/* Files of the message and of attached ones; the parser bounds their depth and number. */
static void collect_parts(struct files *f, const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];
		struct view_file *file;

		if (p->inner != NULL)
			collect_parts(f, p->inner);
		if (p->kind != PART_ATTACHMENT && (p->name.len == 0 || p->kind == PART_MULTIPART))
			continue;
		file = ARRAY_ADD(f->arena, f->v, f->n, f->cap);
		file->part[FILE_NAME] = fold_text(f->arena, p->name);
		file->part[FILE_EXTENSION] = extension(file->part[FILE_NAME]);
		file->part[FILE_TYPE] = p->type;
		file->size = p->body.len;
	}
}

const struct view_file *view_files(struct rule_view *v, size_t *n_r)
{
	if (!v->files_made) {
		struct files f = { .arena = v->arena };

		collect_parts(&f, v->msg);
		v->files = f.v;
		v->nfiles = f.n;
		v->files_made = true;
	}
	*n_r = v->nfiles;
	return v->files;
}

static void collect_files(struct rule_view *v, struct values *vs)
{
	size_t n;
	const struct view_file *files = view_files(v, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < FILE_PARTS; k++)
			add_value(vs, files[i].part[k]);
	}
}

/* As decoded, markup and all; a text part that is a file is text as well. */
static void collect_raw(struct values *vs, const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].kind == PART_TEXT || m->parts[i].kind == PART_HTML)
			add_value(vs, m->parts[i].body);
		if (m->parts[i].inner != NULL)
			collect_raw(vs, m->parts[i].inner);
	}
}

/* Texts. */

static struct span headers_text(struct rule_view *v)
{
	struct buf b = BUF_INIT(v->arena);

	for (size_t i = 0; i < v->msg->headers.n; i++) {
		const struct header *h = &v->msg->headers.v[i];

		buf_add(&b, h->name);
		buf_str(&b, ": ");
		buf_add(&b, h->value);
		buf_char(&b, '\n');
	}
	return buf_span(&b);
}

/* Whether the line that ends at "end" goes on in the next one: it is long, and neither is empty. */
static bool goes_on(struct span text, size_t begin, size_t end)
{
	const char *line_end = text.p + end;

	if (end - begin < WRAPPED_LINE || end + 1 >= text.len)
		return false;
	return line_end[1] != '\n' && line_end[1] != '\r';
}

/* The text with the ends of wrapped lines as blanks, so that words that belong together are found together. */
static struct span unwrap(struct arena *arena, struct span text)
{
	const char *end = text.len != 0 ? memchr(text.p, '\n', text.len) : NULL;
	size_t begin = 0;
	char *out;

	if (end == NULL)
		return text;
	out = arena_bytes(arena, text.len);
	memcpy(out, text.p, text.len);
	while (end != NULL) {
		size_t at = (size_t)(end - text.p);

		if (goes_on(text, begin, at))
			out[at] = ' ';
		if (out[at] == ' ' && at > 0 && out[at - 1] == '\r')
			out[at - 1] = ' ';
		begin = at + 1;
		end = memchr(text.p + begin, '\n', text.len - begin);
	}
	return span_make(out, text.len);
}

static struct span single_text(struct rule_view *v, enum text_kind kind)
{
	switch (kind) {
	case TEXT_SUBJECT: return fold_text(v->arena, v->msg->subject);
	case TEXT_BODY: return fold_text(v->arena, unwrap(v->arena, v->msg->text));
	case TEXT_HIDDEN: return fold_text(v->arena, v->msg->hidden_text);
	case TEXT_HEADERS: return headers_text(v);
	default: return v->msg->raw;
	}
}

static struct view_values make_values(struct rule_view *v, enum text_kind kind)
{
	struct values vs = { .arena = v->arena };

	switch (kind) {
	case TEXT_RAWBODY: collect_raw(&vs, v->msg); break;
	case TEXT_HEADER: collect_picks(v, &vs); break;
	case TEXT_URL: collect_links(v, &vs); break;
	case TEXT_FILE: collect_files(v, &vs); break;
	case TEXT_ENVELOPE: collect_peer(v, &vs); break;
	default: add_value(&vs, single_text(v, kind)); break;
	}
	return values_of(&vs);
}

static struct span join_values(struct arena *arena, const struct view_values *values)
{
	size_t len = 0;
	char *p, *out;

	for (size_t i = 0; i < values->n; i++)
		len += values->v[i].len + 1;
	p = out = arena_bytes(arena, len);
	for (size_t i = 0; i < values->n; i++) {
		if (values->v[i].len != 0)
			memcpy(p, values->v[i].p, values->v[i].len);
		p += values->v[i].len;
		*p++ = '\n';
	}
	return span_range(out, p);
}

/* Of one value. Short ones are searched sooner than places are kept for them. */
static void find_candidates(struct arena *arena, const struct pattern_set *set, struct view_text *t, size_t i)
{
	size_t words = pattern_set_words(set);
	uint64_t *bits = t->bits;

	if (t->values.v[i].len >= PLACES_FROM) {
		t->places[i] = ARENA_ARRAY(arena, pattern_set_count(set), struct pattern_places);
		/* What is no candidate in this value has no place in it. */
		bits = t->values.n > 1 ? ARENA_ARRAY(arena, words, uint64_t) : bits;
	}
	pattern_set_candidates(set, t->values.v[i], bits, t->places[i]);
	for (size_t k = 0; bits != t->bits && k < words; k++)
		t->bits[k] |= bits[k];
}

const struct view_text *view_make_text(struct rule_view *v, enum text_kind kind)
{
	struct view_text *t = &v->text[kind];
	const struct pattern_set *set = v->plan->sets[kind];

	t->values = make_values(v, kind);
	t->bits = ARENA_ARRAY(v->arena, pattern_set_words(set) + 1, uint64_t);
	if (pattern_set_count(set) == 0)
		return t;
	if (t->values.n > SEPARATE_MAX) {
		pattern_set_candidates(set, join_values(v->arena, &t->values), t->bits, NULL);
		return t;
	}
	t->places = ARENA_ARRAY(v->arena, t->values.n + 1, struct pattern_places *);
	for (size_t i = 0; i < t->values.n; i++)
		find_candidates(v->arena, set, t, i);
	return t;
}

/* Literals. */

static bool same(struct span a, struct span b)
{
	return a.p == b.p ? a.len == b.len : span_eq(a, b);
}

/* Links of one message often lead to one host. */
static void find_in_links(struct rule_view *v, const struct literal_gate *gate, uint64_t *bits)
{
	static const enum link_part parts[] = { LINK_HOST, LINK_DOMAIN, LINK_SCHEME };
	size_t n;
	const struct view_link *links = view_links(v, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			struct span s = links[i].part[parts[k]];

			if (i == 0 || !same(s, links[i - 1].part[parts[k]]))
				literal_gate_find(gate, s, bits);
		}
	}
}

const uint64_t *view_make_literals(struct rule_view *v, enum text_kind kind)
{
	const struct literal_gate *gate = v->plan->gates[kind];
	uint64_t *bits = ARENA_ARRAY(v->arena, v->plan->ngates[kind] / 64 + 1, uint64_t);
	const struct view_values *values = &view_text(v, kind)->values;

	if (kind == TEXT_URL) {
		find_in_links(v, gate, bits);
	} else if (!literal_gate_empty(gate)) {
		for (size_t i = 0; i < values->n; i++)
			literal_gate_find(gate, values->v[i], bits);
	}
	return v->text[kind].literals = bits;
}
