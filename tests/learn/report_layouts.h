/*
 * Reports as mail programs and machines write them, around given originals. Each layout names where it is seen: RFCs, or the form of mails that the program sends.
 */
#ifndef WINNOW_TESTS_REPORT_LAYOUTS_H
#define WINNOW_TESTS_REPORT_LAYOUTS_H

#include "report_support.h"

struct layout {
	const char *name;
	struct span (*write)(struct arena *, const struct span *originals, size_t n);
	enum report_how how;
	enum report_client client;
	bool many;          /* takes more than one original */
	bool headers_only;
	bool zip;           /* the inspector must open it */
	unsigned wrappers;  /* levels of forwards around the originals */
};

extern const struct layout layouts[];
extern const size_t nlayouts;

#endif
