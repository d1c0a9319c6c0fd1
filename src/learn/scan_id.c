#include "learn/scan_id.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/ascii.h"

#define VERSION '1'
#define TAG_CHARS 6
#define DIGEST_CHARS 7
#define TIME_CHARS 7
#define MAC_CHARS 16
/* Offsets of the fields. */
#define AT_LOG_ID 2
#define AT_TIME (AT_LOG_ID + SCAN_ID_LOG_ID + 1)
#define AT_HEADERS (AT_TIME + TIME_CHARS + 1)
#define AT_TEXT (AT_HEADERS + DIGEST_CHARS)
#define AT_TAGS (AT_TEXT + DIGEST_CHARS + 1)
#define AT_FLAG (AT_TAGS + SCAN_ID_TAGS * TAG_CHARS)
#define AT_MAC (AT_FLAG + 2)

static_assert(AT_MAC + MAC_CHARS == SCAN_ID_BYTES, "the fields fill the value");

#define FUTURE 3600     /* seconds that a clock may be wrong */
#define TEXT (256u << 10) /* bytes of text that are hashed */
#define ADDRESSES 8     /* of From */
#define REPORTERS 64    /* addresses of one reporter */
#define ADDRESS_BYTES 320
#define FOLDED 240     /* bytes of a value with white space in it */

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static int value_of(char c)
{
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static void put(char *to, uint64_t v, unsigned chars)
{
	for (unsigned i = chars; i-- > 0; v >>= 5)
		to[i] = digits[v & 31];
}

static bool get(const char *from, unsigned chars, uint64_t *v_r)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < chars; i++) {
		int d = value_of(from[i]);

		if (d < 0)
			return false;
		v = v << 5 | (unsigned)d;
	}
	*v_r = v;
	return true;
}

static void mac_of(const uint8_t key[static 32], struct span data, uint8_t mac_r[static 32])
{
	unsigned len = 32;
	const unsigned char *done = HMAC(EVP_sha256(), key, 32, (const unsigned char *)data.p, data.len, mac_r, &len);

	assert(done != NULL && len == 32);
	(void)done;
}

static void derive(struct span secret, const char *purpose, uint8_t key_r[static 32])
{
	unsigned len = 32;
	const unsigned char *done;

	assert(secret.len >= 16 && secret.len <= 4096);
	done = HMAC(EVP_sha256(), secret.p, (int)secret.len, (const unsigned char *)purpose, strlen(purpose), key_r, &len);
	assert(done != NULL && len == 32);
	(void)done;
}

static struct hash_key hash_key_of(struct span secret, const char *purpose)
{
	uint8_t bytes[32];
	struct hash_key key;

	derive(secret, purpose, bytes);
	memcpy(&key.k0, bytes, 8);
	memcpy(&key.k1, bytes + 8, 8);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return key;
}

void scan_id_key_derive(struct span secret, struct scan_id_key *key_r)
{
	derive(secret, "winnow scan-id 1 mac", key_r->mac);
	key_r->tag = hash_key_of(secret, "winnow scan-id 1 recipient");
	key_r->digest = hash_key_of(secret, "winnow scan-id 1 message");
	key_r->mask = hash_key_of(secret, "winnow scan-id 1 mask");
	key_r->set = true;
}

/* Lower case, without address extension and angle brackets. */
static size_t canonical(struct span address, char delimiter, char out[static ADDRESS_BYTES])
{
	size_t at, n = 0, cut;

	address = span_trim(address);
	if (address.len > 2 && address.p[0] == '<' && address.p[address.len - 1] == '>')
		address = span_sub(address, 1, address.len - 2);
	at = span_rchr(address, '@');
	if (at == SPAN_NPOS)
		at = address.len;
	cut = delimiter != '\0' ? span_chr(span_sub(address, 0, at), delimiter) : SPAN_NPOS;
	for (size_t i = 0; i < address.len && n < ADDRESS_BYTES; i++) {
		if (cut == SPAN_NPOS || cut == 0 || i < cut || i >= at)
			out[n++] = ascii_tolower(address.p[i]);
	}
	return n;
}

