/* Lists at work on messages: what is asked, what counts, and what never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "world.h"

#define PLAIN "From: a@example.net\r\nSubject: x\r\n\r\nhello\r\n"
#define ENABLE_A "lists { enable = { 'a' } }"

static const char list_a[] =
	"list 'a' { zone = 'bl.example', look_up = { 'client', 'received' }, ipv6 = true, refused = { ['127.0.0.1'] = 'over quota' },\n"
	"  codes = { { code = '127.0.0.2', look_up = 'client', symbol = 'A_TWO', score = 3, doc = 'x' },\n"
	"    { code = '127.0.0.3', look_up = 'client', symbol = 'A_THREE', score = 1, doc = 'x' },\n"
	"    { code = '127.0.0.10', policy = true, symbol = 'A_POLICY', score = 2, doc = 'x' },\n"
	"    { code = '127.0.0.2', look_up = 'received', symbol = 'A_RECEIVED', score = 1, doc = 'x' } },\n"
	"  test = { listed = '127.0.0.2', unlisted = '127.0.0.1' } }\n";

static void test_not_enabled(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "", NULL);
	world_dns(&w, "*.spamhaus.org A 127.0.0.2\n");
	world_start(&w, true);
	world_scan(&w, "192.0.2.1", "From: a@example.net\r\nReceived: from x ([192.0.2.9]) by y; Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\nhttp://bad.example.com/\r\n");
	assert_int_equal(dns_table_asked(w.table), 0);
	assert_int_equal(world_hits(&w), 0);
	world_close(&w);
}

static void test_codes(void **state)
{
	static const struct {
		const char *answers, *ip, *two, *three, *policy;
		bool unavailable;
	} rows[] = {
		{ "1.2.0.192.bl.example A 127.0.0.2\n", "192.0.2.1", "192.0.2.1:client", NULL, NULL, false },
		{ "1.2.0.192.bl.example A 127.0.0.2\n1.2.0.192.bl.example A 127.0.0.3\n", "192.0.2.1", "192.0.2.1:client", "192.0.2.1:client", NULL, false },
		{ "1.2.0.192.bl.example A 127.0.0.10\n", "192.0.2.1", NULL, NULL, "192.0.2.1:client", false },
		{ "", "192.0.2.1", NULL, NULL, NULL, false },
		{ "1.2.0.192.bl.example TXT nothing\n", "192.0.2.1", NULL, NULL, NULL, false },
		{ "1.2.0.192.bl.example A 127.0.0.99\n", "192.0.2.1", NULL, NULL, NULL, false },      /* nobody documented it */
		{ "1.2.0.192.bl.example A 127.0.0.1\n", "192.0.2.1", NULL, NULL, NULL, true },        /* over quota */
		{ "1.2.0.192.bl.example A 127.0.0.1\n1.2.0.192.bl.example A 127.0.0.2\n", "192.0.2.1", NULL, NULL, NULL, true },
		{ "1.2.0.192.bl.example A 127.255.255.254\n", "192.0.2.1", NULL, NULL, NULL, true },  /* public resolver */
		{ "1.2.0.192.bl.example A 198.51.100.1\n", "192.0.2.1", NULL, NULL, NULL, true },     /* the zone belongs to somebody else */
		{ "1.2.0.192.bl.example A TIMEOUT\n", "192.0.2.1", NULL, NULL, NULL, true },
		{ "1.2.0.192.bl.example A SERVFAIL\n", "192.0.2.1", NULL, NULL, NULL, true },
		{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example A 127.0.0.2\n", "2001:db8::1", "2001:db8::1:client", NULL, NULL, false },
		{ "*.bl.example A 127.0.0.2\n", "10.0.0.1", NULL, NULL, NULL, false },                /* means nothing outside of one network */
		{ "*.bl.example A 127.0.0.2\n", NULL, NULL, NULL, NULL, false },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world_open(&w, ENABLE_A, list_a);
		world_dns(&w, rows[i].answers);
		world_scan(&w, rows[i].ip, PLAIN);
		assert_int_equal(world_hit(&w, "A_TWO") != NULL, rows[i].two != NULL);
		if (rows[i].two != NULL)
			assert_string_equal(world_hit(&w, "A_TWO"), rows[i].two);
		assert_int_equal(world_hit(&w, "A_THREE") != NULL, rows[i].three != NULL);
		assert_int_equal(world_hit(&w, "A_POLICY") != NULL, rows[i].policy != NULL);
		assert_int_equal(world_find(&w, "A_UNAVAILABLE") != NULL, rows[i].unavailable);
		world_close(&w);
	}
}

