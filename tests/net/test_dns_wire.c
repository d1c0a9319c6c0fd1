/* DNS messages: what is asked, and what is taken of an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "packet.h"

static struct packet p;
static struct dns_reading r;

static enum dns_verdict read_as(const char *name, enum dns_type type)
{
	return dns_answer_read(packet_span(&p), span_of(name), type, &r);
}

static void assert_span(struct span s, const char *want)
{
	assert_int_equal(s.len, strlen(want));
	assert_memory_equal(s.p, want, s.len);
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *want; /* NULL: impossible */
	} rows[] = {
		{ "Example.COM", "example.com" }, { "example.com.", "example.com" }, { "_dmarc.Example", "_dmarc.example" }, { "a", "a" },
		{ "", NULL }, { ".", NULL }, { "..", NULL }, { "a..b", NULL }, { ".a", NULL }, { "a.b..", NULL },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", NULL },
	};
	char name[DNS_NAME_MAX], longest[256];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = dns_name_read(span_of(rows[i].name), name, &len);

		assert_int_equal(ok, rows[i].want != NULL);
		if (ok)
			assert_span(span_make(name, len), rows[i].want);
	}
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 2 == 0 ? 'a' : '.';
	assert_true(dns_name_read(span_make(longest, 253), name, &len));
	assert_true(dns_name_read(span_make(longest, 254), name, &len)); /* with the trailing dot */
	assert_false(dns_name_read(span_make(longest, 255), name, &len));
}

static void test_question(void **state)
{
	static const uint8_t want[] = {
		0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 'a', 2, 'b', 'c', 0, 0, 16, 0, 1, /* */
		0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0,
	};
	uint8_t out[DNS_QUESTION_MAX];

	(void)state;
	assert_int_equal(dns_question_write(out, 0x1234, SPAN_LIT("a.bc"), DNS_TXT), sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
	assert_int_equal(dns_question_write(out, 1, SPAN_NONE, DNS_NS), 12 + 1 + 4 + 11);
}

static void test_addresses(void **state)
{
	char ip[IP_TEXT_MAX];

	(void)state;
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 4, 0);
	packet_a(&p, "a.test", 300, "192.0.2.1");
	packet_a(&p, "A.TEST", 60, "192.0.2.2");
	packet_a(&p, "other.test", 1, "192.0.2.3");
	packet_rr(&p, "a.test", DNS_A, 1, "abc", 3);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.result, DNS_FOUND);
	assert_int_equal(r.answer.n, 2);
	assert_int_equal(r.answer.ttl, 60);
	assert_string_equal(ip_text(&r.answer.v[0].ip, ip), "192.0.2.1");
	assert_string_equal(ip_text(&r.answer.v[1].ip, ip), "192.0.2.2");
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_AAAA, 1, 0);
	packet_rr(&p, "a.test", DNS_AAAA, 300, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_int_equal(read_as("a.test", DNS_AAAA), DNS_READ_ANSWER);
	assert_string_equal(ip_text(&r.answer.v[0].ip, ip), "2001:db8::1");
}

static void test_texts(void **state)
{
	uint8_t data[600];

	(void)state;
	memset(data, 'x', sizeof(data));
	data[0] = 255;
	data[256] = 10;
	packet_begin(&p, 1, RESPONSE, "t.test", DNS_TXT, 4, 0);
	packet_rr(&p, "t.test", DNS_TXT, 300, data, 267);
	packet_rr(&p, "t.test", DNS_TXT, 300, "\3a\0b\1c", 6);
	packet_rr(&p, "t.test", DNS_TXT, 300, "\5ab", 3); /* too short: not taken */
	packet_rr(&p, "t.test", DNS_TXT, 300, "\0", 1);
	assert_int_equal(read_as("t.test", DNS_TXT), DNS_READ_ANSWER);
	assert_int_equal(r.answer.n, 3);
	assert_int_equal(r.answer.v[0].text.len, 265);
	assert_int_equal(r.answer.v[1].text.len, 4);
	assert_memory_equal(r.answer.v[1].text.p, "a\0bc", 4);
	assert_int_equal(r.answer.v[2].text.len, 0);
}

