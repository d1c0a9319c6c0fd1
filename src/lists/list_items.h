/*
 * What of a message may be looked up, gathered once per scan and target for all lists: without duplicates, sanitised (host names of letters, digits, '-' and '_' alone), without
 * what can be nobody's listing (private addresses, names without a dot).
 */
#ifndef WINNOW_LISTS_LIST_ITEMS_H
#define WINNOW_LISTS_LIST_ITEMS_H

#include "lists/list_def.h"
#include "scan/check.h"

struct list_item {
	struct span value;  /* name in lower case, address as text, or bytes to be hashed; also the evidence, but of attachments */
	struct span domain; /* of names: the registered domain; of others empty */
	struct span label;  /* of attachments: the file's name */
	struct ip ip;       /* of addresses */
	bool seen;          /* of links: in a place where a reader sees it */
};

#define LIST_ITEMS_MAX 1000 /* of one message and target */

struct list_items {
	struct list_item *v;
	size_t n;
};

const struct list_items *list_items_of(struct task *, enum list_target);
/*
 * At most max of them, evenly spread over the message: first among those that a reader sees, so that neither thousands of decoys nor their order decide what is looked up. index: 0 up to
 * what list_items_chosen() gives.
 */
size_t list_items_chosen(const struct list_items *, size_t max);
const struct list_item *list_item_choose(const struct list_items *, size_t max, size_t index);

#endif
