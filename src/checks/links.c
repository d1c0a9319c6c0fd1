#include "checks/links.h"

#include "base/ip.h"
#include "checks/sender.h"
#include "checks/sorted.h"

#define LINE_READ 1000 /* bytes of a line before a link; longer lines are nobody's quotation */

/* Sorted. */
static const char *const rewriters[] = {
	"avanan.click", "clicktime.cloud.postoffice.net", "clicktime.symantec.com", "cudasvc.com", "emailprotection.link", "hornetsecurity.com",
	"link.mailguard.com.au", "linkprotect.cudasvc.com", "mailprotect.be", "mimecast.com", "mimecastprotect.com", "proofpoint.com", "protection.outlook.com",
	"protection.sophos.com", "safelinks.protection.outlook.com", "secure-web.cisco.com", "shared.outlook.inky.com", "trustwave.com",
	"urldefense.com", "urldefense.us", "urlsand.esvalabs.com", "us.report.cybergraph.mimecast.com",
};

/* Sorted. */
static const char *const trackers[] = {
	"acemlna.com", "acemlnb.com", "activehosted.com", "adj.st", "app.link", "appboy.com", "aweber.com", "awstrack.me", "beehiiv.com", "bmetrack.com",
	"bmsend.com", "branch.io", "braze.com", "brevo.com", "ck.page", "cleverreach.com", "cmail1.com", "cmail19.com", "cmail2.com", "cmail20.com",
	"constantcontact.com", "convertkit-mail.com", "convertkit-mail2.com", "convertkit-mail3.com", "createsend.com", "createsend1.com",
	"createsend4.com", "createsend5.com", "crsend.com", "customer.io", "customeriomail.com", "delivra.com", "e2ma.net", "elasticemail.com",
	"elinks.io", "emailsys.net", "emailsys1a.net", "emailsys2a.net", "emarsys.com", "emarsys.net", "emlnk.com", "en25.com", "eomail1.com",
	"eomail2.com", "eomail5.com", "eventbrite.com", "exacttarget.com", "exct.net", "feedblitz.com", "feedburner.com", "getresponse.com",
	"hs-sites.com", "hubspotemail.net", "hubspotlinks.com", "icontact.com", "icptrack.com", "infusionsoft.com", "intercom-clicks.com",
	"intercom-mail.com", "inxmail.com", "itbl.co", "iterable.com", "keap-link001.com", "klclick.com", "klclick1.com", "klclick2.com", "klclick3.com",
	"list-manage.com", "mail.beehiiv.com", "mailchi.mp", "mailerlite.com", "mailgun.net", "mailgun.org", "mailjet.com", "maillist-manage.com",
	"mailpoet.com", "mandrillapp.com", "medium.com", "meetup.com", "mjt.lu", "mkt61.net", "mktdns.com", "mktoweb.com", "mlsend.com", "mlsend2.com",
	"mlsend3.com", "newsletter2go.com", "onelink.me", "pardot.com", "postmarkapp.com", "pstmrk.it", "qualtrics.com", "responsys.net", "rs6.net",
	"sailthru.com", "sendgrid.net", "sendibm1.com", "sendibm3.com", "sendibt2.com", "sendibt3.com", "sensibleclick.com", "sg-links.com",
	"silverpop.com", "smtp2go.com", "sparkpostmail.com", "sparkpostmail1.com", "substack.com", "surveymonkey.com", "tracking.bmsend.com",
	"verticalresponse.com", "vresp.com", "zcsend.net", "zohocampaigns.com",
};

/* Last labels of names that the Internet does not know. Sorted. */
static const char *const suffixes[] = { "corp", "home", "internal", "intranet", "lan", "local", "localdomain", "localhost" };

bool link_is_web(const struct link *l)
{
	if (l->source == LINK_HTML_IMG || l->source == LINK_HTML_OTHER || (l->url.flags & URL_MAILTO) != 0)
		return false;
	return span_eq(l->url.scheme, SPAN_LIT("http")) || span_eq(l->url.scheme, SPAN_LIT("https"));
}

bool link_is_bare_host(const struct link *l)
{
	return (l->url.flags & URL_SCHEMELESS) != 0 && l->url.path.len == 0 && l->source != LINK_HTML_A;
}

/* Whether the line around text.p[at] begins with '>'; blanks may stand before it. */
static bool line_is_quoted(struct span text, size_t at)
{
	size_t begin = at;

	while (begin > 0 && at - begin < LINE_READ && text.p[begin - 1] != '\n')
		begin--;
	if (begin > 0 && text.p[begin - 1] != '\n')
		return false;
	while (begin < at && (text.p[begin] == ' ' || text.p[begin] == '\t'))
		begin++;
	return begin < at && text.p[begin] == '>';
}

bool link_is_quoted(const struct message *m, const struct link *l)
{
	struct span text, raw = l->url.raw;
	size_t at, end;

	if (l->source != LINK_TEXT || raw.len == 0 || l->part < 0 || (size_t)l->part >= m->nparts)
		return false;
	text = m->parts[l->part].text;
	if (text.len == 0 || raw.p < text.p || raw.p + raw.len > text.p + text.len)
		return false; /* of an attached message */
	/* Line by line, so that each is looked at once. */
	for (at = (size_t)(raw.p - text.p); line_is_quoted(text, at); at += end) {
		end = span_chr(span_from(text, at), '\n');
		at += end == SPAN_NPOS ? text.len - at : end;
		end = span_find(span_from(text, at), raw);
		if (end == SPAN_NPOS)
			return true;
	}
	return false;
}

bool link_is_defanged(const struct link *l)
{
	return (l->source == LINK_TEXT || l->source == LINK_HTML_TEXT) && (l->url.flags & URL_OBFUSCATED) != 0 && span_case_starts(l->url.raw, SPAN_LIT("hxx"));
}

struct span links_sender_domain(struct task *t)
{
	const struct address *from = sender_from(task_msg(t));

	return from != NULL ? sender_registered(t, from->domain) : SPAN_NONE;
}

struct span links_organisation(struct span domain)
{
	return span_sub(domain, 0, span_chr(domain, '.') == SPAN_NPOS ? domain.len : span_chr(domain, '.'));
}

bool links_same_organisation(struct span a, struct span b)
{
	if (a.len == 0 || b.len == 0)
		return false;
	return span_case_eq(a, b) || (links_organisation(a).len >= 3 && span_case_eq(links_organisation(a), links_organisation(b)));
}

bool links_tables_sorted(void)
{
	return sorted_is(rewriters, SORTED_SIZES(rewriters)) && sorted_is(trackers, SORTED_SIZES(trackers)) && sorted_is(suffixes, SORTED_SIZES(suffixes));
}

bool links_is_rewriter(struct span host)
{
	return SORTED_HAS_DOMAIN(rewriters, host);
}

bool links_is_tracker(struct span host)
{
	return SORTED_HAS_DOMAIN(trackers, host);
}

static bool ip_is_private(const struct ip *ip)
{
	static const char *const nets[] = { "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7", "fe80::/10" };
	struct cidr net;

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		if (cidr_parse(span_of(nets[i]), &net) && cidr_has(&net, ip))
			return true;
	}
	return false;
}

bool links_is_private(const struct url *u)
{
	struct span host = u->host_ascii;
	size_t dot = span_rchr(host, '.');
	struct ip ip;

	if ((u->flags & (URL_IP | URL_IP_ODD)) != 0)
		return ip_parse(host, &ip) && ip_is_private(&ip);
	if (dot == SPAN_NPOS)
		return true;
	return SORTED_HAS(suffixes, span_from(host, dot + 1));
}
