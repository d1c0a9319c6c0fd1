/* One Received field: what it says about a handover. */
#include <assert.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "spamassassin/view_ip.h"
#include "spamassassin/view_relay.h"

#define LOCALHOST \
	"(?i:localhost(?:\\.localdomain)?|\\b(?<!:)127\\.0\\.0\\.1\\b|(?:IPv6:|(?<![a-f0-9:]))(?:[0:]{2,30}:?ffff:127\\.0\\.0\\.1|[0:]{2,36}0{0,3}1)(?![a-f0-9:]))"
#define HELO_CHARS "-A-Za-z0-9.^+_&:=?!@%*$\\\\/"

#define PAIRS 4096

struct line {
	struct sa_view *view;
	uint64_t pairs[PAIRS / 64]; /* which two bytes stand side by side: tells fast that a literal is not there */
	struct span text;
	enum relay_family family;
	struct sa_relay *relay;
	bool looked_up;
};

/* The braces behind a letter of a form; SPAN_NONE when there are none. *at_r: behind what was read. */
static struct span form_braces(struct span form, size_t *at_r)
{
	size_t depth = 0;

	if (*at_r >= form.len || form.p[*at_r] != '{')
		return SPAN_NONE;
	for (size_t i = *at_r; i < form.len; i++) {
		depth += form.p[i] == '{';
		if (form.p[i] == '}' && --depth == 0) {
			struct span inner = span_sub(form, *at_r + 1, i - *at_r - 1);

			*at_r = i + 1;
			return inner;
		}
	}
	abort(); /* a form of ours leaves them open */
}

static void expand_plain(struct buf *out, struct span form)
{
	for (size_t i = 0; i < form.len; i++) {
		if (form.p[i] == '%' && i + 1 < form.len && form.p[i + 1] == 'I') {
			buf_str(out, SA_IP);
			i++;
		} else {
			buf_char(out, form.p[i]);
		}
	}
}

static void expand_letter(struct buf *out, struct span form, size_t *at_r, char *fields_r)
{
	char letter = form.p[(*at_r)++];
	struct span own = form_braces(form, at_r);
	size_t n = strlen(fields_r);

	if (letter == '%') {
		buf_char(out, '%');
	} else if (letter == 'I') {
		buf_str(out, SA_IP);
	} else if (letter == 'L') {
		buf_str(out, LOCALHOST);
	} else {
		assert(n < RELAY_CAPTURES);
		fields_r[n] = letter;
		buf_char(out, '(');
		if (own.p != NULL)
			expand_plain(out, own);
		else
			buf_str(out, letter == 'i' ? SA_IP : "\\S+");
		buf_char(out, ')');
	}
}

static void compile_form(struct arena *arena, const char *text, struct relay_pattern *pattern_r)
{
	struct buf out = BUF_INIT(arena);
	struct span form = span_of(text);

	for (size_t i = 0; i < form.len;) {
		if (form.p[i] != '%') {
			buf_char(&out, form.p[i++]);
			continue;
		}
		i++;
		expand_letter(&out, form, &i, pattern_r->fields);
	}
	buf_char(&out, '\0');
	pattern_r->regex = sa_pattern(arena, out.p, 0);
}

