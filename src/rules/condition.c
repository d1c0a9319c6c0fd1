#include "rules/condition.h"

#include <stdlib.h>

#include "base/array.h"

struct condition *condition_new(struct arena *arena)
{
	struct condition *c = ARENA_NEW(arena, struct condition);

	c->arena = arena;
	return c;
}

struct test *condition_add(struct condition *c, enum test_kind kind)
{
	struct test *t = ARRAY_ADD(c->arena, c->tests, c->n, c->cap);

	t->kind = kind;
	return t;
}

/* The kinds stand in the order of what they cost; the texts, too. */
static int by_cost(const void *a, const void *b)
{
	const struct test *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == TEST_TEXT && x->u.text.pick != y->u.text.pick)
		return x->u.text.pick < y->u.text.pick ? -1 : 1;
	return 0;
}

void condition_done(struct condition *c)
{
	if (c->n > 1)
		qsort(c->tests, c->n, sizeof(*c->tests), by_cost);
}

bool condition_counts(const struct condition *c)
{
	if (c->n != 1)
		return false;
	return c->tests[0].kind == TEST_TEXT || c->tests[0].kind == TEST_HEADER || c->tests[0].kind == TEST_LINK || c->tests[0].kind == TEST_FILE;
}

/* Gates. */

/* The smallest that one of several matchers gives. */
static size_t part_gates(const struct matcher *const *part, size_t n, struct matcher_gate *v)
{
	struct matcher_gate other[CONDITION_GATES];
	size_t best = 0;

	for (size_t i = 0; i < n; i++) {
		size_t found = part[i] != NULL ? matcher_gates(part[i], other, CONDITION_GATES) : 0;

		if (found != 0 && (best == 0 || found < best)) {
			memcpy(v, other, found * sizeof(*v));
			best = found;
		}
	}
	return best;
}

/* Those of all members together, when all have some. */
static size_t any_gates(const struct test *t, struct matcher_gate *v)
{
	struct matcher_gate other[CONDITION_GATES];
	size_t n = 0;

	for (size_t i = 0; i < t->u.group.n; i++) {
		size_t found = condition_gates(t->u.group.v[i], other);

		if (found == 0 || n + found > CONDITION_GATES)
			return 0;
		memcpy(v + n, other, found * sizeof(*v));
		n += found;
	}
	return n;
}

static size_t all_gates(const struct test *t, struct matcher_gate *v)
{
	for (size_t i = 0; i < t->u.group.n; i++) {
		size_t found = condition_gates(t->u.group.v[i], v);

		if (found != 0)
			return found;
	}
	return 0;
}

static size_t test_gates(const struct test *t, struct matcher_gate *v)
{
	switch (t->kind) {
	case TEST_PEER:
	case TEST_HEADER:
	case TEST_TEXT: return matcher_gates(t->u.text.matcher, v, CONDITION_GATES);
	case TEST_LINK: return part_gates(t->u.link.part, LINK_PARTS, v);
	case TEST_FILE: return part_gates(t->u.file.part, FILE_PARTS, v);
	case TEST_ANY: return any_gates(t, v);
	case TEST_ALL: return all_gates(t, v);
	default: return 0;
	}
}

size_t condition_gates(const struct condition *c, struct matcher_gate v[static CONDITION_GATES])
{
	struct matcher_gate other[CONDITION_GATES];
	size_t best = 0;

	for (size_t i = 0; i < c->n; i++) {
		size_t found = test_gates(&c->tests[i], other);

		if (found != 0 && (best == 0 || found < best)) {
			memcpy(v, other, found * sizeof(*v));
			best = found;
		}
	}
	return best;
}

/* One test each. */

static bool fact_holds(const struct test *t, const struct message *m)
{
	for (size_t i = 0; i < t->u.facts.n; i++) {
		if (fact_has(&m->facts, t->u.facts.v[i]) != 0)
			return true;
	}
	return false;
}

static bool size_holds(const struct test *t, const struct transaction *tx)
{
	uint64_t size = tx->raw_size > tx->raw.len ? tx->raw_size : tx->raw.len;

	return size >= t->u.size.min && size <= t->u.size.max;
}

static bool ip_holds(const struct test *t, struct rule_view *v, struct span *evidence_r)
{
	if (!v->tx->client.ip.set)
		return false;
	return matcher_ip(t->u.text.matcher, v, &v->tx->client.ip, view_peer(v, PEER_IP), evidence_r);
}

