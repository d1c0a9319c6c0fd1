/*
 * Sites on services where anybody puts up a page in a minute, without a name of their own. The service is not to blame, but phishing lives there.
 * Stores for files serve honest mail too (pictures, downloads): only pages in them count in full.
 */
#include "checks/extension.h"
#include "checks/links.h"
#include "checks/sorted.h"

enum { FREE_HOSTING };

static const struct symbol symbols[] = {
	[FREE_HOSTING] = { "LINK_FREE_HOSTING", "content", 1500, "A link leads to a page on a service where anybody can put one up at once.", ACTION_NONE },
};

enum kind {
	PAGE,  /* pages of anybody */
	MIXED, /* the same, with many honest ones: blogs, development, forms */
	STORE, /* files of anybody */
	FORM,  /* only paths that begin with "forms/" */
};

/* Sorted. */
static const struct {
	const char *name;
	enum kind kind;
} services[] = {
	{ "000webhostapp.com", PAGE }, { "42web.io", PAGE }, { "4everland.io", PAGE }, { "aliyuncs.com", STORE }, { "altervista.org", MIXED },
	{ "amazonaws.com", STORE }, { "amplifyapp.com", PAGE }, { "ampp.link", PAGE }, { "appdomain.cloud", PAGE }, { "appspot.com", MIXED },
	{ "atwebpages.com", PAGE }, { "azureedge.net", MIXED }, { "azurefd.net", MIXED }, { "azurestaticapps.net", PAGE }, { "azurewebsites.net", MIXED },
	{ "backblazeb2.com", STORE }, { "beget.tech", PAGE }, { "bio.site", PAGE }, { "blob.core.windows.net", STORE }, { "blogspot.com", MIXED },
	{ "blogspot.de", MIXED }, { "bubbleapps.io", PAGE }, { "byethost.com", PAGE }, { "canva.site", PAGE }, { "carrd.co", MIXED },
	{ "cf-ipfs.com", PAGE }, { "cloudapp.azure.com", MIXED }, { "cloudapp.net", MIXED }, { "cloudflare-ipfs.com", PAGE },
	{ "cloudfunctions.net", PAGE }, { "cognitoforms.com", MIXED }, { "contaboserver.net", PAGE }, { "cprapid.com", PAGE }, { "cyclic.app", PAGE },
	{ "ddns.net", MIXED }, { "deno.dev", PAGE }, { "digitaloceanspaces.com", STORE }, { "docs.google.com", FORM }, { "duckdns.org", MIXED },
	{ "duia.eu", PAGE }, { "dweb.link", PAGE }, { "dynv6.net", PAGE }, { "edgeone.app", PAGE }, { "editorx.io", PAGE }, { "epizy.com", PAGE },
	{ "eu-gb.cf.appdomain.cloud", PAGE }, { "firebaseapp.com", PAGE }, { "firebasestorage.googleapis.com", STORE }, { "fleek.co", PAGE },
	{ "fleek.cool", PAGE }, { "fly.dev", PAGE }, { "forms.gle", MIXED }, { "formstack.com", MIXED }, { "framer.ai", PAGE }, { "framer.app", PAGE },
	{ "framer.website", PAGE }, { "gateway.pinata.cloud", PAGE }, { "gitbook.io", MIXED }, { "glitch.me", PAGE }, { "godaddysites.com", PAGE },
	{ "great-site.net", PAGE }, { "herokuapp.com", MIXED }, { "hopto.org", PAGE }, { "hostingerapp.com", PAGE }, { "hubspotpagebuilder.com", PAGE },
	{ "infinityfreeapp.com", PAGE }, { "infura-ipfs.io", PAGE }, { "ipfs.dweb.link", PAGE }, { "ipfs.io", PAGE }, { "jimdofree.com", PAGE },
	{ "jimdosite.com", PAGE }, { "jotform.com", MIXED }, { "linodeobjects.com", STORE }, { "loca.lt", PAGE }, { "localhost.run", PAGE },
	{ "lovable.app", PAGE }, { "lovestoblog.com", PAGE }, { "mailerpage.io", PAGE }, { "mooo.com", PAGE }, { "my.canva.site", PAGE },
	{ "mybluehost.me", PAGE }, { "myftpupload.com", PAGE }, { "myqcloud.com", STORE }, { "mystrikingly.com", PAGE }, { "netlify.app", MIXED },
	{ "nftstorage.link", STORE }, { "ngrok-free.app", PAGE }, { "ngrok.app", PAGE }, { "ngrok.io", PAGE }, { "nip.io", PAGE }, { "no-ip.biz", PAGE },
	{ "no-ip.org", MIXED }, { "notion.site", MIXED }, { "now.sh", PAGE }, { "on.fleek.co", PAGE }, { "ondigitalocean.app", PAGE },
	{ "onrender.com", PAGE }, { "oraclecloud.com", STORE }, { "pages.dev", PAGE }, { "plesk.page", PAGE }, { "r2.dev", STORE },
	{ "railway.app", PAGE }, { "repl.co", PAGE }, { "replit.app", PAGE }, { "replit.dev", PAGE }, { "rf.gd", PAGE }, { "run.app", PAGE },
	{ "servehttp.com", PAGE }, { "serveo.net", PAGE }, { "sites.google.com", MIXED }, { "softr.app", PAGE }, { "square.site", PAGE },
	{ "sslip.io", PAGE }, { "start.page", PAGE }, { "storage.cloud.google.com", STORE }, { "storage.googleapis.com", STORE },
	{ "strikingly.com", PAGE }, { "surge.sh", PAGE }, { "surveyheart.com", PAGE }, { "swtest.ru", PAGE }, { "sytes.net", PAGE }, { "tilda.ws", PAGE },
	{ "tmweb.ru", PAGE }, { "trycloudflare.com", PAGE }, { "typedream.app", PAGE }, { "typeform.com", MIXED }, { "unaux.com", PAGE },
	{ "up.railway.app", PAGE }, { "vercel.app", MIXED }, { "w3s.link", PAGE }, { "wasabisys.com", STORE }, { "web.app", PAGE },
	{ "web.core.windows.net", STORE }, { "webador.com", PAGE }, { "webflow.io", PAGE }, { "webnode.com", PAGE }, { "webnode.page", PAGE },
	{ "website.yandexcloud.net", PAGE }, { "weebly.com", PAGE }, { "weeblysite.com", PAGE }, { "wixsite.com", PAGE }, { "wixstudio.io", PAGE },
	{ "workers.dev", PAGE }, { "wpengine.com", MIXED }, { "wpenginepowered.com", PAGE }, { "wufoo.com", MIXED }, { "yolasite.com", PAGE },
	{ "zapier.app", MIXED }, { "zapto.org", PAGE }, { "zohopublic.com", MIXED }, { "zohosites.com", PAGE },
};