static void test_who_is_asked_about(void **state)
{
	static const char chain[] = "Received: from c ([198.51.100.7]) by mx.c; Mon, 1 Jan 2024 00:00:00 +0000\r\n"
				    "Received: from d ([192.0.2.1]) by d; Mon, 1 Jan 2024 00:00:00 +0000\r\n"
				    "Received: from h ([203.0.113.5]) by e with ESMTPSA; Mon, 1 Jan 2024 00:00:00 +0000\r\n" PLAIN;
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'a' } } networks { own = { '203.0.113.0/24' } }", list_a);
	/* Policy codes never count for earlier hops; our own networks are nobody's hop. */
	world_dns(&w, "7.100.51.198.bl.example A 127.0.0.10\n7.100.51.198.bl.example A 127.0.0.2\n");
	world_scan(&w, "192.0.2.1", chain);
	assert_string_equal(world_hit(&w, "A_RECEIVED"), "198.51.100.7:received");
	assert_null(world_hit(&w, "A_POLICY"));
	assert_null(world_hit(&w, "A_TWO"));
	assert_int_equal(dns_table_asked(w.table), 2);
	/* Outbound: from our own networks, or logged in. */
	world_dns(&w, "*.bl.example A 127.0.0.10\n");
	world_scan(&w, "203.0.113.9", chain);
	assert_int_equal(dns_table_asked(w.table), 0);
	w.tx.client.auth_user = SPAN_LIT("joe");
	world_scan(&w, "192.0.2.1", chain);
	assert_int_equal(dns_table_asked(w.table), 0);
	world_close(&w);
}

static void test_relay(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'a' } } networks { trusted_relays = { '203.0.113.1' } }", list_a);
	world_dns(&w, "1.2.0.192.bl.example A 127.0.0.2\n");
	/* Behind a trusted relay the client is who it tells of. */
	world_scan(&w, "203.0.113.1", "Received: from bad ([192.0.2.1]) by relay; Mon, 1 Jan 2024 00:00:00 +0000\r\n" PLAIN);
	assert_string_equal(world_hit(&w, "A_TWO"), "192.0.2.1:client");
	world_close(&w);
}

static void test_exemptions(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'a' }, exempt = { '192.0.2.0/28' }, exempt_recipients = { 'abuse@example.com', '@open.example' } }", list_a);
	world_dns(&w, "*.bl.example A 127.0.0.2\n");
	world_scan(&w, "192.0.2.1", PLAIN);
	assert_int_equal(dns_table_asked(w.table), 0);
	w.tx.env.nrcpt = 2;
	w.rcpt[0].address = SPAN_LIT("abuse@example.com");
	w.rcpt[1].address = SPAN_LIT("b@open.example");
	world_scan(&w, "192.0.2.100", PLAIN);
	assert_int_equal(dns_table_asked(w.table), 0);
	w.rcpt[1].address = SPAN_LIT("b@example.com");
	world_scan(&w, "192.0.2.100", PLAIN);
	assert_non_null(world_find(&w, "A_TWO"));
	assert_false(rcptset_has(w.scan->hits.sets, world_find(&w, "A_TWO")->to, 0));
	assert_true(rcptset_has(w.scan->hits.sets, world_find(&w, "A_TWO")->to, 1));
	world_close(&w);
}

static void test_disabled(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'a' }, disabled = { 'A_TWO' } }", list_a);
	world_dns(&w, "*.bl.example A 127.0.0.2\n");
	world_scan(&w, "192.0.2.1", PLAIN);
	assert_int_equal(world_hits(&w), 0);
	world_close(&w);
}

