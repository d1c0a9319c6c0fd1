/* Rules with one pattern over one kind of text: the set's prefilter over all of it names the candidates, which are tried line by line. */
#include "base/ascii.h"
#include "base/buf.h"
#include "spamassassin/ruleset_private.h"

static const struct sa_header_value *value_of_header(struct sa_run *run, unsigned header)
{
	struct sa_header_value *h = &run->headers[header];

	if (!h->known) {
		h->known = true;
		h->there = sa_header(run->view, run->rs->headers[header], &h->value);
	}
	return h;
}

/* The values of all headers that rules of this kind ask for, each followed by a line end. */
static struct span all_values(struct sa_run *run, enum sa_text text)
{
	struct buf b = BUF_INIT(run->arena);
	struct span *values = &run->values[text == SA_TEXT_HEADERS];

	if (values->p != NULL)
		return *values;
	for (unsigned i = 0; i < run->rs->nheaders; i++) {
		const struct sa_header_value *h;

		if (sa_header_is_long(run->rs->headers[i]) != (text == SA_TEXT_HEADERS))
			continue;
		h = value_of_header(run, i);
		if (!h->there)
			continue;
		buf_add(&b, h->value);
		if (h->value.len == 0 || h->value.p[h->value.len - 1] != '\n')
			buf_char(&b, '\n');
	}
	*values = buf_span(&b);
	return *values;
}

static struct span joined(struct sa_run *run, enum sa_text text)
{
	switch (text) {
	case SA_TEXT_HEADER:
	case SA_TEXT_HEADERS: return all_values(run, text);
	case SA_TEXT_BODY: return sa_body(run->view)->joined;
	case SA_TEXT_RAWBODY: return sa_rawbody(run->view)->joined;
	case SA_TEXT_URI: return sa_uri_list(run->view)->joined;
	default: return sa_full(run->view);
	}
}

static bool is_open(struct sa_run *run, enum sa_text text, unsigned gate)
{
	const struct gates *g = run->rs->gates[text];

	if (run->open[text] == NULL) {
		run->open[text] = ARENA_ARRAY(run->arena, gates_words(g) + 1, uint64_t);
		gates_scan(g, joined(run, text), run->open[text]);
	}
	return pattern_bit(run->open[text], gate);
}

static bool is_candidate(struct sa_run *run, enum sa_text text, const struct sa_rule *rule)
{
	const struct pattern_set *set = run->rs->sets[text];

	if (rule->gate >= 0)
		return is_open(run, text, (unsigned)rule->gate);
	if (run->candidates[text] == NULL) {
		run->candidates[text] = ARENA_ARRAY(run->arena, pattern_set_words(set) + 1, uint64_t);
		pattern_set_candidates(set, joined(run, text), run->candidates[text], NULL);
	}
	return pattern_bit(run->candidates[text], rule->pattern);
}

static void add_quoted(struct buf *b, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_isalnum(text.p[i]) && text.p[i] != '_' && text.p[i] != '\0')
			buf_char(b, '\\');
		if (text.p[i] == '\0')
			buf_str(b, "\\x00");
		else
			buf_char(b, text.p[i]);
	}
}

/* The tag whose "%{NAME}" stands at the front of s; -1: none. */
static int tag_at(const struct sa_run *run, const struct sa_template *t, struct span s, size_t *len_r)
{
	for (size_t i = 0; i < t->ntags; i++) {
		struct span name = run->rs->tags[t->tags[i]];

		if (span_starts(s, SPAN_LIT("%{")) && span_starts(span_from(s, 2), name) && s.len > name.len + 2 && s.p[name.len + 2] == '}') {
			*len_r = name.len + 3;
			return (int)t->tags[i];
		}
	}
	return -1;
}

/* The pattern of a template with what was captured in this message. NULL: something was not, or it became too long. */
static struct regex *fill_template(struct sa_run *run, const struct sa_template *t)
{
	struct buf b = { .arena = run->arena, .max = REGEX_PATTERN_MAX };
	struct err err;

	for (size_t i = 0; i < t->ntags; i++) {
		if (run->tags[t->tags[i]].n == 0)
			return NULL;
	}
	for (size_t i = 0; i < t->text.len;) {
		size_t len = 1;
		int tag = i > 0 && t->text.p[i - 1] == '\\' ? -1 : tag_at(run, t, span_from(t->text, i), &len);

		if (tag < 0) {
			buf_char(&b, t->text.p[i++]);
			continue;
		}
		buf_str(&b, "(?:");
		for (size_t k = 0; k < run->tags[tag].n; k++) {
			buf_str(&b, k != 0 ? "|" : "");
			add_quoted(&b, run->tags[tag].v[k]);
		}
		buf_char(&b, ')');
		i += len;
	}
	return b.full ? NULL : regex_new(buf_span(&b), t->flags, &err);
}

/* For each line, how often it has what a gate is for. */
static const uint8_t *gate_counts(struct sa_run *run, enum sa_text text, unsigned gate, const struct sa_lines *lines)
{
	const struct gates *g = run->rs->gates[text];
	uint8_t *counts;

	if (run->gate_counts[text] == NULL)
		run->gate_counts[text] = ARENA_ARRAY(run->arena, gates_words(g) * 64 + 1, uint8_t *);
	counts = run->gate_counts[text][gate];
	if (counts != NULL)
		return counts;
	counts = ARENA_ARRAY(run->arena, lines->n + 1, uint8_t);
	for (size_t i = 0; i < lines->n; i++)
		counts[i] = (uint8_t)gates_count(g, gate, lines->v[i]);
	run->gate_counts[text][gate] = counts;
	return counts;
}

