#include "checks/sender.h"

#include "base/ascii.h"
#include "checks/sorted.h"

#define ADDRESSES_READ 20

/* Sorted. */
static const char *const roles[] = {
	"abuse", "account", "accounting", "accounts", "admin", "administrator", "alert", "alerts", "anfrage", "bestellung", "billing",
	"bounce", "bounces", "buchhaltung", "careers", "contact", "contacto", "customerservice", "do-not-reply", "donotreply", "einkauf",
	"empfang", "events", "finance", "help", "helpdesk", "hostmaster", "hr", "info", "information", "invoice", "invoices", "it",
	"jobs", "kontakt", "kundenservice", "list", "mail", "mailer-daemon", "marketing", "members", "news", "newsletter", "no-reply",
	"no_reply", "noc", "noreply", "notification", "notifications", "office", "order", "orders", "personal", "post", "postmaster",
	"press", "presse", "rechnung", "reply", "root", "sales", "security", "sekretariat", "service", "support", "team", "verkauf",
	"vertrieb", "verwaltung", "webmaster", "www-data",
};

const struct address *sender_from(const struct message *m)
{
	for (size_t i = 0; i < m->from.n && i < ADDRESSES_READ; i++) {
		if (m->from.v[i].domain.len != 0)
			return &m->from.v[i];
	}
	return NULL;
}

struct span sender_registered(struct task *t, struct span domain)
{
	bool plain = true;
	struct url url = { 0 };
	char *lower;

	if (domain.len != 0 && domain.p[domain.len - 1] == '.')
		domain.len--;
	if (domain.len == 0 || domain.len > 255 || domain.p[0] == '[')
		return SPAN_NONE;
	for (size_t i = 0; i < domain.len; i++)
		plain = plain && (ascii_islower(domain.p[i]) || ascii_isdigit(domain.p[i]) || domain.p[i] == '.' || domain.p[i] == '-');
	if (plain)
		return url_registered_domain(task_urls(t), domain);
	for (size_t i = 0; i < domain.len; i++) {
		if ((uint8_t)domain.p[i] >= 0x80)
			return url_parse_host(task_urls(t), task_arena(t), domain, &url) ? url.domain : SPAN_NONE;
	}
	lower = arena_bytes(task_arena(t), domain.len);
	for (size_t i = 0; i < domain.len; i++)
		lower[i] = ascii_tolower(domain.p[i]);
	return url_registered_domain(task_urls(t), span_make(lower, domain.len));
}

bool sender_same_domain(struct task *t, struct span a, struct span b)
{
	if (span_case_eq(a, b))
		return true;
	a = sender_registered(t, a);
	b = sender_registered(t, b);
	return a.len != 0 && span_eq(a, b);
}

bool sender_same_organisation(struct task *t, struct span a, struct span b)
{
	if (sender_same_domain(t, a, b))
		return true;
	a = sender_registered(t, a);
	b = sender_registered(t, b);
	a = span_sub(a, 0, span_chr(a, '.'));
	b = span_sub(b, 0, span_chr(b, '.'));
	return a.len >= 4 && span_eq(a, b);
}

bool sender_domain_plausible(struct span domain)
{
	size_t label = 0;
	bool dot = false;

	if (domain.len != 0 && domain.p[0] == '[')
		return domain.p[domain.len - 1] == ']';
	if (domain.len != 0 && domain.p[domain.len - 1] == '.')
		domain.len--;
	for (size_t i = 0; i < domain.len; i++) {
		char c = domain.p[i];

		if (c == '.') {
			if (label == 0)
				return false;
			dot = true;
			label = 0;
		} else if (ascii_isalnum(c) || c == '-' || c == '_' || (uint8_t)c >= 0x80) {
			label++;
		} else {
			return false;
		}
	}
	return dot && label > 1;
}

struct span sender_domain_of(struct span address)
{
	size_t at = span_rchr(address, '@');

	return at == SPAN_NPOS ? SPAN_NONE : span_from(address, at + 1);
}

struct span sender_local_of(struct span address)
{
	size_t at = span_rchr(address, '@');

	return at == SPAN_NPOS ? address : span_sub(address, 0, at);
}

struct span sender_recipient(struct task *t, size_t i)
{
	const struct envelope *env = &task_tx(t)->env;
	const struct message *m = task_msg(t);

	if (i >= SENDER_RCPT_MAX)
		return SPAN_NONE;
	if (env->nrcpt != 0)
		return i < env->nrcpt ? env->rcpt[i].address : SPAN_NONE;
	if (i < m->to.n)
		return m->to.v[i].spec;
	return i - m->to.n < m->cc.n ? m->cc.v[i - m->to.n].spec : SPAN_NONE;
}

bool sender_is_recipient_domain(struct task *t, struct span domain)
{
	for (size_t i = 0; i < SENDER_RCPT_MAX; i++) {
		struct span address = sender_recipient(t, i);

		if (address.p == NULL)
			break;
		if (sender_same_domain(t, sender_domain_of(address), domain))
			return true;
	}
	return false;
}

