/* What must stand in a text for a pattern to match. What is not understood is taken for anything at all, or ends the attempt: then nothing is known. */
#include "base/ascii.h"
#include "match/regex.h"
#include "spamassassin/gate_private.h"
#include "spamassassin/gate_start.h"

#define DEPTH_MOST 40
#define RUN_MOST 64

/* A part of a pattern. */
struct part {
	bool zero;     /* takes no bytes: an assertion */
	bool nullable; /* may match nothing */
	struct unit unit; /* first: bytes that may begin it; rest: bytes that may stand anywhere behind */
	struct factors factors;
	bool missing;  /* may be left off: matches nothing without asking for anything */
	struct start_rows rows;
};

struct parser {
	struct arena *arena;
	struct span s;
	size_t at;
	unsigned depth;
	bool failed;
	bool caseless, extended;
	bool front;    /* all before is nothing, or was left off */
	bool no_start; /* something that does not allow to leave off parts */
};

static struct part parse_alternatives(struct parser *p);

static struct part any_part(void)
{
	struct part a = { .nullable = true };

	bytes_turn(&a.unit.first);
	bytes_turn(&a.unit.rest);
	return a;
}

/* How often a byte is expected in text, roughly. */
static double frequency(unsigned char c)
{
	static const double letters[26] = { 60, 12, 22, 30, 95, 16, 15, 40, 56, 2, 6, 32, 20, 56, 60, 16, 1, 50, 50, 68, 22, 8, 15, 2, 15, 2 };

	if (c >= 'a' && c <= 'z')
		return letters[c - 'a'] / 1000;
	if (c == ' ')
		return 0.16;
	if (ascii_isalnum((char)c) || c == '\n' || c == '.' || c == '-' || c == '/' || c == '=')
		return 0.008;
	return c >= 0x80 || c < 0x20 ? 0.0015 : 0.003;
}

double gate_weight(const struct bytes *s)
{
	double sum = 0;

	for (unsigned c = 0; c < 256; c++) {
		if (bytes_has(s, (unsigned char)c))
			sum += frequency((unsigned char)c);
	}
	return sum < 1 ? sum : 1;
}

static double factor_cost(const struct unit *u, size_t n)
{
	double cost = 1;

	for (size_t i = 0; i < n; i++) {
		double stay = i + 1 < n ? gate_weight(&u[i].rest) : 0;

		cost *= gate_weight(&u[i].first) / (1 - (stay < 0.98 ? stay : 0.98));
	}
	return cost < 1 ? cost : 1;
}

/* The best row of at most GATE_UNITS units out of a longer one. */
static struct factors best_window(struct arena *arena, const struct unit *run, size_t n)
{
	struct factors f = { .cost = 2 };
	size_t best = 0, len = n < GATE_UNITS ? n : GATE_UNITS;

	if (n == 0)
		return f;
	for (size_t i = 0; i + len <= n; i++) {
		double cost = factor_cost(run + i, len);

		if (cost < f.cost) {
			f.cost = cost;
			best = i;
		}
	}
	f.v = ARENA_NEW(arena, struct factor);
	f.n = 1;
	f.v->n = len;
	memcpy(f.v->units, run + best, len * sizeof(*run));
	f.v->units[len - 1].rest = (struct bytes){ { 0 } }; /* it is found with its first byte */
	return f;
}

static bool is_better(const struct factors *a, const struct factors *b)
{
	return a->n != 0 && (b->n == 0 || a->cost < b->cost);
}

/* A sequence as it grows: units that follow each other in every match. */
struct sequence {
	struct part whole;
	bool begun;
	struct unit run[RUN_MOST];
	size_t nrun;
};

/* The rows of a part that may be repeated, or be missing. */
static void repeat_rows(struct parser *p, struct part *part, unsigned min, unsigned max)
{
	if (max > 1)
		start_rows_close(&part->rows);
	if (min == 0) {
		struct start_rows none = start_rows_empty(p->arena);

		part->rows = start_rows_either(p->arena, &part->rows, &none);
		part->missing = true;
	}
}

