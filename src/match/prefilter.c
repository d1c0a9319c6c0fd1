#include "match/pattern_set_private.h"

#ifdef WINNOW_HAVE_HS

#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "match/prefilter_literals.h"
#include "match/prefilter_syntax.h"
#include "match/regex_private.h"

#define MAGIC "WNPREF7"
/* Patterns of one database, and the bytes of their texts: the compiler's time grows faster than either, while the time of a scan does not depend on it. */
#define TOGETHER 96
#define TOGETHER_BYTES 8192
#define LARGE 2048 /* bytes of one pattern: beyond, vectorscan would make it coarser than we do */
#define RETRIES 64 /* patterns that turn out to be impossible only when all are compiled */

/* Of the same machine that reads it: no byte order to care for. Behind it: bits of the patterns that were not taken, what literals_compile wrote, then for each database its length in 8 bytes and vectorscan's
 * bytes. */
struct prefilter_head {
	char magic[8];
	uint64_t patterns;
	uint64_t hash; /* of the patterns */
	uint64_t literals; /* bytes */
	uint64_t databases;
};

/* In pages of its own that nothing can write to: all processes share them. */
struct database {
	void *memory;
	size_t size;
};

struct prefilter {
	size_t words, patterns;
	const uint64_t *untaken; /* always candidates */
	struct literals *literals; /* NULL: no pattern goes by them */
	struct database *databases;
	size_t n;
	hs_scratch_t *scratch; /* made by the first scan: each process has its own */
	bool failed;           /* there was no memory for that */
};

bool prefilter_available(void)
{
#if defined(__x86_64__) || defined(__i386__)
	/* The library itself uses these instructions before it asks for them. */
	if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt"))
		return false;
#endif
	return hs_valid_platform() == HS_SUCCESS;
}

struct span prefilter_platform(struct arena *arena)
{
	hs_platform_info_t info = { 0 };

	if (!prefilter_available() || hs_populate_platform(&info) != HS_SUCCESS)
		return SPAN_NONE;
	return arena_printf(arena, "%s %x %llx", hs_version(), info.tune, info.cpu_features);
}

/* One pattern as vectorscan is given it. */
struct expression {
	char *text;
	unsigned flags, id;
};

static bool known_to_parse(const struct expression *e)
{
	hs_compile_error_t *error = NULL;
	hs_expr_info_t *info = NULL;
	bool ok = hs_expression_info(e->text, e->flags, &info, &error) == HS_SUCCESS;

	free(info);
	if (error != NULL)
		hs_free_compile_error(error);
	return ok;
}

/* Anchors within a pattern are more than it can take at times: then without them. */
static bool expression_of(const struct pattern_set *set, unsigned id, struct arena *arena, struct expression *e_r)
{
	unsigned flags;
	bool ok = false;

	if (regex_may_be_empty(set->v[id].regex)) /* a candidate everywhere, also in empty texts */
		return false;
	pattern_set_text(set, id, &flags);
	for (int anchors = 1; anchors >= 0 && !ok; anchors--) {
		struct buf text = BUF_INIT(arena);
		bool caseless = false;

		ok = prefilter_translate(set->v[id].regex, flags, anchors, FORM_BOUNDED, &text, &caseless);
		if (ok && text.len > LARGE) {
			buf_clear(&text);
			ok = prefilter_translate(set->v[id].regex, flags, anchors, FORM_COARSE, &text, &caseless);
		}
		buf_char(&text, '\0');
		e_r->id = id;
		e_r->text = text.p;
		e_r->flags = HS_FLAG_DOTALL | HS_FLAG_MULTILINE | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY | HS_FLAG_PREFILTER | (caseless ? HS_FLAG_CASELESS : 0);
		ok = ok && known_to_parse(e_r);
	}
	return ok;
}

