#include "checks/brands_table.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "checks/punycode.h"
#include "checks/script.h"
#include "checks/sorted.h"

/* Letters of one text, folded, without what is between the words. */
#define LETTERS_MAX 256
/* Phrases are shorter; nothing longer is compared. */
#define PHRASE_MAX 48

/* What all spellings of a letter have in common: i, l and 1, o and 0, and the digits that are read as letters. */
static char skeleton(char c)
{
	switch (c) {
	case 'i': case '1':
		return 'l';
	case '0':
		return 'o';
	case '3':
		return 'e';
	case '4':
		return 'a';
	case '5':
		return 's';
	default:
		return c;
	}
}

struct letters {
	size_t n, nwords;
	char c[LETTERS_MAX];          /* lower case */
	bool start[LETTERS_MAX + 1];  /* a word begins here; also at n */
	bool odd[LETTERS_MAX];        /* not written as an ordinary letter */
	bool accent[LETTERS_MAX];     /* a Latin letter with a mark: another letter to those whose language has it */
	uint16_t at[LETTERS_MAX], end[LETTERS_MAX]; /* offsets in the text */
};

/* Digits and i for l are judged later, when the phrase is known. */
static void letters_read(struct span text, struct letters *l)
{
	bool gap = true, hidden = false;
	size_t taken, at = 0;

	l->n = l->nwords = 0;
	if (text.len > BRAND_TEXT_MAX)
		text.len = BRAND_TEXT_MAX;
	for (; at < text.len && l->n < LETTERS_MAX; at += taken) {
		uint32_t cp = utf8_next(span_from(text, at), &taken);
		char c = (char)(cp == UTF8_BAD ? '\0' : script_fold(cp));

		if (c == SCRIPT_SKIP) {
			hidden = hidden || script_invisible(cp);
			if (l->n != 0 && !gap && !script_invisible(cp))
				l->accent[l->n - 1] = true; /* a combining mark */
			continue;
		}
		if (c == '\0') {
			/* An apostrophe does not end a word: "Lowe's". */
			gap = gap || (cp != '\'' && cp != 0x2019);
			hidden = false;
			continue;
		}
		l->start[l->n] = gap;
		l->nwords += gap;
		l->odd[l->n] = hidden || (cp >= 0x250 && !(cp >= 0x1e00 && cp <= 0x1eff) && !(cp >= 0xff00 && cp <= 0xff5e));
		l->accent[l->n] = (cp >= 0xc0 && cp < 0x250) || (cp >= 0x1e00 && cp <= 0x1eff);
		l->at[l->n] = (uint16_t)at;
		l->end[l->n] = (uint16_t)(at + taken);
		l->c[l->n++] = c;
		gap = hidden = false;
	}
	l->start[l->n] = true;
}

/* Compares skeletons; the phrase's spaces do not count. >0: the letters come later. prefix: equal as far as the phrase goes. */
static int phrase_compare(const char *letters, size_t n, const char *phrase, bool prefix)
{
	size_t i = 0;

	for (; *phrase != '\0'; phrase++) {
		int d;

		if (*phrase == ' ')
			continue;
		if (i == n)
			return -1;
		d = skeleton(letters[i++]) - skeleton(*phrase);
		if (d != 0)
			return d;
	}
	return prefix || i == n ? 0 : 1;
}

