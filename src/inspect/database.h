/* The files of the configured signature databases: which there are, and whether they changed. */
#ifndef WINNOW_INSPECT_DATABASE_H
#define WINNOW_INSPECT_DATABASE_H

#include "base/setting.h"

struct database_files {
	char **v; /* in the order in which libclamav must have them: what is to be ignored first */
	size_t n, cap;
	uint64_t digest; /* of names, sizes, times; 0: no file */
	uint64_t bytes;
};

/*
 * Regular files with an extension that libclamav knows, in the folders (not below) and as named; what does not exist is no error. Of two official databases of one
 * name (.cvd, .cld) both are listed. In the arena. At most 4,096 files. The error: a folder that cannot be read, or a file that was named and has another extension.
 */
bool database_list(struct arena *, const struct span_list *paths, struct database_files *files_r, struct err *err_r) MUST_USE;

/* Whether a file name is that of signatures. */
bool database_name_is(struct span name);

#endif
