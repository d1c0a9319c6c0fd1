/* Mail::SpamAssassin::Plugin::HeaderEval. */
#include "spamassassin/plugin_headereval.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/map.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/view_header.h"
#include "spamassassin/view_ip.h"

extern const struct sa_plugin sa_plugin_headereval;

static const struct {
	unsigned flags;
	const char *text;
} patterns[RE_PATTERNS] = {
	[RE_EZMLM] = { REGEX_MULTILINE, "^contact \\S+\\@\\S+; run by ezmlm$" },
	[RE_EZMLM_RECEIVED] = { 0, "qmail \\d+ invoked (?:from network|by .{3,20})\\); \\d+ ... \\d+" },
	[RE_MSN_GROUPS] = { 0, "from groups\\.msn\\.com \\(\\S+\\.msn\\.com " },
	[RE_HOTMAIL_PICKUP] = { 0, "from mail pickup service by hotmail\\.com with Microsoft SMTPSVC;" },
	[RE_IP] = { 0, SA_IP },
	[RE_HOTMAIL_FROM] = { 0, "from (?:\\S*\\.)?hotmail.com \\(\\S+\\.hotmail(?:\\.msn)?\\.com[ \\)]" },
	[RE_OUTLOOK_FROM] = { 0, "from \\S*\\.outbound\\.protection\\.outlook\\.com \\(\\S+\\.outbound\\.protection\\.outlook\\.com[ \\)]" },
	[RE_OUTLOOK_PROD] = { 0, "from \\S*\\.(?:eur|nam)prd\\d+\\.prod\\.outlook\\.com \\(" SA_IP "\\)" },
	[RE_HOTMAIL_IP] = { 0, "from \\S*\\.hotmail.com \\(\\[" SA_IP "\\][ \\):]" },
	[RE_HOTMAIL_HTTP] = { 0, "from \\S+ by \\S+\\.hotmail(?:\\.msn)?\\.com with HTTP;" },
	[RE_HOTMAIL_YAHOO] = { 0, "from \\[66\\.218.\\S+\\] by \\S+\\.yahoo\\.com" },
	[RE_HOTMAIL_CLAIM] = { 0, "(?:from |HELO |helo=)\\S*hotmail\\.com\\b" },
	[RE_MSN_PICKUP] = { 0, "from mail pickup service by (p\\d\\d\\.groups\\.msn\\.com)\\b" },
	[RE_WHOWHERE] = { 0, "by \\S*whowhere.com;" },
	[RE_YAHOO_TRUSTED] = { 0, " rdns=\\S+\\.yahoo\\.com " },
	[RE_YAHOO_UNTRUSTED] = { 0, "^[^\\]]+ rdns=\\S+\\.yahoo\\.com " },
	[RE_YAHOO_OWN] = { 0,
	                   "by web\\S+\\.mail\\S*\\.yahoo\\.com via HTTP|by sonic\\S+\\.consmr\\.mail\\S*\\.yahoo\\.com with HTTP|by smtp\\S+\\.yahoo\\.com with SMTP|from \\[" SA_IP
	                   "\\] by \\S+\\.(?:groups|scd|dcn)\\.yahoo\\.com with NNFMP|by \\w+\\.\\w+\\.yahoo\\.com \\(\\d+\\.\\d+\\.\\d+/\\d+\\.\\d+\\.\\d+\\)(?: with ESMTP)? "
	                   "id \\w+" },
	[RE_YAHOO_BULK] = { 0, "\\bmailer\\d+\\.bulk\\.scd\\.yahoo\\.com\\b" },
	[RE_JUNO_FROM] = { 0, "from.*\\b(?:juno|untd)\\.com.*[\\[\\(]" SA_IP "[\\]\\)].*by" },
	[RE_JUNO_COOKIE] = { 0, " cookie\\.(?:juno|untd)\\.com " },
	[RE_GMAIL_RECEIVED] = { 0, "by (?:10\\.\\S+|2002:a\\d\\d:\\w+:\\S+) with SMTP id \\S+" },
	[RE_GMAIL_SUBMITTED] = { 0, "by smtp\\.googlemail\\.com with ESMTPSA id \\S+" },
	[RE_GW05] = { REGEX_DOTALL, "\\nfrom\\s\\S+\\sby\\s([^\\s.]+)\\swith\\sESMTP;\\s+\\S\\S\\S,\\s+\\d+\\s+\\S\\S\\S\\s+\\d{4}\\s+\\d\\d:\\d\\d:\\d\\d\\s+[-+]*\\d{4}\\n$" },
	[RE_RECEIVED_DATE] = { 0, "(\\s.?\\d+ \\S\\S\\S \\d+ \\d+:\\d+:\\d+ \\S+)" },
	[RE_LOCAL_HOP] = { 0, "\\bfrom (?:localhost\\s|(?:\\S+ ){1,2}\\S*\\b127\\.0\\.0\\.1\\b)" },
	[RE_QMAIL_LOCAL] = { 0, "qmail \\d+ invoked by uid \\d+" },
	[RE_FETCHMAIL] = { 0, "\\bby localhost with \\w+ \\(fetchmail-[\\d.]+" },
	[RE_REPLY_PREFIX] = { REGEX_CASELESS, "^(?:(?:Re|Fwd|Fw|Aw|Antwort|WG|SV|VB|VS|VL):\\s*)+" },
	[RE_CAPS_CHARSET] = { REGEX_CASELESS, "=\\?[-_a-z0-9]*(?:koi|jp|jis|euc|gb|big5|isoir|cp1251|windows-1251|georgianps|pt154|tis)[-_a-z0-9]*\\?" },
	[RE_OUTLOOK_ID] = { 0, "^<[0-9a-f]{4}([0-9a-f]{8})\\$[0-9a-f]{8}\\$[0-9a-f]{8}@" },
	[RE_LIST_LEAVE] = { REGEX_CASELESS, "<mailto:(?:leave-\\S+|\\S+-unsubscribe)@\\S+>$" },
	[RE_TEMPLATE_FREE] = { REGEX_CASELESS, "^(?:X-VMS-To|X-UIDL|X-Face|To|Cc|From|Subject|References|In-Reply-To|(?:X-|Resent-|X-Original-)?Message-Id):" },
	[RE_RATWARE_ID] = { 0, "<[A-Z]{28}\\.([^>]+?)>" },
	[RE_ENCODED_WORD] = { 0, "=\\?(.+?)\\?.\\?.*?\\?=" },
};

