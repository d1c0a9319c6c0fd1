#include "auth/dkim_key.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "auth/base64.h"
#include "auth/tag_list.h"
#include "base/cursor.h"
#include "base/hash.h"

#define WAYS 4
#define SETS (DKIM_KEYS_CACHED / WAYS)
#define DER_MAX (DKIM_RSA_BITS_MAX / 8 + 128)
#define EXPONENT_MAX 8 /* bytes; a larger one would make verifying as dear as signing */
#define ED25519_KEY_LEN 32

struct entry {
	struct dkim_key key; /* first */
	char *record;        /* NULL: empty */
	size_t len;
	uint64_t hash, used;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *verify; /* RSA: ready for the next signature */
};

struct dkim_crypto {
	EVP_MD *sha256;
	EVP_MD_CTX *digest, *ed25519;
	struct canon_sink sink;
	struct hash_key hash_key;
	uint64_t clock, made;
	struct entry cache[SETS][WAYS];
	struct entry uncached; /* of records too long to be kept */
};

/* DER (X.690): just what an RSA key needs. */

static bool der_take(struct cursor *c, uint8_t tag, struct span *body_r)
{
	size_t len;

	if (cursor_u8(c) != tag)
		return false;
	len = cursor_u8(c);
	if (len == 0x81)
		len = cursor_u8(c);
	else if (len == 0x82)
		len = cursor_be16(c);
	else if (len > 0x82 || len == 0x80)
		return false;
	return cursor_bytes(c, len, body_r);
}

static bool der_uint(struct cursor *c, struct span *number_r)
{
	if (!der_take(c, 0x02, number_r) || number_r->len == 0 || (number_r->p[0] & 0x80) != 0)
		return false;
	while (number_r->len > 1 && number_r->p[0] == 0)
		*number_r = span_from(*number_r, 1);
	return true;
}

/* RSAPublicKey (RFC 8017, A.1.1). */
static bool read_rsa(struct span der, struct span *n_r, struct span *e_r)
{
	struct cursor c = CURSOR(der);
	struct span body;

	if (!der_take(&c, 0x30, &body) || !cursor_done(&c))
		return false;
	c = CURSOR(body);
	return der_uint(&c, n_r) && der_uint(&c, e_r) && cursor_done(&c);
}

/* SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) of rsaEncryption, or the bare RSAPublicKey of RFC 6376's first drafts, which some still publish. */
static bool read_rsa_key(struct span der, struct span *n_r, struct span *e_r)
{
	static const char rsa_encryption[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
	struct cursor c = CURSOR(der);
	struct span body, algorithm, bits;

	if (read_rsa(der, n_r, e_r))
		return true;
	if (!der_take(&c, 0x30, &body) || !cursor_done(&c))
		return false;
	c = CURSOR(body);
	if (!der_take(&c, 0x30, &algorithm) || !der_take(&c, 0x03, &bits) || !cursor_done(&c))
		return false;
	if (!span_starts(algorithm, span_make(rsa_encryption, sizeof(rsa_encryption) - 1)) || bits.len == 0 || bits.p[0] != 0)
		return false;
	return read_rsa(span_from(bits, 1), n_r, e_r);
}

static unsigned bits_of(struct span number)
{
	unsigned bits = (unsigned)number.len * 8;

	for (unsigned top = (unsigned char)number.p[0]; bits != 0 && (top & 0x80) == 0; top <<= 1)
		bits--;
	return bits;
}

/* OpenSSL's objects. */

static EVP_PKEY *rsa_new(struct span n, struct span e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn((const unsigned char *)n.p, (int)n.len, NULL), *be = BN_bin2bn((const unsigned char *)e.p, (int)e.len, NULL);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *pkey = NULL;

	assert(bld != NULL && bn != NULL && be != NULL && ctx != NULL);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be);
	params = OSSL_PARAM_BLD_to_param(bld);
	if (EVP_PKEY_fromdata_init(ctx) <= 0 || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(bn);
	BN_free(be);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY_CTX *rsa_verifier(const struct dkim_crypto *crypto, EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	if (ctx != NULL && EVP_PKEY_verify_init(ctx) > 0 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, crypto->sha256) > 0)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* Records. */

static const char *make_rsa(const struct dkim_crypto *crypto, struct entry *e, struct span der)
{
	struct span n, exponent;

	if (!read_rsa_key(der, &n, &exponent))
		return "p= holds no RSA key";
	e->key.bits = bits_of(n);
	if (e->key.bits > DKIM_RSA_BITS_MAX || exponent.len > EXPONENT_MAX)
		return "RSA key too large";
	e->pkey = rsa_new(n, exponent);
	e->verify = e->pkey != NULL ? rsa_verifier(crypto, e->pkey) : NULL;
	return e->verify != NULL ? NULL : "p= holds no sound RSA key";
}

static const char *make_ed25519(struct entry *e, struct span bytes)
{
	if (bytes.len != ED25519_KEY_LEN)
		return "p= holds no Ed25519 key";
	e->key.bits = 256;
	e->pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)bytes.p, bytes.len);
	return e->pkey != NULL ? NULL : "p= holds no sound Ed25519 key";
}