void relay_patterns(struct arena *arena, struct sa_relay_config *c)
{
	size_t nforms = 0, nauths = 0;

	while (relay_forms[nforms].form != NULL)
		nforms++;
	while (relay_auths[nauths].pattern != NULL)
		nauths++;
	c->patterns = ARENA_ARRAY(arena, nforms, struct relay_pattern);
	for (size_t i = 0; i < nforms; i++)
		compile_form(arena, relay_forms[i].form, &c->patterns[i]);
	c->auths = ARENA_ARRAY(arena, nauths, struct regex *);
	for (size_t i = 0; i < nauths; i++) {
		struct relay_pattern p = { 0 };

		compile_form(arena, relay_auths[i].pattern, &p);
		c->auths[i] = p.regex;
	}
	c->date = sa_pattern(arena,
	                     "[\\s;]+(?:(?:Mon|T(?:ue|hu)|Wed|Fri|S(?:at|un)), )?\\d+ (?:J(?:an|u[nl])|Feb|Ma[ry]|A(?:pr|ug)|Sep|Oct|Nov|Dec) \\d+ \\d+:\\d+(?::\\d+)? \\S+$",
	                     0);
	c->local_for = sa_pattern(arena, "\\bwith local for\\b", 0);
	c->plain_from = sa_pattern(arena, "^from (?!\\[[\\d.]+\\] )(\\S+) by [^\\s;]+ ?;", REGEX_CASELESS);
	c->id = sa_pattern(arena, " id <?([^\\s<>;]{3,})", 0);
	c->helo_equals = sa_pattern(arena, "\\bhelo=([" HELO_CHARS "]+)(?:[^" HELO_CHARS "]|$)", 0);
	c->helo_word = sa_pattern(arena, "\\b(?:HELO|EHLO) ([" HELO_CHARS "]+)(?:[^" HELO_CHARS "]|$)", 0);
	c->by = sa_pattern(arena, " by (\\S+)(?:[^-A-Za-z0-9;.]|$)", 0);
	c->sender = sa_pattern(arena, "(?:return-path:? |envelope-(?:sender|from)[ =])(\\S+)\\b", REGEX_CASELESS);
	c->exchange = sa_pattern(arena, " with (?:Microsoft SMTP Server|mapi id) (?:\\([^\\)]+\\) )?\\d+\\.\\d+\\.\\d+\\.\\d+(?:$| )", 0);
	c->bracketed = sa_pattern(arena, "\\[(" SA_IP ")\\]", 0);
	c->any_ip = sa_pattern(arena, "(" SA_IP ")", 0);
	c->guess = sa_pattern(arena, "^(\\S+)[^-A-Za-z0-9.]", 0);
	c->xmail_id = sa_pattern(arena, " id <(\\S+)>", 0);
	c->xmail_from = sa_pattern(arena, " from <(\\S+)>", 0);
	c->sub_helo = sa_pattern(arena, "helo=(\\S+)", 0);
	c->sub_ident = sa_pattern(arena, "ident=(\\S*)", 0);
}

static unsigned pair_of(char a, char b)
{
	return ((unsigned)(uint8_t)a << 5 ^ (uint8_t)b) % PAIRS;
}

static void note_pairs(struct line *l)
{
	for (size_t i = 0; i + 1 < l->text.len; i++) {
		unsigned pair = pair_of(l->text.p[i], l->text.p[i + 1]);

		l->pairs[pair / 64] |= (uint64_t)1 << pair % 64;
	}
}

/* Whether a literal of at least one byte stands in the line. */
static bool line_has(const struct line *l, const char *literal)
{
	for (size_t i = 0; literal[i + 1] != '\0'; i++) {
		unsigned pair = pair_of(literal[i], literal[i + 1]);

		if (!(l->pairs[pair / 64] >> pair % 64 & 1))
			return false;
	}
	return span_has(l->text, span_of(literal));
}

static bool matches(const struct line *l, const struct regex *regex, struct span text, struct span *group, size_t n)
{
	return regex_match(regex, l->view->config->memory, text, 0, group, n) == REGEX_YES;
}

static bool take(const struct line *l, const struct regex *regex, struct span text, struct span *value_r)
{
	struct span group[2];

	if (!matches(l, regex, text, group, 2))
		return false;
	*value_r = group[1];
	return true;
}

/* White space made single blanks, none at the ends, no semicolons at the end. */
static struct span normal_line(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len + 1);
	size_t n = 0;

	s = span_trim(s);
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isspace(s.p[i]))
			p[n++] = s.p[i];
		else if (!ascii_isspace(s.p[i - 1]))
			p[n++] = ' ';
	}
	while (n > 0 && p[n - 1] == ';') {
		n--;
		n -= n > 0 && p[n - 1] == ' ';
	}
	return span_make(p, n);
}

/* "name)by host" lacks a blank. */
static struct span spaced_by(struct arena *arena, struct span s)
{
	size_t at = span_find(s, SPAN_LIT(")by "));

	if (at == SPAN_NPOS)
		return s;
	return arena_printf(arena, "%.*s) by %.*s", SPAN_ARG(span_sub(s, 0, at)), SPAN_ARG(span_from(s, at + 4)));
}

static struct span fill_captures(struct arena *arena, const char *text, const struct span *group)
{
	struct buf out = BUF_INIT(arena);

	for (; *text != '\0'; text++) {
		if (*text == '%')
			buf_add(&out, group[*++text - '0']);
		else
			buf_char(&out, *text);
	}
	return buf_span(&out);
}

