#include "spamassassin/plugin.h"

#include "spamassassin/plugin_list.h"

#define PLUGINS "Mail::SpamAssassin::Plugin::"
#define RESOLVER "needs the resolver"
#define BAYES "needs Bayes"

static const struct sa_waiting waiting[] = {
	{ "AskDNS", RESOLVER, NULL, "askdns" },
	{ "AutoLearnThreshold", BAYES, NULL, "bayes_auto_learn_threshold_nonspam bayes_auto_learn_threshold_spam bayes_auto_learn_on_error" },
	{ "Bayes", BAYES, "check_bayes", "bayes_max_token_length bayes_stopword_languages bayes_stopword_*" },
	{ "DKIM", RESOLVER, "check_dkim_signed check_arc_signed check_dkim_valid check_arc_valid check_dkim_valid_author_sig check_dkim_testing "
		"check_dkim_valid_envelopefrom check_dkim_adsp check_dkim_dependable check_for_dkim_welcomelist_from check_for_dkim_whitelist_from "
		"check_for_def_dkim_welcomelist_from check_for_def_dkim_whitelist_from check_dkim_verified check_dkim_signall check_dkim_signsome",
		"welcomelist_from_dkim def_welcomelist_from_dkim unwelcomelist_from_dkim adsp_override dkim_minimum_key_bits dkim_timeout" },
	{ "DMARC", RESOLVER, "check_dmarc_pass check_dmarc_reject check_dmarc_quarantine check_dmarc_none check_dmarc_missing", "dmarc_save_reports" },
	{ "DNSEval", RESOLVER, "check_rbl_accreditor check_rbl check_rbl_ns_from check_rbl_txt check_rbl_sub check_rbl_from_host check_rbl_from_domain check_rbl_envfrom "
		"check_rbl_headers check_rbl_rcvd check_dns_sender", "rbl_headers" },
	{ "HashBL", RESOLVER, "check_hashbl_emails check_hashbl_uris check_hashbl_bodyre check_hashbl_tag check_hashbl_attachments",
		"hashbl_ignore hashbl_email_domain_alias hashbl_email_regex hashbl_email_welcomelist hashbl_acl_*" },
	{ "Pyzor", RESOLVER, "check_pyzor", "use_pyzor pyzor_*" },
	{ "Razor2", RESOLVER, "check_razor2 check_razor2_range", "use_razor2 razor_*" },
	{ "SPF", RESOLVER, "check_for_spf_pass check_for_spf_neutral check_for_spf_none check_for_spf_fail check_for_spf_softfail check_for_spf_permerror "
		"check_for_spf_temperror check_for_spf_helo_pass check_for_spf_helo_neutral check_for_spf_helo_none check_for_spf_helo_fail check_for_spf_helo_softfail "
		"check_for_spf_helo_permerror check_for_spf_helo_temperror check_for_spf_welcomelist_from check_for_spf_whitelist_from "
		"check_for_def_spf_welcomelist_from check_for_def_spf_whitelist_from check_spf_skipped_noenvfrom",
		"welcomelist_from_spf def_welcomelist_from_spf unwelcomelist_from_spf spf_timeout ignore_received_spf_header use_newest_received_spf_header "
		"do_not_use_mail_spf do_not_use_mail_spf_query" },
	{ "SpamCop", RESOLVER, NULL, "spamcop_from_address spamcop_to_address spamcop_max_report_size spamcop_relayhost" },
	{ "URIDNSBL", RESOLVER, "check_uridnsbl", "skip_uribl_checks uridnsbl_skip_mailto uridnsbl_max_domains uridnsbl uridnssub urirhsbl urirhssub urinsrhsbl urinsrhssub "
		"urifullnsrhsbl urifullnsrhssub uridnsbl_skip_domain clear_uridnsbl_skip_domain uridnsbl_timeout" },
};
#define NWAITING (sizeof(waiting) / sizeof(waiting[0]))

/* Of Debian's .pre files, those whose evals or directives are ours. */
static const char by_default[] = "WelcomeListSubject MIMEHeader ReplaceTags Check HTTPSMismatch URIDetail BodyEval HTMLEval HeaderEval MIMEEval RelayEval URIEval WLBLEval "
	"VBounce ImageInfo FreeMail";

static bool among(const char *words, struct span word)
{
	struct span rest = span_of(words);

	while (rest.p != NULL) {
		struct span w = span_split(&rest, ' ');

		if (span_eq(w, word) || (span_ends(w, SPAN_LIT("*")) && span_starts(word, span_sub(w, 0, w.len - 1))))
			return true;
	}
	return false;
}

static bool is_waiting(struct span name)
{
	for (size_t i = 0; i < NWAITING; i++) {
		if (span_eq(name, span_of(waiting[i].name)))
			return true;
	}
	return false;
}

static bool is_ours(struct span name)
{
	for (size_t i = 0; sa_plugins[i] != NULL; i++) {
		if (span_eq(name, span_of(sa_plugins[i]->name)))
			return true;
	}
	return false;
}

bool sa_plugin_by_default(struct span name)
{
	struct span last = span_from(name, sizeof(PLUGINS) - 1);

	return span_starts(name, SPAN_LIT(PLUGINS)) && (is_waiting(last) || (among(by_default, last) && is_ours(name)));
}

bool sa_plugin_known(struct span name)
{
	return is_ours(name) || (span_starts(name, SPAN_LIT(PLUGINS)) && is_waiting(span_from(name, sizeof(PLUGINS) - 1)));
}

const struct sa_eval *sa_eval_find(struct span function, size_t *plugin_r)
{
	for (size_t i = 0; sa_plugins[i] != NULL; i++) {
		for (const struct sa_eval *e = sa_plugins[i]->evals; e != NULL && e->name != NULL; e++) {
			if (span_eq(function, span_of(e->name))) {
				*plugin_r = i;
				return e;
			}
		}
	}
	return NULL;
}

const struct sa_waiting *sa_waiting_eval(struct span function)
{
	for (size_t i = 0; i < NWAITING; i++) {
		if (among(waiting[i].evals, function))
			return &waiting[i];
	}
	return NULL;
}

bool sa_directive_known(struct span keyword)
{
	for (size_t i = 0; i < NWAITING; i++) {
		if (among(waiting[i].directives, keyword))
			return true;
	}
	for (size_t i = 0; sa_plugins[i] != NULL; i++) {
		for (const char *const *d = sa_plugins[i]->directives; d != NULL && *d != NULL; d++) {
			if (among(*d, keyword))
				return true;
		}
	}
	return false;
}