/* At the front, a part that may be missing is taken to be; an assertion there ends that, since it would be asked elsewhere. */
static void add_rows(struct parser *p, struct sequence *q, const struct part *part)
{
	q->whole.missing &= part->missing;
	if (p->front && part->missing)
		return;
	p->front = false;
	q->whole.rows = start_rows_then(p->arena, &q->whole.rows, &part->rows);
}

static void add_part(struct parser *p, struct sequence *q, const struct part *part)
{
	add_rows(p, q, part);
	if (part->zero)
		return;
	if (!q->begun || q->whole.nullable)
		bytes_join(&q->whole.unit.first, &part->unit.first);
	if (q->begun)
		bytes_join(&q->whole.unit.rest, &part->unit.first);
	bytes_join(&q->whole.unit.rest, &part->unit.rest);
	if (q->nrun == RUN_MOST) {
		struct factors f = best_window(p->arena, q->run, q->nrun);

		if (is_better(&f, &q->whole.factors))
			q->whole.factors = f;
		q->nrun = 0;
	}
	if (!part->nullable) {
		q->run[q->nrun++] = part->unit;
	} else if (q->nrun != 0) {
		bytes_join(&q->run[q->nrun - 1].rest, &part->unit.first);
		bytes_join(&q->run[q->nrun - 1].rest, &part->unit.rest);
	}
	if (!part->nullable && is_better(&part->factors, &q->whole.factors))
		q->whole.factors = part->factors;
	q->whole.nullable &= part->nullable;
	q->begun = true;
}

static struct part end_sequence(struct parser *p, struct sequence *q)
{
	struct factors f = best_window(p->arena, q->run, q->nrun);

	if (is_better(&f, &q->whole.factors))
		q->whole.factors = f;
	if (q->whole.nullable)
		q->whole.factors.n = 0;
	q->whole.zero = !q->begun;
	return q->whole;
}

/* "{2,3}", "{2}", "{2,}", "{,3}" at the front: its length; 0: no quantifier. */
static size_t braces(struct span s, unsigned *min_r, unsigned *max_r)
{
	size_t i = 1, digits = 0;
	unsigned v[2] = { 0, 0 };
	int n = 0;

	for (; i < s.len && s.p[i] != '}'; i++) {
		if (s.p[i] == ',' && n == 0) {
			n = 1;
		} else if (ascii_isdigit(s.p[i]) && v[n] < 100000) {
			v[n] = v[n] * 10 + (unsigned)(s.p[i] - '0');
			digits++;
		} else {
			return 0;
		}
	}
	if (i >= s.len || digits == 0)
		return 0;
	*min_r = v[0];
	*max_r = n == 0 ? v[0] : v[1] != 0 ? v[1] : 100000;
	return i + 1;
}

/* White space and comments of extended patterns. */
static bool skip_blank(struct parser *p)
{
	char c = p->s.p[p->at];

	if (!p->extended || (!ascii_isspace(c) && c != '#'))
		return false;
	while (c == '#' && p->at < p->s.len && p->s.p[p->at] != '\n')
		p->at++;
	p->at += p->at < p->s.len;
	return true;
}

static void quantify(struct parser *p, struct part *part)
{
	unsigned min = 1, max = 1;
	struct span s;
	size_t n = 1;

	while (p->at < p->s.len && skip_blank(p))
		;
	s = span_from(p->s, p->at);
	if (s.len == 0)
		return;
	if (s.p[0] == '*' || s.p[0] == '+') {
		min = s.p[0] == '+';
		max = 2;
	} else if (s.p[0] == '?') {
		min = 0;
	} else if (s.p[0] != '{' || (n = braces(s, &min, &max)) == 0) {
		return;
	}
	p->at += n;
	if (p->at < p->s.len && (p->s.p[p->at] == '?' || p->s.p[p->at] == '+'))
		p->no_start |= p->s.p[p->at++] == '+';
	repeat_rows(p, part, min, max);
	if (max > 1)
		bytes_join(&part->unit.rest, &part->unit.first);
	if (min > 1)
		part->factors.times = min < GATE_TIMES_MOST && part->factors.times < 2 ? min : GATE_TIMES_MOST;
	if (min == 0) {
		part->nullable = true;
		part->factors.n = 0;
	}
	if (max == 0) /* nothing of it, whatever it is */
		part->zero = true;
}

