#include "learn/tokens.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "learn/tokens_private.h"
#include "mail/fold.h"

/* Room for each kind of token; what one kind leaves goes to the next. */
#define SHARE_HEADER 400
#define SHARE_STRUCTURE 250 /* parts, attachments, links, facts, hits */
#define SHARE_HIDDEN 100
#define SUBJECT_BYTES 300
#define HIDDEN_BYTES 1000
#define EXTRA_BYTES 4096
#define EXTRA_WORDS 100
/* Bytes of text: up to _WHOLE all of it, else so many of its beginning (as far as there is room) and of its end. */
#define TEXT_WHOLE 1400
#define TEXT_HEAD 8192
#define TEXT_TAIL 640
#define GRAM_WHOLE 2048
#define GRAM_HEAD 2048
#define GRAM_TAIL 512

#define X(space, name, doc) { name, doc },
static const struct {
	const char *name, *doc;
} spaces[TOKEN_SPACES] = { TOKEN_TABLE(X) };
#undef X

const char *token_space_name(enum token_space s)
{
	return spaces[s].name;
}

const char *token_space_doc(enum token_space s)
{
	return spaces[s].doc;
}

/* Keys are drawn from the site's by SipHash; odd, so that no factor loses bits. */
struct tokens *tokens_new(const struct hash_key *site)
{
	struct tokens *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	t->k0 = hash_span(site, SPAN_LIT("winnow features 0")) | 1;
	t->k1 = hash_span(site, SPAN_LIT("winnow features 1")) | 1;
	for (size_t i = 0; i < TOKEN_SPACES; i++)
		t->space[i] = hash_span(site, span_of(spaces[i].name)) | 1;
	return t;
}

void tokens_free(struct tokens **t_r)
{
	free(*t_r);
	*t_r = NULL;
}

void tokens_without(struct tokens *t, uint32_t without)
{
	t->without = without;
}

void tokens_share(struct tokens *t, unsigned more)
{
	t->limit = t->n + more < t->room ? t->n + more : t->room;
}

/* Twice as many steps as powers of two. */
static uint64_t magnitude(uint64_t n)
{
	unsigned bits;

	if (n < 4)
		return n;
	bits = 63 - (unsigned)__builtin_clzll(n);
	return 2 * (uint64_t)bits + (n >> (bits - 1) & 1);
}

void token_add_count(struct tokens *t, enum token_space space, uint64_t what, uint64_t count)
{
	token_add(t, space, hash_join(t, what + 1, magnitude(count)));
}

static void add_facts(struct tokens *t, const struct facts *facts)
{
	for (unsigned i = 0; i < FACT_N; i++) {
		if (facts->count[i] == 0)
			continue;
		/* By name: the table may grow. */
		uint64_t name = token_hash(t, span_of(fact_name((enum fact)i)));

		token_add(t, TOKEN_FORM, name);
		token_add_count(t, TOKEN_FORM, name, facts->count[i]);
	}
}

/* How the text is made up: proportions in sixteenths. */
static void add_text_form(struct tokens *t, struct span text)
{
	size_t upper = 0, digits = 0, high = 0, signs = 0, blanks = 0, n = text.len < TEXT_HEAD ? text.len : TEXT_HEAD;

	for (size_t i = 0; i < n; i++) {
		unsigned c = (uint8_t)text.p[i];

		upper += (ascii_class[c] & ASCII_UPPER) != 0;
		digits += (ascii_class[c] & ASCII_DIGIT) != 0;
		blanks += c <= ' ';
		high += c >= 128;
		signs += c == '!' || c == '$';
	}
	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "text"), text.len);
	if (n == 0)
		return;
	token_add(t, TOKEN_FORM, hash_join(t, TOKEN_NAME(t, "upper"), upper * 16 / n));
	token_add(t, TOKEN_FORM, hash_join(t, TOKEN_NAME(t, "digits"), digits * 16 / n));
	token_add(t, TOKEN_FORM, hash_join(t, TOKEN_NAME(t, "high"), high * 16 / n));
	token_add(t, TOKEN_FORM, hash_join(t, TOKEN_NAME(t, "signs"), signs * 128 / n));
	token_add(t, TOKEN_FORM, hash_join(t, TOKEN_NAME(t, "blanks"), blanks * 16 / n));
}

static void add_form(struct tokens *t, const struct message *m)
{
	add_facts(t, &m->facts);
	add_text_form(t, m->text);
	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "size"), m->raw.len);
	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "hidden"), m->hidden_text.len);
	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "attach"), m->nattachments);
	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "fields"), m->headers.n);
	for (size_t i = 0; i < m->nparts; i++) {
		const struct html *h = m->parts[i].html;

		if (h == NULL)
			continue;
		for (unsigned bit = 0; bit < 16; bit++) {
			if ((h->flags >> bit & 1) != 0)
				token_add(t, TOKEN_FORM, TOKEN_NAME(t, "html") + bit);
		}
		token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "images"), h->nimages);
		token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "tags"), h->ntags);
		token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "badtags"), h->nbad_tags);
		token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "comments"), h->comment_bytes);
		token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "styles"), h->style_bytes);
	}
}

static void add_envelope(struct tokens *t, const struct transaction *tx)
{
	char text[IP_TEXT_MAX];

	tokens_host(t, TOKEN_ENVELOPE, TOKEN_NAME(t, "helo"), tx->client.helo);
	tokens_host(t, TOKEN_ENVELOPE, TOKEN_NAME(t, "client"), tx->client.name);
	if (tx->client.ip.set)
		tokens_host(t, TOKEN_RECEIVED, TOKEN_NAME(t, "host"), span_of(ip_text(&tx->client.ip, text)));
	if (tx->env.from_set)
		tokens_address(t, TOKEN_ENVELOPE, TOKEN_NAME(t, "from"), tx->env.from);
	token_add_count(t, TOKEN_ENVELOPE, TOKEN_NAME(t, "rcpts"), tx->env.nrcpt);
	token_add(t, TOKEN_ENVELOPE, hash_join(t, TOKEN_NAME(t, "tls"), token_hash(t, tx->client.tls_version)));
}