/* The first phrase that does not come before these letters. */
static size_t phrase_lower_bound(const char *letters, size_t n)
{
	size_t low = 0, high = brand_nphrases;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (phrase_compare(letters, n, brand_phrases[mid].text, false) > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many letters of the phrase, and how many words. */
static size_t phrase_letters(const char *phrase, size_t *nwords_r)
{
	size_t n = 0;

	*nwords_r = 1;
	for (; *phrase != '\0'; phrase++) {
		if (*phrase == ' ')
			(*nwords_r)++;
		else
			n++;
	}
	return n;
}

/* Sorted. What companies write beside their names, and what those write who pretend to be them. */
static const char *const service_words[] = {
	"access", "account", "accounts", "admin", "agent", "alert", "alerts", "assistance", "authentication", "banca", "banco", "bank", "banking",
	"benachrichtigung", "billing", "bonus", "card", "care", "center", "centre", "client", "cliente", "clientes", "clients",
	"confirmation", "coupon", "credit", "customer", "customers", "delivery", "department", "desk", "device", "dienst", "email",
	"express", "facture", "fraud", "gewinn", "gift", "giveaway", "gutschein", "help", "helpdesk", "id", "info", "information",
	"invoice", "konto", "kunde", "kunden", "kundenbetreuung", "kundencenter", "kundendienst", "kundenservice", "lieferung", "login",
	"loyalty", "mail", "mailer", "membership", "noreply", "notice", "notification", "notifications", "office", "online", "order",
	"orders", "package", "paket", "parcel", "password", "payment", "payments", "platform", "post", "prize", "promo", "promotion",
	"protection", "quarantine", "rechnung", "refund", "renewal", "reward", "rewards", "secure", "securite", "security", "seguridad",
	"service", "servicecenter", "services", "servicio", "shipment", "shipping", "shop", "shopper", "sicherheit", "sicherheitsteam",
	"store", "subscription", "suivi", "support", "survey", "sweepstakes", "team", "tracking", "transfer", "update", "updates",
	"verification", "versand", "wallet", "webmail", "winner", "zustellung",
};

static bool is_service_word(const char *word, size_t n)
{
	return SORTED_HAS(service_words, span_make(word, n));
}

/* Whether the word before or behind [from, to) is one of service. */
static bool is_beside_service(const struct letters *l, size_t from, size_t to)
{
	size_t begin = from, end = to;

	while (begin > 0 && !l->start[--begin])
		;
	while (end < l->n && !l->start[++end])
		;
	return (begin < from && is_service_word(l->c + begin, from - begin)) || (end > to && is_service_word(l->c + to, end - to));
}

/* Whether a word outside of [from, to) is one of service. */
static bool has_service_word(const struct letters *l, size_t from, size_t to)
{
	size_t begin = 0;

	for (size_t i = 1; i <= l->n; i++) {
		if (!l->start[i])
			continue;
		if ((begin < from || begin >= to) && is_service_word(l->c + begin, i - begin))
			return true;
		begin = i;
	}
	return false;
}

static size_t count_words(const struct letters *l, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += l->start[i];
	return n;
}

/* Written so that a reader takes it for the phrase while a filter does not: odd letters, digits for letters, or torn apart. */
static bool is_disguised(const struct letters *l, size_t from, const struct brand_phrase *phrase, size_t nwords)
{
	size_t phrase_words, n = phrase_letters(phrase->text, &phrase_words), i = from;

	for (const char *p = phrase->text; *p != '\0'; p++) {
		if (*p == ' ')
			continue;
		if (l->odd[i] || l->c[i] != *p)
			return true;
		i++;
	}
	return nwords > phrase_words + 1 && nwords >= n;
}

/* "über" is not Uber: with a mark on a letter, an ordinary word is another ordinary word. Invented names stay what they are. */
static bool is_other_word(const struct letters *l, size_t from, size_t to, const struct brand_phrase *p)
{
	for (size_t i = from; p->kind != PHRASE_PLAIN && i < to; i++) {
		if (l->accent[i])
			return true;
	}
	return false;
}

/* The phrase that stands at a word's beginning, the longest one; NULL when none does. */
static const struct brand_phrase *phrase_at(const struct letters *l, size_t from, size_t *to_r)
{
	const char *letters = l->c + from;
	size_t left = l->n - from < PHRASE_MAX ? l->n - from : PHRASE_MAX;
	const struct brand_phrase *best = NULL;

	for (size_t i = phrase_lower_bound(letters, left < 2 ? left : 2); i < brand_nphrases; i++) {
		const struct brand_phrase *p = &brand_phrases[i];
		size_t nwords, n, have;
		int order;

		order = phrase_compare(letters, left, p->text, true);
		if (order < 0)
			break; /* it comes behind these letters, and so do all that follow */
		if (order > 0)
			continue;
		n = phrase_letters(p->text, &nwords);
		have = count_words(l, from, from + n);
		/* Short names do not arise from pieces of words that happen to follow each other. */
		if (!l->start[from + n] || (n < 6 && have != nwords) || (have > nwords + 1 && have != n) || is_other_word(l, from, from + n, p))
			continue;
		best = p;
		*to_r = from + n;
	}
	return best;
}

static bool match_make(const struct letters *l, size_t from, size_t to, const struct brand_phrase *phrase, struct brand_match *m_r)
{
	size_t nwords = count_words(l, from, to);

	*m_r = (struct brand_match){ .brand = &brand_table[phrase->brand] };
	m_r->whole = nwords == l->nwords;
	m_r->service = !m_r->whole && has_service_word(l, from, to);
	m_r->disguised = is_disguised(l, from, phrase, nwords);
	if (phrase->kind == PHRASE_WORD)
		return m_r->whole || is_beside_service(l, from, to);
	if (phrase->kind == PHRASE_NAME)
		return is_beside_service(l, from, to);
	return true;
}

static bool is_known(const struct brand_match *v, size_t n, const struct brand *brand)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].brand == brand)
			return true;
	}
	return false;
}