static void add_cased(const struct parser *p, struct bytes *set, unsigned char c)
{
	bytes_add(set, c);
	if (p->caseless && ascii_isalpha((char)c))
		bytes_add(set, c ^ 0x20);
}

/* The bytes that \d, \w and such stand for. False: no such class. */
static bool class_escape(char c, struct bytes *set)
{
	struct bytes s = { { 0 } };

	for (unsigned i = 0; i < 256; i++) {
		char b = (char)i;
		bool in;

		switch (ascii_tolower(c)) {
		case 'd': in = ascii_isdigit(b); break;
		case 'w': in = ascii_isalnum(b) || b == '_'; break;
		case 's': in = ascii_isspace(b); break;
		case 'h': in = b == ' ' || b == '\t' || b == '\xa0'; break;
		case 'v': case 'r': in = (b >= '\n' && b <= '\r') || b == '\x85'; break;
		case 'n': in = b == '\n'; break;
		default: return false;
		}
		if (in)
			bytes_add(&s, (unsigned char)i);
	}
	if (ascii_isupper(c) && c != 'R')
		bytes_turn(&s);
	bytes_join(set, &s);
	return true;
}

/* "\x41", "\x{41}" behind the x; -1: not understood. */
static int hex_value(struct parser *p)
{
	bool braced = p->at < p->s.len && p->s.p[p->at] == '{';
	int value = 0;
	unsigned digits = 0;

	p->at += braced;
	while (p->at < p->s.len && digits < (braced ? 8u : 2u) && ascii_xvalue(p->s.p[p->at]) >= 0 && value < 256) {
		value = value * 16 + ascii_xvalue(p->s.p[p->at++]);
		digits++;
	}
	if (braced && (p->at >= p->s.len || p->s.p[p->at++] != '}'))
		return -1;
	return value < 256 ? value : -1;
}

/* An escape that stands for one byte; p->at is behind the backslash. -1: it stands for something else. */
static int byte_escape(struct parser *p)
{
	static const char from[] = "tnrfae", to[] = "\t\n\r\f\a\033";
	char c = p->s.p[p->at];
	const char *known = memchr(from, c, sizeof(from) - 1);

	if (c == 'x') {
		p->at++;
		return hex_value(p);
	}
	if (ascii_isalnum(c) && known == NULL)
		return -1;
	p->at++;
	return known != NULL ? to[known - from] : (unsigned char)c;
}

/* One member of a class: a byte (returned), or several (-1, added to the set). */
static int class_member(struct parser *p, struct bytes *set)
{
	char c = p->s.p[p->at++];
	struct span rest = span_from(p->s, p->at);
	size_t end;
	int byte;

	if (c == '[' && rest.len != 0 && (rest.p[0] == ':' || rest.p[0] == '.' || rest.p[0] == '=')) {
		end = span_find(rest, SPAN_LIT(":]"));
		if (end == SPAN_NPOS)
			return '[';
		p->at += end + 2;
		*set = any_part().unit.first; /* a named class: anything will do */
		return -1;
	}
	if (c != '\\')
		return (unsigned char)c;
	if (rest.len == 0) {
		p->failed = true;
		return -1;
	}
	if (rest.p[0] == 'b') {
		p->at++;
		return '\b';
	}
	if (strchr("dwshvDWSHV", rest.p[0]) != NULL && class_escape(rest.p[0], set)) {
		p->at++;
		return -1;
	}
	if (ascii_isdigit(rest.p[0]) || strchr("pPNREQcoUuLl", rest.p[0]) != NULL) {
		p->failed = true;
		return -1;
	}
	byte = byte_escape(p);
	p->failed |= byte < 0;
	return byte;
}

static struct part parse_class(struct parser *p)
{
	struct part part = { .zero = false };
	struct bytes *set = &part.unit.first;
	bool turned = p->at < p->s.len && p->s.p[p->at] == '^';
	bool first = true;

