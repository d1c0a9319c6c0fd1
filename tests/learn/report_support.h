/* Files, folders and mails as programs wrap them: what the tests of reports share. */
#ifndef WINNOW_TESTS_REPORT_SUPPORT_H
#define WINNOW_TESTS_REPORT_SUPPORT_H

#include "learn/report_originals.h"

/* The bytes of a file; p NULL when there is none. */
struct span support_read(struct arena *, const char *path);

/* Calls visit for every regular file below the folder, in the order of names; returns how many there were, -1 when there is no folder. */
int support_walk(const char *folder, void (*visit)(void *ctx, const char *path, struct span content), void *ctx);

const struct message *support_parse(struct arena *, struct span raw);
const struct url_context *support_urls(void);
struct report_limits support_limits(void);

/* Base64 in lines of 76; everything as quoted-printable. */
struct span support_base64(struct arena *, struct span);
struct span support_qp(struct arena *, struct span);

#endif
