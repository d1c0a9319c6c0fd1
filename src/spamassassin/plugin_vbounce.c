/* Mail::SpamAssassin::Plugin::VBounce: bounces of mail that really went through relays of ours. */
#include "base/ascii.h"
#include "base/buf.h"
#include "spamassassin/addrlist.h"
#include "spamassassin/plugin.h"
#include "spamassassin/view_domain.h"

extern const struct sa_plugin sa_plugin_vbounce;

#define WORDS_MAX 5000 /* of all Received fields in the body */
#define FIELD_MAX 65536

static const void *init(struct arena *arena, struct cf *cf)
{
	struct sa_addrlist *list = ARENA_NEW(arena, struct sa_addrlist);

	sa_addrlist_init(list, arena);
	sa_addrlist_read(arena, cf, "welcomelist_bounce_relays", NULL, list);
	return list;
}

static int have_relays(struct sa_call *c)
{
	const struct sa_addrlist *list = c->state;

	return list->n != 0;
}

static bool is_received(struct span line)
{
	while (line.len != 0 && (line.p[0] == '>' || line.p[0] == ' '))
		line = span_from(line, 1);
	return span_case_starts(line, SPAN_LIT("Received:"));
}

/* A word with a dot inside, between blanks, that the list has. Every other word is looked at where two share a blank, as in SpamAssassin. */
static bool names_relay(struct sa_call *c, struct span line, unsigned *words)
{
	size_t at = 0;

	while (at < line.len && *words < WORDS_MAX) {
		size_t end, dot;
		struct span word;

		if (!ascii_isspace(line.p[at++]))
			continue;
		for (end = at; end < line.len && !ascii_isspace(line.p[end]); end++)
			;
		word = span_sub(line, at, end - at);
		dot = span_chr(span_sub(word, 1, word.len > 2 ? word.len - 2 : 0), '.');
		if (end == line.len || dot == SPAN_NPOS)
			continue;
		++*words;
		if (sa_addrlist_has(c->state, sa_lower(sa_view_arena(c->view), word)))
			return true;
		at = end + 1;
	}
	return false;
}

static bool text_names_relay(struct sa_call *c, unsigned *words)
{
	const struct sa_lines *body = sa_body(c->view);

	for (size_t i = 0; i < body->n; i++) {
		if (is_received(body->v[i]) && names_relay(c, body->v[i], words))
			return true;
	}
	return false;
}

/* Where the last white space of a text stands; 0 without. */
static size_t last_space(struct span s)
{
	size_t n = s.len;

	while (n > 0 && !ascii_isspace(s.p[n - 1]))
		n--;
	return n > 0 ? n - 1 : 0;
}

/* Received fields of attached messages, with the lines that continue them. */
static bool attached_name_relay(struct sa_call *c, unsigned *words)
{
	struct span rest = sa_pristine_body(c->view);
	struct buf field = BUF_INIT(sa_view_arena(c->view));
	bool found = false;

	field.max = FIELD_MAX;
	if (!span_case_has(rest, SPAN_LIT("Received:")))
		return false;
	while (rest.p != NULL && *words < WORDS_MAX) {
		struct span line = span_split(&rest, '\n');
		size_t from = 0;

		found = found || is_received(line);
		if (!found)
			continue;
		if (line.len == 0 || !ascii_isspace(line.p[0]))
			buf_clear(&field);
		else
			from = last_space(buf_span(&field)); /* what stands before has been looked at */
		buf_add(&field, line);
		if (is_received(buf_span(&field)) && names_relay(c, span_from(buf_span(&field), from), words))
			return true;
	}
	return false;
}

static int in_list(struct sa_call *c)
{
	unsigned words = 0;

	return have_relays(c) && (text_names_relay(c, &words) || attached_name_relay(c, &words));
}

static const struct sa_eval evals[] = {
	{ "have_any_bounce_relays", have_relays },
	{ "check_welcomelist_bounce_relays", in_list },
	{ "check_whitelist_bounce_relays", in_list },
	{ NULL, NULL },
};

static const char *const directives[] = { "welcomelist_bounce_relays", NULL };

const struct sa_plugin sa_plugin_vbounce = { .name = "Mail::SpamAssassin::Plugin::VBounce", .evals = evals, .directives = directives, .init = init };
