/*
 * Listening sockets: addresses as in the configuration, binding (master only), accepting (scanners), pausing under load.
 */
#ifndef WINNOW_IO_LISTENER_H
#define WINNOW_IO_LISTENER_H

#include <sys/socket.h>

#include "base/err.h"
#include "base/ip.h"
#include "base/setting.h"
#include "io/loop.h"

/* "inet:HOST:PORT", "inet6:[ADDR]:PORT", "unix:/PATH"; also "inet:PORT@HOST" as milters write it. */
struct address_spec {
	struct sockaddr_storage sa;
	socklen_t len;
	char text[128]; /* as configured, for logs */
};
bool address_spec_parse(struct span text, struct address_spec *spec_r, struct err *err_r) MUST_USE;
/* Whether all of a setting's addresses are such; the error begins with the setting's key. */
bool address_specs_check(const struct span_list *, const char *key, struct err *err_r) MUST_USE;

/* Binds and listens: close-on-exec, non-blocking, SO_REUSEADDR, TCP_NODELAY set so that accepted sockets inherit it. A stale unix socket is removed
 * (one that answers is an error); mode is the permission of a unix socket. Returns the descriptor or -1. */
int listener_bind(const struct address_spec *, int mode, struct err *err_r) MUST_USE;
/* Connects (blocking, with timeout) for clients such as the command line. */
int address_connect(const struct address_spec *, int timeout_ms, struct err *err_r) MUST_USE;

struct peer {
	struct ip ip;  /* unset for unix sockets */
	uint16_t port;
};

/* fd is the callee's from now on. */
typedef void listener_accept(void *ctx, int fd, const struct peer *);

struct listener;
/* Accepts on an inherited descriptor (which it does not close). Out of descriptors (EMFILE): logs once a minute and pauses for 100 ms. */
struct listener *listener_start(struct loop *, int fd, listener_accept *, void *ctx);
void listener_pause(struct listener *);
void listener_resume(struct listener *);
void listener_free(struct listener **);

#endif