static void test_mx(void **state)
{
	(void)state;
	packet_begin(&p, 1, RESPONSE, "m.test", DNS_MX, 5, 0);
	packet_rr_name(&p, "m.test", DNS_MX, 300, 20, "B.test");
	packet_rr_name(&p, "m.test", DNS_MX, 300, 10, "a.test");
	packet_rr_name(&p, "m.test", DNS_MX, 300, 20, "c.test");
	packet_rr_name(&p, "m.test", DNS_MX, 300, 0, "");
	packet_rr(&p, "m.test", DNS_MX, 300, "\0", 1);
	assert_int_equal(read_as("m.test", DNS_MX), DNS_READ_ANSWER);
	assert_int_equal(r.answer.n, 4);
	assert_int_equal(r.answer.v[0].preference, 0);
	assert_int_equal(r.answer.v[0].name.len, 0);
	assert_span(r.answer.v[1].name, "a.test");
	assert_span(r.answer.v[2].name, "b.test");
	assert_span(r.answer.v[3].name, "c.test");
}

static void test_ptr(void **state)
{
	(void)state;
	packet_begin(&p, 1, RESPONSE, "1.2.0.192.in-addr.arpa", DNS_PTR, 4, 0);
	packet_rr_name(&p, "1.2.0.192.in-addr.arpa", DNS_PTR, 300, -1, "one.test");
	packet_rr_name(&p, "1.2.0.192.in-addr.arpa", DNS_PTR, 300, -1, "two.test");
	packet_rr(&p, "1.2.0.192.in-addr.arpa", DNS_PTR, 300, "\10a.b evil\0", 10); /* a dot and a blank within a label */
	packet_rr(&p, "1.2.0.192.in-addr.arpa", DNS_PTR, 300, "\1a\0x", 4);          /* more than a name */
	assert_int_equal(read_as("1.2.0.192.in-addr.arpa", DNS_PTR), DNS_READ_ANSWER);
	assert_int_equal(r.answer.n, 2);
	assert_span(r.answer.v[1].name, "two.test");
}

static void test_chain(void **state)
{
	(void)state;
	/* In no order, with records that belong to others. */
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 5, 0);
	packet_a(&p, "c.test", 300, "192.0.2.1");
	packet_rr_name(&p, "b.test", DNS_CNAME, 20, -1, "C.test");
	packet_a(&p, "a.test", 300, "192.0.2.66");
	packet_a(&p, "b.test", 300, "192.0.2.67");
	packet_rr_name(&p, "a.test", DNS_CNAME, 300, -1, "b.test");
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.n, 1);
	assert_int_equal(r.answer.v[0].ip.b[15], 1);
	assert_int_equal(r.answer.ttl, 20);
	/* Asked for itself. */
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_CNAME, 1, 0);
	packet_rr_name(&p, "a.test", DNS_CNAME, 300, -1, "b.test");
	assert_int_equal(read_as("a.test", DNS_CNAME), DNS_READ_ANSWER);
	assert_span(r.answer.v[0].name, "b.test");
	/* The end is not told. */
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 1, 0);
	packet_rr_name(&p, "a.test", DNS_CNAME, 77, -1, "b.test");
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_FOLLOW);
	assert_span(r.follow, "b.test");
	assert_int_equal(r.answer.ttl, 77);
	/* A loop. */
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 2, 1);
	packet_rr_name(&p, "a.test", DNS_CNAME, 300, -1, "b.test");
	packet_rr_name(&p, "b.test", DNS_CNAME, 300, -1, "a.test");
	packet_soa(&p, "test", 300, 300);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.result, DNS_NODATA);
}

static void test_negative(void **state)
{
	(void)state;
	packet_begin(&p, 1, RESPONSE | 3, "a.test", DNS_A, 0, 1);
	packet_soa(&p, "test", 900, 60);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.result, DNS_NXDOMAIN);
	assert_int_equal(r.answer.ttl, 60);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 0, 1);
	packet_soa(&p, "test", 30, 3600);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.result, DNS_NODATA);
	assert_int_equal(r.answer.ttl, 30);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 0, 0);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.ttl, 0);
	/* The end of a chain does not exist. */
	packet_begin(&p, 1, RESPONSE | 3, "a.test", DNS_A, 1, 1);
	packet_rr_name(&p, "a.test", DNS_CNAME, 10, -1, "b.test");
	packet_soa(&p, "test", 900, 60);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.result, DNS_NXDOMAIN);
	assert_int_equal(r.answer.ttl, 10);
}

