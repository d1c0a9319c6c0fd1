/* winnow rules test, try, profile: rules over mails, in this process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/milli.h"
#include "cli/rules_options.h"
#include "mail/address.h"
#include "proto/json_writer.h"

struct tester {
	const struct rules_options *options;
	struct local_engine l;
	const char *only;          /* try: rules of this file alone are shown; NULL: all */
	const struct rule_info *info; /* of all rules */
	size_t ninfo;
	const struct scan *done;
	size_t mails, failed;
};

static struct span path_address(const char *text)
{
	struct address a;

	return address_parse_path(span_of(text), &a) ? a.spec : span_of(text);
}

static struct transaction *make_transaction(const struct tester *t, struct arena *arena, struct span raw)
{
	const struct rules_options *o = t->options;
	struct transaction *tx = ARENA_NEW(arena, struct transaction);
	struct rcpt *rcpt = ARENA_NEW(arena, struct rcpt);

	tx->arena = arena;
	if (o->ip != NULL)
		(void)ip_parse(span_of(o->ip), &tx->client.ip);
	tx->client.helo = span_of(o->helo);
	tx->client.auth_user = span_of(o->user);
	tx->env.from = o->from != NULL ? path_address(o->from) : SPAN_NONE;
	tx->env.from_set = o->from != NULL;
	if (o->rcpt != NULL) {
		rcpt->raw = span_of(o->rcpt);
		rcpt->address = path_address(o->rcpt);
		tx->env.rcpt = rcpt;
		tx->env.nrcpt = 1;
	}
	tx->raw = span_sub(raw, 0, (size_t)engine_scan_settings(t->l.ruleset.engine)->max_size);
	tx->raw_size = raw.len;
	tx->received_us = clock_wall_us();
	tx->dir = engine_direction(t->l.ruleset.engine, &tx->client, true);
	return tx;
}

static void finished(void *ctx, const struct scan *scan)
{
	struct tester *t = ctx;

	t->done = scan;
	loop_stop(t->l.loop);
}

static const struct scan *scan_mail(struct tester *t, struct arena *arena, struct span raw)
{
	struct transaction *tx = make_transaction(t, arena, raw);

	t->done = NULL;
	scan_start(t->l.ruleset.engine, &t->l.services, tx, STAGE_MESSAGE, engine_scan_settings(t->l.ruleset.engine)->deadline_us, finished, t);
	while (t->done == NULL)
		loop_run(t->l.loop);
	return t->done;
}

/* Whether a symbol is of the file that "try" was given. */
static bool is_shown(const struct tester *t, const char *name)
{
	size_t len;

	if (t->only == NULL)
		return true;
	len = strlen(t->only);
	for (size_t i = 0; i < t->ninfo; i++) {
		const struct rule_info *v = &t->info[i];

		if (strcmp(v->symbol->name, name) == 0 && strncmp(v->where, t->only, len) == 0 && v->where[len] == ':')
			return true;
	}
	return false;
}

static score_t hit_score(const struct profile *p, const struct hit *h)
{
	return (score_t)((int64_t)p->weights[h->sym] * h->permille / 1000);
}

static const struct profile *profile_of(const struct tester *t, const struct scan *s)
{
	return engine_profile(t->l.ruleset.engine, s->tx->env.nrcpt != 0 ? s->tx->env.rcpt[0].address : SPAN_NONE);
}

/* As text for a terminal: one line, and nothing that it would obey; C1 controls are 0xc2 0x80..0x9f in UTF-8. */
static void print_evidence(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i], next = i + 1 < s.len ? (unsigned char)s.p[i + 1] : 0;
		bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;

		i += c1;
		putchar(c < ' ' || c == 127 || c1 ? ' ' : c);
	}
}

static unsigned part_count(const struct tester *t, const struct scan *s, const struct rule_info *v)
{
	return v->part && is_shown(t, v->symbol->name) ? rules_count(t->l.ruleset.rules, s, v->symbol->name) : 0;
}

