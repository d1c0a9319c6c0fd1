/*
 * Prescan: the first look at raw bytes, before anything else reads them. It records what is odd about lines and header
 * sections and cuts what follows down to bounded pieces: fields beyond a limit are not indexed but for the first of each name in HEADER_TABLE,
 * Subject and our own; over-long ones are read in part; encoded words are decoded in 200 fields and in the first of each of these names, others
 * stay as they are (HEADER_BAD_ENCODED_WORD). Linear, at memory speed for bodies. Pure; results point into the raw bytes or live in the arena. RFC 5322, 2.1-2.2.
 */
#ifndef WINNOW_MAIL_PRESCAN_H
#define WINNOW_MAIL_PRESCAN_H

#include "mail/header.h"

struct message_limits;

/* Facts of the bytes as a whole: BARE_LF, BARE_CR, NUL_BYTE (each counted), LONG_LINE. */
void prescan_lines(struct span raw, struct facts *);

/*
 * Reads the header section at the front of bytes; returns where the body begins (bytes.len when there is none). Lines that are
 * no fields are passed over as long as a field follows; without any field the section is empty and the body begins at once. Facts: NO_HEADER_END, MBOX_FROM_LINE, HEADER_*.
 */
size_t prescan_section(struct arena *, struct span bytes, const struct message_limits *, struct facts *, struct header_list *list_r);

#endif
