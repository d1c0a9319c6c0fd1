/* TLS for hiredis, where hiredis_ssl was there at build time (1.0 or later). */
#ifndef WINNOW_STORE_REDIS_TLS_H
#define WINNOW_STORE_REDIS_TLS_H

#include <hiredis/hiredis.h>

#include "store/store_settings.h"

struct redis_tls;

/* False, and why: this build cannot. */
bool redis_tls_possible(struct err *err_r) MUST_USE;
/* NULL: files that cannot be read, or this build cannot. */
struct redis_tls *redis_tls_new(const struct store_settings *, struct err *err_r) MUST_USE;
void redis_tls_free(struct redis_tls **);
/* Before anything is sent. The certificate must carry the configured name, or else the address ("192.0.2.1"; a unix socket has none: then a name is needed). */
bool redis_tls_begin(struct redis_tls *, redisContext *, const char *address) MUST_USE;

#endif
