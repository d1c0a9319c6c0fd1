#include "inspect/database.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hash.h"

#define FILES_MAX 4096

/* What libclamav loads, in the order in which it must be loaded: signatures that are to be ignored are left out while the others are read. */
static const char *const extensions[] = {
	"ign", "ign2", "cfg", "fp", "sfp", "crb", "pwdb", "ftm", "cvd", "cld", "cud", "cat", "db", "hdb", "hdu", "hsb", "hsu", "mdb", "mdu", "msb", "msu",
	"ndb", "ndu", "ldb", "ldu", "sdb", "zmd", "rmd", "cdb", "idb", "gdb", "pdb", "wdb", "cbc", "ioc", "yar", "yara", "imp",
};
#define EXTENSIONS (sizeof(extensions) / sizeof(extensions[0]))

/* EXTENSIONS: none of them. */
static size_t rank(struct span name)
{
	size_t dot = span_rchr(name, '.'), i = 0;

	if (dot == SPAN_NPOS || dot == 0 || name.p[0] == '.')
		return EXTENSIONS;
	while (i < EXTENSIONS && !span_case_eq(span_from(name, dot + 1), span_of(extensions[i])))
		i++;
	return i;
}

bool database_name_is(struct span name)
{
	return rank(name) < EXTENSIONS;
}

static int by_rank(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t rx = rank(span_of(x)), ry = rank(span_of(y));

	if (rx != ry)
		return rx < ry ? -1 : 1;
	return strcmp(x, y);
}

static bool add(struct arena *arena, struct database_files *files, const char *path, struct err *err_r)
{
	if (files->n == FILES_MAX)
		return err_set(err_r, "more than %d files of signatures", FILES_MAX);
	*ARRAY_ADD(arena, files->v, files->n, files->cap) = arena_str(arena, span_of(path));
	return true;
}

static bool add_folder(struct arena *arena, struct database_files *files, const char *folder, struct err *err_r)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;
	bool ok = true;

	if (dir == NULL)
		return err_set(err_r, "%s: %s", folder, strerror(errno));
	while (ok && (e = readdir(dir)) != NULL) {
		char path[1400];

		if (!database_name_is(span_of(e->d_name)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		ok = add(arena, files, path, err_r);
	}
	closedir(dir);
	return ok;
}

static void digest_files(struct database_files *files)
{
	static const struct hash_key key = { 3, 4 };
	struct hash_state h;
	size_t kept = 0;

	hash_begin(&h, &key);
	for (size_t i = 0; i < files->n; i++) {
		struct stat st;
		int64_t facts[5];

		if (stat(files->v[i], &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		facts[0] = (int64_t)st.st_size;
		facts[1] = (int64_t)st.st_mtim.tv_sec;
		facts[2] = (int64_t)st.st_mtim.tv_nsec;
		facts[3] = (int64_t)st.st_ino;
		facts[4] = (int64_t)st.st_dev;
		hash_add(&h, span_of(files->v[i]));
		hash_add(&h, span_make((const char *)facts, sizeof(facts)));
		files->bytes += (uint64_t)st.st_size;
		files->v[kept++] = files->v[i];
	}
	files->n = kept;
	files->digest = kept != 0 ? hash_end(&h) | 1 : 0;
}

static bool add_path(struct arena *arena, struct database_files *files, const char *path, struct err *err_r)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR ? true : err_set(err_r, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_folder(arena, files, path, err_r);
	if (!database_name_is(span_of(path)))
		return err_set(err_r, "%s: no kind of signatures has this extension", path);
	return add(arena, files, path, err_r);
}

bool database_list(struct arena *arena, const struct span_list *paths, struct database_files *files_r, struct err *err_r)
{
	*files_r = (struct database_files){ .v = NULL };
	for (size_t i = 0; i < paths->n; i++) {
		if (!add_path(arena, files_r, arena_str(arena, paths->v[i]), err_r))
			return false;
	}
	if (files_r->n > 1)
		qsort(files_r->v, files_r->n, sizeof(*files_r->v), by_rank);
	digest_files(files_r);
	return true;
}