static void find_auth(struct line *l)
{
	const struct sa_relay_config *c = l->view->config->relay;
	struct span group[3] = { { 0 } };

	for (size_t i = 0; relay_auths[i].pattern != NULL; i++) {
		if (!line_has(l, relay_auths[i].need) || !matches(l, c->auths[i], l->text, group, 3))
			continue;
		l->relay->auth = fill_captures(l->view->arena, relay_auths[i].text, group);
		return;
	}
}

static enum relay_family family_of(const struct line *l)
{
	if (line_has(l, " SMTPSVC"))
		return FAMILY_SMTPSVC;
	if (line_has(l, " with M") || line_has(l, " with mapi id")) {
		if (matches(l, l->view->config->relay->exchange, l->text, NULL, 0))
			return FAMILY_EXCHANGE;
	}
	if (line_has(l, "[XMail "))
		return FAMILY_XMAIL;
	if (line_has(l, "(ecelerity"))
		return FAMILY_ECELERITY;
	if (line_has(l, "Exim"))
		return FAMILY_EXIM;
	if (line_has(l, " (Postfix) with"))
		return FAMILY_POSTFIX;
	if (line_has(l, "(Scalix SMTP Relay"))
		return FAMILY_SCALIX;
	if (line_has(l, " (Lotus Domino "))
		return FAMILY_LOTUS;
	return FAMILY_ANY;
}

static struct span cut_match(struct arena *arena, struct span s, struct span match)
{
	size_t at = (size_t)(match.p - s.p);

	return arena_printf(arena, "%.*s%.*s", SPAN_ARG(span_sub(s, 0, at)), SPAN_ARG(span_from(s, at + match.len)));
}

/* "helo=a ident=b" in the parentheses of Exim and others. */
static void read_sub(struct line *l, struct span sub)
{
	struct span group[2];

	if (matches(l, l->view->config->relay->sub_helo, sub, group, 2)) {
		l->relay->helo = group[1];
		sub = cut_match(l->view->arena, sub, group[0]);
	}
	take(l, l->view->config->relay->sub_ident, sub, &l->relay->ident);
}

static void split_ident(struct sa_relay *r)
{
	size_t at = span_chr(r->rdns, '@');

	if (at == SPAN_NPOS)
		return;
	r->ident = span_sub(r->rdns, 0, at);
	if (span_starts(r->ident, SPAN_LIT("IDENT:")))
		r->ident = span_from(r->ident, 6);
	r->rdns = span_from(r->rdns, at + 1);
}

static void name_rules(struct line *l, unsigned flags)
{
	struct sa_relay *r = l->relay;

	if (flags & RELAY_LOOKED_UP)
		l->looked_up = true;
	if (flags & RELAY_HELO_IS_NAME)
		r->helo = r->rdns;
	if ((flags & RELAY_UNKNOWN_NAME) && span_eq(r->rdns, l->family == FAMILY_UPPER ? SPAN_LIT("unverified") : SPAN_LIT("unknown")))
		r->rdns = SPAN_NONE;
	if (flags & RELAY_IDENT_IN_NAME)
		split_ident(r);
	if (flags & RELAY_QMAIL) {
		l->looked_up = !span_eq(r->rdns, SPAN_LIT("unknown"));
		if (!l->looked_up)
			r->rdns = SPAN_NONE;
	}
	if (flags & RELAY_COURIER) {
		l->looked_up = !span_eq(r->rdns, SPAN_LIT("softdnserr"));
		if (!l->looked_up)
			r->rdns = SPAN_NONE;
	}
	if ((flags & RELAY_OBTUSE) && !span_eq(r->rdns, SPAN_LIT("UNKNOWN")))
		l->looked_up = true;
}

static void fill_relay(struct line *l, const struct relay_form *form, const char *fields, const struct span *group)
{
	struct sa_relay *r = l->relay;
	struct span sub = SPAN_NONE;

	for (size_t i = 0; fields[i] != '\0'; i++) {
		struct span s = group[i + 1];

		if (s.p == NULL && fields[i] == 'i')
			continue;
		switch (fields[i]) {
		case 'h': r->helo = s; break;
		case 'r': r->rdns = s; break;
		case 'i': r->ip = s; break;
		case 'b': r->by = s; break;
		case 'd': r->ident = s; break;
		case 'n': r->id = s; break;
		default: sub = s; break;
		}
	}
	name_rules(l, form->flags);
	if (form->flags & RELAY_SUB)
		read_sub(l, sub);
	if (form->flags & RELAY_NO_ID)
		r->id = SPAN_NONE;
	if (form->flags & RELAY_XMAIL) {
		take(l, l->view->config->relay->xmail_id, l->text, &r->id);
		if (take(l, l->view->config->relay->xmail_from, l->text, &r->envfrom))
			r->has_envfrom = true;
	}
}

