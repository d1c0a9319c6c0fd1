/*
 * Signatures on accepted mail: DKIM on that of our own users, ARC on mail from outside where that is configured. The last step: they cover the header as it leaves, with all edits of the reply applied, and are
 * inserted at its top.
 */
#ifndef WINNOW_PROTO_SEAL_H
#define WINNOW_PROTO_SEAL_H

#include "proto/reduce.h"

struct sealer;

/* Reads the keys; made by the loader. conf must outlive it. NULL with an error. */
struct sealer *sealer_new(const struct conf *, struct err *err_r) MUST_USE;
void sealer_free(struct sealer **);

/* Adds edits to the reply when it accepts the mail and the protocol can insert header fields. scan: with its message; what authentication found is taken from it. sealer NULL: nothing. */
void seal_reply(const struct sealer *, const struct transaction *, const struct scan *, unsigned caps, struct reply *);

#endif
