#include "lists/list_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, char *p, size_t size, size_t *got_r)
{
	ssize_t n = 1;

	for (*got_r = 0; n > 0 && *got_r < size; *got_r += n > 0 ? (size_t)n : 0)
		n = read(fd, p + *got_r, size - *got_r);
	return n >= 0;
}

/* What is wrong with the open file, or NULL. */
static const char *read_open(struct arena *arena, int fd, size_t max, struct span *text_r)
{
	struct stat st;
	size_t len;
	char *p;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a file";
	if ((uint64_t)st.st_size > max)
		return "it is too large";
	p = arena_bytes(arena, (size_t)st.st_size + 1);
	if (!read_all(fd, p, (size_t)st.st_size, &len))
		return strerror(errno);
	*text_r = span_make(p, len);
	return NULL;
}

bool list_file_read(struct arena *arena, const char *path, size_t max, struct span *text_r, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold the loader */
	const char *wrong;

	if (fd < 0)
		return err_set(err_r, "cannot read %s: %s", path, strerror(errno));
	wrong = read_open(arena, fd, max, text_r);
	close(fd);
	return wrong == NULL || err_set(err_r, "cannot read %s: %s", path, wrong);
}
