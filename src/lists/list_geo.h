/* Country and network number (ASN) of an address, from MaxMind files (libmaxminddb): mapped once, before the sandbox, and shared by all processes forked later. */
#ifndef WINNOW_LISTS_LIST_GEO_H
#define WINNOW_LISTS_LIST_GEO_H

#include "base/arena.h"
#include "base/err.h"
#include "base/ip.h"

struct list_geo;

/* Paths; empty: not configured. Closed with the arena. NULL on error. */
struct list_geo *list_geo_open(struct arena *, struct span country, struct span asn, struct err *err_r) MUST_USE;
/* ISO 3166 code ("DE"), two letters; empty: unknown. Points into the mapped file. */
struct span list_geo_country(const struct list_geo *, const struct ip *);
/* 0: unknown. */
uint32_t list_geo_asn(const struct list_geo *, const struct ip *);

#endif
