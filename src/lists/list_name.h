/* The names that lists are asked for. */
#ifndef WINNOW_LISTS_LIST_NAME_H
#define WINNOW_LISTS_LIST_NAME_H

#include "lists/list_items.h"

/* "1.2.0.192.ZONE", or nibbles of IPv6 (RFC 5782, 2.4). */
struct span list_name_ip(struct arena *, const struct list_def *, const struct ip *);
/* Of an item for one target. Empty: this list has nothing to say about it (IPv6, an address in the place of a name), or the name would be too long. */
struct span list_name_item(struct arena *, const struct list_def *, enum list_target, const struct list_item *);
/* Of a test point: an address, or a name as it stands. */
struct span list_name_test(struct arena *, const struct list_def *, struct span point);

#endif