size_t brand_find(struct span text, struct brand_match *match_r, size_t max)
{
	struct letters l = { .n = 0 };
	size_t n = 0, to = 0;

	letters_read(text, &l);
	for (size_t i = 0; i < l.n && n < max; i++) {
		const struct brand_phrase *phrase = l.start[i] ? phrase_at(&l, i, &to) : NULL;
		struct brand_match m;

		if (phrase == NULL || !match_make(&l, i, to, phrase, &m))
			continue;
		m.word = span_sub(text, l.at[i], (size_t)l.end[to - 1] - l.at[i]);
		if (!is_known(match_r, n, m.brand))
			match_r[n++] = m;
		i = to - 1;
	}
	return n;
}

/* "com", a country, or "co"/"com"/... of a country. */
static bool is_country_suffix(struct span suffix)
{
	size_t dot = span_chr(suffix, '.');

	if (dot == SPAN_NPOS)
		return suffix.len == 2 || span_case_eq(suffix, SPAN_LIT("com"));
	return suffix.len - dot - 1 == 2 && (span_case_starts(suffix, SPAN_LIT("co.")) || span_case_starts(suffix, SPAN_LIT("com.")));
}

/* The label at the end of head is "name", or begins with it when the pattern had a star ("ca-*"). */
static bool label_matches(struct span head, struct span name)
{
	size_t dot = span_rchr(head, '.');
	struct span label = dot == SPAN_NPOS ? head : span_from(head, dot + 1);

	if (name.len != 0 && name.p[name.len - 1] == '*')
		return span_case_starts(label, span_sub(name, 0, name.len - 1));
	return span_case_eq(label, name);
}

static bool domain_matches(struct span host, struct span pattern)
{
	size_t star = span_find(pattern, SPAN_LIT(".*")), dot;
	struct span name;

	if (star == SPAN_NPOS && span_chr(pattern, '*') == SPAN_NPOS) {
		if (!span_case_ends(host, pattern))
			return false;
		return host.len == pattern.len ? span_chr(pattern, '.') != SPAN_NPOS : host.p[host.len - pattern.len - 1] == '.';
	}
	if (star == SPAN_NPOS) { /* "ca-*.fr" */
		dot = span_rchr(pattern, '.');
		return span_case_ends(host, span_from(pattern, dot)) &&
		       label_matches(span_sub(host, 0, host.len - (pattern.len - dot)), span_sub(pattern, 0, dot));
	}
	name = span_sub(pattern, 0, star);
	dot = span_rchr(host, '.');
	for (int labels = 0; labels < 2 && dot != SPAN_NPOS; labels++) {
		struct span head = span_sub(host, 0, dot);

		if (is_country_suffix(span_from(host, dot + 1)) && label_matches(head, name))
			return true;
		dot = span_rchr(head, '.');
	}
	return false;
}

/* hosted: domains count, too, that are the brand's but are filled by customers. */
static bool owns(const struct brand *brand, struct span host, bool hosted)
{
	struct span rest = span_of(brand->domains);

	if (host.len != 0 && host.p[host.len - 1] == '.')
		host.len--;
	if (host.len == 0)
		return false;
	while (rest.p != NULL) {
		struct span pattern = span_split(&rest, ' ');

		if (pattern.len != 0 && pattern.p[0] == '~') {
			if (!hosted)
				continue;
			pattern = span_from(pattern, 1);
		}
		if (pattern.len != 0 && domain_matches(host, pattern))
			return true;
	}
	return false;
}

