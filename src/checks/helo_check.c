/* What a stranger's server calls itself in HELO (RFC 5321, 4.1.1.1: its own name, or its address in brackets when it has none). */
#include "checks/sender.h"
#include "checks/stranger.h"

enum { IP, LOCALHOST, NO_DOT, OWN_NAME };

static const struct symbol symbols[] = {
	[IP] = { "HELO_IP", "content", 1000, "The client greeted with an IP address instead of a name.", ACTION_NONE },
	[LOCALHOST] = { "HELO_LOCALHOST", "content", 1500, "The client greeted as localhost.", ACTION_NONE },
	[NO_DOT] = { "HELO_NO_DOT", "content", 1200, "The client greeted with a name without domain.", ACTION_NONE },
	[OWN_NAME] = { "HELO_OWN_NAME", "content", 3000, "The client greeted with our own name or a recipient's domain.", ACTION_NONE },
};

static bool is_own_name(const struct transaction *tx, struct span helo)
{
	if (tx->mta.len != 0 && span_case_eq(helo, tx->mta))
		return true;
	for (size_t i = 0; i < tx->env.nrcpt && i < SENDER_RCPT_MAX; i++) {
		if (span_case_eq(helo, sender_domain_of(tx->env.rcpt[i].address)))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct transaction *tx = task_tx(t);
	const struct origin *o = stranger_of(t);
	struct span helo = o != NULL ? span_trim(o->helo) : SPAN_NONE;
	struct ip ip;

	(void)state;
	if (helo.len == 0)
		return;
	if (helo.p[helo.len - 1] == '.')
		helo.len--;
	if (span_chr(helo, '[') == 0 && ip_parse(helo, &ip))
		hit_add_to(t, IP, 500, RCPT_ALL, helo); /* allowed, but servers have names */
	else if (ip_parse(helo, &ip))
		hit_add(t, IP, helo);
	else if (span_case_starts(helo, SPAN_LIT("localhost")) || span_case_ends(helo, SPAN_LIT(".localdomain")))
		hit_add(t, LOCALHOST, helo);
	else if (is_own_name(tx, helo))
		hit_add(t, OWN_NAME, helo);
	else if (span_chr(helo, '.') == SPAN_NPOS)
		hit_add(t, NO_DOT, helo);
}

const struct check check_helo = {
	.name = "helo", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
