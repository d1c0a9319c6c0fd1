/* SPF: the suites of RFC 7208 and RFC 4408, a second implementation's cases, and our own of what they leave out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <yaml.h>

#include "auth/spf.h"
#include "base/buf.h"

#include "../support/dns_table.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

struct fixture {
	struct loop *loop;
	struct dns_table *table;
	struct arena *arena;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = loop_new();
	f->table = dns_table_new(f->loop);
	f->arena = arena_new(0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dns_table_free(&f->table);
	loop_free(&f->loop);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	assert_int_equal(status, OP_OK);
	assert_non_null(result);
	assert_null(*(const void **)ctx);
	*(const void **)ctx = result;
}

static const struct spf_result *run(struct fixture *f, struct dns *dns, const struct spf_query *q)
{
	const struct spf_result *r = NULL;
	struct op *op = spf_check(dns, f->arena, q, done, &r);

	assert_non_null(op);
	assert_null(r); /* never inside of the call */
	while (r == NULL)
		loop_poll(f->loop);
	loop_poll(f->loop);
	return r;
}

static struct spf_query query_of(struct fixture *f, struct span ip, struct span helo, struct span from)
{
	struct spf_query q = { .loop = f->loop, .helo = helo, .from = from, .explain = true, .receiver = SPAN_LIT("mx.receiver.example"), .time = 1768478400 };

	if (!ip_parse(ip, &q.ip))
		fail_msg("no address: %.*s", SPAN_ARG(ip));
	return q;
}

/* YAML */

struct suite {
	struct fixture *f;
	const char *file;
	yaml_document_t doc;
	unsigned cases, passed, documents;
};

static struct span text_of(const yaml_node_t *n)
{
	return n != NULL && n->type == YAML_SCALAR_NODE ? span_make((const char *)n->data.scalar.value, n->data.scalar.length) : SPAN_NONE;
}

static yaml_node_t *child(struct suite *s, const yaml_node_t *map, const char *key)
{
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		if (span_eq(text_of(yaml_document_get_node(&s->doc, p->key)), span_of(key)))
			return yaml_document_get_node(&s->doc, p->value);
	}
	return NULL;
}

/* A scalar, or the scalars of a list with glue between them. */
static struct span joined(struct suite *s, const yaml_node_t *n, const char *glue)
{
	struct buf b = BUF_INIT(s->f->arena);

	if (n->type != YAML_SEQUENCE_NODE)
		return text_of(n);
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top; i++) {
		if (i != n->data.sequence.items.start)
			buf_str(&b, glue);
		buf_add(&b, text_of(yaml_document_get_node(&s->doc, *i)));
	}
	return buf_span(&b);
}

static const struct {
	const char *name;
	enum dns_type type;
} zone_types[] = { { "A", DNS_A }, { "AAAA", DNS_AAAA }, { "MX", DNS_MX }, { "PTR", DNS_PTR }, { "TXT", DNS_TXT }, { "CNAME", DNS_CNAME } };

/*
 * A name of a zone: a list of "TYPE: data", "TYPE: NONE", and "TIMEOUT", which is what questions for all other types get. Records of type SPF are records of type TXT, unless the name has some of these (also NONE).
 */
static void zone_add(struct suite *s, struct span name, const yaml_node_t *list)
{
	bool has[COUNT(zone_types)] = { false }, timeout = false, txt = false;
	struct dns_table *t = s->f->table;

	dns_table_add(t, arena_printf(s->f->arena, "%.*s EXISTS\n", SPAN_ARG(span_chr(name, ' ') == SPAN_NPOS ? name : SPAN_LIT("none.invalid"))));
	for (int pass = 0; pass < 2; pass++) {
		for (yaml_node_item_t *i = list->data.sequence.items.start; i < list->data.sequence.items.top; i++) {
			const yaml_node_t *entry = yaml_document_get_node(&s->doc, *i), *value;
			struct span type, data;

			if (entry->type == YAML_SCALAR_NODE) {
				timeout = true;
				continue;
			}
			type = text_of(yaml_document_get_node(&s->doc, entry->data.mapping.pairs.start->key));
			value = yaml_document_get_node(&s->doc, entry->data.mapping.pairs.start->value);
			data = joined(s, value, span_eq(type, SPAN_LIT("MX")) ? " " : "");
			txt = txt || span_eq(type, SPAN_LIT("TXT"));
			if (pass == 0 || span_eq(data, SPAN_LIT("NONE")))
				continue;
			if (span_eq(type, SPAN_LIT("SPF")) && !txt)
				type = SPAN_LIT("TXT");
			for (size_t k = 0; k < COUNT(zone_types); k++) {
				if (span_eq(type, span_of(zone_types[k].name))) {
					dns_table_record(t, name, zone_types[k].type, data);
					has[k] = true;
				}
			}
		}
	}
	for (size_t k = 0; k < COUNT(zone_types) && timeout; k++) {
		if (!has[k])
			dns_table_add(t, arena_printf(s->f->arena, "%.*s %s TIMEOUT\n", SPAN_ARG(name), zone_types[k].name));
	}
}