/* Tries the forms; the flags of the one that decides, RELAY_SKIP among them; 0 and *found_r false when none does. */
static unsigned try_forms(struct line *l, bool *found_r)
{
	const struct sa_relay_config *c = l->view->config->relay;
	bool qmail = false, upper = l->family == FAMILY_UPPER || l->family == FAMILY_PAREN;
	struct span group[RELAY_CAPTURES + 1];

	*found_r = false;
	for (size_t i = 0; relay_forms[i].form != NULL; i++) {
		const struct relay_form *f = &relay_forms[i];

		if (f->family != l->family && (f->family != FAMILY_ANY || upper))
			continue;
		if (((f->flags & RELAY_QMAIL) && !qmail) || (f->need != NULL && !line_has(l, f->need)))
			continue;
		if (!matches(l, c->patterns[i].regex, l->text, group, RELAY_CAPTURES + 1))
			continue;
		if (f->flags & RELAY_QMAIL_GATE) {
			qmail = true;
			continue;
		}
		if (!(f->flags & RELAY_SKIP))
			fill_relay(l, f, c->patterns[i].fields, group);
		if ((f->flags & RELAY_PARTIAL) && (!(f->flags & RELAY_IF_IP) || l->relay->ip.len == 0))
			continue;
		*found_r = true;
		return f->flags;
	}
	return 0;
}

static struct span without_brackets(struct span s)
{
	while (s.len != 0 && ascii_isspace(s.p[0]))
		s = span_from(s, 1);
	while (s.len != 0 && s.p[0] == '<')
		s = span_from(s, 1);
	while (s.len != 0 && ascii_isspace(s.p[s.len - 1]))
		s.len--;
	while (s.len != 0 && s.p[s.len - 1] == '>')
		s.len--;
	return s;
}

static bool is_stripped(char c)
{
	return ascii_isspace(c) || c == '\0' || c == '#' || c == '[' || c == ']' || c == '(' || c == ')' || c == '<' || c == '>' || c == '|';
}

/* What could be taken for a mark of the description becomes '!'. */
static void strip(struct arena *arena, struct span *s)
{
	char *p;
	size_t i = 0;

	while (i < s->len && !is_stripped(s->p[i]))
		i++;
	if (i == s->len)
		return;
	p = arena_bytes(arena, s->len);
	for (i = 0; i < s->len; i++)
		p[i] = (char)(is_stripped(s->p[i]) ? '!' : s->p[i]);
	s->p = p;
}

/* Without "IPv6:", brackets, a zone; an IPv4 address in IPv6 as IPv4. */
static struct span plain_ip(struct span ip)
{
	size_t zone;

	if (span_case_starts(ip, SPAN_LIT("ipv6:")))
		ip = span_from(ip, 5);
	if (span_starts(ip, SPAN_LIT("[")))
		ip = span_from(ip, 1);
	if (span_ends(ip, SPAN_LIT("]")))
		ip.len--;
	zone = span_chr(ip, '%');
	if (zone != SPAN_NPOS)
		ip.len = zone;
	if (span_chr(ip, '.') != SPAN_NPOS && span_chr(ip, ':') != SPAN_NPOS) {
		struct span tail = span_from(ip, span_rchr(ip, ':') + 1);
		struct ip parsed;

		if (ip_parse(ip, &parsed) && ip_is_v4(&parsed))
			return tail;
	}
	return ip;
}

static void clean_relay(struct line *l)
{
	struct sa_relay *r = l->relay;
	struct arena *arena = l->view->arena;

	while (span_ends(r->rdns, SPAN_LIT(".")))
		r->rdns.len--;
	if (span_case_eq(r->rdns, SPAN_LIT("unknown")) || span_starts(r->rdns, SPAN_LIT("[")))
		r->rdns = SPAN_NONE;
	r->ip = plain_ip(r->ip);
	if (span_ends(r->by, SPAN_LIT(";")))
		r->by.len--;
	strip(arena, &r->ip);
	strip(arena, &r->rdns);
	strip(arena, &r->helo);
	strip(arena, &r->by);
	strip(arena, &r->ident);
	r->envfrom = without_brackets(r->envfrom);
	strip(arena, &r->envfrom);
	r->no_reverse_dns = r->rdns.len == 0 && l->looked_up;
	r->ip_private = sa_is_private(r->ip);
}