bool prefilter_takes(const struct pattern_set *set, unsigned id)
{
	struct arena *arena;
	struct expression e;
	hs_database_t *database = NULL;
	hs_compile_error_t *error = NULL;
	bool ok = false;

	if (!prefilter_available())
		return false;
	arena = arena_new(0);
	if (literals_add(literals_builder_new(arena), set, id))
		ok = true;
	else if (expression_of(set, id, arena, &e))
		ok = hs_compile(e.text, e.flags, HS_MODE_BLOCK, NULL, &database, &error) == HS_SUCCESS;
	if (error != NULL)
		hs_free_compile_error(error);
	hs_free_database(database);
	arena_free(&arena);
	return ok;
}

static uint64_t set_hash(const struct pattern_set *set)
{
	static const struct hash_key key = { 0x77696e6e6f777072, 0x6566696c74657231 };
	struct hash_state state;

	hash_begin(&state, &key);
	for (size_t i = 0; i < set->n; i++) {
		uint64_t len = set->v[i].key.len;

		hash_add(&state, span_make((const char *)&len, sizeof(len)));
		hash_add(&state, set->v[i].key);
	}
	return hash_end(&state);
}

/* Which patterns take part: those that go by literals are added there; the expressions of the rest; the bits of the others are set. */
static struct expression *collect(const struct pattern_set *set, const uint64_t *left_out, struct literals_builder *literals, struct arena *arena, uint64_t *untaken, size_t *n_r)
{
	struct expression *v = ARENA_ARRAY(arena, set->n, struct expression);

	*n_r = 0;
	for (unsigned id = 0; id < set->n; id++) {
		bool taken = left_out == NULL || !pattern_bit(left_out, id);

		if (taken && !regex_may_be_empty(set->v[id].regex) && literals_add(literals, set, id))
			continue;
		if (taken && expression_of(set, id, arena, &v[*n_r]))
			++*n_r;
		else
			untaken[id / 64] |= (uint64_t)1 << (id % 64);
	}
	return v;
}

/* Compiles what stands in v; -1: done; else the index of the expression that cannot be; n when it is no single one. */
static long compile_once(const struct expression *v, size_t n, struct arena *arena, hs_database_t **database_r, struct err *err_r)
{
	const char **texts = ARENA_ARRAY(arena, n, const char *);
	unsigned *flags = ARENA_ARRAY(arena, n, unsigned), *ids = ARENA_ARRAY(arena, n, unsigned);
	hs_compile_error_t *error = NULL;
	long at = -1;

	for (size_t i = 0; i < n; i++) {
		texts[i] = v[i].text;
		flags[i] = v[i].flags;
		ids[i] = v[i].id;
	}
	if (hs_compile_multi(texts, flags, ids, (unsigned)n, HS_MODE_BLOCK, NULL, database_r, &error) != HS_SUCCESS) {
		at = error != NULL && error->expression >= 0 && (size_t)error->expression < n ? error->expression : (long)n;
		err_set(err_r, "vectorscan: %s", error != NULL && error->message != NULL ? error->message : "no memory");
	}
	if (error != NULL)
		hs_free_compile_error(error);
	return at;
}

static bool compile_all(struct expression *v, size_t n, struct arena *arena, uint64_t *untaken, hs_database_t **database_r, struct err *err_r)
{
	for (int tries = 0; tries < RETRIES && n != 0; tries++) {
		long at = compile_once(v, n, arena, database_r, err_r);

		if (at < 0)
			return true;
		if ((size_t)at == n)
			return false;
		untaken[v[at].id / 64] |= (uint64_t)1 << (v[at].id % 64);
		v[at] = v[--n];
	}
	return n == 0;
}

/* How many of the next n patterns come into one database: at least one. */
static size_t together(const struct expression *v, size_t n)
{
	size_t i, bytes = strlen(v[0].text);

	for (i = 1; i < n && i < TOGETHER && bytes < TOGETHER_BYTES; i++)
		bytes += strlen(v[i].text);
	return i;
}

