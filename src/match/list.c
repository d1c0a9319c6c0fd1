#include "match/list.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"

#define DOMAIN_MAX 255 /* bytes; longer values are below no domain */
#define NET_KEY 17     /* address and prefix length */

/* One entry: as written, and by what it is found (a part of that, or bytes of its own). */
struct item {
	const char *written, *key;
	uint32_t nwritten, nkey;
};

/* Open addressing over numbers of items (plus one; 0: free), so that a list of millions stays small. */
struct table {
	struct item *v;
	uint32_t *slots;
	size_t n, cap, nslots;
	bool fold;
};

struct list_pattern {
	struct regex *regex;
	struct span written;
};

struct list {
	struct arena *arena;
	struct hash_key key;
	struct table words, domains, addresses, nets;
	uint64_t lengths[3]; /* prefix lengths that nets has, one bit each */
	struct list_pattern *patterns;
	size_t npatterns, cap;
	size_t n; /* different entries */
};

static void *resize(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n, size);

	if (q == NULL)
		abort();
	return q;
}

static void list_free(void *ctx)
{
	struct list *l = ctx;
	struct table *tables[] = { &l->words, &l->domains, &l->addresses, &l->nets };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		free(tables[i]->v);
		free(tables[i]->slots);
	}
	for (size_t i = 0; i < l->npatterns; i++)
		regex_free(&l->patterns[i].regex);
	free(l->patterns);
}

struct list *list_new(struct arena *arena)
{
	struct list *l = ARENA_NEW(arena, struct list);

	l->arena = arena;
	hash_key_random(&l->key);
	l->words.fold = l->domains.fold = l->addresses.fold = true;
	arena_cleanup(arena, list_free, l);
	return l;
}

static struct span item_key(const struct item *i)
{
	return span_make(i->key, i->nkey);
}

static uint64_t key_hash(const struct list *l, const struct table *t, struct span key)
{
	return t->fold ? hash_span_lower(&l->key, key) : hash_span(&l->key, key);
}

/* Where the key's number stands, or would. */
static uint32_t *slot_of(const struct list *l, const struct table *t, struct span key)
{
	for (size_t i = key_hash(l, t, key) & (t->nslots - 1);; i = (i + 1) & (t->nslots - 1)) {
		struct span known;

		if (t->slots[i] == 0)
			return &t->slots[i];
		known = item_key(&t->v[t->slots[i] - 1]);
		if (t->fold ? span_case_eq(known, key) : span_eq(known, key))
			return &t->slots[i];
	}
}

static const struct item *find(const struct list *l, const struct table *t, struct span key)
{
	uint32_t slot = t->n != 0 ? *slot_of(l, t, key) : 0;

	return slot != 0 ? &t->v[slot - 1] : NULL;
}

static void grow(const struct list *l, struct table *t)
{
	if (t->n == t->cap) {
		t->cap = t->cap != 0 ? t->cap * 2 : 16;
		t->v = resize(t->v, t->cap, sizeof(*t->v));
	}
	if ((t->n + 1) * 4 <= t->nslots * 3)
		return;
	t->nslots = t->nslots != 0 ? t->nslots * 2 : 32;
	t->slots = resize(t->slots, t->nslots, sizeof(*t->slots));
	memset(t->slots, 0, t->nslots * sizeof(*t->slots));
	for (size_t i = 0; i < t->n; i++)
		*slot_of(l, t, item_key(&t->v[i])) = (uint32_t)i + 1;
}

/* False: it is there already. */
static bool put(const struct list *l, struct table *t, struct span written, struct span key)
{
	uint32_t *slot;

	grow(l, t);
	slot = slot_of(l, t, key);
	if (*slot != 0)
		return false;
	t->v[t->n] = (struct item){ .written = written.p, .key = key.p, .nwritten = (uint32_t)written.len, .nkey = (uint32_t)key.len };
	*slot = (uint32_t)++t->n;
	return true;
}

static struct span keep(struct list *l, struct span s)
{
	return span_make(memcpy(arena_bytes(l->arena, s.len), s.p, s.len), s.len);
}

static bool add_pattern(struct list *l, struct span entry, struct err *err_r)
{
	struct span pattern;
	unsigned flags;
	struct regex *regex;

	if (!regex_split(entry, &pattern, &flags, err_r))
		return false;
	regex = regex_new(pattern, flags, err_r);
	if (regex == NULL)
		return false;
	if (l->npatterns == l->cap) {
		l->cap = l->cap != 0 ? l->cap * 2 : 8;
		l->patterns = resize(l->patterns, l->cap, sizeof(*l->patterns));
	}
	l->patterns[l->npatterns++] = (struct list_pattern){ .regex = regex, .written = keep(l, entry) };
	l->n++;
	return true;
}

/* What reads like an address with a prefix length, right or wrong. */
static bool looks_like_net(struct span entry)
{
	size_t slash = span_rchr(entry, '/');
	bool separated = false;

	if (slash == SPAN_NPOS || slash + 1 == entry.len)
		return false;
	for (size_t i = 0; i < entry.len; i++) {
		char c = entry.p[i];

		if (i > slash ? !ascii_isdigit(c) : i < slash && !ascii_isxdigit(c) && c != '.' && c != ':')
			return false;
		separated = separated || c == '.' || c == ':';
	}
	return separated;
}