uint64_t scan_id_recipient_hash(const struct scan_id_key *key, struct span log_id, struct span address, char recipient_delimiter)
{
	char bytes[ADDRESS_BYTES];
	struct hash_state h;

	hash_begin(&h, &key->tag);
	hash_add(&h, log_id);
	hash_add(&h, span_make("", 1));
	hash_add(&h, span_make(bytes, canonical(address, recipient_delimiter, bytes)));
	return hash_end(&h);
}

static uint64_t filler(const struct scan_id_key *key, struct span log_id, unsigned slot)
{
	char c = (char)slot;
	struct hash_state h;

	hash_begin(&h, &key->mask);
	hash_add(&h, log_id);
	hash_add(&h, span_make(&c, 1));
	return hash_end(&h);
}

static uint64_t tag_of(uint64_t hash)
{
	return hash >> (64 - 5 * TAG_CHARS);
}

static uint64_t digest_of(uint64_t hash)
{
	return hash >> (64 - 5 * DIGEST_CHARS);
}

/* Without white space: folds, line ends and non-breaking habits of mail programs. */
static void add_squeezed(struct hash_state *h, struct span s)
{
	size_t from = 0;

	for (size_t i = 0; i <= s.len; i++) {
		if (i < s.len && (uint8_t)s.p[i] > ' ')
			continue;
		if (i > from)
			hash_add(h, span_sub(s, from, i - from));
		from = i + 1;
	}
	hash_add(h, span_make("", 1));
}

static uint64_t headers_digest(const struct scan_id_key *key, const struct message *m)
{
	struct hash_state h;

	hash_begin(&h, &key->digest);
	for (size_t i = 0; i < m->from.n && i < ADDRESSES; i++)
		add_squeezed(&h, m->from.v[i].spec);
	add_squeezed(&h, header_value(&m->headers, HDR_DATE));
	add_squeezed(&h, header_value(&m->headers, HDR_MESSAGE_ID));
	add_squeezed(&h, m->subject);
	return digest_of(hash_end(&h));
}

static uint64_t text_digest(const struct scan_id_key *key, const struct message *m)
{
	struct hash_state h;

	hash_begin(&h, &key->digest);
	add_squeezed(&h, span_sub(m->text, 0, TEXT));
	return digest_of(hash_end(&h));
}

static void sort_tags(uint64_t *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		uint64_t x = v[i];
		unsigned k = i;

		for (; k > 0 && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

static void put_mac(const struct scan_id_key *key, char *value)
{
	uint8_t mac[32];
	uint64_t high = 0, low = 0;

	mac_of(key->mac, span_make(value, AT_MAC - 1), mac);
	for (unsigned i = 0; i < 5; i++) {
		high = high << 8 | mac[i];
		low = low << 8 | mac[i + 5];
	}
	put(value + AT_MAC, high, MAC_CHARS / 2);
	put(value + AT_MAC + MAC_CHARS / 2, low, MAC_CHARS / 2);
}

struct span scan_id_make(struct arena *arena, const struct scan_id_key *key, const struct scan_id_input *in)
{
	char *value = arena_bytes(arena, SCAN_ID_BYTES);
	uint64_t tags[SCAN_ID_TAGS];

	assert(key->set && in->log_id.len == SCAN_ID_LOG_ID);
	memset(value, '.', SCAN_ID_BYTES);
	value[0] = VERSION;
	memcpy(value + AT_LOG_ID, in->log_id.p, SCAN_ID_LOG_ID);
	put(value + AT_TIME, (uint64_t)in->now, TIME_CHARS);
	put(value + AT_HEADERS, headers_digest(key, in->message), DIGEST_CHARS);
	put(value + AT_TEXT, text_digest(key, in->message), DIGEST_CHARS);
	for (unsigned i = 0; i < SCAN_ID_TAGS; i++)
		tags[i] = tag_of(i < in->nrcpt ? scan_id_recipient_hash(key, in->log_id, in->rcpt[i], in->recipient_delimiter) : filler(key, in->log_id, i));
	sort_tags(tags, SCAN_ID_TAGS);
	for (size_t i = 0; i < SCAN_ID_TAGS; i++)
		put(value + AT_TAGS + i * TAG_CHARS, tags[i], TAG_CHARS);
	put(value + AT_FLAG, (filler(key, in->log_id, SCAN_ID_TAGS) & ~UINT64_C(1)) | ((filler(key, in->log_id, SCAN_ID_TAGS) ^ (in->nrcpt > SCAN_ID_TAGS)) & 1), 1);
	put_mac(key, value);
	return span_make(value, SCAN_ID_BYTES);
}

/* Takes white space out, which folding may have put in. */
static bool compact(struct span s, char value_r[static SCAN_ID_BYTES])
{
	static const uint8_t dots[] = { AT_LOG_ID - 1, AT_TIME - 1, AT_HEADERS - 1, AT_TAGS - 1, AT_MAC - 1 };
	size_t n = 0, ndots = 0, placed = 0;

	if (s.len > FOLDED)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_isspace(s.p[i]))
			continue;
		if (n == SCAN_ID_BYTES || (s.p[i] != '.' && value_of(s.p[i]) < 0))
			return false;
		ndots += s.p[i] == '.';
		value_r[n++] = s.p[i];
	}
	for (size_t i = 0; i < sizeof(dots) && n == SCAN_ID_BYTES; i++)
		placed += value_r[dots[i]] == '.';
	return n == SCAN_ID_BYTES && placed == sizeof(dots) && ndots == placed && value_r[0] == VERSION;
}

