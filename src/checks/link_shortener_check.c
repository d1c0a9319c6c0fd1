/* Shortened links hide where they lead. People use them too, machines that write to customers hardly. */
#include "checks/links.h"
#include "checks/sorted.h"

enum { SHORTENER };

static const struct symbol symbols[] = {
	[SHORTENER] = { "LINK_SHORTENER", "content", 900, "A link goes through a URL shortener.", ACTION_NONE },
};

/* Sorted. */
static const char *const shorteners[] = {
	"0x0.li", "2no.co", "abre.ai", "acesse.one", "acortar.link", "adf.ly", "amzn.to", "bc.vc", "bit.do", "bit.ly", "bitly.com", "bitly.ws", "bl.ink",
	"bom.so", "budurl.com", "buff.ly", "buly.kr", "by.com.vn", "clck.ru", "cli.gs", "cli.re", "clicky.me", "cutt.ly", "db.tt", "deck.ly", "dlvr.it",
	"dub.sh", "e.vg", "encr.pw", "encurtador.com.br", "exe.io", "fb.me", "fc.lc", "fur.ly", "gg.gg", "go2l.ink", "goo.by", "goo.gl", "goo.su",
	"grabify.link", "han.gl", "hoi.do", "href.li", "hyperurl.co", "ift.tt", "iplogger.com", "iplogger.org", "is.gd", "j.mp", "kurzelinks.de",
	"kurzlink.de", "kutt.it", "l1nk.dev", "l1nq.com", "lc.cx", "lihi.cc", "lihi1.com", "linkvertise.com", "ln.ki", "ln.run", "lnk.ink", "lnkd.in",
	"mcaf.ee", "me2.kr", "migre.me", "moourl.com", "n9.cl", "oke.io", "ouo.io", "ow.ly", "p.ota.to", "ppt.cc", "pse.is", "qps.ru", "qr.ae", "qrco.de",
	"rb.gy", "rebrand.ly", "reurl.cc", "rotf.lol", "s.id", "short.cm", "short.io", "shorte.st", "shorter.me", "shorturl.at", "shorturl.com",
	"shorturl.gg", "shrinke.me", "shrtco.de", "smarturl.it", "snip.ly", "snipurl.com", "soo.gd", "su.pr", "surl.li", "t.co", "t.ly", "t2m.io",
	"tinu.be", "tiny.cc", "tiny.one", "tiny.pl", "tinyurl.com", "tinyurl.ee", "tny.im", "tr.im", "trib.al", "u.nu", "u.to", "uqr.to", "urlday.cc",
	"urlr.me", "urlz.fr", "v.gd", "vk.cc", "vo.la", "wp.me", "x.co", "yourls.org", "ytly.org", "za.gl", "zpr.io", "zws.im",
};

SORTED_INIT(shorteners)

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span last = SPAN_NONE;

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (!link_is_web(l) || span_eq(l->url.host_ascii, last))
			continue;
		last = l->url.host_ascii;
		if (SORTED_HAS_DOMAIN(shorteners, last)) {
			hit_add(t, SHORTENER, l->url.raw);
			return;
		}
	}
}

const struct check check_link_shortener = {
	.name = "link_shortener", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .init = init, .run = run,
};
