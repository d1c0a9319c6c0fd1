/* The model's memory: in a file, or in memory alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "learn/model_private.h"

static size_t size_of(unsigned bits)
{
	return MODEL_PAGE + MODEL_TAUGHT * sizeof(uint32_t) + 3 * (sizeof(uint32_t) << bits);
}

static uint64_t checksum_of(const struct model_header *h)
{
	static const struct hash_key no_key;

	return hash_span(&no_key, span_make((const char *)h, offsetof(struct model_header, checksum)));
}

static void header_init(struct model_header *h, unsigned bits, const struct hash_key *site)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->magic, MODEL_MAGIC, sizeof(h->magic));
	h->version = MODEL_VERSION;
	h->features_version = FEATURES_VERSION;
	h->bits = bits;
	h->order = 1;
	h->key_check = hash_span(site, SPAN_LIT("winnow model"));
	h->checksum = checksum_of(h);
}

static bool header_check(const struct model_header *h, uint64_t size, const struct hash_key *site, struct err *err_r)
{
	if (memcmp(h->magic, MODEL_MAGIC, sizeof(h->magic)) != 0)
		return err_set(err_r, "not a model");
	if (h->order != 1 || h->checksum != checksum_of(h))
		return err_set(err_r, "the header is damaged");
	if (h->version != MODEL_VERSION || h->features_version != FEATURES_VERSION)
		return err_set(err_r, "version %u with features of version %u; this program has %d and %d", h->version, h->features_version, MODEL_VERSION, FEATURES_VERSION);
	if (h->bits < MODEL_BITS_MIN || h->bits > MODEL_BITS_MAX || size != size_of(h->bits))
		return err_set(err_r, "%llu bytes are not what a model of 2^%u weights has", (unsigned long long)size, h->bits);
	if (h->key_check != hash_span(site, SPAN_LIT("winnow model")))
		return err_set(err_r, "made with another site's key");
	return true;
}

static struct model *model_at(void *p, size_t size, unsigned bits, bool write)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		abort();
	/* Look-ups are scattered over all of it: large pages where the kernel has them to give. */
	(void)madvise(p, size, MADV_HUGEPAGE);
	m->header = p;
	m->taught = (uint32_t *)((char *)p + MODEL_PAGE);
	m->all = m->taught + MODEL_TAUGHT;
	m->own = m->all + ((size_t)1 << bits);
	m->count = m->own + ((size_t)1 << bits);
	m->shift = 32 - bits;
	m->size = size;
	m->write = write;
	return m;
}

struct model *model_new(unsigned bits, const struct hash_key *site)
{
	size_t size = size_of(bits);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	header_init(p, bits, site);
	return model_at(p, size, bits, true);
}

static bool write_all(int fd, const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
	return true;
}

bool model_create(const char *path, unsigned bits, const struct hash_key *site, struct err *err_r)
{
	struct model_header h;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	bool ok;

	if (fd < 0)
		return err_set(err_r, "%s: %m", path);
	header_init(&h, bits, site);
	ok = write_all(fd, &h, sizeof(h)) && ftruncate(fd, (off_t)size_of(bits)) == 0 && fsync(fd) == 0;
	if (!ok)
		err_set(err_r, "%s: %m", path);
	close(fd);
	return ok;
}

static struct model *map(int fd, bool write, const struct hash_key *site, struct err *err_r)
{
	struct model_header h;
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0 || pread(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h)) {
		err_set(err_r, "not a model");
		return NULL;
	}
	if (!header_check(&h, (uint64_t)st.st_size, site, err_r))
		return NULL;
	p = mmap(NULL, (size_t)st.st_size, write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		err_set(err_r, "%m");
		return NULL;
	}
	return model_at(p, (size_t)st.st_size, h.bits, write);
}

struct model *model_open(const char *path, bool write, const struct hash_key *site, struct err *err_r)
{
	int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	struct model *m;

	if (fd < 0) {
		err_set(err_r, "%s: %m", path);
		return NULL;
	}
	m = map(fd, write, site, err_r);
	if (m == NULL)
		err_prefix(err_r, "%s", path);
	close(fd);
	return m;
}

bool model_save(const struct model *m, const char *path, struct err *err_r)
{
	char new_path[4096];
	int n = snprintf(new_path, sizeof(new_path), "%s.new", path), fd;
	bool ok;

	if (n < 0 || (size_t)n >= sizeof(new_path))
		return err_set(err_r, "%s: the path is too long", path);
	fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_set(err_r, "%s: %m", new_path);
	ok = write_all(fd, m->header, m->size) && fsync(fd) == 0 && rename(new_path, path) == 0;
	if (!ok) {
		err_set(err_r, "%s: %m", new_path);
		unlink(new_path);
	}
	close(fd);
	return ok;
}

void model_free(struct model **m_r)
{
	if (*m_r == NULL)
		return;
	munmap((*m_r)->header, (*m_r)->size);
	free(*m_r);
	*m_r = NULL;
}

void model_begin(struct model *m, uint64_t position)
{
	__atomic_store_n(&m->header->begun, position, __ATOMIC_SEQ_CST);
}

void model_end(struct model *m)
{
	__atomic_store_n(&m->header->done, m->header->begun, __ATOMIC_SEQ_CST);
}

bool model_is_whole(const struct model *m, uint64_t *position_r)
{
	*position_r = m->header->done;
	return m->header->begun == m->header->done;
}