/* Tried where a match may begin: that is much quicker than a search where there is none. */
static bool may_begin(const struct sa_run *run, const struct sa_rule *rule, const struct regex *re, struct span line)
{
	size_t at = 0;

	if (rule->starts == NULL)
		return true;
	while ((at = starts_next(rule->starts, line, at)) != SPAN_NPOS) {
		if (regex_match_at(re, run->rs->memory, line, at) != REGEX_NO)
			return true;
		at++;
	}
	return false;
}

/* A line at a time; one hit is enough but for rules that count. counts: by line, those with too few of what the pattern needs are passed over; may be NULL. */
static void match_lines(struct sa_run *run, unsigned number, const struct regex *re, const struct span *lines, size_t n, const uint8_t *counts)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	struct span evidence = SPAN_NONE, found;
	unsigned most = rule->multiple ? rule->max : 1;
	unsigned hits = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned k;

		if ((counts != NULL && counts[i] < rule->gate_times) || !may_begin(run, rule, re, lines[i]))
			continue;
		k = sa_run_count(run, rule, re, lines[i], most != 0 ? most - hits : 0, &found);
		if (k != 0 && hits == 0)
			evidence = found;
		hits += k;
		if (most != 0 && hits >= most)
			break;
	}
	if (hits != 0)
		sa_run_hit(run, number, hits, hits, evidence);
}

static void match_template(struct sa_run *run, unsigned number, const struct span *lines, size_t n)
{
	struct regex *re = fill_template(run, run->rs->rules[number].template);

	if (re != NULL)
		match_lines(run, number, re, lines, n, NULL);
	regex_free(&re);
}

/* A pattern with tags is tried only where its approximation matches: to make it is dear. */
static bool may_match(struct sa_run *run, const struct sa_rule *rule, const struct regex *re, const struct span *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (sa_run_matches(run, rule, re, lines[i], 0, NULL, 0))
			return true;
	}
	return false;
}

static void run_lines(struct sa_run *run, unsigned number, const struct span *lines, size_t n, const uint8_t *counts)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	const struct regex *re = rule->regex;

	if (rule->template == NULL)
		match_lines(run, number, re, lines, n, counts);
	else if (may_match(run, rule, re, lines, n))
		match_template(run, number, lines, n);
}

/* "HEADER !~ /PATTERN/": a hit where the pattern is not found. With tags: only when they are known. */
static void run_negated(struct sa_run *run, unsigned number, struct span value)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	bool found = false;

	if (rule->template != NULL) {
		struct regex *re = fill_template(run, rule->template);

		found = re == NULL || sa_run_matches(run, rule, re, value, 0, NULL, 0);
		regex_free(&re);
	} else if (is_candidate(run, rule->text, rule)) {
		found = sa_run_matches(run, rule, rule->regex, value, 0, NULL, 0);
	}
	if (!found)
		sa_run_hit(run, number, 1, 1, SPAN_NONE);
}

static void run_header(struct sa_run *run, unsigned number)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	const struct sa_header_value *h = value_of_header(run, rule->header);

	if (!h->there) {
		if (rule->absent != 0)
			sa_run_hit(run, number, rule->absent, rule->absent, SPAN_NONE);
	} else if (rule->exists) {
		sa_run_hit(run, number, 1, 1, SPAN_NONE);
	} else if (rule->negated) {
		run_negated(run, number, h->value);
	} else if (is_candidate(run, rule->text, rule)) {
		run_lines(run, number, &h->value, 1, NULL);
	}
}

static void run_line_rule(struct sa_run *run, unsigned number, enum sa_text text, const struct sa_lines *lines)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	size_t skip = text == SA_TEXT_BODY && (rule->cf->flags & CF_NOSUBJECT) && lines->n != 0 ? 1 : 0;
	const uint8_t *counts = NULL;

	if (rule->gate >= 0 && (rule->starts == NULL || rule->gate_times > 1)) /* where one is enough, the starts tell as much */
		counts = gate_counts(run, text, (unsigned)rule->gate, lines) + skip;
	run_lines(run, number, lines->v + skip, lines->n - skip, counts);
}

void sa_run_text(struct sa_run *run, unsigned number)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	struct span full;

	switch (rule->cf->kind) {
	case CF_HEADER: run_header(run, number); break;
	case CF_BODY:
		if (is_candidate(run, SA_TEXT_BODY, rule))
			run_line_rule(run, number, SA_TEXT_BODY, sa_body(run->view));
		break;
	case CF_RAWBODY:
		if (is_candidate(run, SA_TEXT_RAWBODY, rule))
			run_line_rule(run, number, SA_TEXT_RAWBODY, sa_rawbody(run->view));
		break;
	case CF_URI:
		if (is_candidate(run, SA_TEXT_URI, rule))
			run_line_rule(run, number, SA_TEXT_URI, sa_uri_list(run->view));
		break;
	case CF_FULL:
		full = sa_full(run->view);
		if (is_candidate(run, SA_TEXT_FULL, rule))
			run_lines(run, number, &full, 1, NULL);
		break;
	default: break;
	}
}