static void print_parts(const struct tester *t, const struct scan *s)
{
	for (size_t i = 0; t->only != NULL && i < t->ninfo; i++) {
		unsigned count = part_count(t, s, &t->info[i]);

		if (count != 0)
			printf("  %-28s  (part, %u)\n", t->info[i].symbol->name, count);
	}
}

static void print_text(const struct tester *t, const char *path, const struct scan *s)
{
	const struct profile *p = profile_of(t, s);
	struct verdict verdict;
	struct score score;
	char text[16];

	score_make(&s->hits, p, 0, &score);
	verdict_make(&score, p, s->tx->dir, SPAN_NONE, &verdict);
	printf("%s: %s %s%s\n", path, action_name(verdict.action), milli_text(score.total, 2, 3, text), s->late ? " (the deadline passed: incomplete)" : "");
	for (size_t i = 0; i < s->hits.n; i++) {
		const struct hit *h = &s->hits.v[i];
		const char *name = s->hits.symbols->v[h->sym]->name;

		if (!is_shown(t, name))
			continue;
		printf("  %-28s %7s  ", name, milli_text(hit_score(p, h), 2, 3, text));
		print_evidence(h->evidence);
		putchar('\n');
	}
	print_parts(t, s);
}

/* JSON for scripts. */

static void json_count(void *ctx, struct span rule, unsigned count)
{
	struct json *j = ctx;

	json_key(j, rule);
	json_int(j, count);
}

static void json_symbols(const struct tester *t, struct json *j, const struct scan *s, const struct profile *p)
{
	json_name(j, "symbols");
	json_object(j);
	for (size_t i = 0; i < s->hits.n; i++) {
		const struct hit *h = &s->hits.v[i];
		const char *name = s->hits.symbols->v[h->sym]->name;

		if (!is_shown(t, name))
			continue;
		json_key(j, span_of(name));
		json_object(j);
		json_name(j, "score");
		json_milli(j, hit_score(p, h));
		json_name(j, "count");
		json_milli(j, h->permille);
		json_name(j, "evidence");
		json_str(j, h->evidence);
		json_object_end(j);
	}
	json_object_end(j);
}

/* Rules as parts of others see them: how often each hit, those without a symbol included. */
static void json_counts(const struct tester *t, struct json *j, const struct scan *s)
{
	json_name(j, "parts");
	json_object(j);
	for (size_t i = 0; i < t->ninfo; i++) {
		unsigned count = part_count(t, s, &t->info[i]);

		if (count != 0)
			json_count(j, span_of(t->info[i].symbol->name), count);
	}
	json_object_end(j);
	json_name(j, "spamassassin");
	json_object(j);
	if (t->l.ruleset.spamassassin != NULL)
		sa_ruleset_each_hit(t->l.ruleset.spamassassin, s, json_count, j);
	json_object_end(j);
}

static void print_json(const struct tester *t, struct arena *arena, const char *path, const struct scan *s)
{
	const struct profile *p = profile_of(t, s);
	struct buf out = BUF_INIT(arena);
	struct json j = JSON_INIT(&out);
	struct score score;

	score_make(&s->hits, p, 0, &score);
	json_object(&j);
	json_name(&j, "file");
	json_str(&j, span_of(path));
	json_name(&j, "score");
	json_milli(&j, score.total);
	json_symbols(t, &j, s, p);
	json_counts(t, &j, s);
	json_object_end(&j);
	printf("%.*s\n", SPAN_ARG(buf_span(&out)));
}

/* The commands. */

static void test_file(struct tester *t, const char *path, bool quiet)
{
	struct arena *arena = arena_new(0);
	const struct scan *s;
	struct span raw;
	struct err err;

	if (!local_read(arena, path, &raw, &err)) {
		fprintf(stderr, "winnow rules: %s: %s\n", path, err.text);
		t->failed++;
	} else {
		s = scan_mail(t, arena, raw);
		t->mails++;
		if (!quiet && t->options->json)
			print_json(t, arena, path, s);
		else if (!quiet)
			print_text(t, path, s);
	}
	arena_free(&arena);
}

