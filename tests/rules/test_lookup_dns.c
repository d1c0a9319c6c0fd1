/* dns.* of function rules: what the functions get, from a table of records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "rules/lookup_dns.h"
#include "scan/engine.h"
#include "../support/dns_table.h"

static const char mail[] = "From: a@example.com\r\nSubject: x\r\n\r\ntext\r\n";

static const char table[] =
	"a.test A 192.0.2.1\na.test A 192.0.2.2\na.test AAAA 2001:db8::1\nt.test TXT v=x one\nt.test TXT two\nm.test MX 20 second.test\nm.test MX 10 first.test\nn.test NS ns.test\n"
	"1.2.0.192.in-addr.arpa PTR one.test\n1.2.0.192.in-addr.arpa PTR two.test\n"
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR six.test\nexists.test EXISTS\nslow.test ANY TIMEOUT\nbroken.test ANY SERVFAIL\n";

/* The function returns a string, which becomes the evidence; NULL: RULE_ERROR. */
static const struct {
	const char *body, *evidence;
} rows[] = {
	{ "return table.concat(dns.a('A.test.'), ' ')", "192.0.2.1 192.0.2.2" },
	{ "return table.concat(dns.aaaa('a.test'), ' ')", "2001:db8::1" },
	{ "return table.concat(dns.txt('t.test'), '|')", "v=x one|two" },
	{ "local v = dns.mx('m.test') return #v .. v[1].host .. v[1].preference .. v[2].host .. v[2].preference", "2first.test10second.test20" },
	{ "return dns.ns('n.test')[1]", "ns.test" },
	{ "return table.concat(dns.ptr('192.0.2.1'), ' ')", "one.test two.test" },
	{ "return dns.ptr('1.2.0.192.in-addr.arpa')[1]", "one.test" },
	{ "return dns.ptr('2001:db8::1')[1]", "six.test" },
	{ "local v, why = dns.a('none.test') return tostring(v) .. ' ' .. why", "nil nxdomain" },
	{ "local v, why = dns.a('exists.test') return tostring(v) .. ' ' .. why", "nil nodata" },
	{ "local v, why = dns.a('slow.test') return tostring(v) .. ' ' .. why", "nil deadline" },
	{ "local v, why = dns.txt('broken.test') return tostring(v) .. ' ' .. why", "nil failed" },
	{ "local a, b = dns.a('a.test'), dns.txt('t.test') return a[1] .. b[1]", "192.0.2.1v=x one" },
	{ "local n = 0 for i = 1, 30 do n = n + #dns.a('a.test') end return tostring(n)", "60" },
	{ "return dns.a({})", NULL },
	{ "return dns.a()", NULL },
};

struct outcome {
	struct loop *loop;
	const struct scan *scan;
};

static void ended(void *ctx, const struct scan *scan)
{
	struct outcome *o = ctx;

	o->scan = scan;
	loop_stop(o->loop);
}

static struct transaction *transaction(void)
{
	struct arena *arena = arena_new(0);
	struct transaction *tx = ARENA_NEW(arena, struct transaction);

	tx->arena = arena;
	tx->raw = span_of(mail);
	tx->raw_size = tx->raw.len;
	return tx;
}

static const struct hit *find_hit(const struct engine *e, const struct scan *s, const char *name)
{
	int symbol = engine_symbol(e, name);

	for (size_t i = 0; i < s->hits.n; i++) {
		if (s->hits.v[i].sym == symbol)
			return &s->hits.v[i];
	}
	return NULL;
}

/* dns: whether the process has a resolver. The evidence of the hit ("" without one), in memory that is the caller's; NULL: the rule failed. */
static char *evidence_of(const char *body, bool dns)
{
	static const struct symbol symbol = { "RULE", "content", 1000, "", ACTION_NONE };
	struct arena *arena = arena_new(0);
	struct vm *vm = vm_new(&function_limits);
	struct functions *functions = functions_new(arena, vm, view_plan_new(arena));
	struct function_rule rule = { .symbol = &symbol, .where = "test.lua:1" };
	struct outcome o = { loop_new(), NULL };
	struct dns_table *t = dns_table_new(o.loop);
	struct services services = { .loop = o.loop, .dns = dns ? dns_table_dns(t) : NULL };
	const struct check *checks[3] = { &check_rule_error };
	struct transaction *tx = transaction();
	struct err err = { "" };
	struct conf *conf;
	struct engine *engine;
	const struct hit *hit;
	char *evidence = NULL;

	dns_table_add(t, span_of(table));
	lookup_dns_open(functions);
	if (!vm_load(vm, arena_printf(arena, "return function(m) %s end", body), "test.lua", &err) || !vm_call(vm, 0, 1, &err))
		fail_msg("%s", err.text);
	checks[1] = functions_add(functions, vm_state(vm), &rule);
	conf = conf_load(NULL, engine_setting_sets(arena, checks), &err);
	engine = engine_new(conf, checks, &err);
	if (engine == NULL)
		fail_msg("%s", err.text);
	scan_start(engine, &services, tx, STAGE_MESSAGE, 10000000, ended, &o);
	while (o.scan == NULL)
		loop_run(o.loop);
	hit = find_hit(engine, o.scan, "RULE");
	if (find_hit(engine, o.scan, "RULE_ERROR") == NULL)
		evidence = strndup(hit != NULL ? hit->evidence.p : "", hit != NULL ? hit->evidence.len : 0);
	arena_free(&tx->arena);
	engine_free(&engine);
	conf_free(&conf);
	dns_table_free(&t);
	loop_free(&o.loop);
	vm_free(&vm);
	arena_free(&arena);
	return evidence;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *evidence = evidence_of(rows[i].body, true);

		if ((evidence == NULL) != (rows[i].evidence == NULL) || (evidence != NULL && strcmp(evidence, rows[i].evidence) != 0))
			fail_msg("%s: '%s'", rows[i].body, evidence != NULL ? evidence : "RULE_ERROR");
		free(evidence);
	}
}

static void test_without_resolver(void **state)
{
	char *evidence = evidence_of("local v, why = dns.a('a.test') return tostring(v) .. ' ' .. why", false);

	(void)state;
	assert_string_equal(evidence, "nil unavailable");
	free(evidence);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_without_resolver) };

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