void relay_describe(struct arena *arena, struct sa_relay *r)
{
	struct span envfrom = span_eq(r->envfrom, SPAN_LIT("0")) ? SPAN_NONE : r->envfrom;
	struct buf out = BUF_INIT(arena);
	const struct {
		const char *label;
		struct span value;
	} parts[] = { { "[ ip=", r->ip }, { " rdns=", r->rdns }, { " helo=", r->helo }, { " by=", r->by }, { " ident=", r->ident }, { " envfrom=", envfrom },
		      { r->internal ? " intl=1 id=" : " intl=0 id=", r->id }, { " auth=", r->auth } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_str(&out, parts[i].label);
		buf_add(&out, parts[i].value);
	}
	buf_str(&out, r->msa ? " msa=1 ]" : " msa=0 ]");
	r->as_string = buf_span(&out);
}

/* Identifier, HELO, host and authentication, as far as they look the same everywhere. */
static void read_common(struct line *l)
{
	const struct sa_relay_config *c = l->view->config->relay;
	struct span group[1];

	if (matches(l, c->date, l->text, group, 1))
		l->text.len = (size_t)(group[0].p - l->text.p);
	l->text = spaced_by(l->view->arena, l->text);
	note_pairs(l);
	take(l, c->id, l->text, &l->relay->id);
	if ((!line_has(l, "helo=") || !take(l, c->helo_equals, l->text, &l->relay->helo)) && (line_has(l, "EHLO ") || line_has(l, "HELO ")))
		take(l, c->helo_word, l->text, &l->relay->helo);
	take(l, c->by, l->text, &l->relay->by);
	find_auth(l);
}

/* Takes off "from "; false: none of the ways in which fields begin. */
static bool enter_from(struct line *l)
{
	if (span_starts(l->text, SPAN_LIT("from "))) {
		l->text = span_from(l->text, 5);
		l->relay->has_envfrom = take(l, l->view->config->relay->sender, l->text, &l->relay->envfrom);
		l->family = family_of(l);
	} else if (span_starts(l->text, SPAN_LIT("FROM "))) {
		l->text = span_from(l->text, 5);
		l->family = FAMILY_UPPER;
	} else if (span_starts(l->text, SPAN_LIT("(from "))) {
		l->text = span_from(l->text, 6);
		l->family = FAMILY_PAREN;
	} else {
		l->family = FAMILY_UPPER;
		return false;
	}
	return true;
}

static enum relay_result fall_through(struct line *l)
{
	const struct sa_relay_config *c = l->view->config->relay;
	bool lower = l->family != FAMILY_UPPER && l->family != FAMILY_PAREN;

	if (lower && l->relay->helo.len == 0)
		take(l, c->guess, l->text, &l->relay->helo);
	if (l->relay->ip.len == 0)
		take(l, c->bracketed, l->text, &l->relay->ip);
	return l->relay->ip.len != 0 && l->relay->by.len != 0 ? RELAY_READ : RELAY_UNREADABLE;
}

enum relay_result relay_parse(struct sa_view *v, struct span text, struct sa_relay *relay_r, struct span *scanner_from)
{
	const struct sa_relay_config *c = v->config->relay;
	struct line l = { .view = v, .text = normal_line(v->arena, text), .relay = relay_r };
	bool found = false;
	unsigned flags = 0;

	*relay_r = (struct sa_relay){ 0 };
	if (!span_case_starts(l.text, SPAN_LIT("from ")) && !span_case_starts(l.text, SPAN_LIT("(from ")))
		return RELAY_NONE;
	if (span_has(l.text, SPAN_LIT("with local for")) && matches(&l, c->local_for, l.text, NULL, 0))
		return RELAY_NONE;
	if (matches(&l, c->plain_from, l.text, NULL, 0))
		return RELAY_NONE;
	read_common(&l);
	if (enter_from(&l))
		flags = try_forms(&l, &found);
	if (flags & RELAY_SCANNER) {
		*scanner_from = without_brackets(relay_r->envfrom);
		strip(v->arena, scanner_from);
	}
	if (flags & RELAY_SKIP)
		return flags & RELAY_POP ? RELAY_FETCHED : RELAY_NONE;
	if (!found && fall_through(&l) == RELAY_UNREADABLE)
		return RELAY_UNREADABLE;
	clean_relay(&l);
	return RELAY_READ;
}