static bool wanted(struct suite *s, const yaml_node_t *n, struct span result)
{
	struct span all = joined(s, n, ",");

	while (all.len != 0) {
		if (span_eq(span_trim(span_split(&all, ',')), result))
			return true;
	}
	return false;
}

static void case_run(struct suite *s, struct span name, const yaml_node_t *c)
{
	struct spf_query q = query_of(s->f, text_of(child(s, c, "host")), text_of(child(s, c, "helo")), text_of(child(s, c, "mailfrom")));
	const struct spf_result *r = run(s->f, dns_table_dns(s->f->table), &q);
	struct span result = span_of(auth_result_name(r->result)), explanation;
	const yaml_node_t *want = child(s, c, "result"), *why = child(s, c, "explanation");
	bool ok = wanted(s, want, result);

	if (ok && why != NULL && r->result == AUTH_FAIL) {
		explanation = text_of(why);
		ok = span_eq(r->explanation, span_eq(explanation, SPAN_LIT("DEFAULT")) ? SPAN_NONE : explanation);
	}
	s->cases++;
	s->passed += ok;
	if (!ok)
		print_message("%s %.*s: %.*s instead of %.*s (%.*s) \"%.*s\"\n", s->file, SPAN_ARG(name), SPAN_ARG(result), SPAN_ARG(joined(s, want, ",")), SPAN_ARG(r->problem), SPAN_ARG(r->explanation));
}

/* One document: a zone and its cases. */
static void document_run(struct suite *s)
{
	yaml_node_t *root = yaml_document_get_root_node(&s->doc), *zone = child(s, root, "zonedata"), *tests = child(s, root, "tests");

	dns_table_clear(s->f->table);
	for (yaml_node_pair_t *p = zone->data.mapping.pairs.start; p < zone->data.mapping.pairs.top; p++)
		zone_add(s, text_of(yaml_document_get_node(&s->doc, p->key)), yaml_document_get_node(&s->doc, p->value));
	for (yaml_node_pair_t *p = tests->data.mapping.pairs.start; p < tests->data.mapping.pairs.top; p++)
		case_run(s, text_of(yaml_document_get_node(&s->doc, p->key)), yaml_document_get_node(&s->doc, p->value));
}

/* False: there is no such file. */
static bool suite_run(struct suite *s, const char *path, void (*document)(struct suite *))
{
	FILE *f = fopen(path, "rb");
	yaml_parser_t parser;
	bool more = true;

	if (f == NULL) {
		print_message("no material: %s\n", path);
		return false;
	}
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, f);
	while (more) {
		assert_true(yaml_parser_load(&parser, &s->doc));
		more = yaml_document_get_root_node(&s->doc) != NULL;
		if (more) {
			s->documents++;
			document(s);
		}
		yaml_document_delete(&s->doc);
	}
	yaml_parser_delete(&parser);
	fclose(f);
	return true;
}

static void rfc7208(void **state)
{
	struct suite s = { .f = *state, .file = "rfc7208" };

	if (suite_run(&s, WINNOW_SUITES "/auth/spf/test/rfc7208-tests.yml", document_run)) {
		print_message("rfc7208: %u of %u\n", s.passed, s.cases);
		assert_int_equal(s.passed, s.cases);
	}
}

/* Where RFC 7208 decided what had been open, this suite takes both answers. */
static void rfc4408(void **state)
{
	struct suite s = { .f = *state, .file = "rfc4408" };

	if (suite_run(&s, WINNOW_SUITES "/auth/spf/test/rfc4408-tests.yml", document_run)) {
		print_message("rfc4408: %u of %u\n", s.passed, s.cases);
		assert_int_equal(s.passed, s.cases);
	}
}

