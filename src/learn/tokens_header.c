/* Features of the header section. */
#include "base/ascii.h"
#include "learn/tokens_private.h"

#define HEADERS 100       /* fields looked at */
#define RECEIVED_FIELDS 10
#define RECEIVED_ATOMS 24
#define ADDRESSES 8       /* of one field */
#define VALUE_WORDS 10    /* of a field of no known form */
#define GRAM_VALUE 160    /* bytes of one field's value */
#define GRAM_HEADER 2000  /* of all fields */

enum treatment {
	AS_WORDS,      /* name and words */
	AS_NOTHING,    /* written at or after delivery, by filters, or a date */
	AS_NAME,       /* only that it is there: the value is an identifier, or long and signed */
	AS_ADDRESSES,
	AS_RECEIVED,
	AS_ID,
	AS_SUBJECT,    /* words of the subject come on their own */
	AS_MIME,       /* the parts tell it */
	AS_HOST,
};

static enum treatment treat_other(struct span name)
{
	static const struct {
		struct span begin;
		enum treatment how;
	} rows[] = {
		{ SPAN_LIT("X-Spam"), AS_NOTHING }, { SPAN_LIT("X-Winnow"), AS_NOTHING }, { SPAN_LIT("X-Rspamd"), AS_NOTHING }, { SPAN_LIT("X-Bogosity"), AS_NOTHING },
		{ SPAN_LIT("X-Virus"), AS_NOTHING }, { SPAN_LIT("X-MS-Exchange-Organization-"), AS_NOTHING }, { SPAN_LIT("X-Microsoft-Antispam"), AS_NOTHING },
		{ SPAN_LIT("X-Forefront-"), AS_NOTHING }, { SPAN_LIT("X-CRM114"), AS_NOTHING }, { SPAN_LIT("X-DSPAM"), AS_NOTHING }, { SPAN_LIT("X-Barracuda"), AS_NOTHING },
		{ SPAN_LIT("X-Amavis"), AS_NOTHING }, { SPAN_LIT("X-MailScanner"), AS_NOTHING }, { SPAN_LIT("X-Gmail-Labels"), AS_NOTHING }, { SPAN_LIT("X-GM-"), AS_NOTHING },
		{ SPAN_LIT("X-Mozilla-"), AS_NOTHING }, { SPAN_LIT("X-Evolution"), AS_NOTHING }, { SPAN_LIT("X-UID"), AS_NOTHING }, { SPAN_LIT("X-Keywords"), AS_NOTHING },
		{ SPAN_LIT("X-IMAP"), AS_NOTHING }, { SPAN_LIT("X-Status"), AS_NOTHING }, { SPAN_LIT("Status"), AS_NOTHING }, { SPAN_LIT("Content-Length"), AS_NOTHING },
		{ SPAN_LIT("Lines"), AS_NOTHING }, { SPAN_LIT("Xref"), AS_NOTHING }, { SPAN_LIT("X-Folder"), AS_NOTHING }, { SPAN_LIT("X-Google-Smtp-Source"), AS_NAME },
		{ SPAN_LIT("X-Received"), AS_RECEIVED }, { SPAN_LIT("X-Sender"), AS_ADDRESSES }, { SPAN_LIT("X-Envelope-"), AS_NOTHING }, { SPAN_LIT("Envelope-To"), AS_NOTHING },
		{ SPAN_LIT("X-Authenticated-Sender"), AS_ADDRESSES }, { SPAN_LIT("X-Original-Date"), AS_NAME },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (span_case_starts(name, rows[i].begin))
			return rows[i].how;
	}
	return AS_WORDS;
}

static enum treatment treat(const struct header *h)
{
	static const uint8_t by_id[HDR_N] = {
		[HDR_FROM] = AS_ADDRESSES, [HDR_SENDER] = AS_ADDRESSES, [HDR_REPLY_TO] = AS_ADDRESSES, [HDR_TO] = AS_ADDRESSES, [HDR_CC] = AS_ADDRESSES, [HDR_BCC] = AS_NAME,
		[HDR_SUBJECT] = AS_SUBJECT, [HDR_DATE] = AS_NAME, [HDR_MESSAGE_ID] = AS_ID, [HDR_IN_REPLY_TO] = AS_ID, [HDR_REFERENCES] = AS_ID,
		[HDR_RETURN_PATH] = AS_NOTHING, [HDR_RECEIVED] = AS_RECEIVED, [HDR_DELIVERED_TO] = AS_NOTHING, [HDR_X_ORIGINAL_TO] = AS_NOTHING,
		[HDR_CONTENT_TYPE] = AS_MIME, [HDR_CONTENT_TRANSFER_ENCODING] = AS_MIME, [HDR_CONTENT_DISPOSITION] = AS_MIME, [HDR_CONTENT_ID] = AS_NAME,
		[HDR_FEEDBACK_ID] = AS_WORDS, [HDR_X_ORIGINATING_IP] = AS_HOST, [HDR_DKIM_SIGNATURE] = AS_WORDS, [HDR_DOMAINKEY_SIGNATURE] = AS_NAME,
		[HDR_AUTHENTICATION_RESULTS] = AS_NOTHING, [HDR_ARC_SEAL] = AS_NAME, [HDR_ARC_MESSAGE_SIGNATURE] = AS_NAME, [HDR_ARC_AUTHENTICATION_RESULTS] = AS_NOTHING,
		[HDR_RECEIVED_SPF] = AS_NOTHING, [HDR_ERRORS_TO] = AS_ADDRESSES, [HDR_DISPOSITION_NOTIFICATION_TO] = AS_ADDRESSES, [HDR_RESENT_FROM] = AS_ADDRESSES,
		[HDR_RESENT_DATE] = AS_NAME, [HDR_RESENT_TO] = AS_NAME, [HDR_RESENT_MESSAGE_ID] = AS_NAME, [HDR_THREAD_INDEX] = AS_NAME, [HDR_THREAD_TOPIC] = AS_NAME,
		[HDR_X_SPAM] = AS_NOTHING, [HDR_X_WINNOW] = AS_NOTHING, [HDR_X_FORWARDED_TO] = AS_NOTHING,
	};

