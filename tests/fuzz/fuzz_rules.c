/*
 * Rules over hostile messages: a fixed set that looks at everything there is to look at. What a rule says must agree with what its opposite says, evidence must be within its bounds.
 * The first line of the input may give the sender's address, and so on: "\x01FROM\x01HELO\x01RCPT\n".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "rules/function.h"
#include "rules/rules.h"
#include "scan/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules_text[] =
	"local text = { '/[a-z]+\\\\s+(?:fee|pay)\\\\b/i', 'click here', 'Überweisung', [[/^\\W*$/m]] }\n"
	"rule 'SUBJECT' { doc = 'd', subject = text }\n"
	"rule 'BODY' { doc = 'd', body = text }\n"
	"rule 'BODY_MANY' { doc = 'd', body = [[/\\w+/]], multiple = 3 }\n"
	"rule 'EMPTY_MATCHES' { doc = 'd', body = [[/x*/]], multiple = 1000 }\n"
	"rule 'HIDDEN' { doc = 'd', hidden = { '/./', 'secret' } }\n"
	"rule 'RAW' { doc = 'd', rawbody = { '/<a /i', 'href' } }\n"
	"rule 'FULL' { doc = 'd', full = '/boundary=(.)/i' }\n"
	"rule 'SLOW' { doc = 'd', body = '/(?:a+)+(?:a+)+(?:a+)+(?:a+)+(?:a+)+$/' }\n"
	"rule 'FIELD' { doc = 'd', header = { From = true } }\n"
	"rule 'NO_FIELD' { doc = 'd', header = { From = false } }\n"
	"rule 'HEADER' { doc = 'd', any = { { header = { ['X-A'] = 'b', ['From:name'] = { 'ann', '/a/' } } }, { header = { ['To:domain'] = '.example', all = '/a: b/' } },\n"
	"	{ header = { ['Subject:raw'] = '/=\\\\?/', ['Cc:addr'] = '@x' } }, { reply_to = '/a@/' } } }\n"
	"rule 'URL' { doc = 'd', url = '/./' }\n"
	"rule 'URL_PARTS' { doc = 'd', url = { host = { '.com', '/^a/' }, domain = '/./', path = '/x/', query = '/./', scheme = { 'http', 'https' }, text = 'here' } }\n"
	"rule 'FILE' { doc = 'd', attachment = { name = '/./', extension = { 'exe', 'pdf' }, type = '/^application/', size = '1K' } }\n"
	"rule 'FILES' { doc = 'd', attachment = true }\n"
	"rule 'NO_FILES' { doc = 'd', attachment = false }\n"
	"rule 'PEER' { doc = 'd', any = { { envelope = { from = { '', '@x' } } }, { envelope = { rcpt = '/a/' } }, { client = { helo = '/a/' } } }, rcpt = { '@x', '/a/' } }\n"
	"rule 'FACTS' { doc = 'd', fact = { 'BARE_CR', 'NUL_BYTE', 'HTML_BAD' } }\n"
	"rule 'SIZE' { doc = 'd', size = { min = 100 } }\n"
	"rule 'SMALL' { doc = 'd', size = { max = 99 } }\n"
	"rule 'META' { doc = 'd', meta = 'SUBJECT + BODY * 2 > 1 or (PEER and not URL)' }\n"
	"rule 'META_PEER' { doc = 'd', meta = 'not PEER' }\n";

struct world {
	struct arena *arena;
	struct conf *conf;
	struct engine *engine;
	struct loop *loop;
	struct services services;
};

/* Also where NDEBUG is set. */
static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct check **checks = NULL;
	size_t n = 0, cap = 0;
	struct rules *rules;
	struct err err = { "" };

	require(w != NULL, "no memory");
	message_init();
	w->arena = arena_new(0);
	rules = rules_load_text(w->arena, "rules.lua", span_of(rules_text), &err);
	require(rules != NULL, err.text);
	*ARRAY_ADD(w->arena, checks, n, cap) = &check_rule_error;
	for (const struct check *const *c = rules_checks(rules); *c != NULL; c++)
		*ARRAY_ADD(w->arena, checks, n, cap) = *c;
	*ARRAY_ADD(w->arena, checks, n, cap) = NULL;
	w->conf = conf_load(NULL, engine_setting_sets(w->arena, checks), &err);
	require(w->conf != NULL, err.text);
	w->engine = engine_new(w->conf, checks, &err);
	require(w->engine != NULL, err.text);
	w->loop = loop_new();
	w->services = (struct services){ .loop = w->loop };
	return w;
}

static void finished(void *ctx, const struct scan *scan)
{
	*(const struct scan **)ctx = scan;
}

static bool hit(const struct scan *s, const char *name)
{
	int symbol = symbol_find(s->hits.symbols, span_of(name));

	for (size_t i = 0; i < s->hits.n; i++) {
		if (s->hits.v[i].sym == symbol)
			return true;
	}
	return false;
}

static void check(const struct scan *s)
{
	for (size_t i = 0; i < s->hits.n; i++)
		require(s->hits.v[i].evidence.len <= 200 && s->hits.v[i].permille > 0 && s->hits.v[i].permille <= 3000, "a hit out of bounds");
	require(hit(s, "FIELD") != hit(s, "NO_FIELD"), "From is there and is not");
	require(hit(s, "FILES") != hit(s, "NO_FILES"), "an attachment is there and is not");
	require(hit(s, "SIZE") != hit(s, "SMALL"), "the size is unclear");
	require(!hit(s, "META") || hit(s, "BODY") || hit(s, "SUBJECT") || hit(s, "PEER"), "a meta rule without what it needs");
}

/* The line of the peer, when there is one, is taken off the front. */
static void take_peer(struct transaction *tx, struct span *input)
{
	struct rcpt *rcpt = ARENA_ARRAY(tx->arena, 16, struct rcpt);
	struct span line;

	tx->env.rcpt = rcpt;
	if (input->len == 0 || input->p[0] != '\x01')
		return;
	line = span_from(span_split(input, '\n'), 1);
	tx->env.from = span_split(&line, '\x01');
	tx->env.from_set = true;
	tx->client.helo = span_split(&line, '\x01');
	while (line.p != NULL && tx->env.nrcpt < 16) {
		rcpt[tx->env.nrcpt].address = span_split(&line, '\x01');
		rcpt[tx->env.nrcpt].raw = rcpt[tx->env.nrcpt].address;
		tx->env.nrcpt++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *w;
	struct arena *arena = arena_new(0);
	struct transaction *tx = ARENA_NEW(arena, struct transaction);
	struct span input = span_make((const char *)data, size);
	const struct scan *done = NULL;

	if (w == NULL)
		w = world_new();
	tx->arena = arena;
	take_peer(tx, &input);
	tx->raw = input;
	tx->raw_size = input.len;
	tx->dir = DIR_INBOUND;
	scan_start(w->engine, &w->services, tx, STAGE_MESSAGE, 30000000, finished, &done);
	while (done == NULL)
		loop_poll(w->loop);
	check(done);
	arena_free(&arena);
	return 0;
}