	p->at += turned;
	for (; !p->failed && p->at < p->s.len && (first || p->s.p[p->at] != ']'); first = false) {
		int from = class_member(p, set), to = from;

		if (from >= 0 && p->at + 1 < p->s.len && p->s.p[p->at] == '-' && p->s.p[p->at + 1] != ']') {
			p->at++;
			to = class_member(p, set);
			if (to < 0)
				p->failed = true;
		}
		for (int c = from; from >= 0 && c <= to; c++)
			add_cased(p, set, (unsigned char)c);
	}
	if (p->at++ >= p->s.len)
		p->failed = true;
	if (turned)
		bytes_turn(set);
	return part;
}

static struct part parse_escape(struct parser *p)
{
	struct part part = { .zero = false };
	char c;
	int byte;

	if (p->at >= p->s.len) {
		p->failed = true;
		return part;
	}
	c = p->s.p[p->at];
	if (span_chr(SPAN_LIT("bBAzZGK"), c) != SPAN_NPOS) {
		p->no_start |= c == 'G' || c == 'K';
		p->at++;
		part.zero = true;
		return part;
	}
	if (span_chr(SPAN_LIT("dwshvDWSHVRN"), c) != SPAN_NPOS && class_escape(c, &part.unit.first)) {
		p->at++;
		if (c == 'R') { /* "\r\n" is one */
			bytes_join(&part.unit.rest, &part.unit.first);
			part.rows = start_rows_byte(p->arena, &part.unit.first);
			start_rows_close(&part.rows);
		}
		return part;
	}
	if (c >= '1' && c <= '9') {
		while (p->at < p->s.len && ascii_isdigit(p->s.p[p->at]))
			p->at++;
		p->no_start = true; /* a group that it refers to may have been left off */
		return any_part();
	}
	byte = c == '0' ? -1 : byte_escape(p);
	if (byte < 0)
		p->failed = true;
	else
		add_cased(p, &part.unit.first, (unsigned char)byte);
	return part;
}

/* Letters of flags up to ':' or ')', behind "(?". False: it is no such group. */
static bool read_flags(struct parser *p)
{
	size_t i = p->at;
	bool on = true;

	while (i < p->s.len && (ascii_islower(p->s.p[i]) || p->s.p[i] == '-' || p->s.p[i] == '^'))
		i++;
	if (i >= p->s.len || (p->s.p[i] != ':' && p->s.p[i] != ')') || (i > p->at && p->s.p[p->at] == 'P'))
		return false;
	for (; p->at < i; p->at++) {
		char c = p->s.p[p->at];

		if (c == '^')
			p->caseless = p->extended = false;
		else if (c == '-')
			on = false;
		else if (c == 'i')
			p->caseless = on;
		else if (c == 'x')
			p->extended = on;
	}
	return true;
}

/* Behind "(?": takes what stands before the group's inside. zero_r: nothing inside counts. False: not understood. */
static bool open_group(struct parser *p, bool *zero_r)
{
	struct span rest = span_from(p->s, p->at);
	size_t end;

	*zero_r = false;
	if (span_starts(rest, SPAN_LIT("<=")) || span_starts(rest, SPAN_LIT("<!"))) {
		*zero_r = true;
		p->at += 2;
	} else if (rest.len != 0 && (rest.p[0] == '=' || rest.p[0] == '!')) {
		*zero_r = true;
		p->at++;
	} else if (rest.len != 0 && (rest.p[0] == '>' || rest.p[0] == '|')) {
		p->no_start = true;
		p->at++;
	} else if (span_starts(rest, SPAN_LIT("<")) || span_starts(rest, SPAN_LIT("'")) || span_starts(rest, SPAN_LIT("P<"))) {
		end = span_chr(span_from(rest, 2), rest.p[0] == '\'' ? '\'' : '>');
		if (end == SPAN_NPOS)
			return false;
		p->at += end + 3;
	} else if (read_flags(p)) {
		p->at += p->s.p[p->at] == ':';
	} else {
		return false;
	}
	return true;
}

static struct part parse_group(struct parser *p)
{
	bool caseless = p->caseless, extended = p->extended, zero = false;
	struct part part = { .zero = true };
	struct span rest = span_from(p->s, p->at);

