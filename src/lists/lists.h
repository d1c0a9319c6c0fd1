/*
 * Block and allow lists of one generation: which ones are in use, and the checks made of them: one check "list NAME" each. None that lies outside (in DNS) is asked before the administrator
 * names it in lists.enable. What a process learns of them while it runs (health) is in list_health.h.
 */
#ifndef WINNOW_LISTS_LISTS_H
#define WINNOW_LISTS_LISTS_H

#include "lists/list_def.h"
#include "scan/check.h"

/* Block "lists": rows in lists_settings.c. */
struct lists_settings {
	struct span_list enable, files, keys, disabled, exempt, exempt_recipients, watch;
	int64_t timeout_us, test_every_us;
	struct span country, asn;
};
extern const struct setting_set lists_setting_set;

struct list_geo;

struct lists {
	struct arena *arena;
	const struct lists_settings *set;
	struct list_def **v;             /* in use, by number */
	size_t n;
	struct list_def *const *all;     /* every one that is defined */
	size_t nall;
	struct list *exempt, *recipients;
	struct regex_memory *memory;     /* for both, and for lists in files */
	struct list_geo *geo;            /* NULL: none is configured */
	const struct check **checks;     /* NULL-terminated */
	const char **watched;            /* files whose change asks for a reload; NULL-terminated */
	size_t nwatched, cap_watched;
};

/* Lives in the arena; the settings must outlive it. NULL on error. Reads files: before the sandbox. */
struct lists *lists_load(struct arena *, const struct lists_settings *, struct err *err_r) MUST_USE;
/* The same with one text of definitions in the place of settings.files and without shipped ones, for tests. */
struct lists *lists_load_text(struct arena *, const struct lists_settings *, const char *name, struct span text, struct err *err_r) MUST_USE;
const struct check *const *lists_checks(const struct lists *);
const char *const *lists_watched(const struct lists *);

/* list_check.c: what a list's check is made with. */
struct list_use {
	const struct lists *lists;
	const struct list_def *def;
};
void list_check_make(struct arena *, const struct list_use *, struct check *check_r);

#endif
