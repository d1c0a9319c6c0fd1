/*
 * Spans: a pointer and a length.
 *
 * Every piece of a message, of the wire and of the configuration is passed as a span. A span never owns its bytes and
 * is never assumed to end in NUL; it lives as long as the buffer or arena behind it. The empty span may have p == NULL.
 * Case-insensitive functions fold ASCII only, whatever the locale.
 */
#ifndef WINNOW_BASE_SPAN_H
#define WINNOW_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p;
	size_t len;
};

#define SPAN_NONE ((struct span){ NULL, 0 })
#define SPAN_LIT(s) ((struct span){ "" s, sizeof(s) - 1 })
/* For printf's "%.*s"; long spans are cut at INT_MAX. */
#define SPAN_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).p ? (s).p : "")

#define SPAN_NPOS ((size_t)-1)

static inline struct span span_make(const char *p, size_t len)
{
	return (struct span){ p, len };
}

/* The span of a NUL-terminated string; NULL gives the empty span. */
static inline struct span span_of(const char *s)
{
	return (struct span){ s, s != NULL ? strlen(s) : 0 };
}

static inline struct span span_range(const char *begin, const char *end)
{
	return (struct span){ begin, (size_t)(end - begin) };
}

static inline const char *span_end(struct span s)
{
	return s.len ? s.p + s.len : s.p;
}

/* Bytes [from, from + len), cut to what is there. */
struct span span_sub(struct span s, size_t from, size_t len);
/* All bytes from "from" on; empty when from lies beyond. */
struct span span_from(struct span s, size_t from);

bool span_eq(struct span a, struct span b);
bool span_case_eq(struct span a, struct span b);
/* Three-way order: bytes as unsigned, shorter first. */
int span_cmp(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);
bool span_case_starts(struct span s, struct span prefix);
bool span_case_ends(struct span s, struct span suffix);

/* Offsets of the first (last) match, or SPAN_NPOS. */
size_t span_chr(struct span s, char c);
size_t span_rchr(struct span s, char c);
size_t span_find(struct span s, struct span needle);
/* Linear in s.len * needle.len at worst; meant for short needles. */
size_t span_case_find(struct span s, struct span needle);

static inline bool span_has(struct span s, struct span needle)
{
	return span_find(s, needle) != SPAN_NPOS;
}

static inline bool span_case_has(struct span s, struct span needle)
{
	return span_case_find(s, needle) != SPAN_NPOS;
}

/* Without ASCII white space (SP HT CR LF VT FF) at both ends. */
struct span span_trim(struct span s);

/*
 * Takes what stands before the first "sep" off the front of *rest_r and returns it; the separator is dropped. When there
 * is none, the whole rest is returned and *rest_r becomes empty with p == NULL. Loop: while (rest.p != NULL) { ... }.
 */
struct span span_split(struct span *rest_r, char sep);

/* The whole span as a decimal number without sign; false when empty, not a number, or above max. */
bool span_uint(struct span s, uint64_t max, uint64_t *value_r);

#endif
