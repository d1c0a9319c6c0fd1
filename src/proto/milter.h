/*
 * The milter protocol, versions 2 to 6 (libmilter's mfdef.h as spoken by Sendmail 8.17 and Postfix 3.7), server side. The decoder turns bytes into frames and
 * knows no sockets; the session turns frames into a transaction and the outcome into edits and one final reply, written at once (a peer applies edits as they
 * arrive: a death in between would lose mail).
 */
#ifndef WINNOW_PROTO_MILTER_H
#define WINNOW_PROTO_MILTER_H

#include "base/setting.h"
#include "io/listener.h"
#include "proto/service.h"

struct milter_settings {
	struct span_list listen;
	int64_t idle_timeout_us; /* between commands */
};
extern const struct setting_set milter_setting_set;

/* A new connection; fd is its own from now on. */
void milter_accept(struct service *, const struct milter_settings *, int fd, const struct peer *);

#endif
