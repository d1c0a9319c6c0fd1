/* Dates as SpamAssassin reads them (Util.pm, parse_rfc822_date): mail/header.h is more tolerant, which would decide other hits. */
#ifndef WINNOW_SPAMASSASSIN_DATE_H
#define WINNOW_SPAMASSASSIN_DATE_H

#include "base/arena.h"

/* Seconds since 1970. False: no date in it. Linear; the first 8192 bytes are read. */
bool sa_parse_date(struct arena *, struct span text, int64_t *time_r);

#endif
