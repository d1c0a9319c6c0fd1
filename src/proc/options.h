/* What the command line of winnowd says, for all of its processes. */
#ifndef WINNOW_PROC_OPTIONS_H
#define WINNOW_PROC_OPTIONS_H

#include "proc/title.h"

struct options {
	const char *config; /* as given; NULL: none */
	struct title title;
};

/* Each runs one process to its end and returns the exit status. */
int master_run(const struct options *);
int loader_run(const struct options *);
int inspect_loader_run(const struct options *);
/* --check-config: loads everything as a loader does, binds nothing, prints the error to stderr. */
int loader_check(const struct options *);

#endif