static void test_files(struct tester *t, int argc, char **argv, bool quiet)
{
	struct arena *arena = arena_new(0);
	struct file_list files = { .arena = arena };

	for (int i = 0; i < argc; i++)
		file_list_add(&files, argv[i]);
	for (size_t i = 0; i < files.n; i++)
		test_file(t, files.v[i], quiet);
	arena_free(&arena);
}

static bool open_tester(struct tester *t, const struct rules_options *o, const struct span_list *more)
{
	struct ip ip;
	struct err err;
	bool ok = o->ip == NULL || ip_parse(span_of(o->ip), &ip);

	*t = (struct tester){ .options = o };
	if (!ok)
		fprintf(stderr, "winnow rules: '%s' is no IP address\n", o->ip);
	else if (!(ok = local_engine_open(&t->l, o->config, more, &err)))
		fprintf(stderr, "winnow rules: %s\n", err.text);
	if (!ok)
		local_engine_close(&t->l);
	else
		t->info = rules_info(t->l.ruleset.rules, &t->ninfo);
	if (ok && o->dns)
		local_engine_ask_dns(&t->l);
	return ok;
}

static int close_tester(struct tester *t)
{
	local_engine_close(&t->l);
	return t->failed != 0 ? 1 : 0;
}

int rules_test(const struct rules_options *o, int argc, char **argv)
{
	struct tester t;

	if (!open_tester(&t, o, NULL))
		return 1;
	test_files(&t, argc, argv, false);
	return close_tester(&t);
}

int rules_try(const struct rules_options *o, int argc, char **argv)
{
	struct span file = span_of(argv[0]);
	struct span_list more = { &file, 1 };
	struct tester t;

	if (!open_tester(&t, o, &more))
		return 1;
	t.only = argv[0];
	test_files(&t, argc - 1, argv + 1, false);
	return close_tester(&t);
}

static int by_time(const void *a, const void *b)
{
	const struct rule_info *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

static void print_profile(struct tester *t)
{
	size_t n, never = 0;
	const struct rule_info *info = rules_info(t->l.ruleset.rules, &n);
	struct rule_info *v = ARENA_ARRAY(t->l.ruleset.arena, n + 1, struct rule_info);
	double mails = t->mails != 0 ? (double)t->mails : 1;
	uint64_t runs;
	int64_t ns;

	memcpy(v, info, n * sizeof(*v));
	qsort(v, n, sizeof(*v), by_time);
	rules_time_texts(t->l.ruleset.rules, &runs, &ns);
	printf("%zu mails; texts and prefilters: %.1f us a mail\n\n%-30s %10s %8s  %s\n", t->mails, (double)ns / 1000 / mails, "rule", "us a mail", "hits", "source");
	for (size_t i = 0; i < n; i++) {
		if (v[i].kind == RULE_FUNCTION)
			continue;
		never += v[i].hits == 0;
		printf("%-30s %10.3f %8llu  %s\n", v[i].symbol->name, (double)v[i].ns / 1000 / mails, (unsigned long long)v[i].hits, v[i].where);
	}
	printf("\n%zu rules never hit (functions are not measured):\n", never);
	for (size_t i = 0; i < n; i++) {
		if (v[i].hits == 0 && v[i].kind != RULE_FUNCTION)
			printf("  %s\n", v[i].symbol->name);
	}
}

int rules_profile(const struct rules_options *o, int argc, char **argv)
{
	struct tester t;

	if (!open_tester(&t, o, NULL))
		return 1;
	rules_time_begin(t.l.ruleset.rules);
	test_files(&t, argc, argv, true);
	print_profile(&t);
	return close_tester(&t);
}