bool brand_owns(const struct brand *brand, struct span host)
{
	return owns(brand, host, false);
}

/* --- brands inside host names --- */

#define LABEL_MAX 63

/* A label in letters: punycode decoded and folded; odd when that changed something. */
struct label {
	size_t n;
	char letters[LABEL_MAX];
	bool odd;
};

static void label_read(struct span text, struct label *l)
{
	uint32_t cps[PUNYCODE_MAX];
	size_t n = punycode_decode(text, cps);

	l->n = 0;
	l->odd = false;
	for (size_t i = 0; i < n; i++) {
		char c = script_fold(cps[i]);

		if (cps[i] >= 0x80)
			l->odd = true;
		if (c != SCRIPT_SKIP)
			l->letters[l->n++] = (char)(c != '\0' ? c : '-');
	}
	if (n != 0)
		return;
	for (size_t i = 0; i < text.len && l->n < LABEL_MAX; i++)
		l->letters[l->n++] = ascii_tolower(text.p[i]);
}

/* Pairs that look like one letter: "rn" as m, "vv" as w. False when there is none. */
static bool label_join_pairs(const struct label *from, struct label *to)
{
	to->n = 0;
	to->odd = true;
	for (size_t i = 0; i < from->n; i++) {
		char c = from->letters[i], next = (char)(i + 1 < from->n ? from->letters[i + 1] : '\0');

		if ((c == 'r' && next == 'n') || (c == 'v' && next == 'v')) {
			c = (char)(c == 'r' ? 'm' : 'w');
			i++;
		}
		to->letters[to->n++] = c;
	}
	return to->n != from->n;
}

static bool at_word_start(const struct label *l, size_t i)
{
	return i == 0 || l->letters[i - 1] == '-' || (ascii_isdigit(l->letters[i - 1]) != 0) != (ascii_isdigit(l->letters[i]) != 0);
}

static bool at_word_end(const struct label *l, size_t i)
{
	return i >= l->n || l->letters[i] == '-' || (ascii_isdigit(l->letters[i]) != 0) != (ascii_isdigit(l->letters[i - 1]) != 0);
}

struct host_match {
	enum brand_likeness likeness;
	const struct brand *brand;
};

/* What is at this place of the label. Names that are ordinary words count beside a hyphen and a word of service only ("apple-support"). */
static enum brand_likeness phrase_in_label(const struct label *l, size_t from, const struct brand_phrase *p)
{
	size_t nwords, n = phrase_letters(p->text, &nwords), i = from;
	bool whole = from == 0 && n == l->n, word = at_word_start(l, from) && at_word_end(l, from + n), exact = !l->odd;

	for (const char *c = p->text; *c != '\0'; c++) {
		if (*c != ' ' && l->letters[i++] != *c)
			exact = false;
	}
	if (p->kind == PHRASE_PLAIN) {
		/* "amazone", "targobanks": a letter or two more make another word; is_near() looks at those. */
		if ((n < 6 && (!word || (whole && n < 4))) || (at_word_start(l, from) && !word && (at_word_end(l, from + n + 1) || at_word_end(l, from + n + 2))))
			return BRAND_HOST_NONE;
		if (!exact)
			return whole || word ? BRAND_HOST_SIMILAR : BRAND_HOST_NONE;
		return whole ? BRAND_HOST_SAME_NAME : BRAND_HOST_WORD;
	}
	if (!word || whole || !exact)
		return BRAND_HOST_NONE;
	if (from == 0 && l->letters[n] == '-' && is_service_word(l->letters + n + 1, l->n - n - 1))
		return BRAND_HOST_WORD;
	if (from + n == l->n && from > 1 && is_service_word(l->letters, from - 1))
		return BRAND_HOST_WORD;
	return BRAND_HOST_NONE;
}

static void match_better(struct host_match *m, enum brand_likeness likeness, const struct brand *brand)
{
	if (likeness > m->likeness)
		*m = (struct host_match){ likeness, brand };
}

