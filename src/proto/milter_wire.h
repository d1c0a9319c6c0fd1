/*
 * The milter protocol on the wire (libmilter's mfdef.h, as Sendmail 8.17 and Postfix 3.7 speak it): frames, negotiation, arguments of commands, replies.
 * Pure: no sockets, no state. A frame is a 32-bit length in network order (of what follows), one command byte, data.
 */
#ifndef WINNOW_PROTO_MILTER_WIRE_H
#define WINNOW_PROTO_MILTER_WIRE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/ip.h"
#include "proto/reduce.h"

#define MILTER_VERSION_MIN 2
#define MILTER_VERSION_MAX 6
/* The largest frame any peer may send: body chunks are 64 KiB unless more was agreed on, and we agree on nothing; header fields may be larger. */
#define MILTER_FRAME_MAX ((size_t)1048576 + 65536)

enum milter_command {
	SMFIC_ABORT = 'A',
	SMFIC_BODY = 'B',
	SMFIC_CONNECT = 'C',
	SMFIC_MACRO = 'D',
	SMFIC_BODYEOB = 'E',
	SMFIC_HELO = 'H',
	SMFIC_QUIT_NC = 'K',
	SMFIC_HEADER = 'L',
	SMFIC_MAIL = 'M',
	SMFIC_EOH = 'N',
	SMFIC_OPTNEG = 'O',
	SMFIC_QUIT = 'Q',
	SMFIC_RCPT = 'R',
	SMFIC_DATA = 'T',
	SMFIC_UNKNOWN = 'U',
};

enum milter_response {
	SMFIR_ADDRCPT = '+',
	SMFIR_DELRCPT = '-',
	SMFIR_ACCEPT = 'a',
	SMFIR_CONTINUE = 'c',
	SMFIR_DISCARD = 'd',
	SMFIR_CHGFROM = 'e',
	SMFIR_ADDHEADER = 'h',
	SMFIR_INSHEADER = 'i',
	SMFIR_CHGHEADER = 'm',
	SMFIR_OPTNEG = 'O',
	SMFIR_PROGRESS = 'p',
	SMFIR_QUARANTINE = 'q',
	SMFIR_SKIP = 's',
	SMFIR_TEMPFAIL = 't',
	SMFIR_REPLYCODE = 'y',
};

/* What the filter may do. */
enum milter_action {
	SMFIF_ADDHDRS = 0x01,
	SMFIF_ADDRCPT = 0x04,
	SMFIF_DELRCPT = 0x08,
	SMFIF_CHGHDRS = 0x10,
	SMFIF_QUARANTINE = 0x20,
	SMFIF_CHGFROM = 0x40,
	SMFIF_SETSYMLIST = 0x100,
};

/* What the peer need not wait for an answer to (NR_*), and how it speaks. */
enum milter_step {
	SMFIP_NR_HDR = 0x80,
	SMFIP_SKIP = 0x400,
	SMFIP_NR_CONN = 0x1000,
	SMFIP_NR_HELO = 0x2000,
	SMFIP_NR_MAIL = 0x4000,
	SMFIP_NR_RCPT = 0x8000,
	SMFIP_NR_DATA = 0x10000,
	SMFIP_NR_UNKN = 0x20000,
	SMFIP_NR_EOH = 0x40000,
	SMFIP_NR_BODY = 0x80000,
	SMFIP_HDR_LEADSPC = 0x100000,
};

struct milter_frame {
	char command;
	struct span data; /* into the input */
};

/* 1: a frame of *taken_r bytes in all; 0: more is needed; -1: no frame (a length of 0 or above MILTER_FRAME_MAX). */
int milter_frame_next(struct span in, struct milter_frame *frame_r, size_t *taken_r) MUST_USE;

struct milter_options {
	uint32_t version, actions, steps;
};

bool milter_options_read(struct span data, struct milter_options *offered_r) MUST_USE;
/* What we take of an offer; false when its version is below 2. */
bool milter_options_choose(const struct milter_options *offered, struct milter_options *chosen_r) MUST_USE;
/* The answer to OPTNEG, with the macros that we want where the peer lets us choose. */
void milter_put_options(struct buf *, const struct milter_options *chosen);

struct milter_connect {
	struct span name; /* host name of the client, empty when there is none ("unknown", "[192.0.2.1]") */
	struct ip ip;     /* unset: a local socket, unknown, or unreadable */
	uint16_t port;
	bool by_smtp;     /* over an IP network */
};

bool milter_connect_read(struct span data, struct milter_connect *connect_r) MUST_USE;
/* Replies. A part is written as it stands; strings end in NUL: whatever is in them that would end them early is left out. */
void milter_put(struct buf *, enum milter_response);
/* code: "550 5.7.1 text", printable ASCII; '%' is doubled, for the peer takes it as a format. */
void milter_put_replycode(struct buf *, const char *code, struct span text);
void milter_put_quarantine(struct buf *, struct span reason);
/* leadspc: header values carry the blank behind the colon. Line ends in values become the LF of the protocol, always followed by white space. */
void milter_put_edit(struct buf *, const struct edit *, bool leadspc);
/* All that the peer is told at the end of a message: edits, then the one final reply. To be sent in one write. */
void milter_put_reply(struct buf *, const struct reply *, bool leadspc);

#endif