	return h->id == HDR_OTHER ? treat_other(h->name) : (enum treatment)by_id[h->id];
}

static bool is_ip4(struct span s)
{
	unsigned dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '.')
			dots++;
		else if (!ascii_isdigit(s.p[i]))
			return false;
	}
	return dots == 3 && s.len >= 7 && s.len <= 15;
}

/* The address, its /24 and its /16. */
static void add_networks(struct tokens *t, enum token_space space, uint64_t owner, struct span ip)
{
	for (int i = 0; i < 3; i++) {
		token_add(t, space, hash_join(t, owner, token_hash(t, ip)));
		ip.len = span_rchr(ip, '.');
	}
}

void tokens_host(struct tokens *t, enum token_space space, uint64_t owner, struct span host)
{
	size_t at = host.len;

	if (is_ip4(host)) {
		add_networks(t, space, owner, host);
		return;
	}
	/* The last label, the last two, the last three, all: no list of public suffixes is needed, learning tells which of them matter. */
	for (unsigned labels = 0; labels < 3 && at > 0 && at <= host.len; labels++) {
		at = span_rchr(span_sub(host, 0, at), '.');
		if (at == SPAN_NPOS)
			break;
		token_add(t, space, hash_join(t, owner, token_hash_lower(t, span_from(host, at + 1))));
	}
	token_add(t, space, hash_join(t, owner, token_hash_lower(t, host)));
}

void tokens_address(struct tokens *t, enum token_space space, uint64_t owner, struct span spec)
{
	size_t at = span_rchr(spec, '@');

	if (spec.len == 0)
		return;
	token_add(t, space, hash_join(t, owner, token_hash_lower(t, spec)));
	if (at == SPAN_NPOS)
		return;
	token_add(t, space, hash_join(t, owner + 1, token_hash_lower(t, span_sub(spec, 0, at))));
	token_add(t, space, hash_join(t, owner + 1, token_hash_shape(t, span_sub(spec, 0, at))));
	tokens_host(t, space, owner, span_from(spec, at + 1));
}

static void add_addresses(struct tokens *t, struct arena *arena, const struct header *h, uint64_t name)
{
	struct address_list list;

	address_list_parse(arena, h->raw, &list);
	token_add_count(t, TOKEN_ADDRESS, name, list.n);
	for (size_t i = 0; i < list.n && i < ADDRESSES; i++) {
		tokens_address(t, TOKEN_ADDRESS, name, list.v[i].spec);
		tokens_words(t, TOKEN_ADDRESS, hash_join(t, name, TOKEN_NAME(t, "display")), list.v[i].name, 6);
		token_add(t, TOKEN_ADDRESS, hash_join(t, name, list.v[i].name.len != 0 ? TOKEN_NAME(t, "named") : TOKEN_NAME(t, "bare")));
	}
}

static bool is_delimiter(char c)
{
	static const uint8_t delimiters[256] = {
		[' '] = 1, ['\t'] = 1, ['\r'] = 1, ['\n'] = 1, ['\v'] = 1, ['\f'] = 1, ['('] = 1, [')'] = 1, ['['] = 1, [']'] = 1, ['<'] = 1, ['>'] = 1, [';'] = 1, [','] = 1, ['='] = 1, ['"'] = 1,
	};

	return delimiters[(uint8_t)c] != 0;
}

/* What stands between blanks and brackets. */
static bool next_atom(struct span *rest, struct span *atom_r)
{
	size_t i = 0, n;

	while (i < rest->len && is_delimiter(rest->p[i]))
		i++;
	for (n = i; n < rest->len && !is_delimiter(rest->p[n]); n++)
		;
	*atom_r = span_sub(*rest, i, n - i);
	*rest = span_from(*rest, n);
	return atom_r->len != 0;
}

