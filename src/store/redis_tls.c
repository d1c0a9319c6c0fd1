#include "store/redis_tls.h"

#include <stdlib.h>

#ifdef WINNOW_HAVE_HIREDIS_SSL

#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct redis_tls {
	SSL_CTX *context;
	char *name; /* NULL: the certificate must carry the server's address */
};

bool redis_tls_possible(struct err *err_r)
{
	(void)err_r;
	return true;
}

/* NULL for the empty text. */
static char *text(struct span s)
{
	char *copy = s.len != 0 ? strndup(s.p, s.len) : NULL;

	if (s.len != 0 && copy == NULL)
		abort();
	return copy;
}

static bool load(SSL_CTX *context, const char *ca, const char *certificate, const char *key)
{
	if (ca != NULL ? SSL_CTX_load_verify_locations(context, ca, NULL) != 1 : SSL_CTX_set_default_verify_paths(context) != 1)
		return false;
	return certificate == NULL || (SSL_CTX_use_certificate_chain_file(context, certificate) == 1 && SSL_CTX_use_PrivateKey_file(context, key != NULL ? key : certificate, SSL_FILETYPE_PEM) == 1);
}

struct redis_tls *redis_tls_new(const struct store_settings *set, struct err *err_r)
{
	char *ca = text(set->tls_ca), *certificate = text(set->tls_certificate), *key = text(set->tls_key), why[160];
	struct redis_tls *tls = calloc(1, sizeof(*tls));

	if (tls == NULL)
		abort();
	*tls = (struct redis_tls){ .context = SSL_CTX_new(TLS_client_method()), .name = text(set->tls_name) };
	if (tls->context == NULL)
		abort();
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	if (!load(tls->context, ca, certificate, key)) {
		ERR_error_string_n(ERR_get_error(), why, sizeof(why));
		err_set(err_r, "TLS for Redis: certificates or key cannot be read: %s", why);
		redis_tls_free(&tls);
	}
	free(ca);
	free(certificate);
	free(key);
	return tls;
}

void redis_tls_free(struct redis_tls **tls_r)
{
	struct redis_tls *tls = *tls_r;

	*tls_r = NULL;
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls->name);
	free(tls);
}

bool redis_tls_begin(struct redis_tls *tls, redisContext *c, const char *address)
{
	SSL *ssl = SSL_new(tls->context);
	bool ok;

	if (ssl == NULL)
		abort();
	if (tls->name != NULL)
		ok = SSL_set1_host(ssl, tls->name) == 1 && SSL_set_tlsext_host_name(ssl, tls->name) == 1;
	else
		ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address) == 1;
	/* hiredis takes it over, when it does not fail. */
	if (ok && redisInitiateSSL(c, ssl) == REDIS_OK)
		return true;
	SSL_free(ssl);
	return false;
}

#else

bool redis_tls_possible(struct err *err_r)
{
	return err_set(err_r, "tls: this build of Winnow speaks no TLS with Redis, as its hiredis has none (hiredis_ssl, from version 1.0); use a unix socket, stunnel or a private network");
}

struct redis_tls *redis_tls_new(const struct store_settings *set, struct err *err_r)
{
	(void)set;
	(void)!redis_tls_possible(err_r);
	return NULL;
}

void redis_tls_free(struct redis_tls **tls_r)
{
	*tls_r = NULL;
}

bool redis_tls_begin(struct redis_tls *tls, redisContext *c, const char *address)
{
	(void)tls;
	(void)c;
	(void)address;
	abort();
}

#endif
