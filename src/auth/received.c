/*
 * One Received field. There is no common syntax beyond "from X (what the writer knows) by Y with P; date" (RFC 5321, 4.4), so words and comments are read for what they can be: an address in brackets, a name before it, a word
 * behind HELO. What a client says about itself (its HELO) stands in the same field and may look like anything: an address that comes later in the "from" clause wins over earlier ones, and what follows HELO is no address.
 */
#include "auth/received.h"

#include "base/ascii.h"

#define LENGTH_MAX 2048 /* read of one field; none that a mail server wrote is half as long */

/* What the "from" clause said. */
struct from {
	struct span word;  /* the first one */
	struct span helo;  /* behind HELO, EHLO, LHLO, helo= */
	struct span name;  /* before the address */
	struct ip ip;
	bool bare;         /* the address stood without brackets */
	bool in_comment;   /* the address did not stand for itself */
	bool unknown;      /* "[unknown]": the writer did not know */
	bool forged;       /* "may be forged": the name does not lead back */
	bool authenticated;
};

static bool is_host_char(char c)
{
	return ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || (uint8_t)c > 127;
}

/* A name as reverse look-ups give it, without the dot at its end; empty: none. */
static struct span host_name(struct span s)
{
	size_t at = span_rchr(s, '@');
	struct ip ip;

	if (at != SPAN_NPOS)
		s = span_from(s, at + 1); /* "IDENT:user@name" */
	if (s.len != 0 && s.p[s.len - 1] == '.')
		s.len--;
	if (s.len == 0 || s.len > 255 || span_case_eq(s, SPAN_LIT("unknown")) || ip_parse(s, &ip))
		return SPAN_NONE;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_host_char(s.p[i]))
			return SPAN_NONE;
	}
	return s;
}

/* "192.0.2.1", "192.0.2.1:25", "fe80::1%eth0", "user@192.0.2.1". */
static bool address_read(struct span s, struct ip *ip_r)
{
	size_t at = span_rchr(s, '@'), cut;

	if (at != SPAN_NPOS)
		s = span_from(s, at + 1);
	cut = span_chr(s, '%');
	if (cut != SPAN_NPOS)
		s.len = cut;
	if (s.len < 2 || (!ascii_isxdigit(s.p[0]) && s.p[0] != ':' && s.p[0] != 'I' && s.p[0] != 'i'))
		return false;
	if (ip_parse(s, ip_r))
		return true;
	cut = span_chr(s, ':');
	return cut != SPAN_NPOS && cut >= 7 && ip_parse(span_sub(s, 0, cut), ip_r);
}

/* A word with an address in brackets; what stands before the bracket is a name, else the word before it. */
static void bracket_read(struct from *f, struct span word, struct span before, bool in_comment)
{
	size_t open = span_chr(word, '['), close = span_chr(word, ']');
	struct span inside = span_sub(word, open + 1, close != SPAN_NPOS && close > open ? close - open - 1 : word.len), name;
	struct ip ip;

	if (span_case_eq(inside, SPAN_LIT("unknown"))) {
		f->unknown = true;
		f->ip = (struct ip){ .set = false };
		return;
	}
	if (!address_read(inside, &ip))
		return;
	name = host_name(open != 0 ? span_sub(word, 0, open) : before);
	if (f->ip.set && f->in_comment && !f->bare && name.len == 0 && ip_eq(&ip, &f->ip))
		return; /* the same again */
	f->ip = ip;
	f->bare = false;
	f->in_comment = in_comment;
	f->unknown = false;
	f->name = name;
}

/* Takes the next word off: ended by blanks and parentheses; without a comma at its end. */
static struct span next_word(struct span *rest)
{
	size_t begin = 0, end;
	struct span word;

	while (begin < rest->len && (ascii_isspace(rest->p[begin]) || rest->p[begin] == '(' || rest->p[begin] == ')'))
		begin++;
	end = begin;
	while (end < rest->len && !ascii_isspace(rest->p[end]) && rest->p[end] != '(' && rest->p[end] != ')')
		end++;
	word = span_sub(*rest, begin, end - begin);
	*rest = span_from(*rest, end);
	while (word.len != 0 && (word.p[word.len - 1] == ',' || word.p[word.len - 1] == ';'))
		word.len--;
	return word;
}

static bool is_helo_word(struct span word)
{
	return word.len == 4 && span_case_ends(word, SPAN_LIT("HLO")) ? ascii_tolower(word.p[0]) == 'e' || ascii_tolower(word.p[0]) == 'l' : span_case_eq(word, SPAN_LIT("HELO"));
}