static const char *check_tags(const struct tag_list *list)
{
	const struct tag *v = tag_list_find(list, "v"), *g = tag_list_find(list, "g"), *h = tag_list_find(list, "h"), *s = tag_list_find(list, "s");

	if (v != NULL && (!span_eq(v->value, SPAN_LIT("DKIM1")) || v != list->v))
		return "v= is not DKIM1";
	if (h != NULL && !tag_items_have(h->value, SPAN_LIT("sha256")))
		return "h= does not allow sha256";
	if (s != NULL && !tag_items_have(s->value, SPAN_LIT("email")) && !tag_items_have(s->value, SPAN_LIT("*")))
		return "s= does not allow e-mail";
	/* Historic (RFC 4871); for a single local part, which we do not match. */
	if (g != NULL && g->value.len != 0 && !span_eq(g->value, SPAN_LIT("*")))
		return "g= limits the key to one local part";
	return NULL;
}

static const char *make_key(const struct dkim_crypto *crypto, struct arena *arena, struct entry *e, struct span record)
{
	struct tag_list list;
	const struct tag *p;
	struct span k, t, bytes;
	const char *problem;

	if (record.len > DKIM_RECORD_MAX || !tag_list_parse(record, &list))
		return "the key record has bad syntax";
	p = tag_list_find(&list, "p");
	k = tag_list_value(&list, "k");
	t = tag_list_value(&list, "t");
	problem = check_tags(&list);
	if (problem != NULL || p == NULL)
		return problem != NULL ? problem : "the key record has no p=";
	e->key.testing = tag_items_have(t, SPAN_LIT("y"));
	e->key.strict = tag_items_have(t, SPAN_LIT("s"));
	e->key.type = span_case_eq(k, SPAN_LIT("ed25519")) ? DKIM_ED25519 : DKIM_RSA;
	e->key.revoked = p->value.len == 0;
	if (e->key.revoked)
		return "the key is revoked";
	if (e->key.type == DKIM_RSA && k.len != 0 && !span_case_eq(k, SPAN_LIT("rsa")))
		return "k= is unknown";
	if (!base64_decode(arena, p->value, DER_MAX, &bytes))
		return "p= is no base64";
	return e->key.type == DKIM_RSA ? make_rsa(crypto, e, bytes) : make_ed25519(e, bytes);
}

/* The cache. */

static void entry_clear(struct entry *e)
{
	EVP_PKEY_CTX_free(e->verify);
	EVP_PKEY_free(e->pkey);
	free(e->record);
	*e = (struct entry){ .record = NULL };
}

static struct entry *place_for(struct dkim_crypto *crypto, struct span record, uint64_t hash, bool *found_r)
{
	struct entry *set = crypto->cache[hash % SETS], *oldest = set;

	*found_r = false;
	if (record.len > DKIM_RECORD_MAX)
		return &crypto->uncached;
	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].record != NULL && set[i].hash == hash && span_eq(span_make(set[i].record, set[i].len), record)) {
			*found_r = true;
			return &set[i];
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	return oldest;
}

