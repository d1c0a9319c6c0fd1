/* The resolver's own structures: resolver.c has the callers' side (waiters, cache, delivery), question.c what is under way, self_test.c the test at start. */
#ifndef WINNOW_NET_RESOLVER_PRIVATE_H
#define WINNOW_NET_RESOLVER_PRIVATE_H

#include "net/dns_cache.h"
#include "net/dns_wire.h"
#include "net/resolver.h"
#include "net/upstream.h"

#define QUESTION_SLOTS 4096
#define TRIES_MAX 8

struct waiter {
	struct op op; /* first */
	struct resolver *resolver;
	struct waiter_list *list; /* that it is in */
	struct waiter *prev, *next;
	struct dns_entry *entry;  /* when ready: the answer; NULL with OP_OK: there can be no such name */
	enum op_status status;
	op_done *done;
	void *ctx;
	struct timer timer;       /* its own deadline */
	bool timed;
};

struct waiter_list {
	struct waiter *first, *last;
};

/* One that is under way, or waits for its turn. */
struct question {
	struct question *same_slot;
	struct question *before, *behind; /* of those that wait */
	struct resolver *resolver;
	struct dns_key key;              /* of its own "name" */
	struct waiter_list waiters;
	bool waits, active;              /* for its turn; under way */
	bool failed;                     /* a server has said that it does not know */
	struct timer timer;
	int64_t started_us, deadline_us; /* clock_mono_us */
	unsigned tries, follows;
	uint32_t tried, excluded;        /* servers, bit masks; tried: in this round */
	uint32_t asked;                  /* in any round */
	struct attempt *attempts[TRIES_MAX];
	uint32_t chain_ttl;              /* of CNAMEs followed by ourselves */
	size_t packet_len, ask_len;
	uint8_t packet[DNS_QUESTION_MAX];
	char name[DNS_NAME_MAX];
	char ask[DNS_NAME_MAX];          /* what is asked for: name, or where its CNAMEs lead */
};

struct resolver {
	struct dns dns; /* first */
	struct loop *loop;
	const struct dns_settings *set;
	int64_t (*now_us)(void); /* the cache's clock */
	bool quiet;
	struct dns_cache *cache;
	struct upstream *upstream;
	struct dns_reading *reading;
	struct waiter_list ready;
	struct timer ready_timer, down_timer;
	unsigned in_event;       /* what becomes ready is delivered at its end */
	struct question *slots[QUESTION_SLOTS];
	struct question *waiting, *last_waiting;
	size_t active, nwaiting;
	struct op *self_test;
	struct resolver_counters count;
};

/* resolver.c */
void waiter_ready(struct waiter *, struct dns_entry *, enum op_status);
/* Every callback of the loop begins and ends with these; the end delivers. */
void resolver_event_begin(struct resolver *);
void resolver_event_end(struct resolver *);
/* The entry's answer although it has expired, when that is of use. */
bool resolver_is_stale(const struct resolver *, const struct dns_entry *);

/* question.c */
/* Joins the question if it is under way, or begins it. False: too many are under way, nothing has been done. */
bool question_ask(struct resolver *, const struct dns_key *, struct waiter *);
void question_done(void *question, struct attempt *, enum upstream_end, struct span packet);
/* No server is up: all end. */
void questions_fail(struct resolver *);
void questions_free(struct resolver *);
void waiter_list_add(struct waiter_list *, struct waiter *);
void waiter_list_remove(struct waiter *);

#endif
