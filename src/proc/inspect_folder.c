/* The temporary folders of the inspector. Workers write there what a hostile file makes libclamav write; nobody follows links in them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/inspect_private.h"
#include "proc/state.h"

#define PREFIX "inspect."
#define DEPTH_MAX 16
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct level {
	DIR *dir;
	char name[256]; /* in its parent */
};

/* The next entry, NULL when there is none. */
static const char *next_name(DIR *dir)
{
	const struct dirent *e;

	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return e->d_name;
	}
	return NULL;
}

static DIR *enter(int parent, const char *name)
{
	int fd = openat(parent, name, FOLDER_FLAGS);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && dir == NULL)
		close(fd);
	return dir;
}

void inspect_folder_remove(int folder, const char *name)
{
	struct level v[DEPTH_MAX];
	size_t n = 0;
	bool failed = false;

	v[0].dir = enter(folder, name);
	snprintf(v[0].name, sizeof(v[0].name), "%s", name);
	if (v[0].dir != NULL)
		n = 1;
	while (n != 0) {
		struct level *top = &v[n - 1];
		const char *entry = failed ? NULL : next_name(top->dir);

		if (entry == NULL) {
			int parent = n > 1 ? dirfd(v[n - 2].dir) : folder;

			closedir(top->dir);
			failed = unlinkat(parent, top->name, AT_REMOVEDIR) != 0 || failed;
			n--;
		} else if (unlinkat(dirfd(top->dir), entry, 0) != 0) {
			if (n == DEPTH_MAX || (v[n].dir = enter(dirfd(top->dir), entry)) == NULL) {
				failed = true;
				continue;
			}
			snprintf(v[n].name, sizeof(v[n].name), "%s", entry);
			n++;
		}
	}
}

static void remove_left(int state)
{
	int fd = openat(state, ".", FOLDER_FLAGS);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) == 0)
			inspect_folder_remove(state, e->d_name);
	}
	closedir(dir);
}

/* A memory file system that only this process and its workers see, and that goes with them. Without the right to mount, the folder itself is used. */
static void mount_memory(const char *path, const struct sandbox_user *user, int64_t bytes)
{
	char options[128];

	if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return;
	snprintf(options, sizeof(options), "size=%lld,mode=0700,uid=%u,gid=%u", (long long)bytes, (unsigned)user->uid, (unsigned)user->gid);
	if (mount("winnow", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) != 0)
		log_debug("%s is on disk: no memory file system (%s)", path, strerror(errno));
}

static bool make(int state, const char *name, const char *path, const struct sandbox_user *user, int64_t bytes, struct err *err_r)
{
	inspect_folder_remove(state, name);
	if (mkdirat(state, name, 0700) != 0 || (geteuid() == 0 && fchownat(state, name, user->uid, user->gid, AT_SYMLINK_NOFOLLOW) != 0))
		return err_set(err_r, "temporary folder %.150s: %s", path, strerror(errno));
	mount_memory(path, user, bytes);
	return chdir(path) == 0 ? true : err_set(err_r, "temporary folder %.150s: %s", path, strerror(errno));
}

int inspect_folder_open(const char *state, uint32_t number, bool first, const struct sandbox_user *user, int64_t bytes, char path_r[1200], struct err *err_r)
{
	char folder[1024], name[32];
	int fd = -1, dir;

	if (!state_folder(state, folder, err_r))
		return -1;
	snprintf(name, sizeof(name), PREFIX "%u", number);
	snprintf(path_r, 1200, "%s/%s", folder, name);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		err_set(err_r, "state folder %.150s: %s", folder, strerror(errno));
		return -1;
	}
	if (first && number == 1)
		remove_left(dir);
	if (make(dir, name, path_r, user, bytes, err_r)) {
		fd = open(".", FOLDER_FLAGS);
		if (fd < 0)
			err_set(err_r, "temporary folder %.150s: %s", path_r, strerror(errno));
	}
	close(dir);
	return fd;
}

void inspect_folder_close(int folder, const char *path)
{
	const char *name = strrchr(path, '/');
	int parent;

	if (folder < 0 || name == NULL)
		return;
	parent = openat(folder, "..", FOLDER_FLAGS);
	/* On a memory file system ".." is not the state folder's entry any more; the empty folder stays and is used again. */
	if (parent >= 0)
		inspect_folder_remove(parent, name + 1);
	if (parent >= 0)
		close(parent);
	close(folder);
}
