#include "rules/rule_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, char *p, size_t size, size_t *got_r)
{
	*got_r = 0;
	while (*got_r < size) {
		ssize_t n = read(fd, p + *got_r, size - *got_r);

		if (n < 0)
			return false;
		if (n == 0)
			break;
		*got_r += (size_t)n;
	}
	return true;
}

bool rule_file_read(struct arena *arena, const char *path, size_t max, struct span *text_r, struct err *err_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong = NULL;
	struct stat st;
	size_t len = 0;
	char *p = NULL;

	if (fd < 0)
		return err_set(err_r, "cannot read %s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0) {
		wrong = strerror(errno);
	} else if (!S_ISREG(st.st_mode)) {
		wrong = "not a file";
	} else if ((uint64_t)st.st_size > max) {
		wrong = "it is too large";
	} else {
		p = arena_bytes(arena, (size_t)st.st_size + 1);
		if (!read_all(fd, p, (size_t)st.st_size, &len))
			wrong = strerror(errno);
	}
	close(fd);
	*text_r = span_make(p, len);
	return wrong == NULL || err_set(err_r, "cannot read %s: %s", path, wrong);
}
