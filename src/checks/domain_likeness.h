/* Whether one registered domain can be taken for another: look-alike letters, one letter more, less, other or swapped. Pure; linear. */
#ifndef WINNOW_CHECKS_DOMAIN_LIKENESS_H
#define WINNOW_CHECKS_DOMAIN_LIKENESS_H

#include "base/span.h"

enum domain_likeness {
	DOMAIN_UNLIKE,      /* or equal */
	DOMAIN_LIKE_SUFFIX, /* the same name under a suffix that differs by a letter: example.com and example.co */
	DOMAIN_LIKE_EDIT,   /* names of at least seven letters that differ by one: examples.com, exmaple.com; not just by a digit */
	DOMAIN_LIKE_LOOKS,  /* names that look the same: examp1e.com, exarnple.com, xn--exmple-cua.com */
};

/* Both in lower-case A-labels: a name and its public suffix. */
enum domain_likeness domain_likeness(struct span domain, struct span other);

#endif