/* Compiles n patterns into one database behind "out"; the length stands in front of it. */
static bool add_database(struct expression *v, size_t n, struct arena *arena, uint64_t *untaken, struct buf *out, struct err *err_r)
{
	hs_database_t *database = NULL;
	char *bytes = NULL;
	size_t len = 0;
	bool ok = compile_all(v, n, arena, untaken, &database, err_r);

	if (ok && database != NULL && hs_serialize_database(database, &bytes, &len) != HS_SUCCESS)
		ok = err_set(err_r, "vectorscan: no memory");
	if (ok) {
		uint64_t length = len;

		buf_add(out, span_make((const char *)&length, sizeof(length)));
		buf_add(out, span_make(bytes, len));
	}
	free(bytes);
	hs_free_database(database);
	return ok;
}

bool prefilter_compile(const struct pattern_set *set, const uint64_t *left_out, struct buf *out, struct err *err_r)
{
	struct prefilter_head head = { .magic = MAGIC, .patterns = set->n, .hash = set_hash(set) };
	struct arena *arena;
	struct buf literals = BUF_INIT(NULL), databases = BUF_INIT(NULL);
	struct literals_builder *builder;
	struct expression *v;
	uint64_t *untaken;
	size_t n;
	bool ok = true;

	if (!prefilter_available())
		return err_set(err_r, "this processor lacks what vectorscan needs");
	arena = arena_new(0);
	untaken = ARENA_ARRAY(arena, pattern_set_words(set), uint64_t);
	builder = literals_builder_new(arena);
	v = collect(set, left_out, builder, arena, untaken, &n);
	literals_compile(builder, &literals);
	head.literals = literals.len;
	for (size_t i = 0, k; ok && i < n; i += k, head.databases++) {
		k = together(v + i, n - i);
		ok = add_database(v + i, k, arena, untaken, &databases, err_r);
	}
	if (ok) {
		buf_add(out, span_make((const char *)&head, sizeof(head)));
		buf_add(out, span_make((const char *)untaken, pattern_set_words(set) * sizeof(*untaken)));
		buf_add(out, buf_span(&literals));
		buf_add(out, buf_span(&databases));
	}
	buf_free(&literals);
	buf_free(&databases);
	arena_free(&arena);
	return ok;
}

static void prefilter_free(void *ctx)
{
	struct prefilter *p = ctx;

	hs_free_scratch(p->scratch);
	for (size_t i = 0; i < p->n; i++)
		munmap(p->databases[i].memory, p->databases[i].size);
}

static bool read_database(struct prefilter *p, struct span bytes, struct err *err_r)
{
	struct database *d = &p->databases[p->n];

	if (hs_serialized_database_size(bytes.p, bytes.len, &d->size) != HS_SUCCESS)
		return err_set(err_r, "vectorscan does not know these bytes");
	d->memory = mmap(NULL, d->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (d->memory == MAP_FAILED)
		return err_set(err_r, "no memory for %zu bytes", d->size);
	p->n++;
	if (hs_deserialize_database_at(bytes.p, bytes.len, d->memory) != HS_SUCCESS || mprotect(d->memory, d->size, PROT_READ) != 0)
		return err_set(err_r, "vectorscan refuses these bytes (damaged, or of another version or processor)");
	return true;
}

static bool read_databases(struct prefilter *p, struct span rest, uint64_t n, struct err *err_r)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t len;

		if (rest.len < sizeof(len))
			return err_set(err_r, "too few bytes");
		memcpy(&len, rest.p, sizeof(len));
		rest = span_from(rest, sizeof(len));
		if (len > rest.len)
			return err_set(err_r, "too few bytes");
		if (len != 0 && !read_database(p, span_sub(rest, 0, len), err_r))
			return false;
		rest = span_from(rest, len);
	}
	return rest.len == 0 || err_set(err_r, "%zu bytes too many", rest.len);
}

