/*
 * Addresses of RFC 5322, 3.4 with its obsolete forms, read leniently, in linear time, and without recursion. What was wrong is
 * told by the return value; whatever could be read is returned nevertheless.
 */
#ifndef WINNOW_MAIL_ADDRESS_H
#define WINNOW_MAIL_ADDRESS_H

#include "base/arena.h"

struct address {
	struct span name;   /* display name, decoded to UTF-8, unquoted, white space folded; may be empty */
	struct span spec;   /* local@domain as written, without comments and angle brackets */
	struct span local;  /* unquoted */
	struct span domain; /* as written (not lower-cased); empty when there is no @ */
};

struct address_list {
	const struct address *v;
	size_t n;
	bool malformed; /* RFC 5322 does not allow it */
	bool cut;       /* more than the limit: the rest was not read */
	bool group;     /* group syntax was used, as "undisclosed-recipients:;" */
};

#define ADDRESS_LIMIT 1000 /* addresses read from one field */

/*
 * Reads the unfolded raw value of an address field. Results live in the arena or point into value. Several addresses in one element (without
 * comma, or several angle brackets) are all returned, the display name with the first. With several "@" the last one splits. A lone word without
 * "@" is a local part; several are a name with an empty spec. A missing display name is taken from a comment. Field without any address: malformed.
 */
void address_list_parse(struct arena *, struct span value, struct address_list *list_r);

/* One address of an envelope or a configuration: "<a@b>", "a@b", "@relay:a@b", "postmaster"; no display name. False: it is none, or the null path
 * "<>"; *address_r is empty then. All points into path: quoted pairs (backslashes) of a quoted local part stay as written. */
bool address_parse_path(struct span path, struct address *address_r);

#endif