static bool peer_holds(const struct test *t, struct rule_view *v, struct span *evidence_r)
{
	const struct transaction *tx = v->tx;

	if (t->u.text.pick == PEER_RCPT) {
		for (size_t i = 0; i < tx->env.nrcpt; i++) {
			if (matcher_value(t->u.text.matcher, v, tx->env.rcpt[i].address, evidence_r))
				return true;
		}
		return false;
	}
	if (t->u.text.pick == PEER_FROM && !tx->env.from_set)
		return false;
	return matcher_value(t->u.text.matcher, v, view_peer(v, t->u.text.pick), evidence_r);
}

static bool header_holds(const struct test *t, struct rule_view *v, struct span *evidence_r)
{
	const struct view_values *values = view_pick(v, t->u.text.pick);

	for (size_t i = 0; i < values->n; i++) {
		if (matcher_value(t->u.text.matcher, v, values->v[i], evidence_r))
			return true;
	}
	return false;
}

/* Evidence is what the last part matched; that of the whole link or name is the first. */
static bool link_holds(const struct test *t, struct rule_view *v, const struct view_link *link, struct span *evidence_r)
{
	bool told = false;

	if (t->u.link.part[LINK_SCHEME] == NULL && span_eq(link->part[LINK_SCHEME], SPAN_LIT("mailto")))
		return false;
	for (size_t i = 0; i < LINK_PARTS; i++) {
		struct span match;

		if (t->u.link.part[i] == NULL)
			continue;
		if (!matcher_value(t->u.link.part[i], v, link->part[i], &match))
			return false;
		if (!told)
			*evidence_r = match;
		told = true;
	}
	return true;
}

static unsigned count_links(const struct test *t, struct rule_view *v, unsigned max, struct span *evidence_r)
{
	const struct view_link *links;
	unsigned count = 0;
	struct span match;
	size_t n;

	links = view_links(v, &n);
	for (size_t i = 0; i < n && count < max; i++) {
		if (link_holds(t, v, &links[i], &match) && count++ == 0)
			*evidence_r = match;
	}
	return count;
}

static bool file_holds(const struct test *t, struct rule_view *v, const struct view_file *file, struct span *evidence_r)
{
	struct span match;

	if (file->size > t->u.file.max_size)
		return false;
	for (size_t i = 0; i < FILE_PARTS; i++) {
		if (t->u.file.part[i] != NULL && !matcher_value(t->u.file.part[i], v, file->part[i], &match))
			return false;
	}
	*evidence_r = file->part[FILE_NAME].len != 0 ? file->part[FILE_NAME] : file->part[FILE_TYPE];
	return true;
}

static unsigned count_files(const struct test *t, struct rule_view *v, unsigned max, struct span *evidence_r)
{
	const struct view_file *files;
	unsigned count = 0;
	struct span match;
	size_t n;

	files = view_files(v, &n);
	for (size_t i = 0; i < n && count < max; i++) {
		if (file_holds(t, v, &files[i], &match) && count++ == 0)
			*evidence_r = match;
	}
	return count;
}

static bool group_holds(const struct test *t, struct rule_view *v, struct span *evidence_r)
{
	struct span match = SPAN_NONE;

	*evidence_r = SPAN_NONE;
	for (size_t i = 0; i < t->u.group.n; i++) {
		bool holds = condition_holds(t->u.group.v[i], v, &match);

		if (holds && evidence_r->p == NULL && t->kind != TEST_NONE)
			*evidence_r = match;
		if (holds != (t->kind == TEST_ALL))
			return t->kind == TEST_ANY;
	}
	return t->kind != TEST_ANY;
}

