#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "auth/base64.h"
#include "auth/dkim_signer.h"

#define MIN_BITS 1024

/* A file with a passphrase cannot be used: nobody is asked. */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

static bool make_ready(struct sign_key *key, struct err *err_r)
{
	int id = EVP_PKEY_get_base_id(key->pkey);

	if (id == EVP_PKEY_ED25519) {
		key->type = DKIM_ED25519;
		key->digest = EVP_MD_CTX_new();
		return key->digest != NULL || err_set(err_r, "no memory");
	}
	if (id != EVP_PKEY_RSA)
		return err_set(err_r, "neither an RSA nor an Ed25519 key");
	if (EVP_PKEY_get_bits(key->pkey) < MIN_BITS || EVP_PKEY_get_bits(key->pkey) > DKIM_RSA_BITS_MAX)
		return err_set(err_r, "an RSA key of %d bits; %d to %d are allowed", EVP_PKEY_get_bits(key->pkey), MIN_BITS, DKIM_RSA_BITS_MAX);
	key->type = DKIM_RSA;
	key->sign = EVP_PKEY_CTX_new(key->pkey, NULL);
	if (key->sign == NULL || EVP_PKEY_sign_init(key->sign) <= 0 || EVP_PKEY_CTX_set_rsa_padding(key->sign, RSA_PKCS1_PADDING) <= 0 ||
	    EVP_PKEY_CTX_set_signature_md(key->sign, EVP_sha256()) <= 0)
		return err_set(err_r, "the key cannot sign");
	return true;
}

bool sign_key_load(struct sign_key *key, const char *path, bool *readable_r, struct err *err_r)
{
	FILE *f = fopen(path, "re");
	unsigned char hash[DKIM_HASH_LEN] = { 0 };
	struct arena *arena;
	struct stat st;
	bool ok;

	if (f == NULL)
		return err_set(err_r, "key file '%s': %s", path, strerror(errno));
	*readable_r = fstat(fileno(f), &st) == 0 && (st.st_mode & S_IROTH) != 0;
	key->pkey = PEM_read_PrivateKey(f, NULL, no_passphrase, NULL);
	fclose(f);
	ERR_clear_error();
	if (key->pkey == NULL)
		return err_set(err_r, "key file '%s': no private key in PEM form without passphrase", path);
	if (!make_ready(key, err_r))
		return err_prefix(err_r, "key file '%s'", path);
	/* Once now: what OpenSSL loads at first use is loaded outside of the sandbox, and a broken key is found here. */
	arena = arena_new(0);
	ok = sign_key_sign(key, arena, hash).len != 0;
	arena_free(&arena);
	return ok || err_set(err_r, "key file '%s': the key cannot sign", path);
}

void sign_key_clear(struct sign_key *key)
{
	EVP_PKEY_CTX_free(key->sign);
	EVP_MD_CTX_free(key->digest);
	EVP_PKEY_free(key->pkey);
	key->sign = NULL;
	key->digest = NULL;
	key->pkey = NULL;
}

struct span sign_key_sign(const struct sign_key *key, struct arena *arena, const unsigned char hash[static DKIM_HASH_LEN])
{
	size_t len = (size_t)EVP_PKEY_get_size(key->pkey);
	unsigned char *out = (unsigned char *)arena_bytes(arena, len);
	bool ok;

	if (key->type == DKIM_RSA) {
		ok = EVP_PKEY_sign(key->sign, out, &len, hash, DKIM_HASH_LEN) == 1;
	} else {
		EVP_MD_CTX_reset(key->digest);
		ok = EVP_DigestSignInit(key->digest, NULL, NULL, NULL, key->pkey) == 1 && EVP_DigestSign(key->digest, out, &len, hash, DKIM_HASH_LEN) == 1;
	}
	return ok ? span_make((const char *)out, len) : SPAN_NONE;
}

struct span sign_key_record(const struct sign_key *key, struct arena *arena)
{
	struct buf b = BUF_INIT(arena);
	unsigned char raw[32], *der = NULL;
	size_t nraw = sizeof(raw);
	int len;

	buf_str(&b, key->type == DKIM_RSA ? "v=DKIM1; k=rsa; p=" : "v=DKIM1; k=ed25519; p=");
	if (key->type == DKIM_ED25519) {
		if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &nraw) == 1)
			base64_add(&b, span_make((const char *)raw, nraw));
		return buf_span(&b);
	}
	len = i2d_PUBKEY(key->pkey, &der);
	if (len > 0)
		base64_add(&b, span_make((const char *)der, (size_t)len));
	OPENSSL_free(der);
	return buf_span(&b);
}
