/*
 * What one process knows of the lists it asks: whether they work. Each list is tested at the start and every now and then with its documented test points (RFC 5782, 5): one name that is listed, one that
 * is not. A list that is dead, that lists everything, that refuses to answer, or that answers with what is no listing is switched off, tried again later with growing pauses, and never
 * counted. The same by live answers that say so. Every change is told in the log once, by one of the processes of a generation.
 */
#ifndef WINNOW_LISTS_LIST_HEALTH_H
#define WINNOW_LISTS_LIST_HEALTH_H

#include "io/loop.h"
#include "lists/lists.h"
#include "net/dns.h"

enum list_health {
	LIST_UNTESTED, /* the first test is under way */
	LIST_WORKS,
	LIST_DEAD,     /* no answer, or its test point is not listed */
	LIST_WORLD,    /* lists everything */
	LIST_REFUSES,  /* over quota, forbidden resolver, bad key */
	LIST_ASTRAY,   /* answers with addresses that no list gives: its domain went to somebody else, or the resolver lies */
};
const char *list_health_name(enum list_health); /* "works", ... */

struct list_counters {
	uint64_t asked, listed, failed; /* look-ups for messages */
};

struct list_states;

/*
 * Begins with the tests. Loop, dns and lists must outlive it. announce: this process tells changes in the log and watches our own addresses; the others of the generation keep quiet (debug).
 */
struct list_states *list_states_new(struct loop *, struct dns *, const struct lists *, bool announce);
void list_states_free(struct list_states **);

enum list_health list_states_health(const struct list_states *, unsigned number);
/* What is wrong with a list that is off; "" else. */
const char *list_states_why(const struct list_states *, unsigned number);
/* done(ctx, OP_OK, NULL) when the first test has ended. NULL: it has. */
struct op *list_states_wait(struct list_states *, unsigned number, op_done *done, void *ctx);
/* Tests the list now, besides the regular times; the outcome comes in a later turn of the loop. */
void list_states_test(struct list_states *, unsigned number);
/* A live answer showed that the list does not work. */
void list_states_off(struct list_states *, unsigned number, enum list_health, const char *why);
struct list_counters *list_states_counters(struct list_states *, unsigned number);
/* Own addresses that are listed now, over all lists. */
unsigned list_states_own_listed(const struct list_states *);

#endif
