/* Keywords of directives: their spelling, and those that SpamAssassin's core reads itself. */
#include "base/ascii.h"
#include "spamassassin/cf_private.h"

/* Mail::SpamAssassin::Conf(3pm), without what defines rules; separated by spaces. */
static const char core[] =
	"add_header all_spam_to allow_user_rules always_trust_envelope_sender bayes_auto_expire bayes_auto_learn bayes_expiry_max_db_size "
	"bayes_file_mode bayes_ignore_from bayes_ignore_header bayes_ignore_to bayes_journal_max_size bayes_learn_during_report "
	"bayes_learn_to_journal bayes_min_ham_num bayes_min_spam_num bayes_path bayes_seen_ttl bayes_sql_dsn bayes_sql_override_username "
	"bayes_sql_password bayes_sql_username bayes_sql_username_authorized bayes_store_module bayes_token_sources bayes_token_ttl bayes_use_hapaxes "
	"blocklist_from blocklist_to blocklist_uri_host body_part_scan_size clear_dns_query_restriction clear_dns_query_restrictions "
	"clear_dns_servers clear_headers clear_internal_networks clear_msa_networks clear_originating_ip_headers clear_report_template "
	"clear_trusted_networks clear_unsafe_report_template clear_util_rb country_db_path country_db_type def_welcomelist_auth "
	"def_welcomelist_from_rcvd delist_uri_host dns_available dns_block_rule dns_block_time dns_local_ports_avoid dns_local_ports_none "
	"dns_local_ports_permit dns_options dns_query_restriction dns_server dns_test_interval enlist_addrlist enlist_uri_host envelope_sender_header "
	"fold_headers geodb_module geodb_options geodb_search_path ignore_always_matching_regexps internal_networks lock_method "
	"mbox_format_from_regex more_spam_to msa_networks normalize_charset ok_locales originating_ip_headers parse_dkim_uris rawbody_part_scan_size "
	"rbl_timeout redirector_pattern remove_header report report_charset report_contact report_hostname report_safe report_safe_copy_headers "
	"report_wrap_width required_hits required_score reuse rewrite_header skip_rbl_checks subjprefix time_limit trusted_networks unblocklist_from "
	"unsafe_report unwelcomelist_auth unwelcomelist_from unwelcomelist_from_rcvd uri_country_db_isp_path uri_country_db_path use_bayes "
	"use_bayes_rules use_learner user_scores_dsn user_scores_fallback_to_global user_scores_ldap_password user_scores_ldap_username "
	"user_scores_sql_custom_query user_scores_sql_password user_scores_sql_username util_rb_2tld util_rb_3tld util_rb_tld version_tag "
	"welcomelist_allows_relays welcomelist_auth welcomelist_from welcomelist_from_rcvd welcomelist_to welcomelist_uri_host";

bool cf_keyword_core(struct span keyword)
{
	struct span rest = span_of(core);

	while (rest.p != NULL) {
		if (span_eq(span_split(&rest, ' '), keyword))
			return true;
	}
	return false;
}

static bool is_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_isupper(s.p[i]) || s.p[i] == '-')
			return false;
	}
	return !span_has(s, SPAN_LIT("whitelist")) && !span_has(s, SPAN_LIT("blacklist"));
}

/* Writes "to" over the first "from"; "to" may be longer by "more" bytes, for which there is room. */
static bool replace_word(char *p, size_t *len, struct span from, struct span to)
{
	size_t at = span_find(span_make(p, *len), from);

	if (at == SPAN_NPOS)
		return false;
	memmove(p + at + to.len, p + at + from.len, *len - at - from.len);
	memcpy(p + at, to.p, to.len);
	*len += to.len - from.len;
	return true;
}

struct span cf_keyword(struct arena *arena, struct span written)
{
	size_t len = written.len;
	char *p;

	if (is_plain(written))
		return written;
	p = arena_bytes(arena, written.len * 2 + 1);
	for (size_t i = 0; i < written.len; i++)
		p[i] = ascii_tolower(written.p[i]);
	for (size_t i = 0; i < written.len; i++) {
		if (p[i] == '-')
			p[i] = '_';
	}
	while (replace_word(p, &len, SPAN_LIT("whitelist"), SPAN_LIT("welcomelist")) || replace_word(p, &len, SPAN_LIT("blacklist"), SPAN_LIT("blocklist")))
		;
	return span_make(p, len);
}
