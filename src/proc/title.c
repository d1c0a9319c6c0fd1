#include "proc/title.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

void title_init(struct title *t, int argc, char **argv)
{
	char *end = argv[0];

	/* The arguments stand one behind the other, as the kernel laid them out. */
	for (int i = 0; i < argc && argv[i] == end; i++)
		end += strlen(argv[i]) + 1;
	*t = (struct title){ .area = argv[0], .len = (size_t)(end - argv[0]) };
}

void title_set(const struct title *t, const char *text)
{
	char comm[16];

	snprintf(comm, sizeof(comm), "%s", text);
	prctl(PR_SET_NAME, comm);
	if (t->len == 0)
		return;
	memset(t->area, 0, t->len);
	snprintf(t->area, t->len, "winnowd: %s", text);
}
