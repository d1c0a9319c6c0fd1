#include "judge.h"

#include <assert.h>
#include <stdio.h>

#include "base/array.h"
#include "rules/function.h"

static const struct symbol symbols[] = {
	{ "FOUND", "content", 1000, "The mail has X-Found", ACTION_NONE },
	{ "PICKED", "content", 1000, "A recipient was picked", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct header *h = header_find(&task_msg(t)->headers, SPAN_LIT("X-Found"));
	const struct envelope *env = &task_tx(t)->env;
	size_t rcpt[16], n = 0;
	uint64_t times = 0;

	(void)state;
	if (h != NULL && span_uint(h->value, 3, &times) && times != 0)
		hit_add_to(t, 0, (int32_t)times * 1000, RCPT_ALL, SPAN_NONE);
	for (size_t i = 0; i < env->nrcpt && n < 16; i++) {
		if (span_starts(env->rcpt[i].address, SPAN_LIT("picked")))
			rcpt[n++] = i;
	}
	if (n != 0)
		hit_add_to(t, 1, 1000, task_rcptset(t, rcpt, n), SPAN_NONE);
}

static const struct check own_check = { .name = "own", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 2, .run = run };

bool judge_start(struct judge *j, struct rules *rules, struct err *err_r)
{
	const struct check *const *more = rules_checks(rules);
	const struct check **checks = NULL;
	size_t n = 0, cap = 0;

	j->rules = rules;
	*ARRAY_ADD(j->arena, checks, n, cap) = &own_check;
	*ARRAY_ADD(j->arena, checks, n, cap) = &check_rule_error;
	for (; *more != NULL; more++)
		*ARRAY_ADD(j->arena, checks, n, cap) = *more;
	*ARRAY_ADD(j->arena, checks, n, cap) = NULL;
	j->conf = conf_load(NULL, engine_setting_sets(j->arena, checks), err_r);
	j->engine = j->conf != NULL ? engine_new(j->conf, checks, err_r) : NULL;
	j->loop = loop_new();
	j->services = (struct services){ .loop = j->loop };
	message_init();
	return j->engine != NULL;
}

bool judge_load(struct judge *j, const char *name, const char *rules, struct err *err_r)
{
	struct rules *loaded;

	*j = (struct judge){ .arena = arena_new(0) };
	loaded = rules_load_text(j->arena, name, span_of(rules), err_r);
	return loaded != NULL && judge_start(j, loaded, err_r);
}

void judge_prefilter(struct judge *j)
{
	size_t n;
	struct pattern_set *const *sets = rules_patterns(j->rules, &n);

	for (size_t i = 0; prefilter_available() && i < n; i++) {
		struct buf bytes = { .arena = j->arena };
		struct err err = { "" };
		bool ok = pattern_set_count(sets[i]) == 0 || (prefilter_compile(sets[i], NULL, &bytes, &err) && prefilter_attach(sets[i], buf_span(&bytes), &err));

		if (!ok)
			fprintf(stderr, "%s: %s\n", pattern_set_name(sets[i]), err.text);
		assert(ok);
	}
}

static void add_rcpt(struct transaction *tx, struct span address)
{
	struct rcpt *v = ARENA_ARRAY(tx->arena, tx->env.nrcpt + 1, struct rcpt);

	if (tx->env.nrcpt != 0)
		memcpy(v, tx->env.rcpt, tx->env.nrcpt * sizeof(*v));
	v[tx->env.nrcpt].raw = v[tx->env.nrcpt].address = address;
	tx->env.rcpt = v;
	tx->env.nrcpt++;
}

static void apply(struct transaction *tx, struct span key, struct span value)
{
	const struct {
		const char *key;
		struct span *to;
	} rows[] = {
		{ "name", &tx->client.name }, { "helo", &tx->client.helo }, { "user", &tx->client.auth_user }, { "tls", &tx->client.tls_version }, { "from", &tx->env.from },
	};

	if (span_eq(key, SPAN_LIT("rcpt"))) {
		add_rcpt(tx, value);
		return;
	}
	if (span_eq(key, SPAN_LIT("ip"))) {
		bool ok = ip_parse(value, &tx->client.ip);

		assert(ok);
		(void)ok;
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_eq(key, span_of(rows[i].key))) {
			*rows[i].to = value;
			tx->env.from_set |= rows[i].to == &tx->env.from;
			return;
		}
	}
	assert(!"unknown key of env");
}

static struct span crlf(struct arena *arena, const char *mail)
{
	struct buf b = BUF_INIT(arena);

	for (; *mail != '\0'; mail++) {
		if (*mail == '\n')
			buf_char(&b, '\r');
		buf_char(&b, *mail);
	}
	return buf_span(&b);
}

static void finished(void *ctx, const struct scan *scan)
{
	*(const struct scan **)ctx = scan;
}

static const char *hits_text(const struct scan *s)
{
	struct buf b = BUF_INIT(s->arena);

	for (unsigned sym = 0; sym < s->hits.symbols->n; sym++) {
		for (size_t i = 0; i < s->hits.n; i++) {
			const struct hit *h = &s->hits.v[i];
			const char *between = "{";

			if (h->sym != sym)
				continue;
			buf_printf(&b, "%s%s", b.len != 0 ? " " : "", s->hits.symbols->v[sym]->name);
			if (h->permille != 1000)
				buf_printf(&b, "=%d", (int)h->permille / 1000);
			if (h->evidence.len != 0)
				buf_printf(&b, "[%.*s]", SPAN_ARG(h->evidence));
			for (size_t r = 0; h->to != RCPT_ALL && r < s->tx->env.nrcpt; r++) {
				if (rcptset_has(s->hits.sets, h->to, r)) {
					buf_printf(&b, "%s%.*s", between, SPAN_ARG(s->tx->env.rcpt[r].address));
					between = ",";
				}
			}
			if (h->to != RCPT_ALL)
				buf_char(&b, '}');
		}
	}
	buf_char(&b, '\0');
	return b.p;
}

const char *judge_mail(struct judge *j, const char *mail, const char *env)
{
	struct transaction *tx;
	struct span lines = env != NULL ? span_of(env) : SPAN_NONE;

	arena_free(&j->mail);
	j->mail = arena_new(0);
	tx = ARENA_NEW(j->mail, struct transaction);
	tx->arena = j->mail;
	tx->raw = crlf(j->mail, mail);
	tx->raw_size = tx->raw.len;
	tx->received_us = INT64_C(1768478400000000);
	while (lines.len != 0) {
		struct span value = span_split(&lines, '\n'), key = span_split(&value, '=');

		apply(tx, key, value);
	}
	tx->dir = engine_direction(j->engine, &tx->client, true);
	j->scan = NULL;
	scan_start(j->engine, &j->services, tx, STAGE_MESSAGE, 30000000, finished, &j->scan);
	while (j->scan == NULL)
		loop_poll(j->loop);
	return hits_text(j->scan);
}

void judge_end(struct judge *j)
{
	arena_free(&j->mail);
	engine_free(&j->engine);
	conf_free(&j->conf);
	if (j->loop != NULL)
		loop_free(&j->loop);
	arena_free(&j->arena);
}
