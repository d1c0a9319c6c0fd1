/*
 * The scan port: HTTP/1.0 and 1.1, POST /checkv2 as rspamd's clients send it, GET /ping and /healthy.
 */
#ifndef WINNOW_PROTO_HTTP_H
#define WINNOW_PROTO_HTTP_H

#include "base/setting.h"
#include "io/listener.h"
#include "proto/service.h"

struct http_settings {
	struct span_list listen;
	int64_t idle_timeout_us;  /* between requests of one connection */
	int64_t read_timeout_us;  /* for one whole request to arrive */
};
extern const struct setting_set http_setting_set;

/* A new connection; fd is its own from now on. */
void http_accept(struct service *, const struct http_settings *, int fd, const struct peer *);

#endif
