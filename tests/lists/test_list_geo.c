/* Countries and networks from MaxMind files, which are written here (https://maxmind.github.io/MaxMind-DB/). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lists/list_geo.h"
#include "world.h"

#define NODES_MAX 200

struct writer {
	uint32_t node[NODES_MAX][2]; /* 0: nothing; below 1000000: a node; else data at the offset + 1000000 */
	uint32_t nodes;
	struct buf data;
};

static void text(struct buf *b, const char *s)
{
	buf_char(b, (char)(0x40 | strlen(s)));
	buf_str(b, s);
}

static void number(struct buf *b, unsigned type, uint32_t n, unsigned bytes)
{
	buf_char(b, (char)(type << 5 | bytes));
	for (unsigned i = bytes; i-- > 0;)
		buf_char(b, (char)(n >> (8 * i)));
}

static void map(struct buf *b, unsigned n)
{
	buf_char(b, (char)(0xe0 | n));
}

/* 0.0.0.0/0 is cut by the bits of the prefix. */
static void add(struct writer *w, const uint8_t ip[4], unsigned bits, uint32_t offset)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < bits; i++) {
		uint32_t *next = &w->node[at][ip[i / 8] >> (7 - i % 8) & 1];

		if (i + 1 == bits)
			*next = offset + 1000000;
		else if (*next == 0)
			*next = w->nodes++;
		at = *next;
	}
	assert_true(w->nodes < NODES_MAX);
}

static void write_metadata(struct buf *b, uint32_t nodes, const char *type)
{
	buf_str(b, "\xab\xcd\xefMaxMind.com");
	map(b, 9);
	text(b, "node_count"), number(b, 6, nodes, 4);
	text(b, "record_size"), number(b, 5, 24, 2);
	text(b, "ip_version"), number(b, 5, 4, 2);
	text(b, "database_type"), text(b, type);
	text(b, "binary_format_major_version"), number(b, 5, 2, 2);
	text(b, "binary_format_minor_version"), number(b, 5, 0, 2);
	text(b, "build_epoch");
	buf_add(b, SPAN_LIT("\x04\x02\x65\x00\x00\x00")); /* uint64 is an extended type */
	text(b, "languages");
	buf_add(b, SPAN_LIT("\x01\x04"));
	text(b, "en");
	text(b, "description"), map(b, 0);
}

static void write_file(struct writer *w, const char *path, const char *type)
{
	struct buf b = { .arena = NULL };
	FILE *f = fopen(path, "wb");

	for (uint32_t i = 0; i < w->nodes; i++) {
		for (unsigned side = 0; side < 2; side++) {
			uint32_t v = w->node[i][side];

			v = v == 0 ? w->nodes : v >= 1000000 ? v - 1000000 + w->nodes + 16 : v;
			buf_char(&b, (char)(v >> 16));
			buf_char(&b, (char)(v >> 8));
			buf_char(&b, (char)v);
		}
	}
	for (unsigned i = 0; i < 16; i++)
		buf_char(&b, '\0');
	buf_add(&b, buf_span(&w->data));
	write_metadata(&b, w->nodes, type);
	assert_int_equal(fwrite(b.p, 1, b.len, f), b.len);
	fclose(f);
	buf_free(&b);
	buf_free(&w->data);
}

static void write_country(const char *path)
{
	static const uint8_t a[4] = { 192, 0, 2, 0 }, r[4] = { 198, 51, 100, 0 };
	struct writer w = { .nodes = 1 };

	add(&w, a, 24, (uint32_t)w.data.len);
	map(&w.data, 1), text(&w.data, "country"), map(&w.data, 1), text(&w.data, "iso_code"), text(&w.data, "DE");
	add(&w, r, 24, (uint32_t)w.data.len);
	map(&w.data, 1), text(&w.data, "registered_country"), map(&w.data, 1), text(&w.data, "iso_code"), text(&w.data, "FR");
	write_file(&w, path, "Test-Country");
}

static void write_asn(const char *path)
{
	static const uint8_t a[4] = { 192, 0, 2, 0 };
	struct writer w = { .nodes = 1 };

	add(&w, a, 24, (uint32_t)w.data.len);
	map(&w.data, 1), text(&w.data, "autonomous_system_number"), number(&w.data, 6, 64496, 4);
	write_file(&w, path, "Test-ASN");
}

static void test_geo(void **state)
{
	static const char definitions[] =
		"list 'c' { geo = 'country', look_up = { 'client', 'url_a' }, codes = {\n"
		"  { code = { 'DE', 'AT' }, look_up = 'client', symbol = 'C_DE', score = 1, doc = 'x' }, { code = 'FR', symbol = 'C_FR', score = 1, doc = 'x' } } }\n"
		"list 'n' { geo = 'asn', look_up = 'client', codes = { { code = { 64496, '64500' }, symbol = 'N_ASN', score = 1, doc = 'x' } } }\n";
	char country[] = "/tmp/winnow-country-XXXXXX", asn[] = "/tmp/winnow-asn-XXXXXX", settings[256];
	struct world w;

	(void)state;
	close(mkstemp(country));
	close(mkstemp(asn));
	write_country(country);
	write_asn(asn);
	snprintf(settings, sizeof(settings), "lists { country = '%s', asn = '%s' }", country, asn);
	world_open(&w, settings, definitions);
	world_scan(&w, "192.0.2.9", "From: a@example.net\r\n\r\nhttp://198.51.100.3/\r\n");
	assert_string_equal(world_hit(&w, "C_DE"), "DE 192.0.2.9:client");
	assert_string_equal(world_hit(&w, "C_FR"), "FR 198.51.100.3:url_a");
	assert_string_equal(world_hit(&w, "N_ASN"), "64496 192.0.2.9:client");
	world_scan(&w, "203.0.113.1", "From: a@example.net\r\n\r\nx\r\n");
	assert_int_equal(world_hits(&w), 0);
	world_scan(&w, "2001:db8::1", "From: a@example.net\r\n\r\nx\r\n");
	assert_int_equal(world_hits(&w), 0);
	assert_int_equal(dns_table_asked(w.table), 0);
	world_dns(&w, "www.example.org A 198.51.100.7\n");
	world_scan(&w, "203.0.113.1", "From: a@example.net\r\n\r\nhttp://www.example.org/\r\n");
	assert_string_equal(world_hit(&w, "C_FR"), "FR 198.51.100.7 www.example.org:url_a");
	world_close(&w);
	unlink(country);
	unlink(asn);
}

static void test_errors(void **state)
{
	static const char definition[] = "list 'c' { geo = 'country', look_up = 'client', codes = { { code = 'DE', symbol = 'C', score = 1, doc = 'x' } } }\n";
	struct lists_settings set = { .country = SPAN_LIT("/nonexistent/x.mmdb") };
	struct arena *arena = arena_new(0);
	struct err err;

	(void)state;
	assert_null(lists_load_text(arena, &set, "f.lua", span_of(definition), &err));
	assert_non_null(strstr(err.text, "lists.country: /nonexistent/x.mmdb: "));
	set.country = SPAN_NONE;
	assert_null(lists_load_text(arena, &set, "f.lua", span_of(definition), &err));
	assert_string_equal(err.text, "f.lua:1: list \"c\" needs lists.country: a MaxMind file");
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geo),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
