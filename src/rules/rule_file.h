/* Files that rules are made of: rule files and list files of the administrator, and the shipped ones, which are part of the program. */
#ifndef WINNOW_RULES_RULE_FILE_H
#define WINNOW_RULES_RULE_FILE_H

#include "base/arena.h"
#include "base/err.h"

#define RULE_FILE_MAX ((size_t)4 << 20)
#define LIST_FILE_MAX ((size_t)512 << 20)

/* The whole file, in the arena. */
bool rule_file_read(struct arena *, const char *path, size_t max, struct span *text_r, struct err *err_r) MUST_USE;

/* Made from the folder rules/ when building: "rules/NAME.lua" and lists "rules/NAME.txt"; ended by name == NULL. */
struct shipped_file {
	const char *name;
	const unsigned char *text;
	size_t len;
};
extern const struct shipped_file shipped_files[];

#endif
