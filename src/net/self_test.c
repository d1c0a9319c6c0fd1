/* Questions at start whose answers are known: a name that does not exist, then one that does. */
#include <stdio.h>

#include "base/hash.h"
#include "io/log.h"
#include "net/resolver_private.h"

/* 60 random bits: nobody has registered that. */
static size_t random_name(char text[static 64])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[12];
	char label[sizeof(bytes) + 1];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		label[i] = letters[bytes[i] & 31];
	label[sizeof(bytes)] = '\0';
	return (size_t)snprintf(text, 64, "winnow-%s.com", label);
}

/* A server for a closed network may know its own names alone; that is no fault, but whoever did not want it must be told. */
static void known_tested(void *ctx, enum op_status status, const void *result)
{
	struct resolver *r = ctx;
	const struct dns_answer *a = result;

	r->self_test = NULL;
	if (status == OP_OK && a->result != DNS_FOUND && !r->quiet)
		log_warn("the name servers say that com. does not exist: they know no public names, and every sender will look as if he had none (dns.servers)");
}

static void tested(void *ctx, enum op_status status, const void *result)
{
	struct resolver *r = ctx;
	const struct dns_answer *a = result;
	char ip[IP_TEXT_MAX];

	r->self_test = NULL;
	if (status != OP_OK) {
		if (!r->quiet)
			log_warn("no name server gives answers (dns.servers): checks of senders and lists will be unavailable");
		return;
	}
	r->dns.lies = a->result == DNS_FOUND;
	if (r->dns.lies && !r->quiet)
		log_warn("the name servers invent addresses (%s) for names that do not exist: checks that rely on such names are misled; better run a resolver of your own",
		         ip_text(&a->v[0].ip, ip));
	r->self_test = dns_query(&r->dns, SPAN_LIT("com"), DNS_NS, 0, known_tested, r);
}

void resolver_self_test(struct resolver *r)
{
	char name[64];
	size_t len = random_name(name);

	if (r->self_test == NULL)
		r->self_test = dns_query(&r->dns, span_make(name, len), DNS_A, 0, tested, r);
}