/* Bits, several URLs, addresses in the place of names; a symbol counts once. */
static void test_urls(void **state)
{
	static const char definition[] =
		"list 'u' { zone = 'u.example', look_up = 'url_domain', url_ips = true, refused = { ['127.0.0.1'] = 'no' },\n"
		"  codes = { { bit = 8, symbol = 'U_PHISH', score = 4, doc = 'x' }, { bit = 64, symbol = 'U_ABUSE', score = 3, doc = 'x' } } }\n"
		"list 'h' { zone = 'h.example', look_up = { 'url_host', 'url_a', 'url_ns' },\n"
		"  codes = { { code = '127.0.0.2', look_up = 'url_host', symbol = 'H_HOST', score = 1, doc = 'x' },\n"
		"    { code = '127.0.0.2', look_up = 'url_a', symbol = 'H_A', score = 1, doc = 'x' }, { code = '127.0.0.2', look_up = 'url_ns', symbol = 'H_NS', score = 1, doc = 'x' } } }\n";
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'u', 'h' } }", definition);
	world_dns(&w, "bad.com.u.example A 127.0.0.72\nworse.com.u.example A 127.0.0.64\n4.100.51.198.u.example A 127.0.0.8\n"
		      "www.bad.com.h.example A 127.0.0.2\nwww.bad.com A 192.0.2.50\n50.2.0.192.h.example A 127.0.0.2\n"
		      "worse.com NS ns.worse.com\nns.worse.com A 192.0.2.51\n51.2.0.192.h.example A 127.0.0.2\n4.100.51.198.h.example A 127.0.0.2\n");
	world_scan(&w, "192.0.2.1", "Subject: x\r\n\r\nhttp://www.bad.com/a http://x.worse.com/ http://198.51.100.4/ http://www.w3.org/ http://10.1.2.3/\r\n");
	assert_string_equal(world_hit(&w, "U_PHISH"), "bad.com:url_domain");
	assert_int_equal(world_find(&w, "U_PHISH")->permille, 1000);
	assert_string_equal(world_hit(&w, "U_ABUSE"), "bad.com:url_domain");
	assert_int_equal(world_find(&w, "U_ABUSE")->permille, 1000);
	assert_string_equal(world_hit(&w, "H_HOST"), "www.bad.com:url_host");
	assert_non_null(world_hit(&w, "H_A"));
	assert_string_equal(world_hit(&w, "H_NS"), "198.51.100.4:url_ns");
	world_scan(&w, "192.0.2.1", "Subject: x\r\n\r\nhttp://y.worse.com/\r\n");
	assert_string_equal(world_hit(&w, "H_NS"), "192.0.2.51 worse.com:url_ns");
	world_close(&w);
}

static void test_names(void **state)
{
	static const char definition[] =
		"list 'd' { zone = 'd.example', look_up = { 'helo', 'client_name', 'sender', 'from', 'reply_to', 'email_domain' },\n"
		"  codes = { { code = '127.0.1.2', look_up = 'helo', symbol = 'D_HELO', score = 1, doc = 'x' }, { code = '127.0.1.2', look_up = 'client_name', symbol = 'D_NAME', score = 1, doc = 'x' },\n"
		"    { code = '127.0.1.2', look_up = 'sender', symbol = 'D_SENDER', score = 1, doc = 'x' }, { code = '127.0.1.2', look_up = 'from', symbol = 'D_FROM', score = 1, doc = 'x' },\n"
		"    { code = '127.0.1.2', look_up = 'reply_to', symbol = 'D_REPLY_TO', score = 1, doc = 'x' },\n"
		"    { code = '127.0.1.2', look_up = 'email_domain', symbol = 'D_EMAIL', score = 1, doc = 'x' } } }\n"
		"list 'w' { zone = 'w.example', look_up = 'from', names = 'whole', codes = { { code = '127.0.0.2', symbol = 'W', score = 1, doc = 'x' } } }\n";
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'd', 'w' } }", definition);
	world_dns(&w, "helo.com.d.example A 127.0.1.2\nname.com.d.example A 127.0.1.2\nsender.co.uk.d.example A 127.0.1.2\nxn--mller-kva.de.d.example A 127.0.1.2\n"
		      "reply.com.d.example A 127.0.1.2\nmailto.com.d.example A 127.0.1.2\nmail.xn--mller-kva.de.w.example A 127.0.0.2\n");
	w.tx.client.helo = SPAN_LIT("mx1.Helo.com.");
	w.tx.client.name = SPAN_LIT("a.b.name.com");
	w.tx.env.from = SPAN_LIT("x@lists.sender.co.uk");
	world_scan(&w, "192.0.2.1", "From: x@mail.m\xc3\xbcller.de\r\nReply-To: r@reply.com\r\n\r\nwrite to b@mailto.com\r\n");
	assert_string_equal(world_hit(&w, "D_HELO"), "mx1.helo.com:helo");
	assert_non_null(world_hit(&w, "D_NAME"));
	assert_string_equal(world_hit(&w, "D_SENDER"), "lists.sender.co.uk:sender");
	assert_string_equal(world_hit(&w, "D_FROM"), "mail.xn--mller-kva.de:from");
	assert_non_null(world_hit(&w, "D_REPLY_TO"));
	assert_non_null(world_hit(&w, "D_EMAIL"));
	assert_non_null(world_hit(&w, "W"));
	/* Nobody is asked about what is no name. */
	dns_table_clear(w.table);
	w.tx.client.helo = SPAN_LIT("[192.0.2.1]");
	w.tx.client.name = SPAN_LIT("unknown");
	w.tx.env.from = SPAN_LIT("x@a b.com");
	world_scan(&w, "192.0.2.1", "From: x@localhost\r\n\r\nx\r\n");
	assert_int_equal(dns_table_asked(w.table), 0);
	world_close(&w);
}

