#include "inspect/password.h"

#include "base/ascii.h"

#define TEXT_MAX 262144
#define BEHIND 5 /* words behind the keyword that are looked at */

/* Beginnings of words, lower case; letters beyond ASCII as they are usually written in the middle of a sentence, and at its beginning. */
static const struct span keywords[] = {
	SPAN_LIT("password"), SPAN_LIT("passwort"), SPAN_LIT("passwd"), SPAN_LIT("passcode"), SPAN_LIT("passphrase"), SPAN_LIT("pass"), SPAN_LIT("pwd"), SPAN_LIT("pw"), SPAN_LIT("pin"), SPAN_LIT("code"), SPAN_LIT("kennwort"), SPAN_LIT("key"),
	SPAN_LIT("contrase\xc3\xb1" "a"), SPAN_LIT("contrasena"), SPAN_LIT("clave"), SPAN_LIT("senha"), SPAN_LIT("passe"), SPAN_LIT("wachtwoord"), SPAN_LIT("has\xc5\x82o"), SPAN_LIT("haslo"), SPAN_LIT("heslo"),
	SPAN_LIT("l\xc3\xb6senord"), SPAN_LIT("adgangskode"), SPAN_LIT("jelsz\xc3\xb3"), SPAN_LIT("\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"), SPAN_LIT("\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"),
	SPAN_LIT("\xe5\xaf\x86\xe7\xa0\x81"), SPAN_LIT("\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89"), SPAN_LIT("parola"), SPAN_LIT("\xc5\x9fifre"), SPAN_LIT("sifre"), SPAN_LIT("archive"), SPAN_LIT("unlock"),
};

/* What stands between the keyword and the password. */
static const struct span fillers[] = {
	SPAN_LIT("is"), SPAN_LIT("ist"), SPAN_LIT("est"), SPAN_LIT("es"), SPAN_LIT("the"), SPAN_LIT("for"), SPAN_LIT("to"), SPAN_LIT("of"), SPAN_LIT("zip"), SPAN_LIT("file"), SPAN_LIT("archive"), SPAN_LIT("open"), SPAN_LIT("your"), SPAN_LIT("document"),
	SPAN_LIT("attachment"), SPAN_LIT("lautet"), SPAN_LIT("das"), SPAN_LIT("die"), SPAN_LIT("der"), SPAN_LIT("le"), SPAN_LIT("la"), SPAN_LIT("and"), SPAN_LIT("protected"), SPAN_LIT("use"), SPAN_LIT("with"), SPAN_LIT("this"), SPAN_LIT("a"), SPAN_LIT("in"),
	SPAN_LIT("de"), SPAN_LIT("del"), SPAN_LIT("e"), SPAN_LIT("or"), SPAN_LIT("please"), SPAN_LIT("enter"), SPAN_LIT("required"), SPAN_LIT("below"), SPAN_LIT("following"),
};

static bool is_edge(char c)
{
	return span_chr(SPAN_LIT("\"'`<>()[]{},;:=*"), c) != SPAN_NPOS;
}

/* Without quotes, brackets and colons around it. */
static struct span strip_edges(struct span s)
{
	while (s.len != 0 && is_edge(s.p[0]))
		s = span_from(s, 1);
	while (s.len != 0 && is_edge(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_filler(struct span s)
{
	for (size_t i = 0; i < sizeof(fillers) / sizeof(*fillers); i++) {
		if (span_case_eq(fillers[i], s))
			return true;
	}
	return false;
}

struct candidates {
	struct span *v;
	size_t n, max;
};

static void add(struct candidates *c, struct span s)
{
	if (s.len == 0 || s.len > PASSWORD_MAX || c->n == c->max)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (span_eq(c->v[i], s))
			return;
	}
	c->v[c->n++] = s;
}

/* A word as it is, and without the full stop of its sentence. */
static void add_word(struct candidates *c, struct span word)
{
	struct span s = strip_edges(word);

	if (s.len > 1 && (s.p[s.len - 1] == '.' || s.p[s.len - 1] == '!' || s.p[s.len - 1] == '?')) {
		add(c, strip_edges(span_sub(s, 0, s.len - 1)));
		add(c, s);
		return;
	}
	add(c, s);
}

/* The length of the keyword that a word begins with; 0: none. */
static size_t keyword_of(struct span word)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		size_t n = keywords[i].len;

		/* A short one is a word of its own, not the beginning of another. */
		if (span_case_starts(word, keywords[i]) && (n > 5 || n == word.len || !ascii_isalnum(word.p[n])))
			return n;
	}
	return 0;
}

static struct span next_word(struct span *rest)
{
	size_t begin = 0, end;
	struct span word;

	while (begin < rest->len && ascii_isspace(rest->p[begin]))
		begin++;
	for (end = begin; end < rest->len && !ascii_isspace(rest->p[end]);)
		end++;
	word = span_sub(*rest, begin, end - begin);
	*rest = span_from(*rest, end);
	return word;
}

size_t contents_password_candidates(struct span text, struct span *candidates_r, size_t max)
{
	struct candidates c = { .v = candidates_r, .max = max };
	struct span rest = span_sub(text, 0, TEXT_MAX);
	unsigned behind = 0;

	while (rest.len != 0 && c.n < max) {
		struct span word = next_word(&rest), bare = strip_edges(word);
		size_t n = keyword_of(bare);

		if (n == 0) {
			if (behind != 0 && !is_filler(bare)) {
				behind--;
				add_word(&c, word);
			}
			continue;
		}
		/* "Password:1234", or what comes next. */
		if (n < bare.len && (is_edge(bare.p[n]) || (uint8_t)bare.p[0] >= 0x80))
			add_word(&c, strip_edges(span_from(bare, n)));
		behind = BEHIND;
	}
	return c.n;
}
