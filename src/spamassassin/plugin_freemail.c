/* Mail::SpamAssassin::Plugin::FreeMail: addresses at providers where everybody can have one. */
#include "spamassassin/plugin_freemail.h"

#include "base/ascii.h"
#include "spamassassin/view_domain.h"

extern const struct sa_plugin sa_plugin_freemail;

static unsigned number_setting(const struct cf *cf, const char *keyword, unsigned otherwise)
{
	uint64_t value = otherwise, read;

	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, span_of(keyword), d)) != NULL;) {
		if (span_uint(span_trim(d->args), UINT32_MAX, &read))
			value = read;
	}
	return (unsigned)value;
}

static bool is_domain_pattern(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isalnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '*' && s.p[i] != '?' && s.p[i] != '-')
			return false;
	}
	return true;
}

static void read_domains(struct arena *arena, struct cf *cf, struct freemail_state *s)
{
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, SPAN_LIT("freemail_domains"), d)) != NULL;) {
		struct span rest = d->args, word;

		while (sa_next_word(&rest, &word)) {
			if (!is_domain_pattern(word)) {
				cf_problem_add(cf, d->from, SPAN_NONE, false, "freemail_domains: \"%.*s\" is no domain", SPAN_ARG(word));
				continue;
			}
			word = sa_lower(arena, word);
			if (span_chr(word, '*') != SPAN_NPOS || span_chr(word, '?') != SPAN_NPOS)
				sa_list_add(arena, &s->wildcards, word);
			else
				map_put(&s->domains, word, SA_PRESENT);
		}
	}
}

static const void *init(struct arena *arena, struct cf *cf)
{
	struct freemail_state *s = ARENA_NEW(arena, struct freemail_state);

	map_init(&s->domains, arena, false);
	map_init(&s->exempt, arena, false);
	sa_addrlist_init(&s->imported, arena);
	read_domains(arena, cf, s);
	sa_patterns_init(&s->header_patterns, arena, cf, "check_freemail_header", 1);
	sa_patterns_init(&s->patterns, arena, cf, "check_freemail_from check_freemail_body", 0);
	s->available = s->domains.n + s->wildcards.n != 0;
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, SPAN_LIT("freemail_welcomelist"), d)) != NULL;) {
		struct span rest = d->args, word;

		while (sa_next_word(&rest, &word))
			map_put(&s->exempt, sa_lower(arena, word), SA_PRESENT);
	}
	if (number_setting(cf, "freemail_import_welcomelist_auth", 0) != 0)
		sa_addrlist_read(arena, cf, "welcomelist_auth", "unwelcomelist_auth", &s->imported);
	if (number_setting(cf, "freemail_import_def_welcomelist_auth", 0) != 0)
		sa_addrlist_read(arena, cf, "def_welcomelist_auth", NULL, &s->imported);
	s->max_emails = number_setting(cf, "freemail_max_body_emails", 5);
	s->max_freemails = number_setting(cf, "freemail_max_body_freemails", 3);
	s->skip_over_max = number_setting(cf, "freemail_skip_when_over_max", 1) != 0;
	s->skip_bulk = number_setting(cf, "freemail_skip_bulk_envfrom", 1) != 0;
	s->default_exempt = sa_pattern(arena,
	                               "^(?:abuse|support|sales|info|helpdesk|contact|kontakt|(?:post|host|domain)master|undisclosed.*|request-[a-f0-9]{16}|bounced?-|"
	                               "[a-f0-9]{8}(?:\\.[a-f0-9]{8}|-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})|.+=.+=.+)@",
	                               REGEX_CASELESS);
	s->bulk_sender = sa_pattern(arena,
	                            "(?:^(?:post|host|domain)master|^double-bounce|^(?:sentto|owner|return|(?:gr)?bounced?)-.+|-(?:request|bounces?|admin|owner)|"
	                            "\\b(?:do[._-t]?)?no[._-t]?repl(?:y|ies)|.+=.+)@",
	                            REGEX_CASELESS);
	return s;
}

