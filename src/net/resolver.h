/*
 * The resolver of one process: asks recursive name servers through c-ares and remembers what they said. All questions of the process share one cache; equal questions that are under way
 * are sent once. Answers from the cache cost no system call and come in the next turn of the loop.
 *
 * Limits: entries and bytes of the cache, questions under way, and those that wait for their turn (ten times as many; what comes beyond fails). Names, records and chains as dns_wire.h says.
 * Context: one per process, made after the fork and before the sandbox is locked (c-ares reads /dev/urandom once); nothing is opened later but sockets.
 */
#ifndef WINNOW_NET_RESOLVER_H
#define WINNOW_NET_RESOLVER_H

#include "base/err.h"
#include "base/setting.h"
#include "io/loop.h"
#include "net/dns.h"

#define DNS_SERVERS_MAX 8

struct dns_settings {
	struct span_list servers;   /* empty: those of /etc/resolv.conf */
	int64_t timeout_us;         /* of a question, all tries together */
	int64_t retry_us;           /* before the second try; doubles with each further one */
	int64_t tries;              /* at most, all servers together */
	int64_t in_flight;          /* questions */
	int64_t cache_entries, cache_size;
	int64_t min_ttl_us, max_ttl_us, negative_ttl_us; /* caps of what is kept, and how long */
	int64_t failure_ttl_us;     /* how long a failure is remembered first; doubles up to 5 minutes (RFC 2308, 7.1) */
	int64_t stale_us;           /* how long expired answers are of use while no server answers (RFC 8767); 0: not */
	bool self_test;
};
extern const struct setting_set dns_setting_set;

struct dns_server {
	struct ip ip;
	uint16_t port;
};

struct dns_servers {
	struct dns_server v[DNS_SERVERS_MAX];
	size_t n;
};

/* "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353", "inet:192.0.2.1:53", "inet6:[2001:db8::1]:53". No names: who would resolve them? */
bool dns_server_parse(struct span, struct dns_server *server_r);
/* The servers of the settings, or else of the file (path NULL: /etc/resolv.conf), or else 127.0.0.1 (resolv.conf(5)). Reads a file: to be called before the sandbox is locked. */
void dns_servers_find(const struct dns_settings *, const char *path, struct dns_servers *servers_r);

struct resolver_options {
	const struct dns_settings *set;
	struct dns_servers servers;
	int64_t (*now_us)(void); /* NULL: clock_mono_us; the time that the cache goes by, for tests */
	bool quiet;              /* does not log what it finds out about its servers: another process does */
};

struct resolver;

struct resolver *resolver_new(struct loop *, const struct resolver_options *);
/* Every operation must have ended or been cancelled. */
void resolver_free(struct resolver **);
struct dns *resolver_dns(struct resolver *);

/*
 * Asks for a name under .com that does not exist, once. Does not answer: a warning in the log. Answers with an address (what providers do to show advertisements): a warning, and dns->lies
 * is set. Then for com. itself: where that does not exist, nothing public does: a warning. Returns at once.
 */
void resolver_self_test(struct resolver *);

struct resolver_counters {
	uint64_t asked;      /* questions of callers; each is one of the next five */
	uint64_t cached;     /* answered from the cache, failures included */
	uint64_t coalesced;  /* joined one that was under way */
	uint64_t started;    /* led to packets, now or when their turn came */
	uint64_t refused;    /* too many wait, or no server is up */
	uint64_t impossible; /* no such name can exist */
	uint64_t stale;      /* answered from expired entries */
	uint64_t found, negative, failed, timeouts; /* ends of those that were started */
	uint64_t malformed;  /* answers that could not be read */
	uint64_t evicted;
	size_t entries, bytes, in_flight, waiting; /* now */
};

struct dns_server_counters {
	char server[64];
	bool up;
	uint64_t sent;      /* packets, health probes included */
	uint64_t answered;
	uint64_t servfail;  /* SERVFAIL, REFUSED and the like */
	uint64_t overdue;   /* not answered before the next try */
	uint64_t errors;    /* connection refused, no route */
	uint64_t tcp;       /* connections */
	uint64_t downs;     /* how often it was found dead */
};

void resolver_counters(const struct resolver *, struct resolver_counters *counters_r);
/* False: there is no such server. */
bool resolver_server_counters(const struct resolver *, size_t server, struct dns_server_counters *counters_r);

#endif
