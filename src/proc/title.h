/* The name that ps and top show of a process. */
#ifndef WINNOW_PROC_TITLE_H
#define WINNOW_PROC_TITLE_H

#include <stddef.h>

/* The memory of the command line. */
struct title {
	char *area;
	size_t len;
};

/* The arguments are overwritten by title_set: copy what is needed first. */
void title_init(struct title *, int argc, char **argv);
void title_set(const struct title *, const char *text);

#endif