static bool made_with(const struct scan_id_key *key, const char value[static SCAN_ID_BYTES])
{
	char own[SCAN_ID_BYTES];

	if (!key->set)
		return false;
	memcpy(own, value, SCAN_ID_BYTES);
	put_mac(key, own);
	return CRYPTO_memcmp(own + AT_MAC, value + AT_MAC, MAC_CHARS) == 0;
}

static bool is_tagged(const char *value, uint64_t tag)
{
	for (size_t i = 0; i < SCAN_ID_TAGS; i++) {
		uint64_t v;

		if (get(value + AT_TAGS + i * TAG_CHARS, TAG_CHARS, &v) && v == tag)
			return true;
	}
	return false;
}

static enum scan_id_recipient recipient_of(const struct scan_id_key *key, const char *value, const struct scan_id_question *q)
{
	struct span log_id = span_make(value + AT_LOG_ID, SCAN_ID_LOG_ID);
	uint64_t flag;

	for (size_t i = 0; i < q->nreporter && i < REPORTERS; i++) {
		if (q->reporter[i].len != 0 && is_tagged(value, tag_of(scan_id_recipient_hash(key, log_id, q->reporter[i], q->recipient_delimiter))))
			return SCAN_ID_RECIPIENT_YES;
	}
	if (!get(value + AT_FLAG, 1, &flag))
		return SCAN_ID_RECIPIENT_NO;
	return ((flag ^ filler(key, log_id, SCAN_ID_TAGS)) & 1) != 0 ? SCAN_ID_RECIPIENT_ASK : SCAN_ID_RECIPIENT_NO;
}

bool scan_id_verify(const struct scan_id_keys *keys, const struct scan_id_question *q, struct scan_id *id_r)
{
	char value[SCAN_ID_BYTES];
	const struct scan_id_key *key = &keys->current;
	uint64_t seconds, headers, text;

	memset(id_r, 0, sizeof(*id_r));
	if (!compact(q->value, value) || !get(value + AT_TIME, TIME_CHARS, &seconds) || !get(value + AT_HEADERS, DIGEST_CHARS, &headers) ||
	    !get(value + AT_TEXT, DIGEST_CHARS, &text))
		return false;
	id_r->status = SCAN_ID_FORGED;
	if (!made_with(key, value)) {
		key = &keys->previous;
		id_r->previous = made_with(key, value);
		if (!id_r->previous)
			return false;
	}
	memcpy(id_r->log_id, value + AT_LOG_ID, SCAN_ID_LOG_ID);
	id_r->scanned = (int64_t)seconds;
	id_r->recipient = recipient_of(key, value, q);
	id_r->headers_same = q->message != NULL && headers == headers_digest(key, q->message);
	id_r->text_same = q->message != NULL && text == text_digest(key, q->message);
	if (id_r->scanned > q->now + FUTURE || id_r->scanned < q->now - (q->age != 0 ? q->age : SCAN_ID_AGE)) {
		id_r->status = SCAN_ID_EXPIRED;
		return false;
	}
	id_r->status = SCAN_ID_VALID;
	return true;
}
