/* What is inside of archives: names, encryption, bombs, headers that lie. */
#include "checks/contained.h"
#include "checks/extension.h"

#define SOURCES 20 /* an archive of more files than this is somebody's work, in which scripts are ordinary */

enum { BLOCKED, DOUBLE, ENCRYPTED, PASSWORD, BOMB, RLO, ODD_HEADERS, ODD_NAME };

static const struct symbol symbols[] = {
	[BLOCKED] = { "ARCHIVE_BLOCKED_EXTENSION", "content", 4000, "An archive holds a program, a script, a shortcut or a disk image.", ACTION_NONE },
	[DOUBLE] = { "ARCHIVE_DOUBLE_EXTENSION", "content", 2500, "An archive holds a file whose name hides what it is (invoice.pdf.exe).", ACTION_NONE },
	[ENCRYPTED] = { "ARCHIVE_ENCRYPTED", "content", 500, "An archive has encrypted entries or names.", ACTION_NONE },
	[PASSWORD] = { "ARCHIVE_PASSWORD_IN_TEXT", "content", 3000, "An encrypted archive opens with a password that stands in the text.", ACTION_NONE },
	[BOMB] = { "ARCHIVE_BOMB", "content", 5000, "A file unpacks to very much more than it is, or its entries share the same bytes.", ACTION_NONE },
	[RLO] = { "ARCHIVE_RLO", "content", 3000, "A name in an archive is shown in another order by a bidirectional override.", ACTION_NONE },
	[ODD_HEADERS] = { "ARCHIVE_ODD_HEADERS", "content", 2000, "The headers of a zip contradict each other, so that programs see other files in it.", ACTION_NONE },
	[ODD_NAME] = { "ARCHIVE_ODD_NAME", "content", 1500, "A name in an archive leads out of its folder, has control characters or hides its extension behind blanks.", ACTION_NONE },
};

static const struct contained_symbol facts[] = {
	{ PASSWORD, CONTENT_PASSWORD_FOUND }, { BOMB, CONTENT_BOMB }, { RLO, CONTENT_NAME_RLO }, { ODD_HEADERS, CONTENT_ZIP_INCONSISTENT }, { ODD_NAME, CONTENT_NAME_PATH },
};

static bool is_blocked(enum extension_class cls)
{
	return cls == EXTENSION_EXECUTABLE || cls == EXTENSION_SCRIPT || cls == EXTENSION_SHORTCUT || cls == EXTENSION_DISK_IMAGE;
}

static bool is_program(enum file_type type)
{
	return type == FILE_EXE || type == FILE_MACHO || type == FILE_DEX || type == FILE_LNK || type == FILE_CHM;
}

static struct span base_name(struct span path)
{
	size_t slash = span_rchr(path, '/');

	return slash == SPAN_NPOS ? path : span_from(path, slash + 1);
}

static bool see_blocked(struct task *t, const struct inspection *i, const struct content_item *item)
{
	enum extension_class cls = extension_class_of(extension_of(base_name(item->name)));

	if (item->role != CONTENT_FILE || !contained_in_archive(i->contents, item))
		return true;
	if (!is_blocked(cls) && !is_program(item->type))
		return true;
	if (cls == EXTENSION_SCRIPT && i->contents->entries > SOURCES)
		return true;
	hit_add(t, BLOCKED, contained_label(t, i, item));
	return false;
}

static bool see_double(struct task *t, const struct inspection *i, const struct content_item *item)
{
	struct span name = base_name(item->name);

	if (item->role != CONTENT_FILE || !contained_in_archive(i->contents, item) || !is_blocked(extension_class_of(extension_of(name))) ||
	    extension_class_of(extension_of(span_trim(extension_strip(name)))) != EXTENSION_DOCUMENT)
		return true;
	hit_add(t, DOUBLE, contained_label(t, i, item));
	return false;
}

static bool see_odd_name(struct task *t, const struct inspection *i, const struct content_item *item)
{
	if ((item->facts & CONTENT_BIT(NAME_CONTROL)) == 0 || (item->facts & CONTENT_BIT(NAME_PATH)) != 0 || !contained_in_archive(i->contents, item))
		return true;
	hit_add(t, ODD_NAME, contained_label(t, i, item));
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct inspection_list *list = inspection_of(t);

	(void)state;
	contained_hit_facts(t, facts, sizeof(facts) / sizeof(facts[0]));
	contained_each(t, see_blocked);
	contained_each(t, see_double);
	contained_each(t, see_odd_name);
	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct contents *c = list->v[i].contents;

		if (c != NULL && (c->facts & (CONTENT_BIT(ENCRYPTED_ENTRY) | CONTENT_BIT(ENCRYPTED_NAMES))) != 0) {
			hit_add(t, ENCRYPTED, inspection_label(&list->v[i]));
			break;
		}
	}
}

const struct check check_archive = {
	.name = "archive", .stages = STAGE_MESSAGE, .after = contained_after, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