/* Names, networks, protocols; not the identifiers and not the date. */
static void add_received(struct tokens *t, struct span value, unsigned nth)
{
	struct span rest = span_sub(value, 0, span_rchr(value, ';') == SPAN_NPOS ? value.len : span_rchr(value, ';')), atom;
	uint64_t where = TOKEN_NAME(t, "relay") + (nth < 2 ? nth : 2), clause = 0;

	token_add(t, TOKEN_RECEIVED, hash_join(t, where, token_hash_shape(t, span_sub(rest, 0, 80))));
	for (unsigned i = 0; i < RECEIVED_ATOMS && next_atom(&rest, &atom); i++) {
		if (span_case_eq(atom, SPAN_LIT("id"))) {
			(void)next_atom(&rest, &atom);
		} else if (span_chr(atom, '@') != SPAN_NPOS) {
			tokens_address(t, TOKEN_RECEIVED, TOKEN_NAME(t, "for"), atom);
		} else if (span_chr(atom, '.') != SPAN_NPOS) {
			tokens_host(t, TOKEN_RECEIVED, TOKEN_NAME(t, "host"), atom);
			if (nth < 2)
				token_add(t, TOKEN_RECEIVED, hash_join(t, where + clause, token_hash_lower(t, atom)));
		} else {
			clause = token_hash_lower(t, atom);
			token_add(t, TOKEN_RECEIVED, hash_join(t, TOKEN_NAME(t, "atom"), clause));
		}
	}
}

/* An identifier: who made it, and how it looks. */
static void add_id(struct tokens *t, uint64_t name, struct span value)
{
	struct span rest = value, atom;
	size_t at;

	if (!next_atom(&rest, &atom))
		return;
	at = span_rchr(atom, '@');
	if (at != SPAN_NPOS)
		tokens_host(t, TOKEN_MESSAGE_ID, name, span_from(atom, at + 1));
	token_add(t, TOKEN_MESSAGE_ID, hash_join(t, name, token_hash_shape(t, span_sub(atom, 0, at < atom.len ? at : atom.len))));
}

static void add_value(struct tokens *t, struct arena *arena, const struct header *h, uint64_t name, unsigned *received)
{
	switch (treat(h)) {
	case AS_ADDRESSES:
		add_addresses(t, arena, h, name);
		break;
	case AS_RECEIVED:
		if (*received < RECEIVED_FIELDS)
			add_received(t, h->value, (*received)++);
		break;
	case AS_ID:
		add_id(t, name, h->value);
		break;
	case AS_HOST:
		tokens_host(t, TOKEN_RECEIVED, name, span_trim(h->value));
		break;
	case AS_WORDS:
		token_add(t, TOKEN_HEADER_VALUE, hash_join(t, name, token_hash(t, span_sub(h->value, 0, 100))));
		tokens_words(t, TOKEN_HEADER_VALUE, name, span_sub(h->value, 0, 400), VALUE_WORDS);
		break;
	default:
		break;
	}
}

void tokens_headers(struct tokens *t, struct arena *arena, const struct message *m)
{
	uint64_t before = TOKEN_NAME(t, "first");
	unsigned received = 0;
	int minutes;
	int64_t date;

	for (size_t i = 0; i < m->headers.n && i < HEADERS; i++) {
		const struct header *h = &m->headers.v[i];
		uint64_t name = token_hash_lower(t, h->name);

		if (treat(h) == AS_NOTHING)
			continue;
		/* As it is written: "Message-Id", "MESSAGE-ID". */
		token_add(t, TOKEN_HEADER_NAME, token_hash(t, span_sub(h->name, 0, WORD_BYTES)));
		token_add(t, TOKEN_HEADER_NAME, hash_join(t, before, name));
		before = name;
		add_value(t, arena, h, name, &received);
	}
	token_add_count(t, TOKEN_RECEIVED, TOKEN_NAME(t, "relays"), received);
	if (header_parse_date(header_value(&m->headers, HDR_DATE), &date, &minutes))
		token_add(t, TOKEN_HEADER_VALUE, hash_join(t, TOKEN_NAME(t, "zone"), (uint64_t)(int64_t)minutes));
	token_add(t, TOKEN_HEADER_VALUE, hash_join(t, TOKEN_NAME(t, "date"), token_hash_shape(t, header_value(&m->headers, HDR_DATE))));
}

void tokens_header_grams(struct tokens *t, const struct message *m)
{
	size_t room = GRAM_HEADER;

	for (size_t i = 0; i < m->headers.n && i < HEADERS && room > 0; i++) {
		const struct header *h = &m->headers.v[i];
		enum treatment how = treat(h);
		struct span value = h->value;

		if (how == AS_NOTHING || how == AS_SUBJECT || h->id == HDR_DATE)
			continue;
		if (how == AS_RECEIVED && span_rchr(value, ';') != SPAN_NPOS)
			value.len = span_rchr(value, ';');
		value = span_sub(value, 0, value.len < GRAM_VALUE ? value.len : GRAM_VALUE);
		tokens_grams(t, TOKEN_GRAM_HEADER, span_sub(h->name, 0, WORD_BYTES));
		tokens_grams(t, TOKEN_GRAM_HEADER, span_sub(value, 0, room));
		room -= room < value.len ? room : value.len;
	}
}