static bool test_holds(const struct test *t, struct rule_view *v, struct span *evidence_r)
{
	switch (t->kind) {
	case TEST_FACT: return fact_holds(t, v->msg);
	case TEST_SIZE: return size_holds(t, v->tx);
	case TEST_NRCPT: return v->tx->env.nrcpt >= t->u.size.min;
	case TEST_TLS: return (v->tx->client.tls_version.len != 0) == t->wanted;
	case TEST_AUTH: return (v->tx->client.auth_user.len != 0) == t->wanted;
	case TEST_ATTACHMENT: return (v->msg->nattachments != 0) == t->wanted;
	case TEST_FIELD: return view_has_field(v, t->u.field) == t->wanted;
	case TEST_IP: return ip_holds(t, v, evidence_r);
	case TEST_PEER: return peer_holds(t, v, evidence_r);
	case TEST_HEADER: return header_holds(t, v, evidence_r);
	case TEST_FILE: return count_files(t, v, 1, evidence_r) != 0;
	case TEST_LINK: return count_links(t, v, 1, evidence_r) != 0;
	case TEST_TEXT: return matcher_text(t->u.text.matcher, v, evidence_r);
	default: return group_holds(t, v, evidence_r);
	}
}

/* A quick look: candidates instead of patterns. */

static bool parts_may(const struct matcher *const *part, size_t n, struct rule_view *v)
{
	for (size_t i = 0; i < n; i++) {
		if (part[i] != NULL && !matcher_may(part[i], v))
			return false;
	}
	return true;
}

static bool has_files(struct rule_view *v)
{
	size_t n;

	view_files(v, &n);
	return n != 0;
}

static bool group_may(const struct test *t, struct rule_view *v)
{
	if (t->kind == TEST_NONE)
		return true;
	for (size_t i = 0; i < t->u.group.n; i++) {
		if (condition_may(t->u.group.v[i], v) != (t->kind == TEST_ALL))
			return t->kind == TEST_ANY;
	}
	return t->kind == TEST_ALL;
}

static bool test_may(const struct test *t, struct rule_view *v)
{
	struct span evidence;

	switch (t->kind) {
	case TEST_IP:
	case TEST_PEER:
	case TEST_HEADER:
	case TEST_TEXT: return matcher_may(t->u.text.matcher, v);
	case TEST_LINK: return v->msg->nlinks != 0 && parts_may(t->u.link.part, LINK_PARTS, v);
	case TEST_FILE: return has_files(v) && parts_may(t->u.file.part, FILE_PARTS, v);
	case TEST_ALL:
	case TEST_ANY:
	case TEST_NONE: return group_may(t, v);
	default: return test_holds(t, v, &evidence);
	}
}

bool condition_may(const struct condition *c, struct rule_view *v)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!test_may(&c->tests[i], v))
			return false;
	}
	return true;
}

bool condition_holds(const struct condition *c, struct rule_view *v, struct span *evidence_r)
{
	struct span evidence = SPAN_NONE;

	if (!condition_may(c, v))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		struct span match = SPAN_NONE;

		if (!test_holds(&c->tests[i], v, &match))
			return false;
		if (evidence.p == NULL)
			evidence = match;
	}
	if (evidence_r != NULL)
		*evidence_r = evidence;
	return true;
}

unsigned condition_count(const struct condition *c, struct rule_view *v, unsigned max, struct span *evidence_r)
{
	const struct test *t = &c->tests[0];
	const struct view_values *values;
	unsigned n = 0;

	*evidence_r = SPAN_NONE;
	if (!condition_may(c, v))
		return 0;
	switch (t->kind) {
	case TEST_TEXT: return matcher_count_text(t->u.text.matcher, v, max, evidence_r);
	case TEST_LINK: return count_links(t, v, max, evidence_r);
	case TEST_FILE: return count_files(t, v, max, evidence_r);
	default: break;
	}
	values = view_pick(v, t->u.text.pick);
	for (size_t i = 0; i < values->n && n < max; i++)
		n += matcher_count_value(t->u.text.matcher, v, values->v[i], max - n, evidence_r);
	return n;
}

bool scope_rcptset(const struct rule_scope *s, struct rule_view *v, struct task *t, rcptset *to_r)
{
	const struct envelope *env = &v->tx->env;
	struct span match;
	size_t *rcpt, n = 0;

	*to_r = RCPT_ALL;
	if ((s->directions >> v->tx->dir & 1) == 0)
		return false;
	if (s->rcpt == NULL)
		return true;
	if (!matcher_may(s->rcpt, v))
		return false;
	rcpt = ARENA_ARRAY(v->arena, env->nrcpt, size_t);
	for (size_t i = 0; i < env->nrcpt; i++) {
		if (matcher_value(s->rcpt, v, env->rcpt[i].address, &match))
			rcpt[n++] = i;
	}
	if (n == 0)
		return false;
	*to_r = task_rcptset(t, rcpt, n);
	return true;
}