static void test_failures(void **state)
{
	(void)state;
	packet_begin(&p, 1, RESPONSE | 2, "a.test", DNS_A, 0, 0);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_FAILURE);
	packet_begin(&p, 1, RESPONSE | 5, "a.test", DNS_A, 0, 0);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_FAILURE);
	packet_begin(&p, 1, 0x0100, "a.test", DNS_A, 0, 0); /* a question */
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
	packet_begin(&p, 1, RESPONSE, "b.test", DNS_A, 0, 0);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_TXT, 0, 0);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 3, 0);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
}

static void add_compressed(const void *owner, size_t len)
{
	packet_bytes(&p, owner, len);
	packet_16(&p, DNS_A);
	packet_16(&p, 1);
	packet_32(&p, 300);
	packet_16(&p, 4);
	packet_bytes(&p, "\300\0\2\1", 4);
}

static void test_compression(void **state)
{
	uint8_t itself[2];
	uint16_t at;

	(void)state;
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 2, 0);
	add_compressed("\300\14", 2);
	add_compressed("\1A\300\16", 4); /* "A" and "test" of the question */
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.n, 2);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 1, 0);
	at = (uint16_t)(0xc000 | p.len);
	itself[0] = (uint8_t)(at >> 8);
	itself[1] = (uint8_t)at;
	add_compressed(itself, 2);
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 1, 0);
	add_compressed("\1b\300\377", 4); /* forwards */
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 1, 0);
	add_compressed("\100x", 2); /* a reserved kind of label */
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
}

/* Every beginning of a message is malformed, and read without harm: each from memory that ends with it. */
static void test_short(void **state)
{
	size_t end;

	(void)state;
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_MX, 3, 1);
	packet_rr_name(&p, "a.test", DNS_CNAME, 10, -1, "b.test");
	packet_rr_name(&p, "b.test", DNS_MX, 10, 5, "c.test");
	packet_rr(&p, "b.test", DNS_TXT, 10, "\1a", 2);
	end = p.len; /* of the answer section: the authority is of no interest then */
	packet_soa(&p, "test", 900, 60);
	assert_int_equal(read_as("a.test", DNS_MX), DNS_READ_ANSWER);
	for (size_t n = 0; n < p.len; n++) {
		char *cut = malloc(n + 1);
		enum dns_verdict verdict;

		memcpy(cut, p.b, n);
		verdict = dns_answer_read(span_make(cut, n), SPAN_LIT("a.test"), DNS_MX, &r);
		free(cut);
		assert_int_equal(verdict, n < end ? DNS_READ_MALFORMED : DNS_READ_ANSWER);
	}
}

static void test_limits(void **state)
{
	(void)state;
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, DNS_ANSWERS_MAX, 0);
	for (unsigned i = 0; i < DNS_ANSWERS_MAX; i++)
		packet_a(&p, "a.test", 300, "192.0.2.1");
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.n, DNS_RECORDS_MAX);
	p.b[7]++;
	packet_a(&p, "a.test", 300, "192.0.2.1");
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_MALFORMED);
	/* A time to live above 2^31 is 0. */
	packet_begin(&p, 1, RESPONSE, "a.test", DNS_A, 1, 0);
	packet_a(&p, "a.test", 0x80000001, "192.0.2.1");
	assert_int_equal(read_as("a.test", DNS_A), DNS_READ_ANSWER);
	assert_int_equal(r.answer.ttl, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_question), cmocka_unit_test(test_addresses), cmocka_unit_test(test_texts), cmocka_unit_test(test_mx),
		cmocka_unit_test(test_ptr), cmocka_unit_test(test_chain), cmocka_unit_test(test_negative), cmocka_unit_test(test_failures), cmocka_unit_test(test_compression),
		cmocka_unit_test(test_short), cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