/*
 * Cases of mail-auth: "records" are lines "TYPE NAME DATA, DATA" (for ptr the address is the name, for mx the addresses stand for hosts); "domain" is HELO. Its answer is HELO's, or when that is pass or none, MAIL FROM's.
 */
static const char *const record_types[] = { "spf", "exp", "a", "aaaa", "mx", "ptr" };

static void record_add(struct suite *s, struct span type, struct span line)
{
	struct span name = span_split(&line, ' '), part;
	struct dns_table *t = s->f->table;
	unsigned n = 0;

	if (span_eq(type, SPAN_LIT("spf")) || span_eq(type, SPAN_LIT("exp"))) {
		dns_table_record(t, name, DNS_TXT, line);
		return;
	}
	while (line.len != 0) {
		part = span_trim(span_split(&line, ','));
		if (span_eq(type, SPAN_LIT("a")) || span_eq(type, SPAN_LIT("aaaa"))) {
			dns_table_record(t, name, span_eq(type, SPAN_LIT("a")) ? DNS_A : DNS_AAAA, part);
		} else if (span_eq(type, SPAN_LIT("mx"))) {
			struct span host = arena_printf(s->f->arena, "mx%u.%.*s", ++n, SPAN_ARG(name));
			struct ip ip;

			assert_true(ip_parse(part, &ip));
			dns_table_record(t, host, ip_is_v4(&ip) ? DNS_A : DNS_AAAA, part);
			dns_table_record(t, name, DNS_MX, arena_printf(s->f->arena, "%u %.*s", n, SPAN_ARG(host)));
		} else {
			struct buf b = BUF_INIT(s->f->arena);
			struct ip ip;

			assert_true(span_eq(type, SPAN_LIT("ptr")) && ip_parse(name, &ip));
			if (ip_is_v4(&ip))
				buf_printf(&b, "%u.%u.%u.%u.in-addr.arpa", ip.b[15], ip.b[14], ip.b[13], ip.b[12]);
			for (size_t i = 16; i-- > 0 && !ip_is_v4(&ip);)
				buf_printf(&b, "%x.%x.%s", ip.b[i] & 15, ip.b[i] >> 4, i == 0 ? "ip6.arpa" : "");
			dns_table_record(t, buf_span(&b), DNS_PTR, part);
		}
	}
}

/* Where RFC 7208 is of another opinion. */
static const struct {
	const char *file, *domain, *ip, *result, *why;
} differences[] = {
	{ "basic", "ok.test.org", "172.168.0.1", "permerror", "4.6.4: ten names that do not exist are eight void look-ups too many" },
	{ "all", "test.org", "10.0.0.1", "permerror", "4.6: a syntax error anywhere in the record, also behind \"all\"" },
	{ "ip", "test.org", "10.1.2.3", "fail", "5: an IPv4 client matches \"ip4\" alone, not \"ip6:::ffff:10.1.2.3\"" },
	{ "exists", "ip6.test.org", "167.1.2.3", "fail", "5.7: \"exists\" asks for A records, AAAA do not count" },
	{ "macro", "mx.example.org", "2001:db8::cb01", "fail", "5.7: the same" },
};

/* What is wanted instead, empty: no difference. In ip, the first document has the same domain and address, and no difference. */
static struct span difference(const struct suite *s, struct span domain, struct span ip)
{
	for (size_t i = 0; i < COUNT(differences); i++) {
		bool first = strcmp(s->file, "ip") == 0 && s->documents == 1;

		if (!first && strcmp(s->file, differences[i].file) == 0 && span_eq(domain, span_of(differences[i].domain)) && span_eq(ip, span_of(differences[i].ip)))
			return span_of(differences[i].result);
	}
	return SPAN_NONE;
}

struct mail_auth {
	struct span domain, sender, ip;
};

