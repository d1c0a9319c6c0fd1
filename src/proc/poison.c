#include "proc/poison.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

bool poison_new(struct poison **table_r, int *fd_r, struct err *err_r)
{
	void *map = MAP_FAILED;
	int fd = memfd_create("winnow-poison", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	/* Our mapping stays writable; none that is made after the seal is. */
	if (fd >= 0 && ftruncate(fd, sizeof(struct poison)) == 0)
		map = mmap(NULL, sizeof(struct poison), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0) {
		err_set(err_r, "poison table: %s", strerror(errno));
		if (map != MAP_FAILED)
			munmap(map, sizeof(struct poison));
		if (fd >= 0)
			close(fd);
		return false;
	}
	*table_r = map;
	*fd_r = fd;
	return true;
}

void poison_free(struct poison **table_r)
{
	if (*table_r != NULL)
		munmap(*table_r, sizeof(struct poison));
	*table_r = NULL;
}

const struct poison *poison_map(int fd)
{
	void *map = mmap(NULL, sizeof(struct poison), PROT_READ, MAP_SHARED, fd, 0);

	return map == MAP_FAILED ? NULL : map;
}

static size_t place(uint64_t message, unsigned i)
{
	return (size_t)(message + i) & (POISON_SLOTS - 1);
}

uint32_t poison_count(const struct poison *t, uint64_t message)
{
	for (unsigned i = 0; i < POISON_REACH; i++) {
		const struct poison_entry *e = &t->entries[place(message, i)];
		uint32_t count;

		if (atomic_load_explicit(&e->message, memory_order_acquire) != message)
			continue;
		count = atomic_load_explicit(&e->count, memory_order_acquire);
		/* Still the same: the count was not another message's. */
		if (atomic_load_explicit(&e->message, memory_order_acquire) == message)
			return count;
	}
	return 0;
}

static struct poison_entry *entry_for(struct poison *t, uint64_t message)
{
	struct poison_entry *oldest = &t->entries[place(message, 0)];

	for (unsigned i = 0; i < POISON_REACH; i++) {
		struct poison_entry *e = &t->entries[place(message, i)];

		if (atomic_load(&e->message) == message)
			return e;
	}
	for (unsigned i = 0; i < POISON_REACH; i++) {
		struct poison_entry *e = &t->entries[place(message, i)];

		if (atomic_load(&e->message) == 0)
			return e;
		if (atomic_load(&e->when) < atomic_load(&oldest->when))
			oldest = e;
	}
	return oldest;
}

uint32_t poison_blame(struct poison *t, uint64_t message, uint32_t when)
{
	struct poison_entry *e = entry_for(t, message);

	if (atomic_load(&e->message) != message) {
		atomic_store(&e->message, 0);
		atomic_store(&e->count, 0);
		atomic_store(&e->message, message);
	}
	atomic_store(&e->when, when);
	return atomic_fetch_add(&e->count, 1) + 1;
}