static const void *init(struct arena *arena, struct cf *cf)
{
	struct headereval_state *s = ARENA_NEW(arena, struct headereval_state);

	for (size_t i = 0; i < RE_PATTERNS; i++)
		s->re[i] = sa_pattern(arena, patterns[i].text, patterns[i].flags);
	s->locales = sa_text_locales(arena, cf);
	return s;
}

bool headereval_has(struct sa_call *c, enum headereval_pattern which, struct span text, struct span *group, size_t n)
{
	const struct headereval_state *s = c->state;

	return regex_match(s->re[which], c->memory, text, 0, group, n) == REGEX_YES;
}

struct span headereval_single(struct sa_call *c, struct span text)
{
	char *p = arena_bytes(sa_view_arena(c->view), text.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_isspace(text.p[i]))
			p[n++] = text.p[i];
		else if (i == 0 || !ascii_isspace(text.p[i - 1]))
			p[n++] = ' ';
	}
	return span_make(p, n);
}

static int never(struct sa_call *c)
{
	(void)c;
	return 0;
}

static int missing_to(struct sa_call *c)
{
	return sa_header_text(c->view, SPAN_LIT("To")).len == 0 && sa_header_text(c->view, SPAN_LIT("Apparently-To")).len == 0;
}

static int message_id_not_usable(struct sa_call *c)
{
	struct span received;

	if (headereval_has(c, RE_LIST_LEAVE, sa_header_text(c->view, SPAN_LIT("List-Unsubscribe")), NULL, 0))
		return 1;
	if (headereval_gated(c))
		return 1;
	received = sa_header_text(c->view, SPAN_LIT("Received"));
	return span_has(received, SPAN_LIT("/CWT/DCE)")) || span_has(received, SPAN_LIT("iPlanet Messaging Server"));
}

