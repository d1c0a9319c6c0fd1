/* Lists of addresses with '*' and '?', as welcomelist_from and its kin hold them (Conf/Parser.pm, add_to_addrlist). */
#ifndef WINNOW_SPAMASSASSIN_ADDRLIST_H
#define WINNOW_SPAMASSASSIN_ADDRLIST_H

#include "base/map.h"
#include "spamassassin/cf.h"

struct sa_addrlist {
	struct map exact;    /* entries without '*' and '?', in lower case */
	struct span *globs;
	size_t nglobs, cap_globs;
	size_t n;            /* entries in all */
};

void sa_addrlist_init(struct sa_addrlist *, struct arena *);
/* Adds or takes out every word of a line. */
void sa_addrlist_add(struct arena *, struct sa_addrlist *, struct span words);
/* Adds one entry as it is, white space included; in lower case. */
void sa_addrlist_add_text(struct arena *, struct sa_addrlist *, struct span entry);
void sa_addrlist_remove(struct arena *, struct sa_addrlist *, struct span words);
/* Whether an address, in lower case, is or matches an entry. */
bool sa_addrlist_has(const struct sa_addrlist *, struct span address);
/* The same for one pattern: '*' is any string, '?' any character; both without line ends. */
bool sa_glob_matches(struct span glob, struct span text);
/* All directives of a keyword, and those that take entries out again (may be NULL), in the order of the files. */
void sa_addrlist_read(struct arena *, const struct cf *, const char *keyword, const char *remove, struct sa_addrlist *);
/* Takes the next word off the front; false when there is none. */
bool sa_next_word(struct span *rest_r, struct span *word_r);
/* "(NAME) word word": false when it is not of that form. */
bool sa_named_list(struct span args, struct span *name_r, struct span *words_r);

#endif
