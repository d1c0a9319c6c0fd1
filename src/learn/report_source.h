/* Mails written out in text: a header section with its body. Private to report_*.c. Pure; linear. */
#ifndef WINNOW_LEARN_REPORT_SOURCE_H
#define WINNOW_LEARN_REPORT_SOURCE_H

#include "base/arena.h"

/* Whether bytes begin with a header section ("From " lines before it are passed over): three fields of mail and of them one that transport writes, or five with From and
 * MIME-Version. What inline forwards quote of a header section is less. */
bool report_source_begins(struct span bytes);

/* Whether there is a field at all among the first lines. */
bool report_source_has_field(struct span bytes);

/* The first header section in a text, behind an empty line or a line of dashes, with all that follows. */
bool report_source_find(struct span text, struct span *source_r);

/* The next mail of an mbox: takes it off the front of *rest_r. False: there is none. */
bool report_source_next_mbox(struct span *rest_r, struct span *mail_r);

/* Bytes whose lines end in CR alone, as LF; all others as they are. */
struct span report_source_lines(struct arena *, struct span bytes);

/* Whether a mail has nothing behind its header section. */
bool report_source_is_headers_only(struct span mail);

#endif
