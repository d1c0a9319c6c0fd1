/*
 * File types by content and by name. The table of magic numbers is our own: only what mail carries and what matters to a filter is told apart, and
 * a type is named only when the content really has its form ("MZ" alone is no program). Pure; at most the first 64 KiB and a few fixed places are
 * looked at. The inspector opens files; this only says what they are.
 */
#ifndef WINNOW_MAIL_FILETYPE_H
#define WINNOW_MAIL_FILETYPE_H

#include "base/span.h"

/* What the first bytes say (magic numbers); our own table. */
enum file_type {
	FILE_UNKNOWN, FILE_EMPTY, FILE_TEXT, FILE_HTML, FILE_XML, FILE_SVG, FILE_RTF, FILE_PDF, FILE_PS, FILE_JPEG, FILE_PNG, FILE_GIF, FILE_BMP, FILE_TIFF,
	FILE_WEBP, FILE_ICO, FILE_ZIP, FILE_OOXML, FILE_ODF, FILE_JAR, FILE_RAR, FILE_7Z, FILE_GZIP, FILE_BZIP2, FILE_XZ, FILE_ZSTD, FILE_TAR, FILE_CAB, FILE_ARJ,
	FILE_ACE, FILE_LZH, FILE_ISO, FILE_VHD, FILE_OLE, FILE_ONENOTE, FILE_EXE, FILE_ELF, FILE_MACHO, FILE_DEX, FILE_LNK, FILE_CHM, FILE_SWF, FILE_CLASS,
	FILE_SCRIPT, FILE_TNEF, FILE_MP3, FILE_MP4, FILE_OGG, FILE_WAV, FILE_AVI, FILE_FONT, FILE_ICS, FILE_VCARD, FILE_PGP, FILE_PKCS7, FILE_EML, FILE_TYPE_N
};
const char *file_type_name(enum file_type); /* "pdf", "exe", ... */

/*
 * OOXML, ODF and JAR are told from ZIP by their first eight entries. SCRIPT: "#!", "<?php", batch openings, encoded scripts, and Windows scripts that
 * begin like one and create objects; other source code is TEXT. Text in UTF-16 is TEXT when it has a byte order mark.
 */
enum file_type file_type_detect(struct span content);

/* The type that a file name's extension promises, FILE_UNKNOWN when it promises none. Dots and blanks at the end do not count, as Windows has it. */
enum file_type file_type_of_name(struct span name);

#endif
