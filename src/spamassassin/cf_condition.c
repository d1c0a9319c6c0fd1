/* What stands behind "if": version numbers, plugin(), can(), has(), combined as in Perl. Calls are replaced by their value, the rest is an expression. */
#include "base/ascii.h"
#include "base/buf.h"
#include "rules/expr.h"
#include "spamassassin/cf_private.h"

#define VERSION "4.000001"
#define PERL_VERSION "5.036000"
#define PLUGINS "Mail::SpamAssassin::Plugin::"
#define CONF "Mail::SpamAssassin::Conf::"

/* What can() and has() know beside eval functions: NULL stands for the core. */
static const struct {
	const char *plugin;
	const char *features; /* separated by spaces */
} features[] = {
	{ NULL, "feature_originating_ip_headers feature_dns_local_ports_permit_avoid feature_bayes_auto_learn_on_error feature_uri_host_listed feature_yesno_takes_args "
		"feature_bug6558_free feature_edns feature_dns_query_restriction feature_registryboundaries feature_geodb feature_dns_block_rule feature_compile_regexp "
		"feature_meta_rules_matching feature_subjprefix feature_bayes_stopwords feature_get_host feature_blocklist_welcomelist feature_welcomelist_blocklist "
		"feature_header_address_parser feature_local_tests_only feature_header_first_last feature_header_match_many feature_capture_rules "
		"has_tflags_nosubject has_tflags_nolog perl_min_version_5010000" },
	{ "HashBL", "has_hashbl_bodyre has_hashbl_bodyre_num has_hashbl_emails has_hashbl_uris has_hashbl_ignore has_hashbl_email_regex has_hashbl_email_welcomelist "
		"has_hashbl_email_whitelist has_hashbl_tag has_hashbl_sha256 has_hashbl_attachments has_hashbl_email_domain has_hashbl_email_domain_alias" },
	{ "URIDetail", "has_host_key" },
	{ "OLEVBMacro", "has_olemacro_redirect_uri has_olemacro_mhtml_uri has_olertfobject" },
	{ "Pyzor", "has_fork has_perl" },
	{ "Razor2", "has_fork" },
	{ "DNSEval", "has_tflags_domains_only has_tflags_ips_only" },
	{ "DecodeShortURLs", "has_short_url has_autoclean has_short_url_code has_user_agent has_get has_clear has_timeout has_max_redirections has_short_url_redir" },
	{ "MIMEHeader", "has_all_header has_tflags_range has_tflags_concat has_tflags_multiple has_capture_rules" },
	{ "URIDNSBL", "has_tflags_domains_only has_subtest_for_ranges has_uridnsbl_for_a has_uridnsbl_a_ns has_tflags_notrim has_uridnsbl_skip_mailto" },
	{ "AskDNS", "has_tag_header" },
	{ "ASN", "has_asn_lookup_ipv6 has_asn_geodb has_check_asn has_check_asn_tag" },
	{ "SPF", "has_check_for_spf_errors has_check_spf_skipped_noenvfrom" },
	{ "BodyEval", "has_check_body_length has_plaintext_body_sig_ratio" },
	{ "DKIM", "has_arc" },
	{ "MIMEEval", "has_check_for_ascii_text_illegal has_check_abundant_unicode_ratio has_check_qp_ratio" },
};

bool cf_plugin_loaded(const struct cf_parser *p, struct span name)
{
	const struct cf_context *cx = p->context;

	if (span_eq(name, SPAN_LIT(PLUGINS "Dmarc")))
		name = SPAN_LIT(PLUGINS "DMARC");
	if (span_eq(name, SPAN_LIT(PLUGINS "WhiteListSubject")))
		name = SPAN_LIT(PLUGINS "WelcomeListSubject");
	if (span_eq(name, SPAN_LIT(PLUGINS "RaciallyCharged"))) /* SpamAssassin says so too: gone, but asked for */
		return true;
	return map_get(&p->plugins, name) != NULL || (cx->has_plugin != NULL && cx->has_plugin(cx->ctx, name));
}

static bool among(const char *words, struct span word)
{
	struct span rest = span_of(words);

	while (rest.p != NULL) {
		if (span_eq(span_split(&rest, ' '), word))
			return true;
	}
	return false;
}