static void mail_auth_ask(struct suite *s, const struct mail_auth *m, struct span want)
{
	struct spf_query q = query_of(s->f, m->ip, m->domain, m->sender);
	struct span other = difference(s, m->domain, m->ip), result;
	const struct spf_result *r;
	bool ok;

	q.helo_identity = true;
	r = run(s->f, dns_table_dns(s->f->table), &q);
	if (r->result == AUTH_PASS || r->result == AUTH_NONE) {
		q.helo_identity = false;
		r = run(s->f, dns_table_dns(s->f->table), &q);
	}
	want = span_trim(other.len != 0 ? other : want);
	result = span_split(&want, ' ');
	ok = span_eq(result, span_of(auth_result_name(r->result))) && (want.len == 0 || span_eq(want, r->explanation));
	s->cases++;
	s->passed += ok;
	if (!ok)
		print_message("%s %.*s %.*s: %s instead of %.*s (%.*s) \"%.*s\"\n", s->file, SPAN_ARG(m->domain), SPAN_ARG(m->ip), auth_result_name(r->result), SPAN_ARG(result), SPAN_ARG(r->problem), SPAN_ARG(r->explanation));
}

static void records_add(struct suite *s, const yaml_node_t *map)
{
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; map->type == YAML_MAPPING_NODE && p < map->data.mapping.pairs.top; p++) {
		struct span key = text_of(yaml_document_get_node(&s->doc, p->key)), value = text_of(yaml_document_get_node(&s->doc, p->value));

		for (size_t i = 0; i < COUNT(record_types); i++) {
			if (span_eq(key, span_of(record_types[i])))
				record_add(s, key, value);
		}
	}
}

/* An item may have records of its own, and several questions: each "expect" is one. */
static void mail_auth_document(struct suite *s)
{
	yaml_node_t *root = yaml_document_get_root_node(&s->doc), *records = child(s, root, "records"), *tests = child(s, root, "tests");
	struct mail_auth m = { SPAN_NONE, SPAN_NONE, SPAN_NONE };

	for (yaml_node_item_t *i = tests->data.sequence.items.start; i < tests->data.sequence.items.top; i++) {
		const yaml_node_t *item = yaml_document_get_node(&s->doc, *i);

		dns_table_clear(s->f->table);
		dns_table_add(s->f->table, SPAN_LIT("_dns_error.org ANY SERVFAIL\n_dns_error.test.org ANY SERVFAIL\n"));
		records_add(s, records);
		records_add(s, item);
		for (yaml_node_pair_t *p = item->data.mapping.pairs.start; p < item->data.mapping.pairs.top; p++) {
			struct span key = text_of(yaml_document_get_node(&s->doc, p->key)), value = span_trim(text_of(yaml_document_get_node(&s->doc, p->value)));

			if (span_eq(key, SPAN_LIT("domain")))
				m.domain = value;
			else if (span_eq(key, SPAN_LIT("sender")))
				m.sender = value;
			else if (span_eq(key, SPAN_LIT("ip")))
				m.ip = value;
			else if (span_eq(key, SPAN_LIT("expect")))
				mail_auth_ask(s, &m, value);
		}
	}
}

static void mail_auth(void **state)
{
	static const char *const files[] = { "a", "all", "basic", "examples", "exists", "exp", "include", "ip", "macro", "mx", "ptr", "redirect" };
	unsigned cases = 0, passed = 0;

	for (size_t i = 0; i < COUNT(files); i++) {
		struct suite s = { .f = *state, .file = files[i] };
		char path[512];

		snprintf(path, sizeof(path), "%s/auth/mail-auth/resources/spf/%s.yml", WINNOW_SUITES, files[i]);
		if (!suite_run(&s, path, mail_auth_document))
			return;
		cases += s.cases;
		passed += s.passed;
	}
	print_message("mail-auth: %u of %u\n", passed, cases);
	assert_int_equal(passed, cases);
}

