#include "store/store_wire.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define RECORD_HEAD 16

void store_wire_write_ask(const struct store_request *r, int64_t deadline_us, struct store_wire_ask *head_r, struct buf *out)
{
	*head_r = (struct store_wire_ask){
		.verb = (uint8_t)r->verb, .space = (uint8_t)r->key.space, .log = (uint8_t)r->log, .owner_len = (uint16_t)r->key.owner.len, .name_len = (uint16_t)r->key.name.len,
		.value_len = (uint32_t)r->value.len, .max = r->max, .time_us = r->time_us, .deadline_us = deadline_us, .number = r->number,
	};
	buf_add(out, r->key.owner);
	buf_add(out, r->key.name);
	buf_add(out, r->value);
}

bool store_wire_read_ask(const struct store_wire_ask *h, struct span bytes, struct store_request *r)
{
	struct cursor c = CURSOR(bytes);

	*r = (struct store_request){ .verb = STORE_VERBS };
	if (h->verb >= STORE_VERBS || h->zero != 0 || h->deadline_us <= 0 || h->deadline_us > 600000000)
		return false;
	*r = (struct store_request){ .verb = h->verb, .key.space = h->space, .log = h->log, .time_us = h->time_us, .number = h->number, .max = h->max };
	cursor_bytes(&c, h->owner_len, &r->key.owner);
	cursor_bytes(&c, h->name_len, &r->key.name);
	cursor_bytes(&c, h->value_len, &r->value);
	return cursor_done(&c) && store_request_valid(r);
}

static void put32(struct buf *out, size_t v)
{
	uint32_t n = (uint32_t)v;

	buf_add(out, span_make((const char *)&n, sizeof(n)));
}

void store_wire_write_answer(enum op_status status, const struct store_answer *a, struct store_wire_answer *head_r, struct buf *out)
{
	size_t before = out->len;

	*head_r = (struct store_wire_answer){ .status = (uint8_t)status };
	if (status != OP_OK)
		return;
	head_r->yes = a->yes;
	head_r->more = a->more;
	head_r->number = a->number;
	head_r->n = (uint32_t)a->n;
	buf_add(out, a->value);
	for (size_t i = 0; i < a->n; i++) {
		buf_add(out, span_make((const char *)&a->v[i].position, sizeof(a->v[i].position)));
		put32(out, a->v[i].key.len);
		put32(out, a->v[i].bytes.len);
		buf_add(out, a->v[i].key);
		buf_add(out, a->v[i].bytes);
	}
	head_r->len = out->len - before;
}

static bool read_record(struct cursor *c, struct store_record *record_r)
{
	struct span head;
	uint32_t key_len, len;

	if (!cursor_bytes(c, RECORD_HEAD, &head))
		return false;
	memcpy(&record_r->position, head.p, 8);
	memcpy(&key_len, head.p + 8, 4);
	memcpy(&len, head.p + 12, 4);
	return key_len <= STORE_NAME_MAX && len <= STORE_VALUE_MAX && cursor_bytes(c, key_len, &record_r->key) && cursor_bytes(c, len, &record_r->bytes);
}

bool store_wire_read_answer(const struct store_wire_answer *h, struct span bytes, struct arena *arena, enum op_status *status_r, struct store_answer *a)
{
	struct cursor c = CURSOR(bytes);
	struct store_record *v;

	*a = (struct store_answer){ .number = h->number };
	if (h->status > OP_DEADLINE || h->yes > 1 || h->more > 1 || h->zero != 0 || h->len != bytes.len || h->n > STORE_RANGE_MAX)
		return false;
	*status_r = (enum op_status)h->status;
	a->yes = h->yes != 0;
	a->more = h->more != 0;
	if (h->n == 0) {
		a->value = bytes;
		return bytes.len <= STORE_VALUE_MAX;
	}
	a->v = v = ARENA_ARRAY(arena, h->n, struct store_record);
	a->n = h->n;
	for (size_t i = 0; i < a->n; i++) {
		if (!read_record(&c, &v[i]))
			return false;
	}
	return cursor_done(&c);
}

/* Memory files. */

static int file_make(struct span bytes)
{
	int fd = memfd_create("winnow-store", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;

	while (fd >= 0 && done < bytes.len) {
		ssize_t n = write(fd, bytes.p + done, bytes.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd >= 0 && (done < bytes.len || fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool store_wire_send(struct imsg_peer *peer, uint16_t type, uint32_t id, const void *head, size_t head_len, struct span bytes, size_t inline_max)
{
	char body[IMSG_BODY_MAX];
	bool ok;
	int fd;

	assert(head_len + inline_max <= sizeof(body));
	if (bytes.len > inline_max) {
		fd = file_make(bytes);
		ok = fd >= 0 && imsg_send_fds(peer, type + 1, id, head, head_len, &fd, 1);
		if (fd >= 0)
			close(fd);
		return ok;
	}
	memcpy(body, head, head_len);
	if (bytes.len != 0)
		memcpy(body + head_len, bytes.p, bytes.len);
	return imsg_send(peer, type, id, body, head_len + bytes.len);
}

char *store_wire_file(int fd, size_t len)
{
	int seals = fcntl(fd, F_GET_SEALS);
	size_t done = 0;
	struct stat st;
	char *bytes;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || st.st_size < 0 || (size_t)st.st_size != len)
		return NULL;
	bytes = malloc(len != 0 ? len : 1);
	if (bytes == NULL)
		abort();
	while (done < len) {
		ssize_t n = pread(fd, bytes + done, len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(bytes);
			return NULL;
		}
		done += (size_t)n;
	}
	return bytes;
}