/* Different values of a field, from arguments two to three of them. */
static int header_count_range(struct sa_call *c)
{
	const struct sa_values *values;
	uint64_t min, max, n = 0;
	struct map seen;

	if (c->nargs < 3 || !span_uint(c->args[1], UINT32_MAX, &min) || !span_uint(c->args[2], UINT32_MAX, &max))
		return 0;
	values = sa_header_values(c->view, c->args[0]);
	sa_map_init(c->view, &seen, false);
	for (size_t i = 0; i < values->n; i++)
		n += map_put(&seen, values->v[i], SA_PRESENT) == NULL;
	return n >= min && n <= max;
}

static bool has_template(struct span line)
{
	for (size_t i = 0; i + 2 < line.len; i++) {
		if (line.p[i] == '%' && ascii_isupper(line.p[i + 1]) && (ascii_isupper(line.p[i + 2]) || line.p[i + 2] == '_' || line.p[i + 2] == '-'))
			return true;
	}
	return false;
}

static int unresolved_template(struct sa_call *c)
{
	struct span rest = sa_header_text(c->view, SPAN_LIT("ALL"));

	while (rest.p != NULL) {
		struct span line = span_split(&rest, '\n');

		if (has_template(line) && !headereval_has(c, RE_TEMPLATE_FREE, line, NULL, 0)) {
			c->evidence = line;
			return 1;
		}
	}
	return 0;
}

static const struct sa_eval evals[] = {
	{ "check_for_fake_aol_relay_in_rcvd", headereval_fake_aol },
	{ "check_for_faraway_charset_in_headers", headereval_faraway },
	{ "check_for_unique_subject_id", never },
	{ "check_illegal_chars", headereval_illegal_chars },
	{ "check_for_forged_hotmail_received_headers", headereval_forged_hotmail },
	{ "check_for_no_hotmail_received_headers", headereval_no_hotmail },
	{ "check_for_msn_groups_headers", headereval_msn_groups },
	{ "check_for_forged_eudoramail_received_headers", headereval_forged_eudora },
	{ "check_for_forged_yahoo_received_headers", headereval_forged_yahoo },
	{ "check_for_forged_juno_received_headers", headereval_forged_juno },
	{ "check_for_forged_gmail_received_headers", headereval_forged_gmail },
	{ "check_for_matching_env_and_hdr_from", headereval_matching_from },
	{ "sorted_recipients", headereval_sorted },
	{ "similar_recipients", headereval_similar },
	{ "check_for_missing_to_header", missing_to },
	{ "check_for_forged_gw05_received_headers", headereval_forged_gw05 },
	{ "check_for_shifted_date", headereval_shifted_date },
	{ "subject_is_all_caps", headereval_all_caps },
	{ "check_for_to_in_subject", headereval_to_in_subject },
	{ "check_outlook_message_id", headereval_outlook_id },
	{ "check_messageid_not_usable", message_id_not_usable },
	{ "check_header_count_range", header_count_range },
	{ "check_unresolved_template", unresolved_template },
	{ "check_ratware_name_id", headereval_ratware_name },
	{ "check_ratware_envelope_from", headereval_ratware_sender },
	{ "gated_through_received_hdr_remover", headereval_gated },
	{ "received_within_months", headereval_within_months },
	{ "check_equal_from_domains", headereval_equal_domains },
	{ NULL, NULL },
};

const struct sa_plugin sa_plugin_headereval = { .name = "Mail::SpamAssassin::Plugin::HeaderEval", .evals = evals, .init = init };
