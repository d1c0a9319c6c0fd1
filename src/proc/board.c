#include "proc/board.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define NO_TURN_US 30000000

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

bool board_new(struct board *b, unsigned n, struct err *err_r)
{
	size_t size = n * page_size();
	void *map = MAP_FAILED;
	int fd = memfd_create("winnow-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	/* Sealed against shrinking: a scanner could otherwise kill the master by making its pages vanish. */
	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		err_set(err_r, "crash board: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	*b = (struct board){ .fd = fd, .n = n, .stride = page_size(), .pages = map };
	return true;
}

void board_free(struct board *b)
{
	if (b->pages == NULL)
		return;
	munmap(b->pages, b->n * b->stride);
	close(b->fd);
	*b = (struct board){ .fd = -1 };
}

struct board_page *board_at(const struct board *b, unsigned slot)
{
	assert(slot < b->n);
	return (struct board_page *)(void *)(b->pages + slot * b->stride);
}

struct board_page *board_map(int fd, unsigned slot)
{
	void *map = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(slot * page_size()));

	return map == MAP_FAILED ? NULL : map;
}

void board_begin(struct board_page *p, uint64_t message, const char *id, int64_t now_us)
{
	atomic_store_explicit(&p->message, message, memory_order_relaxed);
	atomic_store_explicit(&p->start_us, now_us, memory_order_relaxed);
	snprintf(p->id, sizeof(p->id), "%s", id);
	atomic_store_explicit(&p->working, 1, memory_order_release);
}

void board_end(struct board_page *p)
{
	atomic_store_explicit(&p->working, 0, memory_order_release);
}

void board_take(struct board_page *p, struct board_note *note_r)
{
	*note_r = (struct board_note){ .working = atomic_load_explicit(&p->working, memory_order_acquire) != 0 };
	note_r->message = atomic_load_explicit(&p->message, memory_order_relaxed);
	memcpy(note_r->id, p->id, sizeof(note_r->id));
	note_r->id[sizeof(note_r->id) - 1] = '\0';
	memset(p->id, 0, sizeof(p->id));
	atomic_store_explicit(&p->beat_us, 0, memory_order_relaxed);
	atomic_store_explicit(&p->working, 0, memory_order_release);
}

bool board_overdue(const struct board_page *p, int64_t now_us, int64_t limit_us)
{
	int64_t beat = atomic_load_explicit(&p->beat_us, memory_order_relaxed);
	int64_t start = atomic_load_explicit(&p->start_us, memory_order_relaxed);

	/* What the page says may be any number: compared, never subtracted. */
	if (atomic_load_explicit(&p->working, memory_order_acquire) != 0 && start < now_us - limit_us)
		return true;
	return beat != 0 && beat < now_us - limit_us - NO_TURN_US;
}

/* Fingerprints. */

/* Fields that differ between attempts: added on the way by MTAs and filters, each time anew, or by us. */
static bool field_counts(struct span line)
{
	static const struct span changing[] = {
		SPAN_LIT("Received:"), SPAN_LIT("Received-SPF:"), SPAN_LIT("Date:"), SPAN_LIT("Message-ID:"), SPAN_LIT("Authentication-Results:"),
		SPAN_LIT("ARC-"), SPAN_LIT("X-Greylist"), SPAN_LIT("X-Spam"), SPAN_LIT("X-Winnow"),
	};

	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
		if (span_case_starts(line, changing[i]))
			return false;
	}
	return true;
}

uint64_t message_fingerprint(const struct hash_key *key, struct span raw)
{
	struct hash_state h;
	struct span rest = raw, run = span_sub(raw, 0, 0);
	bool counts = true;
	uint64_t hash;

	hash_begin(&h, key);
	while (rest.len != 0) {
		size_t eol = span_chr(rest, '\n'), n = eol == SPAN_NPOS ? rest.len : eol + 1;
		struct span line = span_sub(rest, 0, n);

		if (line.p[0] == '\n' || (line.p[0] == '\r' && line.len == 2))
			break; /* the header ends; the rest is hashed whole */
		if (line.p[0] != ' ' && line.p[0] != '\t')
			counts = field_counts(line);
		if (counts) {
			run.len += n;
		} else {
			hash_add(&h, run);
			run = span_make(line.p + n, 0);
		}
		rest = span_from(rest, n);
	}
	hash_add(&h, run);
	hash_add(&h, rest);
	hash = hash_end(&h);
	return hash != 0 ? hash : 1;
}
