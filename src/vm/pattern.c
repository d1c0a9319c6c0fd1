#include "vm/pattern.h"

#include "base/ascii.h"

enum node_kind {
	NODE_CHAR,     /* a = the byte */
	NODE_ANY,
	NODE_CLASS,    /* a = the letter */
	NODE_SET,
	NODE_OPEN,     /* a = number of the capture */
	NODE_CLOSE,
	NODE_POSITION,
	NODE_BACK,
	NODE_BALANCE,
	NODE_FRONTIER,
	NODE_TAIL,     /* '$' */
	NODE_END,
};

static bool is_graph(uint8_t c)
{
	return c > ' ' && c < 127;
}

/* Capital letters negate; what is no class stands for itself. */
static bool in_class(uint8_t c, uint8_t letter)
{
	char ch = (char)c;
	bool in;

	switch (ascii_lower[letter]) {
	case 'a': in = ascii_isalpha(ch); break;
	case 'c': in = c < ' ' || c == 127; break;
	case 'd': in = ascii_isdigit(ch); break;
	case 'g': in = is_graph(c); break;
	case 'l': in = ascii_islower(ch); break;
	case 'p': in = is_graph(c) && !ascii_isalnum(ch); break;
	case 's': in = ascii_isspace(ch); break;
	case 'u': in = ascii_isupper(ch); break;
	case 'w': in = ascii_isalnum(ch); break;
	case 'x': in = ascii_isxdigit(ch); break;
	default: return letter == c;
	}
	return ascii_isupper((char)letter) ? !in : in;
}

/* set: the bytes between the brackets, checked when compiled. */
static bool in_set(uint8_t c, struct span set)
{
	size_t i = set.len > 0 && set.p[0] == '^' ? 1 : 0;
	bool negated = i == 1;

	while (i < set.len) {
		uint8_t first = (uint8_t)set.p[i];

		if (first == '%') {
			if (in_class(c, (uint8_t)set.p[i + 1]))
				return !negated;
			i += 2;
		} else if (i + 2 < set.len && set.p[i + 1] == '-') {
			if (c >= first && c <= (uint8_t)set.p[i + 2])
				return !negated;
			i += 3;
		} else {
			if (c == first)
				return !negated;
			i++;
		}
	}
	return negated;
}

/* The offset of the bracket that closes the set whose first byte stands at i; SPAN_NPOS when there is none. */
static size_t set_end(struct span text, size_t i)
{
	if (i < text.len && text.p[i] == '^')
		i++;
	for (bool first = true; i < text.len; first = false) {
		if (text.p[i] == ']' && !first)
			return i;
		i += text.p[i] == '%' ? 2 : 1;
	}
	return SPAN_NPOS;
}

struct compiler {
	struct pattern *p;
	size_t i;
	unsigned open[PATTERN_CAPTURES];
	unsigned nopen;
	bool closed[PATTERN_CAPTURES];
};

static const char *compile_set(struct compiler *c, struct pattern_node *node)
{
	size_t end = set_end(c->p->text, c->i);

	if (end == SPAN_NPOS)
		return "malformed pattern (missing ']')";
	node->from = (uint32_t)c->i;
	node->to = (uint32_t)end;
	c->i = end + 1;
	return NULL;
}

static const char *compile_open(struct compiler *c, struct pattern_node *node)
{
	unsigned number = c->p->ncaptures;

	if (number == PATTERN_CAPTURES)
		return "too many captures";
	c->p->ncaptures++;
	node->a = (uint8_t)number;
	if (c->i < c->p->text.len && c->p->text.p[c->i] == ')') {
		node->kind = NODE_POSITION;
		c->closed[number] = true;
		c->i++;
	} else {
		node->kind = NODE_OPEN;
		c->open[c->nopen++] = number;
	}
	return NULL;
}

static const char *compile_close(struct compiler *c, struct pattern_node *node)
{
	if (c->nopen == 0)
		return "invalid pattern capture";
	node->kind = NODE_CLOSE;
	node->a = (uint8_t)c->open[--c->nopen];
	c->closed[node->a] = true;
	return NULL;
}

