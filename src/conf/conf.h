/*
 * The configuration of one generation: Lua blocks, checked against the settings tables (base/setting.h). Nothing here knows any setting by
 * name: the sets come from those who use them.
 *
 *   server { user = "winnow" }          SET_ONE
 *   group "content" { cap = 12 }        SET_NAMED
 *   profile { tag = 6 }  domain "example.com" { tag = 5 }  address "a@example.com" { tag = 4 }     SET_LAYERED
 *   include("conf.d/" .. "*.lua")       relative to the file that includes; sorted; at most 16 levels; no match is no error for a pattern
 *
 * Domain and address take also a list of names. Later values win key by key, a table of NAME = points (SET_SCORES) name by name, within a layer and
 * between layers. A key in domain or address belongs to the first SET_LAYERED set that has it. Numbers may be quoted; scores are rounded to thousandths.
 * Lists of scores are sorted by name (span_cmp). Strings have no control characters and are UTF-8. The sets' check runs on the merged values of every layer.
 *
 * Errors name file, line, key and the nearest known key: "winnow.lua:12: unknown key 'rejct' in profile (did you mean 'reject'?)". The line is the
 * key's own where the table is written in the call, else the call's. The first error in the file is told, also when a pcall swallowed it. Lua's own
 * messages show of long paths the end only, and the line of a block that a function returns (a tail call) is the caller's.
 *
 * Limits: 64 MiB of Lua memory, 50 million instructions, 16 MiB a file, 64 MiB and 4,096 files in all (each include counts); names of blocks 512
 * bytes; addresses longer than 512 bytes find no extension. Scripts see what vm/vm.h lists, but coroutines; globals cannot be assigned.
 */
#ifndef WINNOW_CONF_CONF_H
#define WINNOW_CONF_CONF_H

#include "base/buf.h"
#include "base/setting.h"

struct conf;

/* sets: ended by NULL; must outlive the conf. path NULL: defaults only. On error NULL. */
struct conf *conf_load(const char *path, const struct setting_set *const *sets, struct err *err_r) MUST_USE;
/* The same from text, for tests and embedded defaults; name stands in errors; include is an error. */
struct conf *conf_load_text(struct span text, const char *name, const struct setting_set *const *sets, struct err *err_r) MUST_USE;
void conf_free(struct conf **);

/* The values of a SET_ONE set, or the default layer of a SET_LAYERED set; never NULL for a set that was passed in. */
const void *conf_get(const struct conf *, const struct setting_set *);
/* A SET_NAMED block by name (NULL: not given). conf_each calls fn for every block given, in order of first appearance; of a SET_LAYERED set for every
 * merged struct that conf_get_for can return, the default one included (name: "", the domain, or the address). */
const void *conf_get_named(const struct conf *, const struct setting_set *, struct span name);
void conf_each(const struct conf *, const struct setting_set *, void (*fn)(void *ctx, struct span name, const void *values), void *ctx);
/* The merged values of a SET_LAYERED set for a mail address (domain and whole address compared without ASCII case; "user+ext@domain" also finds
 * "user@domain" when delimiter (one byte, 0: none) is '+'). Merged when loading: a look-up allocates nothing. Equal layers give equal pointers. */
const void *conf_get_for(const struct conf *, const struct setting_set *, struct span address, char delimiter);

/* Where a key was written last, as "FILE:LINE" (cut to size), for errors that only the user of a value can find. block: the name of a SET_NAMED block, or
 * of a domain or address as conf_each gives it; what it does not say itself, the layer below says. Without such a key (or with an empty one): where the
 * block stands; "" when all is built in. Returns buf. */
const char *conf_where(const struct conf *, const struct setting_set *, struct span key, struct span block, char *buf, size_t size);

/* Everything as configuration text that can be loaded again; comments tell where a value that is no default comes from. */
void conf_dump(const struct conf *, struct buf *out);
/* What one key is and which layers spoke: "profile.tag", with the address for layered sets (may be empty). False: no such key (nearest is told). */
bool conf_explain(const struct conf *, struct span key, struct span address, struct buf *out, struct err *err_r) MUST_USE;
/* The reference of all settings as Markdown, from the rows alone. */
void conf_reference(const struct setting_set *const *sets, struct buf *out);

#endif
