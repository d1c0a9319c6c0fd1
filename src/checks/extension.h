/* File name extensions and what opening such a file does on the systems people read mail on. */
#ifndef WINNOW_CHECKS_EXTENSION_H
#define WINNOW_CHECKS_EXTENSION_H

#include "base/span.h"

enum extension_class {
	EXTENSION_OTHER,      /* unknown, or of no interest */
	EXTENSION_DOCUMENT,   /* what people take for harmless: documents, pictures, music, text */
	EXTENSION_HTML,
	EXTENSION_EXECUTABLE, /* programs, and what installs or controls them */
	EXTENSION_SCRIPT,     /* run by Windows on a double click */
	EXTENSION_SHORTCUT,   /* points to a program or an address */
	EXTENSION_DISK_IMAGE, /* mounted on a double click; what is inside loses the mark of the web */
	EXTENSION_MACRO,      /* office formats with macros */
	EXTENSION_ONENOTE,
	EXTENSION_ARCHIVE,
	EXTENSION_ARCHIVE_ODD, /* archives that hardly anybody makes any more */
};

/* What stands behind the last dot, without the blanks and dots that Windows drops at the end; empty when there is none or it is no extension. */
struct span extension_of(struct span name);
/* The name without its extension and the dot. */
struct span extension_strip(struct span name);
/* ASCII case does not matter. */
enum extension_class extension_class_of(struct span extension);

#endif