/* What the suites leave out. */
static const char own_zone[] =
	"pass.example TXT v=spf1 ip4:192.0.2.0/24 -all\n"
	"inc.example TXT v=spf1 include:pass.example ~all\n"
	"world.example TXT v=spf1 include:open.example -all\n"
	"open.example TXT v=spf1 +all\n"
	"xn--bcher-kva.example TXT v=spf1 ip4:192.0.2.1 -all\n"
	"local.example TXT v=spf1 exists:%{l}.users.%{d} -all\n"
	"anna.users.local.example A 127.0.0.2\n"
	"*.users.local.example A 127.0.0.2\n"
	"quoted.example TXT v=spf1 -all exp=why.quoted.example\n"
	"why.quoted.example TXT %{s} from %{c} to %{r} at %{t}%_or%-so\n"
	"servfail.example ANY SERVFAIL\n"
	"mxfail.example TXT v=spf1 mx -all\n"
	"mxfail.example MX 10 servfail.example\n"
	"mxfail.example MX 20 good.example\n"
	"good.example A 192.0.2.1\n"
	"aerr.example TXT v=spf1 a:servfail.example -all\n"
	"digit.example TXT v=spf1 a:%{d0} -all\n"
	"keep.example TXT v=spf1 exists:%{d1r}.%{d200}.%{l2-=}.x.example -all\n"
	"keep.keep.example.b.c.x.example A 127.0.0.2\n"
	"neg.example TXT v=spf1 -include:pass.example +all\n"
	"upper.example TXT V=SPF1 IP4:192.0.2.1 -ALL\n"
	"qmod.example TXT v=spf1 -redirect=pass.example\n"
	"dupinc.example TXT v=spf1 include:%{l}.inv -all\n"
	"six.example TXT v=spf1 ip6:2001:db8::/32 -all\n"
	"zone.example TXT v=spf1 ip6:fe80::1%eth0 -all\n"
	"lead.example TXT v=spf1 ip4:192.0.02.1 -all\n"
	"under_score.example TXT v=spf1 ip4:192.0.2.1 -all\n";

static const struct {
	const char *ip, *helo, *from, *want, *mechanism;
	unsigned lookups;
} own_rows[] = {
	{ "192.0.2.1", "h.example", "a@pass.example", "pass", "ip4:192.0.2.0/24", 0 },
	{ "192.0.3.1", "h.example", "a@pass.example", "fail", "-all", 0 },
	{ "192.0.2.1", "h.example", "a@inc.example", "pass", "ip4:192.0.2.0/24", 1 },
	{ "192.0.3.1", "h.example", "a@inc.example", "softfail", "~all", 1 },
	{ "192.0.3.1", "h.example", "a@world.example", "pass", "+all", 1 },
	{ "192.0.2.1", "h.example", "a@neg.example", "fail", "ip4:192.0.2.0/24", 1 },
	{ "192.0.2.1", "h.example", "a@PASS.Example.", "pass", "ip4:192.0.2.0/24", 0 },
	{ "192.0.2.1", "h.example", "a@b\xc3\xbc" "cher.example", "pass", "ip4:192.0.2.1", 0 },
	{ "192.0.2.1", "h.example", "a@b\xfc" "cher.example", "none", "", 0 },
	{ "192.0.2.1", "pass.example", "", "pass", "ip4:192.0.2.0/24", 0 },
	{ "192.0.2.1", "[192.0.2.1]", "", "none", "", 0 },
	{ "192.0.2.1", "192.0.2.1", "", "none", "", 0 },
	{ "192.0.2.1", "", "", "none", "", 0 },
	{ "192.0.2.1", "h.example", "@", "none", "", 0 },
	{ "192.0.2.1", "h.example", "\"a@b\"@pass.example", "pass", "ip4:192.0.2.0/24", 0 },
	{ "192.0.2.1", "h.example", "anna@local.example", "pass", "exists:%{l}.users.%{d}", 1 },
	{ "192.0.2.1", "h.example", "\xc3\xa4nna@local.example", "fail", "-all", 1 },
	{ "192.0.2.1", "h.example", "a@servfail.example", "temperror", "", 0 },
	{ "192.0.2.1", "h.example", "a@mxfail.example", "pass", "mx", 1 },
	{ "192.0.2.9", "h.example", "a@mxfail.example", "temperror", "", 1 },
	{ "192.0.2.9", "h.example", "a@aerr.example", "temperror", "", 1 },
	{ "192.0.2.9", "h.example", "a@digit.example", "permerror", "", 0 },
	{ "192.0.2.9", "h.example", "a-b=c@keep.example", "pass", "exists:%{d1r}.%{d200}.%{l2-=}.x.example", 1 },
	{ "192.0.2.1", "h.example", "a@upper.example", "pass", "IP4:192.0.2.1", 0 },
	{ "192.0.2.1", "h.example", "a@qmod.example", "permerror", "", 0 },
	{ "192.0.2.1", "h.example", "a..b@dupinc.example", "permerror", "", 1 },
	{ "2001:db8::1", "h.example", "a@six.example", "pass", "ip6:2001:db8::/32", 0 },
	{ "2001:db9::1", "h.example", "a@six.example", "fail", "-all", 0 },
	{ "2001:db9::1", "h.example", "a@zone.example", "permerror", "", 0 },
	{ "192.0.2.1", "h.example", "a@lead.example", "permerror", "", 0 },
	{ "192.0.2.1", "h.example", "a@under_score.example", "pass", "ip4:192.0.2.1", 0 },
};

