/*
 * The clamd port: what speaks clamd's protocol (Exim's av_scanner = clamd, clamdscan --stream, amavis) has files and messages scanned by our inspector.
 * Commands: PING, VERSION, INSTREAM, IDSESSION ... END, each as "zNAME\0", "nNAME\n" or "NAME\n" (man clamd). Paths (SCAN and the like) are refused: nothing here opens files.
 */
#ifndef WINNOW_PROTO_CLAMD_H
#define WINNOW_PROTO_CLAMD_H

#include "base/setting.h"
#include "io/listener.h"
#include "proto/service.h"

struct clamd_settings {
	struct span_list listen;
	int64_t max_stream;      /* bytes of one INSTREAM */
	int64_t idle_timeout_us; /* for the next command, or the next piece of a stream */
	int64_t wait_us;         /* for the answer */
};
extern const struct setting_set clamd_setting_set;

/* A new connection; fd is its own from now on. */
void clamd_accept(struct service *, const struct clamd_settings *, int fd, const struct peer *);

/* Pure: the command at the beginning of the input. */
struct clamd_command {
	struct span name;  /* "INSTREAM"; without what follows a blank */
	struct span rest;  /* behind the blank */
	char delimiter;    /* '\0' or '\n': ends the answer too */
	size_t taken;      /* bytes of the input */
};
/* 1: there is one; 0: more input is needed; -1: no command, or a longer one than 1,024 bytes. */
int clamd_command_read(struct span input, struct clamd_command *command_r);

#endif
