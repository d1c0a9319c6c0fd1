#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* Red zones between objects, so that overruns inside a block are found as well. */
#define RED_ZONE 16
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define RED_ZONE 0
#endif

#define DEFAULT_BLOCK 16384
#define ALIGN 16
#define GROW_MAX ((size_t)1 << 20) /* blocks grow up to here */

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGN) char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*fn)(void *);
	void *ctx;
};

struct arena {
	struct block *blocks; /* the first one is filled */
	struct cleanup *cleanups;
	size_t total;
};

static void no_memory(void)
{
	static const char text[] = "out of memory\n";

	fwrite(text, 1, sizeof(text) - 1, stderr);
	abort();
}

static struct block *block_new(struct arena *a, size_t size)
{
	struct block *b;

	if (size > SIZE_MAX - sizeof(*b))
		no_memory();
	b = malloc(sizeof(*b) + size);
	if (b == NULL)
		no_memory();
	b->next = NULL;
	b->size = size;
	b->used = 0;
	a->total += sizeof(*b) + size;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

struct arena *arena_new(size_t hint)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		no_memory();
	a->blocks = block_new(a, hint != 0 ? hint : DEFAULT_BLOCK);
	return a;
}

void arena_free(struct arena **arena_r)
{
	struct arena *a = *arena_r;

	if (a == NULL)
		return;
	*arena_r = NULL;
	for (struct cleanup *c = a->cleanups; c != NULL; c = c->next)
		c->fn(c->ctx);
	for (struct block *b = a->blocks, *next; b != NULL; b = next) {
		next = b->next;
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		free(b);
	}
	free(a);
}

/* A large object gets a block of its own behind the current one, so that the rest of the current one stays in use. */
static char *take_large(struct arena *a, size_t size)
{
	struct block *b = block_new(a, size);

	b->used = size;
	b->next = a->blocks->next;
	a->blocks->next = b;
	ASAN_UNPOISON_MEMORY_REGION(b->data, size);
	return b->data;
}

static char *take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->blocks;
	size_t at = (b->used + align - 1) & ~(align - 1);

	if (size > SIZE_MAX / 2)
		no_memory();
	if (at > b->size || size + RED_ZONE > b->size - at) {
		size_t want = b->size < GROW_MAX ? b->size * 2 : b->size;

		if (size > DEFAULT_BLOCK / 2)
			return take_large(a, size);
		if (want < DEFAULT_BLOCK)
			want = DEFAULT_BLOCK;
		b = block_new(a, want);
		b->next = a->blocks;
		a->blocks = b;
		at = 0;
	}
	b->used = at + size + RED_ZONE;
	ASAN_UNPOISON_MEMORY_REGION(b->data + at, size);
	return b->data + at;
}

void *arena_alloc(struct arena *a, size_t size)
{
	char *p = take(a, size, ALIGN);

	memset(p, 0, size);
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		no_memory();
	return arena_alloc(a, bytes);
}

char *arena_bytes(struct arena *a, size_t size)
{
	return take(a, size, 1);
}

char *arena_extend(struct arena *a, char *old, size_t size, size_t want)
{
	struct block *b = a->blocks;
	char *p;

	if (want <= size)
		return old;
	if (old != NULL && old >= b->data && old + size + RED_ZONE == b->data + b->used &&
	    want - size <= b->size - b->used) {
		b->used += want - size;
		ASAN_UNPOISON_MEMORY_REGION(old, want);
		return old;
	}
	p = arena_bytes(a, want);
	if (old != NULL && size != 0)
		memcpy(p, old, size);
	return p;
}

struct span arena_copy(struct arena *a, struct span s)
{
	return (struct span){ arena_str(a, s), s.len };
}

char *arena_str(struct arena *a, struct span s)
{
	char *p = arena_bytes(a, s.len + 1);

	if (s.len != 0)
		memcpy(p, s.p, s.len);
	p[s.len] = '\0';
	return p;
}

struct span arena_printf(struct arena *a, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(text))
		return arena_copy(a, span_make(text, (size_t)n));
	p = arena_bytes(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return span_make(p, (size_t)n);
}

void arena_cleanup(struct arena *a, void (*fn)(void *), void *ctx)
{
	struct cleanup *c = ARENA_NEW(a, struct cleanup);

	c->fn = fn;
	c->ctx = ctx;
	c->next = a->cleanups;
	a->cleanups = c;
}

size_t arena_used(const struct arena *a)
{
	return a->total;
}
