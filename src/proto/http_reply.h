/*
 * What a scan amounts to, as rspamd's clients read it: JSON (rspamd's keys, and "id" and "recipients"), or the lines of the older form. Pure. Everything that
 * came from the mail is escaped; the JSON is valid UTF-8 whatever the mail held.
 */
#ifndef WINNOW_PROTO_HTTP_REPLY_H
#define WINNOW_PROTO_HTTP_REPLY_H

#include "base/buf.h"
#include "proto/service.h"

/* The older form must stay below what Exim reads. */
#define RSPAMC_REPLY_MAX 32000

/* rspamd's name of what a reply amounts to: "no action", "add header", "rewrite subject", "soft reject", "reject", "quarantine", "discard". */
const char *http_reply_action(const struct reply *);

/* under_default: the form of /check, /symbols and /scan, with the result under "default" and is_spam. spent_us: how long it took. */
void http_reply_json(struct buf *, const struct transaction *, const struct outcome *, int64_t spent_us, bool under_default);

/* "RSPAMD/1.3 0 EX_OK ..." for CHECK RSPAMC/1.3, at most RSPAMC_REPLY_MAX bytes. */
void http_reply_rspamc(struct buf *, const struct transaction *, const struct outcome *);

/* {"error": text, "error_domain": "http"} */
void http_reply_error(struct buf *, const char *text);

#endif