	if (p->depth == DEPTH_MOST || span_starts(rest, SPAN_LIT("?#")) || span_starts(rest, SPAN_LIT("?(")) || span_starts(rest, SPAN_LIT("*"))) {
		p->failed = true;
		return part;
	}
	if (span_starts(rest, SPAN_LIT("?"))) {
		p->at++;
		if (!open_group(p, &zero)) {
			p->failed = true;
			return part;
		}
		if (p->at < p->s.len && p->s.p[p->at] == ')' && p->s.p[p->at - 1] != ':') { /* "(?i)": from here on */
			p->at++;
			return part;
		}
	}
	p->depth++;
	part = parse_alternatives(p);
	p->depth--;
	p->caseless = caseless;
	p->extended = extended;
	if (p->at >= p->s.len || p->s.p[p->at++] != ')')
		p->failed = true;
	if (zero)
		part = (struct part){ .zero = true };
	return part;
}

static struct part parse_atom(struct parser *p)
{
	struct part part = { .zero = false };
	char c = p->s.p[p->at++];

	switch (c) {
	case '(': return parse_group(p);
	case '[': return parse_class(p);
	case '\\': return parse_escape(p);
	case '^':
	case '$':
		part.zero = true;
		return part;
	case '.':
		bytes_turn(&part.unit.first);
		return part;
	default:
		add_cased(p, &part.unit.first, (unsigned char)c);
		return part;
	}
}

static struct part parse_sequence(struct parser *p)
{
	struct sequence *q = ARENA_NEW(p->arena, struct sequence);

	q->whole.nullable = true;
	q->whole.missing = true;
	q->whole.rows = start_rows_empty(p->arena);
	while (!p->failed && p->at < p->s.len && p->s.p[p->at] != '|' && p->s.p[p->at] != ')') {
		struct part part;

		if (skip_blank(p))
			continue;
		part = parse_atom(p);
		if (part.rows.v == NULL)
			part.rows = part.zero ? start_rows_empty(p->arena) : start_rows_byte(p->arena, &part.unit.first);
		quantify(p, &part);
		add_part(p, q, &part);
	}
	return end_sequence(p, q);
}

static void join_factors(struct arena *arena, struct factors *f, const struct factors *more)
{
	struct factor *v;

	if (f->n == 0 || more->n == 0 || f->n + more->n > GATE_FACTORS) {
		f->n = 0;
		return;
	}
	v = ARENA_ARRAY(arena, f->n + more->n, struct factor);
	memcpy(v, f->v, f->n * sizeof(*v));
	memcpy(v + f->n, more->v, more->n * sizeof(*v));
	f->v = v;
	f->n += more->n;
	f->cost += more->cost;
	f->times = f->times < more->times ? f->times : more->times;
}

static struct part parse_alternatives(struct parser *p)
{
	bool front = p->front;
	struct part all = parse_sequence(p);

	while (!p->failed && p->at < p->s.len && p->s.p[p->at] == '|') {
		struct part next;

		p->at++;
		p->front = front;
		next = parse_sequence(p);
		all.missing |= next.missing;
		all.rows = start_rows_either(p->arena, &all.rows, &next.rows);
		if (all.zero || next.zero) { /* an empty alternative */
			all.nullable = true;
			next.nullable = true;
		}
		all.zero &= next.zero;
		all.nullable |= next.nullable;
		bytes_join(&all.unit.first, &next.unit.first);
		bytes_join(&all.unit.rest, &next.unit.rest);
		join_factors(p->arena, &all.factors, &next.factors);
	}
	if (all.nullable)
		all.factors.n = 0;
	p->front = front;
	return all;
}

struct factors gate_factors(struct arena *arena, struct span pattern, unsigned flags)
{
	struct parser p = { .arena = arena, .s = pattern, .caseless = (flags & REGEX_CASELESS) != 0, .extended = (flags & REGEX_EXTENDED) != 0, .front = true };
	struct part all = parse_alternatives(&p);

	if (p.failed || p.at != pattern.len || all.nullable || all.zero)
		all.factors.n = 0;
	if (all.factors.n != 0 && !p.no_start && !all.missing)
		all.factors.rows = all.rows;
	return all.factors;
}