/* Hashes computed with sha1sum, sha256sum and base32. */
static void test_hashes(void **state)
{
	static const char definition[] =
		"list 'e' { zone = '_email.e.example', look_up = 'email', hash = 'sha1', codes = { { code = '127.0.3.2', symbol = 'E', score = 1, doc = 'x' } } }\n"
		"list 'p' { zone = 'p.example', look_up = 'email', codes = { { code = '127.0.0.2', symbol = 'P', score = 1, doc = 'x' } } }\n"
		"list 'f' { zone = '_file.f.example', look_up = 'attachment', hash = 'sha256', encoding = 'base32', codes = { { code = '127.0.3.10', symbol = 'F', score = 1, doc = 'x' } } }\n"
		"list 'm' { zone = 'm.example', look_up = 'url', hash = 'md5', codes = { { code = '127.0.0.2', symbol = 'M', score = 1, doc = 'x' } } }\n";
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'e', 'p', 'f', 'm' } }", definition);
	world_dns(&w, "e1e8d3e4a336d4f9dc63b70a534ff10834471556._email.e.example A 127.0.3.2\njohndoe.gmail.com.p.example A 127.0.0.2\nxj4bnp4pahh6uqkbidpf3lrceoyagyndsylxvhfucd7wd4qacwwq._file.f.example A 127.0.3.10\n09cc2167e5c88f7c74d406bf69b37889.m.example A 127.0.0.2\n");
	world_scan(&w, "192.0.2.1",
		   "From: John.Doe+x@Gmail.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		   "--b\r\nContent-Type: text/plain\r\n\r\nhttp://Example.com/a?b=1#c\r\n"
		   "--b\r\nContent-Type: application/octet-stream; name=x.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--b--\r\n");
	assert_string_equal(world_hit(&w, "E"), "johndoe@gmail.com:email");
	assert_string_equal(world_hit(&w, "P"), "johndoe@gmail.com:email");
	assert_string_equal(world_hit(&w, "F"), "x.bin:attachment");
	assert_string_equal(world_hit(&w, "M"), "example.com/a?b=1:url");
	world_close(&w);
}