bool sender_is_automatic(const struct message *m)
{
	struct span auto_submitted = header_value(&m->headers, HDR_AUTO_SUBMITTED);
	const struct address *from = sender_from(m);

	if (auto_submitted.len != 0 && !span_case_starts(auto_submitted, SPAN_LIT("no")))
		return true;
	if (m->nparts != 0 && span_eq(m->parts[0].type, SPAN_LIT("multipart/report")))
		return true;
	if (from == NULL)
		return false;
	return span_case_eq(from->local, SPAN_LIT("mailer-daemon")) || span_case_eq(from->local, SPAN_LIT("postmaster")) ||
	       span_case_starts(from->local, SPAN_LIT("microsoftexchange"));
}

static bool list_has(const struct address_list *list, struct span spec)
{
	for (size_t i = 0; i < list->n && i < ADDRESSES_READ; i++) {
		if (span_case_eq(list->v[i].spec, spec))
			return true;
	}
	return false;
}

bool sender_is_list(const struct message *m)
{
	const struct address *from = sender_from(m);

	if (header_first(&m->headers, HDR_LIST_ID) != NULL || header_first(&m->headers, HDR_LIST_POST) != NULL ||
	    span_case_eq(header_value(&m->headers, HDR_PRECEDENCE), SPAN_LIT("list")))
		return true;
	/* Lists that rewrite From (RFC 7960, 4.1.3.3): "Anna via List <list@...>", addressed to the list. */
	return from != NULL && span_case_has(from->name, SPAN_LIT(" via ")) && (list_has(&m->to, from->spec) || list_has(&m->cc, from->spec));
}

bool sender_is_role(struct span local)
{
	return SORTED_HAS(roles, local);
}

bool sender_tables_sorted(void)
{
	return sorted_is(roles, SORTED_SIZES(roles));
}

static bool is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/* By the first letter: letters that do not follow it in the words and names of European languages, compounds and common abbreviations included. */
static const char *const rare_followers[26] = {
	['b' - 'a'] = "qx", ['c' - 'a'] = "fgjvwx", ['d' - 'a'] = "qx", ['f' - 'a'] = "jqvx", ['g' - 'a'] = "jqx", ['h' - 'a'] = "jqx",
	['j' - 'a'] = "bcdfghklmnpqrstvwxz", ['k' - 'a'] = "jqx", ['l' - 'a'] = "jqx", ['m' - 'a'] = "jqx", ['n' - 'a'] = "qx", ['p' - 'a'] = "jqvx",
	['q' - 'a'] = "bcdefghjklmnopqrtvwxyz", ['r' - 'a'] = "qx", ['s' - 'a'] = "jx", ['t' - 'a'] = "jqx", ['v' - 'a'] = "bcdfghjkmnpqtvwxz",
	['w' - 'a'] = "jqvxz", ['x' - 'a'] = "bdfgjknqrvwz", ['y' - 'a'] = "jqxv", ['z' - 'a'] = "jqx",
};

static bool is_rare_pair(char a, char b)
{
	const char *rare = ascii_islower(a) ? rare_followers[a - 'a'] : NULL;

	return rare != NULL && ascii_islower(b) && strchr(rare, b) != NULL;
}

/* What there is in a word, in numbers. */
struct word_form {
	unsigned letters, vowels;
	unsigned changes;  /* from letters to digits or back */
	unsigned cases;    /* capitals behind small letters */
	unsigned longest;  /* run of consonants */
	unsigned rare;     /* pairs of letters */
};

static void word_form_read(struct span word, struct word_form *f)
{
	unsigned run = 0;

	*f = (struct word_form){ 0 };
	for (size_t i = 0; i < word.len && i < 64; i++) {
		char c = ascii_tolower(word.p[i]), before = (char)(i > 0 ? word.p[i - 1] : '\0');

		f->letters += ascii_isalpha(c);
		f->vowels += is_vowel(c);
		run = ascii_isalpha(c) && !is_vowel(c) ? run + 1 : 0;
		f->longest = run > f->longest ? run : f->longest;
		f->changes += ascii_isalnum(before) && ascii_isalnum(c) && ascii_isdigit(before) != ascii_isdigit(c);
		f->cases += ascii_islower(before) && ascii_isupper(word.p[i]);
		f->rare += is_rare_pair(ascii_tolower(before), c);
	}
}

unsigned sender_randomness(struct span word)
{
	struct word_form f;

	if (word.len < 7)
		return 0;
	word_form_read(word, &f);
	return f.rare + (f.changes >= 2 ? f.changes - 1 : 0) + (f.longest >= 8 ? 2 : f.longest >= 6) + (f.letters >= 7 && f.vowels * 6 < f.letters) +
	       (f.cases >= 3 ? f.cases - 1 : 0);
}
