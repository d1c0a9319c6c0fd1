/* antivirus.names: signatures that have symbols and actions of their own. */
#ifndef WINNOW_CHECKS_VIRUS_NAMES_H
#define WINNOW_CHECKS_VIRUS_NAMES_H

#include "scan/check.h"

struct virus_name {
	struct span pattern; /* * and ? */
	struct symbol symbol;
};

struct virus_names {
	struct virus_name *v;
	size_t n;
};

/* "PATTERN = SYMBOL [ACTION] [SCORE]". */
bool virus_names_parse(struct arena *, const struct span_list *rows, struct virus_names *names_r, struct err *err_r) MUST_USE;
/* The first row that matches the name of a signature, or NULL. */
const struct virus_name *virus_name_find(const struct virus_names *, struct span name);
/* Whether a pattern with * and ? matches all of the text. */
bool virus_name_matches(struct span pattern, struct span text);

/* The check that owns these symbols, *check_r NULL when there are none. In the arena, which the engine must not outlive. */
bool virus_names_check(struct arena *, const struct span_list *rows, const struct check **check_r, struct err *err_r) MUST_USE;

#endif
