#include "proc/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "io/log.h"

#define PID_FILE "winnowd.pid"
#define KEY_FILE "fingerprint.key"
#define JOURNAL "crash.log"
#define JOURNAL_READ_MAX (1 << 20)
/* The folder may belong to the scanners' user: links in it are not followed. */
#define SAFE_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NOCTTY)

bool state_folder(const char *configured, char path_r[1024], struct err *err_r)
{
	const char *base = configured, *below = "";
	int n;

	if (*configured == '\0') {
		if (geteuid() == 0) {
			base = "/var/lib/winnow";
		} else if ((base = getenv("XDG_STATE_HOME")) != NULL && base[0] == '/') {
			below = "/winnow";
		} else if ((base = getenv("HOME")) != NULL && base[0] == '/') {
			below = "/.local/state/winnow";
		} else {
			return err_set(err_r, "no state folder: set server.state, or HOME");
		}
	}
	n = snprintf(path_r, 1024, "%s%s", base, below);
	return n > 0 && n < 1024 ? true : err_set(err_r, "the path of the state folder is too long");
}

static bool make_folders(const char *path, struct err *err_r)
{
	char part[1024];
	size_t len = strlen(path);

	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return err_set(err_r, "state folder %s: %s", part, strerror(errno));
	}
	return true;
}

/* 1: locked; 0: lost a race, try again; -1: error. */
static int try_lock(struct state *s, struct err *err_r)
{
	struct stat held, named;

	s->pid_fd = openat(s->dir, PID_FILE, O_RDWR | O_CREAT | SAFE_FLAGS, 0644);
	if (s->pid_fd < 0) {
		err_set(err_r, "%s/%s: %s", s->path, PID_FILE, strerror(errno));
		return -1;
	}
	if (flock(s->pid_fd, LOCK_EX | LOCK_NB) != 0) {
		err_set(err_r, "%s: another winnowd uses this state folder", s->path);
		return -1;
	}
	/* The one before us may have removed the file between our two steps. */
	if (fstat(s->pid_fd, &held) == 0 && fstatat(s->dir, PID_FILE, &named, AT_SYMLINK_NOFOLLOW) == 0 && held.st_ino == named.st_ino)
		return 1;
	close(s->pid_fd);
	s->pid_fd = -1;
	return 0;
}

static bool lock_folder(struct state *s, struct err *err_r)
{
	int locked;

	do
		locked = try_lock(s, err_r);
	while (locked == 0);
	if (locked < 0)
		return false;
	/* The lock is what counts; a full disk keeps no mail waiting. */
	if (ftruncate(s->pid_fd, 0) != 0 || dprintf(s->pid_fd, "%d\n", (int)getpid()) < 0)
		log_warn("%s/%s: %s", s->path, PID_FILE, strerror(errno));
	return true;
}

/* The key outlives the daemon, since the journal's fingerprints were made with it. Without the file, the journal starts anew. */
static void load_key(struct state *s)
{
	int fd = openat(s->dir, KEY_FILE, O_RDONLY | SAFE_FLAGS);
	bool ok = fd >= 0 && read(fd, &s->key, sizeof(s->key)) == (ssize_t)sizeof(s->key);

	if (fd >= 0)
		close(fd);
	if (ok)
		return;
	hash_key_random(&s->key);
	fd = openat(s->dir, KEY_FILE, O_WRONLY | O_CREAT | O_TRUNC | SAFE_FLAGS, 0600);
	if (fd < 0 || write(fd, &s->key, sizeof(s->key)) != (ssize_t)sizeof(s->key))
		log_warn("%s/%s: %s; crashes will be forgotten at the next start", s->path, KEY_FILE, strerror(errno));
	if (fd >= 0)
		close(fd);
}

bool state_open(struct state *s, const char *configured, struct err *err_r)
{
	*s = (struct state){ .dir = -1, .pid_fd = -1, .journal = -1 };
	if (!state_folder(configured, s->path, err_r) || !make_folders(s->path, err_r))
		return false;
	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0) {
		err_set(err_r, "state folder %s: %s", s->path, strerror(errno));
		return false;
	}
	if (!lock_folder(s, err_r)) {
		state_close(s);
		return false;
	}
	load_key(s);
	s->journal = openat(s->dir, JOURNAL, O_RDWR | O_APPEND | O_CREAT | SAFE_FLAGS, 0600);
	if (s->journal < 0)
		log_warn("%s/%s: %s", s->path, JOURNAL, strerror(errno));
	return true;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void state_close(struct state *s)
{
	if (s->pid_fd >= 0 && flock(s->pid_fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(s->dir, PID_FILE, 0);
	close_fd(&s->pid_fd);
	close_fd(&s->journal);
	close_fd(&s->dir);
}

/* The journal. */

static bool parse_hex(struct span text, uint64_t *value_r)
{
	uint64_t v = 0;

	if (text.len != 16)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = ascii_xvalue(text.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (uint64_t)digit;
	}
	*value_r = v;
	return v != 0;
}

bool journal_parse(struct span line, uint64_t *message_r, uint32_t *when_r)
{
	bool message = false, when = false;
	struct span rest = line;
	uint64_t n = 0;

	while (rest.p != NULL) {
		struct span word = span_split(&rest, ' ');

		if (span_starts(word, SPAN_LIT("message=")))
			message = parse_hex(span_from(word, strlen("message=")), message_r);
		else if (span_starts(word, SPAN_LIT("when=")))
			when = span_uint(span_from(word, strlen("when=")), UINT32_MAX, &n);
	}
	*when_r = (uint32_t)n;
	return message && when;
}

unsigned journal_read(const struct state *s, struct poison *table)
{
	struct buf b = BUF_INIT(NULL);
	unsigned deaths = 0;
	struct span rest;
	off_t size = s->journal >= 0 ? lseek(s->journal, 0, SEEK_END) : -1;
	off_t from = size > JOURNAL_READ_MAX ? size - JOURNAL_READ_MAX : 0;

	if (size <= 0)
		return 0;
	while (b.len < JOURNAL_READ_MAX) {
		char *room = buf_reserve(&b, 65536);
		ssize_t n = pread(s->journal, room, 65536, from + (off_t)b.len);

		if (n <= 0)
			break;
		b.len += (size_t)n;
	}
	rest = buf_span(&b);
	while (rest.p != NULL) {
		uint64_t message;
		uint32_t when;

		if (journal_parse(span_split(&rest, '\n'), &message, &when)) {
			poison_blame(table, message, when);
			deaths++;
		}
	}
	buf_free(&b);
	return deaths;
}

void journal_append(const struct state *s, const struct journal_entry *e)
{
	char line[256], id[16];
	size_t n = 0;
	int len;

	for (; e->id[n] != '\0' && n < sizeof(id) - 1; n++)
		id[n] = (char)(ascii_isalnum(e->id[n]) ? e->id[n] : '?');
	id[n] = '\0';
	len = snprintf(line, sizeof(line), "when=%lld message=%016llx id=%s count=%u cause=%s\n", (long long)(e->wall_us / 1000000),
		       (unsigned long long)e->message, id, e->count, e->cause);
	if (s->journal < 0 || write(s->journal, line, (size_t)len) != len || fdatasync(s->journal) != 0)
		log_error("%s/%s: %s: the death of a scanner is not on record", s->path, JOURNAL, strerror(errno));
}
