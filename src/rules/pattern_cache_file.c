#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "io/log.h"
#include "rules/pattern_cache_private.h"

#define MAGIC "WNCACHE1"
#define SUFFIX ".patterns"
#define FILE_MAX ((off_t)1 << 30)
#define OLD_SECONDS 2592000 /* 30 days */
#define NAME_SIZE ((size_t)2 * PATTERN_KEY + sizeof(SUFFIX))

struct file_head {
	char magic[8];
	uint8_t key[PATTERN_KEY];
	uint8_t hash[PATTERN_KEY]; /* of the bytes behind the head */
	uint64_t len;
};

static void require(bool ok)
{
	if (!ok)
		abort(); /* no memory for OpenSSL */
}

static void hash_number(EVP_MD_CTX *md, uint64_t n)
{
	require(EVP_DigestUpdate(md, &n, sizeof(n)) == 1);
}

static void hash_text(EVP_MD_CTX *md, struct span s)
{
	hash_number(md, s.len);
	require(s.len == 0 || EVP_DigestUpdate(md, s.p, s.len) == 1);
}

void pattern_file_key(const struct pattern_set *set, struct span platform, uint8_t key_r[static PATTERN_KEY])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	require(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	hash_text(md, SPAN_LIT(MAGIC " " WINNOW_VERSION)); /* what is made of a pattern may change with us as well */
	hash_text(md, platform);
	hash_number(md, pattern_set_count(set));
	for (unsigned id = 0; id < pattern_set_count(set); id++) {
		unsigned flags = 0;
		struct span text = pattern_set_text(set, id, &flags);

		hash_number(md, flags);
		hash_text(md, text);
	}
	require(EVP_DigestFinal_ex(md, key_r, NULL) == 1);
	EVP_MD_CTX_free(md);
}

static void hash_bytes(struct span s, uint8_t hash_r[static PATTERN_KEY])
{
	require(EVP_Digest(s.p, s.len, hash_r, NULL, EVP_sha256(), NULL) == 1);
}

static void file_name(const struct pattern_job *job, char name_r[static NAME_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < PATTERN_KEY; i++) {
		name_r[2 * i] = digits[job->key[i] >> 4];
		name_r[2 * i + 1] = digits[job->key[i] & 15];
	}
	memcpy(name_r + (size_t)2 * PATTERN_KEY, SUFFIX, sizeof(SUFFIX));
}

/* Whether the whole file is what it says it is. */
static bool sound(const struct pattern_job *job, struct span file, struct span *bytes_r)
{
	struct file_head head;
	uint8_t hash[PATTERN_KEY];

	if (file.len < sizeof(head))
		return false;
	memcpy(&head, file.p, sizeof(head));
	*bytes_r = span_from(file, sizeof(head));
	if (memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0 || memcmp(head.key, job->key, PATTERN_KEY) != 0 || head.len != bytes_r->len)
		return false;
	hash_bytes(*bytes_r, hash);
	return memcmp(hash, head.hash, PATTERN_KEY) == 0;
}

static bool attach_file(const struct pattern_job *job, struct span file, const char *path)
{
	struct span bytes;
	struct err err;

	if (!sound(job, file, &bytes))
		err_set(&err, "damaged");
	else if (prefilter_attach(job->set, bytes, &err))
		return true;
	log_warn("%s is not used: %s", path, err.text);
	return false;
}

static int open_folder(const char *folder)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		log_warn("folder of compiled patterns %s: %s", folder, strerror(errno));
	return dir;
}

bool pattern_file_attach(const char *folder, const struct pattern_job *job)
{
	char name[NAME_SIZE];
	int dir = open_folder(folder), fd;
	struct stat st;
	void *map;
	bool ok = false;

	if (dir < 0)
		return false;
	file_name(job, name);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	close(dir);
	if (fd < 0) {
		if (errno != ENOENT)
			log_warn("%s/%s: %s", folder, name, strerror(errno));
		return false;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < FILE_MAX) {
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map != MAP_FAILED) {
			ok = attach_file(job, span_make(map, (size_t)st.st_size), name);
			munmap(map, (size_t)st.st_size);
		}
	}
	if (ok)
		(void)futimens(fd, NULL); /* in use: not old */
	close(fd);
	return ok;
}

static bool write_all(int fd, struct span s)
{
	while (s.len != 0) {
		ssize_t n = write(fd, s.p, s.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = span_from(s, (size_t)n);
	}
	return true;
}

/* Aside, then in place in one step: who reads sees all of it or nothing. */
static bool write_file(int dir, const char *name, const char *aside, const struct file_head *head, struct span bytes)
{
	int fd = openat(dir, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	bool ok;

	if (fd < 0)
		return false;
	ok = write_all(fd, span_make((const char *)head, sizeof(*head))) && write_all(fd, bytes) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(dir, aside, dir, name) == 0 && fsync(dir) == 0;
	if (!ok) {
		int why = errno;

		unlinkat(dir, aside, 0);
		errno = why;
	}
	return ok;
}

void pattern_file_write(const char *folder, const struct pattern_job *job)
{
	struct file_head head = { .magic = MAGIC, .len = job->compiled.len };
	char name[NAME_SIZE], aside[NAME_SIZE + 32];
	int dir = open_folder(folder);

	if (dir < 0)
		return;
	memcpy(head.key, job->key, PATTERN_KEY);
	hash_bytes(buf_span(&job->compiled), head.hash);
	file_name(job, name);
	snprintf(aside, sizeof(aside), "%s.%ld.new", name, (long)getpid());
	unlinkat(dir, aside, 0); /* of a process with this number that did not come to its end */
	if (!write_file(dir, name, aside, &head, buf_span(&job->compiled)))
		log_warn("%s/%s: %s", folder, name, strerror(errno));
	close(dir);
}

/* Our own names only: 64 hexadecimal digits, the suffix, and what an interrupted writing left. */
static bool is_ours(const char *name)
{
	size_t hex = strspn(name, "0123456789abcdef");

	return hex == 2 * (size_t)PATTERN_KEY && strncmp(name + hex, SUFFIX, strlen(SUFFIX)) == 0;
}

static bool in_use(const char *name, const struct pattern_job *jobs, size_t n)
{
	char used[NAME_SIZE];

	for (size_t i = 0; i < n; i++) {
		file_name(&jobs[i], used);
		if (strcmp(name, used) == 0)
			return true;
	}
	return false;
}

void pattern_file_clean(const char *folder, const struct pattern_job *jobs, size_t n)
{
	DIR *dir = opendir(folder);
	time_t now = time(NULL);
	struct stat st;

	if (dir == NULL)
		return;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (is_ours(e->d_name) && !in_use(e->d_name, jobs, n) && fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    now - st.st_mtime > OLD_SECONDS)
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	closedir(dir);
}
