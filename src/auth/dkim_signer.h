/*
 * The keys that we sign with: settings, key files, and which key signs for which domain. Made by the loader, before it gives up its rights and forks; keys are read once per generation. PEM files, PKCS#1 or
 * PKCS#8, RSA or Ed25519, without passphrase.
 */
#ifndef WINNOW_AUTH_DKIM_SIGNER_H
#define WINNOW_AUTH_DKIM_SIGNER_H

#include <openssl/evp.h>

#include "auth/dkim_key.h"
#include "conf/conf.h"

/* Block "dkim_sign". */
struct dkim_sign_settings {
	struct span map;            /* file with lines "DOMAIN SELECTOR KEYFILE"; empty: none */
	bool parent_domains;
	int canon;                  /* enum dkim_sign_canon */
	int64_t valid_us;           /* until x=; 0: no x= */
	struct span_list oversign;  /* once more than they are there, also when they are not there at all */
	struct span_list headers;   /* once more than they are there */
	struct span_list also;      /* as often as they are there */
};
enum dkim_sign_canon { DKIM_SIGN_RELAXED, DKIM_SIGN_RELAXED_SIMPLE, DKIM_SIGN_SIMPLE };
extern const struct setting_set dkim_sign_setting_set;

/* Blocks dkim_key "NAME". */
struct dkim_key_settings {
	struct span selector, file;
	struct span_list domains; /* empty: the block's name is the domain */
};
extern const struct setting_set dkim_key_setting_set;

/* Block "arc_seal". */
struct arc_seal_settings {
	bool enabled;
	struct span domain, selector, file;
	struct span authserv_id;   /* empty: the domain */
	struct span_list domains;  /* of recipients whose mail is sealed; empty: all */
};
extern const struct setting_set arc_seal_setting_set;

struct sign_key {
	struct sign_key *next; /* another one of the same domain, or NULL */
	struct span domain;    /* d=; "*": the author's own */
	struct span selector;
	enum dkim_key_type type;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *sign;    /* RSA: ready for the next hash */
	EVP_MD_CTX *digest;    /* Ed25519 */
};

struct dkim_signer;

/* NULL with an error: a key cannot be read, a setting is wrong. Warns (log) of key files that everybody may read. */
struct dkim_signer *dkim_signer_new(const struct conf *, struct err *err_r) MUST_USE;
void dkim_signer_free(struct dkim_signer **);

const struct dkim_sign_settings *dkim_signer_settings(const struct dkim_signer *);
const struct arc_seal_settings *dkim_signer_seal_settings(const struct dkim_signer *);
struct dkim_crypto *dkim_signer_crypto(const struct dkim_signer *);
/* Whether there is any key at all. */
bool dkim_signer_signs(const struct dkim_signer *);
/* All keys for an author's domain (lower-case A-labels), those of the domain itself, else (where set) of its nearest parent, the registered domain last, else of "*". NULL: none. */
const struct sign_key *dkim_signer_keys(const struct dkim_signer *, struct span domain, struct span registered);
/* NULL: sealing is off. */
const struct sign_key *dkim_signer_seal_key(const struct dkim_signer *);

/* Reads one PEM file. False: see err_r. *readable_r: everybody may read it. */
bool sign_key_load(struct sign_key *, const char *path, bool *readable_r, struct err *err_r) MUST_USE;
void sign_key_clear(struct sign_key *);
/* Signs a hash; the bytes in the arena. */
struct span sign_key_sign(const struct sign_key *, struct arena *, const unsigned char hash[static DKIM_HASH_LEN]);
/* "v=DKIM1; k=rsa; p=...": what to publish for this key. */
struct span sign_key_record(const struct sign_key *, struct arena *);

#endif