/* '*' does not go over dots. */
static bool wildcard_matches(struct span glob, struct span text)
{
	size_t g = 0, t = 0, star = SPAN_NPOS, mark = 0;

	while (t < text.len) {
		if (g < glob.len && glob.p[g] == '*') {
			star = g++;
			mark = t;
		} else if (g < glob.len && (glob.p[g] == '?' || glob.p[g] == text.p[t])) {
			g++;
			t++;
		} else if (star != SPAN_NPOS && text.p[mark] != '.') {
			g = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.p[g] == '*')
		g++;
	return g == glob.len;
}

bool sa_freemail_is(struct sa_call *c, struct span email)
{
	const struct freemail_state *s = c->state;
	size_t at = span_rchr(email, '@');
	struct span domain = at == SPAN_NPOS ? email : span_from(email, at + 1);
	bool listed = map_get(&s->domains, domain) != NULL;

	for (size_t i = 0; i < s->wildcards.n && !listed && at != SPAN_NPOS; i++)
		listed = wildcard_matches(s->wildcards.v[i], domain);
	if (!listed || map_get(&s->exempt, email) != NULL || map_get(&s->exempt, domain) != NULL)
		return false;
	if (regex_match(s->default_exempt, c->memory, email, 0, NULL, 0) == REGEX_YES)
		return false;
	return s->imported.n == 0 || !sa_addrlist_has(&s->imported, email);
}

/* The pattern of an argument; *wrong_r: there is one, but it is broken. */
static const struct regex *pattern_of(const struct sa_call *c, const struct sa_patterns *patterns, size_t index, bool *wrong_r)
{
	const struct regex *regex = index < c->nargs ? sa_arg_pattern(patterns, c->args[index]) : NULL;

	*wrong_r = index < c->nargs && regex == NULL;
	return regex;
}

static bool passes(const struct sa_call *c, const struct regex *regex, struct span email)
{
	return regex == NULL || regex_match(regex, c->memory, email, 0, NULL, 0) == REGEX_YES;
}

/* Whether one of the addresses is free, and matches. */
static int any_free(struct sa_call *c, const struct sa_values *addresses, const struct regex *regex)
{
	for (size_t i = 0; i < addresses->n; i++) {
		struct span email = sa_lower(sa_view_arena(c->view), addresses->v[i]);

		if (sa_freemail_is(c, email) && passes(c, regex, email)) {
			c->evidence = email;
			return 1;
		}
	}
	return 0;
}

static int freemail_header(struct sa_call *c)
{
	const struct freemail_state *s = c->state;
	const struct regex *regex;
	bool wrong;

	if (!s->available || c->nargs == 0)
		return 0;
	regex = pattern_of(c, &s->header_patterns, 1, &wrong);
	if (wrong)
		return 0;
	return any_free(c, sa_header_values(c->view, arena_printf(sa_view_arena(c->view), "%.*s:addr", SPAN_ARG(c->args[0]))), regex);
}

static int freemail_from(struct sa_call *c)
{
	const struct freemail_state *s = c->state;
	bool wrong;
	const struct regex *regex = pattern_of(c, &s->patterns, 0, &wrong);

	return s->available && !wrong && any_free(c, sa_from_addresses(c->view), regex);
}

static int freemail_in_body(struct sa_call *c)
{
	const struct freemail_state *s = c->state;
	const struct sa_list *found;
	bool wrong;
	const struct regex *regex = pattern_of(c, &s->patterns, 0, &wrong);

	if (!s->available || !freemail_body(c, &found) || wrong)
		return 0;
	for (size_t i = 0; i < found->n; i++) {
		if (passes(c, regex, found->v[i])) {
			c->evidence = found->v[i];
			return 1;
		}
	}
	return 0;
}

static struct sa_values lowered(struct sa_call *c, const char *request)
{
	struct arena *arena = sa_view_arena(c->view);
	const struct sa_values *values = sa_header_values(c->view, span_of(request));
	struct span *v = ARENA_ARRAY(arena, values->n + 1, struct span);

	for (size_t i = 0; i < values->n; i++)
		v[i] = sa_lower(arena, values->v[i]);
	return (struct sa_values){ v, values->n };
}

static bool has_free(struct sa_call *c, const struct sa_values *addresses)
{
	for (size_t i = 0; i < addresses->n; i++) {
		if (sa_freemail_is(c, addresses->v[i]))
			return true;
	}
	return false;
}

static bool have_common(const struct sa_values *a, const struct sa_values *b)
{
	for (size_t i = 0; i < a->n && i < SA_ADDRESSES_MAX; i++) {
		for (size_t j = 0; j < b->n && j < SA_ADDRESSES_MAX; j++) {
			if (span_eq(a->v[i], b->v[j]))
				return true;
		}
	}
	return false;
}

/* Whether the body has a free address that is none of those that answers go to. */
static int body_differs(struct sa_call *c, const struct sa_values *answers)
{
	const struct sa_list *found;

	if (!freemail_body(c, &found))
		return 0;
	for (size_t i = 0; i < found->n; i++) {
		for (size_t j = 0; j < answers->n; j++) {
			if (!span_eq(found->v[i], answers->v[j])) {
				c->evidence = found->v[i];
				return 1;
			}
		}
	}
	return 0;
}

static bool is_bulk(struct sa_call *c)
{
	const struct freemail_state *s = c->state;
	struct span sender;

	return s->skip_bulk && sa_header(c->view, SPAN_LIT("EnvelopeFrom"), &sender) && regex_match(s->bulk_sender, c->memory, sender, 0, NULL, 0) == REGEX_YES;
}

static int freemail_replyto(struct sa_call *c)
{
	const struct freemail_state *s = c->state;
	bool reply = c->nargs != 0 && span_eq(c->args[0], SPAN_LIT("reply")), from_free, answer_free;
	struct sa_values from, answer;

	if (!s->available || (c->nargs != 0 && !reply && !span_eq(c->args[0], SPAN_LIT("replyto"))) || is_bulk(c))
		return 0;
	from = lowered(c, "From:addr");
	answer = lowered(c, "Reply-To:addr");
	from_free = has_free(c, &from);
	answer_free = has_free(c, &answer);
	if (from_free && answer_free && !have_common(&from, &answer))
		return 1;
	if (!reply)
		return answer_free && body_differs(c, &answer);
	if ((answer.n != 0 && !answer_free) || !from_free)
		return 0;
	return body_differs(c, answer_free ? &answer : &from);
}

static const struct sa_eval evals[] = {
	{ "check_freemail_replyto", freemail_replyto },
	{ "check_freemail_from", freemail_from },
	{ "check_freemail_header", freemail_header },
	{ "check_freemail_body", freemail_in_body },
	{ NULL, NULL },
};

static const char *const directives[] = { "freemail_domains", "freemail_welcomelist", "freemail_max_body_emails", "freemail_max_body_freemails", "freemail_skip_when_over_max",
	                                  "freemail_skip_bulk_envfrom", "freemail_add_describe_email", "freemail_import_welcomelist_auth",
	                                  "freemail_import_def_welcomelist_auth", NULL };

const struct sa_plugin sa_plugin_freemail = { .name = "Mail::SpamAssassin::Plugin::FreeMail", .evals = evals, .directives = directives, .init = init };