static void mask(uint8_t b[16], unsigned bits)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned left = bits > 8 * i ? bits - 8 * i : 0;

		if (left < 8)
			b[i] &= (uint8_t)(0xff00u >> left);
	}
}

static bool add_net(struct list *l, const struct cidr *cidr, struct span written)
{
	char *key = arena_bytes(l->arena, NET_KEY);

	memcpy(key, cidr->ip.b, 16);
	key[16] = (char)cidr->bits;
	l->lengths[cidr->bits / 64] |= (uint64_t)1 << (cidr->bits % 64);
	return put(l, &l->nets, written, span_make(key, NET_KEY));
}

bool list_add(struct list *l, struct span entry, struct err *err_r)
{
	struct cidr cidr;
	struct span written;

	if (entry.len == 0)
		return err_set(err_r, "an empty entry");
	if (entry.len > LIST_LINE_MAX)
		return err_set(err_r, "an entry of more than %d bytes", LIST_LINE_MAX);
	if (l->n >= LIST_ENTRIES_MAX)
		return err_set(err_r, "more than %d entries", LIST_ENTRIES_MAX);
	if (entry.p[0] == '/')
		return add_pattern(l, entry, err_r);
	if (looks_like_net(entry)) {
		if (!cidr_parse(entry, &cidr))
			return err_set(err_r, "not a network: \"%.*s\"", SPAN_ARG(span_sub(entry, 0, 64)));
		l->n += add_net(l, &cidr, keep(l, entry));
		return true;
	}
	written = keep(l, entry);
	if (cidr_parse(entry, &cidr)) /* one address: the network of this host, and a word */
		(void)add_net(l, &cidr, written);
	if (entry.p[0] == '.' && entry.len > 1)
		l->n += put(l, &l->domains, written, span_from(written, 1));
	else if (entry.p[0] == '@' && entry.len > 1)
		l->n += put(l, &l->addresses, written, span_from(written, 1));
	else
		l->n += put(l, &l->words, written, written);
	return true;
}

/* A line without its comment and the blanks around. */
static struct span entry_of(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '#' && (i == 0 || ascii_isspace(line.p[i - 1])))
			return span_trim(span_sub(line, 0, i));
	}
	return span_trim(line);
}

bool list_add_text(struct list *l, struct span text, const char *name, struct err *err_r)
{
	size_t number = 0;

	if (span_starts(text, SPAN_LIT("\xef\xbb\xbf")))
		text = span_from(text, 3);
	while (text.p != NULL) {
		struct span line = span_split(&text, '\n'), entry;

		number++;
		if (line.len > LIST_LINE_MAX)
			return err_set(err_r, "%s:%zu: a line of more than %d bytes", name, number, LIST_LINE_MAX);
		entry = entry_of(line);
		if (entry.len != 0 && !list_add(l, entry, err_r))
			return err_prefix(err_r, "%s:%zu", name, number);
	}
	return true;
}

size_t list_count(const struct list *l)
{
	return l->n;
}

static bool tell(const struct item *i, struct span *entry_r)
{
	if (i != NULL && entry_r != NULL)
		*entry_r = span_make(i->written, i->nwritten);
	return i != NULL;
}

/* The domain itself, then what it lies below. */
static const struct item *find_domain(const struct list *l, struct span domain)
{
	const struct item *found;

	if (l->domains.n == 0 || domain.len > DOMAIN_MAX)
		return NULL;
	for (;;) {
		size_t dot;

		found = find(l, &l->domains, domain);
		dot = span_chr(domain, '.');
		if (found != NULL || dot == SPAN_NPOS)
			return found;
		domain = span_from(domain, dot + 1);
	}
}

bool list_has(const struct list *l, struct regex_memory *memory, struct span value, struct span *entry_r)
{
	size_t at = span_rchr(value, '@');
	struct span domain = at != SPAN_NPOS ? span_from(value, at + 1) : value;

	if (tell(find(l, &l->words, value), entry_r))
		return true;
	if (at != SPAN_NPOS && tell(find(l, &l->addresses, domain), entry_r))
		return true;
	if (tell(find_domain(l, domain), entry_r))
		return true;
	for (size_t i = 0; i < l->npatterns; i++) {
		if (regex_match(l->patterns[i].regex, memory, value, 0, NULL, 0) == REGEX_YES) {
			if (entry_r != NULL)
				*entry_r = l->patterns[i].written;
			return true;
		}
	}
	return false;
}

bool list_has_ip(const struct list *l, const struct ip *ip, struct span *entry_r)
{
	uint8_t key[NET_KEY];

	if (!ip->set || l->nets.n == 0)
		return false;
	memcpy(key, ip->b, 16);
	for (unsigned bits = 129; bits-- > 0;) {
		if (!((l->lengths[bits / 64] >> (bits % 64)) & 1))
			continue;
		mask(key, bits);
		key[16] = (uint8_t)bits;
		if (tell(find(l, &l->nets, span_make((const char *)key, NET_KEY)), entry_r))
			return true;
	}
	return false;
}
