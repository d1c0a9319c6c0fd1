#include "scan/profile.h"

#include "mail/address.h"

static const char *const junk_words[] = { "header", "extension", NULL };

#define F(field) offsetof(struct profile_settings, field)
#define THRESHOLD(name, def, text) { #name, SET_SCORE, F(name), def, -1000000, 1000000, NULL, SET_OFF_OK, text }
static const struct setting rows[] = {
	THRESHOLD(tag, "6", "From this score on the message is marked: header X-Spam, and the subject prefix where one is set."),
	THRESHOLD(junk, "8", "From this score on it is delivered to the junk folder (see junk_delivery)."),
	THRESHOLD(redirect, "\"off\"", "From this score on it goes to redirect_to instead of the recipient."),
	THRESHOLD(discard, "\"off\"", "From this score on it is accepted and dropped."),
	THRESHOLD(defer, "\"off\"", "From this score on it is answered with a temporary failure (451)."),
	THRESHOLD(hold, "\"off\"", "From this score on the MTA keeps it in quarantine."),
	THRESHOLD(reject, "15", "From this score on it is refused (550). Takes two kinds of evidence (groups with at least one point each), else it becomes junk."),
	{ "enforce", SET_BOOL, F(enforce), "true", 0, 0, NULL, 0,
	  "false: scan, log would=ACTION and add the X-Winnow header, but never refuse, drop, redirect, hold or change a subject. For the first week." },
	{ "subject_prefix", SET_STRING, F(subject_prefix), "\"\"", 0, 0, NULL, 0,
	  "Put before the subject of marked mail, for example \"[SPAM] \"; empty: subjects stay. One message to several recipients keeps its subject unless all of them want the same prefix." },
	{ "junk_delivery", SET_ENUM, F(junk_delivery), "\"header\"", 0, 0, junk_words, 0,
	  "How junk reaches the junk folder: \"header\" (a Sieve script sorts by X-Spam) or \"extension\" (the recipient becomes user+junk@domain)." },
	{ "junk_extension", SET_STRING, F(junk_extension), "\"junk\"", 0, 0, NULL, 0, "The address extension used with junk_delivery = \"extension\"." },
	{ "recipient_delimiter", SET_STRING, F(recipient_delimiter), "\"+\"", 0, 0, NULL, 0,
	  "The byte between user and extension, as the MTA has it. Profiles of user@domain also hold for user+anything@domain." },
	{ "redirect_to", SET_STRING, F(redirect_to), "\"\"", 0, 0, NULL, 0, "The address that redirected mail goes to." },
	{ "reject_text", SET_STRING, F(reject_text), "\"Message refused as spam\"", 0, 0, NULL, 0,
	  "The text of refusals: one line of printable ASCII; the log ID is appended." },
	{ "scores", SET_SCORES, F(scores), "{}", 0, 0, NULL, 0, "Weights of symbols that differ from the built-in ones, as { SYMBOL = 1.5 }." },
	{ "actions", SET_STRINGS, F(actions), "{}", 0, 0, NULL, 0,
	  "Actions that symbols force whatever the score, where they differ from the built-in ones, as { \"VIRUS=discard\" }; \"SYMBOL=none\": it forces nothing. What refuses outbound mail stays." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};

static bool is_line(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < 32 || s.p[i] > 126)
			return false;
	}
	return true;
}

static bool profile_settings_check(const void *values, struct err *err_r)
{
	const struct profile_settings *p = values;
	struct address a;

	if (p->recipient_delimiter.len > 1)
		return err_set(err_r, "recipient_delimiter must be one byte or empty");
	if (p->junk_delivery == JUNK_BY_EXTENSION && (p->recipient_delimiter.len == 0 || p->junk_extension.len == 0))
		return err_set(err_r, "junk_delivery = \"extension\" needs recipient_delimiter and junk_extension");
	if (p->redirect_to.len != 0 && (!address_parse_path(p->redirect_to, &a) || a.domain.len == 0))
		return err_set(err_r, "redirect_to is no mail address");
	if (p->redirect != SCORE_OFF && p->redirect_to.len == 0)
		return err_set(err_r, "redirect needs redirect_to");
	if (!is_line(p->reject_text) || p->reject_text.len > 400)
		return err_set(err_r, "reject_text must be one line of at most 400 printable ASCII characters");
	if (memchr(p->subject_prefix.p ? p->subject_prefix.p : "", '\n', p->subject_prefix.len) != NULL ||
	    memchr(p->subject_prefix.p ? p->subject_prefix.p : "", '\r', p->subject_prefix.len) != NULL)
		return err_set(err_r, "subject_prefix must be one line");
	return true;
}

const struct setting_set profile_setting_set = {
	.name = "profile",
	.kind = SET_LAYERED,
	.doc = "What a recipient gets. Layers: profile (all), domain \"D\", address \"A\"; later ones win key by key.",
	.size = sizeof(struct profile_settings),
	.rows = rows,
	.check = profile_settings_check,
};

static bool unknown_symbol(const struct symbol_table *symbols, struct span name, const char *key, struct err *err_r)
{
	const char *near = symbol_nearest(symbols, name);

	return err_set(err_r, "unknown symbol '%.*s' in profile.%s%s%s%s", SPAN_ARG(name), key, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static bool set_actions(const struct span_list *actions, const struct symbol_table *symbols, uint8_t *force, struct err *err_r)
{
	for (size_t i = 0; i < actions->n; i++) {
		struct span s = actions->v[i];
		size_t at = span_chr(s, '=');
		struct span name = span_trim(span_sub(s, 0, at == SPAN_NPOS ? 0 : at));
		enum action action;
		int sym;

		if (at == SPAN_NPOS || !action_parse(span_trim(span_from(s, at + 1)), &action))
			return err_set(err_r, "'%.*s' in profile.actions is no SYMBOL=action", SPAN_ARG(s));
		sym = symbol_find(symbols, name);
		if (sym < 0)
			return unknown_symbol(symbols, name, "actions", err_r);
		force[sym] = (uint8_t)action;
	}
	return true;
}

struct profile *profile_build(struct arena *arena, const struct profile_settings *set, const struct symbol_table *symbols, struct err *err_r)
{
	struct profile *p = ARENA_NEW(arena, struct profile);
	score_t *weights = ARENA_ARRAY(arena, symbols->n, score_t);
	uint8_t *force = ARENA_ARRAY(arena, symbols->n, uint8_t);

	*p = (struct profile){
		.set = set,
		.at = { [ACTION_NONE] = SCORE_OFF,       [ACTION_TAG] = set->tag,     [ACTION_JUNK] = set->junk,
			[ACTION_REDIRECT] = set->redirect, [ACTION_DISCARD] = set->discard, [ACTION_DEFER] = set->defer,
			[ACTION_HOLD] = set->hold,         [ACTION_REJECT] = set->reject },
		.weights = weights,
		.force = force,
	};
	for (size_t i = 0; i < symbols->n; i++)
		weights[i] = symbols->v[i]->score;
	if (symbols->n != 0)
		memcpy(force, symbols->force_of, symbols->n);
	for (size_t i = 0; i < set->scores.n; i++) {
		struct span name = set->scores.v[i].name;
		int sym = symbol_find(symbols, name);

		if (sym < 0) {
			unknown_symbol(symbols, name, "scores", err_r);
			return NULL;
		}
		weights[sym] = set->scores.v[i].score;
	}
	return set_actions(&set->actions, symbols, force, err_r) ? p : NULL;
}