static const char *compile_escape(struct compiler *c, struct pattern_node *node)
{
	struct span text = c->p->text;
	uint8_t letter;

	if (c->i >= text.len)
		return "malformed pattern (ends with '%')";
	letter = (uint8_t)text.p[c->i++];
	if (letter == 'b') {
		if (text.len - c->i < 2)
			return "malformed pattern (missing arguments to '%b')";
		node->kind = NODE_BALANCE;
		node->a = (uint8_t)text.p[c->i++];
		node->b = (uint8_t)text.p[c->i++];
		return NULL;
	}
	if (letter == 'f') {
		node->kind = NODE_FRONTIER;
		if (c->i >= text.len || text.p[c->i++] != '[')
			return "missing '[' after '%f' in pattern";
		return compile_set(c, node);
	}
	if (ascii_isdigit((char)letter)) {
		node->kind = NODE_BACK;
		node->a = (uint8_t)(letter - '1');
		return letter == '0' || node->a >= c->p->ncaptures || !c->closed[node->a] ? "invalid capture index in pattern" : NULL;
	}
	node->kind = ascii_isalpha((char)letter) ? NODE_CLASS : NODE_CHAR;
	node->a = letter;
	return NULL;
}

static const char *compile_node(struct compiler *c, struct pattern_node *node)
{
	struct span text = c->p->text;
	char byte = text.p[c->i++];
	const char *wrong = NULL;

	*node = (struct pattern_node){ .kind = NODE_CHAR, .a = (uint8_t)byte };
	switch (byte) {
	case '(':
		return compile_open(c, node);
	case ')':
		return compile_close(c, node);
	case '$':
		if (c->i == text.len) {
			node->kind = NODE_TAIL;
			return NULL;
		}
		break;
	case '.':
		node->kind = NODE_ANY;
		break;
	case '[':
		node->kind = NODE_SET;
		wrong = compile_set(c, node);
		break;
	case '%':
		wrong = compile_escape(c, node);
		break;
	default:
		break;
	}
	if (wrong == NULL && node->kind <= NODE_SET && c->i < text.len && span_chr(SPAN_LIT("*+-?"), text.p[c->i]) != SPAN_NPOS)
		node->repeat = (uint8_t)text.p[c->i++];
	return wrong;
}

const char *pattern_compile(struct pattern *p, struct span text, bool anchors)
{
	struct compiler c = { .p = p };

	p->text = text;
	p->n = 0;
	p->ncaptures = 0;
	p->anchored = anchors && text.len > 0 && text.p[0] == '^';
	c.i = p->anchored ? 1 : 0;
	if (text.len > UINT32_MAX)
		return "pattern too long";
	while (c.i < text.len) {
		const char *wrong;

		if (p->n == PATTERN_NODES)
			return "pattern too complex";
		wrong = compile_node(&c, &p->nodes[p->n++]);
		if (wrong != NULL)
			return wrong;
	}
	p->nodes[p->n] = (struct pattern_node){ .kind = NODE_END };
	return c.nopen != 0 ? "unfinished capture" : NULL;
}

struct matcher {
	const struct pattern *p;
	struct pattern_match *m;
	const char *end; /* of the subject */
	bool out;        /* of budget */
};

static bool step(struct matcher *mt, uint64_t n)
{
	if (*mt->m->budget < n) {
		*mt->m->budget = 0;
		mt->out = true;
		return false;
	}
	*mt->m->budget -= n;
	return true;
}

static struct span node_set(const struct matcher *mt, const struct pattern_node *node)
{
	return span_make(mt->p->text.p + node->from, node->to - node->from);
}

/* One byte against a node of the single kinds. */
static bool single(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	uint8_t c;

	if (s == mt->end || !step(mt, 1))
		return false;
	c = (uint8_t)*s;
	switch (node->kind) {
	case NODE_CHAR:
		return c == node->a;
	case NODE_CLASS:
		return in_class(c, node->a);
	case NODE_SET:
		return step(mt, (node->to - node->from) / 4) && in_set(c, node_set(mt, node));
	default:
		return true;
	}
}

static const char *balance(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	size_t depth = 1;

	if (s == mt->end || (uint8_t)*s != node->a)
		return NULL;
	for (s++; s < mt->end && step(mt, 1); s++) {
		if ((uint8_t)*s == node->b) {
			if (--depth == 0)
				return s + 1;
		} else if ((uint8_t)*s == node->a) {
			depth++;
		}
	}
	return NULL;
}

