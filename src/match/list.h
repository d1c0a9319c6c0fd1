/*
 * Lists of values as administrators keep them: exact words, domains with all below (".example.com"), addresses of a domain ("@example.com"), networks, and
 * patterns between slashes; in rules as literals and in files, one a line, '#' begins a comment (at the line's begin or after white space).
 *
 * Immutable once built; lives in its arena. A look-up is a few hashes, plus the patterns one by one.
 */
#ifndef WINNOW_MATCH_LIST_H
#define WINNOW_MATCH_LIST_H

#include "base/ip.h"
#include "match/regex.h"
#include "base/arena.h"

#define LIST_ENTRIES_MAX 5000000
#define LIST_LINE_MAX 65536

struct list;

struct list *list_new(struct arena *);
/* Adds one entry as written. False: a broken pattern or network, an empty entry. */
bool list_add(struct list *, struct span entry, struct err *err_r) MUST_USE;
/* Adds every line of a file's text; errors begin with "NAME:LINE: ". */
bool list_add_text(struct list *, struct span text, const char *name, struct err *err_r) MUST_USE;
size_t list_count(const struct list *);

/* Whether a value is equal to an entry (ASCII case does not matter), lies below a ".domain" or in an "@domain", or matches a pattern. An address also matches its ".domain".
 * entry_r (may be NULL): the entry, as written. */
bool list_has(const struct list *, struct regex_memory *, struct span value, struct span *entry_r);
/* Whether an address lies in one of the networks. */
bool list_has_ip(const struct list *, const struct ip *, struct span *entry_r);

#endif
