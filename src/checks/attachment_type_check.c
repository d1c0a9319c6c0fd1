/* What an attachment claims to be, by type or by name, against what its first bytes are. Kinds that programs mix up every day agree. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { MISMATCH };

static const struct symbol symbols[] = {
	[MISMATCH] = { "ATTACHMENT_TYPE_MISMATCH", "content", 1500, "An attachment is of another kind than its name or type claims.", ACTION_NONE },
};

/* Kinds between which a mix-up means nothing. */
enum kind { KIND_NONE, KIND_PICTURE, KIND_SOUND, KIND_DOCUMENT, KIND_PDF, KIND_ARCHIVE, KIND_TEXT, KIND_MARKUP, KIND_PROGRAM };

static enum kind kind_of(enum file_type type)
{
	switch (type) {
	case FILE_JPEG: case FILE_PNG: case FILE_GIF: case FILE_BMP: case FILE_TIFF: case FILE_WEBP: case FILE_ICO:
		return KIND_PICTURE;
	case FILE_MP3: case FILE_MP4: case FILE_OGG: case FILE_WAV: case FILE_AVI:
		return KIND_SOUND;
	case FILE_OLE: case FILE_OOXML: case FILE_ODF: case FILE_RTF: case FILE_ONENOTE:
		return KIND_DOCUMENT;
	case FILE_PDF:
		return KIND_PDF;
	case FILE_ZIP: case FILE_RAR: case FILE_7Z: case FILE_GZIP: case FILE_BZIP2: case FILE_XZ: case FILE_ZSTD: case FILE_TAR: case FILE_CAB: case FILE_ARJ:
	case FILE_ACE: case FILE_LZH: case FILE_ISO: case FILE_VHD:
		return KIND_ARCHIVE;
	case FILE_HTML: case FILE_SVG:
		return KIND_MARKUP;
	case FILE_EXE: case FILE_ELF: case FILE_MACHO: case FILE_DEX: case FILE_LNK: case FILE_CHM: case FILE_CLASS: case FILE_JAR:
		return KIND_PROGRAM;
	case FILE_TEXT: case FILE_XML: case FILE_ICS: case FILE_VCARD: case FILE_EML: case FILE_SCRIPT:
		return KIND_TEXT;
	default:
		return KIND_NONE;
	}
}

/* Whether content of one kind under a name of another is a disguise and no sloppiness: tables in HTML named .xls are, sadly, usual. */
static bool contradicts(enum kind named, enum kind found)
{
	if (named == KIND_NONE || found == KIND_NONE || named == found)
		return false;
	switch (named) {
	case KIND_PICTURE: case KIND_SOUND: case KIND_PDF:
		return found != KIND_TEXT;
	case KIND_DOCUMENT:
		return found == KIND_PROGRAM || found == KIND_ARCHIVE || found == KIND_PDF;
	case KIND_TEXT:
		return found == KIND_PROGRAM || found == KIND_ARCHIVE || found == KIND_MARKUP;
	case KIND_ARCHIVE:
		return found == KIND_PROGRAM || found == KIND_MARKUP;
	default:
		return false;
	}
}

/* A type that is shown or played, and a name that is run or browsed: programs differ in which of the two they go by. */
static bool declared_against_name(const struct part *p)
{
	bool shown = span_starts(p->type, SPAN_LIT("image/")) || span_starts(p->type, SPAN_LIT("audio/")) || span_starts(p->type, SPAN_LIT("video/")) ||
	             span_eq(p->type, SPAN_LIT("application/pdf"));

	if (!shown || span_eq(p->type, SPAN_LIT("image/svg+xml")))
		return false;
	switch (extension_class_of(extension_of(p->name))) {
	case EXTENSION_HTML: case EXTENSION_EXECUTABLE: case EXTENSION_SCRIPT: case EXTENSION_SHORTCUT: case EXTENSION_DISK_IMAGE:
		return true;
	default:
		return false;
	}
}

static bool seen(void *ctx, const struct part *p)
{
	struct task *t = ctx;
	enum kind found = kind_of(p->detected), named = kind_of(file_type_of_name(p->name));
	bool zip = p->detected == FILE_ZIP || p->detected == FILE_JAR; /* office formats, packages, books: many things are zip files */

	if (declared_against_name(p)) {
		hit_add(t, MISMATCH, arena_printf(task_arena(t), "%.*s is declared as %.*s", SPAN_ARG(p->name), SPAN_ARG(p->type)));
		return false;
	}
	if ((contradicts(named, found) && !(zip && named != KIND_PDF && named != KIND_PICTURE)) ||
	    (fact_has(&p->facts, FACT_TYPE_MISMATCH) && (found == KIND_PROGRAM || found == KIND_MARKUP) && named != found)) {
		hit_add(t, MISMATCH, arena_printf(task_arena(t), "%.*s is %s", SPAN_ARG(attachment_label(p)), file_type_name(p->detected)));
		return false;
	}
	return true;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_type = {
	.name = "attachment_type", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