static bool frontier(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	struct span set = node_set(mt, node);
	uint8_t before = s == mt->m->subject.p ? 0 : (uint8_t)s[-1], after = s == mt->end ? 0 : (uint8_t)*s;

	return step(mt, set.len / 2) && !in_set(before, set) && in_set(after, set);
}

static const char *back_reference(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	struct span capture = mt->m->captures[node->a];
	size_t len = capture.len == CAPTURE_POSITION ? 0 : capture.len;

	if ((size_t)(mt->end - s) < len || !step(mt, len / 8))
		return NULL;
	return memcmp(s, capture.p, len) == 0 ? s + len : NULL;
}

/* Nodes that match in one way at most: where the match goes on, or NULL. */
static const char *advance(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	struct span *captures = mt->m->captures;

	switch (node->kind) {
	case NODE_OPEN:
		captures[node->a].p = s;
		return s;
	case NODE_CLOSE:
		captures[node->a].len = (size_t)(s - captures[node->a].p);
		return s;
	case NODE_POSITION:
		captures[node->a] = (struct span){ s, CAPTURE_POSITION };
		return s;
	case NODE_BACK:
		return back_reference(mt, node, s);
	case NODE_BALANCE:
		return balance(mt, node, s);
	case NODE_FRONTIER:
		return frontier(mt, node, s) ? s : NULL;
	case NODE_TAIL:
		return s == mt->end ? s : NULL;
	default:
		return single(mt, node, s) ? s + 1 : NULL;
	}
}

__attribute__((nonnull)) static const char *run(struct matcher *, const struct pattern_node *, const char *s);

static const char *run_longest(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	const char *least = node->repeat == '+' ? s + 1 : s, *at = s, *r;

	if (node->repeat == '?') {
		if (single(mt, node, at))
			at++;
	} else {
		while (single(mt, node, at))
			at++;
	}
	if (node[1].kind == NODE_END)
		return at >= least && !mt->out ? at : NULL;
	for (; at >= least && !mt->out; at--) {
		r = run(mt, node + 1, at);
		if (r != NULL)
			return r;
	}
	return NULL;
}

__attribute__((nonnull)) static const char *run_shortest(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	for (;; s++) {
		const char *r = run(mt, node + 1, s);

		if (r != NULL)
			return r;
		if (mt->out || !single(mt, node, s))
			return NULL;
	}
}

/* Recursion is as deep as the pattern has repeated nodes at most. */
static const char *run(struct matcher *mt, const struct pattern_node *node, const char *s)
{
	for (;; node++) {
		if (!step(mt, 1))
			return NULL;
		if (node->kind == NODE_END)
			return s;
		if (node->repeat == '-')
			return run_shortest(mt, node, s);
		if (node->repeat != 0)
			return run_longest(mt, node, s);
		s = advance(mt, node, s);
		if (s == NULL)
			return NULL;
	}
}

enum pattern_status pattern_match_at(const struct pattern *p, struct pattern_match *m, const char *at)
{
	struct matcher mt = { .p = p, .m = m, .end = span_end(m->subject) };

	m->begin = at;
	m->end = run(&mt, p->nodes, at);
	if (mt.out)
		return PATTERN_BUDGET;
	return m->end != NULL ? PATTERN_YES : PATTERN_NO;
}

/* Where the next match can begin: most patterns begin with a byte that must be there. */
static const char *next_start(const struct pattern *p, const char *at, const char *end)
{
	const struct pattern_node *first = p->nodes;

	while (first->kind == NODE_OPEN)
		first++;
	if (first->kind != NODE_CHAR || (first->repeat != 0 && first->repeat != '+'))
		return at;
	return at < end ? memchr(at, first->a, (size_t)(end - at)) : NULL;
}

enum pattern_status pattern_search(const struct pattern *p, struct pattern_match *m, const char *at)
{
	const char *end = span_end(m->subject);

	if (p->anchored)
		return pattern_match_at(p, m, at);
	for (;; at++) {
		const char *start = next_start(p, at, end);
		uint64_t skipped = (uint64_t)((start != NULL ? start : end) - at) / 16;
		enum pattern_status status;

		if (*m->budget < skipped) {
			*m->budget = 0;
			return PATTERN_BUDGET;
		}
		*m->budget -= skipped;
		if (start == NULL)
			return PATTERN_NO;
		at = start;
		status = pattern_match_at(p, m, at);
		if (status != PATTERN_NO || at == end)
			return status;
	}
}