/* Comments in which a writer tells that the client had logged in. "(authenticated.example.com [192.0.2.1])" is no such one: a client may have that name. */
static bool tells_authentication(struct span comment)
{
	static const struct span begins[] = { { "authenticated", 13 }, { "auth:", 5 }, { "account ", 8 }, { "SquirrelMail authenticated user ", 32 }, { "NaSMail authenticated user ", 27 } };

	while (comment.len != 0 && comment.p[0] == ' ')
		comment = span_from(comment, 1);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (span_case_starts(comment, begins[i])) {
			struct span rest = span_from(comment, begins[i].len);

			if (rest.len != 0 && is_host_char(begins[i].p[begins[i].len - 1]) && is_host_char(rest.p[0]))
				return false;
			rest = span_trim(rest);
			return rest.len == 0 || rest.p[0] != '[';
		}
	}
	return false;
}

static void comment_read(struct from *f, struct span comment)
{
	struct span rest = comment, before = SPAN_NONE;
	bool first = true, login = tells_authentication(comment); /* then names and addresses are the user's own */

	f->authenticated = f->authenticated || login;
	while (rest.len != 0) {
		struct span word = next_word(&rest);
		struct ip ip;

		if (is_helo_word(word)) {
			f->helo = next_word(&rest);
			before = SPAN_NONE;
		} else if (span_case_starts(word, SPAN_LIT("helo=")) || span_case_starts(word, SPAN_LIT("ehlo="))) {
			f->helo = span_from(word, 5);
			before = SPAN_NONE;
		} else if (span_case_starts(word, SPAN_LIT("ident="))) {
			break; /* Exim's last; the client's own words */
		} else if (login || (word.len != 0 && word.p[0] == '<')) {
			continue; /* "envelope-sender <a@[192.0.2.1]>" */
		} else if (span_chr(word, '[') != SPAN_NPOS) {
			bracket_read(f, word, before, true);
			before = SPAN_NONE;
		} else if (first && address_read(word, &ip)) {
			f->ip = ip;
			f->bare = f->in_comment = true;
			f->unknown = false;
			f->name = SPAN_NONE;
		} else if (first) {
			before = word;
		} else {
			f->forged = f->forged || (span_case_eq(word, SPAN_LIT("forged")) && f->ip.set);
			before = SPAN_NONE;
		}
		first = first && word.len == 0;
	}
}

/* Length of the comment that begins s, parentheses included; all of s when it is not closed. */
static size_t comment_length(struct span s)
{
	unsigned depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		depth += s.p[i] == '(';
		depth -= s.p[i] == ')';
		if (depth == 0)
			return i + 1;
	}
	return s.len;
}

static void from_read(struct from *f, struct span clause)
{
	bool first = true;

	while (clause.len != 0) {
		struct span word;
		struct ip ip;
		size_t end = 0;

		if (clause.p[0] == '(') {
			end = comment_length(clause);
			comment_read(f, span_sub(clause, 1, end - 1));
			clause = span_from(clause, end);
			continue;
		}
		while (end < clause.len && clause.p[end] != '(' && !ascii_isspace(clause.p[end]))
			end++;
		word = span_sub(clause, 0, end);
		clause = span_from(clause, end + (end < clause.len && clause.p[end] != '('));
		if (word.len == 0)
			continue;
		if (first)
			f->word = word;
		if (word.p[0] == '[')
			bracket_read(f, word, SPAN_NONE, false);
		else if (first && address_read(word, &ip))
			f->ip = ip;
		first = false;
	}
}

/* Where the next clause that begins with this word stands, outside of comments; s.len: nowhere. *closed_r: all comments end. */
static size_t clause_find(struct span s, struct span keyword, bool *closed_r)
{
	unsigned depth = 0;
	bool word = true; /* a word may begin here */

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && depth != 0)
			depth--;
		if (depth == 0 && word && s.len - i > keyword.len && ascii_isspace(s.p[i + keyword.len]) && span_case_starts(span_from(s, i), keyword))
			return i;
		word = ascii_isspace(s.p[i]) || s.p[i] == ')';
	}
	*closed_r = depth == 0;
	return s.len;
}

/* The "by" that ends the "from" clause. A client's HELO may have opened a comment that nobody closes: then the first one anywhere. */
static size_t by_find(struct span s)
{
	bool closed = true;
	size_t at = clause_find(s, SPAN_LIT("by"), &closed);

	if (at == s.len && !closed) {
		at = span_case_find(s, SPAN_LIT(" by "));
		at = at != SPAN_NPOS ? at + 1 : s.len;
	}
	return at;
}

/* How long the word at the front is, blanks before it included: what follows "from" is a name, also when a client calls itself "by". */
static size_t name_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && ascii_isspace(s.p[n]))
		n++;
	while (n < s.len && !ascii_isspace(s.p[n]) && s.p[n] != '(')
		n++;
	return n;
}

static struct span first_word(struct span s)
{
	size_t end = 0;

	s = span_trim(s);
	while (end < s.len && !ascii_isspace(s.p[end]) && s.p[end] != '(' && s.p[end] != ';' && s.p[end] != ',')
		end++;
	return span_sub(s, 0, end);
}

static struct span upper(struct arena *arena, struct span s)
{
	char *p;

