/* An external scanner that speaks clamd's protocol: each file goes over a connection of its own as INSTREAM; the next address is asked when one fails. */
#ifndef WINNOW_INSPECT_CLAMD_CLIENT_H
#define WINNOW_INSPECT_CLAMD_CLIENT_H

#include "base/setting.h"
#include "inspect/job.h"
#include "io/loop.h"
#include "io/op.h"

#define CLAMD_ADDRESSES_MAX 8

struct clamd_client;

/* Addresses as checked by antivirus_setting_set; those beyond the eighth are not used. NULL when there are none. */
struct clamd_client *clamd_client_new(struct loop *, const struct span_list *addresses);
void clamd_client_free(struct clamd_client **);

/* OP_OK with a struct inspect_answer (CLEAN, FOUND, ERROR; LIMITS when the stream was too long for it); OP_FAIL: nobody answered; OP_DEADLINE. The content must stay until then. */
struct op *clamd_client_scan(struct clamd_client *, struct span content, int64_t deadline_us, op_done *done, void *ctx);

/* Pure: what an answer says, without its delimiter. False: it is none. */
bool clamd_answer_parse(struct span text, struct inspect_answer *answer_r) MUST_USE;

#endif
