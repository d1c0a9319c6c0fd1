/* Which kind of rule (header, body, full) an eval function is for: SpamAssassin passes over rules of another kind. */
#ifndef WINNOW_SPAMASSASSIN_EVAL_KIND_H
#define WINNOW_SPAMASSASSIN_EVAL_KIND_H

#include "spamassassin/cf.h"

/* False: rules of this kind must not call it; expected_r is the kind that may. */
bool eval_kind_fits(struct span function, enum cf_kind, enum cf_kind *expected_r);

#endif