bool prefilter_attach(struct pattern_set *set, struct span bytes, struct err *err_r)
{
	struct prefilter *p = ARENA_NEW(set->arena, struct prefilter);
	struct prefilter_head head;
	uint64_t *untaken;

	if (!prefilter_available())
		return err_set(err_r, "this processor lacks what vectorscan needs");
	p->patterns = set->n;
	p->words = pattern_set_words(set);
	if (bytes.len < sizeof(head) + p->words * sizeof(*untaken))
		return err_set(err_r, "too few bytes");
	memcpy(&head, bytes.p, sizeof(head));
	if (memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0 || head.patterns != set->n || head.hash != set_hash(set))
		return err_set(err_r, "not for these patterns");
	untaken = ARENA_ARRAY(set->arena, p->words, uint64_t);
	memcpy(untaken, bytes.p + sizeof(head), p->words * sizeof(*untaken));
	if (head.databases > set->n)
		return err_set(err_r, "more databases than patterns");
	p->untaken = untaken;
	p->databases = ARENA_ARRAY(set->arena, head.databases, struct database);
	arena_cleanup(set->arena, prefilter_free, p);
	bytes = span_from(bytes, sizeof(head) + p->words * sizeof(*untaken));
	if (head.literals > bytes.len)
		return err_set(err_r, "too few bytes");
	if (head.literals != 0) {
		p->literals = literals_attach(set->arena, span_sub(bytes, 0, head.literals), set->n, err_r);
		if (p->literals == NULL)
			return false;
	}
	if (!read_databases(p, span_from(bytes, head.literals), head.databases, err_r))
		return false;
	set->prefilter = p;
	return true;
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	uint64_t *bits = ctx;

	(void)from;
	(void)to;
	(void)flags;
	bits[id / 64] |= (uint64_t)1 << (id % 64);
	return 0;
}

/* One scratch serves all databases of the set. */
static bool make_scratch(struct prefilter *p)
{
	if (p->scratch != NULL || p->failed || p->n == 0)
		return !p->failed;
	for (size_t i = 0; i < p->n && !p->failed; i++)
		p->failed = hs_alloc_scratch(p->databases[i].memory, &p->scratch) != HS_SUCCESS;
	return !p->failed;
}

/* Of those vectorscan tells the end of a match alone. */
static void anywhere(const uint64_t *bits, size_t words, struct pattern_places *places)
{
	for (size_t i = 0; i < words; i++) {
		for (uint64_t left = bits[i]; left != 0; left &= left - 1)
			places_all(&places[i * 64 + (size_t)__builtin_ctzll(left)]);
	}
}

void prefilter_scan(struct prefilter *p, struct span text, uint64_t *bits, struct pattern_places *places)
{
	bool ok = true;

	for (size_t i = 0; i < p->words; i++)
		bits[i] |= p->untaken[i];
	ok = text.len <= UINT32_MAX && make_scratch(p);
	for (size_t i = 0; text.len != 0 && ok && i < p->n; i++)
		ok = hs_scan(p->databases[i].memory, text.p, (unsigned)text.len, 0, p->scratch, found, bits) == HS_SUCCESS;
	if (places != NULL)
		anywhere(bits, p->words, places);
	ok = ok && (text.len == 0 || p->literals == NULL || literals_scan(p->literals, text, bits, places));
	if (ok)
		return;
	pattern_bits_all(bits, p->patterns);
	if (places != NULL)
		anywhere(bits, p->words, places);
}

#else

bool prefilter_available(void)
{
	return false;
}

struct span prefilter_platform(struct arena *arena)
{
	(void)arena;
	return SPAN_NONE;
}

bool prefilter_takes(const struct pattern_set *set, unsigned id)
{
	(void)set;
	(void)id;
	return false;
}

bool prefilter_compile(const struct pattern_set *set, const uint64_t *left_out, struct buf *out, struct err *err_r)
{
	(void)set;
	(void)left_out;
	(void)out;
	return err_set(err_r, "built without vectorscan");
}

bool prefilter_attach(struct pattern_set *set, struct span bytes, struct err *err_r)
{
	(void)set;
	(void)bytes;
	return err_set(err_r, "built without vectorscan");
}

void prefilter_scan(struct prefilter *prefilter, struct span text, uint64_t *bits, struct pattern_places *places)
{
	(void)prefilter; /* there is none to be had */
	(void)text;
	(void)bits;
	(void)places;
}

#endif
