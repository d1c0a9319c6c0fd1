/* What the files plugin_wlbleval*.c share. Private to them. */
#ifndef WINNOW_SPAMASSASSIN_PLUGIN_WLBLEVAL_H
#define WINNOW_SPAMASSASSIN_PLUGIN_WLBLEVAL_H

#include "spamassassin/addrlist.h"
#include "spamassassin/plugin.h"

/* An address, with '*' and '?', and the host or network of the relay that it must come from. */
struct wlbl_received {
	struct span address;
	struct span relay; /* in lower case: a host name, or "[ADDRESS]" with "/BITS" behind or in it */
};

struct wlbl_received_list {
	struct wlbl_received *v;
	size_t n, cap;
};

struct wlbl_named {
	struct span name;
	struct sa_addrlist *list; /* of addresses; or */
	struct map *hosts;        /* of URIs: host -> WLBL_LISTED, WLBL_EXEMPT, WLBL_GONE */
};
#define WLBL_LISTED ((void *)1)
#define WLBL_EXEMPT ((void *)2)
#define WLBL_GONE ((void *)3)

struct wlbl_names {
	struct wlbl_named *v;
	size_t n, cap;
};

struct wlbl_state {
	struct wlbl_names lists; /* the lists of the directives themselves, and those of enlist_addrlist */
	struct wlbl_received_list from_received, default_received;
	struct wlbl_names hosts;
};

const struct sa_addrlist *wlbl_list(const struct wlbl_state *, struct span name);
bool wlbl_any_of(const struct sa_values *, struct arena *, const struct sa_addrlist *);

/* plugin_wlbleval_received.c: 1: listed, and from the relay that it must come from; -1: listed, but from elsewhere; 0: not listed. */
int wlbl_received_judge(struct sa_call *, const struct wlbl_received_list *, struct span address);
sa_eval_fn wlbl_mailfrom_matches_received;
void wlbl_received_read(struct arena *, struct cf *, struct wlbl_state *);

/* plugin_wlbleval_uri.c */
void wlbl_hosts_read(struct arena *, const struct cf *, struct wlbl_state *);
sa_eval_fn wlbl_uri_host_listed, wlbl_uri_host_in_block, wlbl_uri_host_in_welcome;

#endif