static void own(void **state)
{
	struct fixture *f = *state;

	dns_table_add(f->table, span_of(own_zone));
	for (size_t i = 0; i < COUNT(own_rows); i++) {
		struct spf_query q = query_of(f, span_of(own_rows[i].ip), span_of(own_rows[i].helo), span_of(own_rows[i].from));
		const struct spf_result *r = run(f, dns_table_dns(f->table), &q);

		if (strcmp(auth_result_name(r->result), own_rows[i].want) != 0 || !span_eq(r->mechanism, span_of(own_rows[i].mechanism)) || r->lookups != own_rows[i].lookups)
			fail_msg("%s %s: %s by '%.*s' with %u look-ups (%.*s)", own_rows[i].ip, own_rows[i].from, auth_result_name(r->result), SPAN_ARG(r->mechanism), r->lookups, SPAN_ARG(r->problem));
		/* An error says why, other results do not. */
		assert_true((r->problem.len != 0) == (r->result == AUTH_PERMERROR || r->result == AUTH_TEMPERROR));
	}
}

static void identities(void **state)
{
	struct fixture *f = *state;
	struct spf_query q = query_of(f, SPAN_LIT("192.0.2.1"), SPAN_LIT("Pass.Example"), SPAN_LIT("joe@inc.example"));
	const struct spf_result *r;

	dns_table_add(f->table, span_of(own_zone));
	r = run(f, dns_table_dns(f->table), &q);
	assert_true(!r->helo && span_eq(r->domain, SPAN_LIT("inc.example")) && span_eq(r->sender, SPAN_LIT("joe@inc.example")));
	q.helo_identity = true;
	r = run(f, dns_table_dns(f->table), &q);
	assert_true(r->helo && r->result == AUTH_PASS && span_eq(r->domain, SPAN_LIT("pass.example")) && span_eq(r->sender, SPAN_LIT("postmaster@pass.example")));
	q.helo_identity = false;
	q.from = SPAN_NONE;
	r = run(f, dns_table_dns(f->table), &q);
	assert_true(!r->helo && r->result == AUTH_PASS && span_eq(r->sender, SPAN_LIT("postmaster@pass.example")));
	q.ip.set = false;
	assert_int_equal(run(f, dns_table_dns(f->table), &q)->result, AUTH_NONE);
}

static void explanation(void **state)
{
	struct fixture *f = *state;
	struct spf_query q = query_of(f, SPAN_LIT("2001:db8::1"), SPAN_LIT("h.example"), SPAN_LIT("joe@quoted.example"));
	const struct spf_result *r;
	size_t asked;

	dns_table_add(f->table, span_of(own_zone));
	r = run(f, dns_table_dns(f->table), &q);
	assert_true(span_eq(r->explanation, SPAN_LIT("joe@quoted.example from 2001:db8::1 to mx.receiver.example at 1768478400 or%20so")));
	q.from = SPAN_LIT("j\roe@quoted.example"); /* nothing for an SMTP reply */
	r = run(f, dns_table_dns(f->table), &q);
	assert_true(r->result == AUTH_FAIL && r->explanation.len == 0);
	asked = dns_table_asked(f->table);
	q.explain = false;
	r = run(f, dns_table_dns(f->table), &q);
	assert_true(r->result == AUTH_FAIL && r->explanation.len == 0);
	assert_int_equal(dns_table_asked(f->table), asked + 1);
}

static struct op *take_nothing(struct dns *dns, struct span name, enum dns_type type, int64_t deadline_us, op_done *when_done, void *ctx)
{
	(void)dns, (void)name, (void)type, (void)deadline_us, (void)when_done, (void)ctx;
	return NULL;
}

static void no_dns(void **state)
{
	struct fixture *f = *state;
	struct spf_query q = query_of(f, SPAN_LIT("192.0.2.1"), SPAN_LIT("h.example"), SPAN_LIT("a@pass.example"));
	struct dns nobody = { .query = take_nothing };

	assert_int_equal(run(f, NULL, &q)->result, AUTH_TEMPERROR);
	assert_int_equal(run(f, &nobody, &q)->result, AUTH_TEMPERROR);
	q.from = SPAN_LIT("a@b");
	assert_int_equal(run(f, NULL, &q)->result, AUTH_NONE);
}