static bool core_can(const struct cf_parser *p, struct span feature)
{
	struct span compat = span_from(feature, 7);

	if (span_starts(feature, SPAN_LIT("compat_")))
		return map_get(&p->compat, compat) != NULL || (!p->pre_files && span_eq(compat, SPAN_LIT("welcomelist_blocklist"))); /* Debian's init.pre */
	return among(features[0].features, feature);
}

/* can() and has() ask whether a module has a function. */
static bool has_function(struct cf_parser *p, struct span name)
{
	const struct cf_context *cx = p->context;
	size_t at = span_rchr(name, ':');
	struct span module = at == SPAN_NPOS || at == 0 ? SPAN_NONE : span_sub(name, 0, at - 1);
	struct span function = span_from(name, at + 1);

	if (module.len == 0)
		return cf_mistake(p, SPAN_NONE, "no '::' in '%.*s'", SPAN_ARG(span_sub(name, 0, 100)));
	if (span_starts(name, SPAN_LIT(CONF)))
		return core_can(p, function);
	if (!cf_plugin_loaded(p, module))
		return false;
	for (size_t i = 1; i < sizeof(features) / sizeof(features[0]); i++) {
		if (span_starts(module, SPAN_LIT(PLUGINS)) && span_eq(span_from(module, sizeof(PLUGINS) - 1), span_of(features[i].plugin)) &&
		    among(features[i].features, function))
			return true;
	}
	return cx->has_eval != NULL && cx->has_eval(cx->ctx, function);
}

static bool is_name_char(char c)
{
	return ascii_isalnum(c) || c == '_' || c == ':';
}

static struct span take_name(struct span *rest)
{
	size_t n = 0;

	while (n < rest->len && is_name_char(rest->p[n]))
		n++;
	struct span name = span_sub(*rest, 0, n);
	*rest = span_from(*rest, n);
	return name;
}

/* The argument in parentheses of a call. */
static bool take_argument(struct span *rest, struct span *name_r)
{
	struct span s = span_trim(*rest);

	if (s.len == 0 || s.p[0] != '(')
		return false;
	s = span_trim(span_from(s, 1));
	*name_r = take_name(&s);
	s = span_trim(s);
	if (s.len == 0 || s.p[0] != ')')
		return false;
	*rest = span_from(s, 1);
	return true;
}

/* Appends the value of a word. False: it has none. */
static bool add_word(struct cf_parser *p, struct buf *b, struct span word, struct span *rest)
{
	bool plugin = span_eq(word, SPAN_LIT("plugin"));
	struct span name;

	if (plugin || span_eq(word, SPAN_LIT("can")) || span_eq(word, SPAN_LIT("has"))) {
		if (!take_argument(rest, &name))
			return false;
		buf_str(b, (plugin ? cf_plugin_loaded(p, name) : has_function(p, name)) ? "1" : "0");
	} else if (span_eq(word, SPAN_LIT("version"))) {
		buf_str(b, VERSION);
	} else if (span_eq(word, SPAN_LIT("perl_version"))) {
		buf_str(b, PERL_VERSION);
	} else if (span_eq(word, SPAN_LIT("local_tests_only"))) {
		buf_str(b, (p->context->score_set & 1) ? "0" : "1");
	} else {
		return false;
	}
	return true;
}

static int no_symbol(void *ctx, struct span name)
{
	(void)ctx;
	(void)name;
	return -1;
}

static double no_value(void *ctx, unsigned number)
{
	(void)ctx;
	(void)number;
	return 0;
}

bool cf_condition(struct cf_parser *p, struct span text)
{
	struct buf b = BUF_INIT(p->arena);
	struct err err;
	struct expr *e;

	while (text.len != 0) {
		struct span name;

		if (!ascii_isalpha(text.p[0]) && text.p[0] != '_') {
			buf_char(&b, text.p[0]);
			text = span_from(text, 1);
			continue;
		}
		name = take_name(&text);
		if (!add_word(p, &b, name, &text))
			return cf_mistake(p, SPAN_NONE, "the condition is not understood at '%.*s'", SPAN_ARG(span_sub(name, 0, 100)));
		buf_char(&b, ' ');
	}
	e = expr_new(p->arena, buf_span(&b), no_symbol, NULL, &err);
	if (e == NULL)
		return cf_mistake(p, SPAN_NONE, "the condition is not understood: %s", err.text);
	return expr_eval(e, no_value, NULL) != 0;
}