const struct dkim_key *dkim_key_get(struct dkim_crypto *crypto, struct span record)
{
	uint64_t hash = hash_span(&crypto->hash_key, record);
	bool found;
	struct entry *e = place_for(crypto, record, hash, &found);

	if (!found) {
		struct arena *arena = arena_new(DKIM_RECORD_MAX);

		entry_clear(e);
		e->key.problem = make_key(crypto, arena, e, record);
		if (e->key.problem != NULL)
			ERR_clear_error();
		arena_free(&arena);
		crypto->made++;
		e->record = e != &crypto->uncached ? malloc(record.len + 1) : NULL;
		if (e->record != NULL && record.len != 0)
			memcpy(e->record, record.p, record.len);
		e->len = record.len;
		e->hash = hash;
	}
	e->used = ++crypto->clock;
	return &e->key;
}

uint64_t dkim_crypto_keys_made(const struct dkim_crypto *crypto)
{
	return crypto->made;
}

bool dkim_key_verify(struct dkim_crypto *crypto, const struct dkim_key *key, const unsigned char hash[static DKIM_HASH_LEN], struct span signature)
{
	const struct entry *e = (const struct entry *)key;
	const unsigned char *sig = (const unsigned char *)signature.p;
	bool ok;

	assert(key->problem == NULL);
	if (key->type == DKIM_RSA) {
		ok = EVP_PKEY_verify(e->verify, sig, signature.len, hash, DKIM_HASH_LEN) == 1;
	} else {
		EVP_MD_CTX_reset(crypto->ed25519);
		ok = EVP_DigestVerifyInit(crypto->ed25519, NULL, NULL, NULL, e->pkey) == 1 &&
		     EVP_DigestVerify(crypto->ed25519, sig, signature.len, hash, DKIM_HASH_LEN) == 1;
	}
	if (!ok)
		ERR_clear_error(); /* others in this process (TLS) ask the same queue */
	return ok;
}

/* Hashes. */

static void hash_write(void *ctx, const char *p, size_t n)
{
	struct dkim_crypto *crypto = ctx;

	EVP_DigestUpdate(crypto->digest, p, n);
}

struct canon_sink *dkim_hash_begin(struct dkim_crypto *crypto)
{
	if (EVP_DigestInit_ex2(crypto->digest, crypto->sha256, NULL) != 1)
		abort();
	canon_sink_init(&crypto->sink, hash_write, crypto);
	return &crypto->sink;
}

void dkim_hash_end(struct dkim_crypto *crypto, unsigned char hash_r[static DKIM_HASH_LEN])
{
	canon_flush(&crypto->sink);
	if (EVP_DigestFinal_ex(crypto->digest, hash_r, NULL) != 1)
		abort();
}

/* RFC 8463, A.2, and the RSA key of its A.3: whatever OpenSSL loads at first use is loaded here. */
static void warm_up(struct dkim_crypto *crypto)
{
	static const struct span records[] = {
		SPAN_LIT("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
		SPAN_LIT("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
			 "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"),
	};
	unsigned char hash[DKIM_HASH_LEN], noise[128];

	(void)dkim_hash_begin(crypto);
	dkim_hash_end(crypto, hash);
	RAND_bytes(noise, sizeof(noise));
	noise[0] &= 0x7f;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		const struct dkim_key *key = dkim_key_get(crypto, records[i]);

		assert(key->problem == NULL);
		(void)dkim_key_verify(crypto, key, hash, span_make((const char *)noise, i == 0 ? 64 : 128));
	}
	crypto->made = 0;
}

struct dkim_crypto *dkim_crypto_new(void)
{
	struct dkim_crypto *crypto = calloc(1, sizeof(*crypto));

	if (crypto == NULL)
		abort();
	crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	crypto->digest = EVP_MD_CTX_new();
	crypto->ed25519 = EVP_MD_CTX_new();
	if (crypto->sha256 == NULL || crypto->digest == NULL || crypto->ed25519 == NULL)
		abort();
	hash_key_random(&crypto->hash_key);
	warm_up(crypto);
	return crypto;
}

void dkim_crypto_free(struct dkim_crypto **crypto_r)
{
	struct dkim_crypto *crypto = *crypto_r;

	*crypto_r = NULL;
	if (crypto == NULL)
		return;
	for (unsigned i = 0; i < SETS; i++) {
		for (unsigned j = 0; j < WAYS; j++)
			entry_clear(&crypto->cache[i][j]);
	}
	entry_clear(&crypto->uncached);
	EVP_MD_CTX_free(crypto->ed25519);
	EVP_MD_CTX_free(crypto->digest);
	EVP_MD_free(crypto->sha256);
	free(crypto);
}
