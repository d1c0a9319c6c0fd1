#include "inspect/status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool inspect_status_new(struct inspect_status_page **page_r, int *fd_r, struct err *err_r)
{
	void *map = MAP_FAILED;
	int fd = memfd_create("winnow-inspector", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	/* Our mapping stays writable; none that is made after the seal is. */
	if (fd >= 0 && ftruncate(fd, sizeof(struct inspect_status_page)) == 0)
		map = mmap(NULL, sizeof(struct inspect_status_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0) {
		err_set(err_r, "inspector's page: %s", strerror(errno));
		if (map != MAP_FAILED)
			munmap(map, sizeof(struct inspect_status_page));
		if (fd >= 0)
			close(fd);
		return false;
	}
	*page_r = map;
	*fd_r = fd;
	return true;
}

void inspect_status_free(struct inspect_status_page **page_r)
{
	if (*page_r != NULL)
		munmap(*page_r, sizeof(struct inspect_status_page));
	*page_r = NULL;
}

const struct inspect_status_page *inspect_status_map(int fd)
{
	void *map = mmap(NULL, sizeof(struct inspect_status_page), PROT_READ, MAP_SHARED, fd, 0);

	return map == MAP_FAILED ? NULL : map;
}