static void late(void **state)
{
	struct fixture *f = *state;
	struct spf_query q = query_of(f, SPAN_LIT("192.0.2.1"), SPAN_LIT("h.example"), SPAN_LIT("a@inc.example"));
	struct timespec two_ms = { 0, 2000000 };
	const struct spf_result *r = NULL;

	dns_table_add(f->table, span_of(own_zone));
	q.deadline_us = 1000;
	spf_check(dns_table_dns(f->table), f->arena, &q, done, &r);
	nanosleep(&two_ms, NULL); /* the include comes too late, whatever the machine does */
	while (r == NULL)
		loop_poll(f->loop);
	assert_int_equal(r->result, AUTH_TEMPERROR);
}

/* At every turn of the loop: nothing is open afterwards, done is not called. */
static void cancelled(void **state)
{
	static const char *const senders[] = { "a@inc.example", "a@mxfail.example", "a@b", "a@quoted.example", "a@keep.example" };
	struct fixture *f = *state;

	dns_table_add(f->table, span_of(own_zone));
	for (size_t s = 0; s < COUNT(senders); s++) {
		for (unsigned turns = 0; turns < 4; turns++) {
			struct spf_query q = query_of(f, SPAN_LIT("192.0.2.9"), SPAN_LIT("h.example"), span_of(senders[s]));
			const struct spf_result *r = NULL;
			struct op *op = spf_check(dns_table_dns(f->table), f->arena, &q, done, &r);

			for (unsigned i = 0; i < turns; i++)
				loop_poll(f->loop);
			if (r != NULL)
				continue;
			op_cancel(&op);
			for (unsigned i = 0; i < 5; i++)
				loop_poll(f->loop);
			assert_null(r);
		}
	}
}

/* More terms and longer texts than anybody needs: the limits hold, and the time is linear. */
static void large(void **state)
{
	struct fixture *f = *state;
	struct spf_query q = query_of(f, SPAN_LIT("192.0.2.1"), SPAN_LIT("h.example"), SPAN_LIT("a@large.example"));
	struct buf b = BUF_INIT(f->arena);

	buf_str(&b, "v=spf1");
	while (b.len < 60000)
		buf_str(&b, " ip4:198.51.100.1 ip6:2001:db8::1");
	buf_str(&b, " ip4:192.0.2.1 -all");
	dns_table_record(f->table, SPAN_LIT("large.example"), DNS_TXT, buf_span(&b));
	assert_int_equal(run(f, dns_table_dns(f->table), &q)->result, AUTH_PASS);
	dns_table_clear(f->table);
	buf_clear(&b);
	buf_str(&b, "v=spf1 a:");
	while (b.len < 60000)
		buf_str(&b, "%{s}");
	dns_table_record(f->table, SPAN_LIT("large.example"), DNS_TXT, buf_span(&b));
	assert_int_equal(run(f, dns_table_dns(f->table), &q)->result, AUTH_NEUTRAL);
	dns_table_clear(f->table);
	buf_clear(&b);
	buf_str(&b, "v=spf1");
	while (b.len < 60000)
		buf_str(&b, " a:x.example");
	dns_table_record(f->table, SPAN_LIT("large.example"), DNS_TXT, buf_span(&b));
	dns_table_record(f->table, SPAN_LIT("x.example"), DNS_A, SPAN_LIT("192.0.2.2"));
	assert_int_equal(run(f, dns_table_dns(f->table), &q)->result, AUTH_PERMERROR);
	assert_int_equal(dns_table_asked(f->table), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rfc7208, setup, teardown),
		cmocka_unit_test_setup_teardown(rfc4408, setup, teardown),
		cmocka_unit_test_setup_teardown(mail_auth, setup, teardown),
		cmocka_unit_test_setup_teardown(own, setup, teardown),
		cmocka_unit_test_setup_teardown(identities, setup, teardown),
		cmocka_unit_test_setup_teardown(explanation, setup, teardown),
		cmocka_unit_test_setup_teardown(no_dns, setup, teardown),
		cmocka_unit_test_setup_teardown(late, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled, setup, teardown),
		cmocka_unit_test_setup_teardown(large, setup, teardown),
	};

	return cmocka_run_group_tests_name("spf", tests, NULL, NULL);
}
