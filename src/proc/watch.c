#include "proc/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "io/log.h"

#define LOOK_US 3000000
/* A file that is being written again and again shall not start a generation for each byte. */
#define PAUSE_US 20000000

struct seen {
	const char *path;
	bool there, refused;
	ino_t inode;
	off_t size;
	struct timespec modified;
};

struct watch {
	struct timer timer;
	struct seen *v;
	size_t n;
	void (*changed)(void *ctx, const char *file);
	void *ctx;
};

static struct seen look(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct seen){ .path = path, .refused = errno == EACCES };
	return (struct seen){ path, true, false, st.st_ino, st.st_size, st.st_mtim };
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->there == b->there && a->inode == b->inode && a->size == b->size && a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec;
}

static void tick(void *ctx)
{
	struct watch *w = ctx;
	const char *changed = NULL;

	for (size_t i = 0; i < w->n; i++) {
		struct seen now = look(w->v[i].path);

		if (now.refused && !w->v[i].refused) {
			log_warn("%s is not watched: the user that scanners run as may not see it (%s)", now.path, strerror(EACCES));
			w->v[i].refused = true;
		}
		/* A file that has gone is about to come back: editors and rsync replace it. */
		if (!now.there || same(&now, &w->v[i]))
			continue;
		w->v[i] = now;
		changed = now.path;
	}
	timer_set(&w->timer, changed != NULL ? PAUSE_US : LOOK_US);
	if (changed != NULL)
		w->changed(w->ctx, changed);
}

struct watch *watch_new(struct arena *arena, struct loop *loop, const char *const *files, void (*changed)(void *ctx, const char *file), void *ctx)
{
	struct watch *w = ARENA_NEW(arena, struct watch);

	while (files[w->n] != NULL)
		w->n++;
	w->v = ARENA_ARRAY(arena, w->n + 1, struct seen);
	for (size_t i = 0; i < w->n; i++)
		w->v[i] = look(files[i]);
	w->changed = changed;
	w->ctx = ctx;
	timer_init(&w->timer, loop, tick, w);
	if (w->n != 0)
		timer_set(&w->timer, LOOK_US);
	return w;
}

void watch_stop(struct watch *w)
{
	if (w != NULL)
		timer_stop(&w->timer);
}