	s = span_sub(s, 0, 32);
	p = arena_bytes(arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		p[i] = (char)((uint8_t)s.p[i] & (ascii_islower(s.p[i]) ? 0xdfu : 0xffu));
	return span_make(p, s.len);
}

/* "with ESMTPSA", "with Microsoft SMTP Server", "via HTTP". */
static struct span protocol_read(struct arena *arena, struct span by)
{
	bool closed;
	size_t at = clause_find(by, SPAN_LIT("with"), &closed);
	struct span word;

	if (at == by.len)
		at = clause_find(by, SPAN_LIT("via"), &closed);
	else
		at++;
	if (at >= by.len)
		return SPAN_NONE;
	word = first_word(span_from(by, at + 3));
	if (span_case_eq(word, SPAN_LIT("Microsoft")))
		word = SPAN_LIT("SMTP");
	return upper(arena, word);
}

/* RFC 3848 and RFC 6531, 4.3; ASMTP is Exim's of old. */
static bool is_authenticated(struct span protocol)
{
	return (span_ends(protocol, SPAN_LIT("A")) && span_has(protocol, SPAN_LIT("MTP"))) || span_eq(protocol, SPAN_LIT("ASMTP"));
}

/* Not behind addresses: sender and recipient ("(envelope-from <"(authenticated"@example.com>)") are the client's own words. */
static bool by_tells_authentication(struct span by)
{
	size_t end = 0;

	while (end < by.len && by.p[end] != '<' && by.p[end] != '"')
		end++;
	by = span_sub(by, 0, end);
	for (size_t open = span_chr(by, '('); open != SPAN_NPOS; open = span_chr(by, '(')) {
		by = span_from(by, open + 1);
		if (tells_authentication(by))
			return true;
	}
	return false;
}

/* Which of HELO and reverse name the first word is depends on the writer. */
static void names_settle(const struct from *f, struct span by, struct received *r)
{
	struct span word = host_name(f->word);
	bool microsoft = span_has(by, SPAN_LIT("Microsoft"));

	r->name = f->name;
	if (f->helo.len != 0) {
		r->helo = f->helo;
		r->name = f->name.len != 0 ? f->name : word;
	} else if (f->in_comment && f->name.len == 0 && ((f->bare && !microsoft) || span_has(by, SPAN_LIT("(Exim")))) {
		/* qmail and Exim tell HELO only where it differs */
		r->name = r->helo = word;
	} else {
		r->helo = f->word;
	}
	if (f->forged)
		r->name = SPAN_NONE;
}

static void date_take(struct span *value, struct received *r)
{
	size_t semicolon = span_rchr(*value, ';');
	int64_t date;
	int zone;

	if (semicolon != SPAN_NPOS && header_parse_date(span_from(*value, semicolon + 1), &date, &zone)) {
		r->date = date;
		*value = span_trim(span_sub(*value, 0, semicolon));
	}
}

bool received_parse(struct arena *arena, struct span value, struct received *received_r)
{
	struct received r = { .date = 0 };
	struct from f = { .bare = false };
	struct span by;
	size_t at;

	value = span_trim(value);
	date_take(&value, &r);
	value = span_sub(value, 0, LENGTH_MAX);
	if (value.len != 0 && value.p[0] == '(') {
		/* "(qmail 1 invoked by uid 2)", "(from user@localhost) by host": handed over inside of a host */
		r.protocol = SPAN_LIT("LOCAL");
		at = by_find(value);
	} else if (value.len > 5 && span_case_starts(value, SPAN_LIT("from")) && ascii_isspace(value.p[4])) {
		at = 5 + name_length(span_from(value, 5));
		at += by_find(span_from(value, at));
		from_read(&f, span_trim(span_sub(value, 5, at - 5)));
	} else if (value.len > 3 && span_case_starts(value, SPAN_LIT("by")) && ascii_isspace(value.p[2])) {
		at = 0;
	} else {
		*received_r = (struct received){ .date = 0 };
		return false;
	}
	by = span_from(value, at);
	if (by.len != 0) {
		r.by = first_word(span_from(by, 3));
		if (r.protocol.len == 0)
			r.protocol = protocol_read(arena, by);
	}
	r.ip = f.unknown ? (struct ip){ .set = false } : f.ip;
	names_settle(&f, by, &r);
	r.authenticated = f.authenticated || is_authenticated(r.protocol) || by_tells_authentication(by);
	*received_r = r;
	return true;
}

struct received_list received_all(struct arena *arena, const struct header_list *headers)
{
	struct received_list list = { NULL, 0 };
	size_t n = 0;

	for (const struct header *h = header_first(headers, HDR_RECEIVED); h != NULL && n < RECEIVED_MAX; h = header_next(headers, h))
		n++;
	list.v = ARENA_ARRAY(arena, n, struct received);
	for (const struct header *h = header_first(headers, HDR_RECEIVED); list.n < n; h = header_next(headers, h)) {
		if (!received_parse(arena, h->value, &list.v[list.n]))
			list.v[list.n] = (struct received){ .date = 0 };
		list.n++;
	}
	return list;
}