static void label_search(const struct label *l, struct host_match *m)
{
	for (size_t from = 0; from + 3 < l->n + 1; from++) {
		const char *letters = l->letters + from;
		size_t left = l->n - from;

		for (size_t i = phrase_lower_bound(letters, 3); i < brand_nphrases; i++) {
			const struct brand_phrase *p = &brand_phrases[i];

			int order = phrase_compare(letters, left, p->text, true);

			if (order < 0)
				break;
			if (order == 0)
				match_better(m, phrase_in_label(l, from, p), &brand_table[p->brand]);
		}
	}
}

/* A letter doubled, undoubled or two swapped; of longer names any one edit. */
static bool is_near(struct span word, struct span name)
{
	size_t shorter = word.len < name.len ? word.len : name.len, longer = word.len < name.len ? name.len : word.len, head = 0, tail = 0;
	struct span more = word.len > name.len ? word : name;

	while (head < shorter && word.p[head] == name.p[head])
		head++;
	while (tail < shorter - head && word.p[word.len - 1 - tail] == name.p[name.len - 1 - tail])
		tail++;
	if (head + tail >= longer) /* equal */
		return false;
	if (head + tail == longer - 1) /* one edit */
		return name.len >= 8 || (word.len != name.len && head > 0 && more.p[head] == more.p[head - 1]);
	return word.len == name.len && head + tail == longer - 2 && word.p[head] == name.p[head + 1] && word.p[head + 1] == name.p[head];
}

/* Hyphen-separated words that are nearly a brand's name of one word and begin with the same letter. */
static void label_search_near(const struct label *l, struct host_match *m)
{
	struct span rest = span_make(l->letters, l->n);

	while (rest.p != NULL) {
		struct span word = span_split(&rest, '-');

		if (word.len < 6)
			continue;
		for (size_t i = phrase_lower_bound(word.p, 1); i < brand_nphrases && skeleton(brand_phrases[i].text[0]) == skeleton(word.p[0]); i++) {
			const struct brand_phrase *p = &brand_phrases[i];
			struct span name = span_of(p->text);

			if (p->kind != PHRASE_PLAIN || name.len < 6 || name.len > word.len + 1 || word.len > name.len + 1)
				continue;
			if (span_chr(name, ' ') == SPAN_NPOS && is_near(word, name))
				match_better(m, BRAND_HOST_SIMILAR, &brand_table[p->brand]);
		}
	}
}

static bool owned_by_any(struct span host)
{
	for (size_t i = 0; i < BRAND_N; i++) {
		if (owns(&brand_table[i], host, true))
			return true;
	}
	return false;
}

enum brand_likeness brand_in_host(struct span host_ascii, struct span registered, const struct brand **brand_r)
{
	struct host_match m = { BRAND_HOST_NONE, NULL }, above = { BRAND_HOST_NONE, NULL };
	struct span name = registered, rest;
	struct label l = { .n = 0 }, joined = { .n = 0 };

	*brand_r = NULL;
	name = span_split(&name, '.');
	if (name.len == 0 || name.len > LABEL_MAX || !span_ends(host_ascii, registered))
		return BRAND_HOST_NONE;
	label_read(name, &l);
	label_search(&l, &m);
	if (m.likeness == BRAND_HOST_NONE && label_join_pairs(&l, &joined))
		label_search(&joined, &m);
	if (m.likeness != BRAND_HOST_SAME_NAME)
		label_search_near(&l, &m);
	rest = span_sub(host_ascii, 0, host_ascii.len - registered.len);
	for (int labels = 0; m.likeness == BRAND_HOST_NONE && above.likeness == BRAND_HOST_NONE && rest.len != 0 && labels < 8; labels++) {
		label_read(span_sub(span_split(&rest, '.'), 0, LABEL_MAX), &l);
		label_search(&l, &above);
	}
	if (m.likeness == BRAND_HOST_NONE && above.likeness != BRAND_HOST_NONE)
		m = (struct host_match){ BRAND_HOST_SUBDOMAIN, above.brand };
	if (m.likeness == BRAND_HOST_NONE || owns(m.brand, host_ascii, true) || owned_by_any(host_ascii))
		return BRAND_HOST_NONE;
	*brand_r = m.brand;
	return m.likeness;
}