/* At scan time the sender stands in the envelope, in a mailbox in Return-Path. */
static void add_sender(struct tokens *t, const struct token_input *in)
{
	struct span path = span_trim(header_value(&in->message->headers, HDR_RETURN_PATH));
	struct address a;

	if (in->tx != NULL)
		add_envelope(t, in->tx);
	else if (address_parse_path(path, &a))
		tokens_address(t, TOKEN_ENVELOPE, TOKEN_NAME(t, "from"), a.spec);
}

static void read_form(struct tokens *t, struct arena *arena, const struct token_input *in, struct span subject)
{
	const struct message *m = in->message;

	tokens_share(t, SHARE_HEADER);
	add_sender(t, in);
	tokens_text(t, subject, TOKEN_SUBJECT, TOKEN_SUBJECT);
	tokens_headers(t, arena, m);
	tokens_share(t, SHARE_STRUCTURE);
	for (size_t i = 0; i < in->nhits; i++)
		token_add(t, TOKEN_HIT, token_hash(t, in->hits[i]));
	add_form(t, m);
	tokens_parts(t, m);
	tokens_links(t, m);
	for (size_t i = 0; i < in->nextra; i++)
		tokens_words(t, TOKEN_ATTACHMENT, TOKEN_NAME(t, "text"), fold_text(arena, span_sub(in->extra[i], 0, EXTRA_BYTES)), EXTRA_WORDS);
	tokens_share(t, FEATURES_FORM_MAX);
	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].kind == PART_HTML)
			tokens_html(t, m->parts[i].body);
	}
}

/* Cuts between characters. */
static struct span cut(struct span text, size_t from, size_t len)
{
	while (from > 0 && from < text.len && ((uint8_t)text.p[from] & 0xc0) == 0x80)
		from++;
	while (len > 0 && from + len < text.len && ((uint8_t)text.p[from + len] & 0xc0) == 0x80)
		len--;
	return span_sub(text, from, len);
}

/* All of a short text; of a long one the beginning, and the end as far as it lies behind: three quarters and a quarter of the room. */
struct ends {
	struct span head, tail;
	unsigned room; /* for what comes of the head */
};

static struct ends ends_of(struct span text, size_t all, size_t head, size_t tail, unsigned room)
{
	if (text.len <= all)
		return (struct ends){ text, SPAN_NONE, room };
	if (head > text.len - tail)
		head = text.len - tail;
	return (struct ends){ cut(text, 0, head), cut(text, text.len - tail, tail), room / 4 * 3 };
}

static void read_text(struct tokens *t, struct arena *arena, const struct message *m)
{
	struct ends e = ends_of(m->text, TEXT_WHOLE, TEXT_HEAD, TEXT_TAIL, FEATURES_TEXT_MAX);

	tokens_share(t, SHARE_HIDDEN);
	tokens_text(t, fold_text(arena, cut(m->hidden_text, 0, HIDDEN_BYTES)), TOKEN_HIDDEN, TOKEN_HIDDEN);
	t->limit = e.room;
	tokens_text(t, fold_text(arena, e.head), TOKEN_WORD, TOKEN_PAIR);
	t->limit = FEATURES_TEXT_MAX;
	tokens_text(t, fold_text(arena, e.tail), TOKEN_WORD, TOKEN_PAIR);
}

static void read_grams(struct tokens *t, const struct message *m)
{
	struct ends e = ends_of(m->text, GRAM_WHOLE, GRAM_HEAD, GRAM_TAIL, FEATURES_GRAM_TEXT_MAX);

	tokens_grams(t, TOKEN_GRAM_TEXT, cut(m->subject, 0, SUBJECT_BYTES));
	t->limit = e.room;
	tokens_grams(t, TOKEN_GRAM_TEXT, e.head);
	t->limit = FEATURES_GRAM_TEXT_MAX;
	tokens_grams(t, TOKEN_GRAM_TEXT, e.tail);
}

static void begin_group(struct tokens *t, enum features_group group)
{
	static const unsigned room[FEATURES_GROUPS] = { FEATURES_FORM_MAX, FEATURES_TEXT_MAX, FEATURES_GRAM_HEADER_MAX, FEATURES_GRAM_TEXT_MAX };

	t->list = group == 0 ? t->out->v : t->list + t->n;
	t->room = t->limit = room[group];
	t->n = 0;
	memset(t->slots, 0, sizeof(t->slots));
}

static void end_group(struct tokens *t, enum features_group group)
{
	t->out->n[group] = (uint16_t)t->n;
}

void tokens_read(struct tokens *t, struct arena *arena, const struct token_input *in, struct features *out)
{
	const struct message *m = in->message;
	struct span subject = fold_text(arena, cut(m->subject, 0, SUBJECT_BYTES));

	t->out = out;
	begin_group(t, FEATURES_FORM);
	read_form(t, arena, in, subject);
	end_group(t, FEATURES_FORM);
	begin_group(t, FEATURES_TEXT);
	read_text(t, arena, m);
	end_group(t, FEATURES_TEXT);
	begin_group(t, FEATURES_GRAM_HEADER);
	tokens_header_grams(t, m);
	end_group(t, FEATURES_GRAM_HEADER);
	begin_group(t, FEATURES_GRAM_TEXT);
	read_grams(t, m);
	end_group(t, FEATURES_GRAM_TEXT);
}