/* A thousand decoys: what is seen is asked about, evenly spread, and no more than the limit. */
static void test_bounds(void **state)
{
	static const char definition[] = "list 'u' { zone = 'u.example', look_up = 'url_domain', max = 10, codes = { { code = '127.0.0.2', symbol = 'U', score = 1, doc = 'x' } } }\n";
	struct buf b = { .arena = NULL };
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'u' } }", definition);
	buf_str(&b, "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n");
	for (unsigned i = 0; i < 300; i++)
		buf_printf(&b, "<img src=\"http://i%u.com/\">\r\n", i);
	for (unsigned i = 0; i < 5; i++)
		buf_printf(&b, "<a href=\"http://s%u.com/\">x</a>\r\n", i);
	buf_char(&b, '\0');
	for (unsigned i = 0; i < 5; i++) {
		char line[64];

		snprintf(line, sizeof(line), "s%u.com.u.example A 127.0.0.2\n", i);
		world_dns(&w, line);
		world_scan(&w, "192.0.2.1", b.p);
		assert_non_null(world_hit(&w, "U"));
		assert_int_equal(dns_table_asked(w.table), 10);
	}
	buf_free(&b);
	world_close(&w);
}

/* Names that DNS cannot hold, or should not be asked for. */
static void test_hostile_names(void **state)
{
	static const char definition[] = "list 'u' { zone = 'u.example', look_up = { 'url_host', 'url_domain', 'helo', 'sender', 'email' }, codes = { { code = '127.0.0.2', symbol = 'U', score = 1, doc = 'x' } } }\n";
	struct buf b = { .arena = NULL };
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'u' } }", definition);
	world_dns(&w, "*.u.example A 127.0.0.2\n");
	buf_str(&b, "From: \"a\\\"b\\\x01\"@x.com\r\n\r\nhttp://a*b.com/ http://a,b.com/ http://.com/ http://..../ http://%00.com/ http://[::1]/ http://1.2.3/ http://");
	for (unsigned i = 0; i < 100; i++)
		buf_str(&b, "abc.");
	buf_str(&b, "com/\r\n");
	buf_char(&b, '\0');
	w.tx.client.helo = SPAN_LIT("a..b.com");
	w.tx.env.from = SPAN_LIT("a@*.example.com");
	world_scan(&w, "192.0.2.1", b.p);
	for (size_t i = 0; i < w.scan->hits.n; i++)
		assert_null(strpbrk(arena_str(w.tx.arena, w.scan->hits.v[i].evidence), "*,%[\x01"));
	buf_free(&b);
	world_close(&w);
}

static void test_files(void **state)
{
	char path[] = "/tmp/winnow-list-XXXXXX", definition[512];
	struct world w;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	(void)state;
	fputs("192.0.2.0/24   # a network\n.bad.com\nworse.com\n", f);
	fclose(f);
	snprintf(definition, sizeof(definition),
		 "list 'local-clients' { file = '%s', look_up = 'client', symbol = 'LOCAL_CLIENT', score = 5, doc = 'x' }\n"
		 "list 'local-links' { file = '%s', look_up = { 'url_host', 'from' }, symbol = 'LOCAL_LINK', score = 5, doc = 'x' }\n", path, path);
	world_open(&w, "", definition);
	assert_string_equal(lists_watched(w.lists)[0], path);
	world_scan(&w, "192.0.2.77", "From: a@good.com\r\n\r\nhttp://www.bad.com/\r\n");
	assert_string_equal(world_hit(&w, "LOCAL_CLIENT"), "192.0.2.77:client");
	assert_string_equal(world_hit(&w, "LOCAL_LINK"), "www.bad.com:url_host");
	world_scan(&w, "198.51.100.1", "From: a@worse.com\r\n\r\nhttp://notbad.com/\r\n");
	assert_null(world_hit(&w, "LOCAL_CLIENT"));
	assert_string_equal(world_hit(&w, "LOCAL_LINK"), "worse.com:from");
	world_scan(&w, "198.51.100.1", "From: a@www.worse.com\r\n\r\nx\r\n");
	assert_int_equal(world_hits(&w), 0);
	assert_int_equal(dns_table_asked(w.table), 0);
	world_close(&w);
	remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_enabled), cmocka_unit_test(test_codes),  cmocka_unit_test(test_who_is_asked_about), cmocka_unit_test(test_relay),
		cmocka_unit_test(test_exemptions),  cmocka_unit_test(test_disabled), cmocka_unit_test(test_urls),             cmocka_unit_test(test_names),
		cmocka_unit_test(test_hashes),      cmocka_unit_test(test_bounds), cmocka_unit_test(test_hostile_names),      cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
