/* Where a message came from, shared by all checks of one scan: its Received fields and the client that counts. Each is made once, when first asked for. */
#ifndef WINNOW_SCAN_ORIGIN_H
#define WINNOW_SCAN_ORIGIN_H

#include "auth/received.h"
#include "scan/check.h"

/* Before STAGE_MESSAGE: none. */
const struct received_list *received_of(struct task *);
const struct origin *origin_of(struct task *);

#endif
