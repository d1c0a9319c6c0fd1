/* Forms of the envelope that all protocols share. Pure; the results point into what was given. */
#ifndef WINNOW_PROTO_ENVELOPE_H
#define WINNOW_PROTO_ENVELOPE_H

#include "base/span.h"

/* The address of an envelope argument: without angle brackets and source route (RFC 5321, 4.1.1.3 and appendix C). */
struct span envelope_address(struct span raw);

/* A host name as an MTA gives it for a client; empty for its forms of "there is none": "unknown", "[192.0.2.1]". */
struct span envelope_client_name(struct span name);

#endif
