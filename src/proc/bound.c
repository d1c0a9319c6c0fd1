#include "proc/bound.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/listener.h"
#include "io/log.h"

void bound_init(struct bound *b)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < BOUND_MAX; i++)
		b->v[i].fd = -1;
}

static int find(const struct bound *b, const char *address)
{
	for (int i = 0; i < BOUND_MAX; i++) {
		if (b->v[i].fd >= 0 && strcmp(b->v[i].address, address) == 0)
			return i;
	}
	return -1;
}

static int free_place(const struct bound *b)
{
	for (int i = 0; i < BOUND_MAX; i++) {
		if (b->v[i].fd < 0)
			return i;
	}
	return -1;
}

static uint64_t inode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_ino : 0;
}

static int bind_new(struct bound *b, const char *address, int mode, struct err *err_r)
{
	int i = free_place(b), fd;
	struct address_spec spec;

	if (i < 0) {
		err_set(err_r, "%s: more than %d listening addresses", address, BOUND_MAX);
		return -1;
	}
	if (!address_spec_parse(span_of(address), &spec, err_r))
		return -1;
	fd = listener_bind(&spec, mode, err_r);
	if (fd < 0)
		return -1;
	b->v[i].fd = fd;
	snprintf(b->v[i].address, sizeof(b->v[i].address), "%s", address);
	if (spec.sa.ss_family == AF_UNIX) {
		snprintf(b->v[i].path, sizeof(b->v[i].path), "%s", ((struct sockaddr_un *)&spec.sa)->sun_path);
		b->v[i].inode = inode_of(b->v[i].path);
	}
	return i;
}

int bound_get(struct bound *b, const char *address, int mode, struct err *err_r)
{
	int i = find(b, address);

	if (i < 0)
		return bind_new(b, address, mode, err_r);
	/* A unix socket whose file somebody removed or replaced is bound anew: nobody could reach it. */
	if (b->v[i].path[0] != '\0' && inode_of(b->v[i].path) != b->v[i].inode) {
		close(b->v[i].fd);
		b->v[i].fd = -1;
		b->v[i].path[0] = '\0';
		return bind_new(b, address, mode, err_r);
	}
	/* Never through a link: the folder may be somebody else's. */
	if (b->v[i].path[0] != '\0' && fchmodat(AT_FDCWD, b->v[i].path, (mode_t)mode, AT_SYMLINK_NOFOLLOW) != 0)
		log_warn("%s: the permission stays as it is: %s", b->v[i].path, strerror(errno));
	return i;
}

void bound_sweep(struct bound *b, const bool keep[static BOUND_MAX])
{
	for (size_t i = 0; i < BOUND_MAX; i++) {
		if (b->v[i].fd < 0 || keep[i])
			continue;
		if (b->v[i].path[0] != '\0' && inode_of(b->v[i].path) == b->v[i].inode)
			unlink(b->v[i].path);
		close(b->v[i].fd);
		memset(&b->v[i], 0, sizeof(b->v[i]));
		b->v[i].fd = -1;
	}
}

void bound_close(struct bound *b)
{
	const bool none[BOUND_MAX] = { false };

	bound_sweep(b, none);
}
