/*
 * DNS answers from a table, for tests: what to look up is written beside the test. Lines "NAME TYPE DATA" (data to the end of the line), NAME without trailing dot:
 *   example.com A 192.0.2.1        example.com AAAA 2001:db8::1       example.com MX 10 mail.example.com
 *   example.com TXT v=spf1 -all    1.2.0.192.in-addr.arpa PTR a.b     example.com CNAME other.example (followed by the table, up to 8 times)
 *   example.com NS ns.example      example.com A TIMEOUT | SERVFAIL   (type ANY: for all types)
 *   example.com EXISTS             (the name exists, with no records)
 * "*.example.com" answers for names below that have no entry of their own. Names not in the table do not exist (NXDOMAIN); a name with other types gives NODATA. Answers come in a later turn of the loop, in order of the
 * questions, with the time to live of 300 s. TIMEOUT ends as OP_DEADLINE at once.
 */
#ifndef WINNOW_TESTS_SUPPORT_DNS_TABLE_H
#define WINNOW_TESTS_SUPPORT_DNS_TABLE_H

#include "io/loop.h"
#include "net/dns.h"

struct dns_table;

struct dns_table *dns_table_new(struct loop *);
void dns_table_free(struct dns_table **);
/* Lines are added to what is there; '#' begins a comment at the start of a line. Asserts on what it cannot read. */
void dns_table_add(struct dns_table *, struct span lines);
/* One record; text may hold any byte. */
void dns_table_record(struct dns_table *, struct span name, enum dns_type, struct span data);
void dns_table_clear(struct dns_table *);
struct dns *dns_table_dns(struct dns_table *);
/* Questions asked since the start or the last clear. */
size_t dns_table_asked(const struct dns_table *);

#endif
