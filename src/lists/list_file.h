/* Files that lists are made of: definitions and local lists of the administrator, and the shipped definitions, which are part of the program. */
#ifndef WINNOW_LISTS_LIST_FILE_H
#define WINNOW_LISTS_LIST_FILE_H

#include "base/arena.h"
#include "base/err.h"

#define LIST_DEFINITIONS_MAX ((size_t)1 << 20)
#define LIST_ENTRIES_FILE_MAX ((size_t)512 << 20)

/* The whole file, in the arena. */
bool list_file_read(struct arena *, const char *path, size_t max, struct span *text_r, struct err *err_r) MUST_USE;

/* Made from the folder lists/ when building: "lists/NAME.lua"; ended by name == NULL. */
struct list_shipped_file {
	const char *name;
	const unsigned char *text;
	size_t len;
};
extern const struct list_shipped_file list_shipped_files[];

#endif
