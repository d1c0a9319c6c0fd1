/* What the inspector said about the files of one message: shared between the checks that come after "inspection". */
#ifndef WINNOW_CHECKS_INSPECTION_H
#define WINNOW_CHECKS_INSPECTION_H

#include "inspect/antivirus.h"
#include "inspect/contents.h"
#include "inspect/job.h"
#include "scan/check.h"

struct inspection {
	const struct message *msg;       /* that the part belongs to: the message, or one attached to it */
	const struct part *part;         /* NULL: the whole message as it came */
	struct span content;             /* of the file; what is encoded in the part where that was not declared */
	unsigned flags;                  /* enum inspect_flags: what was asked */
	struct inspect_answer answer;    /* UNAVAILABLE until it comes */
	const struct contents *contents; /* NULL: nothing was looked into */
	/* For "inspection" itself: what the answer is made of when an external scanner is asked too. */
	struct inspect_answer own, theirs;
	bool external;
};

struct inspection_list {
	struct inspection *v;
	size_t n;
	bool no_signatures; /* none are configured or found */
};

/* Only for checks with after = { "inspection" }. NULL: there was nobody to ask. */
const struct inspection_list *inspection_of(struct task *);

/* For a hit's evidence: the file's name, else its type; "message" for the whole. */
struct span inspection_label(const struct inspection *);

#endif
