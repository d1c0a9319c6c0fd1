/* Plugin ReplaceTags: "<A>" in patterns of the rules that replace_rules names stands for what replace_tag gave. */
#ifndef WINNOW_SPAMASSASSIN_REPLACE_H
#define WINNOW_SPAMASSASSIN_REPLACE_H

#include "spamassassin/cf.h"

struct replace;

/* From the directives. Lives in the arena. */
struct replace *replace_new(struct arena *, const struct cf *);
bool replace_wanted(const struct replace *, struct span rule);
/* The pattern with everything replaced; p == NULL: it became too long. flagged: the pattern has flags of its own (nothing stands at its very begin then). */
struct span replace_apply(const struct replace *, struct arena *, struct span pattern, bool flagged);
/* The same, but tags become calls of groups that are defined once, behind the pattern: shorter, for patterns that grow beyond what can be compiled. */
struct span replace_apply_calls(const struct replace *, struct arena *, struct span pattern, bool flagged);

#endif
