/* The look-ups "dns.*" of function rules (docs/rules.md, "Functions that wait"). */
#ifndef WINNOW_RULES_LOOKUP_DNS_H
#define WINNOW_RULES_LOOKUP_DNS_H

#include "rules/function.h"

/* They ask the resolver that the process lends to its scans; where there is none they give nil, "unavailable". */
void lookup_dns_open(struct functions *);

#endif
