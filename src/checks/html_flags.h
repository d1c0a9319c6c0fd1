/* Checks that tell flags of the HTML parser: one table row per symbol. */
#ifndef WINNOW_CHECKS_HTML_FLAGS_H
#define WINNOW_CHECKS_HTML_FLAGS_H

#include "scan/check.h"

struct html_flag {
	unsigned flags; /* of enum html_flags: any of them */
	unsigned sym;   /* of the check */
};

/* Adds the hit of each row whose flag some HTML part of the text has. One row per symbol. */
void html_flags_tell(struct task *, const struct html_flag *rows, size_t n);

#endif