SORTED_INIT(services)

/* Permille for a link to a service of that kind, 0: none. */
static int32_t weight(enum kind kind, const struct url *u)
{
	switch (kind) {
	case PAGE:
		return 1000;
	case MIXED:
		return 500;
	case STORE:
		return u->fragment.len != 0 || extension_class_of(extension_of(u->path)) == EXTENSION_HTML ? 1300 : 0;
	case FORM:
		return span_starts(u->path, SPAN_LIT("forms/")) ? 300 : 0;
	}
	return 0;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span own = SPAN_NONE;
	const struct link *found = NULL;
	int32_t most = 0;

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];
		size_t service;
		int32_t permille;

		if (!link_is_web(l))
			continue;
		service = SORTED_INDEX_DOMAIN(services, l->url.host_ascii);
		if (service == SPAN_NPOS)
			continue;
		if (own.p == NULL)
			own = links_sender_domain(t);
		if (span_eq(l->url.domain, own))
			continue;
		permille = weight(services[service].kind, &l->url);
		if (permille > most) {
			most = permille;
			found = l;
		}
	}
	if (found != NULL)
		hit_add_to(t, FREE_HOSTING, most, RCPT_ALL, found->url.raw);
}

const struct check check_link_free_hosting = {
	.name = "link_free_hosting", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .init = init, .run = run,
};
