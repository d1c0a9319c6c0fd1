/* Links that fetch a program or an archive when they are followed. */
#include "checks/extension.h"
#include "checks/links.h"

enum { EXECUTABLE, ARCHIVE };

static const struct symbol symbols[] = {
	[EXECUTABLE] = { "LINK_TO_EXECUTABLE", "content", 1500, "A link fetches a program, script, shortcut or disk image.", ACTION_NONE },
	[ARCHIVE] = { "LINK_TO_ARCHIVE", "content", 300, "A link fetches an archive.", ACTION_NONE },
};

/* The last step of the path. */
static struct span file_name(const struct url *u)
{
	size_t slash = span_rchr(u->path, '/');

	return slash == SPAN_NPOS ? u->path : span_from(u->path, slash + 1);
}

static bool runs(struct span extension)
{
	/* Host names inside of a path, server programs, and packages that people who install packages mail each other. */
	static const char *const passed_over[] = { "com", "dll", "deb", "rpm", "crx", "xpi", "elf" };

	switch (extension_class_of(extension)) {
	case EXTENSION_EXECUTABLE:
		for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]); i++) {
			if (span_case_eq(extension, span_of(passed_over[i])))
				return false;
		}
		return true;
	case EXTENSION_SCRIPT:
		return !span_case_eq(extension, SPAN_LIT("js"));
	case EXTENSION_SHORTCUT:
		return span_case_eq(extension, SPAN_LIT("lnk")) || span_case_eq(extension, SPAN_LIT("url")) || span_case_eq(extension, SPAN_LIT("rdp"));
	case EXTENSION_DISK_IMAGE:
	case EXTENSION_ONENOTE:
		return true;
	default:
		return false;
	}
}

static bool packs(struct span extension)
{
	static const char *const people[] = { "7z", "rar", "zip", "zipx" }; /* what people open, not what is installed from source */

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		if (span_case_eq(extension, span_of(people[i])))
			return true;
	}
	return extension_class_of(extension) == EXTENSION_ARCHIVE_ODD;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *archive = NULL;

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];
		struct span extension;

		if (!link_is_web(l) || l->url.path.len == 0)
			continue;
		extension = extension_of(file_name(&l->url));
		if (extension.len != 0 && runs(extension)) {
			hit_add(t, EXECUTABLE, l->url.raw);
			return;
		}
		if (archive == NULL && packs(extension))
			archive = l;
	}
	if (archive != NULL)
		hit_add(t, ARCHIVE, archive->url.raw);
}

const struct check check_link_file = {
	.name = "link_file", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 2, .run = run,
};
